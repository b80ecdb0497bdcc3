//! The connection to the server, step by step: name, connection, proxy, TLS, and a request without credentials.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::base_url::BaseUrl;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result, shorten_text};
use crate::net::{NetSocket, TcpSocket, TimedSocket, first_of, lookup, no_connection, read_head, tunnel};
use crate::proxy::{Proxy, ProxyChoice};

/// Timeout of a request, including the response.
const WITHIN: Duration = Duration::from_secs(10);
const MAX_BODY: u64 = 64 << 10;

/// The target of a probe and the proxy on the way to it.
pub(super) struct ProbeRoute<'c> {
    pub(super) config: &'c Config,
    pub(super) proxy: Option<Proxy>,
    /// The reason for using this proxy, or none.
    pub(super) proxy_reason: String,
    pub(super) addresses: Vec<SocketAddr>,
}

/// A response to a request without credentials.
#[derive(Debug, Default)]
pub(super) struct PingResponse {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl PingResponse {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (have, value) = line.split_once(':')?;
            have.trim().eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Returns `true` for the response of a Mattermost server to a ping. Its web pages, which it returns for any
    /// unknown path, have the version header as well.
    pub(super) fn is_mattermost(&self) -> bool {
        let pong = self.body.trim_start().starts_with('{') && self.body.contains("\"status\"");
        pong && (self.header("x-version-id").is_some() || self.body.contains("\"AndroidLatestVersion\""))
    }
}

impl<'c> ProbeRoute<'c> {
    pub(super) fn new(config: &'c Config) -> Result<Self> {
        let ProxyChoice { proxy, reason } = config.proxy.choose_proxy(&config.base)?;
        Ok(Self { config, proxy, proxy_reason: reason, addresses: Vec::new() })
    }

    /// Returns the host and the port to connect to.
    pub(super) fn dialed_address(&self) -> (&str, u16) {
        match &self.proxy {
            Some(proxy) => (&proxy.host, proxy.port),
            None => (&self.config.base.host, self.config.base.port),
        }
    }

    pub(super) fn look_up(&mut self) -> Result<()> {
        let (host, port) = self.dialed_address();
        self.addresses = lookup::look_up(host, port, self.config.connect_timeout)?;
        Ok(())
    }

    pub(super) fn connect_tcp(&self, deadline: Instant) -> Result<Arc<TcpSocket>> {
        let (host, port) = self.dialed_address();
        let until = deadline.min(Instant::now() + self.config.connect_timeout);
        first_of(&self.addresses, until, || false).map_err(|e| no_connection(&format!("{host}:{port}"), e))
    }

    /// Connects to the server, through the proxy if there is one.
    pub(super) fn connect_through_proxy(&self, deadline: Instant) -> Result<TimedSocket> {
        let socket: Arc<dyn NetSocket> = self.connect_tcp(deadline)?;
        let mut timed = TimedSocket::new(socket, deadline);
        if let Some(proxy) = &self.proxy {
            tunnel::open_tunnel(proxy, &self.config.base, self.config.head_limit, &mut timed)?;
        }
        Ok(timed)
    }

    /// Requests a path, without credentials.
    pub(super) fn send_get(&self, path: &str) -> Result<PingResponse> {
        let deadline = Instant::now() + WITHIN.min(self.config.timeout);
        let timed = self.connect_through_proxy(deadline)?;
        self.get_over(timed, path)
    }

    #[cfg(feature = "native-tls")]
    fn get_over(&self, timed: TimedSocket, path: &str) -> Result<PingResponse> {
        let base = &self.config.base;
        if base.tls {
            return exchange_head(self.config.tls.connect_tls(&base.host, timed)?, base, path, self.config);
        }
        exchange_head(timed, base, path, self.config)
    }

    #[cfg(not(feature = "native-tls"))]
    fn get_over(&self, timed: TimedSocket, path: &str) -> Result<PingResponse> {
        exchange_head(timed, &self.config.base, path, self.config)
    }
}

fn exchange_head(
    mut stream: impl Read + Write,
    base: &BaseUrl,
    path: &str,
    config: &Config,
) -> Result<PingResponse> {
    let mut request = Zeroizing::new(String::new());
    let _ = write!(
        request,
        "GET {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: application/json\r\nConnection: close\r\n",
        base.host_header(),
        config.user_agent
    );
    // A gateway in front of the server may need these. They are for this host only.
    for (name, value) in config.headers_for(base, None) {
        let _ = write!(request, "{name}: {}\r\n", &*value);
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).map_err(|e| Error::io("the connection broke", e))?;
    let (head, mut body) = read_head(&mut stream, "the server", config.head_limit)?;
    let mut response =
        PingResponse { head: String::from_utf8_lossy(&head).into_owned(), ..PingResponse::default() };
    let length = response
        .header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(MAX_BODY)
        .min(MAX_BODY);
    // A truncated response is evaluated as far as it was received.
    let _ = stream.take(length.saturating_sub(body.len() as u64)).read_to_end(&mut body);
    response.body = String::from_utf8_lossy(&body).into_owned();
    (response.status, _) = tunnel::status_of(&head).ok_or_else(|| {
        Error::new(
            ErrorKind::Protocol,
            format!("the response is {:?}", shorten_text(response.head.trim(), 40)),
        )
    })?;
    Ok(response)
}
