//! Multi-factor authentication.

use serde_json::json;

use super::Users;
use crate::error::Result;
use crate::model::{MfaSecret, UserId};

impl Users<'_> {
    /// Generates an MFA secret for an authenticator app. It takes effect when
    /// [`activate_mfa`](Self::activate_mfa) is called.
    ///
    /// `POST /users/{user_id}/mfa/generate`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GenerateMfaSecret")]
    #[inline]
    pub fn generate_mfa_secret(&self, user: &UserId) -> Result<MfaSecret> {
        self.0.post("/users/{user_id}/mfa/generate", &[user]).decode()
    }

    /// Activates MFA. The code passed to this method cannot be used again.
    ///
    /// `PUT /users/{user_id}/mfa`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateUserMfa")]
    #[inline]
    pub fn activate_mfa(&self, user: &UserId, code: &str) -> Result<()> {
        let call = self.0.put("/users/{user_id}/mfa", &[user]).once().hiding_secrets(&[code]);
        call.json(&json!({"activate": true, "code": code})).send()
    }

    /// Deactivates MFA.
    ///
    /// `PUT /users/{user_id}/mfa`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateUserMfa")]
    #[inline]
    pub fn deactivate_mfa(&self, user: &UserId) -> Result<()> {
        self.0.put("/users/{user_id}/mfa", &[user]).json(&json!({"activate": false})).send()
    }
}
