//! Pins, reminders, acknowledgements and other marks on posts.

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
    /// Required permission: `read_channel`.
    #[doc(alias = "PinPost")]
    #[inline]
    pub fn pin(&self, post: &PostId) -> Result<()> {
        self.0.post("/posts/{post_id}/pin", &[post]).send()
    }

    /// Unpins a post.
    ///
    /// `POST /posts/{post_id}/unpin`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "UnpinPost")]
    #[inline]
    pub fn unpin(&self, post: &PostId) -> Result<()> {
        self.0.post("/posts/{post_id}/unpin", &[post]).send()
    }

    /// Marks a channel as unread, starting at a given post.
    ///
    /// `POST /users/{user_id}/posts/{post_id}/set_unread`
    ///
    /// Required permission: `read_channel`. For other users, requires the permission `edit_other_users`. Since server
    /// 5.18.
    #[doc(alias = "SetPostUnread")]
    #[inline]
    pub fn set_unread(&self, post: &PostId) -> Result<ChannelUnreadAt> {
        let template = "/users/{user_id}/posts/{post_id}/set_unread";
        self.0
            .post(template, &[&UserId::me(), post])
            .json(&json!({"collapsed_threads_supported": true}))
            .decode()
    }

    /// Sets a reminder for a post. The time has a resolution of one second, but the server checks for due
    /// reminders only every few minutes.
    ///
    /// `POST /users/{user_id}/posts/{post_id}/reminder`
    ///
    /// Required permission: `read_channel`. Since server 7.2.
    #[doc(alias = "SetPostReminder")]
    #[inline]
    pub fn remind(&self, post: &PostId, at: Timestamp) -> Result<()> {
        let template = "/users/{user_id}/posts/{post_id}/reminder";
        self.0
            .post(template, &[&UserId::me(), post])
            .json(&json!({"target_time": at.as_millis() / 1000}))
            .send()
    }

    /// Acknowledges a post that requests it. Requires a license.
    ///
    /// `POST /users/{user_id}/posts/{post_id}/ack`
    ///
    /// Required permission: `read_channel`. For other users, requires the permission `edit_other_users`. Since server
    /// 7.7.
    #[doc(alias = "SaveAcknowledgementForPost")]
    #[inline]
    pub fn acknowledge(&self, post: &PostId) -> Result<PostAcknowledgement> {
        self.0.post("/users/{user_id}/posts/{post_id}/ack", &[&UserId::me(), post]).decode()
    }

    /// Removes an acknowledgement, which is allowed within 5 minutes. Requires a license.
    ///
    /// `DELETE /users/{user_id}/posts/{post_id}/ack`
    ///
    /// Required permission: `read_channel`. For other users, requires the permission `edit_other_users`. Since server
    /// 7.7.
    #[doc(alias = "DeleteAcknowledgementForPost")]
    #[inline]
    pub fn unacknowledge(&self, post: &PostId) -> Result<()> {
        self.0.delete("/users/{user_id}/posts/{post_id}/ack", &[&UserId::me(), post]).send()
    }

    /// Reveals a burn-on-read post. **This GET request changes state**: the post's timer starts.
    ///
    /// `GET /posts/{post_id}/reveal`
    ///
    /// Required permission: `read_channel`. Since server 11.2. Enterprise edition.
    #[doc(alias = "RevealPost")]
    #[inline]
    pub fn reveal(&self, post: &PostId) -> Result<Post> {
        self.0.get("/posts/{post_id}/reveal", &[post]).decode()
    }

    /// Burns a burn-on-read post: hides it from the current account, or deletes it for everyone if the
    /// current account is the author.
    ///
    /// `DELETE /posts/{post_id}/burn`
    ///
    /// Required permission: `read_channel`. Since server 11.2. Enterprise edition.
    #[doc(alias = "BurnPost")]
    #[inline]
    pub fn burn(&self, post: &PostId) -> Result<()> {
        self.0.delete("/posts/{post_id}/burn", &[post]).send()
    }

    /// Presses a button of a post.
    ///
    /// `POST /posts/{post_id}/actions/{action_id}`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "DoPostAction")]
    #[inline]
    pub fn do_action(&self, post: &PostId, action: &str) -> Result<PostActionAPIResponse> {
        self.0.post("/posts/{post_id}/actions/{action_id}", &[post, &action]).json(&json!({})).decode()
    }

    /// Presses a button or selects a menu option of a post.
    ///
    /// `POST /posts/{post_id}/actions/{action_id}`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "DoPostAction")]
    #[inline]
    pub fn do_action_with(
        &self,
        post: &PostId,
        action: &str,
        request: &DoPostActionRequest,
    ) -> Result<PostActionAPIResponse> {
        self.0.post("/posts/{post_id}/actions/{action_id}", &[post, &action]).json(request).decode()
    }

    /// Rewrites a text with an AI agent. Nothing is posted. Requires the agents plugin. May take longer than
    /// other calls.
    ///
    /// `POST /posts/rewrite`
    ///
    /// Since server 11.2.
    #[doc(alias = "RewriteMessage")]
    #[inline]
    pub fn rewrite(&self, request: &RewriteRequest) -> Result<String> {
        let call = self.0.post("/posts/rewrite", &[]).json(request).with_file_timeout();
        call.decode_member_or_default("rewritten_text")
    }
}
