//! The state of a gap that is being filled.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::buffered_event::BufferedEvent;
use super::channel_merge::{ChannelMerge, MergeStep};
use super::dedup::PostVersion;
use super::delivered_rows::DeliveredRows;
use super::event_buffer::{CutEvents, CutStep, EventBuffer};
use super::fetch::{ChannelRows, FetchPass, MAX_NAMES_PER_REQUEST};
use super::post_listing::FetchedPost;
use super::post_rows;
use super::retry::FetchRetry;
use super::settings::CatchUpSettings;
use crate::event::{CaughtUp, Event, EventKind, Missed, NotRecovered, NotRecoveredItem, Payload};
use crate::model::{Channel, ChannelId, Post, UserId};
use crate::time::Timestamp;
use crate::ws::deferred_log;
use crate::ws::session::{Cursor, StreamTime};
use log::Level;

/// Maximum number of passes over a gap: the first finds the missed posts, the second those written in the meantime.
pub(super) const MAX_PASSES: u32 = 20;

/// Maximum number of channels in a report.
const MAX_NAMED_CHANNELS: usize = 1000;

/// Work of a slice, which runs under the lock of the stream and takes well below a millisecond.
const SLICE_WORK: usize = 16;

/// Number of rows to judge in a slice. Judging a row costs a fraction of creating an event.
pub(super) const ROWS_PER_SLICE: usize = 4 * SLICE_WORK;

/// Returns the work of handling an event with a text of this length.
pub(super) fn work_of(length: usize) -> usize {
    1 + length / 1024
}

/// A row that is delivered before all buffered events. Its event is created when there is room for it.
#[derive(Debug)]
pub(super) struct FoundRow {
    kind: EventKind,
    row: Box<Post>,
    channel: Arc<Channel>,
    cursor: Option<Timestamp>,
}

/// Cached usernames.
pub(super) type UsernameMap = HashMap<UserId, Box<str>>;

impl FoundRow {
    fn into_buffered(self, names: &UsernameMap) -> BufferedEvent {
        let Self { kind, row, channel, cursor: since } = self;
        let version = Some(PostVersion::of_post(&row));
        BufferedEvent {
            event: post_rows::row_envelope(kind, *row, &channel, names),
            kind,
            version,
            cursor: since.map(cursor_at),
        }
    }
}

/// Returns the earlier of two times, where `None` is an unknown one.
pub(super) fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

fn cursor_at(server_time: Timestamp) -> Cursor {
    Cursor { connection_id: None, next_seq: 0, server_time }
}

#[derive(Debug)]
pub(super) enum FillStage {
    /// The server time, and thus the age of the gap, is not known.
    AwaitClock,
    /// The previous catch-up began too recently.
    Rest {
        until: StreamTime,
    },
    Pass(Box<FetchPass>),
    /// The buffered events are delivered.
    Release,
}

/// A gap, from its detection until all events behind it are queued.
#[derive(Debug)]
pub(super) struct GapFill {
    pub(super) stage: FillStage,
    /// Gaps whose age is not known yet, with the server time of the last event before each.
    pub(super) gaps: Vec<(Missed, Timestamp)>,
    /// Time at which the last gap was noticed.
    pub(super) gap_at: StreamTime,
    /// Start of the gap. Events after it are missing, unless they are in `memory`. `None` until a gap is known to be
    /// within the horizon.
    pub(super) since: Option<Timestamp>,
    /// Another pass is needed, over the changes after this time.
    pub(super) again: Option<Timestamp>,
    pub(super) memory: DeliveredRows,
    /// Posts up to this time were reported as lost by an earlier notification.
    pub(super) given_up: Option<Timestamp>,
    pub(super) buffer: EventBuffer,
    /// Buffered events that are being dropped, in slices.
    cut: Option<CutEvents>,
    /// The index of the buffered posts is being made again, in slices.
    pub(super) reindexing: Option<Reindexing>,
    /// The rows that are being placed.
    merging: Option<Box<ChannelMerge>>,
    /// `true` while the rows are being sorted, outside the lock.
    sorting: bool,
    pub(super) outbox: VecDeque<FoundRow>,
    /// `true` from the moment the buffer is full until it is empty: live events are dropped.
    pub(super) dropping: bool,
    /// Time of the first dropped event. `None` if no dropped event has a known time.
    pub(super) dropped_since: Option<Timestamp>,
    pub(super) dropped: BTreeMap<EventKind, u64>,
    /// Time of the last live post or edit after the last gap.
    pub(super) latest: Option<Timestamp>,
    /// `true` if this pass found a post that is older than the buffered events.
    pub(super) progress: bool,
    pub(super) passes: u32,
    /// Channels with rows that could not be fetched.
    short: HashSet<ChannelId>,
    /// Channels with newer posts for which there is no room. They are read again when the buffer is empty.
    pub(super) stopped: HashSet<ChannelId>,
    pub(super) report: CaughtUp,
    /// The entries of `not_recovered` in the report.
    named: HashSet<(NotRecovered, ChannelId)>,
    /// `true` if the report was queued.
    pub(super) reported: bool,
    pub(super) retry: FetchRetry,
}

/// The state of making the index of the buffered posts again.
#[derive(Debug)]
pub(super) struct Reindexing {
    /// The server time up to which events had arrived.
    reached: Timestamp,
    /// The latest time of a post among those looked at.
    latest: Option<Timestamp>,
    /// Events that are dropped meanwhile happened after this time.
    pub(super) since: Timestamp,
}

/// The driver's next step for the rows of a channel.
#[derive(Debug)]
pub(super) enum MergeWork {
    /// The next slice.
    Slice,
    /// Fetch the names of these authors.
    Names(Vec<UserId>),
    /// Sort, outside the lock.
    Sort(Box<ChannelMerge>),
}

impl GapFill {
    pub(super) fn new(memory: DeliveredRows, retry: FetchRetry) -> Self {
        Self {
            stage: FillStage::AwaitClock,
            gaps: Vec::new(),
            gap_at: StreamTime::ZERO,
            since: None,
            again: None,
            memory,
            given_up: None,
            buffer: EventBuffer::new(),
            cut: None,
            reindexing: None,
            merging: None,
            sorting: false,
            outbox: VecDeque::new(),
            dropping: false,
            dropped_since: None,
            dropped: BTreeMap::new(),
            latest: None,
            progress: false,
            passes: 0,
            short: HashSet::new(),
            stopped: HashSet::new(),
            report: CaughtUp { complete: true, ..CaughtUp::default() },
            named: HashSet::new(),
            reported: false,
            retry,
        }
    }

    pub(super) fn buffer_event(&mut self, buffered: BufferedEvent, dated: bool) {
        if let Some(version) = &buffered.version {
            self.memory.insert(version.key_for(buffered.kind));
        }
        self.buffer.push(buffered, dated);
    }

    /// Returns the time of a live event. A deletion has the times of its post, so it happened after the previous
    /// event.
    pub(super) fn time_of(&mut self, kind: EventKind, version: Option<&PostVersion>) -> Option<Timestamp> {
        let time = match kind {
            EventKind::PostDeleted => return self.latest,
            EventKind::Posted => version?.create_at,
            _ => version?.update_at.max(version?.edit_at),
        };
        self.latest = self.latest.max(Some(time));
        Some(time)
    }

    /// Start of the gap. It is known while rows are read.
    pub(super) fn start(&self) -> Timestamp {
        self.since.unwrap_or_default()
    }

    /// Requests another pass over the changes after `since`.
    pub(super) fn read_again(&mut self, since: Timestamp) {
        self.again = earliest(self.again, Some(since));
    }

    /// Extends the gap back to `since`, and requests a pass over it.
    pub(super) fn extend_gap(&mut self, since: Timestamp) {
        self.since = earliest(self.since, Some(since));
        self.read_again(since);
    }

    /// Drops live events from now on.
    pub(super) fn begin_dropping(&mut self, since: Option<Timestamp>) {
        self.dropping = true;
        self.dropped_since = since;
    }

    pub(super) fn drop_live(&mut self, kind: EventKind, since: Option<Timestamp>) {
        self.begin_dropping(earliest(self.dropped_since, since));
        *self.dropped.entry(kind).or_default() += 1;
    }

    /// Returns `true` if keys are to be copied, or posts to be indexed, before anything else.
    pub(super) fn is_preparing(&self) -> bool {
        self.reindexing.is_some() || !self.memory.before.is_complete()
    }

    /// Indexes the buffered posts again, since the server time shows which of them have a date in the future.
    pub(super) fn begin_reindexing(&mut self, reached: Timestamp, since: Timestamp) {
        self.buffer.begin_reindexing();
        self.reindexing = Some(Reindexing { reached, latest: None, since });
    }

    /// Indexes further posts. Returns `false` if there was nothing to do.
    pub(super) fn reindex_slice(&mut self, is_dated: impl Fn(Timestamp, Timestamp) -> bool) -> bool {
        let Some(Reindexing { reached, latest, .. }) = &mut self.reindexing else { return false };
        let is_dated = |create_at, newest: Option<Timestamp>| {
            is_dated(create_at, newest.map_or(*reached, |newest| newest.max(*reached)))
        };
        if self.buffer.reindex_slice(latest, ROWS_PER_SLICE, is_dated) {
            self.latest = *latest;
            self.reindexing = None;
        }
        true
    }

    /// The step that remains before the next channel is requested.
    pub(super) fn merge_work(&mut self) -> Option<MergeWork> {
        if self.cut.is_some() || self.is_preparing() {
            return Some(MergeWork::Slice);
        }
        match self.merging.as_ref()?.step {
            MergeStep::Scan(_) | MergeStep::Judge | MergeStep::Place => Some(MergeWork::Slice),
            MergeStep::Names => {
                let unknown = self.merging.iter().flat_map(|merge| &merge.unknown);
                Some(MergeWork::Names(unknown.take(MAX_NAMES_PER_REQUEST).cloned().collect()))
            }
            MergeStep::Sort => {
                self.sorting = true;
                self.merging.take().map(MergeWork::Sort)
            }
        }
    }

    /// Continues with sorted rows.
    pub(super) fn rows_sorted(&mut self, merge: Box<ChannelMerge>) {
        if std::mem::take(&mut self.sorting) {
            self.merging = Some(merge);
        } else {
            deferred_log::drop_later(merge);
        }
    }

    /// Returns `true` if names of authors are being requested.
    pub(super) fn wants_names(&self) -> bool {
        self.merging.as_ref().is_some_and(|merge| merge.step == MergeStep::Names)
    }

    /// Continues after usernames were fetched, or could not be.
    pub(super) fn names_resolved(&mut self) {
        let Some(merge) = &mut self.merging else { return };
        for _ in 0..MAX_NAMES_PER_REQUEST {
            merge.unknown.pop_first();
        }
        if merge.unknown.is_empty() {
            merge.step = MergeStep::Sort;
        }
    }

    /// Continues without the missing usernames.
    pub(super) fn skip_names(&mut self) {
        if let Some(merge) = &mut self.merging {
            merge.unknown.clear();
            merge.step = MergeStep::Sort;
        }
    }

    /// Begins to place the events of a channel's rows: before all buffered events, or between them if the buffer
    /// contains older events of the channel. Returns `false` if newer posts cannot be recovered.
    pub(super) fn begin_merge(&mut self, found: ChannelRows) -> bool {
        let id = found.channel.id.clone();
        if self.stopped.contains(&id) {
            deferred_log::drop_later(found);
            return true;
        }
        if found.cut {
            self.record_not_recovered(NotRecovered::Changes, id.clone());
        }
        let mut rest_is_read = true;
        let mut short = found.short;
        if let Some(newest) = found.newest_kept {
            // Another pass reads the rest.
            rest_is_read = self.passes < MAX_PASSES;
            short |= !rest_is_read;
            if rest_is_read {
                self.read_again(newest.minus(Duration::from_millis(1)).max(self.start()));
            }
        }
        if short {
            self.short.insert(id);
        } else {
            self.short.remove(&id);
        }
        let first = if self.given_up.is_some() { MergeStep::Scan(0) } else { MergeStep::Judge };
        self.merging = Some(Box::new(ChannelMerge::new(found, first)));
        rest_is_read
    }

    /// Continues with the rows of a channel.
    pub(super) fn merge_slice(&mut self, names: &UsernameMap, settings: &CatchUpSettings) {
        if let Some(mut cut) = self.cut.take() {
            for _ in 0..ROWS_PER_SLICE {
                match self.buffer.next_cut(&mut cut) {
                    CutStep::Event(buffered) => self.drop_buffered(&buffered),
                    CutStep::Indexed => {}
                    CutStep::Done => return,
                }
            }
            self.cut = Some(cut);
            return;
        }
        let Some(mut merge) = self.merging.take() else { return };
        let done = match merge.step {
            MergeStep::Scan(next) => self.scan_slice(&mut merge, next),
            MergeStep::Judge => self.judge_slice(&mut merge, names, settings),
            MergeStep::Place => self.place_slice(&mut merge, names, settings),
            MergeStep::Names | MergeStep::Sort => false,
        };
        if !done {
            self.merging = Some(merge);
        }
        if self.memory.len() > settings.max_keys {
            deferred_log::push_line(Level::Warn, || "the gap is too large to be filled".to_owned());
            self.give_up(NotRecovered::Posts);
        }
    }

    fn scan_slice(&self, merge: &mut ChannelMerge, next: usize) -> bool {
        let end = (next + ROWS_PER_SLICE).min(merge.rows.len());
        let delivered = |row: &&Post| self.memory.before.contains(PostVersion::of_post(row).posted_key());
        let rows = merge.rows.range(next..end).map(|row| &*row.post);
        let newest = rows.filter(delivered).map(|row| row.create_at).max();
        merge.newest_delivered = merge.newest_delivered.max(newest);
        merge.step = if end == merge.rows.len() { MergeStep::Judge } else { MergeStep::Scan(end) };
        false
    }

    fn judge_slice(
        &mut self,
        merge: &mut ChannelMerge,
        names: &UsernameMap,
        settings: &CatchUpSettings,
    ) -> bool {
        for _ in 0..ROWS_PER_SLICE {
            let Some(FetchedPost { post: row, .. }) = merge.rows.pop_front() else {
                merge.step = if merge.unknown.is_empty() { MergeStep::Sort } else { MergeStep::Names };
                break;
            };
            let version = PostVersion::of_post(&row);
            // A post that was reported as lost is older than one that was delivered.
            let lost = self.given_up.is_some_and(|until| row.create_at <= until)
                && Some(row.create_at) < merge.newest_delivered;
            if lost {
                self.memory.insert(version.posted_key());
            }
            if post_rows::came_and_went(&row, self.start(), |key| self.memory.contains(key)) {
                self.memory.insert(version.posted_key());
                self.memory.insert(version.deleted_key());
            }
            let kind = self.event_kind_of(&row, settings);
            let needs_name = kind.is_some_and(|kind| post_rows::needs_name(kind, &row));
            if needs_name && !names.contains_key(&row.user_id) {
                merge.unknown.insert(row.user_id.clone());
            }
            merge.push_row(row, kind);
        }
        false
    }

    /// Returns the event that a row represents, if the stream delivers it.
    fn event_kind_of(&self, row: &Post, settings: &CatchUpSettings) -> Option<EventKind> {
        let is_known = |key| self.memory.contains(key);
        let kind = post_rows::event_kind_of(row, self.start(), is_known)?;
        // A stream that delivers only edits would have received the edit of a new post too.
        let edited = kind == EventKind::Posted
            && !settings.wants_kind(kind)
            && row.edit_at > self.start()
            && !is_known(PostVersion::of_post(row).edited_key());
        let kind = if edited { EventKind::PostEdited } else { kind };
        settings.wants_kind(kind).then_some(kind)
    }

    /// Places events. Returns `true` at the end.
    fn place_slice(
        &mut self,
        merge: &mut ChannelMerge,
        names: &UsernameMap,
        settings: &CatchUpSettings,
    ) -> bool {
        let room = settings.capacity.saturating_mul(2);
        if merge.oldest_buffered.is_none() {
            merge.oldest_buffered = self.buffer.oldest_post();
        }
        let mut work = 0;
        while work < SLICE_WORK {
            let Some((_, row)) = merge.events.pop_front() else {
                if merge.skipped {
                    self.begin_dropping(self.since);
                    self.stop_channel(merge);
                }
                return true;
            };
            let Some(kind) = self.event_kind_of(&row, settings) else { continue };
            let version = PostVersion::of_post(&row);
            if kind == EventKind::PostEdited && self.buffer.has_later_version(&version) {
                self.memory.insert(version.edited_key());
                continue;
            }
            let slot = if kind == EventKind::Posted {
                self.buffer.slot_before(&version, &merge.ranks)
            } else {
                None
            };
            let is_last = kind != EventKind::Posted && self.buffer.has_post(&version);
            let full = self.buffer.len() >= room || self.buffer.row_bytes() >= settings.max_bytes;
            if full && (slot.is_some() || is_last) {
                if !self.gaps.is_empty() {
                    // Another pass follows, or the whole gap turns out to be too old.
                    self.read_again(self.start());
                    return true;
                }
                let Some(slot) = slot else {
                    // It is read again. Later posts may belong before buffered ones.
                    merge.skipped = true;
                    continue;
                };
                // The later buffered events are dropped. Another pass finds the posts among them.
                self.cut = Some(self.buffer.split_off(slot, &version, &merge.ranks));
                self.begin_dropping(self.since);
                self.stop_channel(merge);
                return true;
            }
            self.remember_row(kind, &version);
            *self.counter_for(kind) += 1;
            let found = FoundRow { kind, row, channel: Arc::clone(&merge.channel), cursor: self.since };
            if slot.is_none() && !is_last {
                self.progress |= merge.oldest_buffered.is_none_or(|oldest| version.create_at < oldest);
                self.outbox.push_back(found);
                work += 1;
                continue;
            }
            let buffered = found.into_buffered(names);
            work += work_of(buffered.event.raw().len());
            match slot {
                Some(slot) => self.buffer.insert_row(slot, buffered, &merge.ranks),
                None => self.buffer.append_row(buffered),
            }
        }
        false
    }

    /// Ignores further rows of this channel until the buffer is empty.
    fn stop_channel(&mut self, merge: &ChannelMerge) {
        deferred_log::push_line(Level::Debug, || {
            "catching up: buffer full, posts will be read again".to_owned()
        });
        self.stopped.insert(merge.channel.id.clone());
    }

    /// Records a row that an event was created from.
    fn remember_row(&mut self, kind: EventKind, version: &PostVersion) {
        self.memory.insert(version.key_for(kind));
        if kind != EventKind::PostDeleted {
            self.memory.insert_row(version);
        }
    }

    /// Drops a buffered event.
    fn drop_buffered(&mut self, buffered: &BufferedEvent) {
        if let Some(version) = &buffered.version {
            if buffered.is_caught_up() {
                let counter = self.counter_for(buffered.kind);
                *counter = counter.saturating_sub(1);
                self.memory.forget_row(buffered.kind, version);
                return;
            }
            self.memory.remove(version.key_for(buffered.kind));
        }
        self.drop_live(buffered.kind, self.since);
    }

    fn counter_for(&mut self, kind: EventKind) -> &mut u64 {
        match kind {
            EventKind::Posted => &mut self.report.posts,
            EventKind::PostDeleted => &mut self.report.deleted,
            _ => &mut self.report.edited,
        }
    }

    /// Handles a new gap: events buffered after it must not be delivered before it is filled.
    pub(super) fn pause_release(&mut self) {
        if !matches!(self.stage, FillStage::Release) {
            return;
        }
        self.stage = FillStage::AwaitClock;
        self.passes = 0;
        if self.reported {
            self.reported = false;
            self.report = CaughtUp { complete: true, ..CaughtUp::default() };
            self.named.clear();
            self.since = None;
        }
    }

    /// Abandons the fill because the gap is older than the horizon.
    pub(super) fn abandon_fill(&mut self) {
        let outbox = std::mem::take(&mut self.outbox);
        for found in &outbox {
            let counter = self.counter_for(found.kind);
            *counter = counter.saturating_sub(1);
            self.memory.forget_row(found.kind, &PostVersion::of_post(&found.row));
        }
        deferred_log::drop_later(outbox);
        self.give_up(NotRecovered::BeyondHorizon);
        self.stopped.clear();
        self.since = None;
        self.stage = FillStage::AwaitClock;
    }

    pub(super) fn record_not_recovered(&mut self, what: NotRecovered, channel: ChannelId) {
        let many = self.report.not_recovered.len() >= MAX_NAMED_CHANNELS;
        // An empty channel means all channels.
        let channel = if many { ChannelId::default() } else { channel };
        if self.named.insert((what.clone(), channel.clone())) {
            self.report.not_recovered.push(NotRecoveredItem::new(what, channel));
        }
    }

    /// Reports what could not be recovered, and releases the rest.
    pub(super) fn give_up(&mut self, what: NotRecovered) {
        self.report.complete = false;
        self.record_not_recovered(what, ChannelId::default());
        self.again = None;
        self.sorting = false;
        deferred_log::drop_later(self.merging.take());
        deferred_log::drop_later(std::mem::replace(&mut self.stage, FillStage::Release));
    }

    /// Drops the rows that are not delivered yet.
    pub(super) fn clear_outbox(&mut self) {
        deferred_log::drop_later(std::mem::take(&mut self.outbox));
    }

    /// Returns the next event that may enter the queue.
    pub(super) fn next_event(&mut self, names: &UsernameMap) -> Option<BufferedEvent> {
        if let Some(found) = self.outbox.pop_front() {
            let buffered = found.into_buffered(names);
            self.goes_out(&buffered);
            return Some(buffered);
        }
        if !matches!(self.stage, FillStage::Release) {
            return None;
        }
        while let Some(buffered) = self.buffer.pop() {
            if !self.memory.was_overtaken(&buffered) {
                self.goes_out(&buffered);
                if let Some(version) = buffered.version.as_ref().filter(|_| !buffered.is_caught_up()) {
                    // It now counts as delivered. A slow program can make a release last long, so it must not be
                    // remembered here.
                    self.memory.remove(version.key_for(buffered.kind));
                }
                return Some(buffered);
            }
        }
        None
    }

    fn goes_out(&mut self, buffered: &BufferedEvent) {
        if let Some(version) = buffered.version.as_ref().filter(|_| buffered.is_caught_up()) {
            self.memory.goes_out(version);
        }
    }

    /// Queues the report behind the last recovered event.
    pub(super) fn queue_report(&mut self) {
        self.reported = true;
        self.report.dropped = std::mem::take(&mut self.dropped);
        for channel in std::mem::take(&mut self.short) {
            self.report.complete = false;
            self.record_not_recovered(NotRecovered::Posts, channel);
        }
        let event = Event::from_notification(Payload::CaughtUp(Box::new(self.report.clone())));
        let cursor = self.since.map(cursor_at);
        self.buffer.insert_after_rows(BufferedEvent {
            event,
            kind: EventKind::CaughtUp,
            version: None,
            cursor,
        });
    }
}
