//! Content flagging.

use std::collections::BTreeMap;

use serde::Deserialize;

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

input! {
    /// Settings for flagged posts. Unset fields use the server's defaults.
    #[derive(Deserialize)]
    #[doc(alias = "ContentFlaggingSettingsRequest")]
    #[serde(default, rename_all = "PascalCase")]
    pub struct ContentFlaggingSettings {}
    optional {
        /// `true` if posts can be flagged.
        enable_content_flagging: bool,
        /// Notification settings.
        notification_settings: ContentFlaggingNotificationSettings,
        /// Settings for reasons and comments.
        additional_settings: AdditionalContentFlaggingSettings,
        /// Reviewer settings.
        reviewer_settings: ReviewerSettings,
    }
}

decode_by_deserialize! { ContentFlaggingSettings }

input! {
    /// Notification settings.
    #[derive(Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    pub struct ContentFlaggingNotificationSettings {}
    optional {
        /// Recipients by [`ContentFlaggingEvent`].
        event_target_mapping: BTreeMap<String, Vec<NotificationTarget>>,
    }
}

input! {
    /// Settings for reasons and comments.
    #[derive(Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    pub struct AdditionalContentFlaggingSettings {}
    optional {
        /// Available reasons.
        reasons: Vec<String>,
        /// `true` if users must enter a comment when they flag a post.
        reporter_comment_required: bool,
        /// `true` if reviewers must enter a comment.
        reviewer_comment_required: bool,
        /// `true` if a flagged post is hidden until it has been reviewed.
        hide_flagged_content: bool,
    }
}

input! {
    /// Reviewer settings.
    #[derive(Deserialize)]
    #[doc(alias = "ReviewSettingsRequest")]
    #[serde(default, rename_all = "PascalCase")]
    pub struct ReviewerSettings {}
    optional {
        /// `true` if all teams share the same reviewers.
        common_reviewers: bool,
        /// `true` if system administrators are reviewers.
        system_admins_as_reviewers: bool,
        /// `true` if team administrators are reviewers in their teams.
        team_admins_as_reviewers: bool,
        /// IDs of the reviewers of all teams.
        common_reviewer_ids: Vec<UserId>,
        /// Reviewers by team.
        team_reviewers_setting: BTreeMap<TeamId, TeamReviewerSetting>,
    }
}

input! {
    /// The reviewers of a team.
    #[derive(Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    pub struct TeamReviewerSetting {}
    optional {
        /// `true` if posts of the team can be flagged.
        enabled: bool,
        /// IDs of the reviewers.
        reviewer_ids: Vec<UserId>,
    }
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
        /// `true` if the reporter is notified when the post is kept. Only for reviewers.
        pub notify_reporter_on_dismissal: Option<bool>,
        /// `true` if the reporter is notified when the post is removed. Only for reviewers.
        pub notify_reporter_on_removal: Option<bool>,
    }
}

input! {
    /// A request to flag a post.
    pub struct FlagContentRequest {
        /// One of [`ContentFlaggingReportingConfig::reasons`].
        pub reason: String,
    }
    optional {
        /// A comment, up to 1,000 characters.
        comment: String,
    }
}

input! {
    /// A request to keep or remove a flagged post.
    pub struct FlagContentActionRequest {}
    optional {
        /// A comment, up to 1,000 characters.
        comment: String,
    }
}
