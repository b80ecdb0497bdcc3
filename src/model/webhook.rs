//! Incoming and outgoing webhooks.

use serde::Serialize;

use crate::model::{Attachment, ChannelId, HookId, Json, PostPriority, TeamId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// An address that posts what is sent to it. **Whoever knows the id can post.**
    pub struct IncomingWebhook {
        /// Its id; the address is `/hooks/{id}`.
        pub id: HookId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// Who made it, and posts by it.
        pub user_id: UserId,
        /// Where it posts, if the sender names no channel.
        pub channel_id: ChannelId,
        /// In which team.
        pub team_id: TeamId,
        /// What it is called; up to 64 characters.
        pub display_name: String,
        /// What it is for; up to 500 characters.
        pub description: String,
        /// The name it posts under, where the server allows that.
        pub username: String,
        /// The picture it posts with, where the server allows that.
        pub icon_url: String,
        /// Whether the sender may name no other channel.
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
    /// Where it posts, if the sender names no channel.
    pub channel_id: ChannelId,
    /// Whom it posts for; for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What it is called; up to 64 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is for; up to 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The name it posts under, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The picture it posts with, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Whether the sender may name no other channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_locked: Option<bool>,
}

impl IncomingWebhookDraft {
    /// With what is required.
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
    /// Whom it posts for; for administrators.
    user_id: UserId,
    /// What it is called; up to 64 characters.
    display_name: String,
    /// What it is for; up to 500 characters.
    description: String,
    /// The name it posts under, where the server allows that.
    username: String,
    /// The picture it posts with, where the server allows that.
    icon_url: String,
    /// Whether the sender may name no other channel.
    channel_locked: bool,
}

model! {
    /// A page of incoming webhooks, and how many there are.
    pub struct IncomingWebhooksWithCount {
        /// The webhooks of this page.
        pub incoming_webhooks: Vec<IncomingWebhook>,
        /// How many there are in all.
        pub total_count: i64,
    }
}

open_enum! {
    /// In what form an outgoing webhook is sent.
    WebhookContentType {
        /// As a web form.
        Form = "application/x-www-form-urlencoded",
        /// As JSON.
        Json = "application/json",
    }
}

model! {
    /// Sends posts of public channels to an address.
    pub struct OutgoingWebhook {
        /// Its id.
        pub id: HookId,
        /// Sent along, to tell that the server calls. Compare it.
        pub token: Secret,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// Who made it.
        pub creator_id: UserId,
        /// The public channel it listens to; empty for all of the team.
        pub channel_id: ChannelId,
        /// In which team.
        pub team_id: TeamId,
        /// Words that a post begins with; needed without a channel.
        pub trigger_words: Vec<String>,
        /// 0: the first word is one of them; 1: it begins with one of them.
        pub trigger_when: i64,
        /// Where posts are sent.
        pub callback_urls: Vec<String>,
        /// What it is called.
        pub display_name: String,
        /// What it is for.
        pub description: String,
        /// In what form.
        pub content_type: WebhookContentType,
        /// The name it answers under, where the server allows that.
        pub username: String,
        /// The picture it answers with, where the server allows that.
        pub icon_url: String,
    }
}

impl From<&OutgoingWebhook> for HookId {
    fn from(from: &OutgoingWebhook) -> Self {
        from.id.clone()
    }
}

/// A new outgoing webhook. It needs a channel or trigger words.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingWebhookDraft {
    /// In which team.
    pub team_id: TeamId,
    /// What it is called.
    pub display_name: String,
    /// Where posts are sent.
    pub callback_urls: Vec<String>,
    /// The public channel it listens to; all of the team if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// Whom it belongs to; for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator_id: Option<UserId>,
    /// Words that a post begins with; needed without a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_words: Option<Vec<String>>,
    /// 0: the first word is one of them; 1: it begins with one of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_when: Option<i64>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// In what form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<WebhookContentType>,
    /// The name it answers under, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The picture it answers with, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
}

impl OutgoingWebhookDraft {
    /// With what is required.
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
    /// The public channel it listens to; all of the team if it is not set.
    channel_id: ChannelId,
    /// Whom it belongs to; for administrators.
    creator_id: UserId,
    /// Words that a post begins with; needed without a channel.
    trigger_words: Vec<String>,
    /// 0: the first word is one of them; 1: it begins with one of them.
    trigger_when: i64,
    /// What it is for.
    description: String,
    /// In what form.
    content_type: WebhookContentType,
    /// The name it answers under, where the server allows that.
    username: String,
    /// The picture it answers with, where the server allows that.
    icon_url: String,
}

/// Which incoming webhooks to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IncomingWebhookPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Webhooks a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Only those of this team.
    pub team_id: Option<TeamId>,
}

impl IncomingWebhookPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { IncomingWebhookPage:
    /// Page, from 0.
    page: u32,
    /// Webhooks a page; 60 by default, 200 at most.
    per_page: u32,
    /// Only those of this team.
    team_id: TeamId,
}

/// Which outgoing webhooks to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingWebhookPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Webhooks a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Only those of this team.
    pub team_id: Option<TeamId>,
    /// Only those of this channel.
    pub channel_id: Option<ChannelId>,
}

impl OutgoingWebhookPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { OutgoingWebhookPage:
    /// Page, from 0.
    page: u32,
    /// Webhooks a page; 60 by default, 200 at most.
    per_page: u32,
    /// Only those of this team.
    team_id: TeamId,
    /// Only those of this channel.
    channel_id: ChannelId,
}

/// What to post by an incoming webhook.
///
/// The server splits texts that are too long for one post.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IncomingMessage {
    /// The text, in Markdown; needed unless there are attachments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Another channel than the webhook's: its name, or `@user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Another name to post under, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Another picture, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// An emoji instead of the picture, where the server allows that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_emoji: Option<String>,
    /// Attachments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Attachment>>,
    /// Props of the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub props: Option<Json>,
    /// Type of the post: none, or one that begins with `custom_`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Importance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<PostPriority>,
}

impl IncomingMessage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { IncomingMessage:
    /// The text, in Markdown; needed unless there are attachments.
    text: String,
    /// Another channel than the webhook's: its name, or `@user`.
    channel: String,
    /// Another name to post under, where the server allows that.
    username: String,
    /// Another picture, where the server allows that.
    icon_url: String,
    /// An emoji instead of the picture, where the server allows that.
    icon_emoji: String,
    /// Attachments.
    attachments: Vec<Attachment>,
    /// Props of the post.
    props: Json,
    /// Type of the post: none, or one that begins with `custom_`.
    kind: String,
    /// Importance.
    priority: PostPriority,
}
