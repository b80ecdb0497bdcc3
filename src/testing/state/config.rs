//! The settings of a server, and the part of them that clients see.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::World;

const SETTINGS: &str = include_str!("settings.tsv");
const CLIENT_CONFIG: &str = include_str!("client_config.tsv");

/// The changed settings: (section, name) -> value.
#[derive(Clone, Debug, Default)]
pub(in crate::testing) struct StoredConfig {
    changes: BTreeMap<(String, String), Value>,
}

/// The cells of a table: two names at most, and the value of this version.
fn rows(table: &'static str, is_old: bool) -> impl Iterator<Item = (Vec<&'static str>, &'static str)> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(move |line| {
        let mut cells: Vec<&str> = line.split('\t').collect();
        let (old, new) = (cells.pop()?, cells.pop()?);
        let value = if is_old && old != "=" { old } else { new };
        (value != "-").then_some((cells, value))
    })
}

impl World {
    /// Returns a setting, if the version has it.
    pub(in crate::testing) fn setting(&self, section: &str, name: &str) -> Option<Value> {
        if let Some(changed) = self.config.changes.get(&(section.to_owned(), name.to_owned())) {
            return Some(changed.clone());
        }
        let (_, value) = rows(SETTINGS, self.is_old()).find(|(names, _)| **names == [section, name])?;
        serde_json::from_str(value).ok()
    }

    /// Returns `true` if a setting is on.
    pub(in crate::testing) fn is_set(&self, section: &str, name: &str) -> bool {
        self.setting(section, name) == Some(Value::Bool(true))
    }

    /// Changes a setting. Returns `false` if the version does not have it.
    pub(in crate::testing) fn set_setting(&mut self, section: &str, name: &str, value: Value) -> bool {
        let known = self.setting(section, name).is_some();
        if known {
            if let ("FileSettings", "MaxFileSize", Some(bytes)) = (section, name, value.as_u64()) {
                self.max_file_size = usize::try_from(bytes).unwrap_or(usize::MAX);
            }
            self.config.changes.insert((section.to_owned(), name.to_owned()), value);
        }
        known
    }

    /// All settings, as a system administrator sees them.
    pub(in crate::testing) fn config_json(&self) -> Value {
        let mut config = Map::new();
        for (names, value) in rows(SETTINGS, self.is_old()) {
            let [section, name] = *names else { continue };
            let section_json = config.entry(section).or_insert_with(|| json!({}));
            if let Some(section_json) = section_json.as_object_mut() {
                let changed = self.config.changes.get(&(section.to_owned(), name.to_owned())).cloned();
                let value = changed.or_else(|| serde_json::from_str(value).ok()).unwrap_or_default();
                section_json.insert(name.to_owned(), value);
            }
        }
        Value::Object(config)
    }

    /// Changes the settings that a document names, and leaves the others.
    pub(in crate::testing) fn patch_config(&mut self, patch: &Map<String, Value>) {
        for (section, values) in patch {
            for (name, value) in values.as_object().into_iter().flatten() {
                self.set_setting(section, name, value.clone());
            }
        }
    }

    /// The configuration for clients: all of it, or what is seen without a session.
    pub(in crate::testing) fn client_config(&self, logged_in: bool) -> Value {
        let mut config = Map::new();
        for (names, value) in rows(CLIENT_CONFIG, self.is_old()) {
            let [name] = *names else { continue };
            let (name, open) = name.strip_prefix('+').map_or((name, false), |name| (name, true));
            if logged_in || open {
                config.insert(name.to_owned(), json!(value.replace("\\n", "\n")));
            }
        }
        // A changed setting has the name that clients know it by.
        for ((_, name), value) in &self.config.changes {
            if let Some(known) = config.get_mut(name) {
                *known = match value {
                    Value::String(text) => json!(text),
                    other => json!(other.to_string()),
                };
            }
        }
        let mut set = |name: &str, value: String| {
            if let Some(known) = config.get_mut(name) {
                *known = json!(value);
            }
        };
        set("Version", self.version.clone());
        set("MaxFileSize", self.max_file_size.to_string());
        Value::Object(config)
    }
}
