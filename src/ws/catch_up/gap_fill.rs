//! One gap being filled: what waits, what was found, what was delivered.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::dedup::{DedupKey, PostVersion};
use super::fetch::{ChannelRows, FetchPass};
use super::post_rows;
use super::retry::FetchRetry;
use crate::event::{CaughtUp, Event, EventKind, Missed, NotRecovered, NotRecoveredItem, Origin, Payload};
use crate::model::{Channel, ChannelId, Post, UserId};
use crate::time::Timestamp;
use crate::ws::backoff::ReconnectBackoff;
use crate::ws::session::Cursor;
use crate::ws::session::StreamTime;

/// Passes over one gap at most: the first finds what was missed, the second what was still being written.
pub(super) const MAX_PASSES: u32 = 20;

/// Before any gap was found to be within the horizon.
pub(super) const NOT_YET: Timestamp = Timestamp::from_millis(i64::MAX);

/// An event that waits for its turn.
#[derive(Debug)]
pub(super) struct BufferedEvent {
    pub(super) event: Event,
    pub(super) kind: EventKind,
    pub(super) version: Option<PostVersion>,
    /// Where the stream stands behind it; `None`: as behind the event before it.
    pub(super) mark: Option<Cursor>,
}

impl BufferedEvent {
    fn is_caught_up(&self) -> bool {
        self.event.origin() == Origin::CaughtUp
    }
}

/// A row that goes out before all that is held. Its event is made when there is room for it.
#[derive(Debug)]
pub(super) struct FoundRow {
    kind: EventKind,
    row: Box<Post>,
    channel: Arc<Channel>,
    mark: Option<Timestamp>,
}

/// User names that are known.
pub(super) type Names = HashMap<UserId, Box<str>>;

impl FoundRow {
    fn held(self, names: &Names) -> BufferedEvent {
        let Self { kind, row, channel, mark: since } = self;
        let version = Some(PostVersion::of_post(&row));
        BufferedEvent {
            event: post_rows::event(kind, *row, &channel, names),
            kind,
            version,
            mark: since.map(mark),
        }
    }
}

fn mark(server_time: Timestamp) -> Cursor {
    Cursor { connection_id: None, next_seq: 0, server_time }
}

/// What of a post was delivered from a row.
#[derive(Clone, Copy, Debug)]
struct DeliveredRow {
    update_at: Timestamp,
    /// Whether it went out, and is no longer on its way.
    out: bool,
}

/// What was delivered, or is on its way.
#[derive(Debug, Default)]
pub(super) struct DeliveredRows {
    pub(super) known: HashSet<DedupKey>,
    rows: HashMap<u64, DeliveredRow>,
}

impl DeliveredRows {
    /// Whether a live event says what a row has said already.
    pub(super) fn is_repeat(&self, kind: EventKind, version: &PostVersion) -> bool {
        match kind {
            // A pin has the `edit_at` of the edit before it: what counts is whether the row was read later.
            EventKind::PostEdited => {
                self.rows.get(&version.id).is_some_and(|row| row.update_at >= version.update_at)
            }
            _ => self.known.contains(&version.key(kind)),
        }
    }

    /// The event of a row goes out: from now on older states of its post are repeats.
    fn goes_out(&mut self, version: &PostVersion) {
        if let Some(row) = self.rows.get_mut(&version.id).filter(|row| row.update_at == version.update_at) {
            row.out = true;
        }
    }

    /// The row of an event that does not go out after all.
    fn forget(&mut self, kind: EventKind, version: &PostVersion) {
        self.known.remove(&version.key(kind));
        self.known.remove(&version.edited());
        self.rows.remove(&version.id);
    }

    /// Whether a held event became a repeat by a row that went out before it.
    fn was_overtaken(&self, held: &BufferedEvent) -> bool {
        held.kind == EventKind::PostEdited
            && !held.is_caught_up()
            && held.version.is_some_and(|version| {
                self.rows.get(&version.id).is_some_and(|row| row.out && row.update_at >= version.update_at)
            })
    }
}

#[derive(Debug)]
pub(super) enum FillStage {
    /// The server's time is not known: it tells how old the gap is.
    AwaitClock,
    /// The last start was a moment ago.
    Rest {
        until: StreamTime,
    },
    Pass(Box<FetchPass>),
    /// What was held goes out.
    Release,
}

/// From the moment a gap is known until everything behind it is in the queue.
#[derive(Debug)]
pub(super) struct GapFill {
    pub(super) stage: FillStage,
    /// Gaps whose age is not known yet, with the server time of the last event before each.
    pub(super) gaps: Vec<(Missed, Timestamp)>,
    /// When the last gap became known.
    pub(super) gap_at: StreamTime,
    /// What happened after this is missing, unless it is in `memory`.
    pub(super) since: Timestamp,
    /// Another pass, with what changed after this.
    pub(super) again: Option<Timestamp>,
    pub(super) memory: DeliveredRows,
    /// What was delivered when the gap became known.
    pub(super) told: HashSet<DedupKey>,
    /// Up to then posts were named as lost by an earlier notice.
    pub(super) given_up: Option<Timestamp>,
    pub(super) hold: VecDeque<BufferedEvent>,
    /// The texts of what is held.
    pub(super) bytes: usize,
    pub(super) outbox: VecDeque<FoundRow>,
    /// The hold was full: from then on live events are dropped until it is empty.
    pub(super) dropping: Option<Timestamp>,
    pub(super) dropped: BTreeMap<EventKind, u64>,
    /// The time of the last post or edit behind the last gap.
    pub(super) latest: Option<Timestamp>,
    /// Whether this pass found something older than what is held.
    pub(super) progress: bool,
    pub(super) passes: u32,
    /// Channels whose rows could not all be had.
    short: HashSet<ChannelId>,
    /// Channels whose newer posts found no room: they are read again when the hold is empty, and not before.
    pub(super) stopped: HashSet<ChannelId>,
    pub(super) report: CaughtUp,
    /// Whether the report was given.
    pub(super) reported: bool,
    pub(super) retry: FetchRetry,
}

/// Where the rows of a channel went.
pub(super) enum MergeResult {
    All,
    /// There was no room for all of them between the held events, whose newer part was dropped.
    Cut,
}

impl GapFill {
    pub(super) fn new(memory: DeliveredRows, backoff: ReconnectBackoff) -> Self {
        Self {
            stage: FillStage::AwaitClock,
            gaps: Vec::new(),
            gap_at: StreamTime::ZERO,
            since: NOT_YET,
            again: None,
            memory,
            told: HashSet::new(),
            given_up: None,
            hold: VecDeque::new(),
            bytes: 0,
            outbox: VecDeque::new(),
            dropping: None,
            dropped: BTreeMap::new(),
            latest: None,
            progress: false,
            passes: 0,
            short: HashSet::new(),
            stopped: HashSet::new(),
            report: CaughtUp { complete: true, ..CaughtUp::default() },
            reported: false,
            retry: FetchRetry::new(backoff),
        }
    }

    pub(super) fn hold(&mut self, held: BufferedEvent) {
        if let Some(version) = &held.version {
            self.memory.known.insert(version.key(held.kind));
        }
        self.bytes += held.event.raw().len();
        self.hold.push_back(held);
    }

    /// When a live event happened. A deletion comes with the times that the post had before: it happened after what came
    /// before it.
    pub(super) fn time_of(&mut self, kind: EventKind, version: Option<&PostVersion>) -> Option<Timestamp> {
        let time = match kind {
            EventKind::PostDeleted => return self.latest,
            EventKind::Posted => version?.create_at,
            _ => version?.update_at.max(version?.edit_at),
        };
        self.latest = self.latest.max(Some(time));
        Some(time)
    }

    pub(super) fn drop_live(&mut self, kind: EventKind, since: Timestamp) {
        let start = *self.dropping.get_or_insert(since);
        self.dropping = Some(start.min(since));
        *self.dropped.entry(kind).or_default() += 1;
    }

    /// Puts the events that the rows of a channel stand for where they belong: before all that is held, or between,
    /// if events of the channel are held that are older. `room` is how many may be held.
    pub(super) fn merge(
        &mut self,
        found: ChannelRows,
        names: &Names,
        wants: impl Fn(EventKind) -> bool,
        room: usize,
    ) -> MergeResult {
        let ChannelRows { channel, rows, cut, short } = found;
        if self.stopped.contains(&channel.id) {
            return MergeResult::Cut;
        }
        if cut {
            self.name(NotRecovered::Changes, channel.id.clone());
        }
        if short {
            self.short.insert(channel.id.clone());
        } else {
            self.short.remove(&channel.id);
        }
        let first_held = self.hold.iter().filter(|held| held.kind == EventKind::Posted);
        let first_held = first_held.filter_map(|held| held.version).map(|version| version.create_at).min();
        // Posts of one millisecond are in the order of the list; what is not in it came later.
        let ranks: HashMap<u64, usize> =
            rows.iter().enumerate().map(|(rank, row)| (PostVersion::of_post(row).id, rank)).collect();
        if let Some(until) = self.given_up {
            let lost = self.given_up_among(&rows, until);
            self.memory.known.extend(lost);
        }
        for row in &rows {
            if post_rows::came_and_went(row, self.since, &self.memory.known) {
                let version = PostVersion::of_post(row);
                self.memory.known.extend([version.posted(), version.deleted()]);
            }
        }
        let channel = Arc::new(channel);
        let mut stopped = false;
        for (kind, row) in self.in_order(rows, wants) {
            let version = PostVersion::of_post(&row);
            if kind == EventKind::PostEdited && self.is_outdated(&version) {
                self.memory.known.insert(version.edited());
                continue;
            }
            let place = self.place(kind, &version, &ranks);
            if let Some(place) = place {
                if self.hold.len() >= room && !self.gaps.is_empty() {
                    // Another pass follows, or all of this turns out to be too old.
                    self.again = Some(self.again.map_or(self.since, |again| again.min(self.since)));
                    return MergeResult::Cut;
                }
                if self.hold.len() >= room && kind != EventKind::Posted {
                    // It is read again. Posts behind it may belong before what is held.
                    stopped = true;
                    continue;
                }
                if self.hold.len() >= room {
                    self.cut(place);
                    self.stopped.insert(channel.id.clone());
                    return MergeResult::Cut;
                }
            }
            self.memory.known.insert(version.key(kind));
            if kind != EventKind::PostDeleted {
                let row = DeliveredRow { update_at: version.update_at, out: false };
                self.memory.rows.insert(version.id, row);
                // Whoever has the post in this state has seen this edit.
                self.memory.known.insert(version.edited());
            }
            *self.counter(kind) += 1;
            let found = FoundRow { kind, row, channel: Arc::clone(&channel), mark: self.since() };
            if let Some(place) = place {
                let held = found.held(names);
                self.bytes += held.event.raw().len();
                self.hold.insert(place, held);
            } else {
                self.progress |= first_held.is_none_or(|first| version.create_at < first);
                self.outbox.push_back(found);
            }
        }
        if stopped {
            self.dropping = Some(self.since);
            self.stopped.insert(channel.id.clone());
            return MergeResult::Cut;
        }
        MergeResult::All
    }

    /// Those among the rows of a channel that were named as lost: they are older than something that was delivered.
    fn given_up_among(&self, rows: &VecDeque<Box<Post>>, until: Timestamp) -> Vec<DedupKey> {
        let told = |row: &&Post| self.told.contains(&PostVersion::of_post(row).posted());
        let rows = || rows.iter().map(|row| &**row);
        let newest = rows().filter(told).map(|row| row.create_at).max();
        let lost = |row: &&Post| row.create_at <= until && Some(row.create_at) < newest;
        rows().filter(lost).map(|row| PostVersion::of_post(row).posted()).collect()
    }

    /// The rows that are events, in the order in which they happened.
    fn in_order(
        &self,
        rows: VecDeque<Box<Post>>,
        wants: impl Fn(EventKind) -> bool,
    ) -> Vec<(EventKind, Box<Post>)> {
        let judged = rows.into_iter().filter_map(|row| {
            let kind = post_rows::judge(&row, self.since, &self.memory.known)?;
            // Who wants edits alone would have heard of the edit of a new post too.
            let edited = kind == EventKind::Posted
                && !wants(kind)
                && row.edit_at > self.since
                && !self.memory.known.contains(&PostVersion::of_post(&row).edited());
            let kind = if edited { EventKind::PostEdited } else { kind };
            wants(kind).then_some((kind, row))
        });
        let mut events: Vec<_> = judged.collect();
        events.sort_by_key(|(kind, post)| when(*kind, post));
        events
    }

    /// Whether a later edit, or the deletion, is held: it came while the answer with this edit was under way.
    fn is_outdated(&self, edit: &PostVersion) -> bool {
        let later = |held: &BufferedEvent| match held.version {
            Some(version) if version.id == edit.id => {
                held.kind == EventKind::PostDeleted
                    || (held.kind == EventKind::PostEdited && version.edit_at >= edit.edit_at)
            }
            _ => false,
        };
        self.hold.iter().any(later)
    }

    /// Where between the held events it belongs; `None`: before them.
    fn place(&self, kind: EventKind, version: &PostVersion, ranks: &HashMap<u64, usize>) -> Option<usize> {
        if kind != EventKind::Posted {
            let same = |held: &BufferedEvent| held.version.is_some_and(|held| held.id == version.id);
            return self.hold.iter().any(same).then_some(self.hold.len());
        }
        let when = |version: &PostVersion| {
            (version.create_at, ranks.get(&version.id).copied().unwrap_or(usize::MAX))
        };
        let older = |held: &BufferedEvent| {
            held.kind == EventKind::Posted
                && held
                    .version
                    .is_some_and(|held| held.channel == version.channel && when(&held) < when(version))
        };
        self.hold.iter().rposition(older).map(|at| at + 1)
    }

    /// Gives up what is held from there on: a later pass finds the posts among it.
    fn cut(&mut self, place: usize) {
        for held in self.hold.split_off(place) {
            self.bytes = self.bytes.saturating_sub(held.event.raw().len());
            if let Some(version) = &held.version {
                if held.is_caught_up() {
                    let counter = self.counter(held.kind);
                    *counter = counter.saturating_sub(1);
                    self.memory.forget(held.kind, version);
                    continue;
                }
                self.memory.known.remove(&version.key(held.kind));
            }
            self.drop_live(held.kind, self.since);
        }
        self.dropping = Some(self.since);
    }

    fn counter(&mut self, kind: EventKind) -> &mut u64 {
        match kind {
            EventKind::Posted => &mut self.report.posts,
            EventKind::PostDeleted => &mut self.report.deleted,
            _ => &mut self.report.edited,
        }
    }

    /// A new gap: what is held behind it must not go out before it is filled.
    pub(super) fn pause(&mut self) {
        if !matches!(self.stage, FillStage::Release) {
            return;
        }
        self.stage = FillStage::AwaitClock;
        self.passes = 0;
        if self.reported {
            self.reported = false;
            self.report = CaughtUp { complete: true, ..CaughtUp::default() };
            self.since = NOT_YET;
        }
    }

    /// What is being filled turned out to be too old.
    pub(super) fn abandon(&mut self) {
        for found in std::mem::take(&mut self.outbox) {
            let counter = self.counter(found.kind);
            *counter = counter.saturating_sub(1);
            self.memory.forget(found.kind, &PostVersion::of_post(&found.row));
        }
        self.give_up(NotRecovered::BeyondHorizon);
        self.stopped.clear();
        self.since = NOT_YET;
        self.stage = FillStage::AwaitClock;
    }

    pub(super) fn name(&mut self, what: NotRecovered, channel: ChannelId) {
        let named = NotRecoveredItem::new(what, channel);
        if !self.report.not_recovered.contains(&named) {
            self.report.not_recovered.push(named);
        }
    }

    /// What could not be brought back is named, and the rest goes out.
    pub(super) fn give_up(&mut self, what: NotRecovered) {
        self.report.complete = false;
        self.name(what, ChannelId::default());
        self.again = None;
        self.stage = FillStage::Release;
    }

    /// The next that may go into the queue.
    pub(super) fn next(&mut self, names: &Names) -> Option<BufferedEvent> {
        if let Some(found) = self.outbox.pop_front() {
            let held = found.held(names);
            self.goes_out(&held);
            return Some(held);
        }
        if !matches!(self.stage, FillStage::Release) {
            return None;
        }
        while let Some(held) = self.hold.pop_front() {
            self.bytes = self.bytes.saturating_sub(held.event.raw().len());
            if !self.memory.was_overtaken(&held) {
                self.goes_out(&held);
                return Some(held);
            }
        }
        None
    }

    fn goes_out(&mut self, held: &BufferedEvent) {
        if let Some(version) = held.version.as_ref().filter(|_| held.is_caught_up()) {
            self.memory.goes_out(version);
        }
    }

    /// In the middle of a gap nobody can go on with the connection: all of the gap is to be read again.
    fn since(&self) -> Option<Timestamp> {
        Some(self.since).filter(|since| *since != NOT_YET)
    }

    /// Puts the report behind the last that was caught up.
    pub(super) fn report(&mut self) {
        self.reported = true;
        self.report.dropped = std::mem::take(&mut self.dropped);
        for channel in std::mem::take(&mut self.short) {
            self.report.complete = false;
            self.name(NotRecovered::Posts, channel);
        }
        let event = Event::from_notification(Payload::CaughtUp(Box::new(self.report.clone())));
        let place = self.hold.iter().rposition(BufferedEvent::is_caught_up).map_or(0, |at| at + 1);
        let mark = self.since().map(mark);
        self.bytes += event.raw().len();
        self.hold.insert(place, BufferedEvent { event, kind: EventKind::CaughtUp, version: None, mark });
    }
}

fn when(kind: EventKind, post: &Post) -> Timestamp {
    match kind {
        EventKind::Posted => post.create_at,
        EventKind::PostDeleted => post.delete_at,
        _ => post.edit_at,
    }
}
