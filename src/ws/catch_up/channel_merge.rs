//! The merge of one channel's rows with the events that wait.
//!
//! It goes in slices, each short, because they run under the lock of the stream; the sorting happens outside it. Live
//! events may come between two slices, so that a row is judged again when its place is looked for.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::dedup::PostVersion;
use super::event_buffer::PostRanks;
use super::fetch::ChannelRows;
use super::post_rows;
use crate::event::EventKind;
use crate::model::{Channel, Post, UserId};
use crate::time::Timestamp;

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeStep {
    /// Look for the newest post that was delivered; this row is next.
    Scan(usize),
    /// Find out which rows are events.
    Judge,
    /// Fetch the names of authors.
    Names,
    /// Sort the events.
    Sort,
    /// Put the events where they belong.
    Place,
}

#[derive(Debug)]
pub(crate) struct ChannelMerge {
    pub(super) channel: Arc<Channel>,
    pub(super) step: MergeStep,
    /// Rows that are not judged yet, oldest first.
    pub(super) rows: VecDeque<Box<Post>>,
    /// The hashes of the IDs of all rows, in their order.
    pub(super) ids: Vec<u64>,
    /// The newest of the posts among the rows that were delivered before the gap.
    pub(super) newest_delivered: Option<Timestamp>,
    pub(super) events: VecDeque<(EventKind, Box<Post>)>,
    pub(super) ranks: PostRanks,
    /// Authors whose names are not known.
    pub(super) unknown: BTreeSet<UserId>,
    /// The oldest post that waits.
    pub(super) oldest_buffered: Option<Timestamp>,
    /// An edit or a deletion found no room and is read again.
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

    /// Brings the events into the order in which they happened. Not to be called under the lock.
    pub(crate) fn sort_events(&mut self) {
        // Posts of one millisecond are in the order of the list; what is not in it came later.
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
