//! The built-in slash commands.

use serde_json::{Map, Value, json};

use super::command_place::CommandPlace;
use super::{AppError, RouteCall};
use crate::testing::state::posts::NewPost;

const COMMANDS: &str = include_str!("builtin.tsv");

/// A built-in command of one version.
#[derive(Debug)]
struct BuiltinCommand {
    trigger: &'static str,
    display_name: &'static str,
    hint: &'static str,
    description: &'static str,
    /// The data for completion, as JSON. Empty for most.
    completion: &'static str,
}

fn commands(old: bool) -> impl Iterator<Item = BuiltinCommand> {
    COMMANDS.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| {
        let mut cells = line.split('\t');
        let (trigger, new) = (cells.next()?, cells.next()?);
        let cell = cells.next().filter(|cell| old && *cell != "=").unwrap_or(new);
        let mut texts = cell.split('|');
        let (display_name, hint, description) = (texts.next()?, texts.next()?, texts.next()?);
        Some(BuiltinCommand { trigger, display_name, hint, description, completion: cells.next()? })
    })
}

pub(super) fn is_known(trigger: &str) -> bool {
    commands(false).any(|known| known.trigger == trigger)
}

/// Returns the commands as the server lists them.
pub(super) fn all(old: bool) -> impl Iterator<Item = Value> {
    commands(old).map(|known| {
        let mut command = json!({
            "id": "", "token": "", "create_at": 0, "update_at": 0, "delete_at": 0, "creator_id": "", "team_id": "",
            "trigger": known.trigger, "method": "", "username": "", "icon_url": "", "auto_complete": true,
            "auto_complete_desc": known.description, "auto_complete_hint": known.hint,
            "display_name": known.display_name, "description": "", "url": "", "plugin_id": "",
        });
        if let (Some(object), Ok(completion)) =
            (command.as_object_mut(), serde_json::from_str::<Value>(known.completion))
        {
            object.insert("autocomplete_data".into(), completion);
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
