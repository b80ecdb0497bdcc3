//! A request, from its parts to its response.

use std::fmt::{self, Display};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use super::agent::{HttpResponse, OutgoingRequest, RequestBody, RequestReader};
use super::attempt::{AttemptError, SendWindow};
use super::body::{Body, BodySource};
use super::clock::ClockReading;
use super::download::Download;
use super::rate_limit::{GateClosed, closed_error};
use super::response::{self, DecodableResponse};
use super::retry::{KEYED_RESPONSE_TIMEOUT, RetryDecision, RetryPolicy, RetryState};
use super::{HttpClient, Method, PathArg, Route, path, query};
use crate::config::MAX_TIMEOUT;
use crate::error::{Error, ErrorKind, Result};
use crate::recording::RequestInfo;
use crate::request_headers::check_name;
use crate::secret::{Secret, remove_secrets, take_serialized};
use crate::time::Timestamp;

/// A request that has not been sent yet. Its `Debug` output shows method, path template and query.
///
/// Invalid parts are reported by the method that sends it: [`fetch`](Self::fetch), [`send`](Self::send),
/// [`bytes`](Self::bytes), [`text`](Self::text), [`reader`](Self::reader) or
/// [`fetch_if_changed`](Self::fetch_if_changed).
#[must_use = "a call does nothing until it is sent, for example by `fetch()` or `send()`"]
pub struct Call<'c> {
    http: &'c HttpClient,
    method: Method,
    template: &'static str,
    /// The part of the URL that follows the base URL.
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Body<'c>,
    timeout: Duration,
    retry_policy: RetryPolicy,
    changes_nothing: bool,
    /// `true` if a read-only client may send it although it changes something, as for the login.
    allowed_read_only: bool,
    anonymous: bool,
    /// `true` to log in again if the session has ended, and to repeat the call.
    log_in: bool,
    wrong: Option<Error>,
    /// Secrets in the body. They are removed from errors, since a proxy may echo them.
    secrets: Vec<Secret>,
}

impl<'c> Call<'c> {
    pub(super) fn new(
        http: &'c HttpClient,
        outside: bool,
        method: Method,
        template: &'static str,
        args: &[&dyn PathArg],
    ) -> Self {
        let mut url = String::with_capacity(96);
        if !(outside || template.starts_with("/api/")) {
            url.push_str("/api/v4");
        }
        let wrong = path::expand_template(template, args, &mut url).err();
        let repeat = !matches!(method, Method::Post | Method::Patch);
        Self {
            http,
            method,
            template,
            url,
            headers: Vec::new(),
            body: Body(BodySource::Empty),
            timeout: http.timeout,
            retry_policy: if repeat { RetryPolicy::Idempotent } else { RetryPolicy::NonIdempotent },
            changes_nothing: matches!(method, Method::Get | Method::Head),
            allowed_read_only: false,
            anonymous: false,
            log_in: true,
            wrong,
            secrets: Vec::new(),
        }
    }

    /// Adds the fields of a struct to the query. Fields that are `None` are omitted, and lists become comma-separated
    /// values.
    pub fn query(self, query: &impl Serialize) -> Self {
        self.with_query(serde_json::to_value(query))
    }

    // As little code as possible depends on the type, here and below, since it is compiled for each type.
    fn with_query(mut self, query: serde_json::Result<Value>) -> Self {
        self.secrets.extend(take_serialized());
        let done = query::append_query(&mut self.url, query);
        self.note_error(done)
    }

    /// Adds a query parameter.
    pub fn param(mut self, name: &str, value: impl Display) -> Self {
        let done = query::append_param(&mut self.url, name, &value);
        self.note_error(done)
    }

    /// Adds a query parameter that errors must not contain.
    pub(crate) fn secret_param(self, name: &str, value: &Secret) -> Self {
        self.param(name, value.expose()).hiding_secrets(&[value.expose()])
    }

    /// Sets a JSON body.
    ///
    /// A NUL character in a string is an [`ErrorKind::Input`] error, because the server cannot store it.
    pub fn json(self, body: &impl Serialize) -> Self {
        self.with_body(Body::from_json(serde_json::to_vec(body)))
    }

    fn with_body(mut self, body: Result<Body<'c>>) -> Self {
        self.secrets.extend(take_serialized());
        match body {
            Ok(body) => self.body = body,
            Err(error) => return self.note_error(Err(error)),
        }
        self
    }

    /// Sets the body to a web form.
    pub(crate) fn form_body(self, body: &impl Serialize) -> Self {
        self.with_body(Body::from_form(serde_json::to_value(body)))
    }

    /// Sets the body.
    pub fn body(self, body: Body<'c>) -> Self {
        match body.0 {
            BodySource::Invalid(error) => self.note_error(Err(error)),
            _ => Self { body, ..self },
        }
    }

    /// Adds a header. Do not use this method for credentials.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value: String = value.into();
        if let Err(error) = check_name(name) {
            return self.note_error(Err(error));
        }
        if value.chars().any(char::is_control) {
            return self
                .note_error(Err(Error::input(format!("the header {name} contains control characters"))));
        }
        self.headers.push((name, value));
        self
    }

    /// Sets the timeout of this call, including retries and waits. Defaults to the [timeout of the
    /// client](crate::ClientBuilder::timeout), 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(MAX_TIMEOUT);
        self
    }

    /// Sets the timeout to ten times the deadline of the client, for files.
    pub(crate) fn with_file_timeout(mut self) -> Self {
        self.timeout = self.timeout.saturating_mul(10).min(MAX_TIMEOUT);
        self
    }

    /// Marks the request as idempotent: sending it twice has the same effect as sending it once.
    ///
    /// It is then retried after a broken connection, as GET, HEAD, PUT and DELETE are.
    pub fn idempotent(mut self) -> Self {
        self.retry_policy = RetryPolicy::Idempotent;
        self
    }

    /// Marks the request as safe: it changes nothing on the server, although its method is POST.
    ///
    /// Implies [`idempotent`](Self::idempotent). A [read-only client](crate::Client::read_only) accepts the request.
    pub fn safe(mut self) -> Self {
        self.changes_nothing = true;
        self.idempotent()
    }

    /// Marks a GET that changes something. A read-only client refuses it.
    #[cfg(feature = "admin")]
    pub(crate) fn changes_state(mut self) -> Self {
        self.changes_nothing = false;
        self
    }

    /// Marks a call whose repetition the server recognizes for 30 s by a key.
    pub(crate) fn with_server_key(mut self) -> Self {
        self.retry_policy = RetryPolicy::KeyedIdempotent;
        self
    }

    /// Marks the request as one that must not be carried out twice, although its method is PUT or DELETE.
    ///
    /// It is then retried only if nothing was sent, as POST and PATCH are.
    pub fn once(mut self) -> Self {
        self.retry_policy = RetryPolicy::NonIdempotent;
        self
    }

    /// Lets a read-only client send the request too.
    pub(super) fn allowed_read_only(mut self) -> Self {
        self.allowed_read_only = true;
        self
    }

    /// Omits the token.
    pub(crate) fn without_token(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Returns the error if the session has ended, without logging in again.
    pub(crate) fn no_login(mut self) -> Self {
        self.log_in = false;
        self
    }

    /// Removes texts from errors that are not serialized as a [`Secret`].
    pub(crate) fn hiding_secrets(mut self, secrets: &[&str]) -> Self {
        self.secrets.extend(secrets.iter().map(|secret| Secret::new(*secret)));
        self
    }

    /// Fails before any I/O if `check` is an error.
    pub(crate) fn check_first(self, check: Result<()>) -> Self {
        self.note_error(check)
    }

    fn note_error(mut self, result: Result<()>) -> Self {
        if let (Err(error), None) = (result, &self.wrong) {
            self.wrong = Some(error);
        }
        self
    }

    /// Sends the request and ignores the content of the response.
    ///
    /// # Errors
    /// Those of [`fetch`](Self::fetch), except that the response is not decoded.
    pub fn send(self) -> Result<()> {
        self.receive_response()?.without_error()
    }

    /// Sends the request and returns the body of the response.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`] if the body is larger than [`body_limit`](crate::ClientBuilder::body_limit), 64 MiB by
    /// default. See [`error`](crate::error) for all other kinds.
    pub fn bytes(self) -> Result<Vec<u8>> {
        let (route, limit) = (self.route(), self.body_limit());
        self.send_with_retries(Some(limit))
            .and_then(|response| response.read_body(limit))
            .map_err(|e| e.on_route(route))
    }

    /// Sends the request and returns the body of the response as text. Invalid UTF-8 is replaced.
    ///
    /// # Errors
    /// Those of [`bytes`](Self::bytes).
    pub fn text(self) -> Result<String> {
        self.bytes().map(response::decode_text)
    }

    /// Sends the request and returns a reader of the response body. The deadline of the call also applies to reading
    /// the body.
    pub fn reader(self) -> Result<Download> {
        let (route, http) = (self.route(), self.http.clone());
        self.send_with_retries(None)
            .map(|response| Download::new(response, http))
            .map_err(|e| e.on_route(route))
    }

    /// Sends a login. Returns the current user, and the token from the header.
    pub(super) fn fetch_with_token(self) -> Result<(Vec<u8>, Secret)> {
        let (route, limit) = (self.route(), self.json_limit());
        let read = |response: HttpResponse| {
            let token = response.login_token();
            let user = response.read_body(limit)?;
            let token = token.ok_or_else(|| {
                Error::new(ErrorKind::Protocol, "the response to the login has no token")
                    .with_hint("check that the URL is that of a Mattermost server")
            })?;
            super::login::check_token(&token).map_err(|_| {
                Error::new(
                    ErrorKind::Protocol,
                    "the response to the login has a token with invalid characters",
                )
                .with_hint("a proxy may have changed the `Token` header")
            })?;
            Ok((user, token))
        };
        self.send_with_retries(Some(limit)).and_then(read).map_err(|e| e.on_route(route))
    }

    /// Sends the request and returns the time of the server, from the `Date` header.
    pub(crate) fn server_date(self) -> Result<Timestamp> {
        let (route, limit) = (self.route(), self.json_limit());
        let date = |response: HttpResponse| {
            response.header("date").and_then(crate::time::http_date).ok_or_else(|| {
                Error::new(ErrorKind::Protocol, "the response has no valid `Date` header")
                    .with_hint("a proxy may have removed it")
            })
        };
        self.send_with_retries(Some(limit)).and_then(date).map_err(|error| error.on_route(route))
    }

    pub(super) fn receive_response(self) -> Result<DecodableResponse> {
        let (route, limit, policy) = (self.route(), self.json_limit(), self.retry_policy);
        self.send_with_retries(Some(limit))
            .and_then(|response| DecodableResponse::read_response(response, limit, route, policy))
            .map_err(|error| error.on_route(route))
    }

    fn route(&self) -> Route {
        Route { method: self.method, template: self.template }
    }

    fn body_limit(&self) -> u64 {
        self.http.shared.config.body_limit
    }

    fn json_limit(&self) -> u64 {
        self.http.shared.config.json_limit
    }

    /// Sends the request as often as its retry policy and its deadline allow.
    ///
    /// With a limit, the body is read too: a response that breaks in its body is a failed attempt.
    fn send_with_retries(mut self, body_limit: Option<u64>) -> Result<HttpResponse> {
        if let Some(wrong) = self.wrong.take() {
            return Err(wrong);
        }
        if self.http.read_only && !self.changes_nothing && !self.allowed_read_only {
            return Err(Error::input("this client is read-only, and the call would write"));
        }
        let shared = &*self.http.shared;
        let url = shared.config.base.http_url_of(&self.url);
        if let Some(kind) = self.body.content_type() {
            self.headers.push(("content-type", kind.to_owned()));
        }
        let clock = &shared.rate_limit.clock;
        let start = clock.now().monotonic;
        let deadline = start.checked_add(self.timeout).unwrap_or(start + MAX_TIMEOUT);
        let mut retry = RetryState::new(
            self.retry_policy,
            self.method,
            self.changes_nothing,
            shared.config.backoff_scale,
        );
        let mut logged_in_again = false;
        let mut last: Option<Error> = None;
        loop {
            shared.rate_limit.wait_for_turn(deadline).map_err(|shut| match shut {
                GateClosed::Client => closed_error(),
                GateClosed::RateLimit(wait) => retry.final_error(rate_limited(wait)),
            })?;
            let (token, generation) = if self.anonymous { (None, 0) } else { shared.login.current_token() };
            let began = clock.now();
            // Checked after all waits, immediately before sending.
            if let (Some(error), false) = (&last, retry.may_send(began, Duration::ZERO)) {
                return Err(retry.final_error(error.clone()));
            }
            let window = retry.keyed_since();
            let failure = match self.send_once(&url, token.as_ref(), deadline, window, body_limit) {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            if shared.rate_limit.is_closed() {
                return Err(closed_error());
            }
            let expired = self.log_in
                && !self.anonymous
                && failure.error.is_session_expired()
                && shared.login.can_log_in();
            if expired && !logged_in_again && self.is_replayable() {
                logged_in_again = true;
                self.http.login_until(generation, deadline).map_err(|e| retry.final_error(e))?;
                last.get_or_insert(failure.error);
                continue;
            }
            let now = clock.now();
            let (wait, error) = match retry.decide_after(failure, self.is_replayable(), began) {
                RetryDecision::GiveUp(error) => return Err(error),
                RetryDecision::AlreadyDone => return Ok(HttpResponse::already_done()),
                RetryDecision::Retry(wait, error) | RetryDecision::AwaitRateLimit(wait, error)
                    if !retry.may_send(now, wait) =>
                {
                    return Err(retry.final_error(error));
                }
                RetryDecision::Retry(wait, error) if now.monotonic + wait >= deadline => {
                    return Err(retry.final_error(error));
                }
                RetryDecision::Retry(wait, error) => (wait, error),
                RetryDecision::AwaitRateLimit(wait, error) => {
                    log::info!("{}: rate limited, retrying in {} ms", self.route(), wait.as_millis());
                    shared.rate_limit.slow_down(wait);
                    (Duration::ZERO, error)
                }
            };
            if !wait.is_zero() {
                log::debug!("{}: retrying in {} ms: {error}", self.route(), wait.as_millis());
                shared.rate_limit.sleep(wait)?;
            }
            last = Some(error);
        }
    }

    /// Returns `false` for the statuses of conditional and partial requests, if this is neither.
    fn has_requested(&self, status: u16) -> bool {
        let conditions: &[&str] = match status {
            206 => &["range"],
            304 => &["if-none-match", "if-modified-since"],
            _ => return true,
        };
        self.headers.iter().any(|(name, _)| conditions.iter().any(|known| name.eq_ignore_ascii_case(known)))
    }

    fn is_replayable(&self) -> bool {
        !matches!(self.body.0, BodySource::Reader { .. })
    }

    fn send_once(
        &mut self,
        url: &str,
        token: Option<&Secret>,
        deadline: Instant,
        keyed_since: Option<ClockReading>,
        body_limit: Option<u64>,
    ) -> Result<HttpResponse, AttemptError> {
        let clock = &self.http.shared.rate_limit.clock;
        let left = deadline.saturating_duration_since(clock.now().monotonic);
        if left.is_zero() {
            return Err(AttemptError { error: out_of_time(self.timeout), sent: false });
        }
        // Equal to the default deadline of the agent: another one would cost a copy of its settings.
        let whole = self.http.shared.config.timeout;
        let within = if self.timeout == whole && whole.saturating_sub(left) < Duration::from_millis(5) {
            whole
        } else {
            left
        };
        let keyed = self.retry_policy == RetryPolicy::KeyedIdempotent;
        let first_byte = keyed.then(|| KEYED_RESPONSE_TIMEOUT.min(left));
        let mut request_reader;
        let (body, media_type) = match &mut self.body.0 {
            BodySource::Empty if matches!(self.method, Method::Post | Method::Put | Method::Patch) => {
                (RequestBody::Bytes(b""), "")
            }
            BodySource::Empty | BodySource::Invalid(_) => (RequestBody::Empty, ""),
            BodySource::Bytes { bytes, kind } => (RequestBody::Bytes(bytes), &**kind),
            BodySource::Reader { reader, length, kind } => {
                request_reader = RequestReader::new(&mut **reader, *length);
                (RequestBody::Reader(&mut request_reader, *length), &**kind)
            }
        };
        let mut secrets: Vec<&Secret> = self.secrets.iter().collect();
        secrets.extend(token);
        secrets.extend(self.http.shared.config.headers.secret_values());
        let info = RequestInfo {
            method: self.method.as_str(),
            route: self.template,
            url: &self.url,
            background: !self.log_in,
            media_type,
            body: if let RequestBody::Bytes(bytes) = &body { Some(bytes) } else { None },
        };
        let mut recording = self.http.shared.config.recorder.begin_exchange(&info, &secrets);
        let response = self.http.shared.agent.exchange(OutgoingRequest {
            method: self.method,
            url,
            path: &self.url,
            headers: &self.headers,
            bearer: token.map(Secret::expose),
            body,
            within: clock.limit_wait(within),
            first_byte,
            window: keyed_since.map(|since| SendWindow { clock: clock.clone(), since }),
        });
        if response.as_ref().is_err_and(|failure| !failure.sent) {
            recording.discard();
        }
        let response = response?.with_recording(recording);
        log::debug!("{} {}: {}", self.method, self.template, response.status);
        let response = if self.has_requested(response.status) {
            response::check_status(response, &secrets)
        } else {
            Err(response::unrequested_error(response))
        };
        let response = match body_limit {
            Some(limit) => response.and_then(|response| response.into_buffered(limit)),
            None => response,
        };
        response.map_err(|error| AttemptError { error, sent: true })
    }
}

fn out_of_time(timeout: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("not completed within {} ms", timeout.as_millis()))
}

fn rate_limited(wait: Duration) -> Error {
    Error::new(
        ErrorKind::Status,
        "the rate limit of the server requires a longer wait than the deadline allows",
    )
    .with_status(429)
    .with_retry_after(Some(wait))
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = remove_secrets(&self.url, &self.secrets.iter().collect::<Vec<_>>());
        write!(f, "{} {url} {:?}", self.method, self.body)
    }
}
