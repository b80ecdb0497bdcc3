//! Channels.

use serde_json::{Map, Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::rules::Permission;
use crate::testing::state::channels::{group_name, is_channel_name};
use crate::testing::state::{Member, StoredChannel};

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["channels"]) => create(call),
        ("POST", ["channels", "direct"]) => direct(call),
        ("POST", ["channels", "group"]) => group(call),
        ("GET", ["channels"]) => call.admin().map(|_| {
            let old = call.world.is_old();
            let named = call.world.channels.iter().filter(|channel| matches!(&*channel.kind, "O" | "P"));
            let page = Value::Array(call.page(named.clone().map(|channel| channel.json(old))));
            if call.request.flag("include_total_count") {
                return ServerResponse::json(200, &json!({"channels": page, "total_count": named.count()}));
            }
            ServerResponse::json(200, &page)
        }),
        ("GET", ["channels", id]) => readable(call, id).map(|channel| shown(call, 200, channel)),
        ("PUT", ["channels", id]) => patch(call, id, true),
        ("PUT", ["channels", id, "patch"]) => patch(call, id, false),
        ("PUT", ["channels", id, "privacy"]) => privacy(call, id),
        ("DELETE", ["channels", id]) => archive(call, id),
        ("POST", ["channels", id, "restore"]) => restore(call, id),
        ("GET", ["channels", id, "stats"]) => stats(call, id),
        ("GET", ["teams", team, "channels"]) => public(call, team),
        ("POST", ["teams", team, "channels", "ids"]) => by_ids(call, team),
        ("POST", ["teams", team, "channels", "search"]) => search(call, team),
        ("POST", ["teams", team, "channels", "search_archived"]) => search_archived(call, team),
        ("GET", ["teams", team, "channels", "autocomplete" | "search_autocomplete"]) => {
            autocomplete(call, team)
        }
        ("GET", ["teams", "name", team, "channels", "name", name]) => {
            let team = call.world.team_named(team).map(|team| team.id.clone());
            team.ok_or_else(super::teams::not_named).and_then(|team| by_name(call, &team, name))
        }
        ("GET", ["teams", team, "channels", "name", name]) => by_name(call, team, name),
        ("GET", ["users", user, "teams", team, "channels"]) => mine(call, user, Some(team)),
        ("GET", ["users", user, "channels"]) if !call.world.is_old() => mine(call, user, None),
        _ => return None,
    })
}

fn missing() -> AppError {
    fail(404, "app.channel.get.existing.app_error", "Unable to find the existing channel.")
}

fn not_named() -> AppError {
    fail(404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.")
}

fn shown(call: &RouteCall<'_>, status: u16, channel: &StoredChannel) -> ServerResponse {
    ServerResponse::json(status, &channel.json(call.world.is_old()))
}

/// Returns a channel that the caller may read.
pub(super) fn readable<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredChannel, AppError> {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("channel_id"));
    }
    let channel = call.world.channel(id).ok_or_else(missing)?;
    if call.world.may_read(&me, id) { Ok(channel) } else { Err(forbidden()) }
}

/// Returns a channel that the caller is a member of.
pub(super) fn joined<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredChannel, AppError> {
    let me = call.user()?;
    let channel = readable(call, id)?;
    if channel.has(&me) || call.is_admin() { Ok(channel) } else { Err(forbidden()) }
}

fn in_team(call: &RouteCall<'_>, team: &str) -> Result<String, AppError> {
    let me = call.user()?;
    if !is_id(team) {
        return Err(bad_url("team_id"));
    }
    let allowed = call.world.team(team).is_some_and(|team| team.has(&me)) || call.is_admin();
    if allowed { Ok(me) } else { Err(forbidden()) }
}

fn create(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("channel")?;
    let (team, name, kind) = (text(&body, "team_id"), text(&body, "name"), text(&body, "type"));
    let old = call.world.is_old();
    if !old && !is_id(team) {
        return Err(bad_body("team_id"));
    }
    if old && team.is_empty() && !matches!(kind, "D" | "G" | "O" | "P") {
        let message = "Must specify the team ID to create a channel.";
        return Err(fail(400, "app.channel.create_channel.no_team_id.app_error", message));
    }
    if !old && text(&body, "display_name").is_empty() {
        return Err(bad_body("display_name"));
    }
    if matches!(kind, "D" | "G") {
        let message = "Must use createDirectChannel API service for direct message channel creation.";
        return Err(fail(400, "api.channel.create_channel.direct_channel.app_error", message));
    }
    if !matches!(kind, "O" | "P") {
        return Err(fail(400, "model.channel.is_valid.type.app_error", "Invalid type."));
    }
    call.in_team(team, Permission::CreateChannel)?;
    check_fields(call, &body)?;
    if name.len() > 64 {
        let message = "Unable to save channel.";
        return Err(fail(500, "app.channel.create_channel.internal_error", message));
    }
    if call.world.channels.iter().any(|channel| channel.team_id == team && channel.name == name) {
        let message = "A channel with that name already exists on the same team.";
        return Err(fail(400, "store.sql_channel.save_channel.exists.app_error", message));
    }
    let id = call.world.new_channel(StoredChannel {
        team_id: team.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        display_name: text(&body, "display_name").trim().to_owned(),
        header: text(&body, "header").to_owned(),
        purpose: text(&body, "purpose").to_owned(),
        creator_id: me.clone(),
        members: vec![Member { admin: true, ..Member::new(&me) }],
        ..StoredChannel::default()
    });
    let answer = readable(call, &id).map(|channel| shown(call, 201, channel));
    let user = call.world.name_of(&me).to_owned();
    let message = format!("{user} joined the channel.");
    call.world.system_post(&id, &me, "system_join_channel", message, json!({"username": user}));
    let data = json!({"channel_id": id, "team_id": team});
    call.world.emit(&HubEvent::new("channel_created", data).for_user(&me));
    answer
}

/// Refuses names and texts that the server does not accept.
fn check_fields(call: &RouteCall<'_>, body: &Map<String, Value>) -> Result<(), AppError> {
    let old = call.world.is_old();
    if let Some(name) = body.get("name").and_then(Value::as_str) {
        // The name of a direct channel: two IDs.
        if name.split_once("__").is_some_and(|(one, other)| is_id(one) && is_id(other)) {
            return Err(fail(400, "model.channel.is_valid.name.app_error", "Invalid channel name."));
        }
        let name = name.get(..64).unwrap_or(name);
        if !is_channel_name(name) || (old && name.len() < 2) {
            let id = if old {
                "model.channel.is_valid.2_or_more.app_error"
            } else {
                "model.channel.is_valid.1_or_more.app_error"
            };
            return Err(fail(400, id, "Channel URL is invalid."));
        }
    }
    for (name, max, id) in [
        ("display_name", 64, "model.channel.is_valid.display_name.app_error"),
        ("header", 1024, "model.channel.is_valid.header.app_error"),
        ("purpose", 250, "model.channel.is_valid.purpose.app_error"),
    ] {
        if text(body, name).chars().count() > max {
            return Err(fail(400, id, format!("Invalid {name}.")));
        }
    }
    Ok(())
}

fn direct(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let mut ids = call.texts("user_ids")?;
    if !call.world.is_old() {
        ids.dedup();
        if let [first, .., last] = &*ids {
            if first == last {
                ids.pop();
            }
        }
    }
    let (one, other) = match &*ids {
        [one, other] => (one, other),
        [one] if !call.world.is_old() => (one, one),
        _ => return Err(bad_body("user_ids")),
    };
    if ids.iter().any(|id| !is_id(id)) {
        return Err(bad_body("user_id"));
    }
    if !ids.contains(&me) && !call.is_admin() {
        return Err(forbidden());
    }
    if ids.iter().any(|id| call.world.user(id).is_none()) {
        let message = "Invalid user ID.";
        return Err(fail(400, "api.channel.create_direct_channel.invalid_user.app_error", message));
    }
    let (creator, other) = if *other == me { (other, one) } else { (one, other) };
    let id = call.world.open_direct(creator, other);
    call.world.channel(&id).map(|channel| shown(call, 201, channel)).ok_or_else(missing)
}

fn group(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let mut ids = call.texts("user_ids")?;
    if !ids.contains(&me) {
        ids.push(me.clone());
    }
    ids.sort();
    ids.dedup();
    if !(3..=8).contains(&ids.len()) || ids.iter().any(|id| call.world.user(id).is_none()) {
        let message = "Group message channels must contain at least 3 and no more than 8 users.";
        return Err(fail(400, "api.channel.create_group.bad_size.app_error", message));
    }
    let id = open_group(call, &me, &ids);
    call.world.channel(&id).map(|channel| shown(call, 201, channel)).ok_or_else(missing)
}

/// Returns the ID of the group channel of the given users. If it is new, the events are sent.
pub(super) fn open_group(call: &mut RouteCall<'_>, me: &str, ids: &[String]) -> String {
    let name = group_name(ids);
    let known = call.world.channels.iter().find(|channel| channel.kind == "G" && channel.name == name);
    if let Some(channel) = known {
        return channel.id.clone();
    }
    let mut names: Vec<String> = ids.iter().map(|id| call.world.name_of(id).to_owned()).collect();
    names.sort();
    let id = call.world.new_channel(StoredChannel {
        kind: "G".into(),
        name,
        display_name: names.join(", "),
        members: ids.iter().map(|id| Member::new(id)).collect(),
        ..StoredChannel::default()
    });
    for user in ids {
        let data = json!({"teammate_ids": json!(ids).to_string()});
        let mut event = HubEvent::new("group_added", data).for_user(user);
        event.scope.channel.clone_from(&id);
        if !call.world.is_old() {
            call.world.emit(&event);
        } else if user == me {
            event.scope.user.clear();
            call.world.emit(&event);
        }
    }
    id
}

fn patch(call: &mut RouteCall<'_>, id: &str, whole: bool) -> RouteResult {
    call.user()?;
    let body = call.object("channel")?;
    if whole && text(&body, "id") != id {
        return Err(bad_body("channel_id"));
    }
    call.world.channel(id).ok_or_else(missing)?;
    call.in_channel(id, Permission::ManageProperties)?;
    let changes = ["name", "display_name", "header", "purpose", "group_constrained", "banner_info"];
    if !whole && !call.world.is_old() && !changes.iter().any(|name| body.contains_key(*name)) {
        let message = "There are no changes.";
        return Err(fail(400, "api.channel.patch_update_channel.no_changes.app_error", message));
    }
    check_fields(call, &body)?;
    change(call, id, &body)
}

/// Changes the given fields, and reports the changes in the channel.
pub(super) fn change(call: &mut RouteCall<'_>, id: &str, body: &Map<String, Value>) -> RouteResult {
    let me = call.user()?;
    let now = call.world.now();
    let user = call.world.name_of(&me).to_owned();
    let mut said = Vec::new();
    if let Some(channel) = call.world.channel_mut(id) {
        for (field, name, what) in [
            (&mut channel.display_name, "display_name", "displayname"),
            (&mut channel.header, "header", "header"),
            (&mut channel.purpose, "purpose", "purpose"),
        ] {
            let Some(value) = body.get(name).and_then(Value::as_str).filter(|value| *value != field.as_str())
            else {
                continue;
            };
            let message = if field.is_empty() {
                format!("{user} updated the channel {} to: {value}", name.replace('_', " "))
            } else {
                format!("{user} updated the channel {} from: {field} to: {value}", name.replace('_', " "))
            };
            let props = json!({
                "username": user, format!("old_{what}"): *field, format!("new_{what}"): value,
            });
            said.push((format!("system_{what}_change"), message, props));
            value.clone_into(field);
        }
        if let Some(name) = body.get("name").and_then(Value::as_str).filter(|name| is_channel_name(name)) {
            name.clone_into(&mut channel.name);
        }
        channel.update_at = now;
    }
    tell_updated(call, id);
    let answer = readable(call, id).map(|channel| shown(call, 200, channel));
    for (kind, message, props) in said {
        call.world.system_post(id, &me, &kind, message, props);
    }
    answer
}

fn tell_updated(call: &mut RouteCall<'_>, id: &str) {
    if let Some(channel) = call.world.channel(id) {
        let data = json!({"channel": channel.json(call.world.is_old()).to_string()});
        call.world.emit(&HubEvent::new("channel_updated", data).for_channel(id));
    }
}

fn privacy(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    call.user()?;
    let body = call.object("privacy")?;
    let kind = text(&body, "privacy").to_owned();
    if !matches!(&*kind, "O" | "P") {
        return Err(bad_body("privacy"));
    }
    call.world.channel(id).ok_or_else(missing)?;
    convert(call, id, &kind)
}

/// Converts a channel to a public or a private one.
pub(super) fn convert(call: &mut RouteCall<'_>, id: &str, kind: &str) -> RouteResult {
    let kind = kind.to_owned();
    let me = call.in_channel(id, Permission::ConvertChannel)?;
    let now = call.world.now();
    let mut team = String::new();
    if let Some(channel) = call.world.channel_mut(id) {
        channel.kind.clone_from(&kind);
        channel.update_at = now;
        team.clone_from(&channel.team_id);
    }
    tell_updated(call, id);
    let response = readable(call, id).map(|channel| shown(call, 200, channel));
    let user = call.world.name_of(&me).to_owned();
    let what = if kind == "P" { "Private" } else { "Public" };
    let message = format!("This channel has been converted to a {what} Channel.");
    call.world.system_post(id, &me, "system_change_chan_privacy", message, json!({"username": user}));
    let data = json!({"channel_id": id});
    call.world.emit(&HubEvent::new("channel_converted", data).for_team(&team));
    response
}

fn archive(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    call.user()?;
    call.world.channel(id).ok_or_else(missing)?;
    let me = call.in_channel(id, Permission::DeleteChannel)?;
    let channel = call.world.channel(id).ok_or_else(missing)?;
    if channel.name == "town-square" || matches!(&*channel.kind, "D" | "G") {
        let message = "Unable to delete the default channel.";
        return Err(fail(400, "api.channel.delete_channel.cannot.app_error", message));
    }
    if channel.delete_at > 0 {
        let message = "The channel has been archived or deleted.";
        return Err(fail(400, "api.channel.delete_channel.deleted.app_error", message));
    }
    let (team, private) = (channel.team_id.clone(), channel.is_private());
    let user = call.world.name_of(&me).to_owned();
    let message = format!("{user} archived the channel.");
    call.world.system_post(id, &me, "system_channel_deleted", message, json!({"username": user}));
    let now = call.world.now();
    if let Some(channel) = call.world.channel_mut(id) {
        channel.delete_at = now;
        channel.update_at = now;
    }
    let event = HubEvent::new("channel_deleted", json!({"channel_id": id, "delete_at": now}));
    let private = private && !call.world.is_old();
    call.world.emit(&if private { event.for_channel(id) } else { event.for_team(&team) });
    Ok(ServerResponse::done())
}

fn restore(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let channel = call.world.channel(id).ok_or_else(missing)?;
    let (team, private, archived) = (channel.team_id.clone(), channel.is_private(), channel.delete_at > 0);
    let me = call.in_team(&team, Permission::ManageTeam)?;
    if !archived {
        let message = "Unable to unarchive channel. The channel is not archived.";
        return Err(fail(400, "api.channel.restore_channel.restored.app_error", message));
    }
    let now = call.world.now();
    if let Some(channel) = call.world.channel_mut(id) {
        channel.delete_at = 0;
        channel.update_at = now;
    }
    let response = readable(call, id).map(|channel| shown(call, 200, channel));
    let event = HubEvent::new("channel_restored", json!({"channel_id": id}));
    let private = private && !call.world.is_old();
    call.world.emit(&if private { event.for_channel(id) } else { event.for_team(&team) });
    let user = call.world.name_of(&me).to_owned();
    let message = format!("{user} unarchived the channel.");
    call.world.system_post(id, &me, "system_channel_restored", message, json!({"username": user}));
    response
}

fn stats(call: &RouteCall<'_>, id: &str) -> RouteResult {
    let channel = readable(call, id)?;
    let pinned = call.world.posts.of_channel(id).filter(|post| post.is_pinned && post.delete_at == 0).count();
    let files = call.world.files.values();
    let files = files.filter(|file| file.channel_id == id && !file.post_id.is_empty()).count();
    let excluded = call.request.flag("exclude_files_count") && !call.world.is_old();
    let files = if excluded { json!(-1) } else { json!(files) };
    Ok(ServerResponse::json(
        200,
        &json!({
            "channel_id": id, "member_count": channel.members.len(), "guest_count": 0,
            "pinnedpost_count": pinned, "files_count": files,
        }),
    ))
}

fn public(call: &RouteCall<'_>, team: &str) -> RouteResult {
    in_team(call, team)?;
    let mut found: Vec<&StoredChannel> = call
        .world
        .channels
        .iter()
        .filter(|channel| channel.team_id == team && channel.kind == "O" && channel.delete_at == 0)
        .collect();
    found.sort_by_key(|channel| channel.display_name.to_lowercase());
    let old = call.world.is_old();
    Ok(ServerResponse::json(200, &call.page(found).into_iter().map(|channel| channel.json(old)).collect()))
}

fn by_ids(call: &RouteCall<'_>, team: &str) -> RouteResult {
    in_team(call, team)?;
    let ids = call.texts("channel_ids")?;
    let old = call.world.is_old();
    let found =
        call.world.channels.iter().filter(|c| c.team_id == team && c.kind == "O" && ids.contains(&c.id));
    Ok(ServerResponse::json(200, &found.map(|channel| channel.json(old)).collect()))
}

fn like<'a>(
    call: &'a RouteCall<'_>,
    me: &'a str,
    team: &'a str,
    part: &str,
) -> impl Iterator<Item = &'a StoredChannel> {
    let part = part.to_lowercase();
    call.world.channels.iter().filter(move |channel| {
        channel.team_id == team
            && channel.delete_at == 0
            && (channel.kind == "O" || channel.has(me))
            && (channel.name.contains(&part) || channel.display_name.to_lowercase().contains(&part))
    })
}

fn search(call: &RouteCall<'_>, team: &str) -> RouteResult {
    let me = in_team(call, team)?;
    let body = call.object("channel_search")?;
    let old = call.world.is_old();
    let found = like(call, &me, team, text(&body, "term")).map(|channel| channel.json(old)).collect();
    Ok(ServerResponse::json(200, &found))
}

fn autocomplete(call: &RouteCall<'_>, team: &str) -> RouteResult {
    let me = in_team(call, team)?;
    let old = call.world.is_old();
    let part = call.request.param("name").unwrap_or_default();
    Ok(ServerResponse::json(200, &like(call, &me, team, part).map(|channel| channel.json(old)).collect()))
}

fn search_archived(call: &RouteCall<'_>, team: &str) -> RouteResult {
    let me = in_team(call, team)?;
    let body = call.object("channel_search")?;
    let wanted = text(&body, "term").to_lowercase();
    let old = call.world.is_old();
    let found = call.world.channels.iter().filter(|channel| {
        channel.team_id == team
            && channel.delete_at > 0
            && channel.has(&me)
            && (channel.name.contains(&wanted) || channel.display_name.to_lowercase().contains(&wanted))
    });
    Ok(ServerResponse::json(200, &found.map(|channel| channel.json(old)).collect()))
}

fn by_name(call: &RouteCall<'_>, team: &str, name: &str) -> RouteResult {
    let me = call.user()?;
    if !is_id(team) {
        return Err(bad_url("team_id"));
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(bad_url("channel_name"));
    }
    let deleted = call.request.flag("include_deleted");
    let channel = call
        .world
        .channel_named(team, name)
        .filter(|channel| deleted || channel.delete_at == 0)
        .filter(|channel| call.world.may_read(&me, &channel.id))
        .ok_or_else(not_named)?;
    Ok(shown(call, 200, channel))
}

fn mine(call: &RouteCall<'_>, user: &str, team: Option<&str>) -> RouteResult {
    let id = call.own(user)?;
    if team.is_some_and(|team| !is_id(team)) {
        return Err(bad_url("team_id"));
    }
    let deleted = call.request.flag("include_deleted");
    let mut found: Vec<&StoredChannel> = call
        .world
        .channels
        .iter()
        .filter(|channel| channel.has(&id) && (deleted || channel.delete_at == 0))
        .filter(|channel| team.is_none_or(|team| channel.team_id == team || channel.team_id.is_empty()))
        .collect();
    if found.is_empty() {
        let error = fail(404, "app.channel.get_channels.not_found.app_error", "No channels were found.");
        if team.is_some() {
            return Err(error);
        }
        // The real server has already begun an array when it finds the error.
        let body = format!(
            "[{{\"id\":{},\"message\":{},\"detailed_error\":\"\",\"request_id\":{},\"status_code\":{}}}",
            json!(error.id),
            json!(error.message),
            json!(call.request_id()),
            error.status
        );
        return Ok(ServerResponse::bytes(404, "application/json", body));
    }
    found.sort_by(|one, other| (&one.display_name, &one.name).cmp(&(&other.display_name, &other.name)));
    let newest = found.iter().map(|channel| channel.last_post_at.max(channel.update_at)).max().unwrap_or(0);
    let old = call.world.is_old();
    let answer = ServerResponse::json(200, &found.iter().map(|channel| channel.json(old)).collect());
    Ok(call.etag(&format!("{id}.{newest}.0.{}", found.len()), answer))
}
