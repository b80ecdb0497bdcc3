//! A TCP socket that another thread can shut down while a read or a write is blocked, on every platform.
//!
//! Unix wakes a blocked read when another thread calls `shutdown`. Windows does not, and after a read or a write with a
//! timeout has failed there, the number of bytes that were transferred is undefined. On Windows the socket is therefore
//! non-blocking, and readers and writers wait in `poll` for the socket and for a wake-up socket.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

#[cfg(not(windows))]
use self::unix::Waiter;
#[cfg(windows)]
use self::windows::Waiter;

/// A connected TCP socket. Every operation takes `&self`, so that one thread can read, another write, and a third
/// shut it down.
#[derive(Debug)]
pub(crate) struct TcpSocket {
    stream: TcpStream,
    /// Waits for `stream`, or makes it wait.
    waiter: Waiter,
}

impl TcpSocket {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        let waiter = Waiter::new(&stream)?;
        Ok(Self { stream, waiter })
    }

    /// Waits for bytes. `None` waits until they arrive or the socket is shut down.
    ///
    /// Fails with `TimedOut` or `WouldBlock` after `timeout`, and then has taken nothing from the socket.
    pub(crate) fn read(&self, into: &mut [u8], timeout: Option<Duration>) -> io::Result<usize> {
        self.waiter.read(&self.stream, timeout, |mut stream| stream.read(into))
    }

    /// Waits for bytes and leaves them in the socket. Returns `false` after `timeout`.
    #[cfg(feature = "testing")]
    pub(crate) fn has_unread(&self, timeout: Duration) -> bool {
        let peek = |stream: &TcpStream| stream.peek(&mut [0]);
        matches!(self.waiter.read(&self.stream, Some(timeout), peek), Ok(1..))
    }

    /// Waits until the socket accepts bytes, and returns how many it took.
    ///
    /// Fails with `TimedOut` or `WouldBlock` after `timeout`, and then has sent nothing.
    pub(crate) fn write(&self, bytes: &[u8], timeout: Duration) -> io::Result<usize> {
        self.waiter.write(&self.stream, timeout, |mut stream| stream.write(bytes))
    }

    /// Ends both directions: blocked reads and writes return at once.
    pub(crate) fn shut_down(&self) {
        self.waiter.wake_blocked();
        // Fails if the peer was faster.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Returns `true` if the peer has sent nothing that is still unread, not even the end of the stream.
    pub(crate) fn is_quiet(&self) -> bool {
        self.waiter.without_waiting(
            &self.stream,
            |mut stream| matches!(stream.read(&mut [0]), Err(e) if e.kind() == io::ErrorKind::WouldBlock),
        )
    }
}

#[cfg(not(windows))]
mod unix {
    use std::sync::atomic::Ordering;

    use super::{Duration, TcpStream, io};
    use crate::atomic::AtomicU64;

    /// Sets the timeouts of a blocking socket.
    #[derive(Debug)]
    pub(super) struct Waiter {
        /// The timeouts that are in force, in nanoseconds; 0 means none. Setting one is a system call, which a stream
        /// that always waits equally long can spare.
        read_timeout: AtomicU64,
        write_timeout: AtomicU64,
    }

    impl Waiter {
        #[expect(clippy::unnecessary_wraps, reason = "it can fail on Windows")]
        pub(super) fn new(_: &TcpStream) -> io::Result<Self> {
            Ok(Self { read_timeout: AtomicU64::new(0), write_timeout: AtomicU64::new(0) })
        }

        pub(super) fn read<T>(
            &self,
            stream: &TcpStream,
            timeout: Option<Duration>,
            read: impl FnOnce(&TcpStream) -> io::Result<T>,
        ) -> io::Result<T> {
            update_state(&self.read_timeout, timeout, |timeout| stream.set_read_timeout(timeout))?;
            read(stream)
        }

        pub(super) fn write<T>(
            &self,
            stream: &TcpStream,
            timeout: Duration,
            write: impl FnOnce(&TcpStream) -> io::Result<T>,
        ) -> io::Result<T> {
            update_state(&self.write_timeout, Some(timeout), |timeout| stream.set_write_timeout(timeout))?;
            write(stream)
        }

        #[expect(clippy::unused_self, reason = "`shutdown` wakes blocked threads by itself")]
        pub(super) fn wake_blocked(&self) {}

        #[expect(clippy::unused_self, reason = "the mode of the socket is not part of the waiter")]
        pub(super) fn without_waiting(
            &self,
            stream: &TcpStream,
            look: impl FnOnce(&TcpStream) -> bool,
        ) -> bool {
            stream.set_nonblocking(true).is_ok() && look(stream) && stream.set_nonblocking(false).is_ok()
        }
    }

    fn update_state(
        current: &AtomicU64,
        timeout: Option<Duration>,
        set: impl FnOnce(Option<Duration>) -> io::Result<()>,
    ) -> io::Result<()> {
        let nanos = timeout.map_or(0, |timeout| u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
        if current.load(Ordering::Relaxed) == nanos {
            return Ok(());
        }
        match set(timeout) {
            // macOS refuses options of a socket that has ended in both directions. Reads and writes do not wait then.
            Err(e) if cfg!(target_vendor = "apple") && e.kind() == io::ErrorKind::InvalidInput => Ok(()),
            Err(e) => Err(e),
            Ok(()) => {
                current.store(nanos, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::net::{Ipv4Addr, UdpSocket};
    use std::time::Instant;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::{Duration, TcpStream, io};

    /// Longest single wait: `poll` counts milliseconds in 32 bits.
    const MAX_POLL_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

    /// Waits beside a non-blocking socket.
    #[derive(Debug)]
    pub(super) struct Waiter {
        /// A datagram socket that is connected to itself. The one datagram that `wake_blocked` sends is never read, so that
        /// every later wait returns too.
        wake_socket: UdpSocket,
    }

    impl Waiter {
        pub(super) fn new(stream: &TcpStream) -> io::Result<Self> {
            stream.set_nonblocking(true)?;
            let wake_socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            wake_socket.connect(wake_socket.local_addr()?)?;
            wake_socket.set_nonblocking(true)?;
            Ok(Self { wake_socket })
        }

        /// Reads; the end of the stream once the socket was shut down here.
        pub(super) fn read<T: Default>(
            &self,
            stream: &TcpStream,
            timeout: Option<Duration>,
            mut read: impl FnMut(&TcpStream) -> io::Result<T>,
        ) -> io::Result<T> {
            let deadline = deadline_after(timeout);
            loop {
                if !self.wait_ready(stream, PollFlags::IN, deadline)? {
                    return Ok(T::default());
                }
                match read(stream) {
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                    result => return result,
                }
            }
        }

        pub(super) fn write<T>(
            &self,
            stream: &TcpStream,
            timeout: Duration,
            mut write: impl FnMut(&TcpStream) -> io::Result<T>,
        ) -> io::Result<T> {
            let deadline = deadline_after(Some(timeout));
            loop {
                // Usually there is room, and nothing to wait for.
                match write(stream) {
                    Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
                    result => return result,
                }
                if !self.wait_ready(stream, PollFlags::OUT, deadline)? {
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
            }
        }

        pub(super) fn wake_blocked(&self) {
            // Fails if the buffer holds a datagram already.
            let _ = self.wake_socket.send(&[0]);
        }

        #[expect(clippy::unused_self, reason = "the socket never blocks")]
        pub(super) fn without_waiting(
            &self,
            stream: &TcpStream,
            look: impl FnOnce(&TcpStream) -> bool,
        ) -> bool {
            look(stream)
        }

        /// Waits until the socket is ready. Returns `false` if it was shut down here, fails with `TimedOut` at the
        /// deadline.
        fn wait_ready(
            &self,
            stream: &TcpStream,
            ready: PollFlags,
            deadline: Option<Instant>,
        ) -> io::Result<bool> {
            loop {
                let left =
                    deadline.map_or(MAX_POLL_TIMEOUT, |at| at.saturating_duration_since(Instant::now()));
                // Windows rounds less than a millisecond to zero, which would poll without a wait.
                let wait = left.clamp(Duration::from_millis(1), MAX_POLL_TIMEOUT);
                let wait = Timespec::try_from(wait).map_err(|_| io::ErrorKind::InvalidInput)?;
                let mut sockets = [PollFd::new(stream, ready), PollFd::new(&self.wake_socket, PollFlags::IN)];
                if poll(&mut sockets, Some(&wait))? > 0 {
                    let [_, wake_socket] = &sockets;
                    return Ok(wake_socket.revents().is_empty());
                }
                if deadline.is_some_and(|at| at <= Instant::now()) {
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
        }
    }

    /// `None` if there is none, or if it lies beyond what the clock can express.
    fn deadline_after(timeout: Option<Duration>) -> Option<Instant> {
        timeout.and_then(|timeout| Instant::now().checked_add(timeout))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::sync::{Arc, mpsc};
    use std::thread;
    use std::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn pair() -> (Arc<TcpSocket>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (Arc::new(TcpSocket::new(stream).unwrap()), listener.accept().unwrap().0)
    }

    #[test]
    fn a_shutdown_ends_blocked_reads_at_once() {
        for timeout in [None, Some(LONG), Some(Duration::MAX)] {
            let (socket, _peer) = pair();
            let (about_to_read, started) = mpsc::channel();
            let reader = Arc::clone(&socket);
            let reading = thread::spawn(move || {
                about_to_read.send(()).unwrap();
                reader.read(&mut [0; 8], timeout)
            });
            started.recv().unwrap();
            let began = Instant::now();
            socket.shut_down();
            assert_eq!(reading.join().unwrap().unwrap(), 0);
            assert!(began.elapsed() < LONG / 2);
            assert_eq!(socket.read(&mut [0; 8], timeout).unwrap(), 0, "and it stays shut down");
        }
    }

    #[test]
    fn a_shutdown_ends_blocked_writes_at_once() {
        let (socket, _peer) = pair();
        let chunk = vec![0; 1 << 20];
        // The peer reads nothing: after this a write has to wait.
        while socket.write(&chunk, Duration::from_millis(50)).is_ok() {}
        let (about_to_write, started) = mpsc::channel();
        let writer = Arc::clone(&socket);
        let writing = thread::spawn(move || {
            about_to_write.send(()).unwrap();
            while writer.write(&chunk, LONG).is_ok() {}
        });
        started.recv().unwrap();
        let began = Instant::now();
        socket.shut_down();
        writing.join().unwrap();
        assert!(began.elapsed() < LONG / 2);
    }

    #[test]
    fn a_timeout_takes_nothing_from_the_socket() {
        let (socket, mut peer) = pair();
        let sent: Vec<u8> = (0..200_u8).collect();
        let mut received = Vec::new();
        let mut chunk = [0; 8];
        for &byte in &sent {
            let error = socket.read(&mut chunk, Some(Duration::from_millis(1))).unwrap_err();
            assert!(matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock), "{error}");
            assert!(socket.is_quiet());
            peer.write_all(&[byte]).unwrap();
            let count = socket.read(&mut chunk, Some(LONG)).unwrap();
            received.extend_from_slice(&chunk[..count]);
        }
        assert_eq!(received, sent);
        drop(peer);
        assert_eq!(socket.read(&mut chunk, None).unwrap(), 0);
        assert!(!socket.is_quiet());
    }

    #[test]
    fn a_write_timeout_sends_nothing() {
        let (socket, mut peer) = pair();
        let chunk: Vec<u8> = (0..=u8::MAX).cycle().take(1 << 16).collect();
        let mut sent = Vec::new();
        loop {
            match socket.write(&chunk, Duration::from_millis(20)) {
                Ok(count) => sent.extend_from_slice(&chunk[..count]),
                Err(e) => {
                    assert!(matches!(e.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock), "{e}");
                    break;
                }
            }
        }
        drop(socket);
        let mut received = Vec::new();
        peer.read_to_end(&mut received).unwrap();
        assert!(received == sent);
    }
}
