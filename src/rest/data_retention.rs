//! Data retention: automatic deletion of old data.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    ChannelId, ChannelSearch, ChannelWithTeamData, ChannelsWithCount, GlobalRetentionPolicy, Page, PolicyId,
    RetentionPolicy, RetentionPolicyDraft, RetentionPolicyForChannel, RetentionPolicyForChannelList,
    RetentionPolicyForTeam, RetentionPolicyForTeamList, RetentionPolicyList, RetentionPolicyPatch, Team,
    TeamId, TeamSearch, TeamsWithCount, UserId,
};
use crate::page::{Pages, pages};

/// Data retention: automatic deletion of old data. Returned by
/// [`Client::data_retention`](crate::Client::data_retention).
#[derive(Clone, Copy, Debug)]
pub struct DataRetention<'c>(pub(crate) &'c HttpClient);

impl<'c> DataRetention<'c> {
    /// Gets the server-wide retention policy.
    ///
    /// `GET /data_retention/policy`
    ///
    /// Since server 4.3. Edition: Enterprise.
    #[doc(alias = "GetDataRetentionPolicy")]
    #[inline]
    pub fn get_global(&self) -> Result<GlobalRetentionPolicy> {
        self.0.get("/data_retention/policy", &[]).decode()
    }

    /// Lists one page of the policies for teams and channels.
    ///
    /// `GET /data_retention/policies`
    ///
    /// Required permission: `sysconsole_read_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "GetDataRetentionPolicies")]
    #[inline]
    pub fn list(&self, page: &Page) -> Result<RetentionPolicyList> {
        self.0.get("/data_retention/policies", &[]).query(page).decode()
    }

    /// Iterates over all policies for teams and channels, fetching 200 per request.
    #[inline]
    pub fn all(&self) -> Pages<'c, RetentionPolicy> {
        let group = *self;
        pages(move |number| group.list(&Page::full(number)).map(|list| list.policies))
    }

    /// Gets the number of policies for teams and channels.
    ///
    /// `GET /data_retention/policies_count`
    ///
    /// Required permission: `sysconsole_read_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "GetDataRetentionPoliciesCount")]
    #[inline]
    pub fn count(&self) -> Result<i64> {
        self.0.get("/data_retention/policies_count", &[]).decode_member("total_count")
    }

    /// Gets a policy.
    ///
    /// `GET /data_retention/policies/{policy_id}`
    ///
    /// Required permission: `sysconsole_read_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "GetDataRetentionPolicyByID")]
    #[inline]
    pub fn get(&self, policy: &PolicyId) -> Result<RetentionPolicy> {
        self.0.get("/data_retention/policies/{policy_id}", &[policy]).decode()
    }

    /// Creates a policy.
    ///
    /// `POST /data_retention/policies`
    ///
    /// A team or channel belongs to at most one policy.
    ///
    /// Required permission: `sysconsole_write_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "CreateDataRetentionPolicy")]
    #[inline]
    pub fn create(&self, draft: &RetentionPolicyDraft) -> Result<RetentionPolicy> {
        self.0.post("/data_retention/policies", &[]).json(draft).decode()
    }

    /// Updates a policy. Unset fields keep their values.
    ///
    /// `PATCH /data_retention/policies/{policy_id}`
    ///
    /// Required permission: `sysconsole_write_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "PatchDataRetentionPolicy")]
    #[inline]
    pub fn patch(&self, policy: &PolicyId, patch: &RetentionPolicyPatch) -> Result<RetentionPolicy> {
        self.0.patch("/data_retention/policies/{policy_id}", &[policy]).json(patch).decode()
    }

    /// Deletes a policy.
    ///
    /// `DELETE /data_retention/policies/{policy_id}`
    ///
    /// Required permission: `sysconsole_write_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "DeleteDataRetentionPolicy")]
    #[inline]
    pub fn delete(&self, policy: &PolicyId) -> Result<()> {
        self.0.delete("/data_retention/policies/{policy_id}", &[policy]).send()
    }

    /// Lists one page of the teams assigned to a policy.
    ///
    /// `GET /data_retention/policies/{policy_id}/teams`
    ///
    /// Required permission: `sysconsole_read_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "GetTeamsForRetentionPolicy")]
    #[inline]
    pub fn list_teams(&self, policy: &PolicyId, page: &Page) -> Result<TeamsWithCount> {
        self.0.get("/data_retention/policies/{policy_id}/teams", &[policy]).query(page).decode()
    }

    /// Iterates over all teams assigned to a policy, fetching 200 per request.
    #[inline]
    pub fn all_teams(&self, policy: &PolicyId) -> Pages<'c, Team> {
        let (group, policy) = (*self, policy.clone());
        pages(move |number| group.list_teams(&policy, &Page::full(number)).map(|list| list.teams))
    }

    /// Assigns a policy to teams.
    ///
    /// `POST /data_retention/policies/{policy_id}/teams`
    ///
    /// Required permission: `sysconsole_write_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "AddTeamsToRetentionPolicy")]
    #[inline]
    pub fn add_teams(&self, policy: &PolicyId, teams: &[TeamId]) -> Result<()> {
        self.0.post("/data_retention/policies/{policy_id}/teams", &[policy]).json(&teams).send()
    }

    /// Removes teams from a policy.
    ///
    /// `DELETE /data_retention/policies/{policy_id}/teams`
    ///
    /// Required permission: `sysconsole_write_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "RemoveTeamsFromRetentionPolicy")]
    #[inline]
    pub fn remove_teams(&self, policy: &PolicyId, teams: &[TeamId]) -> Result<()> {
        self.0.delete("/data_retention/policies/{policy_id}/teams", &[policy]).json(&teams).send()
    }

    /// Searches the teams assigned to a policy.
    ///
    /// `POST /data_retention/policies/{policy_id}/teams/search`
    ///
    /// Required permission: `sysconsole_read_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "SearchTeamsForRetentionPolicy")]
    #[inline]
    pub fn search_teams(&self, policy: &PolicyId, search: &TeamSearch) -> Result<Vec<Team>> {
        self.0
            .post("/data_retention/policies/{policy_id}/teams/search", &[policy])
            .json(search)
            .safe()
            .decode()
    }

    /// Lists one page of the channels assigned to a policy.
    ///
    /// `GET /data_retention/policies/{policy_id}/channels`
    ///
    /// Required permission: `sysconsole_read_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "GetChannelsForRetentionPolicy")]
    #[inline]
    pub fn list_channels(&self, policy: &PolicyId, page: &Page) -> Result<ChannelsWithCount> {
        self.0.get("/data_retention/policies/{policy_id}/channels", &[policy]).query(page).decode()
    }

    /// Iterates over all channels assigned to a policy, fetching 200 per request.
    #[inline]
    pub fn all_channels(&self, policy: &PolicyId) -> Pages<'c, ChannelWithTeamData> {
        let (group, policy) = (*self, policy.clone());
        pages(move |number| group.list_channels(&policy, &Page::full(number)).map(|list| list.channels))
    }

    /// Assigns a policy to channels.
    ///
    /// `POST /data_retention/policies/{policy_id}/channels`
    ///
    /// Required permission: `sysconsole_write_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "AddChannelsToRetentionPolicy")]
    #[inline]
    pub fn add_channels(&self, policy: &PolicyId, channels: &[ChannelId]) -> Result<()> {
        self.0.post("/data_retention/policies/{policy_id}/channels", &[policy]).json(&channels).send()
    }

    /// Removes channels from a policy.
    ///
    /// `DELETE /data_retention/policies/{policy_id}/channels`
    ///
    /// Required permission: `sysconsole_write_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "RemoveChannelsFromRetentionPolicy")]
    #[inline]
    pub fn remove_channels(&self, policy: &PolicyId, channels: &[ChannelId]) -> Result<()> {
        self.0.delete("/data_retention/policies/{policy_id}/channels", &[policy]).json(&channels).send()
    }

    /// Searches the channels that a policy applies to.
    ///
    /// `POST /data_retention/policies/{policy_id}/channels/search`
    ///
    /// Required permission: `sysconsole_read_compliance_data_retention_policy`. Since server 5.35. Edition:
    /// Enterprise.
    #[doc(alias = "SearchChannelsForRetentionPolicy")]
    #[inline]
    pub fn search_channels(
        &self,
        policy: &PolicyId,
        search: &ChannelSearch,
    ) -> Result<Vec<ChannelWithTeamData>> {
        self.0
            .post("/data_retention/policies/{policy_id}/channels/search", &[policy])
            .json(search)
            .safe()
            .decode()
    }

    /// Lists one page of the policies that apply to the teams of a user.
    ///
    /// `GET /users/{user_id}/data_retention/team_policies`
    ///
    /// For other users, requires the permission `manage_system`. Since server 5.35. Edition: Enterprise.
    #[doc(alias = "GetTeamPoliciesForUser")]
    #[inline]
    pub fn list_for_teams_of(&self, user: &UserId, page: &Page) -> Result<RetentionPolicyForTeamList> {
        self.0.get("/users/{user_id}/data_retention/team_policies", &[user]).query(page).decode()
    }

    /// Iterates over the policies that apply to the teams of a user, fetching 200 per request.
    #[inline]
    pub fn all_for_teams_of(&self, user: &UserId) -> Pages<'c, RetentionPolicyForTeam> {
        let (group, user) = (*self, user.clone());
        pages(move |number| group.list_for_teams_of(&user, &Page::full(number)).map(|list| list.policies))
    }

    /// Lists one page of the policies that apply to the channels of a user.
    ///
    /// `GET /users/{user_id}/data_retention/channel_policies`
    ///
    /// For other users, requires the permission `manage_system`. Since server 5.35. Edition: Enterprise.
    #[doc(alias = "GetChannelPoliciesForUser")]
    #[inline]
    pub fn list_for_channels_of(&self, user: &UserId, page: &Page) -> Result<RetentionPolicyForChannelList> {
        self.0.get("/users/{user_id}/data_retention/channel_policies", &[user]).query(page).decode()
    }

    /// Iterates over the policies that apply to the channels of a user, fetching 200 per request.
    #[inline]
    pub fn all_for_channels_of(&self, user: &UserId) -> Pages<'c, RetentionPolicyForChannel> {
        let (group, user) = (*self, user.clone());
        pages(move |number| group.list_for_channels_of(&user, &Page::full(number)).map(|list| list.policies))
    }
}
