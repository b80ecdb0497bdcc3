//! Roles and permissions.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{RoleId, SchemeId};

model! {
    /// A role: a set of permissions.
    pub struct Role {
        /// Its id.
        pub id: RoleId,
        /// Its name, as accounts and members list it.
        pub name: String,
        /// What people see.
        pub display_name: String,
        /// What it is for.
        pub description: String,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// Names of permissions.
        pub permissions: Vec<String>,
        /// Whether it belongs to a scheme.
        pub scheme_managed: bool,
        /// Whether the server made it.
        pub built_in: bool,
        /// The scheme it belongs to.
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
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { RolePatch:
    /// Replaces all permissions.
    permissions: Vec<String>,
}
