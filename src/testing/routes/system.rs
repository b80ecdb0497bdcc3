//! The server itself, and integrations.

use serde_json::{Value, json};

use super::{Call, Outcome, bad_body, fail, text};
use crate::testing::http::{Answer, Request, form};
use crate::testing::hub::Event;
use crate::testing::state::World;
use crate::testing::state::posts::NewPost;

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Outcome> {
    Some(match (method, path) {
        ("GET", ["system", "ping"]) => Ok(ping(call)),
        ("GET", ["config", "client"]) => Ok(config(call)),
        ("PUT", ["config", "patch"]) => call.admin().map(|_| {
            let config = config(call);
            let shown: Value = serde_json::from_slice(&config.body).unwrap_or_default();
            call.world.emit(&Event::new("config_changed", json!({"config": shown})));
            Answer::json(200, &json!({}))
        }),
        ("GET", ["license", "client"]) => Ok(Answer::json(200, &json!({"IsLicensed": "false"}))),
        ("GET", ["system", "timezones"]) => {
            call.user().map(|_| Answer::json(200, &json!(["Etc/UTC", "Europe/Berlin"])))
        }
        ("POST", ["roles", "names"]) => call.user().and_then(|_| {
            let names = call.texts("rolenames")?;
            let id = |name: &str| -> String {
                let letters = name.chars().filter(char::is_ascii_alphanumeric);
                letters.chain(std::iter::repeat('1')).take(26).collect()
            };
            let roles = names
                .iter()
                .map(|name| json!({"id": id(name), "name": name, "permissions": [], "built_in": true}));
            Ok(Answer::json(200, &roles.collect()))
        }),
        ("POST", ["commands", "execute"]) => execute(call),
        ("POST", ["hooks", "incoming"]) => new_hook(call),
        ("GET", ["hooks", "incoming"]) => {
            call.user().map(|_| Answer::json(200, &Value::Array(call.page(call.world.hooks.clone()))))
        }
        ("GET" | "POST" | "DELETE" | "PUT", ["websocket"]) => {
            Ok(Answer::bytes(400, "text/plain; charset=utf-8", "Bad Request\n"))
        }
        _ => return None,
    })
}

fn ping(call: &Call<'_>) -> Answer {
    let mut body = json!({
        "status": "OK", "ActiveSearchBackend": "database", "AndroidLatestVersion": "", "AndroidMinVersion": "",
        "IosLatestVersion": "", "IosMinVersion": "",
    });
    if let (Some(object), true) = (body.as_object_mut(), call.request.flag("get_server_status")) {
        object.insert("database_status".into(), json!("OK"));
        object.insert("filestore_status".into(), json!("OK"));
    }
    Answer::json(200, &body)
}

fn config(call: &Call<'_>) -> Answer {
    Answer::json(
        200,
        &json!({
            "Version": call.world.version, "BuildNumber": "", "SiteName": "Mattermost", "SiteURL": "",
            "WebsocketURL": "", "WebsocketPort": "80", "WebsocketSecurePort": "443",
            "EnableMultifactorAuthentication": "true", "EnableSignInWithEmail": "true",
            "EnableSignInWithUsername": "true", "MaxFileSize": call.world.max_file_size.to_string(),
            "CollapsedThreads": "always_on", "DefaultClientLocale": "en", "EnableUserTypingMessages": "true",
            "PostEditTimeLimit": "-1", "EnableFileAttachments": "true", "TeammateNameDisplay": "username",
        }),
    )
}

/// `/echo`, and that there is nothing else.
fn execute(call: &mut Call<'_>) -> Outcome {
    let me = call.user()?;
    let body = call.object("command_args")?;
    let command = text(&body, "command");
    let Some(line) = command.strip_prefix('/').filter(|line| !line.is_empty()) else {
        return Err(bad_body("command"));
    };
    let (trigger, rest) = line.split_once(' ').unwrap_or((line, ""));
    if trigger != "echo" {
        let message = format!(
            "Command with a trigger of '{trigger}' not found. To send a message beginning with \"/\", try adding \
             an empty space at the beginning of the message."
        );
        return Err(fail(404, "api.command.execute_command.not_found.app_error", message));
    }
    let channel_id = text(&body, "channel_id").to_owned();
    if !call.world.channel(&channel_id).is_some_and(|channel| channel.has(&me)) {
        return Err(super::forbidden());
    }
    call.world.create_post(NewPost {
        user_id: me,
        channel_id,
        root_id: text(&body, "root_id").to_owned(),
        message: rest.to_owned(),
        set_online: true,
        ..NewPost::default()
    });
    Ok(Answer::json(
        200,
        &json!({
            "response_type": "", "text": "", "username": "", "channel_id": "", "icon_url": "", "type": "",
            "props": null, "goto_location": "", "trigger_id": "", "skip_slack_parsing": false,
            "attachments": null, "extra_responses": null,
        }),
    ))
}

fn new_hook(call: &mut Call<'_>) -> Outcome {
    let me = call.user()?;
    let body = call.object("incoming_webhook")?;
    let id = text(&body, "channel_id");
    let Some(team) = call.world.channel(id).filter(|channel| channel.has(&me)).map(|c| c.team_id.clone())
    else {
        return Err(super::forbidden());
    };
    let now = call.world.now();
    let hook = json!({
        "id": call.world.clock.id(), "create_at": now, "update_at": now, "delete_at": 0, "user_id": me,
        "channel_id": id, "team_id": team, "display_name": text(&body, "display_name"),
        "description": text(&body, "description"), "username": "", "icon_url": "", "channel_locked": false,
    });
    call.world.hooks.push(hook.clone());
    Ok(Answer::json(201, &hook))
}

/// What an integration posts to `/hooks/{id}`.
pub(super) fn incoming_hook(world: &mut World, request: &Request, id: &str) -> Answer {
    let refuse = |world: &mut World, status| {
        let message =
            format!("Failed to handle the payload of media type application/json for incoming webhook {id}.");
        fail(status, "web.incoming_webhook.general.app_error", message).answer(world)
    };
    let hook = world.hooks.iter().find(|hook| hook.get("id").and_then(Value::as_str) == Some(id)).cloned();
    let Some(Value::Object(hook)) = hook else { return refuse(world, 400) };
    let payload = String::from_utf8_lossy(&request.body).into_owned();
    let payload =
        form(&payload).into_iter().find(|(name, _)| name == "payload").map_or(payload, |(_, value)| value);
    let Ok(Value::Object(body)) = serde_json::from_str(&payload) else { return refuse(world, 400) };
    if text(&body, "text").is_empty() && !body.contains_key("attachments") {
        return refuse(world, 400);
    }
    let channel_id = match text(&body, "channel").trim_start_matches('#') {
        "" => text(&hook, "channel_id").to_owned(),
        name => match world.channel_named(text(&hook, "team_id"), name) {
            Some(channel) => channel.id.clone(),
            None => return refuse(world, 404),
        },
    };
    let mut props = match body.get("props") {
        Some(Value::Object(props)) => props.clone(),
        _ => serde_json::Map::new(),
    };
    props.insert("from_webhook".into(), json!("true"));
    props.insert("webhook_display_name".into(), json!(text(&hook, "display_name")));
    if let Some(attachments) = body.get("attachments") {
        props.insert("attachments".into(), attachments.clone());
    }
    world.create_post(NewPost {
        user_id: text(&hook, "user_id").to_owned(),
        channel_id,
        message: text(&body, "text").to_owned(),
        props,
        ..NewPost::default()
    });
    Answer::bytes(200, "text/plain", "ok")
}
