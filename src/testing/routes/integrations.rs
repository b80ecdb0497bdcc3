//! Slash commands.

use serde_json::{Map, Value, json};

use super::command_place::CommandPlace;
use super::outgoing::{Outgoing, Reply, Target};
use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, builtin, fail, forbidden, text};
use crate::testing::clock::is_id;
use crate::testing::http::{Request, ServerResponse};
use crate::testing::rules::Permission;
use crate::testing::state::World;
use crate::testing::state::integrations::Handler;
use crate::testing::state::posts::NewPost;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["commands"]) => create(call),
        ("GET", ["commands"]) => list(call),
        ("POST", ["commands", "execute"]) => execute(call),
        ("GET", ["commands", id]) => managed(call, id).map(|at| shown(call, at)),
        ("PUT", ["commands", id]) => update(call, id),
        ("DELETE", ["commands", id]) => managed(call, id).map(|at| {
            call.world.integrations.commands.remove(at);
            ServerResponse::done()
        }),
        ("PUT", ["commands", id, "regen_token"]) => managed(call, id).map(|at| {
            let token = call.world.clock.id();
            if let Some(command) = call.world.integrations.commands.get_mut(at) {
                command.insert("token".into(), json!(token));
            }
            ServerResponse::json(200, &json!({"token": token}))
        }),
        ("PUT", ["commands", id, "move"]) => move_to_team(call, id),
        ("GET", ["teams", team, "commands", "autocomplete"]) => autocomplete(call, team),
        ("GET", ["teams", team, "commands", "autocomplete_suggestions"]) => suggestions(call, team),
        _ => return None,
    })
}

fn shown(call: &RouteCall<'_>, at: usize) -> ServerResponse {
    let command = call.world.integrations.commands.get(at).cloned().unwrap_or_default();
    ServerResponse::json(200, &Value::Object(command))
}

/// Returns the team whose commands the caller manages.
fn in_team(call: &RouteCall<'_>, team: &str) -> Result<String, AppError> {
    call.in_team(team, Permission::ManageIntegrations)
}

/// Returns the index of a command that the caller may manage. Others are reported as missing.
fn managed(call: &RouteCall<'_>, id: &str) -> Result<usize, AppError> {
    call.user()?;
    if !is_id(id) {
        return Err(bad_url("command_id"));
    }
    let missing = || fail(404, "store.sql_command.get.missing.app_error", "Command does not exist.");
    let commands = &call.world.integrations.commands;
    let at = commands.iter().position(|command| text(command, "id") == id).ok_or_else(missing)?;
    let team = commands.get(at).map(|command| text(command, "team_id")).unwrap_or_default();
    // Callers who may not manage it get the error of a missing one, with another ID.
    let hidden = || fail(404, "store.sql_command.save.get.app_error", "Unable to get the command.");
    in_team(call, team).map(|_| at).map_err(|_| hidden())
}

fn checked(
    call: &RouteCall<'_>,
    body: &Map<String, Value>,
    own: &str,
) -> Result<Map<String, Value>, AppError> {
    let trigger = text(body, "trigger").to_lowercase();
    let invalid = |field: &str| {
        let mut error = fail(400, "", format!("Invalid {field}."));
        error.id = format!("model.command.is_valid.{field}.app_error").into();
        error
    };
    if trigger.is_empty() || trigger.len() > 128 || trigger.starts_with('/') || trigger.contains(' ') {
        return Err(invalid("trigger"));
    }
    let (method, url) = (text(body, "method"), text(body, "url"));
    if !matches!(method, "G" | "P") {
        return Err(invalid("method"));
    }
    if url.is_empty() || url.len() > 1024 {
        return Err(invalid("url"));
    }
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(invalid("url_http"));
    }
    if text(body, "display_name").chars().count() > 64 {
        return Err(invalid("display_name"));
    }
    if text(body, "description").chars().count() > 128 {
        return Err(invalid("description"));
    }
    let team = text(body, "team_id");
    let taken = call.world.integrations.commands.iter().any(|known| {
        text(known, "trigger") == trigger && text(known, "team_id") == team && text(known, "id") != own
    });
    if taken || builtin::is_known(&trigger) {
        let message = "This trigger word is already in use. Please choose another word.";
        return Err(fail(400, "api.command.duplicate_trigger.app_error", message));
    }
    let mut command = Map::new();
    for name in [
        "team_id",
        "method",
        "username",
        "icon_url",
        "auto_complete_desc",
        "auto_complete_hint",
        "display_name",
        "description",
        "url",
    ] {
        command.insert(name.to_owned(), json!(text(body, name)));
    }
    command.insert("trigger".into(), json!(trigger));
    command.insert("plugin_id".into(), json!(""));
    let completes = body.get("auto_complete").and_then(Value::as_bool).unwrap_or(false);
    command.insert("auto_complete".into(), json!(completes));
    Ok(command)
}

fn create(call: &mut RouteCall<'_>) -> RouteResult {
    call.user()?;
    let body = call.object("command")?;
    let me = in_team(call, text(&body, "team_id"))?;
    let command = checked(call, &body, "")?;
    let command = add(call.world, command, &me);
    Ok(ServerResponse::json(201, &Value::Object(command)))
}

/// Adds a command, and returns it as the server shows it.
pub(in crate::testing) fn add(
    world: &mut World,
    mut command: Map<String, Value>,
    creator: &str,
) -> Map<String, Value> {
    let now = world.now();
    for (name, value) in [
        ("id", json!(world.clock.id())),
        ("token", json!(world.clock.id())),
        ("create_at", json!(now)),
        ("update_at", json!(now)),
        ("delete_at", json!(0)),
        ("creator_id", json!(creator)),
    ] {
        command.insert(name.into(), value);
    }
    world.integrations.commands.push(command.clone());
    command
}

fn list(call: &RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let team = call.request.param("team_id").unwrap_or_default();
    if !is_id(team) {
        return Err(bad_body("team_id"));
    }
    let own = || {
        let commands = call.world.integrations.commands.iter();
        commands.filter(|command| text(command, "team_id") == team).cloned().map(Value::Object)
    };
    let member = call.world.team(team).is_some_and(|team| team.has(&me)) || call.is_admin();
    if !member {
        return Err(forbidden());
    }
    let manages = in_team(call, team).is_ok();
    if call.request.flag("custom_only") {
        return if manages { Ok(ServerResponse::json(200, &own().collect())) } else { Err(forbidden()) };
    }
    let builtin = builtin::all(call.world);
    Ok(ServerResponse::json(200, &builtin.chain(own().filter(|_| manages)).collect()))
}

fn autocomplete(call: &RouteCall<'_>, team: &str) -> RouteResult {
    let me = call.user()?;
    if !is_id(team) {
        return Err(bad_url("team_id"));
    }
    if !call.world.team(team).is_some_and(|team| team.has(&me)) && !call.is_admin() {
        return Err(forbidden());
    }
    let offered = call.world.integrations.commands.iter().filter(|command| {
        text(command, "team_id") == team && command.get("auto_complete") == Some(&Value::Bool(true))
    });
    // Other users do not see the URL of a command.
    let offered = offered.cloned().map(|mut command| {
        for (name, value) in [("token", ""), ("creator_id", ""), ("method", ""), ("url", "")] {
            command.insert(name.into(), json!(value));
        }
        Value::Object(command)
    });
    Ok(ServerResponse::json(200, &builtin::all(call.world).chain(offered).collect()))
}

/// Returns the commands whose triggers begin with the input.
fn suggestions(call: &RouteCall<'_>, team: &str) -> RouteResult {
    let me = call.user()?;
    if !call.world.team(team).is_some_and(|team| team.has(&me)) && !call.is_admin() {
        return Err(forbidden());
    }
    let input = call.request.param("user_input").unwrap_or_default().trim_start_matches('/').to_lowercase();
    if call.request.param("user_input").is_none_or(str::is_empty) {
        return Err(bad_body("userInput"));
    }
    let custom = call.world.integrations.commands.iter().filter(|command| {
        text(command, "team_id") == team && command.get("auto_complete") == Some(&Value::Bool(true))
    });
    let all = builtin::all(call.world).chain(custom.cloned().map(Value::Object));
    let found = all.filter_map(|command| {
        let command = command.as_object()?;
        let trigger = text(command, "trigger");
        trigger.starts_with(&*input).then(|| {
            json!({
                "Complete": trigger, "Suggestion": trigger, "Hint": text(command, "auto_complete_hint"),
                "Description": text(command, "auto_complete_desc"), "IconData": "",
            })
        })
    });
    Ok(ServerResponse::json(200, &found.collect()))
}

fn update(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let mut body = call.object("command")?;
    if text(&body, "id") != id {
        return Err(bad_body("command"));
    }
    let at = managed(call, id)?;
    let now = call.world.now();
    let known = call.world.integrations.commands.get(at).cloned().unwrap_or_default();
    body.entry("team_id").or_insert_with(|| json!(text(&known, "team_id")));
    if text(&body, "team_id") != text(&known, "team_id") {
        let message = "Unable to update commands across teams.";
        return Err(fail(400, "api.command.team_mismatch.app_error", message));
    }
    let changed = checked(call, &body, id)?;
    if let Some(command) = call.world.integrations.commands.get_mut(at) {
        command.extend(changed);
        command.insert("update_at".into(), json!(now));
    }
    Ok(shown(call, at))
}

fn move_to_team(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let body = call.object("team_id")?;
    let team = text(&body, "team_id");
    if call.world.team(team).is_none() {
        return Err(fail(404, "app.team.get.find.app_error", "Unable to find the existing team."));
    }
    let at = managed(call, id)?;
    in_team(call, team)?;
    if let Some(command) = call.world.integrations.commands.get_mut(at) {
        command.insert("team_id".into(), json!(team));
    }
    Ok(ServerResponse::done())
}

fn execute(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("command_args")?;
    let command = text(&body, "command");
    if command.chars().count() <= 1 || !command.starts_with('/') || !is_id(text(&body, "channel_id")) {
        let message = "Command must start with /.";
        return Err(fail(400, "api.command.execute_command.start.app_error", message));
    }
    let old = call.world.is_old();
    let needed = if old { Permission::UseSlashCommands } else { Permission::CreatePost };
    call.in_channel(text(&body, "channel_id"), needed)?;
    let channel = call.world.channel(text(&body, "channel_id")).ok_or_else(forbidden)?;
    if channel.delete_at > 0 {
        let message = "Cannot run a command in an archived channel.";
        return Err(fail(400, "api.command.execute_command.deleted.error", message));
    }
    let team = if channel.team_id.is_empty() { text(&body, "team_id") } else { &channel.team_id };
    let args = CommandPlace {
        caller: me,
        channel_id: channel.id.clone(),
        root_id: text(&body, "root_id").to_owned(),
        team_id: team.to_owned(),
    };
    let (trigger, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let trigger = trigger.trim_start_matches('/').to_lowercase();
    let custom = call
        .world
        .integrations
        .commands
        .iter()
        .find(|command| text(command, "trigger") == trigger && text(command, "team_id") == args.team_id);
    if let Some(command) = custom.cloned() {
        return Ok(call_command(call, command, args, rest));
    }
    if let Some(response) = builtin::run(call, &args, &trigger, rest) {
        return respond(call, None, &args, response?);
    }
    let trigger: String = trigger.chars().take(128).collect();
    let message = format!(
        "Command with a trigger of '{trigger}' not found. To send a message beginning with \"/\", try adding \
         an empty space at the beginning of the message."
    );
    Err(fail(404, "api.command.execute_command.not_found.app_error", message))
}

/// Calls the program, or the closure of the test, that handles a custom command.
fn call_command(
    call: &mut RouteCall<'_>,
    command: Map<String, Value>,
    args: CommandPlace,
    rest: &str,
) -> ServerResponse {
    let (trigger_id, client_trigger) = call.world.new_trigger(&args.caller);
    let response_url = call.world.new_response_url(&command, &args.caller, &args.channel_id, &args.root_id);
    let name_of = |channel: Option<&crate::testing::state::StoredChannel>| channel.map(|c| c.name.clone());
    let trigger = format!("/{}", text(&command, "trigger"));
    let site = call.site();
    let mut fields = vec![
        ("channel_id", args.channel_id.clone()),
        ("channel_name", name_of(call.world.channel(&args.channel_id)).unwrap_or_default()),
        ("command", trigger),
        ("response_url", format!("{site}/hooks/commands/{response_url}")),
        ("team_domain", call.world.team(&args.team_id).map(|team| team.name.clone()).unwrap_or_default()),
        ("team_id", args.team_id.clone()),
        ("text", rest.to_owned()),
        ("token", text(&command, "token").to_owned()),
        ("trigger_id", trigger_id),
        ("user_id", args.caller.clone()),
        ("user_name", call.world.name_of(&args.caller).to_owned()),
    ];
    if !call.world.is_old() {
        fields.push(("root_id", args.root_id.clone()));
    }
    add_mentions(call.world, &args, rest, &mut fields);
    fields.sort();
    let handler: Option<Handler> = call.world.integrations.handlers.get(text(&command, "id")).cloned();
    let target = match handler {
        Some(handler) => {
            Target::Handler(handler, fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
        }
        None => Target::form(
            text(&command, "method") == "G",
            text(&command, "url"),
            &fields,
            text(&command, "token"),
        ),
    };
    call.outgoing = Some(Outgoing {
        target,
        then: Box::new(move |call, reply| {
            let mut response = command_response(&reply, text(&command, "trigger"))?;
            response.insert("trigger_id".into(), json!(client_trigger));
            respond(call, Some(&command), &args, response)
        }),
    });
    ServerResponse::done()
}

/// Adds the names and IDs of the users and channels that are mentioned in the text of a command.
fn add_mentions(world: &World, args: &CommandPlace, rest: &str, fields: &mut Vec<(&'static str, String)>) {
    let names = |mark: char| -> Vec<&str> {
        let words = rest.split(|c: char| c.is_whitespace() || c == ',');
        words
            .filter_map(|word| word.strip_prefix(mark))
            .map(|name| name.trim_end_matches(['.', ':', '!', '?']))
            .collect()
    };
    for name in names('@') {
        if let Some(user) = world.user_named(name) {
            fields.push(("user_mentions", user.username.clone()));
            fields.push(("user_mentions_ids", user.id.clone()));
        }
    }
    for name in names('~') {
        if let Some(channel) =
            world.channel_named(&args.team_id, name).filter(|c| world.may_read(&args.caller, &c.id))
        {
            fields.push(("channel_mentions", channel.name.clone()));
            fields.push(("channel_mentions_ids", channel.id.clone()));
        }
    }
}

/// Returns the response of a program, which is JSON or text.
fn command_response(reply: &Result<Reply, String>, trigger: &str) -> Result<Map<String, Value>, AppError> {
    let failed = |id: &'static str, message: String| Err(fail(500, id, message));
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => {
            let message = format!("Command with a trigger of '{trigger}' failed.");
            let mut failure = fail(500, "api.command.execute_command.failed.app_error", message);
            failure.detail.clone_from(error);
            return Err(failure);
        }
    };
    if reply.status != 200 {
        let message = format!("Command with a trigger of '{trigger}' returned response {}.", reply.status);
        return failed("api.command.execute_command.failed_resp.app_error", message);
    }
    if !reply.kind.starts_with("application/json") {
        let mut response = Map::new();
        response.insert("text".into(), json!(String::from_utf8_lossy(&reply.body)));
        return Ok(response);
    }
    match serde_json::from_slice(&reply.body) {
        Ok(Value::Object(response)) => Ok(response),
        _ => failed(
            "api.command.execute_command.failed.app_error",
            format!("Command with a trigger of '{trigger}' failed."),
        ),
    }
}

/// Posts the response to a command and the extra responses, and returns the first to the caller.
fn respond(
    call: &mut RouteCall<'_>,
    command: Option<&Map<String, Value>>,
    args: &CommandPlace,
    response: Map<String, Value>,
) -> RouteResult {
    let extra = response.get("extra_responses").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut denied = post_response(call.world, command, args, &response).is_err();
    for response in extra.iter().filter_map(Value::as_object) {
        denied |= post_response(call.world, command, args, response).is_err();
    }
    if denied {
        let message = "Command failed to post the response.";
        return Err(fail(500, "api.command.execute_command.create_post_failed.app_error", message));
    }
    let mut shown = json!({
        "response_type": "", "text": "", "username": "", "channel_id": "", "icon_url": "", "type": "",
        "props": null, "goto_location": "", "trigger_id": "", "skip_slack_parsing": false,
        "attachments": null, "extra_responses": null,
    });
    if let Some(object) = shown.as_object_mut() {
        for (name, value) in response {
            if let Some(known) = object.get_mut(&name) {
                *known = value;
            }
        }
    }
    Ok(ServerResponse::json(200, &shown))
}

fn post_response(
    world: &mut World,
    command: Option<&Map<String, Value>>,
    args: &CommandPlace,
    response: &Map<String, Value>,
) -> Result<(), ()> {
    let mut channel_id = args.channel_id.clone();
    let other = text(response, "channel_id");
    if !other.is_empty() {
        if !world.channel(other).is_some_and(|channel| channel.has(&args.caller)) {
            return Err(());
        }
        other.clone_into(&mut channel_id);
    }
    let mut props = response.get("props").and_then(Value::as_object).cloned().unwrap_or_default();
    let given = |name: &str| {
        let own = command.map(|command| text(command, name)).unwrap_or_default();
        if own.is_empty() { text(response, name) } else { own }
    };
    if world.is_set("ServiceSettings", "EnablePostUsernameOverride") && !given("username").is_empty() {
        props.insert("override_username".into(), json!(given("username")));
    }
    if world.is_set("ServiceSettings", "EnablePostIconOverride") {
        props.insert("override_icon_url".into(), json!(given("icon_url")));
    }
    if command.is_some() || props.contains_key("override_username") {
        props.insert("from_webhook".into(), json!("true"));
    }
    let attachments = response.get("attachments").filter(|attachments| attachments.is_array());
    let mut kind = text(response, "type").to_owned();
    if let Some(attachments) = attachments {
        props.insert("attachments".into(), attachments.clone());
        "slack_attachment".clone_into(&mut kind);
    }
    let skip = response.get("skip_slack_parsing").and_then(Value::as_bool).unwrap_or(false);
    let message = if skip {
        text(response, "text").to_owned()
    } else {
        super::webhook_payload::slack_text(world, text(response, "text"))
    };
    match text(response, "response_type") {
        "in_channel" => {
            world.create_post(NewPost {
                user_id: args.caller.clone(),
                channel_id,
                root_id: args.root_id.clone(),
                message,
                kind,
                props,
                set_online: true,
                ..NewPost::default()
            });
        }
        "" | "ephemeral" if !message.is_empty() || attachments.is_some() => {
            let post = json!({
                "user_id": args.caller, "channel_id": channel_id, "root_id": args.root_id, "message": message,
                "props": props,
            });
            world.send_ephemeral(&args.caller, post.as_object().unwrap_or(&Map::new()));
        }
        _ => {}
    }
    Ok(())
}

/// Accepts a delayed response, which an integration sends to a response URL.
pub(super) fn delayed_response(world: &mut World, request: &Request, id: &str) -> ServerResponse {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let json = request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let response = match serde_json::from_str(&body) {
        Ok(Value::Object(response)) if json => response,
        _ if json => {
            let message = "Unable to parse incoming data.";
            return fail(400, "web.command_webhook.parse.app_error", message).answer(world);
        }
        _ => Map::from_iter([("text".to_owned(), json!(body))]),
    };
    let url = match world.use_response_url(id) {
        Ok(url) => url,
        Err("missing") => {
            let id = "app.command_webhook.get.missing";
            return fail(404, id, "Unable to get the webhook.").answer(world);
        }
        Err(_) => {
            let id = "app.command_webhook.try_use.invalid";
            return fail(400, id, "Invalid webhook.").answer(world);
        }
    };
    let team_id = world.channel(&url.channel_id).map(|channel| channel.team_id.clone()).unwrap_or_default();
    let args =
        CommandPlace { caller: url.user_id, channel_id: url.channel_id, root_id: url.root_id, team_id };
    match post_response(world, Some(&url.command), &args, &response) {
        Ok(()) => ServerResponse::bytes(200, "text/plain", "ok"),
        Err(()) => forbidden().answer(world),
    }
}
