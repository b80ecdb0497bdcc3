//! Dialogs.

use serde_json::{Map, Value};

use super::AcceptedSecrets;
use super::fields::{FormFields, malformed_error};
use super::private::Read;
use crate::error::Result;
use crate::model::{ChannelId, Dialog, SubmitDialogResponse, TeamId, UserId};
use crate::secret::Secret;
use crate::signature::{Purpose, verify};

/// The request that is sent when a user submits or cancels a dialog, changes a field with `refresh`, or opens a
/// dynamic select.
///
/// All four requests have the same type, as in the API. Check [`cancelled`](Self::cancelled),
/// [`is_refresh`](Self::is_refresh) and [`is_lookup`](Self::is_lookup), if the dialog uses them.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DialogSubmission {
    /// The kind of the request: `dialog_submission`, `refresh` or `dialog_lookup`.
    pub kind: String,
    /// The application-defined identifier of the dialog.
    pub callback_id: String,
    /// The state of the dialog, as given to [`Dialog::state`](crate::Dialog::state).
    pub state: String,
    /// ID of the user.
    pub user_id: UserId,
    /// ID of the channel in which the dialog was opened.
    pub channel_id: ChannelId,
    /// ID of the team.
    pub team_id: TeamId,
    /// The values by element name. Their types depend on the element and on the server.
    pub submission: Map<String, Value>,
    /// `true` if the dialog was canceled. The server reports this only if the dialog has `notify_on_cancel`.
    pub cancelled: bool,
    /// Unique to each opened dialog. Repeated submissions of one dialog, for example after an error response, have the
    /// same ID. Suitable for a [`ReplayGuard`](super::ReplayGuard).
    pub dialog_id: String,
}

impl DialogSubmission {
    /// Parses and verifies a request.
    ///
    /// `secrets` is the secret that was passed to `open_dialog` or to [`Dialog::secret`](crate::Dialog::secret), or a
    /// list of such secrets.
    ///
    /// # Errors
    /// - [`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden) if the state is not signed with one of the secrets for
    ///   this user, if the signature has expired, or if a [`ReplayGuard`](super::ReplayGuard) has already accepted
    ///   the dialog.
    /// - [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the body is not a JSON object.
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input) if the body exceeds 1 MiB.
    pub fn parse<'s>(
        content_type: &str,
        body: impl AsRef<[u8]>,
        secrets: impl Into<AcceptedSecrets<'s>>,
    ) -> Result<Self> {
        super::parse(content_type, body, secrets)
    }

    /// Returns the text that was entered in an element, without surrounding whitespace. Empty if it is missing or not
    /// a string.
    pub fn text(&self, element: &str) -> &str {
        self.submission.get(element).and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// Returns `true` if a `bool` element is checked.
    pub fn is_checked(&self, element: &str) -> bool {
        self.submission.get(element).is_some_and(|value| value == true || value == "true")
    }

    /// Returns `true` if a field with `refresh` changed. Respond with [`SubmitDialogResponse::form`].
    pub fn is_refresh(&self) -> bool {
        self.kind == "refresh"
    }

    /// Returns `true` if the options of a dynamic select are requested. Respond with a
    /// [`LookupDialogResponse`](super::LookupDialogResponse).
    pub fn is_lookup(&self) -> bool {
        self.kind == "dialog_lookup"
    }

    /// Returns the text entered in a dynamic select. Empty if this is not a lookup.
    pub fn query(&self) -> &str {
        if self.is_lookup() { self.text("query") } else { "" }
    }

    /// Returns the element whose options are requested. Empty if this is not a lookup.
    pub fn selected_field(&self) -> &str {
        if self.is_lookup() { self.text("selected_field") } else { "" }
    }

    /// Returns a response that replaces the dialog with another one for the same user. The state of the new dialog is
    /// signed. Since server 11.0.
    pub fn next_form(&self, dialog: Dialog, secret: &Secret) -> SubmitDialogResponse {
        SubmitDialogResponse::form(dialog.secret(secret, &self.user_id))
    }
}

impl Read for DialogSubmission {
    fn from_verified_fields(fields: FormFields, secrets: AcceptedSecrets<'_>) -> Result<Self> {
        let mut request = Self::from_fields(fields)?;
        let verified = verify(secrets.secrets, Purpose::Dialog, request.user_id.as_str(), &request.state)?;
        let (nonce, state) = (verified.nonce.to_owned(), verified.data.to_owned());
        (request.dialog_id, request.state) = (nonce, state);
        secrets.check_unprocessed(&request.dialog_id)?;
        Ok(request)
    }

    fn from_fields(fields: FormFields) -> Result<Self> {
        if !fields.is_json() {
            return Err(malformed_error("the request is not JSON"));
        }
        let owned = |key: &str| fields.text(key).to_owned();
        Ok(Self {
            kind: owned("type"),
            callback_id: owned("callback_id"),
            state: owned("state"),
            user_id: fields.id("user_id"),
            channel_id: fields.id("channel_id"),
            team_id: fields.id("team_id"),
            submission: fields.object("submission"),
            cancelled: fields.flag("cancelled"),
            dialog_id: String::new(),
        })
    }
}
