//! Requests to any route.
//!
//! All methods of this crate create a [`Call`] and send it. A route without a method is called in the same way, with
//! [`Client::call`](crate::Client::call):
//!
//! ```no_run
//! # fn run(client: &mattermost::Client, team: &mattermost::TeamId) -> mattermost::Result<()> {
//! use mattermost::http::Method;
//! let call = client.call(Method::Get, "/teams/{team_id}/stats", &[team]);
//! let stats: serde_json::Value = call.fetch()?;
//! # Ok(()) }
//! ```

pub(crate) mod agent;
mod attempt;
mod body;
mod call;
mod clock;
mod decoding;
mod download;
mod exact_length;
mod login;
mod method;
mod multipart;
pub(crate) mod path;
mod query;
mod rate_limit;
pub(crate) mod response;
mod retry;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

pub use self::body::Body;
pub use self::call::Call;
pub use self::decoding::Changed;
pub use self::download::Download;
pub(crate) use self::login::{LoginCredentials, LoginSession, MfaSource, check_token};
pub use self::method::Method;
use self::method::Route;
pub use self::multipart::Multipart;
pub use crate::path_arg::PathArg;

pub(crate) use self::response::{hide_secrets, retry_after};

use serde::Serialize;

use self::agent::HttpAgent;
use self::rate_limit::RateLimitGate;
use crate::config::{Config, MAX_TIMEOUT};
use crate::error::{Error, Result};
use crate::model::UserId;
use crate::secret::Secret;
use crate::time::Timestamp;

/// A handle to one server. It is cheap to clone, and clones share connections, session and rate limit.
#[derive(Clone)]
pub(crate) struct HttpClient {
    shared: Arc<ClientState>,
    timeout: Duration,
    read_only: bool,
}

struct ClientState {
    config: Arc<Config>,
    agent: HttpAgent,
    login: Arc<LoginSession>,
    rate_limit: RateLimitGate,
    me: OnceLock<UserId>,
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("base", &self.shared.config.base)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl HttpClient {
    pub(crate) fn new(config: Config, login: LoginSession) -> Result<Self> {
        let config = Arc::new(config);
        let agent = HttpAgent::new(&config)?;
        Ok(Self::with_transport(config, agent, Arc::new(login), RateLimitGate::default()))
    }

    fn with_transport(
        config: Arc<Config>,
        agent: HttpAgent,
        login: Arc<LoginSession>,
        rate_limit: RateLimitGate,
    ) -> Self {
        let (timeout, me) = (config.timeout, OnceLock::new());
        Self {
            shared: Arc::new(ClientState { config, agent, login, rate_limit, me }),
            timeout,
            read_only: false,
        }
    }

    /// Returns a handle with the same session and its own connections. Closing it ends no calls of other handles.
    pub(crate) fn with_own_connections(&self) -> Result<Self> {
        let config = Arc::clone(&self.shared.config);
        let agent = HttpAgent::new(&config)?;
        let rate_limit = self.shared.rate_limit.with_same_limit();
        let apart = Self::with_transport(config, agent, Arc::clone(&self.shared.login), rate_limit);
        if let Some(me) = self.shared.me.get() {
            apart.set_me(me.clone());
        }
        Ok(apart)
    }

    pub(crate) fn with_timeout(&self, timeout: Duration) -> Self {
        Self { timeout: timeout.min(MAX_TIMEOUT), ..self.clone() }
    }

    /// Applies the deadline and the read-only mode of another handle.
    pub(crate) fn with_limits_of(self, other: &Self) -> Self {
        Self { timeout: other.timeout, read_only: other.read_only, ..self }
    }

    pub(crate) fn call_timeout(&self) -> Duration {
        self.timeout
    }

    pub(crate) fn read_only(&self) -> Self {
        Self { read_only: true, ..self.clone() }
    }

    /// Returns a handle for logins, with the original deadline of the client.
    fn for_login(&self) -> Self {
        self.with_timeout(self.shared.config.timeout)
    }

    /// Ends the calls in progress of all clones. Later calls fail.
    pub(crate) fn close(&self) {
        self.shared.rate_limit.close();
        self.shared.agent.shutdown();
        self.shared.login.wake_waiters();
    }

    /// Sleeps until the time has passed or the client is closed.
    pub(crate) fn sleep_until_closed(&self, wait: Duration) -> Result<()> {
        self.shared.rate_limit.sleep(wait)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Returns the current token and the number of logins so far.
    pub(crate) fn current_token(&self) -> (Option<Secret>, u64) {
        self.shared.login.current_token()
    }

    /// Returns `true` if an expired session can be replaced by a login.
    pub(crate) fn can_log_in(&self) -> bool {
        self.shared.login.can_log_in()
    }

    /// Sets the ID of the account, for calls that need it.
    pub(crate) fn set_me(&self, me: UserId) {
        let _ = self.shared.me.set(me);
    }

    /// Returns the ID of the account, which is known after the client has connected.
    pub(crate) fn me(&self) -> Result<UserId> {
        self.shared.me.get().cloned().ok_or_else(|| Error::input("this client is not logged in"))
    }

    /// Logs in again, unless another thread did since `generation`.
    pub(crate) fn login_again(&self, generation: u64) -> Result<()> {
        let now = self.shared.rate_limit.clock.now().monotonic;
        self.login_until(generation, now.checked_add(self.timeout).unwrap_or(now + MAX_TIMEOUT))
    }

    /// Like `login_again`, within the deadline of a call.
    fn login_until(&self, generation: u64, deadline: Instant) -> Result<()> {
        LoginSession::renew_session(&self.shared.login, self, generation, deadline)
    }

    /// Logs in with the credentials. Returns the current user, as JSON.
    pub(crate) fn login(&self) -> Result<Vec<u8>> {
        self.shared.login.first_login(self)
    }

    /// Returns the time of the server, with a resolution of one second.
    pub(crate) fn server_time(&self) -> Result<Timestamp> {
        self.get("/system/ping", &[]).server_date()
    }

    pub(crate) fn call<'c>(
        &'c self,
        method: Method,
        template: &'static str,
        args: &[&dyn PathArg],
    ) -> Call<'c> {
        Call::new(self, false, method, template, args)
    }

    /// Creates a call of a route outside API v4, for example `/hooks/{hook_id}`.
    pub(crate) fn call_outside_api<'c>(
        &'c self,
        method: Method,
        template: &'static str,
        args: &[&dyn PathArg],
    ) -> Call<'c> {
        Call::new(self, true, method, template, args)
    }

    /// Returns a URL to open in a browser.
    pub(crate) fn browser_url(&self, path: &str, query: &impl Serialize) -> Result<String> {
        let mut url = self.config().base.http_url_of(path);
        query::append_query(&mut url, serde_json::to_value(query))?;
        Ok(url)
    }

    pub(crate) fn get<'c>(&'c self, template: &'static str, args: &[&dyn PathArg]) -> Call<'c> {
        self.call(Method::Get, template, args)
    }

    pub(crate) fn post<'c>(&'c self, template: &'static str, args: &[&dyn PathArg]) -> Call<'c> {
        self.call(Method::Post, template, args)
    }

    pub(crate) fn put<'c>(&'c self, template: &'static str, args: &[&dyn PathArg]) -> Call<'c> {
        self.call(Method::Put, template, args)
    }

    pub(crate) fn patch<'c>(&'c self, template: &'static str, args: &[&dyn PathArg]) -> Call<'c> {
        self.call(Method::Patch, template, args)
    }

    pub(crate) fn delete<'c>(&'c self, template: &'static str, args: &[&dyn PathArg]) -> Call<'c> {
        self.call(Method::Delete, template, args)
    }

    pub(crate) fn head<'c>(&'c self, template: &'static str, args: &[&dyn PathArg]) -> Call<'c> {
        self.call(Method::Head, template, args)
    }
}

#[cfg(test)]
mod tests;
