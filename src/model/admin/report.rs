//! Reports about users and posts, usage, limits.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Timestamp;
use crate::model::json::{Fields, JsonReader};
use crate::model::{ChannelId, Post, TeamId, User, UserId};

model! {
    /// Activity of a user.
    pub struct UserPostStats {
        /// Time of the last status change.
        pub last_status_at: Option<Timestamp>,
        /// Time of the last post.
        pub last_post_date: Option<Timestamp>,
        /// Number of days with posts.
        pub days_active: Option<i64>,
        /// Number of posts.
        pub total_posts: Option<i64>,
        /// Number of channels of a guest.
        pub channel_count: Option<i64>,
    }
}

/// A user and their activity.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserReport {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// The activity.
    #[serde(flatten)]
    pub stats: UserPostStats,
}

impl Fields for UserReport {
    fn decode_member(&mut self, name: &str, from: &mut dyn JsonReader) -> serde_json::Result<bool> {
        Ok(self.user.decode_member(name, from)? || self.stats.decode_member(name, from)?)
    }
}

decode_by_fields!(UserReport);
deserialize_by_fields!(UserReport);

open_enum! {
    /// Time range of a report.
    ReportRange {
        /// Unlimited.
        AllTime = "all_time",
        /// The last 30 days.
        Last30Days = "last_30_days",
        /// The last 6 months.
        Last6Months = "last_6_months",
        /// The previous month.
        PreviousMonth = "previous_month",
    }
}

open_enum! {
    /// Sort column of a user report.
    UserReportColumn {
        /// Creation time.
        CreateAt = "CreateAt",
        /// Email address.
        Email = "Email",
        /// First name.
        FirstName = "FirstName",
        /// Last name.
        LastName = "LastName",
        /// Nickname.
        Nickname = "Nickname",
        /// Roles.
        Roles = "Roles",
        /// The username.
        Username = "Username",
    }
}

open_enum! {
    /// Filter for guests.
    GuestFilter {
        /// All guests.
        All = "all",
        /// Guests in several channels.
        MultiChannel = "multi_channel",
        /// Guests in one channel.
        SingleChannel = "single_channel",
    }
}

/// Page, filter and order of a user report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserReportQuery {
    /// The filter.
    #[serde(flatten)]
    pub filter: Option<UserReportFilter>,
    /// The sort column. Defaults to the username.
    pub sort_column: Option<UserReportColumn>,
    /// `asc` or `desc`.
    pub sort_direction: Option<String>,
    /// `next` for the page after `from_id`, `prev` for the page before it.
    pub direction: Option<String>,
    /// Users per response. Defaults to 50. Must be at most 100.
    pub page_size: Option<u32>,
    /// Value of the sort column for the user `from_id`.
    pub from_column_value: Option<String>,
    /// ID of the last user of the previous page.
    pub from_id: Option<UserId>,
    /// Time range of the activity.
    pub date_range: Option<ReportRange>,
}

impl UserReportQuery {
    /// Creates a query with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserReportQuery:
    /// The filter.
    filter: UserReportFilter,
    /// The sort column. Defaults to the username.
    sort_column: UserReportColumn,
    /// `asc` or `desc`.
    sort_direction: String,
    /// `next` for the page after `from_id`, `prev` for the page before it.
    direction: String,
    /// Users per response. Defaults to 50. Must be at most 100.
    page_size: u32,
    /// Value of the sort column for the user `from_id`.
    from_column_value: String,
    /// ID of the last user of the previous page.
    from_id: UserId,
    /// Time range of the activity.
    date_range: ReportRange,
}

input! {
    /// Filter of a user report.
    pub struct UserReportFilter {}
    optional {
        /// Only users with this role.
        role_filter: String,
        /// Only members of this team.
        team_filter: TeamId,
        /// Only users without a team.
        has_no_team: bool,
        /// Excludes active users. Cannot be combined with `hide_inactive`.
        hide_active: bool,
        /// Excludes deactivated users.
        hide_inactive: bool,
        /// Part of the name or email address.
        search_term: String,
        /// Only guests of this kind.
        guest_filter: GuestFilter,
    }
}

open_enum! {
    /// Sort field of a post report.
    ReportTimeField {
        /// Creation time.
        CreateAt = "create_at",
        /// Time of the last change.
        UpdateAt = "update_at",
    }
}

input! {
    /// Page, filter and order of a post report.
    #[doc(alias = "ReportPostOptions")]
    pub struct PostReportQuery {
        /// ID of the channel.
        pub channel_id: ChannelId,
    }
    optional {
        /// Pagination cursor, as returned by the previous request. All other fields except `channel_id`, `per_page`
        /// and `include_metadata` are then ignored.
        cursor: String,
        /// Start time of the report, in the sort direction.
        start_time: Timestamp,
        /// The sort field. Defaults to the creation time.
        time_field: ReportTimeField,
        /// `asc` or `desc`. Defaults to `asc`.
        sort_direction: String,
        /// Posts per response. Defaults to 100. Must be at most 1,000.
        per_page: u32,
        /// Includes deleted posts.
        include_deleted: bool,
        /// Excludes system posts.
        exclude_system_posts: bool,
        /// Includes metadata such as files and reactions.
        include_metadata: bool,
    }
}

model! {
    /// A page of posts and the cursor of the next page.
    pub struct ReportPostListResponse {
        /// The posts of this page.
        pub posts: Vec<Post>,
        /// Cursor of the next page. `None` at the end.
        pub next_cursor: Option<ReportPostOptionsCursor>,
    }
}

model! {
    /// Pagination cursor.
    pub struct ReportPostOptionsCursor {
        /// The cursor, to be passed to [`PostReportQuery::cursor`].
        pub cursor: String,
    }
}

model! {
    /// Number of posts.
    pub struct PostsUsage {
        /// Approximate number of posts.
        pub count: i64,
    }
}

model! {
    /// Used storage.
    pub struct StorageUsage {
        /// Approximate number of bytes.
        pub bytes: i64,
    }
}

model! {
    /// Number of teams.
    pub struct TeamsUsage {
        /// Number of active teams.
        pub active: i64,
        /// Number of teams archived due to the limits of a cloud workspace.
        pub cloud_archived: i64,
    }
}

model! {
    /// Limits of the server. Only administrators receive fields other than `post_history_limit` and
    /// `last_accessible_post_time`.
    pub struct ServerLimits {
        /// Number of users above which a warning is shown; 0 means unlimited.
        #[serde(rename = "maxUsersLimit")]
        pub max_users_limit: i64,
        /// Number of users above which no more can be created; 0 means unlimited.
        #[serde(rename = "maxUsersHardLimit")]
        pub max_users_hard_limit: i64,
        /// Current number of users.
        #[serde(rename = "activeUserCount")]
        pub active_user_count: i64,
        /// Current number of single-channel guests.
        #[serde(rename = "singleChannelGuestCount")]
        pub single_channel_guest_count: i64,
        /// Maximum number of single-channel guests; 0 means unlimited.
        #[serde(rename = "singleChannelGuestLimit")]
        pub single_channel_guest_limit: i64,
        /// Number of readable posts; 0 means unlimited.
        #[serde(rename = "postHistoryLimit")]
        pub post_history_limit: i64,
        /// Posts created up to this time cannot be read; 0 if all posts are readable.
        #[serde(rename = "lastAccessiblePostTime")]
        pub last_accessible_post_time: Timestamp,
    }
}

/// Performance metrics of a client.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PerformanceReport {
    /// Format version: `0.1.0`.
    pub version: String,
    /// Start of the measurement, in ms since 1970.
    pub start: f64,
    /// End of the measurement, in ms since 1970. Must be within the last 5 minutes.
    pub end: f64,
    /// Unused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Client labels: `platform` and `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// Counters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counters: Option<Vec<MetricSample>>,
    /// Durations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub histograms: Option<Vec<MetricSample>>,
}

impl PerformanceReport {
    /// Creates a value with the required fields.
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
    /// Unused.
    client_id: String,
    /// Client labels: `platform` and `agent`.
    labels: BTreeMap<String, String>,
    /// Counters.
    counters: Vec<MetricSample>,
    /// Durations.
    histograms: Vec<MetricSample>,
}

/// A measured value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricSample {
    /// The metric, for example `TTFB`, `page_load` or `mobile_load`.
    pub metric: String,
    /// The value.
    pub value: f64,
    /// Time of the measurement, in ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<f64>,
    /// Additional labels of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
}

impl MetricSample {
    /// Creates a value with the required fields.
    pub fn new(metric: impl Into<String>, value: f64) -> Self {
        Self { metric: metric.into(), value, timestamp: None, labels: None }
    }
}

setters! { MetricSample:
    /// Time of the measurement, in ms since 1970.
    timestamp: f64,
    /// Additional labels of the value.
    labels: BTreeMap<String, String>,
}
