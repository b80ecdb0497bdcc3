//! A request as an HTTP server received it.

use std::fmt;
use std::io::Read;

use super::{AcceptedSecrets, Callback, CallbackResponse, MAX_BODY_BYTES, parse};
use crate::error::{Error, Result};
use crate::unwind;

/// An HTTP request from the server that is neither parsed nor verified yet.
///
/// ```
/// use mattermost::Secret;
/// use mattermost::integration::{CallbackRequest, CommandRequest, CommandResponse};
///
/// let body = "token=xr3j5x3p4pfk7kk6ck7b4e6ghh&command=%2Fdeploy&text=web";
/// let kind = Some("application/x-www-form-urlencoded");
/// let request = CallbackRequest::read(kind, body.as_bytes());
/// let token = Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh");
/// let response = request.respond(&token, |command: &CommandRequest| {
///     CommandResponse::in_channel(format!("deploying {}", command.text))
/// });
/// assert_eq!(response.status, 200);
/// ```
pub struct CallbackRequest {
    content_type: String,
    body: Result<Vec<u8>>,
}

// Not derived: the body contains tokens.
impl fmt::Debug for CallbackRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackRequest")
            .field("bytes", &self.body.as_ref().map_or(0, Vec::len))
            .finish_non_exhaustive()
    }
}

impl CallbackRequest {
    /// Reads a request from the value of its `Content-Type` header, if any, and its body.
    ///
    /// Reads at most 1 MiB of the body ([`MAX_BODY_BYTES`]). If the body is longer or cannot be read,
    /// [`parse`](Self::parse) returns an error, and [`respond`](Self::respond) returns a response with a status of 400
    /// or higher.
    pub fn read(content_type: Option<impl AsRef<str>>, body: impl Read) -> Self {
        let content_type = content_type.map_or_else(String::new, |value| value.as_ref().to_owned());
        Self { content_type, body: read_body(body) }
    }

    /// Parses and verifies the request. See [`parse`].
    ///
    /// # Errors
    /// - [`ErrorKind::Io`](crate::ErrorKind::Io) if the body could not be read.
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input) if the body exceeds 1 MiB.
    /// - Those of [`parse`].
    pub fn parse<'s, T: Callback>(&self, secrets: impl Into<AcceptedSecrets<'s>>) -> Result<T> {
        parse(&self.content_type, self.body.as_ref().map_err(Clone::clone)?, secrets)
    }

    /// Parses and verifies the request, calls `handler` with it, and returns the response of the handler.
    ///
    /// An error while parsing, or an error from the handler, is logged and becomes a response with a status of 400 or higher. So does a panic in the
    /// handler, which must not end a thread of the HTTP server.
    ///
    /// The handler can return any response of this module, or a `Result` that contains one.
    pub fn respond<'s, T: Callback, R: Into<CallbackResponse>>(
        &self,
        secrets: impl Into<AcceptedSecrets<'s>>,
        handler: impl FnOnce(&T) -> R,
    ) -> CallbackResponse {
        let respond = |request: T| match unwind::catch_panic(|| handler(&request).into()) {
            Ok(response) => Ok(response),
            Err(panic) => Err(Error::other(format!("the handler panicked: {panic}"))),
        };
        self.parse(secrets).and_then(respond).into()
    }
}

fn read_body(body: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    body.take(MAX_BODY_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::io("the body of a request could not be read", error))?;
    if bytes.len() > MAX_BODY_BYTES { Err(super::oversized_error()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integration::{CommandRequest, CommandResponse};
    use crate::secret::Secret;

    #[test]
    fn reads_the_content_type_and_a_bounded_body() {
        let secret = Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh");
        let json = r#"{"token":"xr3j5x3p4pfk7kk6ck7b4e6ghh","text":"web","trigger_id":"x"}"#;
        let request = CallbackRequest::read(Some("application/json"), json.as_bytes());
        assert_eq!(request.parse::<CommandRequest>(&secret).unwrap().text, "web");
        assert!(request.parse::<CommandRequest>(&Secret::new("guessed")).unwrap_err().is_forbidden());
        assert!(!format!("{request:?}").contains("xr3j"));
        let form = CallbackRequest::read(Some("application/json"), &b"token=xr3j5x3p4pfk7kk6ck7b4e6ghh"[..]);
        assert!(
            form.parse::<CommandRequest>(&secret).is_err(),
            "it is not the JSON that its header announces"
        );
        let form = CallbackRequest::read(None::<&str>, &b"token=xr3j5x3p4pfk7kk6ck7b4e6ghh"[..]);
        assert!(form.parse::<CommandRequest>(&secret).is_ok());

        let long = CallbackRequest::read(None::<&str>, std::io::repeat(b'x').take(1 << 40));
        assert_eq!(long.parse::<CommandRequest>(&secret).unwrap_err().status(), Some(413));
        let exact = CallbackRequest::read(None::<&str>, std::io::repeat(b'x').take(MAX_BODY_BYTES as u64));
        assert!(exact.body.is_ok());
    }

    #[test]
    fn responds_with_what_the_handler_returns() {
        let secret = Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh");
        let request = CallbackRequest::read(None::<&str>, &b"token=xr3j5x3p4pfk7kk6ck7b4e6ghh&text=web"[..]);
        let response = request
            .respond(&secret, |command: &CommandRequest| CommandResponse::ephemeral(command.text.as_str()));
        assert_eq!((response.status, response.body.windows(3).any(|part| part == b"web")), (200, true));
        let failing = |_: &CommandRequest| Err::<CommandResponse, _>(Error::other("a reason"));
        assert_eq!(request.respond(&secret, failing).status, 500);
        let panicking = |command: &CommandRequest| -> CommandResponse { panic!("with {}", command.text) };
        let response = request.respond(&secret, panicking);
        assert_eq!((response.status, response.body.as_slice()), (500, &b"internal error"[..]));
        let called = std::cell::Cell::new(false);
        let guessed = Secret::new("guessed");
        let refused = request.respond(&guessed, |_: &CommandRequest| {
            called.set(true);
            CommandResponse::default()
        });
        assert_eq!((refused.status, called.get()), (403, false));
        let long = CallbackRequest::read(None::<&str>, std::io::repeat(b'x').take(1 << 40));
        let response = long.respond(&secret, |_: &CommandRequest| CommandResponse::default());
        let mut written = Vec::new();
        response.write_http(&mut written).unwrap();
        let expected = "HTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n\
                        Content-Length: 17\r\n\r\nmalformed request";
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }

    #[test]
    fn a_connection_that_breaks_is_an_error() {
        /// Accepts some bytes, and fails then.
        struct BrokenConnection(usize, std::io::ErrorKind);
        impl std::io::Write for BrokenConnection {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                let count = bytes.len().min(self.0);
                self.0 -= count;
                if count == 0 { Err(self.1.into()) } else { Ok(count) }
            }

            fn flush(&mut self) -> std::io::Result<()> {
                if self.0 == 0 { Err(self.1.into()) } else { Ok(()) }
            }
        }
        let response = CallbackResponse::ok();
        let mut all = Vec::new();
        response.write_http(&mut all).unwrap();
        for room in 0..=all.len() {
            let broken = BrokenConnection(room, std::io::ErrorKind::BrokenPipe);
            let error = response.write_http(broken).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Io, "{room}");
        }
        assert!(response.write_http(BrokenConnection(all.len() + 1, std::io::ErrorKind::Other)).is_ok());
    }
}
