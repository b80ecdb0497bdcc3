//! A byte stream to a client, plain or TLS, with the faults that a test injects.

use std::fmt;
use std::io;
use std::net::TcpStream;
#[cfg(feature = "native-tls")]
use std::sync::OnceLock;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[cfg(feature = "native-tls")]
use super::tls::Tls;
use crate::net::TcpSocket;

/// Deadline for one write, as on the real server.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);

/// Locks a mutex, even after a panic of its holder.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection. One thread reads; writes are serialized here.
pub(crate) struct Conn {
    pub(super) id: u64,
    tcp: TcpSocket,
    #[cfg(feature = "native-tls")]
    tls: OnceLock<Mutex<Tls>>,
    writing: Mutex<()>,
    line: Mutex<LineFaults>,
    changed: Condvar,
}

/// The faults of a connection.
#[derive(Debug, Default)]
struct LineFaults {
    closed: bool,
    /// `true` if data in both directions is silently discarded while the connection stays open.
    swallow: bool,
    hold_out: Option<Instant>,
    hold_in: Option<Instant>,
    trickle: Option<(usize, Duration)>,
    cut_after: Option<u64>,
    reset: bool,
}

impl Conn {
    pub(super) fn new(id: u64, tcp: TcpStream) -> io::Result<Self> {
        // Without it, the server is only slower.
        let _ = tcp.set_nodelay(true);
        let tcp = TcpSocket::new(tcp)?;
        Ok(Self {
            id,
            tcp,
            #[cfg(feature = "native-tls")]
            tls: OnceLock::new(),
            writing: Mutex::new(()),
            line: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Performs the TLS handshake. From then on all data is encrypted.
    #[cfg(feature = "native-tls")]
    pub(super) fn accept_tls(&self, acceptor: &native_tls::TlsAcceptor) -> io::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(10);
        let read = |buffer: &mut [u8]| self.read_raw(buffer, Some(deadline));
        let tls = Tls::accept(acceptor, read, |bytes| self.send(bytes))?;
        self.tls.set(Mutex::new(tls)).map_err(|_| io::ErrorKind::AlreadyExists.into())
    }

    /// Waits for bytes until `deadline`. Returns 0 at the end of the stream.
    pub(super) fn read(&self, buffer: &mut [u8], deadline: Option<Instant>) -> io::Result<usize> {
        #[cfg(feature = "native-tls")]
        if let Some(tls) = self.tls.get() {
            return self.read_tls(tls, buffer, deadline);
        }
        self.read_raw(buffer, deadline)
    }

    #[cfg(feature = "native-tls")]
    fn read_tls(&self, tls: &Mutex<Tls>, buffer: &mut [u8], deadline: Option<Instant>) -> io::Result<usize> {
        let mut raw = [0; 16 * 1024];
        loop {
            let (got, answer) = {
                let mut tls = lock(tls);
                (tls.read(buffer)?, tls.has_output())
            };
            if answer {
                self.flush_tls(tls)?;
            }
            if let Some(count) = got {
                return Ok(count);
            }
            let count = self.read_raw(&mut raw, deadline)?;
            lock(tls).feed(raw.get(..count).unwrap_or_default());
            if count == 0 {
                return Ok(0);
            }
        }
    }

    #[cfg(feature = "native-tls")]
    fn flush_tls(&self, tls: &Mutex<Tls>) -> io::Result<()> {
        let _order = lock(&self.writing);
        let bytes = lock(tls).take_output();
        self.send(&bytes)
    }

    fn read_raw(&self, buffer: &mut [u8], deadline: Option<Instant>) -> io::Result<usize> {
        loop {
            let left = match deadline {
                Some(at) => Some(at.checked_duration_since(Instant::now()).ok_or(io::ErrorKind::TimedOut)?),
                None => None,
            };
            if lock(&self.line).closed {
                return Ok(0);
            }
            match self.tcp.read(buffer, left.map(|left| left.max(Duration::from_millis(1)))) {
                Ok(count) => {
                    self.held(false)?;
                    if count > 0 && lock(&self.line).swallow {
                        continue;
                    }
                    return Ok(count);
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {}
                    _ => return Err(error),
                },
            }
        }
    }

    /// Sends all bytes in one piece with respect to other writers.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let _order = lock(&self.writing);
        self.write_now(bytes)
    }

    /// Like `write`, but fails if another thread is blocked in a write, or the connection is stalled.
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<()> {
        for _ in 0..100 {
            if lock(&self.line).hold_out.is_some_and(|until| until > Instant::now()) {
                break;
            }
            if let Ok(_order) = self.writing.try_lock() {
                return self.write_now(bytes);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(io::ErrorKind::WouldBlock.into())
    }

    fn write_now(&self, bytes: &[u8]) -> io::Result<()> {
        #[cfg(feature = "native-tls")]
        if let Some(tls) = self.tls.get() {
            let bytes = {
                let mut tls = lock(tls);
                tls.write(bytes)?;
                tls.take_output()
            };
            return self.send(&bytes);
        }
        self.send(bytes)
    }

    /// Sends bytes to the wire, subject to the current faults.
    fn send(&self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.held(true)?;
            let (most, pause) = {
                let line = lock(&self.line);
                if line.swallow {
                    return Ok(());
                }
                let most =
                    line.cut_after.map_or(rest.len(), |left| usize::try_from(left).unwrap_or(usize::MAX));
                match line.trickle {
                    Some((step, pause)) => (most.min(step), Some(pause)),
                    None => (most, None),
                }
            };
            let (now, later) = rest.split_at(most.min(rest.len()));
            self.send_pieces(now)?;
            rest = later;
            let cut = {
                let mut line = lock(&self.line);
                match &mut line.cut_after {
                    Some(left) => {
                        *left = left.saturating_sub(now.len() as u64);
                        *left == 0
                    }
                    None => false,
                }
            };
            if cut {
                self.close();
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            if let Some(pause) = pause {
                self.rest(pause)?;
            }
        }
        Ok(())
    }

    /// Sends all bytes. As on the real server, the deadline starts again with each piece that was sent.
    fn send_pieces(&self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.tcp.write(rest, WRITE_DEADLINE) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Waits while this direction is stalled.
    fn held(&self, out: bool) -> io::Result<()> {
        let mut line = lock(&self.line);
        loop {
            if line.closed {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            let until = if out { line.hold_out } else { line.hold_in };
            match until.and_then(|until| until.checked_duration_since(Instant::now())) {
                Some(left) if !left.is_zero() => {
                    line = self.changed.wait_timeout(line, left).unwrap_or_else(PoisonError::into_inner).0;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Pauses until a time has passed or the connection is closed.
    pub(super) fn rest(&self, time: Duration) -> io::Result<()> {
        let line = lock(&self.line);
        let (line, _) = self
            .changed
            .wait_timeout_while(line, time, |line| !line.closed)
            .unwrap_or_else(PoisonError::into_inner);
        if line.closed { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }

    /// Closes the connection. Bytes that were written still arrive, followed by the end of the stream.
    pub(super) fn close(&self) {
        lock(&self.line).closed = true;
        self.changed.notify_all();
        // It fails if the client was faster.
        self.tcp.shut_down();
    }

    pub(super) fn is_closed(&self) -> bool {
        lock(&self.line).closed
    }

    /// Waits for bytes and leaves them unread, so that closing resets the connection.
    pub(super) fn leave_unread(&self, most: Duration) -> bool {
        self.tcp.has_unread(most)
    }

    /// Makes the connection end with a TCP reset.
    pub(super) fn set_reset(&self) {
        self.change(|line| line.reset = true);
    }

    pub(super) fn is_reset(&self) -> bool {
        lock(&self.line).reset
    }

    fn change(&self, change: impl FnOnce(&mut LineFaults)) {
        change(&mut lock(&self.line));
        self.changed.notify_all();
    }

    pub(super) fn swallow(&self) {
        self.change(|line| line.swallow = true);
    }

    pub(super) fn hold_out(&self, until: Instant) {
        self.change(|line| line.hold_out = Some(until));
    }

    pub(super) fn hold_in(&self, until: Instant) {
        self.change(|line| line.hold_in = Some(until));
    }

    pub(super) fn trickle(&self, bytes: usize, pause: Duration) {
        self.change(|line| line.trickle = Some((bytes.max(1), pause)));
    }

    /// Cuts the connection after `bytes` more bytes. 0 cuts it at once.
    pub(super) fn cut_after(&self, bytes: u64) {
        if bytes == 0 {
            self.close();
        } else {
            self.change(|line| line.cut_after = Some(bytes));
        }
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conn").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A transport of requests.
pub(crate) trait Line {
    /// Waits for bytes until `deadline`. Returns 0 at the end of the stream.
    fn read(&self, buffer: &mut [u8], deadline: Option<Instant>) -> io::Result<usize>;
    /// Sends all bytes.
    fn write(&self, bytes: &[u8]) -> io::Result<()>;
}

impl Line for Conn {
    fn read(&self, buffer: &mut [u8], deadline: Option<Instant>) -> io::Result<usize> {
        Self::read(self, buffer, deadline)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        Self::write(self, bytes)
    }
}

/// The reading end of a connection, with the bytes that arrived and are not consumed yet.
#[derive(Debug)]
pub(crate) struct Input<L = Conn> {
    pub(super) conn: Arc<L>,
    buffer: Vec<u8>,
    start: usize,
}

impl<L: Line> Input<L> {
    pub(crate) fn new(conn: Arc<L>) -> Self {
        Self { conn, buffer: Vec::new(), start: 0 }
    }

    /// Returns the bytes that are not consumed yet.
    pub(crate) fn data(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.buffer.len());
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
        } else if self.start > 64 * 1024 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
    }

    /// Waits for more bytes. Fails with `UnexpectedEof` at the end of the stream.
    pub(super) fn fill(&mut self, deadline: Option<Instant>) -> io::Result<()> {
        let mut chunk = [0; 16 * 1024];
        match self.conn.read(&mut chunk, deadline)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.buffer.extend_from_slice(chunk.get(..count).unwrap_or_default());
                Ok(())
            }
        }
    }
}
