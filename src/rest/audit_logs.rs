//! The audit log.

use crate::error::Result;
use crate::http::HttpClient;
use crate::rest::{Upload, with_file};

/// The audit log. Returned by [`Client::audit_logs`](crate::Client::audit_logs).
#[derive(Clone, Copy, Debug)]
pub struct AuditLogs<'c>(pub(crate) &'c HttpClient);

impl AuditLogs<'_> {
    /// Uploads a certificate used to send the audit log to a remote system.
    ///
    /// `POST /audit_logs/certificate`
    ///
    /// Required permission: `sysconsole_write_experimental_features`. Since server 10.9. Edition: Enterprise.
    #[doc(alias = "AddAuditLogCertificate")]
    #[inline]
    pub fn upload_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/audit_logs/certificate", &[]), "certificate", file).send()
    }

    /// Deletes the certificate of the audit log.
    ///
    /// `DELETE /audit_logs/certificate`
    ///
    /// Required permission: `sysconsole_write_experimental_features`. Since server 9.5. Edition: Enterprise.
    #[doc(alias = "RemoveAuditLogCertificate")]
    #[inline]
    pub fn delete_certificate(&self) -> Result<()> {
        self.0.delete("/audit_logs/certificate", &[]).send()
    }
}
