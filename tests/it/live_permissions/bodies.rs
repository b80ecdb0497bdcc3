//! The request bodies of the routes that are asked.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Calls that answer nothing here, or that others on the server would notice.
const NOT_ASKED: &[&str] = &[
    "POST /users/sessions/revoke/all", // if it is allowed, everybody is logged out
    "POST /users/{user_id}/image",     // multipart
    "POST /users/{user_id}/mfa/generate",
];

/// `true` for a DELETE, and for a route with a body below.
pub(super) fn is_asked(name: &str, route: &str) -> bool {
    if NOT_ASKED.contains(&route) {
        return false;
    }
    route.starts_with("DELETE ")
        || WITHOUT_BODY.contains(&route)
        || body(name, route, &BTreeMap::new()).is_some()
}

const WITHOUT_BODY: &[&str] = &[
    "POST /posts/{post_id}/pin",
    "POST /posts/{post_id}/unpin",
    "PUT /users/{user_id}/teams/{team_id}/threads/{thread_id}/following",
    "PUT /users/{user_id}/teams/{team_id}/threads/read",
    "PUT /users/{user_id}/teams/{team_id}/threads/{thread_id}/read/{timestamp}",
    "POST /users/{user_id}/teams/{team_id}/threads/{thread_id}/set_unread/{post_id}",
    "POST /users/{user_id}/posts/{post_id}/ack",
    "POST /users/{user_id}/sessions/revoke/all",
    "POST /users/{user_id}/email/verify/member",
    "POST /users/{user_id}/promote",
    "POST /users/{user_id}/demote",
    "POST /users/{user_id}/reset_failed_attempts",
    "POST /users/{user_id}/convert_to_bot",
    "POST /channels/{channel_id}/restore",
    "POST /teams/{team_id}/restore",
    "POST /teams/{team_id}/regenerate_invite_id",
    "POST /caches/invalidate",
];

/// The body of a route. The values are empty while only its existence matters.
pub(super) fn body(name: &str, route: &str, values: &BTreeMap<&'static str, String>) -> Option<Value> {
    let get = |name: &str| values.get(name).cloned().unwrap_or_default();
    let (user, other, team) = (get("user_id"), get("other_user_id"), get("team_id"));
    let (channel, post, short) = (get("channel_id"), get("post_id"), get("channel_name"));
    Some(match route {
        "POST /posts" => json!({"channel_id": channel, "message": "one more"}),
        "POST /posts/ephemeral" => {
            json!({"user_id": user, "post": {"channel_id": channel, "message": "for one"}})
        }
        "PUT /posts/{post_id}" => json!({"id": post, "message": "changed"}),
        "PUT /posts/{post_id}/patch" => json!({"message": "changed"}),
        "POST /posts/ids" => json!([post]),
        "POST /reactions" => json!({"user_id": user, "post_id": post, "emoji_name": "tada"}),
        "POST /posts/ids/reactions" => json!([post]),
        "POST /users/{user_id}/posts/{post_id}/set_unread" => json!({}),
        "POST /users/{user_id}/posts/{post_id}/reminder" => json!({"target_time": 4_000_000_000_u64}),
        "POST /teams/{team_id}/posts/search" => json!({"terms": "post", "is_or_search": false}),
        "POST /drafts" => json!({"channel_id": channel, "message": "draft"}),
        "POST /channels" => json!({
            "team_id": team, "name": format!("{short}-2"), "display_name": "Second",
            "type": if name.contains("private") { "P" } else { "O" },
        }),
        "POST /channels/direct" => json!([user, other]),
        "POST /channels/search" => json!({"term": "own"}),
        "POST /teams/{team_id}/channels/search" => json!({"term": "own"}),
        "POST /teams/{team_id}/channels/search_archived" => json!({"term": "own"}),
        "POST /teams/{team_id}/channels/ids" => json!([channel]),
        "PUT /channels/{channel_id}" => json!({"id": channel, "display_name": "Changed", "name": short}),
        "PUT /channels/{channel_id}/patch" => json!({"header": "changed"}),
        "PUT /channels/{channel_id}/privacy" => json!({"privacy": "P"}),
        "POST /channels/{channel_id}/members" => json!({"user_id": other}),
        "POST /channels/{channel_id}/members/ids" => json!([user]),
        "PUT /channels/{channel_id}/members/{user_id}/roles" => json!({"roles": "channel_user"}),
        "PUT /channels/{channel_id}/members/{user_id}/schemeRoles" => {
            json!({"scheme_user": true, "scheme_admin": true})
        }
        "PUT /channels/{channel_id}/members/{user_id}/notify_props" => json!({"desktop": "all"}),
        "POST /channels/members/{user_id}/view" => json!({"channel_id": channel}),
        "POST /channels/members/{user_id}/mark_read" => json!([channel]),
        "POST /channels/{channel_id}/convert_to_channel" => json!({"team_id": team, "name": "x"}),
        "POST /users/{user_id}/teams/{team_id}/channels/categories" => json!({
            "user_id": user, "team_id": team, "display_name": "Mine", "type": "custom",
        }),
        "POST /teams" => json!({"name": format!("{short}-t"), "display_name": "Mine", "type": "O"}),
        "POST /teams/search" => json!({"term": "live"}),
        "PUT /teams/{team_id}/patch" => json!({"description": "changed"}),
        "PUT /teams/{team_id}/privacy" => json!({"privacy": "I"}),
        "POST /teams/{team_id}/members" => json!({"team_id": team, "user_id": other}),
        "POST /teams/{team_id}/members/ids" => json!([user]),
        "PUT /teams/{team_id}/members/{user_id}/roles" => json!({"roles": "team_user"}),
        "PUT /teams/{team_id}/members/{user_id}/schemeRoles" => {
            json!({"scheme_user": true, "scheme_admin": true})
        }
        "POST /teams/{team_id}/invite/email" => json!(["somebody@example.com"]),
        "POST /users/ids" | "POST /users/status/ids" => json!([user]),
        "POST /users/usernames" => json!([get("username")]),
        "POST /users/search" => json!({"term": "own"}),
        "PUT /users/{user_id}/patch" => json!({"nickname": "changed"}),
        "PUT /users/{user_id}/password" => {
            json!({"current_password": "Passw0rd-of-a-test", "new_password": "Passw0rd-of-a-test2"})
        }
        "PUT /users/{user_id}/roles" => json!({"roles": "system_user"}),
        "PUT /users/{user_id}/status" => json!({"user_id": user, "status": "away"}),
        "PUT /users/{user_id}/status/custom" => json!({"emoji": "coffee", "text": "break"}),
        "POST /users/{user_id}/typing" => json!({"channel_id": channel}),
        "POST /users/{user_id}/tokens" => json!({"description": "test"}),
        "PUT /users/{user_id}/preferences" | "POST /users/{user_id}/preferences/delete" => {
            json!([{"user_id": user, "category": "test", "name": "name", "value": "1"}])
        }
        "POST /emoji/search" => json!({"term": "smi"}),
        "POST /emoji/names" => json!(["smile"]),
        "POST /roles/names" => json!(["system_user"]),
        "POST /hooks/incoming" => json!({"channel_id": channel, "display_name": "hook"}),
        "POST /hooks/outgoing" => json!({
            "team_id": team, "display_name": "hook", "trigger_words": [short],
            "callback_urls": ["http://127.0.0.1/"],
        }),
        "POST /commands" => json!({
            "team_id": team, "trigger": short, "url": "http://127.0.0.1/", "method": "P",
        }),
        "POST /commands/execute" => json!({"channel_id": channel, "command": "/away"}),
        "POST /bots" => json!({"username": format!("bot{}", get("username"))}),
        "POST /oauth/apps" => json!({
            "name": "app", "description": "x", "homepage": "http://127.0.0.1/",
            "callback_urls": ["http://127.0.0.1/"],
        }),
        "PUT /config/patch" => json!({}),
        "POST /uploads" => json!({"channel_id": channel, "filename": "a.txt", "file_size": 4}),
        _ => return None,
    })
}
