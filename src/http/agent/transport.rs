//! The transport of ureq: a socket, or TLS over one, with the deadlines of this crate and hidden from ureq's
//! trace log.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, LazyBuffers, NextTimeout, ShutdownHandle, Transport,
};

use super::trace_redaction::{self, ResponseRedactor};
use crate::atomic::AtomicU64;
use crate::error::{Error, ErrorKind};
use crate::http::attempt::SendWindow;
use crate::http::clock::{CallClock, ClockReading};
use crate::net::{NetSocket, TimedSocket};

/// Maximum size of heads, chunk sizes and trailers beyond the size of the content. Chunks of one byte, or endless
/// trailers, would otherwise keep a core busy until the deadline.
const MAX_FRAMING: u64 = 1 << 20;

/// Timeout for a response after the request could not be sent completely.
const EARLY_RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Time without progress after which sending a request is interrupted to check for a response.
const WRITE_STALL_TIMEOUT: Duration = Duration::from_secs(1);
/// Idle time after which a connection is not reused.
pub(super) const MAX_IDLE_AGE: Duration = Duration::from_secs(55);
const MAX_EARLY_RESPONSE: usize = 16 << 10;

/// Shuts down a connection that another thread uses.
pub(super) struct SocketShutdown(Arc<dyn NetSocket>);

impl SocketShutdown {
    pub(super) fn new(socket: Arc<dyn NetSocket>) -> Self {
        Self(socket)
    }
}

impl ShutdownHandle for SocketShutdown {
    fn shutdown(&self) {
        self.0.shut_down();
    }
}

pub(super) enum TransportStream {
    Plain(TimedSocket),
    #[cfg(feature = "native-tls")]
    Tls(Box<native_tls::TlsStream<TimedSocket>>),
}

impl TransportStream {
    fn timed_stream(&mut self) -> &mut TimedSocket {
        match self {
            Self::Plain(timed) => timed,
            #[cfg(feature = "native-tls")]
            Self::Tls(tls) => tls.get_mut(),
        }
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let result = match self {
                Self::Plain(timed) => timed.read(into),
                #[cfg(feature = "native-tls")]
                Self::Tls(tls) => tls.read(into),
            };
            match result {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                // OpenSSL's error for a connection that was cut.
                Err(e) if e.to_string().contains("unexpected eof") => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                result => return result,
            }
        }
    }

    /// Writes all bytes, unless a response arrives first. With TLS, received bytes may not be a response, and a write
    /// cannot be interrupted.
    fn send_all(&mut self, bytes: &[u8], early: &mut EarlyResponse) -> io::Result<()> {
        match self {
            Self::Plain(timed) => send_or_listen(timed, bytes, early),
            #[cfg(feature = "native-tls")]
            Self::Tls(tls) => {
                // Leaves some time for a response to a request that was not read.
                let timed = tls.get_mut();
                let left = timed.deadline.saturating_duration_since(Instant::now());
                timed.deadline -= (left / 20).min(WRITE_STALL_TIMEOUT);
                tls.write_all(bytes)
            }
        }
    }
}

/// A peer that has refused a request may keep the connection open and read no more of it.
fn send_or_listen(timed: &mut TimedSocket, mut bytes: &[u8], early: &mut EarlyResponse) -> io::Result<()> {
    let deadline = timed.deadline;
    while !bytes.is_empty() && !early.is_final() {
        timed.deadline = deadline.min(Instant::now() + WRITE_STALL_TIMEOUT);
        match timed.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) if e.kind() == io::ErrorKind::TimedOut && Instant::now() < deadline => {
                early.receive_early(timed);
            }
            Err(e) => return Err(e),
        }
    }
    timed.deadline = deadline;
    Ok(())
}

/// The beginning of a response to a request that is still being sent.
#[derive(Default)]
struct EarlyResponse(VecDeque<u8>);

impl EarlyResponse {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns `true` for all responses except `100 Continue` and similar ones, after which the request continues.
    fn is_final(&self) -> bool {
        let interim = b"HTTP/1.1 1".iter().zip(&self.0).all(|(one, other)| one == other);
        !self.0.is_empty() && !interim
    }

    /// Reads the available bytes.
    fn receive_early(&mut self, timed: &mut TimedSocket) {
        let mut chunk = [0; 1024];
        timed.deadline = Instant::now() + Duration::from_millis(1);
        if self.0.len() < MAX_EARLY_RESPONSE {
            if let Ok(count) = timed.read(&mut chunk) {
                self.0.extend(chunk.get(..count).unwrap_or_default());
            }
        }
    }

    fn take_received(&mut self, into: &mut [u8]) -> usize {
        let amount = self.0.len().min(into.len());
        for (place, byte) in into.iter_mut().zip(self.0.drain(..amount)) {
            *place = byte;
        }
        amount
    }
}

thread_local! {
    /// The request that this thread sends.
    static CONTEXT: RefCell<RequestContext> = RefCell::default();
}

/// State shared by the transport and the body of one request, which ureq separates.
#[derive(Debug, Default)]
pub(super) struct RequestContext {
    window: Option<SendWindow>,
    abandoned: bool,
}

/// Ends the request of this thread when it is dropped.
pub(super) struct ContextGuard;

impl Drop for ContextGuard {
    fn drop(&mut self) {
        CONTEXT.take();
    }
}

impl RequestContext {
    pub(super) fn begin_request(window: Option<SendWindow>) -> ContextGuard {
        CONTEXT.set(Self { window, abandoned: false });
        ContextGuard
    }

    /// Returns `true` if the rest of the body is not needed any more.
    pub(super) fn is_abandoned() -> bool {
        CONTEXT.with_borrow(|context| context.abandoned)
    }

    fn abandon_request() {
        CONTEXT.with_borrow_mut(|context| context.abandoned = true);
    }

    fn window_is_over() -> bool {
        CONTEXT.with_borrow(|context| context.window.as_ref().is_some_and(SendWindow::is_over))
    }
}

/// The state of the request that a connection carries.
enum Sending {
    /// It is sent as ureq passes it on.
    On,
    /// It was not completely sent, possibly because of this error. Only the response is read.
    Abandoned(Option<io::Error>),
}

/// A connection for ureq.
pub(crate) struct SocketTransport {
    stream: TransportStream,
    buffers: LazyBuffers,
    redactor: Option<ResponseRedactor>,
    /// Number of bytes received since the last request was sent, including TLS, and number of content bytes.
    received: u64,
    content: Arc<AtomicU64>,
    /// Bytes received before the request was sent completely.
    early: EarlyResponse,
    sending: Sending,
    last_used: ClockReading,
    /// Ends the socket from another thread, as long as it exists.
    _handle: Arc<SocketShutdown>,
}

impl SocketTransport {
    pub(super) fn new(
        stream: TransportStream,
        handle: Arc<SocketShutdown>,
        details: &ConnectionDetails,
    ) -> Self {
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Self {
            stream,
            buffers,
            redactor: None,
            received: 0,
            content: Arc::default(),
            early: EarlyResponse::default(),
            sending: Sending::On,
            last_used: CallClock::default().now(),
            _handle: handle,
        }
    }

    /// Stops sending the request.
    fn abandon_sending(&mut self, cause: Option<io::Error>) {
        self.sending = Sending::Abandoned(cause);
        RequestContext::abandon_request();
    }

    fn set_deadline(&mut self, timeout: NextTimeout) {
        // Does not happen, since all calls have a deadline.
        let after = timeout.not_zero().map_or(Duration::from_secs(3600), |after| *after);
        self.stream.timed_stream().deadline = Instant::now() + after;
    }
}

/// `true` if a connection has been idle for too long.
///
/// The pool of ureq uses the monotonic clock, which may stop while the machine is suspended. After that, a NAT may have
/// dropped the connection, and a request would be sent without ever getting a response.
fn has_expired(last_used: ClockReading, now: ClockReading) -> bool {
    now.time_since(last_used) >= MAX_IDLE_AGE
}

fn transport_error(error: io::Error, timeout: NextTimeout) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::TimedOut => ureq::Error::Timeout(timeout.reason),
        _ => match crate::tls::refusal_error(&error) {
            Some(refused) => super::not_sent(refused),
            None => error.into(),
        },
    }
}

impl Transport for SocketTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        if matches!(self.sending, Sending::Abandoned(_)) {
            return Ok(());
        }
        if RequestContext::window_is_over() {
            return Err(super::not_sent(Error::new(
                ErrorKind::Timeout,
                "the server may have forgotten the first attempt",
            )));
        }
        self.last_used = CallClock::default().now();
        self.set_deadline(timeout);
        let output = self.buffers.output().get_mut(..amount).unwrap_or_default();
        trace_redaction::restore_request(output, &mut self.redactor);
        self.received = 0;
        self.stream.timed_stream().room = MAX_FRAMING;
        self.content = trace_redaction::content_counter();
        let sent = self.stream.send_all(output, &mut self.early);
        // The buffer of a pooled connection need not keep a token or a password.
        output.fill(0);
        match sent {
            Ok(()) if self.early.is_final() => self.abandon_sending(None),
            Ok(()) => {}
            Err(e) if crate::tls::refusal_error(&e).is_some() => return Err(transport_error(e, timeout)),
            // The peer may have sent the reason before it closed the connection.
            Err(e) => self.abandon_sending(Some(e)),
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.set_deadline(timeout);
        if matches!(self.sending, Sending::Abandoned(_)) {
            let timed = self.stream.timed_stream();
            timed.deadline = timed.deadline.min(Instant::now() + EARLY_RESPONSE_TIMEOUT);
        }
        let room = self.buffers.input_append_buf();
        let amount = if self.early.is_empty() {
            let most = self.content.load(Ordering::Relaxed).saturating_mul(2).saturating_add(MAX_FRAMING);
            let left = most.saturating_sub(self.received);
            self.stream.timed_stream().room = left;
            let read = self.stream.read(room);
            let left_now = self.stream.timed_stream().room;
            self.received += left - left_now;
            if left_now == 0 {
                return Err(super::mostly_framing());
            }
            match (read, &mut self.sending) {
                (Ok(amount @ 1..), _) | (Ok(amount), Sending::On) => amount,
                (Err(e), Sending::On | Sending::Abandoned(None)) => return Err(transport_error(e, timeout)),
                // The error that interrupted the request is more informative than later ones.
                (_, Sending::Abandoned(cause)) => {
                    let cause = cause.take().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into());
                    return Err(transport_error(cause, timeout));
                }
            }
        } else {
            self.early.take_received(room)
        };
        if let Some(redactor) = &mut self.redactor {
            redactor.hide_bytes(room.get_mut(..amount).unwrap_or_default());
        }
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        matches!(self.sending, Sending::On)
            && self.early.is_empty()
            && !has_expired(self.last_used, CallClock::default().now())
            && self.stream.timed_stream().socket.is_quiet()
    }

    fn is_tls(&self) -> bool {
        match &self.stream {
            TransportStream::Plain(_) => false,
            #[cfg(feature = "native-tls")]
            TransportStream::Tls(_) => true,
        }
    }
}

impl fmt::Debug for SocketTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SocketTransport")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_not_reused_after_a_suspend() {
        let used = CallClock::default().now();
        let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3600));
        let read = |monotonic: Duration, wall: Duration| ClockReading {
            monotonic: used.monotonic + monotonic,
            wall: used.wall.plus(wall),
        };
        assert!(!has_expired(used, read(second, second)));
        assert!(has_expired(used, read(MAX_IDLE_AGE, MAX_IDLE_AGE)));
        assert!(has_expired(used, read(second, hour)));
    }
}
