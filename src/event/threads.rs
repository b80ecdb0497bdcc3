//! Threads that this account follows.

use crate::Timestamp;
use crate::model::{ChannelId, PostId, TeamId, UserThread};

model! {
    /// A followed thread changed.
    pub struct ThreadUpdated {
        /// As it is now.
        #[serde(with = "super::embedded")]
        pub thread: UserThread,
        /// The team; empty in direct and group channels.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// Unread mentions before.
        pub previous_unread_mentions: i64,
        /// Unread replies before.
        pub previous_unread_replies: i64,
    }
}

model! {
    /// This account follows a thread, or no longer does.
    pub struct ThreadFollowChanged {
        /// The thread: its first post.
        pub thread_id: PostId,
        /// The team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// Whether it follows it now.
        pub state: bool,
        /// Replies in it.
        pub reply_count: i64,
    }
}

model! {
    /// What is read of threads changed: of one thread, of all in a channel (then there is no thread), or of all in a team (then there is no channel either).
    pub struct ThreadReadChanged {
        /// The thread: its first post; empty for all of them.
        #[serde(skip_serializing_if = "PostId::is_empty")]
        pub thread_id: PostId,
        /// The channel; empty for all of the team.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// The team; empty in direct and group channels.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// Read up to here.
        pub timestamp: Timestamp,
        /// Unread mentions now.
        pub unread_mentions: i64,
        /// Unread replies now.
        pub unread_replies: i64,
        /// Unread mentions before.
        pub previous_unread_mentions: i64,
        /// Unread replies before.
        pub previous_unread_replies: i64,
    }
}
