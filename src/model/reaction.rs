//! Reactions.

use crate::Timestamp;
use crate::model::{ChannelId, PostId, RemoteId, UserId};

model! {
    /// A reaction to a post.
    pub struct Reaction {
        /// The user.
        pub user_id: UserId,
        /// The post.
        pub post_id: PostId,
        /// The emoji's name, without colons.
        pub emoji_name: String,
        /// Time of the reaction.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Time of removal; 0 if not removed.
        pub delete_at: Timestamp,
        /// The remote server of the user. Empty for local users.
        pub remote_id: RemoteId,
        /// The channel.
        pub channel_id: ChannelId,
    }
}
