//! [`Client`]: one account on one server.

#[cfg(feature = "admin")]
mod admin;
mod builder;
pub mod doctor;
mod groups;
mod links;
mod names;
mod stream;
mod usernames;
mod webhook;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use self::builder::ClientBuilder;
pub(crate) use self::names::check_message;
pub use self::usernames::Names;
pub use self::webhook::Webhook;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, HttpClient, Method, PathArg};
use crate::model::User;
use crate::time::Timestamp;

/// One account on one server: the typed, blocking REST API, one function a group.
///
/// A client is cheap to clone, and `Send + Sync`: clones share connections (8 idle ones at most), the session and the
/// rate limit. Each call blocks until it is answered or its deadline has passed, 30 s by default, retries and rate
/// limit waits included. Dropping a client ends nothing but its idle connections.
///
/// ```no_run
/// use mattermost::{Client, PostDraft};
///
/// fn main() -> mattermost::Result<()> {
///     let client = Client::builder("https://chat.example.com").token("...").connect()?;
///     let channel = client.channel("awesome-chat", "~town-square")?;
///     client.posts().create(&PostDraft::new(&channel, "Hey everybody!"))?;
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct Client {
    http: HttpClient,
    me: Arc<User>,
}

impl Client {
    /// Begins a client of the server at `url`: `https` if the scheme is left out; a path is kept, for servers under a
    /// sub-path. Nothing is checked or sent before [`ClientBuilder::connect`].
    ///
    /// `unix:///var/tmp/mattermost_local.socket` is the server's local mode, on Unix, for administration on the
    /// server's own machine: it takes no token and no login, has no stream and no account ([`me`](Self::me) is empty),
    /// and may do what its routes allow. Whoever may open the socket is an administrator.
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url.into())
    }

    /// Connects with what the environment says: `MATTERMOST_URL`, and `MATTERMOST_TOKEN` or `MATTERMOST_LOGIN` with
    /// `MATTERMOST_PASSWORD`.
    pub fn from_env() -> Result<Self> {
        ClientBuilder::from_env()?.connect()
    }

    /// The account, as it was when the client connected.
    pub fn me(&self) -> &User {
        &self.me
    }

    /// The same client with another deadline for each call; connections and session are shared.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { http: self.http.with_timeout(timeout), me: Arc::clone(&self.me) }
    }

    /// The same client, whose writing calls fail with [`ErrorKind::Input`] before any I/O: for dry runs.
    #[must_use]
    pub fn read_only(&self) -> Self {
        Self { http: self.http.read_only(), me: Arc::clone(&self.me) }
    }

    /// Any route, also one that this version has no method for. The template is that of the API reference, without
    /// `/api/v4`; arguments are checked and percent-encoded.
    ///
    /// ```no_run
    /// # fn run(client: &mattermost::Client, team_id: mattermost::TeamId) -> mattermost::Result<()> {
    /// use mattermost::{Method, TeamStats};
    /// let stats = client.call(Method::Get, "/teams/{team_id}/stats", &[&team_id]).fetch::<TeamStats>()?;
    /// # Ok(()) }
    /// ```
    pub fn call<'c>(&'c self, method: Method, template: &'static str, args: &[&dyn PathArg]) -> Call<'c> {
        self.http.call(method, template, args)
    }

    /// A route beside API v4, as `/plugins/com.example.poll/api/v1/polls`.
    pub fn call_outside<'c>(
        &'c self,
        method: Method,
        template: &'static str,
        args: &[&dyn PathArg],
    ) -> Call<'c> {
        self.http.call_outside_api(method, template, args)
    }

    /// Waits until the server answers and is healthy; the last error if it does not within `patience`. Asks once a
    /// second.
    ///
    /// `GET /system/ping`
    pub fn wait_for_server(&self, patience: Duration) -> Result<()> {
        let deadline = Instant::now().checked_add(patience);
        loop {
            let probe =
                self.http.with_timeout(Duration::from_secs(5).min(patience.max(Duration::from_millis(100))));
            let Err(error) = probe.get("/system/ping", &[]).send() else { return Ok(()) };
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let starting = error.is_transient() || error.status().is_some_and(|status| status >= 500);
            if !starting || left.is_some_and(|left| left.is_zero()) {
                return Err(error);
            }
            self.http.sleep_until_closed(Duration::from_secs(1).min(left.unwrap_or(Duration::MAX)))?;
        }
    }

    /// Returns the current time of the server, with a resolution of one second. Post times are times of the server,
    /// whose clock may differ from that of this machine.
    pub fn server_time(&self) -> Result<Timestamp> {
        self.http.server_time()
    }

    /// Ends the session: the token is good for nothing afterwards, for all clones and streams. A personal access token
    /// stays good: only its session ends, and the next call makes a new one.
    ///
    /// `POST /users/logout`
    #[doc(alias = "Logout")]
    pub fn logout(&self) -> Result<()> {
        self.http.post("/users/logout", &[]).send()
    }

    /// Ends the calls in flight of all clones at once, with [`ErrorKind::Closed`]; later calls fail the same way.
    /// Streams that were opened with this client go on: they have connections of their own.
    pub fn close(self) {
        self.http.close();
    }

    /// The address of the server, as `https://chat.example.com/sub`.
    pub fn url(&self) -> String {
        self.http.config().base.to_string()
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    fn connect_locally(http: HttpClient) -> Self {
        Self { http, me: Arc::new(User::default()) }
    }

    fn with_user(http: HttpClient, me: User) -> Result<Self> {
        if me.id.is_empty() {
            return Err(Error::new(ErrorKind::Protocol, "the server did not say who is logged in")
                .with_hint("is this a Mattermost?"));
        }
        http.set_me(me.id.clone());
        Ok(Self { http, me: Arc::new(me) })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("url", &self.url())
            .field("me", &self.me.username)
            .finish_non_exhaustive()
    }
}
