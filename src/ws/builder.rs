//! How a stream is opened.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::position::Position;
use super::queue::Overflow;
use super::shared::Shared;
use super::{Backend, Events, Poster};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{EventKind, Unrestored, channel_of};
use crate::model::ChannelId;

/// `open` returns in this time.
const OPEN: Duration = Duration::from_secs(15);
const SMALLEST_PING: Duration = Duration::from_secs(1);
const LONGEST_PING: Duration = Duration::from_secs(60);
const LARGEST_QUEUE: usize = 1 << 20;

/// What is done about posts that were missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatchUp {
    within: Option<Duration>,
}

impl CatchUp {
    /// Looks up what was posted in a gap that began less than `horizon` ago, by the server's clock. Posts from before
    /// that are named in [`Missed`](crate::event::Missed) and not delivered: a bot must not carry out last night's
    /// commands.
    pub const fn within(horizon: Duration) -> Self {
        Self { within: Some(horizon) }
    }

    /// Looks nothing up: gaps are named, and that is all.
    pub const fn off() -> Self {
        Self { within: None }
    }

    /// How old a gap may be; `None` if nothing is looked up.
    pub const fn horizon(self) -> Option<Duration> {
        self.within
    }
}

impl Default for CatchUp {
    /// `within` 15 minutes.
    fn default() -> Self {
        Self::within(Duration::from_secs(15 * 60))
    }
}

/// How a stream finds that its link is deaf: pings are answered, and events do not come.
///
/// A real server comes to that when the session behind a link ends: by revocation, or because an account was
/// deactivated, if only for a moment. The stream's own pings, which need a session, find this without any probe within
/// half a minute. A probe also finds what they cannot: a proxy or a node of a cluster that passes answers on, and no
/// events.
///
/// Either probe makes one request a minute, by a thread that lives as long as the request, and only while no event
/// comes by itself. A deaf link is given up: [`Disconnected`](crate::event::Disconnected) says `Deaf`, and
/// [`Missed`](crate::event::Missed) and the catch-up begin where events last came for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Probe {
    /// Writes a preference of the own account (`rust_mattermost`, `liveness`) and waits up to 30 s for its event.
    /// Finds every deaf link within two and a half minutes. All other links of the account get
    /// `preferences_changed` and `sidebar_category_updated` too; this stream leaves the former out.
    Preference,
    /// Asks by `GET /users/me` whether the account was changed: deactivated and activated again, also renamed. Writes
    /// nothing, and finds no more than that, within two minutes. A change that left the link as it was costs a
    /// catch-up.
    Account,
}

#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// One bit a kind.
    only: Option<u128>,
    channels: Option<HashSet<ChannelId>>,
    pub(crate) capacity: usize,
    pub(crate) overflow: Overflow,
    pub(crate) ping_every: Duration,
    pub(crate) liveness: Option<Probe>,
    pub(crate) time_scale: f64,
    pub(crate) catch_up: CatchUp,
    pub(crate) from: Option<Position>,
    pub(crate) max_message_size: usize,
    pub(crate) max_fragments: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            only: None,
            channels: None,
            capacity: 4096,
            overflow: Overflow::default(),
            ping_every: Duration::from_secs(30),
            liveness: None,
            time_scale: 1.0,
            catch_up: CatchUp::default(),
            from: None,
            max_message_size: 4 << 20,
            max_fragments: 4096,
        }
    }
}

fn bit(kind: EventKind) -> u128 {
    u32::try_from(kind.index()).ok().and_then(|index| 1_u128.checked_shl(index)).unwrap_or(0)
}

impl Options {
    pub(crate) fn wants_kind(&self, kind: EventKind) -> bool {
        self.only.is_none_or(|only| only & bit(kind) != 0)
    }

    /// The only channels that are wanted, if not all are.
    pub(crate) fn channels(&self) -> Option<HashSet<ChannelId>> {
        self.channels.clone()
    }

    /// What is wanted, and never brought back by a catch-up.
    pub(crate) fn unrestored(&self) -> Vec<Unrestored> {
        let of = |kinds: &[EventKind]| kinds.iter().any(|kind| self.wants_kind(*kind));
        let known = [
            (Unrestored::Reactions, of(&[EventKind::ReactionAdded, EventKind::ReactionRemoved])),
            (Unrestored::Typing, of(&[EventKind::Typing])),
            (Unrestored::Statuses, of(&[EventKind::StatusChange])),
            (Unrestored::Memberships, of(&[EventKind::UserAdded, EventKind::UserRemoved])),
            (Unrestored::Deletions, of(&[EventKind::PostDeleted])),
            (Unrestored::Others, self.only.is_none()),
        ];
        known.into_iter().filter(|(_, wanted)| *wanted).map(|(what, _)| what).collect()
    }

    pub(crate) fn wants(&self, kind: EventKind, text: &str) -> bool {
        if self.only.is_some_and(|only| only & bit(kind) == 0) {
            return false;
        }
        match &self.channels {
            None => true,
            Some(channels) => channel_of(kind, text).is_none_or(|id| channels.contains(&*id)),
        }
    }
}

/// The settings of a stream; begun by [`Events::builder`].
///
/// ```no_run
/// # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
/// use mattermost::{EventKind, Events};
/// let channel = client.channel("awesome-chat", "~ops")?;
/// let events = Events::builder(client).only([EventKind::Posted]).channels([&channel]).open()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "nothing happens before `open`"]
pub struct EventsBuilder {
    backend: Result<Arc<dyn Backend>>,
    poster: Arc<dyn Poster>,
    options: Options,
}

impl EventsBuilder {
    /// `backend` belongs to the stream alone: closing the stream closes it. `poster` is the program's client.
    pub(crate) fn new(backend: Result<Arc<dyn Backend>>, poster: Arc<dyn Poster>) -> Self {
        Self { backend, poster, options: Options::default() }
    }

    /// Delivers these kinds of events only; all others are dropped as soon as their name is read, which costs next to
    /// nothing. Notices and the end of the stream always come.
    pub fn only(mut self, kinds: impl IntoIterator<Item = EventKind>) -> Self {
        self.options.only = Some(kinds.into_iter().fold(0, |bits, kind| bits | bit(kind)));
        self
    }

    /// Leaves out events about other channels. What names no channel, as `user_updated`, still comes.
    pub fn channels<C: Into<ChannelId>>(mut self, channels: impl IntoIterator<Item = C>) -> Self {
        self.options.channels = Some(channels.into_iter().map(Into::into).collect());
        self
    }

    /// How many events wait for the program at most: 4,096 by default, between 1 and 1,048,576. One takes about 1.5 KB,
    /// more for long posts. Beyond it, [`overflow`](Self::overflow) decides.
    pub fn capacity(mut self, events: usize) -> Self {
        self.options.capacity = events.clamp(1, LARGEST_QUEUE);
        self
    }

    /// What happens when the queue is full: [`Overflow::DropNewest`] by default.
    pub fn overflow(mut self, policy: Overflow) -> Self {
        self.options.overflow = policy;
        self
    }

    /// How often the link is checked with a ping: every 30 s by default, from 1 s to 60 s. A ping without an answer for
    /// 30 s ends the link, and the stream dials again.
    pub fn ping_every(mut self, interval: Duration) -> Self {
        self.options.ping_every = interval.clamp(SMALLEST_PING, LONGEST_PING);
        self
    }

    /// Looks whether events still come on a link that answers pings; off by default. See [`Probe`].
    pub fn liveness(mut self, probe: Probe) -> Self {
        self.options.liveness = Some(probe);
        self
    }

    /// Shortens the times of pings, answers, probes and pauses: for tests.
    #[doc(hidden)]
    pub fn time_scale(mut self, scale: f64) -> Self {
        self.options.time_scale = if scale.is_finite() { scale.clamp(0.001, 1.0) } else { 1.0 };
        self
    }

    /// What is done about missed posts: looked up within 15 minutes by default.
    pub fn catch_up(mut self, catch_up: CatchUp) -> Self {
        self.options.catch_up = catch_up;
        self
    }

    /// Goes on from where an earlier stream of the same account stood, in an earlier run of the program: resumed if the
    /// server still has what came in between, else with a [`Missed`](crate::event::Missed) and a catch-up within the
    /// horizon.
    pub fn from(mut self, position: Position) -> Self {
        self.options.from = Some(position);
        self
    }

    /// The largest message that is read, in bytes: 4 MiB by default, at least 64 KiB. A larger one is left out, and
    /// named by a [`Missed`](crate::event::Missed). A server can make the stream hold this much memory.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.options.max_message_size = bytes.max(64 << 10);
        self
    }

    /// The most frames that one message may come in: 4,096 by default. A real server sends each message in one.
    pub fn max_fragments(mut self, frames: u32) -> Self {
        self.options.max_fragments = frames.max(1);
        self
    }

    /// Opens the stream: one socket, two threads. Returns when the server has greeted; with the error of the first dial
    /// if it failed; after 15 s at most. Later losses are mended by the stream itself.
    pub fn open(self) -> Result<Events> {
        let until = Instant::now() + OPEN;
        let backend = self.backend?;
        if backend.config().base.unix.is_some() {
            return Err(Error::input("a local server has no stream").on_route("websocket"));
        }
        let (shared, receiver) = Shared::new(backend, self.options);
        let events = Events::start(Arc::clone(&shared), receiver, self.poster)?;
        let mut core = shared.lock();
        while !core.session.ever() && core.error.is_none() && core.stop.is_none() {
            if Instant::now() >= until {
                drop(core);
                let error = Error::new(ErrorKind::Timeout, "the server did not greet within 15 s")
                    .on_route("websocket")
                    .with_hint("does a proxy on the way pass WebSockets on?");
                return Err(error);
            }
            core = Shared::wait(&shared.changed, core, Some(until));
        }
        let error = core.error.clone();
        drop(core);
        match error {
            // The link may be gone again already; then the stream tells in band.
            Some(error) if !shared.lock().session.ever() => Err(error),
            _ => Ok(events),
        }
    }
}
