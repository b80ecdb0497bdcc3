//! Permissions.

use crate::error::Result;
use crate::http::HttpClient;

/// Permissions. Returned by [`Client::permissions`](crate::Client::permissions).
#[derive(Clone, Copy, Debug)]
pub struct Permissions<'c>(pub(crate) &'c HttpClient);

impl Permissions<'_> {
    /// Lists the given permissions together with those they imply in the system console.
    ///
    /// `POST /permissions/ancillary`
    ///
    /// Since server 9.10.
    #[doc(alias = "GetAncillaryPermissionsPost")]
    pub fn ancillary(&self, permissions: &[&str]) -> Result<Vec<String>> {
        self.0.post("/permissions/ancillary", &[]).json(&permissions).safe().fetch()
    }
}
