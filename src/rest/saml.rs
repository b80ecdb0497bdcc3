//! SAML: logins with an identity provider.

use serde::Deserialize;
use serde_json::json;

use crate::error::Result;
use crate::http::{Body, Http};
use crate::model::{SamlAuthReset, SamlCertificateStatus, SamlMetadataResponse};
use crate::rest::{Upload, with_file};

/// SAML: logins with an identity provider, by [`Client::saml`](crate::Client::saml).
#[derive(Clone, Copy, Debug)]
pub struct Saml<'c>(pub(crate) &'c Http);

impl Saml<'_> {
    /// Gets what the server tells the identity provider of itself, as XML; 501 while SAML is off.
    ///
    /// `GET /saml/metadata`
    ///
    /// Needs no login. Edition: Professional.
    #[doc(alias = "GetSamlMetadata")]
    pub fn get_metadata(&self) -> Result<String> {
        self.0.get("/saml/metadata", &[]).text()
    }

    /// Makes the server get what an identity provider tells of itself, from its metadata address.
    ///
    /// `POST /saml/metadatafromidp`
    ///
    /// Permission: `get_saml_metadata_from_idp`. Edition: Professional.
    #[doc(alias = "GetSamlMetadataFromIdp")]
    pub fn get_idp_metadata(&self, url: &str) -> Result<SamlMetadataResponse> {
        self.0.post("/saml/metadatafromidp", &[]).json(&json!({"saml_metadata_url": url})).reads().fetch()
    }

    /// Tells which certificates and keys there are.
    ///
    /// `GET /saml/certificate/status`
    ///
    /// Permission: `get_saml_cert_status`.
    #[doc(alias = "GetSamlCertificateStatus")]
    pub fn get_certificate_status(&self) -> Result<SamlCertificateStatus> {
        self.0.get("/saml/certificate/status", &[]).fetch()
    }

    /// Uploads the identity provider's certificate.
    ///
    /// `POST /saml/certificate/idp`
    ///
    /// Permission: `add_saml_idp_cert`.
    #[doc(alias = "UploadSamlIdpCertificate")]
    pub fn upload_idp_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/saml/certificate/idp", &[]), "certificate", file).ok()
    }

    /// Sets the identity provider's certificate from text, as [`get_idp_metadata`](Self::get_idp_metadata)
    /// gives it.
    ///
    /// `POST /saml/certificate/idp`
    ///
    /// Permission: `add_saml_idp_cert`.
    #[doc(alias = "UploadSamlIdpCertificate")]
    pub fn set_idp_certificate(&self, pem: &str) -> Result<()> {
        self.0.post("/saml/certificate/idp", &[]).body(Body::bytes(pem, "application/x-pem-file")).ok()
    }

    /// Deletes the identity provider's certificate.
    ///
    /// `DELETE /saml/certificate/idp`
    ///
    /// Permission: `remove_saml_idp_cert`.
    #[doc(alias = "DeleteSamlIdpCertificate")]
    pub fn delete_idp_certificate(&self) -> Result<()> {
        self.0.delete("/saml/certificate/idp", &[]).ok()
    }

    /// Uploads the server's certificate.
    ///
    /// `POST /saml/certificate/public`
    ///
    /// Permission: `add_saml_public_cert`.
    #[doc(alias = "UploadSamlPublicCertificate")]
    pub fn upload_public_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/saml/certificate/public", &[]), "certificate", file).ok()
    }

    /// Deletes the server's certificate.
    ///
    /// `DELETE /saml/certificate/public`
    ///
    /// Permission: `remove_saml_public_cert`.
    #[doc(alias = "DeleteSamlPublicCertificate")]
    pub fn delete_public_certificate(&self) -> Result<()> {
        self.0.delete("/saml/certificate/public", &[]).ok()
    }

    /// Uploads the server's key.
    ///
    /// `POST /saml/certificate/private`
    ///
    /// Permission: `add_saml_private_cert`.
    #[doc(alias = "UploadSamlPrivateCertificate")]
    pub fn upload_private_certificate(&self, file: Upload<'_>) -> Result<()> {
        with_file(self.0.post("/saml/certificate/private", &[]), "certificate", file).ok()
    }

    /// Deletes the server's key.
    ///
    /// `DELETE /saml/certificate/private`
    ///
    /// Permission: `remove_saml_private_cert`.
    #[doc(alias = "DeleteSamlPrivateCertificate")]
    pub fn delete_private_certificate(&self) -> Result<()> {
        self.0.delete("/saml/certificate/private", &[]).ok()
    }

    /// Makes accounts known by their mail address instead of an id; how many there were.
    ///
    /// `POST /saml/reset_auth_data`
    ///
    /// Permission: `manage_system`. Since 5.35. Edition: Professional.
    #[doc(alias = "ResetSamlAuthDataToEmail")]
    pub fn reset_auth_data(&self, reset: &SamlAuthReset) -> Result<i64> {
        self.0
            .post("/saml/reset_auth_data", &[])
            .json(reset)
            .fetch::<NumAffected>()
            .map(|answer| answer.num_affected)
    }
}

#[derive(Deserialize)]
struct NumAffected {
    num_affected: i64,
}
