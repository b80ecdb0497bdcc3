//! Connections for ureq: the socket, a proxy before the server, and our one TLS setting. One deadline over all of it.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Instant;

use ureq::unversioned::transport::{ConnectionDetails, Connector, ShutdownHandle};

use super::resolver::CachedResolver;
use super::transport::{SocketTransport, TransportStream};
use crate::config::Config;
use crate::error::Result;
use crate::net::{Socket, Timed, first_of, no_connection, tunnel};
use crate::proxy::Proxy;

/// Dials, and marks every failure of dialing: nothing was sent then.
pub(crate) struct SocketConnector {
    config: Arc<Config>,
    proxy: Option<Proxy>,
    resolver: Arc<CachedResolver>,
}

impl SocketConnector {
    pub(crate) fn new(config: Arc<Config>, proxy: Option<Proxy>, resolver: Arc<CachedResolver>) -> Self {
        Self { config, proxy, resolver }
    }

    fn dial(&self, details: &ConnectionDetails) -> Result<SocketTransport, ureq::Error> {
        let within = details.timeout.not_zero().map_or(self.config.connect_timeout, |after| *after);
        let deadline = Instant::now() + within;
        let socket = self.socket(details, deadline).map_err(super::not_sent)?;
        let handle = Arc::new(SocketShutdown(Arc::clone(&socket)));
        let weak: Weak<dyn ShutdownHandle> = Arc::<SocketShutdown>::downgrade(&handle);
        (details.register_shutdown)(weak)?;
        let mut timed = Timed::new(socket, deadline);
        if let Some(proxy) = &self.proxy {
            tunnel::open_tunnel(proxy, &self.config.base, self.config.head_limit, &mut timed)
                .map_err(super::not_sent)?;
        }
        let stream = self.secured(timed).map_err(super::not_sent)?;
        Ok(SocketTransport::new(stream, handle, details))
    }

    fn socket(&self, details: &ConnectionDetails, deadline: Instant) -> Result<Arc<dyn Socket>> {
        #[cfg(unix)]
        if let Some(path) = &self.config.base.unix {
            return local::connect(path, deadline);
        }
        let to = match &self.proxy {
            Some(proxy) => format!("the proxy {}:{}", proxy.host, proxy.port),
            None => self.config.base.authority(),
        };
        match first_of(&details.addrs, deadline, || false) {
            Ok(socket) => Ok(socket),
            Err(e) => Err(no_connection(&to, e)),
        }
    }

    #[cfg(feature = "native-tls")]
    fn secured(&self, timed: Timed) -> Result<TransportStream> {
        let base = &self.config.base;
        if !base.tls {
            return Ok(TransportStream::Plain(timed));
        }
        Ok(TransportStream::Tls(Box::new(self.config.tls.handshake(&base.host, timed)?)))
    }

    #[cfg(not(feature = "native-tls"))]
    fn secured(&self, timed: Timed) -> Result<TransportStream> {
        if self.config.base.tls { Err(crate::tls::missing()) } else { Ok(TransportStream::Plain(timed)) }
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
        // ureq dials the host of the request, which is always ours: redirects are off.
        let link = self.dial(details);
        if link.is_err() {
            self.resolver.forget();
        }
        link.map(Some)
    }
}

/// Ends a connection that another thread waits on.
pub(super) struct SocketShutdown(Arc<dyn Socket>);

impl ShutdownHandle for SocketShutdown {
    fn shutdown(&self) {
        self.0.shut_down();
    }
}

/// The server's local mode.
#[cfg(unix)]
mod local {
    use std::io;
    use std::os::unix::net::UnixStream;
    use std::path::Path;
    use std::time::Duration;

    use crossbeam_channel::bounded;

    use super::{Arc, Instant, Result, Socket, no_connection};

    /// A socket whose queue is full makes `connect` wait, and that has no deadline: hence the thread.
    pub(super) fn connect(path: &Path, deadline: Instant) -> Result<Arc<dyn Socket>> {
        let (answer, answered) = bounded(1);
        let to = path.display().to_string();
        let path = path.to_owned();
        let spawned = std::thread::Builder::new().name("mm-connect".into()).spawn(move || {
            let _ = answer.send(UnixStream::connect(path));
        });
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let connected = match spawned {
            Ok(_) => answered.recv_timeout(left).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
            Err(e) => Err(e),
        };
        match connected {
            Ok(socket) => Ok(Arc::new(socket)),
            Err(e) => Err(no_connection(&to, e).with_hint(
                "is local mode on (ServiceSettings.EnableLocalMode), and may this user open its socket?",
            )),
        }
    }
}
