//! Rarely used user-related types: migrations, devices, filters.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Secret;
use crate::model::{ChannelId, PostId, TeamId};

input! {
    /// Query for user autocompletion.
    pub struct UserAutocompleteQuery {
        /// Partially typed name.
        pub name: String,
    }
    optional {
        /// Restricts the result to members of this team.
        in_team: TeamId,
        /// Lists members of this channel in `users`, and other users in `out_of_channel`.
        in_channel: ChannelId,
        /// Maximum number of results. Defaults to 100.
        limit: u32,
    }
}

input! {
    /// Filter for counting users.
    pub struct UserStatsFilter {}
    optional {
        /// Only members of this team.
        in_team: TeamId,
        /// Only members of this channel.
        in_channel: ChannelId,
        /// Includes deactivated users.
        include_deleted: bool,
        /// Includes bots.
        include_bots: bool,
        /// Includes users of remote servers.
        include_remote_users: bool,
        /// Only users with one of these system-wide roles.
        roles: Vec<String>,
        /// Only users with one of these roles in the channel.
        channel_roles: Vec<String>,
        /// Only users with one of these roles in the team.
        team_roles: Vec<String>,
    }
}

/// Parameters of a migration to LDAP.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LdapMigration {
    /// Current authentication method: `email`, `gitlab`, `saml`, `google` or `office365`.
    pub from: String,
    /// Attribute used to match users: `email` or `username`.
    pub match_field: String,
    /// Continues past users that cannot be migrated.
    pub force: bool,
}

impl LdapMigration {
    /// Creates a value with the required fields.
    pub fn new(from: impl Into<String>, match_field: impl Into<String>, force: impl Into<bool>) -> Self {
        Self { from: from.into(), match_field: match_field.into(), force: force.into() }
    }
}

/// Parameters of a migration to SAML.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SamlMigration {
    /// Current authentication method: `email`, `gitlab`, `ldap`, `google` or `office365`.
    pub from: String,
    /// Matches users by email address.
    pub auto: bool,
    /// Usernames by email address, used if `auto` is `false`.
    pub matches: BTreeMap<String, String>,
}

impl SamlMigration {
    /// Creates a value with the required fields.
    pub fn new(
        from: impl Into<String>,
        auto: impl Into<bool>,
        matches: impl Into<BTreeMap<String, String>>,
    ) -> Self {
        Self { from: from.into(), auto: auto.into(), matches: matches.into() }
    }
}

input! {
    /// Request for a paid feature.
    pub struct NotifyAdmin {
        /// The plan that includes the feature.
        pub required_plan: String,
        /// The name of the feature.
        pub required_feature: String,
    }
    optional {
        /// `true` to request a trial.
        trial_notification: bool,
    }
}

input! {
    /// A change of the authentication method.
    pub struct LoginSwitch {
        /// Current method: `email`, `gitlab`, `google`, `office365`, `ldap` or `saml`.
        pub current_service: String,
        /// New method: one of the values of `current_service`.
        pub new_service: String,
    }
    optional {
        /// Email address of the user.
        email: String,
        /// Current password.
        password: Secret,
        /// New password. Required when switching to email and password.
        new_password: Secret,
        /// MFA code, if required.
        mfa_code: Secret,
        /// Login name in the LDAP directory.
        ldap_id: String,
    }
}

input! {
    /// Properties of a mobile device.
    pub struct DeviceProps {}
    optional {
        /// Push notification ID of the device.
        device_id: String,
        /// `true` if notifications are disabled on the device, otherwise `false`.
        device_notification_disabled: String,
        /// Version of the mobile app.
        mobile_version: String,
    }
}

input! {
    /// Page of team members.
    pub struct TeamMemberPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Members per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Sort order: `Username`. Unsorted by default.
        sort: String,
        /// Excludes deactivated users.
        exclude_deleted_users: bool,
    }
}

input! {
    /// Partially typed slash command.
    pub struct SuggestionQuery {
        /// The line typed so far.
        pub user_input: String,
    }
    optional {
        /// ID of the channel.
        channel_id: ChannelId,
        /// ID of the thread's root post.
        root_id: PostId,
    }
}
