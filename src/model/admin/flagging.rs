//! Content flagging.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{TeamId, UserId};

open_enum! {
    /// Something that people are told of.
    ContentFlaggingEvent {
        /// A post was flagged.
        Flagged = "flagged",
        /// A reviewer was named.
        Assigned = "assigned",
        /// The post was removed.
        Removed = "removed",
        /// The post was kept.
        Dismissed = "dismissed",
    }
}

open_enum! {
    /// Who is told.
    NotificationTarget {
        /// Those who review.
        Reviewers = "reviewers",
        /// Who wrote the post.
        Author = "author",
        /// Who flagged it.
        Reporter = "reporter",
    }
}

/// How flagged posts are dealt with; what is not set gets the server's default.
#[doc(alias = "ContentFlaggingSettingsRequest")]
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ContentFlaggingSettings {
    /// Whether posts can be flagged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_content_flagging: Option<bool>,
    /// Who is told of what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_settings: Option<ContentFlaggingNotificationSettings>,
    /// Reasons and comments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_settings: Option<AdditionalContentFlaggingSettings>,
    /// Who reviews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer_settings: Option<ReviewerSettings>,
}

impl ContentFlaggingSettings {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ContentFlaggingSettings:
    /// Whether posts can be flagged.
    enable_content_flagging: bool,
    /// Who is told of what.
    notification_settings: ContentFlaggingNotificationSettings,
    /// Reasons and comments.
    additional_settings: AdditionalContentFlaggingSettings,
    /// Who reviews.
    reviewer_settings: ReviewerSettings,
}

/// Who is told of what.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ContentFlaggingNotificationSettings {
    /// Who is told, by [`ContentFlaggingEvent`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_target_mapping: Option<BTreeMap<String, Vec<NotificationTarget>>>,
}

impl ContentFlaggingNotificationSettings {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ContentFlaggingNotificationSettings:
    /// Who is told, by [`ContentFlaggingEvent`].
    event_target_mapping: BTreeMap<String, Vec<NotificationTarget>>,
}

/// Reasons and comments.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AdditionalContentFlaggingSettings {
    /// What can be chosen as the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<String>>,
    /// Whether who flags a post has to say why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporter_comment_required: Option<bool>,
    /// Whether who reviews it has to say why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer_comment_required: Option<bool>,
    /// Whether a post is hidden until it was reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_flagged_content: Option<bool>,
}

impl AdditionalContentFlaggingSettings {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { AdditionalContentFlaggingSettings:
    /// What can be chosen as the reason.
    reasons: Vec<String>,
    /// Whether who flags a post has to say why.
    reporter_comment_required: bool,
    /// Whether who reviews it has to say why.
    reviewer_comment_required: bool,
    /// Whether a post is hidden until it was reviewed.
    hide_flagged_content: bool,
}

/// Who reviews.
#[doc(alias = "ReviewSettingsRequest")]
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ReviewerSettings {
    /// Whether the same accounts review in all teams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_reviewers: Option<bool>,
    /// Whether administrators review too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_admins_as_reviewers: Option<bool>,
    /// Whether administrators of a team review in it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_admins_as_reviewers: Option<bool>,
    /// Who reviews in all teams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_reviewer_ids: Option<Vec<UserId>>,
    /// Who reviews in which team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_reviewers_setting: Option<BTreeMap<TeamId, TeamReviewerSetting>>,
}

impl ReviewerSettings {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ReviewerSettings:
    /// Whether the same accounts review in all teams.
    common_reviewers: bool,
    /// Whether administrators review too.
    system_admins_as_reviewers: bool,
    /// Whether administrators of a team review in it too.
    team_admins_as_reviewers: bool,
    /// Who reviews in all teams.
    common_reviewer_ids: Vec<UserId>,
    /// Who reviews in which team.
    team_reviewers_setting: BTreeMap<TeamId, TeamReviewerSetting>,
}

/// Who reviews in a team.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct TeamReviewerSetting {
    /// Whether posts of that team can be flagged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Who reviews.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer_ids: Option<Vec<UserId>>,
}

impl TeamReviewerSetting {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { TeamReviewerSetting:
    /// Whether posts of that team can be flagged.
    enabled: bool,
    /// Who reviews.
    reviewer_ids: Vec<UserId>,
}

model! {
    /// What there is to say when a post is flagged.
    pub struct ContentFlaggingReportingConfig {
        /// What can be chosen as the reason.
        pub reasons: Vec<String>,
        /// Whether who flags a post has to say why.
        pub reporter_comment_required: bool,
        /// Whether who reviews it has to say why.
        pub reviewer_comment_required: bool,
        /// Whether who flagged a post is told that it was kept; only for reviewers.
        pub notify_reporter_on_dismissal: Option<bool>,
        /// Whether who flagged a post is told that it was removed; only for reviewers.
        pub notify_reporter_on_removal: Option<bool>,
    }
}

/// Why a post is flagged.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FlagContentRequest {
    /// One of [`ContentFlaggingReportingConfig::reasons`].
    pub reason: String,
    /// More about it; up to 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl FlagContentRequest {
    /// With what is required.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), comment: None }
    }
}

setters! { FlagContentRequest:
    /// More about it; up to 1,000 characters.
    comment: String,
}

/// What is said about a flagged post when it is kept or removed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FlagContentActionRequest {
    /// More about it; up to 1,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl FlagContentActionRequest {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { FlagContentActionRequest:
    /// More about it; up to 1,000 characters.
    comment: String,
}
