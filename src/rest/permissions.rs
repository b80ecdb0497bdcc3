//! Permissions.

use crate::error::Result;
use crate::http::Http;

/// Permissions, by [`Client::permissions`](crate::Client::permissions).
#[derive(Clone, Copy, Debug)]
pub struct Permissions<'c>(pub(crate) &'c Http);

impl Permissions<'_> {
    /// Lists permissions together with those that they imply: of a part of the system console, what it needs
    /// to work.
    ///
    /// `POST /permissions/ancillary`
    ///
    /// Since 9.10.
    #[doc(alias = "GetAncillaryPermissionsPost")]
    pub fn ancillary(&self, permissions: &[&str]) -> Result<Vec<String>> {
        self.0.post("/permissions/ancillary", &[]).json(&permissions).reads().fetch()
    }
}
