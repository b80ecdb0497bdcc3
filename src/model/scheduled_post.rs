//! Scheduled posts: posts that the server creates later.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Timestamp;
use crate::model::json::{Decode, JsonReader};
use crate::model::{ChannelId, FileId, Json, PostId, PostMetadata, PostType, ScheduledPostId, UserId};

model! {
    /// A post that the server creates at a given time.
    pub struct ScheduledPost {
        /// The ID. Differs from the ID of the resulting post.
        pub id: ScheduledPostId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// ID of the author of the post.
        pub user_id: UserId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the thread's root post. Empty outside of threads.
        pub root_id: PostId,
        /// The text.
        pub message: String,
        /// Type of the future post.
        #[serde(rename = "type")]
        pub kind: PostType,
        /// Props of the future post.
        pub props: Json,
        /// IDs of the attached files.
        pub file_ids: Vec<FileId>,
        /// Metadata of the files.
        pub metadata: PostMetadata,
        /// Priority of the future post: an object with the keys `priority`, `requested_ack` and
        /// `persistent_notifications`.
        pub priority: Json,
        /// Time at which the post is created.
        pub scheduled_at: Timestamp,
        /// Time at which the server tried to create the post; 0 if pending.
        pub processed_at: Timestamp,
        /// Reason for a failure. Empty if there was none.
        pub error_code: String,
    }
}

/// The scheduled posts of a team.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScheduledPostList {
    /// Scheduled posts by team ID. Posts in direct and group channels are listed under `directChannels`.
    #[serde(flatten)]
    pub posts: BTreeMap<String, Vec<ScheduledPost>>,
}

impl Decode for ScheduledPostList {
    #[inline] // one map less to compile for programs that do not list scheduled posts
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        self.posts.decode_from(from)
    }
}

deserialize_by_decode!(ScheduledPostList);
