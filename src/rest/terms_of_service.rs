//! Custom terms of service.

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::TermsOfService;

/// Custom terms of service. Returned by [`Client::terms_of_service`](crate::Client::terms_of_service).
///
/// Users accept them with `users().accept_terms(..)`.
#[derive(Clone, Copy, Debug)]
pub struct TermsOfServices<'c>(pub(crate) &'c HttpClient);

impl TermsOfServices<'_> {
    /// Gets the active terms. Returns 404 if there are none.
    ///
    /// `GET /terms_of_service`
    ///
    /// Since server 5.4.
    #[doc(alias = "GetTermsOfService")]
    #[inline]
    pub fn get(&self) -> Result<TermsOfService> {
        self.0.get("/terms_of_service", &[]).decode()
    }

    /// Creates and activates new terms, written in Markdown. All users must accept them again.
    ///
    /// `POST /terms_of_service`
    ///
    /// Required permission: `manage_system`. Since server 5.4. Edition: Enterprise.
    #[doc(alias = "CreateTermsOfService")]
    #[inline]
    pub fn create(&self, text: &str) -> Result<TermsOfService> {
        self.0.post("/terms_of_service", &[]).json(&json!({"text": text})).decode()
    }
}
