//! What servers send to integrations, parsed, verified and answered.

mod round;

use std::time::Duration;

use mattermost::integration::{
    CallbackResponse, CommandRequest, DialogSubmission, OutgoingWebhookRequest, OutgoingWebhookResponse,
    PostActionIntegrationRequest, PostActionIntegrationResponse, ReplayGuard,
    parse_unverified_request_that_anyone_can_forge as parse_unverified,
};
use mattermost::testing::TestServer;
use mattermost::{
    Attachment, Button, CommandResponse, Dialog, DialogElement, ErrorKind, LookupDialogResponse, Menu,
    PostAction, Secret, SubmitDialogResponse, UserId,
};
use serde_json::{Value, json};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json; charset=utf-8";

/// Requests of real servers: `tests/data/callbacks.json`.
struct Recorded {
    server: String,
    path: String,
    content_type: String,
    body: String,
    token: Option<Secret>,
}

fn recorded() -> Vec<Recorded> {
    let all: Vec<Value> = serde_json::from_str(include_str!("../data/callbacks.json")).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |one: &Value| {
        let (path, query) = match one["path"].as_str().unwrap().split_once('?') {
            Some((path, query)) => (path.to_owned(), query.to_owned()),
            None => (text(&one["path"]), String::new()),
        };
        let header = text(&one["headers"]["Authorization"]);
        let body = if query.is_empty() { text(&one["body"]) } else { query };
        let in_json = || serde_json::from_str::<Value>(&body).ok()?["token"].as_str().map(str::to_owned);
        let in_form = || Some(body.split("token=").nth(1)?.split('&').next()?.to_owned());
        let token = header.strip_prefix("Token ").map(str::to_owned).or_else(in_json).or_else(in_form);
        Recorded {
            server: text(&one["server"]),
            path,
            content_type: text(&one["headers"]["Content-Type"]),
            token: token.map(Secret::from),
            body,
        }
    };
    all.iter().map(one).collect()
}

fn json_of(response: impl Into<CallbackResponse>) -> Value {
    let response = response.into();
    assert_eq!((response.status, response.content_type), (200, "application/json"));
    serde_json::from_slice(&response.body).unwrap()
}

/// Puts signed data in the place of that of the recording, as if the recorded button or dialog had been signed.
fn with(body: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(body).unwrap();
    change(&mut value);
    value.to_string()
}

fn context(action: impl Into<PostAction>) -> Value {
    Value::Object(action.into().integration.unwrap().context)
}

#[test]
fn requests_of_real_servers_are_read_and_answered() {
    let secret = Secret::new("of this program");
    let mut counts = [0; 5];
    for request in recorded() {
        let Recorded { server, path, content_type, body, token } = request;
        match &*path {
            "/cmd" | "/cmdget" => {
                counts[0] += 1;
                let command = CommandRequest::parse(&content_type, &body, &token.unwrap()).unwrap();
                assert_eq!((&*command.user_name, &*command.channel_name), ("bob", "town-square"));
                assert_eq!((&*command.team_domain, command.root_id.is_empty()), ("awesome-chat", true));
                assert!(command.command.starts_with('/') && command.trigger_id.ends_with('='));
                assert!(command.response_url.contains("/hooks/commands/"));
                assert_eq!(command.user_id.as_str().len(), 26);
                match &*command.text {
                    "one @janedoe ~off-topic" => {
                        let (user, channel) =
                            (&command.user_mentions["janedoe"], &command.channel_mentions["off-topic"]);
                        assert_eq!((user.as_str().len(), channel.as_str().len()), (26, 26), "{server}");
                    }
                    text => assert!(["two", "dialog"].contains(&text) && command.user_mentions.is_empty()),
                }
                let response = CommandResponse::ephemeral("done").attachment(Attachment::new().text("a"));
                let response = json_of(response);
                assert_eq!(
                    (&response["response_type"], &response["text"]),
                    (&json!("ephemeral"), &json!("done"))
                );
                assert_eq!(response["attachments"][0]["text"], "a");
            }
            "/out" => {
                counts[1] += 1;
                let post = OutgoingWebhookRequest::parse(&content_type, &body, &token.unwrap()).unwrap();
                assert!(post.text.starts_with(&*post.trigger_word) && post.argument().ends_with(" please"));
                assert!(!post.post_id.is_empty() && post.file_ids.is_empty());
                // Both in milliseconds, on the day of the recording.
                assert_eq!(post.timestamp.to_string().get(..10), Some("2026-11-23"), "{content_type}");
                let response = json_of(OutgoingWebhookResponse::comment("seen"));
                assert_eq!(response, json!({"text": "seen", "response_type": "comment"}));
            }
            "/act" => {
                counts[2] += 1;
                let unsigned =
                    PostActionIntegrationRequest::parse(&content_type, &body, &secret).unwrap_err();
                assert_eq!(unsigned.kind(), ErrorKind::Forbidden);
                let forged: PostActionIntegrationRequest = parse_unverified(&content_type, &body).unwrap();
                assert_eq!((&*forged.user_name, &forged.context["secret"]), ("bob", &json!("s3")));
                let signed = context(Button::new("a", "A", "https://bot").context("n", 1).secret(&secret));
                let body = with(&body, |body| body["context"]["signed"] = signed["signed"].clone());
                let press = PostActionIntegrationRequest::parse(&content_type, body, &secret).unwrap();
                // What is not signed is not handed over.
                assert_eq!(Value::Object(press.context.clone()), json!({"n": 1}));
                let menu = press.kind == "select";
                assert_eq!(press.selected_option, if menu { "b" } else { "" });
                assert_eq!(
                    json_of(PostActionIntegrationResponse::update("x").key("k")),
                    json!({
                        "update": {"message": "x", "props": {"key": "k"}}
                    })
                );
            }
            "/dlg" => {
                counts[3] += 1;
                assert!(DialogSubmission::parse(&content_type, &body, &secret).unwrap_err().is_forbidden());
                let recorded: DialogSubmission = parse_unverified(&content_type, &body).unwrap();
                let dialog = Dialog::new("t").state("s").secret(&secret, &recorded.user_id);
                let body = with(&body, |body| body["state"] = dialog.state.into());
                let form = DialogSubmission::parse(&content_type, body, &secret).unwrap();
                assert_eq!((&*form.state, &*form.callback_id), ("s", "cb"));
                assert!(!form.is_refresh() && !form.is_lookup());
                if form.cancelled {
                    counts[4] += 1;
                } else {
                    assert_eq!((form.text("name"), form.is_checked("sure")), ("x", true));
                }
                let errors = json_of(SubmitDialogResponse::errors([("name", "too short")]));
                assert_eq!(errors["errors"], json!({"name": "too short"}));
            }
            other => panic!("{other}"),
        }
    }
    // Of two servers: three commands, two webhooks, a button and a menu, three dialogs of which one was canceled.
    assert_eq!(counts, [6, 4, 4, 6, 2]);
}

/// Each is refused, whatever else is right.
#[test]
fn what_is_wrong_missing_replayed_foreign_or_old_is_refused() {
    let (token, other, empty) = (Secret::new("right"), Secret::new("other"), Secret::default());
    let none: [Secret; 0] = [];
    let parse = |body: &str, token: &Secret| CommandRequest::parse(FORM, body, token);
    for (body, token) in [
        ("token=wrong&text=x", &token),
        ("token=righ&text=x", &token),
        ("token=rightt&text=x", &token),
        ("token=&text=x", &token),
        ("text=x", &token),
        ("token=&text=x", &empty),
        ("text=x", &empty),
        ("token=right", &other),
        ("TOKEN=right", &token),
    ] {
        let error = parse(body, token).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{body}");
        assert!(
            !format!("{error:?}").contains("right") && !format!("{error:?}").contains("wrong&"),
            "{error:?}"
        );
        assert_eq!(CallbackResponse::from(error).status, 403);
    }
    assert!(CommandRequest::parse(FORM, "token=right", &none).unwrap_err().is_forbidden());
    // The first of two counts, as for servers.
    assert!(parse("token=wrong&token=right", &token).is_err());
    assert!(CommandRequest::parse(FORM, "token=right", &[other.clone(), token.clone()]).is_ok());
    let hook = json!({"token": "wrong", "text": "x"}).to_string();
    assert!(OutgoingWebhookRequest::parse(JSON, hook, &token).unwrap_err().is_forbidden());
    assert!(OutgoingWebhookRequest::parse(JSON, r#"{"token":null}"#, &empty).unwrap_err().is_forbidden());

    let bob: UserId = "8ef4z5m5m7yqmyikymtmopjyie".parse().unwrap();
    let jane: UserId = "ndemhfxodtfjpqcbfksemeqoqw".parse().unwrap();
    let press = |user: &UserId, context: Value| {
        json!({"user_id": user, "context": context, "type": "button"}).to_string()
    };
    let button = || Button::new("a", "A", "https://bot").context("n", 1);
    let parse = |body: String| PostActionIntegrationRequest::parse(JSON, body, &token);
    let signed = context(button().secret(&token));
    assert_eq!(parse(press(&bob, signed.clone())).unwrap().context["n"], 1);
    let mut changed = signed.clone();
    changed["signed"] = changed["signed"].as_str().unwrap().replace(r#"{"n":1}"#, r#"{"n":2}"#).into();
    let dialog = Dialog::new("t").state(r#"{"n":1}"#).secret(&token, &bob);
    for (why, body) in [
        ("missing", press(&bob, json!({"n": 1}))),
        ("missing", press(&bob, json!(null))),
        ("wrong", press(&bob, json!({"signed": "x"}))),
        ("wrong", press(&bob, json!({"signed": 7}))),
        ("changed", press(&bob, changed)),
        ("foreign", press(&bob, context(button().secret(&other)))),
        ("another purpose", press(&bob, json!({"signed": dialog.state}))),
        ("another user", press(&jane, context(button().secret(&token).only_for(&bob)))),
        ("old", press(&bob, context(button().expires_in(Duration::ZERO).secret(&token)))),
    ] {
        std::thread::sleep(Duration::from_millis(2)); // Zero lifetime ends with the millisecond.
        let error = parse(body).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden, "{why}: {error}");
    }
    // In an attachment too.
    let card = Attachment::new()
        .button(button().secret(&token))
        .menu(Menu::new("m", "M", "https://bot").secret(&token));
    assert!(card.actions.iter().all(|action| context(action.clone()).get("signed").is_some()));
    // The order of the setters does not matter.
    let late = context(Button::new("a", "A", "https://bot").secret(&token).context("n", 1).only_for(&bob));
    assert_eq!(parse(press(&bob, late)).unwrap().context["n"], 1);
    assert!(
        parse(press(&bob, context(Menu::new("a", "A", "https://bot").secret(&token))))
            .unwrap()
            .context
            .is_empty()
    );

    let submit =
        |user: &UserId, state: &str| json!({"user_id": user, "state": state, "submission": {}}).to_string();
    let parse = |body: String| DialogSubmission::parse(JSON, body, &token);
    let form = parse(submit(&bob, &dialog.state)).unwrap();
    for state in ["", "x", r#"{"n":1}"#, signed["signed"].as_str().unwrap()] {
        assert!(parse(submit(&bob, state)).unwrap_err().is_forbidden(), "{state}");
    }
    assert!(parse(submit(&jane, &dialog.state)).unwrap_err().is_forbidden());
    // A form that follows is signed as well.
    let next = form.next_form(Dialog::new("two").state("2"), &token);
    assert_eq!(parse(submit(&bob, &next.form.unwrap().state)).unwrap().state, "2");

    let guard = ReplayGuard::new();
    guard.accept(&form.dialog_id).unwrap();
    let again = parse(submit(&bob, &dialog.state)).unwrap();
    assert_eq!(guard.accept(&again.dialog_id).unwrap_err().kind(), ErrorKind::Forbidden);
    assert!(guard.accept("").is_err());
    for n in 0..10_000 {
        guard.accept(&n.to_string()).unwrap();
    }
    guard.accept(&form.dialog_id).unwrap();
}

#[test]
fn a_guard_lets_each_request_through_once() {
    let (token, guard) = (Secret::new("right"), ReplayGuard::new());
    let command = |trigger: &str| {
        CommandRequest::parse(FORM, format!("token=right&text=x&trigger_id={trigger}"), (&token, &guard))
    };
    // What is not verified is not remembered.
    let wrong = "token=wrong&trigger_id=one";
    assert!(CommandRequest::parse(FORM, wrong, (&token, &guard)).unwrap_err().is_forbidden());
    assert_eq!((command("one").is_ok(), command("one").is_ok(), command("two").is_ok()), (true, false, true));
    assert!(command("").unwrap_err().is_forbidden());

    let tokens = [Secret::new("second"), token.clone()];
    let post = "4op7suninh34s1qdqw8jwdk5td";
    let webhook = |token: &str| {
        let body = json!({"token": token, "post_id": post, "text": "x"}).to_string();
        OutgoingWebhookRequest::parse(JSON, body, (&tokens, &guard)).is_ok()
    };
    assert_eq!((webhook("right"), webhook("right"), webhook("second")), (true, false, true));

    let bob: UserId = "8ef4z5m5m7yqmyikymtmopjyie".parse().unwrap();
    let signed = context(Button::new("a", "A", "https://bot").secret(&token));
    let press = |trigger: &str| {
        let body = json!({"user_id": bob, "context": signed, "trigger_id": trigger}).to_string();
        PostActionIntegrationRequest::parse(JSON, body, (&token, &guard)).is_ok()
    };
    assert_eq!((press("three"), press("three"), press("four")), (true, false, true));

    // A dialog can be submitted again, until it is accepted.
    let dialog = Dialog::new("t").secret(&token, &bob);
    let submit = || {
        let body = json!({"user_id": bob, "state": dialog.state, "submission": {}}).to_string();
        DialogSubmission::parse(JSON, body, (&token, &guard))
    };
    assert_eq!(submit().unwrap().dialog_id, submit().unwrap().dialog_id);
    guard.accept(&submit().unwrap().dialog_id).unwrap();
    assert!(submit().unwrap_err().is_forbidden());
}

#[test]
fn malformed_requests_are_errors() {
    let token = Secret::new("right");
    let large = "x".repeat((1 << 20) + 1);
    let deep = format!(r#"{{"token":"right","a":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    for (content_type, body, status) in [
        (JSON, "{", 400),
        (JSON, "[]", 400),
        (JSON, "", 400),
        (JSON, &deep, 400),
        ("text/html", "token=right", 415),
        ("multipart/form-data", "token=right", 415),
        (FORM, &large, 413),
        (JSON, &large, 413),
        (FORM, &"a&".repeat(5000), 400),
    ] {
        let error = OutgoingWebhookRequest::parse(content_type, body, &token).unwrap_err();
        assert_eq!(CallbackResponse::from(error.clone()).status, status, "{error:?}");
    }
    assert!(CommandRequest::parse(FORM, [0xff, 0xfe], &token).is_err());
    assert_eq!(
        CommandRequest::parse("", "?token=right&text=a%20b+c%2Bd%zz&x", &token).unwrap().text,
        "a b c+d%zz"
    );
    assert!(PostActionIntegrationRequest::parse(FORM, "a=b", &token).is_err());
    assert_eq!(CallbackResponse::not_found().status, 404);
    let internal = mattermost::Client::builder("").connect().unwrap_err();
    assert_eq!(CallbackResponse::from(internal).status, 500);
}

#[test]
fn builders_write_what_servers_read() {
    let dialog = Dialog::new("Days off")
        .callback_id("vacation")
        .introduction_text("Days: **24 Dec**")
        .element(DialogElement::textarea("reason", "Reason").max_length(500).min_length(3).placeholder("why"))
        .element(DialogElement::text("mail", "Mail").subtype("email").optional())
        .element(DialogElement::select("who", "Who").users())
        .element(DialogElement::select("kind", "Kind").option("Holiday", "holiday").default_value("holiday"))
        .element(DialogElement::checkbox("sure", "Sure").default_value("true"))
        .submit_label("Ask")
        .notify_on_cancel();
    let wire = serde_json::to_value(&dialog).unwrap();
    assert_eq!(
        (&wire["title"], &wire["callback_id"], &wire["notify_on_cancel"]),
        (&json!("Days off"), &json!("vacation"), &json!(true))
    );
    let kinds: Vec<_> = dialog.elements.iter().map(|element| &*element.kind).collect();
    assert_eq!(kinds, ["textarea", "text", "select", "select", "bool"]);
    assert_eq!(wire["elements"][0]["max_length"], 500);
    assert_eq!(wire["elements"][3]["options"], json!([{"text": "Holiday", "value": "holiday"}]));
    let items = json_of(LookupDialogResponse::new([("One", "1")]));
    assert_eq!(items, json!({"items": [{"text": "One", "value": "1"}]}));
    let response = CommandResponse::in_channel("x")
        .goto_location("https://example.com")
        .extra_response(CommandResponse::ephemeral("y"));
    let response = json_of(response);
    assert_eq!(
        (&response["response_type"], &response["extra_responses"][0]["text"]),
        (&json!("in_channel"), &json!("y"))
    );
    let response = PostActionIntegrationResponse::ephemeral("only you");
    assert_eq!(json_of(response), json!({"ephemeral_text": "only you"}));
    assert_eq!(json_of(PostActionIntegrationResponse::default()), json!({}));
    assert_eq!(json_of(CallbackResponse::ok()), json!({}));
}

#[test]
fn delayed_responses_go_to_the_own_server_only() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let token = Secret::new("right");
    server.on("/hooks/commands/").http(200, "ok");
    server.forget_requests();
    let respond = |url: &str| {
        let body = format!("token=right&response_url={}", url.replace(':', "%3A").replace('/', "%2F"));
        CommandRequest::parse(FORM, body, &token)
            .unwrap()
            .respond(&client, &CommandResponse::ephemeral("late"))
    };
    respond(&format!("{}/hooks/commands/ct14fdk8djgnpjf6sisusnwnty", server.url())).unwrap();
    let sent = server.requests().pop().unwrap();
    assert_eq!(
        (&*sent.path, sent.header("authorization")),
        ("/hooks/commands/ct14fdk8djgnpjf6sisusnwnty", None)
    );
    for url in [
        "",
        "https://evil.example.com/hooks/commands/ct14fdk8djgnpjf6sisusnwnty",
        &format!("{}@evil.example.com/hooks/commands/ct14fdk8djgnpjf6sisusnwnty", server.url()),
        &format!("{}.evil.example.com/hooks/commands/ct14", server.url()),
        &format!("{}/hooks/commands/", server.url()),
        &format!("{}/hooks/commands/../../api/v4/users", server.url()),
        &format!("{}/api/v4/users", server.url()),
    ] {
        assert_eq!(respond(url).unwrap_err().kind(), ErrorKind::Input, "{url}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_program_registers_its_command_each_time_it_starts() {
    let server = TestServer::start().unwrap();
    let admin = server.client("admin").unwrap();
    let team: mattermost::TeamId = server.team_id("awesome-chat").parse().unwrap();
    let register = |url: &str| {
        let draft = mattermost::CommandDraft::new(&team, "vacation", url).auto_complete(true);
        admin.commands().create_or_update(&draft).unwrap()
    };
    let first = register("http://127.0.0.1:1/one");
    let again = register("http://127.0.0.1:1/two");
    assert_eq!((&first.id, &first.token, &*again.url), (&again.id, &again.token, "http://127.0.0.1:1/two"));
    assert_eq!(admin.commands().list_custom(&team).unwrap().len(), 1);
    // A person's direct channel needs no team.
    let direct = admin.channel("", "@bob").unwrap();
    assert!(direct.is_direct() && admin.channel("", "~town-square").is_err());
    // The files of a post, to a folder that does not exist yet.
    let draft = mattermost::PostDraft::new(&direct, "files");
    let files = ["a", "b"].map(|name| mattermost::Upload::bytes(name, name.repeat(9)));
    let post = admin.posts().create_with_files(&draft, files).unwrap();
    let folder = std::env::temp_dir().join(format!("mattermost-save-all-{}", std::process::id())).join("new");
    let _ = std::fs::remove_dir_all(folder.parent().unwrap());
    let paths = admin.files().save_all(&post, &folder).unwrap();
    let read = || paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<Vec<_>>();
    assert_eq!(read(), ["aaaaaaaaa", "bbbbbbbbb"]);
    server.on("GET /files/*").api_error(500, "not asked again");
    assert_eq!(admin.files().save_all(&post, &folder).unwrap(), paths);
    std::fs::remove_dir_all(folder.parent().unwrap()).unwrap();
}
