//! Remnants of in-product license purchases.

use crate::error::Result;
use crate::http::HttpClient;

/// Remnants of in-product license purchases. Returned by
/// [`Client::hosted_customer`](crate::Client::hosted_customer).
#[derive(Clone, Copy, Debug)]
pub struct HostedCustomer<'c>(pub(crate) &'c HttpClient);

impl HostedCustomer<'_> {
    /// Checks whether a license can be purchased from within the server.
    ///
    /// `GET /hosted_customer/signup_available`
    ///
    /// Retired: recent servers always return 501.
    pub fn signup_available(&self) -> Result<()> {
        self.0.get("/hosted_customer/signup_available", &[]).send()
    }
}
