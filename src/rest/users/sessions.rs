//! User sessions.

use serde_json::json;

use super::Users;
use crate::error::Result;
use crate::model::{DeviceProps, Session, SessionId, UserId};

impl Users<'_> {
    /// Lists the sessions of a user, without their tokens.
    ///
    /// `GET /users/{user_id}/sessions`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetSessions")]
    #[inline]
    pub fn list_sessions(&self, user: &UserId) -> Result<Vec<Session>> {
        self.0.get("/users/{user_id}/sessions", &[user]).decode()
    }

    /// Revokes a session.
    ///
    /// `POST /users/{user_id}/sessions/revoke`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "RevokeSession")]
    #[inline]
    pub fn revoke_session(&self, user: &UserId, session: &SessionId) -> Result<()> {
        self.0.post("/users/{user_id}/sessions/revoke", &[user]).json(&json!({"session_id": session})).send()
    }

    /// Revokes all sessions of a user. With [`UserId::me`], this includes the current session.
    ///
    /// `POST /users/{user_id}/sessions/revoke/all`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 4.4.
    #[doc(alias = "RevokeAllSessions")]
    #[inline]
    pub fn revoke_sessions(&self, user: &UserId) -> Result<()> {
        self.0.post("/users/{user_id}/sessions/revoke/all", &[user]).send()
    }

    /// Revokes the sessions of **all users**, including the current session.
    ///
    /// `POST /users/sessions/revoke/all`
    ///
    /// Required permission: `manage_system`. Since server 5.14.
    #[doc(alias = "RevokeSessionsFromAllUsers")]
    #[inline]
    pub fn revoke_everybodys_sessions(&self) -> Result<()> {
        self.0.post("/users/sessions/revoke/all", &[]).send()
    }

    /// Attaches the current session to a mobile device.
    ///
    /// `PUT /users/sessions/device`
    #[doc(alias = "AttachDeviceExtraProps")]
    #[inline]
    pub fn set_device(&self, device: &DeviceProps) -> Result<()> {
        self.0.put("/users/sessions/device", &[]).json(device).send()
    }
}
