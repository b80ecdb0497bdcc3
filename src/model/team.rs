//! Teams and their members.

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
        /// Type of the team: open or by invitation only.
        #[serde(rename = "type")]
        pub kind: TeamType,
        /// Company name.
        pub company_name: String,
        /// Comma-separated email domains from which users may join.
        pub allowed_domains: String,
        /// Secret that allows users to join. Only returned to users who may invite others.
        pub invite_id: String,
        /// `true` if all users of the server may join.
        pub allow_open_invite: bool,
        /// Time of the last change of the icon.
        pub last_team_icon_update: Timestamp,
        /// ID of the permission scheme of the team, if any.
        pub scheme_id: SchemeId,
        /// `true` if groups determine the members.
        pub group_constrained: bool,
        /// ID of the data retention policy, in responses that include it.
        pub policy_id: PolicyId,
        /// `true` if the team was archived due to a limit of the hosted edition.
        pub cloud_limits_archived: bool,
    }
}

input! {
    /// A new team.
    pub struct TeamDraft {
        /// The short name, as used in URLs: unique, 2 to 64 characters of `a-z`, `0-9` and `-`, starting with a
        /// letter.
        pub name: String,
        /// The display name, up to 64 characters.
        pub display_name: String,
        /// Type of the team: open or by invitation only.
        #[serde(rename = "type")]
        pub kind: TeamType,
    }
    optional {
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
        /// ID of a permission scheme.
        scheme_id: SchemeId,
        /// `true` if groups determine the members.
        group_constrained: bool,
    }
}

input! {
    /// Changes to a team. Unset fields keep their values.
    pub struct TeamPatch {}
    optional {
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
}

model! {
    /// A team membership of a user.
    pub struct TeamMember {
        /// ID of the team.
        pub team_id: TeamId,
        /// ID of the user.
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
        /// ID of the user.
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
        /// ID of the team.
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
        /// ID of the team.
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

input! {
    /// Page and filter for teams.
    pub struct TeamPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Teams per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Excludes teams with a data retention policy.
        exclude_policy_constrained: bool,
    }
}

input! {
    /// Search terms and filters for teams.
    pub struct TeamSearch {
        /// Part of the name or display name.
        pub term: String,
    }
    optional {
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
}

input! {
    /// An invitation to a team by email.
    pub struct TeamInvite {
        /// Email addresses, at most 20.
        pub emails: Vec<String>,
    }
    optional {
        /// Channels to which the users are added.
        #[serde(rename = "channelIds")]
        channels: Vec<ChannelId>,
        /// Custom message.
        message: String,
    }
}

input! {
    /// An invitation of guests by email.
    pub struct GuestInvite {
        /// Email addresses, at most 20.
        pub emails: Vec<String>,
        /// Channels accessible to the guests. At least one is required.
        pub channels: Vec<ChannelId>,
    }
    optional {
        /// Custom message.
        message: String,
    }
}
