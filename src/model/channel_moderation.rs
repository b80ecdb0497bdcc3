//! Permissions of members and guests in a channel.

model! {
    /// A permission of members and guests in a channel.
    pub struct ChannelModeration {
        /// Name of the permission: `create_post`, `create_reactions`, `manage_members`, `use_channel_mentions` or
        /// `manage_bookmarks`.
        pub name: String,
        /// State of the permission for guests and members.
        pub roles: ChannelModeratedRoles,
    }
}

model! {
    /// Roles that have a permission in a channel.
    pub struct ChannelModeratedRoles {
        /// State of the permission for guests. `None` if the permission does not apply to guests.
        pub guests: Option<ChannelModeratedRole>,
        /// State of the permission for members.
        pub members: Option<ChannelModeratedRole>,
    }
}

model! {
    /// State of a permission for one role.
    pub struct ChannelModeratedRole {
        /// `true` if the permission is granted.
        pub value: bool,
        /// `true` if the permission can be changed in the channel. This requires that the team or the system allows
        /// it.
        pub enabled: bool,
    }
}

input! {
    /// A change to the permissions of members and guests.
    pub struct ChannelModerationPatch {
        /// Name of the permission, as in [`ChannelModeration::name`].
        pub name: String,
    }
    optional {
        /// State of the permission for guests and members.
        roles: ChannelModeratedRolesPatch,
    }
}

input! {
    /// New state of a permission. Unset roles keep their values.
    pub struct ChannelModeratedRolesPatch {}
    optional {
        /// `true` to grant the permission to guests.
        guests: bool,
        /// `true` to grant the permission to members.
        members: bool,
    }
}
