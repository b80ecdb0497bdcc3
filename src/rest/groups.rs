//! User groups.

mod syncables;

use serde_json::json;

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    Group, GroupDraft, GroupId, GroupMember, GroupMemberList, GroupPage, GroupPatch, GroupStats,
    GroupsWithCount, Page, User, UserId,
};
use crate::page::{MOST, Pages, pages};

/// User groups, by [`Client::groups`](crate::Client::groups).
///
/// All of these need a licence: professional for groups of one's own, enterprise for those of a directory service
/// (501 otherwise).
#[derive(Clone, Copy, Debug)]
pub struct Groups<'c>(pub(crate) &'c Http);

impl<'c> Groups<'c> {
    /// Lists one page of groups.
    ///
    /// `GET /groups`
    ///
    /// Permissions, as the case may be: `sysconsole_read_user_management_groups`,
    /// `manage_private_channel_members`, `manage_public_channel_members`. Since 5.11.
    #[doc(alias = "GetGroups")]
    pub fn list(&self, page: &GroupPage) -> Result<Vec<Group>> {
        self.0.get("/groups", &[]).query(page).fetch()
    }

    /// Goes through groups, 200 a call; the paging of `page` does not count.
    pub fn all(&self, page: &GroupPage) -> Pages<'c, Group> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MOST)))
    }

    /// Lists one page of groups, and says how many there are.
    ///
    /// `GET /groups`
    ///
    /// Permissions, as the case may be: `sysconsole_read_user_management_groups`,
    /// `manage_private_channel_members`, `manage_public_channel_members`. Since 5.11.
    #[doc(alias = "GetGroups")]
    pub fn list_counted(&self, page: &GroupPage) -> Result<GroupsWithCount> {
        self.0.get("/groups", &[]).query(page).param("include_total_count", true).fetch()
    }

    /// Gets a group, with the number of its members.
    ///
    /// `GET /groups/{group_id}`
    ///
    /// Permission: `manage_system`. Since 5.11.
    #[doc(alias = "GetGroup")]
    pub fn get(&self, group: &GroupId) -> Result<Group> {
        self.0.get("/groups/{group_id}", &[group]).param("include_member_count", true).fetch()
    }

    /// Gets groups by name.
    ///
    /// `POST /groups/names`
    ///
    /// Permission: `sysconsole_read_user_management_groups`. Since 11.0.
    #[doc(alias = "GetGroupsByNames")]
    pub fn list_by_names(&self, names: &[&str]) -> Result<Vec<Group>> {
        self.0.post("/groups/names", &[]).json(&names).reads().fetch()
    }

    /// Lists the groups that an account is in.
    ///
    /// `GET /users/{user_id}/groups`
    ///
    /// Permissions, as the case may be: `manage_system`, `sysconsole_read_user_management_groups`. Since
    /// 5.24.
    #[doc(alias = "GetGroupsByUserId")]
    pub fn list_for_user(&self, user: &UserId) -> Result<Vec<Group>> {
        self.0.get("/users/{user_id}/groups", &[user]).fetch()
    }

    /// Creates a group of one's own.
    ///
    /// `POST /groups`
    ///
    /// Permission: `create_custom_group`. Since 6.3.
    #[doc(alias = "CreateGroup")]
    pub fn create(&self, draft: &GroupDraft) -> Result<Group> {
        self.0.post("/groups", &[]).json(&draft.filled()).fetch()
    }

    /// Changes what is set in `patch`.
    ///
    /// `PUT /groups/{group_id}/patch`
    ///
    /// Permission: `manage_system`. Since 5.11.
    #[doc(alias = "PatchGroup")]
    pub fn patch(&self, group: &GroupId, patch: &GroupPatch) -> Result<Group> {
        self.0.put("/groups/{group_id}/patch", &[group]).json(patch).fetch()
    }

    /// Deletes a group of one's own.
    ///
    /// `DELETE /groups/{group_id}`
    ///
    /// Permission: `delete_custom_group`. Since 6.3.
    #[doc(alias = "DeleteGroup")]
    pub fn delete(&self, group: &GroupId) -> Result<Group> {
        self.0.delete("/groups/{group_id}", &[group]).fetch()
    }

    /// Restores a deleted group of one's own.
    ///
    /// `POST /groups/{group_id}/restore`
    ///
    /// Permission: `restore_custom_group`. Since 7.7.
    #[doc(alias = "RestoreGroup")]
    pub fn restore(&self, group: &GroupId) -> Result<Group> {
        self.0.post("/groups/{group_id}/restore", &[group]).fetch()
    }

    /// Counts a group's members.
    ///
    /// `GET /groups/{group_id}/stats`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "GetGroupStats")]
    pub fn stats(&self, group: &GroupId) -> Result<GroupStats> {
        self.0.get("/groups/{group_id}/stats", &[group]).fetch()
    }

    /// Lists one page of a group's members.
    ///
    /// `GET /groups/{group_id}/members`
    ///
    /// Permission: `manage_system`. Since 5.11.
    #[doc(alias = "GetGroupUsers")]
    pub fn list_members(&self, group: &GroupId, page: &Page) -> Result<GroupMemberList> {
        self.0.get("/groups/{group_id}/members", &[group]).query(page).fetch()
    }

    /// Goes through a group's members, 200 a call.
    pub fn all_members(&self, group: &GroupId) -> Pages<'c, User> {
        let (groups, group) = (*self, group.clone());
        pages(move |number| groups.list_members(&group, &Page::full(number)).map(|list| list.members))
    }

    /// Puts accounts into a group of one's own.
    ///
    /// `POST /groups/{group_id}/members`
    ///
    /// Permission: `manage_custom_group_members`. Since 6.3.
    #[doc(alias = "AddGroupMembers")]
    pub fn add_members(&self, group: &GroupId, users: &[UserId]) -> Result<Vec<GroupMember>> {
        self.0.post("/groups/{group_id}/members", &[group]).json(&json!({"user_ids": users})).fetch()
    }

    /// Takes accounts out of a group of one's own. A DELETE with a body, which some proxies drop.
    ///
    /// `DELETE /groups/{group_id}/members`
    ///
    /// Permission: `manage_custom_group_members`. Since 6.3.
    #[doc(alias = "DeleteGroupMembers")]
    pub fn remove_members(&self, group: &GroupId, users: &[UserId]) -> Result<Vec<GroupMember>> {
        self.0.delete("/groups/{group_id}/members", &[group]).json(&json!({"user_ids": users})).fetch()
    }

    /// Unlinks a group from the directory service.
    ///
    /// `DELETE /ldap/groups/{remote_id}/link`
    ///
    /// Permission: `manage_system`. Since 5.11.
    #[doc(alias = "UnlinkLdapGroup")]
    pub fn unlink_ldap(&self, remote_id: &str) -> Result<()> {
        self.0.delete("/ldap/groups/{remote_id}/link", &[&remote_id]).ok()
    }
}
