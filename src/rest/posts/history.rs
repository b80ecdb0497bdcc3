//! The complete post history of a channel.

use std::vec::IntoIter;

use super::Posts;
use crate::error::Result;
use crate::model::{ChannelId, Post, PostId, PostList, PostPage};
use crate::page::MAX_PER_PAGE;

/// An iterator over the posts of a channel, fetching 200 per request. Iteration ends after the last post or
/// the first error.
///
/// Deleted posts are not included. Posts created in the same millisecond are sorted by ID, so a program can
/// store the ID of the last post it saw and resume there. See [`Posts::history`].
#[derive(Debug)]
pub struct History<'c> {
    posts: Posts<'c>,
    channel: ChannelId,
    /// The requested starting point, until it has been looked up.
    start: Option<PostId>,
    cursor: Option<PostId>,
    forward: bool,
    ready: IntoIter<Post>,
    done: bool,
}

impl<'c> History<'c> {
    pub(super) fn new(posts: Posts<'c>, channel: ChannelId) -> Self {
        let ready = Vec::new().into_iter();
        Self { posts, channel, start: None, cursor: None, forward: false, ready, done: false }
    }

    /// Starts with the post before this one and continues with older posts. Costs one additional request.
    #[must_use]
    pub fn before(mut self, post: impl Into<PostId>) -> Self {
        (self.start, self.forward) = (Some(post.into()), false);
        self
    }

    /// Starts with the post after this one and continues with newer posts. Costs one additional request.
    #[must_use]
    pub fn after(mut self, post: impl Into<PostId>) -> Self {
        (self.start, self.forward) = (Some(post.into()), true);
        self
    }

    fn page(&self, cursor: Option<&PostId>, forward: bool, most: u32) -> Result<PostList> {
        let page = PostPage::new().per_page(most).skip_fetch_threads(true);
        let page = match cursor {
            Some(id) if forward => page.after(id),
            Some(id) => page.before(id),
            None => page,
        };
        self.posts.list(&self.channel, &page)
    }

    /// The server compares creation times only: it omits posts of the same millisecond as the pivot. A page
    /// therefore starts after a post of a different millisecond, and ends before a millisecond that may be
    /// incomplete.
    fn fetch(&mut self) -> Result<()> {
        let start = self.start.take();
        if let Some(start) = &start {
            let beside = self.page(Some(start), !self.forward, 1)?;
            let beyond = beside.order.into_iter().next();
            // Nothing is beyond the newest post. Beyond the oldest neither, whose own millisecond is then left out:
            // no page begins with it.
            self.cursor = beyond.or_else(|| self.forward.then(|| start.clone()));
        }
        let list = self.page(self.cursor.as_ref(), self.forward, MAX_PER_PAGE)?;
        // The ids at the ends of the answer tell whether there is more; what was deleted meanwhile may be missing in
        // a page that is not the last.
        let next = if self.forward { list.order.first() } else { list.order.last() }.cloned();
        let more = if self.forward { &list.next_post_id } else { &list.prev_post_id };
        let at_end = more.is_empty() || next == self.cursor;
        let mut found = list.into_posts();
        found.sort_by(|a, b| (b.create_at, &b.id).cmp(&(a.create_at, &a.id)));
        if self.forward {
            found.reverse();
        }
        self.done = at_end || found.is_empty();
        self.cursor = next;
        let end = found.last().map(|post| post.create_at);
        // A page of one millisecond is taken as it is.
        if let Some(whole) = found.iter().rposition(|post| !self.done && Some(post.create_at) != end) {
            found.truncate(whole + 1);
            self.cursor = found.last().map(|post| post.id.clone());
        }
        if let Some(at) = start.and_then(|start| found.iter().position(|post| post.id == start)) {
            found.drain(..=at);
        }
        self.ready = found.into_iter();
        Ok(())
    }
}

impl Iterator for History<'_> {
    type Item = Result<Post>;

    fn next(&mut self) -> Option<Result<Post>> {
        loop {
            if let Some(post) = self.ready.next() {
                return Some(Ok(post));
            }
            if self.done {
                return None;
            }
            if let Err(error) = self.fetch() {
                self.done = true;
                return Some(Err(error));
            }
        }
    }
}
