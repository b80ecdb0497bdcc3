//! Connecting to a host: name lookup, connection, proxy. Each step has a deadline.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::base_url::BaseUrl;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::net::{TcpSocket, first_of, lookup, no_connection, tunnel};

/// Aborts a connection attempt from another thread. Lookups end at once, and a socket is shut down. Only the system
/// call `connect` cannot be aborted.
#[derive(Debug)]
pub(crate) struct AbortHandle {
    socket: Mutex<Option<Arc<TcpSocket>>>,
    /// Dropped when the stream closes, which wakes the threads that wait on `stopped`.
    running: Mutex<Option<Sender<()>>>,
    stopped: Receiver<()>,
    /// Shared with each lookup: the system's resolver cannot be interrupted, and ends on its own.
    look_ups: Arc<()>,
}

impl AbortHandle {
    pub(crate) fn new() -> Self {
        let (running, stopped) = bounded(0);
        Self { socket: Mutex::new(None), running: Mutex::new(Some(running)), stopped, look_ups: Arc::new(()) }
    }

    /// Returns `true` if a name is being resolved.
    pub(crate) fn is_looking_up(&self) -> bool {
        Arc::strong_count(&self.look_ups) > 1
    }

    fn lock_socket(&self) -> std::sync::MutexGuard<'_, Option<Arc<TcpSocket>>> {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Ends the current attempt and all later ones.
    pub(crate) fn stop_all(&self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.cut_socket();
    }

    /// Shuts down the current socket.
    pub(crate) fn cut_socket(&self) {
        if let Some(socket) = &*self.lock_socket() {
            socket.shut_down();
        }
    }

    /// Sets the socket that `stop_all` shuts down.
    fn hold_socket(&self, socket: &Arc<TcpSocket>) -> Result<()> {
        *self.lock_socket() = Some(Arc::clone(socket));
        self.check_stopped()
    }

    /// The attempt has ended.
    pub(crate) fn release_socket(&self) {
        *self.lock_socket() = None;
    }

    fn check_stopped(&self) -> Result<()> {
        if self.is_stopped() { Err(closed_error()) } else { Ok(()) }
    }
}

pub(crate) fn closed_error() -> Error {
    Error::new(ErrorKind::Closed, "the stream was closed")
}

/// A socket with one deadline over all of its reads and writes.
#[derive(Debug)]
pub(crate) struct DeadlineStream {
    socket: Arc<TcpSocket>,
    deadline: Instant,
}

impl DeadlineStream {
    pub(crate) fn new(socket: Arc<TcpSocket>, deadline: Instant) -> Self {
        Self { socket, deadline }
    }

    pub(crate) fn set_deadline(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }

    pub(crate) fn into_inner(self) -> Arc<TcpSocket> {
        self.socket
    }

    fn time_left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for DeadlineStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // The TLS library would retry after `WouldBlock`, which is the error of a read timeout on Unix.
        self.socket.read(into, Some(self.time_left()?)).map_err(timed_out)
    }
}

impl Write for DeadlineStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes, self.time_left()?).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

/// Connects to the server, or through the proxy to the server.
pub(crate) fn connect_to_server(
    config: &Config,
    target: &BaseUrl,
    abort: &AbortHandle,
    deadline: Instant,
) -> Result<Arc<TcpSocket>> {
    let proxy = config.proxy.for_target(target)?;
    let (host, port, to) = match &proxy {
        Some(proxy) => (&*proxy.host, proxy.port, format!("the proxy {}:{}", proxy.host, proxy.port)),
        None => (&*target.host, target.port, target.host_header()),
    };
    let within = deadline.saturating_duration_since(Instant::now()).min(config.connect_timeout);
    let found = lookup::addresses_unless(host, port, within, &abort.stopped, Arc::clone(&abort.look_ups))?;
    let deadline = deadline.min(Instant::now() + config.connect_timeout);
    let socket = first_of(&found, deadline, || abort.is_stopped());
    abort.check_stopped()?;
    let socket = socket.map_err(|e| no_connection(&to, e))?;
    abort.hold_socket(&socket)?;
    let Some(proxy) = proxy else { return Ok(socket) };
    let mut timed = DeadlineStream::new(socket, deadline);
    tunnel::open_tunnel(&proxy, target, config.head_limit, &mut timed)?;
    Ok(timed.into_inner())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::net::read_head;

    #[test]
    fn look_ups_end_when_the_stream_is_closed() {
        let abort = AbortHandle::new();
        abort.stop_all();
        let started = Instant::now();
        let waiting = &abort.stopped;
        let error =
            lookup::addresses_unless("host.invalid", 1, Duration::from_secs(9), waiting, ()).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(4), "{error}");
    }

    #[test]
    fn a_silent_peer_meets_the_deadline() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut timed = DeadlineStream::new(
            Arc::new(TcpSocket::new(socket).unwrap()),
            Instant::now() + Duration::from_millis(50),
        );
        let error = read_head(&mut timed, "it", 1000).unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert!(timed.read(&mut [0]).is_err());
    }
}
