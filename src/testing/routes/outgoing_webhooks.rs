//! Outgoing webhooks.

use serde_json::{Map, Value};

use super::outgoing::{Reply, Target};
use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text, webhooks};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::rules::Permission;
use crate::testing::state::World;
use crate::testing::state::outgoing_webhooks::{StoredOutgoingWebhook, Triggered};

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["hooks", "outgoing"]) => create(call),
        ("GET", ["hooks", "outgoing"]) => list(call),
        ("GET", ["hooks", "outgoing", id]) => managed(call, id).and_then(|at| shown(call, at)),
        ("PUT", ["hooks", "outgoing", id]) => update(call, id),
        ("DELETE", ["hooks", "outgoing", id]) => managed(call, id).map(|at| {
            call.world.outgoing_webhooks.remove(at);
            ServerResponse::done()
        }),
        ("POST", ["hooks", "outgoing", id, "regen_token"]) => managed(call, id).and_then(|at| {
            let (token, now) = (call.world.clock.id(), call.world.now());
            if let Some(hook) = call.world.outgoing_webhooks.get_mut(at) {
                hook.token = token;
                hook.update_at = now;
            }
            shown(call, at)
        }),
        _ => return None,
    })
}

fn missing() -> AppError {
    fail(404, "app.webhooks.get_outgoing.app_error", "Unable to get the webhook.")
}

fn shown(call: &RouteCall<'_>, at: usize) -> RouteResult {
    call.world
        .outgoing_webhooks
        .get(at)
        .map(|hook| ServerResponse::json(200, &hook.json()))
        .ok_or_else(missing)
}

/// Returns the index of a webhook that the caller may manage.
fn managed(call: &RouteCall<'_>, id: &str) -> Result<usize, AppError> {
    call.user()?;
    if !is_id(id) {
        return Err(bad_url("hook_id"));
    }
    let at = call.world.outgoing_webhooks.iter().position(|hook| hook.id == id).ok_or_else(missing)?;
    let team = call.world.outgoing_webhooks.get(at).map(|hook| &*hook.team_id).unwrap_or_default();
    call.in_team(team, Permission::ManageIntegrations).map(|_| at)
}

fn words(body: &Map<String, Value>, name: &str) -> Vec<String> {
    let words = body.get(name).and_then(Value::as_array).into_iter().flatten();
    words.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Reads the fields of a request, and refuses those that the server does not accept.
fn fill(
    call: &RouteCall<'_>,
    hook: &mut StoredOutgoingWebhook,
    body: &Map<String, Value>,
) -> Result<(), AppError> {
    let invalid = |field: &str| {
        let mut error = fail(400, "", format!("Invalid {field}."));
        error.id = format!("model.outgoing_hook.is_valid.{field}.app_error").into();
        error
    };
    hook.trigger_words = words(body, "trigger_words");
    hook.callback_urls = words(body, "callback_urls");
    hook.trigger_when = body.get("trigger_when").and_then(Value::as_i64).unwrap_or(0);
    for (field, name) in [
        (&mut hook.channel_id, "channel_id"),
        (&mut hook.display_name, "display_name"),
        (&mut hook.description, "description"),
        (&mut hook.content_type, "content_type"),
        (&mut hook.username, "username"),
        (&mut hook.icon_url, "icon_url"),
    ] {
        text(body, name).clone_into(field);
    }
    if !hook.channel_id.is_empty() {
        let channel = call.world.channel(&hook.channel_id).ok_or_else(|| {
            fail(404, "app.channel.get.existing.app_error", "Unable to find the existing channel.")
        })?;
        let message = "Unable to create webhook.";
        if channel.kind != "O" {
            return Err(fail(403, "api.outgoing_webhook.disabled.app_error", message));
        }
        if channel.team_id != hook.team_id {
            return Err(fail(403, "api.webhook.create_outgoing.permissions.app_error", message));
        }
    } else if hook.trigger_words.is_empty() {
        let message = "Either trigger words or a channel must be given.";
        return Err(fail(400, "api.webhook.create_outgoing.triggers.app_error", message));
    }
    if hook.trigger_words.iter().any(String::is_empty) {
        return Err(invalid("trigger_words"));
    }
    if hook.callback_urls.is_empty() {
        return Err(invalid("callback"));
    }
    let is_http = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    if !hook.callback_urls.iter().all(is_http) {
        return Err(invalid("url"));
    }
    if hook.display_name.len() > 64 {
        return Err(invalid("display_name"));
    }
    if hook.description.len() > 500 {
        return Err(invalid("description"));
    }
    if hook.trigger_when > 1 {
        return Err(invalid("content_type"));
    }
    let taken = call.world.outgoing_webhooks.iter().any(|other| {
        other.id != hook.id
            && other.team_id == hook.team_id
            && other.channel_id == hook.channel_id
            && other.callback_urls.iter().any(|url| hook.callback_urls.contains(url))
            && other.trigger_words.iter().any(|word| hook.trigger_words.contains(word))
    });
    if taken {
        let message =
            "Outgoing webhooks from the same channel cannot have the same trigger words/callback URLs.";
        let id = if hook.id.is_empty() {
            "api.webhook.create_outgoing.intersect.app_error"
        } else {
            "api.webhook.update_outgoing.intersect.app_error"
        };
        return Err(fail(if hook.id.is_empty() { 500 } else { 400 }, id, message));
    }
    Ok(())
}

fn create(call: &mut RouteCall<'_>) -> RouteResult {
    let body = call.object("outgoing_webhook")?;
    let me = call.in_team(text(&body, "team_id"), Permission::ManageIntegrations)?;
    let mut hook = StoredOutgoingWebhook {
        team_id: text(&body, "team_id").to_owned(),
        creator_id: match text(&body, "creator_id") {
            "" => me,
            other => other.to_owned(),
        },
        ..StoredOutgoingWebhook::default()
    };
    fill(call, &mut hook, &body)?;
    let now = call.world.now();
    hook.id = call.world.clock.id();
    hook.token = call.world.clock.id();
    (hook.create_at, hook.update_at) = (now, now);
    let shown = hook.json();
    call.world.outgoing_webhooks.push(hook);
    Ok(ServerResponse::json(201, &shown))
}

fn update(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let body = call.object("outgoing_webhook")?;
    if text(&body, "id") != id {
        return Err(bad_body("hook_id"));
    }
    let at = managed(call, id)?;
    let mut hook = call.world.outgoing_webhooks.get(at).cloned().ok_or_else(missing)?;
    let team = text(&body, "team_id");
    if !team.is_empty() && team != hook.team_id {
        let message = "Unable to update webhook across teams.";
        return Err(fail(400, "api.webhook.team_mismatch.app_error", message));
    }
    fill(call, &mut hook, &body)?;
    hook.update_at = call.world.now();
    if let Some(known) = call.world.outgoing_webhooks.get_mut(at) {
        *known = hook;
    }
    shown(call, at)
}

fn list(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let param = |name: &str| call.request.param(name).unwrap_or_default();
    let (team, channel) = (param("team_id"), param("channel_id"));
    if channel.is_empty() && team.is_empty() {
        call.admin()?;
    } else if channel.is_empty() {
        call.in_team(team, Permission::ManageIntegrations)?;
    } else {
        let team =
            call.world.channel(channel).map(|channel| channel.team_id.clone()).ok_or_else(forbidden)?;
        call.in_team(&team, Permission::ManageIntegrations)?;
    }
    let found = call.world.outgoing_webhooks.iter().filter(|hook| {
        if channel.is_empty() { team.is_empty() || hook.team_id == team } else { hook.channel_id == channel }
    });
    Ok(ServerResponse::json(200, &Value::Array(call.page(found.map(StoredOutgoingWebhook::json)))))
}

/// Returns the requests of a triggered webhook.
pub(in crate::testing) fn targets(triggered: &Triggered) -> Vec<Target> {
    let hook = &triggered.webhook;
    let urls = hook.callback_urls.iter();
    if hook.content_type == "application/json" {
        let fields = triggered.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let body = Value::Object(fields.collect());
        return urls.map(|url| Target::json(url, &body)).collect();
    }
    let fields: Vec<(&str, String)> = triggered
        .fields
        .iter()
        .map(|(name, value)| {
            let value = match value {
                // Forms have seconds where JSON has milliseconds.
                Value::Number(number) => (number.as_i64().unwrap_or(0) / 1000).to_string(),
                value => value.as_str().unwrap_or_default().to_owned(),
            };
            (*name, value)
        })
        .collect();
    urls.map(|url| Target::unsigned_form(url, &fields)).collect()
}

/// Posts the response of a program to an outgoing webhook.
pub(in crate::testing) fn respond(world: &mut World, triggered: &Triggered, reply: &Reply) {
    let Ok(body) = serde_json::from_slice::<Map<String, Value>>(&reply.body) else { return };
    let silent = body.get("text").is_none_or(Value::is_null)
        && body.get("attachments").and_then(Value::as_array).is_none_or(Vec::is_empty);
    if silent || !(200..300).contains(&reply.status) {
        return;
    }
    let root = if text(&body, "response_type") == "comment" { &*triggered.post_id } else { "" };
    let Value::Object(hook) = triggered.webhook.json() else { return };
    // As on the real server, a response that cannot be posted is not reported to anybody.
    let _ =
        webhooks::publish(world, &hook, &body, &triggered.webhook.creator_id, &triggered.channel_id, root);
}
