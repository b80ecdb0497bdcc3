//! Who we are: a token, or credentials that get one, and get a new one when it expires.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::HttpClient;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;

type MfaPrompt = dyn Fn() -> Result<String> + Send + Sync;

/// Where an MFA code comes from.
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

/// The session of a client and of all its clones and streams.
pub(crate) struct LoginSession {
    credentials: Option<LoginCredentials>,
    token: Mutex<SessionToken>,
    /// Held while logging in, so that one thread does it for all.
    single: Mutex<LoginHistory>,
}

struct SessionToken {
    token: Option<Secret>,
    generation: u64,
}

#[derive(Default)]
struct LoginHistory {
    code_used: bool,
    /// When it was replaced last.
    last: Option<Instant>,
    /// Set when logging in again can never work.
    verdict: Option<Error>,
}

/// A session that ends sooner than this after it was replaced is not replaced again.
const MIN_SESSION_LIFETIME: Duration = Duration::from_secs(60);

#[derive(Serialize)]
struct LoginRequest<'a> {
    login_id: &'a str,
    password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

impl LoginSession {
    pub(crate) fn with_token(token: Secret) -> Self {
        Self::make(None, Some(token))
    }

    pub(crate) fn with_credentials(credentials: LoginCredentials) -> Self {
        Self::make(Some(credentials), None)
    }

    pub(crate) fn anonymous() -> Self {
        Self::make(None, None)
    }

    fn make(credentials: Option<LoginCredentials>, token: Option<Secret>) -> Self {
        let token = Mutex::new(SessionToken { token, generation: 0 });
        Self { credentials, token, single: Mutex::default() }
    }

    pub(super) fn token(&self) -> (Option<Secret>, u64) {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        (token.token.clone(), token.generation)
    }

    /// Whether an expired session can be replaced.
    pub(super) fn can_log_in(&self) -> bool {
        self.credentials.is_some()
    }

    pub(super) fn first(&self, http: &HttpClient) -> Result<Vec<u8>> {
        let mut past = self.single.lock().unwrap_or_else(PoisonError::into_inner);
        self.log_in(http, &mut past)
    }

    /// Logs in again once for all threads that saw the session of `generation` end.
    pub(super) fn again(&self, http: &HttpClient, generation: u64) -> Result<()> {
        let mut past = self.single.lock().unwrap_or_else(PoisonError::into_inner);
        if self.token().1 > generation {
            return Ok(());
        }
        if let Some(verdict) = &past.verdict {
            return Err(verdict.clone());
        }
        if past.last.is_some_and(|last| last.elapsed() < MIN_SESSION_LIFETIME) {
            let error = Error::new(ErrorKind::Closed, "the session ended twice within a minute")
                .with_status(401)
                .with_hint(
                    "somebody revokes the sessions of this account, or two programs share a device id",
                );
            past.verdict = Some(error.clone());
            return Err(error);
        }
        log::info!("the session has ended: logging in again");
        match self.log_in(http, &mut past) {
            Ok(_) => {
                past.last = Some(Instant::now());
                Ok(())
            }
            Err(error) => {
                if error.is_unauthorized() || error.kind() == ErrorKind::Input {
                    past.verdict = Some(error.clone());
                }
                Err(error)
            }
        }
    }

    fn log_in(&self, http: &HttpClient, past: &mut LoginHistory) -> Result<Vec<u8>> {
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
            http.post("/users/login", &[]).anonymous().json(&body).hiding(&secrets).fetch_with_token()
        };
        let answer = match &credentials.mfa {
            MfaSource::Code(code) if !past.code_used => {
                past.code_used = true;
                attempt(Some(code.expose()))
            }
            MfaSource::Prompt(ask) => match attempt(None) {
                Err(error) if error.is_mfa() => {
                    let code = Secret::new(ask()?);
                    attempt(Some(code.expose().trim()))
                }
                answer => answer,
            },
            MfaSource::Code(_) | MfaSource::None => attempt(None),
        };
        let (user, token) = answer?;
        let mut present = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        present.token = Some(token);
        present.generation += 1;
        Ok(user)
    }
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
