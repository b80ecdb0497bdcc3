//! Administration of users.

use super::Users;
use crate::error::Result;
use crate::model::{Audit, LdapMigration, NotifyAdmin, Page, SamlMigration, User, UserAuth, UserId};

impl Users<'_> {
    /// Lists users whose email address violates the current restrictions.
    ///
    /// `GET /users/invalid_emails`
    ///
    /// Required permission: `sysconsole_read_user_management_users`.
    #[doc(alias = "GetUsersWithInvalidEmails")]
    #[inline]
    pub fn list_with_invalid_emails(&self, page: &Page) -> Result<Vec<User>> {
        self.0.get("/users/invalid_emails", &[]).query(page).decode()
    }

    /// Lists one page of the audit log of a user.
    ///
    /// `GET /users/{user_id}/audits`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetUserAudits")]
    #[inline]
    pub fn list_audits(&self, user: &UserId, page: &Page) -> Result<Vec<Audit>> {
        self.0.get("/users/{user_id}/audits", &[user]).query(page).decode()
    }

    /// Promotes a guest to a regular user.
    ///
    /// `POST /users/{user_id}/promote`
    ///
    /// Required permission: `promote_guest`. Since server 5.16.
    #[doc(alias = "PromoteGuestToUser")]
    #[inline]
    pub fn promote(&self, user: &UserId) -> Result<()> {
        self.0.post("/users/{user_id}/promote", &[user]).send()
    }

    /// Demotes a regular user to a guest. Requires a license.
    ///
    /// `POST /users/{user_id}/demote`
    ///
    /// Required permission: `demote_to_guest`. Since server 5.16.
    #[doc(alias = "DemoteUserToGuest")]
    #[inline]
    pub fn demote(&self, user: &UserId) -> Result<()> {
        self.0.post("/users/{user_id}/demote", &[user]).send()
    }

    /// Resets the failed login attempts of a user.
    ///
    /// `POST /users/{user_id}/reset_failed_attempts`
    ///
    /// Required permission: `sysconsole_write_user_management_users`.
    #[doc(alias = "resetPasswordFailedAttempts")]
    #[inline]
    pub fn reset_failed_attempts(&self, user: &UserId) -> Result<()> {
        self.0.post("/users/{user_id}/reset_failed_attempts", &[user]).send()
    }

    /// Sets the authentication method of a user.
    ///
    /// `PUT /users/{user_id}/auth`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 4.6.
    #[doc(alias = "UpdateUserAuth")]
    #[inline]
    pub fn set_auth(&self, user: &UserId, auth: &UserAuth) -> Result<UserAuth> {
        self.0.put("/users/{user_id}/auth", &[user]).json(auth).decode()
    }

    /// Marks a user's email address as verified. Returns the user as it was before the change.
    ///
    /// `POST /users/{user_id}/email/verify/member`
    ///
    /// Required permission: `manage_system`. Since server 5.24.
    #[doc(alias = "VerifyUserEmailWithoutToken")]
    #[inline]
    pub fn verify_email_of(&self, user: &UserId) -> Result<User> {
        self.0.post("/users/{user_id}/email/verify/member", &[user]).decode()
    }

    /// Migrates users from another authentication method to LDAP. Requires a license. The migration continues after
    /// the response.
    ///
    /// `POST /users/migrate_auth/ldap`
    ///
    /// Required permission: `manage_system`. Since server 5.28.
    #[doc(alias = "MigrateAuthToLdap")]
    #[inline]
    pub fn migrate_auth_to_ldap(&self, migration: &LdapMigration) -> Result<()> {
        self.0.post("/users/migrate_auth/ldap", &[]).json(migration).send()
    }

    /// Migrates users from another authentication method to SAML. Requires a license. The migration continues after
    /// the response.
    ///
    /// `POST /users/migrate_auth/saml`
    ///
    /// Required permission: `manage_system`. Since server 5.28.
    #[doc(alias = "MigrateAuthToSaml")]
    #[inline]
    pub fn migrate_auth_to_saml(&self, migration: &SamlMigration) -> Result<()> {
        self.0.post("/users/migrate_auth/saml", &[]).json(migration).send()
    }

    /// Notifies the administrators that the current account requests a paid feature.
    ///
    /// `POST /users/notify-admin`
    #[inline]
    pub fn notify_admin(&self, notice: &NotifyAdmin) -> Result<()> {
        self.0.post("/users/notify-admin", &[]).json(notice).send()
    }

    /// Sends the requests collected by [`notify_admin`](Self::notify_admin) to the administrators. Returns
    /// 403 unless the server settings allow it.
    ///
    /// `POST /users/trigger-notify-admin-posts`
    ///
    /// Required permission: `manage_system`.
    #[inline]
    pub fn trigger_notify_admin(&self, notice: &NotifyAdmin) -> Result<()> {
        self.0.post("/users/trigger-notify-admin-posts", &[]).json(notice).send()
    }
}
