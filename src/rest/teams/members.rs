//! Who is in a team, and how to get in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Teams;
use crate::error::Result;
use crate::model::{
    EmailInviteWithError, GroupId, GuestInvite, Page, SchemeRoles, Team, TeamId, TeamInvite, TeamMember,
    TeamMemberPage, TeamMemberWithError, UserId, UsersWithGroupsAndCount,
};
use crate::page::{MOST, Pages, pages};
use crate::rest::{comma, real_id};
use crate::secret::Secret;

impl<'c> Teams<'c> {
    /// Lists one page of a team's members.
    ///
    /// `GET /teams/{team_id}/members`
    ///
    /// Permission: `view_team`.
    #[doc(alias = "GetTeamMembers")]
    pub fn list_members(&self, team: &TeamId, page: &TeamMemberPage) -> Result<Vec<TeamMember>> {
        self.0.get("/teams/{team_id}/members", &[team]).query(page).fetch()
    }

    /// Goes through a team's members, 200 a call; the paging of `page` does not count.
    pub fn all_members(&self, team: &TeamId, page: &TeamMemberPage) -> Pages<'c, TeamMember> {
        let (group, team, page) = (*self, team.clone(), page.clone());
        pages(move |number| group.list_members(&team, &page.clone().page(number).per_page(MOST)))
    }

    /// Gets a membership; 404 if there is none.
    ///
    /// `GET /teams/{team_id}/members/{user_id}`
    ///
    /// Permission: `view_team`.
    #[doc(alias = "GetTeamMember")]
    pub fn get_member(&self, team: &TeamId, user: &UserId) -> Result<TeamMember> {
        self.0.get("/teams/{team_id}/members/{user_id}", &[team, user]).fetch()
    }

    /// Gets memberships by account.
    ///
    /// `POST /teams/{team_id}/members/ids`
    ///
    /// Permission: `view_team`.
    #[doc(alias = "GetTeamMembersByIds")]
    pub fn list_members_by_ids(&self, team: &TeamId, users: &[UserId]) -> Result<Vec<TeamMember>> {
        self.0.post("/teams/{team_id}/members/ids", &[team]).json(&users).reads().fetch()
    }

    /// Lists an account's memberships.
    ///
    /// `GET /users/{user_id}/teams/members`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "GetTeamMembersForUser")]
    pub fn list_memberships(&self, user: &UserId) -> Result<Vec<TeamMember>> {
        self.0.get("/users/{user_id}/teams/members", &[user]).fetch()
    }

    /// Puts an account into a team. One who is in already is no error.
    ///
    /// `POST /teams/{team_id}/members`
    ///
    /// Permission: `add_user_to_team`; for oneself `join_public_teams` or `join_private_teams`.
    #[doc(alias = "AddTeamMember")]
    pub fn add_member(&self, team: &TeamId, user: &UserId) -> Result<TeamMember> {
        let body = json!({"team_id": team, "user_id": real_id(self.0, user)?});
        self.0.post("/teams/{team_id}/members", &[team]).json(&body).fetch()
    }

    /// Puts up to 256 accounts into a team: all, or none if one of them cannot be.
    ///
    /// `POST /teams/{team_id}/members/batch`
    ///
    /// Permission: `add_user_to_team`.
    #[doc(alias = "AddTeamMembers")]
    pub fn add_members(&self, team: &TeamId, users: &[UserId]) -> Result<Vec<TeamMember>> {
        self.0.post("/teams/{team_id}/members/batch", &[team]).json(&members(team, users)).fetch()
    }

    /// Puts up to 256 accounts into a team, and tells of each what became of it.
    ///
    /// `POST /teams/{team_id}/members/batch`
    ///
    /// Permission: `add_user_to_team`. Since 5.20.
    #[doc(alias = "AddTeamMembers")]
    pub fn try_add_members(&self, team: &TeamId, users: &[UserId]) -> Result<Vec<TeamMemberWithError>> {
        let call = self.0.post("/teams/{team_id}/members/batch", &[team]).param("graceful", true);
        call.json(&members(team, users)).fetch()
    }

    /// Takes an account out of a team; with [`UserId::me`] one leaves.
    ///
    /// `DELETE /teams/{team_id}/members/{user_id}`
    ///
    /// Permission: `remove_user_from_team`.
    #[doc(alias = "RemoveTeamMember")]
    pub fn remove_member(&self, team: &TeamId, user: &UserId) -> Result<()> {
        self.0.delete("/teams/{team_id}/members/{user_id}", &[team, user]).ok()
    }

    /// Sets a member's roles, as `team_user`, `team_admin`.
    ///
    /// `PUT /teams/{team_id}/members/{user_id}/roles`
    ///
    /// Permission: `manage_team_roles`.
    #[doc(alias = "UpdateTeamMemberRoles")]
    pub fn set_member_roles(&self, team: &TeamId, user: &UserId, roles: &[&str]) -> Result<()> {
        let template = "/teams/{team_id}/members/{user_id}/roles";
        self.0.put(template, &[team, user]).json(&json!({"roles": roles.join(" ")})).ok()
    }

    /// Sets which roles of the scheme a member has.
    ///
    /// `PUT /teams/{team_id}/members/{user_id}/schemeRoles`
    ///
    /// Permission: `manage_team_roles`. Since 5.0.
    #[doc(alias = "UpdateTeamMemberSchemeRoles")]
    pub fn set_member_scheme_roles(&self, team: &TeamId, user: &UserId, roles: &SchemeRoles) -> Result<()> {
        self.0.put("/teams/{team_id}/members/{user_id}/schemeRoles", &[team, user]).json(roles).ok()
    }

    /// Lists one page of the members who would have to leave if only these groups were let in.
    ///
    /// `GET /teams/{team_id}/members_minus_group_members`
    ///
    /// Permission: `manage_system`. Since 5.14.
    #[doc(alias = "TeamMembersMinusGroupMembers")]
    pub fn members_minus_groups(
        &self,
        team: &TeamId,
        groups: &[GroupId],
        page: &Page,
    ) -> Result<UsersWithGroupsAndCount> {
        let template = "/teams/{team_id}/members_minus_group_members";
        self.0.get(template, &[team]).param("group_ids", comma(groups)).query(page).fetch()
    }

    /// Joins a team by its `invite_id`.
    ///
    /// `POST /teams/members/invite`
    #[doc(alias = "AddTeamMemberFromInvite")]
    pub fn join_by_invite(&self, invite_id: &str) -> Result<TeamMember> {
        self.0.post("/teams/members/invite", &[]).param("invite_id", invite_id).fetch()
    }

    /// Joins a team with the token of an invitation by mail.
    ///
    /// `POST /teams/members/invite`
    #[doc(alias = "AddTeamMemberFromInvite")]
    pub fn join_by_token(&self, token: &Secret) -> Result<TeamMember> {
        self.0.post("/teams/members/invite", &[]).param("token", token.expose()).fetch()
    }

    /// Invites people by mail. It succeeds whether or not the mails go out.
    ///
    /// `POST /teams/{team_id}/invite/email`
    ///
    /// Permissions, as the case may be: `invite_user`, `add_user_to_team`.
    #[doc(alias = "InviteUsersToTeam")]
    pub fn invite(&self, team: &TeamId, invite: &TeamInvite) -> Result<()> {
        self.0.post("/teams/{team_id}/invite/email", &[team]).json(&as_sent(invite)).ok()
    }

    /// Invites people by mail, and tells of each what became of it.
    ///
    /// `POST /teams/{team_id}/invite/email`
    ///
    /// Permissions, as the case may be: `invite_user`, `add_user_to_team`.
    #[doc(alias = "InviteUsersToTeam")]
    pub fn try_invite(&self, team: &TeamId, invite: &TeamInvite) -> Result<Vec<EmailInviteWithError>> {
        let call = self.0.post("/teams/{team_id}/invite/email", &[team]).param("graceful", true);
        call.json(&as_sent(invite)).fetch()
    }

    /// Invites guests by mail. Needs a licence.
    ///
    /// `POST /teams/{team_id}/invite-guests/email`
    ///
    /// Permission: `invite_guest`. Since 5.16.
    #[doc(alias = "InviteGuestsToTeam")]
    pub fn invite_guests(&self, team: &TeamId, invite: &GuestInvite) -> Result<()> {
        self.0.post("/teams/{team_id}/invite-guests/email", &[team]).json(invite).ok()
    }

    /// Invites guests by mail, and tells of each what became of it. Needs a licence.
    ///
    /// `POST /teams/{team_id}/invite-guests/email`
    ///
    /// Permission: `invite_guest`. Since 5.16.
    #[doc(alias = "InviteGuestsToTeam")]
    pub fn try_invite_guests(
        &self,
        team: &TeamId,
        invite: &GuestInvite,
    ) -> Result<Vec<EmailInviteWithError>> {
        let template = "/teams/{team_id}/invite-guests/email";
        self.0.post(template, &[team]).param("graceful", true).json(invite).fetch()
    }

    /// Makes all invitations by mail worthless.
    ///
    /// `DELETE /teams/invites/email`
    ///
    /// Permission: `sysconsole_write_authentication`.
    #[doc(alias = "InvalidateEmailInvites")]
    pub fn invalidate_email_invites(&self) -> Result<()> {
        self.0.delete("/teams/invites/email", &[]).ok()
    }

    /// Makes a new `invite_id`; the old one is worthless.
    ///
    /// `POST /teams/{team_id}/regenerate_invite_id`
    ///
    /// Permission: `manage_team`.
    #[doc(alias = "RegenerateTeamInviteId")]
    pub fn regenerate_invite_id(&self, team: &TeamId) -> Result<Team> {
        self.0.post("/teams/{team_id}/regenerate_invite_id", &[team]).fetch()
    }
}

fn members<'m>(team: &'m TeamId, users: &'m [UserId]) -> Vec<BTreeMap<&'static str, &'m str>> {
    users
        .iter()
        .map(|user| BTreeMap::from([("team_id", team.as_str()), ("user_id", user.as_str())]))
        .collect()
}

/// Old servers (5.37) take nothing but a list of addresses.
fn as_sent(invite: &TeamInvite) -> Value {
    if invite.channels.is_none() && invite.message.is_none() { json!(invite.emails) } else { json!(invite) }
}
