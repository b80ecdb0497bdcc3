//! Creating, changing, converting and deactivating accounts.

use serde_json::{Map, Value, json};

use super::users::{missing, updated};
use super::{AppError, RouteCall, RouteResult, bad_body, fail, forbidden, text};
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::state::StoredBot;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    if let ("POST", ["users"]) = (method, path) {
        return Some(create(call));
    }
    let ["users", user, rest @ ..] = path else { return None };
    Some(match (method, rest) {
        ("PUT", []) => patch(call, user, true),
        ("PUT", ["patch"]) => patch(call, user, false),
        ("DELETE", []) => activate(call, user, Some(false)),
        ("PUT", ["active"]) => activate(call, user, None),
        ("PUT", ["roles"]) => roles(call, user),
        ("PUT", ["password"]) => password(call, user),
        ("POST", ["convert_to_bot"]) => convert_to_bot(call, user),
        ("POST", ["email", "verify", "member"]) => verify(call, user),
        ("POST", ["reset_failed_attempts"]) => reset_failed_attempts(call, user),
        ("PUT", ["auth"]) => set_auth(call, user),
        ("POST", ["image"]) => set_image(call, user),
        ("DELETE", ["image"]) => call.own(user).and_then(|id| {
            call.world.user_mut(&id).ok_or_else(missing)?.last_picture_update = 0;
            updated(call, &id);
            Ok(ServerResponse::done())
        }),
        _ => return None,
    })
}

fn invalid(field: &str) -> AppError {
    let mut error = fail(400, "", format!("Invalid {field}."));
    error.id = format!("model.user.is_valid.{field}.app_error").into();
    error
}

/// Returns `true` if the server accepts a text as a username.
pub(super) fn is_username(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=64).contains(&name.len())
        && name.bytes().all(allowed)
        && !matches!(name, "all" | "channel" | "matterbot" | "system")
}

fn is_email(email: &str) -> bool {
    let parts = email.split_once('@');
    let fits = parts.is_some_and(|(local, host)| {
        !local.is_empty() && !local.ends_with('.') && !host.is_empty() && !host.contains('@')
    });
    fits && email.len() <= 128 && !email.contains(char::is_whitespace) && email.to_lowercase() == email
}

/// Refuses a password that is too short, with the error ID of the version.
fn check_password(call: &RouteCall<'_>, password: &str, old_id: &'static str) -> Result<(), AppError> {
    let (least, id) =
        if call.world.is_old() { (5, old_id) } else { (8, "model.user.is_valid.pwd_min_length.app_error") };
    if password.len() < least {
        return Err(fail(400, id, format!("Your password must contain at least {least} characters.")));
    }
    if password.len() > 72 {
        let id = "model.user.is_valid.pwd_max_length.app_error";
        let id = if call.world.is_old() { "model.user.is_valid.password_limit.app_error" } else { id };
        return Err(fail(400, id, "Your password must contain at most 72 characters."));
    }
    Ok(())
}

/// Refuses names and texts that the server does not accept, and those that another account has.
fn check_fields(call: &RouteCall<'_>, body: &Map<String, Value>, own: &str) -> Result<(), AppError> {
    let given = |name: &str| body.get(name).and_then(Value::as_str);
    if given("username").is_some_and(|name| !is_username(name)) {
        return Err(invalid("username"));
    }
    if given("email").is_some_and(|email| !is_email(email)) {
        return Err(invalid("email"));
    }
    for (name, most) in [("nickname", 64), ("position", 128), ("first_name", 64), ("last_name", 64)] {
        if given(name).is_some_and(|value| value.chars().count() > most) {
            return Err(invalid(name));
        }
    }
    if given("locale").is_some_and(|locale| !(2..=5).contains(&locale.len()) && !locale.is_empty()) {
        return Err(invalid("locale"));
    }
    let others = || call.world.users.iter().filter(|user| user.id != own);
    if given("username").is_some_and(|name| others().any(|user| user.username == name)) {
        let message = "An account with that username already exists.";
        return Err(fail(400, "app.user.save.username_exists.app_error", message));
    }
    if given("email").is_some_and(|email| others().any(|user| user.email == email)) {
        let message = "An account with that email already exists.";
        return Err(fail(400, "app.user.save.email_exists.app_error", message));
    }
    Ok(())
}

fn create(call: &mut RouteCall<'_>) -> RouteResult {
    let mut body = call.object("user")?;
    for name in ["username", "email"] {
        let lower = text(&body, name).to_lowercase();
        body.insert(name.into(), json!(lower));
    }
    check_password(call, text(&body, "password"), "api.user.check_user_password.invalid.app_error")?;
    check_fields(call, &body, "")?;
    let (name, email) = (text(&body, "username").to_owned(), text(&body, "email").to_owned());
    let user = call.world.new_user(&name, text(&body, "password"));
    user.email = email;
    for (field, name) in [
        (&mut user.first_name, "first_name"),
        (&mut user.last_name, "last_name"),
        (&mut user.nickname, "nickname"),
        (&mut user.position, "position"),
    ] {
        text(&body, name).clone_into(field);
    }
    if !text(&body, "locale").is_empty() {
        text(&body, "locale").clone_into(&mut user.locale);
    }
    if let Some(Value::Object(props)) = body.get("props") {
        user.props.clone_from(props);
    }
    let (id, shown) = (user.id.clone(), user.json(true));
    call.world.emit(&HubEvent::new("new_user", json!({"user_id": id})));
    Ok(ServerResponse::json(201, &shown))
}

fn patch(call: &mut RouteCall<'_>, whom: &str, whole: bool) -> RouteResult {
    let id = call.whom(whom)?;
    let mut body = call.object("user")?;
    if whole && text(&body, "id") != id {
        return Err(bad_body("user_id"));
    }
    call.own(&id)?;
    let old = call.world.is_old();
    let user = call.world.user(&id).ok_or_else(missing)?;
    // Bots do not have the permission to manage bots, so they cannot change themselves.
    if user.is_bot && !old && !call.is_admin() {
        return Err(forbidden());
    }
    if let Some(email) = body.get("email").and_then(Value::as_str).map(str::to_lowercase) {
        let password = text(&body, "password");
        let proven = !password.is_empty() && password == user.password;
        if email != user.email && id == call.user && !proven {
            return Err(bad_body("password"));
        }
        body.insert("email".into(), json!(email));
    }
    if whole && old && body.get("create_at").and_then(Value::as_i64).unwrap_or(0) == 0 {
        return Err(invalid("create_at"));
    }
    check_fields(call, &body, &id)?;
    let now = call.world.now();
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    for (field, name) in [
        (&mut user.username, "username"),
        (&mut user.email, "email"),
        (&mut user.nickname, "nickname"),
        (&mut user.first_name, "first_name"),
        (&mut user.last_name, "last_name"),
        (&mut user.position, "position"),
        (&mut user.locale, "locale"),
    ] {
        if let Some(value) = body.get(name).and_then(Value::as_str) {
            value.clone_into(field);
        }
    }
    if let Some(Value::Object(props)) = body.get("props") {
        user.props.clone_from(props);
    }
    if let Some(notify) = body.get("notify_props").filter(|notify| notify.is_object()) {
        user.notify_props = Some(notify.clone());
    }
    if let Some(timezone) = body.get("timezone").filter(|timezone| timezone.is_object()) {
        user.timezone = Some(timezone.clone());
    }
    user.update_at = now;
    let shown = user.json(true);
    updated(call, &id);
    Ok(ServerResponse::json(200, &shown))
}

fn activate(call: &mut RouteCall<'_>, whom: &str, active: Option<bool>) -> RouteResult {
    let id = call.whom(whom)?;
    let told = active.is_none();
    let active = if let Some(active) = active {
        call.own(&id)?;
        active
    } else {
        let body = call.object("active")?;
        let active = body.get("active").and_then(Value::as_bool).ok_or_else(|| bad_body("active"))?;
        let own = !active && id == call.user;
        if !own && !call.is_admin() {
            let message = "You do not have the appropriate permissions.";
            return Err(fail(403, "api.user.update_active.permissions.app_error", message));
        }
        active
    };
    if !active && id == call.user {
        let message = "You can not deactivate yourself because this feature is not enabled.";
        return Err(fail(401, "api.user.update_active.not_enable.app_error", message));
    }
    call.world.user(&id).ok_or_else(missing)?;
    call.world.set_active(&id, active);
    updated(call, &id);
    if told {
        call.world.emit(&HubEvent::new("user_activation_status_change", json!({})));
    }
    Ok(ServerResponse::done())
}

fn roles(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    call.admin()?;
    let id = call.whom(whom)?;
    let body = call.object("roles")?;
    if let Some(odd) = text(&body, "roles").split_whitespace().find(|role| !role.starts_with("system_")) {
        let message = format!("The role {odd} was not found.");
        return Err(fail(400, "app.role.check_roles_exist.role_not_found", message));
    }
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    text(&body, "roles").clone_into(&mut user.roles);
    Ok(ServerResponse::done())
}

fn password(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.whom(whom)?;
    let body = call.object("body")?;
    if id != call.user && !call.is_admin() {
        let message = "Update password failed because context user_id did not match props user_id.";
        return Err(fail(403, "api.user.update_password.context.app_error", message));
    }
    let (current, new) = (text(&body, "current_password"), text(&body, "new_password"));
    let user = call.world.user(&id).ok_or_else(missing)?;
    if id == call.user {
        if current.is_empty() {
            return Err(bad_body("current_password"));
        }
        if user.password != current {
            let message = "The \"Current Password\" you entered is incorrect. Please check that Caps Lock is off and try again.";
            return Err(fail(400, "api.user.update_password.incorrect.app_error", message));
        }
    }
    check_password(call, new, "model.user.is_valid.pwd.app_error")?;
    if let Some(user) = call.world.user_mut(&id) {
        new.clone_into(&mut user.password);
    }
    Ok(ServerResponse::done())
}

fn convert_to_bot(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    call.admin()?;
    let id = call.whom(whom)?;
    let now = call.world.now();
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    user.is_bot = true;
    let full_name = format!("{} {}", user.first_name, user.last_name);
    let display_name = match (full_name.trim(), &*user.nickname) {
        ("", "") => user.username.clone(),
        ("", nickname) => nickname.to_owned(),
        (name, _) => name.to_owned(),
    };
    let bot = StoredBot {
        user_id: id.clone(),
        username: user.username.clone(),
        display_name,
        description: String::new(),
        owner_id: id.clone(),
        create_at: now,
        update_at: now,
        delete_at: 0,
    };
    let shown = bot.json();
    call.world.bots.push(bot);
    call.world.sessions.retain(|_, session| session.user_id != id);
    Ok(ServerResponse::json(200, &shown))
}

/// Converts a bot to a user, who logs in with a password.
pub(super) fn convert_to_user(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let body = call.object("userPatch")?;
    let password = text(&body, "password");
    if password.is_empty() {
        return Err(bad_body("userPatch"));
    }
    call.admin()?;
    check_fields(call, &body, id)?;
    check_password(call, password, "model.user.is_valid.pwd.app_error")?;
    let now = call.world.now();
    let admin = call.request.flag("set_system_admin");
    let user = call.world.user_mut(id).ok_or_else(missing)?;
    user.is_bot = false;
    user.bot_description.clear();
    user.update_at = now;
    password.clone_into(&mut user.password);
    for (field, name) in [(&mut user.username, "username"), (&mut user.email, "email")] {
        if let Some(value) = body.get(name).and_then(Value::as_str) {
            value.clone_into(field);
        }
    }
    if admin {
        "system_user system_admin".clone_into(&mut user.roles);
    }
    let shown = user.json(true);
    call.world.bots.retain(|bot| bot.user_id != id);
    Ok(ServerResponse::json(200, &shown))
}

fn verify(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    call.admin()?;
    let id = call.whom(whom)?;
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    user.email_verified = true;
    Ok(ServerResponse::json(200, &user.json(true)))
}

fn reset_failed_attempts(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.whom(whom)?;
    if !call.is_admin() {
        let message = "You do not have the appropriate permissions.";
        return Err(fail(403, "api.user.reset_password_failed_attempts.permissions.app_error", message));
    }
    call.world.user_mut(&id).ok_or_else(missing)?.failed_attempts = 0;
    Ok(ServerResponse::done())
}

/// Changes the login service of an account.
fn set_auth(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.whom(whom)?;
    call.admin()?;
    let body = call.object("user")?;
    let (service, data) = (text(&body, "auth_service"), text(&body, "auth_data"));
    if service.is_empty() || data.is_empty() {
        let message = "Unable to update user auth.";
        return Err(fail(400, "api.user.update_user_auth.invalid_request", message));
    }
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    service.clone_into(&mut user.auth_service);
    Ok(ServerResponse::json(200, &json!({"auth_data": data, "auth_service": service})))
}

fn set_image(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.own(whom)?;
    let kind = call.request.header("content-type").unwrap_or_default();
    let parts = crate::testing::http::parts(kind, &call.request.body).ok_or_else(|| {
        let message = "Could not parse multipart form.";
        fail(500, "api.user.upload_profile_user.parse.app_error", message)
    })?;
    if !parts.iter().any(|part| part.name == "image") {
        let message = "No file under 'image' in request.";
        return Err(fail(400, "api.user.upload_profile_user.no_file.app_error", message));
    }
    let now = call.world.now();
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    user.last_picture_update = now;
    user.update_at = now;
    updated(call, &id);
    Ok(ServerResponse::done())
}
