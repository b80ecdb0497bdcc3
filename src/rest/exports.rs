//! Exports of everything.

use crate::error::Result;
use crate::http::Http;
use crate::model::PresignedUrl;
use crate::rest::FileDownload;

/// Exports of everything, by [`Client::exports`](crate::Client::exports).
///
/// They are written by a [`JobType::ExportProcess`](crate::JobType::ExportProcess) job.
#[derive(Clone, Copy, Debug)]
pub struct Exports<'c>(pub(crate) &'c Http);

impl<'c> Exports<'c> {
    /// Lists the names of the files.
    ///
    /// `GET /exports`
    ///
    /// Permission: `manage_system`. Since 5.33.
    #[doc(alias = "ListExports")]
    pub fn list(&self) -> Result<Vec<String>> {
        self.0.get("/exports", &[]).fetch()
    }

    /// Downloads a file. The server can begin anywhere in it.
    ///
    /// `GET /exports/{export_name}`
    ///
    /// Permission: `manage_system`. Since 5.33.
    #[doc(alias = "DownloadExport")]
    pub fn download(&self, name: &str) -> FileDownload<'c> {
        FileDownload::new(self.0.get("/exports/{export_name}", &[&name]).long(), "GET /exports/{export_name}")
    }

    /// Deletes a file.
    ///
    /// `DELETE /exports/{export_name}`
    ///
    /// Permission: `manage_system`. Since 5.33.
    #[doc(alias = "DeleteExport")]
    pub fn delete(&self, name: &str) -> Result<()> {
        self.0.delete("/exports/{export_name}", &[&name]).ok()
    }

    /// Makes an address from which a file can be had for a while without a login; only if exports lie in an
    /// S3 store of their own.
    ///
    /// `POST /exports/{export_name}/presign-url`
    ///
    /// Permission: `manage_system`.
    pub fn presign(&self, name: &str) -> Result<PresignedUrl> {
        self.0.post("/exports/{export_name}/presign-url", &[&name]).fetch()
    }
}
