//! Posts, reactions and drafts.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::model::{
    ChannelId, ChannelType, Draft, Json, Post, PostAcknowledgement, PostId, Reaction, ScheduledPost, TeamId,
    UserId,
};

model! {
    /// A post was created.
    pub struct Posted {
        /// The post.
        #[serde(with = "super::embedded")]
        pub post: Post,
        /// Type of the channel.
        pub channel_type: ChannelType,
        /// Display name of the channel. `@sender` for direct channels, and a list of names for group
        /// channels.
        pub channel_display_name: String,
        /// Short name of the channel.
        pub channel_name: String,
        /// Display name of the sender, with `@` before a username. See [`sender`](Self::sender).
        pub sender_name: String,
        /// ID of the team. Empty for direct and group channels.
        pub team_id: TeamId,
        /// `true` if posting set the author's status to online.
        pub set_online: bool,
        /// `true` if the post has files.
        #[serde(rename = "otherFile", with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub other_file: bool,
        /// `true` if one of the files is an image.
        #[serde(with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub image: bool,
        /// IDs of the mentioned users. The server lists only the current account, if it is mentioned. `None` if
        /// unknown, for example after a catch-up.
        #[serde(with = "super::embedded", skip_serializing_if = "Option::is_none")]
        pub mentions: Option<Vec<UserId>>,
        /// IDs of the users who follow the thread. The server lists only the current account, if it follows the
        /// thread.
        #[serde(with = "super::embedded", skip_serializing_if = "Option::is_none")]
        pub followers: Option<Vec<UserId>>,
        /// `true` if the server expects an acknowledgement. Only set on connections that requested it.
        #[serde(skip_serializing_if = "super::embedded::is_off")]
        pub should_ack: bool,
    }
}

model! {
    /// A post was updated.
    pub struct PostEdited {
        /// The updated post.
        #[serde(with = "super::embedded")]
        pub post: Post,
    }
}

model! {
    /// A post was deleted.
    pub struct PostDeleted {
        /// The post before its deletion, including its text. After a gap, without its text.
        #[serde(with = "super::embedded")]
        pub post: Post,
        /// ID of the user who deleted the post. Newer servers send it to system administrators only.
        #[serde(skip_serializing_if = "UserId::is_empty")]
        pub delete_by: UserId,
    }
}

model! {
    /// The current account marked a channel as unread, starting at a post.
    pub struct PostUnread {
        /// ID of the first unread post.
        pub post_id: PostId,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// ID of the team. Empty for direct and group channels.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// Number of read posts in the channel.
        pub msg_count: i64,
        /// Number of read posts outside of threads.
        pub msg_count_root: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside of threads.
        pub mention_count_root: i64,
        /// Unread urgent mentions.
        pub urgent_mention_count: i64,
        /// Time of the last view, just before the creation of the post.
        pub last_viewed_at: Timestamp,
    }
}

model! {
    /// A message visible only to the current account.
    pub struct EphemeralMessage {
        /// The message. It is not stored, so it cannot be replied to, edited or fetched.
        #[serde(with = "super::embedded")]
        pub post: Post,
    }
}

model! {
    /// A repeated notification about an urgent post.
    pub struct PersistentNotificationTriggered {
        /// The post.
        #[serde(with = "super::embedded")]
        pub post: Post,
        /// Type of the channel.
        pub channel_type: ChannelType,
        /// Display name of the channel.
        pub channel_display_name: String,
        /// Short name of the channel.
        pub channel_name: String,
        /// Display name of the sender.
        pub sender_name: String,
        /// ID of the team. Empty for direct and group channels.
        pub team_id: TeamId,
        /// `true` if the post has files.
        #[serde(rename = "otherFile", with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub other_file: bool,
        /// `true` if one of the files is an image.
        #[serde(with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub image: bool,
        /// IDs of all notified users, unlike in [`Posted`].
        #[serde(with = "super::embedded")]
        pub mentions: Vec<UserId>,
    }
}

model! {
    /// A reaction was added to or removed from a post.
    pub struct ReactionChanged {
        /// The reaction. `create_at` is 0 if it was removed.
        #[serde(with = "super::embedded")]
        pub reaction: Reaction,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// An acknowledgement was added to or removed from a post.
    pub struct AcknowledgementChanged {
        /// The acknowledgement.
        #[serde(with = "super::embedded")]
        pub acknowledgement: PostAcknowledgement,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A burn-on-read post was revealed.
    pub struct PostRevealed {
        /// The post, including its text.
        #[serde(with = "super::embedded")]
        pub post: Post,
        /// Users who revealed the post. Only sent to its author.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub recipients: Option<Vec<UserId>>,
    }
}

model! {
    /// A burn-on-read post is no longer available to the current account.
    pub struct PostBurned {
        /// ID of the post.
        pub post_id: PostId,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// All recipients have revealed a burn-on-read post of the current account.
    pub struct BurnOnReadAllRevealed {
        /// ID of the post.
        pub post_id: PostId,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// Time at which the post is deleted for its author.
        pub sender_expire_at: Timestamp,
    }
}

model! {
    /// Translations of a post are available.
    pub struct PostTranslationUpdated {
        /// ID of the post.
        pub object_id: PostId,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// Translations by language.
        pub translations: BTreeMap<String, TranslationState>,
    }
}

model! {
    /// A translation of a post and its state.
    pub struct TranslationState {
        /// `ready`, `processing`, `skipped` or `unavailable`.
        pub state: String,
        /// The translated text, if ready.
        pub translation: Json,
        /// `string` or `object`.
        pub translation_type: String,
        /// The source language.
        pub src_lang: String,
    }
}

model! {
    /// A draft of the current account changed on the server.
    pub struct DraftChanged {
        /// The draft. Updated drafts are reported as new ones.
        #[serde(with = "super::embedded")]
        pub draft: Draft,
    }
}

model! {
    /// A scheduled post of the current account changed.
    pub struct ScheduledPostChanged {
        /// The scheduled post.
        #[serde(rename = "scheduledPost", with = "super::embedded")]
        pub scheduled_post: ScheduledPost,
    }
}

impl Posted {
    /// Returns the sender without `@`: a username, or the name override of a webhook or bot.
    pub fn sender(&self) -> &str {
        self.sender_name.strip_prefix('@').unwrap_or(&self.sender_name)
    }

    /// Returns `true` if the server reports that the current account is mentioned, by name, by group or by `@all`.
    /// `false` if unknown, for example for posts of a catch-up.
    pub fn mentions_me(&self) -> bool {
        self.mentions.as_ref().is_some_and(|ids| !ids.is_empty())
    }

    /// Returns `true` for posts in direct channels.
    pub fn is_direct(&self) -> bool {
        self.channel_type == ChannelType::Direct
    }
}
