//! Loops over messages that survive failures of their handlers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Select, TryRecvError};

use super::deadline::Deadline;
use super::delivery::Ticket;
use super::lanes::{LaneKey, Lanes};
use super::message::Selection;
use super::periodic::PeriodicList;
use super::state::StreamShared;
use super::{ConnectionState, Events, Message, Poster};
use crate::error::{Error, ErrorKind, Result};
use crate::unwind;

/// Default time that running handlers have to finish after the stream is stopped.
const FINISH_TIMEOUT: Duration = Duration::from_secs(5);

type OnError<'a> = Box<dyn Fn(&Message, &Error) + Send + Sync + 'a>;

/// The messages of a stream: posts by other users. Created by [`Events::messages`].
///
/// Posts of bots, webhooks and the system are skipped, and so are events other than posts.
///
/// [`serve`](Self::serve) and [`serve_on`](Self::serve_on) handle messages until the stream ends. As an iterator,
/// `Messages` yields the error that ended the stream permanently, if any, as its last item. The iteration also ends
/// when the stream is stopped.
///
/// ```no_run
/// # fn main() -> mattermost::Result<()> {
/// let client = mattermost::Client::from_env()?;
/// let events = client.events()?;
/// for message in events.messages() {
///     let message = message?;
///     if let Some(("hello", _)) = message.command("!") {
///         message.answer(format!("Hello, {}!", message.sender()))?;
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "messages are only taken by `serve`, `serve_on` or a loop"]
pub struct Messages<'a> {
    events: &'a Events,
    poster: Arc<dyn Poster>,
    selection: Selection,
    finish_within: Duration,
    on_error: Option<OnError<'a>>,
    periodic: PeriodicList<'a>,
}

impl Events {
    /// Returns an iterator over the messages of other users instead of events. See [`Messages`].
    pub fn messages(&self) -> Messages<'_> {
        Messages {
            events: self,
            poster: Arc::clone(&self.poster),
            selection: Selection::default(),
            finish_within: FINISH_TIMEOUT,
            on_error: None,
            periodic: PeriodicList::default(),
        }
    }
}

impl<'a> Messages<'a> {
    /// Includes posts of bots and webhooks. Two bots that respond to each other would never stop.
    pub fn with_bots(mut self) -> Self {
        self.selection.bots = true;
        self
    }

    /// Includes posts of the current account, even if another program created them. A bot that responds to itself would
    /// never stop.
    pub fn with_own(mut self) -> Self {
        self.selection.own = true;
        self
    }

    /// Calls `report` with each error that a handler of [`serve`](Self::serve) or [`serve_on`](Self::serve_on) returns.
    /// By default, errors are logged.
    ///
    /// ```no_run
    /// # fn run(events: &mattermost::Events) -> mattermost::Result<()> {
    /// events
    ///     .messages()
    ///     .on_error(|message, error| eprintln!("{}: {error}", message.sender()))
    ///     .serve(|message| message.answer("Hello!").map(drop))
    /// # }
    /// ```
    pub fn on_error(mut self, report: impl Fn(&Message, &Error) + Send + Sync + 'a) -> Self {
        self.on_error = Some(Box::new(report));
        self
    }

    /// Sets the time that running handlers have to finish after the stream is stopped. Defaults to 5 s.
    ///
    /// After that, requests made through their messages, such as [`Message::reply`], fail with [`ErrorKind::Closed`].
    /// Other code of a handler is not interrupted: `serve` and `serve_on` return after it has finished.
    pub fn finish_within(mut self, timeout: Duration) -> Self {
        self.finish_within = timeout;
        self
    }

    /// Calls `work` at regular intervals while [`serve`](Self::serve) or [`serve_on`](Self::serve_on) runs, on a
    /// separate thread.
    ///
    /// The next call begins `interval` after the previous one has ended. The minimum interval is 1 ms. An error or a
    /// panic is logged, and does not end the loop. No further call begins after the stream is stopped or ends, and
    /// `serve` returns after the current call has ended.
    ///
    /// ```no_run
    /// # fn run(events: &mattermost::Events) -> mattermost::Result<()> {
    /// use mattermost::StateFile;
    /// use std::time::Duration;
    ///
    /// let file = StateFile::new("position.json");
    /// events
    ///     .messages()
    ///     .every(Duration::from_secs(60), || file.save(&events.position()))
    ///     .serve(|message| message.answer("Hello!").map(drop))
    /// # }
    /// ```
    pub fn every(self, interval: Duration, work: impl FnMut() -> Result<()> + Send + 'a) -> Self {
        self.scheduled(move || interval, work)
    }

    /// Like [`every`](Self::every), but waits for the duration that `next_wait` returns, for example until ten
    /// o'clock.
    ///
    /// `next_wait` is called before each call of `work`, and must not block. A panic in `next_wait` is logged and
    /// ends the periodic work. In tests, it can return any duration.
    ///
    /// ```no_run
    /// # fn until_ten_o_clock() -> std::time::Duration { todo!() }
    /// # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
    /// let events = client.events()?;
    /// let greet = || client.send("awesome-chat", "~town-square", "Good morning!").map(drop);
    /// events
    ///     .messages()
    ///     .scheduled(until_ten_o_clock, greet)
    ///     .serve(|message| message.answer("Hello!").map(drop))
    /// # }
    /// ```
    #[doc(alias = "schedule")]
    pub fn scheduled(
        mut self,
        next_wait: impl FnMut() -> Duration + Send + 'a,
        work: impl FnMut() -> Result<()> + Send + 'a,
    ) -> Self {
        self.periodic.add_work(next_wait, work);
        self
    }

    /// Calls `handler` for each message, on the current thread, until the stream ends.
    ///
    /// An error that the handler returns is logged, or reported to [`on_error`](Self::on_error). A panic is caught
    /// and logged, unless the program is built with `panic = "abort"`. Neither ends the loop. While the handler runs,
    /// further messages wait in the queue of the stream. [`ErrorKind::Closed`] after the end of the stream means that
    /// a question was interrupted, and is logged as information only.
    ///
    /// Returns `Ok` when the stream is stopped, for example by a [`Stopper`](crate::Stopper). Queued messages are
    /// then not handled. [`Events::position`] is never after a message that is not completely handled.
    ///
    /// # Errors
    /// Returns the error that ended the stream permanently.
    ///
    /// ```no_run
    /// fn main() -> mattermost::Result<()> {
    ///     let client = mattermost::Client::from_env()?;
    ///     let events = client.events()?;
    ///     events.messages().serve(|message| {
    ///         message.answer(format!("You said: {}", message.text()))?;
    ///         Ok(())
    ///     })
    /// }
    /// ```
    pub fn serve(mut self, mut handler: impl FnMut(&Message) -> Result<()>) -> Result<()> {
        let (periodic, events) = (std::mem::take(&mut self.periodic), self.events);
        periodic.run_beside(
            || events.state() == ConnectionState::Ended,
            || {
                let mut service = ServeLoop::start_serving(&self)?;
                while let Some((message, ticket)) = service.next_message() {
                    self.handle_message(&message, &mut handler);
                    service.done(ticket);
                }
                service.outcome()
            },
        )
    }

    /// Like [`serve`](Self::serve), but runs up to `threads` handlers at the same time.
    ///
    /// Messages of the same thread, or of the same direct channel, are handled one after the other, in order. All
    /// others are handled concurrently. If all threads are busy, messages wait in a bounded buffer, and then in the
    /// queue of the stream. A handler that waits, for example in [`Message::ask`], occupies one of the threads.
    ///
    /// The threads end before this method returns, so the handler can borrow local variables.
    ///
    /// # Errors
    /// - [`ErrorKind::Input`] if `threads` is 0.
    /// - [`ErrorKind::Io`] if no thread can be started.
    /// - The error that ended the stream permanently.
    ///
    /// ```no_run
    /// # fn main() -> mattermost::Result<()> {
    /// # let client = mattermost::Client::from_env()?;
    /// # let events = client.events()?;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// let count = AtomicU64::new(0);
    /// events.messages().serve_on(4, |message| {
    ///     let count = count.fetch_add(1, Ordering::Relaxed);
    ///     message.reply(format!("This is message {count}."))?;
    ///     Ok(())
    /// })
    /// # }
    /// ```
    pub fn serve_on(mut self, threads: usize, handler: impl Fn(&Message) -> Result<()> + Sync) -> Result<()> {
        if threads == 0 {
            return Err(Error::input("messages cannot be handled on 0 threads"));
        }
        let (periodic, events) = (std::mem::take(&mut self.periodic), self.events);
        periodic.run_beside(|| events.state() == ConnectionState::Ended, || self.handle_on(threads, handler))
    }

    fn handle_on(&self, threads: usize, handler: impl Fn(&Message) -> Result<()> + Sync) -> Result<()> {
        let mut service = ServeLoop::start_serving(self)?;
        let stream = &self.events.shared;
        let lanes = Lanes::new(threads);
        std::thread::scope(|scope| {
            // However this ends, the handlers must not wait for more messages.
            let open = lanes.open_lanes();
            let work = || {
                while let Some((message, ticket)) = lanes.next_job() {
                    self.handle_message(&message, &handler);
                    stream.done(ticket);
                    lanes.finish_job(&LaneKey::for_message(&message));
                }
            };
            for started in 0..threads {
                let thread = std::thread::Builder::new().name("mm-handler".into());
                match thread.spawn_scoped(scope, work) {
                    Ok(_) => {}
                    Err(error) if started == 0 => {
                        return Err(Error::io("no thread could be started", error).with_kind(ErrorKind::Io));
                    }
                    Err(error) => {
                        log::warn!("messages are handled on {started} threads instead of {threads}: {error}");
                        break;
                    }
                }
            }
            while let Some((message, ticket)) = service.next_message() {
                lanes.push_message(message, ticket);
            }
            if service.is_stopped() {
                lanes.discard_messages();
            }
            drop(open);
            Ok(())
        })?;
        service.outcome()
    }

    fn handle_message(&self, message: &Message, mut handler: impl FnMut(&Message) -> Result<()>) {
        match unwind::catch_panic(|| handler(message)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => match &self.on_error {
                None if error.is_closed() && self.events.state() == ConnectionState::Ended => {
                    log::info!("the handler of post {} was interrupted: {error}", message.post.id);
                }
                None => log::error!("the handler of post {} failed: {error}", message.post.id),
                Some(report) => {
                    if let Err(panic) = unwind::catch_panic(|| report(message, &error)) {
                        log::error!("the callback of `on_error` panicked: {panic}");
                    }
                }
            },
            Err(panic) => log::error!("the handler of post {} panicked: {panic}", message.post.id),
        }
    }
}

/// A run of `serve` or `serve_on`.
struct ServeLoop<'m> {
    events: &'m Events,
    selection: Selection,
    deadline: Arc<Deadline>,
    cause: Option<Error>,
}

impl<'m> ServeLoop<'m> {
    fn start_serving(messages: &'m Messages<'_>) -> Result<Self> {
        let deadline =
            Arc::new(Deadline::new(messages.poster.with_own_connections()?, messages.finish_within));
        messages.events.shared.lock_state().deadlines.push(Arc::clone(&deadline));
        Ok(Self { events: messages.events, selection: messages.selection, deadline, cause: None })
    }

    /// Waits for the next message. Returns `None` after the stream was stopped or has ended.
    fn next_message(&mut self) -> Option<(Message, Ticket)> {
        let shared = &self.events.shared;
        loop {
            let mut ready = Select::new();
            ready.recv(&self.events.receiver);
            ready.ready();
            // Taken under the lock, so that no position lies behind a message that nobody handles.
            let mut state = shared.lock_state();
            if state.stop.is_some() {
                return None;
            }
            let taken = state.delivery.take_event(&self.events.receiver);
            drop(state);
            let (event, ticket) = match taken {
                Ok(taken) => taken,
                Err(TryRecvError::Empty) => continue,
                Err(TryRecvError::Disconnected) => return None,
            };
            match Message::select_from(&self.deadline.poster, Some(shared), &event, self.selection) {
                Ok(Some(message)) => return Some((message, ticket)),
                Ok(None) => self.done(ticket),
                Err(cause) => {
                    self.done(ticket);
                    self.cause = Some(cause);
                    return None;
                }
            }
        }
    }

    fn done(&self, ticket: Ticket) {
        self.events.shared.done(ticket);
    }

    fn is_stopped(&self) -> bool {
        self.events.shared.lock_state().stop.is_some()
    }

    fn outcome(&mut self) -> Result<()> {
        match self.cause.take() {
            Some(cause) => Err(cause),
            None if self.is_stopped() => Ok(()),
            // Another thread took the last event.
            None => self.events.error().map_or(Ok(()), Err),
        }
    }
}

impl Drop for ServeLoop<'_> {
    fn drop(&mut self) {
        self.deadline.end_countdown();
        self.events.shared.lock_state().deadlines.retain(|deadline| !Arc::ptr_eq(deadline, &self.deadline));
    }
}

impl StreamShared {
    /// Marks a message as handled.
    fn done(&self, ticket: Ticket) {
        self.lock_state().delivery.finish_event(ticket);
    }
}

impl Iterator for Messages<'_> {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let event = self.events.receiver.recv().ok()?;
            match Message::select_from(&self.poster, Some(&self.events.shared), &event, self.selection) {
                Ok(None) => {}
                Ok(Some(message)) => return Some(Ok(message)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl fmt::Debug for Messages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages")
            .field("events", &self.events)
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
