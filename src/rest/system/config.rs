//! The server's configuration.

use serde_json::json;

use super::System;
use crate::error::Result;
use crate::model::{ConfigQuery, EnvironmentConfig, ServerConfig};

impl System<'_> {
    /// Gets the configuration, limited to the settings that the current account may read.
    ///
    /// `GET /config`
    ///
    /// Required permission: any of `sysconsole_read_*`.
    ///
    /// Passwords and keys are replaced with asterisks. Older servers ignore `query`.
    #[doc(alias = "GetConfig")]
    #[inline]
    pub fn get_config(&self, query: &ConfigQuery) -> Result<ServerConfig> {
        self.0.get("/config", &[]).query(query).decode()
    }

    /// Replaces the configuration. Start from the result of [`get_config`](Self::get_config).
    ///
    /// `PUT /config`
    ///
    /// Required permission: any of `sysconsole_write_*`.
    ///
    /// Missing settings are reset to the server's defaults. A value of asterisks leaves the stored value unchanged.
    /// Settings that the current account may not write are left unchanged without an error.
    #[doc(alias = "UpdateConfig")]
    #[inline]
    pub fn update_config(&self, config: &ServerConfig) -> Result<ServerConfig> {
        self.0.put("/config", &[]).json(config).decode()
    }

    /// Updates some settings. Settings that are missing from `patch` keep their values.
    ///
    /// `PUT /config/patch`
    ///
    /// Required permission: any of `sysconsole_write_*`.
    ///
    /// Settings that the current account may not write are left unchanged without an error. Lists are
    /// replaced as a whole.
    ///
    /// Since server 5.20.
    #[doc(alias = "PatchConfig")]
    #[inline]
    pub fn patch_config(&self, patch: &ServerConfig) -> Result<ServerConfig> {
        self.0.put("/config/patch", &[]).json(patch).decode()
    }

    /// Lists the settings that are overridden by environment variables.
    ///
    /// `GET /config/environment`
    ///
    /// Empty for users who may not read the configuration.
    ///
    /// Since server 4.10.
    #[doc(alias = "GetEnvironmentConfig")]
    #[inline]
    pub fn get_environment_config(&self) -> Result<EnvironmentConfig> {
        self.0.get("/config/environment", &[]).decode()
    }

    /// Makes the server reload its configuration.
    ///
    /// `POST /config/reload`
    ///
    /// Required permission: `reload_config`.
    #[doc(alias = "ReloadConfig")]
    #[inline]
    pub fn reload_config(&self) -> Result<()> {
        self.0.post("/config/reload", &[]).send()
    }

    /// Sends a test email to the current account, with the active settings.
    ///
    /// `POST /email/test`
    ///
    /// Required permission: `test_email`.
    #[doc(alias = "TestEmail")]
    #[inline]
    pub fn test_email(&self) -> Result<()> {
        self.0.post("/email/test", &[]).json(&()).send()
    }

    /// Sends a test email to the current account, with the given settings. `EmailSettings` must be complete.
    ///
    /// `POST /email/test`
    ///
    /// Required permission: `test_email`.
    #[doc(alias = "TestEmail")]
    #[inline]
    pub fn test_email_with(&self, config: &ServerConfig) -> Result<()> {
        self.0.post("/email/test", &[]).json(config).send()
    }

    /// Tests the file store with the active settings.
    ///
    /// `POST /file/s3_test`
    ///
    /// Required permission: `test_s3`. Since server 4.8.
    #[doc(alias = "TestS3Connection")]
    #[inline]
    pub fn test_file_store(&self) -> Result<()> {
        self.0.post("/file/s3_test", &[]).json(&()).send()
    }

    /// Tests an S3 file store. `FileSettings` must be complete.
    ///
    /// `POST /file/s3_test`
    ///
    /// Required permission: `test_s3`. Since server 4.8.
    #[doc(alias = "TestS3Connection")]
    #[inline]
    pub fn test_file_store_with(&self, config: &ServerConfig) -> Result<()> {
        self.0.post("/file/s3_test", &[]).json(config).send()
    }

    /// Makes the server send a request to a site URL, for example `https://chat.example.com`. Fails if the
    /// request fails.
    ///
    /// `POST /site_url/test`
    ///
    /// Required permission: `test_site_url`. Since server 5.16.
    #[doc(alias = "TestSiteURL")]
    #[inline]
    pub fn test_site_url(&self, url: &str) -> Result<()> {
        self.0.post("/site_url/test", &[]).json(&json!({"site_url": url})).send()
    }
}
