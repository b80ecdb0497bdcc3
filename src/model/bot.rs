//! Bots.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{BotUserId, UserId};

model! {
    /// A bot: an account without a password that authenticates with a token.
    pub struct Bot {
        /// The user ID.
        pub user_id: BotUserId,
        /// The username.
        pub username: String,
        /// The display name.
        pub display_name: String,
        /// The description.
        pub description: String,
        /// The user who created the bot. The ID of a plugin, which is not a user ID, if a plugin created it.
        pub owner_id: UserId,
        /// Time of the last icon update.
        pub last_icon_update: Timestamp,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Time at which the bot was disabled; 0 if enabled.
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
    /// Unique; lowercase letters, digits, `.`, `-` and `_`.
    pub username: String,
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl BotDraft {
    /// Creates the value from its required fields.
    pub fn new(username: impl Into<String>) -> Self {
        Self { username: username.into(), display_name: None, description: None }
    }
}

setters! { BotDraft:
    /// The display name.
    display_name: String,
    /// The description.
    description: String,
}

/// Changes to a bot. Unset fields keep their value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BotPatch {
    /// The username.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl BotPatch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { BotPatch:
    /// The username.
    username: String,
    /// The display name.
    display_name: String,
    /// The description.
    description: String,
}

/// Page and filter for bots.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BotPage {
    /// Zero-based page number.
    pub page: Option<u32>,
    /// Bots per page. Defaults to 60. Must be at most 200.
    pub per_page: Option<u32>,
    /// Includes disabled bots.
    pub include_deleted: Option<bool>,
    /// Only bots whose owner was deactivated.
    pub only_orphaned: Option<bool>,
}

impl BotPage {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { BotPage:
    /// Zero-based page number.
    page: u32,
    /// Bots per page. Defaults to 60. Must be at most 200.
    per_page: u32,
    /// Includes disabled bots.
    include_deleted: bool,
    /// Only bots whose owner was deactivated.
    only_orphaned: bool,
}
