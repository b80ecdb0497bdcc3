//! Data retention: deleting what is old.

use serde::Deserialize;

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    ChannelId, ChannelSearch, ChannelWithTeamData, ChannelsWithCount, GlobalRetentionPolicy, Page, PolicyId,
    RetentionPolicy, RetentionPolicyDraft, RetentionPolicyForChannel, RetentionPolicyForChannelList,
    RetentionPolicyForTeam, RetentionPolicyForTeamList, RetentionPolicyList, RetentionPolicyPatch, Team,
    TeamId, TeamSearch, TeamsWithCount, UserId,
};
use crate::page::{Pages, pages};

/// Data retention: deleting what is old, by [`Client::data_retention`](crate::Client::data_retention).
#[derive(Clone, Copy, Debug)]
pub struct DataRetention<'c>(pub(crate) &'c Http);

impl<'c> DataRetention<'c> {
    /// Gets what of the whole server is deleted.
    ///
    /// `GET /data_retention/policy`
    ///
    /// Since 4.3. Edition: Enterprise.
    #[doc(alias = "GetDataRetentionPolicy")]
    pub fn get_global(&self) -> Result<GlobalRetentionPolicy> {
        self.0.get("/data_retention/policy", &[]).fetch()
    }

    /// Lists one page of policies for teams and channels.
    ///
    /// `GET /data_retention/policies`
    ///
    /// Permission: `sysconsole_read_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "GetDataRetentionPolicies")]
    pub fn list(&self, page: &Page) -> Result<RetentionPolicyList> {
        self.0.get("/data_retention/policies", &[]).query(page).fetch()
    }

    /// Goes through all policies for teams and channels, 200 a call.
    pub fn all(&self) -> Pages<'c, RetentionPolicy> {
        let group = *self;
        pages(move |number| group.list(&Page::full(number)).map(|list| list.policies))
    }

    /// Counts the policies for teams and channels.
    ///
    /// `GET /data_retention/policies_count`
    ///
    /// Permission: `sysconsole_read_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "GetDataRetentionPoliciesCount")]
    pub fn count(&self) -> Result<i64> {
        self.0
            .get("/data_retention/policies_count", &[])
            .fetch::<TotalCount>()
            .map(|answer| answer.total_count)
    }

    /// Gets a policy.
    ///
    /// `GET /data_retention/policies/{policy_id}`
    ///
    /// Permission: `sysconsole_read_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "GetDataRetentionPolicyByID")]
    pub fn get(&self, policy: &PolicyId) -> Result<RetentionPolicy> {
        self.0.get("/data_retention/policies/{policy_id}", &[policy]).fetch()
    }

    /// Creates a policy.
    ///
    /// `POST /data_retention/policies`
    ///
    /// A team or channel can be under one policy only.
    ///
    /// Permission: `sysconsole_write_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "CreateDataRetentionPolicy")]
    pub fn create(&self, draft: &RetentionPolicyDraft) -> Result<RetentionPolicy> {
        self.0.post("/data_retention/policies", &[]).json(draft).fetch()
    }

    /// Changes a policy; what is not set stays.
    ///
    /// `PATCH /data_retention/policies/{policy_id}`
    ///
    /// Permission: `sysconsole_write_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "PatchDataRetentionPolicy")]
    pub fn patch(&self, policy: &PolicyId, patch: &RetentionPolicyPatch) -> Result<RetentionPolicy> {
        self.0.patch("/data_retention/policies/{policy_id}", &[policy]).json(patch).fetch()
    }

    /// Deletes a policy.
    ///
    /// `DELETE /data_retention/policies/{policy_id}`
    ///
    /// Permission: `sysconsole_write_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "DeleteDataRetentionPolicy")]
    pub fn delete(&self, policy: &PolicyId) -> Result<()> {
        self.0.delete("/data_retention/policies/{policy_id}", &[policy]).ok()
    }

    /// Lists one page of the teams under a policy.
    ///
    /// `GET /data_retention/policies/{policy_id}/teams`
    ///
    /// Permission: `sysconsole_read_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "GetTeamsForRetentionPolicy")]
    pub fn list_teams(&self, policy: &PolicyId, page: &Page) -> Result<TeamsWithCount> {
        self.0.get("/data_retention/policies/{policy_id}/teams", &[policy]).query(page).fetch()
    }

    /// Goes through all teams under a policy, 200 a call.
    pub fn all_teams(&self, policy: &PolicyId) -> Pages<'c, Team> {
        let (group, policy) = (*self, policy.clone());
        pages(move |number| group.list_teams(&policy, &Page::full(number)).map(|list| list.teams))
    }

    /// Puts teams under a policy.
    ///
    /// `POST /data_retention/policies/{policy_id}/teams`
    ///
    /// Permission: `sysconsole_write_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "AddTeamsToRetentionPolicy")]
    pub fn add_teams(&self, policy: &PolicyId, teams: &[TeamId]) -> Result<()> {
        self.0.post("/data_retention/policies/{policy_id}/teams", &[policy]).json(&teams).ok()
    }

    /// Takes teams out of a policy.
    ///
    /// `DELETE /data_retention/policies/{policy_id}/teams`
    ///
    /// Permission: `sysconsole_write_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "RemoveTeamsFromRetentionPolicy")]
    pub fn remove_teams(&self, policy: &PolicyId, teams: &[TeamId]) -> Result<()> {
        self.0.delete("/data_retention/policies/{policy_id}/teams", &[policy]).json(&teams).ok()
    }

    /// Searches the teams under a policy.
    ///
    /// `POST /data_retention/policies/{policy_id}/teams/search`
    ///
    /// Permission: `sysconsole_read_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "SearchTeamsForRetentionPolicy")]
    pub fn search_teams(&self, policy: &PolicyId, search: &TeamSearch) -> Result<Vec<Team>> {
        self.0
            .post("/data_retention/policies/{policy_id}/teams/search", &[policy])
            .json(search)
            .reads()
            .fetch()
    }

    /// Lists one page of the channels under a policy.
    ///
    /// `GET /data_retention/policies/{policy_id}/channels`
    ///
    /// Permission: `sysconsole_read_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "GetChannelsForRetentionPolicy")]
    pub fn list_channels(&self, policy: &PolicyId, page: &Page) -> Result<ChannelsWithCount> {
        self.0.get("/data_retention/policies/{policy_id}/channels", &[policy]).query(page).fetch()
    }

    /// Goes through all channels under a policy, 200 a call.
    pub fn all_channels(&self, policy: &PolicyId) -> Pages<'c, ChannelWithTeamData> {
        let (group, policy) = (*self, policy.clone());
        pages(move |number| group.list_channels(&policy, &Page::full(number)).map(|list| list.channels))
    }

    /// Puts channels under a policy.
    ///
    /// `POST /data_retention/policies/{policy_id}/channels`
    ///
    /// Permission: `sysconsole_write_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "AddChannelsToRetentionPolicy")]
    pub fn add_channels(&self, policy: &PolicyId, channels: &[ChannelId]) -> Result<()> {
        self.0.post("/data_retention/policies/{policy_id}/channels", &[policy]).json(&channels).ok()
    }

    /// Takes channels out of a policy.
    ///
    /// `DELETE /data_retention/policies/{policy_id}/channels`
    ///
    /// Permission: `sysconsole_write_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "RemoveChannelsFromRetentionPolicy")]
    pub fn remove_channels(&self, policy: &PolicyId, channels: &[ChannelId]) -> Result<()> {
        self.0.delete("/data_retention/policies/{policy_id}/channels", &[policy]).json(&channels).ok()
    }

    /// Searches the channels under a policy.
    ///
    /// `POST /data_retention/policies/{policy_id}/channels/search`
    ///
    /// Permission: `sysconsole_read_compliance_data_retention_policy`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "SearchChannelsForRetentionPolicy")]
    pub fn search_channels(
        &self,
        policy: &PolicyId,
        search: &ChannelSearch,
    ) -> Result<Vec<ChannelWithTeamData>> {
        self.0
            .post("/data_retention/policies/{policy_id}/channels/search", &[policy])
            .json(search)
            .reads()
            .fetch()
    }

    /// Lists one page of what holds for the teams of an account.
    ///
    /// `GET /users/{user_id}/data_retention/team_policies`
    ///
    /// For other accounts than one's own: permission `manage_system`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "GetTeamPoliciesForUser")]
    pub fn list_for_teams_of(&self, user: &UserId, page: &Page) -> Result<RetentionPolicyForTeamList> {
        self.0.get("/users/{user_id}/data_retention/team_policies", &[user]).query(page).fetch()
    }

    /// Goes through what holds for the teams of an account, 200 a call.
    pub fn all_for_teams_of(&self, user: &UserId) -> Pages<'c, RetentionPolicyForTeam> {
        let (group, user) = (*self, user.clone());
        pages(move |number| group.list_for_teams_of(&user, &Page::full(number)).map(|list| list.policies))
    }

    /// Lists one page of what holds for the channels of an account.
    ///
    /// `GET /users/{user_id}/data_retention/channel_policies`
    ///
    /// For other accounts than one's own: permission `manage_system`. Since 5.35. Edition: Enterprise.
    #[doc(alias = "GetChannelPoliciesForUser")]
    pub fn list_for_channels_of(&self, user: &UserId, page: &Page) -> Result<RetentionPolicyForChannelList> {
        self.0.get("/users/{user_id}/data_retention/channel_policies", &[user]).query(page).fetch()
    }

    /// Goes through what holds for the channels of an account, 200 a call.
    pub fn all_for_channels_of(&self, user: &UserId) -> Pages<'c, RetentionPolicyForChannel> {
        let (group, user) = (*self, user.clone());
        pages(move |number| group.list_for_channels_of(&user, &Page::full(number)).map(|list| list.policies))
    }
}

#[derive(Deserialize)]
struct TotalCount {
    total_count: i64,
}
