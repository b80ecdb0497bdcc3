//! The builder of a client.

use std::fmt;
#[cfg(feature = "testing")]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Client;
use crate::backoff::backoff_delay;
use crate::base_url::{BaseUrl, split_credentials};
use crate::config::{Config, MAX_TIMEOUT};
use crate::error::{Error, Result};
use crate::http::{HttpClient, LoginCredentials, LoginSession, MfaSource, check_token};
use crate::model::json;
use crate::proxy::{Proxy, ProxySetting};
use crate::secret::Secret;
use crate::time_scale::TimeScale;

/// Wait before the second attempt of `connect_within`, which doubles up to the maximum.
const MIN_CONNECT_BACKOFF: Duration = Duration::from_secs(1);
const MAX_CONNECT_BACKOFF: Duration = Duration::from_secs(60);
/// Longest announced wait that `connect_within` respects.
const MAX_CONNECT_WAIT: Duration = Duration::from_secs(300);
/// Shortest timeout of an attempt of `connect_within`, even if less time is left.
const MIN_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Configures a [`Client`]. All settings are checked by [`connect`](Self::connect), before any I/O.
#[must_use = "nothing happens before `connect()`"]
pub struct ClientBuilder {
    url: String,
    websocket_url: Option<String>,
    token: Option<Secret>,
    login: Option<(String, Secret)>,
    mfa: MfaSource,
    proxy: Option<Result<ProxySetting>>,
    headers: Vec<(String, Secret)>,
    #[cfg(feature = "native-tls")]
    tls: crate::tls::TlsConfig,
    timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    body_limit: Option<u64>,
    json_limit: Option<u64>,
    head_limit: Option<usize>,
    user_agent: Option<String>,
    backoff_scale: TimeScale,
    #[cfg(feature = "testing")]
    recording: Option<PathBuf>,
    #[cfg(feature = "testing")]
    records_texts: bool,
}

impl ClientBuilder {
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            websocket_url: None,
            token: None,
            login: None,
            mfa: MfaSource::None,
            proxy: None,
            headers: Vec::new(),
            #[cfg(feature = "native-tls")]
            tls: crate::tls::TlsConfig::new(),
            timeout: None,
            connect_timeout: None,
            body_limit: None,
            json_limit: None,
            head_limit: None,
            user_agent: None,
            backoff_scale: TimeScale::REAL,
            #[cfg(feature = "testing")]
            recording: None,
            #[cfg(feature = "testing")]
            records_texts: false,
        }
    }

    /// Creates a builder from the environment variables `MATTERMOST_URL`, and `MATTERMOST_TOKEN` or
    /// `MATTERMOST_LOGIN` with `MATTERMOST_PASSWORD`.
    ///
    /// All settings can still be changed.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if a variable is missing or empty.
    pub fn from_env() -> Result<Self> {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let missing = |what: &str| {
            Error::input(format!("{what} is not set in the environment")).with_hint(
                "set MATTERMOST_URL, and MATTERMOST_TOKEN or MATTERMOST_LOGIN with MATTERMOST_PASSWORD",
            )
        };
        let builder = Self::new(var("MATTERMOST_URL").ok_or_else(|| missing("MATTERMOST_URL"))?);
        if let Some(token) = var("MATTERMOST_TOKEN") {
            return Ok(builder.token(token));
        }
        let login = var("MATTERMOST_LOGIN").ok_or_else(|| missing("MATTERMOST_TOKEN"))?;
        let password = var("MATTERMOST_PASSWORD").ok_or_else(|| missing("MATTERMOST_PASSWORD"))?;
        Ok(builder.login(login, password))
    }

    /// Sets the token: a bot token, a personal access token or a session token.
    ///
    /// Bots should use a token: by default, a login session that only reads ends after 30 days.
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Logs in with a username or an email address, and again when the session ends.
    pub fn login(mut self, login_id: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.login = Some((login_id.into(), password.into()));
        self
    }

    /// Sets the MFA code for the first login. A code is valid only once: use [`mfa_with`](Self::mfa_with) if the
    /// program may run longer than its session.
    pub fn mfa(mut self, code: impl Into<Secret>) -> Self {
        self.mfa = MfaSource::Code(code.into());
        self
    }

    /// Sets a function that returns the MFA code for each login that needs one. Ten wrong codes lock the account.
    pub fn mfa_with(mut self, ask: impl Fn() -> Result<String> + Send + Sync + 'static) -> Self {
        self.mfa = MfaSource::Prompt(Arc::new(ask));
        self
    }

    /// Sets the URL of the WebSocket, for example `wss://other.example.com`.
    ///
    /// Defaults to the URL of the server. Set it only if the server's setting `WebsocketURL` contains another
    /// address.
    pub fn websocket_url(mut self, url: impl Into<String>) -> Self {
        self.websocket_url = Some(url.into());
        self
    }

    /// Sets the trusted certificates and the client certificate, for calls and for the WebSocket. See
    /// [`TlsConfig`](crate::TlsConfig).
    #[doc(alias = "certificate")]
    #[cfg(feature = "native-tls")]
    pub fn tls(mut self, tls: crate::tls::TlsConfig) -> Self {
        self.tls = tls;
        self
    }

    /// Sets the proxy for calls and for the WebSocket, for example `http://user:password@host:port`.
    ///
    /// Defaults to the proxy set in the environment. `CONNECT` is used for `http` servers too.
    pub fn proxy(mut self, url: impl AsRef<str>) -> Self {
        self.proxy = Some(Proxy::parse(url.as_ref()).map(ProxySetting::Explicit));
        self
    }

    /// Disables proxies, including those set in the environment: `HTTPS_PROXY` for `https` and `HTTP_PROXY` for `http`,
    /// otherwise `ALL_PROXY`, with the exceptions of `NO_PROXY`.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = Some(Ok(ProxySetting::Off));
        self
    }

    /// Adds a header to every request to the server: calls, the login and the upgrade of the event stream.
    ///
    /// Use it for a gateway in front of the server that needs its own credentials, such as
    /// `X-Mattermost-Preauth-Secret` or the headers of an access network. The value is treated as a secret. It is not
    /// sent to other hosts, such as that of [`websocket_url`](Self::websocket_url), or to a proxy.
    ///
    /// If it is `Authorization`, the client sends its own token in a cookie instead. `https://user:password@host` as
    /// the URL of the server sets `Authorization` for HTTP basic authentication.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the timeout of a call, including retries and waits. Defaults to 30 s. `Duration::MAX` means no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the timeout of a name lookup, and of a connection attempt. Defaults to 10 s each.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the maximum size of a response in memory, in bytes. Defaults to 64 MiB. Does not apply to downloads.
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Sets the maximum size of a decoded response, in bytes. Defaults to 16 MiB. Limited to
    /// [`body_limit`](Self::body_limit).
    ///
    /// Decoded data takes up to four times the memory of its text. The default is sufficient for a page of 200 posts
    /// of maximum length.
    pub fn json_limit(mut self, bytes: u64) -> Self {
        self.json_limit = Some(bytes);
        self
    }

    /// Sets the maximum size of a response head, in bytes: for calls, the WebSocket upgrade and proxies. Defaults to
    /// 16 KiB. Must be between 1 KiB and 1 MiB. Each connection allocates this much memory.
    pub fn head_limit(mut self, bytes: usize) -> Self {
        self.head_limit = Some(bytes);
        self
    }

    /// Sets the `User-Agent` of calls and of the WebSocket. Defaults to `mattermost-rs/VERSION`.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// Records the run of the program to a file: all calls of the client and its clones, and all messages of their
    /// streams, in both directions.
    ///
    /// [`connect`](Self::connect) creates the file or replaces an existing one.
    /// [`testing::replay`](crate::testing::replay()) serves it to a test.
    ///
    /// The file never contains passwords, tokens, request headers, or file contents. Texts are replaced by
    /// others of the same length, unless [`record_texts`](Self::record_texts) is set: each letter becomes `x` and
    /// each digit `0`; spaces, punctuation and mentions are kept. IDs, times, types and the names that are parts of
    /// paths (of users, teams, channels and emoji) are kept.
    ///
    /// A background thread writes the file, so calls do not wait for the disk. If the disk is full, or the file
    /// reaches 256 MiB, the recording ends with a warning in the log, and the program continues. If more than 16 MiB
    /// wait to be written, the recording has a gap, and states the number of missing entries. Bodies above 4 MiB are
    /// recorded by their size. Dropping the last clone of the client waits up to 1 s for the file to be completed.
    ///
    /// If the file cannot be created, [`connect`](Self::connect) fails with [`ErrorKind::Io`](crate::ErrorKind::Io).
    #[cfg(feature = "testing")]
    pub fn record(mut self, path: impl Into<PathBuf>) -> Self {
        self.recording = Some(path.into());
        self
    }

    /// Records texts as they are: messages, display names, email addresses and all other texts. Defaults to `false`. See
    /// [`record`](Self::record).
    ///
    /// A replay needs the texts if the bot acts on the words of a message.
    #[cfg(feature = "testing")]
    pub fn record_texts(mut self, records_texts: bool) -> Self {
        self.records_texts = records_texts;
        self
    }

    /// Multiplies the delays between attempts, for tests.
    #[doc(hidden)]
    pub fn backoff_scale(mut self, scale: f64) -> Self {
        self.backoff_scale = TimeScale::new(scale);
        self
    }

    /// Checks all settings, logs in if necessary, and gets the current account.
    ///
    /// `GET /users/me`, or `POST /users/login`
    ///
    /// # Errors
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input) before any I/O, for an empty or invalid URL, token, login or
    ///   password.
    /// - 401 for wrong credentials. [`Error::is_mfa`] is `true` if a code is needed.
    pub fn connect(self) -> Result<Client> {
        let http = self.build_http()?;
        connect_client(http)
    }

    /// Like [`connect`](Self::connect), but repeats attempts that fail because the server or the network is not
    /// available, until `timeout` has passed. `Duration::MAX` repeats them forever.
    ///
    /// Each attempt takes at most the [timeout of a call](Self::timeout). The delay between attempts grows from 1 s to
    /// 60 s, with jitter. A longer `Retry-After` from the server is respected, up to 5 min.
    ///
    /// # Errors
    /// Returns an error that is not [transient](Error::is_transient) immediately, and the last error after `timeout`.
    pub fn connect_within(self, timeout: Duration) -> Result<Client> {
        let http = self.build_http()?;
        let deadline = Instant::now().checked_add(timeout);
        let time_left =
            || deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let (scale, call_timeout) = (http.config().backoff_scale, http.call_timeout());
        let (mut failures, mut earlier) = (0, None);
        loop {
            let attempt_timeout = call_timeout.min(time_left().max(MIN_CONNECT_TIMEOUT));
            let error = match connect_client(http.with_timeout(attempt_timeout)) {
                Ok(client) => return Ok(client.with_timeout(call_timeout)),
                Err(error) if error.is_transient() => error,
                Err(error) => return Err(error),
            };
            let announced = error.retry_after().unwrap_or_default().min(MAX_CONNECT_WAIT);
            let delay = backoff_delay(failures, MIN_CONNECT_BACKOFF, MAX_CONNECT_BACKOFF, scale);
            let wait = delay.max(announced);
            if time_left() < wait {
                return Err(error.or_earlier(earlier, attempt_timeout < call_timeout));
            }
            log::info!("not connected, retrying in {:.1} s: {error}", wait.as_secs_f64());
            http.sleep_until_closed(wait)?;
            earlier = Some(error);
            failures += 1;
        }
    }

    pub(super) fn has_credentials(&self) -> bool {
        self.token.is_some() || self.login.is_some()
    }

    /// Creates the client of a webhook, which has no account.
    pub(super) fn build_anonymous(mut self) -> Result<HttpClient> {
        let begin_recording = self.take_recording();
        let mut config = self.build_config()?;
        begin_recording(&mut config)?;
        HttpClient::new(config, LoginSession::anonymous())
    }

    pub(super) fn take_url(&mut self) -> String {
        std::mem::take(&mut self.url)
    }

    pub(super) fn url_mut(&mut self) -> &mut String {
        &mut self.url
    }

    /// Creates the file of the recording. Called after all checks.
    #[cfg(feature = "testing")]
    fn take_recording(&mut self) -> impl FnOnce(&mut Config) -> Result<()> + use<> {
        let (path, records_texts) = (self.recording.take(), self.records_texts);
        move |config| {
            if let Some(path) = path {
                config.recorder = crate::recording::Recorder::create(&path, records_texts)?;
            }
            Ok(())
        }
    }

    #[cfg(not(feature = "testing"))]
    #[expect(clippy::unused_self, reason = "nothing is recorded")]
    fn take_recording(&mut self) -> impl FnOnce(&mut Config) -> Result<()> + use<> {
        |_| Ok(())
    }

    pub(super) fn build_config(self) -> Result<Config> {
        let (url, credentials) = split_credentials(&self.url)?;
        let mut config = Config::new(BaseUrl::parse(&url)?);
        for (name, value) in self.headers {
            config.headers.set_header(&name, &value)?;
        }
        if let Some((user, password)) = credentials {
            config.headers.set_basic(&user, &password)?;
        }
        if let Some(url) = &self.websocket_url {
            config.websocket = Some(BaseUrl::parse_websocket(url)?);
        }
        #[cfg(not(feature = "native-tls"))]
        if config.base.tls || config.websocket.as_ref().is_some_and(|url| url.tls) {
            return Err(crate::tls::missing_tls_error());
        }
        #[cfg(feature = "native-tls")]
        {
            config.tls = crate::tls::TlsSettings::new(self.tls);
        }
        if let Some(proxy) = self.proxy {
            config.proxy = proxy?;
        }
        config.timeout = check_timeout(self.timeout, config.timeout, "timeout")?;
        config.connect_timeout =
            check_timeout(self.connect_timeout, config.connect_timeout, "connect_timeout")?;
        config.body_limit = self.body_limit.unwrap_or(config.body_limit);
        config.json_limit = self.json_limit.unwrap_or(config.json_limit).min(config.body_limit);
        config.head_limit = self.head_limit.unwrap_or(config.head_limit).clamp(1 << 10, 1 << 20);
        config.backoff_scale = self.backoff_scale;
        if let Some(name) = self.user_agent {
            if name.is_empty() || !name.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
                return Err(Error::input("the user agent must be ASCII, and not empty")
                    .with_hint("use a name such as my-bot/1.0"));
            }
            config.user_agent = name;
        }
        Ok(config)
    }

    pub(super) fn build_http(mut self) -> Result<HttpClient> {
        let (token, login, mfa) = (self.token.take(), self.login.take(), std::mem::take(&mut self.mfa));
        let begin_recording = self.take_recording();
        let mut config = self.build_config()?;
        let login = match (token, login) {
            (None, None) if config.base.unix.is_some() => LoginSession::anonymous(),
            _ if config.base.unix.is_some() => {
                return Err(Error::input("local mode needs no token and no login"));
            }
            (Some(_), Some(_)) => {
                return Err(Error::input("both a token and a login are set")
                    .with_hint("use `token` alone for bots and personal access tokens"));
            }
            (None, None) => {
                return Err(Error::input("there are no credentials")
                    .with_hint("call `.token(..)` or `.login(id, password)`"));
            }
            (Some(token), None) => {
                check_token(&token)?;
                LoginSession::with_token(token)
            }
            (None, Some((login_id, password))) => {
                if login_id.trim().is_empty() {
                    return Err(Error::input("the login is empty").with_hint(
                        "pass a username or an email address; `from_env` reads MATTERMOST_LOGIN",
                    ));
                }
                if password.is_empty() {
                    return Err(Error::input("the password is empty")
                        .with_hint("`from_env` reads MATTERMOST_PASSWORD; bots use a token instead"));
                }
                LoginSession::with_credentials(LoginCredentials { login_id, password, mfa })
            }
        };
        begin_recording(&mut config)?;
        HttpClient::new(config, login)
    }
}

pub(super) fn connect_client(http: HttpClient) -> Result<Client> {
    if http.config().base.unix.is_some() {
        http.get("/system/ping", &[]).send()?;
        return Ok(Client::connect_locally(http));
    }
    let me = if http.current_token().0.is_some() {
        http.get("/users/me", &[]).decode()?
    } else {
        json::decode_json(&http.login()?).map_err(|e| e.on_route("POST /users/login"))?
    };
    Client::with_user(http, me)
}

fn check_timeout(given: Option<Duration>, default: Duration, name: &str) -> Result<Duration> {
    match given {
        Some(Duration::ZERO) => Err(Error::input(format!("{name} must be longer than zero"))
            .with_hint("use Duration::MAX for no limit")),
        given => Ok(given.unwrap_or(default).min(MAX_TIMEOUT)),
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may contain a password by mistake.
        f.debug_struct("ClientBuilder").field("token", &self.token).finish_non_exhaustive()
    }
}
