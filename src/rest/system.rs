//! The server itself: health, client configuration, time zones.

#[cfg(feature = "admin")]
mod config;
#[cfg(feature = "admin")]
mod license;
#[cfg(feature = "admin")]
mod notices;
#[cfg(feature = "admin")]
mod state;

use crate::error::Result;
use crate::http::Http;
use crate::model::{ClientConfig, ClientLicense, SystemStatus};

/// The server itself, by [`Client::system`](crate::Client::system).
#[derive(Clone, Copy, Debug)]
pub struct System<'c>(pub(crate) &'c Http);

impl System<'_> {
    /// Asks whether the server is there.
    ///
    /// `GET /system/ping`
    ///
    /// Needs no login. Since 3.10.
    #[doc(alias = "GetPing")]
    pub fn ping(&self) -> Result<SystemStatus> {
        self.0.get("/system/ping", &[]).fetch()
    }

    /// Asks whether the server, its database and its file store work.
    ///
    /// `GET /system/ping`
    ///
    /// What is ill is said in the answer; older servers answer with 500 instead.
    ///
    /// Needs no login. Since 3.10.
    #[doc(alias = "GetPing")]
    pub fn ping_thoroughly(&self) -> Result<SystemStatus> {
        let template = "/system/ping";
        self.0.get(template, &[]).param("get_server_status", true).param("use_rest_semantics", true).fetch()
    }

    /// Gets what a client may know of the server's settings; less without a login.
    ///
    /// `GET /config/client`
    ///
    /// Needs no login.
    #[doc(alias = "GetClientConfig")]
    pub fn client_config(&self) -> Result<ClientConfig> {
        self.0.get("/config/client", &[]).param("format", "old").fetch()
    }

    /// Gets what a client may know of the server's licence.
    ///
    /// `GET /license/client`
    ///
    /// Needs no login.
    #[doc(alias = "GetClientLicense")]
    pub fn client_license(&self) -> Result<ClientLicense> {
        self.0.get("/license/client", &[]).param("format", "old").fetch()
    }
}
