//! SAML: single sign-on with an identity provider.

use serde_json::json;

use crate::error::Result;
use crate::http::{Body, HttpClient};
use crate::model::{SamlAuthReset, SamlCertificateStatus, SamlMetadataResponse};
use crate::rest::{Upload, with_file};

/// SAML: single sign-on with an identity provider. Returned by [`Client::saml`](crate::Client::saml).
#[derive(Clone, Copy, Debug)]
pub struct Saml<'c>(pub(crate) &'c HttpClient);

impl Saml<'_> {
    /// Gets the service provider metadata as XML. Returns 501 while SAML is disabled.
    ///
    /// `GET /saml/metadata`
    ///
    /// Does not require a login. Edition: Professional.
    #[doc(alias = "GetSamlMetadata")]
    #[inline]
    pub fn get_metadata(&self) -> Result<String> {
        self.0.get("/saml/metadata", &[]).text()
    }

    /// Makes the server fetch the identity provider's metadata from its URL.
    ///
    /// `POST /saml/metadatafromidp`
    ///
    /// Required permission: `get_saml_metadata_from_idp`. Edition: Professional.
    #[doc(alias = "GetSamlMetadataFromIdp")]
    #[inline]
    pub fn get_idp_metadata(&self, url: &str) -> Result<SamlMetadataResponse> {
        self.0.post("/saml/metadatafromidp", &[]).json(&json!({"saml_metadata_url": url})).safe().decode()
    }

    /// Gets the status of the certificates and keys.
    ///
    /// `GET /saml/certificate/status`
    ///
    /// Required permission: `get_saml_cert_status`.
    #[doc(alias = "GetSamlCertificateStatus")]
    #[inline]
    pub fn get_certificate_status(&self) -> Result<SamlCertificateStatus> {
        self.0.get("/saml/certificate/status", &[]).decode()
    }

    /// Uploads the certificate of the identity provider.
    ///
    /// `POST /saml/certificate/idp`
    ///
    /// Required permission: `add_saml_idp_cert`.
    #[doc(alias = "UploadSamlIdpCertificate")]
    #[inline]
    pub fn upload_idp_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/saml/certificate/idp", &[]), "certificate", file).send()
    }

    /// Sets the certificate of the identity provider from text, as returned by
    /// [`get_idp_metadata`](Self::get_idp_metadata).
    ///
    /// `POST /saml/certificate/idp`
    ///
    /// Required permission: `add_saml_idp_cert`.
    #[doc(alias = "UploadSamlIdpCertificate")]
    #[inline]
    pub fn set_idp_certificate(&self, pem: &str) -> Result<()> {
        self.0.post("/saml/certificate/idp", &[]).body(Body::bytes(pem, "application/x-pem-file")).send()
    }

    /// Deletes the certificate of the identity provider.
    ///
    /// `DELETE /saml/certificate/idp`
    ///
    /// Required permission: `remove_saml_idp_cert`.
    #[doc(alias = "DeleteSamlIdpCertificate")]
    #[inline]
    pub fn delete_idp_certificate(&self) -> Result<()> {
        self.0.delete("/saml/certificate/idp", &[]).send()
    }

    /// Uploads the service provider's certificate.
    ///
    /// `POST /saml/certificate/public`
    ///
    /// Required permission: `add_saml_public_cert`.
    #[doc(alias = "UploadSamlPublicCertificate")]
    #[inline]
    pub fn upload_public_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/saml/certificate/public", &[]), "certificate", file).send()
    }

    /// Deletes the service provider's certificate.
    ///
    /// `DELETE /saml/certificate/public`
    ///
    /// Required permission: `remove_saml_public_cert`.
    #[doc(alias = "DeleteSamlPublicCertificate")]
    #[inline]
    pub fn delete_public_certificate(&self) -> Result<()> {
        self.0.delete("/saml/certificate/public", &[]).send()
    }

    /// Uploads the service provider's private key.
    ///
    /// `POST /saml/certificate/private`
    ///
    /// Required permission: `add_saml_private_cert`.
    #[doc(alias = "UploadSamlPrivateCertificate")]
    #[inline]
    pub fn upload_private_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/saml/certificate/private", &[]), "certificate", file).send()
    }

    /// Deletes the service provider's private key.
    ///
    /// `DELETE /saml/certificate/private`
    ///
    /// Required permission: `remove_saml_private_cert`.
    #[doc(alias = "DeleteSamlPrivateCertificate")]
    #[inline]
    pub fn delete_private_certificate(&self) -> Result<()> {
        self.0.delete("/saml/certificate/private", &[]).send()
    }

    /// Identifies users by email address instead of by ID. Returns the number of users changed.
    ///
    /// `POST /saml/reset_auth_data`
    ///
    /// Required permission: `manage_system`. Since server 5.35. Edition: Professional.
    #[doc(alias = "ResetSamlAuthDataToEmail")]
    #[inline]
    pub fn reset_auth_data(&self, reset: &SamlAuthReset) -> Result<i64> {
        self.0.post("/saml/reset_auth_data", &[]).json(reset).decode_member("num_affected")
    }
}
