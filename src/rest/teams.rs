//! Teams: lookup, creation, updates and archiving.

mod members;

use std::collections::BTreeMap;

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    Page, SchemeId, Team, TeamDraft, TeamId, TeamPage, TeamPatch, TeamSearch, TeamStats, TeamType,
    TeamUnread, TeamsWithCount, UserId,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::names::explain_team;
use crate::rest::{Paged, Upload};

/// Teams. Returned by [`Client::teams`](crate::Client::teams).
#[derive(Clone, Copy, Debug)]
pub struct Teams<'c>(pub(crate) &'c HttpClient);

impl<'c> Teams<'c> {
    /// Gets a team.
    ///
    /// `GET /teams/{team_id}`
    ///
    /// Required permission: `view_team`.
    #[doc(alias = "GetTeam")]
    #[inline]
    pub fn get(&self, team: &TeamId) -> Result<Team> {
        self.0.get("/teams/{team_id}", &[team]).decode()
    }

    /// Gets a team by its short name.
    ///
    /// `GET /teams/name/{name}`
    ///
    /// Required permission: `view_team`.
    #[doc(alias = "GetTeamByName")]
    #[inline]
    pub fn get_by_name(&self, name: &str) -> Result<Team> {
        self.0.get("/teams/name/{name}", &[&name]).decode().map_err(|error| explain_team(error, name))
    }

    /// Checks whether a short name is in use, as far as the current account can see.
    ///
    /// `GET /teams/name/{name}/exists`
    ///
    /// Required permissions, depending on the request: `list_public_teams`, `list_private_teams`.
    #[doc(alias = "TeamExists")]
    #[inline]
    pub fn exists(&self, name: &str) -> Result<bool> {
        self.0.get("/teams/name/{name}/exists", &[&name]).decode_member_or_default("exists")
    }

    /// Gets the name and description of the team with a given `invite_id`.
    ///
    /// `GET /teams/invite/{invite_id}`
    ///
    /// Does not require a login. Since server 4.0.
    #[doc(alias = "GetTeamInviteInfo")]
    #[inline]
    pub fn get_by_invite(&self, invite_id: &str) -> Result<Team> {
        self.0.get("/teams/invite/{invite_id}", &[&invite_id]).decode()
    }

    /// Lists the teams of a user.
    ///
    /// `GET /users/{user_id}/teams`
    ///
    /// For other users, requires the permission `sysconsole_read_user_management_users`.
    #[doc(alias = "GetTeamsForUser")]
    #[inline]
    pub fn list_for_user(&self, user: &UserId) -> Result<Vec<Team>> {
        self.0.get("/users/{user_id}/teams", &[user]).decode()
    }

    /// Lists one page of all teams that are visible to the current account.
    ///
    /// `GET /teams`
    ///
    /// Required permissions, depending on the request: `sysconsole_read_compliance_data_retention_policy`,
    /// `list_private_teams`, `list_public_teams`.
    #[doc(alias = "GetAllTeams")]
    #[inline]
    pub fn list(&self, page: &TeamPage) -> Result<Vec<Team>> {
        self.0.get("/teams", &[]).query(page).decode()
    }

    /// Iterates over all visible teams, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &TeamPage) -> Pages<'c, Team> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Lists one page of all teams, and their total number.
    ///
    /// `GET /teams`
    ///
    /// Required permissions, depending on the request: `sysconsole_read_compliance_data_retention_policy`,
    /// `list_private_teams`, `list_public_teams`.
    #[doc(alias = "GetAllTeams")]
    #[inline]
    pub fn list_counted(&self, page: &TeamPage) -> Result<TeamsWithCount> {
        self.0.get("/teams", &[]).query(page).param("include_total_count", true).decode()
    }

    /// Searches teams.
    ///
    /// `POST /teams/search`
    ///
    /// Required permissions, depending on the request: `sysconsole_read_compliance_data_retention_policy`,
    /// `list_private_teams`, `list_public_teams`.
    #[doc(alias = "SearchTeams")]
    #[inline]
    pub fn search(&self, search: &TeamSearch) -> Result<Vec<Team>> {
        self.0.post("/teams/search", &[]).json(search).safe().decode()
    }

    /// Gets one page of matching teams, and their total number.
    ///
    /// `POST /teams/search`
    ///
    /// Required permissions, depending on the request: `sysconsole_read_compliance_data_retention_policy`,
    /// `list_private_teams`, `list_public_teams`.
    #[doc(alias = "SearchTeams")]
    #[inline]
    pub fn search_counted(&self, search: &TeamSearch, page: &Page) -> Result<TeamsWithCount> {
        self.0.post("/teams/search", &[]).json(&Paged::new(search, page)).safe().decode()
    }

    /// Creates a team.
    ///
    /// `POST /teams`
    ///
    /// Required permission: `create_team`.
    #[doc(alias = "CreateTeam")]
    #[inline]
    pub fn create(&self, draft: &TeamDraft) -> Result<Team> {
        self.0.post("/teams", &[]).json(draft).decode()
    }

    /// Replaces a team with the given value. Start from the result of [`get`](Self::get).
    ///
    /// `PUT /teams/{team_id}`
    ///
    /// Required permission: `manage_team`.
    #[doc(alias = "UpdateTeam")]
    #[inline]
    pub fn update(&self, team: &Team) -> Result<Team> {
        self.0.put("/teams/{team_id}", &[&team.id]).json(team).decode()
    }

    /// Updates a team. Unset fields keep their values.
    ///
    /// `PUT /teams/{team_id}/patch`
    ///
    /// Required permission: `manage_team`.
    #[doc(alias = "PatchTeam")]
    #[inline]
    pub fn patch(&self, team: &TeamId, patch: &TeamPatch) -> Result<Team> {
        self.0.put("/teams/{team_id}/patch", &[team]).json(patch).decode()
    }

    /// Opens a team to all users, or restricts it to invited users.
    ///
    /// `PUT /teams/{team_id}/privacy`
    ///
    /// Required permissions: `manage_team`, `invite_user`. Since server 5.24.
    #[doc(alias = "UpdateTeamPrivacy")]
    #[inline]
    pub fn set_privacy(&self, team: &TeamId, kind: &TeamType) -> Result<Team> {
        self.0.put("/teams/{team_id}/privacy", &[team]).json(&json!({"privacy": kind})).decode()
    }

    /// Archives a team.
    ///
    /// `DELETE /teams/{team_id}`
    ///
    /// Required permission: `manage_team`.
    #[doc(alias = "SoftDeleteTeam")]
    #[inline]
    pub fn archive(&self, team: &TeamId) -> Result<()> {
        self.0.delete("/teams/{team_id}", &[team]).send()
    }

    /// Permanently deletes a team and all its data, if the server settings allow it.
    ///
    /// `DELETE /teams/{team_id}`
    ///
    /// Required permission: `manage_team`.
    #[doc(alias = "SoftDeleteTeam")]
    #[inline]
    pub fn delete_permanently(&self, team: &TeamId) -> Result<()> {
        self.0.delete("/teams/{team_id}", &[team]).param("permanent", true).send()
    }

    /// Restores an archived team.
    ///
    /// `POST /teams/{team_id}/restore`
    ///
    /// Required permission: `manage_team`. Since server 5.24.
    #[doc(alias = "RestoreTeam")]
    #[inline]
    pub fn restore(&self, team: &TeamId) -> Result<Team> {
        self.0.post("/teams/{team_id}/restore", &[team]).decode()
    }

    /// Gets the number of members of a team.
    ///
    /// `GET /teams/{team_id}/stats`
    ///
    /// Required permission: `view_team`.
    #[doc(alias = "GetTeamStats")]
    #[inline]
    pub fn stats(&self, team: &TeamId) -> Result<TeamStats> {
        self.0.get("/teams/{team_id}/stats", &[team]).decode()
    }

    /// Gets the team icon. Returns 404 if there is none.
    ///
    /// `GET /teams/{team_id}/image`
    ///
    /// Required permission: `view_team`. Since server 4.9.
    #[doc(alias = "GetTeamIcon")]
    #[inline]
    pub fn image(&self, team: &TeamId) -> Result<Vec<u8>> {
        self.0.get("/teams/{team_id}/image", &[team]).bytes()
    }

    /// Sets the team icon. Must be PNG, JPEG or GIF.
    ///
    /// `POST /teams/{team_id}/image`
    ///
    /// Required permission: `manage_team`. Since server 4.9.
    #[doc(alias = "SetTeamIcon")]
    #[inline]
    pub fn set_image(&self, team: &TeamId, image: Upload<'_>) -> Result<()> {
        self.0.post("/teams/{team_id}/image", &[team]).body(image.into_form("image")).send()
    }

    /// Removes the team icon. [`image`](Self::image) may still return the old one.
    ///
    /// `DELETE /teams/{team_id}/image`
    ///
    /// Required permission: `manage_team`. Since server 4.10.
    #[doc(alias = "RemoveTeamIcon")]
    #[inline]
    pub fn delete_image(&self, team: &TeamId) -> Result<()> {
        self.0.delete("/teams/{team_id}/image", &[team]).send()
    }

    /// Assigns a permission scheme to a team.
    ///
    /// `PUT /teams/{team_id}/scheme`
    ///
    /// Required permission: `manage_system`. Since server 5.0.
    #[doc(alias = "UpdateTeamScheme")]
    #[inline]
    pub fn set_scheme(&self, team: &TeamId, scheme: &SchemeId) -> Result<()> {
        self.0.put("/teams/{team_id}/scheme", &[team]).json(&json!({"scheme_id": scheme})).send()
    }

    /// Gets the unread counts of a user, by team.
    ///
    /// `GET /users/{user_id}/teams/unread`
    ///
    /// For other users, requires the permission `manage_system`.
    #[doc(alias = "GetTeamsUnreadForUser")]
    #[inline]
    pub fn list_unread(&self, user: &UserId) -> Result<Vec<TeamUnread>> {
        self.0.get("/users/{user_id}/teams/unread", &[user]).param("include_collapsed_threads", true).decode()
    }

    /// Gets the unread counts of a user in a team.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/unread`
    ///
    /// Required permission: `view_team`. For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetTeamUnread")]
    #[inline]
    pub fn unread(&self, user: &UserId, team: &TeamId) -> Result<TeamUnread> {
        self.0.get("/users/{user_id}/teams/{team_id}/unread", &[user, team]).decode()
    }

    /// Imports the channels and posts of a Slack export into a team. Returns the import log, encoded in
    /// base64.
    ///
    /// `POST /teams/{team_id}/import`
    ///
    /// Required permission: `import_team`.
    #[doc(alias = "ImportTeam")]
    #[inline]
    pub fn import_slack(&self, team: &TeamId, export: Upload<'_>, size: u64) -> Result<String> {
        let form = export.into_form_with("file", |form| {
            form.text("filesize", size.to_string()).text("importFrom", "slack")
        });
        let mut answer: BTreeMap<String, String> =
            self.0.post("/teams/{team_id}/import", &[team]).body(form).decode()?;
        Ok(answer.remove("results").unwrap_or_default())
    }
}
