//! Names of emoji.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

use super::World;

const NAMES: &str = include_str!("emoji_names.txt");
const SKIN_TONES: [&str; 5] = ["_medium_light", "_medium_dark", "_light", "_medium", "_dark"];

/// Name -> whether it has skin tones.
fn names() -> &'static HashMap<&'static str, bool> {
    static TABLE: OnceLock<HashMap<&'static str, bool>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut toned = false;
        let mut names = HashMap::new();
        for line in NAMES.lines() {
            if line.starts_with('#') {
                toned = line.contains("With skin tones");
            } else {
                names.extend(line.split(' ').map(|name| (name, toned)));
            }
        }
        names
    })
}

/// Returns `true` if every server has an emoji of this name.
pub(in crate::testing) fn is_system_emoji(name: &str) -> bool {
    let mut stem = name;
    while let Some(rest) = stem.strip_suffix("_skin_tone") {
        let Some(rest) = SKIN_TONES.iter().find_map(|tone| rest.strip_suffix(tone)) else { return false };
        stem = rest;
    }
    names().get(stem).is_some_and(|toned| *toned || stem == name)
}

impl World {
    /// Returns `true` if there is a system or custom emoji of this name.
    pub(in crate::testing) fn has_emoji(&self, name: &str) -> bool {
        is_system_emoji(name) || self.custom_emoji(name).is_some()
    }

    /// Returns the custom emoji of this name.
    pub(in crate::testing) fn custom_emoji(&self, name: &str) -> Option<&Value> {
        self.emoji.iter().find(|emoji| emoji.get("name").and_then(Value::as_str) == Some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::is_system_emoji;

    #[test]
    fn names_with_and_without_skin_tones() {
        for name in ["smile", "+1", "thumbsup", "+1_dark_skin_tone", "wave_medium_light_skin_tone"] {
            assert!(is_system_emoji(name), "{name}");
        }
        for name in ["", "nosuchemoji", "smile_dark_skin_tone", "+1_skin_tone", "+1_green_skin_tone"] {
            assert!(!is_system_emoji(name), "{name}");
        }
    }
}
