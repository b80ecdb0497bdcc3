//! Pages of posts, and the rows of a channel that are read from them.

use std::collections::{BTreeSet, VecDeque};
use std::io;

use super::dedup::PostVersion;
use crate::model::{Post, PostId, PostList};
use crate::time::Timestamp;
use crate::ws::deferred_log;

/// A list of posts, decoded outside the lock of the stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct FetchedPage {
    /// Number of posts listed by the server.
    pub(super) length: usize,
    /// `true` if the server listed posts without sending them.
    pub(super) incomplete: bool,
    /// Posts created up to this time were left out because of a limit of the server's edition.
    pub(super) inaccessible_until: Timestamp,
    /// The listed posts, newest first, with their creation times.
    pub(super) order: Vec<(PostId, Timestamp)>,
    /// The listed posts, followed by others in the response. Allocated separately, since allocators keep the memory
    /// of a large block.
    pub(super) rows: Vec<FetchedPost>,
}

#[derive(Clone, Debug)]
pub(super) struct FetchedPost {
    pub(super) post: Box<Post>,
    pub(super) size: usize,
}

impl From<PostList> for FetchedPage {
    fn from(mut list: PostList) -> Self {
        let incomplete = list.order.iter().any(|id| !list.posts.contains_key(id));
        let listed: Vec<Post> = list.order.iter().filter_map(|id| list.posts.remove(id)).collect();
        let order = listed.iter().map(|post| (post.id.clone(), post.create_at)).collect();
        let fetched = |post| FetchedPost { size: size_of_post(&post), post: Box::new(post) };
        let rows = listed.into_iter().chain(list.posts.into_values()).map(fetched).collect();
        let inaccessible_until = list.first_inaccessible_post_time;
        Self { length: list.order.len(), incomplete, inaccessible_until, order, rows }
    }
}

/// Returns the approximate size of a post, measured as JSON.
pub(super) fn size_of_post(post: &Post) -> usize {
    #[derive(Default)]
    struct ByteCounter(usize);

    impl io::Write for ByteCounter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut counter = ByteCounter::default();
    let _ = serde_json::to_writer(&mut counter, post);
    size_of::<Post>() + counter.0
}

/// Posts that are listed newest first and kept oldest first.
#[derive(Debug, Default)]
pub(super) struct PostListing {
    pub(super) posts: VecDeque<FetchedPost>,
    /// Compact keys of these posts.
    pub(super) ids: BTreeSet<u64>,
    pub(super) bytes: usize,
    /// `true` if newer posts were dropped to save memory.
    pub(super) trimmed: bool,
}

/// A page that was fetched, and the rows of it that are not taken yet.
#[derive(Debug)]
pub(super) struct PageIntake {
    pub(super) rows: std::vec::IntoIter<FetchedPost>,
    /// `true` if they are set aside until the channel was paged.
    pub(super) is_aside: bool,
    /// `true` if it is the last page of the channel.
    pub(super) is_last: bool,
}

impl PostListing {
    pub(super) fn push_row(&mut self, row: FetchedPost) {
        if self.ids.insert(PostVersion::of_post(&row.post).id) {
            self.bytes += row.size;
            self.posts.push_front(row);
        }
    }

    /// Drops the newest posts that exceed the limit. Another pass reads them, since older posts are delivered first.
    pub(super) fn drop_newest(&mut self, max_bytes: usize) {
        let mut dropped = Vec::new();
        while self.bytes > max_bytes && self.posts.len() > 1 {
            let Some(newest) = self.posts.pop_back() else { break };
            self.bytes -= newest.size;
            self.trimmed = true;
            dropped.push(newest);
        }
        deferred_log::drop_later(dropped);
    }
}
