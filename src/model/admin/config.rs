//! The server configuration.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Result;
use crate::model::json;
use crate::model::json::{Decode, JsonReader};

/// The server configuration or a part of it, with the section and setting names of `config.json`. Unknown
/// settings are preserved and can be sent back.
///
/// Passwords and keys are replaced with asterisks. The server treats asterisks as an unchanged value.
///
/// ```
/// use mattermost::ServerConfig;
/// let patch = ServerConfig::new()
///     .with("TeamSettings.SiteName", "Awesome chat")
///     .with("ServiceSettings.EnableTesting", false);
/// assert_eq!(patch.text("TeamSettings.SiteName"), Some("Awesome chat"));
/// assert_eq!(patch.get("TeamSettings.MaxUsersPerTeam"), None);
/// ```
///
/// `Debug` prints names only, because the values may contain passwords.
#[doc(alias = "Config")]
#[derive(Clone, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ServerConfig(Map<String, Value>);

impl Decode for ServerConfig {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        self.0.decode_from(from)
    }
}

impl ServerConfig {
    /// Creates an empty configuration, for use as a patch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a section such as `ServiceSettings`, or a setting such as `ServiceSettings.SiteURL`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut steps = path.split('.');
        let first = self.0.get(steps.next()?)?;
        steps.try_fold(first, |value, step| value.get(step))
    }

    /// Returns a string setting.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// Returns a numeric setting.
    pub fn number(&self, path: &str) -> Option<i64> {
        self.get(path)?.as_i64()
    }

    /// Returns `true` if a setting exists and is `true`.
    pub fn is_on(&self, path: &str) -> bool {
        self.get(path).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Decodes a section or setting: `config.decode::<LdapSettings>("LdapSettings")`. Missing members use their
    /// defaults, if the type defines them.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the value does not match the type.
    pub fn decode<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let text = self.get(path).map_or_else(|| "{}".to_owned(), Value::to_string);
        json::deserialize_str(&text)
    }

    /// Sets a setting. Missing sections are created.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) {
        let (sections, name) = path.rsplit_once('.').unwrap_or(("", path));
        let mut at = &mut self.0;
        for section in sections.split('.').filter(|section| !section.is_empty()) {
            let inner = at.entry(section).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            let Value::Object(inner) = inner else { return };
            at = inner;
        }
        at.insert(name.to_owned(), value.into());
    }

    /// Sets a setting and returns the configuration. Missing sections are created.
    #[must_use]
    pub fn with(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.set(path, value);
        self
    }

    /// Returns the sections.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &Value)> + '_ {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns `true` if there are no settings.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the site URL, `ServiceSettings.SiteURL`.
    pub fn site_url(&self) -> &str {
        self.text("ServiceSettings.SiteURL").unwrap_or_default()
    }

    /// Returns the site name, `TeamSettings.SiteName`.
    pub fn site_name(&self) -> &str {
        self.text("TeamSettings.SiteName").unwrap_or_default()
    }
}

impl From<Map<String, Value>> for ServerConfig {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl From<ServerConfig> for Map<String, Value> {
    fn from(config: ServerConfig) -> Self {
        config.0
    }
}

impl fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerConfig")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}

input! {
    /// Filter for the configuration.
    pub struct ConfigQuery {}
    optional {
        /// Omits settings that are replaced with asterisks.
        remove_masked: bool,
        /// Omits settings that have their default value.
        remove_defaults: bool,
    }
}

/// The settings that are overridden by environment variables. Changing them in the configuration has no
/// effect.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct EnvironmentConfig(Map<String, Value>);

impl Decode for EnvironmentConfig {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        self.0.decode_from(from)
    }
}

impl EnvironmentConfig {
    /// Returns `true` if a setting such as `ServiceSettings.SiteURL` is overridden by the environment.
    pub fn is_set(&self, path: &str) -> bool {
        let mut steps = path.split('.');
        let first = steps.next().and_then(|step| self.0.get(step));
        let value = first.and_then(|first| steps.try_fold(first, |value, step| value.get(step)));
        value.and_then(Value::as_bool).unwrap_or_default()
    }

    /// Returns the sections, each with its overridden settings.
    pub fn sections(&self) -> impl Iterator<Item = (&str, &Value)> + '_ {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LdapSettings;

    #[test]
    fn finds_sets_and_keeps() {
        let text = r#"{"LdapSettings":{"LdapPort":389,"BindPassword":"***","New":[1]},"Other":7}"#;
        let mut config: ServerConfig = serde_json::from_str(text).unwrap();
        assert_eq!(config.number("LdapSettings.LdapPort"), Some(389));
        config.set("LdapSettings.Enable", true);
        config.set("Other.Inner.Deep", "x");
        config.set("Top", 1);
        assert!(config.is_on("LdapSettings.Enable"));
        assert_eq!(config.text("Other.Inner.Deep"), Some("x"));
        assert_eq!(config.get("LdapSettings.New").unwrap().to_string(), "[1]");
        let ldap: LdapSettings = config.decode("LdapSettings").unwrap();
        assert_eq!((ldap.ldap_port, ldap.enable, ldap.enable_sync), (Some(389), Some(true), None));
        assert_eq!(config.decode::<LdapSettings>("Missing").unwrap(), LdapSettings::new());
        assert!(!format!("{config:?}").contains("***"));
        assert_eq!(format!("{:?}", ServerConfig::new().with("A.B", "secret")), r#"ServerConfig{"A"}"#);
    }

    #[test]
    fn knows_what_the_environment_decides() {
        let config: EnvironmentConfig =
            serde_json::from_str(r#"{"ServiceSettings":{"SiteURL":true,"X":false}}"#).unwrap();
        assert!(config.is_set("ServiceSettings.SiteURL"));
        assert!(!config.is_set("ServiceSettings.X"));
        assert!(!config.is_set("Nothing.Here"));
    }
}
