//! [`Mattermost`]: a callback client, modeled on Perl's `AnyEvent::Mattermost`.

mod handlers;
mod session;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{never, select};
use serde_json::{Value, json};

use self::handlers::Handlers;
pub use self::handlers::{EventNames, HandlerResult};
use self::session::{FacadeSession, NextDispatch, SessionList};
use crate::base_url::BaseUrl;
use crate::client::{Client, check_message};
use crate::error::{Error, ErrorKind, Result, shorten_text};
use crate::event::Event;
use crate::model::{Channel, Post, Team, User, UserId};
use crate::secret::Secret;

/// [`Mattermost::stop`] returns within this time.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);
/// A second `start` waits this long for a `start` in progress on another thread.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A callback-based client with the interface of Perl's `AnyEvent::Mattermost`, extended by that of `AnyEvent::SlackRTM`.
///
/// ```no_run
/// use mattermost::Mattermost;
///
/// fn main() -> mattermost::Result<()> {
///     let url = "https://mattermost.example.com/";
///     let mm = Mattermost::new(url, "awesome-chat", "janedoe@example.com", "foobar123")?;
///     mm.on("posted", |mm, event| {
///         println!("{}", event.data()["post"]);
///         mm.send("town-square", "Heard you.")?;
///         Ok(())
///     });
///     mm.start()?; // connects, logs in, loads user, team and channels
///     mm.send("Town Square", "Hey everybody!")?;
///     mm.run() // calls back on this thread until `stop`, or a permanent error
/// }
/// ```
///
/// There is one callback per event name. Registering another one replaces it. A callback receives the client and the
/// [`Event`], and runs on the thread that called [`run`](Self::run). It may call `on`, `off`, `send`, `ping`, `stop`
/// and `start`. It returns nothing or a `Result<()>`. An `Err` is passed to the callback of `error`, or logged if
/// there is none. It does not end `run`. A panic is caught and logged.
///
/// In addition to the names of the server's events (`posted`, `typing` and so on), these names are available:
///
/// | name | when | `data()` |
/// | --- | --- | --- |
/// | `hello` | a new connection was accepted | `connection_id`, `server_version` |
/// | `pong` | the reply to a [`ping_with`](Self::ping_with) arrived | its fields, `round_trip_ms`, `server_time` |
/// | `error` | a callback failed, or the stream ended permanently | `message`, `hint`, `final` |
/// | `finish` | the stream ended, by `stop` or permanently; always the last callback of a `start` | `{}` |
/// | `_connected`, `_disconnected`, `_missed`, `_caught_up`, `_session_expired` | see [`Payload`](crate::Payload) | |
///
/// `start` opens a stream even if `run` is never called. Its events wait in a queue of the default capacity. If the
/// queue is full, events are dropped and counted, and a `_missed` notification reports them.
///
/// Clones share the same stream and callbacks.
#[derive(Clone)]
pub struct Mattermost(Arc<MattermostInner>);

struct MattermostInner {
    access: Access,
    team: String,
    handlers: Handlers,
    /// The state of each `start` is kept with its session. Locked only briefly, and never during I/O.
    sessions: Mutex<SessionList>,
    /// Notified when a `start` has finished, with or without success.
    start_finished: Condvar,
    /// `true` while a thread dispatches. Only one thread may.
    running: AtomicBool,
    quiet: AtomicBool,
}

enum Access {
    Password { host: String, email: String, password: Secret },
    Client(Client),
}

/// The data loaded by [`Mattermost::start`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Metadata {
    /// The current account.
    pub user: User,
    /// The team.
    pub team: Team,
    /// The account's channels in the team, including direct and group channels.
    pub channels: Vec<Channel>,
    /// The base URL of the server, for example `https://chat.example.com`.
    pub url: String,
}

impl Mattermost {
    /// Creates a client that logs in with a password. Nothing is sent before [`start`](Self::start).
    ///
    /// `host` is the address of the server. The scheme defaults to `https`; with `http`, the stream uses unencrypted
    /// `ws`. `team` is the short name of the team, as in its URL. `email` is an email address or a username.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] for an empty or invalid value.
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
        Self::with_access(Access::Password { host, email, password }, team)
    }

    /// Creates a callback client from a [`Client`], which can use a token, MFA, a custom CA or a proxy.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] if the team's name is empty.
    pub fn with_client(client: &Client, team: impl Into<String>) -> Result<Self> {
        Self::with_access(Access::Client(client.clone()), team.into())
    }

    fn with_access(access: Access, team: String) -> Result<Self> {
        if team.trim().is_empty() {
            return Err(Error::input("the team's name is empty"));
        }
        Ok(Self(Arc::new(MattermostInner {
            access,
            team,
            handlers: Handlers::default(),
            sessions: Mutex::new(SessionList::default()),
            start_finished: Condvar::new(),
            running: AtomicBool::new(false),
            quiet: AtomicBool::new(false),
        })))
    }

    /// Registers a callback for an event name, or for several, for example `["posted", "post_edited"]`.
    ///
    /// Replaces earlier callbacks for these names. Calls can be chained.
    pub fn on<R: HandlerResult>(
        &self,
        events: impl EventNames,
        handler: impl FnMut(&Self, &Event) -> R + Send + 'static,
    ) -> &Self {
        self.0.handlers.set_handler(events.into_names(), handler);
        self
    }

    /// Removes the callbacks for these events.
    pub fn off(&self, events: impl EventNames) -> &Self {
        self.0.handlers.remove_handlers(&events.into_names());
        self
    }

    /// Connects, logs in, loads the user, the team and the channels, and opens the stream. Does nothing if the stream
    /// is open.
    ///
    /// Events are delivered by [`run`](Self::run) or [`run_for`](Self::run_for).
    ///
    /// # Errors
    /// Returns the first error. No connection stays open in this case. [`ErrorKind::Closed`] if [`stop`](Self::stop)
    /// was called during the start. [`ErrorKind::Timeout`] if a `start` on another thread has not finished within 120
    /// s.
    pub fn start(&self) -> Result<()> {
        let deadline = Instant::now() + START_TIMEOUT;
        let mut sessions = self.lock_sessions();
        while sessions.is_starting() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::new(ErrorKind::Timeout, "another thread is still starting the client"));
            }
            let waited = self.0.start_finished.wait_timeout(sessions, left);
            sessions = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let Some(ticket) = sessions.begin_start() else { return Ok(()) };
        drop(sessions);
        let opened = self.open_session();
        let result = self.lock_sessions().finish_start(ticket, opened);
        self.0.start_finished.notify_all();
        result.map_err(|(error, unused)| {
            // Closing a stream takes a moment. Not under the lock.
            drop(unused);
            error
        })
    }

    fn open_session(&self) -> Result<FacadeSession> {
        let client = match &self.0.access {
            Access::Client(client) => client.clone(),
            Access::Password { host, email, password } => {
                Client::builder(host.as_str()).login(email.as_str(), password.clone()).connect()?
            }
        };
        let team: Team = client.http().get("/teams/name/{team_name}", &[&self.0.team]).decode()?;
        let channels = load_channels(&client, &team)?;
        let events = client.events()?;
        let metadata = Metadata { user: client.me().clone(), team, channels, url: client.url() };
        Ok(FacadeSession::new(client, events, metadata))
    }

    /// Closes the stream within 2 s.
    ///
    /// Callbacks stay registered for another [`start`](Self::start). A `run` in progress calls `finish` and returns
    /// `Ok`. Events that are still queued are not delivered. A `start` in progress fails with [`ErrorKind::Closed`]
    /// as soon as its current request ends. May be called from a callback, from any thread, and repeatedly.
    pub fn stop(&self) {
        let stopped = self.lock_sessions().stop_current();
        if let Some(session) = stopped {
            let report = session.events.close(STOP_TIMEOUT);
            log::debug!("stopped: {report:?}");
        }
    }

    /// Returns a handle that stops the stream from any thread, for example one that handles signals.
    /// [`RunStopper::stop`] never blocks.
    pub fn stopper(&self) -> RunStopper {
        RunStopper(Arc::downgrade(&self.0))
    }

    /// Returns `true` if the stream is open: after a successful `start`, until `stop` or the end of the stream.
    pub fn started(&self) -> bool {
        self.lock_sessions().current_session().is_some_and(|session| !session.is_over())
    }

    /// Returns `true` if the server has sent `hello` on the current connection.
    pub fn said_hello(&self) -> bool {
        self.lock_sessions()
            .current_session()
            .is_some_and(|session| !session.is_over() && session.said_hello())
    }

    /// Returns `true` if the stream of the last `start` has ended, by `stop` or permanently.
    pub fn finished(&self) -> bool {
        let sessions = self.lock_sessions();
        sessions.was_started() && sessions.current_session().is_none_or(|session| session.is_over())
    }

    /// Returns the data loaded by `start`: the user, the team and the channels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] if the client is not started.
    pub fn metadata(&self) -> Result<Arc<Metadata>> {
        self.current_session().map(|session| session.metadata())
    }

    /// Returns the client that `start` logged in.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`] if the client is not started.
    pub fn client(&self) -> Result<Client> {
        self.current_session().map(|session| session.client.clone())
    }

    /// Disables or enables the logging of errors that callbacks return. Defaults to `false`: errors are logged.
    pub fn quiet(&self, quiet: bool) -> &Self {
        self.0.quiet.store(quiet, Ordering::Relaxed);
        self
    }

    /// Posts `message`, in Markdown, to a channel given by its display name or its short name.
    ///
    /// If a name is the display name of one channel and the short name of another, the display name wins, as in
    /// `AnyEvent::Mattermost`. **Any member can create such a channel and divert the messages of a bot.** `~name`
    /// matches short names only, and `@name` is the direct channel with a user. [`Client::send`] refuses ambiguous
    /// names.
    ///
    /// Takes one request, and one more for a channel that was created after `start`. Takes up to two more for a channel
    /// that the account is not a member of.
    ///
    /// # Errors
    /// [`ErrorKind::Input`] before any I/O if the client is not started, or if the message is empty or too long.
    /// [`ErrorKind::NotFound`] for an unknown channel.
    pub fn send(&self, channel: &str, message: impl Into<String>) -> Result<Post> {
        let draft = check_message(message.into())?;
        let session = self.current_session()?;
        let (client, metadata) = (&session.client, session.metadata());
        if channel.trim().is_empty() {
            return Err(Error::input("the channel's name is empty"));
        }
        let found = if channel.starts_with(['~', '@']) {
            client.channel(&self.0.team, channel)?
        } else if let Some(found) = find_channel(&metadata.channels, channel) {
            found.clone()
        } else {
            self.reload_channels(&session, &metadata, channel)?
        };
        client.send_draft(&found, draft)
    }

    fn reload_channels(&self, session: &FacadeSession, metadata: &Metadata, name: &str) -> Result<Channel> {
        let client = &session.client;
        let channels = load_channels(client, &metadata.team)?;
        let found = find_channel(&channels, name).cloned();
        session.set_metadata(Metadata { channels, ..metadata.clone() });
        match found {
            Some(found) => Ok(found),
            // Names with spaces cannot be short names, so that a request would not find them.
            None => client.channel(&self.0.team, name).map_err(|error| {
                if error.is_not_found() {
                    let text =
                        format!("no channel {:?} in the team {:?}", shorten_text(name, 80), self.0.team);
                    return Error::new(ErrorKind::NotFound, text).with_source(error);
                }
                error
            }),
        }
    }

    /// Sends a ping. The reply is passed to the callback of `pong`.
    ///
    /// The stream also sends pings automatically. Use this method for measurements.
    pub fn ping(&self) -> Result<()> {
        self.ping_with(json!({}))
    }

    /// Like [`ping`](Self::ping), with fields that are passed to the callback of `pong`.
    pub fn ping_with(&self, fields: Value) -> Result<()> {
        let Value::Object(mut fields) = fields else {
            return Err(Error::input("a ping's fields must be an object"));
        };
        let session = self.current_session()?;
        let pong = session.events.ping()?;
        fields.insert("round_trip_ms".into(), json!(pong.round_trip.as_secs_f64() * 1000.0));
        fields.insert("server_time".into(), json!(pong.server_time));
        session.queue_event(local_event("pong", &Value::Object(fields))?)
    }

    /// Sends an action, for example `get_statuses`, over the WebSocket, and waits up to 15 s for its reply.
    pub fn send_action(&self, action: &str, data: Option<Value>) -> Result<Value> {
        self.current_session()?.events.request(action, data)
    }

    /// Dispatches events to the callbacks on the current thread, until [`stop`](Self::stop) is called or the stream
    /// ends permanently.
    ///
    /// If the stream ends permanently, all queued events are delivered first, followed by `error` and `finish`. `run`
    /// serves one `start`: if a callback stops and starts the client, `run` returns after the `finish` of the stopped
    /// stream, and the next `run` serves the new stream.
    ///
    /// # Errors
    /// [`ErrorKind::Input`] if the client is not started, or if another thread or a callback is already dispatching.
    /// Otherwise, the error that ended the stream permanently.
    pub fn run(&self) -> Result<()> {
        while self.dispatch_until(None)? {}
        Ok(())
    }

    /// Like [`run`](Self::run), but also returns after `duration`. Returns `false` if the stream has ended, `true`
    /// otherwise.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn run(mm: mattermost::Mattermost) -> mattermost::Result<()> {
    /// while mm.run_for(Duration::from_secs(1))? { /* other work of this thread */ }
    /// # Ok(()) }
    /// ```
    pub fn run_for(&self, duration: Duration) -> Result<bool> {
        self.dispatch_until(Instant::now().checked_add(duration))
    }

    fn dispatch_until(&self, until: Option<Instant>) -> Result<bool> {
        if self.0.running.swap(true, Ordering::AcqRel) {
            return Err(Error::input("another thread, or a callback, is already dispatching"));
        }
        let _running = ResetOnDrop(&self.0.running);
        let next = self.lock_sessions().next_to_dispatch();
        let session = match next {
            Some(NextDispatch::Session(session)) => session,
            Some(NextDispatch::Finish) => {
                self.call_finish(None);
                return Ok(false);
            }
            None => return Err(not_started()),
        };
        let timeout = until.map_or_else(never, crossbeam_channel::at);
        let events = session.events.receiver();
        while !session.was_stopped() {
            let event = select! {
                recv(session.local_events()) -> event => event.ok(),
                recv(events) -> event => match event {
                    Ok(event) => Some(event),
                    Err(_) => break,
                },
                recv(timeout) -> _ => return Ok(true),
            };
            let Some(event) = event else { continue };
            if let Some(cause) = event.end_cause() {
                self.report_error(cause, true);
                self.call_finish(Some(&session));
                return Err(cause.clone());
            }
            session.observe_event(&event);
            self.dispatch_event(event.name(), &event);
        }
        self.call_finish(Some(&session));
        Ok(false)
    }

    /// Calls `finish`, once for each session.
    fn call_finish(&self, session: Option<&Arc<FacadeSession>>) {
        self.lock_sessions().retire_session(session);
        if let Ok(event) = local_event("finish", &json!({})) {
            self.dispatch_event("finish", &event);
        }
    }

    fn dispatch_event(&self, name: &str, event: &Event) {
        if let Some(Err(error)) = self.0.handlers.call_handler(name, self, event) {
            if name == "error" {
                self.log_failure(&error);
            } else {
                self.report_error(&error, false);
            }
        }
    }

    /// Passes an error to the callback of `error`, or logs it.
    fn report_error(&self, error: &Error, is_final: bool) {
        self.log_failure(error);
        let data = json!({ "message": error.to_string(), "hint": error.hint(), "final": is_final });
        if let Ok(event) = local_event("error", &data) {
            if let Some(Err(second)) = self.0.handlers.call_handler("error", self, &event) {
                self.log_failure(&second);
            }
        }
    }

    fn log_failure(&self, error: &Error) {
        if !self.0.quiet.load(Ordering::Relaxed) {
            log::warn!("{error}");
        }
    }

    fn current_session(&self) -> Result<Arc<FacadeSession>> {
        self.lock_sessions().current_session().map(Arc::clone).ok_or_else(not_started)
    }

    fn lock_sessions(&self) -> MutexGuard<'_, SessionList> {
        self.0.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_started() -> Error {
    Error::input("not started").with_hint("call `start` first; after `stop`, call it again")
}

struct ResetOnDrop<'a>(&'a AtomicBool);

impl Drop for ResetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Stops a [`Mattermost`] from any thread.
#[derive(Clone)]
pub struct RunStopper(std::sync::Weak<MattermostInner>);

impl RunStopper {
    /// Requests the stop and returns immediately. `run` then returns `Ok`, and a `start` in progress returns an
    /// error.
    pub fn stop(&self) {
        let Some(inner) = self.0.upgrade() else { return };
        let stopped = inner.sessions.lock().unwrap_or_else(PoisonError::into_inner).stop_current();
        if let Some(session) = stopped {
            session.events.stopper().stop();
        }
    }
}

impl fmt::Debug for RunStopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stopper")
    }
}

impl fmt::Debug for Mattermost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = match &self.0.access {
            Access::Password { host, .. } => {
                BaseUrl::parse(host).map(|base| base.http_url()).unwrap_or_default()
            }
            Access::Client(client) => client.url(),
        };
        f.debug_struct("Mattermost").field("url", &url).field("team", &self.0.team).finish_non_exhaustive()
    }
}

fn local_event(name: &str, data: &Value) -> Result<Event> {
    Event::from_json(&json!({ "event": name, "data": data, "broadcast": {} }).to_string())
}

fn load_channels(client: &Client, team: &Team) -> Result<Vec<Channel>> {
    client.http().get("/users/{user_id}/teams/{team_id}/channels", &[&UserId::me(), &team.id]).decode()
}

/// Finds a channel as `AnyEvent::Mattermost` does: the display name wins.
fn find_channel<'c>(channels: &'c [Channel], name: &str) -> Option<&'c Channel> {
    let by_display_name = channels.iter().find(|channel| channel.display_name == name);
    by_display_name.or_else(|| channels.iter().find(|channel| channel.name == name))
}
