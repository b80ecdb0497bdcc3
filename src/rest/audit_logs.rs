//! The audit log.

use crate::error::Result;
use crate::http::Http;
use crate::rest::{Upload, with_file};

/// The audit log, by [`Client::audit_logs`](crate::Client::audit_logs).
#[derive(Clone, Copy, Debug)]
pub struct AuditLogs<'c>(pub(crate) &'c Http);

impl AuditLogs<'_> {
    /// Uploads a certificate for sending the audit log elsewhere.
    ///
    /// `POST /audit_logs/certificate`
    ///
    /// Permission: `sysconsole_write_experimental_features`. Since 10.9. Edition: Enterprise.
    #[doc(alias = "AddAuditLogCertificate")]
    pub fn upload_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/audit_logs/certificate", &[]), "certificate", file).ok()
    }

    /// Deletes that certificate.
    ///
    /// `DELETE /audit_logs/certificate`
    ///
    /// Permission: `sysconsole_write_experimental_features`. Since 9.5. Edition: Enterprise.
    #[doc(alias = "RemoveAuditLogCertificate")]
    pub fn delete_certificate(&self) -> Result<()> {
        self.0.delete("/audit_logs/certificate", &[]).ok()
    }
}
