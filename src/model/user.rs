//! Accounts: people, bots, guests.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Group, RemoteId, TermsOfServiceId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// An account. What an ordinary account may not see of others (mail address, roles) is empty.
    ///
    /// Deactivated accounts stay in lists, with `delete_at` set.
    pub struct User {
        /// Its id.
        pub id: UserId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deactivated; 0 while it is active.
        pub delete_at: Timestamp,
        /// Unique, lower case. Accounts of another server have a `:` in it.
        pub username: String,
        /// Always empty in answers.
        pub password: Secret,
        /// The name at the outside login service, for administrators.
        pub auth_data: String,
        /// Empty for mail and password, else `ldap`, `saml`, `gitlab`, `google`, `office365`, `openid`.
        pub auth_service: String,
        /// Empty where the account may not see it.
        pub email: String,
        /// Whether the mail address was confirmed.
        pub email_verified: bool,
        /// What others see instead of the user name, if they set so.
        pub nickname: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Job title.
        pub position: String,
        /// Roles of the whole system, separated by spaces, as `system_user system_admin`.
        pub roles: String,
        /// Whether the account agreed to mails about the product.
        pub allow_marketing: bool,
        /// Free-form; `customStatus` is here, as JSON in a string.
        pub props: BTreeMap<String, String>,
        /// How the account wants to be notified; only in one's own account and for administrators.
        pub notify_props: BTreeMap<String, String>,
        /// When the password was changed.
        pub last_password_update: Timestamp,
        /// When the picture was changed.
        pub last_picture_update: Timestamp,
        /// Failed logins since the last good one.
        pub failed_attempts: i64,
        /// Language, as `en` or `de`.
        pub locale: String,
        /// `useAutomaticTimezone` (`"true"` or `"false"`), `manualTimezone`, `automaticTimezone`.
        pub timezone: BTreeMap<String, String>,
        /// Whether logins need a second factor.
        pub mfa_active: bool,
        /// Always empty in answers.
        pub mfa_secret: Secret,
        /// The other server an account comes from; empty for this one.
        pub remote_id: RemoteId,
        /// When it was last active; not always sent.
        pub last_activity_at: Timestamp,
        /// Whether it is a bot.
        pub is_bot: bool,
        /// What the bot is for.
        pub bot_description: String,
        /// When the bot's icon was changed.
        pub bot_last_icon_update: Timestamp,
        /// The terms that were accepted.
        pub terms_of_service_id: TermsOfServiceId,
        /// When the terms were accepted.
        pub terms_of_service_create_at: Timestamp,
        /// Whether no mail was sent at creation.
        pub disable_welcome_email: bool,
        /// When it last logged in; for administrators.
        pub last_login: Timestamp,
        /// Always empty in answers.
        pub mfa_used_timestamps: Vec<String>,
    }
}

impl From<&User> for UserId {
    fn from(from: &User) -> Self {
        from.id.clone()
    }
}

impl User {
    /// Whether the account may log in: it was not deactivated.
    pub fn is_active(&self) -> bool {
        self.delete_at.is_never()
    }

    /// Whether it has this role of the whole system, as `system_admin`.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.split_whitespace().any(|name| name == role)
    }

    /// Whether it is a guest.
    pub fn is_guest(&self) -> bool {
        self.has_role("system_guest")
    }

    /// Whether it is a system administrator.
    pub fn is_system_admin(&self) -> bool {
        self.has_role("system_admin")
    }

    /// First and last name, what there is of them.
    pub fn full_name(&self) -> String {
        match (&*self.first_name, &*self.last_name) {
            (first, "") => first.to_owned(),
            ("", last) => last.to_owned(),
            (first, last) => format!("{first} {last}"),
        }
    }

    /// The nickname, else first and last name, else the user name: never empty for an account that exists.
    ///
    /// A server may be set to show something else: `ClientConfig::get("TeammateNameDisplay")`.
    pub fn display_name(&self) -> String {
        if !self.nickname.is_empty() {
            return self.nickname.clone();
        }
        let name = self.full_name();
        if name.is_empty() { self.username.clone() } else { name }
    }
}

/// A new account.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserDraft {
    /// Mail address, unique.
    pub email: String,
    /// Unique; lower case letters, digits, `.`, `-`, `_`; 3 to 64 characters.
    pub username: String,
    /// As long and varied as the server's settings ask.
    pub password: Secret,
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// What others see instead of the user name, if they set so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// Language, as `en` or `de`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Free-form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub props: Option<BTreeMap<String, String>>,
    /// How the account wants to be notified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_props: Option<BTreeMap<String, String>>,
    /// See [`User::timezone`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<BTreeMap<String, String>>,
    /// Outside login service; then `auth_data` instead of a password. For administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_service: Option<String>,
    /// The name at the outside login service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_data: Option<String>,
    /// Whether the mail address counts as confirmed. For administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// Whether to send no mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_welcome_email: Option<bool>,
}

impl UserDraft {
    /// With what is required.
    pub fn new(email: impl Into<String>, username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            email: email.into(),
            username: username.into(),
            password: password.into(),
            first_name: None,
            last_name: None,
            nickname: None,
            position: None,
            locale: None,
            props: None,
            notify_props: None,
            timezone: None,
            auth_service: None,
            auth_data: None,
            email_verified: None,
            disable_welcome_email: None,
        }
    }
}

setters! { UserDraft:
    /// First name.
    first_name: String,
    /// Last name.
    last_name: String,
    /// What others see instead of the user name, if they set so.
    nickname: String,
    /// Job title.
    position: String,
    /// Language, as `en` or `de`.
    locale: String,
    /// Free-form.
    props: BTreeMap<String, String>,
    /// How the account wants to be notified.
    notify_props: BTreeMap<String, String>,
    /// See [`User::timezone`].
    timezone: BTreeMap<String, String>,
    /// Outside login service; then `auth_data` instead of a password. For administrators.
    auth_service: String,
    /// The name at the outside login service.
    auth_data: String,
    /// Whether the mail address counts as confirmed. For administrators.
    email_verified: bool,
    /// Whether to send no mail.
    disable_welcome_email: bool,
}

/// Changes to an account; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserPatch {
    /// A new user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// A new nickname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// A new first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// A new last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// A new job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// A new mail address; it has to be confirmed again, and needs `password`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The present password: asked for when the mail address of an own account changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Replaces all props.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub props: Option<BTreeMap<String, String>>,
    /// Replaces all notification settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_props: Option<BTreeMap<String, String>>,
    /// A new language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// A new time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<BTreeMap<String, String>>,
    /// The other server an account comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_id: Option<RemoteId>,
}

impl UserPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserPatch:
    /// A new user name.
    username: String,
    /// A new nickname.
    nickname: String,
    /// A new first name.
    first_name: String,
    /// A new last name.
    last_name: String,
    /// A new job title.
    position: String,
    /// A new mail address; it has to be confirmed again, and needs `password`.
    email: String,
    /// The present password: asked for when the mail address of an own account changes.
    password: Secret,
    /// Replaces all props.
    props: BTreeMap<String, String>,
    /// Replaces all notification settings.
    notify_props: BTreeMap<String, String>,
    /// A new language.
    locale: String,
    /// A new time zone.
    timezone: BTreeMap<String, String>,
    /// The other server an account comes from.
    remote_id: RemoteId,
}

model! {
    /// Accounts whose name begins like a text.
    pub struct UserAutocomplete {
        /// Those in the team or channel that was named.
        pub users: Vec<User>,
        /// Those in the team but not in the channel.
        pub out_of_channel: Vec<User>,
        /// AI agents.
        pub agents: Vec<User>,
    }
}

model! {
    /// How many accounts there are.
    pub struct UsersStats {
        /// All that the filter lets through.
        pub total_users_count: i64,
    }
}

model! {
    /// How an account logs in.
    pub struct UserAuth {
        /// Its name at the outside login service.
        pub auth_data: String,
        /// The service; empty for mail and password.
        pub auth_service: String,
    }
}

model! {
    /// Which terms an account accepted.
    pub struct UserTermsOfService {
        /// The account.
        pub user_id: UserId,
        /// The terms.
        pub terms_of_service_id: TermsOfServiceId,
        /// When.
        pub create_at: Timestamp,
    }
}

model! {
    /// What a program that makes codes needs.
    pub struct MfaSecret {
        /// The shared secret, base 32.
        pub secret: Secret,
        /// The same as a PNG picture, base 64.
        pub qr_code: Secret,
    }
}

model! {
    /// How an account would log in.
    pub struct LoginType {
        /// Empty for mail and password.
        pub auth_service: String,
        /// Whether it may not log in.
        pub is_deactivated: bool,
    }
}

/// A member and the groups that let it in.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserWithGroups {
    /// The account.
    #[serde(flatten)]
    pub user: User,
    /// Its groups.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub groups: Vec<Group>,
    /// Whether it is a guest there.
    pub scheme_guest: bool,
    /// Whether it is an ordinary member there.
    pub scheme_user: bool,
    /// Whether it is an administrator there.
    pub scheme_admin: bool,
}

model! {
    /// A page of members with their groups.
    pub struct UsersWithGroupsAndCount {
        /// The members of this page.
        pub users: Vec<UserWithGroups>,
        /// How many there are in all.
        pub total_count: i64,
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
