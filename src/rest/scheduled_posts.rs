//! Scheduled posts: posts that the server creates later.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{PostDraft, PostPriority, ScheduledPost, ScheduledPostId, TeamId, UserId};
use crate::time::Timestamp;

/// Scheduled posts: posts that the server creates later. Returned by
/// [`Client::scheduled_posts`](crate::Client::scheduled_posts).
///
/// Requires a license of any edition; returns 400 otherwise.
#[derive(Clone, Copy, Debug)]
pub struct ScheduledPosts<'c>(pub(crate) &'c HttpClient);

impl ScheduledPosts<'_> {
    /// Schedules a post.
    ///
    /// `POST /posts/schedule`
    ///
    /// Required permission: `create_post` in the channel. Since server 10.3.
    #[doc(alias = "CreateScheduledPost")]
    #[inline]
    pub fn create(&self, draft: &PostDraft, at: Timestamp) -> Result<ScheduledPost> {
        let post = Scheduled { user_id: self.0.me()?, at, priority: draft.priority.as_ref(), post: draft };
        self.0.post("/posts/schedule", &[]).json(&post).check_first(draft.check()).decode()
    }

    /// Replaces a scheduled post with the given value. Start from the result of [`list`](Self::list).
    ///
    /// `PUT /posts/schedule/{scheduled_post_id}`
    ///
    /// Required permission: `create_post`. Since server 10.3.
    #[doc(alias = "UpdateScheduledPost")]
    #[inline]
    pub fn update(&self, post: &ScheduledPost) -> Result<ScheduledPost> {
        self.0.put("/posts/schedule/{scheduled_post_id}", &[&post.id]).json(post).decode()
    }

    /// Deletes a scheduled post.
    ///
    /// `DELETE /posts/schedule/{scheduled_post_id}`
    ///
    /// Since server 10.3.
    #[doc(alias = "DeleteScheduledPost")]
    #[inline]
    pub fn delete(&self, post: &ScheduledPostId) -> Result<ScheduledPost> {
        self.0.delete("/posts/schedule/{scheduled_post_id}", &[post]).decode()
    }

    /// Lists the current account's scheduled posts in a team.
    ///
    /// `GET /posts/scheduled/team/{team_id}`
    ///
    /// Required permission: `view_team`. Since server 10.3.
    #[doc(alias = "GetUserScheduledPosts")]
    #[inline]
    pub fn list(&self, team: &TeamId) -> Result<BTreeMap<TeamId, Vec<ScheduledPost>>> {
        self.0.get("/posts/scheduled/team/{team_id}", &[team]).decode()
    }

    /// Lists the current account's scheduled posts in a team. Those in direct and group channels are listed
    /// under `directChannels`.
    ///
    /// `GET /posts/scheduled/team/{team_id}`
    ///
    /// Required permission: `view_team`. Since server 10.3.
    #[doc(alias = "GetUserScheduledPosts")]
    #[inline]
    pub fn list_with_direct(&self, team: &TeamId) -> Result<BTreeMap<String, Vec<ScheduledPost>>> {
        self.0.get("/posts/scheduled/team/{team_id}", &[team]).param("includeDirectChannels", true).decode()
    }
}

#[derive(Serialize)]
struct Scheduled<'d> {
    user_id: UserId,
    #[serde(rename = "scheduled_at")]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<&'d PostPriority>,
    #[serde(flatten)]
    post: &'d PostDraft,
}
