//! Pins, reminders, acknowledgements and other marks on posts.

use serde::Deserialize;
use serde_json::json;

use super::Posts;
use crate::error::Result;
use crate::model::{
    ChannelUnreadAt, DoPostActionRequest, Post, PostAcknowledgement, PostActionAPIResponse, PostId,
    RewriteRequest, UserId,
};
use crate::time::Timestamp;

impl Posts<'_> {
    /// Pins a post to its channel.
    ///
    /// `POST /posts/{post_id}/pin`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "PinPost")]
    pub fn pin(&self, post: &PostId) -> Result<()> {
        self.0.post("/posts/{post_id}/pin", &[post]).ok()
    }

    /// Takes a pin off.
    ///
    /// `POST /posts/{post_id}/unpin`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "UnpinPost")]
    pub fn unpin(&self, post: &PostId) -> Result<()> {
        self.0.post("/posts/{post_id}/unpin", &[post]).ok()
    }

    /// Takes a channel as unread from a post on.
    ///
    /// `POST /users/{user_id}/posts/{post_id}/set_unread`
    ///
    /// Permissions, as the case may be: `read_channel`, `edit_other_users`. Since 5.18.
    #[doc(alias = "SetPostUnread")]
    pub fn set_unread(&self, post: &PostId) -> Result<ChannelUnreadAt> {
        let template = "/users/{user_id}/posts/{post_id}/set_unread";
        self.0
            .post(template, &[&UserId::me(), post])
            .json(&json!({"collapsed_threads_supported": true}))
            .fetch()
    }

    /// Asks to be reminded of a post; the server counts in seconds and looks every few minutes.
    ///
    /// `POST /users/{user_id}/posts/{post_id}/reminder`
    ///
    /// Permission: `read_channel`. Since 7.2.
    #[doc(alias = "SetPostReminder")]
    pub fn remind(&self, post: &PostId, at: Timestamp) -> Result<()> {
        let template = "/users/{user_id}/posts/{post_id}/reminder";
        self.0
            .post(template, &[&UserId::me(), post])
            .json(&json!({"target_time": at.as_millis() / 1000}))
            .ok()
    }

    /// Acknowledges a post that asks for it. Needs a licence.
    ///
    /// `POST /users/{user_id}/posts/{post_id}/ack`
    ///
    /// Permissions, as the case may be: `read_channel`, `edit_other_users`. Since 7.7.
    #[doc(alias = "SaveAcknowledgementForPost")]
    pub fn acknowledge(&self, post: &PostId) -> Result<PostAcknowledgement> {
        self.0.post("/users/{user_id}/posts/{post_id}/ack", &[&UserId::me(), post]).fetch()
    }

    /// Takes an acknowledgement back, within 5 minutes. Needs a licence.
    ///
    /// `DELETE /users/{user_id}/posts/{post_id}/ack`
    ///
    /// Permissions, as the case may be: `read_channel`, `edit_other_users`. Since 7.7.
    #[doc(alias = "DeleteAcknowledgementForPost")]
    pub fn unacknowledge(&self, post: &PostId) -> Result<()> {
        self.0.delete("/users/{user_id}/posts/{post_id}/ack", &[&UserId::me(), post]).ok()
    }

    /// Reads a post that burns on reading. **A GET that changes something**: the time runs from here on.
    ///
    /// `GET /posts/{post_id}/reveal`
    ///
    /// Permission: `read_channel`. Since 11.2. Enterprise edition.
    #[doc(alias = "RevealPost")]
    pub fn reveal(&self, post: &PostId) -> Result<Post> {
        self.0.get("/posts/{post_id}/reveal", &[post]).fetch()
    }

    /// Makes a post that burns on reading vanish for oneself; for everybody, if one wrote it.
    ///
    /// `DELETE /posts/{post_id}/burn`
    ///
    /// Permission: `read_channel`. Since 11.2. Enterprise edition.
    #[doc(alias = "BurnPost")]
    pub fn burn(&self, post: &PostId) -> Result<()> {
        self.0.delete("/posts/{post_id}/burn", &[post]).ok()
    }

    /// Presses a button of a post.
    ///
    /// `POST /posts/{post_id}/actions/{action_id}`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "DoPostAction")]
    pub fn do_action(&self, post: &PostId, action: &str) -> Result<PostActionAPIResponse> {
        self.0.post("/posts/{post_id}/actions/{action_id}", &[post, &action]).json(&json!({})).fetch()
    }

    /// Presses a button, or chooses from a menu.
    ///
    /// `POST /posts/{post_id}/actions/{action_id}`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "DoPostAction")]
    pub fn do_action_with(
        &self,
        post: &PostId,
        action: &str,
        request: &DoPostActionRequest,
    ) -> Result<PostActionAPIResponse> {
        self.0.post("/posts/{post_id}/actions/{action_id}", &[post, &action]).json(request).fetch()
    }

    /// Has an agent rewrite a text; nothing is posted. Needs the agents plugin. It may take longer than other calls.
    ///
    /// `POST /posts/rewrite`
    ///
    /// Since 11.2.
    #[doc(alias = "RewriteMessage")]
    pub fn rewrite(&self, request: &RewriteRequest) -> Result<String> {
        Ok(self.0.post("/posts/rewrite", &[]).json(request).long().fetch::<Rewritten>()?.rewritten_text)
    }
}

#[derive(Deserialize)]
struct Rewritten {
    #[serde(default)]
    rewritten_text: String,
}
