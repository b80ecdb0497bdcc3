//! The events that wait while a gap is filled, with recovered rows between them.
//!
//! Lookups use indexes, so that no operation takes longer than the logarithm of the number of events: all of this
//! happens under the lock of the stream.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::buffered_event::BufferedEvent;
use super::dedup::PostVersion;
use crate::event::EventKind;
use crate::time::Timestamp;
use crate::ws::chunked_deque::ChunkedDeque;
use crate::ws::deferred_log;

/// Number of the first slot, so that slots can be added before it.
const FIRST_SLOT: u64 = 1 << 32;

/// A live event, and the rows that are delivered directly after it.
#[derive(Debug)]
struct EventSlot {
    /// `None` after it was delivered.
    event: Option<BufferedEvent>,
    /// The channel of a live post.
    channel: Option<u64>,
    rows: ChunkedDeque<BufferedEvent>,
}

impl EventSlot {
    fn new(event: BufferedEvent, channel: Option<u64>) -> Self {
        Self { event: Some(event), channel, rows: ChunkedDeque::default() }
    }
}

/// A live post of a channel.
#[derive(Clone, Copy, Debug)]
struct BufferedPost {
    slot: u64,
    id: u64,
    create_at: Timestamp,
    /// The earliest creation time of this post and the later buffered ones.
    earliest: Timestamp,
}

/// The buffered events about one post.
#[derive(Debug, Default)]
struct BufferedVersions {
    count: usize,
    deletions: usize,
    /// Number of edits by edit time.
    edits: BTreeMap<Timestamp, usize>,
}

/// Ranks of posts of the same millisecond: as in the server's list, followed by all others.
pub(super) type PostRanks = HashMap<u64, usize>;

#[derive(Debug)]
pub(super) struct EventBuffer {
    slots: ChunkedDeque<EventSlot>,
    first_slot: u64,
    len: usize,
    /// Size of the buffered texts.
    bytes: usize,
    /// Those of rows among it.
    row_bytes: usize,
    /// By the hash of the post's ID.
    versions: BTreeMap<u64, BufferedVersions>,
    /// Live posts in the order of their slots, by the hash of the channel's ID.
    channels: BTreeMap<u64, ChunkedDeque<BufferedPost>>,
    /// The last slot with rows.
    last_row_slot: Option<u64>,
    /// While the posts are indexed again: the next slot to look at.
    next_to_index: Option<u64>,
}

impl EventBuffer {
    pub(super) fn new() -> Self {
        Self {
            slots: ChunkedDeque::default(),
            first_slot: FIRST_SLOT,
            len: 0,
            bytes: 0,
            row_bytes: 0,
            versions: BTreeMap::new(),
            channels: BTreeMap::new(),
            last_row_slot: None,
            next_to_index: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn buffered_bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the bytes of the rows among the buffered events.
    pub(super) fn row_bytes(&self) -> usize {
        self.row_bytes
    }

    /// Adds a live event. The time of a post that is `dated` by an administrator does not show its place.
    pub(super) fn push(&mut self, event: BufferedEvent, dated: bool) {
        let slot = self.first_slot + self.slots.len() as u64;
        // Slots of new events are looked at, too, before the index is complete.
        let is_indexed = event.kind == EventKind::Posted && !dated && self.next_to_index.is_none();
        let posted = event.version.filter(|_| is_indexed);
        if let Some(version) = posted {
            self.index_post(slot, &version);
        }
        self.count_event(&event);
        let channel = posted.map(|version| version.channel);
        self.slots.push_back(EventSlot::new(event, channel));
    }

    fn index_post(&mut self, slot: u64, version: &PostVersion) {
        let posts = self.channels.entry(version.channel).or_default();
        let create_at = version.create_at;
        // Usually, the last one is already earlier.
        for post in posts.iter_mut().rev().take_while(|post| post.earliest > create_at) {
            post.earliest = create_at;
        }
        posts.push_back(BufferedPost { slot, id: version.id, create_at, earliest: create_at });
    }

    /// Begins to index the posts again. Until [`reindex_slice`](Self::reindex_slice) has returned `true`, no row can be
    /// placed.
    pub(super) fn begin_reindexing(&mut self) {
        deferred_log::drop_later(std::mem::take(&mut self.channels));
        self.next_to_index = Some(self.first_slot);
    }

    /// Indexes the posts of the next slots, except for those that an administrator has dated. `is_dated` receives the
    /// time of a post and the latest time before it, which `latest` is for the first one. Returns `true` after the last
    /// slot.
    pub(super) fn reindex_slice(
        &mut self,
        latest: &mut Option<Timestamp>,
        count: usize,
        is_dated: impl Fn(Timestamp, Option<Timestamp>) -> bool,
    ) -> bool {
        let Some(begin) = self.next_to_index else { return true };
        let begin = begin.max(self.first_slot);
        for number in (begin..).take(count) {
            let Some(slot) = self.slot_mut(number) else {
                self.next_to_index = None;
                return true;
            };
            slot.channel = None;
            let event = slot.event.as_ref().filter(|event| event.kind == EventKind::Posted);
            let Some(version) = event.and_then(|event| event.version) else { continue };
            if is_dated(version.create_at, *latest) {
                continue;
            }
            slot.channel = Some(version.channel);
            *latest = Some(version.create_at).max(*latest);
            self.index_post(number, &version);
        }
        self.next_to_index = Some(begin + count as u64);
        false
    }

    fn count_event(&mut self, event: &BufferedEvent) {
        self.len += 1;
        let bytes = event.event.raw().len();
        self.bytes += bytes;
        if event.is_caught_up() {
            self.row_bytes += bytes;
        }
        let Some(version) = event.version else { return };
        let versions = self.versions.entry(version.id).or_default();
        versions.count += 1;
        match event.kind {
            EventKind::PostDeleted => versions.deletions += 1,
            EventKind::PostEdited => *versions.edits.entry(version.edit_at).or_default() += 1,
            _ => {}
        }
    }

    /// Removes an event from the counters and the index of versions.
    fn uncount_event(&mut self, event: &BufferedEvent) {
        self.len = self.len.saturating_sub(1);
        let bytes = event.event.raw().len();
        self.bytes = self.bytes.saturating_sub(bytes);
        if event.is_caught_up() {
            self.row_bytes = self.row_bytes.saturating_sub(bytes);
        }
        let Some(version) = event.version else { return };
        let Some(versions) = self.versions.get_mut(&version.id) else { return };
        versions.count = versions.count.saturating_sub(1);
        match event.kind {
            EventKind::PostDeleted => versions.deletions = versions.deletions.saturating_sub(1),
            EventKind::PostEdited => {
                if let Entry::Occupied(mut edits) = versions.edits.entry(version.edit_at) {
                    *edits.get_mut() -= 1;
                    if *edits.get() == 0 {
                        edits.remove();
                    }
                }
            }
            _ => {}
        }
        if versions.count == 0 {
            self.versions.remove(&version.id);
        }
    }

    /// Removes and returns the first event.
    pub(super) fn pop(&mut self) -> Option<BufferedEvent> {
        loop {
            let slot = self.slots.front_mut()?;
            let event = slot.event.take().or_else(|| slot.rows.pop_front());
            if slot.rows.is_empty() {
                // The slot remains until the rows behind its event are delivered.
                if let Some(channel) = self.slots.pop_front().and_then(|slot| slot.channel) {
                    self.forget_slots(channel, self.first_slot);
                }
                self.first_slot += 1;
            }
            if let Some(event) = event {
                self.uncount_event(&event);
                return Some(event);
            }
        }
    }

    /// Forgets the posts of a channel in slots up to this one.
    fn forget_slots(&mut self, channel: u64, last: u64) {
        let Some(posts) = self.channels.get_mut(&channel) else { return };
        while posts.front().is_some_and(|post| post.slot <= last) {
            posts.pop_front();
        }
        if posts.is_empty() {
            self.channels.remove(&channel);
        }
    }

    /// Returns the creation time of the oldest live post.
    pub(super) fn oldest_post(&self) -> Option<Timestamp> {
        self.channels.values().filter_map(|posts| posts.front()).map(|post| post.earliest).min()
    }

    /// Returns `true` if an event about this post is buffered.
    pub(super) fn has_post(&self, version: &PostVersion) -> bool {
        self.versions.contains_key(&version.id)
    }

    /// Returns `true` if a later edit or the deletion of the post is buffered.
    pub(super) fn has_later_version(&self, edit: &PostVersion) -> bool {
        self.versions.get(&edit.id).is_some_and(|versions| {
            let last_edit = versions.edits.last_key_value().map(|(time, _)| *time);
            versions.deletions > 0 || last_edit >= Some(edit.edit_at)
        })
    }

    /// Returns the last slot with an older post of the channel. The rows of a slot are older than the post of the
    /// next slot.
    pub(super) fn slot_before(&self, post: &PostVersion, ranks: &PostRanks) -> Option<u64> {
        let posts = self.channels.get(&post.channel)?;
        let older = posts.partition_point(|buffered| buffered.earliest < post.create_at);
        let same = posts.partition_point(|buffered| buffered.earliest <= post.create_at);
        let rank = rank_of(post.id, ranks);
        let same_time = (older..same)
            .rev()
            .filter_map(|index| posts.get(index))
            .find(|buffered| buffered.create_at == post.create_at && rank_of(buffered.id, ranks) < rank);
        same_time.or_else(|| posts.get(older.checked_sub(1)?)).map(|buffered| buffered.slot)
    }

    /// Inserts a row after the event of a slot, and before newer rows.
    pub(super) fn insert_row(&mut self, slot: u64, row: BufferedEvent, ranks: &PostRanks) {
        self.count_event(&row);
        self.last_row_slot = self.last_row_slot.max(Some(slot));
        if let Some(slot) = self.slot_mut(slot) {
            let at = row.version.map_or(slot.rows.len(), |version| row_index(&slot.rows, &version, ranks));
            slot.rows.insert(at, row);
        }
    }

    fn slot_mut(&mut self, slot: u64) -> Option<&mut EventSlot> {
        let index = usize::try_from(slot.checked_sub(self.first_slot)?).ok()?;
        self.slots.get_mut(index)
    }

    /// Inserts an event after all buffered ones.
    pub(super) fn append_row(&mut self, row: BufferedEvent) {
        let last = self.first_slot + (self.slots.len() as u64).saturating_sub(1);
        self.last_row_slot = Some(last);
        self.count_event(&row);
        if let Some(slot) = self.slots.back_mut() {
            slot.rows.push_back(row);
        } else {
            self.slots.push_back(EventSlot::new(row, None));
        }
    }

    /// Inserts an event after the last row, or before all events if there is none.
    pub(super) fn insert_after_rows(&mut self, event: BufferedEvent) {
        self.count_event(&event);
        if let Some(slot) = self.last_row_slot.and_then(|slot| self.slot_mut(slot)) {
            slot.rows.push_back(event);
        } else {
            self.first_slot -= 1;
            self.slots.push_front(EventSlot::new(event, None));
        }
    }

    /// Removes the events after the place of this post in a slot. [`next_cut`](Self::next_cut) returns them.
    pub(super) fn split_off(&mut self, slot: u64, post: &PostVersion, ranks: &PostRanks) -> CutEvents {
        let kept = usize::try_from(slot.saturating_sub(self.first_slot) + 1).unwrap_or(usize::MAX);
        let slots = self.slots.split_off(kept);
        let rows = self.slots.back_mut().map_or_else(ChunkedDeque::default, |slot| {
            let at = row_index(&slot.rows, post, ranks);
            slot.rows.split_off(at)
        });
        self.last_row_slot = self.last_row_slot.map(|last| last.min(slot));
        CutEvents { rows, slots, last_kept: slot, channels: BTreeSet::new() }
    }

    /// Removes a further event of a removed part, or finishes the index of one of its channels. Until it has returned
    /// `CutStep::Done`, no row can be placed.
    pub(super) fn next_cut(&mut self, cut: &mut CutEvents) -> CutStep {
        let row = cut.rows.pop_back();
        let event = row.or_else(|| {
            let slot = cut.slots.pop_back()?;
            cut.rows = slot.rows;
            cut.channels.extend(slot.channel);
            slot.event.or_else(|| cut.rows.pop_back())
        });
        if let Some(event) = event {
            self.uncount_event(&event);
            return CutStep::Event(event);
        }
        let Some(channel) = cut.channels.pop_first() else { return CutStep::Done };
        if let Some(posts) = self.channels.get_mut(&channel) {
            forget_posts_after(posts, cut.last_kept);
            if posts.is_empty() {
                self.channels.remove(&channel);
            }
        }
        CutStep::Indexed
    }
}

/// A part that was removed from the buffer.
#[derive(Debug)]
pub(super) struct CutEvents {
    rows: ChunkedDeque<BufferedEvent>,
    slots: ChunkedDeque<EventSlot>,
    last_kept: u64,
    /// Channels whose index contains removed slots.
    channels: BTreeSet<u64>,
}

/// A step of dropping a part.
pub(super) enum CutStep {
    Event(BufferedEvent),
    Indexed,
    Done,
}

/// Returns the index of a post among the rows of a slot: before the newer ones.
fn row_index(rows: &ChunkedDeque<BufferedEvent>, post: &PostVersion, ranks: &PostRanks) -> usize {
    let key = |version: &PostVersion| (version.create_at, rank_of(version.id, ranks));
    let mut at = rows.len();
    for (index, row) in (0..rows.len()).rev().zip(rows.iter().rev()) {
        let Some(other) = row.version.filter(|_| row.kind == EventKind::Posted) else { continue };
        // Posts in the slot of a post belong to its channel.
        if key(&other) < key(post) {
            break;
        }
        at = index;
    }
    at
}

fn rank_of(id: u64, ranks: &PostRanks) -> usize {
    ranks.get(&id).copied().unwrap_or(usize::MAX)
}

/// Forgets the posts after a slot.
fn forget_posts_after(posts: &mut ChunkedDeque<BufferedPost>, last: u64) {
    let kept = posts.partition_point(|post| post.slot <= last);
    if kept == posts.len() {
        return;
    }
    deferred_log::drop_later(posts.split_off(kept));
    let mut earliest = None;
    for post in posts.iter_mut().rev() {
        let now = earliest.map_or(post.create_at, |later| post.create_at.min(later));
        if post.earliest == now {
            break;
        }
        post.earliest = now;
        earliest = Some(now);
    }
}
