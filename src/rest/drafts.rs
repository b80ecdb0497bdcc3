//! Messages that were begun and not sent.

use serde::Serialize;

use crate::error::Result;
use crate::http::Http;
use crate::model::{ChannelId, Draft, PostDraft, PostId, TeamId, UserId};

/// Drafts, by [`Client::drafts`](crate::Client::drafts).
///
/// Since 7.7, and only where the server's settings allow synchronised drafts (501 otherwise).
#[derive(Clone, Copy, Debug)]
pub struct Drafts<'c>(pub(crate) &'c Http);

impl Drafts<'_> {
    /// Lists drafts in a team, and those in direct and group channels.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/drafts`
    ///
    /// Permissions, as the case may be: `view_team`, `create_post`.
    pub fn list(&self, user: &UserId, team: &TeamId) -> Result<Vec<Draft>> {
        self.0.get("/users/{user_id}/teams/{team_id}/drafts", &[user, team]).fetch()
    }

    /// Saves a draft for a channel, or for a thread. Whatever was kept there is replaced.
    ///
    /// `POST /drafts`
    ///
    /// Permission: `create_post` in the channel.
    pub fn save(&self, draft: &PostDraft) -> Result<Draft> {
        self.0.post("/drafts", &[]).json(&Owned { user_id: self.0.me()?, post: draft }).fetch()
    }

    /// Deletes one's draft for a channel.
    ///
    /// `DELETE /users/{user_id}/channels/{channel_id}/drafts`
    ///
    /// Permission: `delete_post`.
    pub fn delete(&self, channel: &ChannelId) -> Result<()> {
        self.0.delete("/users/{user_id}/channels/{channel_id}/drafts", &[&UserId::me(), channel]).ok()
    }

    /// Deletes one's draft for a thread.
    ///
    /// `DELETE /users/{user_id}/channels/{channel_id}/drafts/{thread_id}`
    ///
    /// Permission: `delete_post`.
    pub fn delete_in(&self, channel: &ChannelId, thread: &PostId) -> Result<()> {
        let template = "/users/{user_id}/channels/{channel_id}/drafts/{thread_id}";
        self.0.delete(template, &[&UserId::me(), channel, thread]).ok()
    }
}

#[derive(Serialize)]
struct Owned<'d> {
    user_id: UserId,
    #[serde(flatten)]
    post: &'d PostDraft,
}
