//! Content flagging: users report posts, and reviewers keep or remove them.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    ContentFlaggingReportingConfig, ContentFlaggingSettings, FlagContentActionRequest, FlagContentRequest,
    Post, PostId, PropertyField, PropertyValue, TeamId, User, UserId,
};

/// Content flagging: users report posts, and reviewers keep or remove them. Returned by
/// [`Client::content_flagging`](crate::Client::content_flagging).
///
/// Returns 404 if the feature flag `ContentFlagging` is off, and 501 without a license or while the setting
/// is off.
#[derive(Clone, Copy, Debug)]
pub struct ContentFlagging<'c>(pub(crate) &'c HttpClient);

impl ContentFlagging<'_> {
    /// Gets the settings for flagged posts.
    ///
    /// `GET /content_flagging/config`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "GetCFConfig")]
    #[inline]
    pub fn get_config(&self) -> Result<ContentFlaggingSettings> {
        self.0.get("/content_flagging/config", &[]).decode()
    }

    /// Replaces the settings for flagged posts.
    ///
    /// `PUT /content_flagging/config`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise Advanced.
    #[doc(alias = "UpdateCFConfig")]
    #[inline]
    pub fn update_config(&self, settings: &ContentFlaggingSettings) -> Result<()> {
        self.0.put("/content_flagging/config", &[]).json(settings).send()
    }

    /// Gets the options for flagging a post.
    ///
    /// `GET /content_flagging/flag/config`
    ///
    /// Edition: Enterprise Advanced.
    #[doc(alias = "GetCFFlagConfig")]
    #[inline]
    pub fn get_flag_config(&self) -> Result<ContentFlaggingReportingConfig> {
        self.0.get("/content_flagging/flag/config", &[]).decode()
    }

    /// Gets the options that apply when a reviewer keeps or removes a flagged post in a team.
    ///
    /// `GET /content_flagging/flag/config`
    ///
    /// Edition: Enterprise Advanced.
    #[doc(alias = "GetCFFlagConfig")]
    #[inline]
    pub fn get_reviewer_config(&self, team: &TeamId) -> Result<ContentFlaggingReportingConfig> {
        self.0.get("/content_flagging/flag/config", &[]).param("team_id", team).decode()
    }

    /// Checks whether posts of a team can be flagged.
    ///
    /// `GET /content_flagging/team/{team_id}/status`
    ///
    /// Required permission: `view_team`. Edition: Enterprise Advanced.
    #[doc(alias = "GetCFTeamStatus")]
    #[inline]
    pub fn is_enabled(&self, team: &TeamId) -> Result<bool> {
        self.0.get("/content_flagging/team/{team_id}/status", &[team]).decode_member("enabled")
    }

    /// Flags a post.
    ///
    /// `POST /content_flagging/post/{post_id}/flag`
    ///
    /// Edition: Enterprise Advanced.
    #[doc(alias = "PostCFPostFlag")]
    #[inline]
    pub fn flag(&self, post: &PostId, request: &FlagContentRequest) -> Result<()> {
        self.0.post("/content_flagging/post/{post_id}/flag", &[post]).json(request).send()
    }

    /// Lists the properties of flagged posts, by name.
    ///
    /// `GET /content_flagging/fields`
    ///
    /// Edition: Enterprise Advanced.
    #[doc(alias = "GetCFFields")]
    #[inline]
    pub fn list_fields(&self) -> Result<BTreeMap<String, PropertyField>> {
        self.0.get("/content_flagging/fields", &[]).decode()
    }

    /// Lists the property values of a flagged post: reporter, reason, reviewer and others.
    ///
    /// `GET /content_flagging/post/{post_id}/field_values`
    ///
    /// For reviewers of the team only. Edition: Enterprise Advanced.
    #[doc(alias = "GetCFPostFieldValues")]
    #[inline]
    pub fn list_values(&self, post: &PostId) -> Result<Vec<PropertyValue>> {
        self.0.get("/content_flagging/post/{post_id}/field_values", &[post]).decode()
    }

    /// Gets a flagged post, even if it is hidden.
    ///
    /// `GET /content_flagging/post/{post_id}`
    ///
    /// For reviewers of the team only. Edition: Enterprise Advanced.
    #[doc(alias = "GetCFPost")]
    #[inline]
    pub fn get_post(&self, post: &PostId) -> Result<Post> {
        self.0.get("/content_flagging/post/{post_id}", &[post]).decode()
    }

    /// Keeps a flagged post.
    ///
    /// `PUT /content_flagging/post/{post_id}/keep`
    ///
    /// For reviewers of the team only. Edition: Enterprise Advanced.
    #[doc(alias = "KeepCFPost")]
    #[inline]
    pub fn keep(&self, post: &PostId, action: &FlagContentActionRequest) -> Result<()> {
        self.0.put("/content_flagging/post/{post_id}/keep", &[post]).json(action).send()
    }

    /// Permanently removes a flagged post.
    ///
    /// `PUT /content_flagging/post/{post_id}/remove`
    ///
    /// For reviewers of the team only. Edition: Enterprise Advanced.
    #[doc(alias = "RemoveCFPost")]
    #[inline]
    pub fn remove(&self, post: &PostId, action: &FlagContentActionRequest) -> Result<()> {
        self.0.put("/content_flagging/post/{post_id}/remove", &[post]).json(action).send()
    }

    /// Assigns a reviewer to a flagged post.
    ///
    /// `POST /content_flagging/post/{post_id}/assign/{content_reviewer_id}`
    ///
    /// For reviewers of the team only. Edition: Enterprise Advanced.
    #[doc(alias = "PostCFPostReviewer")]
    #[inline]
    pub fn assign(&self, post: &PostId, reviewer: &UserId) -> Result<()> {
        self.0.post("/content_flagging/post/{post_id}/assign/{content_reviewer_id}", &[post, reviewer]).send()
    }

    /// Searches the reviewers of a team by part of their name.
    ///
    /// `GET /content_flagging/team/{team_id}/reviewers/search`
    ///
    /// For reviewers of the team only. Edition: Enterprise Advanced.
    #[doc(alias = "SearchCFTeamReviewers")]
    #[inline]
    pub fn search_reviewers(&self, team: &TeamId, name: &str) -> Result<Vec<User>> {
        self.0.get("/content_flagging/team/{team_id}/reviewers/search", &[team]).param("term", name).decode()
    }
}
