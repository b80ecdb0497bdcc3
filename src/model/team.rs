//! Teams and their members.

use serde::Serialize;

use crate::Timestamp;
use crate::error::ApiError;
use crate::model::{ChannelId, PolicyId, SchemeId, TeamId, UserId};

open_enum! {
    /// Access to a team.
    TeamType {
        /// Open to all users if `allow_open_invite` is set.
        Open = "O",
        /// By invitation only.
        Invite = "I",
    }
}

model! {
    /// A team: a set of channels and members.
    pub struct Team {
        /// The ID.
        pub id: TeamId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Time at which the team was archived; 0 if it is active.
        pub delete_at: Timestamp,
        /// The display name.
        pub display_name: String,
        /// The short name, as used in URLs: unique, `a-z`, `0-9` and `-`.
        pub name: String,
        /// The description.
        pub description: String,
        /// Email address. Only returned to users who may manage the team.
        pub email: String,
        /// Access to the team.
        #[serde(rename = "type")]
        pub kind: TeamType,
        /// Company name.
        pub company_name: String,
        /// Comma-separated email domains from which users may join.
        pub allowed_domains: String,
        /// Secret with which users may join. Only returned to users who may invite others.
        pub invite_id: String,
        /// `true` if all users of the server may join.
        pub allow_open_invite: bool,
        /// Time of the last change of the icon.
        pub last_team_icon_update: Timestamp,
        /// The permission scheme of the team, if any.
        pub scheme_id: SchemeId,
        /// `true` if groups determine the members.
        pub group_constrained: bool,
        /// The data retention policy, in responses that include it.
        pub policy_id: PolicyId,
        /// `true` if the team was archived due to a limit of the hosted edition.
        pub cloud_limits_archived: bool,
    }
}

impl From<&Team> for TeamId {
    fn from(from: &Team) -> Self {
        from.id.clone()
    }
}

/// A new team.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamDraft {
    /// The short name, as used in URLs: unique, 2 to 64 characters of `a-z`, `0-9` and `-`, starting with a
    /// letter.
    pub name: String,
    /// The display name, up to 64 characters.
    pub display_name: String,
    /// Access to the team.
    #[serde(rename = "type")]
    pub kind: TeamType,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Company name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Comma-separated email domains from which users may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_domains: Option<String>,
    /// `true` if all users of the server may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_open_invite: Option<bool>,
    /// A permission scheme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_id: Option<SchemeId>,
    /// `true` if groups determine the members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
}

impl TeamDraft {
    /// Creates the value from its required fields.
    pub fn new(name: impl Into<String>, display_name: impl Into<String>, kind: impl Into<TeamType>) -> Self {
        Self {
            name: name.into(),
            display_name: display_name.into(),
            kind: kind.into(),
            description: None,
            email: None,
            company_name: None,
            allowed_domains: None,
            allow_open_invite: None,
            scheme_id: None,
            group_constrained: None,
        }
    }
}

setters! { TeamDraft:
    /// The description.
    description: String,
    /// Email address.
    email: String,
    /// Company name.
    company_name: String,
    /// Comma-separated email domains from which users may join.
    allowed_domains: String,
    /// `true` if all users of the server may join.
    allow_open_invite: bool,
    /// A permission scheme.
    scheme_id: SchemeId,
    /// `true` if groups determine the members.
    group_constrained: bool,
}

/// Changes to a team. Unset fields keep their value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamPatch {
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Company name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Comma-separated email domains from which users may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_domains: Option<String>,
    /// `true` if all users of the server may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_open_invite: Option<bool>,
    /// `true` if groups determine the members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// `true` if the team was archived due to a limit of the hosted edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_limits_archived: Option<bool>,
}

impl TeamPatch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { TeamPatch:
    /// The display name.
    display_name: String,
    /// The description.
    description: String,
    /// Company name.
    company_name: String,
    /// Comma-separated email domains from which users may join.
    allowed_domains: String,
    /// `true` if all users of the server may join.
    allow_open_invite: bool,
    /// `true` if groups determine the members.
    group_constrained: bool,
    /// `true` if the team was archived due to a limit of the hosted edition.
    cloud_limits_archived: bool,
}

model! {
    /// A team membership of a user.
    pub struct TeamMember {
        /// The team.
        pub team_id: TeamId,
        /// The user.
        pub user_id: UserId,
        /// Roles of the member, separated by spaces.
        pub roles: String,
        /// Time at which the user left; 0 for current members.
        pub delete_at: Timestamp,
        /// `true` if the member is a guest.
        pub scheme_guest: bool,
        /// `true` if the member is a regular member.
        pub scheme_user: bool,
        /// `true` if the member is an administrator.
        pub scheme_admin: bool,
        /// Roles in addition to those of the scheme, separated by spaces.
        pub explicit_roles: String,
    }
}

model! {
    /// Result of adding one user to a team.
    pub struct TeamMemberWithError {
        /// The user.
        pub user_id: UserId,
        /// The membership, on success.
        pub member: TeamMember,
        /// The error, on failure.
        pub error: Option<ApiError>,
    }
}

model! {
    /// Member counts of a team.
    pub struct TeamStats {
        /// The team.
        pub team_id: TeamId,
        /// Total number of members.
        pub total_member_count: i64,
        /// Members who are not deactivated.
        pub active_member_count: i64,
    }
}

model! {
    /// Unread counts of a team.
    pub struct TeamUnread {
        /// The team.
        pub team_id: TeamId,
        /// Unread posts.
        pub msg_count: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside of threads.
        pub mention_count_root: i64,
        /// Unread posts outside of threads.
        pub msg_count_root: i64,
        /// Unread threads.
        pub thread_count: i64,
        /// Unread mentions in threads.
        pub thread_mention_count: i64,
        /// Unread urgent mentions in threads.
        pub thread_urgent_mention_count: i64,
    }
}

model! {
    /// A page of teams and the total count.
    pub struct TeamsWithCount {
        /// The teams of this page.
        pub teams: Vec<Team>,
        /// Total number of teams.
        pub total_count: i64,
    }
}

model! {
    /// Result of one invitation.
    pub struct EmailInviteWithError {
        /// The email address.
        pub email: String,
        /// The error, or `None` if the invitation was sent.
        pub error: Option<ApiError>,
    }
}

/// Page and filter for teams.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamPage {
    /// Zero-based page number.
    pub page: Option<u32>,
    /// Teams per page. Defaults to 60. Must be at most 200.
    pub per_page: Option<u32>,
    /// Excludes teams with a data retention policy.
    pub exclude_policy_constrained: Option<bool>,
}

impl TeamPage {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { TeamPage:
    /// Zero-based page number.
    page: u32,
    /// Teams per page. Defaults to 60. Must be at most 200.
    per_page: u32,
    /// Excludes teams with a data retention policy.
    exclude_policy_constrained: bool,
}

/// Search terms and filters for teams.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamSearch {
    /// Part of the name or display name.
    pub term: String,
    /// Only teams that all users may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_open_invite: Option<bool>,
    /// Only teams whose members are determined by groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// Includes teams whose members are determined by groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_group_constrained: Option<bool>,
    /// Only teams with this data retention policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_id: Option<PolicyId>,
    /// Excludes teams with a data retention policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_policy_constrained: Option<bool>,
}

impl TeamSearch {
    /// Creates the value from its required fields.
    pub fn new(term: impl Into<String>) -> Self {
        Self {
            term: term.into(),
            allow_open_invite: None,
            group_constrained: None,
            include_group_constrained: None,
            policy_id: None,
            exclude_policy_constrained: None,
        }
    }
}

setters! { TeamSearch:
    /// Only teams that all users may join.
    allow_open_invite: bool,
    /// Only teams whose members are determined by groups.
    group_constrained: bool,
    /// Includes teams whose members are determined by groups.
    include_group_constrained: bool,
    /// Only teams with this data retention policy.
    policy_id: PolicyId,
    /// Excludes teams with a data retention policy.
    exclude_policy_constrained: bool,
}

/// An invitation to a team by email.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamInvite {
    /// Email addresses, at most 20.
    pub emails: Vec<String>,
    /// Channels to which the users are added.
    #[serde(rename = "channelIds", skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<ChannelId>>,
    /// Custom message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl TeamInvite {
    /// Creates the value from its required fields.
    pub fn new(emails: impl Into<Vec<String>>) -> Self {
        Self { emails: emails.into(), channels: None, message: None }
    }
}

setters! { TeamInvite:
    /// Channels to which the users are added.
    channels: Vec<ChannelId>,
    /// Custom message.
    message: String,
}

/// An invitation of guests by email.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GuestInvite {
    /// Email addresses, at most 20.
    pub emails: Vec<String>,
    /// Channels accessible to the guests. At least one is required.
    pub channels: Vec<ChannelId>,
    /// Custom message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl GuestInvite {
    /// Creates the value from its required fields.
    pub fn new(emails: impl Into<Vec<String>>, channels: impl Into<Vec<ChannelId>>) -> Self {
        Self { emails: emails.into(), channels: channels.into(), message: None }
    }
}

setters! { GuestInvite:
    /// Custom message.
    message: String,
}
