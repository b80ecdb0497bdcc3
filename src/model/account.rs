//! What goes with accounts but is seldom needed: migrations, devices, filters.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Secret;
use crate::model::{ChannelId, PostId, TeamId};

/// For whom to find accounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserAutocompleteQuery {
    /// What was typed so far.
    pub name: String,
    /// Only in this team.
    pub in_team: Option<TeamId>,
    /// Members of this channel first; others in `out_of_channel`.
    pub in_channel: Option<ChannelId>,
    /// Most to return; 100 by default.
    pub limit: Option<u32>,
}

impl UserAutocompleteQuery {
    /// With what is required.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), in_team: None, in_channel: None, limit: None }
    }
}

setters! { UserAutocompleteQuery:
    /// Only in this team.
    in_team: TeamId,
    /// Members of this channel first; others in `out_of_channel`.
    in_channel: ChannelId,
    /// Most to return; 100 by default.
    limit: u32,
}

/// Which accounts to count.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserStatsFilter {
    /// Only members of this team.
    pub in_team: Option<TeamId>,
    /// Only members of this channel.
    pub in_channel: Option<ChannelId>,
    /// Also deactivated ones.
    pub include_deleted: Option<bool>,
    /// Also bots.
    pub include_bots: Option<bool>,
    /// Also those of other servers.
    pub include_remote_users: Option<bool>,
    /// Only those with one of these roles of the whole system.
    pub roles: Option<Vec<String>>,
    /// Only those with one of these roles in the channel.
    pub channel_roles: Option<Vec<String>>,
    /// Only those with one of these roles in the team.
    pub team_roles: Option<Vec<String>>,
}

impl UserStatsFilter {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { UserStatsFilter:
    /// Only members of this team.
    in_team: TeamId,
    /// Only members of this channel.
    in_channel: ChannelId,
    /// Also deactivated ones.
    include_deleted: bool,
    /// Also bots.
    include_bots: bool,
    /// Also those of other servers.
    include_remote_users: bool,
    /// Only those with one of these roles of the whole system.
    roles: Vec<String>,
    /// Only those with one of these roles in the channel.
    channel_roles: Vec<String>,
    /// Only those with one of these roles in the team.
    team_roles: Vec<String>,
}

/// How accounts are to be moved to LDAP.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LdapMigration {
    /// From where: `email`, `gitlab`, `saml`, `google`, `office365`.
    pub from: String,
    /// What they are known by: `email` or `username`.
    pub match_field: String,
    /// Whether to go on past accounts that do not fit.
    pub force: bool,
}

impl LdapMigration {
    /// With what is required.
    pub fn new(from: impl Into<String>, match_field: impl Into<String>, force: impl Into<bool>) -> Self {
        Self { from: from.into(), match_field: match_field.into(), force: force.into() }
    }
}

/// How accounts are to be moved to SAML.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SamlMigration {
    /// From where: `email`, `gitlab`, `ldap`, `google`, `office365`.
    pub from: String,
    /// Whether to match by mail address.
    pub auto: bool,
    /// Otherwise: user name by mail address.
    pub matches: BTreeMap<String, String>,
}

impl SamlMigration {
    /// With what is required.
    pub fn new(
        from: impl Into<String>,
        auto: impl Into<bool>,
        matches: impl Into<BTreeMap<String, String>>,
    ) -> Self {
        Self { from: from.into(), auto: auto.into(), matches: matches.into() }
    }
}

/// A feature that one would like.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NotifyAdmin {
    /// The plan that has it.
    pub required_plan: String,
    /// The feature's name.
    pub required_feature: String,
    /// Whether a trial is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_notification: Option<bool>,
}

impl NotifyAdmin {
    /// With what is required.
    pub fn new(required_plan: impl Into<String>, required_feature: impl Into<String>) -> Self {
        Self {
            required_plan: required_plan.into(),
            required_feature: required_feature.into(),
            trial_notification: None,
        }
    }
}

setters! { NotifyAdmin:
    /// Whether a trial is asked for.
    trial_notification: bool,
}

/// From which way of logging in to which.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LoginSwitch {
    /// `email`, `gitlab`, `google`, `office365`, `ldap`, `saml`.
    pub current_service: String,
    /// The same words.
    pub new_service: String,
    /// The account's mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its present password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Its new one, when it goes back to mail and password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_password: Option<Secret>,
    /// A code, where one is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_code: Option<Secret>,
    /// Its name in the directory service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ldap_id: Option<String>,
}

impl LoginSwitch {
    /// With what is required.
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
    /// The account's mail address.
    email: String,
    /// Its present password.
    password: Secret,
    /// Its new one, when it goes back to mail and password.
    new_password: Secret,
    /// A code, where one is asked for.
    mfa_code: Secret,
    /// Its name in the directory service.
    ldap_id: String,
}

/// What the server is to know of a mobile device.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DeviceProps {
    /// Where notifications are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// `true` or `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_notification_disabled: Option<String>,
    /// The app's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_version: Option<String>,
}

impl DeviceProps {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { DeviceProps:
    /// Where notifications are sent.
    device_id: String,
    /// `true` or `false`.
    device_notification_disabled: String,
    /// The app's version.
    mobile_version: String,
}

/// Which members of a team to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TeamMemberPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Members a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// `Username`, or nothing for no order.
    pub sort: Option<String>,
    /// Leave out deactivated accounts.
    pub exclude_deleted_users: Option<bool>,
}

impl TeamMemberPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { TeamMemberPage:
    /// Page, from 0.
    page: u32,
    /// Members a page; 60 by default, 200 at most.
    per_page: u32,
    /// `Username`, or nothing for no order.
    sort: String,
    /// Leave out deactivated accounts.
    exclude_deleted_users: bool,
}

/// What was typed of a command.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SuggestionQuery {
    /// The line so far.
    pub user_input: String,
    /// In which channel.
    pub channel_id: Option<ChannelId>,
    /// In which thread.
    pub root_id: Option<PostId>,
}

impl SuggestionQuery {
    /// With what is required.
    pub fn new(user_input: impl Into<String>) -> Self {
        Self { user_input: user_input.into(), channel_id: None, root_id: None }
    }
}

setters! { SuggestionQuery:
    /// In which channel.
    channel_id: ChannelId,
    /// In which thread.
    root_id: PostId,
}
