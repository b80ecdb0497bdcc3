//! Reading and searching posts.

use serde_json::{Map, Value, json};

use super::channels::readable as readable_channel;
use super::posts::readable;
use super::{RouteCall, RouteResult, bad_body, bad_url, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::rules::Permission;
use crate::testing::state::StoredPost;

/// Maximum number of rows in the response to `since`.
const MOST_SINCE: usize = 1000;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["posts", "ids"]) => by_ids(call),
        ("GET", ["posts", id]) => readable(call, id).map(|post| {
            call.etag(
                &format!("{id}.{}", post.update_at),
                ServerResponse::json(200, &call.world.post_json(post)),
            )
        }),
        ("GET", ["posts", id, "thread"]) => thread(call, id),
        ("GET", ["posts", id, "files", "info"]) => readable(call, id).map(|post| {
            let files = post.file_ids.iter().filter_map(|id| call.world.files.get(id));
            ServerResponse::json(200, &files.map(crate::testing::state::StoredFile::json).collect())
        }),
        ("GET", ["channels", id, "posts"]) => of_channel(call, id),
        ("GET", ["channels", id, "pinned"]) => pinned(call, id),
        ("GET", ["users", user, "channels", id, "posts", "unread"]) => around_unread(call, user, id),
        ("GET", ["users", user, "posts", "flagged"]) => flagged(call, user),
        ("POST", ["teams", team, "posts", "search"]) => search(call, Some(team)),
        ("POST", ["posts", "search"]) => search(call, None),
        _ => return None,
    })
}

/// Returns a post list: `order` with the newest first, and `posts` with the first posts of the threads added.
fn list(call: &RouteCall<'_>, newest_first: &[&StoredPost], roots: bool, next: &str, prev: &str) -> Value {
    let order: Vec<&str> = newest_first.iter().map(|post| &*post.id).collect();
    let mut posts = Map::new();
    for post in newest_first {
        posts.insert(post.id.clone(), call.world.post_json(post));
        let root =
            call.world.posts.get(&post.root_id).filter(|_| roots && !posts.contains_key(&post.root_id));
        if let Some(root) = root {
            posts.insert(root.id.clone(), call.world.post_json(root));
        }
    }
    json!({
        "order": order, "posts": posts, "next_post_id": next, "prev_post_id": prev,
        "first_inaccessible_post_time": 0,
    })
}

fn of_channel(call: &RouteCall<'_>, id: &str) -> RouteResult {
    let channel = readable_channel(call, id)?;
    if call.world.is_old() {
        call.in_channel(id, Permission::ReadChannel)?;
    }
    let posts = &call.world.posts;
    if let Some(since) = call.request.param("since") {
        let since: i64 = since.parse().map_err(|_| bad_url("since"))?;
        let mut found = posts.changed(id, since);
        if found.len() > MOST_SINCE {
            // The real server returns any thousand of them; IDs are random.
            found.sort_by(|one, other| one.id.cmp(&other.id));
            found.truncate(MOST_SINCE);
        }
        sort(&mut found);
        return Ok(ServerResponse::json(200, &list(call, &found, true, "", "")));
    }
    let live = |from: i64, to: i64| posts.made(id, from..to).filter(|post| post.delete_at == 0);
    let (page, per_page) = call.paging();
    let pivot = |name: &str| match call.request.param(name).filter(|id| !id.is_empty()) {
        None => Ok(None),
        Some(id) if !is_id(id) => Err(bad_url(name)),
        Some(id) => Ok(Some(posts.get(id).map_or(0, |post| post.create_at))),
    };
    let left_out = page * per_page;
    // As on the real server, other posts of the same millisecond are omitted.
    let (part, newer, older): (Vec<&StoredPost>, _, _) = if let Some(time) = pivot("after")? {
        let (from, until) = (time + 1, i64::MAX);
        let mut part: Vec<&StoredPost> = live(from, until).skip(left_out).take(per_page).collect();
        part.reverse();
        let before = live(from, until).take(left_out).last().or_else(|| live(i64::MIN, from).next_back());
        (part, live(from, until).nth(left_out + per_page), before)
    } else {
        let until = pivot("before")?.unwrap_or(i64::MAX);
        let part = live(i64::MIN, until).rev().skip(left_out).take(per_page).collect();
        let behind =
            live(i64::MIN, until).rev().take(left_out).last().or_else(|| live(until, i64::MAX).next());
        (part, behind, live(i64::MIN, until).rev().nth(left_out + per_page))
    };
    let (next, prev) = (newer.map_or("", |post| &post.id), older.map_or("", |post| &post.id));
    let newest = posts.last_change(id).unwrap_or(channel.create_at);
    Ok(call.etag(&newest.to_string(), ServerResponse::json(200, &list(call, &part, true, next, prev))))
}

/// Sorts posts, newest first.
fn sort(posts: &mut [&StoredPost]) {
    posts.reverse();
    posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
}

fn thread(call: &RouteCall<'_>, id: &str) -> RouteResult {
    let post = readable(call, id)?;
    let root = call.world.posts.get(&post.root_id).unwrap_or(post);
    let per_page: usize = call.request.param("perPage").and_then(|text| text.parse().ok()).unwrap_or(0);
    if per_page > 200 {
        return Err(bad_url("perPage"));
    }
    let mut all: Vec<&StoredPost> = call.world.posts.replies(&root.id).collect();
    let from = call.request.param("fromPost").unwrap_or_default();
    let down = call.request.param("direction") == Some("down");
    if !down {
        all.reverse();
    }
    if let Some(at) = all.iter().position(|post| post.id == from) {
        all.drain(..=at);
    }
    let has_next = per_page > 0 && all.len() > per_page;
    if per_page > 0 {
        all.truncate(per_page);
    }
    all.push(root);
    if call.world.is_old() {
        // Old servers list the first post twice: first and last.
        all.insert(0, root);
    }
    let newest = all.iter().map(|post| post.update_at).max().unwrap_or(0);
    let mut body = list(call, &all, false, "", "");
    if let Some(object) = body.as_object_mut() {
        object.insert("has_next".into(), json!(has_next));
    }
    Ok(call.etag(&format!("{id}.{}.{newest}", root.id), ServerResponse::json(200, &body)))
}

fn by_ids(call: &RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let ids = call.texts("post_ids")?;
    if ids.is_empty() || ids.len() > 1000 {
        return Err(bad_body("post_ids"));
    }
    let found = ids
        .iter()
        .filter_map(|id| call.world.posts.get(id))
        .filter(|post| post.delete_at == 0 && call.world.may_read(&me, &post.channel_id));
    Ok(ServerResponse::json(200, &found.map(|post| call.world.post_json(post)).collect()))
}

fn pinned(call: &RouteCall<'_>, id: &str) -> RouteResult {
    readable_channel(call, id)?;
    let mut found: Vec<&StoredPost> =
        call.world.posts.of_channel(id).filter(|post| post.is_pinned && post.delete_at == 0).collect();
    sort(&mut found);
    let newest = found.iter().max_by_key(|post| post.update_at);
    let (id, at) = newest.map_or(("", 0), |post| (&*post.id, post.update_at));
    Ok(call.etag(&format!("{id}.{at}"), ServerResponse::json(200, &list(call, &found, false, "", ""))))
}

fn around_unread(call: &RouteCall<'_>, user: &str, id: &str) -> RouteResult {
    let user = call.own(user)?;
    let channel = readable_channel(call, id)?;
    let viewed = channel.member(&user).map_or(0, |member| member.last_viewed_at);
    let number =
        |name| call.request.param(name).and_then(|text| text.parse::<usize>().ok()).unwrap_or(60).min(200);
    let mut all: Vec<&StoredPost> =
        call.world.posts.of_channel(id).filter(|post| post.delete_at == 0).collect();
    sort(&mut all);
    let first = all.iter().position(|post| post.create_at <= viewed).unwrap_or(all.len());
    let range = first.saturating_sub(number("limit_after"))..(first + number("limit_before")).min(all.len());
    let next = range.start.checked_sub(1).and_then(|at| all.get(at)).map_or("", |post| &post.id);
    let prev = all.get(range.end).map_or("", |post| &post.id);
    Ok(ServerResponse::json(200, &list(call, all.get(range).unwrap_or_default(), true, next, prev)))
}

fn flagged(call: &RouteCall<'_>, user: &str) -> RouteResult {
    let user = call.own(user)?;
    let mut found: Vec<&StoredPost> = call
        .world
        .preferences
        .get(&user)
        .into_iter()
        .flatten()
        .filter(|(category, _, value)| category == "flagged_post" && value == "true")
        .filter_map(|(_, id, _)| call.world.posts.get(id))
        .filter(|post| post.delete_at == 0 && call.world.may_read(&user, &post.channel_id))
        .collect();
    sort(&mut found);
    Ok(ServerResponse::json(200, &list(call, &call.page(found), false, "", "")))
}

/// Searches for all words, or with `is_or_search` for any.
fn search(call: &RouteCall<'_>, team: Option<&str>) -> RouteResult {
    let me = call.user()?;
    if let Some(team) = team {
        call.in_team(team, Permission::ViewTeam)?;
    }
    let body = call.object("search")?;
    let terms = text(&body, "terms");
    if terms.is_empty() {
        return Err(bad_body("terms"));
    }
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let offset = body.get("time_zone_offset").and_then(Value::as_i64).unwrap_or(0);
    let archived = flag("include_deleted_channels");
    let readable = |post: &StoredPost| {
        call.world.channel(&post.channel_id).is_some_and(|channel| {
            channel.has(&me)
                && (archived || channel.delete_at == 0)
                && team.is_none_or(|team| channel.team_id == team || channel.team_id.is_empty())
        })
    };
    let mut found = call.world.search_posts(terms, flag("is_or_search"), offset, readable);
    sort(&mut found);
    let mut shown = list(call, &call.page(found), false, "", "");
    if let Some(object) = shown.as_object_mut() {
        object.insert("matches".into(), Value::Null);
    }
    Ok(ServerResponse::json(200, &shown).with("Cache-Control", "no-cache, no-store, must-revalidate"))
}
