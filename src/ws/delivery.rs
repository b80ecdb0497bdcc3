//! What stands between the link and the program: the queue, and before it the filler of gaps.

use crossbeam_channel::Receiver;

use super::catch_up::{CatchUpSettings, DrainResult, FetchResponse, GapFiller, NextStep, PostVersion};
use super::position::Position;
use super::queue::{EnqueueResult, EventQueue, Overflow};
use super::session::{Cursor, StreamGap, StreamTime};
use crate::error::Error;
use crate::event::{Event, EventKind, Missed, Payload};
use crate::time::Timestamp;

/// A live event, before it is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventHeader {
    kind: EventKind,
    /// Of its text.
    length: usize,
    version: Option<PostVersion>,
}

#[derive(Debug)]
pub(crate) struct Delivery {
    queue: EventQueue,
    gap_filler: GapFiller,
    /// The filler's thread is gone before its time: the timer does what is left.
    orphaned: bool,
    /// The server time of the last event's mark: a number left out is noticed by the next event only.
    last_event: Timestamp,
}

impl Delivery {
    pub(crate) fn new(
        settings: CatchUpSettings,
        policy: Overflow,
        start: Cursor,
        from: Option<&Position>,
    ) -> (Self, Receiver<Event>) {
        let (queue, receiver) = EventQueue::new(settings.capacity, policy, start);
        let from = from.map(|position| (position.server_time, position.overlap.keys()));
        (
            Self {
                queue,
                gap_filler: GapFiller::new(settings, from),
                orphaned: false,
                last_event: Timestamp::NEVER,
            },
            receiver,
        )
    }

    /// What has to be known of a live event.
    pub(crate) fn look(&self, kind: EventKind, text: &str) -> EventHeader {
        let version = if self.gap_filler.wants_versions() { PostVersion::of_event(kind, text) } else { None };
        EventHeader { kind, length: text.len(), version }
    }

    /// How far the server has come by this event, if that is worth telling the session.
    pub(crate) fn reached(
        &mut self,
        event: &EventHeader,
        now: impl FnOnce() -> StreamTime,
    ) -> Option<Timestamp> {
        let version = event.version.as_ref().filter(|_| event.kind == EventKind::Posted)?;
        self.gap_filler.reached(version.create_at, now, self.queue.floor().min(self.last_event))
    }

    /// Offers a live event; it is only made if there is room for it. `mark` is where the stream stands behind it,
    /// `last_seq` the number of the event before it, `now` is asked for when it matters.
    pub(crate) fn event(
        &mut self,
        EventHeader { kind, length, version }: EventHeader,
        mark: Cursor,
        last_seq: Option<u64>,
        now: impl FnOnce() -> StreamTime,
        make: impl FnOnce() -> Event,
    ) -> EnqueueResult {
        if let Some(missed) = self.queue.drained() {
            self.overflowed(now(), missed);
        }
        self.last_event = mark.server_time;
        if self.gap_filler.is_open() {
            let offer = self.gap_filler.hold((kind, length), version, mark, make);
            if offer == EnqueueResult::Dropped {
                self.queue.count_dropped();
            }
            return offer;
        }
        if version.as_ref().is_some_and(|version| self.gap_filler.is_repeat(kind, version)) {
            return EnqueueResult::Repeated;
        }
        let offer = self.queue.event((kind, length), mark, last_seq, make);
        if let (EnqueueResult::Taken, Some(version)) = (offer, &version) {
            self.gap_filler.delivered(self.queue.puts(), kind, version);
        }
        offer
    }

    /// From here on events are dropped until there is room for many. `Block` comes to this after its time.
    pub(crate) fn overflow(&mut self, since: Timestamp, last_seq: Option<u64>) {
        if self.gap_filler.is_open() {
            self.gap_filler.overflow(since);
        } else {
            self.queue.overflow(since, last_seq);
        }
    }

    /// Delivers a notice, at once.
    pub(crate) fn notice(&mut self, payload: Payload) {
        self.queue.notice(Event::notice(payload));
    }

    /// Events are missing, because of the link.
    pub(crate) fn gap(&mut self, now: StreamTime, gap: StreamGap) {
        // What was dropped before is older, and is told first.
        if let Some(dropped) = self.queue.end_overflow() {
            self.overflowed(now, dropped);
        }
        let StreamGap { reason, since, last_event, last_seq, seq } = gap;
        let missed = Missed { reason, since, last_seq, seq, ..Missed::default() };
        let told = self.gap_filler.gap(now, missed, last_event);
        self.tell(told);
    }

    /// Events were dropped, because too many came.
    fn overflowed(&mut self, now: StreamTime, missed: Missed) {
        let since = missed.since;
        let told = self.gap_filler.gap(now, missed, since);
        self.tell(told);
    }

    fn tell(&mut self, missed: Vec<Missed>) {
        for missed in missed {
            self.notice(Payload::Missed(Box::new(missed)));
        }
    }

    /// A link is up.
    pub(crate) fn link_up(&mut self, now: StreamTime) {
        self.gap_filler.link_up(now);
    }

    /// The server answered a ping, and told its time.
    pub(crate) fn heard(&mut self, now: StreamTime, time: Timestamp) {
        let told = self.gap_filler.heard(now, time, self.queue.floor().min(self.last_event));
        self.tell(told);
    }

    /// Ends an overflow when the queue has drained, and finds slots for notices that wait.
    pub(crate) fn poll(&mut self, now: StreamTime) {
        self.queue.place_held();
        if let Some(missed) = self.queue.drained() {
            self.overflowed(now, missed);
        }
        if self.orphaned {
            self.gap_filler.give_up();
            self.move_on(now);
            self.orphaned = self.gap_filler.is_open();
        }
    }

    /// Whether somebody has to call `poll` every now and then.
    pub(crate) fn wants_polling(&self) -> bool {
        self.orphaned || self.queue.wants_polling()
    }

    /// The thread that fills gaps is gone.
    pub(crate) fn give_up(&mut self) {
        self.orphaned = true;
    }

    /// Whether the thread that fills gaps has something to do.
    pub(crate) fn wants_thread(&self) -> bool {
        self.gap_filler.wants_thread()
    }

    /// What that thread does next.
    pub(crate) fn next(&mut self, now: StreamTime) -> NextStep {
        self.gap_filler.next(now)
    }

    /// The answer to its question.
    pub(crate) fn told(&mut self, now: StreamTime, told: Result<FetchResponse, Error>) {
        self.gap_filler.told(now, told);
    }

    /// Moves into the queue what is ready and finds room; true if that was anything.
    pub(crate) fn move_on(&mut self, now: StreamTime) -> bool {
        let before = self.queue.puts();
        self.queue.place_held();
        let queue = std::cell::RefCell::new(&mut self.queue);
        let moved = self.gap_filler.move_on(
            now,
            || queue.borrow_mut().has_room(),
            |event, mark| queue.borrow_mut().push(event, mark),
        );
        match moved {
            DrainResult::Overflowed(missed) => {
                self.overflowed(now, missed);
                true
            }
            DrainResult::On => self.queue.puts() > before || !self.gap_filler.is_open(),
        }
    }

    /// Delivers the end of the stream, for which there is always a slot; then the channel closes.
    pub(crate) fn end(&mut self, event: Event) {
        let (gaps, rest) = self.gap_filler.end();
        self.tell(gaps);
        for event in rest {
            if event.kind().is_notice() {
                self.queue.notice(event);
            } else if self.queue.has_room() {
                self.queue.push(event, None);
            } else {
                self.queue.count_dropped();
            }
        }
        self.queue.end(event);
    }

    /// Nothing more comes; what is queued stays readable.
    pub(crate) fn close(&mut self) {
        self.gap_filler.close();
        self.queue.close();
    }

    /// Where the stream stands behind what the program has taken; `now` is where the reader stands.
    pub(crate) fn position(&mut self, now: Cursor) -> Position {
        let between = self.gap_filler.is_open();
        let mark = self.queue.position((!between).then_some(now));
        let overlap = self.gap_filler.overlap(self.queue.taken(), mark.server_time);
        let server_time = self.gap_filler.not_before_opening(mark.server_time);
        Position::new(mark.connection_id.as_deref(), mark.next_seq, server_time, overlap)
    }

    /// Whether a gap is open.
    #[cfg(test)]
    pub(crate) fn is_filling(&self) -> bool {
        self.gap_filler.is_open()
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.queue.dropped()
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.queue.delivered()
    }
}
