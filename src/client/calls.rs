//! Calls of any route, deadlines and sessions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Client;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::error::Result;
use crate::http::{Call, Method, PathArg};
use crate::time::Timestamp;

/// Interval and timeouts of the pings of [`Client::wait_for_server`].
const PING_INTERVAL: Duration = Duration::from_secs(1);
const MIN_PING_TIMEOUT: Duration = Duration::from_millis(100);
const MAX_PING_TIMEOUT: Duration = Duration::from_secs(5);

/// Other routes, deadlines and sessions.
impl Client {
    /// Creates a call to any route, including routes for which this version has no method. `template` is the route of
    /// the API reference, without `/api/v4`. Arguments are checked and percent-encoded.
    ///
    /// ```no_run
    /// # fn run(client: &mattermost::Client, team_id: mattermost::TeamId) -> mattermost::Result<()> {
    /// use mattermost::{Method, TeamStats};
    /// let call = client.call(Method::Get, "/teams/{team_id}/stats", &[&team_id]);
    /// let stats = call.fetch::<TeamStats>()?;
    /// # Ok(()) }
    /// ```
    pub fn call<'c>(&'c self, method: Method, template: &'static str, args: &[&dyn PathArg]) -> Call<'c> {
        self.http.call(method, template, args)
    }

    /// Creates a call to a route outside API v4, for example `/plugins/com.example.poll/api/v1/polls`.
    pub fn call_outside<'c>(
        &'c self,
        method: Method,
        template: &'static str,
        args: &[&dyn PathArg],
    ) -> Call<'c> {
        self.http.call_outside_api(method, template, args)
    }

    /// Returns a client whose calls have this timeout. It shares the connections and the session of this client.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        Self { http: self.http.with_timeout(timeout), me: Arc::clone(&self.me) }
    }

    /// Returns a client for dry runs: calls that write fail with [`ErrorKind::Input`] before any I/O.
    #[must_use]
    pub fn read_only(&self) -> Self {
        Self { http: self.http.read_only(), me: Arc::clone(&self.me) }
    }

    /// Waits until the server responds and is healthy. Sends a request every second.
    ///
    /// `GET /system/ping`
    ///
    /// # Errors
    /// Returns the last error if the server is not healthy within `timeout`.
    pub fn wait_for_server(&self, timeout: Duration) -> Result<()> {
        let deadline = Instant::now().checked_add(timeout);
        let time_left =
            || deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let mut earlier = None;
        loop {
            let ping_timeout = time_left().clamp(MIN_PING_TIMEOUT, MAX_PING_TIMEOUT);
            let Err(error) = self.http.with_timeout(ping_timeout).get("/system/ping", &[]).send() else {
                return Ok(());
            };
            let is_starting = error.is_transient() || error.status().is_some_and(|status| status >= 500);
            let left = time_left();
            if !is_starting || left.is_zero() {
                return Err(error.or_earlier(earlier, ping_timeout < MAX_PING_TIMEOUT));
            }
            earlier = Some(error);
            self.http.sleep_until_closed(PING_INTERVAL.min(left))?;
        }
    }

    /// Returns the current time of the server, with a resolution of one second. The timestamps of posts are times of
    /// the server, whose clock may differ from the clock of this machine.
    pub fn server_time(&self) -> Result<Timestamp> {
        self.http.server_time()
    }

    /// Ends the session. The token becomes invalid for all clones and streams. A personal access token stays valid:
    /// only its session ends, and the next call creates a new one.
    ///
    /// `POST /users/logout`
    #[doc(alias = "Logout")]
    pub fn logout(&self) -> Result<()> {
        self.http.post("/users/logout", &[]).send()
    }

    /// Ends all calls in progress, including those of clones, with [`ErrorKind::Closed`]. Later calls fail the same
    /// way. Streams that were opened with this client continue, since they have their own connections.
    pub fn close(self) {
        self.http.close();
    }
}
