//! Sockets with deadlines, and proxies. Used by HTTP and WebSocket.

pub(crate) mod lookup;
mod tcp;
#[cfg(feature = "native-tls")]
pub(crate) mod tls_pipe;
pub(crate) mod tunnel;

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use memchr::memmem;

use crate::error::{Error, ErrorKind, Result};
use crate::tls;

pub(crate) use tcp::TcpSocket;

/// A connected socket. All methods take `&self`, so that another thread can shut it down.
pub(crate) trait NetSocket: Send + Sync + 'static {
    fn read(&self, into: &mut [u8], within: Duration) -> io::Result<usize>;
    fn write(&self, bytes: &[u8], within: Duration) -> io::Result<usize>;
    fn shut_down(&self);
    /// Returns `true` if the peer has sent nothing in the meantime, not even the end of the stream.
    fn is_quiet(&self) -> bool;
}

impl NetSocket for TcpSocket {
    fn read(&self, into: &mut [u8], within: Duration) -> io::Result<usize> {
        self.read(into, Some(within)).map_err(timed_out)
    }

    fn write(&self, bytes: &[u8], within: Duration) -> io::Result<usize> {
        self.write(bytes, within).map_err(timed_out)
    }

    fn shut_down(&self) {
        self.shut_down();
    }

    fn is_quiet(&self) -> bool {
        self.is_quiet()
    }
}

#[cfg(unix)]
impl NetSocket for std::os::unix::net::UnixStream {
    fn read(&self, into: &mut [u8], within: Duration) -> io::Result<usize> {
        self.set_read_timeout(Some(within))?;
        let mut this = self;
        Read::read(&mut this, into).map_err(timed_out)
    }

    fn write(&self, bytes: &[u8], within: Duration) -> io::Result<usize> {
        self.set_write_timeout(Some(within))?;
        let mut this = self;
        Write::write(&mut this, bytes).map_err(timed_out)
    }

    fn shut_down(&self) {
        let _ = self.shutdown(std::net::Shutdown::Both);
    }

    fn is_quiet(&self) -> bool {
        if self.set_nonblocking(true).is_err() {
            return false;
        }
        let mut this = self;
        let quiet =
            matches!(Read::read(&mut this, &mut [0]), Err(e) if e.kind() == io::ErrorKind::WouldBlock);
        quiet && self.set_nonblocking(false).is_ok()
    }
}

/// The TLS library would retry after `WouldBlock`, which is the error of a timeout on Unix.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

/// A socket with one deadline for all of its reads and writes.
pub(crate) struct TimedSocket<S: NetSocket + ?Sized = dyn NetSocket> {
    pub(crate) socket: Arc<S>,
    pub(crate) deadline: Instant,
    /// Number of bytes that may still be received. TLS keeps reading without returning as long as there is no
    /// content.
    pub(crate) room: u64,
}

impl<S: NetSocket + ?Sized> TimedSocket<S> {
    pub(crate) fn new(socket: Arc<S>, deadline: Instant) -> Self {
        Self { socket, deadline, room: u64::MAX }
    }

    fn time_left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl<S: NetSocket + ?Sized> fmt::Debug for TimedSocket<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedSocket").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

impl<S: NetSocket + ?Sized> Read for TimedSocket<S> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::Error::other("too much data was received"));
        }
        let count = self.socket.read(into, self.time_left()?)?;
        self.room = self.room.saturating_sub(count as u64);
        Ok(count)
    }
}

impl<S: NetSocket + ?Sized> Write for TimedSocket<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes, self.time_left()?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the first address that accepts a connection. Each gets a share of the time, so that a dead one does not
/// use up all of it. Calls `stopped` in between.
pub(crate) fn first_of(
    addresses: &[SocketAddr],
    deadline: Instant,
    stopped: impl Fn() -> bool,
) -> io::Result<Arc<TcpSocket>> {
    let mut last = io::Error::from(io::ErrorKind::TimedOut);
    let mut rest = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stopped() {
            break;
        }
        let share = (left / rest.max(1)).max(Duration::from_secs(1)).min(left);
        rest = rest.saturating_sub(1);
        match TcpStream::connect_timeout(address, share) {
            Ok(socket) => {
                let _ = socket.set_nodelay(true);
                return TcpSocket::new(socket).map(Arc::new);
            }
            Err(e) => last = e,
        }
    }
    Err(last)
}

/// Returns `true` if the error means that the peer closed or reset the connection.
pub(crate) fn is_hang_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// Reads a header block of at most `limit` bytes. Returns it, and the bytes after it.
pub(crate) fn read_head(from: &mut impl Read, who: &str, limit: usize) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut head = Vec::new();
    let mut chunk = [0; 2048];
    loop {
        let count = match from.read(&mut chunk) {
            Ok(count @ 1..) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) if e.kind() == io::ErrorKind::TimedOut => {
                return Err(Error::new(
                    ErrorKind::Timeout,
                    format!("{who} did not respond before the deadline"),
                )
                .with_hint(
                    "it accepts connections but sends nothing: check the port, and the load of the server",
                ));
            }
            Err(e) if !is_hang_up(&e) => {
                let broken = |e| Error::io(format!("the connection to {who} broke"), e);
                return Err(tls::refusal_error(&e).unwrap_or_else(|| broken(e)));
            }
            _ => {
                let what = if head.is_empty() {
                    "before it sent a response"
                } else {
                    "in the middle of its response"
                };
                return Err(Error::new(ErrorKind::Io, format!("{who} closed the connection {what}"))
                    .with_hint("a proxy may have given up, the server may be overloaded or restarting, or the port may be wrong"));
            }
        };
        let looked_at = head.len().saturating_sub(3);
        head.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let end = memmem::find(head.get(looked_at..).unwrap_or_default(), b"\r\n\r\n");
        let end = end.map(|end| looked_at + end + 4);
        if end.unwrap_or(head.len()) > limit {
            return Err(Error::new(
                ErrorKind::Protocol,
                format!("the head of the response of {who} is larger than {limit} bytes"),
            ));
        }
        if let Some(end) = end {
            let rest = head.split_off(end);
            return Ok((head, rest));
        }
    }
}

/// Returns the error of a connection that could not be established.
pub(crate) fn no_connection(to: &str, error: io::Error) -> Error {
    let made = |kind, what: &str| Error::new(kind, format!("cannot connect to {to}: {what}"));
    match error.kind() {
        io::ErrorKind::TimedOut => made(ErrorKind::Timeout, "it took too long")
            .with_hint("a firewall may drop the packets, or the host may be down"),
        io::ErrorKind::ConnectionRefused => made(ErrorKind::Connect, "refused")
            .with_hint("nothing listens on this port: check the port, and that the server is running")
            .with_source(error),
        io::ErrorKind::NotFound => made(ErrorKind::Connect, "the socket does not exist").with_source(error),
        io::ErrorKind::PermissionDenied => made(ErrorKind::Connect, "not permitted").with_source(error),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown => {
            made(ErrorKind::Connect, "there is no route to it")
                .with_hint("check the network connection of this machine, and the address")
                .with_source(error)
        }
        _ => made(ErrorKind::Connect, "the system reports an error").with_source(error),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_machine_without_a_network_is_named() {
        for kind in [io::ErrorKind::NetworkUnreachable, io::ErrorKind::HostUnreachable] {
            let error = no_connection("192.0.2.1", kind.into());
            assert_eq!(error.to_string(), "cannot connect to 192.0.2.1: there is no route to it");
            assert!(error.hint().is_some_and(|hint| hint.contains("network connection")), "{error:?}");
        }
    }

    #[test]
    fn a_dead_first_address_leaves_time_to_the_second() {
        let live = TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let soon = Instant::now() + Duration::from_secs(5);
        let addresses = [closed, live.local_addr().unwrap()];
        assert!(first_of(&addresses, soon, || false).is_ok());
        assert!(first_of(&addresses[..1], soon, || false).is_err());
        assert_eq!(
            first_of(&addresses, Instant::now(), || false).unwrap_err().kind(),
            io::ErrorKind::TimedOut
        );
        assert!(first_of(&addresses, soon, || true).is_err());
        assert!(first_of(&[], soon, || false).is_err());
    }

    #[test]
    fn a_header_ends_at_its_limit() {
        let head = |length: usize| {
            let mut head = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
            head.resize(length - 4, b'x');
            head.extend_from_slice(b"\r\n\r\n");
            read_head(&mut &head[..], "it", 1000)
        };
        assert_eq!(head(1000).unwrap().0.len(), 1000);
        assert_eq!(head(1001).unwrap_err().kind(), ErrorKind::Protocol);
        assert_eq!(read_head(&mut io::repeat(b'x'), "it", 1000).unwrap_err().kind(), ErrorKind::Protocol);
        let (_, rest) = read_head(&mut &b"HTTP/1.1 200 OK\r\n\r\nrest"[..], "it", 1000).unwrap();
        assert_eq!(rest, b"rest");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_silent_first_address_leaves_time_to_the_second() {
        // A listener whose queue is full drops what comes, as a firewall does.
        let full = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = full.local_addr().unwrap();
        let short = Duration::from_millis(100);
        let queue: Vec<_> =
            (0..1000).map_while(|_| TcpStream::connect_timeout(&address, short).ok()).collect();
        let live = TcpListener::bind("127.0.0.1:0").unwrap();
        let began = Instant::now();
        let found = [address, live.local_addr().unwrap()];
        let socket = first_of(&found, began + Duration::from_secs(2), || false).unwrap();
        drop(live.accept().unwrap());
        drop(socket);
        assert!(began.elapsed() >= Duration::from_secs(1) && !queue.is_empty());
    }

    #[test]
    fn a_trickle_does_not_move_the_deadline() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (peer, _) = listener.accept().unwrap();
        let trickle = std::thread::spawn(move || {
            while (&peer).write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let began = Instant::now();
        let mut timed =
            TimedSocket::new(Arc::new(TcpSocket::new(socket).unwrap()), began + Duration::from_millis(100));
        let error = timed.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() < Duration::from_secs(2));
        timed.socket.shut_down();
        drop(timed);
        trickle.join().unwrap();
    }
}
