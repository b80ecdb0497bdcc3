//! Access policies: attribute-based rules for channel membership.

use std::collections::BTreeMap;

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    AccessChannelPage, AccessControlPoliciesWithCount, AccessControlPolicy, AccessControlPolicyActiveUpdate,
    AccessControlPolicyCursor, AccessControlPolicyDraft, AccessControlPolicySearch,
    AccessControlPolicyTestResponse, AccessFieldPage, CelExpression, CelExpressionError, ChannelId,
    ChannelSearch, ChannelWithTeamData, ChannelsWithCount, PolicyId, PropertyField, QueryExpressionParams,
    VisualExpression,
};
use crate::page::{Pages, until_last};

/// Access policies: attribute-based rules for channel membership. Returned by
/// [`Client::access_control`](crate::Client::access_control).
///
/// Users with `manage_channel_access_rules` may manage the policy of their channel. All other operations require
/// `manage_system`. The routes return 501 without a license.
#[derive(Clone, Copy, Debug)]
pub struct AccessControl<'c>(pub(crate) &'c HttpClient);

impl AccessControl<'_> {
    /// Creates a policy, or updates the policy whose ID is set.
    ///
    /// `PUT /access_control_policies`
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "CreateAccessControlPolicy")]
    #[inline]
    pub fn save(&self, draft: &AccessControlPolicyDraft) -> Result<AccessControlPolicy> {
        self.0.put("/access_control_policies", &[]).json(draft).decode()
    }

    /// Gets a policy.
    ///
    /// `GET /access_control_policies/{policy_id}`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "GetAccessControlPolicy")]
    #[inline]
    pub fn get(&self, policy: &PolicyId) -> Result<AccessControlPolicy> {
        self.0.get("/access_control_policies/{policy_id}", &[policy]).decode()
    }

    /// Gets a policy that is imported by a channel's policy. Intended for users who manage only that channel.
    ///
    /// `GET /access_control_policies/{policy_id}`
    ///
    /// Required permission: `manage_channel_access_rules`. Edition: Enterprise Advanced.
    #[doc(alias = "GetAccessControlPolicy")]
    #[inline]
    pub fn get_in_channel(&self, policy: &PolicyId, channel: &ChannelId) -> Result<AccessControlPolicy> {
        self.0.get("/access_control_policies/{policy_id}", &[policy]).param("channelId", channel).decode()
    }

    /// Deletes a policy.
    ///
    /// `DELETE /access_control_policies/{policy_id}`
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "DeleteAccessControlPolicy")]
    #[inline]
    pub fn delete(&self, policy: &PolicyId) -> Result<()> {
        self.0.delete("/access_control_policies/{policy_id}", &[policy]).send()
    }

    /// Searches policies.
    ///
    /// `POST /access_control_policies/search`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "SearchAccessControlPolicies")]
    #[inline]
    pub fn search(&self, search: &AccessControlPolicySearch) -> Result<AccessControlPoliciesWithCount> {
        self.0.post("/access_control_policies/search", &[]).json(search).safe().decode()
    }

    /// Activates or deactivates policies.
    ///
    /// `PUT /access_control_policies/activate`
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "UpdateAccessControlPoliciesActive")]
    #[inline]
    pub fn set_active(
        &self,
        updates: &[AccessControlPolicyActiveUpdate],
    ) -> Result<Vec<AccessControlPolicy>> {
        self.0.put("/access_control_policies/activate", &[]).json(&json!({"entries": updates})).decode()
    }

    /// Activates a policy.
    ///
    /// `GET /access_control_policies/{policy_id}/activate`
    ///
    /// Deprecated by the server in favor of [`set_active`](Self::set_active). The request is a GET, but a
    /// read-only client refuses it because it changes state.
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "UpdateAccessControlPolicyActiveStatus")]
    #[inline]
    pub fn activate(&self, policy: &PolicyId) -> Result<()> {
        self.0
            .get("/access_control_policies/{policy_id}/activate", &[policy])
            .param("active", true)
            .changes_state()
            .send()
    }

    /// Deactivates a policy.
    ///
    /// `GET /access_control_policies/{policy_id}/activate`
    ///
    /// Deprecated by the server in favor of [`set_active`](Self::set_active). The request is a GET, but a
    /// read-only client refuses it because it changes state.
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "UpdateAccessControlPolicyActiveStatus")]
    #[inline]
    pub fn deactivate(&self, policy: &PolicyId) -> Result<()> {
        self.0
            .get("/access_control_policies/{policy_id}/activate", &[policy])
            .param("active", false)
            .changes_state()
            .send()
    }

    /// Assigns a policy to private channels.
    ///
    /// `POST /access_control_policies/{policy_id}/assign`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "AssignAccessControlPolicyToChannels")]
    #[inline]
    pub fn assign(&self, policy: &PolicyId, channels: &[ChannelId]) -> Result<()> {
        self.0
            .post("/access_control_policies/{policy_id}/assign", &[policy])
            .json(&json!({"channel_ids": channels}))
            .send()
    }

    /// Removes channels from a policy.
    ///
    /// `DELETE /access_control_policies/{policy_id}/unassign`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "UnassignAccessControlPolicyFromChannels")]
    #[inline]
    pub fn unassign(&self, policy: &PolicyId, channels: &[ChannelId]) -> Result<()> {
        self.0
            .delete("/access_control_policies/{policy_id}/unassign", &[policy])
            .json(&json!({"channel_ids": channels}))
            .send()
    }

    /// Lists the channels that a policy applies to.
    ///
    /// `GET /access_control_policies/{policy_id}/resources/channels`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "GetChannelsForAccessControlPolicy")]
    #[inline]
    pub fn list_channels(&self, policy: &PolicyId, page: &AccessChannelPage) -> Result<ChannelsWithCount> {
        self.0.get("/access_control_policies/{policy_id}/resources/channels", &[policy]).query(page).decode()
    }

    /// Searches the channels that a policy applies to.
    ///
    /// `POST /access_control_policies/{policy_id}/resources/channels/search`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "SearchChannelsForAccessControlPolicy")]
    #[inline]
    pub fn search_channels(&self, policy: &PolicyId, search: &ChannelSearch) -> Result<ChannelsWithCount> {
        self.0
            .post("/access_control_policies/{policy_id}/resources/channels/search", &[policy])
            .json(search)
            .safe()
            .decode()
    }

    /// Lists the attributes used by a channel's policy, with their values.
    ///
    /// `GET /channels/{channel_id}/access_control/attributes`
    ///
    /// Required permission: `read_channel`. Edition: Enterprise Advanced.
    #[doc(alias = "GetChannelAccessControlAttributes")]
    #[inline]
    pub fn list_channel_attributes(&self, channel: &ChannelId) -> Result<BTreeMap<String, Vec<String>>> {
        self.0.get("/channels/{channel_id}/access_control/attributes", &[channel]).decode()
    }

    /// Lists the attributes available to expressions.
    ///
    /// `GET /access_control_policies/cel/autocomplete/fields`
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "GetAccessControlPolicyAutocompleteFields")]
    #[inline]
    pub fn list_fields(&self, page: &AccessFieldPage) -> Result<Vec<PropertyField>> {
        self.0.get("/access_control_policies/cel/autocomplete/fields", &[]).query(page).decode()
    }

    /// Validates an expression. Returns its errors; an empty list means that it is valid.
    ///
    /// `POST /access_control_policies/cel/check`
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "CheckAccessControlPolicyExpression")]
    #[inline]
    pub fn check_expression(&self, expression: &CelExpression) -> Result<Vec<CelExpressionError>> {
        self.0.post("/access_control_policies/cel/check", &[]).json(expression).safe().decode()
    }

    /// Lists users who match an expression.
    ///
    /// `POST /access_control_policies/cel/test`
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "TestAccessControlPolicyExpression")]
    #[inline]
    pub fn list_matches(
        &self,
        expression: &QueryExpressionParams,
    ) -> Result<AccessControlPolicyTestResponse> {
        self.0.post("/access_control_policies/cel/test", &[]).json(expression).safe().decode()
    }

    /// Checks whether the current account matches an expression.
    ///
    /// `POST /access_control_policies/cel/validate_requester`
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "ValidateExpressionAgainstRequester")]
    #[inline]
    pub fn matches_me(&self, expression: &CelExpression) -> Result<bool> {
        self.0
            .post("/access_control_policies/cel/validate_requester", &[])
            .json(expression)
            .safe()
            .decode_member("requester_matches")
    }

    /// Parses an expression into its conditions.
    ///
    /// `POST /access_control_policies/cel/visual_ast`
    ///
    /// Required permissions, depending on the request: `manage_system`, `manage_channel_access_rules`.
    /// Edition: Enterprise Advanced.
    #[doc(alias = "GetCELVisualAST")]
    #[inline]
    pub fn take_apart(&self, expression: &CelExpression) -> Result<VisualExpression> {
        self.0.post("/access_control_policies/cel/visual_ast", &[]).json(expression).safe().decode()
    }
}

impl<'c> AccessControl<'c> {
    /// Iterates over all policies found by `search`, fetching 100 per request. `cursor` and `limit` are
    /// ignored.
    #[inline]
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

    /// Iterates over all channels that a policy applies to, fetching 100 per request.
    #[inline]
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
