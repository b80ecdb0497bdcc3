//! State shared by the threads of a stream and its users.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use serde_json::Value;

use super::Backend;
use super::catch_up;
use super::connect::{AbortHandle, closed_error};
use super::connection::{SendError, WriteHalf};
use super::deadline::Deadline;
use super::deferred_log::{self, WriteOnDrop};
use super::delivery::Delivery;
use super::frame;
use super::lock_hold::{LockHold, LongestHold};
use super::options::StreamOptions;
use super::queue::Overflow;
use super::session::{Cursor, Effect, Notification, SessionSettings, StreamSession, StreamTime};
use super::threads::bell::WriterBell;
use super::typing_indicators::TypingIndicators;
use crate::atomic::AtomicU64;
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Connected, Disconnected, Event, EventKind, Payload, SessionExpired};
use log::Level;

/// Replaces a time that cannot be represented.
const NEVER_TIMEOUT: Duration = Duration::from_secs(30 * 365 * 86_400);
/// Maximum number of actions that wait for a reply.
const MAX_PENDING_REQUESTS: usize = 1024;

/// Maximum number of times that a thread yields to others that wait for the lock.
const MAX_YIELDS: u32 = 1000;

/// Functions that start the short-lived threads of a stream. They are defined above this file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThreadStarters {
    /// Starts the catch-up thread. Returns `false` if the system refuses.
    pub(crate) catch_up: fn(&Weak<StreamShared>) -> bool,
    /// Starts the probe with this number.
    pub(crate) probe: fn(&StreamShared, &mut StreamState, u64),
}

/// The clock, the settings, the state, and the means to wake the threads.
///
/// Locks are taken in this order: the state, then the send buffer. Neither is held during I/O.
pub(crate) struct StreamShared {
    /// Used by the threads that it starts.
    pub(crate) me: Weak<Self>,
    /// Start the short-lived threads.
    starters: ThreadStarters,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) options: StreamOptions,
    pub(crate) abort: AbortHandle,
    born: Instant,
    state: Mutex<StreamState>,
    /// Number of threads that wait for the lock.
    lock_waiters: AtomicUsize,
    pub(crate) to_writer: WriterBell,
    pub(crate) to_reader: Condvar,
    pub(crate) to_catch_up: Condvar,
    /// For all others: connections were established or lost, threads have ended.
    pub(crate) changed: Condvar,
    pub(crate) undecodable: Arc<AtomicU64>,
    /// Prefix of the probes of this stream.
    pub(crate) probe_tag: Box<str>,
    /// The time for which the lock was held.
    pub(super) holds: LongestHold,
}

/// The lock of a stream. Fields are dropped in this order: log lines are written after the lock was released.
pub(crate) struct StateGuard<'a> {
    state: MutexGuard<'a, StreamState>,
    hold: LockHold<'a>,
    log: WriteOnDrop,
    shared: &'a StreamShared,
}

impl Deref for StateGuard<'_> {
    type Target = StreamState;

    fn deref(&self) -> &StreamState {
        &self.state
    }
}

impl DerefMut for StateGuard<'_> {
    fn deref_mut(&mut self) -> &mut StreamState {
        &mut self.state
    }
}

pub(crate) struct StreamState {
    pub(crate) session: StreamSession,
    pub(crate) delivery: Delivery,
    pub(crate) wire: Option<Arc<WriteHalf>>,
    requests: HashMap<u64, Sender<Result<Value>>>,
    /// Number of actions that were accepted for the lost connection and not sent.
    pub(crate) unsent_actions: u64,
    /// `true` while the writer waits for room in the queues.
    pub(crate) writer_watches_room: bool,
    /// Time until which the writer sleeps, unless it is woken.
    pub(crate) writer_wakes_at: Option<Instant>,
    pub(crate) error: Option<Error>,
    pub(crate) stop: Option<StopRequest>,
    pub(crate) reader_runs: bool,
    pub(crate) writer_runs: bool,
    /// Number of threads that check the token or log in.
    pub(crate) helpers: u32,
    /// Deadlines of handlers after the stream was stopped.
    pub(crate) deadlines: Vec<Arc<Deadline>>,
    pub(crate) indicators: TypingIndicators,
    /// A probe that the catch-up thread is to send.
    pub(crate) probe: Option<u64>,
    /// `true` while the catch-up thread runs.
    pub(crate) catch_up_runs: bool,
    /// Activity of the reader, for the result of `close`.
    pub(crate) reader_does: &'static str,
    pub(crate) counts: StreamCounters,
}

/// The state of a stream that is being closed.
#[derive(Debug)]
pub(crate) struct StopRequest {
    /// Time at which the connection is cut, even without a close frame from the server.
    pub(crate) cut: Instant,
    pub(crate) goodbye: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StreamCounters {
    pub(crate) received: u64,
    pub(crate) filtered: u64,
    pub(crate) repeated: u64,
    pub(crate) malformed: u64,
    pub(crate) connect_attempts: u64,
    pub(crate) connections: u64,
    pub(crate) resumed: u64,
    pub(crate) missed: u64,
}

impl StreamShared {
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        options: StreamOptions,
        starters: ThreadStarters,
    ) -> (Arc<Self>, Receiver<Event>) {
        let from = options.resume_from.as_ref().map(|position| Cursor {
            connection_id: position.connection_id.as_deref().map(Into::into),
            next_seq: position.seq,
            server_time: position.server_time,
        });
        let settings = SessionSettings {
            ping_every: options.time_scale.shorten(options.ping_every),
            liveness: options.liveness,
            can_log_in: backend.can_log_in(),
            backoff_scale: backend.client_config().backoff_scale,
            time_scale: options.time_scale,
            seed: None,
        };
        let session = StreamSession::new(settings, from);
        let start = cursor_of(session.resume_cursor());
        let filling = catch_up::CatchUpSettings {
            horizon: options.catch_up.horizon(),
            capacity: options.capacity,
            block: options.overflow == Overflow::Block,
            posted: options.wants_kind(EventKind::Posted),
            edited: options.wants_kind(EventKind::PostEdited),
            deleted: options.wants_kind(EventKind::PostDeleted),
            channels: options.only_channels(),
            not_recovered: options.not_recovered(),
            limits: catch_up::ServerPaging::SERVER,
            max_bytes: catch_up::MAX_FILL_BYTES,
            max_keys: catch_up::MAX_FILL_KEYS,
            clock_timeout: options.time_scale.at_least(0.4).shorten(catch_up::CLOCK_TIMEOUT),
            between_starts: options.time_scale.shorten(catch_up::MIN_START_INTERVAL),
            backoff_scale: backend.client_config().backoff_scale,
            seed: None,
        };
        let (delivery, receiver) =
            Delivery::new(filling, options.overflow, start, options.resume_from.as_ref());
        let state = StreamState {
            session,
            delivery,
            wire: None,
            requests: HashMap::new(),
            unsent_actions: 0,
            writer_watches_room: false,
            writer_wakes_at: None,
            error: None,
            stop: None,
            reader_runs: true,
            writer_runs: true,
            helpers: 0,
            deadlines: Vec::new(),
            indicators: TypingIndicators::default(),
            probe: None,
            catch_up_runs: false,
            reader_does: "",
            counts: StreamCounters::default(),
        };
        let shared = |me: &Weak<Self>| Self {
            me: Weak::clone(me),
            starters,
            backend,
            options,
            abort: AbortHandle::new(),
            born: Instant::now(),
            state: Mutex::new(state),
            lock_waiters: AtomicUsize::new(0),
            to_writer: WriterBell::new(),
            to_reader: Condvar::new(),
            to_catch_up: Condvar::new(),
            changed: Condvar::new(),
            undecodable: Arc::new(AtomicU64::new(0)),
            probe_tag: format!("{:016x}", getrandom::u64().unwrap_or_default()).into(),
            holds: LongestHold::default(),
        };
        (Arc::new_cyclic(shared), receiver)
    }

    #[cfg_attr(test, track_caller)]
    pub(crate) fn lock_state(&self) -> StateGuard<'_> {
        let state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.lock_waiters.fetch_add(1, Ordering::Relaxed);
                let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                self.lock_waiters.fetch_sub(1, Ordering::Relaxed);
                state
            }
        };
        StateGuard { state, hold: LockHold::begin_hold(&self.holds), log: WriteOnDrop, shared: self }
    }

    /// Releases the lock briefly between two parts of long work, since it is not fair.
    #[cfg_attr(test, track_caller)]
    pub(crate) fn give_way<'a>(&'a self, state: StateGuard<'a>) -> StateGuard<'a> {
        drop(state);
        for _ in 0..MAX_YIELDS {
            if self.lock_waiters.load(Ordering::Relaxed) == 0 {
                break;
            }
            std::thread::yield_now();
        }
        self.lock_state()
    }

    pub(crate) fn now(&self) -> StreamTime {
        self.born.elapsed()
    }

    /// Converts a time of the stream's clock.
    pub(crate) fn instant_at(&self, at: StreamTime) -> Instant {
        // A time that cannot be represented never comes.
        self.born.checked_add(at).unwrap_or(self.born + NEVER_TIMEOUT)
    }

    pub(crate) fn stream_time(&self, instant: Instant) -> StreamTime {
        instant.saturating_duration_since(self.born)
    }

    /// Waits on a condition variable, at most until `until`.
    #[cfg_attr(test, track_caller)]
    pub(crate) fn wait_until<'a>(
        condvar: &Condvar,
        state: StateGuard<'a>,
        until: Option<Instant>,
    ) -> StateGuard<'a> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return state;
        }
        let StateGuard { state, hold, log, shared } = state;
        drop(hold);
        if deferred_log::is_pending() {
            // Callers check their condition again.
            drop((state, log));
            return shared.lock_state();
        }
        let state = match left {
            None => condvar.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(left) => condvar.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
        };
        StateGuard { state, hold: LockHold::begin_hold(&shared.holds), log, shared }
    }

    /// Carries out the effects of the session. Called after each call into it.
    pub(crate) fn apply_effects(&self, state: &mut StreamState) {
        let mut done = false;
        while let Some(step) = state.session.next_effect() {
            done = true;
            match step {
                Effect::Notify(note) => self.apply_notification(state, note),
                Effect::Ping(seq) => {
                    if let Ok(text) = frame::action_text(seq, "ping", None) {
                        self.push_frame(state, &frame::text_frame(&text));
                    }
                }
                Effect::Pong => self.push_frame(state, &frame::pong_frame(b"")),
                Effect::Probe(number) => (self.starters.probe)(self, state, number),
                Effect::Cut => state.cut_connection(),
                Effect::End(error) => {
                    deferred_log::push_line(Level::Error, || format!("the stream has ended: {error}"));
                    state.error = Some(error.clone());
                    state.fail_requests(&ended_error(&error));
                    state.delivery.end_stream(Event::end_of_stream(error));
                    self.to_writer.wake_up();
                    self.to_reader.notify_one();
                    self.changed.notify_all();
                }
            }
        }
        if done {
            self.set_alarm(state);
        }
        self.start_catch_up(state);
    }

    /// Wakes the timer if it would sleep too long.
    pub(crate) fn set_alarm(&self, state: &mut StreamState) {
        let deadline = state.session.next_deadline().map(|at| self.instant_at(at));
        if state.delivery.wants_polling() && !state.writer_watches_room {
            self.to_writer.wake_up();
        }
        let Some(deadline) = deadline else { return };
        if state.writer_wakes_at.is_none_or(|until| until > deadline) {
            self.to_writer.wake_up();
        }
    }

    /// Starts the catch-up thread if a gap is open. Called after each call into the delivery.
    pub(crate) fn start_catch_up(&self, state: &mut StreamState) {
        if !state.catch_up_runs
            && state.delivery.wants_thread()
            && state.stop.is_none()
            && !state.session.is_ended()
        {
            state.catch_up_runs = (self.starters.catch_up)(&self.me);
            if !state.catch_up_runs {
                state.delivery.give_up();
            }
        }
    }

    pub(super) fn push_frame(&self, state: &mut StreamState, frame: &[u8]) {
        if let Some(wire) = &state.wire {
            if wire.queue_frame(frame) == Err(SendError::Full) {
                state
                    .session
                    .on_write_stalled("the server does not read: the send buffer of 256 KiB is full");
            }
            self.to_writer.wake_up();
        }
    }

    /// Queues an action of the program.
    fn push_action(&self, state: &StreamState, text: &str) -> Result<()> {
        let sent = state.wire.as_ref().map_or(Err(SendError::Dead), |wire| {
            wire.push_action(&frame::text_frame(text))?;
            wire.recording().sent_text(text);
            Ok(())
        });
        self.to_writer.wake_up();
        sent.map_err(|refused| match refused {
            SendError::Full => Error::new(ErrorKind::Backlogged, "the send buffer of 240 KiB is full")
                .with_hint("send more slowly, or wait for replies with `request`"),
            SendError::Dead => Error::new(ErrorKind::Io, "there is no connection to the server"),
        })
    }

    fn apply_notification(&self, state: &mut StreamState, note: Notification) {
        let payload = match note {
            Notification::Connected { resumed, attempts } => {
                state.counts.connections += 1;
                state.counts.resumed += u64::from(resumed);
                self.changed.notify_all();
                let known = state.session.resume_cursor();
                state.delivery.link_up(self.now());
                deferred_log::push_line(Level::Info, || {
                    format!("connected{}", if resumed { ", resumed" } else { "" })
                });
                Payload::Connected(Connected {
                    resumed,
                    connection_id: known.connection_id.as_deref().unwrap_or_default().to_owned(),
                    server_version: state.session.server_version().to_owned(),
                    attempts,
                })
            }
            Notification::Disconnected { reason, detail } => {
                state.delivery.link_down();
                let unsent = std::mem::take(&mut state.unsent_actions);
                Payload::Disconnected(Disconnected { reason, detail, unsent })
            }
            Notification::Missed(gap) => {
                state.counts.missed += 1;
                deferred_log::push_line(Level::Warn, || format!("events are missing: {}", gap.reason));
                state.delivery.gap_found(self.now(), gap);
                self.to_catch_up.notify_one();
                return;
            }
            Notification::Expired { login_again } => {
                deferred_log::push_line(Level::Warn, || "session ended".to_owned());
                Payload::SessionExpired(SessionExpired { login_again })
            }
        };
        state.delivery.deliver_notification(payload);
    }

    /// Sends an action. Returns a handle that receives its reply.
    pub(crate) fn send_action(
        &self,
        action: &str,
        data: Option<&Value>,
        until: Instant,
    ) -> Result<PendingReply<'_>> {
        // The size is checked before any wait. The longest sequence number replaces the actual one.
        frame::action_text(u64::MAX, action, data)?;
        let mut state = self.lock_state();
        while state.wire.is_none() || state.session.connected_since().is_none() {
            state.check_open()?;
            if Instant::now() >= until {
                return Err(Error::new(ErrorKind::Timeout, "there is no connection to the server"));
            }
            state = Self::wait_until(&self.changed, state, Some(until));
        }
        state.check_open()?;
        if state.session.is_blocked() || state.requests.len() >= MAX_PENDING_REQUESTS {
            return Err(Error::new(ErrorKind::Backlogged, "the stream is blocked: take its events first"));
        }
        let seq = state.session.next_action_seq();
        let text = frame::action_text(seq, action, data)?;
        let (sender, answer) = bounded(1);
        self.push_action(&state, &text)?;
        state.requests.insert(seq, sender);
        self.apply_effects(&mut state);
        drop(state);
        Ok(PendingReply { shared: self, seq, answer })
    }

    /// Sends an action whose reply is ignored. Fails if there is no connection.
    pub(crate) fn send_without_reply(&self, action: &str, data: Option<&Value>) -> Result<u64> {
        frame::action_text(u64::MAX, action, data)?;
        let mut state = self.lock_state();
        state.check_open()?;
        if state.session.is_blocked() {
            return Err(Error::new(ErrorKind::Backlogged, "the stream is blocked: take its events first"));
        }
        if state.wire.is_none() || state.session.connected_since().is_none() {
            return Err(Error::new(ErrorKind::Io, "there is no connection to the server"));
        }
        let seq = state.session.next_action_seq();
        let text = frame::action_text(seq, action, data)?;
        self.push_action(&state, &text)?;
        self.apply_effects(&mut state);
        Ok(seq)
    }

    /// Begins to close the stream: sends a close frame, and cuts the connection at `cut`. Never blocks.
    pub(crate) fn stop_stream(&self, cut: Instant) {
        let mut state = self.lock_state();
        let first = state.stop.is_none();
        let stop = state.stop.get_or_insert(StopRequest { cut, goodbye: false });
        stop.cut = stop.cut.min(cut);
        if first {
            state.session.close_stream();
            state.delivery.close();
            state.fail_requests(&closed_error());
            if let Some(wire) = &state.wire {
                wire.queue_close(Some(1000));
            }
        }
        let deadlines = if first { state.deadlines.clone() } else { Vec::new() };
        drop(state);
        self.to_writer.wake_up();
        self.to_reader.notify_all();
        self.to_catch_up.notify_all();
        self.changed.notify_all();
        deadlines.into_iter().for_each(Deadline::start_countdown);
        if first {
            self.abort.stop_all();
            self.backend.close_connections();
        }
    }
}

fn ended_error(cause: &Error) -> Error {
    Error::new(ErrorKind::Closed, "the stream has ended").with_source(cause.clone())
}

/// Returns the position of the stream.
pub(crate) fn cursor_of(known: &Cursor) -> Cursor {
    Cursor {
        connection_id: known.connection_id.clone(),
        next_seq: known.next_seq,
        server_time: known.server_time,
    }
}

impl StreamState {
    fn check_open(&self) -> Result<()> {
        match (&self.stop, &self.error) {
            (Some(_), _) => Err(closed_error()),
            (None, Some(cause)) => Err(ended_error(cause)),
            (None, None) => Ok(()),
        }
    }

    /// Shuts down the connection.
    pub(crate) fn cut_connection(&self) {
        if let Some(wire) = &self.wire {
            wire.shut_down();
        }
    }

    /// Delivers a reply to the thread that waits for it. Returns `false` if there is none.
    pub(crate) fn deliver_reply(&mut self, seq: u64, result: Result<Value>) -> bool {
        let Some(sender) = self.requests.remove(&seq) else { return false };
        let _ = sender.try_send(result);
        true
    }

    pub(crate) fn fail_requests(&mut self, error: &Error) {
        for (_, sender) in self.requests.drain() {
            let _ = sender.try_send(Err(error.clone()));
        }
    }
}

/// A reply that a thread waits for.
pub(crate) struct PendingReply<'a> {
    shared: &'a StreamShared,
    seq: u64,
    answer: Receiver<Result<Value>>,
}

impl PendingReply<'_> {
    pub(crate) fn wait_for_reply(self, until: Instant) -> Result<Value> {
        match self.answer.recv_deadline(until) {
            Ok(result) => result,
            Err(_) => Err(Error::new(ErrorKind::Timeout, "the server did not reply to the action")),
        }
    }
}

impl Drop for PendingReply<'_> {
    fn drop(&mut self) {
        self.shared.lock_state().requests.remove(&self.seq);
    }
}

/// Marks a thread as ended, however it ends.
pub(crate) struct ThreadGuard<'a> {
    shared: &'a StreamShared,
    who: ThreadRole,
}

#[derive(Clone, Copy)]
pub(crate) enum ThreadRole {
    Reader,
    Writer,
    Helper,
}

impl<'a> ThreadGuard<'a> {
    pub(crate) fn new(shared: &'a StreamShared, who: ThreadRole) -> Self {
        Self { shared, who }
    }
}

impl Drop for ThreadGuard<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.lock_state();
        if std::thread::panicking() && state.error.is_none() {
            // A bug of this crate must not look like a quiet server.
            let error = Error::new(ErrorKind::Closed, "a thread of the stream panicked: a bug of this crate");
            state.error = Some(error.clone());
            state.fail_requests(&ended_error(&error));
            state.delivery.end_stream(Event::end_of_stream(error));
            state.session.close_stream();
            state.cut_connection();
        }
        match self.who {
            ThreadRole::Reader => {
                state.reader_runs = false;
                if let Some(wire) = state.wire.take() {
                    wire.shut_down();
                }
            }
            ThreadRole::Writer => {
                state.writer_runs = false;
                if std::thread::panicking() {
                    // No thread would queue the waiting events: the channel ends instead.
                    state.delivery.close();
                }
            }
            ThreadRole::Helper => state.helpers = state.helpers.saturating_sub(1),
        }
        drop(state);
        self.shared.to_writer.wake_up();
        self.shared.to_reader.notify_all();
        self.shared.changed.notify_all();
    }
}

impl StreamShared {
    pub(crate) fn undecodable_count(&self) -> u64 {
        self.undecodable.load(Ordering::Relaxed)
    }

    /// Returns `true` if the stream delivers events of this kind and channel.
    pub(crate) fn wants_event(&self, kind: EventKind, text: &str) -> bool {
        self.options.wants_event(kind, text)
    }
}
