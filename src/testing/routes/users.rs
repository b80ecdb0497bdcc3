//! Logging in and out, users, statuses, preferences.

use serde_json::{Map, Value, json};

use super::{AppError, Call, Outcome, bad_body, bad_url, fail, forbidden, text};
use crate::testing::http::Answer;
use crate::testing::hub::Event;
use crate::testing::state::{AccessToken, User, is_id};

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Outcome> {
    Some(match (method, path) {
        ("POST", ["users", "login"]) => login(call),
        ("POST", ["users", "logout"]) => Ok(logout(call)),
        ("POST", ["users"]) => create(call),
        ("GET", ["users"]) => list(call),
        ("POST", ["users", "ids"]) => by_ids(call),
        ("POST", ["users", "usernames"]) => by_names(call),
        ("POST", ["users", "search"]) => search(call),
        ("GET", ["users", "autocomplete"]) => autocomplete(call),
        ("GET", ["users", "stats"]) => {
            call.user().map(|_| Answer::json(200, &json!({"total_users_count": call.world.users.len()})))
        }
        ("GET", ["users", "username", name]) if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Err(bad_body("username"))
        }
        ("GET", ["users", "username", name]) => one(call, |user| user.username == *name),
        ("GET", ["users", "email", email]) => one(call, |user| user.email == *email),
        ("POST", ["users", "status", "ids"]) => statuses(call),
        ("GET", ["users", "known"]) => call.user().map(|me| {
            let others = call.world.users.iter().filter(|user| user.id != me);
            Answer::json(200, &others.map(|user| json!(user.id)).collect())
        }),
        ("POST", ["users", "group_channels"]) => group_channels(call),
        ("PUT", ["users", "sessions", "device"]) => call.user().map(|_| Answer::done()),
        ("GET", ["users", "tokens"]) => call.admin().map(|_| {
            let all = call.page(call.world.tokens.iter().map(AccessToken::json));
            Answer::json(200, &Value::Array(all))
        }),
        ("GET", ["users", "tokens", id]) => token(call, id),
        ("POST", ["users", "tokens", what @ ("revoke" | "disable" | "enable")]) => change_token(call, what),
        ("POST", ["users", "mfa"]) => Ok(Answer::json(200, &json!({"mfa_required": false}))),
        ("GET", ["users", id]) => call.whom(id).and_then(|id| one(call, |user| user.id == id)),
        _ => return None,
    })
}

/// What stands below one user.
pub(super) fn about(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Outcome> {
    let ["users", user, rest @ ..] = path else { return None };
    Some(match (method, rest) {
        ("PUT", [] | ["patch"]) => patch(call, user),
        ("DELETE", []) => activate(call, user, Some(false)),
        ("PUT", ["active"]) => activate(call, user, None),
        ("PUT", ["roles"]) => roles(call, user),
        ("PUT", ["password"]) => password(call, user),
        ("GET", ["image"]) => {
            call.whom(user).map(|_| Answer::bytes(200, "image/png", Vec::from(b"\x89PNG\r\n\x1a\n")))
        }
        ("GET", ["status"]) => call.whom(user).and_then(|id| match call.world.user(&id) {
            Some(user) => Ok(Answer::json(200, &user.status_json())),
            None => Err(missing()),
        }),
        ("PUT", ["status"]) => set_status(call, user),
        ("PUT" | "DELETE", ["status", "custom"]) => custom_status(call, user),
        ("POST", ["typing"]) => typing(call, user),
        ("POST", ["mfa", "generate"]) => call.own(user).map(|_| {
            Answer::json(200, &json!({"secret": "JBSWY3DPEHPK3PXP", "qr_code": "iVBORw0KGgo="}))
                .with("Cache-Control", "no-cache")
        }),
        ("PUT", ["mfa"]) => set_mfa(call, user),
        ("GET", ["sessions"]) => sessions(call, user),
        ("POST", ["sessions", "revoke"]) => revoke_session(call, user),
        ("POST", ["sessions", "revoke", "all"]) => call.own(user).map(|id| {
            call.world.sessions.retain(|_, session| session.user_id != id);
            Answer::done()
        }),
        ("POST", ["tokens"]) => new_token(call, user),
        ("GET", ["tokens"]) => call.own(user).map(|id| {
            let all = call.world.tokens.iter().filter(|token| token.user_id == id).map(AccessToken::json);
            Answer::json(200, &Value::Array(call.page(all)))
        }),
        ("GET", ["preferences", rest @ ..]) => preferences(call, user, rest),
        ("PUT", ["preferences"]) => save_preferences(call, user),
        ("POST", ["preferences", "delete"]) => delete_preferences(call, user),
        _ => return None,
    })
}

fn missing() -> AppError {
    fail(404, "app.user.missing_account.const", "Unable to find the user.")
}

fn login(call: &mut Call<'_>) -> Outcome {
    let wrong = || {
        let id = "api.user.login.invalid_credentials_email_username";
        Err(fail(401, id, "Enter a valid email or username and/or password."))
    };
    // Members that are no text count as empty, and names are compared as they are: it is a map, not a struct. Servers
    // of old (5.37) forget all members then.
    let mut body = call.body("body").ok().and_then(|body| body.as_object().cloned()).unwrap_or_default();
    let is_odd = |value: &Value| !value.is_string() && !value.is_null();
    if call.world.is_old() && body.values().any(is_odd) {
        body.clear();
    }
    let field = |name: &str| text(&body, name);
    let (login_id, id) = (field("login_id"), field("id"));
    if field("password").is_empty() {
        return Err(fail(400, "api.user.login.blank_pwd.app_error", "Password field must not be blank"));
    }
    let found = call.world.users.iter_mut().find(|user| {
        if id.is_empty() {
            user.username.eq_ignore_ascii_case(login_id) || user.email.eq_ignore_ascii_case(login_id)
        } else {
            user.id == id
        }
    });
    let Some(user) = found else { return wrong() };
    if user.is_bot {
        return Err(fail(401, "api.user.login.bot_login_forbidden.app_error", "Bot login is forbidden."));
    }
    if user.failed_attempts >= 10 {
        let id = "api.user.check_user_login_attempts.too_many.app_error";
        return Err(fail(401, id, "Your account is locked because of too many failed password attempts."));
    }
    if user.password != field("password") {
        user.failed_attempts += 1;
        return wrong();
    }
    if user.delete_at > 0 {
        let message =
            "Login failed because your account has been deactivated.  Please contact an administrator.";
        return Err(fail(401, "api.user.login.inactive.app_error", message));
    }
    let code = field("token");
    if let Some(codes) = &mut user.mfa {
        if code.parse::<u32>().is_err() {
            user.failed_attempts += u32::from(!code.is_empty());
            return Err(fail(401, "mfa.validate_token.authenticate.app_error", "Invalid MFA token."));
        }
        let Some(at) = codes.iter().position(|known| known == code) else {
            user.failed_attempts += 1;
            return Err(fail(401, "api.user.check_user_mfa.bad_code.app_error", "Invalid MFA token."));
        };
        codes.remove(at);
    }
    user.failed_attempts = 0;
    let (id, shown) = (user.id.clone(), user.json(true));
    let device = field("device_id").to_owned();
    if !device.is_empty() {
        call.world.sessions.retain(|_, session| session.user_id != id || session.device_id != device);
    }
    let token = call.world.open_session(&id);
    if let Some(session) = call.world.sessions.get_mut(&token) {
        session.device_id = device;
    }
    Ok(Answer::json(200, &shown).with("Token", token))
}

fn logout(call: &mut Call<'_>) -> Answer {
    call.world.sessions.remove(&call.token);
    Answer::done()
}

fn create(call: &mut Call<'_>) -> Outcome {
    let body = call.object("user")?;
    let (name, email) = (text(&body, "username").to_lowercase(), text(&body, "email").to_lowercase());
    if !is_username(&name) {
        return Err(fail(400, "model.user.is_valid.username.app_error", "Invalid username."));
    }
    if !email.contains('@') || email.len() > 128 {
        return Err(fail(400, "model.user.is_valid.email.app_error", "Invalid email."));
    }
    if call.world.users.iter().any(|user| user.username == name) {
        let message = "An account with that username already exists.";
        return Err(fail(400, "app.user.save.username_exists.app_error", message));
    }
    if call.world.users.iter().any(|user| user.email == email) {
        let message = "An account with that email already exists.";
        return Err(fail(400, "app.user.save.email_exists.app_error", message));
    }
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
    let (id, shown) = (user.id.clone(), user.json(true));
    call.world.emit(&Event::new("new_user", json!({"user_id": id})));
    Ok(Answer::json(201, &shown))
}

/// Returns `true` if the server takes a text as a username.
pub(super) fn is_username(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=64).contains(&name.len())
        && name.bytes().all(allowed)
        && !matches!(name, "all" | "channel" | "matterbot" | "system")
}

/// One user, with an etag.
fn one(call: &Call<'_>, is: impl Fn(&User) -> bool) -> Outcome {
    let me = call.user()?;
    let user = call.world.users.iter().find(|user| is(user)).ok_or_else(missing)?;
    let tag = format!("{}.{}..0.true.true.0", user.id, user.update_at);
    Ok(call.etag(&tag, Answer::json(200, &user.json(user.id == me || call.is_admin()))))
}

fn shown(call: &Call<'_>, users: &[&User]) -> Answer {
    let users: Vec<Value> = users.iter().map(|user| user.json(user.id == call.user)).collect();
    Answer::json(200, &Value::Array(users))
}

fn list(call: &Call<'_>) -> Outcome {
    call.user()?;
    let mut users: Vec<&User> = call
        .world
        .users
        .iter()
        .filter(|user| {
            call.request
                .param("in_team")
                .is_none_or(|id| call.world.team(id).is_some_and(|t| t.has(&user.id)))
        })
        .filter(|user| {
            call.request
                .param("in_channel")
                .is_none_or(|id| call.world.channel(id).is_some_and(|c| c.has(&user.id)))
        })
        .filter(|user| {
            call.request
                .param("not_in_channel")
                .is_none_or(|id| call.world.channel(id).is_some_and(|channel| !channel.has(&user.id)))
        })
        .filter(|user| !call.request.flag("active") || user.delete_at == 0)
        .filter(|user| !call.request.flag("inactive") || user.delete_at > 0)
        .collect();
    users.sort_by(|one, other| one.username.cmp(&other.username));
    Ok(shown(call, &call.page(users)))
}

fn by_ids(call: &Call<'_>) -> Outcome {
    call.user()?;
    let ids = call.texts("user_ids")?;
    if ids.is_empty() {
        return Err(bad_body("user_ids"));
    }
    let found: Vec<&User> = call.world.users.iter().filter(|user| ids.contains(&user.id)).collect();
    Ok(shown(call, &found))
}

fn by_names(call: &Call<'_>) -> Outcome {
    call.user()?;
    let names = call.texts("usernames")?;
    if names.is_empty() {
        return Err(bad_body("usernames"));
    }
    let found: Vec<&User> = call.world.users.iter().filter(|user| names.contains(&user.username)).collect();
    Ok(shown(call, &found))
}

fn matches(user: &User, term: &str) -> bool {
    let term = term.trim_start_matches('@').to_lowercase();
    [&user.username, &user.first_name, &user.last_name, &user.nickname]
        .into_iter()
        .any(|name| name.to_lowercase().starts_with(&term))
}

fn search(call: &Call<'_>) -> Outcome {
    call.user()?;
    let body = call.object("props")?;
    let term = text(&body, "term");
    if term.is_empty() {
        return Err(bad_body("term"));
    }
    let (inside, channel) = (text(&body, "team_id"), text(&body, "in_channel_id"));
    let found = call.world.users.iter().filter(|user| {
        matches(user, term)
            && (user.delete_at == 0 || body.get("allow_inactive") == Some(&Value::Bool(true)))
            && (inside.is_empty() || call.world.team(inside).is_some_and(|team| team.has(&user.id)))
            && (channel.is_empty()
                || call.world.channel(channel).is_some_and(|channel| channel.has(&user.id)))
    });
    Ok(shown(call, &found.collect::<Vec<_>>()).with("Cache-Control", "no-cache, no-store, must-revalidate"))
}

fn autocomplete(call: &Call<'_>) -> Outcome {
    call.user()?;
    let term = call.request.param("name").unwrap_or_default();
    let channel = call.request.param("in_channel").and_then(|id| call.world.channel(id));
    let found = |inside: bool| -> Vec<Value> {
        call.world
            .users
            .iter()
            .filter(|user| user.delete_at == 0 && matches(user, term))
            .filter(|user| channel.is_none_or(|channel| channel.has(&user.id)) == inside)
            .map(|user| user.json(false))
            .collect()
    };
    let mut body = json!({"users": found(true)});
    if let (Some(object), true) = (body.as_object_mut(), channel.is_some()) {
        object.insert("out_of_channel".into(), json!(found(false)));
    }
    Ok(Answer::json(200, &body))
}

fn patch(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let body = call.object("user")?;
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
    user.update_at = now;
    let shown = user.json(true);
    updated(call, &id);
    Ok(Answer::json(200, &shown))
}

/// Tells the others, in short, and the user, in full.
fn updated(call: &mut Call<'_>, id: &str) {
    let Some(user) = call.world.user(id) else { return };
    let (short, full) = (json!({"user": user.json(false)}), json!({"user": user.json(true)}));
    if call.world.is_old() {
        call.world.emit(&Event::new("user_updated", short).omitting(id));
    } else {
        let mut sensitive = full.clone();
        if let Some(user) = sensitive.pointer_mut("/user").and_then(Value::as_object_mut) {
            user.remove("last_password_update");
        }
        call.world.emit(&Event::new("user_updated", sensitive).omitting(id).for_admins(true));
        call.world.emit(&Event::new("user_updated", short).omitting(id).for_admins(false));
    }
    call.world.emit(&Event::new("user_updated", full).for_user(id));
}

fn activate(call: &mut Call<'_>, whom: &str, active: Option<bool>) -> Outcome {
    let id = call.own(whom)?;
    let active = match active {
        Some(active) => active,
        None => {
            call.object("active")?.get("active").and_then(Value::as_bool).ok_or_else(|| bad_body("active"))?
        }
    };
    call.world.set_active(&id, active);
    updated(call, &id);
    call.world.emit(&Event::new("user_activation_status_change", json!({})));
    Ok(Answer::done())
}

fn group_channels(call: &Call<'_>) -> Outcome {
    let me = call.user()?;
    let ids = call.texts("group_channel_ids")?;
    let found = ids.iter().filter_map(|id| call.world.channel(id)).filter(|c| c.kind == "G" && c.has(&me));
    let people = found.map(|channel| {
        let users = channel.members.iter().filter_map(|member| call.world.user(&member.user_id));
        (channel.id.clone(), users.map(|user| user.json(false)).collect::<Value>())
    });
    Ok(Answer::json(200, &Value::Object(people.collect())))
}

/// Turns MFA on, for which any six digits are right and are used up, or off.
fn set_mfa(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let body = call.object("mfa")?;
    let active = body.get("activate").and_then(Value::as_bool).ok_or_else(|| bad_body("activate"))?;
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    if active && text(&body, "code").parse::<u32>().is_err() {
        return Err(fail(401, "mfa.activate.bad_token.app_error", "Invalid MFA token."));
    }
    user.mfa = active.then(|| user.mfa.take().unwrap_or_default());
    Ok(Answer::done())
}

fn roles(call: &mut Call<'_>, whom: &str) -> Outcome {
    call.admin()?;
    let id = call.whom(whom)?;
    let body = call.object("roles")?;
    if let Some(odd) = text(&body, "roles").split_whitespace().find(|role| !role.starts_with("system_")) {
        let message = format!("The role {odd} was not found.");
        return Err(fail(400, "app.role.check_roles_exist.role_not_found", message));
    }
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    text(&body, "roles").clone_into(&mut user.roles);
    Ok(Answer::done())
}

fn password(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let body = call.object("body")?;
    let by_another = id != call.user;
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    if !by_another && user.password != text(&body, "current_password") {
        let message = "The \"Current Password\" you entered is incorrect. Please check that Caps Lock is off and try again.";
        return Err(fail(400, "api.user.update_password.incorrect.app_error", message));
    }
    text(&body, "new_password").clone_into(&mut user.password);
    Ok(Answer::done())
}

fn statuses(call: &Call<'_>) -> Outcome {
    call.user()?;
    let ids = call.texts("user_ids")?;
    if ids.is_empty() {
        return Err(bad_body("user_ids"));
    }
    // Unknown users are offline.
    let status = |id: &String| match call.world.user(id) {
        Some(user) => user.status_json(),
        None => {
            json!({"user_id": id, "status": "offline", "manual": false, "last_activity_at": 0, "dnd_end_time": 0})
        }
    };
    Ok(Answer::json(200, &ids.iter().map(status).collect()))
}

fn set_status(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let body = call.object("status")?;
    if text(&body, "user_id") != id {
        return Err(bad_body("user_id"));
    }
    let status = text(&body, "status");
    if !matches!(status, "online" | "offline" | "away" | "dnd") {
        return Err(bad_body("status"));
    }
    call.world.set_status(&id, status, status != "online");
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    if status == "dnd" {
        user.dnd_end_time = body.get("dnd_end_time").and_then(Value::as_i64).unwrap_or(0) / 60 * 60;
    }
    Ok(Answer::json(200, &user.status_json()))
}

fn custom_status(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let text =
        if call.request.method == "DELETE" { String::new() } else { call.body("custom_status")?.to_string() };
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    user.props.insert("customStatus".into(), json!(text));
    updated(call, &id);
    if !text.is_empty() {
        let recent = json!({
            "user_id": id, "category": "custom_status", "name": "recent_custom_statuses", "value": format!("[{text}]"),
        });
        let known = call.world.preferences.entry(id.clone()).or_default();
        known.retain(|(category, ..)| category != "custom_status");
        known.push(("custom_status".into(), "recent_custom_statuses".into(), format!("[{text}]")));
        let given: Vec<Map<String, Value>> = recent.as_object().cloned().into_iter().collect();
        tell_preferences(call, &id, "preferences_changed", &given);
    }
    Ok(Answer::done())
}

fn typing(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let body = call.object("typing_request")?;
    let channel = text(&body, "channel_id");
    if !call.world.channel(channel).is_some_and(|channel| channel.has(&id)) {
        return Err(forbidden());
    }
    let data = json!({"parent_id": text(&body, "parent_id"), "user_id": id});
    call.world.emit(&Event::new("typing", data).for_channel(channel).omitting(&id));
    Ok(Answer::bytes(200, "application/json", Vec::new()))
}

fn sessions(call: &Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let all = call.world.sessions.values().filter(|session| session.user_id == id).map(|session| {
        json!({
            "id": session.id, "token": "", "create_at": session.create_at, "expires_at": session.expires_at,
            "last_activity_at": session.last_activity_at, "user_id": id, "device_id": session.device_id,
            "roles": "system_user", "is_oauth": false, "expired_notify": false,
            "props": {"browser": "Unknown/0.0", "os": "", "platform": "Unknown", "isMobile": "false"},
            "team_members": [], "local": false,
        })
    });
    Ok(Answer::json(200, &Value::Array(all.collect())))
}

fn revoke_session(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let body = call.object("session_id")?;
    let gone = text(&body, "session_id");
    call.world.sessions.retain(|_, session| session.user_id != id || session.id != gone);
    Ok(Answer::done())
}

fn new_token(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let body = call.object("user_access_token")?;
    let description = text(&body, "description");
    if description.is_empty() {
        return Err(bad_body("description"));
    }
    if !call.world.may_create_tokens(&call.user) {
        return Err(forbidden());
    }
    let token = call.world.new_access_token(&id, description);
    let mut shown = token.json();
    if let Some(object) = shown.as_object_mut() {
        object.insert("token".into(), json!(token.token));
    }
    Ok(Answer::json(200, &shown))
}

fn token(call: &Call<'_>, id: &str) -> Outcome {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("token_id"));
    }
    let found =
        call.world.tokens.iter().find(|token| token.id == id && (token.user_id == me || call.is_admin()));
    found.map(|token| Answer::json(200, &token.json())).ok_or_else(|| {
        fail(404, "app.user_access_token.get_by_user.app_error", "Unable to get the personal access token.")
    })
}

fn change_token(call: &mut Call<'_>, what: &str) -> Outcome {
    let me = call.user()?;
    let body = call.object("token_id")?;
    let id = text(&body, "token_id");
    let admin = call.is_admin();
    let tokens = &mut call.world.tokens;
    let at = tokens.iter().position(|token| token.id == id && (token.user_id == me || admin));
    let at = at.ok_or_else(|| bad_body("token_id"))?;
    if what == "revoke" {
        tokens.remove(at);
    } else if let Some(token) = tokens.get_mut(at) {
        token.is_active = what == "enable";
    }
    Ok(Answer::done())
}

fn preferences(call: &Call<'_>, whom: &str, rest: &[&str]) -> Outcome {
    let id = call.own(whom)?;
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
        return found.map(|one| Answer::json(200, &one)).ok_or_else(|| {
            fail(404, "app.preference.get.app_error", "We encountered an error while finding preferences.")
        });
    }
    if all.is_empty() && !rest.is_empty() {
        let message = "We encountered an error while finding preferences.";
        return Err(fail(404, "app.preference.get_category.app_error", message));
    }
    Ok(Answer::json(200, &Value::Array(all)))
}

fn given_preferences(call: &Call<'_>, id: &str) -> Result<Vec<Map<String, Value>>, AppError> {
    let all: Vec<Map<String, Value>> =
        serde_json::from_slice(&call.request.body).map_err(|_| bad_body("preferences"))?;
    if all.is_empty() || all.len() > 100 {
        return Err(bad_body("preferences"));
    }
    if all.iter().any(|one| text(one, "user_id") != id) { Err(forbidden()) } else { Ok(all) }
}

fn save_preferences(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let given = given_preferences(call, &id)?;
    let known = call.world.preferences.entry(id.clone()).or_default();
    for one in &given {
        let (category, name, value) = (text(one, "category"), text(one, "name"), text(one, "value"));
        known.retain(|(c, n, _)| c != category || n != name);
        known.push((category.to_owned(), name.to_owned(), value.to_owned()));
    }
    tell_preferences(call, &id, "preferences_changed", &given);
    Ok(Answer::done())
}

fn delete_preferences(call: &mut Call<'_>, whom: &str) -> Outcome {
    let id = call.own(whom)?;
    let given = given_preferences(call, &id)?;
    let known = call.world.preferences.entry(id.clone()).or_default();
    for one in &given {
        known.retain(|(c, n, _)| c != text(one, "category") || n != text(one, "name"));
    }
    tell_preferences(call, &id, "preferences_deleted", &given);
    Ok(Answer::done())
}

fn tell_preferences(call: &mut Call<'_>, id: &str, name: &str, given: &[Map<String, Value>]) {
    call.world.emit(&Event::new("sidebar_category_updated", json!({})).for_user(id));
    call.world.emit(&Event::new(name, json!({"preferences": json!(given).to_string()})).for_user(id));
}
