//! Threads that an account follows.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{Post, PostId, User};

model! {
    /// A thread that an account follows.
    pub struct UserThread {
        /// Its first post.
        pub id: PostId,
        /// Replies.
        pub reply_count: i64,
        /// When the last reply was made.
        pub last_reply_at: Timestamp,
        /// When the account last looked.
        pub last_viewed_at: Timestamp,
        /// Who wrote in it; only ids unless `extended` was asked for.
        pub participants: Vec<User>,
        /// Its first post.
        pub post: Post,
        /// Unread replies.
        pub unread_replies: i64,
        /// Unread mentions.
        pub unread_mentions: i64,
        /// Whether the first post is urgent.
        pub is_urgent: bool,
        /// When the first post was deleted; 0 while it is not.
        pub delete_at: Timestamp,
    }
}

impl From<&UserThread> for PostId {
    fn from(from: &UserThread) -> Self {
        from.id.clone()
    }
}

model! {
    /// A page of threads, and counts over all.
    pub struct UserThreads {
        /// How many there are.
        pub total: i64,
        /// How many have unread replies.
        pub total_unread_threads: i64,
        /// Unread mentions in all.
        pub total_unread_mentions: i64,
        /// Unread urgent mentions in all.
        pub total_unread_urgent_mentions: i64,
        /// The threads of this page, the one with the newest reply first.
        pub threads: Vec<UserThread>,
    }
}

/// Which threads to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserThreadPage {
    /// Only those that changed after this time.
    pub since: Option<Timestamp>,
    /// Also deleted ones.
    pub deleted: Option<bool>,
    /// `participants` with more than ids.
    pub extended: Option<bool>,
    /// Threads a page; 30 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Only those before this thread.
    pub before: Option<PostId>,
    /// Only those after this thread.
    pub after: Option<PostId>,
    /// Only those with unread replies.
    pub unread: Option<bool>,
    /// Only the counts.
    #[serde(rename = "totalsOnly")]
    pub totals_only: Option<bool>,
    /// Only the threads.
    #[serde(rename = "threadsOnly")]
    pub threads_only: Option<bool>,
    /// Without those in direct and group channels.
    #[serde(rename = "excludeDirect")]
    pub exclude_direct: Option<bool>,
}

impl UserThreadPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserThreadPage:
    /// Only those that changed after this time.
    since: Timestamp,
    /// Also deleted ones.
    deleted: bool,
    /// `participants` with more than ids.
    extended: bool,
    /// Threads a page; 30 by default, 200 at most.
    per_page: u32,
    /// Only those before this thread.
    before: PostId,
    /// Only those after this thread.
    after: PostId,
    /// Only those with unread replies.
    unread: bool,
    /// Only the counts.
    totals_only: bool,
    /// Only the threads.
    threads_only: bool,
    /// Without those in direct and group channels.
    exclude_direct: bool,
}
