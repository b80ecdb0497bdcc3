//! The server's configuration.

use serde_json::json;

use super::System;
use crate::error::Result;
use crate::model::{ConfigQuery, EnvironmentConfig, ServerConfig};

impl System<'_> {
    /// Gets the configuration, as much of it as the account may read.
    ///
    /// `GET /config`
    ///
    /// Passwords and keys come as asterisks. Old servers do not look at `query`.
    ///
    /// Needs a permission that begins with `sysconsole_read_`.
    #[doc(alias = "GetConfig")]
    pub fn get_config(&self, query: &ConfigQuery) -> Result<ServerConfig> {
        self.0.get("/config", &[]).query(query).fetch()
    }

    /// Replaces the configuration: start from [`get_config`](Self::get_config).
    ///
    /// `PUT /config`
    ///
    /// What is missing is set to the server's default; asterisks stay what they stand for. What the account
    /// may not write stays as it is, without an error.
    ///
    /// Needs a permission that begins with `sysconsole_write_`.
    #[doc(alias = "UpdateConfig")]
    pub fn update_config(&self, config: &ServerConfig) -> Result<ServerConfig> {
        self.0.put("/config", &[]).json(config).fetch()
    }

    /// Changes some settings; what is not in `patch` stays.
    ///
    /// `PUT /config/patch`
    ///
    /// What the account may not write stays as it is, without an error. Lists are replaced as a whole.
    ///
    /// Needs a permission that begins with `sysconsole_write_`. Since 5.20.
    #[doc(alias = "PatchConfig")]
    pub fn patch_config(&self, patch: &ServerConfig) -> Result<ServerConfig> {
        self.0.put("/config/patch", &[]).json(patch).fetch()
    }

    /// Tells which settings environment variables decide.
    ///
    /// `GET /config/environment`
    ///
    /// Empty for those who may not read the configuration.
    ///
    /// Since 4.10.
    #[doc(alias = "GetEnvironmentConfig")]
    pub fn get_environment_config(&self) -> Result<EnvironmentConfig> {
        self.0.get("/config/environment", &[]).fetch()
    }

    /// Makes the server read its configuration again.
    ///
    /// `POST /config/reload`
    ///
    /// Permission: `reload_config`.
    #[doc(alias = "ReloadConfig")]
    pub fn reload_config(&self) -> Result<()> {
        self.0.post("/config/reload", &[]).ok()
    }

    /// Sends a mail to the account, with the settings that are in force.
    ///
    /// `POST /email/test`
    ///
    /// Permission: `test_email`.
    #[doc(alias = "TestEmail")]
    pub fn test_email(&self) -> Result<()> {
        self.0.post("/email/test", &[]).json(&()).ok()
    }

    /// Sends a mail to the account, with other settings: `EmailSettings` has to be complete.
    ///
    /// `POST /email/test`
    ///
    /// Permission: `test_email`.
    #[doc(alias = "TestEmail")]
    pub fn test_email_with(&self, config: &ServerConfig) -> Result<()> {
        self.0.post("/email/test", &[]).json(config).ok()
    }

    /// Tries to reach the file store, with the settings that are in force.
    ///
    /// `POST /file/s3_test`
    ///
    /// Permission: `test_s3`. Since 4.8.
    #[doc(alias = "TestS3Connection")]
    pub fn test_file_store(&self) -> Result<()> {
        self.0.post("/file/s3_test", &[]).json(&()).ok()
    }

    /// Tries to reach a file store in S3: `FileSettings` has to be complete.
    ///
    /// `POST /file/s3_test`
    ///
    /// Permission: `test_s3`. Since 4.8.
    #[doc(alias = "TestS3Connection")]
    pub fn test_file_store_with(&self, config: &ServerConfig) -> Result<()> {
        self.0.post("/file/s3_test", &[]).json(config).ok()
    }

    /// Makes the server call itself at an address, as `https://chat.example.com`; an error if that does not
    /// work.
    ///
    /// `POST /site_url/test`
    ///
    /// Permission: `test_site_url`. Since 5.16.
    #[doc(alias = "TestSiteURL")]
    pub fn test_site_url(&self, url: &str) -> Result<()> {
        self.0.post("/site_url/test", &[]).json(&json!({"site_url": url})).ok()
    }
}
