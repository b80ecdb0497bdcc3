//! The place of a slash command, and responses to commands.

use serde_json::{Map, Value, json};

/// The response of a built-in command, with the fields that are not empty.
pub(super) type BuiltinResponse = Map<String, Value>;

/// The place where a command was called.
#[derive(Clone, Debug)]
pub(super) struct CommandPlace {
    pub(super) caller: String,
    pub(super) channel_id: String,
    pub(super) root_id: String,
    pub(super) team_id: String,
}

pub(super) fn response(fields: Value) -> BuiltinResponse {
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

pub(super) fn ephemeral(text: impl Into<String>) -> BuiltinResponse {
    response(json!({"response_type": "ephemeral", "text": text.into()}))
}
