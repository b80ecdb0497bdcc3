//! The server: health checks, client configuration, time zones.

#[cfg(feature = "admin")]
mod config;
#[cfg(feature = "admin")]
mod license;
#[cfg(feature = "admin")]
mod notices;
#[cfg(feature = "admin")]
mod state;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{ClientConfig, ClientLicense, SystemStatus};

/// The server itself. Returned by [`Client::system`](crate::Client::system).
#[derive(Clone, Copy, Debug)]
pub struct System<'c>(pub(crate) &'c HttpClient);

impl System<'_> {
    /// Checks that the server responds.
    ///
    /// `GET /system/ping`
    ///
    /// Does not require a login. Since server 3.10.
    #[doc(alias = "GetPing")]
    #[inline]
    pub fn ping(&self) -> Result<SystemStatus> {
        self.0.get("/system/ping", &[]).decode()
    }

    /// Checks the health of the server, its database and its file store.
    ///
    /// `GET /system/ping`
    ///
    /// The response lists failed components. Older servers return 500 instead.
    ///
    /// Does not require a login. Since server 3.10.
    #[doc(alias = "GetPing")]
    #[inline]
    pub fn ping_thoroughly(&self) -> Result<SystemStatus> {
        let template = "/system/ping";
        self.0.get(template, &[]).param("get_server_status", true).param("use_rest_semantics", true).decode()
    }

    /// Gets the client configuration. Contains fewer settings without a login.
    ///
    /// `GET /config/client`
    ///
    /// Does not require a login.
    #[doc(alias = "GetClientConfig")]
    #[inline]
    pub fn client_config(&self) -> Result<ClientConfig> {
        self.0.get("/config/client", &[]).param("format", "old").decode()
    }

    /// Gets the license information available to clients.
    ///
    /// `GET /license/client`
    ///
    /// Does not require a login.
    #[doc(alias = "GetClientLicense")]
    #[inline]
    pub fn client_license(&self) -> Result<ClientLicense> {
        self.0.get("/license/client", &[]).param("format", "old").decode()
    }
}
