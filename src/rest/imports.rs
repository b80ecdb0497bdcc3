//! Import files.

use crate::error::Result;
use crate::http::HttpClient;

/// Import files. Returned by [`Client::imports`](crate::Client::imports).
///
/// Files are sent with [`Uploads`](crate::rest::Uploads) of type `import`, and processed by a
/// [`JobType::ImportProcess`](crate::JobType::ImportProcess) job.
#[derive(Clone, Copy, Debug)]
pub struct Imports<'c>(pub(crate) &'c HttpClient);

impl Imports<'_> {
    /// Lists the names of the import files.
    ///
    /// `GET /imports`
    ///
    /// Required permission: `manage_system`. Since server 5.31.
    #[doc(alias = "ListImports")]
    #[inline]
    pub fn list(&self) -> Result<Vec<String>> {
        self.0.get("/imports", &[]).decode()
    }

    /// Deletes an import file.
    ///
    /// `DELETE /imports/{import_name}`
    ///
    /// Required permission: `manage_system`. Since server 5.31.
    #[doc(alias = "DeleteImport")]
    #[inline]
    pub fn delete(&self, name: &str) -> Result<()> {
        self.0.delete("/imports/{import_name}", &[&name]).send()
    }
}
