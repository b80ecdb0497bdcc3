//! What stands between the link and the program: the queue, and before it the filler of gaps.

use crossbeam_channel::Receiver;

use super::catch_up::{Brief, Filler, Moved, Settings, Todo, Told};
use super::position::Position;
use super::queue::{Mark, Offer, Overflow, Queue};
use super::session::{At, Gap};
use crate::error::Error;
use crate::event::{Event, EventKind, Missed, Payload};
use crate::time::Timestamp;

/// A live event, before it is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    kind: EventKind,
    /// Of its text.
    length: usize,
    brief: Option<Brief>,
}

#[derive(Debug)]
pub(crate) struct Outlet {
    queue: Queue,
    filler: Filler,
    /// The filler's thread is gone before its time: the timer does what is left.
    orphaned: bool,
    /// The server time of the last event's mark: a number left out is noticed by the next event only.
    last_event: Timestamp,
}

impl Outlet {
    pub(crate) fn new(
        settings: Settings,
        policy: Overflow,
        start: Mark,
        from: Option<&Position>,
    ) -> (Self, Receiver<Event>) {
        let (queue, receiver) = Queue::new(settings.capacity, policy, start);
        let from = from.map(|position| (position.server_time, position.overlap.keys()));
        (
            Self {
                queue,
                filler: Filler::new(settings, from),
                orphaned: false,
                last_event: Timestamp::NEVER,
            },
            receiver,
        )
    }

    /// What has to be known of a live event.
    pub(crate) fn look(&self, kind: EventKind, text: &str) -> Arrived {
        let brief = if self.filler.wants_briefs() { Brief::of_event(kind, text) } else { None };
        Arrived { kind, length: text.len(), brief }
    }

    /// How far the server has come by this event, if that is worth telling the session.
    pub(crate) fn reached(&mut self, event: &Arrived, now: impl FnOnce() -> At) -> Option<Timestamp> {
        let brief = event.brief.as_ref().filter(|_| event.kind == EventKind::Posted)?;
        self.filler.reached(brief.create_at, now, self.queue.floor().min(self.last_event))
    }

    /// Offers a live event; it is only made if there is room for it. `mark` is where the stream stands behind it,
    /// `last_seq` the number of the event before it, `now` is asked for when it matters.
    pub(crate) fn event(
        &mut self,
        Arrived { kind, length, brief }: Arrived,
        mark: Mark,
        last_seq: Option<u64>,
        now: impl FnOnce() -> At,
        make: impl FnOnce() -> Event,
    ) -> Offer {
        if let Some(missed) = self.queue.drained() {
            self.overflowed(now(), missed);
        }
        self.last_event = mark.server_time;
        if self.filler.is_open() {
            let offer = self.filler.hold((kind, length), brief, mark, make);
            if offer == Offer::Dropped {
                self.queue.count_dropped();
            }
            return offer;
        }
        if brief.as_ref().is_some_and(|brief| self.filler.is_repeat(kind, brief)) {
            return Offer::Repeated;
        }
        let offer = self.queue.event((kind, length), mark, last_seq, make);
        if let (Offer::Taken, Some(brief)) = (offer, &brief) {
            self.filler.delivered(self.queue.puts(), kind, brief);
        }
        offer
    }

    /// From here on events are dropped until there is room for many. `Block` comes to this after its time.
    pub(crate) fn overflow(&mut self, since: Timestamp, last_seq: Option<u64>) {
        if self.filler.is_open() {
            self.filler.overflow(since);
        } else {
            self.queue.overflow(since, last_seq);
        }
    }

    /// Delivers a notice, at once.
    pub(crate) fn notice(&mut self, payload: Payload) {
        self.queue.notice(Event::notice(payload));
    }

    /// Events are missing, because of the link.
    pub(crate) fn gap(&mut self, now: At, gap: Gap) {
        // What was dropped before is older, and is told first.
        if let Some(dropped) = self.queue.end_overflow() {
            self.overflowed(now, dropped);
        }
        let Gap { reason, since, last_event, last_seq, seq } = gap;
        let missed = Missed { reason, since, last_seq, seq, ..Missed::default() };
        let told = self.filler.gap(now, missed, last_event);
        self.tell(told);
    }

    /// Events were dropped, because too many came.
    fn overflowed(&mut self, now: At, missed: Missed) {
        let since = missed.since;
        let told = self.filler.gap(now, missed, since);
        self.tell(told);
    }

    fn tell(&mut self, missed: Vec<Missed>) {
        for missed in missed {
            self.notice(Payload::Missed(Box::new(missed)));
        }
    }

    /// A link is up.
    pub(crate) fn link_up(&mut self, now: At) {
        self.filler.link_up(now);
    }

    /// The server answered a ping, and told its time.
    pub(crate) fn heard(&mut self, now: At, time: Timestamp) {
        let told = self.filler.heard(now, time, self.queue.floor().min(self.last_event));
        self.tell(told);
    }

    /// Ends an overflow when the queue has drained, and finds slots for notices that wait.
    pub(crate) fn poll(&mut self, now: At) {
        self.queue.place_held();
        if let Some(missed) = self.queue.drained() {
            self.overflowed(now, missed);
        }
        if self.orphaned {
            self.filler.give_up();
            self.move_on(now);
            self.orphaned = self.filler.is_open();
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
        self.filler.wants_thread()
    }

    /// What that thread does next.
    pub(crate) fn next(&mut self, now: At) -> Todo {
        self.filler.next(now)
    }

    /// The answer to its question.
    pub(crate) fn told(&mut self, now: At, told: Result<Told, Error>) {
        self.filler.told(now, told);
    }

    /// Moves into the queue what is ready and finds room; true if that was anything.
    pub(crate) fn move_on(&mut self, now: At) -> bool {
        let before = self.queue.puts();
        self.queue.place_held();
        let queue = std::cell::RefCell::new(&mut self.queue);
        let moved = self.filler.move_on(
            now,
            || queue.borrow_mut().has_room(),
            |event, mark| queue.borrow_mut().push(event, mark),
        );
        match moved {
            Moved::Overflowed(missed) => {
                self.overflowed(now, missed);
                true
            }
            Moved::On => self.queue.puts() > before || !self.filler.is_open(),
        }
    }

    /// Delivers the end of the stream, for which there is always a slot; then the channel closes.
    pub(crate) fn end(&mut self, event: Event) {
        let (gaps, rest) = self.filler.end();
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
        self.filler.close();
        self.queue.close();
    }

    /// Where the stream stands behind what the program has taken; `now` is where the reader stands.
    pub(crate) fn position(&mut self, now: Mark) -> Position {
        let between = self.filler.is_open();
        let mark = self.queue.position((!between).then_some(now));
        let overlap = self.filler.overlap(self.queue.taken(), mark.server_time);
        let server_time = self.filler.not_before_opening(mark.server_time);
        Position::new(mark.id.as_deref(), mark.next, server_time, overlap)
    }

    /// Whether a gap is open.
    #[cfg(test)]
    pub(crate) fn is_filling(&self) -> bool {
        self.filler.is_open()
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
