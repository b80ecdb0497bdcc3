//! Teams.

use serde_json::{Map, Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::state::StoredTeam;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("GET", ["teams"]) => list(call),
        ("POST", ["teams"]) => create(call),
        ("POST", ["teams", "search"]) => search(call),
        ("GET", ["teams", "name", name]) => by_name(call, name),
        ("GET", ["teams", "name", name, "exists"]) => call
            .user()
            .map(|_| ServerResponse::json(200, &json!({"exists": call.world.team_named(name).is_some()}))),
        ("GET", ["users", user, "teams"]) => call.own(user).map(|id| {
            let teams = call.world.teams.iter().filter(|team| team.has(&id) && team.delete_at == 0);
            ServerResponse::json(200, &teams.map(|team| seen(call, team)).collect())
        }),
        ("GET", ["users", user, "teams", "unread"]) => unread(call, user),
        ("GET", ["users", user, "teams", team, "unread"]) => call.own(user).and_then(|id| {
            let team = visible(call, team)?;
            Ok(ServerResponse::json(200, &counts(call, &id, team)))
        }),
        ("GET", ["users", user, "teams", "members"]) => call.own(user).map(|id| {
            let members = call
                .world
                .teams
                .iter()
                .filter_map(|team| Some(team.member_json(team.member(&id)?)))
                .collect();
            ServerResponse::json(200, &members)
        }),
        ("GET", ["teams", id]) => visible(call, id).map(|team| ServerResponse::json(200, &seen(call, team))),
        ("PUT", ["teams", id]) => patch(call, id, true),
        ("PUT", ["teams", id, "patch"]) => patch(call, id, false),
        ("PUT", ["teams", id, "privacy"]) => privacy(call, id),
        ("POST", ["teams", id, "regenerate_invite_id"]) => regenerate_invite_id(call, id),
        ("DELETE", ["teams", id]) => archive(call, id, true),
        ("POST", ["teams", id, "restore"]) => archive(call, id, false),
        ("GET", ["teams", id, "stats"]) => visible(call, id).map(|team| {
            let all = team.members.len();
            let active =
                team.members.iter().filter_map(|m| call.world.user(&m.user_id)).filter(|u| u.delete_at == 0);
            let body =
                json!({"team_id": id, "total_member_count": all, "active_member_count": active.count()});
            ServerResponse::json(200, &body)
        }),
        _ => return None,
    })
}

fn missing() -> AppError {
    fail(404, "app.team.get.find.app_error", "Unable to find the existing team.")
}

/// Returns a team that the caller may see.
pub(super) fn visible<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredTeam, AppError> {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("team_id"));
    }
    let team = call.world.team(id).ok_or_else(missing)?;
    if team.has(&me) || team.allow_open_invite || call.is_admin() { Ok(team) } else { Err(forbidden()) }
}

/// Returns a team as the caller sees it. Members see its invitation, except guests.
fn seen(call: &RouteCall<'_>, team: &StoredTeam) -> Value {
    let mut shown = team.json(call.is_admin());
    let guest = call.world.user(&call.user).is_some_and(crate::testing::state::StoredUser::is_guest);
    let invites = team.has(&call.user) && !guest;
    if let (Some(object), true) = (shown.as_object_mut(), invites) {
        object.insert("invite_id".into(), json!(team.invite_id));
    }
    shown
}

/// Returns the ID of a team that the caller may change.
pub(super) fn managed(call: &RouteCall<'_>, id: &str) -> Result<String, AppError> {
    let me = call.user()?;
    let team = call.world.team(id).ok_or_else(missing)?;
    let admin = team.member(&me).is_some_and(|member| member.admin) || call.is_admin();
    if admin { Ok(team.id.clone()) } else { Err(forbidden()) }
}

fn list(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    // Even one's own teams are listed only if anybody may join them.
    let teams = call
        .world
        .teams
        .iter()
        .filter(|team| team.delete_at == 0 && (team.allow_open_invite || call.is_admin()));
    let page = call.page(teams.map(|team| seen(call, team)));
    if call.request.flag("include_total_count") {
        return Ok(ServerResponse::json(200, &json!({"teams": page, "total_count": call.world.teams.len()})));
    }
    Ok(ServerResponse::json(200, &Value::Array(page)))
}

fn search(call: &RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("props")?;
    let term = text(&body, "term").to_lowercase();
    let found = call
        .world
        .teams
        .iter()
        .filter(|team| team.has(&me) || team.allow_open_invite || call.is_admin())
        .filter(|team| team.name.contains(&term) || team.display_name.to_lowercase().contains(&term));
    Ok(ServerResponse::json(200, &found.map(|team| seen(call, team)).collect()))
}

pub(super) fn not_named() -> AppError {
    fail(404, "app.team.get_by_name.missing.app_error", "Unable to find the existing team.")
}

fn by_name(call: &RouteCall<'_>, name: &str) -> RouteResult {
    call.user()?;
    let id = call.world.team_named(name).map(|team| team.id.clone()).ok_or_else(not_named)?;
    visible(call, &id).map(|team| ServerResponse::json(200, &seen(call, team)))
}

const RESERVED_NAMES: [&str; 17] = [
    "admin",
    "api",
    "channel",
    "claim",
    "error",
    "files",
    "help",
    "landing",
    "login",
    "mfa",
    "oauth",
    "plug",
    "plugins",
    "post",
    "signup",
    "boards",
    "playbooks",
];

/// Refuses names and texts that the server does not accept.
fn check_fields(team: &Map<String, Value>) -> Result<(), AppError> {
    let invalid = |field: &str| {
        let mut error = fail(400, "", format!("Invalid {field}."));
        error.id = format!("model.team.is_valid.{field}.app_error").into();
        error
    };
    let (name, display_name) = (text(team, "name"), text(team, "display_name"));
    if !(1..=64).contains(&display_name.chars().count()) {
        return Err(invalid("name"));
    }
    if name.len() > 64 {
        return Err(invalid("url"));
    }
    if text(team, "description").len() > 255 {
        return Err(invalid("description"));
    }
    if RESERVED_NAMES.iter().any(|reserved| name.to_lowercase().starts_with(reserved)) {
        return Err(invalid("reserved"));
    }
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = name.bytes().next().is_some_and(inner) && name.bytes().last().is_some_and(inner);
    if name.len() < 2 || !ends || !name.bytes().all(|byte| inner(byte) || byte == b'-') {
        return Err(invalid("characters"));
    }
    if !matches!(text(team, "type"), "O" | "I") {
        return Err(invalid("type"));
    }
    if text(team, "company_name").len() > 64 {
        return Err(invalid("company"));
    }
    Ok(())
}

fn create(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("team")?;
    let name = text(&body, "name").to_owned();
    check_fields(&body)?;
    if call.world.team_named(&name).is_some() {
        let message = "A team with that name already exists.";
        let old = call.world.is_old();
        let id = if old {
            "app.team.save.existing.app_error"
        } else {
            "store.sql_team.save_team.existing.app_error"
        };
        return Err(fail(400, id, message));
    }
    let email = call.world.user(&me).map(|user| user.email.clone()).unwrap_or_default();
    let id = call.world.new_team(&name, text(&body, "display_name"), text(&body, "type"));
    call.world.join_team(&id, &me);
    if let Some(team) = call.world.team_mut(&id) {
        // Even a team of type `O` is joined by invitation only, unless the body says otherwise.
        team.allow_open_invite = body.get("allow_open_invite") == Some(&Value::Bool(true));
        team.email = email;
        set_texts(team, &body);
        if let Some(member) = team.members.first_mut() {
            member.admin = true;
        }
    }
    for channel in call.world.default_channels(&id) {
        let member = call.world.channel_mut(&channel).and_then(|channel| channel.member_mut(&me));
        if let Some(member) = member {
            member.admin = true;
        }
    }
    let data = json!({"team_id": id, "user_id": me});
    if let (Some(channel), true) = (call.world.default_channels(&id).last(), call.world.is_old()) {
        call.world.emit(&HubEvent::new("user_added", data.clone()).for_channel(channel));
    }
    call.world.emit(&HubEvent::new("added_to_team", data).for_user(&me));
    visible(call, &id).map(|team| ServerResponse::json(201, &team.json(true)))
}

fn patch(call: &mut RouteCall<'_>, id: &str, whole: bool) -> RouteResult {
    call.user()?;
    if !is_id(id) {
        return Err(bad_url("team_id"));
    }
    let mut body = call.object("team")?;
    if whole && text(&body, "id") != id {
        return Err(bad_body("id"));
    }
    let id = managed(call, id)?;
    let team = call.world.team(&id).ok_or_else(missing)?;
    // The name and the type cannot be changed.
    for (name, value) in [("name", &team.name), ("type", &team.kind)] {
        body.insert(name.into(), json!(value));
    }
    body.entry("display_name").or_insert_with(|| json!(team.display_name));
    check_fields(&body)?;
    let now = call.world.now();
    if let Some(team) = call.world.team_mut(&id) {
        set_texts(team, &body);
        if let Some(open) = body.get("allow_open_invite").and_then(Value::as_bool) {
            team.allow_open_invite = open;
        }
        team.update_at = now;
    }
    tell(call, &id, "update_team");
    managed(call, &id)?;
    shown(call, &id)
}

/// Sets the texts of a team that a body has.
fn set_texts(team: &mut StoredTeam, body: &Map<String, Value>) {
    for (field, name) in [
        (&mut team.display_name, "display_name"),
        (&mut team.description, "description"),
        (&mut team.company_name, "company_name"),
        (&mut team.allowed_domains, "allowed_domains"),
    ] {
        if let Some(value) = body.get(name).and_then(Value::as_str) {
            value.clone_into(field);
        }
    }
}

/// Returns a team as those see it who manage it.
fn shown(call: &RouteCall<'_>, id: &str) -> RouteResult {
    visible(call, id).map(|team| ServerResponse::json(200, &team.json(true)))
}

fn privacy(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let body = call.object("privacy")?;
    let kind = text(&body, "privacy").to_owned();
    if !matches!(&*kind, "O" | "I") {
        return Err(bad_body("privacy"));
    }
    let id = managed(call, id)?;
    let now = call.world.now();
    if let Some(team) = call.world.team_mut(&id) {
        team.allow_open_invite = kind == "O";
        team.kind = kind;
        team.update_at = now;
    }
    tell(call, &id, "update_team");
    shown(call, &id)
}

fn regenerate_invite_id(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let id = managed(call, id)?;
    let invite_id = call.world.clock.id();
    let now = call.world.now();
    if let Some(team) = call.world.team_mut(&id) {
        team.invite_id = invite_id;
        team.update_at = now;
    }
    tell(call, &id, "update_team");
    shown(call, &id)
}

fn tell(call: &mut RouteCall<'_>, id: &str, name: &str) {
    if let Some(team) = call.world.team(id) {
        let data = json!({"team": team.json(false).to_string()});
        let event = HubEvent::new(name, data);
        let to_all = call.world.is_old() && name != "update_team";
        call.world.emit(&if to_all { event } else { event.for_team(id) });
    }
}

fn archive(call: &mut RouteCall<'_>, id: &str, gone: bool) -> RouteResult {
    let id = managed(call, id)?;
    let now = call.world.now();
    if let Some(team) = call.world.team_mut(&id) {
        team.delete_at = if gone { now } else { 0 };
        team.update_at = now;
    }
    tell(call, &id, if gone { "delete_team" } else { "restore_team" });
    if gone {
        return Ok(ServerResponse::done());
    }
    visible(call, &id).map(|team| ServerResponse::json(200, &team.json(true)))
}

fn unread(call: &RouteCall<'_>, user: &str) -> RouteResult {
    let id = call.own(user)?;
    let teams = call.world.teams.iter().filter(|team| team.has(&id));
    Ok(ServerResponse::json(200, &teams.map(|team| counts(call, &id, team)).collect()))
}

/// Returns the number of unread messages of a user in a team.
fn counts(call: &RouteCall<'_>, user: &str, team: &StoredTeam) -> Value {
    let channels = call.world.channels.iter().filter(|channel| channel.team_id == team.id);
    let (mut messages, mut mentions) = (0, 0);
    for (channel, member) in channels.filter_map(|channel| Some((channel, channel.member(user)?))) {
        messages += channel.total_msg_count - member.msg_count;
        mentions += member.mention_count;
    }
    json!({
        "team_id": team.id, "msg_count": messages, "mention_count": mentions, "mention_count_root": mentions,
        "msg_count_root": messages, "thread_count": 0, "thread_mention_count": 0, "thread_urgent_mention_count": 0,
    })
}
