//! Plugins and the marketplace.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    MarketplaceInstall, MarketplacePlugin, MarketplaceQuery, PluginManifest, PluginStatus, PluginsResponse,
    SystemValue,
};
use crate::rest::{Upload, with_file};

/// Plugins and the marketplace. Returned by [`Client::plugins`](crate::Client::plugins).
///
/// All routes return 501 if plugins are disabled (`PluginSettings.Enable`).
#[derive(Clone, Copy, Debug)]
pub struct Plugins<'c>(pub(crate) &'c HttpClient);

impl Plugins<'_> {
    /// Lists the installed plugins, both active and inactive.
    ///
    /// `GET /plugins`
    ///
    /// Required permission: `sysconsole_read_plugins`. Since server 4.4.
    #[doc(alias = "GetPlugins")]
    #[inline]
    pub fn list(&self) -> Result<PluginsResponse> {
        self.0.get("/plugins", &[]).decode()
    }

    /// Lists the status of the installed plugins on each cluster node.
    ///
    /// `GET /plugins/statuses`
    ///
    /// Required permission: `sysconsole_read_plugins`. Since server 4.4.
    #[doc(alias = "GetPluginStatuses")]
    #[inline]
    pub fn list_statuses(&self) -> Result<Vec<PluginStatus>> {
        self.0.get("/plugins/statuses", &[]).decode()
    }

    /// Lists the active plugins that have a web app component.
    ///
    /// `GET /plugins/webapp`
    ///
    /// Does not require a login. Since server 4.4.
    #[doc(alias = "GetWebappPlugins")]
    #[inline]
    pub fn list_webapp(&self) -> Result<Vec<PluginManifest>> {
        self.0.get("/plugins/webapp", &[]).decode()
    }

    /// Installs a plugin from its bundle, a `.tar.gz` file. It is inactive at first.
    ///
    /// `POST /plugins`
    ///
    /// Returns 501 if uploads are disabled (`PluginSettings.EnableUploads`) or bundles must be signed. Fails
    /// if the plugin is already installed.
    ///
    /// Required permission: `sysconsole_write_plugins`. Since server 4.4.
    #[doc(alias = "UploadPlugin")]
    #[inline]
    pub fn upload(&self, bundle: Upload<'_>) -> Result<PluginManifest> {
        with_file(self.0.post("/plugins", &[]), "plugin", bundle).decode()
    }

    /// Installs a plugin from its bundle, replacing the installed version.
    ///
    /// `POST /plugins`
    ///
    /// Otherwise behaves like [`upload`](Self::upload).
    ///
    /// Required permission: `sysconsole_write_plugins`. Since server 4.4.
    #[doc(alias = "UploadPlugin")]
    #[inline]
    pub fn upload_over(&self, bundle: Upload<'_>) -> Result<PluginManifest> {
        let call = self.0.post("/plugins", &[]).with_file_timeout().check_first(bundle.check());
        call.body(bundle.into_form_with("plugin", |form| form.text("force", "true"))).decode()
    }

    /// Makes the server download and install a plugin bundle. The plugin is inactive at first.
    ///
    /// `POST /plugins/install_from_url`
    ///
    /// Returns 501 if uploads are disabled (`PluginSettings.EnableUploads`) or bundles must be signed. Fails
    /// if the plugin is already installed.
    ///
    /// Required permission: `sysconsole_write_plugins`. Since server 5.14.
    #[doc(alias = "InstallPluginFromUrl")]
    #[inline]
    pub fn install_from_url(&self, url: &str) -> Result<PluginManifest> {
        self.0
            .post("/plugins/install_from_url", &[])
            .with_file_timeout()
            .param("plugin_download_url", url)
            .decode()
    }

    /// Makes the server download and install a plugin bundle, replacing the installed version.
    ///
    /// `POST /plugins/install_from_url`
    ///
    /// Required permission: `sysconsole_write_plugins`. Since server 5.14.
    #[doc(alias = "InstallPluginFromUrl")]
    #[inline]
    pub fn install_from_url_over(&self, url: &str) -> Result<PluginManifest> {
        self.0
            .post("/plugins/install_from_url", &[])
            .with_file_timeout()
            .param("plugin_download_url", url)
            .param("force", true)
            .decode()
    }

    /// Removes a plugin. Its settings are kept.
    ///
    /// `DELETE /plugins/{plugin_id}`
    ///
    /// Required permission: `sysconsole_write_plugins`. Since server 4.4.
    #[doc(alias = "RemovePlugin")]
    #[inline]
    pub fn delete(&self, plugin: &str) -> Result<()> {
        self.0.delete("/plugins/{plugin_id}", &[&plugin]).send()
    }

    /// Activates a plugin. Fails if the plugin does not start.
    ///
    /// `POST /plugins/{plugin_id}/enable`
    ///
    /// Required permission: `sysconsole_write_plugins`. Since server 4.4.
    #[doc(alias = "EnablePlugin")]
    #[inline]
    pub fn enable(&self, plugin: &str) -> Result<()> {
        self.0.post("/plugins/{plugin_id}/enable", &[&plugin]).with_file_timeout().send()
    }

    /// Deactivates a plugin.
    ///
    /// `POST /plugins/{plugin_id}/disable`
    ///
    /// Required permission: `sysconsole_write_plugins`. Since server 4.4.
    #[doc(alias = "DisablePlugin")]
    #[inline]
    pub fn disable(&self, plugin: &str) -> Result<()> {
        self.0.post("/plugins/{plugin_id}/disable", &[&plugin]).send()
    }

    /// Lists the plugins of the marketplace. Returns 501 if the marketplace is disabled.
    ///
    /// `GET /plugins/marketplace`
    ///
    /// Required permission: `sysconsole_read_plugins`. Since server 5.16.
    #[doc(alias = "GetMarketplacePlugins")]
    #[inline]
    pub fn list_marketplace(&self, query: &MarketplaceQuery) -> Result<Vec<MarketplacePlugin>> {
        self.0.get("/plugins/marketplace", &[]).query(query).decode()
    }

    /// Installs a plugin from the marketplace. It is inactive at first.
    ///
    /// `POST /plugins/marketplace`
    ///
    /// Required permission: `sysconsole_write_plugins`. Since server 5.16.
    #[doc(alias = "InstallMarketplacePlugin")]
    #[inline]
    pub fn install_from_marketplace(&self, plugin: &MarketplaceInstall) -> Result<PluginManifest> {
        self.0.post("/plugins/marketplace", &[]).with_file_timeout().json(plugin).decode()
    }

    /// Checks whether an administrator has visited the marketplace. The value is `true` or `false`.
    ///
    /// `GET /plugins/marketplace/first_admin_visit`
    ///
    /// Required permission: `manage_system`. Since server 5.33.
    #[doc(alias = "GetMarketplaceVisitedByAdmin")]
    #[inline]
    pub fn get_marketplace_visit(&self) -> Result<SystemValue> {
        self.0.get("/plugins/marketplace/first_admin_visit", &[]).decode()
    }

    /// Records that an administrator has visited the marketplace.
    ///
    /// `POST /plugins/marketplace/first_admin_visit`
    ///
    /// Triggers `first_admin_visit_marketplace_status_received` events.
    ///
    /// Required permission: `manage_system`. Since server 5.33.
    #[doc(alias = "UpdateMarketplaceVisitedByAdmin")]
    #[inline]
    pub fn mark_marketplace_visited(&self) -> Result<()> {
        self.0.post("/plugins/marketplace/first_admin_visit", &[]).send()
    }
}
