//! Fields that hold JSON as a string: `"post": "{\"id\": ..}"`.
//!
//! For `#[serde(with = "crate::event::embedded")]`. An empty string reads as the default. Should a server send the
//! JSON itself one day, that is read as well.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::model::json;

pub(super) fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(value).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&text)
}

pub(super) fn deserialize<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + DeserializeOwned,
{
    from.deserialize_any(Embedded(PhantomData))
}

struct Embedded<T>(PhantomData<T>);

impl<'de, T: Default + DeserializeOwned> Visitor<'de> for Embedded<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string that holds JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        if text.is_empty() {
            return Ok(T::default());
        }
        json::decode_str(text).map_err(E::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let value = Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        // By way of text: a second kind of deserializer for each type would double the code.
        json::decode_str(&value.to_string()).map_err(A::Error::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let value = Value::deserialize(serde::de::value::SeqAccessDeserializer::new(list))?;
        json::decode_str(&value.to_string()).map_err(A::Error::custom)
    }
}

/// The string `"true"` as a flag, as in `posted.image`; a real flag is read as well.
pub(super) mod flag {
    use super::{Deserialize, Deserializer, Serializer, Value};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    pub(in crate::event) fn serialize<S: Serializer>(flag: &bool, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(if *flag { "true" } else { "false" })
    }

    pub(in crate::event) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
        Ok(match Value::deserialize(from)? {
            Value::Bool(flag) => flag,
            Value::String(text) => text == "true",
            _ => false,
        })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(super) fn is_off(flag: &bool) -> bool {
    !*flag
}
