//! Messages that were begun and not sent.

use crate::Timestamp;
use crate::model::{ChannelId, FileId, Json, PostId, PostMetadata, PostType, UserId};

model! {
    /// A message that was begun: the server keeps one a channel and thread for all devices of an account.
    pub struct Draft {
        /// When it was begun.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// Whose it is.
        pub user_id: UserId,
        /// For which channel.
        pub channel_id: ChannelId,
        /// For which thread; empty outside threads.
        pub root_id: PostId,
        /// The text so far.
        pub message: String,
        /// What kind of post it is to become.
        #[serde(rename = "type")]
        pub kind: PostType,
        /// What the post's props are to be.
        pub props: Json,
        /// Files that were uploaded.
        pub file_ids: Vec<FileId>,
        /// The files themselves.
        pub metadata: PostMetadata,
        /// What the post's priority is to be.
        pub priority: Json,
    }
}
