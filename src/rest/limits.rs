//! Server limits.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::ServerLimits;

/// Server limits. Returned by [`Client::limits`](crate::Client::limits).
#[derive(Clone, Copy, Debug)]
pub struct Limits<'c>(pub(crate) &'c HttpClient);

impl Limits<'_> {
    /// Gets the current and maximum number of users, and the limit of the readable post history.
    ///
    /// `GET /limits/server`
    ///
    /// Without the permission `sysconsole_read_user_management_users`, all user counts are 0.
    #[doc(alias = "GetServerLimits")]
    #[inline]
    pub fn get(&self) -> Result<ServerLimits> {
        self.0.get("/limits/server", &[]).decode()
    }
}
