//! Fields that contain JSON encoded as a string: `"post": "{\"id\": ..}"`.
//!
//! For `#[serde(with = "crate::event::embedded")]`. An empty string is read as the default. Plain JSON is
//! accepted as well.

use std::fmt;

use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::model::json;

pub(super) fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(value).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&text)
}

/// The contents of the string.
pub(crate) struct Embedded<T>(pub(crate) T);

impl<'de, T: Default + DeserializeOwned> Deserialize<'de> for Embedded<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut value = T::default();
        let decode = &mut |text: &str| json::decode_event(text).map(|new| value = new);
        match from.deserialize_newtype_struct(json::EMBEDDED_NAME, EmbeddedVisitor(decode)) {
            Ok(()) => Ok(Self(value)),
            Err(error) => Err(error),
        }
    }
}

/// Shared by all types, to generate the code once.
struct EmbeddedVisitor<'f>(&'f mut dyn FnMut(&str) -> crate::Result<()>);

impl EmbeddedVisitor<'_> {
    fn decode_text<E: Error>(self, text: &str) -> Result<(), E> {
        if text.is_empty() { Ok(()) } else { (self.0)(text).map_err(E::custom) }
    }
}

impl<'de> Visitor<'de> for EmbeddedVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string that contains JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.decode_text(text)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    /// Any deserializer besides that of this crate, which passes the text at once.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let value = Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        self.decode_text(&value.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        let value = Value::deserialize(serde::de::value::SeqAccessDeserializer::new(list))?;
        self.decode_text(&value.to_string())
    }
}

/// The string `"true"` as a flag, as in `posted.image`. A JSON boolean is accepted as well.
pub(crate) struct Flag(pub(crate) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(from)? {
            Value::Bool(flag) => flag,
            Value::String(text) => text == "true",
            _ => false,
        }))
    }
}

pub(super) mod flag {
    use serde::Serializer;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    pub(in crate::event) fn serialize<S: Serializer>(flag: &bool, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(if *flag { "true" } else { "false" })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(super) fn is_off(flag: &bool) -> bool {
    !*flag
}
