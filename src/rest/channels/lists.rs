//! Lists of channels, and searches.

use serde_json::json;

use super::Channels;
use crate::error::Result;
use crate::model::{
    Channel, ChannelId, ChannelPage, ChannelSearch, ChannelWithTeamData, ChannelsWithCount, Page, TeamId,
    UserId,
};
use crate::page::{MOST, Pages, pages};
use crate::rest::Paged;
use crate::time::Timestamp;

impl<'c> Channels<'c> {
    /// Lists the channels of an account in a team, and its direct and group channels: all at once, without
    /// pages.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels`
    ///
    /// Permissions, as the case may be: `edit_other_users`, `view_team`.
    #[doc(alias = "GetChannelsForTeamForUser")]
    pub fn list_for_user(&self, user: &UserId, team: &TeamId) -> Result<Vec<Channel>> {
        self.0.get("/users/{user_id}/teams/{team_id}/channels", &[user, team]).fetch()
    }

    /// As [`list_for_user`](Self::list_for_user), with those that were archived since a time.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels`
    ///
    /// Permissions, as the case may be: `edit_other_users`, `view_team`.
    #[doc(alias = "GetChannelsForTeamForUser")]
    pub fn list_for_user_since(
        &self,
        user: &UserId,
        team: &TeamId,
        archived_since: Timestamp,
    ) -> Result<Vec<Channel>> {
        let template = "/users/{user_id}/teams/{team_id}/channels";
        self.0
            .get(template, &[user, team])
            .param("include_deleted", true)
            .param("last_delete_at", archived_since.as_millis())
            .fetch()
    }

    /// Lists the channels of an account in all teams.
    ///
    /// `GET /users/{user_id}/channels`
    ///
    /// What goes wrong after the first part is said behind a status of 200; it is an error here all the same.
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 6.1.
    #[doc(alias = "GetChannelsForUser")]
    pub fn list_all_for_user(&self, user: &UserId) -> Result<Vec<Channel>> {
        self.0.get("/users/{user_id}/channels", &[user]).fetch()
    }

    /// As [`list_all_for_user`](Self::list_all_for_user), with those that were archived since a time.
    ///
    /// `GET /users/{user_id}/channels`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 6.1.
    #[doc(alias = "GetChannelsForUser")]
    pub fn list_all_for_user_since(&self, user: &UserId, archived_since: Timestamp) -> Result<Vec<Channel>> {
        let call = self.0.get("/users/{user_id}/channels", &[user]).param("include_deleted", true);
        call.param("last_delete_at", archived_since.as_millis()).fetch()
    }

    /// Lists one page of a team's public channels, also those that one is not in.
    ///
    /// `GET /teams/{team_id}/channels`
    ///
    /// Permission: `list_team_channels`.
    #[doc(alias = "GetPublicChannelsForTeam")]
    pub fn list_public(&self, team: &TeamId, page: &Page) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels", &[team]).query(page).fetch()
    }

    /// Goes through a team's public channels, 200 a call.
    pub fn all_public(&self, team: &TeamId) -> Pages<'c, Channel> {
        let (group, team) = (*self, team.clone());
        pages(move |number| group.list_public(&team, &Page::full(number)))
    }

    /// Lists one page of a team's private channels.
    ///
    /// `GET /teams/{team_id}/channels/private`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "GetPrivateChannelsForTeam")]
    pub fn list_private(&self, team: &TeamId, page: &Page) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels/private", &[team]).query(page).fetch()
    }

    /// Lists one page of a team's archived channels.
    ///
    /// `GET /teams/{team_id}/channels/deleted`
    ///
    /// Permissions, as the case may be: `list_team_channels`, `manage_system`. Since 3.10.
    #[doc(alias = "GetDeletedChannelsForTeam")]
    pub fn list_archived(&self, team: &TeamId, page: &Page) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels/deleted", &[team]).query(page).fetch()
    }

    /// Gets public channels of a team by id.
    ///
    /// `POST /teams/{team_id}/channels/ids`
    ///
    /// Permissions, as the case may be: `view_team`, `read_channel`.
    #[doc(alias = "GetPublicChannelsByIdsForTeam")]
    pub fn list_public_by_ids(&self, team: &TeamId, ids: &[ChannelId]) -> Result<Vec<Channel>> {
        self.0.post("/teams/{team_id}/channels/ids", &[team]).json(&ids).reads().fetch()
    }

    /// Lists one page of all channels of all teams.
    ///
    /// `GET /channels`
    ///
    /// Permissions, as the case may be: `sysconsole_write_user_management_groups`,
    /// `sysconsole_read_user_management_channels`, `sysconsole_read_compliance_data_retention_policy`,
    /// `manage_system`.
    #[doc(alias = "GetAllChannels")]
    pub fn list(&self, page: &ChannelPage) -> Result<Vec<ChannelWithTeamData>> {
        self.0.get("/channels", &[]).query(page).fetch()
    }

    /// Goes through all channels of all teams, 200 a call; the paging of `page` does not count.
    pub fn all(&self, page: &ChannelPage) -> Pages<'c, ChannelWithTeamData> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MOST)))
    }

    /// Lists one page of all channels of all teams, and says how many there are.
    ///
    /// `GET /channels`
    ///
    /// Permissions, as the case may be: `sysconsole_write_user_management_groups`,
    /// `sysconsole_read_user_management_channels`, `sysconsole_read_compliance_data_retention_policy`,
    /// `manage_system`.
    #[doc(alias = "GetAllChannels")]
    pub fn list_counted(&self, page: &ChannelPage) -> Result<ChannelsWithCount> {
        self.0.get("/channels", &[]).query(page).param("include_total_count", true).fetch()
    }

    /// Searches channels in all teams.
    ///
    /// `POST /channels/search`
    ///
    /// Permissions, as the case may be: `sysconsole_read_compliance_data_retention_policy`,
    /// `sysconsole_write_user_management_groups`, `sysconsole_read_user_management_channels`.
    #[doc(alias = "SearchAllChannels")]
    pub fn search_all(&self, search: &ChannelSearch) -> Result<Vec<ChannelWithTeamData>> {
        self.0.post("/channels/search", &[]).json(search).reads().fetch()
    }

    /// Gets one page of the channels found in all teams, and says how many there are.
    ///
    /// `POST /channels/search`
    ///
    /// Permissions, as the case may be: `sysconsole_read_compliance_data_retention_policy`,
    /// `sysconsole_write_user_management_groups`, `sysconsole_read_user_management_channels`.
    #[doc(alias = "SearchAllChannels")]
    pub fn search_all_counted(&self, search: &ChannelSearch, page: &Page) -> Result<ChannelsWithCount> {
        self.0.post("/channels/search", &[]).json(&Paged::new(search, page)).reads().fetch()
    }

    /// Searches one's group channels by the names of their members.
    ///
    /// `POST /channels/group/search`
    ///
    /// Since 5.14.
    #[doc(alias = "SearchGroupChannels")]
    pub fn search_group(&self, term: &str) -> Result<Vec<Channel>> {
        self.0.post("/channels/group/search", &[]).json(&json!({"term": term})).reads().fetch()
    }

    /// Searches the public channels of a team, and one's private ones on newer servers.
    ///
    /// `POST /teams/{team_id}/channels/search`
    ///
    /// Permission: `list_team_channels`.
    #[doc(alias = "SearchChannels")]
    pub fn search(&self, team: &TeamId, words: &str) -> Result<Vec<Channel>> {
        self.0.post("/teams/{team_id}/channels/search", &[team]).json(&json!({"term": words})).reads().fetch()
    }

    /// Finds channels of a team for somebody who types a name.
    ///
    /// `GET /teams/{team_id}/channels/autocomplete`
    ///
    /// Permission: `list_team_channels`. Since 4.7.
    #[doc(alias = "AutocompleteChannelsForTeam")]
    pub fn autocomplete(&self, team: &TeamId, name: &str) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels/autocomplete", &[team]).param("name", name).fetch()
    }

    /// Finds one's channels of a team for somebody who types `in:`.
    ///
    /// `GET /teams/{team_id}/channels/search_autocomplete`
    ///
    /// Permission: `list_team_channels`. Since 5.4.
    #[doc(alias = "AutocompleteChannelsForTeamForSearch")]
    pub fn autocomplete_for_search(&self, team: &TeamId, name: &str) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels/search_autocomplete", &[team]).param("name", name).fetch()
    }
}
