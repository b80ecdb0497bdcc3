//! Drafts: unsent messages stored on the server.

use serde::Serialize;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{ChannelId, Draft, PostDraft, PostId, TeamId, UserId};

/// Drafts: unsent messages stored on the server. Returned by [`Client::drafts`](crate::Client::drafts).
///
/// Since server 7.7. Returns 501 unless the server settings allow synchronized drafts.
#[derive(Clone, Copy, Debug)]
pub struct Drafts<'c>(pub(crate) &'c HttpClient);

impl Drafts<'_> {
    /// Lists the drafts in a team, and those in direct and group channels.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/drafts`
    ///
    /// Required permissions, depending on the request: `view_team`, `create_post`.
    #[inline]
    pub fn list(&self, user: &UserId, team: &TeamId) -> Result<Vec<Draft>> {
        self.0.get("/users/{user_id}/teams/{team_id}/drafts", &[user, team]).decode()
    }

    /// Saves a draft for a channel or a thread. Replaces the existing draft.
    ///
    /// `POST /drafts`
    ///
    /// Required permission: `create_post` in the channel.
    #[inline]
    pub fn save(&self, draft: &PostDraft) -> Result<Draft> {
        self.0.post("/drafts", &[]).json(&Owned { user_id: self.0.me()?, post: draft }).decode()
    }

    /// Deletes the current account's draft for a channel.
    ///
    /// `DELETE /users/{user_id}/channels/{channel_id}/drafts`
    ///
    /// Required permission: `delete_post`.
    #[inline]
    pub fn delete(&self, channel: &ChannelId) -> Result<()> {
        self.0.delete("/users/{user_id}/channels/{channel_id}/drafts", &[&UserId::me(), channel]).send()
    }

    /// Deletes the current account's draft for a thread.
    ///
    /// `DELETE /users/{user_id}/channels/{channel_id}/drafts/{thread_id}`
    ///
    /// Required permission: `delete_post`.
    #[inline]
    pub fn delete_in(&self, channel: &ChannelId, thread: &PostId) -> Result<()> {
        let template = "/users/{user_id}/channels/{channel_id}/drafts/{thread_id}";
        self.0.delete(template, &[&UserId::me(), channel, thread]).send()
    }
}

#[derive(Serialize)]
struct Owned<'d> {
    user_id: UserId,
    #[serde(flatten)]
    post: &'d PostDraft,
}
