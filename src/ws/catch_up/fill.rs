//! One gap being filled: what waits, what was found, what was delivered.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::pass::{Pass, Rows};
use super::rows;
use super::seen::{Brief, Key};
use crate::event::{CaughtUp, Event, EventKind, Missed, NotRestored, Origin, Payload, Unrestored};
use crate::model::{Channel, ChannelId, Post, UserId};
use crate::time::Timestamp;
use crate::ws::backoff::Backoff;
use crate::ws::queue::Mark;
use crate::ws::session::At;

/// Passes over one gap at most: the first finds what was missed, the second what was still being written.
pub(super) const MOST_PASSES: u32 = 20;

/// Before any gap was found to be within the horizon.
pub(super) const NOT_YET: Timestamp = Timestamp::from_millis(i64::MAX);

/// An event that waits for its turn.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) event: Event,
    pub(super) kind: EventKind,
    pub(super) brief: Option<Brief>,
    /// Where the stream stands behind it; `None`: as behind the event before it.
    pub(super) mark: Option<Mark>,
}

impl Held {
    fn is_caught_up(&self) -> bool {
        self.event.origin() == Origin::CaughtUp
    }
}

/// A row that goes out before all that is held. Its event is made when there is room for it.
#[derive(Debug)]
pub(super) struct Found {
    kind: EventKind,
    row: Box<Post>,
    channel: Arc<Channel>,
    mark: Option<Timestamp>,
}

/// User names that are known.
pub(super) type Names = HashMap<UserId, Box<str>>;

impl Found {
    fn held(self, names: &Names) -> Held {
        let Self { kind, row, channel, mark: since } = self;
        let brief = Some(Brief::of_post(&row));
        Held { event: rows::event(kind, *row, &channel, names), kind, brief, mark: since.map(mark) }
    }
}

fn mark(server_time: Timestamp) -> Mark {
    Mark { id: None, next: 0, server_time }
}

/// What of a post was delivered from a row.
#[derive(Clone, Copy, Debug)]
struct FromRow {
    update_at: Timestamp,
    /// Whether it went out, and is no longer on its way.
    out: bool,
}

/// What was delivered, or is on its way.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) known: HashSet<Key>,
    rows: HashMap<u64, FromRow>,
}

impl Memory {
    /// Whether a live event says what a row has said already.
    pub(super) fn is_repeat(&self, kind: EventKind, brief: &Brief) -> bool {
        match kind {
            // A pin has the `edit_at` of the edit before it: what counts is whether the row was read later.
            EventKind::PostEdited => {
                self.rows.get(&brief.id).is_some_and(|row| row.update_at >= brief.update_at)
            }
            _ => self.known.contains(&brief.key(kind)),
        }
    }

    /// The event of a row goes out: from now on older states of its post are repeats.
    fn goes_out(&mut self, brief: &Brief) {
        if let Some(row) = self.rows.get_mut(&brief.id).filter(|row| row.update_at == brief.update_at) {
            row.out = true;
        }
    }

    /// The row of an event that does not go out after all.
    fn forget(&mut self, kind: EventKind, brief: &Brief) {
        self.known.remove(&brief.key(kind));
        self.known.remove(&brief.edited());
        self.rows.remove(&brief.id);
    }

    /// Whether a held event became a repeat by a row that went out before it.
    fn was_overtaken(&self, held: &Held) -> bool {
        held.kind == EventKind::PostEdited
            && !held.is_caught_up()
            && held.brief.is_some_and(|brief| {
                self.rows.get(&brief.id).is_some_and(|row| row.out && row.update_at >= brief.update_at)
            })
    }
}

#[derive(Debug)]
pub(super) enum Stage {
    /// The server's time is not known: it tells how old the gap is.
    AwaitClock,
    /// The last start was a moment ago.
    Rest {
        until: At,
    },
    Pass(Box<Pass>),
    /// What was held goes out.
    Release,
}

/// From the moment a gap is known until everything behind it is in the queue.
#[derive(Debug)]
pub(super) struct Fill {
    pub(super) stage: Stage,
    /// Gaps whose age is not known yet, with the server time of the last event before each.
    pub(super) gaps: Vec<(Missed, Timestamp)>,
    /// What happened after this is missing, unless it is in `memory`.
    pub(super) since: Timestamp,
    /// Another pass, with what changed after this.
    pub(super) again: Option<Timestamp>,
    pub(super) memory: Memory,
    /// What was delivered when the gap became known.
    pub(super) told: HashSet<Key>,
    /// Up to then posts were named as lost by an earlier notice.
    pub(super) given_up: Option<Timestamp>,
    pub(super) hold: VecDeque<Held>,
    /// The texts of what is held.
    pub(super) bytes: usize,
    pub(super) outbox: VecDeque<Found>,
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
    pub(super) retry: Retry,
}

#[derive(Debug)]
pub(super) struct Retry {
    pub(super) backoff: Backoff,
    pub(super) failing_since: Option<At>,
    pub(super) until: Option<At>,
    /// Answers in a row that say no to this question.
    pub(super) refusals: u32,
}

/// Where the rows of a channel went.
pub(super) enum Merged {
    All,
    /// There was no room for all of them between the held events, whose newer part was dropped.
    Cut,
}

impl Fill {
    pub(super) fn new(memory: Memory, backoff: Backoff) -> Self {
        Self {
            stage: Stage::AwaitClock,
            gaps: Vec::new(),
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
            retry: Retry { backoff, failing_since: None, until: None, refusals: 0 },
        }
    }

    pub(super) fn hold(&mut self, held: Held) {
        if let Some(brief) = &held.brief {
            self.memory.known.insert(brief.key(held.kind));
        }
        self.bytes += held.event.raw().len();
        self.hold.push_back(held);
    }

    /// When a live event happened. A deletion comes with the times that the post had before: it happened after what came
    /// before it.
    pub(super) fn time_of(&mut self, kind: EventKind, brief: Option<&Brief>) -> Option<Timestamp> {
        let time = match kind {
            EventKind::PostDeleted => return self.latest,
            EventKind::Posted => brief?.create_at,
            _ => brief?.update_at.max(brief?.edit_at),
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
        found: Rows,
        names: &Names,
        wants: impl Fn(EventKind) -> bool,
        room: usize,
    ) -> Merged {
        let Rows { channel, rows, cut, short } = found;
        if self.stopped.contains(&channel.id) {
            return Merged::Cut;
        }
        if cut {
            self.name(Unrestored::Changes, channel.id.clone());
        }
        if short {
            self.short.insert(channel.id.clone());
        } else {
            self.short.remove(&channel.id);
        }
        let first_held = self.hold.iter().filter(|held| held.kind == EventKind::Posted);
        let first_held = first_held.filter_map(|held| held.brief).map(|brief| brief.create_at).min();
        // Posts of one millisecond are in the order of the list; what is not in it came later.
        let ranks: HashMap<u64, usize> =
            rows.iter().enumerate().map(|(rank, row)| (Brief::of_post(row).id, rank)).collect();
        if let Some(until) = self.given_up {
            let lost = self.given_up_among(&rows, until);
            self.memory.known.extend(lost);
        }
        for row in &rows {
            if rows::came_and_went(row, self.since, &self.memory.known) {
                let brief = Brief::of_post(row);
                self.memory.known.extend([brief.posted(), brief.deleted()]);
            }
        }
        let channel = Arc::new(channel);
        let mut stopped = false;
        for (kind, row) in self.in_order(rows, wants) {
            let brief = Brief::of_post(&row);
            if kind == EventKind::PostEdited && self.is_outdated(&brief) {
                self.memory.known.insert(brief.edited());
                continue;
            }
            let place = self.place(kind, &brief, &ranks);
            if let Some(place) = place {
                if self.hold.len() >= room && !self.gaps.is_empty() {
                    // Another pass follows, or all of this turns out to be too old.
                    self.again = Some(self.again.map_or(self.since, |again| again.min(self.since)));
                    return Merged::Cut;
                }
                if self.hold.len() >= room && kind != EventKind::Posted {
                    // It is read again. Posts behind it may belong before what is held.
                    stopped = true;
                    continue;
                }
                if self.hold.len() >= room {
                    self.cut(place);
                    self.stopped.insert(channel.id.clone());
                    return Merged::Cut;
                }
            }
            self.memory.known.insert(brief.key(kind));
            if kind != EventKind::PostDeleted {
                let row = FromRow { update_at: brief.update_at, out: false };
                self.memory.rows.insert(brief.id, row);
                // Whoever has the post in this state has seen this edit.
                self.memory.known.insert(brief.edited());
            }
            *self.counter(kind) += 1;
            let found = Found { kind, row, channel: Arc::clone(&channel), mark: self.since() };
            if let Some(place) = place {
                let held = found.held(names);
                self.bytes += held.event.raw().len();
                self.hold.insert(place, held);
            } else {
                self.progress |= first_held.is_none_or(|first| brief.create_at < first);
                self.outbox.push_back(found);
            }
        }
        if stopped {
            self.dropping = Some(self.since);
            self.stopped.insert(channel.id.clone());
            return Merged::Cut;
        }
        Merged::All
    }

    /// Those among the rows of a channel that were named as lost: they are older than something that was delivered.
    fn given_up_among(&self, rows: &VecDeque<Box<Post>>, until: Timestamp) -> Vec<Key> {
        let told = |row: &&Post| self.told.contains(&Brief::of_post(row).posted());
        let rows = || rows.iter().map(|row| &**row);
        let newest = rows().filter(told).map(|row| row.create_at).max();
        let lost = |row: &&Post| row.create_at <= until && Some(row.create_at) < newest;
        rows().filter(lost).map(|row| Brief::of_post(row).posted()).collect()
    }

    /// The rows that are events, in the order in which they happened.
    fn in_order(
        &self,
        rows: VecDeque<Box<Post>>,
        wants: impl Fn(EventKind) -> bool,
    ) -> Vec<(EventKind, Box<Post>)> {
        let judged = rows.into_iter().filter_map(|row| {
            let kind = rows::judge(&row, self.since, &self.memory.known)?;
            wants(kind).then_some((kind, row))
        });
        let mut events: Vec<_> = judged.collect();
        events.sort_by_key(|(kind, post)| when(*kind, post));
        events
    }

    /// Whether a later edit, or the deletion, is held: it came while the answer with this edit was under way.
    fn is_outdated(&self, edit: &Brief) -> bool {
        let later = |held: &Held| match held.brief {
            Some(brief) if brief.id == edit.id => {
                held.kind == EventKind::PostDeleted
                    || (held.kind == EventKind::PostEdited && brief.edit_at >= edit.edit_at)
            }
            _ => false,
        };
        self.hold.iter().any(later)
    }

    /// Where between the held events it belongs; `None`: before them.
    fn place(&self, kind: EventKind, brief: &Brief, ranks: &HashMap<u64, usize>) -> Option<usize> {
        if kind != EventKind::Posted {
            let same = |held: &Held| held.brief.is_some_and(|held| held.id == brief.id);
            return self.hold.iter().any(same).then_some(self.hold.len());
        }
        let when = |brief: &Brief| (brief.create_at, ranks.get(&brief.id).copied().unwrap_or(usize::MAX));
        let older = |held: &Held| {
            held.kind == EventKind::Posted
                && held.brief.is_some_and(|held| held.channel == brief.channel && when(&held) < when(brief))
        };
        self.hold.iter().rposition(older).map(|at| at + 1)
    }

    /// Gives up what is held from there on: a later pass finds the posts among it.
    fn cut(&mut self, place: usize) {
        for held in self.hold.split_off(place) {
            self.bytes = self.bytes.saturating_sub(held.event.raw().len());
            if let Some(brief) = &held.brief {
                if held.is_caught_up() {
                    let counter = self.counter(held.kind);
                    *counter = counter.saturating_sub(1);
                    self.memory.forget(held.kind, brief);
                    continue;
                }
                self.memory.known.remove(&brief.key(held.kind));
            }
            self.drop_live(held.kind, self.since);
        }
        self.dropping = Some(self.since);
    }

    fn counter(&mut self, kind: EventKind) -> &mut u64 {
        match kind {
            EventKind::Posted => &mut self.report.posts,
            EventKind::PostDeleted => &mut self.report.gone,
            _ => &mut self.report.edited,
        }
    }

    /// A new gap: what is held behind it must not go out before it is filled.
    pub(super) fn pause(&mut self) {
        if !matches!(self.stage, Stage::Release) {
            return;
        }
        self.stage = Stage::AwaitClock;
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
            self.memory.forget(found.kind, &Brief::of_post(&found.row));
        }
        self.give_up(Unrestored::BeyondHorizon);
        self.stopped.clear();
        self.since = NOT_YET;
        self.stage = Stage::AwaitClock;
    }

    pub(super) fn name(&mut self, what: Unrestored, channel: ChannelId) {
        let named = NotRestored::new(what, channel);
        if !self.report.not_restored.contains(&named) {
            self.report.not_restored.push(named);
        }
    }

    /// What could not be brought back is named, and the rest goes out.
    pub(super) fn give_up(&mut self, what: Unrestored) {
        self.report.complete = false;
        self.name(what, ChannelId::default());
        self.again = None;
        self.stage = Stage::Release;
    }

    /// The next that may go into the queue.
    pub(super) fn next(&mut self, names: &Names) -> Option<Held> {
        if let Some(found) = self.outbox.pop_front() {
            let held = found.held(names);
            self.goes_out(&held);
            return Some(held);
        }
        if !matches!(self.stage, Stage::Release) {
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

    fn goes_out(&mut self, held: &Held) {
        if let Some(brief) = held.brief.as_ref().filter(|_| held.is_caught_up()) {
            self.memory.goes_out(brief);
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
            self.name(Unrestored::Posts, channel);
        }
        let event = Event::notice(Payload::CaughtUp(Box::new(self.report.clone())));
        let place = self.hold.iter().rposition(Held::is_caught_up).map_or(0, |at| at + 1);
        let mark = self.since().map(mark);
        self.bytes += event.raw().len();
        self.hold.insert(place, Held { event, kind: EventKind::CaughtUp, brief: None, mark });
    }
}

fn when(kind: EventKind, post: &Post) -> Timestamp {
    match kind {
        EventKind::Posted => post.create_at,
        EventKind::PostDeleted => post.delete_at,
        _ => post.edit_at,
    }
}
