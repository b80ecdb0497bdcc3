//! Access policies.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, Json, PolicyId, PropertyFieldId, User, UserId};

open_enum! {
    /// Type of an access policy.
    AccessPolicyType {
        /// A set of rules that is imported by channel policies.
        Parent = "parent",
        /// The policy of one channel. Its ID is the channel ID.
        Channel = "channel",
    }
}

model! {
    /// An access policy: rules for the membership of a channel.
    pub struct AccessControlPolicy {
        /// The ID. Equals the channel ID for the policy of a channel.
        pub id: PolicyId,
        /// The name.
        pub name: String,
        /// The policy type.
        #[serde(rename = "type")]
        pub kind: AccessPolicyType,
        /// `true` if the policy adds and removes members.
        pub active: bool,
        /// Creation time.
        pub create_at: Timestamp,
        /// Revision counter.
        pub revision: i64,
        /// Format version: `v0.1` or `v0.2`.
        pub version: String,
        /// IDs of imported policies.
        pub imports: Vec<String>,
        /// The policy's own rules.
        pub rules: Vec<AccessControlPolicyRule>,
        /// Additional properties.
        pub props: Json,
    }
}

model! {
    /// A rule of an access policy.
    pub struct AccessControlPolicyRule {
        /// Allowed actions. Only `*` (any action) is supported.
        pub actions: Vec<String>,
        /// Condition in CEL, for example `user.attributes.team == "red"`.
        pub expression: String,
    }
}

impl AccessControlPolicyRule {
    /// Creates a rule that allows any action, and therefore membership.
    pub fn new(expression: impl Into<String>) -> Self {
        Self { actions: vec!["*".into()], expression: expression.into() }
    }
}

input! {
    /// A new access policy, or changes to an existing one.
    #[doc(alias = "AccessControlPolicy")]
    pub struct AccessControlPolicyDraft {
        /// The name, up to 128 characters.
        pub name: String,
        /// The policy type.
        #[serde(rename = "type")]
        pub kind: AccessPolicyType,
        /// The policy's own rules.
        pub rules: Vec<AccessControlPolicyRule>,
    }
    optional {
        /// The policy to change. Equals the channel ID for the policy of a channel.
        id: PolicyId,
        /// `true` if the policy adds and removes members.
        active: bool,
        /// The revision to change.
        revision: i64,
        /// Format version: `v0.1` or `v0.2`. Current servers require it.
        version: String,
        /// Imported policies.
        imports: Vec<PolicyId>,
        /// Additional properties.
        props: Json,
    }
}

/// Activates or deactivates one policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessControlPolicyActiveUpdate {
    /// The policy.
    pub id: PolicyId,
    /// `true` to activate the policy.
    pub active: bool,
}

impl AccessControlPolicyActiveUpdate {
    /// Creates a value with the required fields.
    pub fn new(id: impl Into<PolicyId>, active: bool) -> Self {
        Self { id: id.into(), active }
    }
}

input! {
    /// Search terms and filters for access policies.
    pub struct AccessControlPolicySearch {}
    optional {
        /// Part of the name.
        term: String,
        /// Only policies of this type.
        #[serde(rename = "type")]
        kind: AccessPolicyType,
        /// Only policies that import this one.
        parent_id: PolicyId,
        /// Only these policies.
        ids: Vec<PolicyId>,
        /// Pagination cursor: returns policies after this one.
        cursor: AccessControlPolicyCursor,
        /// Maximum number of results.
        limit: u32,
        /// Includes the importing policies.
        include_children: bool,
        /// Only active policies.
        active: bool,
    }
}

model! {
    /// Pagination cursor.
    pub struct AccessControlPolicyCursor {
        /// ID of the last policy of the previous page.
        pub id: String,
    }
}

impl AccessControlPolicyCursor {
    /// Creates a cursor that starts after the given policy.
    pub fn after(policy: impl Into<PolicyId>) -> Self {
        Self { id: policy.into().as_str().to_owned() }
    }
}

model! {
    /// A page of policies and the total count.
    pub struct AccessControlPoliciesWithCount {
        /// The policies of this page.
        pub policies: Vec<AccessControlPolicy>,
        /// Total number of policies.
        pub total: i64,
    }
}

input! {
    /// An expression to validate or parse.
    #[doc(alias = "CELExpression")]
    pub struct CelExpression {
        /// The expression in CEL.
        pub expression: String,
    }
    optional {
        /// ID of the channel of the expression. Required for users who manage only that channel.
        #[serde(rename = "channelId")]
        channel_id: ChannelId,
    }
}

/// An expression, with page and filter for the matching users.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QueryExpressionParams {
    /// The expression in CEL.
    pub expression: String,
    /// Maximum number of results.
    pub limit: u32,
    /// Only users whose names contain this term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// Pagination cursor: returns users after this ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// ID of the channel of the expression. Required for users who manage only that channel.
    #[serde(rename = "channelId", skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
}

impl QueryExpressionParams {
    /// Creates a value with the required fields.
    pub fn new(expression: impl Into<String>, limit: u32) -> Self {
        Self { expression: expression.into(), limit, term: None, after: None, channel_id: None }
    }
}

setters! { QueryExpressionParams:
    /// Only users whose names contain this term.
    term: String,
    /// Pagination cursor: returns users after this ID.
    after: UserId,
    /// ID of the channel of the expression. Required for users who manage only that channel.
    channel_id: ChannelId,
}

model! {
    /// An error in an expression.
    #[doc(alias = "CELExpressionError")]
    pub struct CelExpressionError {
        /// One-based line number.
        pub line: i64,
        /// Zero-based column number.
        pub column: i64,
        /// The error message.
        pub message: String,
    }
}

model! {
    /// Users who match an expression.
    pub struct AccessControlPolicyTestResponse {
        /// The users of this page.
        pub users: Vec<User>,
        /// Total number of users.
        pub total: i64,
    }
}

model! {
    /// An expression parsed into conditions, all of which must be satisfied.
    pub struct VisualExpression {
        /// The conditions.
        pub conditions: Vec<VisualCondition>,
    }
}

model! {
    /// A condition of an expression.
    #[doc(alias = "Condition")]
    pub struct VisualCondition {
        /// The attribute, for example `user.attributes.team`.
        pub attribute: String,
        /// The operator, for example `==`, `in` or `startsWith`.
        pub operator: String,
        /// The operand.
        pub value: Json,
        /// 0 for a literal operand, 1 for an attribute.
        pub value_type: i64,
        /// Type of the attribute: `text`, `select` or `multiselect`.
        pub attribute_type: String,
    }
}

/// Page of attributes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessFieldPage {
    /// Maximum number of results. Must be between 1 and 100.
    pub limit: u32,
    /// Pagination cursor: returns attributes after this ID.
    pub after: Option<PropertyFieldId>,
    /// ID of the channel of the expression. Required for users who manage only that channel.
    #[serde(rename = "channelId")]
    pub channel_id: Option<ChannelId>,
}

impl AccessFieldPage {
    /// Creates a value with the required fields.
    pub fn new(limit: u32) -> Self {
        Self { limit, after: None, channel_id: None }
    }
}

setters! { AccessFieldPage:
    /// Pagination cursor: returns attributes after this ID.
    after: PropertyFieldId,
    /// ID of the channel of the expression. Required for users who manage only that channel.
    channel_id: ChannelId,
}

/// Page of the channels that a policy applies to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessChannelPage {
    /// Maximum number of results.
    pub limit: u32,
    /// Pagination cursor: returns channels after this ID.
    pub after: Option<ChannelId>,
}

impl AccessChannelPage {
    /// Creates a value with the required fields.
    pub fn new(limit: u32) -> Self {
        Self { limit, after: None }
    }
}

setters! { AccessChannelPage:
    /// Pagination cursor: returns channels after this ID.
    after: ChannelId,
}
