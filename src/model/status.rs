//! User statuses: online, away, Do Not Disturb, offline, and custom statuses.

use crate::Timestamp;
use crate::model::{ChannelId, UserId};

open_enum! {
    /// Availability of a user.
    StatusKind {
        /// Active.
        Online = "online",
        /// Inactive for several minutes.
        Away = "away",
        /// Do Not Disturb.
        Dnd = "dnd",
        /// Not connected.
        Offline = "offline",
        /// Out of office, with an automatic reply.
        OutOfOffice = "ooo",
    }
}

model! {
    /// Status of a user.
    pub struct Status {
        /// ID of the user.
        pub user_id: UserId,
        /// The availability of the user.
        pub status: StatusKind,
        /// `true` if the user set the status manually.
        pub manual: bool,
        /// Time of the last activity.
        pub last_activity_at: Timestamp,
        /// ID of the channel that the user is viewing. Only returned to that user.
        pub active_channel: ChannelId,
        /// End of Do Not Disturb in **seconds** since 1970, unlike all other times; 0 if unlimited.
        pub dnd_end_time: i64,
    }
}

input! {
    /// Custom status of a user, shown next to the name.
    pub struct CustomStatus {
        /// Name of an emoji, without colons. Text and emoji must not both be empty.
        pub emoji: String,
        /// The text, up to 100 characters.
        pub text: String,
    }
    optional {
        /// Duration of the status: `thirty_minutes`, `one_hour`, `four_hours`, `today`, `this_week` or
        /// `date_and_time`.
        duration: String,
        /// Expiry time in RFC 3339 format, as displayed by [`Timestamp`]. Requires `duration`.
        expires_at: String,
    }
}
