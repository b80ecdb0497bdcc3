//! Client configuration and license.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::json::{Decode, JsonReader};

/// The client configuration: string values by name. Without a login, the server sends fewer settings.
///
/// Common settings have typed getters; [`get`](Self::get) returns any setting.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ClientConfig(BTreeMap<String, String>);

impl Decode for ClientConfig {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        self.0.decode_from(from)
    }
}

impl ClientConfig {
    /// Returns a setting as a string.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns `true` if a setting has the value `true`.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Returns a numeric setting.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// Iterates over all settings by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the server version, for example `11.6.0`. Empty if the server does not report it.
    pub fn version(&self) -> &str {
        self.get("Version").unwrap_or_default()
    }

    /// Returns the configured site URL. Empty if not set.
    pub fn site_url(&self) -> &str {
        self.get("SiteURL").unwrap_or_default()
    }

    /// Returns the site name.
    pub fn site_name(&self) -> &str {
        self.get("SiteName").unwrap_or_default()
    }

    /// Returns the separate WebSocket URL, if one is configured.
    pub fn websocket_url(&self) -> Option<&str> {
        self.get("WebsocketURL").filter(|url| !url.is_empty())
    }

    /// Returns the maximum length of a post, in characters.
    pub fn max_post_size(&self) -> Option<usize> {
        self.get("MaxPostSize")?.parse().ok()
    }

    /// Returns the maximum size of a file, in bytes.
    pub fn max_file_size(&self) -> Option<u64> {
        self.get("MaxFileSize")?.parse().ok()
    }

    /// Returns the display format of names: `username`, `nickname_full_name` or `full_name`.
    pub fn teammate_name_display(&self) -> &str {
        self.get("TeammateNameDisplay").unwrap_or_default()
    }

    /// Returns the time for which clients show the typing indicator after a `typing` action.
    pub fn typing_interval(&self) -> Duration {
        let millis = self.get("TimeBetweenUserTypingUpdatesMilliseconds").and_then(|text| text.parse().ok());
        Duration::from_millis(millis.unwrap_or(5_000))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for ClientConfig {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// The license information available to clients: string values by name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ClientLicense(BTreeMap<String, String>);

impl Decode for ClientLicense {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        self.0.decode_from(from)
    }
}

impl ClientLicense {
    /// Returns a setting as a string.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns `true` if the server has a license.
    pub fn is_licensed(&self) -> bool {
        self.get("IsLicensed") == Some("true")
    }

    /// Iterates over all settings by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for ClientLicense {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
