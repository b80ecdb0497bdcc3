//! Roles and their permissions.

use crate::error::Result;
use crate::http::Http;
use crate::model::{Role, RoleId, RolePatch};

/// Roles, by [`Client::roles`](crate::Client::roles).
#[derive(Clone, Copy, Debug)]
pub struct Roles<'c>(pub(crate) &'c Http);

impl Roles<'_> {
    /// Lists all roles.
    ///
    /// `GET /roles`
    ///
    /// Permission: `manage_system`. Since 5.33.
    #[doc(alias = "GetAllRoles")]
    pub fn list(&self) -> Result<Vec<Role>> {
        self.0.get("/roles", &[]).fetch()
    }

    /// Gets a role.
    ///
    /// `GET /roles/{role_id}`
    ///
    /// Since 4.9.
    #[doc(alias = "GetRole")]
    pub fn get(&self, role: &RoleId) -> Result<Role> {
        self.0.get("/roles/{role_id}", &[role]).fetch()
    }

    /// Gets a role by name, as `system_user`.
    ///
    /// `GET /roles/name/{role_name}`
    ///
    /// Since 4.9.
    #[doc(alias = "GetRoleByName")]
    pub fn get_by_name(&self, name: &str) -> Result<Role> {
        self.0.get("/roles/name/{role_name}", &[&name]).fetch()
    }

    /// Gets roles by name, up to 100; unknown ones are left out.
    ///
    /// `POST /roles/names`
    ///
    /// Since 4.9.
    #[doc(alias = "GetRolesByNames")]
    pub fn list_by_names(&self, names: &[&str]) -> Result<Vec<Role>> {
        self.0.post("/roles/names", &[]).json(&names).reads().fetch()
    }

    /// Replaces a role's permissions. Most roles need a licence for that.
    ///
    /// `PUT /roles/{role_id}/patch`
    ///
    /// Permissions, as the case may be: `sysconsole_write_user_management_permissions`, `manage_system`.
    /// Since 4.9.
    #[doc(alias = "PatchRole")]
    pub fn patch(&self, role: &RoleId, patch: &RolePatch) -> Result<Role> {
        self.0.put("/roles/{role_id}/patch", &[role]).json(patch).fetch()
    }
}
