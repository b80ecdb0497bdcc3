//! Server state: statistics, logs, notices, versions.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, PostId, TeamId, TermsOfServiceId, UserId};

model! {
    /// A statistic about the server or a team.
    pub struct AnalyticsRow {
        /// The name of the statistic, for example `channel_open_count`, or a day.
        pub name: String,
        /// The value; -1 if not available.
        pub value: f64,
    }
}

input! {
    /// Selection of statistics.
    pub struct AnalyticsQuery {}
    optional {
        /// Set of statistics: `standard` (the default), `bot_post_counts_day`, `post_counts_day`,
        /// `user_counts_with_posts_day` or `extra_counts`.
        name: String,
        /// Restricts the statistics to this team.
        team_id: TeamId,
    }
}

model! {
    /// A release of Mattermost.
    pub struct GithubReleaseInfo {
        /// The ID.
        pub id: i64,
        /// The version tag, for example `v11.6.0`.
        pub tag_name: String,
        /// The name of the release.
        pub name: String,
        /// Creation time in RFC 3339 format.
        pub created_at: String,
        /// Publication time in RFC 3339 format.
        pub published_at: String,
        /// Release notes, in Markdown.
        pub body: String,
        /// URL of the release page.
        pub html_url: String,
    }
}

input! {
    /// Page of log lines.
    pub struct LogPage {}
    optional {
        /// Zero-based page number. Page 0 contains the newest lines.
        page: u32,
        /// Lines per page. Defaults to 10,000, which is also the maximum.
        logs_per_page: u32,
    }
}

input! {
    /// Filter for log lines.
    pub struct LogFilter {}
    optional {
        /// Only lines of these cluster nodes.
        server_names: Vec<String>,
        /// Only these levels: `error`, `warn`, `info`, `debug`.
        log_levels: Vec<String>,
        /// Start time, for example `2026-11-23 10:00:00.000 Z`.
        date_from: String,
        /// End time, in the same format.
        date_to: String,
    }
}

/// A line for the server log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientLog {
    /// `ERROR` or `DEBUG`.
    pub level: String,
    /// The message. The server truncates it to 400 bytes.
    pub message: String,
}

impl ClientLog {
    /// Creates a value with the required fields.
    pub fn new(level: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level: level.into(), message: message.into() }
    }
}

model! {
    /// Busy state of the server.
    pub struct ServerBusyState {
        /// `true` if the server is marked as busy.
        pub busy: bool,
        /// Expiry in seconds since 1970 (not ms); negative if not busy.
        pub expires: i64,
        /// Expiry as readable text.
        pub expires_ts: String,
    }
}

model! {
    /// A named value stored on the server.
    #[doc(alias = "System")]
    pub struct SystemValue {
        /// The name.
        pub name: String,
        /// The value.
        pub value: String,
    }
}

input! {
    /// Onboarding data of the first administrator.
    pub struct CompleteOnboardingRequest {
        /// Name of the organization.
        pub organization: String,
    }
    optional {
        /// IDs of plugins to install.
        install_plugins: Vec<String>,
    }
}

model! {
    /// An applied database migration.
    pub struct AppliedMigration {
        /// The version number of the migration.
        pub version: i64,
        /// The name of the migration.
        pub name: String,
    }
}

input! {
    /// Contents of a support packet.
    pub struct SupportPacketQuery {}
    optional {
        /// `true` to include the server logs. Defaults to `true`.
        basic_server_logs: bool,
        /// IDs of plugins whose data is included.
        #[serde(skip)]
        plugin_packets: Vec<String>,
    }
}

open_enum! {
    /// Client type for notices.
    NoticeClient {
        /// Desktop app.
        Desktop = "desktop",
        /// Android app.
        MobileAndroid = "mobile-android",
        /// iOS app.
        MobileIos = "mobile-ios",
        /// Web browser.
        Web = "web",
    }
}

input! {
    /// Filter for product notices.
    pub struct NoticeQuery {
        /// The client type.
        pub client: NoticeClient,
        /// The client version.
        #[serde(rename = "clientVersion")]
        pub client_version: String,
    }
    optional {
        /// Preferred language, for example `de`.
        locale: String,
    }
}

model! {
    /// A product notice.
    #[doc(alias = "NoticeMessage")]
    pub struct ProductNotice {
        /// The ID.
        pub id: String,
        /// `true` if the notice is shown to system administrators only.
        #[serde(rename = "sysAdminOnly")]
        pub sys_admin_only: bool,
        /// `true` if the notice is shown to team administrators only.
        #[serde(rename = "teamAdminOnly")]
        pub team_admin_only: bool,
        /// Action of the button: `url`.
        pub action: String,
        /// URL of the action.
        #[serde(rename = "actionParam")]
        pub action_param: String,
        /// Label of the button.
        #[serde(rename = "actionText")]
        pub action_text: String,
        /// The text, in Markdown.
        pub description: String,
        /// URL of an image.
        pub image: String,
        /// The title.
        pub title: String,
    }
}

input! {
    /// Acknowledgement of a push notification.
    pub struct PushNotificationAck {
        /// ID of the notification, as in [`PushNotification::ack_id`].
        pub id: String,
        /// Time of receipt.
        pub received_at: Timestamp,
        /// `ios` or `android`.
        pub platform: String,
        /// Type of the notification, for example `message`, `clear` or `session`.
        #[serde(rename = "type")]
        pub kind: String,
    }
    optional {
        /// ID of the post.
        post_id: PostId,
        /// `true` if the notification was received without its text.
        is_id_loaded: bool,
    }
}

model! {
    /// A push notification.
    pub struct PushNotification {
        /// ID used to acknowledge the notification.
        pub ack_id: String,
        /// `apple` or `android`.
        pub platform: String,
        /// ID of the server.
        pub server_id: String,
        /// ID of the device. Empty if requested by the device itself.
        pub device_id: String,
        /// ID of the post.
        pub post_id: PostId,
        /// Category, which determines the buttons.
        pub category: String,
        /// The sound.
        pub sound: String,
        /// The text.
        pub message: String,
        /// The number to show on the app icon: the number of unread mentions.
        pub badge: i64,
        /// 1 if the text must be requested from the server.
        pub cont_ava: i64,
        /// ID of the team.
        pub team_id: TeamId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the thread's root post.
        pub root_id: PostId,
        /// Display name of the channel.
        pub channel_name: String,
        /// Type: `message`, `clear`, `update_badge`, `session` or `test`.
        #[serde(rename = "type")]
        pub kind: String,
        /// Subtype, for example `calls`.
        pub sub_type: String,
        /// ID of the author of the post.
        pub sender_id: UserId,
        /// Display name of the sender.
        pub sender_name: String,
        /// Username override of a webhook.
        pub override_username: String,
        /// Icon override of a webhook.
        pub override_icon_url: String,
        /// `true` if a webhook created the post.
        pub from_webhook: String,
        /// Format version: `v2`.
        pub version: String,
        /// `true` if collapsed threads are enabled.
        pub is_crt_enabled: bool,
        /// `true` if the notification was received without its text.
        pub is_id_loaded: bool,
        /// The signature.
        pub signature: String,
    }
}

model! {
    /// A cluster node.
    pub struct ClusterInfo {
        /// The ID.
        pub id: String,
        /// The version.
        pub version: String,
        /// Version of the database schema.
        pub schema_version: String,
        /// Hash of the configuration. Differs if the nodes are configured differently.
        pub config_hash: String,
        /// IP address.
        pub ipaddress: String,
        /// The host name of the node.
        pub hostname: String,
    }
}

model! {
    /// Terms of service.
    pub struct TermsOfService {
        /// The ID.
        pub id: TermsOfServiceId,
        /// Creation time.
        pub create_at: Timestamp,
        /// ID of the user who created the terms.
        pub user_id: UserId,
        /// The terms, in Markdown.
        pub text: String,
    }
}
