//! Members of JSON objects that servers before 6.0 do not send.

use serde_json::{Map, Value};

/// A member, and the members of the object by which its kind is known. An empty list is any object.
const NEWER_MEMBERS: &[(&str, &[&str])] = &[
    ("remote_id", &["auth_service"]),
    ("remote_id", &["hashtags"]),
    ("cloud_limits_archived", &[]),
    ("urgent_mention_count", &[]),
    ("delete_at", &["unread_replies"]),
    ("previous_unread_mentions", &["timestamp"]),
    ("previous_unread_replies", &["timestamp"]),
    ("updatedCategories", &[]),
    ("thread_count", &["mention_count"]),
    ("thread_mention_count", &["mention_count"]),
    ("thread_urgent_mention_count", &["mention_count"]),
    ("total_unread_urgent_mentions", &["threads"]),
    ("is_urgent", &["reply_count"]),
    ("autotranslation_disabled", &["notify_props"]),
    ("channel_auto_follow_threads", &["mark_unread"]),
    ("first_inaccessible_post_time", &["order"]),
    ("has_next", &["order"]),
    ("archived", &["mime_type"]),
    ("channel_id", &["emoji_name"]),
    ("sort_order", &["channel_ids"]),
    ("files_count", &["pinnedpost_count"]),
    ("multiselect", &["display_name"]),
];

/// Members that only servers before 6.0 send, or send with another value.
const OLDER_MEMBERS: &[(&str, &[&str], &str)] =
    &[("auth_data", &["username", "auth_service"], "\"\""), ("channel_id", &["mime_type"], "\"\"")];

/// Members with data of users, which are sent as they were given.
const OPAQUE_MEMBERS: [&str; 3] = ["props", "context", "submission"];

/// Changes a value to what a server before 6.0 sends. JSON in texts is changed too.
pub(super) fn to_old(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(to_old),
        Value::Object(object) => object_to_old(object),
        _ => {}
    }
}

fn object_to_old(object: &mut Map<String, Value>) {
    let is_kind =
        |object: &Map<String, Value>, marks: &[&str]| marks.iter().all(|mark| object.contains_key(*mark));
    for (name, marks) in NEWER_MEMBERS {
        if is_kind(object, marks) {
            object.remove(*name);
        }
    }
    for (name, marks, value) in OLDER_MEMBERS {
        if is_kind(object, marks) {
            object.insert((*name).to_owned(), serde_json::from_str(value).unwrap_or_default());
        }
    }
    // Empty lists of files are left out of posts.
    if object.contains_key("hashtags")
        && object.get("file_ids").and_then(Value::as_array).is_none_or(Vec::is_empty)
    {
        object.remove("file_ids");
    }
    for (name, member) in object.iter_mut() {
        if OPAQUE_MEMBERS.contains(&&**name) {
            continue;
        }
        match member {
            Value::String(text) if text.starts_with("{\"") || text.starts_with("[{\"") => {
                if let Ok(mut inner) = serde_json::from_str(text) {
                    to_old(&mut inner);
                    *text = inner.to_string();
                }
            }
            other => to_old(other),
        }
    }
}
