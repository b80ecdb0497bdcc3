//! Accounts, and what they keep.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{ChannelId, Json, PostId, Preference, StatusKind, User, UserId};

/// Somebody types.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Typing {
    /// Who.
    pub user_id: UserId,
    /// Where.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
    /// In which thread; empty outside threads.
    pub parent_id: PostId,
}

/// An account was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NewUser {
    /// The account.
    pub user_id: UserId,
}

/// An account changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserUpdated {
    /// As it is now, as far as this account may see it.
    pub user: User,
}

/// The own system roles changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserRoleUpdated {
    /// This account.
    pub user_id: UserId,
    /// The roles, separated by spaces.
    pub roles: String,
}

/// The own status changed. The server tells nobody about the status of others: ask for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StatusChange {
    /// This account.
    pub user_id: UserId,
    /// What it is now.
    pub status: StatusKind,
}

/// A preference of this account changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PreferenceChanged {
    /// As it is now.
    #[serde(with = "super::embedded")]
    pub preference: Preference,
}

/// Preferences of this account were saved, or deleted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PreferencesChanged {
    /// Those that were.
    #[serde(with = "super::embedded")]
    pub preferences: Vec<Preference>,
}

/// A value of an attribute of an account changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CustomProfileAttributesValuesUpdated {
    /// Whose.
    pub user_id: UserId,
    /// The values, by attribute id.
    pub values: BTreeMap<String, Value>,
}

/// A custom attribute of accounts was made, or changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CustomProfileAttributesFieldChanged {
    /// As it is now.
    pub field: Json,
    /// Whether its values are to be forgotten.
    #[serde(skip_serializing_if = "super::embedded::is_off")]
    pub delete_values: bool,
}

/// A custom attribute of accounts was deleted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CustomProfileAttributesFieldDeleted {
    /// The attribute.
    pub field_id: String,
}
