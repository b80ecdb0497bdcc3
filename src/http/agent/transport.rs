//! What ureq reads from and writes to: a socket or TLS over one, with our deadlines, and hidden from ureq's trace log.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{Buffers, ConnectionDetails, LazyBuffers, NextTimeout, Transport};

use super::connector::SocketShutdown;
use super::veil::{self, Framing};
use crate::net::Timed;

/// Heads, sizes of chunks and trailers that an answer may have beside as much as it has content. Chunks of a byte, or
/// trailers without end, would otherwise keep a core busy until the deadline.
const MAX_FRAMING: u64 = 1 << 20;

pub(super) enum TransportStream {
    Plain(Timed),
    #[cfg(feature = "native-tls")]
    Tls(Box<native_tls::TlsStream<Timed>>),
}

impl TransportStream {
    fn timed(&mut self) -> &mut Timed {
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
                // How OpenSSL calls a connection that was cut.
                Err(e) if e.to_string().contains("unexpected eof") => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                result => return result,
            }
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(timed) => timed.write_all(bytes),
            #[cfg(feature = "native-tls")]
            Self::Tls(tls) => tls.write_all(bytes),
        }
    }
}

/// A connection as ureq wants it.
pub(crate) struct SocketTransport {
    stream: TransportStream,
    buffers: LazyBuffers,
    framing: Option<Framing>,
    /// What came since the last request went out, TLS included, and how much of it turned out to be content.
    came: u64,
    content: Arc<AtomicU64>,
    /// Ends the socket from another thread, as long as it is there.
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
        Self { stream, buffers, framing: None, came: 0, content: Arc::default(), _handle: handle }
    }

    fn set_deadline(&mut self, timeout: NextTimeout) {
        // Without one, which does not occur: all calls have a deadline.
        let after = timeout.not_zero().map_or(Duration::from_secs(3600), |after| *after);
        self.stream.timed().deadline = Instant::now() + after;
    }
}

fn failed(error: io::Error, timeout: NextTimeout) -> ureq::Error {
    match error.kind() {
        io::ErrorKind::TimedOut => ureq::Error::Timeout(timeout.reason),
        _ => match crate::tls::refusal(&error) {
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
        self.set_deadline(timeout);
        let output = self.buffers.output().get_mut(..amount).unwrap_or_default();
        veil::reveal(output, &mut self.framing);
        self.came = 0;
        self.stream.timed().room = MAX_FRAMING;
        self.content = veil::content();
        let sent = self.stream.write_all(output);
        // A token or a password need not stay in a pooled connection's buffer.
        output.fill(0);
        sent.map_err(|e| failed(e, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.set_deadline(timeout);
        let room = self.buffers.input_append_buf();
        let most = self.content.load(Ordering::Relaxed).saturating_mul(2).saturating_add(MAX_FRAMING);
        let left = most.saturating_sub(self.came);
        self.stream.timed().room = left;
        let read = self.stream.read(room);
        let left_now = self.stream.timed().room;
        self.came += left - left_now;
        if left_now == 0 {
            return Err(super::mostly_framing());
        }
        let amount = read.map_err(|e| failed(e, timeout))?;
        if let Some(framing) = &mut self.framing {
            framing.hide(room.get_mut(..amount).unwrap_or_default());
        }
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.timed().socket.is_quiet()
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
