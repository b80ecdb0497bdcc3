//! TLS in memory: the TLS library reads from and writes to two buffers instead of the socket.

use std::io::{self, Read, Write};
use std::time::Instant;

use super::{TcpSocket, TimedSocket};

/// A TLS session over two buffers.
pub(crate) type TlsSession = native_tls::TlsStream<MemoryPipe>;

/// The stream of the TLS library: two buffers, or the socket until it is detached.
#[derive(Debug, Default)]
pub(crate) struct MemoryPipe {
    direct: Option<TimedSocket<TcpSocket>>,
    /// Received ciphertext, unread from index `read` on.
    input: Vec<u8>,
    read: usize,
    eof: bool,
    /// Ciphertext to send.
    pub(crate) output: Vec<u8>,
}

impl MemoryPipe {
    /// Uses the socket for the handshake and the upgrade.
    pub(crate) fn new(socket: TimedSocket<TcpSocket>) -> Self {
        Self { direct: Some(socket), ..Self::default() }
    }

    /// Switches to the buffers.
    pub(crate) fn detach_socket(&mut self) -> Option<TimedSocket<TcpSocket>> {
        self.direct.take()
    }

    /// Sets the deadline for the handshake and the upgrade.
    pub(crate) fn set_deadline(&mut self, deadline: Instant) {
        if let Some(socket) = &mut self.direct {
            socket.deadline = deadline;
        }
    }

    /// Adds bytes received from the socket. `None` means that the peer has finished.
    pub(crate) fn feed_bytes(&mut self, bytes: Option<&[u8]>) {
        if self.read == self.input.len() {
            self.input.clear();
            self.read = 0;
        }
        match bytes {
            Some(bytes) => self.input.extend_from_slice(bytes),
            None => self.eof = true,
        }
    }
}

impl Read for MemoryPipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(socket) = &mut self.direct {
            return socket.read(into);
        }
        let mut rest = self.input.get(self.read..).unwrap_or_default();
        if rest.is_empty() && !self.eof {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = rest.read(into)?;
        self.read += count;
        Ok(count)
    }
}

impl Write for MemoryPipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(socket) = &mut self.direct {
            return socket.write(bytes);
        }
        self.output.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
