//! What access policies are made of.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, Json, PolicyId, PropertyFieldId, User, UserId};

open_enum! {
    /// What an access policy is for.
    AccessPolicyType {
        /// A set of rules that policies of channels import.
        Parent = "parent",
        /// The policy of one channel: its id is the channel's.
        Channel = "channel",
    }
}

model! {
    /// Rules about who may be in a channel.
    pub struct AccessControlPolicy {
        /// Its id; that of the channel for the policy of a channel.
        pub id: PolicyId,
        /// Its name.
        pub name: String,
        /// What it is for.
        #[serde(rename = "type")]
        pub kind: AccessPolicyType,
        /// Whether members are added and removed by it.
        pub active: bool,
        /// When it was made.
        pub create_at: Timestamp,
        /// Counts its changes.
        pub revision: i64,
        /// The version of the format: `v0.1` or `v0.2`.
        pub version: String,
        /// Ids of the policies whose rules it takes over.
        pub imports: Vec<String>,
        /// Its own rules.
        pub rules: Vec<AccessControlPolicyRule>,
        /// Whatever else there is.
        pub props: Json,
    }
}

impl From<&AccessControlPolicy> for PolicyId {
    fn from(from: &AccessControlPolicy) -> Self {
        from.id.clone()
    }
}

model! {
    /// One rule.
    pub struct AccessControlPolicyRule {
        /// What is allowed: `*`, anything, is all there is so far.
        pub actions: Vec<String>,
        /// To whom, in CEL: `user.attributes.team == "red"`.
        pub expression: String,
    }
}

impl AccessControlPolicyRule {
    /// A rule about who may do anything, and so be a member.
    pub fn new(expression: impl Into<String>) -> Self {
        Self { actions: vec!["*".into()], expression: expression.into() }
    }
}

/// A new access policy, or what one is changed into.
#[doc(alias = "AccessControlPolicy")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessControlPolicyDraft {
    /// Its name; up to 128 characters.
    pub name: String,
    /// What it is for.
    #[serde(rename = "type")]
    pub kind: AccessPolicyType,
    /// Its own rules.
    pub rules: Vec<AccessControlPolicyRule>,
    /// The policy to change; the channel's id for the policy of a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<PolicyId>,
    /// Whether members are to be added and removed by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// The revision that is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
    /// The version of the format; servers so far ask for one: `v0.1`, or `v0.2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The policies whose rules it takes over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imports: Option<Vec<PolicyId>>,
    /// Whatever else there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub props: Option<Json>,
}

impl AccessControlPolicyDraft {
    /// With what is required.
    pub fn new(
        name: impl Into<String>,
        kind: impl Into<AccessPolicyType>,
        rules: impl Into<Vec<AccessControlPolicyRule>>,
    ) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            rules: rules.into(),
            id: None,
            active: None,
            revision: None,
            version: None,
            imports: None,
            props: None,
        }
    }
}

setters! { AccessControlPolicyDraft:
    /// The policy to change; the channel's id for the policy of a channel.
    id: PolicyId,
    /// Whether members are to be added and removed by it.
    active: bool,
    /// The revision that is changed.
    revision: i64,
    /// The version of the format; servers so far ask for one: `v0.1`, or `v0.2`.
    version: String,
    /// The policies whose rules it takes over.
    imports: Vec<PolicyId>,
    /// Whatever else there is.
    props: Json,
}

/// Switches one policy on or off.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessControlPolicyActiveUpdate {
    /// The policy.
    pub id: PolicyId,
    /// Whether it is to be on.
    pub active: bool,
}

impl AccessControlPolicyActiveUpdate {
    /// With what is required.
    pub fn new(id: impl Into<PolicyId>, active: bool) -> Self {
        Self { id: id.into(), active }
    }
}

/// Which access policies to find.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessControlPolicySearch {
    /// Part of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// Only policies of this kind.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<AccessPolicyType>,
    /// Only policies that import this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<PolicyId>,
    /// Only these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<PolicyId>>,
    /// Where the last answer ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<AccessControlPolicyCursor>,
    /// Most to return.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Also tell which policies import them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_children: Option<bool>,
    /// Only policies that are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

impl AccessControlPolicySearch {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { AccessControlPolicySearch:
    /// Part of the name.
    term: String,
    /// Only policies of this kind.
    kind: AccessPolicyType,
    /// Only policies that import this one.
    parent_id: PolicyId,
    /// Only these.
    ids: Vec<PolicyId>,
    /// Where the last answer ended.
    cursor: AccessControlPolicyCursor,
    /// Most to return.
    limit: u32,
    /// Also tell which policies import them.
    include_children: bool,
    /// Only policies that are on.
    active: bool,
}

model! {
    /// Where an answer ended.
    pub struct AccessControlPolicyCursor {
        /// The last policy of it.
        pub id: String,
    }
}

impl AccessControlPolicyCursor {
    /// Behind this policy.
    pub fn after(policy: impl Into<PolicyId>) -> Self {
        Self { id: policy.into().as_str().to_owned() }
    }
}

model! {
    /// Policies, and how many there are.
    pub struct AccessControlPoliciesWithCount {
        /// The policies of this answer.
        pub policies: Vec<AccessControlPolicy>,
        /// How many there are in all.
        pub total: i64,
    }
}

/// An expression to look at.
#[doc(alias = "CELExpression")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CelExpression {
    /// The expression, in CEL.
    pub expression: String,
    /// The channel that it is for; needed by those who only manage that channel.
    #[serde(rename = "channelId", skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
}

impl CelExpression {
    /// With what is required.
    pub fn new(expression: impl Into<String>) -> Self {
        Self { expression: expression.into(), channel_id: None }
    }
}

setters! { CelExpression:
    /// The channel that it is for; needed by those who only manage that channel.
    channel_id: ChannelId,
}

/// An expression, and which accounts that match it to list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QueryExpressionParams {
    /// The expression, in CEL.
    pub expression: String,
    /// Most to return.
    pub limit: u32,
    /// Only accounts with this in their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// Where the last answer ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// The channel that it is for; needed by those who only manage that channel.
    #[serde(rename = "channelId", skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
}

impl QueryExpressionParams {
    /// With what is required.
    pub fn new(expression: impl Into<String>, limit: u32) -> Self {
        Self { expression: expression.into(), limit, term: None, after: None, channel_id: None }
    }
}

setters! { QueryExpressionParams:
    /// Only accounts with this in their names.
    term: String,
    /// Where the last answer ended.
    after: UserId,
    /// The channel that it is for; needed by those who only manage that channel.
    channel_id: ChannelId,
}

model! {
    /// What is wrong with an expression.
    #[doc(alias = "CELExpressionError")]
    pub struct CelExpressionError {
        /// In which line, from 1.
        pub line: i64,
        /// In which column, from 0.
        pub column: i64,
        /// What is wrong.
        pub message: String,
    }
}

model! {
    /// Accounts that match an expression.
    pub struct AccessControlPolicyTestResponse {
        /// The accounts of this answer.
        pub users: Vec<User>,
        /// How many there are in all.
        pub total: i64,
    }
}

model! {
    /// An expression taken apart into conditions that all have to hold.
    pub struct VisualExpression {
        /// The conditions.
        pub conditions: Vec<VisualCondition>,
    }
}

model! {
    /// One condition.
    #[doc(alias = "Condition")]
    pub struct VisualCondition {
        /// What is looked at: `user.attributes.team`.
        pub attribute: String,
        /// How it is compared: `==`, `in`, `startsWith`.
        pub operator: String,
        /// With what.
        pub value: Json,
        /// 0 if the value is a literal, 1 if it is an attribute.
        pub value_type: i64,
        /// The type of the attribute: `text`, `select`, `multiselect`.
        pub attribute_type: String,
    }
}

/// Which attributes to list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessFieldPage {
    /// Most to return, from 1 to 100.
    pub limit: u32,
    /// Where the last answer ended.
    pub after: Option<PropertyFieldId>,
    /// The channel that an expression is for; needed by those who only manage that channel.
    #[serde(rename = "channelId")]
    pub channel_id: Option<ChannelId>,
}

impl AccessFieldPage {
    /// With what is required.
    pub fn new(limit: u32) -> Self {
        Self { limit, after: None, channel_id: None }
    }
}

setters! { AccessFieldPage:
    /// Where the last answer ended.
    after: PropertyFieldId,
    /// The channel that an expression is for; needed by those who only manage that channel.
    channel_id: ChannelId,
}

/// Which channels under a policy to list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessChannelPage {
    /// Most to return.
    pub limit: u32,
    /// Where the last answer ended.
    pub after: Option<ChannelId>,
}

impl AccessChannelPage {
    /// With what is required.
    pub fn new(limit: u32) -> Self {
        Self { limit, after: None }
    }
}

setters! { AccessChannelPage:
    /// Where the last answer ended.
    after: ChannelId,
}
