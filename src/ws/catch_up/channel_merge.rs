//! The merge of one channel's rows with the buffered events.
//!
//! It is done in short slices, since they run under the lock of the stream. The sorting is done outside the lock.
//! Live events may arrive between two slices, so a row is judged again before it is placed.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::dedup::PostVersion;
use super::event_buffer::PostRanks;
use super::fetch::ChannelRows;
use super::post_listing::FetchedPost;
use super::post_rows;
use crate::event::EventKind;
use crate::model::{Channel, Post, UserId};
use crate::time::Timestamp;

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeStep {
    /// Find the newest delivered post. The number is that of the next row.
    Scan(usize),
    /// Find the rows that are events.
    Judge,
    /// Fetch the names of authors.
    Names,
    /// Sort the events.
    Sort,
    /// Place the events.
    Place,
}

#[derive(Debug)]
pub(crate) struct ChannelMerge {
    pub(super) channel: Arc<Channel>,
    pub(super) step: MergeStep,
    /// Rows that are not judged yet, oldest first.
    pub(super) rows: VecDeque<FetchedPost>,
    /// The hashes of the IDs of all rows, in their order.
    pub(super) ids: Vec<u64>,
    /// The newest post among the rows that was delivered before the gap.
    pub(super) newest_delivered: Option<Timestamp>,
    pub(super) events: VecDeque<(EventKind, Box<Post>)>,
    pub(super) ranks: PostRanks,
    /// Authors whose names are not cached.
    pub(super) unknown: BTreeSet<UserId>,
    /// The oldest buffered post.
    pub(super) oldest_buffered: Option<Timestamp>,
    /// `true` if there was no room for an edit or a deletion, which is read again.
    pub(super) skipped: bool,
}

impl ChannelMerge {
    pub(super) fn new(found: ChannelRows, step: MergeStep) -> Self {
        Self {
            channel: Arc::new(found.channel),
            step,
            ids: Vec::with_capacity(found.rows.len()),
            rows: found.rows,
            newest_delivered: None,
            events: VecDeque::new(),
            ranks: PostRanks::new(),
            unknown: BTreeSet::new(),
            oldest_buffered: None,
            skipped: false,
        }
    }

    /// Sorts the events by the time at which they happened. Must not be called under the lock.
    pub(crate) fn sort_events(&mut self) {
        // Posts of the same millisecond have the order of the list. Posts that are not in it are newer.
        self.ranks = self.ids.drain(..).enumerate().map(|(rank, id)| (id, rank)).collect();
        self.events.make_contiguous().sort_by_key(|(kind, post)| post_rows::event_time(*kind, post));
        self.step = MergeStep::Place;
    }

    pub(super) fn push_row(&mut self, row: Box<Post>, kind: Option<EventKind>) {
        self.ids.push(PostVersion::of_post(&row).id);
        if let Some(kind) = kind {
            self.events.push_back((kind, row));
        }
    }
}
