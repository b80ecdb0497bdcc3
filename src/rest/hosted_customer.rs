//! What is left of buying a licence from within the server.

use crate::error::Result;
use crate::http::Http;

/// What is left of buying a licence from within the server, by
/// [`Client::hosted_customer`](crate::Client::hosted_customer).
#[derive(Clone, Copy, Debug)]
pub struct HostedCustomer<'c>(pub(crate) &'c Http);

impl HostedCustomer<'_> {
    /// Asks whether a licence can be bought from within the server.
    ///
    /// `GET /hosted_customer/signup_available`
    ///
    /// Retired: new servers always answer 501.
    pub fn signup_available(&self) -> Result<()> {
        self.0.get("/hosted_customer/signup_available", &[]).ok()
    }
}
