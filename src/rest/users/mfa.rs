//! The second factor of logins.

use serde_json::json;

use super::Users;
use crate::error::Result;
use crate::model::{MfaSecret, UserId};

impl Users<'_> {
    /// Makes a secret for a program that makes codes. It counts once [`activate_mfa`](Self::activate_mfa) was
    /// called.
    ///
    /// `POST /users/{user_id}/mfa/generate`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "GenerateMfaSecret")]
    pub fn generate_mfa_secret(&self, user: &UserId) -> Result<MfaSecret> {
        self.0.post("/users/{user_id}/mfa/generate", &[user]).fetch()
    }

    /// Asks for a code at every login from now on. The code given here counts as used.
    ///
    /// `PUT /users/{user_id}/mfa`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateUserMfa")]
    pub fn activate_mfa(&self, user: &UserId, code: &str) -> Result<()> {
        self.0.put("/users/{user_id}/mfa", &[user]).json(&json!({"activate": true, "code": code})).ok()
    }

    /// Asks for no more codes.
    ///
    /// `PUT /users/{user_id}/mfa`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateUserMfa")]
    pub fn deactivate_mfa(&self, user: &UserId) -> Result<()> {
        self.0.put("/users/{user_id}/mfa", &[user]).json(&json!({"activate": false})).ok()
    }
}
