//! Limits of the server.

use crate::error::Result;
use crate::http::Http;
use crate::model::ServerLimits;

/// Limits of the server, by [`Client::limits`](crate::Client::limits).
#[derive(Clone, Copy, Debug)]
pub struct Limits<'c>(pub(crate) &'c Http);

impl Limits<'_> {
    /// Gets how many accounts there are and may be, and how far back posts may be read.
    ///
    /// `GET /limits/server`
    ///
    /// Those who may not manage accounts get zeros for the first.
    ///
    /// Permission: `sysconsole_read_user_management_users`.
    #[doc(alias = "GetServerLimits")]
    pub fn get(&self) -> Result<ServerLimits> {
        self.0.get("/limits/server", &[]).fetch()
    }
}
