//! Threads that an account follows.

use crate::error::Result;
use crate::http::Http;
use crate::model::{PostId, TeamId, UserId, UserThread, UserThreadPage, UserThreads};
use crate::time::Timestamp;

/// Threads, by [`Client::threads`](crate::Client::threads).
///
/// The posts of a thread come by `client.posts().thread(..)`. On servers where collapsed threads are off, nothing is
/// followed by itself.
#[derive(Clone, Copy, Debug)]
pub struct Threads<'c>(pub(crate) &'c Http);

impl Threads<'_> {
    /// Lists one page of the threads that an account follows in a team, and in its direct channels.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/threads`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 5.29.
    #[doc(alias = "GetUserThreads")]
    pub fn list(&self, user: &UserId, team: &TeamId, page: &UserThreadPage) -> Result<UserThreads> {
        self.0.get("/users/{user_id}/teams/{team_id}/threads", &[user, team]).query(page).fetch()
    }

    /// Gets a followed thread.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/threads/{thread_id}`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 5.29.
    #[doc(alias = "GetUserThread")]
    pub fn get(&self, user: &UserId, team: &TeamId, thread: &PostId) -> Result<UserThread> {
        self.0.get("/users/{user_id}/teams/{team_id}/threads/{thread_id}", &[user, team, thread]).fetch()
    }

    /// Gets a followed thread, with more than ids in `participants`.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/threads/{thread_id}`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 5.29.
    #[doc(alias = "GetUserThread")]
    pub fn get_extended(&self, user: &UserId, team: &TeamId, thread: &PostId) -> Result<UserThread> {
        let template = "/users/{user_id}/teams/{team_id}/threads/{thread_id}";
        self.0.get(template, &[user, team, thread]).param("extended", true).fetch()
    }

    /// Follows a thread.
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/threads/{thread_id}/following`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 5.29.
    #[doc(alias = "StartFollowingThread")]
    pub fn follow(&self, user: &UserId, team: &TeamId, thread: &PostId) -> Result<()> {
        self.0
            .put("/users/{user_id}/teams/{team_id}/threads/{thread_id}/following", &[user, team, thread])
            .ok()
    }

    /// Follows a thread no longer.
    ///
    /// `DELETE /users/{user_id}/teams/{team_id}/threads/{thread_id}/following`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 5.29.
    #[doc(alias = "StopFollowingThread")]
    pub fn unfollow(&self, user: &UserId, team: &TeamId, thread: &PostId) -> Result<()> {
        self.0
            .delete("/users/{user_id}/teams/{team_id}/threads/{thread_id}/following", &[user, team, thread])
            .ok()
    }

    /// Takes all threads as read.
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/threads/read`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 5.29.
    #[doc(alias = "UpdateThreadsReadForUser")]
    pub fn read_all(&self, user: &UserId, team: &TeamId) -> Result<()> {
        self.0.put("/users/{user_id}/teams/{team_id}/threads/read", &[user, team]).ok()
    }

    /// Takes a thread as read up to a time; what is newer stays unread. 404 if it is not followed.
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/threads/{thread_id}/read/{timestamp}`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 5.29.
    #[doc(alias = "UpdateThreadReadForUser")]
    pub fn read(&self, team: &TeamId, thread: &PostId, until: Timestamp) -> Result<UserThread> {
        let (user, until) = (UserId::me(), until.as_millis());
        let template = "/users/{user_id}/teams/{team_id}/threads/{thread_id}/read/{timestamp}";
        self.0.put(template, &[&user, team, thread, &until]).fetch()
    }

    /// Takes a thread as unread from a post on.
    ///
    /// `POST /users/{user_id}/teams/{team_id}/threads/{thread_id}/set_unread/{post_id}`
    ///
    /// Permissions, as the case may be: `read_channel`, `edit_other_users`. Since 6.7.
    #[doc(alias = "SetThreadUnreadByPostId")]
    pub fn set_unread(&self, team: &TeamId, thread: &PostId, post: &PostId) -> Result<UserThread> {
        let template = "/users/{user_id}/teams/{team_id}/threads/{thread_id}/set_unread/{post_id}";
        self.0.post(template, &[&UserId::me(), team, thread, post]).fetch()
    }
}
