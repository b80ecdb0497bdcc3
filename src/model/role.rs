//! Roles and permissions.

use serde::Serialize;

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
        /// The scheme of the role.
        pub scheme_id: SchemeId,
    }
}

impl From<&Role> for RoleId {
    fn from(from: &Role) -> Self {
        from.id.clone()
    }
}

/// A change to a role.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RolePatch {
    /// Replaces all permissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

impl RolePatch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { RolePatch:
    /// Replaces all permissions.
    permissions: Vec<String>,
}
