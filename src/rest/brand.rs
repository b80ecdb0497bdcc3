//! The picture on the login page.

use crate::error::Result;
use crate::http::Http;
use crate::rest::{Upload, with_file};

/// The picture on the login page, by [`Client::brand`](crate::Client::brand).
#[derive(Clone, Copy, Debug)]
pub struct Brand<'c>(pub(crate) &'c Http);

impl Brand<'_> {
    /// Gets the picture; 404 if there is none.
    ///
    /// `GET /brand/image`
    ///
    /// Needs no login.
    #[doc(alias = "GetBrandImage")]
    pub fn image(&self) -> Result<Vec<u8>> {
        self.0.get("/brand/image", &[]).bytes()
    }

    /// Sets the picture: PNG, JPEG or GIF.
    ///
    /// `POST /brand/image`
    ///
    /// Permission: `edit_brand`.
    #[doc(alias = "UploadBrandImage")]
    pub fn set_image(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/brand/image", &[]), "image", file).ok()
    }

    /// Deletes the picture.
    ///
    /// `DELETE /brand/image`
    ///
    /// Permission: `edit_brand`. Since 5.6.
    #[doc(alias = "DeleteBrandImage")]
    pub fn delete_image(&self) -> Result<()> {
        self.0.delete("/brand/image", &[]).ok()
    }
}
