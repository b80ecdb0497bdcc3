//! Queries for user lists and searches.

use crate::model::{ChannelId, GroupId, TeamId, UserId};

input! {
    /// Page and filter for users. Defaults to all visible users, sorted by username.
    pub struct UserPage {}
    optional {
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
        /// Sort order: `last_activity_at` or `create_at` with `in_team`; `status`, `admin` or `display_name` with
        /// `in_channel`.
        sort: String,
        /// Pagination cursor, for `not_in_channel` on a channel with an access policy: returns users after this
        /// ID.
        cursor_id: UserId,
    }
}

input! {
    /// Search terms and filters for users.
    pub struct UserSearch {
        /// Beginning of the username, nickname, first or last name. Must not be empty.
        pub term: String,
    }
    optional {
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
}
