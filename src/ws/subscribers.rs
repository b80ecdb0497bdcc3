//! Receivers of events besides the queue of the stream.
//!
//! [`Subscribers`] is called when events enter the queue of the stream, under the lock of the stream. It only
//! compares and clones: filters are data, and no code of the program runs here.

use std::collections::{HashSet, VecDeque};

use crossbeam_channel::Sender;

use super::filter::{Filter, Inspection};
use super::queue::{EnqueueResult, EventQueue};
use super::session::Cursor;
use super::threads::bell::RoomWait;
use crate::event::{Event, EventKind, Payload};
use crate::model::{ChannelId, PostId, UserId};
use crate::time::Timestamp;

/// Maximum number of messages kept aside while a question is being posted. For each further one, the oldest is queued,
/// since it is the least likely to be the reply.
const MAX_EARLY: usize = 64;
/// Maximum number of events that were copied although the queue had no room. A catch-up may deliver them again.
const MAX_AHEAD: usize = 65_536;

/// Identifies a subscriber of a stream.
pub(super) type SubscriberId = u64;

/// The reply that [`Message::ask`](crate::Message::ask) waits for.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) channel: ChannelId,
    pub(super) user: UserId,
    /// The thread in which the question is posted, if it exists.
    pub(super) thread: Option<PostId>,
    /// Set after the question was posted.
    pub(super) asked: Option<Asked>,
}

/// The place and the time of a question.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) thread: PostId,
    pub(super) at: Timestamp,
}

impl Expected {
    /// Returns `true` if a message is a reply to the question. While the question is being posted, its thread
    /// may be unknown.
    fn is_met(&self, inspection: &Inspection<'_>) -> bool {
        if inspection.kind() != EventKind::Posted
            || inspection.event.channel_id().as_ref() != Some(&self.channel)
        {
            return false;
        }
        let facts = inspection.event_facts();
        let Some((author, at)) = facts.post_author() else { return false };
        let thread = self.asked.as_ref().map(|asked| &asked.thread).or(self.thread.as_ref());
        let here = match thread {
            _ if facts.is_direct() => true,
            Some(thread) => facts.thread() == Some(thread),
            None => facts.is_reply(),
        };
        *author == self.user && here && self.asked.as_ref().is_none_or(|asked| at >= asked.at)
    }

    /// Returns `true` if a message is a reply in the thread of the posted question.
    fn is_met_in_thread(&self, inspection: &Inspection<'_>) -> bool {
        let Some(asked) = &self.asked else { return false };
        self.is_met(inspection) && inspection.event_facts().thread() == Some(&asked.thread)
    }

    /// Returns `true` if a message belongs after one that was set aside, so that the order within a
    /// conversation is kept.
    fn is_behind_kept(&self, inspection: &Inspection<'_>, early: &VecDeque<Event>) -> bool {
        if inspection.kind() != EventKind::Posted
            || inspection.event.channel_id().as_ref() != Some(&self.channel)
        {
            return false;
        }
        let facts = inspection.event_facts();
        facts.is_direct()
            || early.iter().any(|event| Inspection::new(event).event_facts().thread() == facts.thread())
    }
}

#[derive(Debug)]
pub(super) enum Subscriber {
    /// Copies for a [`Subscription`](crate::Subscription).
    Copies { filter: Filter, me: UserId, queue: Box<EventQueue> },
    /// A copy of the first event that matches.
    First { filter: Filter, me: UserId, sender: Sender<Event> },
    /// The next message that is a reply. It does not enter the queue of the stream. With `repeated`, further ones are
    /// kept aside, with all messages that follow in the conversation, until the next reply is requested.
    Reply { expected: Expected, early: VecDeque<Event>, sender: Sender<Event>, repeated: bool },
}

/// Result of offering a message to the subscribers that wait for a reply.
#[derive(Debug)]
pub(super) enum TakeResult {
    /// The message belongs into the queue.
    NotTaken,
    Taken,
    /// The message was kept aside in place of this older one, which belongs in the queue.
    Displaced(Event),
    /// The message must follow others that are kept aside, and there is no room for another.
    NoRoom,
}

/// The receivers of events besides the queue of the stream.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    next: SubscriberId,
    list: Vec<(SubscriberId, Subscriber)>,
    /// Keys of posts that were copied before they were queued.
    ahead: HashSet<u64>,
}

impl Subscribers {
    pub(super) fn add_subscriber(&mut self, delivery: Subscriber) -> SubscriberId {
        self.next += 1;
        self.list.push((self.next, delivery));
        self.next
    }

    /// Removes a subscriber. Returns the messages that were kept aside for it, in order.
    pub(super) fn remove_subscriber(&mut self, id: SubscriberId) -> Vec<Event> {
        let Some(place) = self.list.iter().position(|(other, _)| *other == id) else { return Vec::new() };
        let (_, delivery) = self.list.remove(place);
        if self.list.is_empty() {
            self.ahead = HashSet::new();
        }
        match delivery {
            Subscriber::Reply { early, .. } => early.into(),
            _ => Vec::new(),
        }
    }

    /// Records that the question was posted. The first matching message after it is the reply. Returns the messages that are not, in
    /// order.
    pub(super) fn question_posted(&mut self, id: SubscriberId, asked: Asked) -> Vec<Event> {
        let found = self.list.iter_mut().find(|(other, _)| *other == id);
        let Some((_, Subscriber::Reply { expected, early, sender, repeated })) = found else {
            return Vec::new();
        };
        expected.asked = Some(asked);
        let mut others = std::mem::take(early);
        let reply = others.iter().position(|event| expected.is_met(&Inspection::new(event)));
        if let Some(place) = reply {
            let mut rest = others.split_off(place);
            if let Some(reply) = rest.pop_front() {
                let _ = sender.try_send(reply);
            }
            if *repeated {
                (*early, expected.asked) = (rest, None);
            } else {
                others.append(&mut rest);
                self.remove_subscriber(id);
            }
        }
        others.into()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns `true` if messages are kept aside for a question that is being posted.
    pub(super) fn keeps_messages(&self) -> bool {
        let keeps = |subscriber: &Subscriber| matches!(subscriber, Subscriber::Reply { early, .. } if !early.is_empty());
        self.list.iter().any(|(_, subscriber)| keeps(subscriber))
    }

    /// Delivers an event to a receiver that waits for it, or that keeps it aside. `in_order` is `true` if no older events
    /// can follow: only then can a message be kept aside and be queued later. `has_room` is `false` if the queue is full.
    pub(super) fn take_event(&mut self, event: &Event, in_order: bool, has_room: bool) -> TakeResult {
        self.take_event_after(0, event, in_order, has_room)
    }

    /// Like [`take_event`](Self::take_event), for a message that a subscriber returned. Earlier subscribers have seen it,
    /// and may keep newer messages of the conversation. What later ones keep of it is older.
    pub(super) fn take_returned(&mut self, from: SubscriberId, event: &Event) -> TakeResult {
        self.take_event_after(from, event, true, true)
    }

    fn take_event_after(
        &mut self,
        after: SubscriberId,
        event: &Event,
        in_order: bool,
        has_room: bool,
    ) -> TakeResult {
        let mut start = self.list.partition_point(|(id, _)| *id <= after);
        let mut displaced = None;
        loop {
            let current = displaced.as_ref().unwrap_or(event);
            match self.offer_to_askers(start, current, in_order, has_room) {
                (_, TakeResult::NotTaken) => break,
                // A later subscriber may keep older messages of the conversation.
                (taker, TakeResult::Displaced(oldest)) => (start, displaced) = (taker + 1, Some(oldest)),
                (_, result) => return result,
            }
        }
        displaced.map_or(TakeResult::NotTaken, TakeResult::Displaced)
    }

    /// Offers a message to the subscribers from `start` on. Returns the place of the one that handled it.
    fn offer_to_askers(
        &mut self,
        start: usize,
        event: &Event,
        in_order: bool,
        has_room: bool,
    ) -> (usize, TakeResult) {
        let inspection = Inspection::new(event);
        // In a direct channel, several questions may be open. A message in the thread of one of them is its reply.
        let answered = self.list.iter().position(|(_, subscriber)| {
            matches!(subscriber, Subscriber::Reply { expected, .. } if expected.is_met_in_thread(&inspection))
        });
        for (place, (_, delivery)) in self.list.iter_mut().enumerate().skip(start) {
            let Subscriber::Reply { expected, early, sender, repeated } = delivery else { continue };
            let met = expected.is_met(&inspection) && answered.is_none_or(|answered| answered == place);
            if met && expected.asked.is_some() {
                let _ = sender.try_send(event.clone());
                if *repeated {
                    expected.asked = None;
                } else {
                    self.list.remove(place);
                }
                return (place, TakeResult::Taken);
            }
            let kept =
                in_order && (met || (!early.is_empty() && expected.is_behind_kept(&inspection, early)));
            if !kept {
                continue;
            }
            let oldest = if early.len() < MAX_EARLY {
                None
            } else if has_room {
                early.pop_front()
            } else {
                return (place, TakeResult::NoRoom);
            };
            early.push_back(event.clone());
            return (place, oldest.map_or(TakeResult::Taken, TakeResult::Displaced));
        }
        (self.list.len(), TakeResult::NotTaken)
    }

    /// Copies an event that enters the queue, or was taken. `key` identifies a post, `cursor` is the position after
    /// it.
    pub(super) fn copy_event(&mut self, event: &Event, key: Option<u64>, cursor: &Cursor) {
        if key.is_some_and(|key| self.ahead.remove(&key)) {
            return;
        }
        self.deliver_event(event, cursor);
    }

    /// Copies an event that cannot enter the queue yet.
    pub(super) fn copy_ahead(&mut self, event: &Event, key: Option<u64>, cursor: &Cursor) {
        if let Some(key) = key {
            if self.ahead.len() >= MAX_AHEAD {
                self.ahead.clear();
            }
            self.ahead.insert(key);
        }
        self.deliver_event(event, cursor);
    }

    fn deliver_event(&mut self, event: &Event, cursor: &Cursor) {
        let inspection = Inspection::new(event);
        self.list.retain_mut(|(_, delivery)| match delivery {
            Subscriber::Copies { filter, me, queue } => {
                if filter.matches_event(&inspection, me) {
                    settle_queue(queue);
                    let size = (event.kind(), event.raw().len());
                    let offer = queue.offer_event(size, cursor.clone(), None, || event.clone());
                    debug_assert!(offer != EnqueueResult::Full, "a subscription never blocks the stream");
                }
                true
            }
            Subscriber::First { filter, me, sender } => {
                let found = filter.matches_event(&inspection, me);
                if found {
                    let _ = sender.try_send(event.clone());
                }
                !found
            }
            Subscriber::Reply { .. } => true,
        });
    }

    /// Delivers a notification of the stream to all receivers.
    pub(super) fn notify_all(&mut self, event: &Event) {
        self.list.retain_mut(|(_, delivery)| match delivery {
            Subscriber::Copies { queue, .. } => {
                queue.deliver_notification(event.clone());
                true
            }
            Subscriber::First { filter, sender, .. } if filter.names_kind(event.kind()) => {
                let _ = sender.try_send(event.clone());
                false
            }
            _ => true,
        });
    }

    /// Delivers the last event of the stream to all receivers. Returns the messages that were kept aside.
    pub(super) fn end_all(&mut self, event: &Event) -> Vec<Event> {
        let mut early = VecDeque::new();
        for (id, mut delivery) in std::mem::take(&mut self.list) {
            match &mut delivery {
                Subscriber::Copies { queue, .. } => {
                    queue.end_stream(event.clone());
                    if queue.wants_polling() {
                        // The end waits for a slot.
                        self.list.push((id, delivery));
                    }
                }
                // Of a conversation, earlier subscribers keep the newer messages.
                Subscriber::Reply { early: kept, .. } => {
                    kept.append(&mut early);
                    early = std::mem::take(kept);
                }
                Subscriber::First { .. } => {}
            }
        }
        early.into()
    }

    /// Wakes all receivers, since the stream was closed.
    pub(super) fn close_all(&mut self) {
        self.list.clear();
        self.ahead = HashSet::new();
    }

    /// Ends overflows of subscriptions, and queues their notifications.
    pub(super) fn poll_queues(&mut self) {
        for (_, delivery) in &mut self.list {
            if let Subscriber::Copies { queue, .. } = delivery {
                settle_queue(queue);
            }
        }
    }

    /// Returns the condition under which the queues of subscriptions have room.
    pub(super) fn room_wait(&self, wait: &mut RoomWait) {
        for (_, delivery) in &self.list {
            if let Subscriber::Copies { queue, .. } = delivery {
                if queue.wants_polling() {
                    queue.room_wait(wait);
                }
            }
        }
    }

    /// Returns `true` if the queues have to be polled regularly.
    pub(super) fn wants_polling(&self) -> bool {
        let wants = |delivery: &Subscriber| matches!(delivery, Subscriber::Copies { queue, .. } if queue.wants_polling());
        self.list.iter().any(|(_, delivery)| wants(delivery))
    }
}

fn settle_queue(queue: &mut EventQueue) {
    queue.place_held();
    if let Some(missed) = queue.overflow_if_drained() {
        queue.deliver_notification(Event::from_notification(Payload::Missed(Box::new(missed))));
    }
}
