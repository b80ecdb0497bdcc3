//! Channel lists and searches.

use serde_json::json;

use super::Channels;
use crate::error::Result;
use crate::model::{
    Channel, ChannelId, ChannelPage, ChannelSearch, ChannelWithTeamData, ChannelsWithCount, Page, TeamId,
    UserId,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::Paged;
use crate::time::Timestamp;

impl<'c> Channels<'c> {
    /// Lists the channels of a user in a team, including direct and group channels. The result is not paged.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels`
    ///
    /// Required permission: `view_team`. For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetChannelsForTeamForUser")]
    #[inline]
    pub fn list_for_user(&self, user: &UserId, team: &TeamId) -> Result<Vec<Channel>> {
        self.0.get("/users/{user_id}/teams/{team_id}/channels", &[user, team]).decode()
    }

    /// Like [`list_for_user`](Self::list_for_user), including channels archived after a given time.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels`
    ///
    /// Required permission: `view_team`. For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetChannelsForTeamForUser")]
    #[inline]
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
            .decode()
    }

    /// Lists the channels of a user in all teams.
    ///
    /// `GET /users/{user_id}/channels`
    ///
    /// If the server reports an error in the middle of a response with the status 200, the method returns that error.
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 6.1.
    #[doc(alias = "GetChannelsForUser")]
    #[inline]
    pub fn list_all_for_user(&self, user: &UserId) -> Result<Vec<Channel>> {
        self.0.get("/users/{user_id}/channels", &[user]).decode()
    }

    /// Like [`list_all_for_user`](Self::list_all_for_user), including channels archived after a given time.
    ///
    /// `GET /users/{user_id}/channels`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 6.1.
    #[doc(alias = "GetChannelsForUser")]
    #[inline]
    pub fn list_all_for_user_since(&self, user: &UserId, archived_since: Timestamp) -> Result<Vec<Channel>> {
        let call = self.0.get("/users/{user_id}/channels", &[user]).param("include_deleted", true);
        call.param("last_delete_at", archived_since.as_millis()).decode()
    }

    /// Lists one page of a team's public channels, including channels that the current account is not a
    /// member of.
    ///
    /// `GET /teams/{team_id}/channels`
    ///
    /// Required permission: `list_team_channels`.
    #[doc(alias = "GetPublicChannelsForTeam")]
    #[inline]
    pub fn list_public(&self, team: &TeamId, page: &Page) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels", &[team]).query(page).decode()
    }

    /// Iterates over a team's public channels, fetching 200 per request.
    #[inline]
    pub fn all_public(&self, team: &TeamId) -> Pages<'c, Channel> {
        let (group, team) = (*self, team.clone());
        pages(move |number| group.list_public(&team, &Page::full(number)))
    }

    /// Lists one page of a team's private channels.
    ///
    /// `GET /teams/{team_id}/channels/private`
    ///
    /// Required permission: `manage_system`. Since server 5.26.
    #[doc(alias = "GetPrivateChannelsForTeam")]
    #[inline]
    pub fn list_private(&self, team: &TeamId, page: &Page) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels/private", &[team]).query(page).decode()
    }

    /// Lists one page of a team's archived channels.
    ///
    /// `GET /teams/{team_id}/channels/deleted`
    ///
    /// Required permissions, depending on the request: `list_team_channels`, `manage_system`. Since server
    /// 3.10.
    #[doc(alias = "GetDeletedChannelsForTeam")]
    #[inline]
    pub fn list_archived(&self, team: &TeamId, page: &Page) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels/deleted", &[team]).query(page).decode()
    }

    /// Gets public channels of a team by ID.
    ///
    /// `POST /teams/{team_id}/channels/ids`
    ///
    /// Required permissions, depending on the request: `view_team`, `read_channel`.
    #[doc(alias = "GetPublicChannelsByIdsForTeam")]
    #[inline]
    pub fn list_public_by_ids(&self, team: &TeamId, ids: &[ChannelId]) -> Result<Vec<Channel>> {
        self.0.post("/teams/{team_id}/channels/ids", &[team]).json(&ids).safe().decode()
    }

    /// Lists one page of the channels of all teams.
    ///
    /// `GET /channels`
    ///
    /// Required permissions, depending on the request: `sysconsole_write_user_management_groups`,
    /// `sysconsole_read_user_management_channels`, `sysconsole_read_compliance_data_retention_policy`,
    /// `manage_system`.
    #[doc(alias = "GetAllChannels")]
    #[inline]
    pub fn list(&self, page: &ChannelPage) -> Result<Vec<ChannelWithTeamData>> {
        self.0.get("/channels", &[]).query(page).decode()
    }

    /// Iterates over the channels of all teams, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &ChannelPage) -> Pages<'c, ChannelWithTeamData> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Lists one page of the channels of all teams, and their total number.
    ///
    /// `GET /channels`
    ///
    /// Required permissions, depending on the request: `sysconsole_write_user_management_groups`,
    /// `sysconsole_read_user_management_channels`, `sysconsole_read_compliance_data_retention_policy`,
    /// `manage_system`.
    #[doc(alias = "GetAllChannels")]
    #[inline]
    pub fn list_counted(&self, page: &ChannelPage) -> Result<ChannelsWithCount> {
        self.0.get("/channels", &[]).query(page).param("include_total_count", true).decode()
    }

    /// Searches channels in all teams.
    ///
    /// `POST /channels/search`
    ///
    /// Required permissions, depending on the request: `sysconsole_read_compliance_data_retention_policy`,
    /// `sysconsole_write_user_management_groups`, `sysconsole_read_user_management_channels`.
    #[doc(alias = "SearchAllChannels")]
    #[inline]
    pub fn search_all(&self, search: &ChannelSearch) -> Result<Vec<ChannelWithTeamData>> {
        self.0.post("/channels/search", &[]).json(search).safe().decode()
    }

    /// Gets one page of matching channels in all teams, and their total number.
    ///
    /// `POST /channels/search`
    ///
    /// Required permissions, depending on the request: `sysconsole_read_compliance_data_retention_policy`,
    /// `sysconsole_write_user_management_groups`, `sysconsole_read_user_management_channels`.
    #[doc(alias = "SearchAllChannels")]
    #[inline]
    pub fn search_all_counted(&self, search: &ChannelSearch, page: &Page) -> Result<ChannelsWithCount> {
        self.0.post("/channels/search", &[]).json(&Paged::new(search, page)).safe().decode()
    }

    /// Searches the current account's group channels by member names.
    ///
    /// `POST /channels/group/search`
    ///
    /// Since server 5.14.
    #[doc(alias = "SearchGroupChannels")]
    #[inline]
    pub fn search_group(&self, term: &str) -> Result<Vec<Channel>> {
        self.0.post("/channels/group/search", &[]).json(&json!({"term": term})).safe().decode()
    }

    /// Searches the public channels of a team. Newer servers also search the current account's private
    /// channels.
    ///
    /// `POST /teams/{team_id}/channels/search`
    ///
    /// Required permission: `list_team_channels`.
    #[doc(alias = "SearchChannels")]
    #[inline]
    pub fn search(&self, team: &TeamId, words: &str) -> Result<Vec<Channel>> {
        self.0.post("/teams/{team_id}/channels/search", &[team]).json(&json!({"term": words})).safe().decode()
    }

    /// Lists channels of a team whose names complete a partially typed name.
    ///
    /// `GET /teams/{team_id}/channels/autocomplete`
    ///
    /// Required permission: `list_team_channels`. Since server 4.7.
    #[doc(alias = "AutocompleteChannelsForTeam")]
    #[inline]
    pub fn autocomplete(&self, team: &TeamId, name: &str) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels/autocomplete", &[team]).param("name", name).decode()
    }

    /// Lists the current account's channels whose names complete an `in:` search term.
    ///
    /// `GET /teams/{team_id}/channels/search_autocomplete`
    ///
    /// Required permission: `list_team_channels`. Since server 5.4.
    #[doc(alias = "AutocompleteChannelsForTeamForSearch")]
    #[inline]
    pub fn autocomplete_for_search(&self, team: &TeamId, name: &str) -> Result<Vec<Channel>> {
        self.0.get("/teams/{team_id}/channels/search_autocomplete", &[team]).param("name", name).decode()
    }
}
