//! Settings of a server.

use std::net::SocketAddr;
use std::time::Duration;

#[derive(Clone, Debug)]
pub(super) struct ServerSettings {
    pub(super) ping_interval: Duration,
    pub(super) pong_wait: Duration,
    pub(super) auth_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) tls: bool,
    /// 0 means any free port.
    pub(super) port: u16,
    /// Begins with a slash and ends with none. Empty for most.
    pub(super) subpath: String,
}

impl ServerSettings {
    pub(super) fn url(&self, address: SocketAddr) -> String {
        format!("{}://{address}{}", if self.tls { "https" } else { "http" }, self.subpath)
    }
}
