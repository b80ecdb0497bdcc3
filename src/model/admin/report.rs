//! Reports about accounts and posts, usage, limits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::model::{ChannelId, Post, TeamId, User, UserId};

model! {
    /// What an account did.
    pub struct UserPostStats {
        /// When it was last seen.
        pub last_status_at: Option<Timestamp>,
        /// When it last wrote.
        pub last_post_date: Option<Timestamp>,
        /// On how many days it wrote.
        pub days_active: Option<i64>,
        /// How many posts it wrote.
        pub total_posts: Option<i64>,
        /// In how many channels a guest is.
        pub channel_count: Option<i64>,
    }
}

/// An account and what it did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserReport {
    /// The account.
    #[serde(flatten)]
    pub user: User,
    /// What it did.
    #[serde(flatten)]
    pub stats: UserPostStats,
}

// Not derived: `flatten` cannot read raw JSON.
impl<'de> Deserialize<'de> for UserReport {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        crate::model::json::both(from).map(|(user, stats)| Self { user, stats })
    }
}

impl From<&UserReport> for UserId {
    fn from(from: &UserReport) -> Self {
        from.user.id.clone()
    }
}

open_enum! {
    /// What time a report is about.
    ReportRange {
        /// All there is.
        AllTime = "all_time",
        /// The last 30 days.
        Last30Days = "last_30_days",
        /// The last 6 months.
        Last6Months = "last_6_months",
        /// The month before this one.
        PreviousMonth = "previous_month",
    }
}

open_enum! {
    /// What accounts are sorted by.
    UserReportColumn {
        /// When they were made.
        CreateAt = "CreateAt",
        /// Mail address.
        Email = "Email",
        /// First name.
        FirstName = "FirstName",
        /// Last name.
        LastName = "LastName",
        /// Nickname.
        Nickname = "Nickname",
        /// Roles.
        Roles = "Roles",
        /// User name.
        Username = "Username",
    }
}

open_enum! {
    /// Which guests.
    GuestFilter {
        /// All of them.
        All = "all",
        /// Those in several channels.
        MultiChannel = "multi_channel",
        /// Those in one channel.
        SingleChannel = "single_channel",
    }
}

/// Which accounts to report, and in what order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserReportQuery {
    /// Which accounts.
    #[serde(flatten)]
    pub filter: Option<UserReportFilter>,
    /// What they are sorted by; the user name by default.
    pub sort_column: Option<UserReportColumn>,
    /// `asc`, or `desc`.
    pub sort_direction: Option<String>,
    /// `next` goes on behind `from_id`, `prev` before it.
    pub direction: Option<String>,
    /// Accounts an answer; 50 by default, 100 at most.
    pub page_size: Option<u32>,
    /// What the last account has in the column that is sorted by.
    pub from_column_value: Option<String>,
    /// The last account of the last answer.
    pub from_id: Option<UserId>,
    /// What time the figures are about.
    pub date_range: Option<ReportRange>,
}

impl UserReportQuery {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserReportQuery:
    /// Which accounts.
    filter: UserReportFilter,
    /// What they are sorted by; the user name by default.
    sort_column: UserReportColumn,
    /// `asc`, or `desc`.
    sort_direction: String,
    /// `next` goes on behind `from_id`, `prev` before it.
    direction: String,
    /// Accounts an answer; 50 by default, 100 at most.
    page_size: u32,
    /// What the last account has in the column that is sorted by.
    from_column_value: String,
    /// The last account of the last answer.
    from_id: UserId,
    /// What time the figures are about.
    date_range: ReportRange,
}

/// Which accounts to report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserReportFilter {
    /// Only accounts with this role.
    pub role_filter: Option<String>,
    /// Only members of this team.
    pub team_filter: Option<TeamId>,
    /// Only accounts without a team.
    pub has_no_team: Option<bool>,
    /// Leave out those that can log in; not with `hide_inactive`.
    pub hide_active: Option<bool>,
    /// Leave out deactivated ones.
    pub hide_inactive: Option<bool>,
    /// Part of the name or mail address.
    pub search_term: Option<String>,
    /// Only these guests.
    pub guest_filter: Option<GuestFilter>,
}

impl UserReportFilter {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserReportFilter:
    /// Only accounts with this role.
    role_filter: String,
    /// Only members of this team.
    team_filter: TeamId,
    /// Only accounts without a team.
    has_no_team: bool,
    /// Leave out those that can log in; not with `hide_inactive`.
    hide_active: bool,
    /// Leave out deactivated ones.
    hide_inactive: bool,
    /// Part of the name or mail address.
    search_term: String,
    /// Only these guests.
    guest_filter: GuestFilter,
}

open_enum! {
    /// What posts are sorted by.
    ReportTimeField {
        /// When they were made.
        CreateAt = "create_at",
        /// When they were last changed.
        UpdateAt = "update_at",
    }
}

/// Which posts to report.
#[doc(alias = "ReportPostOptions")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PostReportQuery {
    /// In this channel.
    pub channel_id: ChannelId,
    /// Where the last answer ended; with it, only this, `channel_id`, `per_page` and `include_metadata`
    /// count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// From this time on, or back from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// What they are sorted by; when they were made by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_field: Option<ReportTimeField>,
    /// `asc`, the default, or `desc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_direction: Option<String>,
    /// Posts an answer; 100 by default, 1,000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_page: Option<u32>,
    /// Also deleted ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_deleted: Option<bool>,
    /// Leave out what the server itself writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_system_posts: Option<bool>,
    /// With files, reactions and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_metadata: Option<bool>,
}

impl PostReportQuery {
    /// With what is required.
    pub fn new(channel_id: impl Into<ChannelId>) -> Self {
        Self {
            channel_id: channel_id.into(),
            cursor: None,
            start_time: None,
            time_field: None,
            sort_direction: None,
            per_page: None,
            include_deleted: None,
            exclude_system_posts: None,
            include_metadata: None,
        }
    }
}

setters! { PostReportQuery:
    /// Where the last answer ended; with it, only this, `channel_id`, `per_page` and `include_metadata`
    /// count.
    cursor: String,
    /// From this time on, or back from it.
    start_time: Timestamp,
    /// What they are sorted by; when they were made by default.
    time_field: ReportTimeField,
    /// `asc`, the default, or `desc`.
    sort_direction: String,
    /// Posts an answer; 100 by default, 1,000 at most.
    per_page: u32,
    /// Also deleted ones.
    include_deleted: bool,
    /// Leave out what the server itself writes.
    exclude_system_posts: bool,
    /// With files, reactions and the like.
    include_metadata: bool,
}

model! {
    /// Posts, and where to go on.
    pub struct ReportPostListResponse {
        /// The posts of this answer.
        pub posts: Vec<Post>,
        /// Where to go on; none at the end.
        pub next_cursor: Option<ReportPostOptionsCursor>,
    }
}

model! {
    /// Where an answer ended.
    pub struct ReportPostOptionsCursor {
        /// For [`PostReportQuery::cursor`].
        pub cursor: String,
    }
}

model! {
    /// How many posts there are.
    pub struct PostsUsage {
        /// About how many.
        pub count: i64,
    }
}

model! {
    /// How much is stored.
    pub struct StorageUsage {
        /// About how many bytes.
        pub bytes: i64,
    }
}

model! {
    /// How many teams there are.
    pub struct TeamsUsage {
        /// Not archived.
        pub active: i64,
        /// Archived because of the limits of a cloud workspace.
        pub cloud_archived: i64,
    }
}

model! {
    /// What the server may hold. Only administrators see more than the last two.
    pub struct ServerLimits {
        /// Accounts from which on a warning is shown; 0 is no limit.
        #[serde(rename = "maxUsersLimit")]
        pub max_users_limit: i64,
        /// Accounts from which on no more can be made; 0 is no limit.
        #[serde(rename = "maxUsersHardLimit")]
        pub max_users_hard_limit: i64,
        /// Accounts that there are.
        #[serde(rename = "activeUserCount")]
        pub active_user_count: i64,
        /// Guests in one channel that there are.
        #[serde(rename = "singleChannelGuestCount")]
        pub single_channel_guest_count: i64,
        /// Guests in one channel that there may be; 0 is no limit.
        #[serde(rename = "singleChannelGuestLimit")]
        pub single_channel_guest_limit: i64,
        /// Posts that may be read; 0 is no limit.
        #[serde(rename = "postHistoryLimit")]
        pub post_history_limit: i64,
        /// Older posts cannot be read; 0 is no limit.
        #[serde(rename = "lastAccessiblePostTime")]
        pub last_accessible_post_time: Timestamp,
    }
}

/// What a client measured of itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PerformanceReport {
    /// The version of this format: `0.1.0`.
    pub version: String,
    /// When the first figure was taken, in ms since 1970.
    pub start: f64,
    /// When the last figure was taken, in ms since 1970; at most 5 minutes ago.
    pub end: f64,
    /// Not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What the client is: `platform` and `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// What was counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counters: Option<Vec<MetricSample>>,
    /// What took how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub histograms: Option<Vec<MetricSample>>,
}

impl PerformanceReport {
    /// With what is required.
    pub fn new(version: impl Into<String>, start: f64, end: f64) -> Self {
        Self {
            version: version.into(),
            start,
            end,
            client_id: None,
            labels: None,
            counters: None,
            histograms: None,
        }
    }
}

setters! { PerformanceReport:
    /// Not used.
    client_id: String,
    /// What the client is: `platform` and `agent`.
    labels: BTreeMap<String, String>,
    /// What was counted.
    counters: Vec<MetricSample>,
    /// What took how long.
    histograms: Vec<MetricSample>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricSample {
    /// What was measured: `TTFB`, `page_load`, `mobile_load`, ...
    pub metric: String,
    /// How much.
    pub value: f64,
    /// When, in ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<f64>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
}

impl MetricSample {
    /// With what is required.
    pub fn new(metric: impl Into<String>, value: f64) -> Self {
        Self { metric: metric.into(), value, timestamp: None, labels: None }
    }
}

setters! { MetricSample:
    /// When, in ms since 1970.
    timestamp: f64,
    /// More about it.
    labels: BTreeMap<String, String>,
}
