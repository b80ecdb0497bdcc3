//! What a post carries beside its text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::model::{ChannelId, Emoji, FileInfo, Json, PostId, Reaction, RemoteId, UserId};

/// What a post carries beside its text. Only in answers.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PostMetadata {
    /// Previews of links, and marks for attachments.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub embeds: Vec<PostEmbed>,
    /// Custom emoji of its text and reactions.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub emojis: Vec<Emoji>,
    /// Its files.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub files: Vec<FileInfo>,
    /// Sizes of the images it shows, by address.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub images: BTreeMap<String, PostImage>,
    /// Its reactions.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub reactions: Vec<Reaction>,
    /// Its priority, if it was given one.
    pub priority: Option<PostPriority>,
    /// Who acknowledged it.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub acknowledgements: Vec<PostAcknowledgement>,
    /// Translations, by language.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub translations: BTreeMap<String, PostTranslation>,
    /// When a post that burns on reading vanishes.
    pub expire_at: Timestamp,
    /// Who may read a post that burns on reading.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub recipients: Vec<UserId>,
}

open_enum! {
    /// What is embedded.
    PostEmbedType {
        /// A picture that a link leads to.
        Image = "image",
        /// The attachments of the post.
        MessageAttachment = "message_attachment",
        /// A page, with the description it gives of itself.
        OpenGraph = "opengraph",
        /// A page without a description.
        Link = "link",
        /// Another post.
        Permalink = "permalink",
        /// A card of Boards.
        Boards = "boards",
    }
}

open_enum! {
    /// How important a post is.
    Priority {
        /// As all others.
        Standard = "",
        /// Marked as important.
        Important = "important",
        /// Marked as urgent.
        Urgent = "urgent",
    }
}

/// Something that is shown below a post.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PostEmbed {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: PostEmbedType,
    /// Where it comes from.
    pub url: String,
    /// What there is to show; differs by kind.
    pub data: Json,
}

/// Size of an image.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PostImage {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// `png`, `jpeg`, `gif`, ..
    pub format: String,
    /// Frames of an animation.
    pub frame_count: u32,
}

/// Importance of a post, and what it asks of its readers. Only first posts of a thread may have it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PostPriority {
    /// How important.
    pub priority: Priority,
    /// Whether readers are asked to acknowledge it; needs a licence.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub requested_ack: bool,
    /// Whether those mentioned are notified again and again; needs a licence, `urgent`, 1 to 5 mentions.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub persistent_notifications: bool,
}

impl PostPriority {
    /// Marked as important.
    pub fn important() -> Self {
        Self { priority: Priority::Important, ..Self::default() }
    }

    /// Marked as urgent.
    pub fn urgent() -> Self {
        Self { priority: Priority::Urgent, ..Self::default() }
    }

    /// Asks readers to acknowledge it.
    #[must_use]
    pub fn request_ack(mut self) -> Self {
        self.requested_ack = true;
        self
    }

    /// Notifies those mentioned again and again until they react.
    #[must_use]
    pub fn notify_persistently(mut self) -> Self {
        self.persistent_notifications = true;
        self
    }
}

/// Somebody acknowledged a post.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PostAcknowledgement {
    /// Who.
    pub user_id: UserId,
    /// Which post.
    pub post_id: PostId,
    /// When; 0 if it was taken back.
    pub acknowledged_at: Timestamp,
    /// Where.
    pub channel_id: ChannelId,
    /// The other server it comes from.
    pub remote_id: RemoteId,
}

/// A translation of a post.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PostTranslation {
    /// The text.
    pub text: String,
    /// The parts, where it is more than a text.
    pub object: Json,
    /// `string` or `object`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `ready`, `skipped`, `unavailable`, ..
    pub state: String,
    /// The language it was translated from.
    pub source_lang: String,
}
