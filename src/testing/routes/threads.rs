//! Followed threads.

use serde_json::{Value, json};

use super::posts::readable;
use super::{AppError, RouteCall, RouteResult, bad_url, fail};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::rules::Permission;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    let ["users", user, "teams", team, "threads", rest @ ..] = path else { return None };
    let checked =
        call.own(user).and_then(|user| if is_id(team) { Ok(user) } else { Err(bad_url("team_id")) });
    let checked = checked.and_then(|user| match call.in_team(team, Permission::ViewTeam) {
        Err(error) if !call.world.is_old() => Err(error),
        _ => Ok(user),
    });
    let user = match checked {
        Ok(user) => user,
        Err(error) => return Some(Err(error)),
    };
    Some(match (method, rest) {
        ("GET", []) => Ok(list(call, &user, team)),
        ("PUT", ["read"]) => Ok(read_all(call, &user, team)),
        ("GET", [thread]) => one(call, &user, thread),
        ("PUT", [thread, "following"]) => follow(call, &user, team, thread, true),
        ("DELETE", [thread, "following"]) => follow(call, &user, team, thread, false),
        ("PUT", [thread, "read", at]) => match at.parse() {
            Ok(at) => read(call, &user, team, thread, at, false),
            Err(_) => Err(bad_url("timestamp")),
        },
        ("POST", [thread, "set_unread", post]) => {
            match call.world.posts.get(post).map(|post| post.create_at - 1) {
                Some(at) => read(call, &user, team, thread, at, true),
                None => Err(bad_url("post_id")),
            }
        }
        _ => return None,
    })
}

fn not_followed(call: &RouteCall<'_>) -> AppError {
    let message = "User thread doesn't exist or is not followed.";
    if call.world.is_old() {
        return fail(500, "app.user.get_thread_membership_for_user.app_error", message);
    }
    fail(404, "app.user.get_thread_membership_for_user.not_found", message)
}

/// Returns the threads that a user follows in a team, the most recent reply first.
fn followed(call: &RouteCall<'_>, user: &str, team: &str) -> Vec<Value> {
    let direct = !call.request.flag("excludeDirect");
    let mut found: Vec<Value> = call
        .world
        .threads
        .iter()
        .filter(|(_, people)| people.get(user).is_some_and(|(follows, _)| *follows))
        .filter(|(root, _)| {
            let channel = call.world.posts.get(root).filter(|root| root.delete_at == 0);
            let channel = channel.and_then(|root| call.world.channel(&root.channel_id));
            channel.is_some_and(|channel| channel.team_id == team || (direct && channel.team_id.is_empty()))
        })
        .filter_map(|(root, _)| call.world.thread_json(user, root, call.request.flag("extended")))
        .collect();
    found.sort_by_key(|thread| std::cmp::Reverse(number(thread, "last_reply_at")));
    found
}

fn number(thread: &Value, name: &str) -> i64 {
    thread.get(name).and_then(Value::as_i64).unwrap_or(0)
}

fn list(call: &RouteCall<'_>, user: &str, team: &str) -> ServerResponse {
    let mut found = followed(call, user, team);
    let total = found.len();
    let unread = found.iter().filter(|thread| number(thread, "unread_replies") > 0).count();
    let mentions: i64 = found.iter().map(|thread| number(thread, "unread_mentions")).sum();
    if call.request.flag("unread") {
        found.retain(|thread| number(thread, "unread_replies") > 0);
    }
    let since = call.request.param("since").and_then(|since| since.parse().ok()).unwrap_or(0);
    found.retain(|thread| number(thread, "last_reply_at") >= since);
    let at = |name| {
        let id = call.request.param(name)?;
        found.iter().position(|thread| thread.get("id").and_then(Value::as_str) == Some(id))
    };
    let (before, after) = (at("before"), at("after"));
    // `before` selects older threads.
    if let Some(at) = before {
        found.drain(..=at);
    } else if let Some(at) = after {
        found.truncate(at);
    }
    let threads = if call.request.flag("totalsOnly") { Value::Null } else { Value::Array(call.page(found)) };
    ServerResponse::json(
        200,
        &json!({
            "total": total, "total_unread_threads": unread, "total_unread_mentions": mentions,
            "total_unread_urgent_mentions": 0, "threads": threads,
        }),
    )
}

fn one(call: &RouteCall<'_>, user: &str, thread: &str) -> RouteResult {
    readable(call, thread)?;
    let follows = call.world.threads.get(thread).and_then(|people| people.get(user)).is_some_and(|(f, _)| *f);
    let shown = call
        .world
        .thread_json(user, thread, call.request.flag("extended"))
        .filter(|_| follows)
        .ok_or_else(|| not_followed(call))?;
    Ok(ServerResponse::json(200, &shown))
}

fn follow(call: &mut RouteCall<'_>, user: &str, team: &str, thread: &str, follows: bool) -> RouteResult {
    readable(call, thread)?;
    let now = call.world.now();
    let people = call.world.threads.entry(thread.to_owned()).or_default();
    people.entry(user.to_owned()).or_insert((follows, now)).0 = follows;
    let data = json!({
        "reply_count": call.world.posts.reply_count(thread), "state": follows, "thread_id": thread,
    });
    let mut event = HubEvent::new("thread_follow_changed", data).for_user(user);
    team.clone_into(&mut event.scope.team);
    call.world.emit(&event);
    Ok(ServerResponse::done())
}

/// Sets the time at which a user last read a thread. With `follow`, the user then follows it.
fn read(
    call: &mut RouteCall<'_>,
    user: &str,
    team: &str,
    thread: &str,
    at: i64,
    follow: bool,
) -> RouteResult {
    let channel = readable(call, thread)?.channel_id.clone();
    let known = call.world.threads.get(thread).and_then(|people| people.get(user));
    if !follow && !call.world.is_old() {
        if known.is_some_and(|(follows, _)| !*follows) {
            let message = "User thread doesn't exist or is not followed";
            return Err(fail(404, "app.user.get_threads_for_user.not_found", message));
        }
        if known.is_none() {
            return Err(not_followed(call));
        }
    }
    // Old servers follow what is read.
    let follow = follow || call.world.is_old();
    let people = call.world.threads.entry(thread.to_owned()).or_default();
    let membership = people.entry(user.to_owned()).or_insert((true, at));
    membership.1 = at;
    membership.0 |= follow;
    let shown = call
        .world
        .thread_json(user, thread, call.request.flag("extended"))
        .ok_or_else(|| not_followed(call))?;
    let data = json!({
        "channel_id": channel, "thread_id": thread, "timestamp": at,
        "unread_mentions": shown.get("unread_mentions"), "unread_replies": shown.get("unread_replies"),
        "previous_unread_mentions": 0, "previous_unread_replies": 0,
    });
    let mut event = HubEvent::new("thread_read_changed", data).for_user(user);
    team.clone_into(&mut event.scope.team);
    call.world.emit(&event);
    Ok(ServerResponse::json(200, &shown))
}

fn read_all(call: &mut RouteCall<'_>, user: &str, team: &str) -> ServerResponse {
    let now = call.world.now();
    for thread in followed(call, user, team) {
        let id = thread.get("id").and_then(Value::as_str).unwrap_or_default();
        if let Some(known) = call.world.threads.get_mut(id).and_then(|people| people.get_mut(user)) {
            known.1 = now;
        }
    }
    let mut event = HubEvent::new("thread_read_changed", json!({})).for_user(user);
    team.clone_into(&mut event.scope.team);
    call.world.emit(&event);
    ServerResponse::done()
}
