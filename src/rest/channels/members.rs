//! Who is in a channel, and what they have read.

use std::collections::BTreeMap;

use serde_json::json;

use super::Channels;
use crate::error::Result;
use crate::model::{
    ChannelId, ChannelMember, ChannelMemberCountByGroup, ChannelMemberDraft, ChannelUnread,
    ChannelViewResponse, GroupId, Page, SchemeRoles, TeamId, UserId, UsersWithGroupsAndCount,
};
use crate::page::{Pages, pages};
use crate::rest::{comma, real_id};

impl<'c> Channels<'c> {
    /// Lists one page of a channel's members.
    ///
    /// `GET /channels/{channel_id}/members`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetChannelMembers")]
    pub fn list_members(&self, channel: &ChannelId, page: &Page) -> Result<Vec<ChannelMember>> {
        self.0.get("/channels/{channel_id}/members", &[channel]).query(page).fetch()
    }

    /// Goes through a channel's members, 200 a call.
    pub fn all_members(&self, channel: &ChannelId) -> Pages<'c, ChannelMember> {
        let (group, channel) = (*self, channel.clone());
        pages(move |number| group.list_members(&channel, &Page::full(number)))
    }

    /// Gets a membership; 404 if there is none.
    ///
    /// `GET /channels/{channel_id}/members/{user_id}`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetChannelMember")]
    pub fn get_member(&self, channel: &ChannelId, user: &UserId) -> Result<ChannelMember> {
        self.0.get("/channels/{channel_id}/members/{user_id}", &[channel, user]).fetch()
    }

    /// Gets memberships by account.
    ///
    /// `POST /channels/{channel_id}/members/ids`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetChannelMembersByIds")]
    pub fn list_members_by_ids(&self, channel: &ChannelId, users: &[UserId]) -> Result<Vec<ChannelMember>> {
        self.0.post("/channels/{channel_id}/members/ids", &[channel]).json(&users).reads().fetch()
    }

    /// Lists an account's memberships in a team, and those of its direct and group channels.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels/members`
    ///
    /// Permission: `manage_system`.
    #[doc(alias = "GetChannelMembersForUser")]
    pub fn list_memberships(&self, user: &UserId, team: &TeamId) -> Result<Vec<ChannelMember>> {
        self.0.get("/users/{user_id}/teams/{team_id}/channels/members", &[user, team]).fetch()
    }

    /// Puts an account into a channel. One who is in already is no error.
    ///
    /// `POST /channels/{channel_id}/members`
    ///
    /// Permissions, as the case may be: `join_public_channels` for oneself, `manage_public_channel_members`,
    /// `manage_private_channel_members`.
    #[doc(alias = "AddChannelMember")]
    pub fn add_member(&self, channel: &ChannelId, user: &UserId) -> Result<ChannelMember> {
        let body = json!({"user_id": real_id(self.0, user)?});
        self.0.post("/channels/{channel_id}/members", &[channel]).json(&body).fetch()
    }

    /// Puts accounts into a channel, up to 1,000 at once.
    ///
    /// `POST /channels/{channel_id}/members`
    ///
    /// Since 9.9; older servers know [`add_member`](Self::add_member) only.
    #[doc(alias = "AddChannelMember")]
    pub fn add_members(&self, channel: &ChannelId, draft: &ChannelMemberDraft) -> Result<Vec<ChannelMember>> {
        self.0.post("/channels/{channel_id}/members", &[channel]).json(draft).fetch()
    }

    /// Takes an account out of a channel; with [`UserId::me`] one leaves.
    ///
    /// `DELETE /channels/{channel_id}/members/{user_id}`
    ///
    /// Permissions, as the case may be: `manage_public_channel_members`, `manage_private_channel_members`.
    #[doc(alias = "RemoveUserFromChannel")]
    pub fn remove_member(&self, channel: &ChannelId, user: &UserId) -> Result<()> {
        self.0.delete("/channels/{channel_id}/members/{user_id}", &[channel, user]).ok()
    }

    /// Sets a member's roles, as `channel_user`, `channel_admin`.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/roles`
    ///
    /// Permission: `manage_channel_roles`.
    #[doc(alias = "UpdateChannelRoles")]
    pub fn set_member_roles(&self, channel: &ChannelId, user: &UserId, roles: &[&str]) -> Result<()> {
        let template = "/channels/{channel_id}/members/{user_id}/roles";
        self.0.put(template, &[channel, user]).json(&json!({"roles": roles.join(" ")})).ok()
    }

    /// Sets which roles of the scheme a member has.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/schemeRoles`
    ///
    /// Permission: `manage_channel_roles`. Since 5.0.
    #[doc(alias = "UpdateChannelMemberSchemeRoles")]
    pub fn set_member_scheme_roles(
        &self,
        channel: &ChannelId,
        user: &UserId,
        roles: &SchemeRoles,
    ) -> Result<()> {
        self.0.put("/channels/{channel_id}/members/{user_id}/schemeRoles", &[channel, user]).json(roles).ok()
    }

    /// Sets how an account wants to be notified of a channel; what is not given stays. To mute it:
    /// `mark_unread` = `mention`.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/notify_props`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateChannelNotifyProps")]
    pub fn set_notify_props(
        &self,
        channel: &ChannelId,
        user: &UserId,
        props: &BTreeMap<String, String>,
    ) -> Result<()> {
        self.0.put("/channels/{channel_id}/members/{user_id}/notify_props", &[channel, user]).json(props).ok()
    }

    /// Shows a member the posts of a channel without translations.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/autotranslation`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateChannelMemberAutotranslation")]
    pub fn disable_autotranslation(&self, channel: &ChannelId, user: &UserId) -> Result<()> {
        let body = json!({"autotranslation_disabled": true});
        self.0
            .put("/channels/{channel_id}/members/{user_id}/autotranslation", &[channel, user])
            .json(&body)
            .ok()
    }

    /// Shows a member the posts of a channel with translations, where the channel has them.
    ///
    /// `PUT /channels/{channel_id}/members/{user_id}/autotranslation`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateChannelMemberAutotranslation")]
    pub fn enable_autotranslation(&self, channel: &ChannelId, user: &UserId) -> Result<()> {
        let body = json!({"autotranslation_disabled": false});
        self.0
            .put("/channels/{channel_id}/members/{user_id}/autotranslation", &[channel, user])
            .json(&body)
            .ok()
    }

    /// Counts a channel's members by group.
    ///
    /// `GET /channels/{channel_id}/member_counts_by_group`
    ///
    /// Permission: `read_channel`. Since 5.24.
    #[doc(alias = "GetChannelMemberCountsByGroup")]
    pub fn member_counts_by_group(&self, channel: &ChannelId) -> Result<Vec<ChannelMemberCountByGroup>> {
        let template = "/channels/{channel_id}/member_counts_by_group";
        self.0.get(template, &[channel]).param("include_timezones", true).fetch()
    }

    /// Lists one page of the members who would have to leave if only these groups were let in.
    ///
    /// `GET /channels/{channel_id}/members_minus_group_members`
    ///
    /// Permission: `manage_system`. Since 5.14.
    #[doc(alias = "ChannelMembersMinusGroupMembers")]
    pub fn members_minus_groups(
        &self,
        channel: &ChannelId,
        groups: &[GroupId],
        page: &Page,
    ) -> Result<UsersWithGroupsAndCount> {
        let template = "/channels/{channel_id}/members_minus_group_members";
        self.0.get(template, &[channel]).param("group_ids", comma(groups)).query(page).fetch()
    }

    /// Counts the members of several channels.
    ///
    /// `POST /channels/stats/member_count`
    ///
    /// Permission: `list_team_channels`.
    pub fn member_counts(&self, channels: &[ChannelId]) -> Result<BTreeMap<ChannelId, i64>> {
        self.0.post("/channels/stats/member_count", &[]).json(&channels).reads().fetch()
    }

    /// Counts what an account has not read in a channel.
    ///
    /// `GET /users/{user_id}/channels/{channel_id}/unread`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetChannelUnread")]
    pub fn unread(&self, user: &UserId, channel: &ChannelId) -> Result<ChannelUnread> {
        self.0.get("/users/{user_id}/channels/{channel_id}/unread", &[user, channel]).fetch()
    }

    /// Takes a channel as read.
    ///
    /// `POST /channels/members/{user_id}/view`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "ViewChannel")]
    pub fn view(&self, channel: &ChannelId) -> Result<ChannelViewResponse> {
        let template = "/channels/members/{user_id}/view";
        self.0.post(template, &[&UserId::me()]).json(&json!({"channel_id": channel})).fetch()
    }

    /// Takes several channels as read.
    ///
    /// `POST /channels/members/{user_id}/mark_read`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    pub fn mark_read(&self, channels: &[ChannelId]) -> Result<ChannelViewResponse> {
        self.0.post("/channels/members/{user_id}/mark_read", &[&UserId::me()]).json(&channels).fetch()
    }
}
