//! Connections for ureq: the socket, the proxy, and TLS, with one deadline.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Instant;

use ureq::unversioned::transport::{ConnectionDetails, Connector, ShutdownHandle};

use super::resolver::CachedResolver;
use super::transport::{SocketShutdown, SocketTransport, TransportStream};
use crate::config::Config;
use crate::error::Result;
use crate::net::{NetSocket, TimedSocket, first_of, no_connection, tunnel};
use crate::proxy::Proxy;

/// Connects, and marks all failures to connect: nothing was sent in this case.
pub(crate) struct SocketConnector {
    config: Arc<Config>,
    proxy: Option<Proxy>,
    resolver: Arc<CachedResolver>,
}

impl SocketConnector {
    pub(crate) fn new(config: Arc<Config>, proxy: Option<Proxy>, resolver: Arc<CachedResolver>) -> Self {
        Self { config, proxy, resolver }
    }

    fn dial_server(&self, details: &ConnectionDetails) -> Result<SocketTransport, ureq::Error> {
        let within = details.timeout.not_zero().map_or(self.config.connect_timeout, |after| *after);
        let deadline = Instant::now() + within;
        let socket = self.open_socket(details, deadline).map_err(super::not_sent)?;
        let handle = Arc::new(SocketShutdown::new(Arc::clone(&socket)));
        let weak: Weak<dyn ShutdownHandle> = Arc::<SocketShutdown>::downgrade(&handle);
        (details.register_shutdown)(weak)?;
        let mut timed = TimedSocket::new(socket, deadline);
        if let Some(proxy) = &self.proxy {
            tunnel::open_tunnel(proxy, &self.config.base, self.config.head_limit, &mut timed)
                .map_err(super::not_sent)?;
        }
        let stream = self.start_tls(timed).map_err(super::not_sent)?;
        Ok(SocketTransport::new(stream, handle, details))
    }

    fn open_socket(&self, details: &ConnectionDetails, deadline: Instant) -> Result<Arc<dyn NetSocket>> {
        #[cfg(unix)]
        if let Some(path) = &self.config.base.unix {
            return local::connect_unix(path, deadline);
        }
        let to = match &self.proxy {
            Some(proxy) => format!("the proxy {}:{}", proxy.host, proxy.port),
            None => self.config.base.host_header(),
        };
        match first_of(&details.addrs, deadline, || false) {
            Ok(socket) => Ok(socket),
            Err(e) => Err(no_connection(&to, e)),
        }
    }

    #[cfg(feature = "native-tls")]
    fn start_tls(&self, timed: TimedSocket) -> Result<TransportStream> {
        let base = &self.config.base;
        if !base.tls {
            return Ok(TransportStream::Plain(timed));
        }
        Ok(TransportStream::Tls(Box::new(self.config.tls.connect_tls(&base.host, timed)?)))
    }

    #[cfg(not(feature = "native-tls"))]
    fn start_tls(&self, timed: TimedSocket) -> Result<TransportStream> {
        if self.config.base.tls {
            Err(crate::tls::missing_tls_error())
        } else {
            Ok(TransportStream::Plain(timed))
        }
    }
}

impl fmt::Debug for SocketConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SocketConnector")
    }
}

impl Connector<()> for SocketConnector {
    type Out = SocketTransport;

    fn connect(
        &self,
        details: &ConnectionDetails,
        _: Option<()>,
    ) -> Result<Option<SocketTransport>, ureq::Error> {
        // ureq connects to the host of the request, which is the server: redirects are off.
        let link = self.dial_server(details);
        if link.is_err() {
            self.resolver.forget_address();
        }
        link.map(Some)
    }
}

/// The server's local mode.
#[cfg(unix)]
mod local {
    use std::io;
    use std::os::unix::net::UnixStream;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, PoisonError};
    use std::time::Duration;

    use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

    use super::{Arc, Instant, NetSocket, Result, no_connection};

    type ConnectResult = io::Result<UnixStream>;

    /// Attempts that a caller gave up, and that the system has not ended. The next caller waits for them, so that a
    /// server that hangs costs one thread instead of one for each call.
    static ABANDONED: Mutex<Vec<(PathBuf, Receiver<ConnectResult>)>> = Mutex::new(Vec::new());

    /// A connection that is not used within this time is closed.
    const HANDOVER_TIMEOUT: Duration = Duration::from_millis(500);

    /// A socket with a full queue blocks `connect`, which has no deadline. A thread is therefore used.
    pub(super) fn connect_unix(path: &Path, deadline: Instant) -> Result<Arc<dyn NetSocket>> {
        match connect_once(path, deadline) {
            Ok(socket) => Ok(Arc::new(socket)),
            Err(e) => Err(no_connection(&path.display().to_string(), e).with_hint(
                "check that local mode is enabled (ServiceSettings.EnableLocalMode), and that this user may open the socket",
            )),
        }
    }

    fn connect_once(path: &Path, deadline: Instant) -> ConnectResult {
        loop {
            let (waiting, is_own) = match take_abandoned(path) {
                Some(waiting) => (waiting, false),
                None => (spawn_connect(path)?, true),
            };
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            match waiting.recv_timeout(left) {
                // An attempt of another caller may have failed long ago.
                Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) if !is_own => {}
                Ok(connected) => return connected,
                Err(RecvTimeoutError::Disconnected) => return Err(io::ErrorKind::NotConnected.into()),
                Err(RecvTimeoutError::Timeout) => {
                    let mut abandoned = ABANDONED.lock().unwrap_or_else(PoisonError::into_inner);
                    abandoned.push((path.to_owned(), waiting));
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
        }
    }

    fn take_abandoned(path: &Path) -> Option<Receiver<ConnectResult>> {
        let mut abandoned = ABANDONED.lock().unwrap_or_else(PoisonError::into_inner);
        let at = abandoned.iter().position(|(known, _)| known == path)?;
        Some(abandoned.swap_remove(at).1)
    }

    fn spawn_connect(path: &Path) -> io::Result<Receiver<ConnectResult>> {
        let (result, waiting) = bounded(0);
        let path = path.to_owned();
        std::thread::Builder::new().name("mm-connect".into()).spawn(move || {
            let _ = result.send_timeout(UnixStream::connect(path), HANDOVER_TIMEOUT);
        })?;
        Ok(waiting)
    }

    #[cfg(test)]
    mod tests {
        use std::os::unix::net::UnixListener;

        use super::*;

        #[test]
        fn attempts_that_hang_share_a_thread() {
            let path = std::env::temp_dir().join(format!("mattermost-hang-{}.socket", std::process::id()));
            let _ = std::fs::remove_file(&path);
            let listener = UnixListener::bind(&path).unwrap();
            let soon = || Instant::now() + Duration::from_millis(20);
            // Until its queue is full.
            let mut queue = Vec::new();
            while let Ok(socket) = connect_once(&path, Instant::now() + Duration::from_millis(300)) {
                queue.push(socket);
            }
            for _ in 0..20 {
                assert_eq!(connect_once(&path, soon()).unwrap_err().kind(), io::ErrorKind::TimedOut);
            }
            let hanging = || {
                let abandoned = ABANDONED.lock().unwrap();
                abandoned.iter().filter(|(known, _)| *known == path).count()
            };
            assert_eq!(hanging(), 1);
            // The server goes on, and so does whoever waits.
            let accepted = listener.accept().unwrap();
            let socket = connect_once(&path, Instant::now() + Duration::from_secs(20)).unwrap();
            assert_eq!(hanging(), 0);
            drop((socket, accepted, queue));
            std::fs::remove_file(&path).unwrap();
        }
    }
}
