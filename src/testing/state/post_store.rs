//! The posts of all channels, found by ID, channel, time and thread.

use std::collections::{BTreeSet, HashMap};

use super::StoredPost;

/// All posts, the rows of their history, and which channel has which.
#[derive(Debug, Default)]
pub(in crate::testing) struct PostStore {
    rows: Vec<StoredPost>,
    by_id: HashMap<String, usize>,
    by_channel: HashMap<String, Rows>,
    replies: HashMap<String, Replies>,
}

/// The replies of a thread that still exist. Threads with 10,000 replies are shown as fast as those with ten.
#[derive(Debug, Default)]
struct Replies {
    /// By `create_at`, and as they were written.
    made: BTreeSet<(i64, usize)>,
    /// Their authors, in the order of their first replies, with the number of replies.
    authors: Vec<(String, usize)>,
}

impl Replies {
    fn add(&mut self, at: usize, reply: &StoredPost) {
        self.made.insert((reply.create_at, at));
        match self.authors.iter_mut().find(|(author, _)| *author == reply.user_id) {
            Some((_, count)) => *count += 1,
            None => self.authors.push((reply.user_id.clone(), 1)),
        }
    }

    fn remove(&mut self, at: usize, reply: &StoredPost) {
        self.made.remove(&(reply.create_at, at));
        if let Some((_, count)) = self.authors.iter_mut().find(|(author, _)| *author == reply.user_id) {
            *count -= 1;
        }
        self.authors.retain(|(_, count)| *count > 0);
    }
}

/// The rows of a channel. Lists of a channel with a million rows are made as fast as those of one with ten.
#[derive(Debug, Default)]
struct Rows {
    written: Vec<usize>,
    /// By `create_at`, and as they were written.
    made: BTreeSet<(i64, usize)>,
    /// By `update_at`.
    changed: BTreeSet<(i64, usize)>,
}

impl PostStore {
    pub(in crate::testing) fn add(&mut self, post: StoredPost) {
        let at = self.rows.len();
        self.by_id.insert(post.id.clone(), at);
        let channel = self.by_channel.entry(post.channel_id.clone()).or_default();
        channel.written.push(at);
        channel.made.insert((post.create_at, at));
        channel.changed.insert((post.update_at, at));
        if !post.root_id.is_empty() && post.original_id.is_empty() {
            self.replies.entry(post.root_id.clone()).or_default().add(at, &post);
        }
        self.rows.push(post);
    }

    pub(in crate::testing) fn get(&self, id: &str) -> Option<&StoredPost> {
        self.rows.get(*self.by_id.get(id)?)
    }

    /// Changes a post, but for what it is found by: its id, its channel and when it was made.
    pub(in crate::testing) fn change<T>(
        &mut self,
        id: &str,
        how: impl FnOnce(&mut StoredPost) -> T,
    ) -> Option<T> {
        let at = *self.by_id.get(id)?;
        let post = self.rows.get_mut(at)?;
        let (before, existed) = (post.update_at, post.delete_at == 0);
        let result = how(post);
        if post.update_at != before {
            if let Some(channel) = self.by_channel.get_mut(&post.channel_id) {
                channel.changed.remove(&(before, at));
                channel.changed.insert((post.update_at, at));
            }
        }
        if existed && post.delete_at != 0 {
            if let Some(replies) = self.replies.get_mut(&post.root_id) {
                replies.remove(at, post);
            }
        }
        Some(result)
    }

    /// The rows of a channel, history and deleted ones too, oldest first.
    pub(in crate::testing) fn of_channel(&self, id: &str) -> impl DoubleEndedIterator<Item = &StoredPost> {
        let written = self.by_channel.get(id).map(|channel| &*channel.written).unwrap_or_default();
        written.iter().filter_map(|at| self.rows.get(*at))
    }

    /// The rows of a channel made in this range of times, deleted ones and history too, oldest first.
    pub(in crate::testing) fn made(
        &self,
        id: &str,
        times: std::ops::Range<i64>,
    ) -> impl DoubleEndedIterator<Item = &StoredPost> {
        let channel = self.by_channel.get(id);
        let found = channel.map(|channel| channel.made.range((times.start, 0)..(times.end, 0)));
        found.into_iter().flatten().filter_map(|(_, at)| self.rows.get(*at))
    }

    /// The rows of a channel that changed after a time, in the order in which they were written.
    pub(in crate::testing) fn changed(&self, id: &str, since: i64) -> Vec<&StoredPost> {
        let channel = self.by_channel.get(id);
        let found = channel.map(|channel| channel.changed.range((since.saturating_add(1), 0)..));
        let mut found: Vec<usize> = found.into_iter().flatten().map(|(_, at)| *at).collect();
        found.sort_unstable();
        found.into_iter().filter_map(|at| self.rows.get(at)).collect()
    }

    /// When a row of the channel changed last.
    pub(in crate::testing) fn last_change(&self, id: &str) -> Option<i64> {
        self.by_channel.get(id)?.changed.last().map(|(time, _)| *time)
    }

    /// The replies of a thread that still exist, oldest first.
    pub(in crate::testing) fn replies(&self, root: &str) -> impl DoubleEndedIterator<Item = &StoredPost> {
        let replies = self.replies.get(root).map(|replies| replies.made.iter());
        replies.into_iter().flatten().filter_map(|(_, at)| self.rows.get(*at))
    }

    /// The replies of a thread that still exist, and were made after a time.
    pub(in crate::testing) fn replies_after(
        &self,
        root: &str,
        time: i64,
    ) -> impl Iterator<Item = &StoredPost> {
        let replies = self.replies.get(root).map(|replies| replies.made.range((time.saturating_add(1), 0)..));
        replies.into_iter().flatten().filter_map(|(_, at)| self.rows.get(*at))
    }

    /// The number of replies of a thread that still exist.
    pub(in crate::testing) fn reply_count(&self, root: &str) -> usize {
        self.replies.get(root).map_or(0, |replies| replies.made.len())
    }

    /// The authors of the replies of a thread, in the order of their first replies.
    pub(in crate::testing) fn participants(&self, root: &str) -> impl Iterator<Item = &str> {
        self.replies.get(root).into_iter().flat_map(|replies| &replies.authors).map(|(author, _)| &**author)
    }

    /// The number of rows so far.
    pub(in crate::testing) fn count(&self) -> usize {
        self.rows.len()
    }

    /// Every row, in the order it was written.
    pub(in crate::testing) fn all(&self) -> impl DoubleEndedIterator<Item = &StoredPost> {
        self.rows.iter()
    }
}
