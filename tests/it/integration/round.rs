//! The whole round on a real server: a command, a button that a person presses, and the dialog that it opens.

use std::sync::{Arc, Mutex};

use mattermost::integration::{
    CallbackResponse, CommandRequest, DialogSubmission, PostActionIntegrationRequest,
    PostActionIntegrationResponse,
};
use mattermost::{
    Attachment, Button, CommandArgs, CommandDraft, CommandResponse, Dialog, DialogElement, Payload,
    PostDraft, Result, Secret, SubmitDialogRequest, SubmitDialogResponse,
};
use serde_json::{Map, Value, json};

use crate::live::world::{World, next};
use crate::recorder::{Recorder, Reply, Sent};

/// Set `MATTERMOST_URL` and the administrator's login, as for the live suite.
#[test]
fn command_button_and_dialog_on_a_real_server() {
    let Some(world) = World::real_server() else {
        println!("not run: MATTERMOST_URL, MATTERMOST_ADMIN_LOGIN or MATTERMOST_ADMIN_PASSWORD is unset");
        return;
    };
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("round", &[&jane, &bob]);
    let http = Recorder::start(|_| Reply::json("{}"));
    let url = http.url();
    let secret = Secret::new("of this program");
    let command = world
        .admin
        .commands()
        .create(&CommandDraft::new(&world.team.id, "vacation", format!("{url}/slash")))
        .unwrap();
    let seen = Arc::new(Mutex::new(Vec::<String>::new()));
    let note = Arc::clone(&seen);
    let (client, here, key, token) =
        (jane.client.clone(), channel.id.clone(), secret.clone(), command.token.clone());
    let base = url.clone();
    let handle = move |sent: &Sent| -> Result<CallbackResponse> {
        let content_type = sent.header("content-type").unwrap_or_default();
        Ok(match sent.path.as_str() {
            "/slash" => {
                let command = CommandRequest::parse(content_type, &sent.body, &token)?;
                note.lock().unwrap().push(format!("command by {}: {}", command.user_name, command.text));
                let button = Button::new("ask", "Ask", format!("{base}/press"))
                    .context("days", &*command.text)
                    .secret(&key);
                client.posts().create(
                    &PostDraft::new(&here, "Days off?")
                        .attachment(Attachment::new().text("?").button(button)),
                )?;
                CommandResponse::ephemeral("see below").into()
            }
            "/press" => {
                let press = PostActionIntegrationRequest::parse(content_type, &sent.body, &key)?;
                note.lock().unwrap().push(format!("pressed by {}: {}", press.user_name, press.text("days")));
                let dialog = Dialog::new("Days off")
                    .callback_id("vacation")
                    .state(press.text("days"))
                    .element(DialogElement::textarea("reason", "Reason").max_length(500));
                client.dialogs().open(&press.open_dialog(format!("{base}/dialog"), dialog, &key))?;
                PostActionIntegrationResponse::update("Fill in the form.").into()
            }
            "/dialog" => {
                let form = DialogSubmission::parse(content_type, &sent.body, &key)?;
                if form.text("reason").len() < 3 {
                    SubmitDialogResponse::errors([("reason", "Say a word more.")]).into()
                } else {
                    note.lock().unwrap().push(format!("dialog: {} for {}", form.text("reason"), form.state));
                    SubmitDialogResponse::accepted().into()
                }
            }
            _ => CallbackResponse::not_found(),
        })
    };
    http.answer_with(move |sent| {
        let result = handle(sent);
        if let Err(error) = &result {
            println!("{}: {error}", sent.path);
        }
        let response: CallbackResponse = result.into();
        let mut reply = Reply::json(response.body);
        reply.status = response.status;
        reply
    });

    let events = bob.client.events().unwrap();
    let args = CommandArgs::new(&channel.id, "/vacation 24 Dec");
    let shown = bob.client.commands().execute(&args).unwrap();
    println!("command response: {:?}", shown.text);
    let (post, action) = next(&events, "the post with the button", |_, payload| {
        let post = payload.post().filter(|post| post.message == "Days off?")?;
        let action = post.attachments().first()?.actions.first()?.clone();
        // Clients never see what is signed.
        assert!(action.integration.is_none() && !post.props.as_str().contains("signed"));
        Some((post.id.clone(), action.id))
    });
    bob.client.posts().do_action(&post, &action).unwrap();
    let opened = next(&events, "the dialog", |_, payload| match payload {
        Payload::OpenDialog(open) => Some(open.dialog.clone()),
        _ => None,
    });
    assert_eq!((&*opened.dialog.title, opened.dialog.elements.len()), ("Days off", 1));
    let submit = |user: &mattermost::Client, state: &str, reason: &str| {
        let values: Map<String, Value> = [("reason".to_owned(), json!(reason))].into_iter().collect();
        let request = SubmitDialogRequest::new(&*opened.url, "vacation", &channel.id, values)
            .state(state)
            .team_id(&world.team.id);
        user.dialogs().submit(&request)
    };
    let state = &*opened.dialog.state;
    assert_eq!(submit(&bob.client, state, "x").unwrap().errors["reason"], "Say a word more.");
    let accepted = submit(&bob.client, state, "Christmas").unwrap();
    assert!(accepted.error.is_empty() && accepted.errors.is_empty(), "{accepted:?}");
    // Another user with the same state, and a state that was made up: refused by the program, reported by the server.
    let foreign = submit(&jane.client, state, "Christmas");
    let forged = submit(&bob.client, "24 Dec", "Christmas");
    println!("foreign: {foreign:?}\nforged: {forged:?}");
    // What a stranger sends directly is refused as well.
    let seen = seen.lock().unwrap().clone();
    let wanted = [
        format!("command by {}: 24 Dec", bob.name),
        format!("pressed by {}: 24 Dec", bob.name),
        "dialog: Christmas for 24 Dec".to_owned(),
    ];
    assert_eq!(seen, wanted);
    let update = next(&events, "the updated post", |_, payload| match payload {
        Payload::PostEdited(edited) if edited.post.id == post => Some(edited.post.message.clone()),
        _ => None,
    });
    assert_eq!(update, "Fill in the form.");
    println!("{}: {seen:?}", world.url);
}
