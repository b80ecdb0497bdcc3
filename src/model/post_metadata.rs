//! What a post carries beside its text.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::model::{ChannelId, Emoji, FileInfo, Json, PostId, Reaction, RemoteId, UserId};

model! {
    /// What a post carries beside its text. Only in answers.
    pub struct PostMetadata {
        /// Previews of links, and marks for attachments.
        pub embeds: Vec<PostEmbed>,
        /// Custom emoji of its text and reactions.
        pub emojis: Vec<Emoji>,
        /// Its files.
        pub files: Vec<FileInfo>,
        /// Sizes of the images it shows, by address.
        pub images: BTreeMap<String, PostImage>,
        /// Its reactions.
        pub reactions: Vec<Reaction>,
        /// Its priority, if it was given one.
        pub priority: Option<PostPriority>,
        /// Who acknowledged it.
        pub acknowledgements: Vec<PostAcknowledgement>,
        /// Translations, by language.
        pub translations: BTreeMap<String, PostTranslation>,
        /// When a post that burns on reading vanishes.
        pub expire_at: Timestamp,
        /// Who may read a post that burns on reading.
        pub recipients: Vec<UserId>,
    }
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

model! {
    /// Something that is shown below a post.
    pub struct PostEmbed {
        /// What it is.
        #[serde(rename = "type")]
        pub kind: PostEmbedType,
        /// Where it comes from.
        pub url: String,
        /// What there is to show; differs by kind.
        pub data: Json,
    }
}

model! {
    /// Size of an image.
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
}

model! {
    /// Importance of a post, and what it asks of its readers. Only first posts of a thread may have it.
    pub struct PostPriority {
        /// How important.
        pub priority: Priority,
        /// Whether readers are asked to acknowledge it; needs a licence.
        pub requested_ack: bool,
        /// Whether those mentioned are notified again and again; needs a licence, `urgent`, 1 to 5 mentions.
        pub persistent_notifications: bool,
    }
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

model! {
    /// Somebody acknowledged a post.
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
}

model! {
    /// A translation of a post.
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
}
