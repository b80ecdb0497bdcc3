//! Posts: write, read, search and mark messages.

mod history;
mod lists;
mod marks;

use serde_json::json;

pub use self::history::History;
use super::Upload;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, Http, random_hex};
use crate::model::{ChannelId, KEY, Post, PostDraft, PostId, PostInfo, PostPatch, UserId};
use crate::time::Timestamp;

/// Posts, by [`Client::posts`](crate::Client::posts).
///
/// ```no_run
/// # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
/// use mattermost::PostDraft;
/// let town = client.channel("awesome-chat", "~town-square")?;
/// let post = client.posts().create(&PostDraft::new(&town, "hello"))?;
/// client.posts().reply(&post, "and in its thread")?;
/// for post in client.posts().history(&town.id).take(100) {
///     println!("{}", post?.message);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Posts<'c>(pub(crate) &'c Http);

impl<'c> Posts<'c> {
    /// Posts.
    ///
    /// `POST /posts`
    ///
    /// The call is repeated when a connection breaks, and cannot post twice: it carries a key that the server
    /// remembers for 30 s (on one node; a cluster whose nodes share no cache may post twice). It waits 8 s for an
    /// answer and is sent at most three times, all within 25 s and the call's deadline; then it fails with
    /// [`ErrorKind::UnknownOutcome`], and a program should look before it posts again: see
    /// [`find_key`](Self::find_key). Each call makes a new key, so a draft can be posted many times. A draft with a
    /// `pending_post_id` of its own is sent once.
    ///
    /// A file that cannot be attached (somebody else's, already used) is left out by the server without a word:
    /// compare `file_ids`. Messages that begin with `/` are just text.
    ///
    /// # Errors
    /// [`ErrorKind::Input`], before any I/O: more than 16,383 characters; nothing to post; more than 10 files.
    /// 400 in an archived channel, 403 without the permission `create_post` there.
    #[doc(alias = "CreatePost")]
    pub fn create(&self, draft: &PostDraft) -> Result<Post> {
        let send = |draft: &PostDraft| ready(self.0.post("/posts", &[]), draft);
        if !draft.pending_post_id.is_empty() {
            return send(draft).fetch();
        }
        let me = self.0.me()?;
        let own_key = draft.key.as_ref().map(|key| format!("{}:{key}", draft.channel_id));
        // Keys are shared by all of a server: if one was somebody else's, or ours in another thread, a fresh one helps.
        for key in [own_key.unwrap_or_else(random_hex), random_hex()] {
            let keyed = draft.clone().pending_post_id(format!("{me}:{key}"));
            let post: Post = send(&keyed).deduplicated().fetch()?;
            if is_ours(&post, &me, draft) {
                return Ok(post);
            }
        }
        let message = "the server answered with a post that is not the one that was sent";
        Err(Error::new(ErrorKind::Protocol, message).on_route("POST /posts"))
    }

    /// Uploads files, then posts with them: nothing is posted unless every file went up. Files that went up before
    /// one failed stay on the server, attached to nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Input`], before any I/O, for more than 10 files. [`ErrorKind::Protocol`] if the post was made and
    /// the server left a file out.
    pub fn create_with_files<'u>(
        &self,
        draft: &PostDraft,
        files: impl IntoIterator<Item = Upload<'u>>,
    ) -> Result<Post> {
        let files: Vec<Upload<'u>> = files.into_iter().collect();
        let mut draft = draft.clone();
        // What `check` counts: the ids of files that are not there yet.
        let ready = draft.file_ids.len();
        draft.file_ids.resize(ready + files.len(), crate::model::FileId::default());
        draft.check()?;
        draft.file_ids.truncate(ready);
        for file in files {
            draft.file_ids.push(super::Files(self.0).upload(&draft.channel_id, file)?.id);
        }
        let post = self.create(&draft)?;
        match draft.file_ids.iter().find(|id| !post.file_ids.contains(id)) {
            None => Ok(post),
            Some(id) => {
                let message = format!("the post {} was made, but without the file {id}", post.id);
                Err(Error::new(ErrorKind::Protocol, message).on_route("POST /posts"))
            }
        }
    }

    /// Replies in the post's thread, which begins with it if it is in none. As [`create`](Self::create) otherwise.
    pub fn reply(&self, to: &Post, message: impl Into<String>) -> Result<Post> {
        self.create(&PostDraft::new(&to.channel_id, message).root_id(to.thread_id()))
    }

    /// Answers where the post was said: in its thread if it is in one, else in the channel. As
    /// [`create`](Self::create) otherwise.
    pub fn answer(&self, to: &Post, message: impl Into<String>) -> Result<Post> {
        self.create(&PostDraft::new(&to.channel_id, message).root_id(&to.root_id))
    }

    /// Shows a post to one account only. It is not stored.
    ///
    /// `POST /posts/ephemeral`
    ///
    /// Permission: `create_post_ephemeral`, which bots and administrators have.
    #[doc(alias = "CreatePostEphemeral")]
    pub fn create_ephemeral(&self, user: &UserId, draft: &PostDraft) -> Result<Post> {
        let body = json!({"user_id": super::real_id(self.0, user)?, "post": draft});
        self.0.post("/posts/ephemeral", &[]).json(&body).require(draft.check()).fetch()
    }

    /// Gets a post.
    ///
    /// `GET /posts/{post_id}`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetPost")]
    pub fn get(&self, post: &PostId) -> Result<Post> {
        self.0.get("/posts/{post_id}", &[post]).fetch()
    }

    /// Gets a post, also a deleted one.
    ///
    /// `GET /posts/{post_id}`
    ///
    /// Permission: `manage_system`. Since 6.2.
    #[doc(alias = "GetPost")]
    pub fn get_with_deleted(&self, post: &PostId) -> Result<Post> {
        self.0.get("/posts/{post_id}", &[post]).param("include_deleted", true).fetch()
    }

    /// Tells where a post is, also to somebody who could join that channel but is not in it.
    ///
    /// `GET /posts/{post_id}/info`
    pub fn info(&self, post: &PostId) -> Result<PostInfo> {
        self.0.get("/posts/{post_id}/info", &[post]).fetch()
    }

    /// Changes what is set in `patch`.
    ///
    /// `PUT /posts/{post_id}/patch`
    ///
    /// Permission: `edit_post`, or `edit_others_posts`; the server's settings may end it some time after the post.
    #[doc(alias = "PatchPost")]
    pub fn patch(&self, post: &PostId, patch: &PostPatch) -> Result<Post> {
        self.0.put("/posts/{post_id}/patch", &[post]).json(patch).fetch()
    }

    /// Replaces text, props, files and pin of a post by what is given: start from [`get`](Self::get).
    ///
    /// `PUT /posts/{post_id}`
    ///
    /// Permission: `edit_post`, or `edit_others_posts`.
    #[doc(alias = "UpdatePost")]
    pub fn update(&self, post: &Post) -> Result<Post> {
        self.0.put("/posts/{post_id}", &[&post.id]).json(post).fetch()
    }

    /// Deletes a post, and its thread with it.
    ///
    /// `DELETE /posts/{post_id}`
    ///
    /// Permission: `delete_post`, or `delete_others_posts`.
    #[doc(alias = "DeletePost")]
    pub fn delete(&self, post: &PostId) -> Result<()> {
        self.0.delete("/posts/{post_id}", &[post]).ok()
    }

    /// Removes a post and its files from the server. Where the server's settings allow that.
    ///
    /// `DELETE /posts/{post_id}`
    ///
    /// Permission: `manage_system`. Since 10.1.
    #[doc(alias = "DeletePost")]
    pub fn delete_permanently(&self, post: &PostId) -> Result<()> {
        self.0.delete("/posts/{post_id}", &[post]).param("permanent", true).ok()
    }

    /// Goes back to an earlier version of a post, one of [`edit_history`](Self::edit_history).
    ///
    /// `POST /posts/{post_id}/restore/{restore_version_id}`
    ///
    /// Permission: `edit_post`; only for one's own posts. Since 10.5.
    #[doc(alias = "RestorePostVersion")]
    pub fn restore(&self, post: &PostId, version: &PostId) -> Result<Post> {
        self.0.post("/posts/{post_id}/restore/{restore_version_id}", &[post, version]).fetch()
    }

    /// Moves a post and its thread to another channel.
    ///
    /// `POST /posts/{post_id}/move`
    ///
    /// Needs a licence and a feature flag of the server. Since 9.3.
    #[doc(alias = "MoveThread")]
    pub fn move_to(&self, post: &PostId, channel: &ChannelId) -> Result<()> {
        self.0.post("/posts/{post_id}/move", &[post]).json(&json!({"channel_id": channel})).ok()
    }

    /// Goes through a channel's posts from the newest to the oldest, 200 a call, by post id: what others write
    /// meanwhile does not shift it. [`History::before`] and [`History::after`] begin elsewhere.
    pub fn history(&self, channel: &ChannelId) -> History<'c> {
        History::new(*self, channel.clone())
    }

    /// Finds one's own post with a [key](PostDraft::key) in a channel, not older than `since`: the newest one.
    ///
    /// One call for 200 posts that were made since then, by anybody.
    pub fn find_key(&self, channel: &ChannelId, key: &str, since: Timestamp) -> Result<Option<Post>> {
        let me = self.0.me()?;
        for post in self.history(channel) {
            let post = post?;
            if post.create_at < since {
                break;
            }
            if post.user_id == me && post.prop(KEY) == Some(key) {
                return Ok(Some(post));
            }
        }
        Ok(None)
    }
}

/// What is the same for the first attempt and for repeats.
fn ready<'c>(call: Call<'c>, draft: &PostDraft) -> Call<'c> {
    let somewhere = if draft.channel_id.is_empty() {
        Err(Error::input("the post has no channel")
            .with_hint("give it the channel's id, by `PostDraft::new`"))
    } else {
        Ok(())
    };
    let call = call.json(draft).require(somewhere).require(draft.check());
    match draft.set_online {
        Some(online) => call.param("set_online", online),
        None => call,
    }
}

/// Whether the answer is the post that was sent, and not another with the same key.
fn is_ours(post: &Post, me: &UserId, draft: &PostDraft) -> bool {
    post.user_id == *me && post.channel_id == draft.channel_id && post.root_id == draft.root_id
}
