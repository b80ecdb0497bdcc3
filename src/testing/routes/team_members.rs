//! Members of teams.

use serde_json::{Map, Value, json};

use super::teams::{managed, visible};
use super::{AppError, RouteCall, RouteResult, bad_body, fail, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::rules::Permission;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("GET", ["teams", id, "members"]) => visible(call, id).map(|team| {
            let members = call.page(team.members.iter().map(|member| team.member_json(member)));
            ServerResponse::json(200, &Value::Array(members))
        }),
        ("POST", ["teams", id, "members"]) => join(call, id),
        ("POST", ["teams", id, "members", "batch"]) => add_batch(call, id),
        ("PUT", ["teams", id, "members", user, what @ ("roles" | "schemeRoles")]) => {
            set_roles(call, id, user, *what == "schemeRoles")
        }
        ("POST", ["teams", id, "members", "ids"]) => visible(call, id).and_then(|team| {
            let ids = call.texts("user_ids")?;
            let found = team.members.iter().filter(|member| ids.contains(&member.user_id));
            Ok(ServerResponse::json(200, &found.map(|member| team.member_json(member)).collect()))
        }),
        ("GET", ["teams", id, "members", user]) => member(call, id, user),
        ("DELETE", ["teams", id, "members", user]) => leave(call, id, user),
        _ => return None,
    })
}

fn missing() -> AppError {
    let message = "No team member found for that user ID and team ID.";
    fail(404, "app.team.get_member.missing.app_error", message)
}

fn member(call: &RouteCall<'_>, id: &str, user: &str) -> RouteResult {
    let user = call.whom(user)?;
    let team = visible(call, id)?;
    let member = team.member(&user).ok_or_else(|| {
        fail(
            404,
            "app.team.get_member.missing.app_error",
            "No team member found for that user ID and team ID.",
        )
    })?;
    Ok(ServerResponse::json(200, &team.member_json(member)))
}

fn join(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let me = call.user()?;
    let body = call.object("team_member")?;
    let user = text(&body, "user_id").to_owned();
    if !is_id(&user) {
        return Err(bad_body("user_id"));
    }
    if text(&body, "team_id") != id {
        return Err(bad_body("team_id"));
    }
    if call.world.user(&user).is_none() {
        return Err(bad_body("user_id"));
    }
    let team = visible(call, id)?;
    let open = team.allow_open_invite && user == me;
    if !open {
        call.in_team(id, Permission::AddToTeam)?;
    }
    add(call, id, &user);
    let team = visible(call, id)?;
    team.member(&user).map(|member| ServerResponse::json(201, &team.member_json(member))).ok_or_else(missing)
}

/// Adds a user to a team and its default channels, and sends the events.
pub(super) fn add(call: &mut RouteCall<'_>, id: &str, user: &str) {
    let name = call.world.name_of(user).to_owned();
    if !call.world.team(id).is_some_and(|team| team.has(user)) {
        for channel in call.world.default_channels(id) {
            let main = call.world.channel(&channel).is_some_and(|channel| channel.name == "town-square");
            let (kind, what) =
                if main { ("system_join_team", "team") } else { ("system_join_channel", "channel") };
            let message = format!("{name} joined the {what}.");
            call.world.system_post(&channel, user, kind, message, json!({"username": name}));
            // The user's own connections do not know of the first channel yet.
            if !main {
                call.world.join(&channel, user);
            }
            let data = json!({"team_id": id, "user_id": user});
            call.world.emit(&HubEvent::new("user_added", data).for_channel(&channel));
            call.world.join(&channel, user);
        }
        call.world.join_team(id, user);
    }
    // The real server sends it twice.
    for _ in 0..2 {
        let data = json!({"team_id": id, "user_id": user});
        call.world.emit(&HubEvent::new("added_to_team", data).for_user(user));
    }
}

/// Adds several users. With `graceful`, the response lists those who cannot be added.
fn add_batch(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    call.user()?;
    let members: Vec<Map<String, Value>> = match serde_json::from_slice(&call.request.body) {
        Ok(members) => members,
        Err(_) if call.world.is_old() => Vec::new(),
        Err(_) => return Err(bad_body("members")),
    };
    if members.is_empty() || members.len() > 100 {
        return Err(bad_body(if members.is_empty() {
            "no members in batch"
        } else {
            "too many members in batch"
        }));
    }
    call.in_team(id, Permission::AddToTeam)?;
    let graceful = call.request.param("graceful").is_some_and(|value| !value.is_empty());
    for member in &members {
        if text(member, "team_id") != id {
            return Err(bad_body("team_id for member"));
        }
        if !is_id(text(member, "user_id")) {
            return Err(bad_body("user_id"));
        }
    }
    let mut shown = Vec::new();
    for member in &members {
        let user = text(member, "user_id").to_owned();
        if call.world.user(&user).is_none() {
            let error = fail(404, "app.user.missing_account.const", "Unable to find the user.");
            if !graceful {
                return Err(error);
            }
            let body: Value = serde_json::from_slice(&error.answer(call.world).body).unwrap_or_default();
            shown.push(json!({"user_id": user, "member": null, "error": body}));
            continue;
        }
        add(call, id, &user);
        let Some(team) = call.world.team(id) else { continue };
        let row = team.member(&user).map(|member| team.member_json(member)).unwrap_or_default();
        shown.push(if graceful { json!({"user_id": user, "member": row, "error": null}) } else { row });
    }
    Ok(ServerResponse::json(201, &Value::Array(shown)))
}

fn set_roles(call: &mut RouteCall<'_>, id: &str, user: &str, scheme: bool) -> RouteResult {
    let user = call.whom(user)?;
    let body = call.object("roles")?;
    let id = managed(call, id)?;
    let named = |role: &str| text(&body, "roles").split(' ').any(|own| own == role);
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let (is_user, admin) = if scheme {
        (flag("scheme_user"), flag("scheme_admin"))
    } else {
        (named("team_user"), named("team_admin"))
    };
    if !is_user && !call.world.is_old() {
        let message = "Users cannot be without the role of a member.";
        return Err(fail(400, "api.team.update_team_member_roles.unset_user_scheme.app_error", message));
    }
    let member =
        call.world.team_mut(&id).and_then(|team| team.members.iter_mut().find(|m| m.user_id == user));
    member.ok_or_else(missing)?.admin = admin;
    let shown = call.world.team(&id).and_then(|team| Some(team.member_json(team.member(&user)?)));
    if let Some(member) = shown {
        let data = json!({"member": member.to_string()});
        call.world.emit(&HubEvent::new("memberrole_updated", data).for_user(&user));
    }
    Ok(ServerResponse::done())
}

fn leave(call: &mut RouteCall<'_>, id: &str, user: &str) -> RouteResult {
    let me = call.user()?;
    let user = call.whom(user)?;
    if user != me {
        managed(call, id)?;
    }
    if !visible(call, id)?.has(&user) {
        return Err(missing());
    }
    let old = call.world.is_old();
    if !old {
        leave_channels(call, id, &user);
    }
    let name = call.world.name_of(&user).to_owned();
    let (kind, what) =
        if user == me { ("system_leave_team", "left") } else { ("system_remove_from_team", "removed from") };
    if let Some(main) = call.world.default_channels(id).first() {
        let message = format!("{name} {what} the team.");
        call.world.system_post(main, &user, kind, message, json!({"username": name}));
    }
    let data = json!({"team_id": id, "user_id": user});
    if old {
        call.world.emit(&HubEvent::new("leave_team", data).for_team(id));
        leave_channels(call, id, &user);
    } else {
        call.world.emit(&HubEvent::new("leave_team", data.clone()).for_team(id).omitting(&user));
        call.world.emit(&HubEvent::new("leave_team", data).for_user(&user));
    }
    if let Some(team) = call.world.team_mut(id) {
        team.members.retain(|member| member.user_id != user);
    }
    Ok(ServerResponse::done())
}

fn leave_channels(call: &mut RouteCall<'_>, team: &str, user: &str) {
    for channel in call.world.channels.iter_mut().filter(|channel| channel.team_id == team) {
        channel.members.retain(|member| member.user_id != user);
    }
}
