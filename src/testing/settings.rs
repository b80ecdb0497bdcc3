//! Settings of a server.

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
}
