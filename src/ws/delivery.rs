//! Delivery of events from the connection to the program: the queue, and before it the catch-up.

use std::collections::BTreeMap;
use std::time::Duration;

use crossbeam_channel::{Receiver, TryRecvError};

use super::catch_up::{
    CatchUpSettings, ChannelMerge, DrainResult, FetchResponse, GapFiller, NextStep, PostVersion,
};
use super::position::Position;
use super::queue::{EnqueueResult, EventQueue, Overflow};
use super::session::{Cursor, StreamGap, StreamTime};
use super::subscribers::{SubscriberId, Subscribers, TakeResult};
use super::threads::bell::RoomWait;
use crate::error::Error;
use crate::event::{Event, EventKind, Missed, MissedReason, Payload};
use crate::time::Timestamp;

/// Maximum time for which a blocked reader waits for the program.
pub(crate) const MAX_BLOCK_DURATION: Duration = Duration::from_secs(60);
/// The header of a live event that is not created yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventHeader {
    kind: EventKind,
    /// Length of its text.
    length: usize,
    version: Option<PostVersion>,
}

/// Maximum time for which a blocked reader waits if a thread waits for an event: it may be the one that takes the
/// queued events.
const MIN_BLOCK_DURATION: Duration = Duration::from_secs(1);

/// Maximum number of events that are queued at once when the stream ends, under its lock.
const MAX_ENDING_EVENTS: usize = 64;

/// An event that was taken out of the queue and is not completely handled yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// The position before messages that were kept aside for a question, and may enter the queue behind newer events.
#[derive(Debug)]
struct KeptAside {
    position: Cursor,
    /// Number of events taken at that time.
    taken: u64,
}

#[derive(Debug)]
pub(crate) struct Delivery {
    queue: EventQueue,
    subscribers: Subscribers,
    /// The position before the first message kept aside.
    aside: Option<KeptAside>,
    next_ticket: u64,
    /// Events being handled: the position before each, and the number of events taken.
    tickets: BTreeMap<Ticket, (Cursor, u64)>,
    gap_filler: GapFiller,
    /// `true` if the catch-up thread ended early: the timer does the rest of its work.
    orphaned: bool,
    /// The end of the stream, while buffered events are queued before it.
    ending: Option<Event>,
    /// `true` if the reader waits for room with an event that is not in the queue.
    holding: bool,
    /// `true` if the catch-up thread waits for room.
    filler_waits: bool,
    /// The server time of the last event's cursor. A skipped sequence number is noticed only by the next event.
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
        let from = from.map(|position| (position.server_time, position.delivered_keys()));
        (
            Self {
                queue,
                subscribers: Subscribers::default(),
                aside: None,
                next_ticket: 0,
                tickets: BTreeMap::new(),
                gap_filler: GapFiller::new(settings, from),
                orphaned: false,
                ending: None,
                holding: false,
                filler_waits: false,
                last_event: Timestamp::NEVER,
            },
            receiver,
        )
    }

    /// Reads the fields that delivery needs from a live event.
    pub(crate) fn read_header(&self, kind: EventKind, text: &str) -> EventHeader {
        let version = if self.gap_filler.wants_versions() { PostVersion::of_event(kind, text) } else { None };
        EventHeader { kind, length: text.len(), version }
    }

    /// Returns the server time after this event, if the session should know it.
    pub(crate) fn progress_worth_telling(
        &mut self,
        event: &EventHeader,
        now: impl FnOnce() -> StreamTime,
    ) -> Option<Timestamp> {
        let version = event.version.as_ref().filter(|_| event.kind == EventKind::Posted)?;
        let floor = self.earliest_position();
        self.gap_filler.advance_to(version.create_at, now, floor)
    }

    /// Offers a live event, which is created only if there is room for it. `cursor` is the position after it,
    /// `last_seq` the sequence number of the previous event. `now` is called only if needed.
    pub(crate) fn offer_event(
        &mut self,
        header: EventHeader,
        cursor: Cursor,
        last_seq: Option<u64>,
        now: impl Fn() -> StreamTime,
        make: impl FnOnce() -> Event,
    ) -> EnqueueResult {
        if let Some(missed) = self.queue.overflow_if_drained() {
            self.overflow_ended(now(), missed);
        }
        self.last_event = cursor.server_time;
        let EventHeader { kind, version, .. } = header;
        if version.as_ref().is_some_and(|version| self.gap_filler.is_repeat(kind, version)) {
            return EnqueueResult::Repeated;
        }
        if self.subscribers.is_empty() {
            return self.enqueue_event(header, cursor, last_seq, now, make);
        }
        let event = make();
        let key = version.map(|version| version.key_for(kind));
        // Even if there is no room, or during a catch-up: a reply must not wait for the thread that waits for it.
        let in_order = !self.gap_filler.is_open() && !self.queue.is_dropping();
        let (is_filling, has_room) = (self.gap_filler.is_open(), self.queue.has_room());
        let result = match self.subscribers.take_event(&event, in_order, has_room) {
            TakeResult::NotTaken => {
                self.enqueue_event(header, cursor.clone(), last_seq, now, || event.clone())
            }
            TakeResult::NoRoom => self.queue.refuse_event(kind, cursor.server_time, last_seq),
            taken => {
                self.subscribers.copy_event(&event, key, &cursor);
                if let TakeResult::Displaced(oldest) = taken {
                    self.queue.put_back(oldest);
                }
                // Behind all queued events: a position before it must not contain it as delivered.
                self.gap_filler.event_bypassed(self.queue.put_count() + 1, kind, version.as_ref());
                self.update_aside();
                self.queue.count_delivered();
                return EnqueueResult::Taken;
            }
        };
        match result {
            // Copied when it leaves the buffer, behind the events of the catch-up.
            EnqueueResult::Taken if is_filling && has_room => EnqueueResult::Taken,
            EnqueueResult::Taken if !is_filling => {
                self.subscribers.copy_event(&event, key, &cursor);
                EnqueueResult::Taken
            }
            result @ (EnqueueResult::Taken | EnqueueResult::Dropped) => {
                self.subscribers.copy_ahead(&event, key, &cursor);
                result
            }
            result => result,
        }
    }

    fn enqueue_event(
        &mut self,
        EventHeader { kind, length, version }: EventHeader,
        cursor: Cursor,
        last_seq: Option<u64>,
        now: impl FnOnce() -> StreamTime,
        make: impl FnOnce() -> Event,
    ) -> EnqueueResult {
        if self.gap_filler.is_open() {
            let offer = self.gap_filler.buffer_event((kind, length), version, cursor, now, make);
            if offer == EnqueueResult::Dropped {
                self.queue.count_dropped();
            }
            return offer;
        }
        let offer = self.queue.offer_event((kind, length), cursor, last_seq, make);
        if let (EnqueueResult::Taken, Some(version)) = (offer, &version) {
            self.gap_filler.event_delivered(self.queue.put_count(), kind, version);
        }
        offer
    }

    /// Sets if the reader waits for room with an event, which no position may include.
    pub(crate) fn set_holding(&mut self, holding: bool) {
        self.holding = holding;
    }

    /// Drops events from now on until many fit. The policy `Block` does so after its timeout.
    pub(crate) fn begin_overflow(&mut self, since: Timestamp, last_seq: Option<u64>) {
        if self.gap_filler.is_open() {
            self.gap_filler.begin_overflow(since);
        } else {
            self.queue.begin_overflow(since, last_seq);
        }
    }

    /// Delivers a notification immediately.
    pub(crate) fn deliver_notification(&mut self, payload: Payload) {
        let event = Event::from_notification(payload);
        self.subscribers.notify_all(&event);
        self.queue.deliver_notification(event);
    }

    /// Returns the earliest time that a position may go back to.
    fn earliest_position(&self) -> Timestamp {
        let floor = self.queue.earliest_position().min(self.last_event);
        let floor = self.aside.as_ref().map_or(floor, |aside| floor.min(aside.position.server_time));
        self.tickets.first_key_value().map_or(floor, |(_, (cursor, _))| floor.min(cursor.server_time))
    }

    /// Returns the subscribers of the stream.
    pub(super) fn subscribers_mut(&mut self) -> &mut Subscribers {
        &mut self.subscribers
    }

    /// Maximum time for which the reader waits for room in a full queue.
    pub(crate) fn max_block(&self) -> Duration {
        if self.subscribers.is_empty() { MAX_BLOCK_DURATION } else { MIN_BLOCK_DURATION }
    }

    /// Queues messages that a subscriber kept aside.
    pub(super) fn put_back(&mut self, from: SubscriberId, messages: Vec<Event>) {
        for event in messages {
            match self.subscribers.take_returned(from, &event) {
                TakeResult::Displaced(oldest) => self.queue.put_back(oldest),
                TakeResult::NotTaken | TakeResult::NoRoom => self.queue.put_back(event),
                TakeResult::Taken => {}
            }
        }
        self.update_aside();
    }

    /// Records the position while messages are kept aside, until the last of them was taken out of the queue.
    fn update_aside(&mut self) {
        let keeps = self.subscribers.keeps_messages() || self.queue.has_returned();
        let taken = self.queue.taken_count();
        if keeps && self.aside.is_none() {
            self.aside = Some(KeptAside { position: self.queue.position(None), taken });
        }
        let last_returned = self.queue.last_returned();
        self.aside.take_if(|_| !keeps && taken >= last_returned);
    }

    /// Takes an event out of the queue. Positions lie before it until it is handled.
    pub(super) fn take_event(&mut self, receiver: &Receiver<Event>) -> Result<(Event, Ticket), TryRecvError> {
        let before = (self.queue.position(None), self.queue.taken_count());
        let event = receiver.try_recv()?;
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        self.tickets.insert(ticket, before);
        Ok((event, ticket))
    }

    /// Marks an event as handled.
    pub(super) fn finish_event(&mut self, ticket: Ticket) {
        self.tickets.remove(&ticket);
    }

    /// Handles a gap on the connection.
    pub(crate) fn gap_found(&mut self, now: StreamTime, gap: StreamGap) {
        // Dropped events are older, and reported first.
        if let Some(dropped) = self.queue.end_overflow() {
            self.overflow_ended(now, dropped);
        }
        let StreamGap { reason, since, last_event, last_seq, seq } = gap;
        let missed = Missed { reason, since, last_seq, seq, ..Missed::default() };
        let reports = self.gap_filler.gap_found(now, missed, last_event);
        self.report_missed(reports);
    }

    /// Handles the end of an overflow.
    fn overflow_ended(&mut self, now: StreamTime, missed: Missed) {
        let since = missed.since;
        let reports = self.gap_filler.gap_found(now, missed, since);
        self.report_missed(reports);
    }

    fn report_missed(&mut self, missed: Vec<Missed>) {
        for missed in missed {
            // Subscriptions have their own queues, which are not affected by this overflow.
            let shared = missed.reason != MissedReason::Overflow;
            let event = Event::from_notification(Payload::Missed(Box::new(missed)));
            if shared {
                self.subscribers.notify_all(&event);
            }
            self.queue.deliver_notification(event);
        }
    }

    /// Handles a new connection.
    pub(crate) fn link_up(&mut self, now: StreamTime) {
        self.gap_filler.link_up(now);
    }

    /// Handles the loss of the connection.
    pub(crate) fn link_down(&mut self) {
        self.gap_filler.link_down();
    }

    /// Handles a server that does not send its time.
    pub(crate) fn clock_timed_out(&mut self, now: StreamTime) {
        let reports = self.gap_filler.clock_timed_out(now);
        self.report_missed(reports);
    }

    /// Handles the server time in the reply to a ping.
    pub(crate) fn server_time_known(&mut self, now: StreamTime, time: Timestamp) {
        let floor = self.earliest_position();
        let reports = self.gap_filler.server_time_known(now, time, floor);
        self.report_missed(reports);
    }

    /// Ends an overflow when the queue has drained, and queues waiting notifications. Returns `true` if there is more
    /// to do immediately.
    pub(crate) fn poll_queues(&mut self, now: StreamTime) -> bool {
        if self.ending.is_some() {
            self.go_on_ending();
            return self.ending.is_some();
        }
        self.queue.place_held();
        self.subscribers.poll_queues();
        if let Some(missed) = self.queue.overflow_if_drained() {
            self.overflow_ended(now, missed);
        }
        if self.orphaned {
            self.gap_filler.give_up();
            let moved = self.move_on(now);
            self.orphaned = self.gap_filler.is_open();
            return moved && self.orphaned;
        }
        false
    }

    /// Queues some of the events that precede the end.
    fn go_on_ending(&mut self) {
        for _ in 0..MAX_ENDING_EVENTS {
            let Some(event) = self.gap_filler.next_of_rest() else {
                if let Some(end) = self.ending.take() {
                    self.finish_stream(end);
                }
                return;
            };
            if !share_event(&mut self.subscribers, &mut self.queue, &event, None) {
                self.queue.push_last(event);
            }
        }
    }

    fn finish_stream(&mut self, end: Event) {
        let kept = self.subscribers.end_all(&end);
        // No subscriber is left.
        self.put_back(SubscriberId::MAX, kept);
        self.queue.end_stream(end);
    }

    /// Returns the condition under which queued notifications fit, if there are any.
    pub(crate) fn room_wait(&self) -> Option<RoomWait> {
        let mut wait = RoomWait::default();
        let waits = self.orphaned || self.holding || self.filler_waits || self.queue.wants_polling();
        if waits {
            self.queue.room_wait(&mut wait);
        }
        self.subscribers.room_wait(&mut wait);
        (waits || !wait.full.is_empty() || wait.partly).then_some(wait)
    }

    /// Returns `true` if an event of the reader or of a catch-up fits now.
    pub(crate) fn has_room(&mut self) -> bool {
        self.queue.has_room()
    }

    /// Sets if the catch-up thread waits for room.
    pub(crate) fn set_filler_waits(&mut self, waits: bool) {
        self.filler_waits = waits;
    }

    /// Returns `true` if polling has work to do when there is room.
    pub(crate) fn wants_polling(&self) -> bool {
        self.orphaned
            || self.ending.is_some()
            || self.queue.wants_polling()
            || self.subscribers.wants_polling()
    }

    /// Handles the end of the catch-up thread.
    pub(crate) fn give_up(&mut self) {
        self.orphaned = true;
    }

    /// Gives up what is missing. The thread delivers what is buffered.
    pub(crate) fn abandon_gap(&mut self) {
        self.gap_filler.give_up();
    }

    /// Returns `true` if the catch-up thread has something to do.
    pub(crate) fn wants_thread(&self) -> bool {
        self.gap_filler.wants_thread()
    }

    /// Returns the next step of the catch-up thread.
    pub(crate) fn next_step(&mut self, now: StreamTime) -> NextStep {
        self.gap_filler.next_step(now)
    }

    /// Handles the response to its request.
    pub(crate) fn response_received(&mut self, now: StreamTime, response: Result<FetchResponse, Error>) {
        self.gap_filler.response_received(now, response);
    }

    /// Queues events of the catch-up while there is room. Returns `true` if there were any.
    pub(crate) fn move_on(&mut self, now: StreamTime) -> bool {
        let before = self.queue.put_count();
        self.queue.place_held();
        let queue = std::cell::RefCell::new(&mut self.queue);
        let subscribers = &mut self.subscribers;
        let moved = self.gap_filler.move_on(
            now,
            || queue.borrow_mut().has_room(),
            |event, cursor| {
                let mut queue = queue.borrow_mut();
                if share_event(subscribers, &mut queue, &event, cursor.as_ref()) {
                    return queue.put_count() + 1;
                }
                queue.push_event(event, cursor)
            },
        );
        self.update_aside();
        match moved {
            DrainResult::Overflowed(missed) => {
                self.overflow_ended(now, missed);
                true
            }
            DrainResult::On => self.queue.put_count() > before || !self.gap_filler.is_open(),
        }
    }

    /// Continues the merge of a channel.
    pub(crate) fn merge_channel(&mut self, now: StreamTime) {
        self.gap_filler.merge_channel(now);
    }

    /// Takes back the sorted rows of a channel.
    pub(crate) fn channel_sorted(&mut self, merge: Box<ChannelMerge>) {
        self.gap_filler.channel_sorted(merge);
    }

    /// Delivers the end of the stream, for which there is always a slot. The channel then closes. Buffered events are
    /// queued before it, by calls of `poll_queues`.
    pub(crate) fn end_stream(&mut self, event: Event) {
        if self.ending.is_some() {
            return;
        }
        let gaps = self.gap_filler.end_stream();
        self.report_missed(gaps);
        self.ending = Some(event);
        self.go_on_ending();
    }

    /// Closes the queues. Queued events can still be taken.
    pub(crate) fn close(&mut self) {
        self.ending = None;
        self.gap_filler.close();
        self.subscribers.close_all();
        self.queue.close();
    }

    /// Returns the position after the last event that the program has taken. `now` is the reader's position.
    pub(crate) fn position(&mut self, now: Cursor) -> Position {
        let between = self.gap_filler.is_open() || self.holding;
        self.update_aside();
        let handled = self.tickets.first_key_value().map(|(_, before)| before.clone());
        let aside = self.aside.as_ref().map(|aside| (aside.position.clone(), aside.taken));
        let earlier = handled.into_iter().chain(aside).min_by_key(|(_, taken)| *taken);
        let (cursor, taken) = earlier
            .unwrap_or_else(|| (self.queue.position((!between).then_some(now)), self.queue.taken_count()));
        let overlap = self.gap_filler.delivered_keys(taken, cursor.server_time);
        let server_time = self.gap_filler.not_before_opening(cursor.server_time);
        Position::new(cursor.connection_id.as_deref(), cursor.next_seq, server_time, overlap)
    }

    /// Returns `true` if a gap is open.
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

/// Delivers an event that leaves the buffer to subscribers. Returns `true` if it must not enter the queue.
fn share_event(
    subscribers: &mut Subscribers,
    queue: &mut EventQueue,
    event: &Event,
    cursor: Option<&Cursor>,
) -> bool {
    if subscribers.is_empty() {
        return false;
    }
    if event.kind().is_notification() {
        subscribers.notify_all(event);
        return false;
    }
    let key = PostVersion::of_event(event.kind(), event.raw()).map(|version| version.key_for(event.kind()));
    let taken = subscribers.take_event(event, true, true);
    subscribers.copy_event(event, key, cursor.unwrap_or(&Cursor::default()));
    match taken {
        TakeResult::NotTaken | TakeResult::NoRoom => return false,
        TakeResult::Displaced(oldest) => queue.put_back(oldest),
        TakeResult::Taken => {}
    }
    queue.count_delivered();
    true
}

#[cfg(test)]
mod tests;
