//! The roles of a server, with their permissions.

use serde_json::{Value, json};

use super::World;
use crate::testing::clock::mix;

const ROLES: &str = include_str!("roles.tsv");

/// Returns an ID that depends on the name only.
fn role_id(name: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";
    let mut bits = name.bytes().fold(1, |bits, byte| mix(bits ^ u64::from(byte)));
    let mut id = String::new();
    while id.len() < 26 {
        let at = usize::try_from(bits & 31).unwrap_or(0);
        id.push(char::from(ALPHABET.get(at).copied().unwrap_or(b'y')));
        bits = mix(bits);
    }
    id
}

impl World {
    /// Returns all roles as the server shows them.
    pub(in crate::testing) fn roles(&self) -> Vec<Value> {
        let lines = ROLES.lines().filter(|line| !line.starts_with('#'));
        let roles = lines.filter_map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [name, managed, built_in, both, new, old] = *cells else { return None };
            let own = if self.is_old() { old } else { new };
            if own == "-" {
                return None;
            }
            let changed = self.role_changes.get(name);
            let permissions: Vec<&str> = match changed {
                Some(permissions) => permissions.iter().map(String::as_str).collect(),
                None => both.split(' ').chain(own.split(' ')).filter(|name| !name.is_empty()).collect(),
            };
            let title = match name {
                "system_admin" => "global_admin",
                "system_guest" => "global_guest",
                "system_user" => "global_user",
                name => name,
            };
            let mut role = json!({
                "id": role_id(name), "name": name, "display_name": format!("authentication.roles.{title}.name"),
                "description": format!("authentication.roles.{title}.description"), "create_at": self.started,
                "update_at": self.started, "delete_at": 0, "permissions": permissions,
                "scheme_managed": managed == "yes", "built_in": built_in == "yes",
            });
            if let (Some(object), false) = (role.as_object_mut(), self.is_old()) {
                object.insert("scheme_id".into(), Value::Null);
            }
            Some(role)
        });
        roles.collect()
    }
}
