//! Connecting to a host: name lookup, connection, proxy. Each step has a deadline.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::base_url::BaseUrl;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::net::{TcpSocket, TimedSocket, first_of, lookup, no_connection, tunnel};

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
    let mut timed = TimedSocket::new(socket, deadline);
    tunnel::open_tunnel(&proxy, target, config.head_limit, &mut timed)?;
    Ok(timed.socket)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

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
        let mut timed = TimedSocket::new(
            Arc::new(TcpSocket::new(socket).unwrap()),
            Instant::now() + Duration::from_millis(50),
        );
        let error = read_head(&mut timed, "it", 1000).unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert!(timed.read(&mut [0]).is_err());
    }
}
