//! Login, sessions, and reading users.

use serde_json::{Map, Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, fail, forbidden, text};
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::state::{StoredSession, StoredUser};

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["users", "login"]) => login(call),
        ("POST", ["users", "logout"]) => Ok(logout(call)),
        ("GET", ["users"]) => list(call),
        ("POST", ["users", "ids"]) => by_ids(call),
        ("POST", ["users", "usernames"]) => by_names(call),
        ("POST", ["users", "search"]) => search(call),
        ("GET", ["users", "autocomplete"]) => autocomplete(call),
        ("GET", ["users", "stats"]) => call
            .user()
            .map(|_| ServerResponse::json(200, &json!({"total_users_count": call.world.users.len()}))),
        ("GET", ["users", "username", name]) if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Err(bad_body("username"))
        }
        ("GET", ["users", "username", name]) => one(call, |user| user.username == *name),
        ("GET", ["users", "email", email]) => one(call, |user| user.email == *email),
        ("GET", ["users", "known"]) => call.user().map(|me| {
            let others = call.world.users.iter().filter(|user| user.id != me);
            ServerResponse::json(200, &others.map(|user| json!(user.id)).collect())
        }),
        ("POST", ["users", "group_channels"]) => group_channels(call),
        ("POST", ["users", "sessions", "revoke", "all"]) => call.admin().map(|_| {
            call.world.sessions.clear();
            ServerResponse::done()
        }),
        ("PUT", ["users", "sessions", "device"]) => {
            call.object("device_id")
                .or_else(|error| if call.world.is_old() { Err(error) } else { Ok(Map::new()) })
                .and_then(|body| {
                    // A session of a current server has more to change than the device.
                    if call.world.is_old() && text(&body, "device_id").is_empty() {
                        return Err(bad_body("device_id"));
                    }
                    Ok(ServerResponse::done())
                })
        }
        ("GET", ["users", "stats", "filtered"]) => call.admin().map(|_| {
            let found = call.world.users.iter();
            let bots = call.request.flag("include_bots");
            let deleted = call.request.flag("include_deleted");
            let found = found.filter(|user| (bots || !user.is_bot) && (deleted || user.delete_at == 0));
            let found = found.filter(|user| {
                let in_team = call.request.param("in_team").and_then(|id| call.world.team(id));
                let in_channel = call.request.param("in_channel").and_then(|id| call.world.channel(id));
                in_team.is_none_or(|team| team.has(&user.id))
                    && in_channel.is_none_or(|channel| channel.has(&user.id))
            });
            ServerResponse::json(200, &json!({"total_users_count": found.count()}))
        }),
        ("POST", ["users", "mfa"]) => call.object("login_id").and_then(|body| {
            let name = text(&body, "login_id");
            if name.is_empty() {
                return Err(bad_body("login_id"));
            }
            let required = call.world.user_named(name).is_some_and(|user| user.mfa.is_some());
            Ok(ServerResponse::json(200, &json!({"mfa_required": required})))
        }),
        ("GET", ["users", id]) => call.whom(id).and_then(|id| one(call, |user| user.id == id)),
        _ => return None,
    })
}

/// Serves the routes below one user.
pub(super) fn about(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    let ["users", user, rest @ ..] = path else { return None };
    Some(match (method, rest) {
        ("GET", ["image"] | ["image", "default"]) => {
            call.whom(user).map(|_| ServerResponse::bytes(200, "image/png", Vec::from(b"\x89PNG\r\n\x1a\n")))
        }
        ("POST", ["typing"]) => typing(call, user),
        ("POST", ["mfa", "generate"]) => call.own(user).map(|_| {
            ServerResponse::json(200, &json!({"secret": "JBSWY3DPEHPK3PXP", "qr_code": "iVBORw0KGgo="}))
                .with("Cache-Control", "no-cache")
        }),
        ("PUT", ["mfa"]) => set_mfa(call, user),
        ("GET", ["sessions"]) => sessions(call, user),
        ("POST", ["sessions", "revoke"]) => revoke_session(call, user),
        ("POST", ["sessions", "revoke", "all"]) => call.own(user).map(|id| {
            call.world.sessions.retain(|_, session| session.user_id != id);
            ServerResponse::done()
        }),
        _ => return None,
    })
}

pub(super) fn missing() -> AppError {
    fail(404, "app.user.missing_account.const", "Unable to find the user.")
}

fn login(call: &mut RouteCall<'_>) -> RouteResult {
    let wrong = || {
        let id = "api.user.login.invalid_credentials_email_username";
        Err(fail(401, id, "Enter a valid email or username and/or password."))
    };
    // Members that are not strings count as empty, and names are case-sensitive: the server decodes a map, not a
    // struct. Servers before 6.0 (5.37) then forget all members.
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
    // The failures before this login are still shown.
    let (id, shown) = (user.id.clone(), user.json(true));
    user.failed_attempts = 0;
    let device = field("device_id").to_owned();
    if !device.is_empty() {
        call.world.sessions.retain(|_, session| session.user_id != id || session.device_id != device);
    }
    let token = call.world.open_session(&id);
    if let Some(session) = call.world.sessions.get_mut(&token) {
        session.device_id = device;
    }
    Ok(ServerResponse::json(200, &shown).with("Token", token))
}

fn logout(call: &mut RouteCall<'_>) -> ServerResponse {
    call.world.sessions.remove(&call.token);
    ServerResponse::done()
}

/// Returns one user, with an etag.
fn one(call: &RouteCall<'_>, is: impl Fn(&StoredUser) -> bool) -> RouteResult {
    let me = call.user()?;
    let user = call.world.users.iter().find(|user| is(user)).ok_or_else(missing)?;
    let tag = format!("{}.{}..0.true.true.0", user.id, user.update_at);
    Ok(call.etag(&tag, ServerResponse::json(200, &user.json(user.id == me || call.is_admin()))))
}

fn shown(users: &[&StoredUser]) -> ServerResponse {
    // In lists, the caller is a user like any other.
    let users: Vec<Value> = users.iter().map(|user| user.json(false)).collect();
    ServerResponse::json(200, &Value::Array(users))
}

fn list(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let mut users: Vec<&StoredUser> = call
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
    Ok(shown(&call.page(users)))
}

fn by_ids(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let ids = call.texts("user_ids")?;
    if ids.is_empty() {
        return Err(bad_body("user_ids"));
    }
    let mut found: Vec<&StoredUser> = call.world.users.iter().filter(|user| ids.contains(&user.id)).collect();
    found.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(shown(&found))
}

fn by_names(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let names = call.texts("usernames")?;
    if names.is_empty() {
        return Err(bad_body("usernames"));
    }
    let found: Vec<&StoredUser> =
        call.world.users.iter().filter(|user| names.contains(&user.username)).collect();
    Ok(shown(&found))
}

/// Returns `true` if a name contains the term. Old servers want it at the beginning.
fn matches(user: &StoredUser, term: &str, old: bool) -> bool {
    let term = term.trim_start_matches('@').to_lowercase();
    let fits = |name: &String| {
        let name = name.to_lowercase();
        if old { name.starts_with(&term) } else { name.contains(&term) }
    };
    [&user.username, &user.first_name, &user.last_name, &user.nickname].into_iter().any(fits)
}

fn search(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let body = call.object("props")?;
    let term = text(&body, "term");
    if term.is_empty() {
        return Err(bad_body("term"));
    }
    let old = call.world.is_old();
    let (inside, channel) = (text(&body, "team_id"), text(&body, "in_channel_id"));
    let found = call.world.users.iter().filter(|user| {
        (matches(user, term, old) || (!old && user.email.contains(&term.to_lowercase())))
            && (user.delete_at == 0 || body.get("allow_inactive") == Some(&Value::Bool(true)))
            && (inside.is_empty() || call.world.team(inside).is_some_and(|team| team.has(&user.id)))
            && (channel.is_empty()
                || call.world.channel(channel).is_some_and(|channel| channel.has(&user.id)))
    });
    Ok(shown(&found.collect::<Vec<_>>()))
}

fn autocomplete(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let text = call.request.param("name").unwrap_or_default();
    let channel = call.request.param("in_channel").and_then(|id| call.world.channel(id));
    let team = call.request.param("in_team").and_then(|id| call.world.team(id));
    let found = |inside: bool| -> Vec<Value> {
        call.world
            .users
            .iter()
            .filter(|user| user.delete_at == 0 && matches(user, text, call.world.is_old()))
            .filter(|user| channel.is_none_or(|channel| channel.has(&user.id)) == inside)
            .filter(|user| team.is_none_or(|team| team.has(&user.id)))
            .map(|user| user.json(false))
            .collect()
    };
    let mut body = json!({"users": found(true)});
    if let (Some(object), true) = (body.as_object_mut(), channel.is_some()) {
        object.insert("out_of_channel".into(), json!(found(false)));
    }
    Ok(ServerResponse::json(200, &body))
}

/// Sends the event about a changed user: the full user to the user, and a part of it to all others.
pub(super) fn updated(call: &mut RouteCall<'_>, id: &str) {
    let Some(user) = call.world.user(id) else { return };
    let (short, full) = (json!({"user": user.json(false)}), json!({"user": user.json(true)}));
    if call.world.is_old() {
        call.world.emit(&HubEvent::new("user_updated", short));
        return;
    }
    let mut sensitive = full.clone();
    if let Some(user) = sensitive.pointer_mut("/user").and_then(Value::as_object_mut) {
        user.remove("last_password_update");
    }
    call.world.emit(&HubEvent::new("user_updated", sensitive).omitting(id).for_admins(true));
    call.world.emit(&HubEvent::new("user_updated", short).omitting(id).for_admins(false));
    call.world.emit(&HubEvent::new("user_updated", full).for_user(id));
}

fn group_channels(call: &RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let ids = call.texts("group_channel_ids")?;
    let found = ids.iter().filter_map(|id| call.world.channel(id)).filter(|c| c.kind == "G" && c.has(&me));
    let people = found.map(|channel| {
        let others = channel.members.iter().filter(|member| member.user_id != me);
        let users = others.filter_map(|member| call.world.user(&member.user_id));
        (channel.id.clone(), users.map(|user| user.json(false)).collect::<Value>())
    });
    Ok(ServerResponse::json(200, &Value::Object(people.collect())))
}

/// Activates MFA, for which any six digits are valid once, or deactivates it.
fn set_mfa(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.own(whom)?;
    let body = call.object("mfa")?;
    let active = body.get("activate").and_then(Value::as_bool).ok_or_else(|| bad_body("activate"))?;
    let user = call.world.user_mut(&id).ok_or_else(missing)?;
    if active && text(&body, "code").parse::<u32>().is_err() {
        return Err(fail(401, "mfa.activate.bad_token.app_error", "Invalid MFA token."));
    }
    user.mfa = active.then(|| user.mfa.take().unwrap_or_default());
    Ok(ServerResponse::done())
}

fn typing(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.own(whom)?;
    let body = call.object("typing_request")?;
    let channel = text(&body, "channel_id");
    if !call.world.channel(channel).is_some_and(|channel| channel.has(&id)) {
        return Err(forbidden());
    }
    let data = json!({"parent_id": text(&body, "parent_id"), "user_id": id});
    call.world.emit(&HubEvent::new("typing", data).for_channel(channel).omitting(&id));
    Ok(ServerResponse::done())
}

fn sessions(call: &RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.own(whom)?;
    let user = call.world.user(&id).ok_or_else(missing)?;
    let old = call.world.is_old();
    let teams: Vec<Value> =
        call.world.teams.iter().filter_map(|team| Some(team.member_json(team.member(&id)?))).collect();
    let mut all: Vec<&StoredSession> =
        call.world.sessions.values().filter(|session| session.user_id == id).collect();
    all.sort_by_key(|session| std::cmp::Reverse(session.last_activity_at));
    let all = all.into_iter().map(|session| {
        json!({
            "id": session.id, "token": "", "create_at": session.create_at, "expires_at": session.expires_at,
            "last_activity_at": session.last_activity_at, "user_id": id, "device_id": session.device_id,
            "roles": user.roles, "is_oauth": false, "expired_notify": false,
            "props": {
                "browser": "Unknown/0.0", "csrf": session.csrf, "isMobile": "false", "isOAuthUser": "false",
                "isSaml": "false", "is_guest": user.is_guest().to_string(), "os": "",
                "platform": if old { "Windows" } else { "Unknown" },
            },
            "team_members": teams, "local": false,
        })
    });
    Ok(ServerResponse::json(200, &Value::Array(all.collect())))
}

fn revoke_session(call: &mut RouteCall<'_>, whom: &str) -> RouteResult {
    let id = call.own(whom)?;
    let body = call.object("session_id")?;
    let gone = text(&body, "session_id");
    if gone.is_empty() {
        return Err(bad_body("session_id"));
    }
    call.world.sessions.retain(|_, session| session.user_id != id || session.id != gone);
    Ok(ServerResponse::done())
}
