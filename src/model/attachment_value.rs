//! Attachments as programs post them, with values of unexpected types.
//!
//! The server stores the props of a post unchanged, and the apps show a number as a title like a string.

use serde_json::{Map, Value};

use crate::model::{Attachment, Json};

/// Members that are lists of objects.
const LIST_NAMES: [&str; 3] = ["fields", "actions", "options"];
/// Members of other types than a string or a list.
const OTHER_NAMES: [&str; 6] = ["ts", "value", "short", "disabled", "integration", "context"];

/// Decodes an attachment. Returns `None` for a value that is not an object.
pub(crate) fn decode_attachment(value: &Value) -> Option<Attachment> {
    if let Ok(attachment) = Json::from(value.clone()).decode() {
        return (!value.is_null()).then_some(attachment);
    }
    let mut members = value.as_object()?.clone();
    members.remove("id");
    repair_members(&mut members, "");
    // Whatever is still invalid does not hide the text.
    for invalid in [None, Some("actions"), Some("fields")] {
        if let Some(name) = invalid {
            members.remove(name);
        }
        if let Ok(attachment) = Json::from(Value::Object(members.clone())).decode() {
            return Some(attachment);
        }
    }
    None
}

/// Converts or removes members that do not have the expected type. `list` is the name of the list that they are in.
fn repair_members(members: &mut Map<String, Value>, list: &str) {
    members.retain(|name, value| {
        // The value of a field may have any type, that of an option is a string.
        let is_text = !OTHER_NAMES.contains(&&**name) || (name == "value" && list == "options");
        if LIST_NAMES.contains(&&**name) {
            let Value::Array(items) = value else { return false };
            items.retain(Value::is_object);
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                repair_members(item, name);
            }
            return true;
        }
        match value {
            Value::Number(_) | Value::Bool(true) if is_text => {
                *value = value.to_string().into();
            }
            // The apps show nothing for `false`.
            Value::Bool(false) | Value::Array(_) | Value::Object(_) if is_text => return false,
            Value::Number(number) if matches!(&**name, "short" | "disabled") => {
                *value = (number.as_f64() != Some(0.0)).into();
            }
            Value::Object(integration) if name == "integration" => {
                integration.retain(|name, value| name != "context" || value.is_object());
            }
            _ => {}
        }
        true
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decode(value: Value) -> Attachment {
        decode_attachment(&value).unwrap()
    }

    #[test]
    fn numbers_in_place_of_strings_are_read() {
        let card =
            decode(json!({"title": 404, "text": "T", "color": 16_711_680, "id": "1", "thumb_url": false}));
        assert_eq!((&*card.title, &*card.text, &*card.color, &*card.thumb_url), ("404", "T", "16711680", ""));
        let card = decode(json!({"title": "a", "text": 42.5}));
        assert_eq!((&*card.title, &*card.text), ("a", "42.5"));
        let card = decode(json!({"text": "T", "fields": [{"title": 7, "value": 101, "short": 1}, null, 3]}));
        let [field] = &card.fields[..] else { panic!("{card:?}") };
        assert_eq!((&*field.title, field.value.as_str(), field.short), ("7", "101", true));
    }

    #[test]
    fn lists_of_other_types_do_not_hide_the_text() {
        for fields in [json!({}), json!(""), json!({"title": "a"}), json!(7)] {
            let card = decode(json!({"text": "T", "fields": fields, "actions": fields}));
            assert_eq!((&*card.text, card.fields.len(), card.actions.len()), ("T", 0, 0));
        }
        let action = json!({"id": "a", "name": 1, "type": "select", "options": [{"text": "x", "value": 3}, null],
            "integration": {"url": "u", "context": []}});
        let card = decode(json!({"text": "T", "actions": [null, action]}));
        let [action] = &card.actions[..] else { panic!("{card:?}") };
        assert_eq!((&*action.name, &*action.options[0].value, action.options.len()), ("1", "3", 1));
        assert_eq!(action.integration.as_ref().map(|integration| &*integration.url), Some("u"));
        for none in [json!(null), json!(3), json!("T"), json!([])] {
            assert_eq!(decode_attachment(&none), None, "{none}");
        }
    }
}
