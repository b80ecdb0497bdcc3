//! Subscriptions: copies of events for other parts of a program, and waits for a single event.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::filter::Filter;
use super::queue::{EventQueue, Overflow};
use super::session::Cursor;
use super::state::StreamShared;
use super::subscribers::{Asked, Expected, Subscriber, SubscriberId, Subscribers};
use super::{Events, connect};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Event, EventKind};
use crate::model::UserId;

/// Maximum capacity of a subscription.
const MAX_CAPACITY: usize = 1 << 20;

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
        self.put_back(id, |subscribers| subscribers.remove_subscriber(id));
    }

    /// Returns messages that turned out to be no replies to the stream.
    fn put_back(&self, from: SubscriberId, messages: impl FnOnce(&mut Subscribers) -> Vec<Event>) {
        let mut state = self.lock_state();
        let messages = messages(state.delivery.subscribers_mut());
        state.delivery.put_back(from, messages);
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
    /// Waits for a copy of the first event that matches. Returns `None` if the stream was stopped.
    pub(super) fn first_match(
        shared: &Arc<StreamShared>,
        filter: Filter,
        me: UserId,
    ) -> Result<Option<Self>> {
        Self::new(shared, |sender| Subscriber::First { filter, me, sender })
    }

    /// Waits for a reply and removes it from the stream. Returns `None` if the stream was stopped.
    pub(super) fn wait_for_reply(shared: &Arc<StreamShared>, expected: Expected) -> Result<Option<Self>> {
        Self::new(shared, |sender| Subscriber::Reply {
            expected,
            early: VecDeque::new(),
            sender,
            repeated: false,
        })
    }

    /// Waits for several replies. For each, call [`question_posted`](Self::question_posted) and
    /// [`wait_for_next`](Self::wait_for_next).
    pub(super) fn wait_for_replies(shared: &Arc<StreamShared>, expected: Expected) -> Result<Option<Self>> {
        Self::new(shared, |sender| Subscriber::Reply {
            expected,
            early: VecDeque::new(),
            sender,
            repeated: true,
        })
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
        self.shared.put_back(self.id, |subscribers| subscribers.question_posted(self.id, asked));
    }

    /// Blocks until the event arrives. Returns `None` after the timeout, or when the stream is stopped.
    pub(super) fn wait_until(self, timeout: Duration) -> Result<Option<Event>> {
        self.wait_for_next(Instant::now().checked_add(timeout))
    }

    /// Blocks until the event arrives. Returns `None` at the deadline or when the stream is stopped, which end the
    /// wait.
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
        // A reply that is no longer awaited is returned to the stream.
        self.shared.put_back(self.id, |_| self.receiver.try_iter().collect());
    }
}

/// Copies of the events of a stream that match a [`Filter`], with a separate queue. Created by [`Events::subscribe`].
///
/// A subscription works like [`Events`]: iterate over `&Subscription`, or use [`receiver`](Self::receiver),
/// [`recv_timeout`](Self::recv_timeout) or [`poll`](Self::poll). Notifications of the stream, such as
/// [`Connected`](crate::event::Connected) and [`Missed`](crate::event::Missed), and the error that ends the stream
/// are always delivered. The iteration ends when the stream is stopped. Dropping a subscription ends it.
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

    /// Returns the channel that delivers the copies, for `select!`. Clones of the receiver share the events.
    pub fn receiver(&self) -> &Receiver<Event> {
        &self.receiver
    }

    /// Returns a blocking iterator over the events. The iteration ends with the stream.
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

/// A stopped stream has no more events. A loop that keeps polling it must not keep a core busy.
const STOPPED_PAUSE: Duration = Duration::from_millis(50);

fn next_event(receiver: &Receiver<Event>, timeout: Duration) -> std::result::Result<Event, RecvTimeoutError> {
    match Instant::now().checked_add(timeout) {
        Some(deadline) => receiver.recv_deadline(deadline),
        None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
    }
}

fn unless_end(event: Event) -> Result<Event> {
    match event.end_cause() {
        Some(cause) => Err(cause.clone()),
        None => Ok(event),
    }
}

pub(super) fn recv_timeout(
    receiver: &Receiver<Event>,
    shared: &StreamShared,
    timeout: Duration,
) -> Result<Event> {
    match next_event(receiver, timeout) {
        Ok(event) => unless_end(event),
        Err(RecvTimeoutError::Timeout) => Err(Error::new(ErrorKind::Timeout, "no event arrived")
            .with_hint("use `poll`, which returns `None` instead")),
        Err(RecvTimeoutError::Disconnected) => Err(shared.end_cause().unwrap_or_else(connect::closed_error)),
    }
}

pub(super) fn poll_queues(
    receiver: &Receiver<Event>,
    shared: &StreamShared,
    timeout: Duration,
) -> Result<Option<Event>> {
    match next_event(receiver, timeout) {
        Ok(event) => unless_end(event).map(Some),
        // Also while a stream ends: its last events may still be on their way to the queue.
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => {
            if let Some(cause) = shared.end_cause() {
                return Err(cause);
            }
            std::thread::sleep(STOPPED_PAUSE.min(timeout));
            Ok(None)
        }
    }
}

impl Events {
    /// Subscribes to copies of the events that match `filter`. They are delivered to the [`Subscription`] and to the
    /// stream.
    ///
    /// `capacity` is the capacity of the queue of the subscription, in events. Must be between 1 and 1,048,576. If
    /// the queue is full, further events are dropped until it is half empty, and a [`Missed`](crate::event::Missed)
    /// contains their number.
    ///
    /// Only events that the stream delivers can match. See [`EventsBuilder::kinds`](crate::EventsBuilder::kinds) and
    /// [`channels`](crate::EventsBuilder::channels). The program must also take the events of the stream itself:
    /// while the queue of the stream is full, a catch-up waits.
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

    /// Waits for an event that matches `filter`, and returns a copy. The stream delivers the event too.
    ///
    /// Only events that arrive after the call can match. Notifications match if the filter names their kind. Returns
    /// `None` if no event matched within `timeout`, or if the stream was stopped. Works on any thread, including the
    /// one that takes the events of the stream, and across reconnects.
    ///
    /// To wait for the effect of a request, [`subscribe`](Self::subscribe) before sending it.
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
    /// let approval = Filter::new().kinds([EventKind::ReactionAdded]);
    /// let approval = approval.post(&message.post).not_own();
    /// if events.wait_for(approval, Duration::from_secs(60))?.is_some() {
    ///     message.reply("Approved.")?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn wait_for(&self, filter: Filter, timeout: Duration) -> Result<Option<Event>> {
        let received = |kind: &EventKind| kind.is_notification() || self.shared.options.wants_kind(*kind);
        if filter.named_kinds().is_some_and(|kinds| !kinds.iter().any(received)) {
            return Err(Error::input("the stream receives none of the kinds of the filter")
                .with_hint("add them to `EventsBuilder::kinds`"));
        }
        match Wait::first_match(&self.shared, filter, self.poster.me().clone())? {
            Some(wait) => wait.wait_until(timeout),
            None => Ok(None),
        }
    }
}
