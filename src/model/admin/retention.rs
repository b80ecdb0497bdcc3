//! Data retention.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, PolicyId, TeamId};

model! {
    /// The server-wide retention policy.
    pub struct GlobalRetentionPolicy {
        /// `true` if old posts are deleted.
        pub message_deletion_enabled: bool,
        /// `true` if old files are deleted.
        pub file_deletion_enabled: bool,
        /// Posts created before this time are deleted.
        pub message_retention_cutoff: Timestamp,
        /// Files created before this time are deleted.
        pub file_retention_cutoff: Timestamp,
    }
}

model! {
    /// A retention policy for teams and channels.
    #[doc(alias = "RetentionPolicyWithTeamAndChannelCounts")]
    pub struct RetentionPolicy {
        /// The ID.
        pub id: PolicyId,
        /// The display name.
        pub display_name: String,
        /// Retention of posts in days; -1 means forever.
        pub post_duration: Option<i64>,
        /// Number of channels.
        pub channel_count: i64,
        /// Number of teams.
        pub team_count: i64,
    }
}

model! {
    /// A page of policies and the total count.
    #[doc(alias = "RetentionPolicyWithTeamAndChannelCountsList")]
    pub struct RetentionPolicyList {
        /// The policies of this page.
        pub policies: Vec<RetentionPolicy>,
        /// Total number of policies.
        pub total_count: i64,
    }
}

/// A new retention policy.
#[doc(alias = "RetentionPolicyWithTeamAndChannelIDs")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RetentionPolicyDraft {
    /// The display name, up to 64 characters.
    pub display_name: String,
    /// Retention of posts in days; -1 means forever.
    pub post_duration: i64,
    /// IDs of the teams to which the policy applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_ids: Option<Vec<TeamId>>,
    /// IDs of the channels to which the policy applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_ids: Option<Vec<ChannelId>>,
}

impl RetentionPolicyDraft {
    /// Creates a value with the required fields.
    pub fn new(display_name: impl Into<String>, post_duration: i64) -> Self {
        Self { display_name: display_name.into(), post_duration, team_ids: None, channel_ids: None }
    }
}

setters! { RetentionPolicyDraft:
    /// IDs of the teams to which the policy applies.
    team_ids: Vec<TeamId>,
    /// IDs of the channels to which the policy applies.
    channel_ids: Vec<ChannelId>,
}

input! {
    /// Changes to a retention policy. Unset fields keep their values.
    #[doc(alias = "RetentionPolicyWithTeamAndChannelIDs")]
    pub struct RetentionPolicyPatch {}
    optional {
        /// The display name.
        display_name: String,
        /// Retention of posts in days; -1 means forever.
        post_duration: i64,
        /// Replaces the teams to which the policy applies.
        team_ids: Vec<TeamId>,
        /// Replaces the channels to which the policy applies.
        channel_ids: Vec<ChannelId>,
    }
}

model! {
    /// Retention of the posts of a team.
    pub struct RetentionPolicyForTeam {
        /// ID of the team.
        pub team_id: TeamId,
        /// Retention of posts in days; -1 means forever.
        pub post_duration: i64,
    }
}

model! {
    /// A page of teams with retention policies.
    pub struct RetentionPolicyForTeamList {
        /// The teams of this page.
        pub policies: Vec<RetentionPolicyForTeam>,
        /// Total number of teams.
        pub total_count: i64,
    }
}

model! {
    /// Retention of the posts of a channel.
    pub struct RetentionPolicyForChannel {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// Retention of posts in days; -1 means forever.
        pub post_duration: i64,
    }
}

model! {
    /// A page of channels with retention policies.
    pub struct RetentionPolicyForChannelList {
        /// The channels of this page.
        pub policies: Vec<RetentionPolicyForChannel>,
        /// Total number of channels.
        pub total_count: i64,
    }
}
