//! The bounded queue between the reader and the program, and its behavior when it is full.

use std::collections::{BTreeMap, VecDeque};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::chunked_deque::ChunkedDeque;
use super::deferred_log;
use super::session::Cursor;
use super::threads::bell::RoomWait;
use crate::event::{Event, EventKind, Missed, MissedReason, Payload};
use crate::time::Timestamp;
use log::Level;

/// Average size of an event if all slots are used, in bytes. Smaller queues may contain as many bytes as one of 4,096
/// events.
const AVERAGE_EVENT_SIZE: usize = 2 << 10;
const MIN_QUEUE_BYTES: usize = 8 << 20;
/// Notifications that find no slot wait here. Beyond this number, the oldest that report no missing events are
/// dropped.
const MAX_HELD_NOTIFICATIONS: usize = 64;
/// Maximum number of positions that are dropped at once.
const MAX_DROPPED_CURSORS: usize = 1024;

/// The behavior of a stream whose queue is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overflow {
    /// Drops new events until the queue is half empty.
    ///
    /// Afterwards, one [`Missed`] reports their number by kind, and a catch-up fetches the missing posts.
    #[default]
    DropNewest,
    /// Stops reading from the server until a slot is free.
    ///
    /// After 60 s, events are dropped as with `DropNewest`. The server closes the connection when about 256 events
    /// wait on its side, and the connection can then not be resumed. While the stream is blocked,
    /// [`Events::request`](crate::Events::request) fails with
    /// [`ErrorKind::Backlogged`](crate::ErrorKind::Backlogged).
    Block,
}

/// Returns the maximum size of all texts in a queue with this capacity, in bytes.
pub(crate) fn most_bytes(capacity: usize) -> usize {
    capacity.saturating_mul(AVERAGE_EVENT_SIZE).max(MIN_QUEUE_BYTES)
}

/// Result of offering an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnqueueResult {
    Taken,
    /// The event was counted and is reported later.
    Dropped,
    /// A catch-up has already delivered the event.
    Repeated,
    /// The queue is full, and the policy is to wait.
    Full,
    Closed,
}

/// A period in which events are dropped.
#[derive(Debug, Default)]
struct OverflowPeriod {
    since: Timestamp,
    last_seq: Option<u64>,
    dropped: BTreeMap<EventKind, u64>,
}

#[derive(Debug)]
pub(crate) struct EventQueue {
    /// `None` once the stream is closed: receivers then take the remaining events and see the channel as disconnected.
    sender: Option<Sender<Event>>,
    /// Used for its length only.
    receiver: Receiver<Event>,
    capacity: usize,
    policy: Overflow,
    episode: Option<OverflowPeriod>,
    /// `true` if the end of the stream waits in `held` for a slot.
    ending: bool,
    held: VecDeque<Event>,
    /// Messages that were kept aside, and wait for slots. Newer events are not queued before them.
    returned: VecDeque<Event>,
    /// Number of the last of them that was queued.
    last_returned: u64,
    /// The position after each event in the queue, and the number of bytes that were queued up to its end. Those of
    /// events that were taken out are dropped a little later, since there can be many.
    cursors: ChunkedDeque<(Cursor, u64)>,
    /// Number of bytes of all texts that were ever queued.
    put_bytes: u64,
    /// Those of the events that were taken out.
    taken_bytes: u64,
    /// Position after the last event that was taken out.
    taken: Cursor,
    dropped: u64,
    delivered: u64,
    /// Number of all events that were ever queued, including notifications.
    puts: u64,
}

impl EventQueue {
    /// Creates a queue for `capacity` events, at least 1.
    pub(crate) fn new(capacity: usize, policy: Overflow, start: Cursor) -> (Self, Receiver<Event>) {
        let capacity = capacity.max(1);
        let (sender, receiver) = bounded(capacity);
        let queue = Self {
            sender: Some(sender),
            receiver: receiver.clone(),
            capacity,
            policy,
            episode: None,
            ending: false,
            held: VecDeque::new(),
            returned: VecDeque::new(),
            last_returned: 0,
            cursors: ChunkedDeque::default(),
            put_bytes: 0,
            taken_bytes: 0,
            taken: start,
            dropped: 0,
            delivered: 0,
            puts: 0,
        };
        (queue, receiver)
    }

    pub(crate) fn len(&self) -> usize {
        self.receiver.len()
    }

    /// Returns `true` if a text of this length fits into the queue. Any text fits into an empty queue.
    fn has_room_for(&mut self, length: usize) -> bool {
        self.forget_taken();
        let bytes = self.bytes();
        bytes == 0 || bytes.saturating_add(length) <= most_bytes(self.capacity)
    }

    /// Returns the size of the texts in the queue.
    fn bytes(&self) -> usize {
        usize::try_from(self.put_bytes - self.taken_bytes).unwrap_or(usize::MAX)
    }

    /// Offers an event with a text of `length`, which is created only if there is room for it. `cursor` is the
    /// position after it, `last_seq` the sequence number of the previous event.
    pub(crate) fn offer_event(
        &mut self,
        (kind, length): (EventKind, usize),
        cursor: Cursor,
        last_seq: Option<u64>,
        make: impl FnOnce() -> Event,
    ) -> EnqueueResult {
        if self.sender.is_none() || self.ending {
            return EnqueueResult::Closed;
        }
        self.place_held();
        let has_slot = self.len() < self.capacity && !self.has_waiting();
        if self.episode.is_some() || !has_slot || !self.has_room_for(length) {
            return self.refuse_event(kind, cursor.server_time, last_seq);
        }
        match self.put_event(make(), cursor) {
            Ok(()) => {
                self.delivered += 1;
                EnqueueResult::Taken
            }
            Err(_) => EnqueueResult::Closed,
        }
    }

    /// Handles an event for which there is no room. `last_seq` is the sequence number of the previous event.
    pub(crate) fn refuse_event(
        &mut self,
        kind: EventKind,
        since: Timestamp,
        last_seq: Option<u64>,
    ) -> EnqueueResult {
        if self.episode.is_none() && self.policy == Overflow::Block {
            return EnqueueResult::Full;
        }
        self.begin_overflow(since, last_seq);
        if let Some(episode) = &mut self.episode {
            *episode.dropped.entry(kind).or_default() += 1;
        }
        self.dropped += 1;
        EnqueueResult::Dropped
    }

    /// Returns `true` if something is to be queued before further events.
    fn has_waiting(&self) -> bool {
        !self.returned.is_empty() || !self.held.is_empty()
    }

    /// Drops events from now on until the queue is half empty. The policy `Block` does so after its timeout.
    pub(crate) fn begin_overflow(&mut self, since: Timestamp, last_seq: Option<u64>) {
        if self.episode.is_none() {
            deferred_log::push_line(Level::Warn, || {
                "queue full, dropping events until it is half empty".to_owned()
            });
            self.episode = Some(OverflowPeriod { since, last_seq, dropped: BTreeMap::new() });
        }
    }

    /// Returns `true` if events are being dropped.
    pub(crate) fn is_dropping(&self) -> bool {
        self.episode.is_some()
    }

    /// Returns `true` if the queue has to be polled regularly.
    pub(crate) fn wants_polling(&self) -> bool {
        self.sender.is_some() && (self.episode.is_some() || self.has_waiting())
    }

    /// Ends an overflow if the queue is at most half full. Returns the report.
    pub(crate) fn overflow_if_drained(&mut self) -> Option<Missed> {
        self.forget_taken();
        let half = self.receiver.len() <= self.capacity / 2 && self.bytes() <= most_bytes(self.capacity) / 2;
        self.episode.take_if(|_| half)?.into_missed()
    }

    /// Ends an overflow at once.
    pub(crate) fn end_overflow(&mut self) -> Option<Missed> {
        self.episode.take()?.into_missed()
    }

    /// Queues returned messages and waiting notifications while slots are free.
    pub(crate) fn place_held(&mut self) {
        while self.len() < self.capacity {
            let returned = self.returned.pop_front();
            let is_returned = returned.is_some();
            let Some(event) = returned.or_else(|| self.held.pop_front()) else { break };
            let cursor = self.last_cursor();
            let _ = self.put_event(event, cursor);
            if is_returned {
                self.last_returned = self.puts;
            }
        }
        if self.ending && !self.has_waiting() {
            self.close();
        }
    }

    /// Returns `true` if an event would find a slot.
    pub(crate) fn has_room(&mut self) -> bool {
        self.sender.is_some()
            && !self.ending
            && self.len() < self.capacity
            && !self.has_waiting()
            && self.has_room_for(0)
    }

    /// Queues an event for which there is room. Returns its number. Without a cursor, its position is that of the
    /// previous event.
    pub(crate) fn push_event(&mut self, event: Event, cursor: Option<Cursor>) -> u64 {
        let is_event = !event.kind().is_notification();
        let cursor = cursor.unwrap_or_else(|| self.last_cursor());
        if self.put_event(event, cursor).is_ok() && is_event {
            self.delivered += 1;
        }
        self.puts
    }

    /// Queues a message that was kept aside: at once, or when slots are free, but before any newer event.
    pub(crate) fn put_back(&mut self, event: Event) {
        if self.sender.is_some() {
            self.returned.push_back(event);
            self.place_held();
        }
    }

    /// Returns `true` if messages that were kept aside wait for slots.
    pub(crate) fn has_returned(&self) -> bool {
        !self.returned.is_empty()
    }

    /// Returns the number of the last of these messages that was queued.
    pub(crate) fn last_returned(&self) -> u64 {
        self.last_returned
    }

    /// Counts an event that was delivered elsewhere.
    pub(crate) fn count_delivered(&mut self) {
        self.delivered += 1;
    }

    pub(crate) fn put_count(&self) -> u64 {
        self.puts
    }

    /// Returns the number of events that were taken out.
    pub(crate) fn taken_count(&self) -> u64 {
        self.puts.saturating_sub(self.len() as u64)
    }

    /// Returns the earliest time that a position may go back to.
    pub(crate) fn earliest_position(&self) -> Timestamp {
        let taken = self.taken.server_time;
        self.episode.as_ref().map_or(taken, |episode| episode.since.min(taken))
    }

    /// Counts a dropped event that had waited for a catch-up.
    pub(crate) fn count_dropped(&mut self) {
        self.dropped += 1;
    }

    /// Delivers a notification. A slot is free unless the program has taken nothing for a long time.
    pub(crate) fn deliver_notification(&mut self, event: Event) {
        if self.sender.is_none() || self.ending {
            return;
        }
        if !self.has_waiting() && self.len() < self.capacity {
            let cursor = self.last_cursor();
            let _ = self.put_event(event, cursor);
            return;
        }
        self.held.push_back(event);
        if self.held.len() > MAX_HELD_NOTIFICATIONS {
            self.thin_out();
        }
    }

    /// Keeps the reports of missing events, and merges consecutive gaps.
    fn thin_out(&mut self) {
        self.held.retain(|event| !matches!(event.kind(), EventKind::Connected | EventKind::Disconnected));
        let mut gaps: Option<Missed> = None;
        let mut rest = VecDeque::new();
        for event in self.held.drain(..) {
            match event.as_notification() {
                Some(Payload::Missed(missed)) => merge_missed(&mut gaps, missed),
                _ => rest.push_back(event),
            }
        }
        if let Some(missed) = gaps {
            rest.push_front(Event::from_notification(Payload::Missed(Box::new(missed))));
        }
        rest.truncate(MAX_HELD_NOTIFICATIONS);
        self.held = rest;
    }

    /// Delivers events that waited for a gap to be filled when the stream ends: at once, or when slots are free.
    /// Their number is bounded by the catch-up.
    pub(crate) fn push_last(&mut self, event: Event) {
        if self.sender.is_none() {
            return;
        }
        if !event.kind().is_notification() {
            self.delivered += 1;
        }
        self.held.push_back(event);
        self.place_held();
    }

    /// Delivers the end of the stream as soon as a slot is free. The channel then closes.
    pub(crate) fn end_stream(&mut self, event: Event) {
        if self.ending {
            return;
        }
        if let Some(missed) = self.end_overflow() {
            self.deliver_notification(Event::from_notification(Payload::Missed(Box::new(missed))));
        }
        self.place_held();
        self.held.push_back(event);
        self.ending = true;
        self.place_held();
    }

    /// Returns the condition under which queued notifications fit.
    pub(crate) fn room_wait(&self, wait: &mut RoomWait) {
        let Some(sender) = &self.sender else { return };
        wait.taken += self.taken_count();
        if self.receiver.is_full() {
            wait.full.push(sender.clone());
        } else {
            wait.partly = true;
        }
    }

    /// Closes the channel. Queued events can still be taken.
    pub(crate) fn close(&mut self) {
        self.sender = None;
        deferred_log::drop_later((std::mem::take(&mut self.held), std::mem::take(&mut self.returned)));
        self.episode = None;
    }

    fn put_event(&mut self, event: Event, cursor: Cursor) -> Result<(), TrySendError<Event>> {
        let Some(sender) = &self.sender else { return Err(TrySendError::Disconnected(event)) };
        let length = event.raw().len();
        sender.try_send(event)?;
        self.put_bytes += length as u64;
        self.cursors.push_back((cursor, self.put_bytes));
        self.puts += 1;
        self.forget_taken();
        Ok(())
    }

    fn last_cursor(&self) -> Cursor {
        self.cursors.back().map_or(&self.taken, |(cursor, _)| cursor).clone()
    }

    /// Finds the last event that was taken out, and drops the cursors of earlier ones.
    fn forget_taken(&mut self) {
        let taken = self.cursors.len().saturating_sub(self.receiver.len());
        let Some((cursor, bytes)) = taken.checked_sub(1).and_then(|last| self.cursors.get(last)) else {
            return;
        };
        (self.taken, self.taken_bytes) = (cursor.clone(), *bytes);
        for _ in 0..taken.min(MAX_DROPPED_CURSORS) {
            self.cursors.pop_front();
        }
    }

    /// Returns the position after the last event that the program has taken. `now` is the reader's position, if
    /// there is one.
    pub(crate) fn position(&mut self, now: Option<Cursor>) -> Cursor {
        self.forget_taken();
        match now {
            Some(now) if self.receiver.is_empty() && self.episode.is_none() && self.sender.is_some() => now,
            _ => self.taken.clone(),
        }
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.delivered
    }
}

impl OverflowPeriod {
    fn into_missed(self) -> Option<Missed> {
        (!self.dropped.is_empty()).then(|| Missed {
            reason: MissedReason::Overflow,
            since: self.since,
            last_seq: self.last_seq,
            dropped: self.dropped,
            ..Missed::default()
        })
    }
}

fn merge_missed(into: &mut Option<Missed>, other: &Missed) {
    let Some(first) = into else {
        *into = Some(other.clone());
        return;
    };
    first.beyond_horizon |= other.beyond_horizon;
    first.catching_up |= other.catching_up;
    for (kind, count) in &other.dropped {
        *first.dropped.entry(*kind).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The work of a stream before each event, and occasionally without one.
    fn look(queue: &mut EventQueue) {
        if let Some(missed) = queue.overflow_if_drained() {
            queue.deliver_notification(Event::from_notification(Payload::Missed(Box::new(missed))));
        }
        queue.place_held();
    }

    fn offer(queue: &mut EventQueue, seq: u64) -> EnqueueResult {
        look(queue);
        let cursor =
            Cursor { connection_id: None, next_seq: seq + 1, server_time: Timestamp::from_millis(7) };
        let kind = if seq % 3 == 0 { EventKind::Typing } else { EventKind::Posted };
        queue.offer_event((kind, 2), cursor, seq.checked_sub(1), || {
            Event::from_connection(kind, Some(seq), "{}".into(), crate::Origin::Live)
        })
    }

    fn missed_payload(event: &Event) -> Option<&Missed> {
        match event.payload() {
            Ok(Payload::Missed(missed)) => Some(missed),
            _ => None,
        }
    }

    /// With a consumer at half the speed of the server and 200,000 events, at least 45 % are delivered, notifications
    /// are rare, and the delivered and the counted events add up to those sent.
    #[test]
    fn half_speed_gets_half_of_it() {
        let (mut queue, receiver) = EventQueue::new(4096, Overflow::DropNewest, Cursor::default());
        let (mut delivered, mut counted, mut notices, mut last) = (0, 0, 0, None);
        let mut take = |event: Event| {
            if let Some(missed) = missed_payload(&event) {
                notices += 1;
                counted += missed.total();
                assert_eq!(missed.reason, MissedReason::Overflow);
                assert_eq!(missed.last_seq, last, "named behind the last one that came");
                assert!(missed.dropped.contains_key(&EventKind::Typing));
            } else {
                assert!(event.seq() > last);
                last = event.seq();
                delivered += 1;
            }
        };
        for seq in 0..200_000 {
            offer(&mut queue, seq);
            if seq % 2 == 0 {
                if let Ok(event) = receiver.try_recv() {
                    take(event);
                }
            }
        }
        // Nothing follows: the timer's look is what brings the last notification.
        while queue.wants_polling() || !receiver.is_empty() {
            if let Ok(event) = receiver.try_recv() {
                take(event);
            }
            look(&mut queue);
        }
        assert!(delivered >= 90_000, "{delivered}");
        assert!(notices < 200, "{notices}");
        assert_eq!(delivered + counted, 200_000);
        assert_eq!((queue.delivered(), queue.dropped()), (delivered, counted));
    }

    #[test]
    fn small_queues_work_too() {
        for capacity in [0, 1, 2, 3] {
            let (mut queue, receiver) = EventQueue::new(capacity, Overflow::DropNewest, Cursor::default());
            let mut total = 0;
            for seq in 0..1000 {
                offer(&mut queue, seq);
                if seq % 5 == 0 {
                    total += receiver
                        .try_iter()
                        .map(|event| missed_payload(&event).map_or(1, Missed::total))
                        .sum::<u64>();
                }
            }
            look(&mut queue);
            total +=
                receiver.try_iter().map(|event| missed_payload(&event).map_or(1, Missed::total)).sum::<u64>();
            look(&mut queue);
            total +=
                receiver.try_iter().map(|event| missed_payload(&event).map_or(1, Missed::total)).sum::<u64>();
            assert_eq!(total, 1000, "capacity {capacity}");
        }
    }

    /// At the limit and one past it.
    #[test]
    fn large_events_fill_a_queue_before_its_slots_do() {
        let (mut queue, receiver) = EventQueue::new(100, Overflow::DropNewest, Cursor::default());
        let mut large = |length: usize| {
            look(&mut queue);
            queue.offer_event((EventKind::Posted, length), Cursor::default(), None, || {
                Event::from_connection(
                    EventKind::Posted,
                    None,
                    " ".repeat(length).into(),
                    crate::Origin::Live,
                )
            })
        };
        assert_eq!(large(most_bytes(100) - 1), EnqueueResult::Taken);
        assert_eq!([large(1), large(1)], [EnqueueResult::Taken, EnqueueResult::Dropped]);
        assert_eq!(receiver.recv().unwrap().raw().len(), most_bytes(100) - 1);
        // It has drained, by bytes; the notification counts.
        assert_eq!(large(1), EnqueueResult::Taken);
        assert_eq!(
            receiver
                .iter()
                .take(3)
                .filter_map(|event| missed_payload(&event).map(Missed::total))
                .sum::<u64>(),
            1
        );
        // Alone, any that came fits.
        assert_eq!(large(2 * most_bytes(100)), EnqueueResult::Taken);
        assert_eq!(large(1), EnqueueResult::Dropped);
    }

    #[test]
    fn notices_and_the_end_find_a_place_in_a_full_queue() {
        let (mut queue, receiver) = EventQueue::new(4, Overflow::DropNewest, Cursor::default());
        for seq in 0..10 {
            offer(&mut queue, seq);
        }
        for number in 0..500_u32 {
            let payload = match number % 3 {
                0 => Payload::Connected(crate::event::Connected::default()),
                1 => Payload::Disconnected(crate::event::Disconnected::default()),
                _ => {
                    let dropped = [(EventKind::Posted, 1)].into();
                    Payload::Missed(Box::new(Missed { dropped, ..Missed::default() }))
                }
            };
            queue.deliver_notification(Event::from_notification(payload));
        }
        assert!(queue.held.len() <= MAX_HELD_NOTIFICATIONS);
        queue.end_stream(Event::end_of_stream(crate::Error::input("the cause")));
        assert_eq!(offer(&mut queue, 10), EnqueueResult::Closed, "nothing follows the end");
        // The writer finds slots for what waits, as the program takes.
        let mut events = Vec::new();
        while let Ok(event) = receiver.try_recv() {
            events.push(event);
            queue.place_held();
        }
        assert_eq!(receiver.try_recv().unwrap_err(), crossbeam_channel::TryRecvError::Disconnected);
        assert!(events.len() <= 4 + MAX_HELD_NOTIFICATIONS + 1);
        assert_eq!(events.last().unwrap().end_cause().unwrap().to_string(), "the cause");
        let named: u64 = events.iter().filter_map(missed_payload).map(Missed::total).sum();
        assert_eq!(named, 166 + 6, "no gap is forgotten");
    }

    #[test]
    fn blocking_keeps_the_event_until_there_is_room() {
        let (mut queue, receiver) = EventQueue::new(2, Overflow::Block, Cursor::default());
        assert_eq!(
            [0, 1, 2, 2].map(|seq| offer(&mut queue, seq)),
            [EnqueueResult::Taken, EnqueueResult::Taken, EnqueueResult::Full, EnqueueResult::Full]
        );
        receiver.recv().unwrap();
        assert_eq!(offer(&mut queue, 2), EnqueueResult::Taken);
        queue.begin_overflow(Timestamp::NEVER, Some(2));
        assert_eq!(offer(&mut queue, 3), EnqueueResult::Dropped);
        queue.close();
        assert_eq!(offer(&mut queue, 4), EnqueueResult::Closed);
        assert_eq!(receiver.iter().count(), 2);
    }

    #[test]
    fn the_position_is_that_of_what_was_taken() {
        let (mut queue, receiver) = EventQueue::new(4, Overflow::DropNewest, Cursor::default());
        let now = Cursor { next_seq: 100, ..Cursor::default() };
        assert_eq!(queue.position(Some(now.clone())), now, "nothing is queued");
        for seq in 0..3 {
            offer(&mut queue, seq);
        }
        assert_eq!(queue.position(Some(now.clone())).next_seq, 0);
        receiver.recv().unwrap();
        assert_eq!(queue.position(Some(now.clone())).next_seq, 1);
        queue.close();
        receiver.recv().unwrap();
        assert_eq!(queue.position(Some(now.clone())).next_seq, 2);
        receiver.recv().unwrap();
        assert_eq!(queue.position(Some(now)).next_seq, 3);
    }
}
