//! Incoming webhooks.

use serde_json::{Map, Value, json};

use super::webhook_payload::{PayloadError, attachments_of, decode_payload, slack_text, split_posts};
use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::clock::is_id;
use crate::testing::http::{Request, ServerResponse};
use crate::testing::rules::Permission;
use crate::testing::state::World;
use crate::testing::state::posts::NewPost;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["hooks", "incoming"]) => create(call),
        ("GET", ["hooks", "incoming"]) => list(call),
        ("GET", ["hooks", "incoming", id]) => managed(call, id).map(|at| shown(call, 200, at)),
        ("PUT", ["hooks", "incoming", id]) => update(call, id),
        ("DELETE", ["hooks", "incoming", id]) => managed(call, id).map(|at| {
            call.world.hooks.remove(at);
            ServerResponse::done()
        }),
        _ => return None,
    })
}

fn shown(call: &RouteCall<'_>, status: u16, at: usize) -> ServerResponse {
    ServerResponse::json(status, &call.world.hooks.get(at).cloned().unwrap_or_default())
}

fn in_team(call: &RouteCall<'_>, team: &str) -> Result<String, AppError> {
    call.in_team(team, Permission::ManageIntegrations)
}

fn field<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the index of a webhook that the caller may manage.
fn managed(call: &RouteCall<'_>, id: &str) -> Result<usize, AppError> {
    call.user()?;
    if !is_id(id) {
        return Err(bad_url("hook_id"));
    }
    let missing = || fail(404, "app.webhooks.get_incoming.app_error", "Unable to get the webhook.");
    let at = call.world.hooks.iter().position(|hook| field(hook, "id") == id).ok_or_else(missing)?;
    let team = call.world.hooks.get(at).map(|hook| field(hook, "team_id")).unwrap_or_default();
    in_team(call, team).map(|_| at)
}

fn create(call: &mut RouteCall<'_>) -> RouteResult {
    call.user()?;
    let body = call.object("incoming_webhook")?;
    let channel = call.world.channel(text(&body, "channel_id"));
    let channel = channel.ok_or_else(|| {
        fail(404, "app.channel.get.existing.app_error", "Unable to find the existing channel.")
    })?;
    let (id, team, open) = (channel.id.clone(), channel.team_id.clone(), !channel.is_private());
    let me = in_team(call, &team)?;
    if !open && !call.world.may_read(&me, &id) {
        return Err(forbidden());
    }
    let now = call.world.now();
    let locked = body.get("channel_locked").and_then(Value::as_bool).unwrap_or(false);
    let names =
        |allowed: bool, name: &str| if allowed { text(&body, name).to_owned() } else { String::new() };
    let set = |name: &str| call.world.is_set("ServiceSettings", name);
    let (may_name, may_picture) = (set("EnablePostUsernameOverride"), set("EnablePostIconOverride"));
    let hook = json!({
        "id": call.world.clock.id(), "create_at": now, "update_at": now, "delete_at": 0, "user_id": me,
        "channel_id": id, "team_id": team, "display_name": text(&body, "display_name"),
        "description": text(&body, "description"), "username": names(may_name, "username"),
        "icon_url": names(may_picture, "icon_url"), "channel_locked": locked,
    });
    call.world.hooks.push(hook.clone());
    Ok(ServerResponse::json(201, &hook))
}

fn list(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let team = call.request.param("team_id").unwrap_or_default();
    if team.is_empty() {
        call.admin()?;
    } else {
        in_team(call, team)?;
    }
    let all = call.world.hooks.iter().filter(|hook| team.is_empty() || field(hook, "team_id") == team);
    let page = Value::Array(call.page(all.clone().cloned()));
    if call.request.flag("include_total_count") && !call.world.is_old() {
        return Ok(ServerResponse::json(
            200,
            &json!({"incoming_webhooks": page, "total_count": all.count()}),
        ));
    }
    Ok(ServerResponse::json(200, &page))
}

fn update(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let body = call.object("incoming_webhook")?;
    if text(&body, "id") != id {
        return Err(bad_body("hook_id"));
    }
    let at = managed(call, id)?;
    let channel = text(&body, "channel_id");
    if !channel.is_empty() && call.world.channel(channel).is_none() {
        return Err(fail(404, "app.channel.get.existing.app_error", "Unable to find the existing channel."));
    }
    let now = call.world.now();
    if let Some(Value::Object(hook)) = call.world.hooks.get_mut(at) {
        for name in ["channel_id", "display_name", "description", "channel_locked"] {
            if let Some(value) = body.get(name) {
                hook.insert(name.into(), value.clone());
            }
        }
        hook.insert("update_at".into(), json!(now));
    }
    Ok(shown(call, 201, at))
}

/// Accepts the request of an integration to `/hooks/{id}`.
pub(super) fn receive(world: &mut World, request: &Request, id: &str) -> ServerResponse {
    match post(world, request, id) {
        Ok(()) => ServerResponse::bytes(200, "text/plain", "ok"),
        Err(error) => error.answer(world),
    }
}

/// Returns the refusal of a request: current servers have one for all causes but bodies that are no JSON, old ones
/// have one for each.
fn refusal(world: &World, request: &Request, id: &str, status: u16, cause: RefusalCause) -> AppError {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if world.is_old() {
        return match cause {
            RefusalCause::Body => {
                fail(400, "model.incoming_hook.parse_data.app_error", "Unable to parse incoming data.")
            }
            RefusalCause::Multipart => {
                let message = "Could not decode the multipart payload of incoming webhook.";
                fail(400, "api.webhook.incoming.error", message)
            }
            RefusalCause::Disabled => {
                let message = "Incoming webhooks have been disabled by the system admin.";
                fail(501, "web.incoming_webhook.disabled.app_error", message)
            }
            RefusalCause::SystemType => {
                fail(400, "api.context.invalid_param.app_error", "Invalid post.type parameter.")
            }
            RefusalCause::UnknownType => {
                fail(500, "api.post.create_webhook_post.creating.app_error", "Error creating post.")
            }
            RefusalCause::Props => {
                let message = "Unable to split webhook props into 7600 character parts.";
                fail(400, "web.incoming_webhook.split_props_length.app_error", message)
            }
            RefusalCause::Text => fail(400, "web.incoming_webhook.text.app_error", "No text specified."),
            RefusalCause::Webhook => fail(400, "web.incoming_webhook.invalid.app_error", "Invalid webhook."),
            RefusalCause::User => fail(400, "web.incoming_webhook.user.app_error", "Couldn't find the user."),
            RefusalCause::Channel => {
                fail(status, "web.incoming_webhook.channel.app_error", "Couldn't find the channel.")
            }
            RefusalCause::Locked => {
                let message = "This webhook is not permitted to post to the requested channel.";
                fail(403, "web.incoming_webhook.channel_locked.app_error", message)
            }
            RefusalCause::Permission => {
                fail(403, "web.incoming_webhook.permissions.app_error", "Inappropriate channel permissions.")
            }
        };
    }
    if matches!(cause, RefusalCause::Body | RefusalCause::Multipart) {
        let message = format!("Failed to decode the payload of media type {kind} for incoming webhook {id}.");
        return fail(400, "web.incoming_webhook.decode.app_error", message);
    }
    let message = format!("Failed to handle the payload of media type {kind} for incoming webhook {id}.");
    fail(status, "web.incoming_webhook.general.app_error", message)
}

#[derive(Clone, Copy, Debug)]
pub(super) enum RefusalCause {
    Disabled,
    Body,
    Multipart,
    Text,
    Webhook,
    User,
    Channel,
    Locked,
    Permission,
    SystemType,
    UnknownType,
    Props,
}

fn post(world: &mut World, request: &Request, id: &str) -> Result<(), AppError> {
    let refuse = |world: &World, status, cause| refusal(world, request, id, status, cause);
    let body = decode_payload(request).map_err(|error| match error {
        PayloadError::Json => refuse(world, 400, RefusalCause::Body),
        PayloadError::Multipart => refuse(world, 400, RefusalCause::Multipart),
    })?;
    if !world.is_set("ServiceSettings", "EnableIncomingWebhooks") {
        return Err(refuse(world, 501, RefusalCause::Disabled));
    }
    if text(&body, "text").is_empty() && attachments_of(world, &body).is_empty() {
        return Err(refuse(world, 400, RefusalCause::Text));
    }
    let hook = world.hooks.iter().find(|hook| field(hook, "id") == id).and_then(Value::as_object).cloned();
    let hook = hook.ok_or_else(|| refuse(world, 400, RefusalCause::Webhook))?;
    let user_id = text(&hook, "user_id").to_owned();
    let channel_id = match text(&body, "channel") {
        "" => text(&hook, "channel_id").to_owned(),
        name => {
            if let Some(user) = name.strip_prefix('@') {
                let user = world.user_named(user).map(|user| user.id.clone());
                let user = user.ok_or_else(|| refuse(world, 400, RefusalCause::User))?;
                world.open_direct(&user_id, &user)
            } else {
                let name = name.trim_start_matches('#');
                let channel = world.channel_named(text(&hook, "team_id"), name);
                let channel = channel.map(|channel| channel.id.clone());
                channel.ok_or_else(|| refuse(world, 404, RefusalCause::Channel))?
            }
        }
    };
    let locked = hook.get("channel_locked") == Some(&Value::Bool(true));
    if locked && channel_id != text(&hook, "channel_id") {
        return Err(refuse(world, 403, RefusalCause::Locked));
    }
    let private = world.channel(&channel_id).is_none_or(crate::testing::state::StoredChannel::is_private);
    if private && !world.may_read(&user_id, &channel_id) {
        return Err(refuse(world, 403, RefusalCause::Permission));
    }
    publish(world, &hook, &body, &user_id, &channel_id, "").map_err(|cause| {
        let status = if matches!(cause, RefusalCause::UnknownType) { 500 } else { 400 };
        refuse(world, status, cause)
    })
}

/// Returns `true` if a post of an integration may have this type.
fn is_post_type(kind: &str) -> bool {
    matches!(kind, "" | "me" | "slack_attachment" | "reminder") || kind.starts_with("custom_")
}

/// Posts the text and attachments of an integration. A text that is too long is split.
pub(super) fn publish(
    world: &mut World,
    hook: &Map<String, Value>,
    body: &Map<String, Value>,
    user_id: &str,
    channel_id: &str,
    root_id: &str,
) -> Result<(), RefusalCause> {
    let attachments = attachments_of(world, body);
    let mut props = body.get("props").and_then(Value::as_object).cloned().unwrap_or_default();
    for name in ["attachments", "override_icon_url", "override_username", "from_webhook"] {
        props.remove(name);
    }
    props.insert("from_webhook".into(), json!("true"));
    props.insert("webhook_display_name".into(), json!(text(hook, "display_name")));
    let given = |name: &str| {
        let own = text(body, name);
        if own.is_empty() { text(hook, name).to_owned() } else { own.to_owned() }
    };
    if world.is_set("ServiceSettings", "EnablePostUsernameOverride") {
        let name = match given("username") {
            name if name.is_empty() => "webhook".to_owned(),
            name => name,
        };
        props.insert("override_username".into(), json!(name));
    }
    if world.is_set("ServiceSettings", "EnablePostIconOverride") {
        if !given("icon_url").is_empty() {
            props.insert("override_icon_url".into(), json!(given("icon_url")));
        }
        if !text(body, "icon_emoji").is_empty() {
            props.insert("override_icon_emoji".into(), json!(text(body, "icon_emoji")));
        }
    }
    let kind = if attachments.is_empty() { text(body, "type") } else { "slack_attachment" }.to_owned();
    if kind.starts_with("system_") {
        return Err(RefusalCause::SystemType);
    }
    let message = slack_text(world, text(body, "text"));
    let posts = split_posts(&message, &props, attachments, world.is_old()).ok_or(RefusalCause::Props)?;
    if !is_post_type(&kind) {
        return Err(RefusalCause::UnknownType);
    }
    for (message, props) in posts {
        world.create_post(NewPost {
            user_id: user_id.to_owned(),
            channel_id: channel_id.to_owned(),
            root_id: root_id.to_owned(),
            message,
            kind: kind.clone(),
            props,
            set_online: world.is_old(),
            ..NewPost::default()
        });
    }
    Ok(())
}
