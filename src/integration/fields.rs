//! The members of a request, from a form, a query or JSON.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde::de::value::StrDeserializer;
use serde_json::{Map, Value};

use super::MAX_BODY_BYTES;
use crate::error::{Error, ErrorKind, Result};
use crate::time::Timestamp;

/// More members than any server sends. A mention takes two.
const MAX_FORM_FIELDS: usize = 4096;

#[allow(unnameable_types, reason = "an argument of a sealed trait")]
pub enum FormFields {
    Form(Vec<(String, String)>),
    Json(Map<String, Value>),
}

// Not derived: the fields contain tokens.
impl std::fmt::Debug for FormFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_json() { "Json" } else { "Form" })
    }
}

impl FormFields {
    pub(super) fn parse_body(content_type: &str, body: &[u8]) -> Result<Self> {
        if body.len() > MAX_BODY_BYTES {
            return Err(super::oversized_error());
        }
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/json") {
            let text =
                std::str::from_utf8(body).map_err(|_| malformed_error("the request body is not UTF-8"))?;
            return match crate::model::json::decode_event(text).map_err(|error| error.with_status(400))? {
                Value::Object(map) => Ok(Self::Json(map)),
                _ => Err(malformed_error("the request body is not a JSON object")),
            };
        }
        if !(media_type.is_empty() || media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
            return Err(malformed_error("the content type of the request is neither a form nor JSON")
                .with_status(415));
        }
        let text = std::str::from_utf8(body).map_err(|_| malformed_error("the form is not UTF-8"))?;
        let text = text.strip_prefix('?').unwrap_or(text);
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let fields = pairs.take(MAX_FORM_FIELDS + 1).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_form(key), decode_form(value))
        });
        let fields: Vec<_> = fields.collect();
        if fields.len() > MAX_FORM_FIELDS {
            return Err(malformed_error("the form has too many fields"));
        }
        Ok(Self::Form(fields))
    }

    pub(super) fn is_json(&self) -> bool {
        matches!(self, Self::Json(_))
    }

    /// An empty text if there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        match self {
            Self::Form(fields) => fields.iter().find(|(have, _)| have == key).map_or("", |(_, value)| value),
            Self::Json(map) => map.get(key).and_then(Value::as_str).unwrap_or_default(),
        }
    }

    /// All values of a repeated field.
    pub(super) fn all_texts<'f>(&'f self, key: &'f str) -> Box<dyn Iterator<Item = &'f str> + 'f> {
        match self {
            Self::Form(fields) => {
                Box::new(fields.iter().filter(move |(have, _)| have == key).map(|(_, value)| &**value))
            }
            Self::Json(map) => {
                let list = map.get(key).and_then(Value::as_array);
                Box::new(list.into_iter().flatten().filter_map(Value::as_str))
            }
        }
    }

    /// IDs are kept as the server sent them, and may be empty.
    pub(super) fn id<T: DeserializeOwned + Default>(&self, key: &str) -> T {
        parse_id(self.text(key))
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        match self {
            Self::Form(_) => self.text(key) == "true",
            Self::Json(map) => map.get(key).and_then(Value::as_bool).unwrap_or_default(),
        }
    }

    pub(super) fn object(&self, key: &str) -> Map<String, Value> {
        match self {
            Self::Form(_) => Map::new(),
            Self::Json(map) => map.get(key).and_then(Value::as_object).cloned().unwrap_or_default(),
        }
    }

    /// Forms have seconds, JSON has milliseconds.
    pub(super) fn time(&self, key: &str) -> Timestamp {
        let millis = match self {
            Self::Form(_) => self.text(key).parse::<i64>().ok().map(|seconds| seconds.saturating_mul(1000)),
            Self::Json(map) => map.get(key).and_then(Value::as_i64),
        };
        Timestamp::from_millis(millis.unwrap_or_default())
    }
}

pub(super) fn parse_id<T: DeserializeOwned + Default>(text: &str) -> T {
    T::deserialize(StrDeserializer::<serde::de::value::Error>::new(text)).unwrap_or_default()
}

fn decode_form(text: &str) -> String {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

pub(super) fn malformed_error(message: &'static str) -> Error {
    Error::new(ErrorKind::Decode, message).with_status(400)
}
