//! The state of the server: figures, logs, notices, versions.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, PostId, TeamId, TermsOfServiceId, UserId};

model! {
    /// A figure.
    pub struct AnalyticsRow {
        /// What it is about: `channel_open_count`, or a day.
        pub name: String,
        /// How much; -1 if it was not counted.
        pub value: f64,
    }
}

/// Which figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AnalyticsQuery {
    /// `standard` by default; `bot_post_counts_day`, `post_counts_day`, `user_counts_with_posts_day`,
    /// `extra_counts`.
    pub name: Option<String>,
    /// Of this team.
    pub team_id: Option<TeamId>,
}

impl AnalyticsQuery {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { AnalyticsQuery:
    /// `standard` by default; `bot_post_counts_day`, `post_counts_day`, `user_counts_with_posts_day`,
    /// `extra_counts`.
    name: String,
    /// Of this team.
    team_id: TeamId,
}

model! {
    /// A release of Mattermost.
    pub struct GithubReleaseInfo {
        /// Its id.
        pub id: i64,
        /// Its version: `v11.6.0`.
        pub tag_name: String,
        /// Its name.
        pub name: String,
        /// When it was made, as RFC 3339.
        pub created_at: String,
        /// When it was published, as RFC 3339.
        pub published_at: String,
        /// What is new, in Markdown.
        pub body: String,
        /// Its page.
        pub html_url: String,
    }
}

/// Which lines of the log.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LogPage {
    /// Page, from 0, the newest lines first.
    pub page: Option<u32>,
    /// Lines a page; 10,000 by default and at most.
    pub logs_per_page: Option<u32>,
}

impl LogPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { LogPage:
    /// Page, from 0, the newest lines first.
    page: u32,
    /// Lines a page; 10,000 by default and at most.
    logs_per_page: u32,
}

/// Which lines of the log to find.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LogFilter {
    /// Only of these servers of a cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_names: Option<Vec<String>>,
    /// Only of these levels: `error`, `warn`, `info`, `debug`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_levels: Option<Vec<String>>,
    /// From then on: `2026-11-23 10:00:00.000 Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_from: Option<String>,
    /// Until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_to: Option<String>,
}

impl LogFilter {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { LogFilter:
    /// Only of these servers of a cluster.
    server_names: Vec<String>,
    /// Only of these levels: `error`, `warn`, `info`, `debug`.
    log_levels: Vec<String>,
    /// From then on: `2026-11-23 10:00:00.000 Z`.
    date_from: String,
    /// Until then.
    date_to: String,
}

/// A line for the log of the server.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientLog {
    /// `ERROR`, or `DEBUG`.
    pub level: String,
    /// The line; the server cuts it at 400 bytes.
    pub message: String,
}

impl ClientLog {
    /// With what is required.
    pub fn new(level: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level: level.into(), message: message.into() }
    }
}

model! {
    /// Whether the server leaves out what is not urgent.
    pub struct ServerBusyState {
        /// Whether it does.
        pub busy: bool,
        /// Until when, in seconds since 1970 (not ms); negative if it is not.
        pub expires: i64,
        /// Until when, for people.
        pub expires_ts: String,
    }
}

model! {
    /// A value that the server stores under a name.
    #[doc(alias = "System")]
    pub struct SystemValue {
        /// The name.
        pub name: String,
        /// The value.
        pub value: String,
    }
}

/// What the first administrator is asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CompleteOnboardingRequest {
    /// Name of the company.
    pub organization: String,
    /// Ids of plugins to be installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install_plugins: Option<Vec<String>>,
}

impl CompleteOnboardingRequest {
    /// With what is required.
    pub fn new(organization: impl Into<String>) -> Self {
        Self { organization: organization.into(), install_plugins: None }
    }
}

setters! { CompleteOnboardingRequest:
    /// Ids of plugins to be installed.
    install_plugins: Vec<String>,
}

model! {
    /// A change to the database that was made.
    pub struct AppliedMigration {
        /// Its number.
        pub version: i64,
        /// What it does.
        pub name: String,
    }
}

/// What goes into a support packet.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SupportPacketQuery {
    /// Whether the logs do; they do by default.
    pub basic_server_logs: Option<bool>,
    /// Ids of plugins whose own packets do.
    #[serde(skip)]
    pub plugin_packets: Option<Vec<String>>,
}

impl SupportPacketQuery {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { SupportPacketQuery:
    /// Whether the logs do; they do by default.
    basic_server_logs: bool,
    /// Ids of plugins whose own packets do.
    plugin_packets: Vec<String>,
}

open_enum! {
    /// What kind of program notices are for.
    NoticeClient {
        /// The desktop program.
        Desktop = "desktop",
        /// The program for Android.
        MobileAndroid = "mobile-android",
        /// The program for iOS.
        MobileIos = "mobile-ios",
        /// Browsers.
        Web = "web",
    }
}

/// Which product notices to list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NoticeQuery {
    /// Those for this program.
    pub client: NoticeClient,
    /// Those for this version of it.
    #[serde(rename = "clientVersion")]
    pub client_version: String,
    /// In this language, if there is one: `de`.
    pub locale: Option<String>,
}

impl NoticeQuery {
    /// With what is required.
    pub fn new(client: impl Into<NoticeClient>, client_version: impl Into<String>) -> Self {
        Self { client: client.into(), client_version: client_version.into(), locale: None }
    }
}

setters! { NoticeQuery:
    /// In this language, if there is one: `de`.
    locale: String,
}

model! {
    /// What Mattermost wants people to know.
    #[doc(alias = "NoticeMessage")]
    pub struct ProductNotice {
        /// Its id.
        pub id: String,
        /// Only for administrators.
        #[serde(rename = "sysAdminOnly")]
        pub sys_admin_only: bool,
        /// Only for administrators of the team.
        #[serde(rename = "teamAdminOnly")]
        pub team_admin_only: bool,
        /// What its button does: `url`.
        pub action: String,
        /// The address for that.
        #[serde(rename = "actionParam")]
        pub action_param: String,
        /// What stands on the button.
        #[serde(rename = "actionText")]
        pub action_text: String,
        /// The text, in Markdown.
        pub description: String,
        /// Address of a picture.
        pub image: String,
        /// Its title.
        pub title: String,
    }
}

/// Says that a device got a push notification.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PushNotificationAck {
    /// The notification: its [`PushNotification::ack_id`].
    pub id: String,
    /// When it got it.
    pub received_at: Timestamp,
    /// `ios` or `android`.
    pub platform: String,
    /// What kind of notification it was: `message`, `clear`, `session`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// The post that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_id: Option<PostId>,
    /// Whether it came without its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_id_loaded: Option<bool>,
}

impl PushNotificationAck {
    /// With what is required.
    pub fn new(
        id: impl Into<String>,
        received_at: impl Into<Timestamp>,
        platform: impl Into<String>,
        kind: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            received_at: received_at.into(),
            platform: platform.into(),
            kind: kind.into(),
            post_id: None,
            is_id_loaded: None,
        }
    }
}

setters! { PushNotificationAck:
    /// The post that it is about.
    post_id: PostId,
    /// Whether it came without its text.
    is_id_loaded: bool,
}

model! {
    /// What is pushed to a device.
    pub struct PushNotification {
        /// What it is acknowledged by.
        pub ack_id: String,
        /// `apple` or `android`.
        pub platform: String,
        /// Which server it is of.
        pub server_id: String,
        /// The device; empty where it is asked for by the device.
        pub device_id: String,
        /// The post that it is about.
        pub post_id: PostId,
        /// What its buttons do.
        pub category: String,
        /// What is heard.
        pub sound: String,
        /// What is shown.
        pub message: String,
        /// How many there are.
        pub badge: i64,
        /// 1 if the text has to be asked for.
        pub cont_ava: i64,
        /// The team.
        pub team_id: TeamId,
        /// The channel.
        pub channel_id: ChannelId,
        /// The thread.
        pub root_id: PostId,
        /// What people call the channel.
        pub channel_name: String,
        /// What it is: `message`, `clear`, `update_badge`, `session`, `test`.
        #[serde(rename = "type")]
        pub kind: String,
        /// What it is, more closely: `calls`.
        pub sub_type: String,
        /// Who wrote the post.
        pub sender_id: UserId,
        /// What people call them.
        pub sender_name: String,
        /// The name that a webhook gave itself.
        pub override_username: String,
        /// The picture that a webhook gave itself.
        pub override_icon_url: String,
        /// `true` if a webhook wrote the post.
        pub from_webhook: String,
        /// The version of this format: `v2`.
        pub version: String,
        /// Whether threads are shown by themselves.
        pub is_crt_enabled: bool,
        /// Whether it came without its text.
        pub is_id_loaded: bool,
        /// Signs it.
        pub signature: String,
    }
}

model! {
    /// A server of a cluster.
    pub struct ClusterInfo {
        /// Its id.
        pub id: String,
        /// Its version.
        pub version: String,
        /// The version of its database.
        pub schema_version: String,
        /// What its configuration is known by; the same on all, else they differ.
        pub config_hash: String,
        /// Its address.
        pub ipaddress: String,
        /// Its name.
        pub hostname: String,
    }
}

model! {
    /// Terms that people have to accept.
    pub struct TermsOfService {
        /// Their id.
        pub id: TermsOfServiceId,
        /// When they were made.
        pub create_at: Timestamp,
        /// Who made them.
        pub user_id: UserId,
        /// The terms, in Markdown.
        pub text: String,
    }
}

impl From<&TermsOfService> for TermsOfServiceId {
    fn from(from: &TermsOfService) -> Self {
        from.id.clone()
    }
}
