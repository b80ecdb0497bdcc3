//! The session of a client: a token, or credentials that obtain one and replace it when it expires.

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::HttpClient;
use super::clock::ClockReading;
use super::rate_limit::closed_error;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

type MfaPrompt = dyn Fn() -> Result<String> + Send + Sync;

/// Source of MFA codes.
#[derive(Clone, Default)]
pub(crate) enum MfaSource {
    #[default]
    None,
    /// A code for one login.
    Code(Secret),
    /// Called for each login that needs a code.
    Prompt(Arc<MfaPrompt>),
}

pub(crate) struct LoginCredentials {
    pub(crate) login_id: String,
    pub(crate) password: Secret,
    pub(crate) mfa: MfaSource,
}

/// The session of a client, its clones and their streams.
///
/// If the session ends, one thread logs in, and the others wait for its result, each until its own deadline. The lock
/// is not held during the login.
pub(crate) struct LoginSession {
    credentials: Option<LoginCredentials>,
    state: Mutex<LoginState>,
    changed: Condvar,
}

#[derive(Default)]
struct LoginState {
    token: Option<Secret>,
    /// Number of logins so far.
    generation: u64,
    /// Number of the login in progress.
    running: Option<u64>,
    /// Number of logins that were begun.
    begun: u64,
    /// The last failed login: its number and its error.
    failed: Option<(u64, Error)>,
    /// `true` if the server has checked the code, which serves one login.
    code_used: bool,
    /// Number of consecutive MFA codes that the server refused.
    wrong_codes: u32,
    /// Time of the last renewal.
    renewed: Option<ClockReading>,
    /// Set if no renewal can succeed.
    verdict: Option<Error>,
}

/// A session that ends sooner after its renewal is not renewed again.
const MIN_SESSION_LIFETIME: Duration = Duration::from_secs(60);

/// Ten consecutive failures lock an account.
const MAX_WRONG_CODES: u32 = 3;

thread_local! {
    /// `true` while this thread logs in. Its MFA closure may use the client.
    static LOGGING_IN: Cell<bool> = const { Cell::new(false) };
}

#[derive(Serialize)]
struct LoginRequest<'a> {
    login_id: &'a str,
    password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

impl LoginSession {
    pub(crate) fn with_token(token: Secret) -> Self {
        Self::with_state(None, Some(token))
    }

    pub(crate) fn with_credentials(credentials: LoginCredentials) -> Self {
        Self::with_state(Some(credentials), None)
    }

    pub(crate) fn anonymous() -> Self {
        Self::with_state(None, None)
    }

    fn with_state(credentials: Option<LoginCredentials>, token: Option<Secret>) -> Self {
        let state = Mutex::new(LoginState { token, ..LoginState::default() });
        Self { credentials, state, changed: Condvar::new() }
    }

    /// Returns the current token and the number of logins so far.
    pub(super) fn current_token(&self) -> (Option<Secret>, u64) {
        let state = self.lock();
        (state.token.clone(), state.generation)
    }

    /// Returns `true` if an expired session can be renewed.
    pub(super) fn can_log_in(&self) -> bool {
        self.credentials.is_some()
    }

    /// Wakes all waiting threads, so that they notice if their client was closed.
    pub(super) fn wake_waiters(&self) {
        self.changed.notify_all();
    }

    /// Logs in on the current thread. Returns the current user, as JSON.
    pub(super) fn first_login(&self, http: &HttpClient) -> Result<Vec<u8>> {
        let (user, token) = self.log_in(http)?;
        self.replace_token(token);
        Ok(user)
    }

    /// Renews the session of `generation`, once for all threads that saw it end.
    ///
    /// The login runs on a separate thread, so that neither a slow server nor a slow MFA closure delays the caller
    /// beyond its deadline.
    pub(super) fn renew_session(
        session: &Arc<Self>,
        http: &HttpClient,
        generation: u64,
        deadline: Instant,
    ) -> Result<()> {
        if LOGGING_IN.get() {
            return Err(Error::input("the session has ended, and this thread is already logging in")
                .with_hint("do not make calls that need the session in an MFA closure"));
        }
        let mut state = session.lock();
        if state.is_renewed(generation, http.shared.rate_limit.clock.now())? {
            return Ok(());
        }
        let awaited = if let Some(running) = state.running {
            running
        } else {
            state.begun += 1;
            let number = state.begun;
            state.running = Some(number);
            drop(state);
            Self::spawn_login(session, http, number);
            state = session.lock();
            number
        };
        loop {
            if state.generation > generation {
                return Ok(());
            }
            if let Some((_, error)) = state.failed.as_ref().filter(|(number, _)| *number >= awaited) {
                return Err(not_sent(error.clone()));
            }
            if http.shared.rate_limit.is_closed() {
                return Err(closed_error());
            }
            let left = deadline.saturating_duration_since(http.shared.rate_limit.clock.now().monotonic);
            if left.is_zero() {
                return Err(Error::new(
                    ErrorKind::Timeout,
                    "the session has ended, and the login that replaces it took too long: the request was not sent",
                ));
            }
            let left = http.shared.rate_limit.clock.limit_wait(left);
            state = session.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn spawn_login(session: &Arc<Self>, http: &HttpClient, number: u64) {
        log::info!("the session has ended, logging in again");
        let (http, clock) = (http.for_login(), http.shared.rate_limit.clock.clone());
        let run = {
            let session = Arc::clone(session);
            move || {
                LOGGING_IN.set(true);
                let guard = RunningLogin { session: &session, number };
                let result = session.log_in(&http).map(|(_, token)| token);
                guard.finish_login(result, http.shared.rate_limit.clock.now());
            }
        };
        if let Err(e) = std::thread::Builder::new().name("mm-login".into()).spawn(run) {
            let error = Error::io("a thread for the login cannot be started", e);
            RunningLogin { session, number }.finish_login(Err(error), clock.now());
        }
    }

    fn log_in(&self, http: &HttpClient) -> Result<(Vec<u8>, Secret)> {
        let Some(credentials) = &self.credentials else {
            return Err(Error::input("there are no credentials to log in with"));
        };
        let attempt = |code: Option<&str>| {
            let body = LoginRequest {
                login_id: &credentials.login_id,
                password: credentials.password.expose(),
                token: code,
            };
            let secrets = [body.password, code.unwrap_or_default()];
            let call = http.post("/users/login", &[]).without_token().allowed_read_only();
            // A second session does no harm, but a code works once.
            let call = if code.is_some() { call } else { call.idempotent() };
            call.json(&body).hiding_secrets(&secrets).fetch_with_token()
        };
        match &credentials.mfa {
            MfaSource::Code(code) if !self.lock().code_used => {
                let result = attempt(Some(code.expose()));
                // A lost login may not have used the code. If it did, the server reports it next time.
                let judged = match &result {
                    Ok(_) => true,
                    Err(error) => error.is_mfa(),
                };
                self.lock().code_used |= judged;
                result.map_err(lost_login_error)
            }
            MfaSource::Prompt(ask) => match attempt(None) {
                Err(error) if error.is_mfa() => {
                    let code = Secret::new(ask()?);
                    attempt(Some(code.expose().trim())).map_err(lost_login_error)
                }
                result => result,
            },
            MfaSource::Code(_) | MfaSource::None => attempt(None),
        }
    }

    fn replace_token(&self, token: Secret) {
        self.lock().replace_token(token);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, LoginState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoginState {
    /// Returns `true` if the session of `generation` was already renewed. Fails if it cannot be.
    fn is_renewed(&mut self, generation: u64, now: ClockReading) -> Result<bool> {
        if self.generation > generation {
            return Ok(true);
        }
        if let Some(verdict) = &self.verdict {
            return Err(verdict.clone());
        }
        // By both clocks: a machine that was suspended for weeks did not revoke its session.
        let is_recent = |renewed| now.time_since(renewed) < MIN_SESSION_LIFETIME;
        if self.running.is_none() && self.renewed.is_some_and(is_recent) {
            let error = Error::new(ErrorKind::Closed, "the session ended twice within a minute")
                .with_status(401)
                .with_hint(
                    "check that no other program revokes the sessions of this account or uses the same device ID",
                );
            self.verdict = Some(error.clone());
            return Err(error);
        }
        Ok(false)
    }

    fn replace_token(&mut self, token: Secret) {
        self.token = Some(token);
        self.generation += 1;
        self.verdict = None;
        self.wrong_codes = 0;
    }

    /// Records the result of a login, and that it is over. Both at once: a call that saw the new session end would
    /// otherwise wait for a login that has already succeeded.
    fn record_result(&mut self, number: u64, result: Result<Secret>, now: ClockReading) {
        self.running = None;
        match result {
            Ok(token) => {
                self.renewed = Some(now);
                self.replace_token(token);
            }
            Err(error) => self.record_failure(number, error),
        }
    }

    /// Records a failed login.
    fn record_failure(&mut self, number: u64, error: Error) {
        self.wrong_codes = if error.is_mfa() { self.wrong_codes + 1 } else { 0 };
        // Only the server can reject the credentials. A closure may be called again for another code.
        let refused = error.is_unauthorized() && error.api().is_some();
        if refused && (!error.is_mfa() || self.code_used || self.wrong_codes >= MAX_WRONG_CODES) {
            self.verdict = Some(error.clone());
        }
        self.failed = Some((number, error));
    }
}

/// A login in progress. Waiting threads learn its end, even if an MFA closure panics.
struct RunningLogin<'s> {
    session: &'s LoginSession,
    number: u64,
}

impl RunningLogin<'_> {
    fn finish_login(self, result: Result<Secret>, now: ClockReading) {
        // The waiting threads are woken on drop.
        self.session.lock().record_result(self.number, result, now);
    }
}

impl Drop for RunningLogin<'_> {
    fn drop(&mut self) {
        let mut state = self.session.lock();
        // Otherwise the result was recorded, and another login may be in progress.
        if state.running == Some(self.number) {
            state.running = None;
            let error = Error::new(ErrorKind::Io, "the MFA closure panicked");
            state.record_failure(self.number, error);
        }
        drop(state);
        self.session.changed.notify_all();
    }
}

/// The error of a call whose session could not be renewed. The call itself had no effect.
fn not_sent(error: Error) -> Error {
    if error.api().is_some() || error.is_closed() {
        return error;
    }
    let message =
        "the session has ended, and the login that replaces it failed: the request was not carried out";
    let made = Error::new(error.kind(), message).with_retry_after(error.retry_after());
    match error.status() {
        Some(status) => made.with_status(status).with_source(error),
        None => made.with_source(error),
    }
}

/// A login may be repeated: the worst outcome is an additional session.
fn lost_login_error(error: Error) -> Error {
    if error.is_unknown_outcome() { error.with_kind(ErrorKind::Io) } else { error }
}

impl fmt::Debug for LoginSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.credentials.is_some() { "Login(credentials)" } else { "Login(token)" })
    }
}

/// Maximum length of a token, in bytes.
const MAX_TOKEN_LENGTH: usize = 4096;

/// Checks that a token can be sent in a header, and finds the mistakes of copying it.
pub(crate) fn check_token(token: &Secret) -> Result<()> {
    let text = token.expose();
    let invalid = |what: &'static str, hint: &'static str| Err(Error::input(what).with_hint(hint));
    if text.is_empty() {
        invalid("the token is empty", "check MATTERMOST_TOKEN, or the file that contains the token")
    } else if text.len() > MAX_TOKEN_LENGTH {
        invalid("the token is longer than 4096 bytes", "pass the token itself, which has 26 characters")
    } else if text.trim() != text {
        invalid(
            "the token begins or ends with white space",
            "trim a token that was read from a file: it may end with a line break",
        )
    } else if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
        invalid("the token begins with `Bearer`", "pass the token alone, without the name of the scheme")
    } else if text.len() > 1
        && ['"', '\''].iter().any(|quote| text.starts_with(*quote) && text.ends_with(*quote))
    {
        invalid("the token is in quotes", "remove the quotes: some tools keep those of an environment file")
    } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
        invalid(
            "the token contains white space or characters that are not ASCII",
            "copy the token again: it consists of letters and digits",
        )
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn a_session_that_ends_after_a_suspend_is_renewed() {
        let renewed = ClockReading { monotonic: Instant::now(), wall: Timestamp::now() };
        let second = Duration::from_secs(1);
        let later = |monotonic: u32, wall: u32| ClockReading {
            monotonic: renewed.monotonic + second * monotonic,
            wall: renewed.wall.plus(second * wall),
        };
        for (now, is_allowed) in [
            (later(1, 1), false),
            (later(59, 59), false),
            (later(60, 60), true),
            // Suspended for a month: the monotonic clock has stopped.
            (later(1, 30 * 86_400), true),
            // The wall clock was set back.
            (later(60, 0), true),
        ] {
            let mut state = LoginState { renewed: Some(renewed), generation: 1, ..LoginState::default() };
            assert_eq!(state.is_renewed(1, now).is_ok(), is_allowed, "{now:?}");
            assert_eq!(state.verdict.is_none(), is_allowed);
        }
    }

    #[test]
    fn nobody_waits_for_a_login_that_is_over() {
        let now = ClockReading { monotonic: Instant::now(), wall: Timestamp::now() };
        let session = LoginSession::with_token("t".into());
        session.lock().running = Some(1);
        session.lock().record_result(1, Ok("new".into()), now);
        let mut state = session.lock();
        assert_eq!((state.running, state.generation), (None, 1));
        // The new session has ended too: that is an error and not a reason to wait.
        assert!(state.is_renewed(0, now).unwrap() && state.is_renewed(1, now).is_err());
        // Another login is not taken for the end of the first.
        state.running = Some(2);
        drop(state);
        drop(RunningLogin { session: &session, number: 1 });
        assert_eq!(session.lock().running, Some(2));
        drop(RunningLogin { session: &session, number: 2 });
        let state = session.lock();
        assert_eq!((state.running, state.failed.as_ref().map(|(number, _)| *number)), (None, Some(2)));
    }
}
