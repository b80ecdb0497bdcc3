//! Team members, and ways to join a team.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Teams;
use crate::error::Result;
use crate::model::{
    EmailInviteWithError, GroupId, GuestInvite, Page, SchemeRoles, Team, TeamId, TeamInvite, TeamMember,
    TeamMemberPage, TeamMemberWithError, UserId, UsersWithGroupsAndCount,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::{comma_separated, real_id};
use crate::secret::Secret;

impl<'c> Teams<'c> {
    /// Lists one page of a team's members.
    ///
    /// `GET /teams/{team_id}/members`
    ///
    /// Required permission: `view_team`.
    #[doc(alias = "GetTeamMembers")]
    #[inline]
    pub fn list_members(&self, team: &TeamId, page: &TeamMemberPage) -> Result<Vec<TeamMember>> {
        self.0.get("/teams/{team_id}/members", &[team]).query(page).decode()
    }

    /// Iterates over a team's members, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all_members(&self, team: &TeamId, page: &TeamMemberPage) -> Pages<'c, TeamMember> {
        let (group, team, page) = (*self, team.clone(), page.clone());
        pages(move |number| group.list_members(&team, &page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Gets a team membership. Returns 404 if there is none.
    ///
    /// `GET /teams/{team_id}/members/{user_id}`
    ///
    /// Required permission: `view_team`.
    #[doc(alias = "GetTeamMember")]
    #[inline]
    pub fn get_member(&self, team: &TeamId, user: &UserId) -> Result<TeamMember> {
        self.0.get("/teams/{team_id}/members/{user_id}", &[team, user]).decode()
    }

    /// Gets team memberships by user ID.
    ///
    /// `POST /teams/{team_id}/members/ids`
    ///
    /// Required permission: `view_team`.
    #[doc(alias = "GetTeamMembersByIds")]
    #[inline]
    pub fn list_members_by_ids(&self, team: &TeamId, users: &[UserId]) -> Result<Vec<TeamMember>> {
        self.0.post("/teams/{team_id}/members/ids", &[team]).json(&users).safe().decode()
    }

    /// Lists the team memberships of a user.
    ///
    /// `GET /users/{user_id}/teams/members`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetTeamMembersForUser")]
    #[inline]
    pub fn list_memberships(&self, user: &UserId) -> Result<Vec<TeamMember>> {
        self.0.get("/users/{user_id}/teams/members", &[user]).decode()
    }

    /// Adds a user to a team. Adding a member again is not an error.
    ///
    /// `POST /teams/{team_id}/members`
    ///
    /// Required permission: `add_user_to_team`; for the current account, `join_public_teams` or `join_private_teams`.
    #[doc(alias = "AddTeamMember")]
    #[inline]
    pub fn add_member(&self, team: &TeamId, user: &UserId) -> Result<TeamMember> {
        let body = json!({"team_id": team, "user_id": real_id(self.0, user)?});
        self.0.post("/teams/{team_id}/members", &[team]).json(&body).decode()
    }

    /// Adds up to 256 users to a team. Adds none of them if one cannot be added.
    ///
    /// `POST /teams/{team_id}/members/batch`
    ///
    /// Required permission: `add_user_to_team`.
    #[doc(alias = "AddTeamMembers")]
    #[inline]
    pub fn add_members(&self, team: &TeamId, users: &[UserId]) -> Result<Vec<TeamMember>> {
        self.0.post("/teams/{team_id}/members/batch", &[team]).json(&members(team, users)).decode()
    }

    /// Adds up to 256 users to a team and returns a result for each.
    ///
    /// `POST /teams/{team_id}/members/batch`
    ///
    /// Required permission: `add_user_to_team`. Since server 5.20.
    #[doc(alias = "AddTeamMembers")]
    #[inline]
    pub fn try_add_members(&self, team: &TeamId, users: &[UserId]) -> Result<Vec<TeamMemberWithError>> {
        let call = self.0.post("/teams/{team_id}/members/batch", &[team]).param("graceful", true);
        call.json(&members(team, users)).decode()
    }

    /// Removes a user from a team. Pass [`UserId::me`] to leave it.
    ///
    /// `DELETE /teams/{team_id}/members/{user_id}`
    ///
    /// For other users, requires the permission `remove_user_from_team`.
    #[doc(alias = "RemoveTeamMember")]
    #[inline]
    pub fn remove_member(&self, team: &TeamId, user: &UserId) -> Result<()> {
        self.0.delete("/teams/{team_id}/members/{user_id}", &[team, user]).send()
    }

    /// Sets the roles of a member, for example `team_user` or `team_admin`.
    ///
    /// `PUT /teams/{team_id}/members/{user_id}/roles`
    ///
    /// Required permission: `manage_team_roles`.
    #[doc(alias = "UpdateTeamMemberRoles")]
    #[inline]
    pub fn set_member_roles(&self, team: &TeamId, user: &UserId, roles: &[&str]) -> Result<()> {
        let template = "/teams/{team_id}/members/{user_id}/roles";
        self.0.put(template, &[team, user]).json(&json!({"roles": roles.join(" ")})).send()
    }

    /// Sets the scheme roles of a member.
    ///
    /// `PUT /teams/{team_id}/members/{user_id}/schemeRoles`
    ///
    /// Required permission: `manage_team_roles`. Since server 5.0.
    #[doc(alias = "UpdateTeamMemberSchemeRoles")]
    #[inline]
    pub fn set_member_scheme_roles(&self, team: &TeamId, user: &UserId, roles: &SchemeRoles) -> Result<()> {
        self.0.put("/teams/{team_id}/members/{user_id}/schemeRoles", &[team, user]).json(roles).send()
    }

    /// Lists one page of the members who belong to none of the given groups.
    ///
    /// `GET /teams/{team_id}/members_minus_group_members`
    ///
    /// Required permission: `manage_system`. Since server 5.14.
    #[doc(alias = "TeamMembersMinusGroupMembers")]
    #[inline]
    pub fn members_minus_groups(
        &self,
        team: &TeamId,
        groups: &[GroupId],
        page: &Page,
    ) -> Result<UsersWithGroupsAndCount> {
        let template = "/teams/{team_id}/members_minus_group_members";
        self.0.get(template, &[team]).param("group_ids", comma_separated(groups)).query(page).decode()
    }

    /// Joins a team by its `invite_id`.
    ///
    /// `POST /teams/members/invite`
    #[doc(alias = "AddTeamMemberFromInvite")]
    #[inline]
    pub fn join_by_invite(&self, invite_id: &str) -> Result<TeamMember> {
        self.0.post("/teams/members/invite", &[]).param("invite_id", invite_id).decode()
    }

    /// Joins a team with the token of an email invitation.
    ///
    /// `POST /teams/members/invite`
    #[doc(alias = "AddTeamMemberFromInvite")]
    #[inline]
    pub fn join_by_token(&self, token: &Secret) -> Result<TeamMember> {
        self.0.post("/teams/members/invite", &[]).secret_param("token", token).decode()
    }

    /// Invites people by email. Succeeds even if the emails cannot be sent.
    ///
    /// `POST /teams/{team_id}/invite/email`
    ///
    /// Required permissions, depending on the request: `invite_user`, `add_user_to_team`.
    #[doc(alias = "InviteUsersToTeam")]
    #[inline]
    pub fn invite(&self, team: &TeamId, invite: &TeamInvite) -> Result<()> {
        self.0.post("/teams/{team_id}/invite/email", &[team]).json(&as_sent(invite)).send()
    }

    /// Invites people by email and returns a result for each.
    ///
    /// `POST /teams/{team_id}/invite/email`
    ///
    /// Required permissions, depending on the request: `invite_user`, `add_user_to_team`.
    #[doc(alias = "InviteUsersToTeam")]
    #[inline]
    pub fn try_invite(&self, team: &TeamId, invite: &TeamInvite) -> Result<Vec<EmailInviteWithError>> {
        let call = self.0.post("/teams/{team_id}/invite/email", &[team]).param("graceful", true);
        call.json(&as_sent(invite)).decode()
    }

    /// Invites guests by email. Requires a license.
    ///
    /// `POST /teams/{team_id}/invite-guests/email`
    ///
    /// Required permission: `invite_guest`. Since server 5.16.
    #[doc(alias = "InviteGuestsToTeam")]
    #[inline]
    pub fn invite_guests(&self, team: &TeamId, invite: &GuestInvite) -> Result<()> {
        self.0.post("/teams/{team_id}/invite-guests/email", &[team]).json(invite).send()
    }

    /// Invites guests by email and returns a result for each. Requires a license.
    ///
    /// `POST /teams/{team_id}/invite-guests/email`
    ///
    /// Required permission: `invite_guest`. Since server 5.16.
    #[doc(alias = "InviteGuestsToTeam")]
    #[inline]
    pub fn try_invite_guests(
        &self,
        team: &TeamId,
        invite: &GuestInvite,
    ) -> Result<Vec<EmailInviteWithError>> {
        let template = "/teams/{team_id}/invite-guests/email";
        self.0.post(template, &[team]).param("graceful", true).json(invite).decode()
    }

    /// Invalidates all pending email invitations.
    ///
    /// `DELETE /teams/invites/email`
    ///
    /// Required permission: `sysconsole_write_authentication`.
    #[doc(alias = "InvalidateEmailInvites")]
    #[inline]
    pub fn invalidate_email_invites(&self) -> Result<()> {
        self.0.delete("/teams/invites/email", &[]).send()
    }

    /// Generates a new `invite_id` and invalidates the old one.
    ///
    /// `POST /teams/{team_id}/regenerate_invite_id`
    ///
    /// Required permission: `manage_team`.
    #[doc(alias = "RegenerateTeamInviteId")]
    #[inline]
    pub fn regenerate_invite_id(&self, team: &TeamId) -> Result<Team> {
        self.0.post("/teams/{team_id}/regenerate_invite_id", &[team]).decode()
    }
}

fn members<'m>(team: &'m TeamId, users: &'m [UserId]) -> Vec<BTreeMap<&'static str, &'m str>> {
    users
        .iter()
        .map(|user| BTreeMap::from([("team_id", team.as_str()), ("user_id", user.as_str())]))
        .collect()
}

/// Older servers (5.37) accept only a list of addresses.
fn as_sent(invite: &TeamInvite) -> Value {
    if invite.channels.is_none() && invite.message.is_none() { json!(invite.emails) } else { json!(invite) }
}
