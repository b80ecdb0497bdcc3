//! TLS in memory, so that one thread can read while another one writes.

use std::fmt;
use std::io::{self, Read, Write};

use native_tls::{HandshakeError, Identity, TlsAcceptor};

use crate::net::tls_pipe::{MemoryPipe, TlsSession};

const CERTIFICATE: &[u8] = include_bytes!("../../tests/data/tls/server.pem");
const KEY: &[u8] = include_bytes!("../../tests/data/tls/server.key.pem");

/// Certificate authority of every `TestServer` with TLS, as PEM. Its key was destroyed.
pub(super) const AUTHORITY: &str = include_str!("../../tests/data/tls/ca.pem");

/// Returns the acceptor for all connections of a server.
pub(super) fn acceptor() -> io::Result<TlsAcceptor> {
    let identity = Identity::from_pkcs8(CERTIFICATE, KEY).map_err(io::Error::other)?;
    TlsAcceptor::new(identity).map_err(io::Error::other)
}

/// The TLS state of a connection.
pub(super) struct Tls(TlsSession);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// Performs the handshake, with functions that read from and write to the wire.
    pub(super) fn accept(
        acceptor: &TlsAcceptor,
        mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
        write: impl Fn(&[u8]) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut attempt = acceptor.accept(MemoryPipe::default());
        let mut buffer = [0; 4096];
        loop {
            match attempt {
                Ok(stream) => {
                    let mut tls = Self(stream);
                    write(&tls.take_output())?;
                    return Ok(tls);
                }
                Err(HandshakeError::Failure(error)) => return Err(io::Error::other(error)),
                Err(HandshakeError::WouldBlock(mut middle)) => {
                    write(&std::mem::take(&mut middle.get_mut().output))?;
                    let count = read(&mut buffer)?;
                    if count == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    middle.get_mut().feed_bytes(buffer.get(..count));
                    attempt = middle.handshake();
                }
            }
        }
    }

    /// Reads decrypted bytes. Returns `None` if more bytes must be received first, and `Some(0)` at the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match self.0.read(buffer) {
            Ok(count) => Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Adds received bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.0.get_mut().feed_bytes(Some(bytes));
    }

    /// Encrypts bytes, which [`take_output`](Self::take_output) then returns.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    pub(super) fn has_output(&mut self) -> bool {
        !self.0.get_mut().output.is_empty()
    }

    /// Returns the bytes to send.
    pub(super) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0.get_mut().output)
    }
}
