//! Permission schemes.

use serde::Serialize;

use crate::Timestamp;
use crate::model::SchemeId;

open_enum! {
    /// What a scheme is for.
    SchemeScope {
        /// Channels.
        Channel = "channel",
        /// Playbooks.
        Playbook = "playbook",
        /// Runs of playbooks.
        Run = "run",
        /// Teams and their channels.
        Team = "team",
    }
}

model! {
    /// Roles for some teams or channels, instead of those of the whole server.
    pub struct Scheme {
        /// Its id.
        pub id: SchemeId,
        /// Its name.
        pub name: String,
        /// What people see.
        pub display_name: String,
        /// What it is for.
        pub description: String,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// What it is for.
        pub scope: SchemeScope,
        /// Role of a team's administrators.
        pub default_team_admin_role: String,
        /// Role of a team's members.
        pub default_team_user_role: String,
        /// Role of a channel's administrators.
        pub default_channel_admin_role: String,
        /// Role of a channel's members.
        pub default_channel_user_role: String,
        /// Role of a team's guests.
        pub default_team_guest_role: String,
        /// Role of a channel's guests.
        pub default_channel_guest_role: String,
        /// Role of a playbook's administrators.
        pub default_playbook_admin_role: String,
        /// Role of a playbook's members.
        pub default_playbook_member_role: String,
        /// Role of a run's administrators.
        pub default_run_admin_role: String,
        /// Role of a run's members.
        pub default_run_member_role: String,
    }
}

impl From<&Scheme> for SchemeId {
    fn from(from: &Scheme) -> Self {
        from.id.clone()
    }
}

/// A new scheme.
#[doc(alias = "Scheme")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SchemeDraft {
    /// What people are to see; up to 128 characters.
    pub display_name: String,
    /// What it is for: teams or channels.
    pub scope: SchemeScope,
    /// Its name; the server makes one if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for; up to 1,024 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl SchemeDraft {
    /// With what is required.
    pub fn new(display_name: impl Into<String>, scope: impl Into<SchemeScope>) -> Self {
        Self { display_name: display_name.into(), scope: scope.into(), name: None, description: None }
    }
}

setters! { SchemeDraft:
    /// Its name; the server makes one if it is not set.
    name: String,
    /// What it is for; up to 1,024 characters.
    description: String,
}

/// Changes to a scheme; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SchemePatch {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What people are to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl SchemePatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { SchemePatch:
    /// Its name.
    name: String,
    /// What people are to see.
    display_name: String,
    /// What it is for.
    description: String,
}

/// Which schemes to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SchemePage {
    /// Only schemes for this.
    pub scope: Option<SchemeScope>,
    /// Page, from 0.
    pub page: Option<u32>,
    /// Schemes a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
}

impl SchemePage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { SchemePage:
    /// Only schemes for this.
    scope: SchemeScope,
    /// Page, from 0.
    page: u32,
    /// Schemes a page; 60 by default, 200 at most.
    per_page: u32,
}
