//! What a client may know of the server's settings and licence.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a client may know of the server's settings: texts by name. Before a login there are fewer of them.
///
/// Typed getters are there for what programs need; [`get`](Self::get) has the rest.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ClientConfig(BTreeMap<String, String>);

impl ClientConfig {
    /// A setting, as text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether a setting is `true`.
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// A setting that is a number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// All settings, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The server's version, as `11.6.0`; empty if it does not say.
    pub fn version(&self) -> &str {
        self.get("Version").unwrap_or_default()
    }

    /// The address that the server thinks it has; empty if it was not set.
    pub fn site_url(&self) -> &str {
        self.get("SiteURL").unwrap_or_default()
    }

    /// The name of the server, for people.
    pub fn site_name(&self) -> &str {
        self.get("SiteName").unwrap_or_default()
    }

    /// Another address for the socket, if one was set.
    pub fn websocket_url(&self) -> Option<&str> {
        self.get("WebsocketURL").filter(|url| !url.is_empty())
    }

    /// Longest text of a post, in characters.
    pub fn max_post_size(&self) -> Option<usize> {
        self.get("MaxPostSize")?.parse().ok()
    }

    /// Largest file, in bytes.
    pub fn max_file_size(&self) -> Option<u64> {
        self.get("MaxFileSize")?.parse().ok()
    }

    /// How names are to be shown: `username`, `nickname_full_name` or `full_name`.
    pub fn teammate_name_display(&self) -> &str {
        self.get("TeammateNameDisplay").unwrap_or_default()
    }

    /// How long after `typing` others think that one still types.
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

/// What a client may know of the server's licence: texts by name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ClientLicense(BTreeMap<String, String>);

impl ClientLicense {
    /// A setting, as text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether there is a licence.
    pub fn is_licensed(&self) -> bool {
        self.get("IsLicensed") == Some("true")
    }

    /// All settings, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for ClientLicense {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
