//! Roles and their permissions.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{Role, RoleId, RolePatch};

/// Roles. Returned by [`Client::roles`](crate::Client::roles).
#[derive(Clone, Copy, Debug)]
pub struct Roles<'c>(pub(crate) &'c HttpClient);

impl Roles<'_> {
    /// Lists all roles.
    ///
    /// `GET /roles`
    ///
    /// Required permission: `manage_system`. Since server 5.33.
    #[doc(alias = "GetAllRoles")]
    #[inline]
    pub fn list(&self) -> Result<Vec<Role>> {
        self.0.get("/roles", &[]).decode()
    }

    /// Gets a role.
    ///
    /// `GET /roles/{role_id}`
    ///
    /// Since server 4.9.
    #[doc(alias = "GetRole")]
    #[inline]
    pub fn get(&self, role: &RoleId) -> Result<Role> {
        self.0.get("/roles/{role_id}", &[role]).decode()
    }

    /// Gets a role by name, for example `system_user`.
    ///
    /// `GET /roles/name/{role_name}`
    ///
    /// Since server 4.9.
    #[doc(alias = "GetRoleByName")]
    #[inline]
    pub fn get_by_name(&self, name: &str) -> Result<Role> {
        self.0.get("/roles/name/{role_name}", &[&name]).decode()
    }

    /// Gets roles by name, up to 100. Unknown names are omitted.
    ///
    /// `POST /roles/names`
    ///
    /// Since server 4.9.
    #[doc(alias = "GetRolesByNames")]
    #[inline]
    pub fn list_by_names(&self, names: &[&str]) -> Result<Vec<Role>> {
        self.0.post("/roles/names", &[]).json(&names).safe().decode()
    }

    /// Replaces the permissions of a role. Most roles require a license for this.
    ///
    /// `PUT /roles/{role_id}/patch`
    ///
    /// Required permissions, depending on the request: `sysconsole_write_user_management_permissions`,
    /// `manage_system`. Since server 4.9.
    #[doc(alias = "PatchRole")]
    #[inline]
    pub fn patch(&self, role: &RoleId, patch: &RolePatch) -> Result<Role> {
        self.0.put("/roles/{role_id}/patch", &[role]).json(patch).decode()
    }
}
