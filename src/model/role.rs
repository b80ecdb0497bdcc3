//! Roles and permissions.

use crate::Timestamp;
use crate::model::{RoleId, SchemeId};

model! {
    /// A role: a set of permissions.
    pub struct Role {
        /// The ID.
        pub id: RoleId,
        /// The name, as used in the role lists of users and members.
        pub name: String,
        /// The display name.
        pub display_name: String,
        /// The description.
        pub description: String,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// Permission names.
        pub permissions: Vec<String>,
        /// `true` if the role belongs to a scheme.
        pub scheme_managed: bool,
        /// `true` for roles created by the server.
        pub built_in: bool,
        /// ID of the scheme of the role.
        pub scheme_id: SchemeId,
    }
}

input! {
    /// A change to a role.
    pub struct RolePatch {}
    optional {
        /// Replaces all permissions.
        permissions: Vec<String>,
    }
}
