//! Message attachments, with their buttons and menus.

use serde_json::{Map, Value, json};

use crate::testing::clock::Clock;

/// Adds the missing members of attachments, and the IDs of buttons and menus.
pub(in crate::testing) fn complete_attachments(props: &mut Map<String, Value>, clock: &mut Clock) {
    let Some(Value::Array(attachments)) = props.get_mut("attachments") else { return };
    for attachment in attachments.iter_mut().filter_map(Value::as_object_mut) {
        let defaults = [("id", json!(0)), ("fields", Value::Null), ("ts", Value::Null)];
        let texts = [
            "fallback",
            "color",
            "pretext",
            "author_name",
            "author_link",
            "author_icon",
            "title",
            "title_link",
            "text",
            "image_url",
            "thumb_url",
            "footer",
            "footer_icon",
        ];
        for (name, value) in defaults.into_iter().chain(texts.map(|name| (name, json!("")))) {
            attachment.entry(name).or_insert(value);
        }
        if let Some(Value::Array(actions)) = attachment.get_mut("actions") {
            for action in actions.iter_mut().filter_map(Value::as_object_mut) {
                if action.get("id").and_then(Value::as_str).is_none_or(str::is_empty) {
                    action.insert("id".into(), json!(clock.id()));
                }
            }
        }
    }
}

/// Returns the props as clients see them, without the URLs of buttons and menus.
pub(in crate::testing) fn without_integrations(props: &Map<String, Value>) -> Value {
    let mut props = props.clone();
    if let Some(Value::Array(attachments)) = props.get_mut("attachments") {
        let actions = attachments.iter_mut().filter_map(|attachment| attachment.get_mut("actions"));
        for action in actions.filter_map(Value::as_array_mut).flatten().filter_map(Value::as_object_mut) {
            action.remove("integration");
        }
    }
    Value::Object(props)
}

/// Adds a cookie to the buttons and menus of an ephemeral post. Returns `false` if there are none.
pub(in crate::testing) fn set_cookies(props: &mut Map<String, Value>, cookie: &str) -> bool {
    let Some(Value::Array(attachments)) = props.get_mut("attachments") else { return false };
    let actions = attachments.iter_mut().filter_map(|attachment| attachment.get_mut("actions"));
    let mut found = false;
    for action in actions.filter_map(Value::as_array_mut).flatten().filter_map(Value::as_object_mut) {
        action.insert("cookie".into(), json!(cookie));
        found = true;
    }
    found
}

/// Returns a button or menu of a post, with its URL.
pub(in crate::testing) fn action_of(props: &Map<String, Value>, id: &str) -> Option<Map<String, Value>> {
    let attachments = props.get("attachments")?.as_array()?;
    let actions = attachments.iter().filter_map(|attachment| attachment.get("actions")?.as_array()).flatten();
    actions
        .filter_map(Value::as_object)
        .find(|action| action.get("id").and_then(Value::as_str) == Some(id))
        .cloned()
}
