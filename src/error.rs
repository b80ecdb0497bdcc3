//! The error type of the crate.
//!
//! [`Error`] has the size of a pointer and is [`Clone`]. [`kind`](Error::kind) classifies it, its message describes
//! it, and [`hint`](Error::hint) contains advice. The [`Debug`](std::fmt::Debug) output is the message with the hint
//! and the causes, since that is what `fn main() -> mattermost::Result<()>` prints.
//!
//! # Outcomes
//!
//! A failed call may nevertheless have been carried out, depending on the kind of its error:
//!
//! | kind | carried out | may be repeated |
//! |---|---|---|
//! | [`Input`](ErrorKind::Input), [`Tls`](ErrorKind::Tls), [`NotFound`](ErrorKind::NotFound) | no | after a change |
//! | [`Connect`](ErrorKind::Connect) | no | yes |
//! | [`Api`](ErrorKind::Api) below 500, except 408 | no | if [transient](Error::is_transient): 425 and 429 |
//! | [`Api`](ErrorKind::Api) 408, and 500 or above | no; perhaps, if the call may be repeated | if transient |
//! | [`Status`](ErrorKind::Status) below 500, except 408 | no | if transient: 425 and 429 |
//! | [`Status`](ErrorKind::Status) 408, and 500 or above | perhaps | if transient |
//! | [`Io`](ErrorKind::Io), [`Timeout`](ErrorKind::Timeout) | perhaps | yes |
//! | [`Protocol`](ErrorKind::Protocol), [`Decode`](ErrorKind::Decode) | perhaps | yes, with the same result |
//! | [`UnknownOutcome`](ErrorKind::UnknownOutcome) | perhaps | no: it could be carried out twice |
//! | [`Closed`](ErrorKind::Closed) | perhaps, if the call was in flight | as the method allows |
//!
//! The error of a call that was perhaps carried out is transient only if the call may be repeated: GET, HEAD, PUT,
//! DELETE, and POST requests that are marked as [`idempotent`](crate::http::Call::idempotent). All other calls that
//! may have been carried out fail with `UnknownOutcome`. A program may therefore repeat any call whose error [is
//! transient](Error::is_transient).
//!
//! ```no_run
//! # fn run(client: &mattermost::Client, draft: &mattermost::PostDraft) -> mattermost::Result<()> {
//! use mattermost::ErrorKind;
//! match client.posts().create(draft) {
//!     Ok(post) => println!("posted {}", post.id),
//!     Err(e) if e.is_transient() => eprintln!("later: {e}"),
//!     Err(e) if e.kind() == ErrorKind::UnknownOutcome => {
//!         eprintln!("look before posting again: {e}");
//!     }
//!     Err(e) if e.api_id() == Some("api.post.create_post.town_square_read_only") => {}
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

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

pub(crate) use self::status::{is_doubtful_status, may_succeed_if_repeated};
use self::status::{is_transient_status, is_unprocessed_status};

type ErrorSource = Arc<dyn std::error::Error + Send + Sync>;

/// The error of a call or a stream. See the [module documentation](self).
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
    /// `true` if a response exceeded the client's limit.
    oversized: bool,
    /// `true` if the failed call may be repeated. `None` for errors that no call returned.
    repeatable: Option<bool>,
}

/// The kind of an [`Error`]. The [module documentation](self) shows whether the call may have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server refused the request. See [`Error::api`].
    Api,
    /// The event queue of the stream is full and its overflow policy is to block: no requests can be sent until the
    /// program takes events from the queue.
    Backlogged,
    /// The client or the stream was closed, or the stream ended permanently. The source is the reason, if any.
    Closed,
    /// No connection could be established, for example because the name was not found. Nothing was sent.
    Connect,
    /// The response does not match its type: a bug of this crate or of the server.
    Decode,
    /// A received request could not be verified: its token or signature is missing or wrong. See
    /// [`integration`](crate::integration).
    Forbidden,
    /// An argument is invalid. Nothing was sent.
    Input,
    /// The connection broke after something may have been sent, or a local file could not be read or written.
    Io,
    /// No object has the given name.
    NotFound,
    /// An error of the program itself. See [`Error::other`].
    Other,
    /// The response is not from a Mattermost server: for example because of a proxy's error page, a redirect, or a
    /// wrong URL.
    Protocol,
    /// An error status without an explanation from the server, for example that of a proxy or a rate limiter.
    Status,
    /// The deadline passed.
    Timeout,
    /// The TLS handshake failed, or this build does not support TLS.
    Tls,
    /// The call may have been carried out, and repeating it could carry it out twice.
    UnknownOutcome,
}

model! {
    /// An error that the server returned, called `AppError` in the API reference.
    #[derive(Eq)]
    pub struct ApiError {
        /// The ID, for example `api.context.permissions.app_error`. Plugins may put any text here.
        pub id: String,
        /// The human-readable message, in the language of the server or of the account.
        pub message: String,
        /// Details. Usually empty, since only servers in developer mode send them.
        pub detailed_error: String,
        /// ID of the request in the server's log. Empty for WebSocket actions.
        pub request_id: String,
        /// The HTTP status, also for WebSocket actions.
        pub status_code: u16,
    }
}

impl Error {
    /// Creates an error from a message or from any other error, for handlers and callbacks that return the [`Result`] of
    /// this crate. Its kind is [`ErrorKind::Other`].
    ///
    /// An error that is already an `Error` of this crate is returned unchanged.
    ///
    /// ```no_run
    /// # fn main() -> mattermost::Result<()> {
    /// # let events = mattermost::Client::from_env()?.events()?;
    /// use mattermost::Error;
    ///
    /// events.messages().serve(|message| {
    ///     let Some(("read", path)) = message.command("!") else { return Ok(()) };
    ///     let text = std::fs::read_to_string(path).map_err(Error::other)?;
    ///     if text.is_empty() {
    ///         return Err(Error::other(format!("{path} is empty")));
    ///     }
    ///     message.answer(text)?;
    ///     Ok(())
    /// })
    /// # }
    /// ```
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        match error.into().downcast::<Self>() {
            Ok(own) => *own,
            Err(error) => Self::new(ErrorKind::Other, error.to_string())
                .with_change(|inner| inner.source = Some(Arc::from(error))),
        }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the HTTP status. `None` if there was no response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the error that the server sent. `None` if it sent none.
    pub fn api(&self) -> Option<&ApiError> {
        self.0.api.as_deref()
    }

    /// Returns the ID of the error that the server sent, for example `api.context.permissions.app_error`.
    pub fn api_id(&self) -> Option<&str> {
        self.api().map(|api| &*api.id)
    }

    /// Returns the method and the path template of the failed call, for example `POST /posts`. The arguments are not
    /// included.
    pub fn route(&self) -> Option<&str> {
        self.0.route.as_deref()
    }

    /// Returns the ID of the request in the server's log. `None` if the server sent none.
    pub fn request_id(&self) -> Option<&str> {
        self.0
            .request_id
            .as_deref()
            .or_else(|| self.api().map(|api| &*api.request_id))
            .filter(|id| !id.is_empty())
    }

    /// Returns the delay before the next attempt, as requested by the server. `None` if the server did not request
    /// one.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns advice on how to avoid the error. `None` if there is none.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref().or_else(|| hint::hint_for(self))
    }

    /// Returns `true` if the same call may succeed later, and repeating it is safe.
    ///
    /// The statuses 408, 425, 429, 502 to 504 and 520 to 530 are transient, and 500 for idempotent calls. If
    /// repeating the call could carry it out twice, the error is [`ErrorKind::UnknownOutcome`], which is not
    /// transient. Neither is a local file that does not exist or that the program may not open.
    #[doc(alias = "retry")]
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            // A proxy that wants other credentials.
            ErrorKind::Connect => self.status() != Some(407),
            ErrorKind::Timeout | ErrorKind::Backlogged => true,
            ErrorKind::Io => !self.is_of_local_file(),
            ErrorKind::Api | ErrorKind::Status => {
                self.status().is_some_and(|status| match self.0.repeatable {
                    Some(true) => may_succeed_if_repeated(status),
                    Some(false) => is_unprocessed_status(status),
                    None => is_transient_status(status),
                })
            }
            _ => false,
        }
    }

    /// Returns the error to report at the end of a wait that repeats attempts: an attempt that the end of the wait cut
    /// short times out, which says less than the error of the attempt before it.
    pub(crate) fn or_earlier(self, earlier: Option<Self>, is_cut_short: bool) -> Self {
        earlier.filter(|_| is_cut_short && self.is_timeout()).unwrap_or(self)
    }

    /// Returns `true` for errors of opening a file. Connections have none of these kinds.
    fn is_of_local_file(&self) -> bool {
        use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied};
        let source =
            std::error::Error::source(self).and_then(|source| source.downcast_ref::<std::io::Error>());
        source.is_some_and(|e| matches!(e.kind(), NotFound | PermissionDenied | IsADirectory | NotADirectory))
    }

    /// Returns `true` if the deadline passed.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns `true` if the credentials or the session are invalid.
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(401)
    }

    /// Returns `true` if the server reported that the session has ended.
    ///
    /// Other responses with the status 401 have other reasons, for example a wrong password or a proxy.
    pub(crate) fn is_session_expired(&self) -> bool {
        const IDS: [&str; 3] = [
            "api.context.session_expired.app_error",
            "api.context.invalid_token.error",
            "api.web_socket_router.not_authenticated.app_error",
        ];
        self.is_unauthorized() && self.api_id().is_some_and(|id| IDS.contains(&id))
    }

    /// Returns `true` if the call may have been carried out, and repeating it could carry it out twice.
    ///
    /// Equivalent to a [`kind`](Self::kind) of [`ErrorKind::UnknownOutcome`].
    pub fn is_unknown_outcome(&self) -> bool {
        self.kind() == ErrorKind::UnknownOutcome
    }

    /// Returns `true` if the account lacks a permission.
    pub fn is_forbidden(&self) -> bool {
        self.kind() == ErrorKind::Forbidden || self.status() == Some(403)
    }

    /// Returns `true` if the object does not exist, or is not visible to the account.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound || self.status() == Some(404)
    }

    /// Returns `true` if a rate limit refused the request.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// Returns `true` if the client or the stream was closed.
    pub fn is_closed(&self) -> bool {
        self.kind() == ErrorKind::Closed
    }

    /// Returns `true` if a login needs an MFA code, or if the code was wrong or already used.
    pub fn is_mfa(&self) -> bool {
        matches!(
            self.api_id(),
            Some("api.user.check_user_mfa.bad_code.app_error" | "mfa.validate_token.authenticate.app_error")
        )
    }
}

/// Constructors for use inside the crate.
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

    /// A response that exceeds the limit of the client.
    pub(crate) fn too_large(limit: u64) -> Self {
        Self::new(ErrorKind::Protocol, format!("the response is larger than {limit} bytes"))
            .with_hint(
                "raise `json_limit` of the client's builder for decoded responses, or `body_limit` for others",
            )
            .with_change(|inner| inner.oversized = true)
    }

    pub(crate) fn is_oversized(&self) -> bool {
        self.0.oversized
    }

    /// An error that the server sent. `status` 0 means the status that the error contains.
    pub(crate) fn from_api(status: u16, mut api: ApiError) -> Self {
        // 5.37 names a token that is no longer good: "Invalid session token=..".
        for text in [&mut api.message, &mut api.detailed_error] {
            if text.contains(TOKEN_PREFIX) {
                *text = without_tokens(text);
            }
        }
        let status = if status == 0 { api.status_code } else { status };
        Self::new(ErrorKind::Api, "").with_change(|inner| {
            inner.status = Some(status);
            inner.api = Some(Box::new(api));
        })
    }

    pub(crate) fn io(message: impl Into<Cow<'static, str>>, source: std::io::Error) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => ErrorKind::Timeout,
            _ => ErrorKind::Io,
        };
        Self::new(kind, message).with_source(source)
    }

    fn with_change(self, change: impl FnOnce(&mut ErrorData)) -> Self {
        let mut data = self.into_data();
        change(&mut data);
        Self(Arc::new(data))
    }

    fn into_data(self) -> ErrorData {
        Arc::try_unwrap(self.0).unwrap_or_else(|shared| ErrorData {
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
        })
    }

    pub(crate) fn with_source(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.with_change(|inner| inner.source = Some(Arc::new(source)))
    }

    pub(crate) fn on_route(self, route: impl Into<Cow<'static, str>>) -> Self {
        self.with_change(|inner| inner.route = Some(route.into()))
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        self.with_change(|inner| inner.status = Some(status))
    }

    /// Adds a description of what failed before the message of the server.
    pub(crate) fn with_message(self, message: impl Into<Cow<'static, str>>) -> Self {
        self.with_change(|inner| inner.message = message.into())
    }

    /// Removes the details that the server sent, which say nothing new: that there is no such route, for example.
    pub(crate) fn without_details(self) -> Self {
        self.with_change(|inner| {
            if let Some(api) = &mut inner.api {
                api.detailed_error.clear();
            }
        })
    }

    pub(crate) fn with_hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.with_change(|inner| inner.hint = Some(hint.into()))
    }

    pub(crate) fn with_request_id(self, id: &str) -> Self {
        self.with_change(|inner| inner.request_id = Some(id.into()))
    }

    pub(crate) fn with_retry_after(self, wait: Option<Duration>) -> Self {
        self.with_change(|inner| inner.retry_after = wait)
    }

    /// Sets whether the failed call may be repeated, which determines whether some statuses are transient.
    pub(crate) fn with_repeatable(self, repeatable: bool) -> Self {
        self.with_change(|inner| inner.repeatable = Some(repeatable))
    }

    pub(crate) fn with_kind(self, kind: ErrorKind) -> Self {
        self.with_change(|inner| inner.kind = kind)
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
            parts.push(shorten_text(said, 300));
            if !api.detailed_error.is_empty() {
                parts.push(shorten_text(&api.detailed_error, 200));
            }
        }
        f.write_str(&parts.join(": "))?;
        match &inner.api {
            Some(api) if !api.id.is_empty() && !api.message.is_empty() => {
                write!(f, " ({})", shorten_text(&api.id, 100))
            }
            _ => Ok(()),
        }
    }
}

/// Words that precede a token.
const TOKEN_PREFIX: &str = "token=";

/// Replaces the text after each mark. In one pass, since a response can contain millions of marks.
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

/// Limits the length of a received text, and removes characters that could control a terminal or change the direction
/// of the following text.
pub(crate) fn shorten_text(text: &str, most: usize) -> Cow<'_, str> {
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
        if self.kind() == ErrorKind::Other {
            // The message is that of the source.
            cause = cause.and_then(std::error::Error::source);
        }
        let mut last = String::new();
        while let Some(error) = cause {
            // Some errors repeat the text of their source.
            let text = error.to_string();
            if text != last {
                write!(f, "\n  because: {text}")?;
            }
            last = text;
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
        let wrapped = Error::new(ErrorKind::Closed, "the stream ended").with_source(error);
        assert!(format!("{wrapped:?}").contains("because: POST /posts: 403"));
    }

    #[test]
    fn local_files_are_not_transient() {
        use std::io::ErrorKind as Kind;
        let io = |kind: Kind| Error::new(ErrorKind::Io, "failed").with_source(std::io::Error::from(kind));
        for kind in [Kind::NotFound, Kind::PermissionDenied, Kind::IsADirectory, Kind::NotADirectory] {
            assert!(!io(kind).is_transient(), "{kind}");
        }
        for kind in [Kind::ConnectionReset, Kind::BrokenPipe, Kind::UnexpectedEof, Kind::Other] {
            assert!(io(kind).is_transient(), "{kind}");
        }
        assert!(Error::new(ErrorKind::Io, "failed").is_transient());
    }

    #[test]
    fn errors_of_programs_are_shown_once() {
        let missing = std::fs::read("/nonexistent/file").unwrap_err();
        let text = missing.to_string();
        let error = Error::other(missing);
        assert_eq!(
            (error.kind(), format!("{error}"), format!("{error:?}")),
            (ErrorKind::Other, text.clone(), text)
        );
        let source =
            std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>());
        assert_eq!(source.map(std::io::Error::kind), Some(std::io::ErrorKind::NotFound));
        assert!(!error.is_transient());
        let own = Error::other(Error::input("bad"));
        assert_eq!((own.kind(), own.to_string()), (ErrorKind::Input, "bad".into()));
        assert_eq!(Error::other("it failed").to_string(), "it failed");
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
        assert_eq!(shorten_text("a\u{202e}b\u{2069}ä", 9), "a b ä");
    }
}
