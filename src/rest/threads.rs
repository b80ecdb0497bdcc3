//! Threads followed by a user.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{PostId, TeamId, UserId, UserThread, UserThreadPage, UserThreads};
use crate::time::Timestamp;

/// Threads. Returned by [`Client::threads`](crate::Client::threads).
///
/// The posts of a thread are returned by `client.posts().thread(..)`. If collapsed threads are disabled on
/// the server, no thread is followed automatically.
#[derive(Clone, Copy, Debug)]
pub struct Threads<'c>(pub(crate) &'c HttpClient);

impl Threads<'_> {
    /// Lists one page of the threads followed by a user, in a team and in direct channels.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/threads`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 5.29.
    #[doc(alias = "GetUserThreads")]
    #[inline]
    pub fn list(&self, user: &UserId, team: &TeamId, page: &UserThreadPage) -> Result<UserThreads> {
        self.0.get("/users/{user_id}/teams/{team_id}/threads", &[user, team]).query(page).decode()
    }

    /// Gets a followed thread.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/threads/{thread_id}`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 5.29.
    #[doc(alias = "GetUserThread")]
    #[inline]
    pub fn get(&self, user: &UserId, team: &TeamId, thread: &PostId) -> Result<UserThread> {
        self.0.get("/users/{user_id}/teams/{team_id}/threads/{thread_id}", &[user, team, thread]).decode()
    }

    /// Gets a followed thread with complete `participants` instead of IDs only.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/threads/{thread_id}`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 5.29.
    #[doc(alias = "GetUserThread")]
    #[inline]
    pub fn get_extended(&self, user: &UserId, team: &TeamId, thread: &PostId) -> Result<UserThread> {
        let template = "/users/{user_id}/teams/{team_id}/threads/{thread_id}";
        self.0.get(template, &[user, team, thread]).param("extended", true).decode()
    }

    /// Follows a thread.
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/threads/{thread_id}/following`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 5.29.
    #[doc(alias = "StartFollowingThread")]
    #[inline]
    pub fn follow(&self, user: &UserId, team: &TeamId, thread: &PostId) -> Result<()> {
        self.0
            .put("/users/{user_id}/teams/{team_id}/threads/{thread_id}/following", &[user, team, thread])
            .send()
    }

    /// Unfollows a thread.
    ///
    /// `DELETE /users/{user_id}/teams/{team_id}/threads/{thread_id}/following`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 5.29.
    #[doc(alias = "StopFollowingThread")]
    #[inline]
    pub fn unfollow(&self, user: &UserId, team: &TeamId, thread: &PostId) -> Result<()> {
        self.0
            .delete("/users/{user_id}/teams/{team_id}/threads/{thread_id}/following", &[user, team, thread])
            .send()
    }

    /// Marks all threads followed by a user in a team as read.
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/threads/read`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 5.29.
    #[doc(alias = "UpdateThreadsReadForUser")]
    #[inline]
    pub fn read_all(&self, user: &UserId, team: &TeamId) -> Result<()> {
        self.0.put("/users/{user_id}/teams/{team_id}/threads/read", &[user, team]).send()
    }

    /// Marks a thread as read up to a given time. Later posts remain unread. Returns 404 if the thread is not
    /// followed.
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/threads/{thread_id}/read/{timestamp}`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 5.29.
    #[doc(alias = "UpdateThreadReadForUser")]
    #[inline]
    pub fn read(&self, team: &TeamId, thread: &PostId, until: Timestamp) -> Result<UserThread> {
        let (user, until) = (UserId::me(), until.as_millis());
        let template = "/users/{user_id}/teams/{team_id}/threads/{thread_id}/read/{timestamp}";
        self.0.put(template, &[&user, team, thread, &until]).decode()
    }

    /// Marks a thread as unread, starting at a given post.
    ///
    /// `POST /users/{user_id}/teams/{team_id}/threads/{thread_id}/set_unread/{post_id}`
    ///
    /// Required permission: `read_channel`. For other users, requires the permission `edit_other_users`. Since server
    /// 6.7.
    #[doc(alias = "SetThreadUnreadByPostId")]
    #[inline]
    pub fn set_unread(&self, team: &TeamId, thread: &PostId, post: &PostId) -> Result<UserThread> {
        let template = "/users/{user_id}/teams/{team_id}/threads/{thread_id}/set_unread/{post_id}";
        self.0.post(template, &[&UserId::me(), team, thread, post]).decode()
    }
}
