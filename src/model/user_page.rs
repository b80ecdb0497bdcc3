//! Queries for user lists and searches.

use serde::Serialize;

use crate::model::{ChannelId, GroupId, TeamId, UserId};

/// Page and filter for users. Defaults to all visible users, sorted by username.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserPage {
    /// Zero-based page number.
    pub page: Option<u32>,
    /// Users per page. Defaults to 60. Must be at most 200.
    pub per_page: Option<u32>,
    /// Only members of this team.
    pub in_team: Option<TeamId>,
    /// Only users who are not members of this team.
    pub not_in_team: Option<TeamId>,
    /// Only members of this channel.
    pub in_channel: Option<ChannelId>,
    /// Only users who are not members of this channel. Also requires `in_team`.
    pub not_in_channel: Option<ChannelId>,
    /// Only members of this group.
    pub in_group: Option<GroupId>,
    /// Only users who are not members of this group.
    pub not_in_group: Option<GroupId>,
    /// With `not_in_team` or `not_in_channel`: only users whose groups allow them to join.
    pub group_constrained: Option<bool>,
    /// Only users without a team.
    pub without_team: Option<bool>,
    /// Only active users.
    pub active: Option<bool>,
    /// Only deactivated users.
    pub inactive: Option<bool>,
    /// Only users with this system-wide role.
    pub role: Option<String>,
    /// Only users with one of these system-wide roles.
    pub roles: Option<Vec<String>>,
    /// With `in_channel`: only users with one of these channel roles.
    pub channel_roles: Option<Vec<String>>,
    /// With `in_team`: only users with one of these team roles.
    pub team_roles: Option<Vec<String>>,
    /// `last_activity_at` or `create_at` with `in_team`; `status`, `admin` or `display_name` with
    /// `in_channel`.
    pub sort: Option<String>,
    /// Pagination cursor, for `not_in_channel` on a channel with an access policy: returns users after this
    /// ID.
    pub cursor_id: Option<UserId>,
}

impl UserPage {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserPage:
    /// Zero-based page number.
    page: u32,
    /// Users per page. Defaults to 60. Must be at most 200.
    per_page: u32,
    /// Only members of this team.
    in_team: TeamId,
    /// Only users who are not members of this team.
    not_in_team: TeamId,
    /// Only members of this channel.
    in_channel: ChannelId,
    /// Only users who are not members of this channel. Also requires `in_team`.
    not_in_channel: ChannelId,
    /// Only members of this group.
    in_group: GroupId,
    /// Only users who are not members of this group.
    not_in_group: GroupId,
    /// With `not_in_team` or `not_in_channel`: only users whose groups allow them to join.
    group_constrained: bool,
    /// Only users without a team.
    without_team: bool,
    /// Only active users.
    active: bool,
    /// Only deactivated users.
    inactive: bool,
    /// Only users with this system-wide role.
    role: String,
    /// Only users with one of these system-wide roles.
    roles: Vec<String>,
    /// With `in_channel`: only users with one of these channel roles.
    channel_roles: Vec<String>,
    /// With `in_team`: only users with one of these team roles.
    team_roles: Vec<String>,
    /// `last_activity_at` or `create_at` with `in_team`; `status`, `admin` or `display_name` with
    /// `in_channel`.
    sort: String,
    /// Pagination cursor, for `not_in_channel` on a channel with an access policy: returns users after this
    /// ID.
    cursor_id: UserId,
}

/// Search terms and filters for users.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserSearch {
    /// Beginning of the username, nickname, first or last name. Must not be empty.
    pub term: String,
    /// Only members of this team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Only users who are not members of this team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in_team_id: Option<TeamId>,
    /// Only members of this channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_channel_id: Option<ChannelId>,
    /// Only users who are not members of this channel. Also requires `team_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in_channel_id: Option<ChannelId>,
    /// Only members of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_group_id: Option<GroupId>,
    /// Only users who are not members of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in_group_id: Option<GroupId>,
    /// With a `not_in_` filter: only users whose groups allow them to join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// Includes deactivated users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_inactive: Option<bool>,
    /// Only users without a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_team: Option<bool>,
    /// Maximum number of results. Defaults to 100. Must be at most 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only users with this system-wide role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Only users with one of these system-wide roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Only users with one of these roles in the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_roles: Option<Vec<String>>,
    /// Only users with one of these roles in the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_roles: Option<Vec<String>>,
}

impl UserSearch {
    /// Creates the value from its required fields.
    pub fn new(term: impl Into<String>) -> Self {
        Self {
            term: term.into(),
            team_id: None,
            not_in_team_id: None,
            in_channel_id: None,
            not_in_channel_id: None,
            in_group_id: None,
            not_in_group_id: None,
            group_constrained: None,
            allow_inactive: None,
            without_team: None,
            limit: None,
            role: None,
            roles: None,
            channel_roles: None,
            team_roles: None,
        }
    }
}

setters! { UserSearch:
    /// Only members of this team.
    team_id: TeamId,
    /// Only users who are not members of this team.
    not_in_team_id: TeamId,
    /// Only members of this channel.
    in_channel_id: ChannelId,
    /// Only users who are not members of this channel. Also requires `team_id`.
    not_in_channel_id: ChannelId,
    /// Only members of this group.
    in_group_id: GroupId,
    /// Only users who are not members of this group.
    not_in_group_id: GroupId,
    /// With a `not_in_` filter: only users whose groups allow them to join.
    group_constrained: bool,
    /// Includes deactivated users.
    allow_inactive: bool,
    /// Only users without a team.
    without_team: bool,
    /// Maximum number of results. Defaults to 100. Must be at most 1,000.
    limit: u32,
    /// Only users with this system-wide role.
    role: String,
    /// Only users with one of these system-wide roles.
    roles: Vec<String>,
    /// Only users with one of these roles in the channel.
    channel_roles: Vec<String>,
    /// Only users with one of these roles in the team.
    team_roles: Vec<String>,
}
