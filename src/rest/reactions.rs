//! Reactions.

use std::collections::BTreeMap;

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{PostId, Reaction, UserId};
use crate::rest::names::emoji_name;

/// Reactions. Returned by [`Client::reactions`](crate::Client::reactions).
#[derive(Clone, Copy, Debug)]
pub struct Reactions<'c>(pub(crate) &'c HttpClient);

impl Reactions<'_> {
    /// Adds a reaction to a post. Adding a reaction twice is not an error.
    ///
    /// `emoji` is the name of an emoji, such as `thumbsup`, with or without colons. All methods of this group refuse
    /// anything else, such as the character itself, with [`ErrorKind::Input`](crate::ErrorKind::Input) before any
    /// I/O.
    ///
    /// `POST /reactions`
    ///
    /// Required permission: `add_reaction` in the channel.
    #[doc(alias = "SaveReaction")]
    #[inline]
    pub fn create(&self, post: &PostId, emoji: &str) -> Result<Reaction> {
        let name = emoji_name(emoji)?;
        let reaction = json!({"user_id": self.0.me()?, "post_id": post, "emoji_name": name});
        self.0.post("/reactions", &[]).json(&reaction).decode()
    }

    /// Removes a reaction of the current account.
    ///
    /// `DELETE /users/{user_id}/posts/{post_id}/reactions/{emoji_name}`
    ///
    /// Required permission: `remove_reaction`.
    #[doc(alias = "DeleteReaction")]
    #[inline]
    pub fn delete(&self, post: &PostId, emoji: &str) -> Result<()> {
        let template = "/users/{user_id}/posts/{post_id}/reactions/{emoji_name}";
        self.0.delete(template, &[&UserId::me(), post, &emoji_name(emoji)?]).send()
    }

    /// Removes a reaction of any user.
    ///
    /// `DELETE /users/{user_id}/posts/{post_id}/reactions/{emoji_name}`
    ///
    /// Required permission: `remove_reaction`. For other users, requires the permission `remove_others_reactions`.
    #[doc(alias = "DeleteReaction")]
    #[inline]
    pub fn delete_of(&self, user: &UserId, post: &PostId, emoji: &str) -> Result<()> {
        let template = "/users/{user_id}/posts/{post_id}/reactions/{emoji_name}";
        self.0.delete(template, &[user, post, &emoji_name(emoji)?]).send()
    }

    /// Lists the reactions on a post.
    ///
    /// `GET /posts/{post_id}/reactions`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetReactions")]
    #[inline]
    pub fn list(&self, post: &PostId) -> Result<Vec<Reaction>> {
        self.0.get("/posts/{post_id}/reactions", &[post]).decode()
    }

    /// Gets the reactions on several posts.
    ///
    /// `POST /posts/ids/reactions`
    ///
    /// Required permission: `read_channel`. Since server 5.8.
    #[doc(alias = "GetBulkReactions")]
    #[inline]
    pub fn list_by_posts(&self, posts: &[PostId]) -> Result<BTreeMap<PostId, Vec<Reaction>>> {
        self.0.post("/posts/ids/reactions", &[]).json(&posts).safe().decode()
    }
}
