//! Reading and searching posts.

use serde_json::{Map, Value, json};

use super::channels::readable as readable_channel;
use super::posts::readable;
use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::rules::Permission;
use crate::testing::state::StoredPost;

/// Maximum number of rows in the response to `since`.
const MOST_SINCE: usize = 1000;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["posts", "ids"]) => by_ids(call),
        ("GET", ["posts", id]) => readable_or_deleted(call, id).map(|post| {
            call.etag(&format!("{id}.{}", post.update_at), ServerResponse::json(200, &single(call, post)))
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

/// Returns a post list: `order` with the newest first, and the posts.
fn list(call: &RouteCall<'_>, newest_first: &[&StoredPost], next: &str, prev: &str) -> Value {
    let order: Vec<&str> = newest_first.iter().map(|post| &*post.id).collect();
    let posts: Map<String, Value> =
        newest_first.iter().map(|post| (post.id.clone(), call.world.post_json(post))).collect();
    json!({
        "order": order, "posts": posts, "next_post_id": next, "prev_post_id": prev,
        "first_inaccessible_post_time": 0,
    })
}

/// Returns a list of a channel as it is asked for: with the whole threads of its posts and no numbers of replies, without
/// the threads, or with the first posts of the threads only and what is known of their replies.
fn channel_list(call: &RouteCall<'_>, newest_first: &[&StoredPost], next: &str, prev: &str) -> Value {
    let mut shown = list(call, newest_first, next, prev);
    if call.request.flag("skipFetchThreads") {
        return shown;
    }
    let Some(posts) = shown.get_mut("posts").and_then(Value::as_object_mut) else { return shown };
    if call.request.flag("collapsedThreads") {
        for post in newest_first {
            if let Some(object) = posts.get_mut(&post.id).and_then(Value::as_object_mut) {
                call.world.add_thread(
                    object,
                    post,
                    &call.user,
                    call.request.flag("collapsedThreadsExtended"),
                );
            }
        }
        return shown;
    }
    // A list of changes has no threads in any case.
    let rows = if call.request.param("since").is_some() { &[] } else { newest_first };
    for post in rows {
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        let thread = call.world.posts.get(root).into_iter().chain(call.world.posts.replies(root));
        for post in thread.filter(|post| post.delete_at == 0) {
            if !posts.contains_key(&post.id) {
                posts.insert(post.id.clone(), call.world.post_json(post));
            }
        }
    }
    for post in posts.values_mut().filter_map(Value::as_object_mut) {
        post.insert("reply_count".into(), json!(0));
    }
    shown
}

/// Returns `true` if deleted posts are asked for, which only administrators may see. Old servers ignore the parameter.
fn wants_deleted(call: &RouteCall<'_>) -> Result<bool, AppError> {
    let wanted = call.request.flag("include_deleted") && !call.world.is_old();
    if wanted {
        call.admin()?;
    }
    Ok(wanted)
}

/// Returns a post by itself. Old servers do not count its replies.
fn single(call: &RouteCall<'_>, post: &StoredPost) -> Value {
    let mut shown = call.world.post_json(post);
    if let (Some(object), true) = (shown.as_object_mut(), call.world.is_old()) {
        object.insert("reply_count".into(), json!(0));
    }
    shown
}

fn readable_or_deleted<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredPost, AppError> {
    let known = call.world.posts.get(id).filter(|post| post.original_id.is_empty());
    match known {
        Some(post) if wants_deleted(call)? => Ok(post),
        _ => readable(call, id),
    }
}

fn of_channel(call: &RouteCall<'_>, id: &str) -> RouteResult {
    let channel = readable_channel(call, id)?;
    let deleted = wants_deleted(call)?;
    let collapsed = call.request.flag("collapsedThreads");
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
        found.retain(|post| post.root_id.is_empty() || !collapsed);
        sort(&mut found);
        return Ok(ServerResponse::json(200, &channel_list(call, &found, "", "")));
    }
    let live = |from: i64, to: i64| {
        posts.made(id, from..to).filter(move |post| {
            (post.delete_at == 0 || (deleted && post.original_id.is_empty()))
                && (post.root_id.is_empty() || !collapsed)
        })
    };
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
    let newer = newer.filter(|_| !part.is_empty());
    let (next, prev) = (newer.map_or("", |post| &post.id), older.map_or("", |post| &post.id));
    let newest = posts.last_change(id).unwrap_or(channel.create_at);
    Ok(call.etag(&newest.to_string(), ServerResponse::json(200, &channel_list(call, &part, next, prev))))
}

/// Sorts posts, newest first.
fn sort(posts: &mut [&StoredPost]) {
    posts.reverse();
    posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
}

/// Returns a thread: the first post and then the replies, a page of them in current servers. Old servers send all, and the
/// first post again at the end.
fn thread(call: &RouteCall<'_>, id: &str) -> RouteResult {
    let post = readable(call, id)?;
    let root = call.world.posts.get(&post.root_id).unwrap_or(post);
    let old = call.world.is_old();
    let per_page: usize = call.request.param("perPage").and_then(|text| text.parse().ok()).unwrap_or(0);
    if per_page > 200 {
        return Err(bad_url("perPage"));
    }
    let skipped = call.request.flag("skipFetchThreads");
    let collapsed = call.request.flag("collapsedThreads");
    let mut all: Vec<&StoredPost> =
        if skipped { Vec::new() } else { call.world.posts.replies(&root.id).collect() };
    let direction = call.request.param("direction").unwrap_or_default();
    if direction == "up" && !old {
        all.reverse();
    }
    let from = call.request.param("fromPost").unwrap_or_default();
    if let Some(at) = all.iter().position(|post| post.id == from).filter(|_| !old) {
        all.drain(..=at);
    }
    // Downwards, the first post is one of the page.
    let wanted = if direction == "down" { per_page.saturating_sub(1) } else { per_page };
    let has_next = !old && per_page > 0 && all.len() > wanted;
    if has_next {
        all.truncate(wanted);
    }
    all.insert(0, root);
    if old && !skipped && !collapsed {
        all.push(root);
    }
    let newest = all.iter().map(|post| post.update_at).max().unwrap_or(0);
    let mut body = list(call, &all, "", "");
    if collapsed {
        let shown = body.pointer_mut(&format!("/posts/{}", root.id)).and_then(Value::as_object_mut);
        if let Some(object) = shown {
            call.world.add_thread(object, root, &call.user, call.request.flag("collapsedThreadsExtended"));
        }
    }
    if let (Some(object), false) = (body.as_object_mut(), skipped) {
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
    Ok(call.etag(&format!("{id}.{at}"), ServerResponse::json(200, &list(call, &found, "", ""))))
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
    let mut shown = channel_list(call, all.get(range).unwrap_or_default(), next, prev);
    if let (Some(object), false) = (shown.as_object_mut(), call.world.is_old()) {
        object.insert("has_next".into(), json!(false));
    }
    Ok(ServerResponse::json(200, &shown))
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
    Ok(ServerResponse::json(200, &list(call, &call.page(found), "", "")))
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
    let mut shown = list(call, &call.page(found), "", "");
    if let Some(object) = shown.as_object_mut() {
        object.insert("matches".into(), Value::Null);
    }
    Ok(ServerResponse::json(200, &shown).with("Cache-Control", "no-cache, no-store, must-revalidate"))
}
