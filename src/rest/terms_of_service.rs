//! Terms of service of one's own.

use serde_json::json;

use crate::error::Result;
use crate::http::Http;
use crate::model::TermsOfService;

/// Terms of service of one's own, by [`Client::terms_of_service`](crate::Client::terms_of_service).
///
/// Accounts accept them by `users().accept_terms(..)`.
#[derive(Clone, Copy, Debug)]
pub struct TermsOfServices<'c>(pub(crate) &'c Http);

impl TermsOfServices<'_> {
    /// Gets the terms that are in force; 404 if there are none.
    ///
    /// `GET /terms_of_service`
    ///
    /// Since 5.4.
    #[doc(alias = "GetTermsOfService")]
    pub fn get(&self) -> Result<TermsOfService> {
        self.0.get("/terms_of_service", &[]).fetch()
    }

    /// Puts new terms in force, in Markdown; everybody has to accept them again.
    ///
    /// `POST /terms_of_service`
    ///
    /// Permission: `manage_system`. Since 5.4. Edition: Enterprise.
    #[doc(alias = "CreateTermsOfService")]
    pub fn create(&self, text: &str) -> Result<TermsOfService> {
        self.0.post("/terms_of_service", &[]).json(&json!({"text": text})).fetch()
    }
}
