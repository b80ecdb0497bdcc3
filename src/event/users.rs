//! Users, statuses and preferences.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{ChannelId, Json, PostId, Preference, StatusKind, User, UserId};

model! {
    /// A user is typing.
    pub struct Typing {
        /// ID of the user.
        pub user_id: UserId,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// ID of the thread's root post. Empty outside of threads.
        pub parent_id: PostId,
    }
}

model! {
    /// A user was created.
    pub struct NewUser {
        /// ID of the user.
        pub user_id: UserId,
    }
}

model! {
    /// A user was updated.
    pub struct UserUpdated {
        /// The updated user, with the fields that the current account may see.
        pub user: User,
    }
}

model! {
    /// The current account's system-wide roles changed.
    pub struct UserRoleUpdated {
        /// ID of the current account.
        pub user_id: UserId,
        /// The roles, separated by spaces.
        pub roles: String,
    }
}

model! {
    /// The current account's status changed. The server does not report status changes of other users: request them
    /// instead.
    pub struct StatusChange {
        /// ID of the current account.
        pub user_id: UserId,
        /// The new status.
        pub status: StatusKind,
    }
}

model! {
    /// A preference of the current account changed.
    pub struct PreferenceChanged {
        /// The updated preference.
        #[serde(with = "super::embedded")]
        pub preference: Preference,
    }
}

model! {
    /// Preferences of the current account were saved or deleted.
    pub struct PreferencesChanged {
        /// The affected preferences.
        #[serde(with = "super::embedded")]
        pub preferences: Vec<Preference>,
    }
}

model! {
    /// A custom profile attribute value of a user changed.
    pub struct CustomProfileAttributesValuesUpdated {
        /// ID of the user.
        pub user_id: UserId,
        /// The values, by attribute ID.
        pub values: BTreeMap<String, Value>,
    }
}

model! {
    /// A custom profile attribute was created or updated.
    pub struct CustomProfileAttributesFieldChanged {
        /// The updated attribute.
        pub field: Json,
        /// `true` if existing values must be discarded.
        #[serde(skip_serializing_if = "super::embedded::is_off")]
        pub delete_values: bool,
    }
}

model! {
    /// A custom profile attribute was deleted.
    pub struct CustomProfileAttributesFieldDeleted {
        /// ID of the attribute.
        pub field_id: String,
    }
}
