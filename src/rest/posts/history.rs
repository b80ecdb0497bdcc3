//! All posts of a channel, by post id.

use std::vec::IntoIter;

use super::Posts;
use crate::error::Result;
use crate::model::{ChannelId, Post, PostId, PostList, PostPage};
use crate::page::MOST;

/// Posts of a channel, one after the other; 200 a call. It ends after the last post, or after the first error.
///
/// Deleted posts are not in it. Posts of the same millisecond are in the order of their ids, so that a program that
/// keeps the id of the last post it saw can go on there. See [`Posts::history`].
#[derive(Debug)]
pub struct History<'c> {
    posts: Posts<'c>,
    channel: ChannelId,
    /// Where the caller wants to begin, until that was looked up.
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

    /// Begins with the post before this one, and goes on to older ones. Costs one call more.
    #[must_use]
    pub fn before(mut self, post: impl Into<PostId>) -> Self {
        (self.start, self.forward) = (Some(post.into()), false);
        self
    }

    /// Begins with the post after this one, and goes on to newer ones. Costs one call more.
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

    /// The server compares times only: it leaves out posts of the same millisecond as the one it is given. So a page
    /// begins behind a post of another millisecond, and ends before one that may be torn apart.
    fn fetch(&mut self) -> Result<()> {
        let start = self.start.take();
        if let Some(start) = &start {
            let beside = self.page(Some(start), !self.forward, 1)?;
            let beyond = beside.order.into_iter().next();
            // Nothing is beyond the newest post. Beyond the oldest neither, whose own millisecond is then left out:
            // no page begins with it.
            self.cursor = beyond.or_else(|| self.forward.then(|| start.clone()));
        }
        let list = self.page(self.cursor.as_ref(), self.forward, MOST)?;
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
