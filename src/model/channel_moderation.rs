//! Permissions of members and guests in a channel.

use serde::Serialize;

model! {
    /// A permission of members and guests in a channel.
    pub struct ChannelModeration {
        /// `create_post`, `create_reactions`, `manage_members`, `use_channel_mentions`, `manage_bookmarks`.
        pub name: String,
        /// The roles that have the permission.
        pub roles: ChannelModeratedRoles,
    }
}

model! {
    /// Roles that have a permission in a channel.
    pub struct ChannelModeratedRoles {
        /// Guests. `None` if the permission does not apply to guests.
        pub guests: Option<ChannelModeratedRole>,
        /// Members.
        pub members: Option<ChannelModeratedRole>,
    }
}

model! {
    /// State of a permission for one role.
    pub struct ChannelModeratedRole {
        /// `true` if the permission is granted.
        pub value: bool,
        /// `true` if the permission can be changed here. The team or the system must allow it first.
        pub enabled: bool,
    }
}

/// A change to the permissions of members and guests.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelModerationPatch {
    /// The permission, as in [`ChannelModeration::name`].
    pub name: String,
    /// The roles that have the permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<ChannelModeratedRolesPatch>,
}

impl ChannelModerationPatch {
    /// Creates the value from its required fields.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), roles: None }
    }
}

setters! { ChannelModerationPatch:
    /// The roles that have the permission.
    roles: ChannelModeratedRolesPatch,
}

/// New state of a permission. Unset roles keep their value.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelModeratedRolesPatch {
    /// `true` to grant the permission to guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guests: Option<bool>,
    /// `true` to grant the permission to members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<bool>,
}

impl ChannelModeratedRolesPatch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ChannelModeratedRolesPatch:
    /// `true` to grant the permission to guests.
    guests: bool,
    /// `true` to grant the permission to members.
    members: bool,
}
