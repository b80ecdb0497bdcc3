//! Subscriptions: copies of events for other parts of the program, and waits for a single event.
//!
//! [`Subscribers`] stands where events enter the queue of the stream, under the lock of the stream. It only compares and
//! clones: filters are data, and no code of the program runs here.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::filter::{Filter, Inspection};
use super::queue::{EnqueueResult, EventQueue, Overflow};
use super::session::Cursor;
use super::state::StreamShared;
use super::threads::bell::RoomWait;
use super::{Events, connect};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Event, EventKind, Payload};
use crate::model::{ChannelId, PostId, UserId};
use crate::time::Timestamp;

/// Messages kept aside while a question is being posted. Further ones go to the queue of the stream.
const MAX_EARLY: usize = 64;
/// Events that were copied although the queue of the stream had no room, at most. A catch-up may bring them again.
const MAX_AHEAD: usize = 65_536;
/// Largest capacity of a subscription.
const MAX_CAPACITY: usize = 1 << 20;

/// Identifies a subscriber of a stream.
pub(super) type SubscriberId = u64;

/// The reply that [`Message::ask`](crate::Message::ask) waits for.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) channel: ChannelId,
    pub(super) user: UserId,
    /// The thread that the question is posted in, if there is one already.
    pub(super) thread: Option<PostId>,
    /// Once the question is posted.
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

    /// Returns `true` if a message belongs after one that was set aside, so that the order within a
    /// conversation is kept.
    fn is_behind_kept(&self, inspection: &Inspection<'_>, early: &[Event]) -> bool {
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
enum Subscriber {
    /// Copies, for a [`Subscription`].
    Copies { filter: Filter, me: UserId, queue: Box<EventQueue> },
    /// A copy of the first event that matches.
    First { filter: Filter, me: UserId, sender: Sender<Event> },
    /// The next message that is a reply. It does not enter the queue of the stream. With `repeated`, further ones are kept
    /// aside, with all that follows them in their place, until the next is asked for.
    Reply { expected: Expected, early: Vec<Event>, sender: Sender<Event>, repeated: bool },
}

/// Everything that waits for events besides the queue of the stream.
#[derive(Debug, Default)]
pub(super) struct Subscribers {
    next: SubscriberId,
    list: Vec<(SubscriberId, Subscriber)>,
    /// Keys of posts that were copied before they entered the queue.
    ahead: HashSet<u64>,
}

impl Subscribers {
    fn add_subscriber(&mut self, delivery: Subscriber) -> SubscriberId {
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
            Subscriber::Reply { early, .. } => early,
            _ => Vec::new(),
        }
    }

    /// The question is posted: the first message after it is the reply. Returns the messages that are none, in order.
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
            let _ = sender.try_send(rest.remove(0));
            if *repeated {
                (*early, expected.asked) = (rest, None);
            } else {
                others.append(&mut rest);
                self.remove_subscriber(id);
            }
        }
        others
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Gives an event to whoever asked for it: then it must not enter the queue of the stream. With `in_order`, nothing
    /// older is still to come: only then a message can be kept aside and be put back later.
    pub(super) fn take_event(&mut self, event: &Event, in_order: bool) -> bool {
        let inspection = Inspection::new(event);
        for (place, (_, delivery)) in self.list.iter_mut().enumerate() {
            let Subscriber::Reply { expected, early, sender, repeated } = delivery else { continue };
            let met = expected.is_met(&inspection);
            if met && expected.asked.is_some() {
                let _ = sender.try_send(event.clone());
                if *repeated {
                    expected.asked = None;
                } else {
                    self.list.remove(place);
                }
                return true;
            }
            let kept =
                in_order && (met || (!early.is_empty() && expected.is_behind_kept(&inspection, early)));
            if kept && early.len() < MAX_EARLY {
                early.push(event.clone());
                return true;
            }
        }
        false
    }

    /// Copies an event that enters the queue, or was taken. `key` identifies a post, `mark` is the position behind it.
    pub(super) fn copy_event(&mut self, event: &Event, key: Option<u64>, mark: &Cursor) {
        if key.is_some_and(|key| self.ahead.remove(&key)) {
            return;
        }
        self.deliver_event(event, mark);
    }

    /// Copies an event that cannot enter the queue yet.
    pub(super) fn copy_ahead(&mut self, event: &Event, key: Option<u64>, mark: &Cursor) {
        if let Some(key) = key {
            if self.ahead.len() >= MAX_AHEAD {
                self.ahead.clear();
            }
            self.ahead.insert(key);
        }
        self.deliver_event(event, mark);
    }

    fn deliver_event(&mut self, event: &Event, mark: &Cursor) {
        let inspection = Inspection::new(event);
        self.list.retain_mut(|(_, delivery)| match delivery {
            Subscriber::Copies { filter, me, queue } => {
                if filter.matches_event(&inspection, me) {
                    settle_queue(queue);
                    let size = (event.kind(), event.raw().len());
                    let offer = queue.offer_event(size, mark.clone(), None, || event.clone());
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

    /// A notification of the stream itself.
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

    /// The stream ends for good: the last event reaches everybody. Returns the messages that were kept aside.
    pub(super) fn end_all(&mut self, event: &Event) -> Vec<Event> {
        let mut early = Vec::new();
        for (id, mut delivery) in std::mem::take(&mut self.list) {
            match &mut delivery {
                Subscriber::Copies { queue, .. } => {
                    queue.end_stream(event.clone());
                    if queue.wants_polling() {
                        // The end waits for a slot.
                        self.list.push((id, delivery));
                    }
                }
                Subscriber::Reply { early: kept, .. } => early.extend(std::mem::take(kept)),
                Subscriber::First { .. } => {}
            }
        }
        early
    }

    /// The stream is closed: whoever waits wakes up.
    pub(super) fn close_all(&mut self) {
        self.list.clear();
        self.ahead = HashSet::new();
    }

    /// Ends overflows of subscriptions, and finds slots for their notifications.
    pub(super) fn poll_queues(&mut self) {
        for (_, delivery) in &mut self.list {
            if let Subscriber::Copies { queue, .. } = delivery {
                settle_queue(queue);
            }
        }
    }

    /// Returns the condition on which the queues of subscriptions wait.
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

/// Methods for threads that wait for events.
impl StreamShared {
    fn add_to_stream(&self, delivery: Subscriber) -> Result<Option<SubscriberId>> {
        let mut state = self.lock_state();
        match (&state.stop, &state.error) {
            (None, None) => Ok(Some(state.delivery.subscribers_mut().add_subscriber(delivery))),
            (None, Some(cause)) => Err(cause.clone()),
            (Some(_), _) => Ok(None),
        }
    }

    fn remove_from_stream(&self, id: SubscriberId) {
        self.put_back(|subscribers| subscribers.remove_subscriber(id));
    }

    /// Gives messages that turned out to be no replies back to the stream.
    fn put_back(&self, messages: impl FnOnce(&mut Subscribers) -> Vec<Event>) {
        let mut state = self.lock_state();
        let messages = messages(state.delivery.subscribers_mut());
        state.delivery.put_back(messages);
        self.set_alarm(&mut state);
    }

    /// Returns the error that ended the stream permanently.
    fn end_cause(&self) -> Option<Error> {
        self.lock_state().error.clone()
    }
}

/// A wait for a single event. Dropping it ends the wait.
pub(super) struct Wait {
    shared: Arc<StreamShared>,
    id: SubscriberId,
    receiver: Receiver<Event>,
}

impl Wait {
    /// Waits for a copy of the first event that matches. `None` if the stream was stopped.
    pub(super) fn first_match(
        shared: &Arc<StreamShared>,
        filter: Filter,
        me: UserId,
    ) -> Result<Option<Self>> {
        Self::new(shared, |sender| Subscriber::First { filter, me, sender })
    }

    /// Waits for a reply, and takes it out of the stream. `None` if the stream was stopped.
    pub(super) fn wait_for_reply(shared: &Arc<StreamShared>, expected: Expected) -> Result<Option<Self>> {
        Self::new(shared, |sender| Subscriber::Reply { expected, early: Vec::new(), sender, repeated: false })
    }

    /// Waits for one reply after the other. For each, call [`question_posted`](Self::question_posted) and [`wait_for_next`](Self::wait_for_next).
    pub(super) fn wait_for_replies(shared: &Arc<StreamShared>, expected: Expected) -> Result<Option<Self>> {
        Self::new(shared, |sender| Subscriber::Reply { expected, early: Vec::new(), sender, repeated: true })
    }

    fn new(
        shared: &Arc<StreamShared>,
        delivery: impl FnOnce(Sender<Event>) -> Subscriber,
    ) -> Result<Option<Self>> {
        let (sender, receiver) = bounded(1);
        let id = shared.add_to_stream(delivery(sender))?;
        Ok(id.map(|id| Self { shared: Arc::clone(shared), id, receiver }))
    }

    /// The question is posted.
    pub(super) fn question_posted(&self, asked: Asked) {
        self.shared.put_back(|subscribers| subscribers.question_posted(self.id, asked));
    }

    /// Blocks until the event arrives. Returns `None` after the timeout, or when the stream is stopped.
    pub(super) fn wait_until(self, timeout: Duration) -> Result<Option<Event>> {
        self.wait_for_next(Instant::now().checked_add(timeout))
    }

    /// Blocks until the event arrives. Returns `None` at the deadline, or when the stream is stopped; the wait is over
    /// then.
    pub(super) fn wait_for_next(&self, deadline: Option<Instant>) -> Result<Option<Event>> {
        let received = match deadline {
            Some(deadline) => self.receiver.recv_deadline(deadline),
            None => self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        if let Ok(event) = received {
            return Ok(Some(event));
        }
        self.shared.remove_from_stream(self.id);
        // It may have arrived at the last moment.
        if let Ok(event) = self.receiver.try_recv() {
            return Ok(Some(event));
        }
        match self.shared.end_cause() {
            Some(cause) => Err(cause),
            None => Ok(None),
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.shared.remove_from_stream(self.id);
        // A reply that nobody reads any more belongs to the stream again.
        self.shared.put_back(|_| self.receiver.try_iter().collect());
    }
}

/// Copies of the events of a stream that match a [`Filter`], in a queue of its own. Created by
/// [`Events::subscribe`].
///
/// Works like [`Events`] itself: iterate over `&Subscription`, or use [`receiver`](Self::receiver),
/// [`recv_timeout`](Self::recv_timeout) or [`poll`](Self::poll). Notifications of the stream such as
/// [`Connected`](crate::event::Connected) and [`Missed`](crate::event::Missed) are always delivered, and so is the error
/// that ends the stream. The iteration ends when the stream is stopped. Dropping a subscription ends it.
pub struct Subscription {
    shared: Arc<StreamShared>,
    id: Option<SubscriberId>,
    receiver: Receiver<Event>,
}

impl Subscription {
    pub(super) fn new(shared: &Arc<StreamShared>, filter: Filter, me: UserId, capacity: usize) -> Self {
        let capacity = capacity.clamp(1, MAX_CAPACITY);
        let (mut queue, receiver) = EventQueue::new(capacity, Overflow::DropNewest, Cursor::default());
        let mut state = shared.lock_state();
        let id = match (&state.stop, &state.error) {
            (None, None) => {
                let delivery = Subscriber::Copies { filter, me, queue: Box::new(queue) };
                Some(state.delivery.subscribers_mut().add_subscriber(delivery))
            }
            (None, Some(cause)) => {
                queue.end_stream(Event::end_of_stream(cause.clone()));
                None
            }
            (Some(_), _) => None,
        };
        drop(state);
        Self { shared: Arc::clone(shared), id, receiver }
    }

    /// Returns the channel that the copies arrive on, for `select!`. Clones of the receiver share the events.
    pub fn receiver(&self) -> &Receiver<Event> {
        &self.receiver
    }

    /// Returns an iterator that blocks for each event and ends with the stream.
    pub fn iter(&self) -> crossbeam_channel::Iter<'_, Event> {
        self.receiver.iter()
    }

    /// Waits for the next event.
    ///
    /// # Errors
    /// - [`ErrorKind::Timeout`] if no event arrived within `timeout`.
    /// - [`ErrorKind::Closed`] after the stream was stopped.
    /// - The error that ended the stream permanently.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Event> {
        recv_timeout(&self.receiver, &self.shared, timeout)
    }

    /// Waits for the next event. Returns `None` if none arrived within `timeout`, or if the stream was stopped.
    ///
    /// # Errors
    /// Returns the error that ended the stream permanently.
    pub fn poll(&self, timeout: Duration) -> Result<Option<Event>> {
        poll_queues(&self.receiver, &self.shared, timeout)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.shared.remove_from_stream(id);
        }
    }
}

impl<'a> IntoIterator for &'a Subscription {
    type Item = Event;
    type IntoIter = crossbeam_channel::Iter<'a, Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.receiver.iter()
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("queued", &self.receiver.len()).finish_non_exhaustive()
    }
}

/// A stopped stream has no events any more: a loop that polls it regardless must not keep a state busy.
const STOPPED_PAUSE: Duration = Duration::from_millis(50);

pub(super) fn recv_timeout(
    receiver: &Receiver<Event>,
    shared: &StreamShared,
    timeout: Duration,
) -> Result<Event> {
    let next = match Instant::now().checked_add(timeout) {
        Some(deadline) => receiver.recv_deadline(deadline),
        None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    match next {
        Ok(event) => match event.end_cause() {
            Some(cause) => Err(cause.clone()),
            None => Ok(event),
        },
        Err(RecvTimeoutError::Timeout) => {
            Err(Error::new(ErrorKind::Timeout, "no event arrived").with_hint("`poll` returns `None` instead"))
        }
        Err(RecvTimeoutError::Disconnected) => {
            Err(shared.lock_state().error.clone().unwrap_or_else(connect::closed_error))
        }
    }
}

pub(super) fn poll_queues(
    receiver: &Receiver<Event>,
    shared: &StreamShared,
    timeout: Duration,
) -> Result<Option<Event>> {
    let error = match recv_timeout(receiver, shared, timeout) {
        Ok(event) => return Ok(Some(event)),
        Err(error) => error,
    };
    // The cause of an end can be a timeout, too.
    if shared.end_cause().is_some() {
        return Err(error);
    }
    if error.is_closed() {
        std::thread::sleep(STOPPED_PAUSE.min(timeout));
    }
    Ok(None)
}

impl Events {
    /// Subscribes to copies of the events that match `filter`. They are delivered to the [`Subscription`] and to the
    /// stream itself.
    ///
    /// `capacity` is the number of events that can wait, at least 1. If the subscription is full, further events are
    /// dropped for it until half of its queue is free. A [`Missed`](crate::event::Missed) then contains their number.
    ///
    /// Only events that the stream receives can match: see [`EventsBuilder::kinds`](crate::EventsBuilder::kinds) and
    /// [`channels`](crate::EventsBuilder::channels). Take the events of the stream as well, since a catch-up waits while
    /// its queue is full.
    ///
    /// ```no_run
    /// # fn run(events: &mattermost::Events, poll: &mattermost::Post) -> mattermost::Result<()> {
    /// use mattermost::{EventKind, Filter, Payload};
    ///
    /// let votes = Filter::new().kinds([EventKind::ReactionAdded]).post(poll).not_own();
    /// let votes = events.subscribe(votes, 256);
    /// for event in &votes {
    ///     if let Payload::ReactionAdded(vote) = event.payload()? {
    ///         println!(":{}:", vote.reaction.emoji_name);
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn subscribe(&self, filter: Filter, capacity: usize) -> Subscription {
        Subscription::new(&self.shared, filter, self.poster.me().clone(), capacity)
    }

    /// Waits for an event that matches `filter`, and returns a copy of it. The stream delivers it as well.
    ///
    /// Only events that arrive after the call can match. Notifications of the stream match if the filter names their
    /// kind. Returns `None` if no such event arrived within `timeout`, or if the stream was stopped. Works on any
    /// thread, including the one that takes the events of the stream, and across reconnects.
    ///
    /// To wait for the result of a request of your own, [`subscribe`](Self::subscribe) before sending it.
    ///
    /// # Errors
    /// - [`ErrorKind::Input`] if the stream receives none of the kinds of the filter.
    /// - The error that ended the stream permanently.
    ///
    /// ```no_run
    /// # fn run(events: &mattermost::Events, message: &mattermost::Message) -> mattermost::Result<()> {
    /// use mattermost::{EventKind, Filter};
    /// use std::time::Duration;
    ///
    /// let approval = Filter::new().kinds([EventKind::ReactionAdded]).post(&message.post).not_own();
    /// if events.wait_for(approval, Duration::from_secs(60))?.is_some() {
    ///     message.reply("Approved.")?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn wait_for(&self, filter: Filter, timeout: Duration) -> Result<Option<Event>> {
        let received = |kind: &EventKind| kind.is_notice() || self.shared.options.wants_kind(*kind);
        if filter.named_kinds().is_some_and(|kinds| !kinds.iter().any(received)) {
            return Err(Error::input("the stream receives none of the kinds of the filter")
                .with_hint("name them in `EventsBuilder::kinds`"));
        }
        match Wait::first_match(&self.shared, filter, self.poster.me().clone())? {
            Some(wait) => wait.wait_until(timeout),
            None => Ok(None),
        }
    }
}
