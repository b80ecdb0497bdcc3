//! Data retention.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, PolicyId, TeamId};

model! {
    /// What of the whole server is deleted when it is old.
    pub struct GlobalRetentionPolicy {
        /// Whether posts are.
        pub message_deletion_enabled: bool,
        /// Whether files are.
        pub file_deletion_enabled: bool,
        /// Posts older than this go.
        pub message_retention_cutoff: Timestamp,
        /// Files older than this go.
        pub file_retention_cutoff: Timestamp,
    }
}

model! {
    /// What is deleted in some teams and channels.
    #[doc(alias = "RetentionPolicyWithTeamAndChannelCounts")]
    pub struct RetentionPolicy {
        /// Its id.
        pub id: PolicyId,
        /// What people see.
        pub display_name: String,
        /// Days that posts are kept; -1 for ever.
        pub post_duration: Option<i64>,
        /// How many channels it is for.
        pub channel_count: i64,
        /// How many teams it is for.
        pub team_count: i64,
    }
}

impl From<&RetentionPolicy> for PolicyId {
    fn from(from: &RetentionPolicy) -> Self {
        from.id.clone()
    }
}

model! {
    /// A page of policies, and how many there are.
    #[doc(alias = "RetentionPolicyWithTeamAndChannelCountsList")]
    pub struct RetentionPolicyList {
        /// The policies of this page.
        pub policies: Vec<RetentionPolicy>,
        /// How many there are in all.
        pub total_count: i64,
    }
}

/// A new policy.
#[doc(alias = "RetentionPolicyWithTeamAndChannelIDs")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RetentionPolicyDraft {
    /// What people are to see; up to 64 characters.
    pub display_name: String,
    /// Days that posts are to be kept; -1 for ever.
    pub post_duration: i64,
    /// The teams that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_ids: Option<Vec<TeamId>>,
    /// The channels that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_ids: Option<Vec<ChannelId>>,
}

impl RetentionPolicyDraft {
    /// With what is required.
    pub fn new(display_name: impl Into<String>, post_duration: i64) -> Self {
        Self { display_name: display_name.into(), post_duration, team_ids: None, channel_ids: None }
    }
}

setters! { RetentionPolicyDraft:
    /// The teams that it is for.
    team_ids: Vec<TeamId>,
    /// The channels that it is for.
    channel_ids: Vec<ChannelId>,
}

/// Changes to a policy; what is not set stays.
#[doc(alias = "RetentionPolicyWithTeamAndChannelIDs")]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RetentionPolicyPatch {
    /// What people are to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Days that posts are to be kept; -1 for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_duration: Option<i64>,
    /// Replaces the teams that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_ids: Option<Vec<TeamId>>,
    /// Replaces the channels that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_ids: Option<Vec<ChannelId>>,
}

impl RetentionPolicyPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { RetentionPolicyPatch:
    /// What people are to see.
    display_name: String,
    /// Days that posts are to be kept; -1 for ever.
    post_duration: i64,
    /// Replaces the teams that it is for.
    team_ids: Vec<TeamId>,
    /// Replaces the channels that it is for.
    channel_ids: Vec<ChannelId>,
}

model! {
    /// How long posts of a team are kept.
    pub struct RetentionPolicyForTeam {
        /// The team.
        pub team_id: TeamId,
        /// Days; -1 for ever.
        pub post_duration: i64,
    }
}

model! {
    /// A page of teams under policies.
    pub struct RetentionPolicyForTeamList {
        /// The teams of this page.
        pub policies: Vec<RetentionPolicyForTeam>,
        /// How many there are in all.
        pub total_count: i64,
    }
}

model! {
    /// How long posts of a channel are kept.
    pub struct RetentionPolicyForChannel {
        /// The channel.
        pub channel_id: ChannelId,
        /// Days; -1 for ever.
        pub post_duration: i64,
    }
}

model! {
    /// A page of channels under policies.
    pub struct RetentionPolicyForChannelList {
        /// The channels of this page.
        pub policies: Vec<RetentionPolicyForChannel>,
        /// How many there are in all.
        pub total_count: i64,
    }
}
