//! Accounts, and what they keep.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{ChannelId, Json, PostId, Preference, StatusKind, User, UserId};

model! {
    /// Somebody types.
    pub struct Typing {
        /// Who.
        pub user_id: UserId,
        /// Where.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// In which thread; empty outside threads.
        pub parent_id: PostId,
    }
}

model! {
    /// An account was made.
    pub struct NewUser {
        /// The account.
        pub user_id: UserId,
    }
}

model! {
    /// An account changed.
    pub struct UserUpdated {
        /// As it is now, as far as this account may see it.
        pub user: User,
    }
}

model! {
    /// The own system roles changed.
    pub struct UserRoleUpdated {
        /// This account.
        pub user_id: UserId,
        /// The roles, separated by spaces.
        pub roles: String,
    }
}

model! {
    /// The own status changed. The server tells nobody about the status of others: ask for it.
    pub struct StatusChange {
        /// This account.
        pub user_id: UserId,
        /// What it is now.
        pub status: StatusKind,
    }
}

model! {
    /// A preference of this account changed.
    pub struct PreferenceChanged {
        /// As it is now.
        #[serde(with = "super::embedded")]
        pub preference: Preference,
    }
}

model! {
    /// Preferences of this account were saved, or deleted.
    pub struct PreferencesChanged {
        /// Those that were.
        #[serde(with = "super::embedded")]
        pub preferences: Vec<Preference>,
    }
}

model! {
    /// A value of an attribute of an account changed.
    pub struct CustomProfileAttributesValuesUpdated {
        /// Whose.
        pub user_id: UserId,
        /// The values, by attribute id.
        pub values: BTreeMap<String, Value>,
    }
}

model! {
    /// A custom attribute of accounts was made, or changed.
    pub struct CustomProfileAttributesFieldChanged {
        /// As it is now.
        pub field: Json,
        /// Whether its values are to be forgotten.
        #[serde(skip_serializing_if = "super::embedded::is_off")]
        pub delete_values: bool,
    }
}

model! {
    /// A custom attribute of accounts was deleted.
    pub struct CustomProfileAttributesFieldDeleted {
        /// The attribute.
        pub field_id: String,
    }
}
