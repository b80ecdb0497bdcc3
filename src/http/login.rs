//! The session of a client: a token, or credentials that obtain one and replace it when it expires.

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::HttpClient;
use super::rate_limit::closed_error;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

type MfaPrompt = dyn Fn() -> Result<String> + Send + Sync;

/// Source of MFA codes.
#[derive(Clone, Default)]
pub(crate) enum MfaSource {
    #[default]
    None,
    /// Good for one login.
    Code(Secret),
    /// Asked at each login that needs one.
    Prompt(Arc<MfaPrompt>),
}

pub(crate) struct LoginCredentials {
    pub(crate) login_id: String,
    pub(crate) password: Secret,
    pub(crate) mfa: MfaSource,
}

/// The session of a client, of its clones and of their streams.
///
/// One thread at a time logs in for all that saw the session end. The others wait for its result, each until its own
/// deadline. The lock is not held meanwhile.
pub(crate) struct LoginSession {
    credentials: Option<LoginCredentials>,
    state: Mutex<LoginState>,
    changed: Condvar,
}

#[derive(Default)]
struct LoginState {
    token: Option<Secret>,
    /// Logins so far.
    generation: u64,
    /// The login that a thread is at.
    running: Option<u64>,
    /// Logins that were begun.
    begun: u64,
    /// The last failed login: its number and its error.
    failed: Option<(u64, Error)>,
    /// The server has judged the code that serves one login.
    code_used: bool,
    /// MFA codes that the server refused in a row.
    wrong_codes: u32,
    /// The end of the last renewal.
    renewed: Option<Instant>,
    /// Set when a renewal can never work.
    verdict: Option<Error>,
}

/// A session that ends sooner than this after it was renewed is not renewed again.
const MIN_SESSION_LIFETIME: Duration = Duration::from_secs(60);

/// Ten wrong logins in a row lock an account.
const MAX_WRONG_CODES: u32 = 3;

thread_local! {
    /// This thread is at a login, whose MFA closure may use the client.
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

    /// The present token and the number of logins so far.
    pub(super) fn current_token(&self) -> (Option<Secret>, u64) {
        let state = self.lock();
        (state.token.clone(), state.generation)
    }

    /// `true` if an expired session can be renewed.
    pub(super) fn can_log_in(&self) -> bool {
        self.credentials.is_some()
    }

    /// Makes all waiting threads look whether their client was closed.
    pub(super) fn wake_waiters(&self) {
        self.changed.notify_all();
    }

    /// Logs in on this thread. Returns the own user, as JSON.
    pub(super) fn first_login(&self, http: &HttpClient) -> Result<Vec<u8>> {
        let (user, token) = self.log_in(http)?;
        self.replace_token(token);
        Ok(user)
    }

    /// Renews the session of `generation`, once for all threads that saw it end.
    ///
    /// The login runs on a thread that ends with it: neither a slow server nor a slow MFA closure takes longer from the
    /// caller than its deadline.
    pub(super) fn renew_session(
        session: &Arc<Self>,
        http: &HttpClient,
        generation: u64,
        deadline: Instant,
    ) -> Result<()> {
        if LOGGING_IN.get() {
            return Err(Error::input("the session has ended, and this thread is already at the login")
                .with_hint("an MFA closure must not make calls that need the session"));
        }
        let mut state = session.lock();
        if state.is_renewed(generation)? {
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
        let http = http.for_login();
        let run = {
            let session = Arc::clone(session);
            move || {
                LOGGING_IN.set(true);
                let guard = RunningLogin { session: &session, number };
                let result = session.log_in(&http).map(|(_, token)| token);
                guard.finish_login(result);
            }
        };
        if let Err(e) = std::thread::Builder::new().name("mm-login".into()).spawn(run) {
            let error = Error::io("no thread for the login can be started", e);
            RunningLogin { session, number }.finish_login(Err(error));
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
                // A login that was lost may not have used it, and the server says so if it did.
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
        let mut state = self.lock();
        state.token = Some(token);
        state.generation += 1;
        state.verdict = None;
        state.wrong_codes = 0;
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, LoginState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoginState {
    /// `true` if the session of `generation` was renewed already. Fails if it cannot be.
    fn is_renewed(&mut self, generation: u64) -> Result<bool> {
        if self.generation > generation {
            return Ok(true);
        }
        if let Some(verdict) = &self.verdict {
            return Err(verdict.clone());
        }
        if self.running.is_none() && self.renewed.is_some_and(|at| at.elapsed() < MIN_SESSION_LIFETIME) {
            let error = Error::new(ErrorKind::Closed, "the session ended twice within a minute")
                .with_status(401)
                .with_hint(
                    "another program revokes the sessions of this account, or uses the same device id",
                );
            self.verdict = Some(error.clone());
            return Err(error);
        }
        Ok(false)
    }

    /// Takes note of a login that failed.
    fn record_failure(&mut self, number: u64, error: Error) {
        self.wrong_codes = if error.is_mfa() { self.wrong_codes + 1 } else { 0 };
        // Only the server can say that the credentials are not good any more. A closure may be asked again for a code.
        let refused = error.is_unauthorized() && error.api().is_some();
        if refused && (!error.is_mfa() || self.code_used || self.wrong_codes >= MAX_WRONG_CODES) {
            self.verdict = Some(error.clone());
        }
        self.failed = Some((number, error));
    }
}

/// A login on its way. Whoever waits for it learns its end, also if an MFA closure panics.
struct RunningLogin<'s> {
    session: &'s LoginSession,
    number: u64,
}

impl RunningLogin<'_> {
    fn finish_login(self, result: Result<Secret>) {
        match result {
            Ok(token) => {
                self.session.lock().renewed = Some(Instant::now());
                self.session.replace_token(token);
            }
            Err(error) => self.session.lock().record_failure(self.number, error),
        }
    }
}

impl Drop for RunningLogin<'_> {
    fn drop(&mut self) {
        let mut state = self.session.lock();
        state.running = None;
        if std::thread::panicking() {
            let error = Error::new(ErrorKind::Io, "the closure that asks for the MFA code panicked");
            state.record_failure(self.number, error);
        }
        drop(state);
        self.session.changed.notify_all();
    }
}

/// The error of a call whose session could not be renewed: the call itself had no effect.
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

/// A login may be repeated: its worst outcome is a session too many.
fn lost_login_error(error: Error) -> Error {
    if error.is_unknown_outcome() { error.with_kind(ErrorKind::Io) } else { error }
}

impl fmt::Debug for LoginSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.credentials.is_some() { "Login(credentials)" } else { "Login(token)" })
    }
}

/// A token as it can stand in a header.
pub(crate) fn check_token(token: &Secret) -> Result<()> {
    let text = token.expose();
    if text.is_empty() {
        Err(Error::input("the token is empty").with_hint("is MATTERMOST_TOKEN set, and the file not empty?"))
    } else if text.len() > 4096 || !text.bytes().all(|b| b.is_ascii_graphic()) {
        Err(Error::input("the token holds characters that a token cannot have")
            .with_hint("a line break at its end? Trim what was read from a file"))
    } else {
        Ok(())
    }
}
