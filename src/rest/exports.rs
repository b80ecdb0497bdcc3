//! Full exports of the server.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::PresignedUrl;
use crate::rest::FileDownload;

/// Full exports of the server. Returned by [`Client::exports`](crate::Client::exports).
///
/// Exports are created by a [`JobType::ExportProcess`](crate::JobType::ExportProcess) job.
#[derive(Clone, Copy, Debug)]
pub struct Exports<'c>(pub(crate) &'c HttpClient);

impl<'c> Exports<'c> {
    /// Lists the names of the export files.
    ///
    /// `GET /exports`
    ///
    /// Required permission: `manage_system`. Since server 5.33.
    #[doc(alias = "ListExports")]
    #[inline]
    pub fn list(&self) -> Result<Vec<String>> {
        self.0.get("/exports", &[]).decode()
    }

    /// Downloads an export file. The server supports range requests.
    ///
    /// `GET /exports/{export_name}`
    ///
    /// Required permission: `manage_system`. Since server 5.33.
    #[doc(alias = "DownloadExport")]
    #[inline]
    pub fn download(&self, name: &str) -> FileDownload<'c> {
        FileDownload::new(
            self.0.get("/exports/{export_name}", &[&name]).with_file_timeout(),
            "GET /exports/{export_name}",
        )
    }

    /// Deletes an export file.
    ///
    /// `DELETE /exports/{export_name}`
    ///
    /// Required permission: `manage_system`. Since server 5.33.
    #[doc(alias = "DeleteExport")]
    #[inline]
    pub fn delete(&self, name: &str) -> Result<()> {
        self.0.delete("/exports/{export_name}", &[&name]).send()
    }

    /// Creates a temporary URL that serves an export file without a login. Only available if exports are kept
    /// in a dedicated S3 store.
    ///
    /// `POST /exports/{export_name}/presign-url`
    ///
    /// Required permission: `manage_system`.
    #[inline]
    pub fn presign(&self, name: &str) -> Result<PresignedUrl> {
        self.0.post("/exports/{export_name}/presign-url", &[&name]).decode()
    }
}
