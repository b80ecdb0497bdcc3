//! The built-in slash commands.

use serde_json::{Map, Value, json};

use super::command_place::CommandPlace;
use super::{AppError, RouteCall};
use crate::testing::state::posts::NewPost;

/// Trigger, hint, description.
const COMMANDS: &[(&str, &str, &str)] = &[
    ("away", "", "Set your status away"),
    ("code", "[text]", "Display text as a code block"),
    ("dnd", "", "Do not disturb disables desktop and mobile push notifications."),
    ("echo", "'message' [delay in seconds]", "Echo back text from your account"),
    ("header", "[text]", "Edit the channel header"),
    ("join", "~[channel]", "Join the open channel"),
    ("leave", "", "Leave the current channel"),
    ("me", "[message]", "Do an action"),
    ("msg", "@[username] 'message'", "Send Direct Message to a user"),
    ("offline", "", "Set your status offline"),
    ("online", "", "Set your status online"),
    ("purpose", "[text]", "Edit the channel purpose"),
    ("shrug", "[message]", "Adds ¯\\_(ツ)_/¯ to your message"),
];

pub(super) fn is_known(trigger: &str) -> bool {
    COMMANDS.iter().any(|(known, ..)| *known == trigger)
}

/// Returns the commands as the server lists them.
pub(super) fn all(old: bool) -> impl Iterator<Item = Value> {
    COMMANDS.iter().map(move |(trigger, hint, description)| {
        let mut command = json!({
            "id": "", "token": "", "create_at": 0, "update_at": 0, "delete_at": 0, "creator_id": "", "team_id": "",
            "trigger": trigger, "method": "", "username": "", "icon_url": "", "auto_complete": true,
            "auto_complete_desc": description, "auto_complete_hint": hint, "display_name": trigger,
            "description": "", "url": "",
        });
        if let (Some(object), false) = (command.as_object_mut(), old) {
            object.insert("plugin_id".into(), json!(""));
        }
        command
    })
}

fn response(fields: Value) -> Map<String, Value> {
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn ephemeral(text: impl Into<String>) -> Map<String, Value> {
    response(json!({"response_type": "ephemeral", "text": text.into()}))
}

/// Runs a built-in command. `None` if there is none with this name.
pub(super) fn run(
    call: &mut RouteCall<'_>,
    args: &CommandPlace,
    trigger: &str,
    rest: &str,
) -> Option<Result<Map<String, Value>, AppError>> {
    let me = &*args.caller;
    let world = &mut *call.world;
    Some(Ok(match trigger {
        "echo" if rest.is_empty() => ephemeral("A message must be provided with the /echo command."),
        "echo" => {
            let (message, _) = unquote(rest);
            world.create_post(NewPost {
                user_id: me.to_owned(),
                channel_id: args.channel_id.clone(),
                root_id: args.root_id.clone(),
                message: message.to_owned(),
                set_online: true,
                ..NewPost::default()
            });
            Map::new()
        }
        "me" => response(json!({
            "response_type": "in_channel", "type": "me", "text": format!("*{rest}*"), "props": {"message": rest},
        })),
        "shrug" => {
            let space = if rest.is_empty() { "" } else { " " };
            let text = format!("{rest}{space}¯\\\\\\_(ツ)\\_/¯");
            response(json!({"response_type": "in_channel", "text": text}))
        }
        "code" if rest.is_empty() => ephemeral("A message must be provided with the /code command."),
        "code" => {
            let text = format!("    {}", rest.lines().collect::<Vec<_>>().join("\n    "));
            response(json!({"response_type": "in_channel", "text": text, "skip_slack_parsing": true}))
        }
        "away" | "online" | "offline" | "dnd" => {
            world.set_status(me, trigger, trigger != "online");
            ephemeral(match trigger {
                "away" => "You are now away",
                "online" => "You are now online",
                "offline" => "You are now offline",
                _ => {
                    "Do Not Disturb is enabled. You will not receive desktop or mobile push notifications until Do \
                     Not Disturb is turned off."
                }
            })
        }
        "header" | "purpose" => {
            if rest.is_empty() {
                return Some(Ok(ephemeral(format!(
                    "A message must be provided with the /{trigger} command."
                ))));
            }
            let fields = Map::from_iter([(trigger.to_owned(), json!(rest))]);
            if let Err(error) = super::channels::change(call, &args.channel_id, &fields) {
                return Some(Ok(ephemeral(error.message)));
            }
            Map::new()
        }
        "leave" => match super::members::leave(call, &args.channel_id, me) {
            Ok(_) => {
                let team = call.world.team(&args.team_id).map(|team| team.name.clone()).unwrap_or_default();
                response(json!({"goto_location": format!("/{team}/channels/town-square")}))
            }
            Err(error) => ephemeral(error.message),
        },
        "join" => {
            let name = rest.trim().trim_start_matches('~').to_lowercase();
            let channel = world.channel_named(&args.team_id, &name).filter(|channel| channel.kind == "O");
            let Some(id) = channel.map(|channel| channel.id.clone()) else {
                return Some(Ok(ephemeral("Unable to find the channel.")));
            };
            super::members::enter(call, &id, me, me);
            let team = call.world.team(&args.team_id).map(|team| team.name.clone()).unwrap_or_default();
            response(json!({"goto_location": format!("/{team}/channels/{name}")}))
        }
        "msg" => {
            let (name, message) = rest.split_once(' ').unwrap_or((rest, ""));
            let name = name.trim_start_matches('@');
            let Some(other) = world.user_named(name).map(|user| user.id.clone()) else {
                return Some(Ok(ephemeral("Unable to find the user.")));
            };
            let (channel_id, _) = world.direct(me, &other);
            if !message.is_empty() {
                world.create_post(NewPost {
                    user_id: me.to_owned(),
                    channel_id,
                    message: message.to_owned(),
                    set_online: true,
                    ..NewPost::default()
                });
            }
            let team = world.team(&args.team_id).map(|team| team.name.clone()).unwrap_or_default();
            response(json!({"goto_location": format!("/{team}/messages/@{name}")}))
        }
        _ => return None,
    }))
}

/// Splits the argument of `/echo` into the message, which may be quoted, and the delay.
fn unquote(text: &str) -> (&str, &str) {
    match text.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((message, delay)) => (message, delay),
        None => (text, ""),
    }
}
