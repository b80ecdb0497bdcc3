//! Accounts, as administrators see them.

use super::Users;
use crate::error::Result;
use crate::model::{Audit, LdapMigration, NotifyAdmin, Page, SamlMigration, User, UserAuth, UserId};

impl Users<'_> {
    /// Lists accounts whose mail address would not be allowed today.
    ///
    /// `GET /users/invalid_emails`
    ///
    /// Permission: `sysconsole_read_user_management_users`.
    #[doc(alias = "GetUsersWithInvalidEmails")]
    pub fn list_with_invalid_emails(&self, page: &Page) -> Result<Vec<User>> {
        self.0.get("/users/invalid_emails", &[]).query(page).fetch()
    }

    /// Lists one page of the log of an account.
    ///
    /// `GET /users/{user_id}/audits`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "GetUserAudits")]
    pub fn list_audits(&self, user: &UserId, page: &Page) -> Result<Vec<Audit>> {
        self.0.get("/users/{user_id}/audits", &[user]).query(page).fetch()
    }

    /// Makes a guest an ordinary account.
    ///
    /// `POST /users/{user_id}/promote`
    ///
    /// Permission: `promote_guest`. Since 5.16.
    #[doc(alias = "PromoteGuestToUser")]
    pub fn promote(&self, user: &UserId) -> Result<()> {
        self.0.post("/users/{user_id}/promote", &[user]).ok()
    }

    /// Makes an ordinary account a guest. Needs a licence.
    ///
    /// `POST /users/{user_id}/demote`
    ///
    /// Permission: `demote_to_guest`. Since 5.16.
    #[doc(alias = "DemoteUserToGuest")]
    pub fn demote(&self, user: &UserId) -> Result<()> {
        self.0.post("/users/{user_id}/demote", &[user]).ok()
    }

    /// Lets an account that failed too many logins try again.
    ///
    /// `POST /users/{user_id}/reset_failed_attempts`
    ///
    /// Permission: `sysconsole_write_user_management_users`.
    #[doc(alias = "resetPasswordFailedAttempts")]
    pub fn reset_failed_attempts(&self, user: &UserId) -> Result<()> {
        self.0.post("/users/{user_id}/reset_failed_attempts", &[user]).ok()
    }

    /// Sets how an account logs in.
    ///
    /// `PUT /users/{user_id}/auth`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 4.6.
    #[doc(alias = "UpdateUserAuth")]
    pub fn set_auth(&self, user: &UserId, auth: &UserAuth) -> Result<UserAuth> {
        self.0.put("/users/{user_id}/auth", &[user]).json(auth).fetch()
    }

    /// Takes an account's mail address as confirmed. The answer is the account as it was before.
    ///
    /// `POST /users/{user_id}/email/verify/member`
    ///
    /// Permission: `manage_system`. Since 5.24.
    #[doc(alias = "VerifyUserEmailWithoutToken")]
    pub fn verify_email_of(&self, user: &UserId) -> Result<User> {
        self.0.post("/users/{user_id}/email/verify/member", &[user]).fetch()
    }

    /// Moves accounts from another way of logging in to LDAP. Needs a licence; the server works on after the
    /// answer.
    ///
    /// `POST /users/migrate_auth/ldap`
    ///
    /// Permission: `manage_system`. Since 5.28.
    #[doc(alias = "MigrateAuthToLdap")]
    pub fn migrate_auth_to_ldap(&self, migration: &LdapMigration) -> Result<()> {
        self.0.post("/users/migrate_auth/ldap", &[]).json(migration).ok()
    }

    /// Moves accounts from another way of logging in to SAML. Needs a licence; the server works on after the
    /// answer.
    ///
    /// `POST /users/migrate_auth/saml`
    ///
    /// Permission: `manage_system`. Since 5.28.
    #[doc(alias = "MigrateAuthToSaml")]
    pub fn migrate_auth_to_saml(&self, migration: &SamlMigration) -> Result<()> {
        self.0.post("/users/migrate_auth/saml", &[]).json(migration).ok()
    }

    /// Tells the administrators that one would like a feature they would have to pay for.
    ///
    /// `POST /users/notify-admin`
    pub fn notify_admin(&self, notice: &NotifyAdmin) -> Result<()> {
        self.0.post("/users/notify-admin", &[]).json(notice).ok()
    }

    /// Sends the administrators what [`notify_admin`](Self::notify_admin) collected; 403 unless the
    /// server's settings allow that.
    ///
    /// `POST /users/trigger-notify-admin-posts`
    ///
    /// Permission: `manage_system`.
    pub fn trigger_notify_admin(&self, notice: &NotifyAdmin) -> Result<()> {
        self.0.post("/users/trigger-notify-admin-posts", &[]).json(notice).ok()
    }
}
