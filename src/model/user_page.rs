//! Which accounts to list, or to search.

use serde::Serialize;

use crate::model::{ChannelId, GroupId, TeamId, UserId};

/// Which accounts to list. Without a filter: all that one may see, by user name.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Accounts a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Only members of this team.
    pub in_team: Option<TeamId>,
    /// Only those who are not in this team.
    pub not_in_team: Option<TeamId>,
    /// Only members of this channel.
    pub in_channel: Option<ChannelId>,
    /// Only those who are not in this channel; needs `in_team` too.
    pub not_in_channel: Option<ChannelId>,
    /// Only members of this group.
    pub in_group: Option<GroupId>,
    /// Only those who are not in this group.
    pub not_in_group: Option<GroupId>,
    /// With `not_in_team` or `not_in_channel`: only those whose groups let them in.
    pub group_constrained: Option<bool>,
    /// Only those in no team.
    pub without_team: Option<bool>,
    /// Only active ones.
    pub active: Option<bool>,
    /// Only deactivated ones.
    pub inactive: Option<bool>,
    /// Only those with this role of the whole system.
    pub role: Option<String>,
    /// Only those with one of these roles of the whole system.
    pub roles: Option<Vec<String>>,
    /// With `in_channel`: only those with one of these roles there.
    pub channel_roles: Option<Vec<String>>,
    /// With `in_team`: only those with one of these roles there.
    pub team_roles: Option<Vec<String>>,
    /// `last_activity_at` or `create_at` with `in_team`, `status`, `admin` or `display_name` with
    /// `in_channel`.
    pub sort: Option<String>,
    /// With `not_in_channel` on a channel with an access policy: go on after this account.
    pub cursor_id: Option<UserId>,
}

impl UserPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserPage:
    /// Page, from 0.
    page: u32,
    /// Accounts a page; 60 by default, 200 at most.
    per_page: u32,
    /// Only members of this team.
    in_team: TeamId,
    /// Only those who are not in this team.
    not_in_team: TeamId,
    /// Only members of this channel.
    in_channel: ChannelId,
    /// Only those who are not in this channel; needs `in_team` too.
    not_in_channel: ChannelId,
    /// Only members of this group.
    in_group: GroupId,
    /// Only those who are not in this group.
    not_in_group: GroupId,
    /// With `not_in_team` or `not_in_channel`: only those whose groups let them in.
    group_constrained: bool,
    /// Only those in no team.
    without_team: bool,
    /// Only active ones.
    active: bool,
    /// Only deactivated ones.
    inactive: bool,
    /// Only those with this role of the whole system.
    role: String,
    /// Only those with one of these roles of the whole system.
    roles: Vec<String>,
    /// With `in_channel`: only those with one of these roles there.
    channel_roles: Vec<String>,
    /// With `in_team`: only those with one of these roles there.
    team_roles: Vec<String>,
    /// `last_activity_at` or `create_at` with `in_team`, `status`, `admin` or `display_name` with
    /// `in_channel`.
    sort: String,
    /// With `not_in_channel` on a channel with an access policy: go on after this account.
    cursor_id: UserId,
}

/// Which accounts to search.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserSearch {
    /// Beginning of user name, nickname, first or last name; at least one letter.
    pub term: String,
    /// Only members of this team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Only those who are not in this team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in_team_id: Option<TeamId>,
    /// Only members of this channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_channel_id: Option<ChannelId>,
    /// Only those who are not in this channel; needs `team_id` too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in_channel_id: Option<ChannelId>,
    /// Only members of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_group_id: Option<GroupId>,
    /// Only those who are not in this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in_group_id: Option<GroupId>,
    /// With a `not_in_` filter: only those whose groups let them in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// Also deactivated ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_inactive: Option<bool>,
    /// Only those in no team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_team: Option<bool>,
    /// Most to return: 100 by default, 1,000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only those with this role of the whole system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Only those with one of these roles of the whole system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<String>>,
    /// Only those with one of these roles in the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_roles: Option<Vec<String>>,
    /// Only those with one of these roles in the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_roles: Option<Vec<String>>,
}

impl UserSearch {
    /// With what is required.
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
    /// Only those who are not in this team.
    not_in_team_id: TeamId,
    /// Only members of this channel.
    in_channel_id: ChannelId,
    /// Only those who are not in this channel; needs `team_id` too.
    not_in_channel_id: ChannelId,
    /// Only members of this group.
    in_group_id: GroupId,
    /// Only those who are not in this group.
    not_in_group_id: GroupId,
    /// With a `not_in_` filter: only those whose groups let them in.
    group_constrained: bool,
    /// Also deactivated ones.
    allow_inactive: bool,
    /// Only those in no team.
    without_team: bool,
    /// Most to return: 100 by default, 1,000 at most.
    limit: u32,
    /// Only those with this role of the whole system.
    role: String,
    /// Only those with one of these roles of the whole system.
    roles: Vec<String>,
    /// Only those with one of these roles in the channel.
    channel_roles: Vec<String>,
    /// Only those with one of these roles in the team.
    team_roles: Vec<String>,
}
