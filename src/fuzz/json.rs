//! Our reader of JSON beside `serde_json`.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::{calm, within};
use crate::model::Json;
use crate::model::json::decode_str;

/// Equal, but for the last digits of a fraction, which `serde_json` does not get right.
pub(crate) fn alike(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => {
            let (a, b) = (one.as_f64().unwrap_or(f64::NAN), two.as_f64().unwrap_or(f64::NAN));
            one == two || (a - b).abs() <= (a.abs() * 1e-14).max(f64::MIN_POSITIVE)
        }
        (Value::Array(one), Value::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| alike(one, two))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len()
                && one.iter().all(|(key, one)| two.get(key).is_some_and(|two| alike(one, two)))
        }
        _ => one == two,
    }
}

pub(super) fn json(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    // The grammar alone: not how large a number is, how deep it goes, or whether an escape names a character.
    let grammar = serde_json::from_str::<IgnoredAny>(text).is_ok();
    // A value has 32 bytes and may stand in two; a list grows by doubling, and a map by nodes of 600 bytes.
    let ours = within((8 << 10) + 400 * text.len(), || decode_str::<Value>(text));
    if let Ok(theirs) = serde_json::from_str::<Value>(text) {
        let ours = ours.as_ref().unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(alike(ours, &theirs), "{ours} {theirs}");
    }
    match &ours {
        Ok(value) => {
            assert!(grammar, "we read what is no JSON: {text}");
            let again = value.to_string();
            assert_eq!(&decode_str::<Value>(&again).expect("what was written"), value, "{text}");
        }
        Err(error) => {
            calm(error);
            let said = error.to_string();
            let limit = said.contains("nested too deep") || said.contains("this number is too large");
            assert!(!grammar || limit, "we refuse JSON: {said}: {text}");
        }
    }
    let raw = within((8 << 10) + 4 * text.len(), || decode_str::<Json>(text));
    match &raw {
        Ok(raw) => {
            let whole = text.trim_matches([' ', '\n', '\r', '\t']);
            if grammar {
                assert!(raw.as_str() == whole || matches!(whole, "null" | "{}"), "{text}");
            }
            // What we skip is not checked in full; what we write is.
            let written = serde_json::to_string(raw).expect("JSON");
            assert!(serde_json::from_str::<IgnoredAny>(&written).is_ok(), "{written}");
            if let (Ok(value), true) = (&ours, raw.as_str() == whole) {
                assert_eq!(raw.value(), value);
            }
        }
        Err(error) => {
            calm(error);
            assert!(!grammar || error.to_string().contains("nested too deep"), "{error}: {text}");
        }
    }
    // What `serde_json` writes of any text is read back as that text.
    let quoted = Value::from(text).to_string();
    assert_eq!(decode_str::<String>(&quoted).expect("a string"), text);
    for error in [
        decode_str::<Vec<BTreeMap<String, Option<i64>>>>(text).err(),
        decode_str::<BTreeMap<u32, (String, bool, f64)>>(text).err(),
    ] {
        error.iter().for_each(calm);
    }
}
