//! User groups.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, ChannelType, GroupId, TeamId, TeamType, User, UserId};

open_enum! {
    /// Where a group comes from.
    GroupSource {
        /// A directory service.
        Ldap = "ldap",
        /// Made by people.
        Custom = "custom",
    }
}

open_enum! {
    /// What a group can be tied to.
    GroupSyncableType {
        /// A team.
        Team = "Team",
        /// A channel.
        Channel = "Channel",
    }
}

model! {
    /// A group of accounts.
    pub struct Group {
        /// Its id.
        pub id: GroupId,
        /// What it is mentioned by, after `@`; empty where it cannot be.
        pub name: String,
        /// What people see.
        pub display_name: String,
        /// What it is for.
        pub description: String,
        /// Where it comes from.
        pub source: GroupSource,
        /// Its id in the directory service.
        pub remote_id: String,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// Whether it is tied to a team or a channel.
        pub has_syncables: bool,
        /// How many are in it, where that was asked for.
        pub member_count: Option<i64>,
        /// Whether it may be mentioned.
        pub allow_reference: bool,
        /// How many of it are in the channel that was named.
        pub channel_member_count: Option<i64>,
        /// In how many time zones those are.
        pub channel_member_timezones_count: Option<i64>,
        /// Who is in it, where that was asked for.
        pub member_ids: Vec<UserId>,
        /// Whether its members become administrators of the team or channel that was named.
        pub scheme_admin: Option<bool>,
    }
}

impl From<&Group> for GroupId {
    fn from(from: &Group) -> Self {
        from.id.clone()
    }
}

/// A new group of one's own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupDraft {
    /// What it is mentioned by, after `@`.
    pub name: String,
    /// What people see.
    pub display_name: String,
    /// Who is in it.
    pub user_ids: Vec<UserId>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it comes from; [`GroupSource::Custom`] unless it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<GroupSource>,
    /// Whether it may be mentioned; `true` unless it is set, as groups of one's own have to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_reference: Option<bool>,
}

impl GroupDraft {
    /// With what is required.
    pub fn new(
        name: impl Into<String>,
        display_name: impl Into<String>,
        user_ids: impl Into<Vec<UserId>>,
    ) -> Self {
        Self {
            name: name.into(),
            display_name: display_name.into(),
            user_ids: user_ids.into(),
            description: None,
            source: None,
            allow_reference: None,
        }
    }
}

setters! { GroupDraft:
    /// What it is for.
    description: String,
    /// Where it comes from; [`GroupSource::Custom`] unless it is set.
    source: GroupSource,
    /// Whether it may be mentioned; `true` unless it is set, as groups of one's own have to be.
    allow_reference: bool,
}

/// Changes to a group; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupPatch {
    /// What it is mentioned by, after `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it may be mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_reference: Option<bool>,
}

impl GroupPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { GroupPatch:
    /// What it is mentioned by, after `@`.
    name: String,
    /// What people see.
    display_name: String,
    /// What it is for.
    description: String,
    /// Whether it may be mentioned.
    allow_reference: bool,
}

/// Which groups to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Groups a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Part of the name or display name.
    pub q: Option<String>,
    /// Leave out groups of this team.
    pub not_associated_to_team: Option<TeamId>,
    /// Leave out groups of this channel.
    pub not_associated_to_channel: Option<ChannelId>,
    /// Only those changed after this time.
    pub since: Option<Timestamp>,
    /// Only those that may be mentioned.
    pub filter_allow_reference: Option<bool>,
    /// With `not_associated_to_channel`: only those that its team allows.
    pub filter_parent_team_permitted: Option<bool>,
    /// Only those this account is in.
    pub filter_has_member: Option<UserId>,
    /// Only deleted ones.
    pub filter_archived: Option<bool>,
    /// Only those of this source.
    pub group_source: Option<GroupSource>,
    /// Count members in this channel.
    pub include_channel_member_count: Option<ChannelId>,
    /// With `include_channel_member_count`: count time zones.
    pub include_timezones: Option<bool>,
    /// Count members.
    pub include_member_count: Option<bool>,
    /// Also deleted ones.
    pub include_archived: Option<bool>,
    /// List members.
    pub include_member_ids: Option<bool>,
    /// Only those that can be tied to teams or channels.
    pub only_syncable_sources: Option<bool>,
}

impl GroupPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { GroupPage:
    /// Page, from 0.
    page: u32,
    /// Groups a page; 60 by default, 200 at most.
    per_page: u32,
    /// Part of the name or display name.
    q: String,
    /// Leave out groups of this team.
    not_associated_to_team: TeamId,
    /// Leave out groups of this channel.
    not_associated_to_channel: ChannelId,
    /// Only those changed after this time.
    since: Timestamp,
    /// Only those that may be mentioned.
    filter_allow_reference: bool,
    /// With `not_associated_to_channel`: only those that its team allows.
    filter_parent_team_permitted: bool,
    /// Only those this account is in.
    filter_has_member: UserId,
    /// Only deleted ones.
    filter_archived: bool,
    /// Only those of this source.
    group_source: GroupSource,
    /// Count members in this channel.
    include_channel_member_count: ChannelId,
    /// With `include_channel_member_count`: count time zones.
    include_timezones: bool,
    /// Count members.
    include_member_count: bool,
    /// Also deleted ones.
    include_archived: bool,
    /// List members.
    include_member_ids: bool,
    /// Only those that can be tied to teams or channels.
    only_syncable_sources: bool,
}

/// Which of the groups tied to a team or channel to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SyncableGroupPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Groups a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Part of the name or display name.
    pub q: Option<String>,
    /// Count members.
    pub include_member_count: Option<bool>,
    /// Only those that may be mentioned.
    pub filter_allow_reference: Option<bool>,
}

impl SyncableGroupPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { SyncableGroupPage:
    /// Page, from 0.
    page: u32,
    /// Groups a page; 60 by default, 200 at most.
    per_page: u32,
    /// Part of the name or display name.
    q: String,
    /// Count members.
    include_member_count: bool,
    /// Only those that may be mentioned.
    filter_allow_reference: bool,
}

model! {
    /// An account in a group.
    pub struct GroupMember {
        /// The group.
        pub group_id: GroupId,
        /// The account.
        pub user_id: UserId,
        /// When it was added.
        pub create_at: Timestamp,
        /// When it was removed; 0 while it is in.
        pub delete_at: Timestamp,
    }
}

model! {
    /// A page of members of a group.
    pub struct GroupMemberList {
        /// The members of this page.
        pub members: Vec<User>,
        /// How many there are in all.
        pub total_member_count: i64,
    }
}

model! {
    /// How many are in a group.
    pub struct GroupStats {
        /// The group.
        pub group_id: GroupId,
        /// All members.
        pub total_member_count: i64,
    }
}

model! {
    /// A page of groups, and how many there are.
    pub struct GroupsWithCount {
        /// The groups of this page.
        pub groups: Vec<Group>,
        /// How many there are in all.
        pub total_count: i64,
    }
}

model! {
    /// A group that is tied to a team or a channel.
    pub struct GroupSyncable {
        /// The group.
        pub group_id: GroupId,
        /// The team, or the team of the channel.
        pub team_id: TeamId,
        /// The channel; empty for a team.
        pub channel_id: ChannelId,
        /// What it is tied to.
        #[serde(rename = "type")]
        pub kind: GroupSyncableType,
        /// Whether its members are added by themselves.
        pub auto_add: bool,
        /// Whether its members become administrators.
        pub scheme_admin: bool,
        /// When it was tied.
        pub create_at: Timestamp,
        /// When this was last changed.
        pub update_at: Timestamp,
        /// When it was untied; 0 while it is not.
        pub delete_at: Timestamp,
        /// Display name of the team, in lists.
        pub team_display_name: String,
        /// What kind of team, in lists.
        pub team_type: TeamType,
        /// Display name of the channel, in lists.
        pub channel_display_name: String,
        /// What kind of channel, in lists.
        pub channel_type: ChannelType,
    }
}

/// Changes to a tie; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupSyncablePatch {
    /// Whether its members are added by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_add: Option<bool>,
    /// Whether its members become administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_admin: Option<bool>,
}

impl GroupSyncablePatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { GroupSyncablePatch:
    /// Whether its members are added by themselves.
    auto_add: bool,
    /// Whether its members become administrators.
    scheme_admin: bool,
}

impl GroupDraft {
    /// With what the server insists on.
    pub(crate) fn filled(&self) -> Self {
        let mut draft = self.clone();
        draft.source.get_or_insert(GroupSource::Custom);
        draft.allow_reference.get_or_insert(true);
        draft
    }
}
