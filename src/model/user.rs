//! Users: people, bots and guests.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{RemoteId, TermsOfServiceId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// A user. Fields that regular users may not see, such as the email address and roles, are empty.
    ///
    /// Deactivated users remain in lists, with `delete_at` set.
    pub struct User {
        /// The ID.
        pub id: UserId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Time of deactivation; 0 for active users.
        pub delete_at: Timestamp,
        /// The username, unique and in lowercase. Usernames of remote users contain a `:`.
        pub username: String,
        /// Always empty in responses.
        pub password: Secret,
        /// Login name at the external authentication service. Only returned to administrators.
        pub auth_data: String,
        /// Authentication service: empty for email and password; otherwise `ldap`, `saml`, `gitlab`, `google`,
        /// `office365` or `openid`.
        pub auth_service: String,
        /// Email address. Empty if the current account may not see it.
        pub email: String,
        /// `true` if the email address is verified.
        pub email_verified: bool,
        /// Nickname, shown instead of the username if the server is configured that way.
        pub nickname: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Job title.
        pub position: String,
        /// System-wide roles, separated by spaces, for example `system_user system_admin`.
        pub roles: String,
        /// `true` if the user agreed to receive product emails.
        pub allow_marketing: bool,
        /// Free-form properties. `customStatus` is a JSON string.
        pub props: BTreeMap<String, String>,
        /// Notification settings. Only returned for the current account and to administrators.
        pub notify_props: BTreeMap<String, String>,
        /// Time of the last password change.
        pub last_password_update: Timestamp,
        /// Time of the last picture change.
        pub last_picture_update: Timestamp,
        /// Number of failed logins since the last successful one.
        pub failed_attempts: i64,
        /// Language, for example `en` or `de`.
        pub locale: String,
        /// Time zone settings: `useAutomaticTimezone` (`"true"` or `"false"`), `manualTimezone` and
        /// `automaticTimezone`.
        pub timezone: BTreeMap<String, String>,
        /// `true` if multi-factor authentication is active.
        pub mfa_active: bool,
        /// Always empty in responses.
        pub mfa_secret: Secret,
        /// ID of the remote server of the user. Empty for local users.
        pub remote_id: RemoteId,
        /// Time of the last activity. Not included in all responses.
        pub last_activity_at: Timestamp,
        /// `true` for bots.
        pub is_bot: bool,
        /// Description of the bot.
        pub bot_description: String,
        /// Time of the last icon change of the bot.
        pub bot_last_icon_update: Timestamp,
        /// ID of the accepted terms of service.
        pub terms_of_service_id: TermsOfServiceId,
        /// Time at which the terms were accepted.
        pub terms_of_service_create_at: Timestamp,
        /// `true` if no welcome email was sent.
        pub disable_welcome_email: bool,
        /// Time of the last login. Only returned to administrators.
        pub last_login: Timestamp,
        /// Always empty in responses.
        pub mfa_used_timestamps: Vec<String>,
    }
}

impl User {
    /// Returns `true` if the user is not deactivated.
    pub fn is_active(&self) -> bool {
        self.delete_at.is_never()
    }

    /// Returns `true` if the user has a system-wide role, for example `system_admin`.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.split_whitespace().any(|name| name == role)
    }

    /// Returns `true` for guests.
    pub fn is_guest(&self) -> bool {
        self.has_role("system_guest")
    }

    /// Returns `true` for system administrators.
    pub fn is_system_admin(&self) -> bool {
        self.has_role("system_admin")
    }

    /// Returns the first and last name, joined by a space if both are set.
    pub fn full_name(&self) -> String {
        match (&*self.first_name, &*self.last_name) {
            (first, "") => first.to_owned(),
            ("", last) => last.to_owned(),
            (first, last) => format!("{first} {last}"),
        }
    }

    /// Returns the nickname, otherwise the full name, otherwise the username. Never empty for an existing
    /// user.
    ///
    /// The server may be configured for a different display format:
    /// `ClientConfig::get("TeammateNameDisplay")`.
    pub fn display_name(&self) -> String {
        if !self.nickname.is_empty() {
            return self.nickname.clone();
        }
        let name = self.full_name();
        if name.is_empty() { self.username.clone() } else { name }
    }
}

input! {
    /// A new user.
    pub struct UserDraft {
        /// Unique email address.
        pub email: String,
        /// Unique username: 3 to 64 lowercase letters, digits, `.`, `-` and `_`.
        pub username: String,
        /// The password. Must satisfy the server's password rules.
        pub password: Secret,
    }
    optional {
        /// First name.
        first_name: String,
        /// Last name.
        last_name: String,
        /// Nickname, shown instead of the username if the server is configured that way.
        nickname: String,
        /// Job title.
        position: String,
        /// Language, for example `en` or `de`.
        locale: String,
        /// Free-form properties.
        props: BTreeMap<String, String>,
        /// Notification settings.
        notify_props: BTreeMap<String, String>,
        /// Time zone settings, as in [`User::timezone`].
        timezone: BTreeMap<String, String>,
        /// External authentication service, used with `auth_data` instead of a password. Only for administrators.
        auth_service: String,
        /// Login name at the external authentication service.
        auth_data: String,
        /// `true` to mark the email address as verified. Only for administrators.
        email_verified: bool,
        /// `true` to suppress the welcome email.
        disable_welcome_email: bool,
    }
}

impl UserDraft {
    /// Detects swapped arguments of `new` before any I/O: a username never contains an `@`.
    pub(crate) fn check_fields(&self) -> Result<()> {
        if self.username.contains('@') && !self.email.contains('@') {
            return Err(Error::input("the email address and the username of the user draft are swapped")
                .with_hint("`UserDraft::new` takes the email address first"));
        }
        Ok(())
    }
}

input! {
    /// Changes to a user. Unset fields keep their values.
    pub struct UserPatch {}
    optional {
        /// New username.
        username: String,
        /// New nickname.
        nickname: String,
        /// New first name.
        first_name: String,
        /// New last name.
        last_name: String,
        /// New job title.
        position: String,
        /// New email address. Must be verified again, and requires `password`.
        email: String,
        /// Current password. Required to change the email address of the current account.
        password: Secret,
        /// Replaces all props.
        props: BTreeMap<String, String>,
        /// Replaces all notification settings.
        notify_props: BTreeMap<String, String>,
        /// New language.
        locale: String,
        /// New time zone.
        timezone: BTreeMap<String, String>,
        /// ID of the remote server of the user.
        remote_id: RemoteId,
    }
}

model! {
    /// Users whose names complete a partially typed name.
    pub struct UserAutocomplete {
        /// Users in the given team or channel.
        pub users: Vec<User>,
        /// Users in the team but not in the channel.
        pub out_of_channel: Vec<User>,
        /// AI agents.
        pub agents: Vec<User>,
    }
}

model! {
    /// Number of users.
    pub struct UsersStats {
        /// Total number of users that match the filter.
        pub total_users_count: i64,
    }
}

model! {
    /// Authentication method of a user.
    pub struct UserAuth {
        /// Login name at the external authentication service.
        pub auth_data: String,
        /// Authentication service. Empty for email and password.
        pub auth_service: String,
    }
}

model! {
    /// The terms of service accepted by a user.
    pub struct UserTermsOfService {
        /// ID of the user.
        pub user_id: UserId,
        /// ID of the terms.
        pub terms_of_service_id: TermsOfServiceId,
        /// Time at which the user accepted the terms.
        pub create_at: Timestamp,
    }
}

model! {
    /// MFA secret for an authenticator app.
    pub struct MfaSecret {
        /// The shared secret, encoded in base32.
        pub secret: Secret,
        /// The secret as a QR code: a PNG image, encoded in base64.
        pub qr_code: Secret,
    }
}

model! {
    /// Login type of a user.
    pub struct LoginType {
        /// Authentication service. Empty for email and password.
        pub auth_service: String,
        /// `true` if the user is deactivated.
        pub is_deactivated: bool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_a_name_to_show() {
        let mut user = User { username: "jane".into(), ..User::default() };
        assert_eq!(user.display_name(), "jane");
        user.last_name = "Doe".into();
        assert_eq!(user.display_name(), "Doe");
        user.first_name = "Jane".into();
        assert_eq!(user.display_name(), "Jane Doe");
        user.nickname = "JD".into();
        assert_eq!(user.display_name(), "JD");
    }

    #[test]
    fn secrets_do_not_show() {
        let user =
            User { password: Secret::new("hunter2"), mfa_secret: Secret::new("hunter2"), ..User::default() };
        assert!(!format!("{user:?}").contains("hunter2"));
    }
}
