//! The builder of a stream.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::options::{CatchUp, Probe, StreamOptions, kind_bit};
use super::position::Position;
use super::queue::Overflow;
use super::state::StreamShared;
use super::{Backend, Events, Poster, threads};
use crate::backoff::backoff_delay;
use crate::error::{Error, ErrorKind, Result};
use crate::event::EventKind;
use crate::model::ChannelId;
use crate::time_scale::TimeScale;

/// Timeout of `open`.
const OPEN_TIMEOUT: Duration = Duration::from_secs(15);
/// Pauses between the attempts of `open_within`.
const MIN_OPEN_PAUSE: Duration = Duration::from_secs(1);
const MAX_OPEN_PAUSE: Duration = Duration::from_secs(60);
/// Time for which `open` waits for the server's clock, which usually takes one round trip.
const CLOCK_TIMEOUT: Duration = Duration::from_secs(1);
const MIN_PING_INTERVAL: Duration = Duration::from_secs(1);
const MAX_PING_INTERVAL: Duration = Duration::from_secs(60);
const MAX_QUEUE_CAPACITY: usize = 1 << 20;

/// Configures and opens a stream. Created by [`Events::builder`].
///
/// ```no_run
/// # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
/// use mattermost::{EventKind, Events};
/// let channel = client.channel("awesome-chat", "~ops")?;
/// let builder = Events::builder(client).kinds([EventKind::Posted]);
/// let events = builder.channels([&channel]).open()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing happens before `open`"]
pub struct EventsBuilder {
    backend: Result<Arc<dyn Backend>>,
    poster: Arc<dyn Poster>,
    options: StreamOptions,
}

impl EventsBuilder {
    /// `backend` belongs to the stream alone, and is closed with it. `poster` is the client of the program.
    pub(crate) fn new(backend: Result<Arc<dyn Backend>>, poster: Arc<dyn Poster>) -> Self {
        Self { backend, poster, options: StreamOptions::default() }
    }

    /// Restricts the stream to these kinds of events.
    ///
    /// Other events are dropped as soon as their name is read, which costs little. Notifications and the end of the
    /// stream are always delivered.
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = EventKind>) -> Self {
        self.options.kind_mask = Some(kinds.into_iter().fold(0, |bits, kind| bits | kind_bit(kind)));
        self
    }

    /// Restricts the stream to events of these channels. Events without a channel, such as `user_updated`, are still
    /// delivered.
    pub fn channels<C: Into<ChannelId>>(mut self, channels: impl IntoIterator<Item = C>) -> Self {
        self.options.channels = Some(channels.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the capacity of the queue, in events.
    ///
    /// Defaults to 4,096. Must be between 1 and 1,048,576. An event takes about 1.5 KB, or more for long posts. See
    /// [`overflow`](Self::overflow) for the behavior when the queue is full.
    pub fn capacity(mut self, events: usize) -> Self {
        self.options.capacity = events.clamp(1, MAX_QUEUE_CAPACITY);
        self
    }

    /// Sets the behavior for a full queue. Defaults to [`Overflow::DropNewest`].
    pub fn overflow(mut self, policy: Overflow) -> Self {
        self.options.overflow = policy;
        self
    }

    /// Sets the interval between pings.
    ///
    /// Defaults to 30 s. Must be between 1 s and 60 s. If the reply to a ping does not arrive within 30 s, the stream
    /// reconnects.
    pub fn ping_every(mut self, interval: Duration) -> Self {
        self.options.ping_every = interval.clamp(MIN_PING_INTERVAL, MAX_PING_INTERVAL);
        self
    }

    /// Detects connections that reply to pings but deliver no events. Off by default. See [`Probe`].
    pub fn liveness(mut self, probe: Probe) -> Self {
        self.options.liveness = Some(probe);
        self
    }

    /// Shortens the intervals of pings, replies, probes and reconnect delays, for tests.
    #[doc(hidden)]
    pub fn time_scale(mut self, scale: f64) -> Self {
        self.options.time_scale = TimeScale::new(scale).at_least(0.001);
        self
    }

    /// Sets the maximum age of the gaps that a catch-up fills. Defaults to 15 minutes. See [`CatchUp`].
    pub fn catch_up(mut self, catch_up: CatchUp) -> Self {
        self.options.catch_up = catch_up;
        self
    }

    /// Continues from the position of an earlier stream of the same account, for example in an earlier run of
    /// the program. `None` starts at the current time, and is the default.
    ///
    /// If the server still has the events since then, they are delivered. Otherwise, the stream begins with a
    /// [`Missed`](crate::event::Missed), followed by a catch-up within the horizon of [`catch_up`](Self::catch_up).
    pub fn resume_from(mut self, position: impl Into<Option<Position>>) -> Self {
        self.options.resume_from = position.into();
        self
    }

    /// Sets the maximum size of a message, in bytes.
    ///
    /// Defaults to 4 MiB. Must be at least 64 KiB. Larger messages are skipped and reported by a
    /// [`Missed`](crate::event::Missed). A server can make the stream allocate this amount of memory.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.options.max_message_size = bytes.max(64 << 10);
        self
    }

    /// Sets the maximum number of frames of a message. Defaults to 4,096. Mattermost servers send each message
    /// in one frame.
    pub fn max_fragments(mut self, frames: u32) -> Self {
        self.options.max_fragments = frames.max(1);
        self
    }

    /// Opens the stream.
    ///
    /// Returns once the server has sent `hello`, which takes at most 15 s. Afterwards, the stream reconnects
    /// automatically.
    ///
    /// # Errors
    /// The error of the first connection attempt, if it fails. [`ErrorKind::Timeout`] if the server has not sent
    /// `hello` within 15 s.
    pub fn open(self) -> Result<Events> {
        self.open_by(Instant::now() + OPEN_TIMEOUT)
    }

    /// Opens the stream, repeating attempts that fail with a transient error until `timeout` has passed.
    ///
    /// Use this in programs that may start before their server or network is available, after
    /// [`ClientBuilder::connect_within`](crate::ClientBuilder::connect_within). The delay between attempts grows from 1
    /// s to 60 s. `Duration::MAX` repeats attempts forever.
    ///
    /// # Errors
    /// - Errors of [`open`](Self::open) that are not [transient](Error::is_transient), immediately.
    /// - The error of the last attempt after the timeout.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn main() -> mattermost::Result<()> {
    /// use mattermost::{ClientBuilder, Events};
    ///
    /// let client = ClientBuilder::from_env()?.connect_within(Duration::MAX)?;
    /// let events = Events::builder(&client).open_within(Duration::MAX)?;
    /// # Ok(()) }
    /// ```
    pub fn open_within(self, timeout: Duration) -> Result<Events> {
        let Self { backend, poster, options } = self;
        let backend = backend?;
        let deadline = Instant::now().checked_add(timeout);
        let scale = backend.client_config().backoff_scale;
        let (mut failures, mut earlier) = (0, None);
        loop {
            let renewed = backend.with_new_connections();
            let attempt = Self { backend: renewed, poster: Arc::clone(&poster), options: options.clone() };
            let until = Instant::now() + OPEN_TIMEOUT;
            let error = match attempt.open_by(deadline.map_or(until, |deadline| until.min(deadline))) {
                Err(error) if error.is_transient() => error,
                done => return done,
            };
            let pause = backoff_delay(failures, MIN_OPEN_PAUSE, MAX_OPEN_PAUSE, scale);
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left < pause) {
                return Err(error.or_earlier(earlier, deadline.is_some_and(|deadline| deadline < until)));
            }
            log::info!("stream not open, retrying in {pause:?}: {error}");
            std::thread::sleep(pause);
            earlier = Some(error);
            failures += 1;
        }
    }

    fn open_by(self, until: Instant) -> Result<Events> {
        let backend = self.backend?;
        if backend.client_config().base.unix.is_some() {
            return Err(Error::input("local mode does not support streams").on_route("websocket"));
        }
        let mut options = self.options;
        let server = backend.client_config().base.http_url();
        options.resume_from =
            options.resume_from.map(|position| position.checked_for(&server, self.poster.me()));
        let (shared, receiver) = StreamShared::new(backend, options, threads::STARTERS);
        let events = Events::start(Arc::clone(&shared), receiver, self.poster)?;
        let mut state = shared.lock_state();
        while !state.session.was_ever_connected() && state.error.is_none() && state.stop.is_none() {
            if Instant::now() >= until {
                drop(state);
                let error =
                    Error::new(ErrorKind::Timeout, "the server did not send `hello` before the deadline")
                        .on_route("websocket")
                        .with_hint("check that proxies in front of the server forward WebSockets");
                return Err(error);
            }
            state = StreamShared::wait_until(&shared.changed, state, Some(until));
        }
        // A position without a time is of no use to the next run. The reply to the first ping contains it.
        let clock = until.min(Instant::now() + CLOCK_TIMEOUT);
        while state.session.resume_cursor().server_time.is_never()
            && state.session.connected_since().is_some()
            && state.error.is_none()
            && Instant::now() < clock
        {
            state = StreamShared::wait_until(&shared.changed, state, Some(clock));
        }
        let error = state.error.clone();
        drop(state);
        match error {
            // The connection may already be lost again. The stream then reports it as an event.
            Some(error) if !shared.lock_state().session.was_ever_connected() => Err(error),
            _ => Ok(events),
        }
    }
}
