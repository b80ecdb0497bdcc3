//! Sessions of accounts.

use serde_json::json;

use super::Users;
use crate::error::Result;
use crate::model::{DeviceProps, Session, SessionId, UserId};

impl Users<'_> {
    /// Lists an account's sessions; their tokens are not in it.
    ///
    /// `GET /users/{user_id}/sessions`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "GetSessions")]
    pub fn list_sessions(&self, user: &UserId) -> Result<Vec<Session>> {
        self.0.get("/users/{user_id}/sessions", &[user]).fetch()
    }

    /// Ends a session.
    ///
    /// `POST /users/{user_id}/sessions/revoke`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "RevokeSession")]
    pub fn revoke_session(&self, user: &UserId, session: &SessionId) -> Result<()> {
        self.0.post("/users/{user_id}/sessions/revoke", &[user]).json(&json!({"session_id": session})).ok()
    }

    /// Ends all sessions of an account; one's own too, with [`UserId::me`].
    ///
    /// `POST /users/{user_id}/sessions/revoke/all`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 4.4.
    #[doc(alias = "RevokeAllSessions")]
    pub fn revoke_sessions(&self, user: &UserId) -> Result<()> {
        self.0.post("/users/{user_id}/sessions/revoke/all", &[user]).ok()
    }

    /// Ends all sessions of **everybody**, one's own included.
    ///
    /// `POST /users/sessions/revoke/all`
    ///
    /// Permission: `manage_system`. Since 5.14.
    #[doc(alias = "RevokeSessionsFromAllUsers")]
    pub fn revoke_everybodys_sessions(&self) -> Result<()> {
        self.0.post("/users/sessions/revoke/all", &[]).ok()
    }

    /// Ties the present session to a mobile device.
    ///
    /// `PUT /users/sessions/device`
    #[doc(alias = "AttachDeviceExtraProps")]
    pub fn set_device(&self, device: &DeviceProps) -> Result<()> {
        self.0.put("/users/sessions/device", &[]).json(device).ok()
    }
}
