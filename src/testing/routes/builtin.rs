//! The built-in slash commands.

use serde_json::{Map, Value, json};

use super::command_place::{BuiltinResponse, CommandPlace, ephemeral, response};
use super::{AppError, RouteCall};
use crate::testing::hub::HubEvent;
use crate::testing::rules::Permission;
use crate::testing::state::World;
use crate::testing::state::posts::NewPost;

const COMMANDS: &str = include_str!("builtin.tsv");
/// Maximum delay of `/echo`, in seconds.
const MAX_ECHO_DELAY: i64 = 10_000;

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

/// Returns the commands as the server lists them: without those that need email, if it is off.
pub(super) fn all(world: &World) -> impl Iterator<Item = Value> {
    let mails = world.is_set("EmailSettings", "SendEmailNotifications");
    let listed = commands(world.is_old()).filter(move |known| mails || known.trigger != "invite_people");
    listed.map(|known| {
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

/// Runs a built-in command. `None` if there is none with this name.
pub(super) fn run(
    call: &mut RouteCall<'_>,
    args: &CommandPlace,
    trigger: &str,
    rest: &str,
) -> Option<Result<BuiltinResponse, AppError>> {
    let me = &*args.caller;
    let world = &mut *call.world;
    Some(Ok(match trigger {
        "echo" if rest.is_empty() => ephemeral("A message must be provided with the /echo command."),
        "echo" => {
            let (message, delay) = split_delay(rest);
            if delay > MAX_ECHO_DELAY {
                return Some(Ok(ephemeral("Delays must be under 10000 seconds.")));
            }
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
            "response_type": "in_channel", "type": "me", "text": format!("*{rest}*"),
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
        "shortcuts" | "search" | "settings" => unsupported(trigger),
        "marketplace" if !world.is_old() => unsupported(trigger),
        "logout" => response(json!({"goto_location": "/login"})),
        "help" => help(call),
        "expand" | "collapse" => set_previews(call, me, trigger == "collapse"),
        "status" => set_custom_status(call, me, rest.trim()),
        "invite_people" => ephemeral(invite_people(call, args, rest)),
        "secure-connection" | "share-channel" => ephemeral(connections(call, me, trigger, rest)),
        _ => return super::channel_commands::run(call, args, trigger, rest).map(Ok),
    }))
}

fn unsupported(trigger: &str) -> BuiltinResponse {
    ephemeral(format!("The {trigger} command is not supported on your device."))
}

fn help(call: &RouteCall<'_>) -> BuiltinResponse {
    let link = match call.world.setting("SupportSettings", "HelpLink") {
        Some(Value::String(link)) if !link.is_empty() => link,
        _ => "https://about.mattermost.com/default-help/".to_owned(),
    };
    if call.world.is_old() {
        return response(json!({"goto_location": link}));
    }
    ephemeral(format!(
        "Mattermost connects the people and tools of a team.\r\n\r\n[View documentation and guides]({link})"
    ))
}

/// Expands or collapses the previews of images.
fn set_previews(call: &mut RouteCall<'_>, me: &str, collapsed: bool) -> BuiltinResponse {
    let preference = json!({
        "user_id": me, "category": "display_settings", "name": "collapse_previews", "value": collapsed.to_string(),
    });
    let known = call.world.preferences.entry(me.to_owned()).or_default();
    known.retain(|(category, name, _)| category != "display_settings" || name != "collapse_previews");
    known.push(("display_settings".into(), "collapse_previews".into(), collapsed.to_string()));
    let data = json!({"preference": preference.to_string()});
    call.world.emit(&HubEvent::new("preference_changed", data).for_user(me));
    ephemeral(format!("Image links now {} by default", if collapsed { "collapse" } else { "expand" }))
}

fn set_custom_status(call: &mut RouteCall<'_>, me: &str, rest: &str) -> BuiltinResponse {
    if rest == "clear" {
        super::statuses::store_custom_status(call, me, None);
        return ephemeral("Your status was cleared.");
    }
    let named = rest.strip_prefix(':').and_then(|rest| rest.split_once(':'));
    let named = named.filter(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
    });
    let (emoji, text) = named.map_or(("speech_balloon", rest), |(emoji, text)| (emoji, text.trim()));
    let status = Map::from_iter([
        ("emoji".to_owned(), json!(emoji)),
        ("text".to_owned(), json!(text)),
        ("duration".to_owned(), json!("")),
        ("expires_at".to_owned(), json!("0001-01-01T00:00:00Z")),
    ]);
    super::statuses::store_custom_status(call, me, Some(status));
    ephemeral(format!(
        "Your status is set to “:{emoji}: {text}”. You can change your status from the status popover in the channel \
         sidebar header."
    ))
}

fn invite_people(call: &RouteCall<'_>, args: &CommandPlace, rest: &str) -> &'static str {
    let set = |section: &str, name: &str| call.world.is_set(section, name);
    if !call.world.allows_in_team(&args.caller, &args.team_id, Permission::AddToTeam) {
        return "You don't have permission to invite new users to this server.";
    }
    if !set("EmailSettings", "SendEmailNotifications") {
        return "Email has not been configured, no invite(s) sent";
    }
    if !set("TeamSettings", "EnableUserCreation") {
        return "User creation has been disabled on this server, no invite(s) sent";
    }
    if !set("ServiceSettings", "EnableEmailInvitations") {
        return "Email invitations are disabled, no invite(s) sent";
    }
    if !rest.split_whitespace().any(|address| address.contains('@')) {
        return "Please specify one or more valid email addresses";
    }
    "Email invite(s) sent"
}

/// Responds to the commands for connections to other servers, of which there are none.
fn connections(call: &RouteCall<'_>, me: &str, trigger: &str, rest: &str) -> String {
    let shares = trigger == "share-channel";
    if !call.world.is_admin(me) {
        let (permission, what) = if shares {
            ("manage_shared_channels", "shared channels")
        } else {
            ("manage_secure_connections", "secure connections")
        };
        return format!("You require `{permission}` permission to manage {what}.");
    }
    match rest.split_whitespace().next() {
        _ if shares => "Shared Channels Service is disabled.".to_owned(),
        None => "Missing command. Available actions: create, accept, remove, status".to_owned(),
        Some("status") => "** No secure connections found. **".to_owned(),
        Some("create" | "accept" | "remove") => "Secure Connection Service not enabled.".to_owned(),
        Some(action) => format!("Unknown action `{action}`"),
    }
}

/// Splits the argument of `/echo` into the message, which may be quoted, and the delay in seconds.
fn split_delay(text: &str) -> (&str, i64) {
    if let Some((message, delay)) = text.strip_prefix('"').and_then(|rest| rest.rsplit_once('"')) {
        if !message.is_empty() {
            return (message, delay.trim_matches([' ', '"']).parse().unwrap_or(0));
        }
    }
    let split = text.rsplit_once(' ').and_then(|(message, delay)| Some((message, delay.parse().ok()?)));
    split.unwrap_or((text, 0))
}
