//! Plugins and the marketplace.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Json;
use crate::model::json::{Decode, JsonReader};

model! {
    /// Manifest of a plugin.
    #[doc(alias = "Manifest")]
    pub struct PluginManifest {
        /// The ID, for example `com.example.poll`.
        pub id: String,
        /// The name.
        pub name: String,
        /// The description.
        pub description: String,
        /// Homepage URL.
        pub homepage_url: String,
        /// Support URL.
        pub support_url: String,
        /// URL of the release notes.
        pub release_notes_url: String,
        /// Path of the icon within the bundle.
        pub icon_path: String,
        /// The version.
        pub version: String,
        /// Minimum server version.
        pub min_server_version: String,
        /// Server component.
        pub server: Option<ManifestServer>,
        /// Web app component.
        pub webapp: Option<ManifestWebapp>,
        /// Settings of the plugin.
        pub settings_schema: Option<PluginSettingsSchema>,
        /// Additional properties.
        pub props: Json,
    }
}

model! {
    /// Server component of a plugin.
    pub struct ManifestServer {
        /// Executable by platform, for example `linux-amd64`.
        pub executables: BTreeMap<String, String>,
        /// Executable for all platforms.
        pub executable: String,
    }
}

model! {
    /// Web app component of a plugin.
    pub struct ManifestWebapp {
        /// Path of the script within the bundle.
        pub bundle_path: String,
    }
}

model! {
    /// Settings of a plugin.
    pub struct PluginSettingsSchema {
        /// Text above the settings.
        pub header: String,
        /// Text below the settings.
        pub footer: String,
        /// The settings.
        pub settings: Vec<PluginSetting>,
        /// Groups of related settings.
        pub sections: Vec<PluginSettingsSection>,
    }
}

model! {
    /// A setting of a plugin.
    pub struct PluginSetting {
        /// Key in the configuration, which stores it in lowercase.
        pub key: String,
        /// The display name.
        pub display_name: String,
        /// Type: `bool`, `dropdown`, `text`, `username`, ...
        #[serde(rename = "type")]
        pub kind: String,
        /// The help text of the setting.
        pub help_text: String,
        /// Help text about regenerating a secret.
        pub regenerate_help_text: String,
        /// Placeholder of the input field.
        pub placeholder: String,
        /// Default value.
        pub default: Json,
        /// Available options.
        pub options: Vec<PluginOption>,
        /// Hosting for which the setting is shown: `cloud` or `on-prem`.
        pub hosting: String,
        /// `true` if the value must not be shown.
        pub secret: bool,
    }
}

model! {
    /// An option of a plugin setting.
    pub struct PluginOption {
        /// The display name.
        pub display_name: String,
        /// Value that is stored if the option is selected.
        pub value: String,
    }
}

model! {
    /// A group of related settings.
    pub struct PluginSettingsSection {
        /// The key of the section.
        pub key: String,
        /// The title of the section.
        pub title: String,
        /// Subtitle.
        pub subtitle: String,
        /// The settings.
        pub settings: Vec<PluginSetting>,
        /// Text above the settings.
        pub header: String,
        /// Text below the settings.
        pub footer: String,
        /// `true` if the plugin renders the section itself.
        pub custom: bool,
        /// `true` if the settings are shown while the plugin is inactive.
        pub fallback: bool,
    }
}

model! {
    /// The installed plugins.
    pub struct PluginsResponse {
        /// Active plugins.
        pub active: Vec<PluginManifest>,
        /// Inactive plugins.
        pub inactive: Vec<PluginManifest>,
    }
}

/// State of a plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct PluginState(i64);

impl Decode for PluginState {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        self.0.decode_from(from)
    }
}

deserialize_by_decode!(PluginState);

impl PluginState {
    /// Inactive.
    pub const NOT_RUNNING: Self = Self(0);
    /// Starting.
    pub const STARTING: Self = Self(1);
    /// Running.
    pub const RUNNING: Self = Self(2);
    /// Failed to start.
    pub const FAILED_TO_START: Self = Self(3);
    /// Crashed too often.
    pub const FAILED_TO_STAY_RUNNING: Self = Self(4);
    /// Stopping.
    pub const STOPPING: Self = Self(5);

    /// Returns the number used by the server.
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

model! {
    /// Status of a plugin on one cluster node.
    pub struct PluginStatus {
        /// ID of the plugin.
        pub plugin_id: String,
        /// ID of the cluster node that reports the status.
        pub cluster_id: String,
        /// Installation path on the node.
        pub plugin_path: String,
        /// The state.
        pub state: PluginState,
        /// Reason for a failure.
        pub error: String,
        /// The name.
        pub name: String,
        /// The description of the plugin.
        pub description: String,
        /// The version.
        pub version: String,
    }
}

model! {
    /// A plugin in the marketplace.
    pub struct MarketplacePlugin {
        /// Homepage URL.
        pub homepage_url: String,
        /// Icon as a data URL.
        pub icon_data: String,
        /// URL of the bundle.
        pub download_url: String,
        /// URL of the release notes.
        pub release_notes_url: String,
        /// The labels.
        pub labels: Vec<MarketplaceLabel>,
        /// Hosting for which the plugin is available: `cloud` or `on-prem`.
        pub hosting: String,
        /// Author type: `mattermost`, `partner` or `community`.
        pub author_type: String,
        /// Release stage: `production`, `beta` or `experimental`.
        pub release_stage: String,
        /// `true` if the plugin requires a license.
        pub enterprise: bool,
        /// Signature of the bundle, encoded in base64.
        pub signature: String,
        /// Manifest of the plugin.
        pub manifest: Option<PluginManifest>,
        /// Installed version. Empty if not installed.
        pub installed_version: String,
    }
}

model! {
    /// A label of a plugin.
    pub struct MarketplaceLabel {
        /// The text.
        pub name: String,
        /// The description of the label.
        pub description: String,
        /// URL with further information.
        pub url: String,
        /// The color.
        pub color: String,
    }
}

input! {
    /// Page and filter for marketplace plugins.
    pub struct MarketplaceQuery {}
    optional {
        /// Zero-based page number. Ignored by servers up to 11.6, which return all plugins.
        page: u32,
        /// Plugins per page. Ignored by servers up to 11.6, which return all plugins.
        per_page: u32,
        /// Part of the name or description.
        filter: String,
        /// Only plugins that support this server version.
        server_version: String,
        /// Only plugins stored on the server.
        local_only: bool,
        /// Only plugins of the remote marketplace. Cannot be combined with `local_only`.
        remote_only: bool,
    }
}

input! {
    /// A marketplace plugin to install.
    #[doc(alias = "InstallMarketplacePluginRequest")]
    pub struct MarketplaceInstall {
        /// The ID.
        pub id: String,
    }
    optional {
        /// The version. Only used by older servers; newer ones install the latest version.
        version: String,
    }
}
