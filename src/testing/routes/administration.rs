//! Counts, reports and lists for administrators, and administrative changes of channels.

use serde_json::{Map, Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, fail, forbidden, text};
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::rules::Permission;
use crate::testing::state::{Member, StoredChannel, StoredUser};

/// Number of users that a server without a license may have, and the number that it tolerates.
const MAX_USERS: (usize, usize) = (200, 250);

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("GET", ["analytics", "old"]) => analytics(call),
        ("GET", ["usage", "posts"]) => call.user().map(|_| {
            // Rounded down to one significant digit, as on a real server.
            ServerResponse::json(200, &json!({"count": rounded(posts(call).count())}))
        }),
        ("GET", ["usage", "storage"]) => call.user().map(|_| ServerResponse::json(200, &json!({"bytes": 0}))),
        ("GET", ["usage", "teams"]) => call.user().map(|_| {
            let active = call.world.teams.iter().filter(|team| team.delete_at == 0).count();
            ServerResponse::json(200, &json!({"active": active, "cloud_archived": 0}))
        }),
        ("GET", ["limits", "server"]) => limits(call),
        ("GET", ["reports", "users"]) => call.admin().map(|_| report(call)),
        ("GET", ["reports", "users", "count"]) => call.admin().map(|_| {
            let people = call.world.users.iter().filter(|user| !user.is_bot);
            ServerResponse::json(200, &json!(people.count()))
        }),
        ("POST", ["channels", "search"]) => search_channels(call),
        ("POST", ["channels", "group", "search"]) => search_groups(call),
        ("GET", ["channels", id, "timezones"]) => {
            call.in_channel(id, Permission::ReadChannel).map(|_| timezones(call, id))
        }
        ("GET", ["channels", id, "common_teams"]) => common_teams(call, id),
        ("POST", ["channels", id, "move"]) => move_channel(call, id),
        ("POST", ["channels", id, "convert"]) if call.world.is_old() => {
            super::channels::convert(call, id, "P")
        }
        ("POST", ["channels", id, "convert_to_channel"]) => convert_group(call, id),
        ("GET", ["teams", team, "channels", "deleted"]) => of_team(call, team, true),
        ("GET", ["teams", team, "channels", "private"]) => of_team(call, team, false),
        _ => return None,
    })
}

fn posts<'a>(call: &'a RouteCall<'_>) -> impl Iterator<Item = &'a crate::testing::state::StoredPost> {
    call.world.posts.all().filter(|post| post.original_id.is_empty() && post.delete_at == 0)
}

fn rounded(count: usize) -> usize {
    let mut scale = 1;
    while count / scale >= 10 {
        scale *= 10;
    }
    count / scale * scale
}

fn analytics(call: &mut RouteCall<'_>) -> RouteResult {
    call.admin()?;
    let team = call.request.param("team_id").unwrap_or_default();
    let world = &call.world;
    let channels = |kind: &str| {
        let found = world.channels.iter().filter(|channel| channel.kind == kind && channel.delete_at == 0);
        found.filter(|channel| team.is_empty() || channel.team_id == team).count()
    };
    let people = || world.users.iter().filter(|user| !user.is_bot);
    let active = people().filter(|user| user.last_activity_at > 0).count();
    let row = |name: &str, value: usize| json!({"name": name, "value": value});
    let rows = match call.request.param("name").unwrap_or("standard") {
        "standard" => {
            let mut rows = vec![
                row("channel_open_count", channels("O")),
                row("channel_private_count", channels("P")),
                row("post_count", posts(call).count()),
                row("unique_user_count", people().filter(|user| user.delete_at == 0).count()),
                row("team_count", world.teams.iter().filter(|team| team.delete_at == 0).count()),
                row("total_websocket_connections", world.hub.active()),
                row("total_master_db_connections", 1),
                row("total_read_db_connections", 0),
                row("daily_active_users", active),
                row("monthly_active_users", active),
                row("inactive_user_count", people().filter(|user| user.delete_at > 0).count()),
            ];
            if !world.is_old() {
                rows.push(row("single_channel_guest_count", 0));
            }
            rows
        }
        "extra_counts" => {
            let mut rows = if world.is_old() {
                vec![
                    row("file_post_count", posts(call).filter(|post| !post.file_ids.is_empty()).count()),
                    row("hashtag_post_count", posts(call).filter(|post| post.message.contains('#')).count()),
                ]
            } else {
                Vec::new()
            };
            rows.extend([
                row("incoming_webhook_count", world.hooks.len()),
                row("outgoing_webhook_count", world.outgoing_webhooks.len()),
                row("command_count", world.integrations.commands.len()),
                row("session_count", world.sessions.len()),
            ]);
            if !world.is_old() {
                rows.push(row("total_file_count", 0));
                rows.push(row("total_file_size", 0));
            }
            rows
        }
        "post_counts_day" | "bot_post_counts_day" | "user_counts_with_posts_day" => Vec::new(),
        _ => return Err(bad_body("name")),
    };
    Ok(ServerResponse::json(200, &Value::Array(rows)))
}

fn limits(call: &RouteCall<'_>) -> RouteResult {
    call.user()?;
    let (most, hard, active) = if call.is_admin() {
        let active = call.world.users.iter().filter(|user| user.delete_at == 0 && !user.is_bot);
        (MAX_USERS.0, MAX_USERS.1, active.count())
    } else {
        (0, 0, 0)
    };
    Ok(ServerResponse::json(
        200,
        &json!({
            "maxUsersLimit": most, "maxUsersHardLimit": hard, "activeUserCount": active,
            "singleChannelGuestCount": 0, "singleChannelGuestLimit": 0, "postHistoryLimit": 0,
            "lastAccessiblePostTime": 0,
        }),
    ))
}

fn report(call: &RouteCall<'_>) -> ServerResponse {
    let size = call.request.param("page_size").and_then(|size| size.parse().ok()).unwrap_or(50).clamp(1, 100);
    let mut people: Vec<&StoredUser> = call.world.users.iter().filter(|user| !user.is_bot).collect();
    people.sort_by(|one, other| one.username.cmp(&other.username));
    let rows = people.into_iter().take(size).map(|user| {
        let mut row = user.json(true);
        if let Some(object) = row.as_object_mut() {
            object.remove("last_password_update");
            let channels = call.world.channels.iter().filter(|channel| channel.has(&user.id)).count();
            object.insert("last_login".into(), json!(user.last_activity_at));
            object.insert("days_active".into(), json!(0));
            object.insert("channel_count".into(), json!(channels));
        }
        row
    });
    ServerResponse::json(200, &rows.collect())
}

fn fits(channel: &StoredChannel, term: &str) -> bool {
    let term = term.trim().to_lowercase();
    channel.name.contains(&term)
        || channel.display_name.to_lowercase().contains(&term)
        || channel.purpose.to_lowercase().contains(&term)
}

fn search_channels(call: &RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("channel_search")?;
    let term = text(&body, "term");
    let old = call.world.is_old();
    let visible = call.request.param("system_console") == Some("false");
    if !visible {
        call.admin()?;
    }
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let deleted = call.request.flag("include_deleted") || flag("include_deleted");
    let teams: Vec<&str> = body
        .get("team_ids")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let found = call.world.channels.iter().filter(|channel| {
        matches!(&*channel.kind, "O" | "P")
            && fits(channel, term)
            && (deleted || flag("deleted") || channel.delete_at == 0)
            && (!flag("deleted") || channel.delete_at > 0)
            && (!flag("public") || channel.kind == "O")
            && (!flag("private") || channel.kind == "P")
            && (teams.is_empty() || teams.contains(&&*channel.team_id))
            && (!visible || call.world.may_read(&me, &channel.id))
    });
    let all: Vec<Value> = found
        .map(|channel| {
            let mut row = channel.json(old);
            let its_team = call.world.team(&channel.team_id);
            if let (Some(object), Some(team), false) = (row.as_object_mut(), its_team, visible) {
                object.insert("team_display_name".into(), json!(team.display_name));
                object.insert("team_name".into(), json!(team.name));
                object.insert("team_update_at".into(), json!(team.update_at));
            }
            row
        })
        .collect();
    let number = |name: &str| body.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    match (number("page"), number("per_page")) {
        (Some(page), Some(size)) if !visible => {
            let total = all.len();
            let rows: Vec<Value> = all.into_iter().skip(page * size.min(200)).take(size.min(200)).collect();
            Ok(ServerResponse::json(200, &json!({"channels": rows, "total_count": total})))
        }
        _ => Ok(ServerResponse::json(200, &Value::Array(all))),
    }
}

fn search_groups(call: &RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("channel_search")?;
    let terms: Vec<String> = text(&body, "term").split_whitespace().map(str::to_lowercase).collect();
    let old = call.world.is_old();
    let found = call.world.channels.iter().filter(|channel| {
        let named = |term: &String| {
            channel.members.iter().any(|member| call.world.name_of(&member.user_id).starts_with(&**term))
        };
        channel.kind == "G" && channel.has(&me) && !terms.is_empty() && terms.iter().all(named)
    });
    Ok(ServerResponse::json(200, &found.map(|channel| channel.json(old)).collect()))
}

fn timezones(call: &RouteCall<'_>, id: &str) -> ServerResponse {
    let members = call.world.channel(id).into_iter().flat_map(|channel| &channel.members);
    let mut zones: Vec<Value> = members
        .filter_map(|member| {
            let zone = call.world.user(&member.user_id)?.timezone.as_ref()?;
            let automatic = zone.get("useAutomaticTimezone").and_then(Value::as_str) == Some("true");
            let name = if automatic { "automaticTimezone" } else { "manualTimezone" };
            zone.get(name).filter(|name| name.as_str().is_some_and(|name| !name.is_empty())).cloned()
        })
        .collect();
    zones.dedup();
    if zones.is_empty() && !call.world.is_old() {
        return ServerResponse::json(200, &Value::Null);
    }
    ServerResponse::json(200, &Value::Array(zones))
}

fn missing_channel() -> AppError {
    fail(404, "app.channel.get.existing.app_error", "Unable to find the existing channel.")
}

/// Returns the teams that all members of a group channel are members of.
fn common_teams(call: &RouteCall<'_>, id: &str) -> RouteResult {
    call.in_channel(id, Permission::ReadChannel)?;
    let channel = call.world.channel(id).ok_or_else(missing_channel)?;
    if channel.kind != "G" {
        let message = "Only group channels have common teams.";
        return Err(fail(400, "app.channel.get_common_teams.incorrect_channel_type", message));
    }
    let teams =
        call.world.teams.iter().filter(|team| {
            team.delete_at == 0 && channel.members.iter().all(|member| team.has(&member.user_id))
        });
    Ok(ServerResponse::json(200, &teams.map(|team| team.json(call.is_admin())).collect()))
}

fn move_channel(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let channel = call.world.channel(id).ok_or_else(missing_channel)?;
    let kind = channel.kind.clone();
    let body = call.object("channel")?;
    let team = body.get("team_id").and_then(Value::as_str).ok_or_else(|| bad_body("team_id"))?.to_owned();
    let force = body.get("force").and_then(Value::as_bool).ok_or_else(|| bad_body("force"))?;
    let members: Vec<String> = match call.world.team(&team) {
        Some(team) => team.members.iter().map(|member| member.user_id.clone()).collect(),
        None => return Err(fail(404, "app.team.get.find.app_error", "Unable to find the existing team.")),
    };
    if matches!(&*kind, "D" | "G") {
        let message = "Direct and group channels belong to no team.";
        return Err(fail(403, "api.channel.move_channel.type.invalid", message));
    }
    call.admin()?;
    let now = call.world.now();
    let Some(channel) = call.world.channel_mut(id) else { return Err(missing_channel()) };
    if force {
        channel.members.retain(|member| members.contains(&member.user_id));
    } else if channel.members.iter().any(|member| !members.contains(&member.user_id)) {
        let message =
            "Cannot move a channel unless all its members are already members of the destination team.";
        return Err(fail(500, "app.channel.move_channel.members_do_not_match.error", message));
    }
    channel.team_id.clone_from(&team);
    channel.update_at = now;
    let data = json!({"channel_id": id, "team_id": team});
    call.world.emit(&HubEvent::new("channel_moved", data).for_channel(id));
    let old = call.world.is_old();
    call.world
        .channel(id)
        .map(|channel| ServerResponse::json(200, &channel.json(old)))
        .ok_or_else(missing_channel)
}

/// Converts a group channel to a private channel.
fn convert_group(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let me = call.user()?;
    let body: Map<String, Value> = call.object("channel")?;
    let fits = call.world.channel(id).is_some_and(|channel| channel.kind == "G" && channel.has(&me));
    if !fits {
        return Err(forbidden());
    }
    let (team, name) = (text(&body, "team_id").to_owned(), text(&body, "name").to_owned());
    let display_name = text(&body, "display_name").to_owned();
    call.in_team(&team, Permission::CreateChannel)?;
    if call.world.channel_named(&team, &name).is_some() {
        let message = "A channel with that name already exists on the same team.";
        return Err(fail(400, "store.sql_channel.save_channel.exists.app_error", message));
    }
    let now = call.world.now();
    if let Some(channel) = call.world.channel_mut(id) {
        channel.kind = "P".into();
        channel.team_id = team;
        channel.name = name;
        channel.display_name = display_name;
        channel.update_at = now;
        for member in &mut channel.members {
            *member = Member { last_update_at: now, ..member.clone() };
        }
    }
    let old = call.world.is_old();
    call.world
        .channel(id)
        .map(|channel| ServerResponse::json(200, &channel.json(old)))
        .ok_or_else(missing_channel)
}

/// Returns the archived channels of a team that the caller may see, or its private channels for an administrator.
fn of_team(call: &RouteCall<'_>, team: &str, deleted: bool) -> RouteResult {
    let me = call.user()?;
    if deleted {
        call.in_team(team, Permission::ReadPublicChannel)?;
    } else {
        call.admin()?;
    }
    let old = call.world.is_old();
    let found = call.world.channels.iter().filter(|channel| {
        let wanted = if deleted {
            channel.delete_at > 0 && (channel.kind == "O" || channel.has(&me) || call.is_admin())
        } else {
            channel.kind == "P" && channel.delete_at == 0
        };
        channel.team_id == team && wanted
    });
    Ok(ServerResponse::json(200, &Value::Array(call.page(found.map(|channel| channel.json(old))))))
}
