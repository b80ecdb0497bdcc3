//! Personal access tokens.

use serde_json::{Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::state::AccessToken;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("GET", ["users", "tokens"]) => call.admin().map(|_| {
            let all = call.page(call.world.tokens.iter().map(AccessToken::json));
            ServerResponse::json(200, &Value::Array(all))
        }),
        ("POST", ["users", "tokens", "search"]) => search(call),
        ("GET", ["users", "tokens", id]) => one(call, id),
        ("POST", ["users", "tokens", what @ ("revoke" | "disable" | "enable")]) => change(call, what),
        ("POST", ["users", user, "tokens"]) => create(call, user),
        ("GET", ["users", user, "tokens"]) => of_user(call, user),
        _ => return None,
    })
}

fn missing() -> AppError {
    let message = "Unable to get the personal access token.";
    fail(404, "app.user_access_token.get_by_user.app_error", message)
}

/// Fails unless the caller has the role for personal access tokens.
fn allowed(call: &RouteCall<'_>) -> Result<String, AppError> {
    let me = call.user()?;
    if call.world.may_create_tokens(&me) { Ok(me) } else { Err(forbidden()) }
}

/// Returns the index of a token that the caller may use.
fn position(call: &RouteCall<'_>, id: &str) -> Result<usize, AppError> {
    let me = allowed(call)?;
    let at = call.world.tokens.iter().position(|token| token.id == id).ok_or_else(missing)?;
    let own = call.world.tokens.get(at).is_some_and(|token| token.user_id == me);
    if own || call.is_admin() { Ok(at) } else { Err(forbidden()) }
}

fn search(call: &RouteCall<'_>) -> RouteResult {
    call.admin()?;
    let body = call.object("user_access_token_search")?;
    let term = text(&body, "term");
    if term.is_empty() {
        return Err(bad_body("term"));
    }
    let found = call.world.tokens.iter().filter(|token| {
        token.id == term || token.user_id == term || call.world.name_of(&token.user_id).starts_with(term)
    });
    Ok(ServerResponse::json(200, &found.map(AccessToken::json).collect()))
}

fn one(call: &RouteCall<'_>, id: &str) -> RouteResult {
    call.user()?;
    if !is_id(id) {
        return Err(bad_url("token_id"));
    }
    let at = position(call, id)?;
    call.world.tokens.get(at).map(|token| ServerResponse::json(200, &token.json())).ok_or_else(missing)
}

fn change(call: &mut RouteCall<'_>, what: &str) -> RouteResult {
    let body = call.object("token_id")?;
    let at = position(call, text(&body, "token_id"))?;
    if what == "revoke" {
        call.world.tokens.remove(at);
    } else if let Some(token) = call.world.tokens.get_mut(at) {
        token.is_active = what == "enable";
    }
    Ok(ServerResponse::done())
}

fn create(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.whom(whom)?;
    let body = call.object("user_access_token")?;
    let description = text(&body, "description");
    if description.is_empty() {
        return Err(bad_body("description"));
    }
    allowed(call)?;
    call.own(&id)?;
    let token = call.world.new_access_token(&id, description);
    let mut shown = token.json();
    if let Some(object) = shown.as_object_mut() {
        object.insert("token".into(), json!(token.token));
    }
    Ok(ServerResponse::json(200, &shown))
}

fn of_user(call: &RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.whom(whom)?;
    allowed(call)?;
    call.own(&id)?;
    let all = call.world.tokens.iter().filter(|token| token.user_id == id).map(AccessToken::json);
    Ok(ServerResponse::json(200, &Value::Array(call.page(all))))
}
