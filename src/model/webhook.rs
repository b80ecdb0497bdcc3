//! Incoming and outgoing webhooks.

use serde::Serialize;

use crate::model::{Attachment, ChannelId, HookId, Json, PostPriority, TeamId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// A URL that creates posts from the messages sent to it. **Anyone who knows the ID can post.**
    pub struct IncomingWebhook {
        /// The ID. The path of the URL is `/hooks/{id}`.
        pub id: HookId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// The user who created the webhook and in whose name it posts.
        pub user_id: UserId,
        /// The default channel.
        pub channel_id: ChannelId,
        /// The team.
        pub team_id: TeamId,
        /// The display name, up to 64 characters.
        pub display_name: String,
        /// The description, up to 500 characters.
        pub description: String,
        /// Username of the posts, if the server allows overrides.
        pub username: String,
        /// Icon of the posts, if the server allows overrides.
        pub icon_url: String,
        /// `true` if the sender cannot choose another channel.
        pub channel_locked: bool,
    }
}

impl From<&IncomingWebhook> for HookId {
    fn from(from: &IncomingWebhook) -> Self {
        from.id.clone()
    }
}

/// A new incoming webhook.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IncomingWebhookDraft {
    /// The default channel.
    pub channel_id: ChannelId,
    /// User in whose name the webhook posts. Only for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// The display name, up to 64 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The description, up to 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Username of the posts, if the server allows overrides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Icon of the posts, if the server allows overrides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// `true` if the sender cannot choose another channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_locked: Option<bool>,
}

impl IncomingWebhookDraft {
    /// Creates the value from its required fields.
    pub fn new(channel_id: impl Into<ChannelId>) -> Self {
        Self {
            channel_id: channel_id.into(),
            user_id: None,
            display_name: None,
            description: None,
            username: None,
            icon_url: None,
            channel_locked: None,
        }
    }
}

setters! { IncomingWebhookDraft:
    /// User in whose name the webhook posts. Only for administrators.
    user_id: UserId,
    /// The display name, up to 64 characters.
    display_name: String,
    /// The description, up to 500 characters.
    description: String,
    /// Username of the posts, if the server allows overrides.
    username: String,
    /// Icon of the posts, if the server allows overrides.
    icon_url: String,
    /// `true` if the sender cannot choose another channel.
    channel_locked: bool,
}

model! {
    /// A page of incoming webhooks and the total count.
    pub struct IncomingWebhooksWithCount {
        /// The webhooks of this page.
        pub incoming_webhooks: Vec<IncomingWebhook>,
        /// Total number of incoming webhooks.
        pub total_count: i64,
    }
}

open_enum! {
    /// Body format of an outgoing webhook.
    WebhookContentType {
        /// URL-encoded form.
        Form = "application/x-www-form-urlencoded",
        /// JSON.
        Json = "application/json",
    }
}

model! {
    /// A webhook that sends posts of public channels to a URL.
    pub struct OutgoingWebhook {
        /// The ID.
        pub id: HookId,
        /// Token included in requests, which proves that the server sent them. Compare it.
        pub token: Secret,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// The user who created the webhook.
        pub creator_id: UserId,
        /// The public channel. Empty for all public channels of the team.
        pub channel_id: ChannelId,
        /// The team.
        pub team_id: TeamId,
        /// Words that trigger the webhook. Required if no channel is set.
        pub trigger_words: Vec<String>,
        /// 0 if the first word must equal a trigger word; 1 if it must start with one.
        pub trigger_when: i64,
        /// Target URLs.
        pub callback_urls: Vec<String>,
        /// The display name.
        pub display_name: String,
        /// The description.
        pub description: String,
        /// Body format.
        pub content_type: WebhookContentType,
        /// Username of the response, if the server allows overrides.
        pub username: String,
        /// Icon of the response, if the server allows overrides.
        pub icon_url: String,
    }
}

impl From<&OutgoingWebhook> for HookId {
    fn from(from: &OutgoingWebhook) -> Self {
        from.id.clone()
    }
}

/// A new outgoing webhook. Requires a channel or trigger words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingWebhookDraft {
    /// The team.
    pub team_id: TeamId,
    /// The display name.
    pub display_name: String,
    /// Target URLs.
    pub callback_urls: Vec<String>,
    /// The public channel. Defaults to all public channels of the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// Owner of the webhook. Only administrators may set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_id: Option<UserId>,
    /// Words that trigger the webhook. Required if no channel is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_words: Option<Vec<String>>,
    /// 0 if the first word must equal a trigger word; 1 if it must start with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_when: Option<i64>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Body format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<WebhookContentType>,
    /// Username of the response, if the server allows overrides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Icon of the response, if the server allows overrides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
}

impl OutgoingWebhookDraft {
    /// Creates the value from its required fields.
    pub fn new(
        team_id: impl Into<TeamId>,
        display_name: impl Into<String>,
        callback_urls: impl Into<Vec<String>>,
    ) -> Self {
        Self {
            team_id: team_id.into(),
            display_name: display_name.into(),
            callback_urls: callback_urls.into(),
            channel_id: None,
            creator_id: None,
            trigger_words: None,
            trigger_when: None,
            description: None,
            content_type: None,
            username: None,
            icon_url: None,
        }
    }
}

setters! { OutgoingWebhookDraft:
    /// The public channel. Defaults to all public channels of the team.
    channel_id: ChannelId,
    /// Owner of the command. Only administrators may set it.
    creator_id: UserId,
    /// Words that trigger the webhook. Required if no channel is set.
    trigger_words: Vec<String>,
    /// 0 if the first word must equal a trigger word; 1 if it must start with one.
    trigger_when: i64,
    /// The description.
    description: String,
    /// Body format.
    content_type: WebhookContentType,
    /// Username of the response, if the server allows overrides.
    username: String,
    /// Icon of the response, if the server allows overrides.
    icon_url: String,
}

/// Page and filter for incoming webhooks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IncomingWebhookPage {
    /// Zero-based page number.
    pub page: Option<u32>,
    /// Webhooks per page. Defaults to 60. Must be at most 200.
    pub per_page: Option<u32>,
    /// Only webhooks of this team.
    pub team_id: Option<TeamId>,
}

impl IncomingWebhookPage {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { IncomingWebhookPage:
    /// Zero-based page number.
    page: u32,
    /// Webhooks per page. Defaults to 60. Must be at most 200.
    per_page: u32,
    /// Only webhooks of this team.
    team_id: TeamId,
}

/// Page and filter for outgoing webhooks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingWebhookPage {
    /// Zero-based page number.
    pub page: Option<u32>,
    /// Webhooks per page. Defaults to 60. Must be at most 200.
    pub per_page: Option<u32>,
    /// Only webhooks of this team.
    pub team_id: Option<TeamId>,
    /// Only webhooks of this channel.
    pub channel_id: Option<ChannelId>,
}

impl OutgoingWebhookPage {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { OutgoingWebhookPage:
    /// Zero-based page number.
    page: u32,
    /// Webhooks per page. Defaults to 60. Must be at most 200.
    per_page: u32,
    /// Only webhooks of this team.
    team_id: TeamId,
    /// Only webhooks of this channel.
    channel_id: ChannelId,
}

/// A message for an incoming webhook.
///
/// The server splits texts that exceed the maximum length of a post.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IncomingMessage {
    /// The text, in Markdown. Required unless there are attachments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Target channel, if it differs from the webhook's: a channel name, or `@user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Username of the post, if the server allows overrides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Icon of the post, if the server allows overrides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Emoji used as the icon, if the server allows overrides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_emoji: Option<String>,
    /// Attachments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Attachment>>,
    /// Props of the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub props: Option<Json>,
    /// The post type: empty, or a type that begins with `custom_`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<PostPriority>,
}

impl IncomingMessage {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { IncomingMessage:
    /// The text, in Markdown. Required unless there are attachments.
    text: String,
    /// Target channel, if it differs from the webhook's: a channel name, or `@user`.
    channel: String,
    /// Username of the post, if the server allows overrides.
    username: String,
    /// Icon of the post, if the server allows overrides.
    icon_url: String,
    /// Emoji used as the icon, if the server allows overrides.
    icon_emoji: String,
    /// Attachments.
    attachments: Vec<Attachment>,
    /// Props of the post.
    props: Json,
    /// The post type: empty, or a type that begins with `custom_`.
    kind: String,
    /// The priority.
    priority: PostPriority,
}
