//! ID newtypes, which prevent swapped arguments at compile time.

use std::borrow::Cow;

use crate::error::{Error, Result};

ids! {
    /// ID of a bot. Has the same value as its [`UserId`].
    BotUserId;
    /// ID of a channel bookmark.
    BookmarkId;
    /// ID of a sidebar category. IDs of built-in categories are longer than other IDs.
    CategoryId;
    /// ID of a channel of any type.
    ChannelId;
    /// ID of a slash command.
    CommandId;
    /// ID of a compliance report.
    ComplianceReportId;
    /// ID of a custom emoji.
    EmojiId;
    /// ID of an uploaded file.
    FileId;
    /// ID of a user group.
    GroupId;
    /// ID of an incoming or outgoing webhook.
    HookId;
    /// ID of a background job.
    JobId;
    /// ID of an OAuth 2.0 application.
    OAuthAppId;
    /// ID of an OAuth 2.0 connection used by outgoing webhooks and slash commands.
    OutgoingOAuthConnectionId;
    /// ID of a data retention or access policy.
    PolicyId;
    /// ID of a post.
    PostId;
    /// ID of a property of users or posts.
    PropertyFieldId;
    /// ID of a recap: an AI-generated summary of channels.
    RecapId;
    /// ID of a remote server that shares channels with this server.
    RemoteId;
    /// ID of a role.
    RoleId;
    /// ID of a permission scheme.
    SchemeId;
    /// ID of a scheduled post.
    ScheduledPostId;
    /// ID of a session.
    SessionId;
    /// ID of a team.
    TeamId;
    /// ID of a version of the terms of service.
    TermsOfServiceId;
    /// ID of a personal access token. Not the token itself.
    TokenId;
    /// ID of a resumable upload.
    UploadId;
    /// ID of a user. `UserId::me()` is the current account in every route.
    UserId;
}

impl UserId {
    /// Returns `me`, the server's alias for the current account.
    pub fn me() -> Self {
        Self("me".into())
    }
}

impl From<&UserId> for BotUserId {
    fn from(id: &UserId) -> Self {
        Self(id.0.clone())
    }
}

impl From<&BotUserId> for UserId {
    fn from(id: &BotUserId) -> Self {
        Self(id.0.clone())
    }
}

/// The access policy of a channel has the ID of the channel.
impl From<&ChannelId> for PolicyId {
    fn from(id: &ChannelId) -> Self {
        Self(id.0.clone())
    }
}

const LENGTH: usize = 26;

fn is_id(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

// As `favorites_{user}_{team}`.
fn is_category(text: &str) -> bool {
    (LENGTH..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

pub(crate) fn check_id(kind: &str, text: &str) -> Result<()> {
    path_argument(kind, text).map(drop).map_err(|why| {
        Error::input(why)
            .with_hint("IDs consist of 26 letters and digits; to use a name, look it up, for example with `client.channel`")
    })
}

pub(crate) fn path_argument<'a>(kind: &str, text: &'a str) -> Result<Cow<'a, str>, Cow<'static, str>> {
    let good = match kind {
        "UserId" => is_id(text) || text == "me",
        "CategoryId" => is_id(text) || is_category(text),
        _ => is_id(text),
    };
    if good {
        return Ok(Cow::Borrowed(text));
    }
    let shown: String = text.chars().take(40).collect();
    Err(format!("{shown:?} is not a {kind}: an ID consists of {LENGTH} letters and digits").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked_and_null_is_empty() {
        let id: PostId = "8k7ktpqaaidztx87g5zqd8j3ry".parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""8k7ktpqaaidztx87g5zqd8j3ry""#);
        assert!("".parse::<PostId>().is_err());
        assert!("me".parse::<PostId>().is_err());
        assert!("me".parse::<UserId>().is_ok());
        assert!("8k7ktpqaaidztx87g5zqd8j3r/".parse::<PostId>().is_err());
        assert!(serde_json::from_str::<PostId>("null").unwrap().is_empty());
        assert!(serde_json::from_str::<PostId>("1").is_err());
        assert_eq!(serde_json::from_value::<PostId>("x".into()).unwrap(), "x");
    }
}
