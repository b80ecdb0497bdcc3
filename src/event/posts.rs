//! Posts, reactions, drafts.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::model::{
    ChannelId, ChannelType, Draft, Json, Post, PostAcknowledgement, PostId, Reaction, ScheduledPost, TeamId,
    UserId,
};

model! {
    /// A post was made.
    pub struct Posted {
        /// The post.
        #[serde(with = "super::embedded")]
        pub post: Post,
        /// What kind of channel it is in.
        pub channel_type: ChannelType,
        /// What people see of the channel; `@sender` in a direct channel, the names in a group channel.
        pub channel_display_name: String,
        /// The channel's name in addresses.
        pub channel_name: String,
        /// Who wrote it, as people see it, with `@` before a user name; see [`sender`](Self::sender).
        pub sender_name: String,
        /// The team; empty in direct and group channels.
        pub team_id: TeamId,
        /// Whether the writer went online with it.
        pub set_online: bool,
        /// Whether it has files.
        #[serde(rename = "otherFile", with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub other_file: bool,
        /// Whether one of its files is an image.
        #[serde(with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub image: bool,
        /// Just the own id if one is mentioned, else nothing: the server tells nobody who else is. `None` where that is not known, as in what was caught up.
        #[serde(with = "super::embedded", skip_serializing_if = "Option::is_none")]
        pub mentions: Option<Vec<UserId>>,
        /// Just the own id if one follows the thread, else nothing.
        #[serde(with = "super::embedded", skip_serializing_if = "Option::is_none")]
        pub followers: Option<Vec<UserId>>,
        /// Whether the server wants to hear that it came; only on sockets that asked for that.
        #[serde(skip_serializing_if = "super::embedded::is_off")]
        pub should_ack: bool,
    }
}

model! {
    /// A post was changed.
    pub struct PostEdited {
        /// As it is now.
        #[serde(with = "super::embedded")]
        pub post: Post,
    }
}

model! {
    /// A post was deleted.
    pub struct PostDeleted {
        /// As it was, with its text; after a gap, without.
        #[serde(with = "super::embedded")]
        pub post: Post,
        /// Who deleted it; only told to system administrators, and by old servers.
        #[serde(skip_serializing_if = "UserId::is_empty")]
        pub delete_by: UserId,
    }
}

model! {
    /// One marked a channel as unread, from a post on.
    pub struct PostUnread {
        /// The first unread post.
        pub post_id: PostId,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// The team; empty in direct and group channels.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// Posts in the channel that are read.
        pub msg_count: i64,
        /// The same, outside threads.
        pub msg_count_root: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// The same, outside threads.
        pub mention_count_root: i64,
        /// Unread urgent mentions.
        pub urgent_mention_count: i64,
        /// When the channel was last viewed: just before the post.
        pub last_viewed_at: Timestamp,
    }
}

model! {
    /// A message that only this account sees.
    pub struct EphemeralMessage {
        /// It is not stored: it cannot be answered, edited or fetched.
        #[serde(with = "super::embedded")]
        pub post: Post,
    }
}

model! {
    /// An urgent post asks again for attention.
    pub struct PersistentNotificationTriggered {
        /// The post.
        #[serde(with = "super::embedded")]
        pub post: Post,
        /// What kind of channel it is in.
        pub channel_type: ChannelType,
        /// What people see of the channel.
        pub channel_display_name: String,
        /// The channel's name in addresses.
        pub channel_name: String,
        /// Who wrote it, as people see it.
        pub sender_name: String,
        /// The team; empty in direct and group channels.
        pub team_id: TeamId,
        /// Whether it has files.
        #[serde(rename = "otherFile", with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub other_file: bool,
        /// Whether one of its files is an image.
        #[serde(with = "super::embedded::flag", skip_serializing_if = "super::embedded::is_off")]
        pub image: bool,
        /// All who are notified, unlike in [`Posted`].
        #[serde(with = "super::embedded")]
        pub mentions: Vec<UserId>,
    }
}

model! {
    /// A reaction was put on a post, or taken back.
    pub struct ReactionChanged {
        /// Who, what, on which post. When it was taken back, `create_at` is 0.
        #[serde(with = "super::embedded")]
        pub reaction: Reaction,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A post was acknowledged, or that was taken back.
    pub struct AcknowledgementChanged {
        /// Who, which post, when.
        #[serde(with = "super::embedded")]
        pub acknowledgement: PostAcknowledgement,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A post that burns on reading was opened.
    pub struct PostRevealed {
        /// The post, with its text.
        #[serde(with = "super::embedded")]
        pub post: Post,
        /// Who has opened it; only told to its writer.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub recipients: Option<Vec<UserId>>,
    }
}

model! {
    /// A post that burns on reading is gone for this account.
    pub struct PostBurned {
        /// The post.
        pub post_id: PostId,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// All have opened a post of this account that burns on reading.
    pub struct BurnOnReadAllRevealed {
        /// The post.
        pub post_id: PostId,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// When it vanishes for its writer.
        pub sender_expire_at: Timestamp,
    }
}

model! {
    /// Translations of a post are there.
    pub struct PostTranslationUpdated {
        /// The post.
        pub object_id: PostId,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// The translations, by language.
        pub translations: BTreeMap<String, TranslationState>,
    }
}

model! {
    /// A translation of a post, or how far it is.
    pub struct TranslationState {
        /// `ready`, `processing`, `skipped`, `unavailable`.
        pub state: String,
        /// The text, if it is ready.
        pub translation: Json,
        /// `string` or `object`.
        pub translation_type: String,
        /// The language it was translated from.
        pub src_lang: String,
    }
}

model! {
    /// A draft of this account changed on the server.
    pub struct DraftChanged {
        /// The draft. A changed one comes as a new one.
        #[serde(with = "super::embedded")]
        pub draft: Draft,
    }
}

model! {
    /// A post that this account wants to be made later changed.
    pub struct ScheduledPostChanged {
        /// The post.
        #[serde(rename = "scheduledPost", with = "super::embedded")]
        pub scheduled_post: ScheduledPost,
    }
}

impl Posted {
    /// Who wrote it, without `@`: a user name, or the name that a webhook or a bot gave itself.
    pub fn sender(&self) -> &str {
        self.sender_name.strip_prefix('@').unwrap_or(&self.sender_name)
    }

    /// Whether the server says that one is mentioned, by name, by group or by `@all`. `false` where that is not known.
    pub fn mentions_me(&self) -> bool {
        self.mentions.as_ref().is_some_and(|ids| !ids.is_empty())
    }

    /// Whether it was said in a direct channel.
    pub fn is_direct(&self) -> bool {
        self.channel_type == ChannelType::Direct
    }
}
