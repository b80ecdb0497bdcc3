//! ID newtypes, which prevent swapped arguments at compile time.

use std::borrow::Cow;

use crate::error::{Error, Result};

ids! {
    /// The user ID of a bot. Has the same value as its [`UserId`].
    BotUserId;
    /// A channel bookmark.
    BookmarkId;
    /// A sidebar category. IDs of built-in categories are longer than other IDs.
    CategoryId;
    /// A channel of any type.
    ChannelId;
    /// A slash command.
    CommandId;
    /// A compliance report.
    ComplianceReportId;
    /// A custom emoji.
    EmojiId;
    /// An uploaded file.
    FileId;
    /// A user group.
    GroupId;
    /// An incoming or outgoing webhook.
    HookId;
    /// A background job.
    JobId;
    /// An OAuth 2.0 application.
    OAuthAppId;
    /// An OAuth 2.0 connection used by outgoing webhooks and slash commands.
    OutgoingOAuthConnectionId;
    /// A data retention or access policy.
    PolicyId;
    /// A post.
    PostId;
    /// A property of users or posts.
    PropertyFieldId;
    /// An AI-generated summary of channels.
    RecapId;
    /// A remote server that shares channels with this server.
    RemoteId;
    /// A role.
    RoleId;
    /// A permission scheme.
    SchemeId;
    /// A scheduled post.
    ScheduledPostId;
    /// A session of a user.
    SessionId;
    /// A team.
    TeamId;
    /// A version of the terms of service.
    TermsOfServiceId;
    /// A personal access token. This is the ID, not the token.
    TokenId;
    /// A resumable upload.
    UploadId;
    /// A user. `UserId::me()` stands for the current account in every route.
    UserId;
}

impl UserId {
    /// The current account, as the server's alias `me`.
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
