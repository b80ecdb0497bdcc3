//! Additional data of a post.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::model::{ChannelId, Emoji, FileInfo, Json, PostId, Reaction, RemoteId, UserId};

model! {
    /// Additional data of a post. Only set in responses.
    pub struct PostMetadata {
        /// Link previews and attachment markers.
        pub embeds: Vec<PostEmbed>,
        /// Custom emoji used in the text and reactions.
        pub emojis: Vec<Emoji>,
        /// The attached files.
        pub files: Vec<FileInfo>,
        /// Image dimensions by URL.
        pub images: BTreeMap<String, PostImage>,
        /// The reactions.
        pub reactions: Vec<Reaction>,
        /// The priority, if set.
        pub priority: Option<PostPriority>,
        /// The acknowledgements.
        pub acknowledgements: Vec<PostAcknowledgement>,
        /// Translations by language.
        pub translations: BTreeMap<String, PostTranslation>,
        /// Time at which a burn-on-read post is deleted.
        pub expire_at: Timestamp,
        /// Users who may read a burn-on-read post.
        pub recipients: Vec<UserId>,
    }
}

open_enum! {
    /// Type of an embed.
    PostEmbedType {
        /// An image.
        Image = "image",
        /// The attachments of the post.
        MessageAttachment = "message_attachment",
        /// A web page with `OpenGraph` metadata.
        OpenGraph = "opengraph",
        /// A web page without metadata.
        Link = "link",
        /// A link to another post; see [`Post::permalink`](crate::Post::permalink).
        Permalink = "permalink",
        /// A card of Boards.
        Boards = "boards",
    }
}

open_enum! {
    /// Priority of a post.
    Priority {
        /// Standard priority.
        Standard = "",
        /// Marked as important.
        Important = "important",
        /// Marked as urgent.
        Urgent = "urgent",
    }
}

model! {
    /// Content embedded below a post.
    pub struct PostEmbed {
        /// The embed type.
        #[serde(rename = "type")]
        pub kind: PostEmbedType,
        /// URL of the embedded content.
        pub url: String,
        /// The embed data, depending on the type.
        pub data: Json,
    }
}

model! {
    /// Dimensions of an image.
    pub struct PostImage {
        /// Width in pixels.
        pub width: u32,
        /// Height in pixels.
        pub height: u32,
        /// Image format, for example `png`, `jpeg` or `gif`.
        pub format: String,
        /// Number of animation frames.
        pub frame_count: u32,
    }
}

model! {
    /// Priority settings of a post. Only allowed for root posts.
    pub struct PostPriority {
        /// The priority.
        pub priority: Priority,
        /// `true` to request acknowledgements. Requires a license.
        pub requested_ack: bool,
        /// `true` to notify mentioned users repeatedly. Requires a license, the priority `urgent`, and 1 to 5
        /// mentions.
        pub persistent_notifications: bool,
    }
}

impl PostPriority {
    /// Creates the priority `important`.
    pub fn important() -> Self {
        Self { priority: Priority::Important, ..Self::default() }
    }

    /// Creates the priority `urgent`.
    pub fn urgent() -> Self {
        Self { priority: Priority::Urgent, ..Self::default() }
    }

    /// Requests acknowledgements from readers.
    #[must_use]
    pub fn request_ack(mut self) -> Self {
        self.requested_ack = true;
        self
    }

    /// Notifies mentioned users repeatedly until they react.
    #[must_use]
    pub fn notify_persistently(mut self) -> Self {
        self.persistent_notifications = true;
        self
    }
}

model! {
    /// An acknowledgement of a post.
    pub struct PostAcknowledgement {
        /// ID of the user.
        pub user_id: UserId,
        /// ID of the post.
        pub post_id: PostId,
        /// Time of the acknowledgement; 0 if it was removed.
        pub acknowledged_at: Timestamp,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the remote server of the user. Empty for local users.
        pub remote_id: RemoteId,
    }
}

model! {
    /// A translation of a post.
    pub struct PostTranslation {
        /// The text.
        pub text: String,
        /// Structured content, if the translation is not a plain string.
        pub object: Json,
        /// `string` or `object`.
        #[serde(rename = "type")]
        pub kind: String,
        /// State of the translation, for example `ready`, `skipped` or `unavailable`.
        pub state: String,
        /// The source language.
        pub source_lang: String,
    }
}
