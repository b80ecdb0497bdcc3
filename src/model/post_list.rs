//! Lists of posts, and how to ask for them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, Post, PostId, TeamId};

model! {
    /// Posts as the server lists them: use [`iter`](Self::iter) or [`into_posts`](Self::into_posts).
    pub struct PostList {
        /// What was asked for, newest first; in threads as they say.
        pub order: Vec<PostId>,
        /// The posts; may hold more than `order`, as first posts of threads.
        pub posts: BTreeMap<PostId, Post>,
        /// The post after the newest; empty at the end, and always with `since`.
        pub next_post_id: PostId,
        /// The post before the oldest; empty at the beginning, and always with `since`.
        pub prev_post_id: PostId,
        /// Whether a thread goes on; only in threads.
        pub has_next: bool,
        /// Posts up to this time are beyond a limit of the hosted edition; 0 if there is none.
        pub first_inaccessible_post_time: Timestamp,
    }
}

impl PostList {
    /// The posts that were asked for, newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Post> + '_ {
        self.order.iter().filter_map(|id| self.posts.get(id))
    }

    /// The same with each post once: 5.37 lists the first post of a thread twice.
    pub(crate) fn distinct(mut self) -> Self {
        let mut seen = std::collections::HashSet::new();
        self.order.retain(|id| seen.insert(id.clone()));
        self
    }

    /// The posts that were asked for, newest first, without a copy.
    pub fn into_posts(mut self) -> Vec<Post> {
        self.order.iter().filter_map(|id| self.posts.remove(id)).collect()
    }

    /// How many were asked for and came.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none came.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

model! {
    /// Posts that were found.
    pub struct PostSearchResults {
        /// What was found, newest first.
        pub order: Vec<PostId>,
        /// The posts.
        pub posts: BTreeMap<PostId, Post>,
        /// Always empty.
        pub next_post_id: PostId,
        /// Always empty.
        pub prev_post_id: PostId,
        /// Always false.
        pub has_next: bool,
        /// Posts up to this time are beyond a limit of the hosted edition; 0 if there is none.
        pub first_inaccessible_post_time: Timestamp,
        /// Words that fitted; only with an outside search engine.
        pub matches: BTreeMap<PostId, Vec<String>>,
    }
}

impl PostSearchResults {
    /// The posts that were found, newest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Post> + '_ {
        self.order.iter().filter_map(|id| self.posts.get(id))
    }

    /// The posts that were found, newest first, without a copy.
    pub fn into_posts(mut self) -> Vec<Post> {
        self.order.iter().filter_map(|id| self.posts.remove(id)).collect()
    }
}

/// Which posts of a channel to list: the newest ones, if nothing is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostPage {
    /// Page, from 0. Posts shift while people write: `before` and `after` do not.
    pub page: Option<u32>,
    /// Posts a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Everything changed after this time, deleted and edited posts too, **1,000 at most and then any of
    /// them**. Overrides paging.
    pub since: Option<Timestamp>,
    /// Only posts before this one.
    pub before: Option<PostId>,
    /// Only posts after this one.
    pub after: Option<PostId>,
    /// Without the first posts of threads in `posts`.
    #[serde(rename = "skipFetchThreads")]
    pub skip_fetch_threads: Option<bool>,
    /// Without replies; first posts carry `participants`, `last_reply_at`, `is_following`.
    #[serde(rename = "collapsedThreads")]
    pub collapsed_threads: Option<bool>,
    /// `participants` with more than ids.
    #[serde(rename = "collapsedThreadsExtended")]
    pub collapsed_threads_extended: Option<bool>,
    /// Also deleted ones; for administrators.
    pub include_deleted: Option<bool>,
}

impl PostPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { PostPage:
    /// Page, from 0. Posts shift while people write: `before` and `after` do not.
    page: u32,
    /// Posts a page; 60 by default, 200 at most.
    per_page: u32,
    /// Everything changed after this time, deleted and edited posts too, **1,000 at most and then any of
    /// them**. Overrides paging.
    since: Timestamp,
    /// Only posts before this one.
    before: PostId,
    /// Only posts after this one.
    after: PostId,
    /// Without the first posts of threads in `posts`.
    skip_fetch_threads: bool,
    /// Without replies; first posts carry `participants`, `last_reply_at`, `is_following`.
    collapsed_threads: bool,
    /// `participants` with more than ids.
    collapsed_threads_extended: bool,
    /// Also deleted ones; for administrators.
    include_deleted: bool,
}

/// Which posts of a thread to list: all, if nothing is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ThreadPage {
    /// Posts a page; 200 at most, all if it is not set.
    #[serde(rename = "perPage")]
    pub per_page: Option<u32>,
    /// Go on after this post; needs `from_create_at`, or `from_update_at` with `updates_only`.
    #[serde(rename = "fromPost")]
    pub from_post: Option<PostId>,
    /// When that post was made.
    #[serde(rename = "fromCreateAt")]
    pub from_create_at: Option<Timestamp>,
    /// When that post was last changed.
    #[serde(rename = "fromUpdateAt")]
    pub from_update_at: Option<Timestamp>,
    /// Only what changed after `from_update_at`.
    #[serde(rename = "updatesOnly")]
    pub updates_only: Option<bool>,
    /// `down` from the oldest on, or `up` from the newest; without it pages have no order.
    pub direction: Option<String>,
    /// Without the first post.
    #[serde(rename = "skipFetchThreads")]
    pub skip_fetch_threads: Option<bool>,
    /// The first post carries `participants`, `last_reply_at`, `is_following`.
    #[serde(rename = "collapsedThreads")]
    pub collapsed_threads: Option<bool>,
    /// `participants` with more than ids.
    #[serde(rename = "collapsedThreadsExtended")]
    pub collapsed_threads_extended: Option<bool>,
}

impl ThreadPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ThreadPage:
    /// Posts a page; 200 at most, all if it is not set.
    per_page: u32,
    /// Go on after this post; needs `from_create_at`, or `from_update_at` with `updates_only`.
    from_post: PostId,
    /// When that post was made.
    from_create_at: Timestamp,
    /// When that post was last changed.
    from_update_at: Timestamp,
    /// Only what changed after `from_update_at`.
    updates_only: bool,
    /// `down` from the oldest on, or `up` from the newest; without it pages have no order.
    direction: String,
    /// Without the first post.
    skip_fetch_threads: bool,
    /// The first post carries `participants`, `last_reply_at`, `is_following`.
    collapsed_threads: bool,
    /// `participants` with more than ids.
    collapsed_threads_extended: bool,
}

/// Which posts around the oldest unread one to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UnreadPostPage {
    /// Posts before it; 60 by default, 200 at most.
    pub limit_before: Option<u32>,
    /// Posts from it on; 60 by default, 200 at most, at least 1.
    pub limit_after: Option<u32>,
    /// Without the first posts of threads in `posts`.
    #[serde(rename = "skipFetchThreads")]
    pub skip_fetch_threads: Option<bool>,
    /// Without replies; first posts carry `participants`, `last_reply_at`, `is_following`.
    #[serde(rename = "collapsedThreads")]
    pub collapsed_threads: Option<bool>,
    /// `participants` with more than ids.
    #[serde(rename = "collapsedThreadsExtended")]
    pub collapsed_threads_extended: Option<bool>,
}

impl UnreadPostPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UnreadPostPage:
    /// Posts before it; 60 by default, 200 at most.
    limit_before: u32,
    /// Posts from it on; 60 by default, 200 at most, at least 1.
    limit_after: u32,
    /// Without the first posts of threads in `posts`.
    skip_fetch_threads: bool,
    /// Without replies; first posts carry `participants`, `last_reply_at`, `is_following`.
    collapsed_threads: bool,
    /// `participants` with more than ids.
    collapsed_threads_extended: bool,
}

/// Which saved posts to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FlaggedPostPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Posts a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Only in this team.
    pub team_id: Option<TeamId>,
    /// Only in this channel.
    pub channel_id: Option<ChannelId>,
}

impl FlaggedPostPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { FlaggedPostPage:
    /// Page, from 0.
    page: u32,
    /// Posts a page; 60 by default, 200 at most.
    per_page: u32,
    /// Only in this team.
    team_id: TeamId,
    /// Only in this channel.
    channel_id: ChannelId,
}

/// Which posts, or files, to search.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostSearch {
    /// Words as one would type them; `from:`, `in:`, `before:`, `after:`, `on:`, `#tag`, `"a phrase"`,
    /// `-without` work.
    pub terms: String,
    /// Any of the words, not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_or_search: Option<bool>,
    /// Seconds east of UTC, for the dates in `terms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone_offset: Option<i32>,
    /// Page, from 0; only with an outside search engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Results a page; 60 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_page: Option<u32>,
    /// Also in archived channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_deleted_channels: Option<bool>,
}

impl PostSearch {
    /// With what is required.
    pub fn new(terms: impl Into<String>) -> Self {
        Self {
            terms: terms.into(),
            is_or_search: None,
            time_zone_offset: None,
            page: None,
            per_page: None,
            include_deleted_channels: None,
        }
    }
}

setters! { PostSearch:
    /// Any of the words, not all.
    is_or_search: bool,
    /// Seconds east of UTC, for the dates in `terms`.
    time_zone_offset: i32,
    /// Page, from 0; only with an outside search engine.
    page: u32,
    /// Results a page; 60 by default.
    per_page: u32,
    /// Also in archived channels.
    include_deleted_channels: bool,
}
