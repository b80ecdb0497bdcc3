//! [`Mattermost`]: callbacks by event name, after Perl's `AnyEvent::Mattermost`.

mod handlers;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, never, select};
use serde_json::{Value, json};

use self::handlers::Handlers;
pub use self::handlers::{EventNames, HandlerResult};
use crate::client::{Client, checked};
use crate::config::BaseUrl;
use crate::error::{Error, ErrorKind, Result, short};
use crate::event::{Event, EventKind};
use crate::model::{Channel, Post, PostDraft, Team, User, UserId};
use crate::secret::Secret;
use crate::ws::Events;

/// How long [`Mattermost::stop`] may take.
const STOP: Duration = Duration::from_secs(2);

/// Mattermost by callbacks: the interface of `AnyEvent::Mattermost`, with the additions of `AnyEvent::SlackRTM`.
///
/// ```no_run
/// use mattermost::Mattermost;
///
/// fn main() -> mattermost::Result<()> {
///     let mm = Mattermost::new("https://mattermost.example.com/", "awesome-chat", "janedoe@example.com", "foobar123")?;
///     mm.on("posted", |mm, event| {
///         println!("{}", event.data()["post"]);
///         mm.send("town-square", "Heard you.")?;
///         Ok(())
///     });
///     mm.start()?; // connects, logs in, loads user, team and channels
///     mm.send("Town Square", "Hey everybody!")?;
///     mm.run() // calls back on this thread until `stop`, or until the stream ends for good
/// }
/// ```
///
/// There is one callback an event name: the later one wins. It gets this value and the [`Event`], runs on the thread
/// that called [`run`](Self::run), and may itself call `on`, `off`, `send`, `ping` and `stop`. It returns nothing or
/// a `Result<()>`. An `Err` is passed to the callback of `error`, or logged if there is none. A panic is caught and
/// logged. Neither ends `run`.
///
/// Beside the server's names (`posted`, `typing`, ..) there are:
///
/// | name | when | `data()` |
/// | --- | --- | --- |
/// | `hello` | a new connection was accepted | `connection_id`, `server_version` |
/// | `pong` | a [`ping_with`](Self::ping_with) was answered | its fields, `round_trip_ms`, `server_time` |
/// | `error` | a callback failed, or the stream ended for good | `message`, `hint`, `final` |
/// | `finish` | the stream ended, by `stop` or for good; always the last | `{}` |
/// | `_connected`, `_disconnected`, `_missed`, `_caught_up`, `_session_expired` | see [`Payload`](crate::Payload) | |
///
/// `start` opens a stream whether or not anybody calls `run`: its events wait in a queue of 4,096; past that they are
/// dropped and counted, and a `_missed` says so.
///
/// Clones share everything.
#[derive(Clone)]
pub struct Mattermost(Arc<Inner>);

struct Inner {
    access: Access,
    team: String,
    handlers: Handlers,
    session: Mutex<Option<Session>>,
    /// One thread dispatches at a time.
    running: AtomicBool,
    finished: AtomicBool,
    /// `finish` has not been called back since the last `start`.
    finish_owed: AtomicBool,
    said_hello: AtomicBool,
    quiet: AtomicBool,
    local: (Sender<Event>, Receiver<Event>),
}

enum Access {
    Password { host: String, email: String, password: Secret },
    Client(Client),
}

#[derive(Clone)]
struct Session {
    client: Client,
    events: Arc<Events>,
    metadata: Arc<Metadata>,
}

/// What [`Mattermost::start`] loaded.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Metadata {
    /// The own account.
    pub user: User,
    /// The team.
    pub team: Team,
    /// The account's channels in the team, direct and group channels among them.
    pub channels: Vec<Channel>,
    /// The server's address, as `https://chat.example.com`.
    pub url: String,
}

impl Mattermost {
    /// Takes the address (https if the scheme is left out; http means an unencrypted ws), the team's short name (that
    /// of its URL), and an e-mail address or user name with its password. Nothing is sent before
    /// [`start`](Self::start).
    ///
    /// # Errors
    /// [`ErrorKind::Input`] for an empty or impossible value.
    pub fn new(
        host: impl Into<String>,
        team: impl Into<String>,
        email: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Result<Self> {
        let (host, team, email, password) = (host.into(), team.into(), email.into(), password.into());
        BaseUrl::parse(&host)?;
        if email.trim().is_empty() {
            return Err(Error::input("the login is empty"));
        }
        if password.is_empty() {
            return Err(Error::input("the password is empty"));
        }
        Self::make(Access::Password { host, email, password }, team)
    }

    /// The same over a client of your own, with a token, MFA, a company's CA or a proxy.
    pub fn with_client(client: &Client, team: impl Into<String>) -> Result<Self> {
        Self::make(Access::Client(client.clone()), team.into())
    }

    fn make(access: Access, team: String) -> Result<Self> {
        if team.trim().is_empty() {
            return Err(Error::input("the team's name is empty"));
        }
        Ok(Self(Arc::new(Inner {
            access,
            team,
            handlers: Handlers::default(),
            session: Mutex::new(None),
            running: AtomicBool::new(false),
            finished: AtomicBool::new(false),
            finish_owed: AtomicBool::new(false),
            said_hello: AtomicBool::new(false),
            quiet: AtomicBool::new(false),
            local: bounded(64),
        })))
    }

    /// Calls `handler` for events of that name, or of each of several: `mm.on(["posted", "post_edited"], ..)`. It
    /// takes the place of an earlier one. Calls can be chained.
    pub fn on<R: HandlerResult>(
        &self,
        events: impl EventNames,
        handler: impl FnMut(&Self, &Event) -> R + Send + 'static,
    ) -> &Self {
        self.0.handlers.set(events.names(), handler);
        self
    }

    /// Takes the callbacks of these events away.
    pub fn off(&self, events: impl EventNames) -> &Self {
        self.0.handlers.remove(events.names());
        self
    }

    /// Connects, logs in afresh, loads user, team and channels, and opens the stream. Does nothing if it is started.
    ///
    /// Events are delivered from now on, by [`run`](Self::run) or [`run_for`](Self::run_for).
    ///
    /// # Errors
    /// Whatever goes wrong first; nothing stays open then.
    pub fn start(&self) -> Result<()> {
        let mut session = self.session();
        if session.as_ref().is_some_and(|session| !ended(&session.events)) {
            return Ok(());
        }
        let client = match &self.0.access {
            Access::Client(client) => client.clone(),
            Access::Password { host, email, password } => {
                Client::builder(host.as_str()).login(email.as_str(), password.clone()).connect()?
            }
        };
        let team: Team = client.http().get("/teams/name/{team_name}", &[&self.0.team]).fetch()?;
        let channels = load_channels(&client, &team)?;
        let events = Arc::new(client.events()?);
        let metadata = Metadata { user: client.me().clone(), team, channels, url: client.url() };
        while self.0.local.1.try_recv().is_ok() {}
        self.0.finished.store(false, Ordering::Release);
        self.0.finish_owed.store(true, Ordering::Release);
        self.0.said_hello.store(true, Ordering::Release);
        *session = Some(Session { client, events, metadata: Arc::new(metadata) });
        Ok(())
    }

    /// Closes the stream, within 2 s. Callbacks stay, for another [`start`](Self::start); a `run` under way returns
    /// `Ok` after `finish` was called back. Can be called in a callback, from any thread, and twice.
    pub fn stop(&self) {
        let session = self.session().take();
        if let Some(session) = session {
            self.0.said_hello.store(false, Ordering::Release);
            self.0.finished.store(true, Ordering::Release);
            let report = session.events.close(STOP);
            log::debug!("stopped: {report:?}");
        }
    }

    /// Stops it from anywhere, a signal handler's thread among others: [`Stopper::stop`] never blocks.
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::downgrade(&self.0))
    }

    /// Whether the stream is open: true from a successful `start` on, false after `stop` or its end.
    pub fn started(&self) -> bool {
        self.session().as_ref().is_some_and(|session| !ended(&session.events))
    }

    /// Whether the server has greeted the present connection.
    pub fn said_hello(&self) -> bool {
        self.started() && self.0.said_hello.load(Ordering::Acquire)
    }

    /// Whether the stream that was started last has ended, by `stop` or for good.
    pub fn finished(&self) -> bool {
        self.0.finished.load(Ordering::Acquire)
    }

    /// What `start` loaded: user, team, channels.
    pub fn metadata(&self) -> Result<Arc<Metadata>> {
        self.open().map(|session| session.metadata)
    }

    /// The client that `start` logged in, for everything that this interface has no word for.
    pub fn client(&self) -> Result<Client> {
        self.open().map(|session| session.client)
    }

    /// Says nothing in the log about failing callbacks.
    pub fn quiet(&self, quiet: bool) -> &Self {
        self.0.quiet.store(quiet, Ordering::Relaxed);
        self
    }

    /// Posts `message`, in Markdown, to the channel with that display name, or else that short name.
    ///
    /// Where a display name is another channel's short name the display name wins, as in `AnyEvent::Mattermost`. **Any
    /// member can name a channel so and divert what a bot says**: `~name` takes the short name only, `@name` is the
    /// direct channel with a user; [`Client::send`] refuses names that fit several channels. One request; one more
    /// for a channel that came up after `start`, and up to two more for one that the account is not in.
    ///
    /// # Errors
    /// [`ErrorKind::Input`] before any I/O if not started, or for an empty or too long message;
    /// [`ErrorKind::NotFound`] for an unknown channel.
    pub fn send(&self, channel: &str, message: impl Into<String>) -> Result<Post> {
        let draft = checked(message.into())?;
        let Session { client, metadata, .. } = self.open()?;
        if channel.trim().is_empty() {
            return Err(Error::input("the channel's name is empty"));
        }
        let found = if channel.starts_with(['~', '@']) {
            client.channel(&self.0.team, channel)?
        } else if let Some(found) = find(&metadata.channels, channel) {
            found.clone()
        } else {
            self.reload(&client, &metadata, channel)?
        };
        client.posts().create(&PostDraft { channel_id: found.id, ..draft })
    }

    fn reload(&self, client: &Client, metadata: &Metadata, name: &str) -> Result<Channel> {
        let channels = load_channels(client, &metadata.team)?;
        let found = find(&channels, name).cloned();
        if let Some(session) = &mut *self.session() {
            session.metadata = Arc::new(Metadata { channels, ..metadata.clone() });
        }
        match found {
            Some(found) => Ok(found),
            // Names with spaces cannot be short names: no look-up would find them.
            None => client.channel(&self.0.team, name).map_err(|error| {
                if error.is_not_found() {
                    let text = format!("no channel {:?} in the team {:?}", short(name, 80), self.0.team);
                    return Error::new(ErrorKind::NotFound, text).because(error);
                }
                error
            }),
        }
    }

    /// Asks the server for a sign of life, and calls `pong` back. `start` sets up a timer that pings by itself:
    /// this is for measuring.
    pub fn ping(&self) -> Result<()> {
        self.ping_with(json!({}))
    }

    /// As [`ping`](Self::ping); the fields of the object come back in `pong`.
    pub fn ping_with(&self, fields: Value) -> Result<()> {
        let Value::Object(mut fields) = fields else {
            return Err(Error::input("a ping's fields must be an object"));
        };
        let pong = self.open()?.events.ping()?;
        fields.insert("round_trip_ms".into(), json!(pong.round_trip.as_secs_f64() * 1000.0));
        fields.insert("server_time".into(), json!(pong.server_time));
        self.queue("pong", &Value::Object(fields))
    }

    /// Sends an action over the socket and waits for its answer, 15 s at most: `get_statuses`, `user_typing`, ..
    pub fn send_action(&self, action: &str, data: Option<Value>) -> Result<Value> {
        self.open()?.events.request(action, data)
    }

    /// Calls back on this thread until [`stop`](Self::stop) or the end of the stream.
    ///
    /// Callbacks that fail or panic do not end it.
    ///
    /// # Errors
    /// - [`ErrorKind::Input`] if not started, or if another thread runs it.
    /// - The error that ended the stream permanently, unless there is a callback of `error`.
    pub fn run(&self) -> Result<()> {
        while self.turn(None)? {}
        Ok(())
    }

    /// As [`run`](Self::run), but returns after `duration` too: `false` when the stream has ended, `true` otherwise.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn run(mm: mattermost::Mattermost) -> mattermost::Result<()> {
    /// while mm.run_for(Duration::from_secs(1))? { /* other work of this thread */ }
    /// # Ok(()) }
    /// ```
    pub fn run_for(&self, duration: Duration) -> Result<bool> {
        self.turn(Instant::now().checked_add(duration))
    }

    fn turn(&self, until: Option<Instant>) -> Result<bool> {
        let session = match self.open() {
            Ok(session) => session,
            // Stopped between two turns.
            Err(_) if self.0.finish_owed.load(Ordering::Acquire) => return self.finish().map(|()| false),
            Err(error) => return Err(error),
        };
        if self.0.running.swap(true, Ordering::AcqRel) {
            return Err(Error::input("another thread, or a callback, runs it already"));
        }
        let _running = Reset(&self.0.running);
        let timeout = until.map_or_else(never, crossbeam_channel::at);
        let events = session.events.receiver();
        loop {
            let event = select! {
                recv(self.0.local.1) -> event => event.ok(),
                recv(events) -> event => match event {
                    Ok(event) => Some(event),
                    Err(_) => return self.finish().map(|()| false),
                },
                recv(timeout) -> _ => return Ok(true),
            };
            let Some(event) = event else { continue };
            if let Some(cause) = event.cause() {
                self.session().take();
                self.0.said_hello.store(false, Ordering::Release);
                let taken = self.failed(cause, true);
                self.finish()?;
                return if taken { Ok(false) } else { Err(cause.clone()) };
            }
            self.dispatch(event.name(), &event);
            if self.stopped(&session) {
                return self.finish().map(|()| false);
            }
        }
    }

    fn stopped(&self, session: &Session) -> bool {
        ended(&session.events)
            || !self.session().as_ref().is_some_and(|open| Arc::ptr_eq(&open.events, &session.events))
    }

    fn finish(&self) -> Result<()> {
        self.session().take_if(|session| ended(&session.events));
        self.0.finished.store(true, Ordering::Release);
        if !self.0.finish_owed.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        self.0.said_hello.store(false, Ordering::Release);
        let event = local("finish", &json!({}))?;
        self.dispatch("finish", &event);
        Ok(())
    }

    fn dispatch(&self, name: &str, event: &Event) {
        match event.kind() {
            EventKind::Hello | EventKind::Connected => self.0.said_hello.store(true, Ordering::Release),
            EventKind::Disconnected => self.0.said_hello.store(false, Ordering::Release),
            _ => {}
        }
        if let Some(Err(error)) = self.0.handlers.call(name, self, event) {
            self.failed(&error, false);
        }
    }

    /// Passes an error to the callback of `error`. False if there is none.
    fn failed(&self, error: &Error, last: bool) -> bool {
        let quiet = self.0.quiet.load(Ordering::Relaxed);
        if !quiet {
            log::warn!("{error}");
        }
        let data = json!({ "message": error.to_string(), "hint": error.hint(), "final": last });
        let Ok(event) = local("error", &data) else { return false };
        let called = self.0.handlers.call("error", self, &event);
        if let (Some(Err(second)), false) = (&called, quiet) {
            log::warn!("the callback of \"error\" failed: {second}");
        }
        called.is_some()
    }

    fn queue(&self, name: &str, data: &Value) -> Result<()> {
        let full = |_| Error::new(ErrorKind::Backlogged, "nobody runs it: 64 answers wait already");
        self.0.local.0.try_send(local(name, data)?).map_err(full)
    }

    fn open(&self) -> Result<Session> {
        self.session().as_ref().cloned().ok_or_else(|| {
            Error::input("not started").with_hint("call `start` first; after `stop`, call it again")
        })
    }

    fn session(&self) -> MutexGuard<'_, Option<Session>> {
        self.0.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Reset<'a>(&'a AtomicBool);

impl Drop for Reset<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Stops a [`Mattermost`] from any thread.
#[derive(Clone)]
pub struct Stopper(std::sync::Weak<Inner>);

impl Stopper {
    /// Asks for the stop and returns at once; `run` then ends with `Ok`.
    pub fn stop(&self) {
        let Some(inner) = self.0.upgrade() else { return };
        let session = inner.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = &*session {
            session.events.stopper().stop();
        }
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopper")
    }
}

impl fmt::Debug for Mattermost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = match &self.0.access {
            Access::Password { host, .. } => BaseUrl::parse(host).map(|base| base.http()).unwrap_or_default(),
            Access::Client(client) => client.url(),
        };
        f.debug_struct("Mattermost").field("url", &url).field("team", &self.0.team).finish_non_exhaustive()
    }
}

fn local(name: &str, data: &Value) -> Result<Event> {
    Event::from_json(&json!({ "event": name, "data": data, "broadcast": {} }).to_string())
}

fn ended(events: &Events) -> bool {
    events.stopper().is_stopped() || events.error().is_some()
}

fn load_channels(client: &Client, team: &Team) -> Result<Vec<Channel>> {
    client.http().get("/users/{user_id}/teams/{team_id}/channels", &[&UserId::me(), &team.id]).fetch()
}

/// The seed's rule: the display name wins.
fn find<'c>(channels: &'c [Channel], name: &str) -> Option<&'c Channel> {
    let by_display_name = channels.iter().find(|channel| channel.display_name == name);
    by_display_name.or_else(|| channels.iter().find(|channel| channel.name == name))
}
