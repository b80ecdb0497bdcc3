//! The custom brand image of the login page.

use crate::error::Result;
use crate::http::HttpClient;
use crate::rest::{Upload, with_file};

/// The custom brand image of the login page. Returned by [`Client::brand`](crate::Client::brand).
#[derive(Clone, Copy, Debug)]
pub struct Brand<'c>(pub(crate) &'c HttpClient);

impl Brand<'_> {
    /// Gets the brand image. Returns 404 if none is set.
    ///
    /// `GET /brand/image`
    ///
    /// Does not require a login.
    #[doc(alias = "GetBrandImage")]
    #[inline]
    pub fn image(&self) -> Result<Vec<u8>> {
        self.0.get("/brand/image", &[]).bytes()
    }

    /// Sets the brand image, which must be in PNG, JPEG or GIF format.
    ///
    /// `POST /brand/image`
    ///
    /// Required permission: `edit_brand`.
    #[doc(alias = "UploadBrandImage")]
    #[inline]
    pub fn set_image(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/brand/image", &[]), "image", file).send()
    }

    /// Deletes the brand image.
    ///
    /// `DELETE /brand/image`
    ///
    /// Required permission: `edit_brand`. Since server 5.6.
    #[doc(alias = "DeleteBrandImage")]
    #[inline]
    pub fn delete_image(&self) -> Result<()> {
        self.0.delete("/brand/image", &[]).send()
    }
}
