//! Permissions of members and guests in a channel.

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

input! {
    /// A change to the permissions of members and guests.
    pub struct ChannelModerationPatch {
        /// The permission, as in [`ChannelModeration::name`].
        pub name: String,
    }
    optional {
        /// The roles that have the permission.
        roles: ChannelModeratedRolesPatch,
    }
}

input! {
    /// New state of a permission. Unset roles keep their value.
    pub struct ChannelModeratedRolesPatch {}
    optional {
        /// `true` to grant the permission to guests.
        guests: bool,
        /// `true` to grant the permission to members.
        members: bool,
    }
}
