//! IP filtering: from where a cloud workspace may be reached.

use serde::Deserialize;

use crate::error::Result;
use crate::http::Http;
use crate::model::AllowedIpRange;

/// IP filtering: from where a cloud workspace may be reached, by
/// [`Client::ip_filtering`](crate::Client::ip_filtering).
///
/// 501 on servers that are not in Mattermost Cloud.
#[derive(Clone, Copy, Debug)]
pub struct IpFiltering<'c>(pub(crate) &'c Http);

impl IpFiltering<'_> {
    /// Lists the addresses that may reach the workspace.
    ///
    /// `GET /ip_filtering`
    ///
    /// Permission: `sysconsole_read_site_ip_filters`. Since 9.1. Mattermost Cloud only, Enterprise.
    #[doc(alias = "GetIPFilters")]
    pub fn list(&self) -> Result<Vec<AllowedIpRange>> {
        self.0.get("/ip_filtering", &[]).fetch()
    }

    /// Replaces the addresses that may reach the workspace. One's own has to be among them.
    ///
    /// `POST /ip_filtering`
    ///
    /// Permission: `sysconsole_write_site_ip_filters`. Since 9.1. Mattermost Cloud only, Enterprise.
    #[doc(alias = "ApplyIPFilters")]
    pub fn set(&self, ranges: &[AllowedIpRange]) -> Result<Vec<AllowedIpRange>> {
        self.0.post("/ip_filtering", &[]).json(&ranges).fetch()
    }

    /// Tells the address that the server sees the caller at.
    ///
    /// `GET /ip_filtering/my_ip`
    ///
    /// Since 9.1. Mattermost Cloud only, Enterprise.
    #[doc(alias = "MyIP")]
    pub fn my_ip(&self) -> Result<String> {
        self.0.get("/ip_filtering/my_ip", &[]).fetch::<Ip>().map(|answer| answer.ip)
    }
}

#[derive(Deserialize)]
struct Ip {
    ip: String,
}
