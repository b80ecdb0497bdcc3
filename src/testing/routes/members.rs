//! Members of channels, and what they have read.

use serde_json::{Value, json};

use super::channels::{joined, readable};
use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::rules::Permission;
use crate::testing::state::channels::notify_props;
use crate::testing::state::{Member, StoredChannel};

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["channels", "members", user, "view"]) => view(call, user),
        ("POST", ["channels", "members", user, "mark_read"]) => mark_read(call, user),
        ("POST", ["channels", "stats", "member_count"]) => call.texts("channel_ids").and_then(|ids| {
            let me = call.user()?;
            let found = ids
                .iter()
                .filter_map(|id| call.world.channel(id))
                .filter(|c| call.world.may_read(&me, &c.id));
            Ok(ServerResponse::json(
                200,
                &Value::Object(found.map(|c| (c.id.clone(), json!(c.members.len()))).collect()),
            ))
        }),
        ("GET", ["channels", id, "members"]) => joined(call, id).map(|channel| {
            let members = call.page(channel.members.iter().map(|member| shown_to(call, channel, member)));
            ServerResponse::json(200, &Value::Array(members))
        }),
        ("POST", ["channels", id, "members"]) => add(call, id),
        ("POST", ["channels", id, "members", "ids"]) => readable(call, id).and_then(|channel| {
            let ids = call.texts("user_ids")?;
            let found = channel.members.iter().filter(|member| ids.contains(&member.user_id));
            Ok(ServerResponse::json(200, &found.map(|member| shown_to(call, channel, member)).collect()))
        }),
        ("GET", ["channels", id, "members", user]) => one(call, id, user),
        ("DELETE", ["channels", id, "members", user]) => leave(call, id, user),
        ("PUT", ["channels", id, "members", user, "notify_props"]) => notify(call, id, user),
        ("PUT", ["channels", id, "members", user, "roles" | "schemeRoles"]) => set_roles(call, id, user),
        ("GET", ["users", user, "channels", id, "unread"]) => unread(call, user, id),
        ("GET", ["users", user, "teams", team, "channels", "members"]) => mine(call, user, Some(team)),
        ("GET", ["users", user, "channel_members"]) => mine(call, user, None),
        _ => return None,
    })
}

fn missing() -> AppError {
    let message = "No channel member found for that user ID and channel ID.";
    fail(404, "app.channel.get_member.missing.app_error", message)
}

fn one(call: &RouteCall<'_>, id: &str, user: &str) -> RouteResult {
    let user = call.whom(user)?;
    let channel = readable(call, id)?;
    let member = channel.member(&user).ok_or_else(missing)?;
    Ok(ServerResponse::json(200, &shown_to(call, channel, member)))
}

fn add(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let me = call.user()?;
    let body = call.object("channel_member")?;
    let mut users: Vec<String> = match body.get("user_ids") {
        Some(ids) => serde_json::from_value(ids.clone()).map_err(|_| bad_body("user_ids"))?,
        None => vec![text(&body, "user_id").to_owned()],
    };
    users.retain(|user| is_id(user));
    if users.is_empty() {
        return Err(bad_body("user_id or user_ids"));
    }
    let channel = call.world.channel(id).ok_or_else(forbidden)?;
    if channel.kind == "D" || channel.kind == "G" {
        let message = "Can not add user to direct or group channels.";
        return Err(fail(400, "api.channel.add_user_to_channel.type.app_error", message));
    }
    let team = channel.team_id.clone();
    // Any member of the team may join a public channel.
    let joins = users == [me.clone()] && !channel.is_private();
    let joins = joins && call.world.allows_in_team(&me, &team, Permission::ReadPublicChannel);
    if !joins {
        call.in_channel(id, Permission::ManageMembers)?;
    }
    if users.iter().any(|user| call.world.user(user).is_none()) {
        return Err(fail(404, "app.user.missing_account.const", "Unable to find the user."));
    }
    let outside = |user: &String| !call.world.team(&team).is_some_and(|team| team.has(user));
    if users.iter().any(outside) {
        let message = "The user is not a member of the team.";
        return Err(fail(404, "app.team.get_member.missing.app_error", message));
    }
    let mut shown = Vec::new();
    for user in &users {
        let new = call.world.join(id, user);
        shown.extend(
            call.world.channel(id).and_then(|channel| Some(shown_to(call, channel, channel.member(user)?))),
        );
        if new {
            tell_added(call, id, &team, &me, user);
        }
    }
    if body.contains_key("user_ids") {
        return Ok(ServerResponse::json(201, &Value::Array(shown)));
    }
    shown.pop().map(|member| ServerResponse::json(201, &member)).ok_or_else(missing)
}

/// Returns a membership as the caller sees it: what others have read is their own affair.
fn shown_to(call: &RouteCall<'_>, channel: &StoredChannel, member: &Member) -> Value {
    let mut shown = channel.member_json(member);
    if let (Some(object), true) = (shown.as_object_mut(), member.user_id != call.user && !call.world.is_old())
    {
        object.insert("last_viewed_at".into(), json!(-1));
        object.insert("last_update_at".into(), json!(-1));
    }
    shown
}

/// Adds a user to a channel on behalf of another, and sends the events.
pub(super) fn enter(call: &mut RouteCall<'_>, id: &str, me: &str, user: &str) {
    if call.world.join(id, user) {
        let team = call.world.channel(id).map(|channel| channel.team_id.clone()).unwrap_or_default();
        tell_added(call, id, &team, me, user);
    }
}

fn tell_added(call: &mut RouteCall<'_>, id: &str, team: &str, me: &str, user: &str) {
    let data = json!({"team_id": team, "user_id": user});
    let all = HubEvent::new("user_added", data.clone()).for_channel(id);
    if call.world.is_old() {
        call.world.emit(&all);
    } else {
        call.world.emit(&all.omitting(user));
        let mut own = HubEvent::new("user_added", data).for_user(user);
        id.clone_into(&mut own.scope.channel);
        call.world.emit(&own);
    }
    let (name, added) = (call.world.name_of(me).to_owned(), call.world.name_of(user).to_owned());
    if me == user {
        let message = format!("{name} joined the channel.");
        call.world.system_post(id, me, "system_join_channel", message, json!({"username": name}));
    } else {
        let props = json!({"addedUserId": user, "addedUsername": added, "userId": me, "username": name});
        let message = format!("{added} added to the channel by {name}.");
        call.world.system_post(id, me, "system_add_to_channel", message, props);
    }
}

/// Removes a user from a channel on behalf of the caller.
pub(super) fn leave(call: &mut RouteCall<'_>, id: &str, user: &str) -> RouteResult {
    let me = call.user()?;
    let user = call.whom(user)?;
    let channel = call.world.channel(id).ok_or_else(forbidden)?;
    if channel.kind == "D" || channel.kind == "G" {
        let message = "Unable to remove user from the channel.";
        return Err(fail(400, "api.channel.remove_channel_member.type.app_error", message));
    }
    if channel.name == "town-square" {
        let message = "Unable to remove user from the default channel town-square.";
        return Err(fail(400, "api.channel.remove.default.app_error", message));
    }
    if user != me {
        call.in_channel(id, Permission::ManageMembers)?;
    }
    if !call.world.channel(id).is_some_and(|channel| channel.has(&user)) {
        return Err(missing());
    }
    if let Some(channel) = call.world.channel_mut(id) {
        channel.members.retain(|member| member.user_id != user);
    }
    let data = json!({"remover_id": me, "user_id": user});
    call.world.emit(&HubEvent::new("user_removed", data).for_channel(id));
    let data = json!({"channel_id": id, "remover_id": me});
    call.world.emit(&HubEvent::new("user_removed", data).for_user(&user));
    let name = call.world.name_of(&user).to_owned();
    if user == me {
        let message = format!("@{name} left the channel.");
        call.world.system_post(id, &me, "system_leave_channel", message, json!({"username": name}));
    } else {
        let props = json!({"removedUserId": user, "removedUsername": name});
        let message = format!("@{name} removed from the channel.");
        call.world.system_post(id, &me, "system_remove_from_channel", message, props);
    }
    Ok(ServerResponse::done())
}

/// Mutes or unmutes a channel for a member. Returns `true` if it is muted then, or `None` for others.
pub(super) fn toggle_mute(call: &mut RouteCall<'_>, id: &str, user: &str) -> Option<bool> {
    let now = call.world.now();
    let member = call.world.channel_mut(id)?.member_mut(user)?;
    let mut props = member.notify_props.take().unwrap_or_else(notify_props);
    let muted = props.get("mark_unread").and_then(Value::as_str) != Some("mention");
    if let Some(props) = props.as_object_mut() {
        props.insert("mark_unread".into(), json!(if muted { "mention" } else { "all" }));
    }
    member.notify_props = Some(props);
    member.last_update_at = now;
    tell_changed(call, id, user);
    Some(muted)
}

/// Sends the event about a changed membership to the member.
fn tell_changed(call: &mut RouteCall<'_>, id: &str, user: &str) {
    let shown = call.world.channel(id).and_then(|channel| Some(channel.member_json(channel.member(user)?)));
    if let Some(member) = shown {
        let data = json!({"channelMember": member.to_string()});
        call.world.emit(&HubEvent::new("channel_member_updated", data).for_user(user));
    }
}

fn notify(call: &mut RouteCall<'_>, id: &str, user: &str) -> RouteResult {
    let user = call.own(user)?;
    let body = call.object("notify_props")?;
    if !call.world.channel(id).is_some_and(|channel| channel.has(&user)) {
        return Err(missing());
    }
    let known = |name: &str, values: &[&str]| {
        body.get(name).and_then(Value::as_str).is_none_or(|value| values.contains(&value))
    };
    if call.world.is_old() && !known("desktop", &["default", "all", "mention", "none"]) {
        let message = "Invalid notify level.";
        return Err(fail(400, "model.channel_member.is_valid.notify_level.app_error", message));
    }
    let now = call.world.now();
    let member =
        call.world.channel_mut(id).and_then(|channel| channel.member_mut(&user)).ok_or_else(missing)?;
    let mut props = member.notify_props.take().unwrap_or_else(notify_props);
    if let Some(props) = props.as_object_mut() {
        props.extend(body.into_iter().filter(|(name, _)| name != "user_id" && name != "channel_id"));
    }
    member.notify_props = Some(props);
    member.last_update_at = now;
    tell_changed(call, id, &user);
    Ok(ServerResponse::done())
}

fn set_roles(call: &mut RouteCall<'_>, id: &str, user: &str) -> RouteResult {
    let user = call.whom(user)?;
    call.in_channel(id, Permission::ManageChannelRoles)?;
    let body = call.object("roles")?;
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let named = |role: &str| text(&body, "roles").split(' ').any(|own| own == role);
    if !call.world.is_old() && !flag("scheme_user") && !named("channel_user") {
        let message = "Users cannot be without the role of a member.";
        return Err(fail(
            400,
            "api.channel.update_channel_member_roles.unset_user_scheme.app_error",
            message,
        ));
    }
    let admin = flag("scheme_admin") || named("channel_admin");
    let now = call.world.now();
    let member =
        call.world.channel_mut(id).and_then(|channel| channel.member_mut(&user)).ok_or_else(missing)?;
    member.admin = admin;
    member.last_update_at = now;
    tell_changed(call, id, &user);
    Ok(ServerResponse::done())
}

fn view(call: &mut RouteCall<'_>, user: &str) -> RouteResult {
    let user = call.own(user)?;
    let body = call.object("channel_view")?;
    let id = text(&body, "channel_id").to_owned();
    if id.is_empty() {
        return Ok(ServerResponse::json(200, &json!({"status": "OK", "last_viewed_at_times": {}})));
    }
    if !is_id(&id) {
        return Err(bad_body("channel_view.channel_id"));
    }
    let now = call.world.now();
    let channel = call.world.channel(&id).ok_or_else(missing)?;
    let at = channel.last_post_at.max(channel.member(&user).map_or(0, |member| member.last_viewed_at));
    call.world.viewed(&user, &[(id.clone(), now.max(at))]);
    if !call.world.is_old() {
        let mut event = HubEvent::new("thread_read_changed", json!({"timestamp": now})).for_user(&user);
        event.scope.channel.clone_from(&id);
        call.world.emit(&event);
    }
    Ok(ServerResponse::json(200, &json!({"status": "OK", "last_viewed_at_times": {id: now.max(at)}})))
}

fn mark_read(call: &mut RouteCall<'_>, user: &str) -> RouteResult {
    let ids = call.texts("channel_ids")?;
    let user = call.own(user)?;
    let now = call.world.now();
    let times: Vec<(String, i64)> = ids
        .into_iter()
        .filter(|id| call.world.channel(id).is_some_and(|channel| channel.has(&user)))
        .map(|id| (id, now))
        .collect();
    call.world.viewed(&user, &times);
    let shown: serde_json::Map<String, Value> = times.into_iter().map(|(id, at)| (id, json!(at))).collect();
    Ok(ServerResponse::json(200, &json!({"status": "OK", "last_viewed_at_times": shown})))
}

fn unread(call: &RouteCall<'_>, user: &str, id: &str) -> RouteResult {
    let user = call.own(user)?;
    let channel = readable(call, id)?;
    let member = channel.member(&user).ok_or_else(missing)?;
    let count = channel.total_msg_count - member.msg_count;
    Ok(ServerResponse::json(
        200,
        &json!({
            "team_id": channel.team_id, "user_id": user, "channel_id": id, "msg_count": count,
            "mention_count": member.mention_count, "mention_count_root": member.mention_count,
            "urgent_mention_count": 0, "msg_count_root": count, "last_viewed_at": member.last_viewed_at,
            "notify_props": {"desktop": "default", "mark_unread": "all"},
        }),
    ))
}

fn mine(call: &RouteCall<'_>, user: &str, team: Option<&str>) -> RouteResult {
    let user = call.own(user)?;
    if team.is_some_and(|team| !is_id(team)) {
        return Err(bad_url("team_id"));
    }
    let rows: Vec<Value> = call
        .world
        .channels
        .iter()
        .filter(|channel| team.is_none_or(|team| channel.team_id == team || channel.team_id.is_empty()))
        .filter_map(|channel| Some(channel.member_json(channel.member(&user)?)))
        .collect();
    if call.request.param("page") == Some("-1") {
        let lines: String = rows.iter().flat_map(|row| [row.to_string(), "\n".to_owned()]).collect();
        return Ok(ServerResponse::bytes(200, "application/x-ndjson", lines));
    }
    Ok(ServerResponse::json(200, &Value::Array(if team.is_some() { rows } else { call.page(rows) })))
}
