//! Preferences.

use serde_json::{Map, Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    let ["users", user, "preferences", rest @ ..] = path else { return None };
    Some(match (method, rest) {
        ("GET", rest) => preferences(call, user, rest),
        ("PUT", []) => save_preferences(call, user),
        ("POST", ["delete"]) => delete_preferences(call, user),
        _ => return None,
    })
}

/// Returns `true` if the server accepts a text as a category or a name in a URL: at least two characters.
fn is_preference_name(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() > 1
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        && ends(text.bytes().next())
        && ends(text.bytes().last())
}

fn preferences(call: &RouteCall<'_>, whom: &str, rest: &[&str]) -> RouteResult {
    let id = call.whom(whom)?;
    for (name, text) in
        ["category", "preference_name"].into_iter().zip(rest.iter().filter(|part| **part != "name"))
    {
        if !is_preference_name(text) {
            return Err(bad_url(name));
        }
    }
    call.own(&id)?;
    let mut all = call.world.preferences_of(&id);
    match rest {
        [] => {}
        [category] | [category, "name", _] => {
            all.retain(|preference| preference.get("category").and_then(Value::as_str) == Some(category));
        }
        _ => return Err(fail(404, "api.context.404.app_error", "Sorry, we could not find the page.")),
    }
    if let [_, "name", name] = rest {
        let found = all.into_iter().find(|one| one.get("name").and_then(Value::as_str) == Some(name));
        return found.map(|one| ServerResponse::json(200, &one)).ok_or_else(|| {
            fail(404, "app.preference.get.app_error", "We encountered an error while finding preferences.")
        });
    }
    if all.is_empty() && !rest.is_empty() {
        let message = "We encountered an error while finding preferences.";
        return Err(fail(404, "app.preference.get_category.app_error", message));
    }
    Ok(ServerResponse::json(200, &Value::Array(all)))
}

fn given_preferences(call: &RouteCall<'_>, id: &str) -> Result<Vec<Map<String, Value>>, AppError> {
    let all: Vec<Map<String, Value>> =
        serde_json::from_slice(&call.request.body).map_err(|_| bad_body("preferences"))?;
    if all.is_empty() || all.len() > 100 {
        return Err(bad_body("preferences"));
    }
    if all.iter().any(|one| text(one, "user_id") != id) { Err(forbidden()) } else { Ok(all) }
}

fn save_preferences(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.own(whom)?;
    let given = given_preferences(call, &id)?;
    let known = call.world.preferences.entry(id.clone()).or_default();
    for one in &given {
        let (category, name, value) = (text(one, "category"), text(one, "name"), text(one, "value"));
        known.retain(|(c, n, _)| c != category || n != name);
        known.push((category.to_owned(), name.to_owned(), value.to_owned()));
    }
    tell_preferences(call, &id, "preferences_changed", &given);
    Ok(ServerResponse::done())
}

fn delete_preferences(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.own(whom)?;
    let given = given_preferences(call, &id)?;
    let known = call.world.preferences.entry(id.clone()).or_default();
    for one in &given {
        known.retain(|(c, n, _)| c != text(one, "category") || n != text(one, "name"));
    }
    tell_preferences(call, &id, "preferences_deleted", &given);
    Ok(ServerResponse::done())
}

pub(super) fn tell_preferences(call: &mut RouteCall<'_>, id: &str, name: &str, given: &[Map<String, Value>]) {
    call.world.emit(&HubEvent::new("sidebar_category_updated", json!({})).for_user(id));
    call.world.emit(&HubEvent::new(name, json!({"preferences": json!(given).to_string()})).for_user(id));
}
