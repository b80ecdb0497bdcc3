//! Teams: find, make, change and end them.

mod members;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    Page, SchemeId, Team, TeamDraft, TeamId, TeamPage, TeamPatch, TeamSearch, TeamStats, TeamType,
    TeamUnread, TeamsWithCount, UserId,
};
use crate::page::{MOST, Pages, pages};
use crate::rest::{Paged, Upload};

/// Teams, by [`Client::teams`](crate::Client::teams).
#[derive(Clone, Copy, Debug)]
pub struct Teams<'c>(pub(crate) &'c Http);

impl<'c> Teams<'c> {
    /// Gets a team.
    ///
    /// `GET /teams/{team_id}`
    ///
    /// Permission: `view_team`.
    #[doc(alias = "GetTeam")]
    pub fn get(&self, team: &TeamId) -> Result<Team> {
        self.0.get("/teams/{team_id}", &[team]).fetch()
    }

    /// Gets a team by its short name.
    ///
    /// `GET /teams/name/{name}`
    ///
    /// Permission: `view_team`.
    #[doc(alias = "GetTeamByName")]
    pub fn get_by_name(&self, name: &str) -> Result<Team> {
        self.0.get("/teams/name/{name}", &[&name]).fetch()
    }

    /// Tells whether a short name is taken, as far as one may know.
    ///
    /// `GET /teams/name/{name}/exists`
    ///
    /// Permissions, as the case may be: `list_public_teams`, `list_private_teams`.
    #[doc(alias = "TeamExists")]
    pub fn exists(&self, name: &str) -> Result<bool> {
        self.0.get("/teams/name/{name}/exists", &[&name]).fetch::<Exists>().map(|answer| answer.exists)
    }

    /// Gets name and description of the team that an `invite_id` leads to.
    ///
    /// `GET /teams/invite/{invite_id}`
    ///
    /// Needs no login. Since 4.0.
    #[doc(alias = "GetTeamInviteInfo")]
    pub fn get_by_invite(&self, invite_id: &str) -> Result<Team> {
        self.0.get("/teams/invite/{invite_id}", &[&invite_id]).fetch()
    }

    /// Lists the teams that an account is in.
    ///
    /// `GET /users/{user_id}/teams`
    ///
    /// Permission: `manage_system`.
    #[doc(alias = "GetTeamsForUser")]
    pub fn list_for_user(&self, user: &UserId) -> Result<Vec<Team>> {
        self.0.get("/users/{user_id}/teams", &[user]).fetch()
    }

    /// Lists one page of all teams that one may see.
    ///
    /// `GET /teams`
    ///
    /// Permissions, as the case may be: `sysconsole_read_compliance_data_retention_policy`,
    /// `list_private_teams`, `list_public_teams`.
    #[doc(alias = "GetAllTeams")]
    pub fn list(&self, page: &TeamPage) -> Result<Vec<Team>> {
        self.0.get("/teams", &[]).query(page).fetch()
    }

    /// Goes through all teams that one may see, 200 a call; the paging of `page` does not count.
    pub fn all(&self, page: &TeamPage) -> Pages<'c, Team> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MOST)))
    }

    /// Lists one page of all teams, and says how many there are.
    ///
    /// `GET /teams`
    ///
    /// Permissions, as the case may be: `sysconsole_read_compliance_data_retention_policy`,
    /// `list_private_teams`, `list_public_teams`.
    #[doc(alias = "GetAllTeams")]
    pub fn list_counted(&self, page: &TeamPage) -> Result<TeamsWithCount> {
        self.0.get("/teams", &[]).query(page).param("include_total_count", true).fetch()
    }

    /// Searches teams.
    ///
    /// `POST /teams/search`
    ///
    /// Permissions, as the case may be: `sysconsole_read_compliance_data_retention_policy`,
    /// `list_private_teams`, `list_public_teams`.
    #[doc(alias = "SearchTeams")]
    pub fn search(&self, search: &TeamSearch) -> Result<Vec<Team>> {
        self.0.post("/teams/search", &[]).json(search).reads().fetch()
    }

    /// Gets one page of the teams found, and says how many there are.
    ///
    /// `POST /teams/search`
    ///
    /// Permissions, as the case may be: `sysconsole_read_compliance_data_retention_policy`,
    /// `list_private_teams`, `list_public_teams`.
    #[doc(alias = "SearchTeams")]
    pub fn search_counted(&self, search: &TeamSearch, page: &Page) -> Result<TeamsWithCount> {
        self.0.post("/teams/search", &[]).json(&Paged::new(search, page)).reads().fetch()
    }

    /// Creates a team.
    ///
    /// `POST /teams`
    ///
    /// Permission: `create_team`.
    #[doc(alias = "CreateTeam")]
    pub fn create(&self, draft: &TeamDraft) -> Result<Team> {
        self.0.post("/teams", &[]).json(draft).fetch()
    }

    /// Replaces a team by what is given: start from [`get`](Self::get).
    ///
    /// `PUT /teams/{team_id}`
    ///
    /// Permission: `manage_team`.
    #[doc(alias = "UpdateTeam")]
    pub fn update(&self, team: &Team) -> Result<Team> {
        self.0.put("/teams/{team_id}", &[&team.id]).json(team).fetch()
    }

    /// Changes what is set in `patch`.
    ///
    /// `PUT /teams/{team_id}/patch`
    ///
    /// Permission: `manage_team`.
    #[doc(alias = "PatchTeam")]
    pub fn patch(&self, team: &TeamId, patch: &TeamPatch) -> Result<Team> {
        self.0.put("/teams/{team_id}/patch", &[team]).json(patch).fetch()
    }

    /// Lets anybody join, or only who is invited.
    ///
    /// `PUT /teams/{team_id}/privacy`
    ///
    /// Permissions, as the case may be: `manage_team`, `invite_user`. Since 5.24.
    #[doc(alias = "UpdateTeamPrivacy")]
    pub fn set_privacy(&self, team: &TeamId, kind: &TeamType) -> Result<Team> {
        self.0.put("/teams/{team_id}/privacy", &[team]).json(&json!({"privacy": kind})).fetch()
    }

    /// Archives a team.
    ///
    /// `DELETE /teams/{team_id}`
    ///
    /// Permission: `manage_team`.
    #[doc(alias = "SoftDeleteTeam")]
    pub fn archive(&self, team: &TeamId) -> Result<()> {
        self.0.delete("/teams/{team_id}", &[team]).ok()
    }

    /// Removes a team and all in it. Where the server's settings allow that.
    ///
    /// `DELETE /teams/{team_id}`
    ///
    /// Permission: `manage_team`.
    #[doc(alias = "SoftDeleteTeam")]
    pub fn delete_permanently(&self, team: &TeamId) -> Result<()> {
        self.0.delete("/teams/{team_id}", &[team]).param("permanent", true).ok()
    }

    /// Restores an archived team.
    ///
    /// `POST /teams/{team_id}/restore`
    ///
    /// Permission: `manage_team`. Since 5.24.
    #[doc(alias = "RestoreTeam")]
    pub fn restore(&self, team: &TeamId) -> Result<Team> {
        self.0.post("/teams/{team_id}/restore", &[team]).fetch()
    }

    /// Counts a team's members.
    ///
    /// `GET /teams/{team_id}/stats`
    ///
    /// Permission: `view_team`.
    #[doc(alias = "GetTeamStats")]
    pub fn stats(&self, team: &TeamId) -> Result<TeamStats> {
        self.0.get("/teams/{team_id}/stats", &[team]).fetch()
    }

    /// Gets the icon; 404 if there is none.
    ///
    /// `GET /teams/{team_id}/image`
    ///
    /// Permission: `view_team`. Since 4.9.
    #[doc(alias = "GetTeamIcon")]
    pub fn image(&self, team: &TeamId) -> Result<Vec<u8>> {
        self.0.get("/teams/{team_id}/image", &[team]).bytes()
    }

    /// Sets the icon: PNG, JPEG or GIF.
    ///
    /// `POST /teams/{team_id}/image`
    ///
    /// Permission: `manage_team`. Since 4.9.
    #[doc(alias = "SetTeamIcon")]
    pub fn set_image(&self, team: &TeamId, image: Upload<'_>) -> Result<()> {
        self.0.post("/teams/{team_id}/image", &[team]).body(image.into_form("image")).ok()
    }

    /// Removes the icon: the team says that it has none, though [`image`](Self::image) may still give the old one.
    ///
    /// `DELETE /teams/{team_id}/image`
    ///
    /// Permission: `manage_team`. Since 4.10.
    #[doc(alias = "RemoveTeamIcon")]
    pub fn delete_image(&self, team: &TeamId) -> Result<()> {
        self.0.delete("/teams/{team_id}/image", &[team]).ok()
    }

    /// Gives a team a permission scheme of its own.
    ///
    /// `PUT /teams/{team_id}/scheme`
    ///
    /// Permission: `manage_system`. Since 5.0.
    #[doc(alias = "UpdateTeamScheme")]
    pub fn set_scheme(&self, team: &TeamId, scheme: &SchemeId) -> Result<()> {
        self.0.put("/teams/{team_id}/scheme", &[team]).json(&json!({"scheme_id": scheme})).ok()
    }

    /// Counts what an account has not read, by team.
    ///
    /// `GET /users/{user_id}/teams/unread`
    ///
    /// Permission: `manage_system`.
    #[doc(alias = "GetTeamsUnreadForUser")]
    pub fn list_unread(&self, user: &UserId) -> Result<Vec<TeamUnread>> {
        self.0.get("/users/{user_id}/teams/unread", &[user]).param("include_collapsed_threads", true).fetch()
    }

    /// Counts what an account has not read in a team.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/unread`
    ///
    /// Permissions, as the case may be: `edit_other_users`, `view_team`.
    #[doc(alias = "GetTeamUnread")]
    pub fn unread(&self, user: &UserId, team: &TeamId) -> Result<TeamUnread> {
        self.0.get("/users/{user_id}/teams/{team_id}/unread", &[user, team]).fetch()
    }

    /// Imports channels and posts of a Slack export into a team; the answer is the log, in base 64.
    ///
    /// `POST /teams/{team_id}/import`
    ///
    /// Permission: `import_team`.
    #[doc(alias = "ImportTeam")]
    pub fn import_slack(&self, team: &TeamId, export: Upload<'_>, size: u64) -> Result<String> {
        let form = export.into_form_with("file", |form| {
            form.text("filesize", size.to_string()).text("importFrom", "slack")
        });
        let mut answer: BTreeMap<String, String> =
            self.0.post("/teams/{team_id}/import", &[team]).body(form).fetch()?;
        Ok(answer.remove("results").unwrap_or_default())
    }
}

#[derive(Deserialize)]
struct Exists {
    #[serde(default)]
    exists: bool,
}
