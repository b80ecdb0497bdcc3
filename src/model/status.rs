//! Who is there.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, UserId};

open_enum! {
    /// Whether somebody is there.
    StatusKind {
        /// At the keyboard.
        Online = "online",
        /// Not active for some minutes.
        Away = "away",
        /// Does not want to be disturbed.
        Dnd = "dnd",
        /// Not connected.
        Offline = "offline",
        /// Out of office: an automatic reply is on.
        OutOfOffice = "ooo",
    }
}

model! {
    /// Whether an account is there.
    pub struct Status {
        /// The account.
        pub user_id: UserId,
        /// What it is.
        pub status: StatusKind,
        /// Whether the account set it by hand.
        pub manual: bool,
        /// When it was last active.
        pub last_activity_at: Timestamp,
        /// The channel it looks at; only sent to itself.
        pub active_channel: ChannelId,
        /// When "do not disturb" ends: **seconds** since 1970, unlike all other times; 0 if it does not.
        pub dnd_end_time: i64,
    }
}

/// What an account says of itself, beside its name.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CustomStatus {
    /// Name of an emoji, without colons. Empty text and emoji are refused.
    pub emoji: String,
    /// Up to 100 characters.
    pub text: String,
    /// `thirty_minutes`, `one_hour`, `four_hours`, `today`, `this_week`, `date_and_time`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// When it ends, RFC 3339, as [`Timestamp`] shows itself; needs `duration`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

impl CustomStatus {
    /// With what is required.
    pub fn new(emoji: impl Into<String>, text: impl Into<String>) -> Self {
        Self { emoji: emoji.into(), text: text.into(), duration: None, expires_at: None }
    }
}

setters! { CustomStatus:
    /// `thirty_minutes`, `one_hour`, `four_hours`, `today`, `this_week`, `date_and_time`.
    duration: String,
    /// When it ends, RFC 3339, as [`Timestamp`] shows itself; needs `duration`.
    expires_at: String,
}
