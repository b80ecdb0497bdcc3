//! Changes of a channel since a point in time.

use std::collections::BTreeMap;

use super::Posts;
use crate::error::Result;
use crate::model::{ChannelId, Post, PostId, PostPage};
use crate::time::Timestamp;

/// The most rows that the server returns for `since`; it does not choose them by age.
pub(super) const MAX_SINCE_ROWS: usize = 1000;

/// Posts that changed since a given time. Returned by [`Posts::changes`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PostChanges {
    /// The posts in their current version, least recently changed first. Deleted posts have a `delete_at` and no text.
    pub posts: Vec<Post>,
    /// `false` if deletions may be missing, because the server had more changes than it returns.
    pub complete: bool,
    /// Time of the last change: pass it to the next call. Equals the given time if nothing changed.
    pub until: Timestamp,
}

impl Posts<'_> {
    /// Gets the posts of a channel that were created, edited or deleted after `since`. Also includes posts with new
    /// reactions, pins or replies, and excludes earlier versions of edited posts.
    ///
    /// Takes one request for up to 1,000 changes. If there are more, the server does not return all of them. All
    /// posts of the channel are then read, with one request per 200 posts, and only deletions may be missing: see
    /// [`PostChanges::complete`].
    ///
    /// `since` is a time by the server's clock. Use [`PostChanges::until`] of the previous call, or
    /// [`client.server_time()`](crate::Client::server_time).
    #[inline]
    pub fn changes(&self, channel: &ChannelId, since: Timestamp) -> Result<PostChanges> {
        let page = PostPage::new().since(since).skip_fetch_threads(true);
        let (rows, complete) = match self.list(channel, &page) {
            Ok(list) => {
                let rows: Vec<Post> = list.posts.into_values().collect();
                let complete = rows.len() < MAX_SINCE_ROWS;
                (rows, complete)
            }
            Err(error) if error.is_oversized() => (Vec::new(), false),
            Err(error) => return Err(error),
        };
        let mut changed = BTreeMap::<PostId, Post>::new();
        for post in rows {
            if post.original_id.is_empty() && post.update_at > since {
                changed.insert(post.id.clone(), post);
            }
        }
        if !complete {
            for post in self.history(channel) {
                let post = post?;
                if post.update_at > since {
                    changed.insert(post.id.clone(), post);
                }
            }
        }
        let mut posts: Vec<Post> = changed.into_values().collect();
        posts.sort_by(|a, b| (a.update_at, &a.id).cmp(&(b.update_at, &b.id)));
        let until = posts.last().map_or(since, |post| post.update_at);
        Ok(PostChanges { posts, complete, until })
    }
}
