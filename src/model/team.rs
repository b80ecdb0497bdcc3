//! Teams and who is in them.

use serde::Serialize;

use crate::Timestamp;
use crate::error::ApiError;
use crate::model::{ChannelId, PolicyId, SchemeId, TeamId, UserId};

open_enum! {
    /// Whether anybody may join a team.
    TeamType {
        /// Anybody, where `allow_open_invite` is set.
        Open = "O",
        /// By invitation.
        Invite = "I",
    }
}

model! {
    /// A team: a set of channels and people.
    pub struct Team {
        /// Its id.
        pub id: TeamId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was archived; 0 while it is not.
        pub delete_at: Timestamp,
        /// What people see.
        pub display_name: String,
        /// Its name in addresses: unique, `a-z`, `0-9`, `-`.
        pub name: String,
        /// What it is for.
        pub description: String,
        /// Mail address; only for those who may manage the team.
        pub email: String,
        /// Whether anybody may join.
        #[serde(rename = "type")]
        pub kind: TeamType,
        /// A company's name.
        pub company_name: String,
        /// Only mail addresses of these domains may join, separated by commas.
        pub allowed_domains: String,
        /// Whoever knows it may join; only for those who may invite.
        pub invite_id: String,
        /// Whether anybody of the server may join.
        pub allow_open_invite: bool,
        /// When the icon was changed.
        pub last_team_icon_update: Timestamp,
        /// Its permission scheme, if it has one of its own.
        pub scheme_id: SchemeId,
        /// Whether groups decide who is in it.
        pub group_constrained: bool,
        /// Its data retention policy, where that was asked for.
        pub policy_id: PolicyId,
        /// Whether a limit of the hosted edition archived it.
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
    /// Its name in addresses: unique, `a-z`, `0-9`, `-`, 2 to 64 characters, begins with a letter.
    pub name: String,
    /// What people see; up to 64 characters.
    pub display_name: String,
    /// Whether anybody may join.
    #[serde(rename = "type")]
    pub kind: TeamType,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A company's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Only mail addresses of these domains may join, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_domains: Option<String>,
    /// Whether anybody of the server may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_open_invite: Option<bool>,
    /// A permission scheme of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_id: Option<SchemeId>,
    /// Whether groups decide who is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
}

impl TeamDraft {
    /// With what is required.
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
    /// What it is for.
    description: String,
    /// Mail address.
    email: String,
    /// A company's name.
    company_name: String,
    /// Only mail addresses of these domains may join, separated by commas.
    allowed_domains: String,
    /// Whether anybody of the server may join.
    allow_open_invite: bool,
    /// A permission scheme of its own.
    scheme_id: SchemeId,
    /// Whether groups decide who is in it.
    group_constrained: bool,
}

/// Changes to a team; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamPatch {
    /// What people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A company's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Only mail addresses of these domains may join, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_domains: Option<String>,
    /// Whether anybody of the server may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_open_invite: Option<bool>,
    /// Whether groups decide who is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// Whether a limit of the hosted edition archived it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_limits_archived: Option<bool>,
}

impl TeamPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { TeamPatch:
    /// What people see.
    display_name: String,
    /// What it is for.
    description: String,
    /// A company's name.
    company_name: String,
    /// Only mail addresses of these domains may join, separated by commas.
    allowed_domains: String,
    /// Whether anybody of the server may join.
    allow_open_invite: bool,
    /// Whether groups decide who is in it.
    group_constrained: bool,
    /// Whether a limit of the hosted edition archived it.
    cloud_limits_archived: bool,
}

model! {
    /// An account in a team.
    pub struct TeamMember {
        /// The team.
        pub team_id: TeamId,
        /// The account.
        pub user_id: UserId,
        /// Its roles there, separated by spaces.
        pub roles: String,
        /// When it left; 0 while it is in.
        pub delete_at: Timestamp,
        /// Whether it is a guest there.
        pub scheme_guest: bool,
        /// Whether it is an ordinary member there.
        pub scheme_user: bool,
        /// Whether it is an administrator there.
        pub scheme_admin: bool,
        /// Roles beyond those of the scheme, separated by spaces.
        pub explicit_roles: String,
    }
}

model! {
    /// What became of one who was to be added to a team.
    pub struct TeamMemberWithError {
        /// The account.
        pub user_id: UserId,
        /// The membership, if that went well.
        pub member: TeamMember,
        /// Why it did not.
        pub error: Option<ApiError>,
    }
}

model! {
    /// How many are in a team.
    pub struct TeamStats {
        /// The team.
        pub team_id: TeamId,
        /// All members.
        pub total_member_count: i64,
        /// Members who were not deactivated.
        pub active_member_count: i64,
    }
}

model! {
    /// What is unread in a team.
    pub struct TeamUnread {
        /// The team.
        pub team_id: TeamId,
        /// Unread posts.
        pub msg_count: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside threads.
        pub mention_count_root: i64,
        /// Unread posts outside threads.
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
    /// A page of teams, and how many there are.
    pub struct TeamsWithCount {
        /// The teams of this page.
        pub teams: Vec<Team>,
        /// How many there are in all.
        pub total_count: i64,
    }
}

model! {
    /// What became of an invitation.
    pub struct EmailInviteWithError {
        /// To whom.
        pub email: String,
        /// Why it was not sent; `None` if it was.
        pub error: Option<ApiError>,
    }
}

/// Which teams to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Teams a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Leave out teams under a data retention policy.
    pub exclude_policy_constrained: Option<bool>,
}

impl TeamPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { TeamPage:
    /// Page, from 0.
    page: u32,
    /// Teams a page; 60 by default, 200 at most.
    per_page: u32,
    /// Leave out teams under a data retention policy.
    exclude_policy_constrained: bool,
}

/// Which teams to search.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamSearch {
    /// Part of the name or display name.
    pub term: String,
    /// Only teams that anybody may join.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_open_invite: Option<bool>,
    /// Only teams whose members groups decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// Also teams whose members groups decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_group_constrained: Option<bool>,
    /// Only teams under this data retention policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_id: Option<PolicyId>,
    /// Leave out teams under a data retention policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_policy_constrained: Option<bool>,
}

impl TeamSearch {
    /// With what is required.
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
    /// Only teams that anybody may join.
    allow_open_invite: bool,
    /// Only teams whose members groups decide.
    group_constrained: bool,
    /// Also teams whose members groups decide.
    include_group_constrained: bool,
    /// Only teams under this data retention policy.
    policy_id: PolicyId,
    /// Leave out teams under a data retention policy.
    exclude_policy_constrained: bool,
}

/// An invitation to a team by mail.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamInvite {
    /// To whom; 20 at most.
    pub emails: Vec<String>,
    /// Channels to be put into.
    #[serde(rename = "channelIds", skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<ChannelId>>,
    /// A text of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl TeamInvite {
    /// With what is required.
    pub fn new(emails: impl Into<Vec<String>>) -> Self {
        Self { emails: emails.into(), channels: None, message: None }
    }
}

setters! { TeamInvite:
    /// Channels to be put into.
    channels: Vec<ChannelId>,
    /// A text of one's own.
    message: String,
}

/// An invitation of guests by mail.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GuestInvite {
    /// To whom; 20 at most.
    pub emails: Vec<String>,
    /// The channels they may see; at least one.
    pub channels: Vec<ChannelId>,
    /// A text of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl GuestInvite {
    /// With what is required.
    pub fn new(emails: impl Into<Vec<String>>, channels: impl Into<Vec<ChannelId>>) -> Self {
        Self { emails: emails.into(), channels: channels.into(), message: None }
    }
}

setters! { GuestInvite:
    /// A text of one's own.
    message: String,
}
