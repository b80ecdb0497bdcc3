//! Statuses and custom statuses.

use serde_json::{Map, Value, json};

use super::preferences::tell_preferences;
use super::users::{missing, updated};
use super::{RouteCall, RouteResult, bad_body, fail, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;

/// Maximum number of recent custom statuses.
const MAX_RECENT_STATUSES: usize = 5;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["users", "status", "ids"]) => statuses(call),
        ("GET", ["users", user, "status"]) => call.whom(user).and_then(|id| match call.world.user(&id) {
            Some(user) => Ok(ServerResponse::json(200, &user.status_json())),
            None => Err(missing()),
        }),
        ("PUT", ["users", user, "status"]) => set_status(call, user),
        ("PUT" | "DELETE", ["users", user, "status", "custom"]) => custom_status(call, user),
        ("DELETE", ["users", user, "status", "custom", "recent"])
        | ("POST", ["users", user, "status", "custom", "recent", "delete"]) => forget_recent(call, user),
        _ => return None,
    })
}

/// Removes a custom status from the recent ones.
fn forget_recent(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.whom(whom)?;
    let body = call.object("recent_custom_status")?;
    let named =
        |one: &Value, name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if call.request.method == "DELETE" && text(&body, "emoji").is_empty() && text(&body, "text").is_empty() {
        return Err(bad_body("recent_custom_status"));
    }
    call.own(&id)?;
    let known = call.world.preferences.entry(id.clone()).or_default();
    let recent = known
        .iter_mut()
        .find(|(category, name, _)| category == "custom_status" && name == "recent_custom_statuses");
    let Some((_, _, value)) = recent else {
        return Err(fail(
            400,
            "app.preference.get.app_error",
            "We encountered an error while finding preferences.",
        ));
    };
    let mut all: Vec<Value> = serde_json::from_str(value).unwrap_or_default();
    all.retain(|one| {
        named(one, "text") != text(&body, "text") || named(one, "emoji") != text(&body, "emoji")
    });
    *value = Value::Array(all).to_string();
    Ok(ServerResponse::done())
}

fn statuses(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let ids = call.texts("user_ids")?;
    if ids.is_empty() || !ids.iter().all(|id| is_id(id)) {
        return Err(bad_body("user_ids"));
    }
    // Unknown users are offline.
    let status = |id: &String| match call.world.user(id) {
        Some(user) => user.status_json(),
        None => {
            json!({"user_id": id, "status": "offline", "manual": false, "last_activity_at": 0, "dnd_end_time": 0})
        }
    };
    Ok(ServerResponse::json(200, &ids.iter().map(status).collect()))
}

fn set_status(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.whom(whom)?;
    let body = call.object("status")?;
    if text(&body, "user_id") != id {
        return Err(bad_body("user_id"));
    }
    call.own(&id)?;
    let status = text(&body, "status");
    if !matches!(status, "online" | "offline" | "away" | "dnd") {
        return Err(bad_body("status"));
    }
    call.world.set_status(&id, status, status != "online");
    let old = call.world.is_old();
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    if status == "dnd" && !old {
        user.dnd_end_time = body.get("dnd_end_time").and_then(Value::as_i64).unwrap_or(0) / 60 * 60;
    }
    Ok(ServerResponse::json(200, &user.status_json()))
}

/// Removes the zeros at the end of the fraction of a time, as the server does.
fn without_zeros(time: &str) -> String {
    match time.strip_suffix('Z').and_then(|time| time.split_once('.')) {
        Some((seconds, fraction)) => match fraction.trim_end_matches('0') {
            "" => format!("{seconds}Z"),
            fraction => format!("{seconds}.{fraction}Z"),
        },
        None => time.to_owned(),
    }
}

fn custom_status(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.whom(whom)?;
    let status = if call.request.method == "DELETE" {
        None
    } else {
        let mut body = call.object("custom_status")?;
        if text(&body, "emoji").is_empty() && text(&body, "text").is_empty() {
            return Err(bad_body("custom_status"));
        }
        if let Some(Value::String(time)) = body.get_mut("expires_at") {
            *time = without_zeros(time);
        }
        // The zero of times, where none is given.
        body.entry("expires_at").or_insert_with(|| json!("0001-01-01T00:00:00Z"));
        Some(body)
    };
    call.own(&id)?;
    call.world.user(&id).ok_or_else(missing)?;
    store_custom_status(call, &id, status);
    Ok(ServerResponse::done())
}

/// Returns a custom status as JSON, with its members in the order of the real server.
fn status_text(status: &Map<String, Value>) -> String {
    let member =
        |name: &str| format!("\"{name}\":{}", status.get(name).cloned().unwrap_or_else(|| json!("")));
    format!("{{{}}}", ["emoji", "text", "duration", "expires_at"].map(member).join(","))
}

/// Sets or clears a custom status, keeps it among the recent ones, and sends the events.
pub(super) fn store_custom_status(call: &mut RouteCall<'_>, id: &str, status: Option<Map<String, Value>>) {
    let Some(user) = call.world.user_mut(id) else { return };
    let shown = status.as_ref().map(status_text).unwrap_or_default();
    user.props.insert("customStatus".into(), json!(shown));
    updated(call, id);
    let Some(status) = status else { return };
    let known = call.world.preferences.entry(id.to_owned()).or_default();
    let recent = known.iter().position(|(category, ..)| category == "custom_status");
    let recent = recent.map(|at| known.remove(at).2).unwrap_or_default();
    let mut recent: Vec<Map<String, Value>> = serde_json::from_str(&recent).unwrap_or_default();
    recent
        .retain(|one| text(one, "text") != text(&status, "text") || one.get("emoji") != status.get("emoji"));
    recent.insert(0, status);
    recent.truncate(MAX_RECENT_STATUSES);
    let value = format!("[{}]", recent.iter().map(status_text).collect::<Vec<_>>().join(","));
    known.push(("custom_status".into(), "recent_custom_statuses".into(), value.clone()));
    let given = json!({
        "user_id": id, "category": "custom_status", "name": "recent_custom_statuses", "value": value,
    });
    let given: Vec<Map<String, Value>> = given.as_object().cloned().into_iter().collect();
    tell_preferences(call, id, "preferences_changed", &given);
}
