//! Plugins and the marketplace.

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    MarketplaceInstall, MarketplacePlugin, MarketplaceQuery, PluginManifest, PluginStatus, PluginsResponse,
    SystemValue,
};
use crate::rest::{Upload, with_file};

/// Plugins and the marketplace, by [`Client::plugins`](crate::Client::plugins).
///
/// All of it answers 501 if plugins are off (`PluginSettings.Enable`).
#[derive(Clone, Copy, Debug)]
pub struct Plugins<'c>(pub(crate) &'c Http);

impl Plugins<'_> {
    /// Lists the installed plugins, those that are on and those that are off.
    ///
    /// `GET /plugins`
    ///
    /// Permission: `sysconsole_read_plugins`. Since 4.4.
    #[doc(alias = "GetPlugins")]
    pub fn list(&self) -> Result<PluginsResponse> {
        self.0.get("/plugins", &[]).fetch()
    }

    /// Lists how the installed plugins are, on each server of the cluster.
    ///
    /// `GET /plugins/statuses`
    ///
    /// Permission: `sysconsole_read_plugins`. Since 4.4.
    #[doc(alias = "GetPluginStatuses")]
    pub fn list_statuses(&self) -> Result<Vec<PluginStatus>> {
        self.0.get("/plugins/statuses", &[]).fetch()
    }

    /// Lists the plugins that are on and have a part for browsers.
    ///
    /// `GET /plugins/webapp`
    ///
    /// Needs no login. Since 4.4.
    #[doc(alias = "GetWebappPlugins")]
    pub fn list_webapp(&self) -> Result<Vec<PluginManifest>> {
        self.0.get("/plugins/webapp", &[]).fetch()
    }

    /// Installs a plugin from its bundle, a `.tar.gz` file; it is off at first.
    ///
    /// `POST /plugins`
    ///
    /// 501 if uploads are off (`PluginSettings.EnableUploads`) or bundles have to be signed. An error if the
    /// plugin is installed already.
    ///
    /// Permission: `sysconsole_write_plugins`. Since 4.4.
    #[doc(alias = "UploadPlugin")]
    pub fn upload(&self, bundle: Upload<'_>) -> Result<PluginManifest> {
        with_file(self.0.post("/plugins", &[]), "plugin", bundle).fetch()
    }

    /// Installs a plugin from its bundle, over the one that is installed.
    ///
    /// `POST /plugins`
    ///
    /// As [`upload`](Self::upload) otherwise.
    ///
    /// Permission: `sysconsole_write_plugins`. Since 4.4.
    #[doc(alias = "UploadPlugin")]
    pub fn upload_over(&self, bundle: Upload<'_>) -> Result<PluginManifest> {
        let call = self.0.post("/plugins", &[]).long().require(bundle.check());
        call.body(bundle.into_form_with("plugin", |form| form.text("force", "true"))).fetch()
    }

    /// Makes the server download a bundle and install it; it is off at first.
    ///
    /// `POST /plugins/install_from_url`
    ///
    /// 501 if uploads are off (`PluginSettings.EnableUploads`) or bundles have to be signed. An error if the
    /// plugin is installed already.
    ///
    /// Permission: `sysconsole_write_plugins`. Since 5.14.
    #[doc(alias = "InstallPluginFromUrl")]
    pub fn install_from_url(&self, url: &str) -> Result<PluginManifest> {
        self.0.post("/plugins/install_from_url", &[]).long().param("plugin_download_url", url).fetch()
    }

    /// Makes the server download a bundle and install it, over the one that is installed.
    ///
    /// `POST /plugins/install_from_url`
    ///
    /// Permission: `sysconsole_write_plugins`. Since 5.14.
    #[doc(alias = "InstallPluginFromUrl")]
    pub fn install_from_url_over(&self, url: &str) -> Result<PluginManifest> {
        self.0
            .post("/plugins/install_from_url", &[])
            .long()
            .param("plugin_download_url", url)
            .param("force", true)
            .fetch()
    }

    /// Removes a plugin. Its settings stay.
    ///
    /// `DELETE /plugins/{plugin_id}`
    ///
    /// Permission: `sysconsole_write_plugins`. Since 4.4.
    #[doc(alias = "RemovePlugin")]
    pub fn delete(&self, plugin: &str) -> Result<()> {
        self.0.delete("/plugins/{plugin_id}", &[&plugin]).ok()
    }

    /// Switches a plugin on; an error if it does not start.
    ///
    /// `POST /plugins/{plugin_id}/enable`
    ///
    /// Permission: `sysconsole_write_plugins`. Since 4.4.
    #[doc(alias = "EnablePlugin")]
    pub fn enable(&self, plugin: &str) -> Result<()> {
        self.0.post("/plugins/{plugin_id}/enable", &[&plugin]).long().ok()
    }

    /// Switches a plugin off.
    ///
    /// `POST /plugins/{plugin_id}/disable`
    ///
    /// Permission: `sysconsole_write_plugins`. Since 4.4.
    #[doc(alias = "DisablePlugin")]
    pub fn disable(&self, plugin: &str) -> Result<()> {
        self.0.post("/plugins/{plugin_id}/disable", &[&plugin]).ok()
    }

    /// Lists plugins that can be installed; 501 if the marketplace is off.
    ///
    /// `GET /plugins/marketplace`
    ///
    /// Permission: `sysconsole_read_plugins`. Since 5.16.
    #[doc(alias = "GetMarketplacePlugins")]
    pub fn list_marketplace(&self, query: &MarketplaceQuery) -> Result<Vec<MarketplacePlugin>> {
        self.0.get("/plugins/marketplace", &[]).query(query).fetch()
    }

    /// Installs a plugin of the marketplace; it is off at first.
    ///
    /// `POST /plugins/marketplace`
    ///
    /// Permission: `sysconsole_write_plugins`. Since 5.16.
    #[doc(alias = "InstallMarketplacePlugin")]
    pub fn install_from_marketplace(&self, plugin: &MarketplaceInstall) -> Result<PluginManifest> {
        self.0.post("/plugins/marketplace", &[]).long().json(plugin).fetch()
    }

    /// Tells whether an administrator looked at the marketplace: its value is `true` or `false`.
    ///
    /// `GET /plugins/marketplace/first_admin_visit`
    ///
    /// Permission: `manage_system`. Since 5.33.
    #[doc(alias = "GetMarketplaceVisitedByAdmin")]
    pub fn get_marketplace_visit(&self) -> Result<SystemValue> {
        self.0.get("/plugins/marketplace/first_admin_visit", &[]).fetch()
    }

    /// Says that an administrator looked at the marketplace.
    ///
    /// `POST /plugins/marketplace/first_admin_visit`
    ///
    /// Causes `first_admin_visit_marketplace_status_received` events.
    ///
    /// Permission: `manage_system`. Since 5.33.
    #[doc(alias = "UpdateMarketplaceVisitedByAdmin")]
    pub fn mark_marketplace_visited(&self) -> Result<()> {
        self.0.post("/plugins/marketplace/first_admin_visit", &[]).ok()
    }
}
