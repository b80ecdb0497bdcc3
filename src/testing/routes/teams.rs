//! Teams and who is in them.

use serde_json::{Value, json};

use super::{AppError, Call, Outcome, bad_body, bad_url, fail, forbidden, text};
use crate::testing::http::Answer;
use crate::testing::hub::Event;
use crate::testing::rules::Permission;
use crate::testing::state::{Team, TeamMember, is_id};

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Outcome> {
    Some(match (method, path) {
        ("GET", ["teams"]) => list(call),
        ("POST", ["teams"]) => create(call),
        ("POST", ["teams", "search"]) => search(call),
        ("GET", ["teams", "name", name]) => by_name(call, name),
        ("GET", ["teams", "name", name, "exists"]) => {
            call.user().map(|_| Answer::json(200, &json!({"exists": call.world.team_named(name).is_some()})))
        }
        ("GET", ["users", user, "teams"]) => call.own(user).map(|id| {
            let teams = call.world.teams.iter().filter(|team| team.has(&id) && team.delete_at == 0);
            Answer::json(200, &teams.map(|team| team.json(call.is_admin())).collect())
        }),
        ("GET", ["users", user, "teams", "unread"]) => unread(call, user),
        ("GET", ["users", user, "teams", team, "unread"]) => call.own(user).and_then(|id| {
            let team = visible(call, team)?;
            Ok(Answer::json(200, &counts(call, &id, team)))
        }),
        ("GET", ["users", user, "teams", "members"]) => call.own(user).map(|id| {
            let members = call
                .world
                .teams
                .iter()
                .filter_map(|team| Some(team.member_json(team.member(&id)?)))
                .collect();
            Answer::json(200, &members)
        }),
        ("GET", ["teams", id]) => {
            visible(call, id).map(|team| Answer::json(200, &team.json(call.is_admin())))
        }
        ("PUT", ["teams", id] | ["teams", id, "patch"]) => patch(call, id),
        ("DELETE", ["teams", id]) => archive(call, id, true),
        ("POST", ["teams", id, "restore"]) => archive(call, id, false),
        ("GET", ["teams", id, "stats"]) => visible(call, id).map(|team| {
            let all = team.members.len();
            let active =
                team.members.iter().filter_map(|m| call.world.user(&m.user_id)).filter(|u| u.delete_at == 0);
            let body =
                json!({"team_id": id, "total_member_count": all, "active_member_count": active.count()});
            Answer::json(200, &body)
        }),
        ("GET", ["teams", id, "members"]) => visible(call, id).map(|team| {
            let members = call.page(team.members.iter().map(|member| team.member_json(member)));
            Answer::json(200, &Value::Array(members))
        }),
        ("POST", ["teams", id, "members"]) => join(call, id),
        ("POST", ["teams", id, "members", "ids"]) => visible(call, id).and_then(|team| {
            let ids = call.texts("user_ids")?;
            let found = team.members.iter().filter(|member| ids.contains(&member.user_id));
            Ok(Answer::json(200, &found.map(|member| team.member_json(member)).collect()))
        }),
        ("GET", ["teams", id, "members", user]) => member(call, id, user),
        ("DELETE", ["teams", id, "members", user]) => leave(call, id, user),
        _ => return None,
    })
}

fn missing() -> AppError {
    fail(404, "app.team.get.find.app_error", "Unable to find the existing team.")
}

/// A team that the caller may see.
fn visible<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Team, AppError> {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("team_id"));
    }
    let team = call.world.team(id).ok_or_else(missing)?;
    if team.has(&me) || team.allow_open_invite || call.is_admin() { Ok(team) } else { Err(forbidden()) }
}

/// The id of a team that the caller may change.
fn managed(call: &Call<'_>, id: &str) -> Result<String, AppError> {
    let me = call.user()?;
    let team = visible(call, id)?;
    let admin = team.member(&me).is_some_and(|member| member.admin) || call.is_admin();
    if admin { Ok(team.id.clone()) } else { Err(forbidden()) }
}

fn list(call: &Call<'_>) -> Outcome {
    let me = call.user()?;
    let teams =
        call.world.teams.iter().filter(|team| {
            team.delete_at == 0 && (team.has(&me) || team.allow_open_invite || call.is_admin())
        });
    let page = call.page(teams.map(|team| team.json(call.is_admin())));
    if call.request.flag("include_total_count") {
        return Ok(Answer::json(200, &json!({"teams": page, "total_count": call.world.teams.len()})));
    }
    Ok(Answer::json(200, &Value::Array(page)))
}

fn search(call: &Call<'_>) -> Outcome {
    let me = call.user()?;
    let body = call.object("props")?;
    let term = text(&body, "term").to_lowercase();
    let found = call
        .world
        .teams
        .iter()
        .filter(|team| team.has(&me) || team.allow_open_invite || call.is_admin())
        .filter(|team| team.name.contains(&term) || team.display_name.to_lowercase().contains(&term));
    Ok(Answer::json(200, &found.map(|team| team.json(call.is_admin())).collect()))
}

pub(super) fn not_named() -> AppError {
    fail(404, "app.team.get_by_name.missing.app_error", "Unable to find the existing team.")
}

fn by_name(call: &Call<'_>, name: &str) -> Outcome {
    call.user()?;
    let id = call.world.team_named(name).map(|team| team.id.clone()).ok_or_else(not_named)?;
    visible(call, &id).map(|team| Answer::json(200, &team.json(call.is_admin())))
}

fn create(call: &mut Call<'_>) -> Outcome {
    let me = call.user()?;
    let body = call.object("team")?;
    let name = text(&body, "name").to_owned();
    if name.len() < 2 || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(fail(400, "model.team.is_valid.url.app_error", "Invalid URL Identifier."));
    }
    if call.world.team_named(&name).is_some() {
        let message = "A team with that name already exists.";
        return Err(fail(400, "app.team.save.app_error", message));
    }
    let email = call.world.user(&me).map(|user| user.email.clone()).unwrap_or_default();
    let id = call.world.new_team(&name, text(&body, "display_name"), text(&body, "type"));
    call.world.join_team(&id, &me);
    if let Some(team) = call.world.team_mut(&id) {
        // Also a team of type `O` is joined by invitation only, unless it says otherwise.
        team.allow_open_invite = body.get("allow_open_invite") == Some(&Value::Bool(true));
        team.email = email;
        if let Some(member) = team.members.first_mut() {
            member.admin = true;
        }
    }
    let data = json!({"team_id": id, "user_id": me});
    call.world.emit(&Event::new("added_to_team", data).for_user(&me));
    visible(call, &id).map(|team| Answer::json(201, &team.json(true)))
}

fn patch(call: &mut Call<'_>, id: &str) -> Outcome {
    let id = managed(call, id)?;
    let body = call.object("team")?;
    let now = call.world.now();
    if let Some(team) = call.world.team_mut(&id) {
        for (field, name) in
            [(&mut team.display_name, "display_name"), (&mut team.description, "description")]
        {
            if let Some(value) = body.get(name).and_then(Value::as_str) {
                value.clone_into(field);
            }
        }
        if let Some(open) = body.get("allow_open_invite").and_then(Value::as_bool) {
            team.allow_open_invite = open;
        }
        team.update_at = now;
    }
    tell(call, &id, "update_team");
    visible(call, &id).map(|team| Answer::json(200, &team.json(true)))
}

fn tell(call: &mut Call<'_>, id: &str, name: &str) {
    if let Some(team) = call.world.team(id) {
        let data = json!({"team": team.json(false).to_string()});
        call.world.emit(&Event::new(name, data).for_team(id));
    }
}

fn archive(call: &mut Call<'_>, id: &str, gone: bool) -> Outcome {
    let id = managed(call, id)?;
    let now = call.world.now();
    if let Some(team) = call.world.team_mut(&id) {
        team.delete_at = if gone { now } else { 0 };
        team.update_at = now;
    }
    tell(call, &id, if gone { "delete_team" } else { "restore_team" });
    if gone {
        return Ok(Answer::done());
    }
    visible(call, &id).map(|team| Answer::json(200, &team.json(true)))
}

fn member(call: &Call<'_>, id: &str, user: &str) -> Outcome {
    let user = call.whom(user)?;
    let team = visible(call, id)?;
    let member = team.member(&user).ok_or_else(|| {
        fail(
            404,
            "app.team.get_member.missing.app_error",
            "No team member found for that user ID and team ID.",
        )
    })?;
    Ok(Answer::json(200, &team.member_json(member)))
}

fn join(call: &mut Call<'_>, id: &str) -> Outcome {
    let me = call.user()?;
    let body = call.object("team_member")?;
    let user = text(&body, "user_id").to_owned();
    if !is_id(&user) || call.world.user(&user).is_none() {
        return Err(bad_body("user_id"));
    }
    let team = visible(call, id)?;
    let open = team.allow_open_invite && user == me;
    if !open {
        call.in_team(id, Permission::AddToTeam)?;
    }
    let name = call.world.name_of(&user).to_owned();
    if !call.world.team(id).is_some_and(|team| team.has(&user)) {
        for channel in call.world.default_channels(id) {
            let main = call.world.channel(&channel).is_some_and(|channel| channel.name == "town-square");
            let (kind, what) =
                if main { ("system_join_team", "team") } else { ("system_join_channel", "channel") };
            let message = format!("{name} joined the {what}.");
            call.world.system_post(&channel, &user, kind, message, json!({"username": name}));
            call.world.join(&channel, &user);
            let data = json!({"team_id": id, "user_id": user});
            call.world.emit(&Event::new("user_added", data).for_channel(&channel));
        }
        call.world.join_team(id, &user);
    }
    // The real server says it twice.
    for _ in 0..2 {
        let data = json!({"team_id": id, "user_id": user});
        call.world.emit(&Event::new("added_to_team", data).for_user(&user));
    }
    let team = visible(call, id)?;
    let member = TeamMember { user_id: user, admin: false };
    Ok(Answer::json(201, &team.member_json(&member)))
}

fn leave(call: &mut Call<'_>, id: &str, user: &str) -> Outcome {
    let me = call.user()?;
    let user = call.whom(user)?;
    if user != me {
        managed(call, id)?;
    }
    if !visible(call, id)?.has(&user) {
        return Err(fail(404, "app.team.get_member.missing.app_error", "No team member found."));
    }
    for channel in call.world.channels.iter_mut().filter(|channel| channel.team_id == id) {
        channel.members.retain(|member| member.user_id != user);
    }
    let name = call.world.name_of(&user).to_owned();
    let (kind, what) =
        if user == me { ("system_leave_team", "left") } else { ("system_remove_from_team", "removed from") };
    if let Some(main) = call.world.default_channels(id).first() {
        let message = format!("{name} {what} the team.");
        call.world.system_post(main, &me, kind, message, json!({"username": name}));
    }
    let data = json!({"team_id": id, "user_id": user});
    call.world.emit(&Event::new("leave_team", data.clone()).for_team(id).omitting(&user));
    call.world.emit(&Event::new("leave_team", data).for_user(&user));
    if let Some(team) = call.world.team_mut(id) {
        team.members.retain(|member| member.user_id != user);
    }
    Ok(Answer::done())
}

fn unread(call: &Call<'_>, user: &str) -> Outcome {
    let id = call.own(user)?;
    let teams = call.world.teams.iter().filter(|team| team.has(&id));
    Ok(Answer::json(200, &teams.map(|team| counts(call, &id, team)).collect()))
}

/// What somebody has not read in a team.
fn counts(call: &Call<'_>, user: &str, team: &Team) -> Value {
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
