//! Obsolete routes for purchasing a license from within the server.

use crate::error::Result;
use crate::http::HttpClient;

/// Obsolete routes for purchasing a license from within the server. Returned by
/// [`Client::hosted_customer`](crate::Client::hosted_customer).
#[derive(Clone, Copy, Debug)]
pub struct HostedCustomer<'c>(pub(crate) &'c HttpClient);

impl HostedCustomer<'_> {
    /// Checks whether a license can be purchased from within the server.
    ///
    /// `GET /hosted_customer/signup_available`
    ///
    /// Retired: recent servers always return 501.
    #[inline]
    pub fn signup_available(&self) -> Result<()> {
        self.0.get("/hosted_customer/signup_available", &[]).send()
    }
}
