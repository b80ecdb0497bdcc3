//! Threads followed by a user.

use crate::Timestamp;
use crate::model::{Post, PostId, User};

model! {
    /// A thread followed by a user.
    pub struct UserThread {
        /// ID of the thread, equal to the ID of its root post.
        pub id: PostId,
        /// Number of replies.
        pub reply_count: i64,
        /// Time of the last reply.
        pub last_reply_at: Timestamp,
        /// Time of the last view.
        pub last_viewed_at: Timestamp,
        /// Authors in the thread, as IDs only unless `extended` was requested.
        pub participants: Vec<User>,
        /// The root post.
        pub post: Post,
        /// Unread replies.
        pub unread_replies: i64,
        /// Unread mentions.
        pub unread_mentions: i64,
        /// `true` if the root post is urgent.
        pub is_urgent: bool,
        /// Deletion time of the root post; 0 if not deleted.
        pub delete_at: Timestamp,
    }
}

model! {
    /// A page of threads and total counts.
    pub struct UserThreads {
        /// Total number of threads.
        pub total: i64,
        /// Number of threads with unread replies.
        pub total_unread_threads: i64,
        /// Total number of unread mentions.
        pub total_unread_mentions: i64,
        /// Total number of unread urgent mentions.
        pub total_unread_urgent_mentions: i64,
        /// The threads of this page, sorted by the newest reply.
        pub threads: Vec<UserThread>,
    }
}

input! {
    /// Page and filter for threads.
    pub struct UserThreadPage {}
    optional {
        /// Only threads that changed after this time.
        since: Timestamp,
        /// Includes deleted threads.
        deleted: bool,
        /// Returns complete `participants` instead of IDs only.
        extended: bool,
        /// Threads per page. Defaults to 30. Must be at most 200.
        per_page: u32,
        /// Only threads before this one.
        before: PostId,
        /// Only threads after this one.
        after: PostId,
        /// Only threads with unread replies.
        unread: bool,
        /// Returns only the counts.
        #[serde(rename = "totalsOnly")]
        totals_only: bool,
        /// Returns only the threads.
        #[serde(rename = "threadsOnly")]
        threads_only: bool,
        /// Excludes threads in direct and group channels.
        #[serde(rename = "excludeDirect")]
        exclude_direct: bool,
    }
}
