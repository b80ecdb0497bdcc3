//! Reactions.

use crate::Timestamp;
use crate::model::{ChannelId, PostId, RemoteId, UserId};

model! {
    /// A reaction to a post.
    pub struct Reaction {
        /// ID of the user.
        pub user_id: UserId,
        /// ID of the post.
        pub post_id: PostId,
        /// The emoji's name, without colons.
        pub emoji_name: String,
        /// Time of the reaction.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Time of removal; 0 if not removed.
        pub delete_at: Timestamp,
        /// ID of the remote server of the user. Empty for local users.
        pub remote_id: RemoteId,
        /// ID of the channel.
        pub channel_id: ChannelId,
    }
}
