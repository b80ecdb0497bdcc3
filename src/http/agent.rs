//! The only file that uses ureq: one exchange over one pooled connection.

mod connector;
mod request_reader;
pub(crate) mod resolver;
mod trace_redaction;
mod transport;

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{HeaderMap, HeaderValue, Request, header};
use zeroize::Zeroizing;

use self::connector::SocketConnector;
pub(crate) use self::request_reader::RequestReader;
use self::resolver::SharedResolver;
use self::trace_redaction::{HiddenResponse, RestoredBody};
use self::transport::{MAX_IDLE_AGE, RequestContext};
use super::Method;
use super::attempt::{AttemptError, SendWindow};
use crate::atomic::AtomicU64;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result, shorten_text};
use crate::net::is_hang_up;
use crate::recording::ExchangeRecording;
use crate::secret::Secret;

/// Maximum size of a buffer that is reserved because of a `Content-Length` alone.
const MAX_RESERVED: u64 = 64 << 10;

/// A pool of connections to one server.
#[derive(Clone)]
pub(crate) struct HttpAgent {
    ureq: ureq::Agent,
    config: Arc<Config>,
    /// The default deadline of the agent. A different deadline costs a copy of the settings.
    within: Duration,
}

impl fmt::Debug for HttpAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Agent")
    }
}

/// A request to send.
pub(crate) struct OutgoingRequest<'a> {
    pub(crate) method: Method,
    pub(crate) url: &'a str,
    /// The path and the query.
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'static str, String)],
    pub(crate) bearer: Option<&'a str>,
    pub(crate) body: RequestBody<'a>,
    /// Deadline for the exchange, including the body of the response.
    pub(crate) within: Duration,
    /// Deadline for the head of the response.
    pub(crate) first_byte: Option<Duration>,
    /// The time within which the request must be sent, if at all.
    pub(crate) window: Option<SendWindow>,
}

pub(crate) enum RequestBody<'a> {
    Empty,
    Bytes(&'a [u8]),
    Reader(&'a mut (dyn Read + Send), Option<u64>),
}

/// A response whose body may still be on the wire.
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    headers: HeaderMap,
    body: ResponseBody,
    recording: ExchangeRecording,
}

enum ResponseBody {
    Read(Vec<u8>),
    Unread { body: ureq::Body, hidden: Option<Arc<HiddenResponse>>, content: Arc<AtomicU64> },
}

impl HttpResponse {
    /// The response body of a successful request that returns no data.
    pub(super) fn already_done() -> Self {
        let body = ResponseBody::Read(br#"{"status":"OK"}"#.to_vec());
        Self { status: 200, headers: HeaderMap::new(), body, recording: ExchangeRecording::default() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the length that the server announced.
    pub(crate) fn content_length(&self) -> Option<u64> {
        match &self.body {
            ResponseBody::Read(bytes) => Some(bytes.len() as u64),
            ResponseBody::Unread { body, .. } => body.content_length(),
        }
    }

    /// Returns the token in the response to a login.
    pub(crate) fn login_token(&self) -> Option<Secret> {
        self.header("token").filter(|token| !token.is_empty()).map(Secret::from)
    }

    /// Records the response.
    pub(super) fn with_recording(mut self, mut recording: ExchangeRecording) -> Self {
        recording.add_response(self.status, |name| self.header(name));
        self.recording = recording;
        self
    }

    pub(crate) fn into_reader(self, limit: u64) -> Box<dyn Read + Send> {
        match self.body {
            ResponseBody::Read(bytes) => Box::new(io::Cursor::new(bytes)),
            ResponseBody::Unread { body, hidden, content } => {
                let read = body.into_with_config().limit(limit).reader();
                self.recording.record_body(Box::new(RestoredBody { read, hidden, content }))
            }
        }
    }

    /// Reads the whole body. Fails if it is larger than `limit` bytes.
    pub(crate) fn read_body(self, limit: u64) -> Result<Vec<u8>> {
        if let ResponseBody::Read(bytes) = self.body {
            return Ok(bytes);
        }
        let promised = self.content_length().unwrap_or(0).min(MAX_RESERVED);
        let mut bytes = Vec::with_capacity(usize::try_from(promised).unwrap_or(0));
        self.into_reader(limit).read_to_end(&mut bytes).map_err(body_error)?;
        Ok(bytes)
    }

    /// Reads the whole body into memory.
    pub(super) fn into_buffered(mut self, limit: u64) -> Result<Self> {
        // The token, which is hidden from the log, is kept with the body.
        if let Some(token) = self.login_token().and_then(|token| HeaderValue::from_str(token.expose()).ok()) {
            self.headers.insert("token", token);
        }
        let headers = std::mem::take(&mut self.headers);
        let status = self.status;
        let body = ResponseBody::Read(self.read_body(limit)?);
        Ok(Self { status, headers, body, recording: ExchangeRecording::default() })
    }

    /// Reads the rest, so that the connection can be used again. Gives up after 64 kB.
    pub(crate) fn drain_body(self) {
        let _ = io::copy(&mut self.into_reader(u64::MAX).take(64 << 10), &mut io::sink());
    }
}

impl HttpAgent {
    pub(crate) fn new(config: &Arc<Config>) -> Result<Self> {
        let proxy = config.proxy.for_target(&config.base)?;
        let proxy = proxy.filter(|_| config.base.unix.is_none());
        let resolver = SharedResolver::new(proxy.as_ref(), config.base.unix.is_some());
        let settings = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // The connector knows it.
            .proxy(None)
            .user_agent(&*config.user_agent)
            .accept("application/json, */*;q=0.8")
            .no_delay(true)
            // Larger than the limit, so that the limit is reached first.
            .input_buffer_size(config.head_limit + 1024)
            .output_buffer_size(16 << 10)
            .max_response_header_size(config.head_limit)
            .max_idle_connections(8)
            .max_idle_connections_per_host(8)
            .max_idle_age(MAX_IDLE_AGE)
            .allow_non_standard_methods(true)
            .timeout_resolve(Some(config.connect_timeout))
            .timeout_connect(Some(config.connect_timeout))
            .timeout_global(Some(config.timeout))
            .build();
        let connector = SocketConnector::new(Arc::clone(config), proxy, Arc::clone(&resolver.0));
        Ok(Self {
            ureq: ureq::Agent::with_parts(settings, connector, resolver),
            config: Arc::clone(config),
            within: config.timeout,
        })
    }

    /// Ends the exchanges in progress, and refuses new ones.
    pub(crate) fn shutdown(&self) {
        self.ureq.clone().shutdown();
    }

    pub(crate) fn exchange(&self, out: OutgoingRequest<'_>) -> Result<HttpResponse, AttemptError> {
        let path = out.url.len() - out.path.len()..out.url.len();
        let mut headers = self.config.headers_for(&self.config.base, out.bearer);
        for (name, value) in out.headers {
            // Headers of the call take precedence over those of the client.
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            headers.push((*name, Zeroizing::new(value.clone())));
        }
        let shown = trace_redaction::begin_request(out.url, path, &headers, out.method == Method::Head);
        let mut request =
            Request::builder().method(out.method.as_str()).uri(shown.url.as_deref().unwrap_or(out.url));
        for (number, (name, value)) in headers.iter().enumerate() {
            let value = shown.header_values.get(number).map_or(value.as_str(), String::as_str);
            let value = HeaderValue::try_from(value);
            if let Ok(mut value) = value {
                value.set_sensitive(true);
                request = request.header(*name, value);
            }
        }
        let _context = RequestContext::begin_request(out.window);
        let not_sent = |message: &'static str| AttemptError { error: Error::input(message), sent: false };
        let (within, first_byte) = (out.within, out.first_byte);
        let response = match out.body {
            RequestBody::Empty => self.run_request(
                request.body(()).map_err(|_| not_sent("the request cannot be built"))?,
                within,
                first_byte,
            ),
            RequestBody::Bytes(bytes) => self.run_request(
                request.body(bytes).map_err(|_| not_sent("the request cannot be built"))?,
                within,
                first_byte,
            ),
            RequestBody::Reader(reader, length) => {
                if let Some(length) = length {
                    request = request.header(header::CONTENT_LENGTH, length);
                }
                let is_dumped = length.is_none();
                let mut source = FaultTracker { reader, fault: None, is_dumped };
                let body = ureq::SendBody::from_reader(&mut source);
                let response = self.run_request(
                    request.body(body).map_err(|_| not_sent("the request cannot be built"))?,
                    within,
                    first_byte,
                );
                if let Some(error) = source.fault {
                    // The server has received a part of the request, and the connection is closed: it does not
                    // process the request.
                    return Err(AttemptError { error, sent: false });
                }
                response
            }
        };
        let (mut parts, body) = response.map_err(attempt_error)?.into_parts();
        if let Some(hidden) = &shown.response {
            hidden.restore_headers(&mut parts.headers);
        }
        let (hidden, content) = (shown.response.clone(), Arc::clone(&shown.content));
        let body = ResponseBody::Unread { body, hidden, content };
        let (status, headers) = (parts.status.as_u16(), parts.headers);
        Ok(HttpResponse { status, headers, body, recording: ExchangeRecording::default() })
    }

    fn run_request(
        &self,
        request: Request<impl ureq::AsSendBody>,
        within: Duration,
        first_byte: Option<Duration>,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        if within == self.within && first_byte.is_none() {
            return self.ureq.run(request);
        }
        let configured = self
            .ureq
            .configure_request(request)
            .timeout_global(Some(within))
            .timeout_recv_response(first_byte)
            .build();
        self.ureq.run(configured)
    }
}

/// A body being sent. Distinguishes the errors of its reader from those of the connection.
struct FaultTracker<'r> {
    reader: &'r mut (dyn Read + Send),
    fault: Option<Error>,
    /// `true` if ureq logs the body, which it does with chunked ones.
    is_dumped: bool,
}

impl Read for FaultTracker<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.reader.read(into) {
                Ok(count) => {
                    let count = count.min(into.len());
                    if self.is_dumped {
                        trace_redaction::hide_body(into.get_mut(..count).unwrap_or_default());
                    }
                    return Ok(count);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    let failed =
                        |e| Error::new(ErrorKind::Io, "the source of the body cannot be read").with_source(e);
                    self.fault = Some(e.downcast::<Error>().unwrap_or_else(failed));
                    return Err(io::Error::other("the source of the body cannot be read"));
                }
            }
        }
    }
}

/// An error of this crate that passes through ureq, raised before anything was sent.
#[derive(Debug)]
struct NotSentError(Error);

impl fmt::Display for NotSentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NotSentError {}

fn not_sent(error: Error) -> ureq::Error {
    ureq::Error::Other(Box::new(NotSentError(error)))
}

/// The error of a response that consists mostly of framing.
pub(super) fn mostly_framing() -> ureq::Error {
    ureq::Error::Other(Box::new(ExcessiveFraming))
}

#[derive(Debug)]
struct ExcessiveFraming;

impl fmt::Display for ExcessiveFraming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the response has far more framing than content, for example endless tiny chunks, trailers, heads or TLS records",
        )
    }
}

impl std::error::Error for ExcessiveFraming {}

/// A message of ureq without its type, which may change in minor releases.
#[derive(Debug)]
struct UreqMessage(String);

impl fmt::Display for UreqMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shorten_text(&self.0, 300))
    }
}

impl std::error::Error for UreqMessage {}

fn attempt_error(error: ureq::Error) -> AttemptError {
    let sent = |error| AttemptError { error, sent: true };
    match error {
        ureq::Error::Other(other) => match other.downcast::<NotSentError>() {
            Ok(ours) => AttemptError { error: ours.0, sent: false },
            Err(other) if other.is::<ExcessiveFraming>() => {
                sent(Error::new(ErrorKind::Protocol, other.to_string()))
            }
            Err(other) => sent(
                Error::new(ErrorKind::Io, "the exchange failed").with_source(UreqMessage(other.to_string())),
            ),
        },
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => AttemptError {
            error: Error::new(ErrorKind::Timeout, "no connection before the deadline"),
            sent: false,
        },
        ureq::Error::Timeout(_) => sent(
            Error::new(ErrorKind::Timeout, "no complete response before the deadline")
                .with_hint("set a longer deadline with `timeout` if the server or a proxy is slow"),
        ),
        ureq::Error::Io(e) if is_hang_up(&e) => sent(
            Error::new(ErrorKind::Io, "the connection was closed before the response was complete")
                .with_hint("check the log of the server: it may have panicked, or a proxy may have given up"),
        ),
        ureq::Error::Io(e) => sent(Error::io("the connection broke", e)),
        ureq::Error::BodyExceedsLimit(limit) => sent(Error::too_large(limit)),
        ureq::Error::LargeResponseHeader(_, limit) => sent(Error::new(
            ErrorKind::Protocol,
            format!("the head of the response is larger than {limit} bytes"),
        )),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => AttemptError {
            error: Error::input("the request cannot be built").with_source(UreqMessage(error.to_string())),
            sent: false,
        },
        other => sent(
            Error::new(ErrorKind::Protocol, "the response is not HTTP/1.1")
                .with_hint("check the port")
                .with_source(UreqMessage(other.to_string())),
        ),
    }
}

/// Returns the response that ureq sees if it arrives in pieces, and its body.
#[cfg(any(test, fuzzing))]
pub(crate) fn redact_response(response: &[u8], piece: usize, head_only: bool) -> (Vec<u8>, Vec<u8>) {
    let mut shown = response.to_vec();
    let hidden = Arc::default();
    let mut framing = trace_redaction::ResponseRedactor::new(Arc::clone(&hidden), head_only);
    shown.chunks_mut(piece).for_each(|piece| framing.hide_bytes(piece));
    (shown, hidden.hidden_body())
}

/// Returns `true` if ureq accepts this URL.
#[cfg(any(test, fuzzing))]
pub(crate) fn is_url(text: &str) -> bool {
    text.parse::<ureq::http::Uri>().is_ok_and(|url| url.host().is_some())
}

/// Returns the error of a reader as an error of this crate.
pub(crate) fn body_error(error: io::Error) -> Error {
    attempt_error(ureq::Error::from(error)).error
}
