//! Bots.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{BotUserId, UserId};

model! {
    /// A bot: an account without a password, that logs in with a token.
    pub struct Bot {
        /// Its account.
        pub user_id: BotUserId,
        /// Its user name.
        pub username: String,
        /// Its display name.
        pub display_name: String,
        /// What it is for.
        pub description: String,
        /// Who made it; the id of a plugin, which is no account's, if a plugin did.
        pub owner_id: UserId,
        /// When its icon was changed.
        pub last_icon_update: Timestamp,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was disabled; 0 while it is not.
        pub delete_at: Timestamp,
    }
}

impl From<&Bot> for BotUserId {
    fn from(from: &Bot) -> Self {
        from.user_id.clone()
    }
}

impl From<&Bot> for UserId {
    fn from(from: &Bot) -> Self {
        (&from.user_id).into()
    }
}

/// A new bot.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BotDraft {
    /// Unique; lower case letters, digits, `.`, `-`, `_`.
    pub username: String,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl BotDraft {
    /// With what is required.
    pub fn new(username: impl Into<String>) -> Self {
        Self { username: username.into(), display_name: None, description: None }
    }
}

setters! { BotDraft:
    /// Its display name.
    display_name: String,
    /// What it is for.
    description: String,
}

/// Changes to a bot; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BotPatch {
    /// Its user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl BotPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { BotPatch:
    /// Its user name.
    username: String,
    /// Its display name.
    display_name: String,
    /// What it is for.
    description: String,
}

/// Which bots to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BotPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Bots a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Also disabled ones.
    pub include_deleted: Option<bool>,
    /// Only those whose owner was deactivated.
    pub only_orphaned: Option<bool>,
}

impl BotPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { BotPage:
    /// Page, from 0.
    page: u32,
    /// Bots a page; 60 by default, 200 at most.
    per_page: u32,
    /// Also disabled ones.
    include_deleted: bool,
    /// Only those whose owner was deactivated.
    only_orphaned: bool,
}
