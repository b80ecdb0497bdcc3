//! Threads followed by the current account.

use crate::Timestamp;
use crate::model::{ChannelId, PostId, TeamId, UserThread};

model! {
    /// A followed thread was updated.
    pub struct ThreadUpdated {
        /// The updated thread.
        #[serde(with = "super::embedded")]
        pub thread: UserThread,
        /// ID of the team. Empty for direct and group channels.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// Number of unread mentions before the change.
        pub previous_unread_mentions: i64,
        /// Number of unread replies before the change.
        pub previous_unread_replies: i64,
    }
}

model! {
    /// The current account followed or unfollowed a thread.
    pub struct ThreadFollowChanged {
        /// The ID of the root post.
        pub thread_id: PostId,
        /// ID of the team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// `true` if the current account now follows the thread.
        pub state: bool,
        /// Number of replies.
        pub reply_count: i64,
    }
}

model! {
    /// The read state of threads changed: for one thread, for all threads of a channel (without a thread ID),
    /// or for all threads of a team (without a channel ID).
    pub struct ThreadReadChanged {
        /// The ID of the root post. Empty if several threads are affected.
        #[serde(skip_serializing_if = "PostId::is_empty")]
        pub thread_id: PostId,
        /// ID of the channel. Empty if all channels of the team are affected.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// ID of the team. Empty for direct and group channels.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// Time up to which the threads have been read.
        pub timestamp: Timestamp,
        /// Current number of unread mentions.
        pub unread_mentions: i64,
        /// Current number of unread replies.
        pub unread_replies: i64,
        /// Number of unread mentions before the change.
        pub previous_unread_mentions: i64,
        /// Number of unread replies before the change.
        pub previous_unread_replies: i64,
    }
}
