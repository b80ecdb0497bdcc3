//! Interactive dialogs.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{LookupDialogResponse, OpenDialogRequest, SubmitDialogRequest, SubmitDialogResponse};

/// Interactive dialogs. Returned by [`Client::dialogs`](crate::Client::dialogs).
///
/// Button presses are sent with `client.posts().do_action(..)`.
#[derive(Clone, Copy, Debug)]
pub struct Dialogs<'c>(pub(crate) &'c HttpClient);

impl Dialogs<'_> {
    /// Opens a dialog for the user whose action returned the trigger ID. Must be called within 30 s of that action,
    /// or within 3 s on older servers such as 5.37.
    ///
    /// `POST /actions/dialogs/open`
    ///
    /// Does not require a login. Since server 5.6.
    #[doc(alias = "OpenInteractiveDialog")]
    #[inline]
    pub fn open(&self, request: &OpenDialogRequest) -> Result<()> {
        self.0.post("/actions/dialogs/open", &[]).json(request).send()
    }

    /// Submits a completed dialog.
    ///
    /// `POST /actions/dialogs/submit`
    ///
    /// Required permissions, depending on the request: `read_channel_content`, `view_team`. Since server 5.6.
    #[doc(alias = "SubmitInteractiveDialog")]
    #[inline]
    pub fn submit(&self, request: &SubmitDialogRequest) -> Result<SubmitDialogResponse> {
        self.0.post("/actions/dialogs/submit", &[]).json(request).decode()
    }

    /// Queries the options of a dynamic select element.
    ///
    /// `POST /actions/dialogs/lookup`
    ///
    /// Required permissions, depending on the request: `read_channel_content`, `view_team`. Since server
    /// 11.0.
    #[doc(alias = "LookupInteractiveDialog")]
    #[inline]
    pub fn lookup(&self, request: &SubmitDialogRequest) -> Result<LookupDialogResponse> {
        self.0.post("/actions/dialogs/lookup", &[]).json(request).safe().decode()
    }
}
