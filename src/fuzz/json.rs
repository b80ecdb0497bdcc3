//! Decoding with `null` as the default, compared with `serde_json` alone.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::{check_message, within_memory};
use crate::model::Json;
use crate::model::json::deserialize_str;

/// Equal, except for the last digits of a fraction: `serde_json` reads them inexactly.
pub(crate) fn nearly_equal(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => {
            let (a, b) = (one.as_f64().unwrap_or(f64::NAN), two.as_f64().unwrap_or(f64::NAN));
            one == two || (a - b).abs() <= (a.abs() * 1e-14).max(f64::MIN_POSITIVE)
        }
        (Value::Array(one), Value::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| nearly_equal(one, two))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len()
                && one.iter().all(|(key, one)| two.get(key).is_some_and(|two| nearly_equal(one, two)))
        }
        _ => one == two,
    }
}

pub(super) fn json(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    // The grammar alone: without the limits of numbers and depth, and with escapes that are half of a pair.
    let grammar = serde_json::from_str::<IgnoredAny>(text).is_ok();
    // A value has 32 bytes and may be in two lists at once. A list grows by doubling, and a map by nodes of 600 bytes.
    let ours = within_memory((8 << 10) + 400 * text.len(), || deserialize_str::<Value>(text));
    if let Ok(theirs) = serde_json::from_str::<Value>(text) {
        let ours = ours.as_ref().unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(ours, &theirs, "{text}");
    }
    match &ours {
        Ok(value) => {
            assert!(grammar, "not JSON, but decoded: {text}");
            let again = value.to_string();
            assert!(nearly_equal(&deserialize_str(&again).expect("what was written"), value), "{text}");
        }
        Err(error) => {
            check_message(error);
            let said = error.to_string();
            let limit = said.contains("recursion limit exceeded") || said.contains("number out of range");
            assert!(!grammar || limit, "JSON, but not decoded: {said}: {text}");
        }
    }
    let raw = within_memory((8 << 10) + 4 * text.len(), || deserialize_str::<Json>(text));
    match &raw {
        Ok(raw) => {
            assert!(grammar, "not JSON, but kept: {text}");
            let whole = text.trim_matches([' ', '\n', '\r', '\t']);
            assert!(raw.as_str() == whole || matches!(whole, "null" | "{}"), "{text}");
            assert_eq!(serde_json::to_string(raw).expect("JSON"), raw.as_str());
            if let (Ok(value), true) = (&ours, raw.as_str() == whole) {
                assert_eq!(raw.value(), value);
            }
        }
        Err(error) => {
            check_message(error);
            assert!(!grammar, "{error}: {text}");
        }
    }
    // Any text that `serde_json` writes as a string is read back unchanged.
    let quoted = Value::from(text).to_string();
    assert_eq!(deserialize_str::<String>(&quoted).expect("a string"), text);
    // Types that `null` is read as the default of: all that `serde_json` reads is read alike.
    type Lists = Vec<BTreeMap<String, Vec<i64>>>;
    let lists = deserialize_str::<Lists>(text);
    if let Ok(theirs) = serde_json::from_str::<Lists>(text) {
        assert_eq!(lists.as_ref().expect("lists"), &theirs, "{text}");
    }
    for error in [
        lists.err(),
        deserialize_str::<Vec<BTreeMap<String, Option<i64>>>>(text).err(),
        deserialize_str::<BTreeMap<u32, (String, bool, f64)>>(text).err(),
    ] {
        error.iter().for_each(check_message);
    }
}
