//! IP filtering: the addresses that may access a cloud workspace.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::AllowedIpRange;

/// IP filtering: the addresses that may access a cloud workspace. Returned by
/// [`Client::ip_filtering`](crate::Client::ip_filtering).
///
/// Returns 501 on servers that are not part of Mattermost Cloud.
#[derive(Clone, Copy, Debug)]
pub struct IpFiltering<'c>(pub(crate) &'c HttpClient);

impl IpFiltering<'_> {
    /// Lists the address ranges that may access the workspace.
    ///
    /// `GET /ip_filtering`
    ///
    /// Required permission: `sysconsole_read_site_ip_filters`. Since server 9.1. Mattermost Cloud only,
    /// Enterprise.
    #[doc(alias = "GetIPFilters")]
    #[inline]
    pub fn list(&self) -> Result<Vec<AllowedIpRange>> {
        self.0.get("/ip_filtering", &[]).decode()
    }

    /// Replaces the address ranges that may access the workspace. Must include the caller's own address.
    ///
    /// `POST /ip_filtering`
    ///
    /// Required permission: `sysconsole_write_site_ip_filters`. Since server 9.1. Mattermost Cloud only,
    /// Enterprise.
    #[doc(alias = "ApplyIPFilters")]
    #[inline]
    pub fn set(&self, ranges: &[AllowedIpRange]) -> Result<Vec<AllowedIpRange>> {
        self.0.post("/ip_filtering", &[]).json(&ranges).decode()
    }

    /// Gets the caller's address as seen by the server.
    ///
    /// `GET /ip_filtering/my_ip`
    ///
    /// Since server 9.1. Mattermost Cloud only, Enterprise.
    #[doc(alias = "MyIP")]
    #[inline]
    pub fn my_ip(&self) -> Result<String> {
        self.0.get("/ip_filtering/my_ip", &[]).decode_member("ip")
    }
}
