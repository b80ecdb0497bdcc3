//! Message attachments, with their buttons and menus.

use serde_json::{Map, Value, json};

use crate::testing::clock::Clock;

/// Members of an attachment that are texts, empty unless they are given.
const ATTACHMENT_TEXTS: [&str; 13] = [
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
/// Members of a button or a menu that are texts, left out if they are empty.
const ACTION_TEXTS: [&str; 7] = ["id", "type", "name", "style", "data_source", "default_option", "cookie"];

/// Returns a text, which may be `null` or missing. `None` for anything else.
fn text_member(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => None,
    }
}

/// Returns the rows of a list, which may be `null` or missing. `None` for anything but a list of objects.
fn rows<'v>(object: &'v Map<String, Value>, name: &str) -> Option<Vec<&'v Map<String, Value>>> {
    match object.get(name) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(rows)) => rows.iter().map(Value::as_object).collect(),
        Some(_) => None,
    }
}

fn clean_action(action: &Map<String, Value>, clock: &mut Clock) -> Option<Value> {
    let mut clean = Map::new();
    for name in ACTION_TEXTS {
        let text = text_member(action, name)?;
        if !text.is_empty() {
            clean.insert(name.to_owned(), json!(text));
        }
    }
    clean.entry("id").or_insert_with(|| json!(clock.id()));
    match action.get("disabled") {
        Some(Value::Bool(true)) => drop(clean.insert("disabled".into(), json!(true))),
        None | Some(Value::Bool(_) | Value::Null) => {}
        Some(_) => return None,
    }
    let options = rows(action, "options")?;
    if !options.is_empty() {
        let option = |option: &Map<String, Value>| {
            Some(json!({"text": text_member(option, "text")?, "value": text_member(option, "value")?}))
        };
        clean.insert("options".into(), Value::Array(options.into_iter().map(option).collect::<Option<_>>()?));
    }
    match action.get("integration") {
        None | Some(Value::Null) => {}
        Some(Value::Object(integration)) => {
            clean.insert("integration".into(), Value::Object(integration.clone()));
        }
        Some(_) => return None,
    }
    Some(Value::Object(clean))
}

fn clean_attachment(attachment: &Value, clock: &mut Clock) -> Option<Value> {
    let attachment = attachment.as_object()?;
    let mut clean = Map::new();
    for name in ATTACHMENT_TEXTS {
        clean.insert(name.to_owned(), json!(text_member(attachment, name)?));
    }
    clean.insert("id".into(), json!(attachment.get("id").map_or(Some(0), Value::as_i64)?));
    clean.insert("ts".into(), attachment.get("ts").cloned().unwrap_or_default());
    let field = |field: &Map<String, Value>| {
        let short = match field.get("short") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(short)) => *short,
            Some(Value::String(short)) => short.parse().ok()?,
            Some(_) => return None,
        };
        let value = field.get("value").cloned().unwrap_or_default();
        Some(json!({"title": text_member(field, "title")?, "value": value, "short": short}))
    };
    let fields: Vec<Value> = rows(attachment, "fields")?.into_iter().map(field).collect::<Option<_>>()?;
    let given = attachment.get("fields").is_some_and(Value::is_array);
    clean.insert("fields".into(), if given { Value::Array(fields) } else { Value::Null });
    let actions = rows(attachment, "actions")?;
    if !actions.is_empty() {
        let actions: Option<Vec<Value>> =
            actions.into_iter().map(|action| clean_action(action, clock)).collect();
        clean.insert("actions".into(), Value::Array(actions?));
    }
    Some(Value::Object(clean))
}

/// Changes attachments to what the server makes of them: all members of the format and no others, with an ID for each
/// button and menu. If a member has another type than that of the format, all attachments become `null`.
pub(in crate::testing) fn complete_attachments(props: &mut Map<String, Value>, clock: &mut Clock) {
    let Some(attachments) = props.get_mut("attachments") else { return };
    let clean: Option<Vec<Value>> = attachments.as_array().and_then(|attachments| {
        attachments.iter().map(|attachment| clean_attachment(attachment, clock)).collect()
    });
    *attachments = clean.filter(|clean| !clean.is_empty()).map_or(Value::Null, Value::Array);
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
