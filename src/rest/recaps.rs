//! Recaps: AI-generated summaries of channels.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{Page, Recap, RecapDraft, RecapId};
use crate::page::{Pages, pages};

/// Recaps: AI-generated summaries of channels. Returned by [`Client::recaps`](crate::Client::recaps).
///
/// Only recaps of the current account are accessible. Returns 501 if the feature flag `EnableAIRecaps` is
/// off.
#[derive(Clone, Copy, Debug)]
pub struct Recaps<'c>(pub(crate) &'c HttpClient);

impl<'c> Recaps<'c> {
    /// Lists one page of the current account's recaps without their content, newest first.
    ///
    /// `GET /recaps`
    ///
    /// Since server 11.2.
    #[doc(alias = "GetRecapsForUser")]
    #[inline]
    pub fn list(&self, page: &Page) -> Result<Vec<Recap>> {
        self.0.get("/recaps", &[]).query(page).decode()
    }

    /// Iterates over all recaps of the current account, fetching 200 per request.
    #[inline]
    pub fn all(&self) -> Pages<'c, Recap> {
        let group = *self;
        pages(move |number| group.list(&Page::full(number)))
    }

    /// Gets a recap.
    ///
    /// `GET /recaps/{recap_id}`
    ///
    /// Since server 11.2.
    #[doc(alias = "GetRecap")]
    #[inline]
    pub fn get(&self, recap: &RecapId) -> Result<Recap> {
        self.0.get("/recaps/{recap_id}", &[recap]).decode()
    }

    /// Requests a recap. The server creates it in the background and sends `recap_updated` events.
    ///
    /// `POST /recaps`
    ///
    /// Since server 11.2.
    #[doc(alias = "CreateRecap")]
    #[inline]
    pub fn create(&self, draft: &RecapDraft) -> Result<Recap> {
        self.0.post("/recaps", &[]).json(draft).decode()
    }

    /// Marks a recap as read.
    ///
    /// `POST /recaps/{recap_id}/read`
    ///
    /// Since server 11.2.
    #[doc(alias = "MarkRecapAsRead")]
    #[inline]
    pub fn mark_read(&self, recap: &RecapId) -> Result<Recap> {
        self.0.post("/recaps/{recap_id}/read", &[recap]).decode()
    }

    /// Regenerates a recap.
    ///
    /// `POST /recaps/{recap_id}/regenerate`
    ///
    /// Since server 11.2.
    #[doc(alias = "RegenerateRecap")]
    #[inline]
    pub fn regenerate(&self, recap: &RecapId) -> Result<Recap> {
        self.0.post("/recaps/{recap_id}/regenerate", &[recap]).decode()
    }

    /// Deletes a recap.
    ///
    /// `DELETE /recaps/{recap_id}`
    ///
    /// Since server 11.2.
    #[doc(alias = "DeleteRecap")]
    #[inline]
    pub fn delete(&self, recap: &RecapId) -> Result<()> {
        self.0.delete("/recaps/{recap_id}", &[recap]).send()
    }
}
