//! Channel members and their read state.

use std::collections::BTreeMap;

use serde_json::json;

use super::Channels;
use crate::error::Result;
use crate::model::{
    ChannelId, ChannelMember, ChannelMemberCountByGroup, ChannelMemberDraft, ChannelUnread,
    ChannelViewResponse, GroupId, Page, SchemeRoles, TeamId, UserId, UsersWithGroupsAndCount,
};
use crate::page::{Pages, pages};
use crate::rest::{comma_separated, real_id};

impl<'c> Channels<'c> {
    /// Lists one page of a channel's members.
    ///
    /// `GET /channels/{channel_id}/members`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetChannelMembers")]
    #[inline]
    pub fn list_members(&self, channel: &ChannelId, page: &Page) -> Result<Vec<ChannelMember>> {
        self.0.get("/channels/{channel_id}/members", &[channel]).query(page).decode()
    }

    /// Iterates over a channel's members, fetching 200 per request.
    #[inline]
    pub fn all_members(&self, channel: &ChannelId) -> Pages<'c, ChannelMember> {
        let (group, channel) = (*self, channel.clone());
        pages(move |number| group.list_members(&channel, &Page::full(number)))
    }

    /// Gets a channel membership. Returns 404 if there is none.
    ///
    /// `GET /channels/{channel_id}/members/{user_id}`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetChannelMember")]
    #[inline]
    pub fn get_member(&self, channel: &ChannelId, user: &UserId) -> Result<ChannelMember> {
        self.0.get("/channels/{channel_id}/members/{user_id}", &[channel, user]).decode()
    }

    /// Returns `true` if a user is a member of a channel. Takes one request.
    ///
    /// # Errors
    /// The usual errors of a call; a missing membership is not an error. The server returns 403 to accounts that may
    /// not read the channel.
    #[inline]
    pub fn is_member(&self, channel: &ChannelId, user: &UserId) -> Result<bool> {
        match self.get_member(channel, user) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Gets channel memberships by user ID.
    ///
    /// `POST /channels/{channel_id}/members/ids`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetChannelMembersByIds")]
    #[inline]
    pub fn list_members_by_ids(&self, channel: &ChannelId, users: &[UserId]) -> Result<Vec<ChannelMember>> {
        self.0.post("/channels/{channel_id}/members/ids", &[channel]).json(&users).safe().decode()
    }

    /// Lists the channel memberships of a user in a team, including direct and group channels.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels/members`
    ///
    /// Required permission: `view_team`. For other users, requires the permission `manage_system`.
    #[doc(alias = "GetChannelMembersForUser")]
    #[inline]
    pub fn list_memberships(&self, user: &UserId, team: &TeamId) -> Result<Vec<ChannelMember>> {
        self.0.get("/users/{user_id}/teams/{team_id}/channels/members", &[user, team]).decode()
    }

    /// Adds a user to a channel. Adding a member again is not an error.
    ///
    /// `POST /channels/{channel_id}/members`
    ///
    /// Required permissions, depending on the request: `join_public_channels` to join,
    /// `manage_public_channel_members`, `manage_private_channel_members`.
    #[doc(alias = "AddChannelMember")]
    #[inline]
    pub fn add_member(&self, channel: &ChannelId, user: &UserId) -> Result<ChannelMember> {
        let body = json!({"user_id": real_id(self.0, user)?});
        self.0.post("/channels/{channel_id}/members", &[channel]).json(&body).decode()
    }

    /// Adds up to 1,000 users to a channel.
    ///
    /// `POST /channels/{channel_id}/members`
    ///
    /// Since server 9.9. Older servers support only [`add_member`](Self::add_member).
    #[doc(alias = "AddChannelMember")]
    #[inline]
    pub fn add_members(&self, channel: &ChannelId, draft: &ChannelMemberDraft) -> Result<Vec<ChannelMember>> {
        self.0.post("/channels/{channel_id}/members", &[channel]).json(draft).decode()
    }

    /// Removes a user from a channel. Pass [`UserId::me`] to leave it.
    ///
    /// `DELETE /channels/{channel_id}/members/{user_id}`
    ///
    /// For other users, requires the permission `manage_public_channel_members` or `manage_private_channel_members`.
    #[doc(alias = "RemoveUserFromChannel")]
    #[inline]
    pub fn remove_member(&self, channel: &ChannelId, user: &UserId) -> Result<()> {
        self.0.delete("/channels/{channel_id}/members/{user_id}", &[channel, user]).send()
    }

    /// Sets the roles of a member, for example `channel_user` or `channel_admin`.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/roles`
    ///
    /// Required permission: `manage_channel_roles`.
    #[doc(alias = "UpdateChannelRoles")]
    #[inline]
    pub fn set_member_roles(&self, channel: &ChannelId, user: &UserId, roles: &[&str]) -> Result<()> {
        let template = "/channels/{channel_id}/members/{user_id}/roles";
        self.0.put(template, &[channel, user]).json(&json!({"roles": roles.join(" ")})).send()
    }

    /// Sets the scheme roles of a member.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/schemeRoles`
    ///
    /// Required permission: `manage_channel_roles`. Since server 5.0.
    #[doc(alias = "UpdateChannelMemberSchemeRoles")]
    #[inline]
    pub fn set_member_scheme_roles(
        &self,
        channel: &ChannelId,
        user: &UserId,
        roles: &SchemeRoles,
    ) -> Result<()> {
        let template = "/channels/{channel_id}/members/{user_id}/schemeRoles";
        self.0.put(template, &[channel, user]).json(roles).send()
    }

    /// Updates the notification settings of a user for a channel. Unset fields keep their values. To mute the
    /// channel, set `mark_unread` to `mention`.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/notify_props`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateChannelNotifyProps")]
    #[inline]
    pub fn set_notify_props(
        &self,
        channel: &ChannelId,
        user: &UserId,
        props: &BTreeMap<String, String>,
    ) -> Result<()> {
        let template = "/channels/{channel_id}/members/{user_id}/notify_props";
        self.0.put(template, &[channel, user]).json(props).send()
    }

    /// Disables the translation of posts for a member.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/autotranslation`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateChannelMemberAutotranslation")]
    #[inline]
    pub fn disable_autotranslation(&self, channel: &ChannelId, user: &UserId) -> Result<()> {
        let body = json!({"autotranslation_disabled": true});
        self.0
            .put("/channels/{channel_id}/members/{user_id}/autotranslation", &[channel, user])
            .json(&body)
            .send()
    }

    /// Enables the translation of posts for a member, if the channel supports it.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/autotranslation`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateChannelMemberAutotranslation")]
    #[inline]
    pub fn enable_autotranslation(&self, channel: &ChannelId, user: &UserId) -> Result<()> {
        let body = json!({"autotranslation_disabled": false});
        self.0
            .put("/channels/{channel_id}/members/{user_id}/autotranslation", &[channel, user])
            .json(&body)
            .send()
    }

    /// Gets the number of a channel's members who belong to each group.
    ///
    /// `GET /channels/{channel_id}/member_counts_by_group`
    ///
    /// Required permission: `read_channel`. Since server 5.24.
    #[doc(alias = "GetChannelMemberCountsByGroup")]
    #[inline]
    pub fn member_counts_by_group(&self, channel: &ChannelId) -> Result<Vec<ChannelMemberCountByGroup>> {
        let template = "/channels/{channel_id}/member_counts_by_group";
        self.0.get(template, &[channel]).param("include_timezones", true).decode()
    }

    /// Lists one page of the members who belong to none of the given groups.
    ///
    /// `GET /channels/{channel_id}/members_minus_group_members`
    ///
    /// Required permission: `manage_system`. Since server 5.14.
    #[doc(alias = "ChannelMembersMinusGroupMembers")]
    #[inline]
    pub fn members_minus_groups(
        &self,
        channel: &ChannelId,
        groups: &[GroupId],
        page: &Page,
    ) -> Result<UsersWithGroupsAndCount> {
        let template = "/channels/{channel_id}/members_minus_group_members";
        self.0.get(template, &[channel]).param("group_ids", comma_separated(groups)).query(page).decode()
    }

    /// Gets the numbers of members of several channels.
    ///
    /// `POST /channels/stats/member_count`
    ///
    /// Required permission: `list_team_channels`.
    #[inline]
    pub fn member_counts(&self, channels: &[ChannelId]) -> Result<BTreeMap<ChannelId, i64>> {
        self.0.post("/channels/stats/member_count", &[]).json(&channels).safe().decode()
    }

    /// Gets the unread counts of a user in a channel.
    ///
    /// `GET /users/{user_id}/channels/{channel_id}/unread`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetChannelUnread")]
    #[inline]
    pub fn unread(&self, user: &UserId, channel: &ChannelId) -> Result<ChannelUnread> {
        self.0.get("/users/{user_id}/channels/{channel_id}/unread", &[user, channel]).decode()
    }

    /// Marks a channel as read.
    ///
    /// `POST /channels/members/{user_id}/view`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "ViewChannel")]
    #[inline]
    pub fn view(&self, channel: &ChannelId) -> Result<ChannelViewResponse> {
        let template = "/channels/members/{user_id}/view";
        self.0.post(template, &[&UserId::me()]).json(&json!({"channel_id": channel})).decode()
    }

    /// Marks several channels as read.
    ///
    /// `POST /channels/members/{user_id}/mark_read`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[inline]
    pub fn mark_read(&self, channels: &[ChannelId]) -> Result<ChannelViewResponse> {
        self.0.post("/channels/members/{user_id}/mark_read", &[&UserId::me()]).json(&channels).decode()
    }
}
