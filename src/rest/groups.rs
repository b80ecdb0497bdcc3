//! User groups.

mod syncables;

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    Group, GroupDraft, GroupId, GroupMember, GroupMemberList, GroupPage, GroupPatch, GroupStats,
    GroupsWithCount, Page, User, UserId,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};

/// User groups. Returned by [`Client::groups`](crate::Client::groups).
///
/// All of these routes require a license: Professional for custom groups, Enterprise for LDAP groups. They
/// return 501 otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Groups<'c>(pub(crate) &'c HttpClient);

impl<'c> Groups<'c> {
    /// Lists one page of groups.
    ///
    /// `GET /groups`
    ///
    /// Required permissions, depending on the request: `sysconsole_read_user_management_groups`,
    /// `manage_private_channel_members`, `manage_public_channel_members`. Since server 5.11.
    #[doc(alias = "GetGroups")]
    #[inline]
    pub fn list(&self, page: &GroupPage) -> Result<Vec<Group>> {
        self.0.get("/groups", &[]).query(page).decode()
    }

    /// Iterates over groups, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &GroupPage) -> Pages<'c, Group> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Lists one page of groups, and the total number of groups.
    ///
    /// `GET /groups`
    ///
    /// Required permissions, depending on the request: `sysconsole_read_user_management_groups`,
    /// `manage_private_channel_members`, `manage_public_channel_members`. Since server 5.11.
    #[doc(alias = "GetGroups")]
    #[inline]
    pub fn list_counted(&self, page: &GroupPage) -> Result<GroupsWithCount> {
        self.0.get("/groups", &[]).query(page).param("include_total_count", true).decode()
    }

    /// Gets a group, including its member count.
    ///
    /// `GET /groups/{group_id}`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "GetGroup")]
    #[inline]
    pub fn get(&self, group: &GroupId) -> Result<Group> {
        self.0.get("/groups/{group_id}", &[group]).param("include_member_count", true).decode()
    }

    /// Gets groups by name.
    ///
    /// `POST /groups/names`
    ///
    /// Required permission: `sysconsole_read_user_management_groups`. Since server 11.0.
    #[doc(alias = "GetGroupsByNames")]
    #[inline]
    pub fn list_by_names(&self, names: &[&str]) -> Result<Vec<Group>> {
        self.0.post("/groups/names", &[]).json(&names).safe().decode()
    }

    /// Lists the groups of a user.
    ///
    /// `GET /users/{user_id}/groups`
    ///
    /// Required permissions, depending on the request: `manage_system`,
    /// `sysconsole_read_user_management_groups`. Since server 5.24.
    #[doc(alias = "GetGroupsByUserId")]
    #[inline]
    pub fn list_for_user(&self, user: &UserId) -> Result<Vec<Group>> {
        self.0.get("/users/{user_id}/groups", &[user]).decode()
    }

    /// Creates a custom group.
    ///
    /// `POST /groups`
    ///
    /// Required permission: `create_custom_group`. Since server 6.3.
    #[doc(alias = "CreateGroup")]
    #[inline]
    pub fn create(&self, draft: &GroupDraft) -> Result<Group> {
        self.0.post("/groups", &[]).json(&draft.with_required_fields()).decode()
    }

    /// Updates a group. Unset fields keep their values.
    ///
    /// `PUT /groups/{group_id}/patch`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "PatchGroup")]
    #[inline]
    pub fn patch(&self, group: &GroupId, patch: &GroupPatch) -> Result<Group> {
        self.0.put("/groups/{group_id}/patch", &[group]).json(patch).decode()
    }

    /// Deletes a custom group.
    ///
    /// `DELETE /groups/{group_id}`
    ///
    /// Required permission: `delete_custom_group`. Since server 6.3.
    #[doc(alias = "DeleteGroup")]
    #[inline]
    pub fn delete(&self, group: &GroupId) -> Result<Group> {
        self.0.delete("/groups/{group_id}", &[group]).decode()
    }

    /// Restores a deleted custom group.
    ///
    /// `POST /groups/{group_id}/restore`
    ///
    /// Required permission: `restore_custom_group`. Since server 7.7.
    #[doc(alias = "RestoreGroup")]
    #[inline]
    pub fn restore(&self, group: &GroupId) -> Result<Group> {
        self.0.post("/groups/{group_id}/restore", &[group]).decode()
    }

    /// Gets the member count of a group.
    ///
    /// `GET /groups/{group_id}/stats`
    ///
    /// Required permission: `manage_system`. Since server 5.26.
    #[doc(alias = "GetGroupStats")]
    #[inline]
    pub fn stats(&self, group: &GroupId) -> Result<GroupStats> {
        self.0.get("/groups/{group_id}/stats", &[group]).decode()
    }

    /// Lists one page of the members of a group.
    ///
    /// `GET /groups/{group_id}/members`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "GetGroupUsers")]
    #[inline]
    pub fn list_members(&self, group: &GroupId, page: &Page) -> Result<GroupMemberList> {
        self.0.get("/groups/{group_id}/members", &[group]).query(page).decode()
    }

    /// Iterates over the members of a group, fetching 200 per request.
    #[inline]
    pub fn all_members(&self, group: &GroupId) -> Pages<'c, User> {
        let (groups, group) = (*self, group.clone());
        pages(move |number| groups.list_members(&group, &Page::full(number)).map(|list| list.members))
    }

    /// Adds users to a custom group.
    ///
    /// `POST /groups/{group_id}/members`
    ///
    /// Required permission: `manage_custom_group_members`. Since server 6.3.
    #[doc(alias = "AddGroupMembers")]
    #[inline]
    pub fn add_members(&self, group: &GroupId, users: &[UserId]) -> Result<Vec<GroupMember>> {
        self.0.post("/groups/{group_id}/members", &[group]).json(&json!({"user_ids": users})).decode()
    }

    /// Removes users from a custom group. The request is a DELETE with a body, which some proxies drop.
    ///
    /// `DELETE /groups/{group_id}/members`
    ///
    /// Required permission: `manage_custom_group_members`. Since server 6.3.
    #[doc(alias = "DeleteGroupMembers")]
    #[inline]
    pub fn remove_members(&self, group: &GroupId, users: &[UserId]) -> Result<Vec<GroupMember>> {
        self.0.delete("/groups/{group_id}/members", &[group]).json(&json!({"user_ids": users})).decode()
    }

    /// Unlinks a group from LDAP.
    ///
    /// `DELETE /ldap/groups/{remote_id}/link`
    ///
    /// Required permission: `manage_system`. Since server 5.11.
    #[doc(alias = "UnlinkLdapGroup")]
    #[inline]
    pub fn unlink_ldap(&self, remote_id: &str) -> Result<()> {
        self.0.delete("/ldap/groups/{remote_id}/link", &[&remote_id]).send()
    }
}
