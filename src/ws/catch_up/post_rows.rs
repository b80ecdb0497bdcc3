//! Conversion of rows of `posts?since=` to events.

use std::collections::HashMap;

use serde_json::Value;

use super::dedup::{DedupKey, KnownKeys, PostVersion};
use crate::event::{Broadcast, Event, EventKind, PostDeleted, PostEdited, Posted, write_envelope};
use crate::model::{Channel, Post, UserId};
use crate::time::Timestamp;

/// Returns the kind of event that a row represents since `since`, unless `is_known` says that it was delivered.
///
/// Rows with an `original_id` are edit history. Posts that were created and deleted in the gap are ignored, and so
/// are reactions, pins and replies, which only change `update_at`.
pub(crate) fn event_kind_of(
    row: &Post,
    since: Timestamp,
    is_known: impl Fn(DedupKey) -> bool,
) -> Option<EventKind> {
    if row.id.is_empty() || !row.original_id.is_empty() {
        return None;
    }
    let version = PostVersion::of_post(row);
    // A post that was delivered is not new, whatever its date.
    let new = row.create_at > since && !is_known(version.posted_key());
    if !row.delete_at.is_never() {
        let gone = !new && row.delete_at > since && !is_known(version.deleted_key());
        return gone.then_some(EventKind::PostDeleted);
    }
    if new {
        return Some(EventKind::Posted);
    }
    (row.edit_at > since && !is_known(version.edited_key())).then_some(EventKind::PostEdited)
}

/// Returns `true` if the post was created and deleted within the gap. It is never reported.
pub(crate) fn came_and_went(row: &Post, since: Timestamp, is_known: impl Fn(DedupKey) -> bool) -> bool {
    let gone = row.original_id.is_empty() && !row.delete_at.is_never();
    gone && row.create_at > since && !is_known(PostVersion::of_post(row).posted_key())
}

/// Returns `true` if the post was delivered before the gap and is unchanged. `before` contains the delivered posts.
pub(super) fn is_unchanged(row: &Post, since: Timestamp, before: &KnownKeys) -> bool {
    let same = row.delete_at.is_never() && row.edit_at <= since;
    same && row.original_id.is_empty() && before.contains(PostVersion::of_post(row).posted_key())
}

/// Returns the envelope that the server would have sent.
pub(crate) fn row_envelope(
    kind: EventKind,
    post: Post,
    channel: &Channel,
    names: &HashMap<UserId, Box<str>>,
) -> Event {
    let broadcast = Broadcast { channel_id: post.channel_id.clone(), ..Broadcast::default() };
    let text = match kind {
        EventKind::Posted => {
            let sender_name = sender_name(&post, channel, names);
            let posted = Posted {
                channel_type: channel.kind.clone(),
                channel_display_name: if channel.is_direct() {
                    sender_name.clone()
                } else {
                    channel.display_name.clone()
                },
                channel_name: channel.name.clone(),
                sender_name,
                team_id: channel.team_id.clone(),
                other_file: !post.file_ids.is_empty(),
                image: post.metadata.files.iter().any(|file| file.mime_type.starts_with("image/")),
                post,
                ..Posted::default()
            };
            write_envelope(kind.name(), &posted, &broadcast, None)
        }
        EventKind::PostDeleted => {
            write_envelope(kind.name(), &PostDeleted { post, ..PostDeleted::default() }, &broadcast, None)
        }
        _ => write_envelope(kind.name(), &PostEdited { post }, &broadcast, None),
    };
    Event::caught_up(kind, text)
}

/// Returns the sender as the server writes it: `System`, or the username with `@`.
fn sender_name(post: &Post, channel: &Channel, names: &HashMap<UserId, Box<str>>) -> String {
    if post.kind.is_system() {
        return "System".into();
    }
    let of_hook = !channel.is_direct() && post.props.get("from_webhook").is_some_and(|flag| flag == "true");
    let instead = post.props.get("override_username").and_then(Value::as_str).filter(|_| of_hook);
    match (instead, names.get(&post.user_id)) {
        (Some(name), _) => name.to_owned(),
        (None, Some(name)) => format!("@{name}"),
        (None, None) => String::new(),
    }
}

/// Returns `true` if the event of this row needs the username of the author.
pub(crate) fn needs_name(kind: EventKind, row: &Post) -> bool {
    kind == EventKind::Posted && !row.kind.is_system() && !row.user_id.is_empty()
}

/// Returns the time of a row's event.
pub(super) fn event_time(kind: EventKind, post: &Post) -> Timestamp {
    match kind {
        EventKind::Posted => post.create_at,
        EventKind::PostDeleted => post.delete_at,
        _ => post.edit_at,
    }
}
