//! All posts of a channel, by post id.

use std::vec::IntoIter;

use super::Posts;
use crate::error::Result;
use crate::model::{ChannelId, Post, PostId, PostPage};
use crate::page::MOST;

/// Posts of a channel, one after the other; 200 a call. It ends after the last post, or after the first error.
///
/// Deleted posts are not in it. See [`Posts::history`].
#[derive(Debug)]
pub struct History<'c> {
    posts: Posts<'c>,
    channel: ChannelId,
    cursor: Option<PostId>,
    forward: bool,
    ready: IntoIter<Post>,
    done: bool,
}

impl<'c> History<'c> {
    pub(super) fn new(posts: Posts<'c>, channel: ChannelId) -> Self {
        Self { posts, channel, cursor: None, forward: false, ready: Vec::new().into_iter(), done: false }
    }

    /// Begins with the post before this one, and goes on to older ones.
    #[must_use]
    pub fn before(mut self, post: impl Into<PostId>) -> Self {
        (self.cursor, self.forward) = (Some(post.into()), false);
        self
    }

    /// Begins with the post after this one, and goes on to newer ones.
    #[must_use]
    pub fn after(mut self, post: impl Into<PostId>) -> Self {
        (self.cursor, self.forward) = (Some(post.into()), true);
        self
    }

    fn fetch(&mut self) -> Result<()> {
        let mut page = PostPage::new().per_page(MOST).skip_fetch_threads(true);
        match &self.cursor {
            Some(id) if self.forward => page = page.after(id),
            Some(id) => page = page.before(id),
            None => {}
        }
        let list = self.posts.list(&self.channel, &page)?;
        // The ids at the ends of the answer tell whether there is more; what was deleted meanwhile may be missing in
        // a page that is not the last.
        let next = if self.forward { list.order.first() } else { list.order.last() };
        let more = if self.forward { &list.next_post_id } else { &list.prev_post_id };
        let at_end = more.is_empty() || next == self.cursor.as_ref();
        self.cursor = next.cloned();
        let mut found = list.into_posts();
        self.done = at_end || found.is_empty();
        if self.forward {
            found.reverse();
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
