//! Writing posts and reactions.

use serde_json::{Map, Value, json};

use super::{AppError, RouteCall, RouteResult, bad_body, bad_url, fail, forbidden, text};
use crate::testing::clock::is_id;
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::rules::Permission;
use crate::testing::state::posts::NewPost;
use crate::testing::state::{StoredPost, StoredReaction};

/// Time for which a `pending_post_id` is remembered, in milliseconds.
const REMEMBERED: i64 = 30_000;
/// Maximum length of a message, in characters.
const LONGEST: usize = 16_383;

pub(super) fn route(call: &mut RouteCall<'_>, method: &str, path: &[&str]) -> Option<RouteResult> {
    Some(match (method, path) {
        ("POST", ["posts"]) => create(call),
        ("POST", ["posts", "ephemeral"]) => ephemeral(call),
        ("POST", ["posts", "schedule"]) => call.user().and_then(|_| {
            let message = "Scheduled posts feature requires a license";
            Err(fail(400, "api.scheduled_posts.license_error", message))
        }),
        ("PUT", ["posts", id]) => edit(call, id, true),
        ("PUT", ["posts", id, "patch"]) => edit(call, id, false),
        ("POST", ["posts", id, "restore", version]) => restore(call, id, version),
        ("GET", ["posts", id, "info"]) => info(call, id),
        ("POST", ["users", user, "posts", id, "reminder"]) => {
            call.own(user).and_then(|_| readable(call, id).map(|_| ServerResponse::done()))
        }
        ("POST" | "DELETE", ["users", user, "posts", id, "ack"]) => {
            call.own(user).and_then(|_| readable(call, id)).and_then(|_| {
                Err(fail(
                    501,
                    "license_error.feature_unavailable",
                    "Feature is not available for the current license.",
                ))
            })
        }
        ("DELETE", ["posts", id]) => delete(call, id),
        ("POST", ["posts", id, "pin"]) => pin(call, id, true),
        ("POST", ["posts", id, "unpin"]) => pin(call, id, false),
        ("GET", ["posts", id, "edit_history"]) => history(call, id),
        ("POST", ["reactions"]) => react(call),
        ("DELETE", ["users", user, "posts", id, "reactions", name]) => unreact(call, user, id, name),
        ("GET", ["posts", id, "reactions"]) => readable(call, id).map(|post| {
            let all: Vec<Value> = post.reactions.iter().map(|reaction| reaction.json(post)).collect();
            ServerResponse::json(200, &if all.is_empty() { Value::Null } else { Value::Array(all) })
        }),
        ("POST", ["posts", "ids", "reactions"]) => bulk_reactions(call),
        ("POST", ["users", user, "posts", id, "set_unread"]) => set_unread(call, user, id),
        _ => return None,
    })
}

fn missing() -> AppError {
    fail(404, "app.post.get.app_error", "Unable to get the post.")
}

/// Returns a post that the caller may read.
pub(super) fn readable<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredPost, AppError> {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("post_id"));
    }
    let post = call.world.posts.get(id).filter(|post| post.delete_at == 0).ok_or_else(missing)?;
    if call.world.may_read(&me, &post.channel_id) { Ok(post) } else { Err(forbidden()) }
}

/// Returns a post that the caller may change.
fn own<'a>(call: &'a RouteCall<'_>, id: &str) -> Result<&'a StoredPost, AppError> {
    let me = call.user()?;
    let post = readable(call, id)?;
    if post.user_id == me || call.is_admin() { Ok(post) } else { Err(forbidden()) }
}

fn checked(call: &RouteCall<'_>, body: &Map<String, Value>) -> Result<NewPost, AppError> {
    let me = call.user()?;
    let channel_id = text(body, "channel_id");
    if !call.world.is_old() {
        let fits = |name: &str, fits: fn(&Value) -> bool| {
            body.get(name).is_none_or(|value| value.is_null() || fits(value))
        };
        if !fits("message", Value::is_string) || !fits("props", Value::is_object) {
            return Err(bad_body("post"));
        }
    }
    call.in_channel(channel_id, Permission::CreatePost)?;
    let channel = call.world.channel(channel_id).ok_or_else(forbidden)?;
    if channel.delete_at > 0 {
        let message = "Can not post to deleted channel.";
        return Err(fail(400, "api.post.create_post.can_not_post_to_deleted.error", message));
    }
    let kind = text(body, "type");
    if kind.starts_with("system_") {
        let message = "Invalid type parameter.";
        return Err(fail(400, "api.context.invalid_param.app_error", message));
    }
    if !matches!(kind, "" | "me" | "slack_attachment" | "reminder") && !kind.starts_with("custom_") {
        return Err(fail(400, "model.post.is_valid.type.app_error", "Invalid type."));
    }
    check_message(call, text(body, "message"))?;
    let root_id = text(body, "root_id");
    if !root_id.is_empty() {
        let root =
            call.world.posts.get(root_id).filter(|root| root.delete_at == 0 && root.root_id.is_empty());
        let Some(root) = root else {
            let message = "Invalid RootId parameter.";
            return Err(fail(400, "api.post.create_post.root_id.app_error", message));
        };
        if root.channel_id != channel_id {
            let message = "Invalid ChannelId for RootId parameter.";
            return Err(fail(400, "api.post.create_post.channel_root_id.app_error", message));
        }
    }
    let file_ids: Vec<String> = match body.get("file_ids") {
        None | Some(Value::Null) => Vec::new(),
        Some(ids) => serde_json::from_value(ids.clone()).map_err(|_| bad_body("post"))?,
    };
    if file_ids.len() > 10 {
        let message = "Invalid file ids. Note that uploads are limited to 10 files maximum.";
        return Err(fail(400, "model.post.is_valid.file_ids.app_error", message));
    }
    let props = match body.get("props") {
        Some(Value::Object(props)) => props.clone(),
        _ => Map::new(),
    };
    let priority =
        body.get("metadata").and_then(|metadata| metadata.get("priority")).filter(|one| !one.is_null());
    if priority.is_some() && !root_id.is_empty() {
        let id = "api.post.post_priority.priority_post_only_allowed_for_root_post.request_error";
        return Err(fail(400, id, "Only root posts can have a priority."));
    }
    let create_at = body.get("create_at").and_then(Value::as_i64).filter(|_| call.is_admin()).unwrap_or(0);
    Ok(NewPost {
        user_id: me,
        channel_id: channel_id.to_owned(),
        root_id: root_id.to_owned(),
        message: text(body, "message").to_owned(),
        kind: kind.to_owned(),
        props,
        file_ids,
        pending_post_id: text(body, "pending_post_id").to_owned(),
        priority: priority.cloned(),
        by_user: true,
        create_at,
        set_online: call.request.param("set_online") != Some("false"),
    })
}

fn check_message(call: &RouteCall<'_>, message: &str) -> Result<(), AppError> {
    if message.chars().count() > LONGEST {
        let text = "Post Message property is longer than the maximum permitted length.";
        let old = call.world.is_old();
        let (id, text) = if old {
            ("model.post.is_valid.msg.app_error", "Invalid message.")
        } else {
            ("model.post.is_valid.message_length.app_error", text)
        };
        return Err(fail(400, id, text));
    }
    Ok(())
}

fn create(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = match call.object("post") {
        // Old servers ignore what is not an object, if it is JSON.
        Err(_) if call.world.is_old() && call.body("post").is_ok() => Map::new(),
        body => body?,
    };
    let now = call.world.now();
    let key = text(&body, "pending_post_id").to_owned();
    call.world.pending.retain(|_, (_, at)| now - *at < REMEMBERED);
    match call.world.pending.get(&key) {
        Some((None, _)) => {
            let message = "Rejected post since another client is making the same request.";
            return Err(fail(500, "api.post.deduplicate_create_post.pending", message));
        }
        Some((Some(id), _)) => {
            // The key is shared by all accounts of the server: any user who may read the first post gets it.
            let known = call.world.posts.get(id).filter(|post| call.world.may_read(&me, &post.channel_id));
            if let Some(post) = known {
                let mut shown = call.world.post_json(post);
                let (channel, at) = (post.channel_id.clone(), post.create_at);
                if let Some(object) = shown.as_object_mut() {
                    object.remove("metadata");
                }
                if call.world.is_old() {
                    call.world.viewed(&me, &[(channel, at)]);
                }
                return Ok(ServerResponse::json(201, &shown));
            }
        }
        None => {}
    }
    let new = checked(call, &body)?;
    let shown = call.world.create_post(new);
    if !key.is_empty() {
        let id = shown.get("id").and_then(Value::as_str).map(str::to_owned);
        call.world.pending.insert(key, (id, now));
    }
    Ok(ServerResponse::json(201, &shown))
}

fn ephemeral(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("body")?;
    if text(&body, "user_id").is_empty() {
        return Err(bad_body("user_id"));
    }
    let Some(Value::Object(mut post)) = body.get("post").cloned() else { return Err(bad_body("post")) };
    call.admin()?;
    post.insert("user_id".into(), json!(me));
    let shown = call.world.send_ephemeral(text(&body, "user_id"), &post);
    Ok(ServerResponse::json(201, &shown))
}

fn edit(call: &mut RouteCall<'_>, id: &str, whole: bool) -> RouteResult {
    call.user()?;
    let body = call.object("post")?;
    if whole && text(&body, "id") != id {
        return Err(bad_body("id"));
    }
    let old = own(call, id)?.message.clone();
    let message = body.get("message").and_then(Value::as_str).map(str::to_owned);
    check_message(call, message.as_deref().unwrap_or_default())?;
    let (props, pinned) = (body.get("props").cloned(), body.get("is_pinned").and_then(Value::as_bool));
    let nothing =
        message.as_ref().is_none_or(|message| *message == old) && props.is_none() && pinned.is_none();
    if !nothing {
        call.world.edit_post(id, message, |post| {
            if let Some(Value::Object(props)) = props {
                post.props = props;
            }
            post.is_pinned = pinned.unwrap_or(post.is_pinned);
        });
    }
    readable(call, id).map(|post| ServerResponse::json(200, &call.world.post_json(post)))
}

fn restore(call: &mut RouteCall<'_>, id: &str, version: &str) -> RouteResult {
    own(call, id)?;
    let row = call.world.posts.get(version).filter(|row| row.original_id == id);
    let message = row.map(|row| row.message.clone()).ok_or_else(forbidden)?;
    call.world.edit_post(id, Some(message), |_| {});
    readable(call, id).map(|post| ServerResponse::json(200, &call.world.post_json(post)))
}

fn info(call: &RouteCall<'_>, id: &str) -> RouteResult {
    let me = call.user()?;
    let post = readable(call, id)?;
    let channel = call.world.channel(&post.channel_id).ok_or_else(missing)?;
    let team = call.world.team(&channel.team_id);
    Ok(ServerResponse::json(
        200,
        &json!({
            "channel_id": channel.id, "channel_type": channel.kind, "channel_display_name": channel.display_name,
            "has_joined_channel": channel.has(&me), "team_id": channel.team_id,
            "team_type": team.map_or("", |team| &team.kind),
            "team_display_name": team.map_or("", |team| &team.display_name),
            "has_joined_team": team.is_some_and(|team| team.has(&me)),
        }),
    ))
}

fn delete(call: &mut RouteCall<'_>, id: &str) -> RouteResult {
    let me = call.user()?;
    if !is_id(id) {
        return Err(bad_url("post_id"));
    }
    let post = call.world.posts.get(id).filter(|post| post.delete_at == 0);
    let post = post.ok_or_else(|| if call.world.is_old() { forbidden() } else { missing() })?;
    if post.user_id != me {
        call.in_channel(&post.channel_id, Permission::DeleteOthersPosts)?;
    }
    call.world.delete_post(id, &me);
    Ok(ServerResponse::done())
}

fn pin(call: &mut RouteCall<'_>, id: &str, pinned: bool) -> RouteResult {
    let channel = readable(call, id)?.channel_id.clone();
    if call.world.is_old() {
        call.in_channel(&channel, Permission::ReadChannel)?;
    }
    call.world.edit_post(id, None, |post| post.is_pinned = pinned);
    Ok(ServerResponse::done())
}

fn history(call: &RouteCall<'_>, id: &str) -> RouteResult {
    let post = readable(call, id)?;
    if post.user_id != call.user {
        return Err(forbidden());
    }
    let mut rows: Vec<&StoredPost> =
        call.world.posts.of_channel(&post.channel_id).filter(|row| row.original_id == id).collect();
    if rows.is_empty() {
        return Err(missing());
    }
    rows.reverse();
    let shown = rows.into_iter().map(|row| {
        let mut value = call.world.post_json(row);
        if let Some(object) = value.as_object_mut() {
            object.insert("message".into(), json!(row.message));
        }
        value
    });
    Ok(ServerResponse::json(200, &Value::Array(shown.collect())))
}

/// Updates `update_at` after a change of the reactions. The other times stay the same.
fn touch(call: &mut RouteCall<'_>, id: &str, name: &str, reaction: &Value) {
    let now = call.world.clock.tick();
    let changed = call.world.posts.change(id, |post| {
        post.update_at = now;
        post.channel_id.clone()
    });
    if let Some(channel) = changed {
        let data = json!({"reaction": reaction.to_string()});
        call.world.emit(&HubEvent::new(name, data).for_channel(&channel));
    }
}

/// Refuses names of emoji that do not exist. Servers before 6.0 refuse only those that no emoji can have.
fn check_emoji(call: &RouteCall<'_>, name: &str) -> Result<(), AppError> {
    let possible = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+_".contains(&byte));
    if possible && (call.world.is_old() || call.world.has_emoji(name)) {
        return Ok(());
    }
    if call.world.is_old() {
        return Err(fail(400, "model.reaction.is_valid.emoji_name.app_error", "Invalid emoji name."));
    }
    let message = "We couldn't find the emoji with this name.";
    Err(fail(404, "app.emoji.get_by_name.no_result", message))
}

fn react(call: &mut RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let body = call.object("reaction")?;
    let (user, id, name) = (text(&body, "user_id"), text(&body, "post_id"), text(&body, "emoji_name"));
    if !is_id(user) || !is_id(id) || name.is_empty() || name.len() > 64 {
        let message = "Invalid reaction.";
        return Err(fail(400, "api.reaction.save_reaction.invalid.app_error", message));
    }
    if user != me {
        let message = "You cannot save reaction for the other user.";
        return Err(fail(403, "api.reaction.save_reaction.user_id.app_error", message));
    }
    let channel = readable(call, id)?.channel_id.clone();
    call.in_channel(&channel, Permission::AddReaction)?;
    check_emoji(call, name)?;
    let now = call.world.now();
    let changed = call.world.posts.change(id, |post| {
        let known = post.reactions.iter().position(|one| one.user_id == me && one.emoji_name == name);
        let new = known.is_none();
        if new {
            let emoji_name = name.to_owned();
            post.reactions.push(StoredReaction { user_id: me.clone(), emoji_name, create_at: now });
        }
        let reaction = post.reactions.iter().find(|one| one.user_id == me && one.emoji_name == name);
        (new, reaction.map(|reaction| reaction.json(post)).unwrap_or_default())
    });
    let Some((new, shown)) = changed else { return Err(missing()) };
    if new {
        touch(call, id, "reaction_added", &shown);
    }
    Ok(ServerResponse::json(200, &shown))
}

fn unreact(call: &mut RouteCall<'_>, user: &str, id: &str, name: &str) -> RouteResult {
    let user = call.own(user)?;
    readable(call, id)?;
    let now = call.world.now();
    let others = |one: &StoredReaction| one.user_id != user || one.emoji_name != name;
    call.world.posts.change(id, |post| post.reactions.retain(others)).ok_or_else(missing)?;
    let shown = json!({
        "user_id": user, "post_id": id, "emoji_name": name, "create_at": 0, "update_at": now, "delete_at": 0,
        "remote_id": "", "channel_id": "",
    });
    touch(call, id, "reaction_removed", &shown);
    Ok(ServerResponse::done())
}

fn bulk_reactions(call: &RouteCall<'_>) -> RouteResult {
    let me = call.user()?;
    let old = call.world.is_old();
    let ids = call.texts("post_ids").map_err(|error| {
        let message = "Unable to get reactions for the posts.";
        if old { fail(500, "app.reaction.bulk_get_for_post_ids.app_error", message) } else { error }
    })?;
    let found = ids
        .iter()
        .filter_map(|id| call.world.posts.get(id))
        .filter(|post| !post.reactions.is_empty() && call.world.may_read(&me, &post.channel_id));
    let map: Map<String, Value> = found
        .map(|post| (post.id.clone(), post.reactions.iter().map(|reaction| reaction.json(post)).collect()))
        .collect();
    Ok(ServerResponse::json(200, &Value::Object(map)))
}

fn set_unread(call: &mut RouteCall<'_>, user: &str, id: &str) -> RouteResult {
    let user = call.own(user)?;
    let post = readable(call, id)?;
    let (channel_id, at) = (post.channel_id.clone(), post.create_at - 1);
    let before =
        call.world.posts.of_channel(&channel_id).filter(|row| row.create_at <= at && row.is_counted());
    let before = before.count();
    let before = i64::try_from(before).unwrap_or(0);
    let later = call.world.posts.made(&channel_id, at + 1..i64::MAX).filter(|row| row.delete_at == 0);
    let (mut mentions, mut root_mentions) = (0, 0);
    for post in later.filter(|post| call.world.mentions(post).contains(&user)) {
        mentions += 1;
        root_mentions += i64::from(post.root_id.is_empty());
    }
    let Some(channel) = call.world.channel_mut(&channel_id) else { return Err(missing()) };
    let team = channel.team_id.clone();
    let Some(member) = channel.member_mut(&user) else { return Err(forbidden()) };
    member.last_viewed_at = at;
    member.msg_count = before;
    member.mention_count = mentions;
    let mut shown = json!({
        "last_viewed_at": at, "mention_count": mentions, "mention_count_root": root_mentions,
        "msg_count": before, "msg_count_root": before, "urgent_mention_count": 0, "post_id": id,
    });
    let mut event = HubEvent::new("post_unread", shown.clone()).for_user(&user);
    event.scope.channel.clone_from(&channel_id);
    event.scope.team.clone_from(&team);
    call.world.emit(&event);
    if let Some(object) = shown.as_object_mut() {
        object.remove("post_id");
        object.insert("team_id".into(), json!(team));
        object.insert("user_id".into(), json!(user));
        object.insert("channel_id".into(), json!(channel_id));
    }
    Ok(ServerResponse::json(200, &shown))
}
