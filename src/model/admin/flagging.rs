//! Content flagging.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{TeamId, UserId};

open_enum! {
    /// An event that triggers notifications.
    ContentFlaggingEvent {
        /// A post was flagged.
        Flagged = "flagged",
        /// A reviewer was assigned.
        Assigned = "assigned",
        /// The post was removed.
        Removed = "removed",
        /// The post was kept.
        Dismissed = "dismissed",
    }
}

open_enum! {
    /// Recipient of a notification.
    NotificationTarget {
        /// The reviewers.
        Reviewers = "reviewers",
        /// The author of the post.
        Author = "author",
        /// The user who flagged the post.
        Reporter = "reporter",
    }
}

/// Settings for flagged posts. Unset fields use the server's defaults.
#[doc(alias = "ContentFlaggingSettingsRequest")]
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ContentFlaggingSettings {
    /// `true` if posts can be flagged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_content_flagging: Option<bool>,
    /// Notification settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_settings: Option<ContentFlaggingNotificationSettings>,
    /// Settings for reasons and comments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_settings: Option<AdditionalContentFlaggingSettings>,
    /// Reviewer settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer_settings: Option<ReviewerSettings>,
}

impl ContentFlaggingSettings {
    /// Creates an empty value.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ContentFlaggingSettings:
    /// `true` if posts can be flagged.
    enable_content_flagging: bool,
    /// Notification settings.
    notification_settings: ContentFlaggingNotificationSettings,
    /// Settings for reasons and comments.
    additional_settings: AdditionalContentFlaggingSettings,
    /// Reviewer settings.
    reviewer_settings: ReviewerSettings,
}

/// Notification settings.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ContentFlaggingNotificationSettings {
    /// Recipients by [`ContentFlaggingEvent`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_target_mapping: Option<BTreeMap<String, Vec<NotificationTarget>>>,
}

impl ContentFlaggingNotificationSettings {
    /// Creates an empty value.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ContentFlaggingNotificationSettings:
    /// Recipients by [`ContentFlaggingEvent`].
    event_target_mapping: BTreeMap<String, Vec<NotificationTarget>>,
}

/// Settings for reasons and comments.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AdditionalContentFlaggingSettings {
    /// Available reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<String>>,
    /// `true` if users must enter a comment when they flag a post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporter_comment_required: Option<bool>,
    /// `true` if reviewers must enter a comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer_comment_required: Option<bool>,
    /// `true` if a flagged post is hidden until it has been reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_flagged_content: Option<bool>,
}

impl AdditionalContentFlaggingSettings {
    /// Creates an empty value.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { AdditionalContentFlaggingSettings:
    /// Available reasons.
    reasons: Vec<String>,
    /// `true` if users must enter a comment when they flag a post.
    reporter_comment_required: bool,
    /// `true` if reviewers must enter a comment.
    reviewer_comment_required: bool,
    /// `true` if a flagged post is hidden until it has been reviewed.
    hide_flagged_content: bool,
}

/// Reviewer settings.
#[doc(alias = "ReviewSettingsRequest")]
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ReviewerSettings {
    /// `true` if all teams share the same reviewers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_reviewers: Option<bool>,
    /// `true` if system administrators are reviewers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_admins_as_reviewers: Option<bool>,
    /// `true` if team administrators are reviewers in their teams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_admins_as_reviewers: Option<bool>,
    /// The reviewers of all teams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_reviewer_ids: Option<Vec<UserId>>,
    /// Reviewers by team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_reviewers_setting: Option<BTreeMap<TeamId, TeamReviewerSetting>>,
}

impl ReviewerSettings {
    /// Creates an empty value.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ReviewerSettings:
    /// `true` if all teams share the same reviewers.
    common_reviewers: bool,
    /// `true` if system administrators are reviewers.
    system_admins_as_reviewers: bool,
    /// `true` if team administrators are reviewers in their teams.
    team_admins_as_reviewers: bool,
    /// The reviewers of all teams.
    common_reviewer_ids: Vec<UserId>,
    /// Reviewers by team.
    team_reviewers_setting: BTreeMap<TeamId, TeamReviewerSetting>,
}

/// The reviewers of a team.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct TeamReviewerSetting {
    /// `true` if posts of the team can be flagged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Reviewer settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer_ids: Option<Vec<UserId>>,
}

impl TeamReviewerSetting {
    /// Creates an empty value.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { TeamReviewerSetting:
    /// `true` if posts of the team can be flagged.
    enabled: bool,
    /// Reviewer settings.
    reviewer_ids: Vec<UserId>,
}

model! {
    /// Options for flagging a post.
    pub struct ContentFlaggingReportingConfig {
        /// Available reasons.
        pub reasons: Vec<String>,
        /// `true` if users must enter a comment when they flag a post.
        pub reporter_comment_required: bool,
        /// `true` if reviewers must enter a comment.
        pub reviewer_comment_required: bool,
        /// `true` if the reporter is notified if the post is kept. Only for reviewers.
        pub notify_reporter_on_dismissal: Option<bool>,
        /// `true` if the reporter is notified if the post is removed. Only for reviewers.
        pub notify_reporter_on_removal: Option<bool>,
    }
}

/// A request to flag a post.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FlagContentRequest {
    /// One of [`ContentFlaggingReportingConfig::reasons`].
    pub reason: String,
    /// A comment, up to 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl FlagContentRequest {
    /// Creates the value from its required fields.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), comment: None }
    }
}

setters! { FlagContentRequest:
    /// A comment, up to 1,000 characters.
    comment: String,
}

/// A request to keep or remove a flagged post.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FlagContentActionRequest {
    /// A comment, up to 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl FlagContentActionRequest {
    /// Creates an empty value.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { FlagContentActionRequest:
    /// A comment, up to 1,000 characters.
    comment: String,
}
