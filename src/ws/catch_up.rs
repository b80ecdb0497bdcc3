//! Fills gaps in the event stream: fetches the missed posts over REST and delivers them before newer events.
//!
//! [`GapFiller`] does no I/O, does not block and has no clock. It is between the connection and the queue: while a
//! gap is open, live events wait in its buffer. [`catch_up_driver`](super::threads::catch_up_driver) sends its
//! requests on a separate thread.
//!
//! * A gap begins at `since`, a time by the server's clock that is 10 s earlier than necessary. Events delivered
//!   after that time are remembered ([`dedup`]), so that none is delivered twice.
//! * The age of a gap is known after the first reply to a ping. A gap that began before the horizon is only reported.
//! * A pass reads all changed channels. Its events are delivered before the buffered ones, or between them if the
//!   buffer contains older posts of the channel. The passes end when one finds no event older than the first buffered
//!   post.
//! * All events are delivered under back-pressure. When the buffer is full, live events are dropped, which extends
//!   the gap.

mod buffered_event;
mod channel_merge;
mod dedup;
mod delivered_rows;
mod event_buffer;
mod fetch;
mod gap_fill;
mod horizon;
mod post_listing;
mod post_rows;
mod retry;
mod settings;
mod steps;

#[cfg(test)]
mod tests;

use std::time::Duration;

use self::buffered_event::BufferedEvent;
pub(crate) use self::channel_merge::ChannelMerge;
use self::dedup::DedupCache;
pub(crate) use self::dedup::{
    DedupKey, DeliveredKeys, MAX_FUTURE_POSTS, MAX_POSITION_KEYS, MAX_RESUMED_LEAD, OVERLAP_WINDOW,
    PostVersion,
};
use self::delivered_rows::DeliveredRows;
pub(crate) use self::fetch::{FetchRequest, FetchResponse, ServerPaging};
use self::gap_fill::{FillStage, GapFill, UsernameMap, earliest, work_of};
use self::horizon::look_from;
pub(crate) use self::post_listing::FetchedPage;
use self::retry::FetchRetry;
pub(crate) use self::settings::CatchUpSettings;
use super::backoff::ReconnectBackoff;
use super::deferred_log;
use super::queue::{EnqueueResult, most_bytes};
use super::session::{Cursor, StreamTime};
use crate::event::{Event, EventKind, Missed, MissedReason, NotRecovered};
use crate::model::ChannelId;
use crate::time::Timestamp;

/// Minimum time between two catch-ups after overflows, so that a slow program also takes live events.
pub(crate) const MIN_START_INTERVAL: Duration = Duration::from_secs(30);
/// Maximum size of the rows of a catch-up, in bytes, and of the rows that wait between buffered events.
pub(crate) const MAX_FILL_BYTES: usize = 64 << 20;
/// Maximum number of posts, edits and deletions that a catch-up remembers.
pub(crate) const MAX_FILL_KEYS: usize = 1 << 20;
/// Interval at which events advance the known server time.
const ADVANCE_INTERVAL: Duration = Duration::from_secs(1);
/// Timeout for the server time. Then the last known one is used, or the gap is reported without a catch-up.
pub(crate) const CLOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum number of gaps of unknown age.
const MAX_PENDING_GAPS: usize = 8;
/// Maximum number of cached usernames.
const MAX_CACHED_NAMES: usize = 4096;
/// Maximum length of a username, in bytes. A longer one is ignored.
const MAX_NAME_LENGTH: usize = 256;
/// Maximum work of queueing events at once, under the lock of the stream.
const MAX_MOVE_WORK: usize = 16;

/// The driver's next step.
#[derive(Debug)]
pub(crate) enum NextStep {
    Ask(FetchRequest),
    /// Place a further slice of the rows.
    Merge,
    /// Sort the rows, outside the lock.
    Sort(Box<ChannelMerge>),
    /// Wait until a time, or until something changes.
    Wait(Option<StreamTime>),
    /// Queue the events that are ready.
    Move,
    /// The server did not send its time.
    ClockTimedOut,
    /// The gap is filled, and all events are queued.
    Done,
}

/// Result of a step of the drain.
pub(crate) enum DrainResult {
    /// There may be more to do.
    On,
    /// The buffer was full after the report was queued, which is an overflow and a new gap.
    Overflowed(Missed),
}

#[derive(Debug)]
pub(crate) struct GapFiller {
    settings: CatchUpSettings,
    seen: DedupCache,
    /// The server time, and when it was received.
    clock: Option<(Timestamp, StreamTime)>,
    /// The server time up to which events have arrived, from replies to pings and from events.
    reached: Timestamp,
    /// The latest creation time of a received post.
    newest: Timestamp,
    first_up: Option<StreamTime>,
    /// Time since which there is a connection.
    up_since: Option<StreamTime>,
    /// Start of the stream by the server's clock. Earlier events are ignored.
    opened: Option<Timestamp>,
    fill: Option<Box<GapFill>>,
    /// After a gap: the rows that were delivered, for two more pings, since events may repeat them.
    fading: Option<Box<(DeliveredRows, Option<Timestamp>)>>,
    /// Posts up to this server time were reported as lost. The overlap of a later gap must not deliver them after
    /// newer ones.
    given_up: Option<Timestamp>,
    last_start: Option<StreamTime>,
    /// Time of the last request.
    asked_at: StreamTime,
    names: UsernameMap,
    /// `true` if the stream has ended permanently, and only buffered events are delivered.
    ended: bool,
}

impl GapFiller {
    /// Creates a filler. `from` is the position of an earlier run: its time, and the events delivered after it.
    pub(crate) fn new(settings: CatchUpSettings, from: Option<(Timestamp, DeliveredKeys)>) -> Self {
        let mut seen = DedupCache::new(settings.capacity);
        let (mut opened, mut reached) = (None, Timestamp::NEVER);
        if let Some((time, keys)) = from {
            reached = time;
            seen.preload_keys(keys);
            opened = Some(time).filter(|time| !time.is_never());
        }
        Self {
            settings,
            seen,
            clock: None,
            reached,
            newest: Timestamp::NEVER,
            first_up: None,
            up_since: None,
            opened,
            fill: None,
            fading: None,
            given_up: None,
            last_start: None,
            asked_at: StreamTime::ZERO,
            names: UsernameMap::new(),
            ended: false,
        }
    }

    fn catches_up(&self) -> bool {
        self.settings.horizon.is_some()
            && (self.settings.posted || self.settings.edited || self.settings.deleted)
    }

    /// Returns `true` if live events must be buffered.
    pub(crate) fn is_open(&self) -> bool {
        self.fill.is_some()
    }

    /// Returns `true` if the driver thread has a step to do or to wait for.
    pub(crate) fn wants_thread(&self) -> bool {
        let fill = self.fill.as_ref();
        fill.is_some_and(|fill| !matches!(fill.stage, FillStage::AwaitClock) || fill.is_preparing())
            || self.clock_deadline().is_some()
    }

    /// Returns the deadline for the reply with the server time. It can only arrive while there is a connection.
    fn clock_deadline(&self) -> Option<StreamTime> {
        let fill = self.fill.as_ref()?;
        if fill.gaps.is_empty() || !matches!(fill.stage, FillStage::AwaitClock) {
            return None;
        }
        self.up_since.map(|since| since.max(fill.gap_at) + self.settings.clock_timeout)
    }

    /// Handles a server that does not send its time: uses the last known one, or reports the gaps without a catch-up.
    /// Returns the reports.
    pub(crate) fn clock_timed_out(&mut self, now: StreamTime) -> Vec<Missed> {
        if self.clock_deadline().is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        if self.clock.is_some() {
            return self.check_horizon(now);
        }
        let Some(fill) = &mut self.fill else { return Vec::new() };
        let reports = std::mem::take(&mut fill.gaps).into_iter().map(|(missed, _)| missed).collect();
        fill.reported = fill.passes == 0 && fill.report.complete;
        fill.stage = FillStage::Release;
        reports
    }

    /// Handles a new connection.
    pub(crate) fn link_up(&mut self, now: StreamTime) {
        self.first_up.get_or_insert(now);
        self.up_since = Some(now);
    }

    /// Handles the loss of the connection.
    pub(crate) fn link_down(&mut self) {
        self.up_since = None;
    }

    /// Handles a gap. `last_event` is the server time of the last event. Returns the reports that can be made before
    /// the server time is known.
    pub(crate) fn gap_found(
        &mut self,
        now: StreamTime,
        missed: Missed,
        last_event: Timestamp,
    ) -> Vec<Missed> {
        if !self.catches_up() {
            return vec![missed];
        }
        if self.fill.is_none() {
            let (memory, _) = self.fading.take().map_or_else(Default::default, |fading| *fading);
            let backoff = ReconnectBackoff::new(self.settings.backoff_scale, self.settings.seed);
            self.fill = Some(Box::new(GapFill::new(memory, FetchRetry::new(backoff, self.settings.horizon))));
        }
        let Some(fill) = &mut self.fill else { return Vec::new() };
        // A part of an open gap may have been delivered.
        self.seen.begin_copy(&mut fill.memory.before);
        fill.given_up = self.given_up;
        fill.pause_release();
        fill.latest = None;
        fill.dropping = false;
        if let Some(since) = fill.dropped_since.take() {
            // Events dropped before this gap are part of it, since later ones may be within the horizon.
            fill.extend_gap(since.max(self.opened.unwrap_or(since)));
            fill.stopped.clear();
        }
        fill.gap_at = now;
        let living = matches!(missed.reason, MissedReason::Overflow | MissedReason::Gap);
        fill.gaps.push((missed, last_event));
        if (living && self.clock.is_some()) || fill.gaps.len() > MAX_PENDING_GAPS {
            return self.check_horizon(now);
        }
        Vec::new()
    }

    /// Handles the reply to a ping. `floor` is the earliest time that a position may go back to. Returns reports of
    /// gaps.
    pub(crate) fn server_time_known(
        &mut self,
        now: StreamTime,
        time: Timestamp,
        floor: Timestamp,
    ) -> Vec<Missed> {
        let estimate = self.server_time(now);
        self.clock = Some((time, now));
        if estimate.is_none_or(|estimate| estimate.plus(OVERLAP_WINDOW) < time) {
            self.clock_was_set(time, now);
        }
        if self.opened.is_none() {
            let up = self.first_up.map_or(Duration::ZERO, |up| now.saturating_sub(up));
            // Events of the same millisecond may belong to this stream.
            self.opened = Some(time.minus(up + Duration::from_millis(1)));
        }
        if let Some(fading) = &mut self.fading {
            let (_, first) = &mut **fading;
            if time >= first.get_or_insert(time).plus(OVERLAP_WINDOW) {
                deferred_log::drop_later(self.fading.take());
            }
        }
        let reports = self.check_horizon(now);
        if let Some(fill) = &mut self.fill {
            fill.retry.until = None;
        }
        self.reached = self.reached.max(time);
        self.forget_before(time, floor.min(time.minus(OVERLAP_WINDOW)));
        reports
    }

    /// Handles a server time that is the first one, or later than expected because a clock was set or this machine
    /// slept. It shows which of the buffered posts have a date in the future.
    fn clock_was_set(&mut self, time: Timestamp, now: StreamTime) {
        let reached = self.reached;
        let Some(fill) = &mut self.fill else { return };
        let since = time.minus(now.saturating_sub(fill.gap_at)).minus(OVERLAP_WINDOW);
        fill.begin_reindexing(reached, since);
        if fill.dropping && !fill.gaps.is_empty() {
            // All of it was dropped since the last gap became known.
            fill.dropped_since = Some(since);
        }
    }

    /// Handles a post that was created at `time`. Returns the time if older events have arrived, unless that was
    /// returned just before.
    pub(crate) fn advance_to(
        &mut self,
        time: Timestamp,
        now: impl FnOnce() -> StreamTime,
        floor: Timestamp,
    ) -> Option<Timestamp> {
        self.newest = self.newest.max(time);
        if time < self.reached.plus(ADVANCE_INTERVAL) || !self.catches_up() {
            return None;
        }
        // An administrator can create posts with a date in the future, and such a post may be replayed, long before
        // the events that follow it.
        let clock = self.server_time(now()).filter(|clock| time <= *clock)?;
        self.reached = time;
        if self.newest <= clock {
            // Events do not arrive exactly in the order of their times.
            self.forget_before(self.newest.plus(OVERLAP_WINDOW), floor.min(time.minus(OVERLAP_WINDOW)));
        }
        Some(time)
    }

    /// Forgets events that were delivered before the earliest time that a position may go back to.
    fn forget_before(&mut self, time: Timestamp, mut floor: Timestamp) {
        if let Some(fill) = &self.fill {
            floor = earliest(fill.since, fill.dropped_since).map_or(floor, |since| since.min(floor));
        }
        self.given_up = self.given_up.filter(|until| *until > floor);
        let is_copying = self.fill.as_ref().is_some_and(|fill| !fill.memory.before.is_complete());
        if self.catches_up() && !is_copying {
            self.seen.server_time_known(time, floor);
        }
    }

    /// Returns an estimate of the server's time that is never too late.
    fn server_time(&self, now: StreamTime) -> Option<Timestamp> {
        self.clock.map(|(time, at)| time.plus(now.saturating_sub(at)))
    }

    /// Compares the age of the gaps with the horizon. Those within it are filled.
    fn check_horizon(&mut self, now: StreamTime) -> Vec<Missed> {
        let server = self.server_time(now).unwrap_or(Timestamp::NEVER);
        let (opened, horizon) = (self.opened, self.settings.horizon.unwrap_or_default());
        let Some(fill) = &mut self.fill else { return Vec::new() };
        let mut reports = Vec::with_capacity(fill.gaps.len());
        let mut newest_beyond: Option<Timestamp> = None;
        let mut accepted: Option<Timestamp> = None;
        for (mut missed, last_event) in std::mem::take(&mut fill.gaps) {
            let (since, from) = look_from(&missed, last_event, opened, server, horizon);
            missed.since = since;
            missed.beyond_horizon = from != Some(since);
            missed.catching_up = from.is_some();
            match from {
                Some(_) => accepted = earliest(accepted, from),
                None => newest_beyond = newest_beyond.max(Some(since)),
            }
            reports.push(missed);
        }
        if let Some(since) = fill.since.filter(|since| newest_beyond >= Some(*since)) {
            // The gap that is being filled is older still, and is abandoned too.
            if let Some(missed) = reports.iter_mut().find(|missed| !missed.catching_up) {
                missed.since = missed.since.min(since);
            }
            fill.abandon_fill();
        }
        if newest_beyond.is_some() {
            self.given_up = Some(server);
        }
        if let Some(since) = accepted {
            fill.extend_gap(since);
        }
        if !reports.is_empty() && matches!(fill.stage, FillStage::AwaitClock) {
            fill.stage = if fill.again.is_some() {
                let overflow = reports.iter().all(|missed| missed.reason == MissedReason::Overflow);
                let rest = self.last_start.map(|last| last + self.settings.between_starts);
                FillStage::Rest { until: rest.filter(|until| overflow && now < *until).unwrap_or(now) }
            } else {
                // Without a request, there is nothing to report.
                fill.reported = fill.passes == 0 && fill.report.complete;
                FillStage::Release
            };
        }
        reports
    }

    /// Buffers a live event while a gap is open.
    pub(crate) fn buffer_event(
        &mut self,
        (kind, length): (EventKind, usize),
        version: Option<PostVersion>,
        cursor: Cursor,
        now: impl FnOnce() -> StreamTime,
        make: impl FnOnce() -> Event,
    ) -> EnqueueResult {
        let (capacity, block) = (self.settings.capacity, self.settings.block);
        let clock = self.server_time(now());
        let reached = self.reached;
        let Some(fill) = &mut self.fill else { return EnqueueResult::Closed };
        let newest = fill.latest.map_or(reached, |latest| latest.max(reached));
        let dated = version
            .is_some_and(|version| kind == EventKind::Posted && is_dated(version.create_at, newest, clock));
        let bytes = fill.buffer.buffered_bytes();
        let fits = bytes == 0 || bytes.saturating_add(length) <= most_bytes(capacity);
        if !fill.dropping && fill.buffer.len() < capacity && fits {
            if !dated {
                let _ = fill.time_of(kind, version.as_ref());
            }
            fill.buffer_event(BufferedEvent { event: make(), kind, version, cursor: Some(cursor) }, dated);
            return EnqueueResult::Taken;
        }
        // A reader that waits for room does not read the reply with the server time.
        if block && !fill.dropping && !matches!(fill.stage, FillStage::AwaitClock) {
            return EnqueueResult::Full;
        }
        // By its own time: that of the cursor may be from a connection before a long gap.
        let time = match &fill.reindexing {
            Some(reindexing) => Some(reindexing.since),
            None if dated => fill.latest.or(clock),
            None => fill.time_of(kind, version.as_ref()),
        };
        fill.drop_live(kind, time.map(|time| time.minus(Duration::from_millis(1))));
        EnqueueResult::Dropped
    }

    /// Returns `true` if a row has already delivered the content of a live event.
    pub(crate) fn is_repeat(&self, kind: EventKind, version: &PostVersion) -> bool {
        match &self.fill {
            Some(fill) => {
                fill.memory.is_repeat(kind, version)
                    || kind != EventKind::PostEdited
                        && self.seen.is_uncopied(&fill.memory.before, version.key_for(kind))
            }
            None => self.fading.as_ref().is_some_and(|fading| fading.0.is_repeat(kind, version)),
        }
    }

    /// Records a live event that did not enter the queue, which has received `at` events. No row may repeat it.
    pub(crate) fn event_bypassed(&mut self, at: u64, kind: EventKind, version: Option<&PostVersion>) {
        let Some(version) = version else { return };
        if let Some(fill) = &mut self.fill {
            fill.memory.insert(version.key_for(kind));
        }
        self.event_delivered(at, kind, version);
    }

    /// Returns `true` if the texts of events about posts have to be parsed.
    pub(crate) fn wants_versions(&self) -> bool {
        self.catches_up()
    }

    /// Records an event that entered the queue with the number `at`.
    pub(crate) fn event_delivered(&mut self, at: u64, kind: EventKind, version: &PostVersion) {
        self.seen.push_version(at, kind, version);
    }

    /// Drops live events from now on, since a reader that waited for room has given up.
    pub(crate) fn begin_overflow(&mut self, since: Timestamp) {
        if let Some(fill) = self.fill.as_mut().filter(|fill| !fill.dropping) {
            fill.begin_dropping(Some(since));
        }
    }

    /// Queues the events that are ready while there is room, in order. `put` queues an event and returns its number.
    pub(crate) fn move_on(
        &mut self,
        now: StreamTime,
        mut room: impl FnMut() -> bool,
        mut put: impl FnMut(Event, Option<Cursor>) -> u64,
    ) -> DrainResult {
        let Some(fill) = &mut self.fill else { return DrainResult::On };
        if matches!(fill.stage, FillStage::Release) && !fill.reported && !fill.dropping {
            for what in &self.settings.not_recovered {
                fill.record_not_recovered(what.clone(), ChannelId::default());
            }
            fill.queue_report();
        }
        let mut work = 0;
        while work < MAX_MOVE_WORK && room() {
            let Some(buffered) = fill.next_event(&self.names) else { break };
            work += work_of(buffered.event.raw().len());
            let at = put(buffered.event, buffered.cursor);
            if let Some(version) = &buffered.version {
                self.seen.push_version(at, buffered.kind, version);
            }
        }
        if !matches!(fill.stage, FillStage::Release) || !fill.buffer.is_empty() || !fill.outbox.is_empty() {
            return DrainResult::On;
        }
        self.buffer_emptied(now)
    }

    /// Handles the empty buffer.
    fn buffer_emptied(&mut self, now: StreamTime) -> DrainResult {
        let server = self.server_time(now).unwrap_or(Timestamp::NEVER);
        let horizon = self.settings.horizon.unwrap_or_default();
        let Some(fill) = &mut self.fill else { return DrainResult::On };
        if std::mem::take(&mut fill.dropping) {
            let since = fill.dropped_since.take().map(|since| since.max(self.opened.unwrap_or(since)));
            if fill.reported {
                let dropped = std::mem::take(&mut fill.dropped);
                self.close_fill();
                return DrainResult::Overflowed(Missed {
                    reason: MissedReason::Overflow,
                    since: since
                        .map_or(server, |since| if server.is_never() { since } else { since.min(server) }),
                    dropped,
                    ..Missed::default()
                });
            }
            // Without a time, no dropped event can be fetched, and the report counts them.
            let Some(since) = since else { return DrainResult::On };
            fill.since = Some(since);
            if server.since(since) > horizon {
                fill.give_up(NotRecovered::BeyondHorizon);
                self.given_up = Some(server);
                return DrainResult::On;
            }
            fill.again = Some(since);
            // All buffered events were delivered.
            self.seen.begin_copy(&mut fill.memory.before);
            fill.stopped.clear();
            fill.passes = 0;
            fill.stage = FillStage::Rest { until: now };
            return DrainResult::On;
        }
        self.close_fill();
        DrainResult::On
    }

    fn close_fill(&mut self) {
        if let Some(fill) = self.fill.take() {
            let GapFill { memory, .. } = *fill;
            self.fading = Some(Box::new((memory, None)));
        }
    }

    /// Handles the end of the stream: buffered events are delivered, and nothing more is fetched. Returns reports.
    pub(crate) fn end_stream(&mut self) -> Vec<Missed> {
        self.ended = true;
        let Some(fill) = &mut self.fill else { return Vec::new() };
        let gaps = std::mem::take(&mut fill.gaps).into_iter().map(|(missed, _)| missed).collect();
        if fill.reported {
            deferred_log::drop_later(std::mem::replace(&mut fill.stage, FillStage::Release));
        } else {
            fill.give_up(NotRecovered::Posts);
            fill.queue_report();
        }
        gaps
    }

    /// Returns the next remaining event at the end of the stream.
    pub(crate) fn next_of_rest(&mut self) -> Option<Event> {
        let event = self.fill.as_mut()?.next_event(&self.names).map(|buffered| buffered.event);
        if event.is_none() {
            self.close();
        }
        event
    }

    /// Delivers the buffered events, since the missed ones cannot be fetched.
    pub(crate) fn give_up(&mut self) {
        if let Some(fill) = &mut self.fill {
            fill.clear_outbox();
            fill.give_up(NotRecovered::Posts);
        }
    }

    /// Drops everything, since the stream was closed.
    pub(crate) fn close(&mut self) {
        deferred_log::drop_later((self.fill.take(), self.fading.take()));
    }

    /// Returns the keys of events after `since` among the first `taken` events of the queue.
    pub(crate) fn delivered_keys(&self, taken: u64, since: Timestamp) -> DeliveredKeys {
        self.seen.up_to(taken, since)
    }

    /// Limits a time to the start of the stream.
    pub(crate) fn not_before_opening(&self, time: Timestamp) -> Timestamp {
        time.max(self.opened.unwrap_or(time))
    }
}

/// Returns `true` if an administrator gave a live post another date, so that its time does not show its place.
/// `newest` is the time of earlier posts.
fn is_dated(create_at: Timestamp, newest: Timestamp, clock: Option<Timestamp>) -> bool {
    create_at.plus(OVERLAP_WINDOW) < newest
        || clock.is_some_and(|clock| create_at > clock.plus(OVERLAP_WINDOW))
}
