//! LDAP, the directory service.

use serde_json::json;

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    Group, LdapDiagnosticResult, LdapDiagnosticTest, LdapGroup, LdapGroupList, LdapGroupPage, LdapSettings,
    UserId,
};
use crate::page::{MOST, Pages, pages};
use crate::rest::{Upload, with_file};

/// LDAP, the directory service, by [`Client::ldap`](crate::Client::ldap).
///
/// 501 without a licence for it.
#[derive(Clone, Copy, Debug)]
pub struct Ldap<'c>(pub(crate) &'c Http);

impl<'c> Ldap<'c> {
    /// Takes accounts and groups over, now. It goes on after the answer:
    /// [`JobType::LdapSync`](crate::JobType::LdapSync) jobs tell how far it is.
    ///
    /// `POST /ldap/sync`
    ///
    /// Permission: `create_ldap_sync_job`. Edition: Professional.
    #[doc(alias = "SyncLdap")]
    pub fn sync(&self) -> Result<()> {
        self.0.post("/ldap/sync", &[]).ok()
    }

    /// Tries to reach the directory service, with the settings that are in force.
    ///
    /// `POST /ldap/test`
    ///
    /// Permission: `test_ldap`. Edition: Professional.
    #[doc(alias = "TestLdap")]
    pub fn test(&self) -> Result<()> {
        self.0.post("/ldap/test", &[]).ok()
    }

    /// Tries to reach a directory service with other settings.
    ///
    /// `POST /ldap/test_connection`
    ///
    /// Permission: `test_ldap`. Edition: Professional.
    #[doc(alias = "TestLdapConnection")]
    pub fn test_connection(&self, settings: &LdapSettings) -> Result<()> {
        self.0.post("/ldap/test_connection", &[]).json(settings).reads().ok()
    }

    /// Tries filters or attributes out.
    ///
    /// `POST /ldap/test_diagnostics`
    ///
    /// Permission: `test_ldap`. Edition: Professional.
    #[doc(alias = "TestLdapDiagnostics")]
    pub fn test_diagnostics(
        &self,
        test: &LdapDiagnosticTest,
        settings: &LdapSettings,
    ) -> Result<Vec<LdapDiagnosticResult>> {
        self.0.post("/ldap/test_diagnostics", &[]).param("test", test).json(settings).reads().fetch()
    }

    /// Lists one page of the groups of the directory service.
    ///
    /// `GET /ldap/groups`
    ///
    /// Permission: `sysconsole_read_user_management_groups`. Since 5.11. Edition: Enterprise.
    #[doc(alias = "GetLdapGroups")]
    pub fn list_groups(&self, page: &LdapGroupPage) -> Result<LdapGroupList> {
        self.0.get("/ldap/groups", &[]).query(page).fetch()
    }

    /// Goes through all groups of the directory service, 200 a call; the paging of `page` does not count.
    pub fn all_groups(&self, page: &LdapGroupPage) -> Pages<'c, LdapGroup> {
        let (group, page) = (*self, page.clone());
        pages(move |number| {
            group.list_groups(&page.clone().page(number).per_page(MOST)).map(|list| list.groups)
        })
    }

    /// Links a group of the directory service, by its
    /// [`LdapGroup::primary_key`](crate::LdapGroup::primary_key); the group that it is now.
    ///
    /// `POST /ldap/groups/{remote_id}/link`
    ///
    /// Permission: `sysconsole_write_user_management_groups`. Since 5.11. Edition: Enterprise.
    #[doc(alias = "LinkLdapGroup")]
    pub fn link_group(&self, primary_key: &str) -> Result<Group> {
        self.0.post("/ldap/groups/{remote_id}/link", &[&primary_key]).fetch()
    }

    /// Puts an account into the teams and channels of its groups.
    ///
    /// `POST /ldap/users/{user_id}/group_sync_memberships`
    ///
    /// Permission: `sysconsole_write_user_management_groups`. Edition: Professional.
    #[doc(alias = "AddUserToGroupSyncables")]
    pub fn add_user_to_group_syncables(&self, user: &UserId) -> Result<()> {
        self.0.post("/ldap/users/{user_id}/group_sync_memberships", &[user]).ok()
    }

    /// Makes another attribute the one that accounts are known by.
    ///
    /// `POST /ldap/migrateid`
    ///
    /// It goes through all accounts, which may take long.
    ///
    /// Permission: `manage_system`. Since 5.26. Edition: Professional.
    #[doc(alias = "MigrateIdLdap")]
    pub fn migrate_id(&self, attribute: &str) -> Result<()> {
        self.0.post("/ldap/migrateid", &[]).long().json(&json!({"toAttribute": attribute})).ok()
    }

    /// Uploads the client's certificate and sets `LdapSettings.PublicCertificateFile`.
    ///
    /// `POST /ldap/certificate/public`
    ///
    /// Permission: `add_ldap_public_cert`.
    #[doc(alias = "UploadLdapPublicCertificate")]
    pub fn upload_public_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/ldap/certificate/public", &[]), "certificate", file).ok()
    }

    /// Deletes the client's certificate.
    ///
    /// `DELETE /ldap/certificate/public`
    ///
    /// Permission: `remove_ldap_public_cert`.
    #[doc(alias = "DeleteLdapPublicCertificate")]
    pub fn delete_public_certificate(&self) -> Result<()> {
        self.0.delete("/ldap/certificate/public", &[]).ok()
    }

    /// Uploads the client's key and sets `LdapSettings.PrivateKeyFile`.
    ///
    /// `POST /ldap/certificate/private`
    ///
    /// Permission: `add_ldap_private_cert`.
    #[doc(alias = "UploadLdapPrivateCertificate")]
    pub fn upload_private_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/ldap/certificate/private", &[]), "certificate", file).ok()
    }

    /// Deletes the client's key.
    ///
    /// `DELETE /ldap/certificate/private`
    ///
    /// Permission: `remove_ldap_private_cert`.
    #[doc(alias = "DeleteLdapPrivateCertificate")]
    pub fn delete_private_certificate(&self) -> Result<()> {
        self.0.delete("/ldap/certificate/private", &[]).ok()
    }
}
