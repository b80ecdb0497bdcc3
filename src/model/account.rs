//! Rarely used user-related types: migrations, devices, filters.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Secret;
use crate::model::{ChannelId, PostId, TeamId};

/// Query for user autocompletion.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserAutocompleteQuery {
    /// Partially typed name.
    pub name: String,
    /// Restricts the result to members of this team.
    pub in_team: Option<TeamId>,
    /// Lists members of this channel first, and others in `out_of_channel`.
    pub in_channel: Option<ChannelId>,
    /// Maximum number of results. Defaults to 100.
    pub limit: Option<u32>,
}

impl UserAutocompleteQuery {
    /// Creates the value from its required fields.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), in_team: None, in_channel: None, limit: None }
    }
}

setters! { UserAutocompleteQuery:
    /// Restricts the result to members of this team.
    in_team: TeamId,
    /// Lists members of this channel first, and others in `out_of_channel`.
    in_channel: ChannelId,
    /// Maximum number of results. Defaults to 100.
    limit: u32,
}

/// Filter for counting users.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserStatsFilter {
    /// Only members of this team.
    pub in_team: Option<TeamId>,
    /// Only members of this channel.
    pub in_channel: Option<ChannelId>,
    /// Includes deactivated users.
    pub include_deleted: Option<bool>,
    /// Includes bots.
    pub include_bots: Option<bool>,
    /// Includes users of remote servers.
    pub include_remote_users: Option<bool>,
    /// Only users with one of these system-wide roles.
    pub roles: Option<Vec<String>>,
    /// Only users with one of these roles in the channel.
    pub channel_roles: Option<Vec<String>>,
    /// Only users with one of these roles in the team.
    pub team_roles: Option<Vec<String>>,
}

impl UserStatsFilter {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserStatsFilter:
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
    /// Creates the value from its required fields.
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
    /// Creates the value from its required fields.
    pub fn new(
        from: impl Into<String>,
        auto: impl Into<bool>,
        matches: impl Into<BTreeMap<String, String>>,
    ) -> Self {
        Self { from: from.into(), auto: auto.into(), matches: matches.into() }
    }
}

/// Request for a paid feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NotifyAdmin {
    /// The plan that includes the feature.
    pub required_plan: String,
    /// The name of the feature.
    pub required_feature: String,
    /// `true` to request a trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_notification: Option<bool>,
}

impl NotifyAdmin {
    /// Creates the value from its required fields.
    pub fn new(required_plan: impl Into<String>, required_feature: impl Into<String>) -> Self {
        Self {
            required_plan: required_plan.into(),
            required_feature: required_feature.into(),
            trial_notification: None,
        }
    }
}

setters! { NotifyAdmin:
    /// `true` to request a trial.
    trial_notification: bool,
}

/// A change of the authentication method.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LoginSwitch {
    /// Current method: `email`, `gitlab`, `google`, `office365`, `ldap` or `saml`.
    pub current_service: String,
    /// New method, with the same values.
    pub new_service: String,
    /// Email address of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Current password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// New password. Required when switching to email and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_password: Option<Secret>,
    /// MFA code, if required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_code: Option<Secret>,
    /// Login name in the LDAP directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ldap_id: Option<String>,
}

impl LoginSwitch {
    /// Creates the value from its required fields.
    pub fn new(current_service: impl Into<String>, new_service: impl Into<String>) -> Self {
        Self {
            current_service: current_service.into(),
            new_service: new_service.into(),
            email: None,
            password: None,
            new_password: None,
            mfa_code: None,
            ldap_id: None,
        }
    }
}

setters! { LoginSwitch:
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

/// Properties of a mobile device.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DeviceProps {
    /// Push notification ID of the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// `true` or `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_notification_disabled: Option<String>,
    /// Version of the mobile app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_version: Option<String>,
}

impl DeviceProps {
    /// Creates an empty value.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { DeviceProps:
    /// Push notification ID of the device.
    device_id: String,
    /// `true` or `false`.
    device_notification_disabled: String,
    /// Version of the mobile app.
    mobile_version: String,
}

/// Page of team members.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamMemberPage {
    /// Zero-based page number.
    pub page: Option<u32>,
    /// Members per page. Defaults to 60. Must be at most 200.
    pub per_page: Option<u32>,
    /// Sort order: `Username`. Unsorted by default.
    pub sort: Option<String>,
    /// Excludes deactivated users.
    pub exclude_deleted_users: Option<bool>,
}

impl TeamMemberPage {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { TeamMemberPage:
    /// Zero-based page number.
    page: u32,
    /// Members per page. Defaults to 60. Must be at most 200.
    per_page: u32,
    /// Sort order: `Username`. Unsorted by default.
    sort: String,
    /// Excludes deactivated users.
    exclude_deleted_users: bool,
}

/// Partially typed slash command.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SuggestionQuery {
    /// The line typed so far.
    pub user_input: String,
    /// The channel.
    pub channel_id: Option<ChannelId>,
    /// The thread.
    pub root_id: Option<PostId>,
}

impl SuggestionQuery {
    /// Creates the value from its required fields.
    pub fn new(user_input: impl Into<String>) -> Self {
        Self { user_input: user_input.into(), channel_id: None, root_id: None }
    }
}

setters! { SuggestionQuery:
    /// The channel.
    channel_id: ChannelId,
    /// The thread.
    root_id: PostId,
}
