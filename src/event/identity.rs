//! The identity of an event: equal wherever and however the event is received.

use super::{Event, EventKind, Origin};
use crate::model::json::decode_event;
use crate::time::Timestamp;

/// Servers set `update_at` shortly after `edit_at`: 1 ms later in 14 of 309 edits on a real server. A pin, which
/// changes `update_at` only, needs a separate request and is later than this.
const EDIT_TOLERANCE_MS: i64 = 10;

// Separate types, so that a program that needs only identities does not contain the decoders of all events.
members! {
    struct PostMember {
        #[serde(with = "super::embedded")]
        post: PostIdentity,
    }
}

members! {
    struct ReactionMember {
        #[serde(with = "super::embedded")]
        reaction: ReactionStub,
    }
}

members! {
    struct PostIdentity {
        id: String,
        update_at: Timestamp,
        edit_at: Timestamp,
    }
}

members! {
    struct ReactionStub {
        user_id: String,
        post_id: String,
        emoji_name: String,
        create_at: Timestamp,
        update_at: Timestamp,
    }
}

impl Event {
    /// Returns the identity of the event: a short text without spaces that all copies of the event share, and that no
    /// other event of the server has.
    ///
    /// An event has the same identity whether it is received live, resumed or caught up, on any connection, by any
    /// process and by any account. A program that stores events can therefore use it as a unique key, and as the
    /// [`PostDraft::key`](crate::PostDraft::key) of the post that responds to it.
    ///
    /// | event | identity |
    /// |---|---|
    /// | `posted` | `posted:{post}` |
    /// | `post_edited`, of text, files or attachments | `post_edited:{post}:{edit_at}` |
    /// | `post_edited`, of anything else, such as a pin | `post_updated:{post}:{update_at}` |
    /// | `post_deleted` | `post_deleted:{post}` |
    /// | `reaction_added` | `reaction_added:{post}:{user}:{emoji}:{create_at}` |
    /// | `reaction_removed` | `reaction_removed:{post}:{user}:{emoji}:{update_at}` |
    ///
    /// `None` for all other events, for notifications of the stream, and for data that does not match its type. To
    /// identify any other event of the server, combine [`connection_id`](Self::connection_id) and [`seq`](Self::seq):
    /// sequence numbers are unique only within a connection.
    ///
    /// A `posted` event that a catch-up delivers after an edit contains the edited text, and its
    /// [`edit_identity`](Self::edit_identity) is the identity of that edit.
    ///
    /// ```
    /// # use mattermost::Event;
    /// let event = Event::from_json(
    ///     r#"{"event":"posted","data":{"post":"{\"id\":\"736caaqdfpd4zmtpqqma9fa9er\"}"}}"#,
    /// )?;
    /// assert_eq!(event.identity().as_deref(), Some("posted:736caaqdfpd4zmtpqqma9fa9er"));
    /// # Ok::<(), mattermost::Error>(())
    /// ```
    pub fn identity(&self) -> Option<String> {
        let name = self.name();
        match self.kind() {
            EventKind::Posted | EventKind::PostDeleted => {
                self.post_stub().map(|post| format!("{name}:{}", post.id))
            }
            EventKind::PostEdited => self.post_stub().map(|post| {
                let late = post.update_at.as_millis().saturating_sub(post.edit_at.as_millis());
                // A catch-up returns text edits only, and `update_at` may have moved on since.
                if self.origin() == Origin::CaughtUp || late <= EDIT_TOLERANCE_MS {
                    edit_key(&post)
                } else {
                    format!("post_updated:{}:{}", post.id, post.update_at.as_millis())
                }
            }),
            EventKind::ReactionAdded | EventKind::ReactionRemoved => {
                let ReactionMember { reaction } = self.with_data(decode_event).ok()?;
                let ReactionStub { post_id, user_id, emoji_name, create_at, update_at } = reaction;
                let time = if create_at.is_never() { update_at } else { create_at };
                (!post_id.is_empty())
                    .then(|| format!("{name}:{post_id}:{user_id}:{emoji_name}:{}", time.as_millis()))
            }
            _ => None,
        }
    }

    /// Returns the identity of the edit that a `posted` event already contains, because a catch-up fetched the post
    /// after it was edited. `None` for all other events.
    ///
    /// Such an event represents both the post and its edit. A program that discards duplicates by identity must keep
    /// the event unless both identities are known. Otherwise, a program that received the post before the edit misses
    /// the edit.
    pub fn edit_identity(&self) -> Option<String> {
        let post = if self.kind() == EventKind::Posted { self.post_stub() } else { None };
        post.filter(|post| !post.edit_at.is_never()).as_ref().map(edit_key)
    }

    fn post_stub(&self) -> Option<PostIdentity> {
        let PostMember { post } = self.with_data(decode_event).ok()?;
        (!post.id.is_empty()).then_some(post)
    }
}

fn edit_key(post: &PostIdentity) -> String {
    format!("post_edited:{}:{}", post.id, post.edit_at.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Broadcast, Payload, write_envelope};

    fn post(kind: &str, times: &str) -> Event {
        let post = format!(r#"{{"id":"736caaqdfpd4zmtpqqma9fa9er",{times}"message":"x"}}"#);
        let data = serde_json::json!({ "post": post });
        Event::from_json(&serde_json::json!({"event": kind, "data": data, "seq": 3}).to_string()).unwrap()
    }

    #[test]
    fn distinguishes_edits_from_other_updates() {
        let of = |times: &str| post("post_edited", times).identity().unwrap();
        let edited = "post_edited:736caaqdfpd4zmtpqqma9fa9er:50";
        assert_eq!(of(r#""edit_at":50,"update_at":50,"#), edited);
        assert_eq!(of(r#""edit_at":50,"update_at":51,"#), edited);
        assert_eq!(of(r#""edit_at":50,"update_at":90,"#), "post_updated:736caaqdfpd4zmtpqqma9fa9er:90");
        assert_eq!(of(r#""edit_at":0,"update_at":90,"#), "post_updated:736caaqdfpd4zmtpqqma9fa9er:90");
        // A catch-up finds the edit after a reply moved `update_at`.
        let live = post("post_edited", r#""edit_at":50,"update_at":90,"#);
        let caught_up = Event::caught_up(EventKind::PostEdited, live.raw().into());
        assert_eq!(caught_up.identity().unwrap(), edited);
    }

    #[test]
    fn a_post_found_after_its_edit_stands_for_both() {
        let posted = post("posted", r#""edit_at":50,"update_at":50,"#);
        assert_eq!(posted.identity().unwrap(), "posted:736caaqdfpd4zmtpqqma9fa9er");
        assert_eq!(posted.edit_identity(), post("post_edited", r#""edit_at":50,"update_at":51,"#).identity());
        assert_eq!(post("posted", "").edit_identity(), None);
        assert_eq!(post("post_edited", r#""edit_at":50,"update_at":50,"#).edit_identity(), None);
        assert_eq!(
            post("post_deleted", r#""edit_at":50,"#).identity().unwrap(),
            "post_deleted:736caaqdfpd4zmtpqqma9fa9er"
        );
    }

    #[test]
    fn reactions_have_the_time_that_the_server_reports() {
        let of = |name: &str, create_at: i64| {
            let reaction = serde_json::json!({
                "user_id": "u", "post_id": "p", "emoji_name": "+1", "create_at": create_at, "update_at": 9
            });
            let data = serde_json::json!({ "reaction": reaction.to_string() });
            let text = serde_json::json!({"event": name, "data": data, "seq": 1}).to_string();
            Event::from_json(&text).unwrap().identity()
        };
        assert_eq!(of("reaction_added", 7).unwrap(), "reaction_added:p:u:+1:7");
        assert_eq!(of("reaction_removed", 0).unwrap(), "reaction_removed:p:u:+1:9");
    }

    #[test]
    fn all_others_have_none() {
        let without = [
            r#"{"event":"typing","data":{"user_id":"u"},"seq":1}"#,
            r#"{"event":"posted","data":{"post":7},"seq":1}"#,
            r#"{"event":"posted","data":{"post":""},"seq":1}"#,
            r#"{"event":"posted","data":{},"seq":1}"#,
            r#"{"event":"posted","data":[],"seq":1}"#,
            r#"{"event":"reaction_added","data":{"reaction":"{}"},"seq":1}"#,
        ];
        for text in without {
            let event = Event::from_json(text).unwrap();
            assert_eq!((event.identity(), event.edit_identity()), (None, None), "{text}");
        }
        let notice = Event::from_notification(Payload::CaughtUp(Box::default()));
        assert_eq!(notice.identity(), None);
        let text = write_envelope("posted", &(), &Broadcast::default(), None);
        assert_eq!(Event::caught_up(EventKind::Posted, text).identity(), None);
    }
}
