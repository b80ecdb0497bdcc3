//! Incoming and outgoing webhooks.

use crate::model::{Attachment, ChannelId, HookId, Json, PostPriority, TeamId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// An incoming webhook: a URL that creates posts from the messages sent to it. **Anyone who knows the ID can
    /// post.**
    pub struct IncomingWebhook {
        /// The ID. The path of the URL is `/hooks/{id}`.
        pub id: HookId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// ID of the user who created the webhook, and in whose name it posts.
        pub user_id: UserId,
        /// ID of the default channel.
        pub channel_id: ChannelId,
        /// ID of the team.
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

input! {
    /// A new incoming webhook.
    pub struct IncomingWebhookDraft {
        /// ID of the default channel.
        pub channel_id: ChannelId,
    }
    optional {
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
        /// Secret token that the server includes in its requests. Compare it to verify that a request comes from the
        /// server.
        pub token: Secret,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// ID of the user who created the webhook.
        pub creator_id: UserId,
        /// ID of the public channel. Empty for all public channels of the team.
        pub channel_id: ChannelId,
        /// ID of the team.
        pub team_id: TeamId,
        /// Words that trigger the webhook. Required if no channel is set.
        pub trigger_words: Vec<String>,
        /// Match mode: 0 if the first word must equal a trigger word; 1 if it must start with one.
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

input! {
    /// A new outgoing webhook. Requires a channel or trigger words.
    pub struct OutgoingWebhookDraft {
        /// ID of the team.
        pub team_id: TeamId,
        /// The display name.
        pub display_name: String,
        /// Target URLs.
        pub callback_urls: Vec<String>,
    }
    optional {
        /// ID of the public channel. Defaults to all public channels of the team.
        channel_id: ChannelId,
        /// Owner of the webhook. Only administrators may set it.
        creator_id: UserId,
        /// Words that trigger the webhook. Required if no channel is set.
        trigger_words: Vec<String>,
        /// Match mode: 0 if the first word must equal a trigger word; 1 if it must start with one.
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
}

input! {
    /// Page and filter for incoming webhooks.
    pub struct IncomingWebhookPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Webhooks per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Only webhooks of this team.
        team_id: TeamId,
    }
}

input! {
    /// Page and filter for outgoing webhooks.
    pub struct OutgoingWebhookPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Webhooks per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Only webhooks of this team.
        team_id: TeamId,
        /// Only webhooks of this channel.
        channel_id: ChannelId,
    }
}

input! {
    /// A message for an incoming webhook.
    ///
    /// The server splits texts that exceed the maximum length of a post.
    pub struct IncomingMessage {}
    optional {
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
        #[serde(rename = "type")]
        kind: String,
        /// The priority.
        priority: PostPriority,
    }
}
