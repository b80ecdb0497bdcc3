//! Bots.

use serde_json::{Value, json};

use super::accounts::is_username;
use super::{AppError, RouteCall, RouteResult, bad_url, fail, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::state::StoredBot;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["bots"]) => create(call),
        ("GET", ["bots"]) => call.admin().map(|me| {
            let deleted = call.request.flag("include_deleted");
            let seen = call
                .world
                .bots
                .iter()
                .filter(|bot| (deleted || bot.delete_at == 0) && (bot.owner_id == me || call.is_admin()));
            ServerResponse::json(200, &Value::Array(call.page(seen.map(StoredBot::json))))
        }),
        ("GET", ["bots", id]) => {
            let deleted = call.request.flag("include_deleted");
            managed(call, id).and_then(|bot| {
                if bot.delete_at > 0 && !deleted {
                    Err(missing())
                } else {
                    Ok(ServerResponse::json(200, &bot.json()))
                }
            })
        }
        ("PUT", ["bots", id]) => patch(call, id),
        ("POST", ["bots", id, "disable"]) => enable(call, id, false),
        ("POST", ["bots", id, "enable"]) => enable(call, id, true),
        ("POST", ["bots", id, "convert_to_user"]) => call
            .world
            .bots
            .iter()
            .any(|bot| bot.user_id == *id)
            .then_some(())
            .ok_or_else(missing)
            .and_then(|()| super::accounts::convert_to_user(call, id)),
        ("POST", ["bots", id, "assign", user]) => assign(call, id, user),
        _ => return None,
    })
}

fn missing() -> AppError {
    fail(404, "store.sql_bot.get.missing.app_error", "Bot does not exist.")
}

/// Returns a bot of the caller. Bots of others are reported as missing.
fn managed<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredBot, AppError> {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("bot_user_id"));
    }
    let bot = call.world.bots.iter().find(|bot| bot.user_id == id);
    // No default role has the permission to manage own bots.
    let manages = call.world.is_admin(&me);
    bot.filter(|_| manages).ok_or_else(missing)
}

fn create(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.admin()?;
    let body = call.object("bot")?;
    let name = text(&body, "username").to_owned();
    // The email address is derived from the name.
    if name.ends_with('.') && is_username(&name) || (name.is_empty() && call.world.is_old()) {
        return Err(fail(400, "model.user.is_valid.email.app_error", "Invalid email."));
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) || !is_username(&name) {
        let odd = call.world.is_old() && !name.bytes().any(|byte| byte.is_ascii_uppercase());
        let id = if odd {
            "model.user.is_valid.username.app_error"
        } else {
            "model.bot.is_valid.username.app_error"
        };
        return Err(fail(400, id, "Invalid username."));
    }
    if call.world.user_named(&name).is_some() {
        let message = "An account with that username already exists.";
        return Err(fail(400, "app.user.save.username_exists.app_error", message));
    }
    let id = call.world.new_bot(&name, text(&body, "display_name"), text(&body, "description"), &me);
    call.world.emit(&HubEvent::new("new_user", json!({"user_id": id})));
    managed(call, &id).map(|bot| ServerResponse::json(201, &bot.json()))
}

fn patch(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    managed(call, id)?;
    let body = call.object("bot")?;
    let now = call.world.now();
    let given = |name: &str| body.get(name).and_then(Value::as_str);
    if let Some(bot) = call.world.bots.iter_mut().find(|bot| bot.user_id == id) {
        for (field, name) in [
            (&mut bot.username, "username"),
            (&mut bot.display_name, "display_name"),
            (&mut bot.description, "description"),
        ] {
            if let Some(value) = given(name) {
                value.clone_into(field);
            }
        }
        bot.update_at = now;
    }
    if let (Some(user), Some(name)) = (call.world.user_mut(id), given("username")) {
        name.clone_into(&mut user.username);
    }
    managed(call, id).map(|bot| ServerResponse::json(200, &bot.json()))
}

fn enable(call: &mut RouteCall<'_>, id: &str, enabled: bool) -> RouteResult {
    managed(call, id)?;
    call.world.set_active(id, enabled);
    managed(call, id).map(|bot| ServerResponse::json(200, &bot.json()))
}

fn assign(call: &mut RouteCall<'_>, id: &str, user: &str) -> RouteResult {
    managed(call, id)?;
    let user = call.whom(user)?;
    if let Some(bot) = call.world.bots.iter_mut().find(|bot| bot.user_id == id) {
        bot.owner_id = user;
    }
    let bot = call.world.bots.iter().find(|bot| bot.user_id == id).ok_or_else(missing)?;
    Ok(ServerResponse::json(200, &bot.json()))
}
