//! LDAP directory integration.

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    Group, LdapDiagnosticResult, LdapDiagnosticTest, LdapGroup, LdapGroupList, LdapGroupPage, LdapSettings,
    UserId,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::{Upload, with_file};

/// LDAP directory integration. Returned by [`Client::ldap`](crate::Client::ldap).
///
/// Returns 501 without a license that includes LDAP.
#[derive(Clone, Copy, Debug)]
pub struct Ldap<'c>(pub(crate) &'c HttpClient);

impl<'c> Ldap<'c> {
    /// Starts a synchronization of users and groups, which continues after the response;
    /// [`JobType::LdapSync`](crate::JobType::LdapSync) jobs show the progress.
    ///
    /// `POST /ldap/sync`
    ///
    /// Required permission: `create_ldap_sync_job`. Edition: Professional.
    #[doc(alias = "SyncLdap")]
    #[inline]
    pub fn sync(&self) -> Result<()> {
        self.0.post("/ldap/sync", &[]).send()
    }

    /// Tests the connection with the active settings.
    ///
    /// `POST /ldap/test`
    ///
    /// Required permission: `test_ldap`. Edition: Professional.
    #[doc(alias = "TestLdap")]
    #[inline]
    pub fn test(&self) -> Result<()> {
        self.0.post("/ldap/test", &[]).send()
    }

    /// Tests the connection with the given settings.
    ///
    /// `POST /ldap/test_connection`
    ///
    /// Required permission: `test_ldap`. Edition: Professional.
    #[doc(alias = "TestLdapConnection")]
    #[inline]
    pub fn test_connection(&self, settings: &LdapSettings) -> Result<()> {
        self.0.post("/ldap/test_connection", &[]).json(settings).safe().send()
    }

    /// Tests the filters or attributes of the settings.
    ///
    /// `POST /ldap/test_diagnostics`
    ///
    /// Required permission: `test_ldap`. Edition: Professional.
    #[doc(alias = "TestLdapDiagnostics")]
    #[inline]
    pub fn test_diagnostics(
        &self,
        test: &LdapDiagnosticTest,
        settings: &LdapSettings,
    ) -> Result<Vec<LdapDiagnosticResult>> {
        self.0.post("/ldap/test_diagnostics", &[]).param("test", test).json(settings).safe().decode()
    }

    /// Lists one page of the groups in the directory.
    ///
    /// `GET /ldap/groups`
    ///
    /// Required permission: `sysconsole_read_user_management_groups`. Since server 5.11. Edition: Enterprise.
    #[doc(alias = "GetLdapGroups")]
    #[inline]
    pub fn list_groups(&self, page: &LdapGroupPage) -> Result<LdapGroupList> {
        self.0.get("/ldap/groups", &[]).query(page).decode()
    }

    /// Iterates over all groups in the directory, fetching 200 per request. The paging fields of `page` are
    /// ignored.
    #[inline]
    pub fn all_groups(&self, page: &LdapGroupPage) -> Pages<'c, LdapGroup> {
        let (group, page) = (*self, page.clone());
        pages(move |number| {
            group.list_groups(&page.clone().page(number).per_page(MAX_PER_PAGE)).map(|list| list.groups)
        })
    }

    /// Links a directory group by its [`LdapGroup::primary_key`](crate::LdapGroup::primary_key). Returns the
    /// linked group.
    ///
    /// `POST /ldap/groups/{remote_id}/link`
    ///
    /// Required permission: `sysconsole_write_user_management_groups`. Since server 5.11. Edition:
    /// Enterprise.
    #[doc(alias = "LinkLdapGroup")]
    #[inline]
    pub fn link_group(&self, primary_key: &str) -> Result<Group> {
        self.0.post("/ldap/groups/{remote_id}/link", &[&primary_key]).decode()
    }

    /// Adds a user to the teams and channels of their groups.
    ///
    /// `POST /ldap/users/{user_id}/group_sync_memberships`
    ///
    /// Required permission: `sysconsole_write_user_management_groups`. Edition: Professional.
    #[doc(alias = "AddUserToGroupSyncables")]
    #[inline]
    pub fn add_user_to_group_syncables(&self, user: &UserId) -> Result<()> {
        self.0.post("/ldap/users/{user_id}/group_sync_memberships", &[user]).send()
    }

    /// Changes the attribute that identifies users.
    ///
    /// `POST /ldap/migrateid`
    ///
    /// The migration processes all users and may take a long time.
    ///
    /// Required permission: `manage_system`. Since server 5.26. Edition: Professional.
    #[doc(alias = "MigrateIdLdap")]
    #[inline]
    pub fn migrate_id(&self, attribute: &str) -> Result<()> {
        self.0
            .post("/ldap/migrateid", &[])
            .with_file_timeout()
            .json(&json!({"toAttribute": attribute}))
            .send()
    }

    /// Uploads the client certificate and sets `LdapSettings.PublicCertificateFile`.
    ///
    /// `POST /ldap/certificate/public`
    ///
    /// Required permission: `add_ldap_public_cert`.
    #[doc(alias = "UploadLdapPublicCertificate")]
    #[inline]
    pub fn upload_public_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/ldap/certificate/public", &[]), "certificate", file).send()
    }

    /// Deletes the client certificate.
    ///
    /// `DELETE /ldap/certificate/public`
    ///
    /// Required permission: `remove_ldap_public_cert`.
    #[doc(alias = "DeleteLdapPublicCertificate")]
    #[inline]
    pub fn delete_public_certificate(&self) -> Result<()> {
        self.0.delete("/ldap/certificate/public", &[]).send()
    }

    /// Uploads the client key and sets `LdapSettings.PrivateKeyFile`.
    ///
    /// `POST /ldap/certificate/private`
    ///
    /// Required permission: `add_ldap_private_cert`.
    #[doc(alias = "UploadLdapPrivateCertificate")]
    #[inline]
    pub fn upload_private_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/ldap/certificate/private", &[]), "certificate", file).send()
    }

    /// Deletes the client key.
    ///
    /// `DELETE /ldap/certificate/private`
    ///
    /// Required permission: `remove_ldap_private_cert`.
    #[doc(alias = "DeleteLdapPrivateCertificate")]
    #[inline]
    pub fn delete_private_certificate(&self) -> Result<()> {
        self.0.delete("/ldap/certificate/private", &[]).send()
    }
}
