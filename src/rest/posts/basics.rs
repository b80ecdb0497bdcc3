//! Creation, lookup, changes and deletion of posts.

use std::borrow::Borrow;

use serde_json::{Value, json};

use super::{History, Posts, validate};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::model::{Attachment, ChannelId, Post, PostDraft, PostId, PostInfo, PostPatch, UserId};
use crate::random::random_hex;
use crate::rest::Upload;

impl<'c> Posts<'c> {
    /// Creates a post and returns it.
    ///
    /// `POST /posts`
    ///
    /// The request is retried if the connection breaks. A retry cannot create a second post, since the request
    /// contains a key that the server remembers for 30 s. Only one node knows the key: a cluster whose nodes share no
    /// cache may create the post twice. Each attempt waits 8 s for a response. At most three attempts are made,
    /// within 25 s and the deadline of the call. After that, the call fails with [`ErrorKind::UnknownOutcome`]; use
    /// [`find_key`](Self::find_key) before you post again. Every call uses a new key, so one draft can be posted many
    /// times. A draft with its own `pending_post_id` is sent only once.
    ///
    /// The server silently omits files that cannot be attached, such as files of other users or files already in use.
    /// Compare the `file_ids` of the result. A message that begins with `/` is not executed as a command.
    ///
    /// # Errors
    /// [`ErrorKind::Input`], before any I/O, for more than 16,383 characters, an empty post, or more than 10
    /// files. The server returns 400 in an archived channel, and 403 without the permission `create_post`.
    #[doc(alias = "CreatePost")]
    #[inline]
    pub fn create(&self, draft: &PostDraft) -> Result<Post> {
        let send = |draft: &PostDraft| ready(self.0.post("/posts", &[]), draft);
        if !draft.pending_post_id.is_empty() {
            return send(draft).decode();
        }
        let me = self.0.me()?;
        let own_key = draft.key.as_ref().map(|key| format!("{}:{key}", draft.channel_id));
        // Keys are shared by all of a server: if one was somebody else's, or ours in another thread, a fresh one helps.
        for key in [own_key.unwrap_or_else(random_hex), random_hex()] {
            let keyed = draft.clone().pending_post_id(format!("{me}:{key}"));
            let post: Post = send(&keyed).with_server_key().decode()?;
            if is_ours(&post, &me, draft) {
                return Ok(post);
            }
        }
        let message = "the server returned a different post from the one that was sent";
        Err(Error::new(ErrorKind::Protocol, message).on_route("POST /posts"))
    }

    /// Replies in the thread of a post, and starts that thread if necessary. Otherwise behaves like
    /// [`create`](Self::create).
    #[inline]
    pub fn reply(&self, to: &Post, message: impl Into<String>) -> Result<Post> {
        self.create(&PostDraft::new(&to.channel_id, message).root_id(to.thread_id()))
    }

    /// Gets a post.
    ///
    /// `GET /posts/{post_id}`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetPost")]
    #[inline]
    pub fn get(&self, post: &PostId) -> Result<Post> {
        self.0.get("/posts/{post_id}", &[post]).decode()
    }

    /// Updates a post. Unset fields keep their values.
    ///
    /// `PUT /posts/{post_id}/patch`
    ///
    /// Gets the post first if [props](PostPatch::prop) are changed.
    ///
    /// Required permission: `edit_post`, or `edit_others_posts` for posts of other users. The server settings may
    /// limit the time within which a post can be edited.
    ///
    /// # Errors
    /// [`ErrorKind::Input`] if props are changed but not the attachments, and the post has buttons or menus: the
    /// server does not return their URLs, so they would stop working.
    #[doc(alias = "PatchPost")]
    #[inline]
    pub fn patch(&self, post: &PostId, patch: &PostPatch) -> Result<Post> {
        let mut patch = patch.clone();
        if !patch.changed_props.is_empty() {
            let base = match patch.props.take() {
                Some(props) => Post { props, ..Post::default() },
                None => self.get(post)?,
            };
            patch.props = Some(Value::Object(patch.merge_props(&base)?).into());
        }
        self.0.put("/posts/{post_id}/patch", &[post]).json(&patch).decode()
    }

    /// Deletes a post, and its thread if it is a root post.
    ///
    /// `DELETE /posts/{post_id}`
    ///
    /// Required permission: `delete_post`, or `delete_others_posts` for posts of other users.
    #[doc(alias = "DeletePost")]
    #[inline]
    pub fn delete(&self, post: &PostId) -> Result<()> {
        self.0.delete("/posts/{post_id}", &[post]).send()
    }

    /// Iterates over the posts of a channel from newest to oldest, fetching 200 per request. Pages are
    /// requested by post ID, so new posts do not shift them. [`History::before`], [`History::after`],
    /// [`History::oldest_first`] and [`History::after_time`] change the starting point.
    #[inline]
    pub fn history(&self, channel: &ChannelId) -> History<'c> {
        History::new(*self, channel.clone())
    }

    /// Responds in the same place: in the thread of the post if it has one, otherwise in the channel. Never starts a
    /// thread. Otherwise behaves like [`create`](Self::create).
    #[inline]
    pub fn answer(&self, to: &Post, message: impl Into<String>) -> Result<Post> {
        self.create(&PostDraft::new(&to.channel_id, message).root_id(&to.root_id))
    }

    /// Creates posts from a text of any length: [splits](PostDraft::split) it, creates a post from the first part,
    /// and creates the other posts in its thread. Returns all of these posts.
    ///
    /// # Errors
    /// The errors of [`create`](Self::create), for any of the parts. The earlier parts remain. To continue after an
    /// error, give the draft a [key](PostDraft::key) and call this method again within 30 s. Alternatively, pass the
    /// parts of [`PostDraft::split`] to [`create_once`](Self::create_once).
    #[inline]
    pub fn create_in_parts(&self, draft: &PostDraft) -> Result<Vec<Post>> {
        let parts = draft.split();
        parts.iter().try_for_each(validate)?;
        let mut posts: Vec<Post> = Vec::with_capacity(parts.len());
        for part in parts {
            let root = posts.first().map(|post| post.thread_id().clone());
            posts.push(self.create(&match root {
                Some(root) => part.root_id(root),
                None => part,
            })?);
        }
        Ok(posts)
    }

    /// Uploads files, then creates a post that contains them. Nothing is posted unless every upload succeeds.
    /// Files uploaded before a failure remain on the server, unattached.
    ///
    /// If the draft has a [key](PostDraft::key) that was used within 30 s, the files are uploaded again, and the earlier
    /// post is returned. To post files once over a longer time, upload them with
    /// [`files().upload`](crate::rest::Files::upload), add their IDs with [`PostDraft::file_ids`], and call
    /// [`create_once`](Self::create_once).
    ///
    /// # Errors
    /// [`ErrorKind::Input`], before any I/O, for more than 10 files. [`ErrorKind::Protocol`] if the post was
    /// created but the server omitted a file.
    #[inline]
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
            draft.file_ids.push(crate::rest::Files(self.0).upload(&draft.channel_id, file)?.id);
        }
        let post = self.create(&draft)?;
        // The server returns the post that was created with the same key, with the files of then.
        let is_earlier = draft.key.is_some() && post.file_ids.len() == draft.file_ids.len();
        match draft.file_ids.iter().find(|id| !post.file_ids.contains(id)) {
            None => Ok(post),
            Some(_) if is_earlier => Ok(post),
            Some(id) => {
                let message = format!("the post {} was created without the file {id}", post.id);
                Err(Error::new(ErrorKind::Protocol, message).on_route("POST /posts"))
            }
        }
    }

    /// Shows a post to one user only. The server does not store it.
    ///
    /// `POST /posts/ephemeral`
    ///
    /// Required permission: `create_post_ephemeral`, which bots and administrators have.
    #[doc(alias = "CreatePostEphemeral")]
    #[inline]
    pub fn create_ephemeral(&self, user: &UserId, draft: &PostDraft) -> Result<Post> {
        let body = json!({"user_id": crate::rest::real_id(self.0, user)?, "post": draft});
        self.0.post("/posts/ephemeral", &[]).json(&body).check_first(draft.check()).decode()
    }

    /// Replaces the attachments of a post, for example to remove its buttons. The other props keep the values that they
    /// have in `post`, including the [key](PostDraft::key).
    ///
    /// Required permission: the same as for [`patch`](Self::patch).
    ///
    /// ```no_run
    /// # fn run(client: &mattermost::Client, town: &mattermost::ChannelId) -> mattermost::Result<()> {
    /// use mattermost::{Attachment, PostDraft};
    /// let card = Attachment::new().text("running");
    /// let draft = PostDraft::new(town, "").key("deploy-7").attachment(card);
    /// let post = client.posts().create(&draft)?;
    /// client.posts().set_attachments(&post, [Attachment::new().text("done").color("good")])?;
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn set_attachments<A: Borrow<Attachment>>(
        &self,
        post: &Post,
        attachments: impl IntoIterator<Item = A>,
    ) -> Result<Post> {
        let patch = PostPatch::new().attachments(attachments);
        let props = patch.merge_props(post)?;
        self.patch(&post.id, &PostPatch::new().replace_props(Value::Object(props)))
    }

    /// Replaces the text, props, files and pin state of a post. Start from the result of [`get`](Self::get).
    /// Buttons and menus stop working: the server does not return their URLs.
    ///
    /// `PUT /posts/{post_id}`
    ///
    /// Required permission: `edit_post`, or `edit_others_posts` for posts of other users.
    #[doc(alias = "UpdatePost")]
    #[inline]
    pub fn update(&self, post: &Post) -> Result<Post> {
        self.0.put("/posts/{post_id}", &[&post.id]).json(post).decode()
    }

    /// Gets the channel and team of a post. Also available to users who could join that channel.
    ///
    /// `GET /posts/{post_id}/info`
    #[inline]
    pub fn info(&self, post: &PostId) -> Result<PostInfo> {
        self.0.get("/posts/{post_id}/info", &[post]).decode()
    }

    /// Restores an earlier version of a post from its [`edit_history`](Self::edit_history).
    ///
    /// `POST /posts/{post_id}/restore/{restore_version_id}`
    ///
    /// Required permission: `edit_post`, and only for posts of the current account. Since server 10.5.
    #[doc(alias = "RestorePostVersion")]
    #[inline]
    pub fn restore(&self, post: &PostId, version: &PostId) -> Result<Post> {
        self.0.post("/posts/{post_id}/restore/{restore_version_id}", &[post, version]).decode()
    }

    /// Moves a post and its thread to another channel.
    ///
    /// `POST /posts/{post_id}/move`
    ///
    /// Requires a license and a server feature flag. Since server 9.3.
    #[doc(alias = "MoveThread")]
    #[inline]
    pub fn move_to(&self, post: &PostId, channel: &ChannelId) -> Result<()> {
        self.0.post("/posts/{post_id}/move", &[post]).json(&json!({"channel_id": channel})).send()
    }

    /// Gets a post, including a deleted one.
    ///
    /// `GET /posts/{post_id}`
    ///
    /// Required permission: `manage_system`. Since server 6.2.
    #[doc(alias = "GetPost")]
    #[inline]
    pub fn get_with_deleted(&self, post: &PostId) -> Result<Post> {
        self.0.get("/posts/{post_id}", &[post]).param("include_deleted", true).decode()
    }

    /// Permanently deletes a post and its files, if the server settings allow it.
    ///
    /// `DELETE /posts/{post_id}`
    ///
    /// Required permission: `manage_system`. Since server 10.1.
    #[doc(alias = "DeletePost")]
    #[inline]
    pub fn delete_permanently(&self, post: &PostId) -> Result<()> {
        self.0.delete("/posts/{post_id}", &[post]).param("permanent", true).send()
    }
}

/// The part that is the same for the first attempt and for retries.
fn ready<'c>(call: Call<'c>, draft: &PostDraft) -> Call<'c> {
    let call = call.json(draft).check_first(validate(draft));
    match draft.set_online {
        Some(online) => call.param("set_online", online),
        None => call,
    }
}

/// `true` if the response contains the post that was sent, and not another post with the same key.
fn is_ours(post: &Post, me: &UserId, draft: &PostDraft) -> bool {
    post.user_id == *me && post.channel_id == draft.channel_id && post.root_id == draft.root_id
}
