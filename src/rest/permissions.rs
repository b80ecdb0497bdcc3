//! Permissions.

use crate::error::Result;
use crate::http::HttpClient;

/// Permissions. Returned by [`Client::permissions`](crate::Client::permissions).
#[derive(Clone, Copy, Debug)]
pub struct Permissions<'c>(pub(crate) &'c HttpClient);

impl Permissions<'_> {
    /// Lists the given permissions and those that the system console grants together with them.
    ///
    /// `POST /permissions/ancillary`
    ///
    /// Since server 9.10.
    #[doc(alias = "GetAncillaryPermissionsPost")]
    #[inline]
    pub fn ancillary(&self, permissions: &[&str]) -> Result<Vec<String>> {
        self.0.post("/permissions/ancillary", &[]).json(&permissions).safe().decode()
    }
}
