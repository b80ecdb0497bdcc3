//! Who is there.

use serde_json::json;

use crate::error::Result;
use crate::http::Http;
use crate::model::{CustomStatus, Status, StatusKind, UserId};
use crate::rest::{in_chunks, real_id};
use crate::time::Timestamp;

/// Statuses, by [`Client::statuses`](crate::Client::statuses).
#[derive(Clone, Copy, Debug)]
pub struct Statuses<'c>(pub(crate) &'c Http);

impl Statuses<'_> {
    /// Gets an account's status.
    ///
    /// `GET /users/{user_id}/status`
    #[doc(alias = "GetUserStatus")]
    pub fn get(&self, user: &UserId) -> Result<Status> {
        self.0.get("/users/{user_id}/status", &[user]).fetch()
    }

    /// Gets statuses by account, in as many calls as that takes (200 each).
    ///
    /// `POST /users/status/ids`
    #[doc(alias = "GetUsersStatusesByIds")]
    pub fn list_by_ids(&self, users: &[UserId]) -> Result<Vec<Status>> {
        in_chunks(users, |chunk| self.0.post("/users/status/ids", &[]).json(&chunk).reads().fetch())
    }

    /// Sets a status by hand.
    ///
    /// `PUT /users/{user_id}/status`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateUserStatus")]
    pub fn set(&self, user: &UserId, status: &StatusKind) -> Result<Status> {
        let body = json!({"user_id": real_id(self.0, user)?, "status": status});
        self.0.put("/users/{user_id}/status", &[user]).json(&body).fetch()
    }

    /// Sets "do not disturb" up to a time; the server counts in whole minutes.
    ///
    /// `PUT /users/{user_id}/status`
    ///
    /// Servers before 5.35 do not know the end and leave it set.
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateUserStatus")]
    pub fn set_dnd_until(&self, user: &UserId, until: Timestamp) -> Result<Status> {
        let body = json!({"user_id": real_id(self.0, user)?, "status": StatusKind::Dnd, "dnd_end_time": until.as_millis() / 1000});
        self.0.put("/users/{user_id}/status", &[user]).json(&body).fetch()
    }

    /// Sets what an account says of itself.
    ///
    /// `PUT /users/{user_id}/status/custom`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateUserCustomStatus")]
    pub fn set_custom(&self, user: &UserId, status: &CustomStatus) -> Result<()> {
        self.0.put("/users/{user_id}/status/custom", &[user]).json(status).ok()
    }

    /// Takes back what an account says of itself.
    ///
    /// `DELETE /users/{user_id}/status/custom`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UnsetUserCustomStatus")]
    pub fn unset_custom(&self, user: &UserId) -> Result<()> {
        self.0.delete("/users/{user_id}/status/custom", &[user]).ok()
    }

    /// Removes an entry from the list of recent ones.
    ///
    /// `POST /users/{user_id}/status/custom/recent/delete`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "PostUserRecentCustomStatusDelete")]
    pub fn delete_recent_custom(&self, user: &UserId, status: &CustomStatus) -> Result<()> {
        self.0.post("/users/{user_id}/status/custom/recent/delete", &[user]).json(status).ok()
    }

    /// As [`delete_recent_custom`](Self::delete_recent_custom), by a DELETE with a body, which some proxies
    /// drop.
    ///
    /// `DELETE /users/{user_id}/status/custom/recent`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "RemoveRecentCustomStatus")]
    pub fn remove_recent_custom(&self, user: &UserId, status: &CustomStatus) -> Result<()> {
        self.0.delete("/users/{user_id}/status/custom/recent", &[user]).json(status).ok()
    }
}
