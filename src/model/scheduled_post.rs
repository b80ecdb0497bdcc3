//! Posts that the server makes later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::model::{ChannelId, FileId, Json, PostId, PostMetadata, PostType, ScheduledPostId, UserId};

model! {
    /// A post that the server makes at a given time.
    pub struct ScheduledPost {
        /// Its id; not that of the later post.
        pub id: ScheduledPostId,
        /// When it was written.
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
        /// The text.
        pub message: String,
        /// What kind of post it is to become.
        #[serde(rename = "type")]
        pub kind: PostType,
        /// What the post's props are to be.
        pub props: Json,
        /// Its files.
        pub file_ids: Vec<FileId>,
        /// The files themselves.
        pub metadata: PostMetadata,
        /// What the post's priority is to be: an object in which all three keys exist.
        pub priority: Json,
        /// When it is to be made.
        pub scheduled_at: Timestamp,
        /// When the server tried; 0 while it did not.
        pub processed_at: Timestamp,
        /// Why that failed; empty if it did not.
        pub error_code: String,
    }
}

impl From<&ScheduledPost> for ScheduledPostId {
    fn from(from: &ScheduledPost) -> Self {
        from.id.clone()
    }
}

/// Scheduled posts of a team.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ScheduledPosts {
    /// By team id; those of direct and group channels under `directChannels`.
    #[serde(flatten)]
    pub posts: BTreeMap<String, Vec<ScheduledPost>>,
}
