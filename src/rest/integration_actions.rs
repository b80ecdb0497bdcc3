//! Interactive dialogs.

use crate::error::Result;
use crate::http::Http;
use crate::model::{LookupDialogResponse, OpenDialogRequest, SubmitDialogRequest, SubmitDialogResponse};

/// Interactive dialogs, by [`Client::dialogs`](crate::Client::dialogs).
///
/// Presses of buttons are `client.posts().do_action(..)`.
#[derive(Clone, Copy, Debug)]
pub struct Dialogs<'c>(pub(crate) &'c Http);

impl Dialogs<'_> {
    /// Opens a dialog with the one who pressed or typed, within 30 s of that.
    ///
    /// `POST /actions/dialogs/open`
    ///
    /// Needs no login. Since 5.6.
    #[doc(alias = "OpenInteractiveDialog")]
    pub fn open(&self, request: &OpenDialogRequest) -> Result<()> {
        self.0.post("/actions/dialogs/open", &[]).json(request).ok()
    }

    /// Sends a form that was filled in.
    ///
    /// `POST /actions/dialogs/submit`
    ///
    /// Permissions, as the case may be: `read_channel_content`, `view_team`. Since 5.6.
    #[doc(alias = "SubmitInteractiveDialog")]
    pub fn submit(&self, request: &SubmitDialogRequest) -> Result<SubmitDialogResponse> {
        self.0.post("/actions/dialogs/submit", &[]).json(request).fetch()
    }

    /// Asks what a dynamic menu offers.
    ///
    /// `POST /actions/dialogs/lookup`
    ///
    /// Permissions, as the case may be: `read_channel_content`, `view_team`. Since 11.0.
    #[doc(alias = "LookupInteractiveDialog")]
    pub fn lookup(&self, request: &SubmitDialogRequest) -> Result<LookupDialogResponse> {
        self.0.post("/actions/dialogs/lookup", &[]).json(request).reads().fetch()
    }
}
