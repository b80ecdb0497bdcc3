//! Name resolution that is cached for pooled connections.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::net::lookup;
use crate::proxy::Proxy;

/// Lifetime of a resolved address for pooled calls. New WebSocket connections always resolve the name again.
const ADDRESS_TTL: Duration = Duration::from_secs(30);

/// ureq resolves the name for every call, even on pooled connections: the address is therefore cached.
pub(crate) struct CachedResolver {
    last: Mutex<Option<CachedAddresses>>,
    /// The proxy, whose name is then resolved. The proxy resolves that of the server.
    proxy: Option<(String, u16)>,
    /// The server is a local socket, which has no address.
    local: bool,
}

struct CachedAddresses {
    authority: String,
    addresses: Vec<SocketAddr>,
    until: Instant,
}

impl CachedResolver {
    /// Forgets the address after a connection has failed.
    pub(crate) fn forget_address(&self) {
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
        let addresses = if let Some(kept) = kept {
            kept.addresses.clone()
        } else {
            drop(last);
            let https = uri.scheme() == Some(&ureq::http::uri::Scheme::HTTPS);
            let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
            let within = timeout.not_zero().map_or(Duration::from_secs(10), |after| *after);
            let (host, port) = match &self.0.proxy {
                Some((host, port)) => (host.as_str(), *port),
                None => (uri.host().unwrap_or(""), port),
            };
            let addresses = lookup::look_up(host, port, within.min(Duration::from_secs(10)))
                .map_err(|e| match &self.0.proxy {
                    Some(_) => e.with_hint("this is the proxy: bypass it with `no_proxy()` or NO_PROXY"),
                    None => e,
                })
                .map_err(super::not_sent)?;
            last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
            let until = Instant::now() + ADDRESS_TTL;
            *last = Some(CachedAddresses {
                authority: authority.to_owned(),
                addresses: addresses.clone(),
                until,
            });
            addresses
        };
        drop(last);
        let mut out = self.empty();
        for address in addresses.into_iter().take(16) {
            out.push(address);
        }
        Ok(out)
    }
}
