//! Access policies: who may be in which channel, by attributes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    AccessChannelPage, AccessControlPoliciesWithCount, AccessControlPolicy, AccessControlPolicyActiveUpdate,
    AccessControlPolicyCursor, AccessControlPolicyDraft, AccessControlPolicySearch,
    AccessControlPolicyTestResponse, AccessFieldPage, CelExpression, CelExpressionError, ChannelId,
    ChannelSearch, ChannelWithTeamData, ChannelsWithCount, PolicyId, PropertyField, QueryExpressionParams,
    VisualExpression,
};
use crate::page::{Pages, until_last};

/// Access policies: who may be in which channel, by attributes, by
/// [`Client::access_control`](crate::Client::access_control).
///
/// Those who only manage a channel (`manage_channel_access_rules`) may look after that channel's policy; all
/// else needs `manage_system`. 501 without a licence.
#[derive(Clone, Copy, Debug)]
pub struct AccessControl<'c>(pub(crate) &'c Http);

impl AccessControl<'_> {
    /// Creates a policy, or changes the one whose id is set.
    ///
    /// `PUT /access_control_policies`
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "CreateAccessControlPolicy")]
    pub fn save(&self, draft: &AccessControlPolicyDraft) -> Result<AccessControlPolicy> {
        self.0.put("/access_control_policies", &[]).json(draft).fetch()
    }

    /// Gets a policy.
    ///
    /// `GET /access_control_policies/{policy_id}`
    ///
    /// Permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "GetAccessControlPolicy")]
    pub fn get(&self, policy: &PolicyId) -> Result<AccessControlPolicy> {
        self.0.get("/access_control_policies/{policy_id}", &[policy]).fetch()
    }

    /// Gets a policy that a channel's policy imports, for those who only manage that channel.
    ///
    /// `GET /access_control_policies/{policy_id}`
    ///
    /// Permission: `manage_channel_access_rules`. Edition: Enterprise Advanced.
    #[doc(alias = "GetAccessControlPolicy")]
    pub fn get_in_channel(&self, policy: &PolicyId, channel: &ChannelId) -> Result<AccessControlPolicy> {
        self.0.get("/access_control_policies/{policy_id}", &[policy]).param("channelId", channel).fetch()
    }

    /// Deletes a policy.
    ///
    /// `DELETE /access_control_policies/{policy_id}`
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "DeleteAccessControlPolicy")]
    pub fn delete(&self, policy: &PolicyId) -> Result<()> {
        self.0.delete("/access_control_policies/{policy_id}", &[policy]).ok()
    }

    /// Searches policies.
    ///
    /// `POST /access_control_policies/search`
    ///
    /// Permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "SearchAccessControlPolicies")]
    pub fn search(&self, search: &AccessControlPolicySearch) -> Result<AccessControlPoliciesWithCount> {
        self.0.post("/access_control_policies/search", &[]).json(search).reads().fetch()
    }

    /// Switches policies on or off.
    ///
    /// `PUT /access_control_policies/activate`
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "UpdateAccessControlPoliciesActive")]
    pub fn set_active(
        &self,
        updates: &[AccessControlPolicyActiveUpdate],
    ) -> Result<Vec<AccessControlPolicy>> {
        self.0.put("/access_control_policies/activate", &[]).json(&json!({"entries": updates})).fetch()
    }

    /// Switches a policy on.
    ///
    /// `GET /access_control_policies/{policy_id}/activate`
    ///
    /// Deprecated by the server, in favour of [`set_active`](Self::set_active). It is a GET; a client that
    /// only reads refuses it.
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "UpdateAccessControlPolicyActiveStatus")]
    pub fn activate(&self, policy: &PolicyId) -> Result<()> {
        self.0
            .get("/access_control_policies/{policy_id}/activate", &[policy])
            .param("active", true)
            .writes()
            .ok()
    }

    /// Switches a policy off.
    ///
    /// `GET /access_control_policies/{policy_id}/activate`
    ///
    /// Deprecated by the server, in favour of [`set_active`](Self::set_active). It is a GET; a client that
    /// only reads refuses it.
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "UpdateAccessControlPolicyActiveStatus")]
    pub fn deactivate(&self, policy: &PolicyId) -> Result<()> {
        self.0
            .get("/access_control_policies/{policy_id}/activate", &[policy])
            .param("active", false)
            .writes()
            .ok()
    }

    /// Puts private channels under a policy.
    ///
    /// `POST /access_control_policies/{policy_id}/assign`
    ///
    /// Permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "AssignAccessControlPolicyToChannels")]
    pub fn assign(&self, policy: &PolicyId, channels: &[ChannelId]) -> Result<()> {
        self.0
            .post("/access_control_policies/{policy_id}/assign", &[policy])
            .json(&json!({"channel_ids": channels}))
            .ok()
    }

    /// Takes channels out of a policy.
    ///
    /// `DELETE /access_control_policies/{policy_id}/unassign`
    ///
    /// Permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "UnassignAccessControlPolicyFromChannels")]
    pub fn unassign(&self, policy: &PolicyId, channels: &[ChannelId]) -> Result<()> {
        self.0
            .delete("/access_control_policies/{policy_id}/unassign", &[policy])
            .json(&json!({"channel_ids": channels}))
            .ok()
    }

    /// Lists channels under a policy.
    ///
    /// `GET /access_control_policies/{policy_id}/resources/channels`
    ///
    /// Permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "GetChannelsForAccessControlPolicy")]
    pub fn list_channels(&self, policy: &PolicyId, page: &AccessChannelPage) -> Result<ChannelsWithCount> {
        self.0.get("/access_control_policies/{policy_id}/resources/channels", &[policy]).query(page).fetch()
    }

    /// Searches the channels under a policy.
    ///
    /// `POST /access_control_policies/{policy_id}/resources/channels/search`
    ///
    /// Permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "SearchChannelsForAccessControlPolicy")]
    pub fn search_channels(&self, policy: &PolicyId, search: &ChannelSearch) -> Result<ChannelsWithCount> {
        self.0
            .post("/access_control_policies/{policy_id}/resources/channels/search", &[policy])
            .json(search)
            .reads()
            .fetch()
    }

    /// Lists the attributes, with their values, that a channel's policy asks for.
    ///
    /// `GET /channels/{channel_id}/access_control/attributes`
    ///
    /// Permission: `read_channel`. Edition: Enterprise Advanced.
    #[doc(alias = "GetChannelAccessControlAttributes")]
    pub fn list_channel_attributes(&self, channel: &ChannelId) -> Result<BTreeMap<String, Vec<String>>> {
        self.0.get("/channels/{channel_id}/access_control/attributes", &[channel]).fetch()
    }

    /// Lists the attributes that expressions can use.
    ///
    /// `GET /access_control_policies/cel/autocomplete/fields`
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "GetAccessControlPolicyAutocompleteFields")]
    pub fn list_fields(&self, page: &AccessFieldPage) -> Result<Vec<PropertyField>> {
        self.0.get("/access_control_policies/cel/autocomplete/fields", &[]).query(page).fetch()
    }

    /// Looks for errors in an expression; none is good.
    ///
    /// `POST /access_control_policies/cel/check`
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "CheckAccessControlPolicyExpression")]
    pub fn check_expression(&self, expression: &CelExpression) -> Result<Vec<CelExpressionError>> {
        self.0.post("/access_control_policies/cel/check", &[]).json(expression).reads().fetch()
    }

    /// Lists accounts that match an expression.
    ///
    /// `POST /access_control_policies/cel/test`
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "TestAccessControlPolicyExpression")]
    pub fn list_matches(
        &self,
        expression: &QueryExpressionParams,
    ) -> Result<AccessControlPolicyTestResponse> {
        self.0.post("/access_control_policies/cel/test", &[]).json(expression).reads().fetch()
    }

    /// Tells whether the own account matches an expression.
    ///
    /// `POST /access_control_policies/cel/validate_requester`
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "ValidateExpressionAgainstRequester")]
    pub fn matches_me(&self, expression: &CelExpression) -> Result<bool> {
        self.0
            .post("/access_control_policies/cel/validate_requester", &[])
            .json(expression)
            .reads()
            .fetch::<RequesterMatches>()
            .map(|answer| answer.requester_matches)
    }

    /// Takes an expression apart into conditions.
    ///
    /// `POST /access_control_policies/cel/visual_ast`
    ///
    /// Permissions, as the case may be: `manage_system`, `manage_channel_access_rules`. Edition: Enterprise
    /// Advanced.
    #[doc(alias = "GetCELVisualAST")]
    pub fn take_apart(&self, expression: &CelExpression) -> Result<VisualExpression> {
        self.0.post("/access_control_policies/cel/visual_ast", &[]).json(expression).reads().fetch()
    }
}

impl<'c> AccessControl<'c> {
    /// Goes through all policies that `search` finds, 100 a call; its `cursor` and `limit` do not count.
    pub fn all(&self, search: &AccessControlPolicySearch) -> Pages<'c, AccessControlPolicy> {
        let (group, mut search) = (*self, search.clone().limit(100u32));
        search.cursor = None;
        until_last(move |_| {
            let list = group.search(&search)?.policies;
            search.cursor = list.last().map(|last| AccessControlPolicyCursor::after(&last.id));
            let end = list.len() < 100;
            Ok((list, end))
        })
    }

    /// Goes through all channels under a policy, 100 a call.
    pub fn all_channels(&self, policy: &PolicyId) -> Pages<'c, ChannelWithTeamData> {
        let (group, policy, mut page) = (*self, policy.clone(), AccessChannelPage::new(100));
        until_last(move |_| {
            let list = group.list_channels(&policy, &page)?.channels;
            page.after = list.last().map(|last| last.channel.id.clone());
            let end = list.len() < 100;
            Ok((list, end))
        })
    }
}

#[derive(Deserialize)]
struct RequesterMatches {
    requester_matches: bool,
}
