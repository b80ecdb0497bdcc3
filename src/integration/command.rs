//! Slash commands.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;

use super::AcceptedSecrets;
use super::fields::{FormFields, parse_id};
use super::private::Read;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::model::{ChannelId, CommandResponse, Dialog, OpenDialogRequest, PostId, TeamId, UserId};
use crate::secret::Secret;

/// The request that is sent when a user executes a slash command.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CommandRequest {
    /// ID of the user who executed the command.
    pub user_id: UserId,
    /// The user's username.
    pub user_name: String,
    /// ID of the channel in which the command was executed.
    pub channel_id: ChannelId,
    /// The channel's short name.
    pub channel_name: String,
    /// ID of the team.
    pub team_id: TeamId,
    /// The team's short name.
    pub team_domain: String,
    /// The command, starting with `/`.
    pub command: String,
    /// The text after the command.
    pub text: String,
    /// ID of the first post of the thread. Empty outside of threads, and on servers before 6.0.
    pub root_id: PostId,
    /// The trigger ID, which allows the program to [open one dialog](Self::open_dialog). Valid for 30 s by default,
    /// or for 3 s on older servers such as 5.37.
    pub trigger_id: String,
    /// URL for delayed responses. See [`respond`](Self::respond).
    pub response_url: String,
    /// Mentioned users by username.
    pub user_mentions: BTreeMap<String, UserId>,
    /// Mentioned channels by short name.
    pub channel_mentions: BTreeMap<String, ChannelId>,
}

impl CommandRequest {
    /// Parses and verifies a request.
    ///
    /// For a command with [`CommandMethod::Get`](crate::CommandMethod::Get), pass the query of the URL as the body, and
    /// an empty content type.
    ///
    /// `tokens` is the [token](crate::Command::token) of the command, or a list of tokens.
    ///
    /// # Errors
    /// - [`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden) if the token is missing or wrong, or if a
    ///   [`ReplayGuard`](super::ReplayGuard) refuses the request.
    /// - [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the body is not a form.
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input) if the body exceeds 1 MiB.
    pub fn parse<'s>(
        content_type: &str,
        body: impl AsRef<[u8]>,
        tokens: impl Into<AcceptedSecrets<'s>>,
    ) -> Result<Self> {
        super::parse(content_type, body, tokens)
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

    /// Sends a delayed response. May be called up to 5 times within 30 minutes after the command.
    ///
    /// The response is sent only to the server of `client`, without its token.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before any I/O, if the `response_url` is not on the server of
    /// `client`. Otherwise, the errors of [`webhooks().send_delayed(..)`](crate::rest::Webhooks::send_delayed).
    pub fn respond(&self, client: &Client, response: &CommandResponse) -> Result<()> {
        let base = client.http().config().base.http_url();
        let id = self.response_url.strip_prefix(&base).and_then(|rest| rest.strip_prefix("/hooks/commands/"));
        let id = id.filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let id = id.ok_or_else(|| {
            Error::input(format!("the response URL of the command is not on the server {base}"))
                .with_hint("connect the client to the site URL of the server")
        })?;
        client.webhooks().send_delayed(id, response)
    }
}

impl Read for CommandRequest {
    fn from_verified_fields(fields: FormFields, tokens: AcceptedSecrets<'_>) -> Result<Self> {
        tokens.check_token(fields.text("token"))?;
        let request = Self::from_fields(fields)?;
        tokens.accept(&request.trigger_id)?;
        Ok(request)
    }

    fn from_fields(fields: FormFields) -> Result<Self> {
        let owned = |key: &str| fields.text(key).to_owned();
        Ok(Self {
            user_id: fields.id("user_id"),
            user_name: owned("user_name"),
            channel_id: fields.id("channel_id"),
            channel_name: owned("channel_name"),
            team_id: fields.id("team_id"),
            team_domain: owned("team_domain"),
            command: owned("command"),
            text: owned("text"),
            root_id: fields.id("root_id"),
            trigger_id: owned("trigger_id"),
            response_url: owned("response_url"),
            user_mentions: parse_mentions(&fields, "user_mentions", "user_mentions_ids"),
            channel_mentions: parse_mentions(&fields, "channel_mentions", "channel_mentions_ids"),
        })
    }
}

/// Two parallel lists.
fn parse_mentions<T: DeserializeOwned + Default>(
    fields: &FormFields,
    names: &str,
    ids: &str,
) -> BTreeMap<String, T> {
    fields.all_texts(names).map(str::to_owned).zip(fields.all_texts(ids).map(parse_id)).collect()
}

/// Formats the command and its text.
impl fmt::Display for CommandRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.command, self.text)
    }
}
