//! Buttons, menus and dialogs.

use serde_json::{Map, Value, json};

use super::outgoing::{Outgoing, Reply, Target};
use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::state::attachments::{action_of, complete_attachments};
use crate::testing::state::{StoredPost, World};

/// Props that an update by an integration cannot change.
const RETAINED_PROPS: [&str; 3] = ["from_webhook", "override_username", "override_icon_url"];

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["posts", id, "actions", action]) => press(call, id, action),
        ("POST", ["actions", "dialogs", "open"]) => open_dialog(call),
        ("POST", ["actions", "dialogs", "submit"]) => submit_dialog(call, "dialog_submission"),
        ("POST", ["actions", "dialogs", "lookup"]) if !call.world.is_old() => {
            submit_dialog(call, "dialog_lookup")
        }
        _ => return None,
    })
}

fn press(call: &mut RouteCall<'_>, id: &str, action_id: &str) -> RouteResult {
    let me = call.user()?;
    if !is_id(id) || action_id.is_empty() {
        return Err(bad_url("post_id"));
    }
    let body = call.object("actionRequest").unwrap_or_default();
    let stored = super::posts::readable(call, id).cloned();
    let ephemeral = stored.is_err();
    let hidden = call.world.post_of_cookie(text(&body, "cookie")).filter(|post| post.id == id).cloned();
    let post = stored.or_else(|error| hidden.ok_or(error))?;
    let action = action_of(&post.props, action_id).filter(|action| action.contains_key("integration"));
    let Some(action) = action else {
        return Err(fail(404, "api.post.do_action.action_id.app_error", "Invalid action id."));
    };
    let integration = action.get("integration").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut context = integration.get("context").and_then(Value::as_object).cloned();
    let selected = text(&body, "selected_option").to_owned();
    let kind = text(&action, "type").to_owned();
    let menu = kind == "select" && !selected.is_empty();
    if menu {
        context.get_or_insert_default().insert("selected_option".into(), json!(selected));
    }
    let channel = call.world.channel(&post.channel_id).ok_or_else(forbidden)?.clone();
    let team = call.world.team(&channel.team_id).map(|team| team.name.clone()).unwrap_or_default();
    let (trigger_id, client_trigger) = call.world.new_trigger(&me);
    let mut upstream = json!({
        "user_id": me, "user_name": call.world.name_of(&me), "channel_id": channel.id, "channel_name": channel.name,
        "team_id": channel.team_id, "team_domain": team, "post_id": post.id, "trigger_id": trigger_id, "type": kind,
        "data_source": if menu { text(&action, "data_source") } else { "" },
    });
    if let (Some(object), Some(context)) = (upstream.as_object_mut(), context) {
        object.insert("context".into(), Value::Object(context));
    }
    call.outgoing = Some(Outgoing {
        target: Target::json(text(&integration, "url"), &upstream),
        then: Box::new(move |call, reply| {
            let response = integration_response(&reply)?;
            if ephemeral && response.contains_key("update") {
                return Err(fail(404, "app.post.get.app_error", "Unable to get the post."));
            }
            apply_response(call.world, &post, &me, &response);
            Ok(ServerResponse::json(200, &json!({"status": "OK", "trigger_id": client_trigger})))
        }),
    });
    Ok(ServerResponse::done())
}

/// Returns the JSON object in the response of an integration. An empty body is an empty object.
fn integration_response(reply: &Result<Reply, String>) -> Result<Map<String, Value>, AppError> {
    let bad = |detail: String| {
        let mut error =
            fail(400, "api.post.do_action.action_integration.app_error", "Action integration error.");
        error.detail = detail;
        error
    };
    let reply = reply.as_ref().map_err(|error| bad(error.clone()))?;
    if reply.status != 200 {
        return Err(bad(format!("status={}", reply.status)));
    }
    if reply.body.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(&reply.body).map_err(|error| bad(error.to_string()))
}

/// Updates the post, and sends the ephemeral message.
fn apply_response(world: &mut World, post: &StoredPost, user: &str, response: &Map<String, Value>) {
    let retained = RETAINED_PROPS.map(|name| (name, post.props.get(name).cloned()));
    if let Some(update) = response.get("update").and_then(Value::as_object) {
        let message = text(update, "message").to_owned();
        let mut props = match update.get("props").and_then(Value::as_object) {
            None => post.props.clone(),
            Some(props) => {
                let mut props = props.clone();
                for (name, value) in &retained {
                    match value {
                        Some(value) => drop(props.insert((*name).to_owned(), value.clone())),
                        None => drop(props.remove(*name)),
                    }
                }
                props
            }
        };
        complete_attachments(&mut props, &mut world.clock);
        world.edit_post(&post.id, Some(message), |post| post.props = props);
    }
    let message = text(response, "ephemeral_text");
    if !message.is_empty() {
        let skip = response.get("skip_slack_parsing").and_then(Value::as_bool).unwrap_or(false);
        let message =
            if skip { message.to_owned() } else { super::webhook_payload::slack_text(world, message) };
        let props: Map<String, Value> =
            retained.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        let shown = json!({
            "user_id": user, "channel_id": post.channel_id, "root_id": root, "message": message, "props": props,
        });
        world.send_ephemeral(user, shown.as_object().unwrap_or(&Map::new()));
    }
}

/// Opens a dialog. The trigger ID is the only credential.
fn open_dialog(call: &mut RouteCall<'_>) -> RouteResult {
    let body = call.object("openDialogRequest")?;
    if text(&body, "url").is_empty() {
        return Err(bad_body("URL"));
    }
    let (client, user) = call.world.trigger(text(&body, "trigger_id")).map_err(|what| {
        let mut error = fail(400, "", "Failed to decode the trigger ID of an interactive dialog.");
        error.id = format!("interactive_message.decode_trigger_id.{what}").into();
        error
    })?;
    let dialog = complete_dialog(body.get("dialog").and_then(Value::as_object));
    let opened = json!({"trigger_id": client, "url": text(&body, "url"), "dialog": dialog});
    call.world.open_dialog(&user, opened);
    Ok(ServerResponse::done())
}

/// Returns a dialog with all members that the server knows, and no other.
fn complete_dialog(given: Option<&Map<String, Value>>) -> Value {
    let fill = |known: Value, given: &Map<String, Value>| -> Map<String, Value> {
        let mut filled = known.as_object().cloned().unwrap_or_default();
        for (name, value) in &mut filled {
            if let Some(given) = given.get(name).filter(|given| !given.is_null()) {
                *value = given.clone();
            }
        }
        filled
    };
    let empty = Map::new();
    let given = given.unwrap_or(&empty);
    let known = json!({
        "callback_id": "", "title": "", "introduction_text": "", "icon_url": "", "elements": null,
        "submit_label": "", "notify_on_cancel": false, "state": "",
    });
    let mut dialog = fill(known, given);
    if let Some(Value::Array(elements)) = dialog.get_mut("elements") {
        for element in elements {
            let known = json!({
                "display_name": "", "name": "", "type": "", "subtype": "", "default": "", "placeholder": "",
                "help_text": "", "optional": false, "min_length": 0, "max_length": 0, "data_source": "",
                "options": null, "multiselect": false,
            });
            *element = Value::Object(fill(known, element.as_object().unwrap_or(&empty)));
        }
    }
    Value::Object(dialog)
}

fn submit_dialog(call: &mut RouteCall<'_>, kind: &str) -> RouteResult {
    let me = call.user()?;
    let mut body = call.object("dialog")?;
    let url = text(&body, "url").to_owned();
    if url.is_empty() {
        return Err(bad_body("url"));
    }
    if !call.world.may_read(&me, text(&body, "channel_id")) {
        return Err(forbidden());
    }
    if !call.world.team(text(&body, "team_id")).is_some_and(|team| team.has(&me)) && !call.is_admin() {
        return Err(forbidden());
    }
    body.remove("url");
    body.insert("user_id".into(), json!(me));
    body.insert("type".into(), json!(kind));
    call.outgoing = Some(Outgoing {
        target: Target::json(&url, &Value::Object(body)),
        then: Box::new(|_, reply| {
            let response = integration_response(&reply)?;
            let kept = |name: &String| matches!(&**name, "error" | "errors" | "type" | "form" | "items");
            let shown = response.into_iter().filter(|(name, value)| kept(name) && !value.is_null()).collect();
            Ok(ServerResponse::json(200, &Value::Object(shown)))
        }),
    });
    Ok(ServerResponse::done())
}
