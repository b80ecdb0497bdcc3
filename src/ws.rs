//! The live stream of events.
//!
//! [`Events`] uses one WebSocket and two threads: `mm-reader` connects and reads, `mm-writer` writes and runs the
//! timers. Events are delivered through a bounded channel. Short-lived threads do work that may block: `mm-resolve`
//! resolves a name, `mm-check` and `mm-login` check and renew the session, `mm-catch-up` fills gaps, and `mm-probe`
//! checks a quiet connection if [`EventsBuilder::liveness`] is set.
//!
//! * **Lost connections are re-established automatically.** The first attempt is made immediately, and the next ones
//!   after growing delays from 1 s to 5 min, or to 8 s if connections are established but soon lost. The server keeps
//!   up to 128 events for some time, so most losses cause no gap: a [`Disconnected`](crate::event::Disconnected) is
//!   followed by a [`Connected`](crate::event::Connected) with `resumed`.
//! * **Every gap is reported.** If the server did not keep the events, a [`Missed`](crate::event::Missed) is
//!   delivered.
//! * **The end of the stream is an event.** If the stream ends permanently, for example because the token was
//!   revoked, the [`payload`](crate::Event::payload) of its last event is the error.

// rustdoc lists the methods of `Events` and `Message` in the order of these modules. Blank lines keep it.
mod serve;

mod message;

mod ticking;

mod subscription;

mod conversation;

mod backend;
mod backoff;
mod builder;
mod catch_up;
mod chunked_deque;
mod connect;
mod connection;
mod deadline;
mod deferred_log;
mod delivery;
mod filter;
pub(crate) mod frame;
mod frame_reader;
mod lanes;
mod lock_hold;
mod options;
mod periodic;
mod position;
mod queue;
mod session;
pub(crate) mod socket;
mod state;
mod stats;
mod subscribers;
mod threads;
mod typing;
mod typing_indicators;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use serde_json::{Value, json};

pub(crate) use self::backend::{Backend, Poster};
pub use self::builder::EventsBuilder;
pub use self::conversation::DirectConversation;
pub use self::filter::Filter;
pub use self::message::Message;
pub(crate) use self::message::Selection;
pub use self::options::{CatchUp, Probe};
pub use self::position::Position;
pub use self::queue::Overflow;
pub use self::serve::Messages;
use self::state::StreamShared;
pub use self::stats::{CloseReport, ConnectionState, Pong, Stats};
pub use self::subscription::Subscription;
pub use self::ticking::Ticking;
pub use self::typing::TypingGuard;
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::model::{ChannelId, Post, StatusKind, UserId};
use crate::time::Timestamp;

/// Timeout for the reply to an action.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// Timeout of the close handshake when a stream is dropped or stopped.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
const DROP_TIMEOUT: Duration = Duration::from_millis(250);

/// A stream of events, which uses one WebSocket and two threads.
///
/// ```no_run
/// # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
/// use mattermost::Payload;
/// let events = client.events()?;
/// for event in &events {
///     if let Payload::Posted(posted) = event.payload()? {
///         println!("{}: {}", posted.sender(), posted.post.message);
///     }
/// }
/// # Ok(()) }
/// ```
///
/// `&Events` iterates until the stream ends. Other ways to receive events are [`receiver`](Self::receiver) in
/// `select!`, [`poll`](Self::poll), [`recv_timeout`](Self::recv_timeout) and [`messages`](Self::messages). All of
/// them take events from the same queue. Dropping an `Events` closes it within a quarter of a second.
pub struct Events {
    shared: Arc<StreamShared>,
    receiver: Receiver<Event>,
    poster: Arc<dyn Poster>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Events {
    fn start(shared: Arc<StreamShared>, receiver: Receiver<Event>, poster: Arc<dyn Poster>) -> Result<Self> {
        let failed = |e| Error::io("a thread of the stream could not be started", e).with_kind(ErrorKind::Io);
        let own = Arc::clone(&shared);
        // With the default stack size: the thread itself needs little, but loggers run on it.
        let timer = thread::Builder::new().name("mm-writer".into());
        let timer = timer.spawn(move || threads::writer::run_writer(&own)).map_err(failed)?;
        let events = Self { shared, receiver, poster, threads: Mutex::new(vec![timer]) };
        let own = Arc::clone(&events.shared);
        let reader =
            thread::Builder::new().name("mm-reader".into()).spawn(move || threads::reader::run_reader(&own));
        match reader {
            Ok(reader) => {
                events.threads.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
                Ok(events)
            }
            Err(e) => {
                events.shared.lock_state().reader_runs = false;
                Err(failed(e))
            }
        }
    }

    /// The channel that delivers the events, for `select!` and for the iterators of crossbeam.
    ///
    /// Clones of the receiver **share** the events: each event is delivered to only one of them. For several
    /// listeners, open several streams or use [`subscribe`](Self::subscribe). The channel is disconnected when the
    /// `Events` is dropped, so the receiver from `client.events()?.receiver().clone()` is already disconnected.
    pub fn receiver(&self) -> &Receiver<Event> {
        &self.receiver
    }

    /// Returns a blocking iterator over the events, as used by `for event in &events`.
    pub fn iter(&self) -> crossbeam_channel::Iter<'_, Event> {
        self.receiver.iter()
    }

    /// Waits for the next event.
    ///
    /// # Errors
    /// - [`ErrorKind::Timeout`] if no event arrived within `timeout`.
    /// - [`ErrorKind::Closed`] after the stream was stopped or closed.
    /// - In place of the last event of a stream that ended permanently, the error that ended it.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Event> {
        subscription::recv_timeout(&self.receiver, &self.shared, timeout)
    }

    /// Waits for the next event. Returns `None` if none arrived within `timeout`, or if the stream was stopped or closed.
    ///
    /// For loops with periodic work, use [`ticking`](Self::ticking), which ends with the stream. A loop over `poll`
    /// must check [`Stopper::is_stopped`].
    ///
    /// # Errors
    /// In place of the last event of a stream that ended permanently, returns the error that ended it.
    pub fn poll(&self, timeout: Duration) -> Result<Option<Event>> {
        subscription::poll_queues(&self.receiver, &self.shared, timeout)
    }

    /// Returns a handle that stops this stream from another thread, a signal handler or a callback.
    pub fn stopper(&self) -> Stopper {
        Stopper { shared: Arc::clone(&self.shared) }
    }

    /// Returns the position after the last event that was taken out of the stream.
    ///
    /// Pass it to [`EventsBuilder::resume_from`] in the next run of the program. Call this method after the event has
    /// been handled.
    pub fn position(&self) -> Position {
        let mut state = self.shared.lock_state();
        let now = state::cursor_of(state.session.resume_cursor());
        state
            .delivery
            .position(now)
            .owned_by(self.shared.backend.client_config().base.http_url(), self.poster.me().clone())
    }

    /// Returns the statistics of the stream since it was opened.
    pub fn stats(&self) -> Stats {
        let state = self.shared.lock_state();
        let counts = state.counts;
        Stats {
            received: counts.received,
            delivered: state.delivery.delivered(),
            filtered: counts.filtered,
            dropped: state.delivery.dropped(),
            repeated: counts.repeated,
            undecodable: self.shared.undecodable_count(),
            malformed: counts.malformed,
            queued: state.delivery.len() as u64,
            connect_attempts: counts.connect_attempts,
            connections: counts.connections,
            resumed: counts.resumed,
            gaps: counts.missed,
        }
    }

    /// Returns the error that ended the stream permanently. `None` while the stream is open, and after it was closed.
    pub fn error(&self) -> Option<Error> {
        self.shared.lock_state().error.clone()
    }

    /// Returns the state of the connection.
    pub fn state(&self) -> ConnectionState {
        let state = self.shared.lock_state();
        if state.stop.is_some() || state.session.is_ended() {
            return ConnectionState::Ended;
        }
        if let Some(since) = state.session.connected_since() {
            return ConnectionState::Connected { since: self.shared.instant_at(since) };
        }
        let (attempt, next) = state.session.connect_attempt();
        ConnectionState::Connecting { attempt, next: next.map(|at| self.shared.instant_at(at)) }
    }

    /// Sends an action, for example `get_statuses_by_ids`, over the WebSocket and waits up to 15 s for the reply.
    /// `data` must be a JSON object.
    ///
    /// Waits for a connection if there is none. The server does not reply to `custom_` actions: use
    /// [`send`](Self::send) for those.
    ///
    /// # Errors
    /// - [`ErrorKind::Input`] if the action is larger than 8,192 bytes: the server would close the connection.
    /// - [`ErrorKind::Backlogged`] immediately, if the queue is full and its policy is [`Overflow::Block`], or if too
    ///   much data waits to be sent.
    /// - [`ErrorKind::Io`] if the connection was lost before the reply.
    /// - [`ErrorKind::Timeout`] if no reply arrived.
    #[expect(clippy::needless_pass_by_value, reason = "callers write `Some(json!(..))`")]
    pub fn request(&self, action: &str, data: Option<Value>) -> Result<Value> {
        let until = Instant::now() + REQUEST_TIMEOUT;
        self.shared
            .send_action(action, data.as_ref(), until)?
            .wait_for_reply(until)
            .map_err(|e| e.on_route(action.to_owned()))
    }

    /// Sends an action without waiting for the reply. Returns its sequence number.
    ///
    /// # Errors
    /// - [`ErrorKind::Io`] if there is no connection. The method does not wait for one.
    /// - [`ErrorKind::Input`] and [`ErrorKind::Backlogged`] as for [`request`](Self::request).
    #[expect(clippy::needless_pass_by_value, reason = "callers write `Some(json!(..))`")]
    pub fn send(&self, action: &str, data: Option<Value>) -> Result<u64> {
        self.shared.send_without_reply(action, data.as_ref())
    }

    /// Shows the other members of the channel that the current account is typing, for about 5 s.
    ///
    /// Does not wait for a reply. The server ignores the indicator if the account may not post.
    pub fn typing(&self, channel: impl Into<ChannelId>) -> Result<()> {
        self.send("user_typing", Some(json!({"channel_id": channel.into()}))).map(drop)
    }

    /// Like [`typing`](Self::typing), in the thread of a post.
    pub fn typing_in(&self, post: &Post) -> Result<()> {
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        let data = json!({"channel_id": post.channel_id, "parent_id": root});
        self.send("user_typing", Some(data)).map(drop)
    }

    /// Sends a ping action and waits up to 15 s for the reply, which contains the server's time.
    pub fn ping(&self) -> Result<Pong> {
        let sent = Instant::now();
        let data = self.request("ping", None)?;
        let text = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Pong {
            round_trip: sent.elapsed(),
            server_time: Timestamp::from_millis(
                data.get("server_time").and_then(Value::as_i64).unwrap_or_default(),
            ),
            version: text("version"),
        })
    }

    /// Gets the statuses of all users whom the server node regards as online, away or Do Not Disturb. Offline users
    /// are omitted.
    pub fn statuses(&self) -> Result<HashMap<UserId, StatusKind>> {
        let data = self.request("get_statuses", None)?;
        serde_json::from_value::<Option<_>>(data)
            .map(Option::unwrap_or_default)
            .map_err(|e| Error::new(ErrorKind::Decode, "the statuses cannot be decoded").with_source(e))
    }

    /// Closes the stream: performs the close handshake and ends the threads. Returns within `timeout`.
    ///
    /// No further events arrive. Queued events can still be taken, and the iteration then ends. The client is not
    /// affected. May be called from several threads, and repeatedly.
    pub fn close(&self, timeout: Duration) -> CloseReport {
        let began = Instant::now();
        let until = began + timeout.min(Duration::from_secs(3600));
        // Half of the time is for the close handshake, and half for the threads.
        let cut = began + (timeout / 2).min(CLOSE_TIMEOUT);
        self.shared.stop_stream(cut);
        let mut state = self.shared.lock_state();
        while (state.reader_runs || state.writer_runs || state.catch_up_runs || state.helpers > 0)
            && Instant::now() < until
        {
            let uncut = state.wire.as_ref().is_some_and(|wire| !wire.is_dead());
            if uncut && Instant::now() >= cut {
                // The timer would do it, but may be blocked in a write for half a second.
                state.cut_connection();
            }
            state =
                StreamShared::wait_until(&self.shared.changed, state, Some(if uncut { cut } else { until }));
        }
        let mut detached = Vec::new();
        if state.reader_runs {
            detached.push(format!("mm-reader, {}", state.reader_does));
        }
        if state.writer_runs {
            detached.push("mm-writer".to_owned());
        }
        if state.catch_up_runs {
            detached.push("mm-catch-up, in a REST call".to_owned());
        }
        if state.helpers > 0 {
            detached.push("mm-login, mm-check or mm-probe, in a REST call".to_owned());
        }
        let goodbye = state.stop.as_ref().is_some_and(|stop| stop.goodbye);
        drop(state);
        if self.shared.abort.is_looking_up() {
            detached.push("mm-resolve, in the system's name lookup".to_owned());
        }
        if detached.is_empty() {
            let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
            for thread in threads {
                let _ = thread.join();
            }
        }
        CloseReport { goodbye, detached, unread: self.receiver.len(), took: began.elapsed() }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let report = self.close(DROP_TIMEOUT);
        if !report.detached.is_empty() {
            log::debug!("threads still running after the close: {}", report.detached.join("; "));
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("state", &self.state())
            .field("queued", &self.receiver.len())
            .finish_non_exhaustive()
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = Event;
    type IntoIter = crossbeam_channel::Iter<'a, Event>;

    /// Iterates until the stream ends. The [`payload`](Event::payload) of the last event of a stream that ended
    /// permanently is an error.
    fn into_iter(self) -> Self::IntoIter {
        self.receiver.iter()
    }
}

/// Stops a stream from any thread. Clones stop the same stream.
#[derive(Clone)]
pub struct Stopper {
    shared: Arc<StreamShared>,
}

impl Stopper {
    /// Stops the stream without blocking.
    ///
    /// Loops over the stream end. Queued events can still be taken. The connection and the threads end within about a
    /// second: call [`Events::close`] to wait for the threads.
    pub fn stop(&self) {
        self.shared.stop_stream(Instant::now() + CLOSE_TIMEOUT);
    }

    /// Returns a guard that stops the stream when it is dropped.
    ///
    /// In a test, the guard ends the loop of the bot even if an assertion fails. Without it, the test would wait for
    /// the loop forever:
    ///
    /// ```no_run
    /// # fn test(events: mattermost::Events, conversation: impl FnOnce()) {
    /// std::thread::scope(|scope| {
    ///     let _stop = events.stopper().guard();
    ///     scope.spawn(|| {
    ///         events.messages().serve(|message| message.answer("Hello!").map(drop))
    ///     });
    ///     conversation(); // may panic
    /// });
    /// # }
    /// ```
    pub fn guard(&self) -> StopGuard {
        StopGuard { stopper: self.clone() }
    }

    /// Returns `true` if the stream was stopped or closed, or has ended.
    pub fn is_stopped(&self) -> bool {
        let state = self.shared.lock_state();
        state.stop.is_some() || state.session.is_ended()
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopper").field("stopped", &self.is_stopped()).finish()
    }
}

/// Stops a stream when it is dropped. Created by [`Stopper::guard`].
#[derive(Debug)]
#[must_use = "the stream is stopped when this is dropped"]
pub struct StopGuard {
    stopper: Stopper,
}

impl Drop for StopGuard {
    fn drop(&mut self) {
        self.stopper.stop();
    }
}

#[cfg(test)]
mod tests;
