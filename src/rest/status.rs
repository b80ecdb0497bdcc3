//! User statuses: online, away, Do Not Disturb, offline, and custom statuses.

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{CustomStatus, Status, StatusKind, UserId};
use crate::rest::names::check_emoji;
use crate::rest::{in_chunks, real_id};
use crate::time::Timestamp;

/// User statuses. Returned by [`Client::statuses`](crate::Client::statuses).
#[derive(Clone, Copy, Debug)]
pub struct Statuses<'c>(pub(crate) &'c HttpClient);

impl Statuses<'_> {
    /// Gets the status of a user.
    ///
    /// `GET /users/{user_id}/status`
    #[doc(alias = "GetUserStatus")]
    #[inline]
    pub fn get(&self, user: &UserId) -> Result<Status> {
        self.0.get("/users/{user_id}/status", &[user]).decode()
    }

    /// Gets the statuses of several users, with one request per 200 users.
    ///
    /// `POST /users/status/ids`
    #[doc(alias = "GetUsersStatusesByIds")]
    #[inline]
    pub fn list_by_ids(&self, users: &[UserId]) -> Result<Vec<Status>> {
        in_chunks(users, |chunk| self.0.post("/users/status/ids", &[]).json(&chunk).safe().decode())
    }

    /// Sets the status of a user manually.
    ///
    /// `PUT /users/{user_id}/status`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateUserStatus")]
    #[inline]
    pub fn set(&self, user: &UserId, status: &StatusKind) -> Result<Status> {
        let body = json!({"user_id": real_id(self.0, user)?, "status": status});
        self.0.put("/users/{user_id}/status", &[user]).json(&body).decode()
    }

    /// Sets Do Not Disturb until a given time. The server rounds it to whole minutes.
    ///
    /// `PUT /users/{user_id}/status`
    ///
    /// Servers before 5.35 ignore the end time and keep the status.
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateUserStatus")]
    #[inline]
    pub fn set_dnd_until(&self, user: &UserId, until: Timestamp) -> Result<Status> {
        let body = json!({"user_id": real_id(self.0, user)?, "status": StatusKind::Dnd, "dnd_end_time": until.as_millis() / 1000});
        self.0.put("/users/{user_id}/status", &[user]).json(&body).decode()
    }

    /// Sets the custom status of a user.
    ///
    /// `PUT /users/{user_id}/status/custom`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateUserCustomStatus")]
    #[inline]
    pub fn set_custom(&self, user: &UserId, status: &CustomStatus) -> Result<()> {
        let call = self.0.put("/users/{user_id}/status/custom", &[user]).json(status);
        call.check_first(check_emoji(&status.emoji)).send()
    }

    /// Removes the custom status of a user.
    ///
    /// `DELETE /users/{user_id}/status/custom`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UnsetUserCustomStatus")]
    #[inline]
    pub fn unset_custom(&self, user: &UserId) -> Result<()> {
        self.0.delete("/users/{user_id}/status/custom", &[user]).send()
    }

    /// Removes an entry from the list of recent custom statuses.
    ///
    /// `POST /users/{user_id}/status/custom/recent/delete`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "PostUserRecentCustomStatusDelete")]
    #[inline]
    pub fn delete_recent_custom(&self, user: &UserId, status: &CustomStatus) -> Result<()> {
        self.0.post("/users/{user_id}/status/custom/recent/delete", &[user]).json(status).send()
    }

    /// Like [`delete_recent_custom`](Self::delete_recent_custom), but uses a DELETE request with a body,
    /// which some proxies drop.
    ///
    /// `DELETE /users/{user_id}/status/custom/recent`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "RemoveRecentCustomStatus")]
    #[inline]
    pub fn remove_recent_custom(&self, user: &UserId, status: &CustomStatus) -> Result<()> {
        self.0.delete("/users/{user_id}/status/custom/recent", &[user]).json(status).send()
    }
}
