//! What is to be posted.

use std::borrow::Borrow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::{Attachment, ChannelId, FileId, PostId, PostPriority, PostType};

/// Longest text of a post, in characters (Unicode scalar values).
const LONGEST_MESSAGE: usize = 16_383;
/// Most files of a post.
const MOST_FILES: usize = 10;

/// A new post.
///
/// ```
/// use mattermost::{ChannelId, PostDraft, PostPriority};
/// # fn main() -> mattermost::Result<()> {
/// let town: ChannelId = "pfsuwsotginax8b81ua7hppyxc".parse()?;
/// let draft = PostDraft::new(&town, "The **door** is open").priority(PostPriority::important());
/// assert_eq!(draft.message, "The **door** is open");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostDraft {
    /// Where.
    pub channel_id: ChannelId,
    /// The text, in Markdown; up to 16,383 characters, and empty only with files or attachments.
    pub message: String,
    /// The first post of the thread to answer in. A reply cannot be answered: its `root_id` can.
    #[serde(skip_serializing_if = "PostId::is_empty")]
    pub root_id: PostId,
    /// Files that were uploaded for this channel, 10 at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_ids: Vec<FileId>,
    /// Free-form; `attachments` are in here.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub props: Map<String, Value>,
    /// Importance; only for first posts of a thread.
    #[serde(rename = "metadata", skip_serializing_if = "Option::is_none", serialize_with = "as_metadata")]
    pub priority: Option<PostPriority>,
    /// What the server recognises a repetition by, for 30 s. Made by `create` if it is empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pending_post_id: String,
    /// What kind of post. Types of the server's own (`system_..`) are refused.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<PostType>,
    /// See [`key`](Self::key).
    #[serde(skip)]
    pub key: Option<String>,
    /// Whether the account counts as online for having posted; it does by default.
    #[serde(skip)]
    pub set_online: Option<bool>,
}

impl PostDraft {
    /// A text for a channel.
    pub fn new(channel: impl Into<ChannelId>, message: impl Into<String>) -> Self {
        Self {
            channel_id: channel.into(),
            message: message.into(),
            root_id: PostId::default(),
            file_ids: Vec::new(),
            props: Map::new(),
            priority: None,
            pending_post_id: String::new(),
            kind: None,
            key: None,
            set_online: None,
        }
    }

    /// Answers in a thread: with the id of its first post.
    #[must_use]
    pub fn root_id(mut self, root: impl Into<PostId>) -> Self {
        self.root_id = root.into();
        self
    }

    /// Files that were uploaded for this channel, 10 at most.
    #[must_use]
    pub fn file_ids<I: Into<FileId>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.file_ids = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Replaces all props.
    #[must_use]
    pub fn props(mut self, props: Map<String, Value>) -> Self {
        self.props = props;
        self
    }

    /// A prop of your own.
    #[must_use]
    pub fn prop(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.props.insert(key.into(), value.into());
        self
    }

    /// One more attachment.
    #[must_use]
    pub fn attachment(mut self, attachment: impl Borrow<Attachment>) -> Self {
        let value = serde_json::to_value(attachment.borrow()).unwrap_or_default();
        match self.props.get_mut(ATTACHMENTS).and_then(Value::as_array_mut) {
            Some(list) => list.push(value),
            None => drop(self.props.insert(ATTACHMENTS.into(), Value::Array(vec![value]))),
        }
        self
    }

    /// Importance; only for first posts of a thread.
    #[must_use]
    pub fn priority(mut self, priority: PostPriority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// What the server recognises a repetition by, for 30 s. **Everybody on the server shares these**: with a text
    /// that somebody else used, their post would be the answer. So `create` makes a good one, and sends a draft with
    /// one of yours only once. See [`key`](Self::key).
    #[must_use]
    pub fn pending_post_id(mut self, id: impl Into<String>) -> Self {
        self.pending_post_id = id.into();
        self
    }

    /// What kind of post: [`PostType::Me`] or one of your own that begins with `custom_`.
    #[must_use]
    pub fn kind(mut self, kind: PostType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Marks the post with a key of yours, kept in `props.key`, so that a later run of the program finds it with
    /// `posts().find_key(..)`. Two posts of this account with one key in one channel within 30 s become one.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        let key = key.into();
        self.props.insert(KEY.into(), Value::from(key.as_str()));
        self.key = Some(key);
        self
    }

    /// With `false`, the account does not go online for having posted.
    #[must_use]
    pub fn set_online(mut self, online: bool) -> Self {
        self.set_online = Some(online);
        self
    }

    /// Whether it may be sent.
    pub(crate) fn check(&self) -> Result<()> {
        let length = self.message.chars().count();
        if length > LONGEST_MESSAGE {
            return Err(Error::input(format!(
                "the message has {length} characters, a post takes {LONGEST_MESSAGE} at most"
            ))
            .with_hint("post it in parts, or as a file"));
        }
        let files = self.file_ids.len();
        if files > MOST_FILES {
            return Err(Error::input(format!("{files} files, a post takes {MOST_FILES} at most")));
        }
        if self.message.is_empty() && files == 0 && !self.props.contains_key(ATTACHMENTS) {
            return Err(Error::input("the post is empty: no message, no file, no attachment")
                .with_hint("give it one of them"));
        }
        Ok(())
    }
}

pub(crate) const KEY: &str = "key";
const ATTACHMENTS: &str = "attachments";

#[expect(clippy::ref_option, reason = "the form that serde asks for")]
fn as_metadata<S: serde::Serializer>(priority: &Option<PostPriority>, to: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap as _;
    let mut metadata = to.serialize_map(Some(1))?;
    metadata.serialize_entry("priority", priority)?;
    metadata.end()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sends_what_was_set_and_nothing_else() {
        let channel: ChannelId = "pfsuwsotginax8b81ua7hppyxc".parse().unwrap();
        let draft = PostDraft::new(&channel, "hello");
        let sent = |draft: &PostDraft| serde_json::to_value(draft).unwrap();
        assert_eq!(sent(&draft), json!({"channel_id": channel, "message": "hello"}));
        let card = Attachment::new().title("t");
        let draft = draft.key("k").attachment(&card).attachment(card).priority(PostPriority::urgent());
        assert_eq!(
            sent(&draft),
            json!({
                "channel_id": channel,
                "message": "hello",
                "props": {"key": "k", "attachments": [{"title": "t"}, {"title": "t"}]},
                "metadata": {"priority": {
                    "priority": "urgent", "requested_ack": false, "persistent_notifications": false
                }},
            })
        );
    }
}
