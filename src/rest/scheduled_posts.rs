//! Posts that the server makes later.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Result;
use crate::http::Http;
use crate::model::{PostDraft, PostPriority, ScheduledPost, ScheduledPostId, TeamId, UserId};
use crate::time::Timestamp;

/// Scheduled posts, by [`Client::scheduled_posts`](crate::Client::scheduled_posts).
///
/// Any licence is needed (400 otherwise).
#[derive(Clone, Copy, Debug)]
pub struct ScheduledPosts<'c>(pub(crate) &'c Http);

impl ScheduledPosts<'_> {
    /// Schedules a post.
    ///
    /// `POST /posts/schedule`
    ///
    /// Permission: `create_post` in the channel. Since 10.3.
    #[doc(alias = "CreateScheduledPost")]
    pub fn create(&self, draft: &PostDraft, at: Timestamp) -> Result<ScheduledPost> {
        let post = Scheduled { user_id: self.0.me()?, at, priority: draft.priority.as_ref(), post: draft };
        self.0.post("/posts/schedule", &[]).json(&post).require(draft.check()).fetch()
    }

    /// Replaces a scheduled post by what is given: start from [`list`](Self::list).
    ///
    /// `PUT /posts/schedule/{scheduled_post_id}`
    ///
    /// Permission: `create_post`. Since 10.3.
    #[doc(alias = "UpdateScheduledPost")]
    pub fn update(&self, post: &ScheduledPost) -> Result<ScheduledPost> {
        self.0.put("/posts/schedule/{scheduled_post_id}", &[&post.id]).json(post).fetch()
    }

    /// Deletes a scheduled post.
    ///
    /// `DELETE /posts/schedule/{scheduled_post_id}`
    ///
    /// Since 10.3.
    #[doc(alias = "DeleteScheduledPost")]
    pub fn delete(&self, post: &ScheduledPostId) -> Result<ScheduledPost> {
        self.0.delete("/posts/schedule/{scheduled_post_id}", &[post]).fetch()
    }

    /// Lists one's scheduled posts of a team.
    ///
    /// `GET /posts/scheduled/team/{team_id}`
    ///
    /// Permission: `view_team`. Since 10.3.
    #[doc(alias = "GetUserScheduledPosts")]
    pub fn list(&self, team: &TeamId) -> Result<BTreeMap<TeamId, Vec<ScheduledPost>>> {
        self.0.get("/posts/scheduled/team/{team_id}", &[team]).fetch()
    }

    /// Lists one's scheduled posts of a team and, under `directChannels`, those of direct and group channels.
    ///
    /// `GET /posts/scheduled/team/{team_id}`
    ///
    /// Permission: `view_team`. Since 10.3.
    #[doc(alias = "GetUserScheduledPosts")]
    pub fn list_with_direct(&self, team: &TeamId) -> Result<BTreeMap<String, Vec<ScheduledPost>>> {
        self.0.get("/posts/scheduled/team/{team_id}", &[team]).param("includeDirectChannels", true).fetch()
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
