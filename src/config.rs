//! The settings of a client, checked once and before any I/O.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::base_url::BaseUrl;
use crate::proxy::ProxySetting;
use crate::request_headers::RequestHeaders;
#[cfg(feature = "native-tls")]
use crate::tls::TlsSettings;

/// Longer timeouts than this are shortened: a point in time so far away cannot be represented on every platform.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Everything that a client was built with.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) base: BaseUrl,
    /// URL of the WebSocket, if it is not below `base`.
    pub(crate) websocket: Option<BaseUrl>,
    pub(crate) proxy: ProxySetting,
    /// Sent to the host of `base` only.
    pub(crate) headers: RequestHeaders,
    #[cfg(feature = "native-tls")]
    pub(crate) tls: TlsSettings,
    /// One call, retries and waits included.
    pub(crate) timeout: Duration,
    /// Name look-up and connection, each.
    pub(crate) connect_timeout: Duration,
    /// The largest body that is taken into memory.
    pub(crate) body_limit: u64,
    /// The largest body that is decoded.
    pub(crate) json_limit: u64,
    /// The largest head of an answer: of calls, of the upgrade, of a proxy.
    pub(crate) head_limit: usize,
    pub(crate) user_agent: String,
    /// Back-off is multiplied by this; tests set it to a small number.
    pub(crate) backoff_scale: f64,
}

impl Config {
    pub(crate) fn new(base: BaseUrl) -> Self {
        Self {
            base,
            websocket: None,
            proxy: ProxySetting::default(),
            headers: RequestHeaders::default(),
            #[cfg(feature = "native-tls")]
            tls: TlsSettings::default(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            body_limit: 64 << 20,
            json_limit: 16 << 20,
            head_limit: 16 << 10,
            user_agent: concat!("mattermost-rs/", env!("CARGO_PKG_VERSION")).to_owned(),
            backoff_scale: 1.0,
        }
    }

    /// The headers for a request to `target`, the token included. Those of the program are for its server only.
    pub(crate) fn headers_for(
        &self,
        target: &BaseUrl,
        token: Option<&str>,
    ) -> Vec<(&str, Zeroizing<String>)> {
        static NONE: RequestHeaders = RequestHeaders::new();
        let headers = if target.host == self.base.host { &self.headers } else { &NONE };
        headers.with_token(token)
    }

    /// The server's socket: host and port to dial, and the path of the upgrade request, without a query.
    pub(crate) fn socket_target(&self) -> (BaseUrl, String) {
        let base = self.websocket.as_ref().unwrap_or(&self.base).clone();
        // A full URL may be given, as `WebsocketURL` of the server's configuration is without the route.
        let root = base.path.trim_end_matches("/api/v4/websocket");
        let path = format!("{root}/api/v4/websocket");
        (base, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_socket() {
        let mut config = Config::new(BaseUrl::parse("https://h/sub/").unwrap());
        assert_eq!(config.socket_target().1, "/sub/api/v4/websocket");
        config.websocket = Some(BaseUrl::parse_websocket("wss://other:444/api/v4/websocket").unwrap());
        let (base, path) = config.socket_target();
        assert_eq!((base.host.as_str(), base.port, path.as_str()), ("other", 444, "/api/v4/websocket"));
    }
}
