//! What members and guests may do in a channel.

use serde::Serialize;

model! {
    /// What ordinary members and guests may do in a channel.
    pub struct ChannelModeration {
        /// `create_post`, `create_reactions`, `manage_members`, `use_channel_mentions`, `manage_bookmarks`.
        pub name: String,
        /// Who may.
        pub roles: ChannelModeratedRoles,
    }
}

model! {
    /// Who may do something in a channel.
    pub struct ChannelModeratedRoles {
        /// Guests; `None` where that makes no sense.
        pub guests: Option<ChannelModeratedRole>,
        /// Members.
        pub members: Option<ChannelModeratedRole>,
    }
}

model! {
    /// Whether somebody may do something.
    pub struct ChannelModeratedRole {
        /// Whether they may.
        pub value: bool,
        /// Whether that can be changed here: the team or the system must allow it first.
        pub enabled: bool,
    }
}

/// A change to what members and guests may do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelModerationPatch {
    /// What, as in [`ChannelModeration::name`].
    pub name: String,
    /// Who may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<ChannelModeratedRolesPatch>,
}

impl ChannelModerationPatch {
    /// With what is required.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), roles: None }
    }
}

setters! { ChannelModerationPatch:
    /// Who may.
    roles: ChannelModeratedRolesPatch,
}

/// Who may do something from now on; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelModeratedRolesPatch {
    /// Guests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guests: Option<bool>,
    /// Members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<bool>,
}

impl ChannelModeratedRolesPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ChannelModeratedRolesPatch:
    /// Guests.
    guests: bool,
    /// Members.
    members: bool,
}
