//! The complete post history of a channel.

use std::vec::IntoIter;

use super::Posts;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ChannelId, Post, PostId, PostList, PostPage};
use crate::page::MAX_PER_PAGE;
use crate::time::Timestamp;

/// No channel has so many pages: this is more than 3 billion posts.
const MAX_PAGE: u32 = 1 << 24;

/// An iterator over the posts of a channel, fetching 200 per request. Iteration ends after the last post or
/// the first error.
///
/// Deleted posts are not included. Posts created in the same millisecond are sorted by ID. A program can therefore
/// store the ID of the last post that it processed, and resume there. See [`Posts::history`].
#[derive(Debug)]
pub struct History<'c> {
    posts: Posts<'c>,
    channel: ChannelId,
    /// The requested starting point, until it has been looked up.
    start: Option<PostId>,
    cursor: Option<PostId>,
    forward: bool,
    /// The requested starting time, until it has been looked up.
    time: Option<Timestamp>,
    ready: IntoIter<Post>,
    done: bool,
}

impl<'c> History<'c> {
    pub(super) fn new(posts: Posts<'c>, channel: ChannelId) -> Self {
        let ready = Vec::new().into_iter();
        Self { posts, channel, start: None, cursor: None, forward: false, time: None, ready, done: false }
    }

    /// Starts with the post before this one and continues with older posts. Costs one additional request.
    #[must_use]
    #[inline]
    pub fn before(mut self, post: impl Into<PostId>) -> Self {
        (self.start, self.time, self.forward) = (Some(post.into()), None, false);
        self
    }

    /// Starts with the post after the given one and continues with newer posts. Costs one additional request.
    #[must_use]
    #[inline]
    pub fn after(mut self, post: impl Into<PostId>) -> Self {
        (self.start, self.time, self.forward) = (Some(post.into()), None, true);
        self
    }

    /// Starts with the oldest post and continues with newer posts. Finding it takes additional requests: about twice the
    /// binary logarithm of the number of pages, for example 20 for 100,000 posts.
    #[must_use]
    #[inline]
    pub fn oldest_first(self) -> Self {
        self.after_time(Timestamp::NEVER)
    }

    /// Starts with the oldest post created after `time` and continues with newer posts. Finding it takes additional
    /// requests, as for [`oldest_first`](Self::oldest_first), but only the pages of newer posts count.
    #[must_use]
    #[inline]
    pub fn after_time(mut self, time: Timestamp) -> Self {
        (self.start, self.time, self.forward) = (None, Some(time), true);
        self
    }

    /// Finds the newest post at or before `time`, to continue after it.
    fn seek(&mut self, time: Timestamp) -> Result<()> {
        let page = |number: u32| {
            let page = PostPage::new().page(number).per_page(MAX_PER_PAGE).skip_fetch_threads(true);
            let mut posts = self.posts.list(&self.channel, &page)?.into_posts();
            posts.sort_by(|a, b| (b.create_at, &b.id).cmp(&(a.create_at, &a.id)));
            Ok::<_, Error>(posts)
        };
        let reaches = |posts: &[Post]| posts.last().is_none_or(|post| post.create_at <= time);
        // The first page that is old enough: double the distance, then halve the interval.
        let (mut low, mut step, mut oldest) = (0_u32, 1_u32, Vec::new());
        let mut found = page(0)?;
        let mut high = 0;
        while !reaches(&found) {
            if high >= MAX_PAGE {
                return Err(Error::new(ErrorKind::Protocol, "the history of the channel has too many pages"));
            }
            (oldest, low) = (found, high + 1);
            high = high.saturating_add(step);
            step = step.saturating_mul(2);
            found = page(high)?;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            let posts = page(middle)?;
            if reaches(&posts) {
                (high, found) = (middle, posts);
            } else {
                (low, oldest) = (middle + 1, posts);
            }
        }
        match found.into_iter().find(|post| post.create_at <= time) {
            Some(pivot) => self.cursor = Some(pivot.id),
            // Nothing is that old: begin with the oldest post, and those of its millisecond.
            None => match oldest.last().map(|post| post.create_at) {
                Some(first) => {
                    oldest.retain(|post| post.create_at == first);
                    self.cursor = oldest.last().map(|post| post.id.clone());
                    oldest.reverse();
                    self.ready = oldest.into_iter();
                }
                None => self.done = true,
            },
        }
        Ok(())
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
            let step = match self.time.take() {
                Some(time) => self.seek(time),
                None => self.fetch(),
            };
            if let Err(error) = step {
                self.done = true;
                return Some(Err(error));
            }
        }
    }
}
