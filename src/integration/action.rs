//! Buttons and menus.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::fields::{FormFields, malformed_error};
use super::private::Read;
use super::{AcceptedSecrets, forbidden_error};
use crate::error::Result;
use crate::model::{ChannelId, Dialog, OpenDialogRequest, PostId, SIGNED_CONTEXT, TeamId, UserId};
use crate::secret::Secret;
use crate::signature::{Purpose, verify};

/// The request that is sent when a user presses a button or selects an option of a menu.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PostActionIntegrationRequest {
    /// ID of the user who used the control.
    pub user_id: UserId,
    /// The user's username.
    pub user_name: String,
    /// ID of the post with the control.
    pub post_id: PostId,
    /// ID of the channel.
    pub channel_id: ChannelId,
    /// The channel's short name.
    pub channel_name: String,
    /// ID of the team. Empty in direct and group channels.
    pub team_id: TeamId,
    /// The team's short name.
    pub team_domain: String,
    /// The kind of the control: `button` or `select`.
    pub kind: String,
    /// Source of the options of a menu: `users`, `channels`, or empty.
    pub data_source: String,
    /// The value of the selected option. Empty for buttons.
    pub selected_option: String,
    /// The context of the control, as given to [`Button::context`](crate::Button::context).
    pub context: Map<String, Value>,
    /// The trigger ID, which allows the program to [open one dialog](Self::open_dialog). Valid for 30 s by default,
    /// or for 3 s on older servers such as 5.37. Different for every use of a control, and therefore suitable for a
    /// [`ReplayGuard`](super::ReplayGuard).
    pub trigger_id: String,
}

impl PostActionIntegrationRequest {
    /// Parses and verifies a request.
    ///
    /// `secrets` is the secret that was passed to [`Button::secret`](crate::Button::secret) or
    /// [`Menu::secret`](crate::Menu::secret), or a list of such secrets.
    ///
    /// # Errors
    /// - [`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden) if the context is not signed with one of the secrets,
    ///   if the signature has expired, if the control is reserved for another user, or if a
    ///   [`ReplayGuard`](super::ReplayGuard) refuses the request.
    /// - [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the body is not a JSON object.
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input) if the body exceeds 1 MiB.
    pub fn parse<'s>(
        content_type: &str,
        body: impl AsRef<[u8]>,
        secrets: impl Into<AcceptedSecrets<'s>>,
    ) -> Result<Self> {
        super::parse(content_type, body, secrets)
    }

    /// Returns a string from the context. Empty if it is missing or not a string. See also [`value`](Self::value).
    pub fn text(&self, key: &str) -> &str {
        self.context.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns a value from the context: a number, a `bool`, a list, or any other type that can be deserialized.
    ///
    /// Returns `None` if the value is missing or of another type.
    ///
    /// ```
    /// # fn run(press: &mattermost::integration::PostActionIntegrationRequest) {
    /// // The button has `.context("question", 3).context("right", true)`.
    /// let question: Option<u32> = press.value("question");
    /// let is_right = press.value("right") == Some(true);
    /// # }
    /// ```
    pub fn value<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        T::deserialize(self.context.get(key)?).ok()
    }

    /// Returns a request that opens a dialog for this user. Pass it to
    /// [`dialogs().open(..)`](crate::rest::Dialogs::open).
    ///
    /// The state of the dialog is signed. The signature expires after an hour.
    ///
    /// `url` receives the submission as a [`DialogSubmission`](super::DialogSubmission).
    pub fn open_dialog(&self, url: impl Into<String>, dialog: Dialog, secret: &Secret) -> OpenDialogRequest {
        OpenDialogRequest::new(&*self.trigger_id, url, dialog.secret(secret, &self.user_id))
    }
}

impl Read for PostActionIntegrationRequest {
    fn from_verified_fields(fields: FormFields, secrets: AcceptedSecrets<'_>) -> Result<Self> {
        let mut request = Self::from_fields(fields)?;
        let Some(Value::String(signed)) = request.context.remove(SIGNED_CONTEXT) else {
            return Err(forbidden_error("the context of the control is not signed")
                .with_hint("create the button or menu with `secret`"));
        };
        let verified = verify(secrets.secrets, Purpose::Action, request.user_id.as_str(), &signed)?;
        // Members beside the signed context are not from this program.
        request.context = crate::model::json::decode_event(verified.data)?;
        secrets.accept(&request.trigger_id)?;
        Ok(request)
    }

    fn from_fields(fields: FormFields) -> Result<Self> {
        if !fields.is_json() {
            return Err(malformed_error("the request is not JSON"));
        }
        let owned = |key: &str| fields.text(key).to_owned();
        let mut context = fields.object("context");
        let selected = context.remove("selected_option");
        Ok(Self {
            user_id: fields.id("user_id"),
            user_name: owned("user_name"),
            post_id: fields.id("post_id"),
            channel_id: fields.id("channel_id"),
            channel_name: owned("channel_name"),
            team_id: fields.id("team_id"),
            team_domain: owned("team_domain"),
            kind: owned("type"),
            data_source: owned("data_source"),
            selected_option: selected.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
            context,
            trigger_id: owned("trigger_id"),
        })
    }
}
