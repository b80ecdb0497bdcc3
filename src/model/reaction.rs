//! Reactions.

use crate::Timestamp;
use crate::model::{ChannelId, PostId, RemoteId, UserId};

model! {
    /// An emoji that somebody put on a post.
    pub struct Reaction {
        /// Who.
        pub user_id: UserId,
        /// On which post.
        pub post_id: PostId,
        /// The emoji's name, without colons.
        pub emoji_name: String,
        /// When.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was taken back; 0 while it is not.
        pub delete_at: Timestamp,
        /// The other server it comes from.
        pub remote_id: RemoteId,
        /// In which channel.
        pub channel_id: ChannelId,
    }
}
