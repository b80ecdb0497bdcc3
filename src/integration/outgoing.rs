//! Outgoing webhooks.

use super::AcceptedSecrets;
use super::fields::{FormFields, parse_id};
use super::private::Read;
use crate::error::Result;
use crate::model::{ChannelId, FileId, PostId, TeamId, UserId};
use crate::time::Timestamp;

/// The request that is sent when a post in a public channel matches an outgoing webhook.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OutgoingWebhookRequest {
    /// ID of the post.
    pub post_id: PostId,
    /// The text of the post.
    pub text: String,
    /// The trigger word that matched. Empty if the webhook has none.
    pub trigger_word: String,
    /// ID of the author.
    pub user_id: UserId,
    /// The author's username.
    pub user_name: String,
    /// ID of the channel.
    pub channel_id: ChannelId,
    /// The channel's short name.
    pub channel_name: String,
    /// ID of the team.
    pub team_id: TeamId,
    /// The team's short name.
    pub team_domain: String,
    /// Creation time of the post, with a resolution of 1 s in requests with a form.
    pub timestamp: Timestamp,
    /// IDs of the attached files.
    pub file_ids: Vec<FileId>,
}

impl OutgoingWebhookRequest {
    /// Parses and verifies a request, with a form or with JSON.
    ///
    /// `tokens` is the [token](crate::OutgoingWebhook::token) of the webhook, or a list of tokens.
    ///
    /// # Errors
    /// - [`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden) if the token is missing or wrong, or if a
    ///   [`ReplayGuard`](super::ReplayGuard) refuses the request.
    /// - [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the body is neither a form nor a JSON object.
    /// - [`ErrorKind::Input`](crate::ErrorKind::Input) if the body exceeds 1 MiB.
    pub fn parse<'s>(
        content_type: &str,
        body: impl AsRef<[u8]>,
        tokens: impl Into<AcceptedSecrets<'s>>,
    ) -> Result<Self> {
        super::parse(content_type, body, tokens)
    }

    /// Returns the text after the trigger word.
    pub fn argument(&self) -> &str {
        let text = self.text.trim();
        text.strip_prefix(&*self.trigger_word).unwrap_or(text).trim()
    }
}

impl Read for OutgoingWebhookRequest {
    fn from_verified_fields(fields: FormFields, tokens: AcceptedSecrets<'_>) -> Result<Self> {
        let webhook = tokens.check_token(fields.text("token"))?;
        let request = Self::from_fields(fields)?;
        // A post can match several webhooks.
        tokens.accept(&format!("{}/{webhook}", request.post_id))?;
        Ok(request)
    }

    fn from_fields(fields: FormFields) -> Result<Self> {
        let owned = |key: &str| fields.text(key).to_owned();
        let files = fields.text("file_ids").split(',').map(str::trim).filter(|id| !id.is_empty());
        Ok(Self {
            post_id: fields.id("post_id"),
            text: owned("text"),
            trigger_word: owned("trigger_word"),
            user_id: fields.id("user_id"),
            user_name: owned("user_name"),
            channel_id: fields.id("channel_id"),
            channel_name: owned("channel_name"),
            team_id: fields.id("team_id"),
            team_domain: owned("team_domain"),
            timestamp: fields.time("timestamp"),
            file_ids: files.map(parse_id).collect(),
        })
    }
}
