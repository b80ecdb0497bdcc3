//! Files to be imported.

use crate::error::Result;
use crate::http::Http;

/// Files to be imported, by [`Client::imports`](crate::Client::imports).
///
/// They come to the server by [`Uploads`](crate::rest::Uploads) of type `import`, and are read in by a
/// [`JobType::ImportProcess`](crate::JobType::ImportProcess) job.
#[derive(Clone, Copy, Debug)]
pub struct Imports<'c>(pub(crate) &'c Http);

impl Imports<'_> {
    /// Lists the names of the files.
    ///
    /// `GET /imports`
    ///
    /// Permission: `manage_system`. Since 5.31.
    #[doc(alias = "ListImports")]
    pub fn list(&self) -> Result<Vec<String>> {
        self.0.get("/imports", &[]).fetch()
    }

    /// Deletes a file.
    ///
    /// `DELETE /imports/{import_name}`
    ///
    /// Permission: `manage_system`. Since 5.31.
    #[doc(alias = "DeleteImport")]
    pub fn delete(&self, name: &str) -> Result<()> {
        self.0.delete("/imports/{import_name}", &[&name]).ok()
    }
}
