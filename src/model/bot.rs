//! Bots.

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
        /// ID of the user who created the bot. If a plugin created it, the ID of the plugin, which is not a user ID.
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

impl From<&Bot> for UserId {
    fn from(from: &Bot) -> Self {
        (&from.user_id).into()
    }
}

input! {
    /// A new bot.
    pub struct BotDraft {
        /// The username. Must be unique, and consist of lowercase letters, digits, `.`, `-` and `_`.
        pub username: String,
    }
    optional {
        /// The display name.
        display_name: String,
        /// The description.
        description: String,
    }
}

input! {
    /// Changes to a bot. Unset fields keep their values.
    pub struct BotPatch {}
    optional {
        /// The username.
        username: String,
        /// The display name.
        display_name: String,
        /// The description.
        description: String,
    }
}

input! {
    /// Page and filter for bots.
    pub struct BotPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Bots per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Includes disabled bots.
        include_deleted: bool,
        /// Only bots whose owner was deactivated.
        only_orphaned: bool,
    }
}
