//! The live stream of events.
//!
//! [`Events`] keeps one WebSocket with two threads: `mm-reader` dials and reads, `mm-timer` writes and keeps the time.
//! Events come out of a bounded channel. A third thread lives for a moment where something else can block: `mm-resolve`
//! while a name is looked up, `mm-check` and `mm-login` while REST is asked about the session, `mm-catch-up` while a gap
//! is filled, and, where [`EventsBuilder::liveness`] is chosen, `mm-probe` while REST is asked about a quiet link.
//!
//! * **Lost links come back by themselves**, at once and then with growing waits from 1 s to 5 min; to 8 s only while
//!   links come up and soon break. The server keeps up to 128 events for a while, so most losses leave no trace but a
//!   [`Disconnected`](crate::event::Disconnected) and a [`Connected`](crate::event::Connected) that says `resumed`.
//! * **Nothing is missing silently**: what the server did not keep is named by a [`Missed`](crate::event::Missed).
//! * **The end is in the stream**: a stream that ends for good (the token was revoked, the account deactivated) delivers
//!   one last event whose [`payload`](crate::Event::payload) is the error.

mod backoff;
mod builder;
mod catch_up;
mod dial;
pub(crate) mod frame;
mod message;
mod outlet;
mod position;
mod probe;
mod queue;
mod reader;
mod session;
mod shared;
pub(crate) mod socket;
mod timer;
#[cfg(feature = "native-tls")]
mod tls_pipe;
mod wire;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use serde_json::{Value, json};

pub use self::builder::{CatchUp, EventsBuilder, Probe};
pub use self::message::{Message, Messages};
pub use self::position::Position;
pub use self::queue::Overflow;
use self::shared::Shared;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::event::Event;
use crate::model::{Channel, ChannelId, Post, PostDraft, PostId, PostList, StatusKind, TeamId, UserId};
use crate::secret::Secret;
use crate::time::Timestamp;

/// What the stream needs of the REST API. Its connections are the stream's own, so that closing it ends nothing else.
pub(crate) trait Backend: fmt::Debug + Send + Sync + 'static {
    /// Addresses, TLS, proxy, time limits.
    fn config(&self) -> &Config;
    /// The present token, and the number of the login that it came from.
    fn token(&self) -> (Option<Secret>, u64);
    /// Whether an expired session can be replaced.
    fn can_log_in(&self) -> bool;
    /// `GET /users/me`, without a login if it fails: its 401 means that the token is bad.
    fn whoami(&self) -> Result<()>;
    /// Logs in again, once for all threads that saw the session of `generation` end.
    fn login_again(&self, generation: u64) -> Result<()>;
    /// The teams that the account is in.
    fn teams(&self) -> Result<Vec<TeamId>>;
    /// Its channels in a team, direct ones too, and those archived since; without a team, all of them.
    fn channels(&self, team: Option<&TeamId>, archived_since: Timestamp) -> Result<Vec<Channel>>;
    /// What changed in a channel after `since`.
    fn posts_since(&self, channel: &ChannelId, since: Timestamp) -> Result<PostList>;
    /// A page of a channel's posts, the newest first: all, or those before one.
    fn posts_before(
        &self,
        channel: &ChannelId,
        before: Option<&PostId>,
        page: u32,
        per_page: u32,
    ) -> Result<PostList>;
    /// The user names of these accounts, as far as they can be seen.
    fn usernames(&self, ids: &[UserId]) -> Result<Vec<(UserId, String)>>;
    /// When the account was last changed. A 401 is the answer, no reason for a login.
    fn changed(&self) -> Result<Timestamp>;
    /// Writes a preference of the account's own, which comes back as an event.
    fn leave_mark(&self, mark: &str) -> Result<()>;
    /// Ends the calls in flight. Does not block.
    fn close(&self);
}

/// What a [`Message`] needs to be answered: the program's client.
pub(crate) trait Poster: fmt::Debug + Send + Sync + 'static {
    /// The own account.
    fn me(&self) -> &UserId;
    fn create(&self, draft: &PostDraft) -> Result<Post>;
}

/// An action is answered in this time.
const ANSWER: Duration = Duration::from_secs(15);
/// How long a goodbye may take when the stream is dropped or stopped.
const GOODBYE: Duration = Duration::from_secs(1);
const ON_DROP: Duration = Duration::from_millis(250);

/// A stream of events, over one WebSocket with two threads of its own.
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
/// `&Events` iterates until the stream ends; so do [`receiver`](Self::receiver) in `select!`,
/// [`poll`](Self::poll), [`recv_timeout`](Self::recv_timeout) and [`messages`](Self::messages). All of them take from
/// the same queue. Dropping an `Events` closes it, in a quarter of a second at most.
pub struct Events {
    shared: Arc<Shared>,
    receiver: Receiver<Event>,
    poster: Arc<dyn Poster>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Events {
    fn start(shared: Arc<Shared>, receiver: Receiver<Event>, poster: Arc<dyn Poster>) -> Result<Self> {
        let failed = |e| Error::io("no thread for the stream could be started", e).with_kind(ErrorKind::Io);
        let own = Arc::clone(&shared);
        // A small stack: it touches a few buffers. The reader dials, and the system's TLS and resolver want a full one.
        let timer = thread::Builder::new().name("mm-timer".into()).stack_size(256 << 10);
        let timer = timer.spawn(move || timer::run(&own)).map_err(failed)?;
        let events = Self { shared, receiver, poster, threads: Mutex::new(vec![timer]) };
        let own = Arc::clone(&events.shared);
        let reader = thread::Builder::new().name("mm-reader".into()).spawn(move || reader::run(&own));
        match reader {
            Ok(reader) => {
                events.threads.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
                Ok(events)
            }
            Err(e) => {
                events.shared.lock().reader_runs = false;
                Err(failed(e))
            }
        }
    }

    /// The channel that the events come out of, for `select!` and for the iterators of crossbeam.
    ///
    /// Clones of the receiver **share** the events, they do not copy them: two loops get about half each. Several
    /// listeners open several streams. The channel ends when the `Events` is dropped, so
    /// `client.events()?.receiver().clone()` is a channel that has ended.
    pub fn receiver(&self) -> &Receiver<Event> {
        &self.receiver
    }

    /// Events until the stream ends, waiting for each: what `for event in &events` does.
    pub fn iter(&self) -> crossbeam_channel::Iter<'_, Event> {
        self.receiver.iter()
    }

    /// The next event; waits for it up to `timeout`.
    ///
    /// Fails with [`ErrorKind::Timeout`] if none came, with the cause if the stream has ended for good (that is its
    /// last event), and with [`ErrorKind::Closed`] after it was closed.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Event> {
        let taken = match Instant::now().checked_add(timeout) {
            Some(deadline) => self.receiver.recv_deadline(deadline),
            None => self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match taken {
            Ok(event) => match event.cause() {
                Some(cause) => Err(cause.clone()),
                None => Ok(event),
            },
            Err(RecvTimeoutError::Timeout) => {
                Err(Error::new(ErrorKind::Timeout, "no event came")
                    .with_hint("`poll` takes that for no error"))
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.error().unwrap_or_else(dial::closed)),
        }
    }

    /// The next event; `None` if none comes within `timeout`. Fails as [`recv_timeout`](Self::recv_timeout) does, but
    /// not for that.
    pub fn poll(&self, timeout: Duration) -> Result<Option<Event>> {
        match self.recv_timeout(timeout) {
            Ok(event) => Ok(Some(event)),
            // A link's own time-out can be the cause of an end: only a living stream has just nothing to say.
            Err(error) if error.is_timeout() && self.error().is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The messages of other people, in place of events: see [`Messages`].
    pub fn messages(&self) -> Messages<'_> {
        Messages::new(self, Arc::clone(&self.poster))
    }

    /// A handle that ends this stream from anywhere: another thread, a signal handler, a callback.
    pub fn stopper(&self) -> Stopper {
        Stopper { shared: Arc::clone(&self.shared) }
    }

    /// Where the stream stands behind the last event that was taken out of it: give it to
    /// [`EventsBuilder::from`] in the next run of the program. Ask for it after the event is dealt with.
    pub fn position(&self) -> Position {
        let mut core = self.shared.lock();
        let now = shared::mark_of(core.session.known());
        core.outlet.position(now)
    }

    /// Counters since the stream was opened.
    pub fn stats(&self) -> Stats {
        let core = self.shared.lock();
        let counts = core.counts;
        Stats {
            received: counts.received,
            delivered: core.outlet.delivered(),
            unwanted: counts.unwanted,
            dropped: core.outlet.dropped(),
            repeated: counts.repeated,
            undecodable: self.shared.undecodable(),
            unintelligible: counts.unintelligible,
            queued: core.outlet.len() as u64,
            dials: counts.dials,
            links: counts.links,
            resumed: counts.resumed,
            gaps: counts.missed,
        }
    }

    /// Why the stream ended for good; `None` while it lives, and after it was closed.
    pub fn error(&self) -> Option<Error> {
        self.shared.lock().error.clone()
    }

    /// What the link is doing.
    pub fn state(&self) -> LinkState {
        let core = self.shared.lock();
        if core.stop.is_some() || core.session.is_ended() {
            return LinkState::Ended;
        }
        if let Some(since) = core.session.up_since() {
            return LinkState::Connected { since: self.shared.instant(since) };
        }
        let (attempt, next) = core.session.dialing();
        LinkState::Connecting { attempt, next: next.map(|at| self.shared.instant(at)) }
    }

    /// Sends an action over the socket and waits up to 15 s for the answer: `get_statuses_by_ids`, actions of plugins.
    /// `data` is a JSON object.
    ///
    /// Waits for a link if there is none at the moment. Fails with [`ErrorKind::Input`] if the action has more than
    /// 8,192 bytes (the server would close the link), with [`ErrorKind::Backlogged`] at once if the stream is blocked
    /// by its own queue, with [`ErrorKind::Io`] if the link breaks before the answer. The server never answers
    /// `custom_` actions: send them with [`send`](Self::send).
    #[expect(clippy::needless_pass_by_value, reason = "callers write `Some(json!(..))`")]
    pub fn request(&self, action: &str, data: Option<Value>) -> Result<Value> {
        let until = Instant::now() + ANSWER;
        self.shared.ask(action, data.as_ref(), until)?.wait(until).map_err(|e| e.on_route(action.to_owned()))
    }

    /// Sends an action and waits for no answer; gives its number. Fails at once if there is no link.
    #[expect(clippy::needless_pass_by_value, reason = "callers write `Some(json!(..))`")]
    pub fn send(&self, action: &str, data: Option<Value>) -> Result<u64> {
        self.shared.tell(action, data.as_ref())
    }

    /// Shows the others in the channel that this account is typing, for about 5 s. Waits for no answer; the server
    /// refuses silently where the account may not post.
    pub fn typing(&self, channel: impl Into<ChannelId>) -> Result<()> {
        self.send("user_typing", Some(json!({"channel_id": channel.into()}))).map(drop)
    }

    /// The same in the thread that the post belongs to.
    pub fn typing_in(&self, post: &Post) -> Result<()> {
        let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
        let data = json!({"channel_id": post.channel_id, "parent_id": root});
        self.send("user_typing", Some(data)).map(drop)
    }

    /// Asks the server for a sign of life, and for its clock. Up to 15 s.
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

    /// Who is online, away or not to be disturbed, as far as the server's node knows; nobody else is in it.
    pub fn statuses(&self) -> Result<HashMap<UserId, StatusKind>> {
        let data = self.request("get_statuses", None)?;
        serde_json::from_value::<Option<_>>(data)
            .map(Option::unwrap_or_default)
            .map_err(|e| Error::new(ErrorKind::Decode, "the statuses are not what they should be").because(e))
    }

    /// Closes the stream: says goodbye to the server, ends both threads, and returns within `timeout` in every case.
    /// From then on nothing new comes; what is queued can still be taken, then iteration ends. The client is not
    /// touched. May be called from several threads, and again.
    pub fn close(&self, timeout: Duration) -> CloseReport {
        let began = Instant::now();
        let until = began + timeout.min(Duration::from_secs(3600));
        // Half the time is for the goodbye, half for the threads.
        let cut = began + (timeout / 2).min(GOODBYE);
        self.shared.stop(cut);
        let mut core = self.shared.lock();
        while (core.reader_runs || core.timer_runs || core.filler_runs || core.helpers > 0)
            && Instant::now() < until
        {
            let uncut = core.wire.as_ref().is_some_and(|wire| !wire.is_dead());
            if uncut && Instant::now() >= cut {
                // The timer would do it, but may sit in a write for half a second.
                core.cut();
            }
            core = Shared::wait(&self.shared.changed, core, Some(if uncut { cut } else { until }));
        }
        let mut detached = Vec::new();
        if core.reader_runs {
            detached.push(format!("mm-reader, {}", core.reader_does));
        }
        if core.timer_runs {
            detached.push("mm-timer".to_owned());
        }
        if core.filler_runs {
            detached.push("mm-catch-up, in a REST call".to_owned());
        }
        if core.helpers > 0 {
            detached.push("mm-login, mm-check or mm-probe, in a REST call".to_owned());
        }
        let goodbye = core.stop.as_ref().is_some_and(|stop| stop.goodbye);
        drop(core);
        if self.shared.abort.is_looking_up() {
            detached.push("mm-resolve, in the system's name look-up".to_owned());
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
        let report = self.close(ON_DROP);
        if !report.detached.is_empty() {
            log::debug!("the stream leaves behind: {}", report.detached.join("; "));
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

    /// Takes events until the stream ends, waiting for each. The last event of a stream that ended for good is an error
    /// by its [`payload`](Event::payload).
    fn into_iter(self) -> Self::IntoIter {
        self.receiver.iter()
    }
}

/// Ends a stream from anywhere. Clones end the same stream.
#[derive(Clone)]
pub struct Stopper {
    shared: Arc<Shared>,
}

impl Stopper {
    /// Ends the stream: loops over it end, what is queued stays readable, the socket and the threads end by themselves
    /// within a second or so. Never blocks. [`Events::close`] may follow, to wait for the threads.
    pub fn stop(&self) {
        self.shared.stop(Instant::now() + GOODBYE);
    }

    /// Whether the stream was stopped or closed, or has ended.
    pub fn is_stopped(&self) -> bool {
        let core = self.shared.lock();
        core.stop.is_some() || core.session.is_ended()
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopper").field("stopped", &self.is_stopped()).finish()
    }
}

/// What [`Events::close`] did.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CloseReport {
    /// Whether the server answered the goodbye.
    pub goodbye: bool,
    /// Threads that still ran when the time was over, and what in. The system does not let a name look-up or a
    /// connection attempt be interrupted: such a thread ends by itself within 10 s and touches nothing afterwards.
    pub detached: Vec<String>,
    /// Events that were not taken; they still can be.
    pub unread: usize,
    /// How long it took.
    pub took: Duration,
}

/// Counters of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Events that came from the server, repeats left out.
    pub received: u64,
    /// Events that went into the queue.
    pub delivered: u64,
    /// Events that the filters left out.
    pub unwanted: u64,
    /// Events that were dropped because the queue was full.
    pub dropped: u64,
    /// Events that came again and were left out.
    pub repeated: u64,
    /// Events whose data did not fit its type, as far as it was decoded; they came as
    /// [`Payload::Other`](crate::Payload::Other).
    pub undecodable: u64,
    /// Messages that were neither event nor answer.
    pub unintelligible: u64,
    /// Events and notices that wait to be taken.
    pub queued: u64,
    /// Dials, the first and the failed ones too.
    pub dials: u64,
    /// Links that came up.
    pub links: u64,
    /// Links that went on where the last one broke.
    pub resumed: u64,
    /// Gaps that were not due to an overflow.
    pub gaps: u64,
}

/// What the link of a stream is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkState {
    /// No link at the moment.
    #[non_exhaustive]
    Connecting {
        /// The number of the dial since the link was lost, from 1.
        attempt: u32,
        /// When it comes, if it is waited for.
        next: Option<Instant>,
    },
    /// The link is up.
    #[non_exhaustive]
    Connected {
        /// From when on.
        since: Instant,
    },
    /// The stream was closed or has ended for good.
    Ended,
}

/// The answer to [`Events::ping`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pong {
    /// From sending to the answer.
    pub round_trip: Duration,
    /// The server's clock when it answered.
    pub server_time: Timestamp,
    /// The server's version.
    pub version: String,
}

#[cfg(test)]
mod tests;
