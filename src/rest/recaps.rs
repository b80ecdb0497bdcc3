//! Recaps: what happened in some channels, told by an AI agent.

use crate::error::Result;
use crate::http::Http;
use crate::model::{Page, Recap, RecapDraft, RecapId};
use crate::page::{Pages, pages};

/// Recaps: what happened in some channels, told by an AI agent, by [`Client::recaps`](crate::Client::recaps).
///
/// One's own only. 501 if the server has them off (feature flag `EnableAIRecaps`).
#[derive(Clone, Copy, Debug)]
pub struct Recaps<'c>(pub(crate) &'c Http);

impl<'c> Recaps<'c> {
    /// Lists one page of one's recaps, without what they say, newest first.
    ///
    /// `GET /recaps`
    ///
    /// Since 11.2.
    #[doc(alias = "GetRecapsForUser")]
    pub fn list(&self, page: &Page) -> Result<Vec<Recap>> {
        self.0.get("/recaps", &[]).query(page).fetch()
    }

    /// Goes through all of one's recaps, 200 a call.
    pub fn all(&self) -> Pages<'c, Recap> {
        let group = *self;
        pages(move |number| group.list(&Page::full(number)))
    }

    /// Gets a recap.
    ///
    /// `GET /recaps/{recap_id}`
    ///
    /// Since 11.2.
    #[doc(alias = "GetRecap")]
    pub fn get(&self, recap: &RecapId) -> Result<Recap> {
        self.0.get("/recaps/{recap_id}", &[recap]).fetch()
    }

    /// Asks for a recap; it is written by the way, and `recap_updated` events tell how far it is.
    ///
    /// `POST /recaps`
    ///
    /// Since 11.2.
    #[doc(alias = "CreateRecap")]
    pub fn create(&self, draft: &RecapDraft) -> Result<Recap> {
        self.0.post("/recaps", &[]).json(draft).fetch()
    }

    /// Says that a recap was read.
    ///
    /// `POST /recaps/{recap_id}/read`
    ///
    /// Since 11.2.
    #[doc(alias = "MarkRecapAsRead")]
    pub fn mark_read(&self, recap: &RecapId) -> Result<Recap> {
        self.0.post("/recaps/{recap_id}/read", &[recap]).fetch()
    }

    /// Has a recap written again.
    ///
    /// `POST /recaps/{recap_id}/regenerate`
    ///
    /// Since 11.2.
    #[doc(alias = "RegenerateRecap")]
    pub fn regenerate(&self, recap: &RecapId) -> Result<Recap> {
        self.0.post("/recaps/{recap_id}/regenerate", &[recap]).fetch()
    }

    /// Deletes a recap.
    ///
    /// `DELETE /recaps/{recap_id}`
    ///
    /// Since 11.2.
    #[doc(alias = "DeleteRecap")]
    pub fn delete(&self, recap: &RecapId) -> Result<()> {
        self.0.delete("/recaps/{recap_id}", &[recap]).ok()
    }
}
