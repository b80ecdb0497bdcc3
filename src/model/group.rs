//! User groups.

use serde::Serialize;

use crate::Timestamp;
use crate::model::json::{Decode as _, Fields, JsonReader};
use crate::model::{ChannelId, ChannelType, GroupId, TeamId, TeamType, User, UserId};

open_enum! {
    /// Origin of a group.
    GroupSource {
        /// LDAP directory.
        Ldap = "ldap",
        /// Created by users.
        Custom = "custom",
    }
}

open_enum! {
    /// Type of the target of a group link.
    GroupSyncableType {
        /// A team.
        Team = "Team",
        /// A channel.
        Channel = "Channel",
    }
}

model! {
    /// A group of users.
    pub struct Group {
        /// The ID.
        pub id: GroupId,
        /// Name for mentions, without `@`. Empty if the group cannot be mentioned.
        pub name: String,
        /// The display name.
        pub display_name: String,
        /// The description.
        pub description: String,
        /// Origin of the group.
        pub source: GroupSource,
        /// ID in the LDAP directory.
        pub remote_id: String,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// `true` if the group is linked to a team or channel.
        pub has_syncables: bool,
        /// Number of members, in responses that include it.
        pub member_count: Option<i64>,
        /// `true` if the group may be mentioned.
        pub allow_reference: bool,
        /// Number of group members in the requested channel.
        pub channel_member_count: Option<i64>,
        /// Number of distinct time zones of the group members in the requested channel.
        pub channel_member_timezones_count: Option<i64>,
        /// Member IDs, in responses that include them.
        pub member_ids: Vec<UserId>,
        /// `true` if members become administrators of the requested team or channel.
        pub scheme_admin: Option<bool>,
    }
}

input! {
    /// A new custom group.
    pub struct GroupDraft {
        /// Name for mentions, without `@`.
        pub name: String,
        /// The display name.
        pub display_name: String,
        /// Members of the group.
        pub user_ids: Vec<UserId>,
    }
    optional {
        /// The description.
        description: String,
        /// Origin of the group. Defaults to [`GroupSource::Custom`].
        source: GroupSource,
        /// `true` if the group may be mentioned. Defaults to `true`, as required for custom groups.
        allow_reference: bool,
    }
}

input! {
    /// Changes to a group. Unset fields keep their values.
    pub struct GroupPatch {}
    optional {
        /// Name for mentions, without `@`.
        name: String,
        /// The display name.
        display_name: String,
        /// The description.
        description: String,
        /// `true` if the group may be mentioned.
        allow_reference: bool,
    }
}

input! {
    /// Page and filter for groups.
    pub struct GroupPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Groups per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Part of the name or display name.
        q: String,
        /// Excludes groups of this team.
        not_associated_to_team: TeamId,
        /// Excludes groups of this channel.
        not_associated_to_channel: ChannelId,
        /// Only groups that changed after this time.
        since: Timestamp,
        /// Only groups that may be mentioned.
        filter_allow_reference: bool,
        /// With `not_associated_to_channel`: only groups allowed by the channel's team.
        filter_parent_team_permitted: bool,
        /// Only groups of this user.
        filter_has_member: UserId,
        /// Only deleted groups.
        filter_archived: bool,
        /// Only groups of this origin.
        group_source: GroupSource,
        /// Includes the number of members in this channel.
        include_channel_member_count: ChannelId,
        /// With `include_channel_member_count`: includes the number of time zones.
        include_timezones: bool,
        /// Includes the member counts.
        include_member_count: bool,
        /// Includes deleted groups.
        include_archived: bool,
        /// Includes the member IDs.
        include_member_ids: bool,
        /// Only groups that can be linked to teams or channels.
        only_syncable_sources: bool,
    }
}

input! {
    /// Page and filter for linked groups.
    pub struct SyncableGroupPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Groups per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Part of the name or display name.
        q: String,
        /// Includes the member counts.
        include_member_count: bool,
        /// Only groups that may be mentioned.
        filter_allow_reference: bool,
    }
}

model! {
    /// A member of a group.
    pub struct GroupMember {
        /// ID of the group.
        pub group_id: GroupId,
        /// ID of the user.
        pub user_id: UserId,
        /// Time at which the user was added.
        pub create_at: Timestamp,
        /// Time at which the user was removed; 0 for current members.
        pub delete_at: Timestamp,
    }
}

model! {
    /// A page of group members.
    pub struct GroupMemberList {
        /// The members of this page.
        pub members: Vec<User>,
        /// Total number of members.
        pub total_member_count: i64,
    }
}

model! {
    /// Member count of a group.
    pub struct GroupStats {
        /// ID of the group.
        pub group_id: GroupId,
        /// Total number of members.
        pub total_member_count: i64,
    }
}

model! {
    /// A page of groups and the total count.
    pub struct GroupsWithCount {
        /// The groups of this page.
        pub groups: Vec<Group>,
        /// Total number of groups.
        pub total_count: i64,
    }
}

model! {
    /// A link between a group and a team or channel.
    pub struct GroupSyncable {
        /// ID of the group.
        pub group_id: GroupId,
        /// ID of the team, or the team of the channel.
        pub team_id: TeamId,
        /// ID of the channel. Empty for a team.
        pub channel_id: ChannelId,
        /// Type of the target.
        #[serde(rename = "type")]
        pub kind: GroupSyncableType,
        /// `true` if group members are added automatically.
        pub auto_add: bool,
        /// `true` if group members become administrators.
        pub scheme_admin: bool,
        /// Time at which the link was created.
        pub create_at: Timestamp,
        /// Time of the last change.
        pub update_at: Timestamp,
        /// Time at which the link was removed; 0 if it is active.
        pub delete_at: Timestamp,
        /// Display name of the team, in lists.
        pub team_display_name: String,
        /// Type of the team, in lists.
        pub team_type: TeamType,
        /// Display name of the channel, in lists.
        pub channel_display_name: String,
        /// Type of the channel, in lists.
        pub channel_type: ChannelType,
    }
}

input! {
    /// Changes to a link. Unset fields keep their values.
    pub struct GroupSyncablePatch {}
    optional {
        /// `true` if group members are added automatically.
        auto_add: bool,
        /// `true` if group members become administrators.
        scheme_admin: bool,
    }
}

impl GroupDraft {
    /// Includes the fields that the server requires.
    pub(crate) fn with_required_fields(&self) -> Self {
        let mut draft = self.clone();
        draft.source.get_or_insert(GroupSource::Custom);
        draft.allow_reference.get_or_insert(true);
        draft
    }
}

/// A member together with the groups that include them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserWithGroups {
    /// The user.
    #[serde(flatten)]
    pub user: User,
    /// The groups.
    pub groups: Vec<Group>,
    /// `true` if the member is a guest.
    pub scheme_guest: bool,
    /// `true` if the member is a regular member.
    pub scheme_user: bool,
    /// `true` if the member is an administrator.
    pub scheme_admin: bool,
}

impl Fields for UserWithGroups {
    fn decode_member(&mut self, name: &str, from: &mut dyn JsonReader) -> serde_json::Result<bool> {
        match name {
            "groups" => self.groups.decode_from(from)?,
            "scheme_guest" => self.scheme_guest.decode_from(from)?,
            "scheme_user" => self.scheme_user.decode_from(from)?,
            "scheme_admin" => self.scheme_admin.decode_from(from)?,
            _ => return self.user.decode_member(name, from),
        }
        Ok(true)
    }
}

decode_by_fields!(UserWithGroups);
deserialize_by_fields!(UserWithGroups);

model! {
    /// A page of members with their groups.
    pub struct UsersWithGroupsAndCount {
        /// The members of this page.
        pub users: Vec<UserWithGroups>,
        /// Total number of members.
        pub total_count: i64,
    }
}
