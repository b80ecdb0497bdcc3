//! The settings of a client, checked once and before any I/O.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::base_url::BaseUrl;
use crate::proxy::ProxySetting;
use crate::recording::Recorder;
use crate::request_headers::RequestHeaders;
use crate::time_scale::TimeScale;
#[cfg(feature = "native-tls")]
use crate::tls::TlsSettings;

/// Maximum timeout. A later time cannot be represented on every platform.
pub(crate) const MAX_TIMEOUT: Duration = Duration::from_secs(10 * 365 * 86_400);

// The defaults. The methods of `ClientBuilder` and the table in `limits` document them.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_BODY_LIMIT: u64 = 64 << 20;
const DEFAULT_JSON_LIMIT: u64 = 16 << 20;
const DEFAULT_HEAD_LIMIT: usize = 16 << 10;

/// The settings of a client.
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
    /// Deadline of a call, including retries and waits.
    pub(crate) timeout: Duration,
    /// Deadline of a name lookup, and of a connection.
    pub(crate) connect_timeout: Duration,
    /// Maximum size of a body in memory.
    pub(crate) body_limit: u64,
    /// Maximum size of a decoded body.
    pub(crate) json_limit: u64,
    /// Maximum size of a response head: of calls, of the upgrade, of a proxy.
    pub(crate) head_limit: usize,
    pub(crate) user_agent: String,
    /// Factor for delays, which tests set to a small number.
    pub(crate) backoff_scale: TimeScale,
    pub(crate) recorder: Recorder,
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
            timeout: DEFAULT_TIMEOUT,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            body_limit: DEFAULT_BODY_LIMIT,
            json_limit: DEFAULT_JSON_LIMIT,
            head_limit: DEFAULT_HEAD_LIMIT,
            user_agent: concat!("mattermost-rs/", env!("CARGO_PKG_VERSION")).to_owned(),
            backoff_scale: TimeScale::REAL,
            recorder: Recorder::default(),
        }
    }

    /// Returns the headers of a request to `target`, including the token. Those of the program are sent to its server
    /// only.
    pub(crate) fn headers_for(
        &self,
        target: &BaseUrl,
        token: Option<&str>,
    ) -> Vec<(&str, Zeroizing<String>)> {
        static NONE: RequestHeaders = RequestHeaders::new();
        let headers = if target.host == self.base.host { &self.headers } else { &NONE };
        headers.with_token(token)
    }

    /// Returns host and port of the WebSocket, and the path of the upgrade request, without a query.
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
