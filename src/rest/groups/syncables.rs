//! Links between groups and teams or channels.

use std::collections::BTreeMap;

use super::Groups;
use crate::error::Result;
use crate::model::{ChannelId, Group, GroupId, GroupSyncable, GroupSyncablePatch, SyncableGroupPage, TeamId};

impl Groups<'_> {
    /// Lists one page of the groups linked to a team.
    ///
    /// `GET /teams/{team_id}/groups`
    ///
    /// Required permission: `list_team_channels`. Since server 5.11.
    #[doc(alias = "GetGroupsByTeam")]
    #[inline]
    pub fn list_for_team(&self, team: &TeamId, page: &SyncableGroupPage) -> Result<Vec<Group>> {
        let template = "/teams/{team_id}/groups";
        self.0.get(template, &[team]).query(page).decode_member_or_default("groups")
    }

    /// Lists one page of the groups linked to a channel.
    ///
    /// `GET /channels/{channel_id}/groups`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "GetGroupsByChannel")]
    #[inline]
    pub fn list_for_channel(&self, channel: &ChannelId, page: &SyncableGroupPage) -> Result<Vec<Group>> {
        let template = "/channels/{channel_id}/groups";
        self.0.get(template, &[channel]).query(page).decode_member_or_default("groups")
    }

    /// Lists one page of the groups linked to the channels of a team, by channel.
    ///
    /// `GET /teams/{team_id}/groups_by_channels`
    ///
    /// Required permission: `list_team_channels`. Since server 5.11.
    #[doc(alias = "GetGroupsAssociatedToChannelsByTeam")]
    #[inline]
    pub fn list_by_channels(
        &self,
        team: &TeamId,
        page: &SyncableGroupPage,
    ) -> Result<BTreeMap<ChannelId, Vec<Group>>> {
        let template = "/teams/{team_id}/groups_by_channels";
        self.0.get(template, &[team]).query(page).decode_member_or_default("groups")
    }

    /// Lists the teams linked to a group.
    ///
    /// `GET /groups/{group_id}/teams`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "GetGroupSyncablesTeams")]
    #[inline]
    pub fn list_teams(&self, group: &GroupId) -> Result<Vec<GroupSyncable>> {
        self.0.get("/groups/{group_id}/teams", &[group]).decode()
    }

    /// Lists the channels linked to a group.
    ///
    /// `GET /groups/{group_id}/channels`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "GetGroupSyncablesChannels")]
    #[inline]
    pub fn list_channels(&self, group: &GroupId) -> Result<Vec<GroupSyncable>> {
        self.0.get("/groups/{group_id}/channels", &[group]).decode()
    }

    /// Gets the link between a group and a team.
    ///
    /// `GET /groups/{group_id}/teams/{team_id}`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "GetGroupSyncableForTeamId")]
    #[inline]
    pub fn get_team(&self, group: &GroupId, team: &TeamId) -> Result<GroupSyncable> {
        self.0.get("/groups/{group_id}/teams/{team_id}", &[group, team]).decode()
    }

    /// Gets the link between a group and a channel.
    ///
    /// `GET /groups/{group_id}/channels/{channel_id}`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "GetGroupSyncableForChannelId")]
    #[inline]
    pub fn get_channel(&self, group: &GroupId, channel: &ChannelId) -> Result<GroupSyncable> {
        self.0.get("/groups/{group_id}/channels/{channel_id}", &[group, channel]).decode()
    }

    /// Links a group to a team.
    ///
    /// `POST /groups/{group_id}/teams/{team_id}/link`
    ///
    /// Required permission: `manage_team`. Since server 5.11.
    #[doc(alias = "LinkGroupSyncableForTeam")]
    #[inline]
    pub fn link_team(
        &self,
        group: &GroupId,
        team: &TeamId,
        patch: &GroupSyncablePatch,
    ) -> Result<GroupSyncable> {
        self.0.post("/groups/{group_id}/teams/{team_id}/link", &[group, team]).json(patch).decode()
    }

    /// Links a group to a channel.
    ///
    /// `POST /groups/{group_id}/channels/{channel_id}/link`
    ///
    /// Required permissions, depending on the request: `manage_private_channel_members`,
    /// `manage_public_channel_members`. Since server 5.11.
    #[doc(alias = "LinkGroupSyncableForChannel")]
    #[inline]
    pub fn link_channel(
        &self,
        group: &GroupId,
        channel: &ChannelId,
        patch: &GroupSyncablePatch,
    ) -> Result<GroupSyncable> {
        self.0.post("/groups/{group_id}/channels/{channel_id}/link", &[group, channel]).json(patch).decode()
    }

    /// Updates the link between a group and a team.
    ///
    /// `PUT /groups/{group_id}/teams/{team_id}/patch`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "PatchGroupSyncableForTeam")]
    #[inline]
    pub fn patch_team(
        &self,
        group: &GroupId,
        team: &TeamId,
        patch: &GroupSyncablePatch,
    ) -> Result<GroupSyncable> {
        self.0.put("/groups/{group_id}/teams/{team_id}/patch", &[group, team]).json(patch).decode()
    }

    /// Updates the link between a group and a channel.
    ///
    /// `PUT /groups/{group_id}/channels/{channel_id}/patch`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "PatchGroupSyncableForChannel")]
    #[inline]
    pub fn patch_channel(
        &self,
        group: &GroupId,
        channel: &ChannelId,
        patch: &GroupSyncablePatch,
    ) -> Result<GroupSyncable> {
        self.0.put("/groups/{group_id}/channels/{channel_id}/patch", &[group, channel]).json(patch).decode()
    }

    /// Unlinks a group from a team.
    ///
    /// `DELETE /groups/{group_id}/teams/{team_id}/link`
    ///
    /// Required permission: `manage_team`. Since server 5.11.
    #[doc(alias = "UnlinkGroupSyncableForTeam")]
    #[inline]
    pub fn unlink_team(&self, group: &GroupId, team: &TeamId) -> Result<()> {
        self.0.delete("/groups/{group_id}/teams/{team_id}/link", &[group, team]).send()
    }

    /// Unlinks a group from a channel.
    ///
    /// `DELETE /groups/{group_id}/channels/{channel_id}/link`
    ///
    /// Required permissions, depending on the request: `manage_private_channel_members`,
    /// `manage_public_channel_members`. Since server 5.11.
    #[doc(alias = "UnlinkGroupSyncableForChannel")]
    #[inline]
    pub fn unlink_channel(&self, group: &GroupId, channel: &ChannelId) -> Result<()> {
        self.0.delete("/groups/{group_id}/channels/{channel_id}/link", &[group, channel]).send()
    }
}
