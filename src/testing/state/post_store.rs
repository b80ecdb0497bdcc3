//! The posts of all channels, indexed by ID, channel, time and thread.

use std::collections::{BTreeSet, HashMap};

use super::StoredPost;

/// All posts, the rows of their history, and the indexes.
#[derive(Debug, Default)]
pub(in crate::testing) struct PostStore {
    rows: Vec<StoredPost>,
    by_id: HashMap<String, usize>,
    by_channel: HashMap<String, Rows>,
    replies: HashMap<String, Replies>,
}

/// The replies of a thread that are not deleted, indexed so that long threads are not slower than short ones.
#[derive(Debug, Default)]
struct Replies {
    /// Ordered by `create_at`, then in the order of creation.
    made: BTreeSet<(i64, usize)>,
    /// The authors in the order of their first replies, with their number of replies.
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

/// The rows of a channel, indexed so that long channels are not slower than short ones.
#[derive(Debug, Default)]
struct Rows {
    written: Vec<usize>,
    /// Ordered by `create_at`, then in the order of creation.
    made: BTreeSet<(i64, usize)>,
    /// Ordered by `update_at`.
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

    /// Changes a post. The ID, the channel and the creation time must stay the same.
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

    /// Returns the rows of a channel, including history and deleted ones, oldest first.
    pub(in crate::testing) fn of_channel(&self, id: &str) -> impl DoubleEndedIterator<Item = &StoredPost> {
        let written = self.by_channel.get(id).map(|channel| &*channel.written).unwrap_or_default();
        written.iter().filter_map(|at| self.rows.get(*at))
    }

    /// Returns the rows of a channel that were created in a range of times, including history and deleted ones,
    /// oldest first.
    pub(in crate::testing) fn made(
        &self,
        id: &str,
        times: std::ops::Range<i64>,
    ) -> impl DoubleEndedIterator<Item = &StoredPost> {
        let channel = self.by_channel.get(id);
        let found = channel.map(|channel| channel.made.range((times.start, 0)..(times.end, 0)));
        found.into_iter().flatten().filter_map(|(_, at)| self.rows.get(*at))
    }

    /// Returns the rows of a channel that changed after a time, in the order of creation.
    pub(in crate::testing) fn changed(&self, id: &str, since: i64) -> Vec<&StoredPost> {
        let channel = self.by_channel.get(id);
        let found = channel.map(|channel| channel.changed.range((since.saturating_add(1), 0)..));
        let mut found: Vec<usize> = found.into_iter().flatten().map(|(_, at)| *at).collect();
        found.sort_unstable();
        found.into_iter().filter_map(|at| self.rows.get(at)).collect()
    }

    /// Returns the time of the last change of a row of the channel.
    pub(in crate::testing) fn last_change(&self, id: &str) -> Option<i64> {
        self.by_channel.get(id)?.changed.last().map(|(time, _)| *time)
    }

    /// Returns the replies of a thread that are not deleted, oldest first.
    pub(in crate::testing) fn replies(&self, root: &str) -> impl DoubleEndedIterator<Item = &StoredPost> {
        let replies = self.replies.get(root).map(|replies| replies.made.iter());
        replies.into_iter().flatten().filter_map(|(_, at)| self.rows.get(*at))
    }

    /// Returns the replies of a thread that are not deleted and were created after a time.
    pub(in crate::testing) fn replies_after(
        &self,
        root: &str,
        time: i64,
    ) -> impl Iterator<Item = &StoredPost> {
        let replies = self.replies.get(root).map(|replies| replies.made.range((time.saturating_add(1), 0)..));
        replies.into_iter().flatten().filter_map(|(_, at)| self.rows.get(*at))
    }

    /// Returns the number of replies of a thread that are not deleted.
    pub(in crate::testing) fn reply_count(&self, root: &str) -> usize {
        self.replies.get(root).map_or(0, |replies| replies.made.len())
    }

    /// Returns the authors of the replies of a thread, in the order of their first replies.
    pub(in crate::testing) fn participants(&self, root: &str) -> impl Iterator<Item = &str> {
        self.replies.get(root).into_iter().flat_map(|replies| &replies.authors).map(|(author, _)| &**author)
    }

    /// Returns the number of rows.
    pub(in crate::testing) fn count(&self) -> usize {
        self.rows.len()
    }

    /// Returns all rows in the order of creation.
    pub(in crate::testing) fn all(&self) -> impl DoubleEndedIterator<Item = &StoredPost> {
        self.rows.iter()
    }
}
