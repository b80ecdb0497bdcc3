//! Names to addresses, with a deadline, and without a look-up for each pooled call.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded, never, select};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::config::Proxy;
use crate::error::{Error, ErrorKind, Result};

/// How long an answer serves pooled calls. New connections of the socket always look up anew.
const KEEP: Duration = Duration::from_secs(30);

/// Look-ups that hang in the system's resolver cannot be ended: past this many, new ones are refused.
const MOST_AT_ONCE: usize = 8;

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// The addresses of a host. A name is looked up on a thread of its own, which is left to itself at the deadline.
fn lookup(host: &str, port: u16, within: Duration) -> Result<Vec<SocketAddr>> {
    lookup_unless(host, port, within, &never(), ())
}

/// The same, given up at once when the other end of `stop` is dropped. The thread keeps `held` as long as it lives.
pub(crate) fn lookup_unless(
    host: &str,
    port: u16,
    within: Duration,
    stop: &Receiver<()>,
    held: impl Send + 'static,
) -> Result<Vec<SocketAddr>> {
    if let Ok(ip) = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(ip, port)]);
    }
    let fail = |kind, why: &str| Error::new(kind, format!("the name {host:?} {why}"));
    if UNDER_WAY.fetch_add(1, Ordering::Relaxed) >= MOST_AT_ONCE {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        return Err(fail(ErrorKind::Timeout, "was not looked up: earlier look-ups hang"));
    }
    let (answer, answered) = bounded(1);
    let name = host.to_owned();
    let thread = std::thread::Builder::new().name("mm-resolve".into()).spawn(move || {
        // The default stack: the system's resolver may load plugins.
        let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        drop(held);
        let _ = answer.send(found);
    });
    if let Err(e) = thread {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        return Err(fail(ErrorKind::Connect, "was not looked up: no thread could be started").because(e));
    }
    select! {
        recv(answered) -> found => match found {
            Ok(Ok(found)) if found.is_empty() => Err(fail(ErrorKind::Connect, "has no address")),
            Ok(Ok(found)) => Ok(found),
            Ok(Err(e)) => Err(fail(ErrorKind::Connect, "does not resolve").because(e)),
            Err(_) => Err(fail(ErrorKind::Connect, "does not resolve")),
        },
        recv(stop) -> _ => Err(fail(ErrorKind::Closed, "was looked up in vain: the stream was closed")),
        default(within) => {
            Err(fail(ErrorKind::Timeout, &format!("was not resolved within {} ms", within.as_millis())))
        }
    }
}

/// ureq asks for the address at every call, also of pooled connections: so the answer is kept.
pub(crate) struct CachedResolver {
    last: Mutex<Option<Kept>>,
    /// Then its name is what is looked up: the proxy resolves the server's.
    proxy: Option<(String, u16)>,
    /// The server is a local socket, which has no address.
    local: bool,
}

struct Kept {
    authority: String,
    addresses: Vec<SocketAddr>,
    until: Instant,
}

impl CachedResolver {
    /// After a connection failed, the address is not trusted any more.
    pub(crate) fn forget(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl fmt::Debug for CachedResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CachedResolver")
    }
}

/// ureq owns its resolver; the connector must reach it too.
#[derive(Clone, Debug)]
pub(crate) struct SharedResolver(pub(crate) std::sync::Arc<CachedResolver>);

impl SharedResolver {
    pub(crate) fn new(proxy: Option<&Proxy>, local: bool) -> Self {
        let proxy = proxy.map(|proxy| (proxy.host.clone(), proxy.port));
        Self(std::sync::Arc::new(CachedResolver { last: Mutex::new(None), proxy, local }))
    }
}

impl Resolver for SharedResolver {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        _: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if self.0.local {
            return Ok(self.empty());
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = last.as_ref().filter(|kept| kept.authority == authority && kept.until > Instant::now());
        let addresses = match kept {
            Some(kept) => kept.addresses.clone(),
            None => {
                drop(last);
                let https = uri.scheme() == Some(&ureq::http::uri::Scheme::HTTPS);
                let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
                let within = timeout.not_zero().map_or(Duration::from_secs(10), |after| *after);
                let (host, port) = match &self.0.proxy {
                    Some((host, port)) => (host.as_str(), *port),
                    None => (uri.host().unwrap_or(""), port),
                };
                let addresses = lookup(host, port, within.min(Duration::from_secs(10)))
                    .map_err(|e| match &self.0.proxy {
                        Some(_) => e.with_hint("this is the proxy: `no_proxy()` or NO_PROXY goes around it"),
                        None => e,
                    })
                    .map_err(super::not_sent)?;
                last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
                let until = Instant::now() + KEEP;
                *last = Some(Kept { authority: authority.to_owned(), addresses: addresses.clone(), until });
                addresses
            }
        };
        drop(last);
        let mut out = self.empty();
        for address in addresses.into_iter().take(16) {
            out.push(address);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_need_no_thread_and_nonsense_fails() {
        assert_eq!(lookup("127.0.0.1", 1, Duration::ZERO).unwrap(), ["127.0.0.1:1".parse().unwrap()]);
        assert_eq!(lookup("[::1]", 1, Duration::ZERO).unwrap(), ["[::1]:1".parse().unwrap()]);
        let error = lookup("no-such-host.invalid", 1, Duration::from_secs(10)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout), "{error}");
        assert!(error.is_transient());
    }
}
