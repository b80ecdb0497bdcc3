//! Post lists and their queries.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::model::{ChannelId, Post, PostId, TeamId};

model! {
    /// A list of posts. Use [`iter`](Self::iter) or [`into_posts`](Self::into_posts).
    pub struct PostList {
        /// IDs of the requested posts, newest first. For threads, see [`ThreadPage::direction`].
        pub order: Vec<PostId>,
        /// The posts. May contain posts that are not listed in `order`, such as root posts of threads.
        pub posts: BTreeMap<PostId, Post>,
        /// ID of the post after the newest one. Empty at the end, and always with `since`.
        pub next_post_id: PostId,
        /// ID of the post before the oldest one. Empty at the beginning, and always with `since`.
        pub prev_post_id: PostId,
        /// `true` if the thread has more posts. Only set for threads.
        pub has_next: bool,
        /// Posts created up to this time are inaccessible due to a limit of the hosted edition; 0 if there is
        /// no limit.
        pub first_inaccessible_post_time: Timestamp,
    }
}

impl PostList {
    /// Iterates over the requested posts, newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Post> + '_ {
        self.order.iter().filter_map(|id| self.posts.get(id))
    }

    /// Like `order`, but without duplicates: 5.37 lists the root post of a thread twice.
    pub(crate) fn without_duplicates(mut self) -> Self {
        let mut seen = std::collections::HashSet::new();
        self.order.retain(|id| seen.insert(id.clone()));
        self
    }

    /// Returns the requested posts, newest first, without copying them.
    pub fn into_posts(mut self) -> Vec<Post> {
        self.order.iter().filter_map(|id| self.posts.remove(id)).collect()
    }

    /// Returns the number of requested posts that the list contains.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Returns `true` if the list contains no requested posts.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

model! {
    /// Posts found by a search.
    pub struct PostSearchResults {
        /// IDs of the posts found, newest first.
        pub order: Vec<PostId>,
        /// The posts.
        pub posts: BTreeMap<PostId, Post>,
        /// Always empty.
        pub next_post_id: PostId,
        /// Always empty.
        pub prev_post_id: PostId,
        /// Always `false`.
        pub has_next: bool,
        /// Posts created up to this time are inaccessible due to a limit of the hosted edition; 0 if there is
        /// no limit.
        pub first_inaccessible_post_time: Timestamp,
        /// Matched words by post ID. Only set by an external search engine.
        pub matches: BTreeMap<PostId, Vec<String>>,
    }
}

impl PostSearchResults {
    /// Iterates over the posts found, newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Post> + '_ {
        self.order.iter().filter_map(|id| self.posts.get(id))
    }

    /// Returns the posts found, newest first, without copying them.
    pub fn into_posts(mut self) -> Vec<Post> {
        self.order.iter().filter_map(|id| self.posts.remove(id)).collect()
    }
}

input! {
    /// Page and filter for the posts of a channel. Defaults to the newest posts.
    pub struct PostPage {}
    optional {
        /// Zero-based page number. Pages shift when posts are created; `before` and `after` do not have this problem.
        page: u32,
        /// Posts per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Lists all posts that changed after this time, including deleted and edited ones. **Limited to 1,000 posts,
        /// in no particular order.** Overrides paging.
        since: Timestamp,
        /// Only posts created before this post.
        before: PostId,
        /// Only posts created after this post.
        after: PostId,
        /// Omits root posts of threads from `posts`.
        #[serde(rename = "skipFetchThreads")]
        skip_fetch_threads: bool,
        /// Omits replies. Root posts have `participants`, `last_reply_at` and `is_following`.
        #[serde(rename = "collapsedThreads")]
        collapsed_threads: bool,
        /// Returns complete `participants` instead of IDs only.
        #[serde(rename = "collapsedThreadsExtended")]
        collapsed_threads_extended: bool,
        /// Includes deleted posts. Only for administrators.
        include_deleted: bool,
    }
}

input! {
    /// Page and filter for the posts of a thread. Defaults to all posts.
    pub struct ThreadPage {}
    optional {
        /// Posts per page. Must be at most 200. Defaults to all posts.
        #[serde(rename = "perPage")]
        per_page: u32,
        /// Starts after this post. Requires `from_create_at`, or `from_update_at` with `updates_only`.
        #[serde(rename = "fromPost")]
        from_post: PostId,
        /// Creation time of `from_post`.
        #[serde(rename = "fromCreateAt")]
        from_create_at: Timestamp,
        /// Update time of `from_post`.
        #[serde(rename = "fromUpdateAt")]
        from_update_at: Timestamp,
        /// Only posts that changed after `from_update_at`.
        #[serde(rename = "updatesOnly")]
        updates_only: bool,
        /// `down` for oldest first, or `up` for newest first. Pages are unordered if not set.
        direction: String,
        /// Omits the root post.
        #[serde(rename = "skipFetchThreads")]
        skip_fetch_threads: bool,
        /// The root post has `participants`, `last_reply_at` and `is_following`.
        #[serde(rename = "collapsedThreads")]
        collapsed_threads: bool,
        /// Returns complete `participants` instead of IDs only.
        #[serde(rename = "collapsedThreadsExtended")]
        collapsed_threads_extended: bool,
    }
}

input! {
    /// Number of posts to list around the oldest unread post.
    pub struct UnreadPostPage {}
    optional {
        /// Number of posts before the oldest unread post. Defaults to 60. Must be at most 200.
        limit_before: u32,
        /// Number of posts starting with the oldest unread post. Defaults to 60. Must be between 1 and 200.
        limit_after: u32,
        /// Omits root posts of threads from `posts`.
        #[serde(rename = "skipFetchThreads")]
        skip_fetch_threads: bool,
        /// Omits replies. Root posts have `participants`, `last_reply_at` and `is_following`.
        #[serde(rename = "collapsedThreads")]
        collapsed_threads: bool,
        /// Returns complete `participants` instead of IDs only.
        #[serde(rename = "collapsedThreadsExtended")]
        collapsed_threads_extended: bool,
    }
}

input! {
    /// Page and filter for saved posts.
    pub struct FlaggedPostPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Posts per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Only posts in this team.
        team_id: TeamId,
        /// Only posts in this channel.
        channel_id: ChannelId,
    }
}

input! {
    /// Search terms and filters for posts or files.
    pub struct PostSearch {
        /// Search terms. Supports `from:`, `in:`, `before:`, `after:`, `on:`, `#tag`, `"a phrase"` and
        /// `-excluded`.
        pub terms: String,
    }
    optional {
        /// Matches any term instead of all terms.
        is_or_search: bool,
        /// Offset from UTC in seconds, east positive, for the dates in `terms`.
        time_zone_offset: i32,
        /// Zero-based page number. Only used by an external search engine.
        page: u32,
        /// Results per page. Defaults to 60.
        per_page: u32,
        /// Includes archived channels.
        include_deleted_channels: bool,
    }
}
