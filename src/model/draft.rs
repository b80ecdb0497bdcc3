//! Drafts: unsent messages stored on the server.

use crate::Timestamp;
use crate::model::{ChannelId, FileId, Json, PostId, PostMetadata, PostType, UserId};

model! {
    /// An unsent message. The server stores one draft per channel and thread, for all devices of a user.
    pub struct Draft {
        /// Time at which the draft was created.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// ID of the author of the draft.
        pub user_id: UserId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the thread's root post. Empty outside of threads.
        pub root_id: PostId,
        /// The message text.
        pub message: String,
        /// Type of the future post.
        #[serde(rename = "type")]
        pub kind: PostType,
        /// Props of the future post.
        pub props: Json,
        /// IDs of the uploaded files.
        pub file_ids: Vec<FileId>,
        /// Metadata of the files.
        pub metadata: PostMetadata,
        /// Priority of the future post.
        pub priority: Json,
    }
}
