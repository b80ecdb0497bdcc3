//! Plugins and the marketplace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Json;

model! {
    /// What a plugin says of itself.
    #[doc(alias = "Manifest")]
    pub struct PluginManifest {
        /// Its id: `com.example.poll`.
        pub id: String,
        /// Its name.
        pub name: String,
        /// What it is for.
        pub description: String,
        /// Its page.
        pub homepage_url: String,
        /// Where help is found.
        pub support_url: String,
        /// Where its changes are told.
        pub release_notes_url: String,
        /// Its picture, within the bundle.
        pub icon_path: String,
        /// Its version.
        pub version: String,
        /// The oldest server that it works with.
        pub min_server_version: String,
        /// What runs in the server.
        pub server: Option<ManifestServer>,
        /// What runs in browsers.
        pub webapp: Option<ManifestWebapp>,
        /// What can be set.
        pub settings_schema: Option<PluginSettingsSchema>,
        /// Whatever else there is.
        pub props: Json,
    }
}

model! {
    /// What of a plugin runs in the server.
    pub struct ManifestServer {
        /// The program, by platform: `linux-amd64`.
        pub executables: BTreeMap<String, String>,
        /// The program for all platforms.
        pub executable: String,
    }
}

model! {
    /// What of a plugin runs in browsers.
    pub struct ManifestWebapp {
        /// The script.
        pub bundle_path: String,
    }
}

model! {
    /// What can be set for a plugin.
    pub struct PluginSettingsSchema {
        /// Text above the settings.
        pub header: String,
        /// Text below the settings.
        pub footer: String,
        /// The settings.
        pub settings: Vec<PluginSetting>,
        /// Settings that belong together.
        pub sections: Vec<PluginSettingsSection>,
    }
}

model! {
    /// Something that can be set for a plugin.
    pub struct PluginSetting {
        /// Its name in the configuration, in lower case there.
        pub key: String,
        /// What people see.
        pub display_name: String,
        /// What it holds: `bool`, `dropdown`, `text`, `username`, ...
        #[serde(rename = "type")]
        pub kind: String,
        /// What it is for.
        pub help_text: String,
        /// What making a new secret does.
        pub regenerate_help_text: String,
        /// What is shown while it is empty.
        pub placeholder: String,
        /// What it is at first.
        pub default: Json,
        /// What can be chosen.
        pub options: Vec<PluginOption>,
        /// Only shown on `cloud`, or on `on-prem`.
        pub hosting: String,
        /// Whether it is not to be shown.
        pub secret: bool,
    }
}

model! {
    /// What can be chosen.
    pub struct PluginOption {
        /// What people see.
        pub display_name: String,
        /// What is stored.
        pub value: String,
    }
}

model! {
    /// Settings that belong together.
    pub struct PluginSettingsSection {
        /// Its name.
        pub key: String,
        /// What people see.
        pub title: String,
        /// What people see below that.
        pub subtitle: String,
        /// The settings.
        pub settings: Vec<PluginSetting>,
        /// Text above the settings.
        pub header: String,
        /// Text below the settings.
        pub footer: String,
        /// Whether the plugin shows it in its own way.
        pub custom: bool,
        /// Whether the settings are shown while the plugin is off.
        pub fallback: bool,
    }
}

model! {
    /// The installed plugins.
    pub struct PluginsResponse {
        /// Those that are on.
        pub active: Vec<PluginManifest>,
        /// Those that are off.
        pub inactive: Vec<PluginManifest>,
    }
}

/// How a plugin is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct PluginState(i64);

impl PluginState {
    /// It is off.
    pub const NOT_RUNNING: Self = Self(0);
    /// It is being started.
    pub const STARTING: Self = Self(1);
    /// It works.
    pub const RUNNING: Self = Self(2);
    /// It could not be started.
    pub const FAILED_TO_START: Self = Self(3);
    /// It crashed too often.
    pub const FAILED_TO_STAY_RUNNING: Self = Self(4);
    /// It is being stopped.
    pub const STOPPING: Self = Self(5);

    /// The number that the server sends.
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

model! {
    /// How a plugin is on one server of a cluster.
    pub struct PluginStatus {
        /// The plugin.
        pub plugin_id: String,
        /// The server.
        pub cluster_id: String,
        /// Where it lies there.
        pub plugin_path: String,
        /// How it is.
        pub state: PluginState,
        /// Why it does not run.
        pub error: String,
        /// Its name.
        pub name: String,
        /// What it is for.
        pub description: String,
        /// Its version.
        pub version: String,
    }
}

model! {
    /// A plugin that can be installed.
    pub struct MarketplacePlugin {
        /// Its page.
        pub homepage_url: String,
        /// Its picture, as a data URL.
        pub icon_data: String,
        /// Where its bundle is.
        pub download_url: String,
        /// Where its changes are told.
        pub release_notes_url: String,
        /// What is said about it.
        pub labels: Vec<MarketplaceLabel>,
        /// Only for `cloud`, or for `on-prem`.
        pub hosting: String,
        /// Who wrote it: `mattermost`, `partner`, `community`.
        pub author_type: String,
        /// How far it is: `production`, `beta`, `experimental`.
        pub release_stage: String,
        /// Whether it needs a licence.
        pub enterprise: bool,
        /// The signature of its bundle, in base64.
        pub signature: String,
        /// What it says of itself.
        pub manifest: Option<PluginManifest>,
        /// The version that is installed; empty if it is not.
        pub installed_version: String,
    }
}

model! {
    /// What is said about a plugin.
    pub struct MarketplaceLabel {
        /// The word.
        pub name: String,
        /// What it means.
        pub description: String,
        /// Where more is told.
        pub url: String,
        /// Its colour.
        pub color: String,
    }
}

/// Which plugins of the marketplace to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MarketplaceQuery {
    /// Page, from 0. Servers up to 11.6 give all at once whatever it says.
    pub page: Option<u32>,
    /// Plugins a page. Servers up to 11.6 give all at once whatever it says.
    pub per_page: Option<u32>,
    /// Part of the name or description.
    pub filter: Option<String>,
    /// Only those that work with this version.
    pub server_version: Option<String>,
    /// Only those that lie on the server.
    pub local_only: Option<bool>,
    /// Only those of the marketplace; not with `local_only`.
    pub remote_only: Option<bool>,
}

impl MarketplaceQuery {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { MarketplaceQuery:
    /// Page, from 0. Servers up to 11.6 give all at once whatever it says.
    page: u32,
    /// Plugins a page. Servers up to 11.6 give all at once whatever it says.
    per_page: u32,
    /// Part of the name or description.
    filter: String,
    /// Only those that work with this version.
    server_version: String,
    /// Only those that lie on the server.
    local_only: bool,
    /// Only those of the marketplace; not with `local_only`.
    remote_only: bool,
}

/// A plugin to be installed from the marketplace.
#[doc(alias = "InstallMarketplacePluginRequest")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MarketplaceInstall {
    /// Its id.
    pub id: String,
    /// Its version. Only old servers look at it, new ones take the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl MarketplaceInstall {
    /// With what is required.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), version: None }
    }
}

setters! { MarketplaceInstall:
    /// Its version. Only old servers look at it, new ones take the newest.
    version: String,
}
