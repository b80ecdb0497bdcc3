//! What can go wrong, in one type.
//!
//! [`Error`] is one word and [`Clone`]. [`kind`](Error::kind) tells what to do about it, the message what happened,
//! [`hint`](Error::hint) what usually helps. Its [`Debug`](std::fmt::Debug) reads like a message, with hint and
//! causes, because `fn main() -> mattermost::Result<()>` prints that.
//!
//! ```no_run
//! # fn run(client: &mattermost::Client, draft: &mattermost::PostDraft) -> mattermost::Result<()> {
//! use mattermost::ErrorKind;
//! match client.posts().create(draft) {
//!     Ok(post) => println!("posted {}", post.id),
//!     Err(e) if e.is_transient() => eprintln!("later: {e}"),
//!     Err(e) if e.kind() == ErrorKind::UnknownOutcome => eprintln!("look before posting again: {e}"),
//!     Err(e) if e.api_id() == Some("api.post.create_post.can_not_post_to_deleted.error") => {}
//!     Err(e) => return Err(e),
//! }
//! # Ok(()) }
//! ```

mod hint;
mod status;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

pub(crate) use self::status::is_transient_status;

type ErrorSource = Arc<dyn std::error::Error + Send + Sync>;

/// Why a call, or a stream, failed. See the [module](self).
#[derive(Clone)]
pub struct Error(Arc<ErrorData>);

struct ErrorData {
    kind: ErrorKind,
    message: Cow<'static, str>,
    route: Option<Cow<'static, str>>,
    status: Option<u16>,
    api: Option<Box<ApiError>>,
    request_id: Option<Box<str>>,
    retry_after: Option<Duration>,
    hint: Option<Cow<'static, str>>,
    source: Option<ErrorSource>,
    /// Whether an answer was larger than the client's limit.
    oversized: bool,
    /// Whether the call that failed may be repeated. Not known for errors that no call made.
    repeatable: Option<bool>,
}

/// What a program can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server understood and refused; [`Error::api`] has its words.
    Api,
    /// The stream's queue is full and its policy is to block: nothing can be asked until the program takes events.
    Backlogged,
    /// The client or the stream was closed, or the stream ended for good; the source says why.
    Closed,
    /// No connection was made (name, refusal, no route). Nothing was sent.
    Connect,
    /// An answer is not what its type says: a bug, ours or the server's.
    Decode,
    /// What the caller gave cannot be sent. Nothing was sent.
    Input,
    /// The connection broke after something may have been sent; or a local file failed.
    Io,
    /// A name that was to be looked up fits nothing.
    NotFound,
    /// The other side does not speak HTTP, WebSocket or Mattermost: a proxy's page, a redirect, a wrong URL.
    Protocol,
    /// A status of 400 or more without the server's own explanation: a proxy, a rate limit, a too large body.
    Status,
    /// A deadline passed.
    Timeout,
    /// The TLS handshake failed, or TLS is not built in.
    Tls,
    /// The call may or may not have been carried out, and repeating it could do it twice.
    UnknownOutcome,
}

model! {
    /// The server's own error: what the API reference calls `AppError`.
    #[derive(Eq)]
    pub struct ApiError {
        /// Names the case, as `api.context.permissions.app_error`. Plugins put free text here.
        pub id: String,
        /// For people, in the server's or the account's language.
        pub message: String,
        /// Mostly empty: only servers in developer mode fill it.
        pub detailed_error: String,
        /// Finds the request in the server's log. Empty on the socket.
        pub request_id: String,
        /// The HTTP status, also on the socket.
        pub status_code: u16,
    }
}

impl Error {
    /// What a program can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status, where there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The server's own error.
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_deref()
    }

    /// The id of the server's own error, as `api.context.permissions.app_error`.
    pub fn api_id(&self) -> Option<&str> {
        self.api().map(|api| &*api.id)
    }

    /// The call that failed, as `POST /posts`: its template, without what was filled in.
    pub fn route(&self) -> Option<&str> {
        self.0.route.as_deref()
    }

    /// Finds the request in the server's log.
    pub fn request_id(&self) -> Option<&str> {
        self.0
            .request_id
            .as_deref()
            .or_else(|| self.api().map(|api| &*api.request_id))
            .filter(|id| !id.is_empty())
    }

    /// How long the server asks to wait, where it does.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What usually helps.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref().or_else(|| hint::of(self))
    }

    /// Whether the same may work later, without anybody changing anything. It does not say whether it may be done
    /// twice: that is [`ErrorKind::UnknownOutcome`].
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            // A proxy that wants other credentials.
            ErrorKind::Connect => self.status() != Some(407),
            ErrorKind::Io | ErrorKind::Timeout | ErrorKind::Backlogged => true,
            ErrorKind::Api | ErrorKind::Status => {
                self.status().is_some_and(|status| match self.0.repeatable {
                    Some(true) => status == 500 || is_transient_status(status),
                    Some(false) => matches!(status, 425 | 429),
                    None => is_transient_status(status),
                })
            }
            _ => false,
        }
    }

    /// Whether a deadline passed.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether the credentials, or the session, are not (or no longer) good.
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401)
    }

    /// `true` if the server said that the session has ended.
    ///
    /// Other responses with the status 401 refuse something else: a wrong password, or a request at a proxy.
    pub(crate) fn is_session_expired(&self) -> bool {
        const IDS: [&str; 3] = [
            "api.context.session_expired.app_error",
            "api.context.invalid_token.error",
            "api.web_socket_router.not_authenticated.app_error",
        ];
        self.is_unauthorized() && self.api_id().is_some_and(|id| IDS.contains(&id))
    }

    /// `true` if the call may have been carried out and repeating it could do it twice.
    ///
    /// The same as [`kind`](Self::kind) being [`ErrorKind::UnknownOutcome`].
    pub fn is_unknown_outcome(&self) -> bool {
        self.kind() == ErrorKind::UnknownOutcome
    }

    /// Whether the account may not do this.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(403)
    }

    /// Whether what was asked for does not exist, or is not visible to the account.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound || self.status() == Some(404)
    }

    /// Whether the server's rate limit refused.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// Whether the client or the stream was closed.
    pub fn is_closed(&self) -> bool {
        self.kind() == ErrorKind::Closed
    }

    /// Whether a login needs an MFA code, or the one given is wrong or used up.
    pub fn is_mfa(&self) -> bool {
        matches!(
            self.api_id(),
            Some("api.user.check_user_mfa.bad_code.app_error" | "mfa.validate_token.authenticate.app_error")
        )
    }
}

/// How the crate makes errors.
impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(ErrorData {
            kind,
            message: message.into(),
            route: None,
            status: None,
            api: None,
            request_id: None,
            retry_after: None,
            hint: None,
            source: None,
            oversized: false,
            repeatable: None,
        }))
    }

    pub(crate) fn input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Input, message)
    }

    /// An answer that is larger than the client's limit.
    pub(crate) fn oversized(limit: u64) -> Self {
        Self::new(ErrorKind::Protocol, format!("the answer is larger than {limit} bytes"))
            .with_hint(
                "`json_limit` of the client's builder allows more where an answer is decoded, `body_limit` where not",
            )
            .with(|inner| inner.oversized = true)
    }

    pub(crate) fn is_oversized(&self) -> bool {
        self.0.oversized
    }

    /// The server's own error; `status` 0 takes the one that the error names.
    pub(crate) fn from_api(status: u16, mut api: ApiError) -> Self {
        // 5.37 names a token that is no longer good: "Invalid session token=..".
        for text in [&mut api.message, &mut api.detailed_error] {
            if text.contains(TOKEN_PREFIX) {
                *text = without_tokens(text);
            }
        }
        let status = if status == 0 { api.status_code } else { status };
        Self::new(ErrorKind::Api, "").with(|inner| {
            inner.status = Some(status);
            inner.api = Some(Box::new(api));
        })
    }

    pub(crate) fn io(message: impl Into<Cow<'static, str>>, source: std::io::Error) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => ErrorKind::Timeout,
            _ => ErrorKind::Io,
        };
        Self::new(kind, message).because(source)
    }

    fn with(self, change: impl FnOnce(&mut ErrorData)) -> Self {
        let mut inner = Arc::try_unwrap(self.0).unwrap_or_else(|shared| ErrorData {
            kind: shared.kind,
            message: shared.message.clone(),
            route: shared.route.clone(),
            status: shared.status,
            api: shared.api.clone(),
            request_id: shared.request_id.clone(),
            retry_after: shared.retry_after,
            hint: shared.hint.clone(),
            source: shared.source.clone(),
            oversized: shared.oversized,
            repeatable: shared.repeatable,
        });
        change(&mut inner);
        Self(Arc::new(inner))
    }

    pub(crate) fn because(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.with(|inner| inner.source = Some(Arc::new(source)))
    }

    pub(crate) fn on_route(self, route: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.route = Some(route.into()))
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        self.with(|inner| inner.status = Some(status))
    }

    pub(crate) fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.hint = Some(hint.into()))
    }

    pub(crate) fn with_request_id(self, id: &str) -> Self {
        self.with(|inner| inner.request_id = Some(id.into()))
    }

    pub(crate) fn with_retry_after(self, wait: Option<Duration>) -> Self {
        self.with(|inner| inner.retry_after = wait)
    }

    /// Says whether the call that failed may be repeated, which decides on some statuses whether it is transient.
    pub(crate) fn with_repeatable(self, repeatable: bool) -> Self {
        self.with(|inner| inner.repeatable = Some(repeatable))
    }

    pub(crate) fn with_kind(self, kind: ErrorKind) -> Self {
        self.with(|inner| inner.kind = kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        if let Some(route) = &inner.route {
            parts.push(Cow::Borrowed(route));
        }
        if let Some(status) = inner.status {
            parts.push(hint::status_text(status));
        }
        if !inner.message.is_empty() {
            parts.push(Cow::Borrowed(&inner.message));
        }
        if let Some(api) = &inner.api {
            let said = if api.message.is_empty() { &api.id } else { &api.message };
            parts.push(short(said, 300));
            if !api.detailed_error.is_empty() {
                parts.push(short(&api.detailed_error, 200));
            }
        }
        f.write_str(&parts.join(": "))?;
        match &inner.api {
            Some(api) if !api.id.is_empty() && !api.message.is_empty() => {
                write!(f, " ({})", short(&api.id, 100))
            }
            _ => Ok(()),
        }
    }
}

/// Stands before a token.
const TOKEN_PREFIX: &str = "token=";

/// Replaces what stands behind each mark. In one pass: a stranger can send millions of them.
fn without_tokens(text: &str) -> String {
    let mut parts = text.split(TOKEN_PREFIX);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(TOKEN_PREFIX);
        out.push_str("***");
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_alphanumeric()));
    }
    out
}

/// Keeps a stranger's text from flooding a log, or from steering a terminal: by control characters, or by marks that
/// turn the direction of what follows.
pub(crate) fn short(text: &str, most: usize) -> Cow<'_, str> {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.len() <= most && !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out: String = text.chars().take(most).map(|c| if steers(c) { ' ' } else { c }).collect();
    if text.chars().count() > most {
        out.push_str("..");
    }
    Cow::Owned(out)
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        if let Some(hint) = self.hint() {
            write!(f, "\n  hint: {hint}")?;
        }
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            write!(f, "\n  because: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_word_and_can_travel() {
        fn travels<T: Send + Sync + Clone + 'static>() {}
        travels::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn shows_route_status_and_words() {
        let api = ApiError {
            id: "api.context.permissions.app_error".into(),
            message: "You do not have the appropriate permissions.".into(),
            request_id: "r1".into(),
            ..ApiError::default()
        };
        let error = Error::from_api(403, api).on_route("POST /posts");
        assert_eq!(
            error.to_string(),
            "POST /posts: 403 Forbidden: You do not have the appropriate permissions. \
             (api.context.permissions.app_error)"
        );
        assert!(error.is_forbidden() && !error.is_transient());
        assert_eq!(error.request_id(), Some("r1"));
        assert!(format!("{error:?}").contains("hint: "));
        let wrapped = Error::new(ErrorKind::Closed, "the stream ended").because(error);
        assert!(format!("{wrapped:?}").contains("because: POST /posts: 403"));
    }

    #[test]
    fn a_token_is_taken_out_of_the_servers_words() {
        let token = "azjne1wxiirg5ei7ik88qygrgr";
        let api = ApiError { message: format!("Invalid session token={token}, err="), ..ApiError::default() };
        let error = Error::from_api(401, api);
        assert_eq!(error.to_string(), "401 Unauthorized: Invalid session token=***, err=");
        assert!(!format!("{error:?} {:?}", error.api()).contains(token));
        // Once for each of them, however many there are: this took minutes when each moved what follows it.
        let api = ApiError { message: "token=a ".repeat(500_000), ..ApiError::default() };
        let error = Error::from_api(401, api);
        assert_eq!(error.api().unwrap().message, "token=*** ".repeat(500_000));
    }

    #[test]
    fn a_stranger_cannot_flood_or_steer() {
        let api = ApiError { message: "\x1b[2J".repeat(1000), ..ApiError::default() };
        let shown = Error::from_api(500, api).to_string();
        assert!(shown.len() < 400 && !shown.contains('\x1b'), "{shown}");
        assert_eq!(short("a\u{202e}b\u{2069}ä", 9), "a b ä");
    }
}
