//! JSON that is decoded on first access, and the decoding of all responses and events.

mod budget;
mod decode;
mod locate;
mod nullable;
mod reader;
mod unescape;

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use self::budget::{MemoryBudget, event_limit, response_limit};
pub(crate) use self::decode::{Decode, Fields, FromKey, decode_embedded, decode_fields, decode_flag};
use self::nullable::NullAsDefault;
pub(crate) use self::reader::JsonReader;
use self::reader::{AnyReader, TextReader};
use crate::error::Result;

/// A JSON value that is kept as the server sent it, and decoded on first access.
///
/// The properties and embeds of posts have this type, because most programs do not read them. The text is kept
/// unchanged, so that it can be sent back.
///
/// ```
/// use mattermost::Json;
/// let props = Json::from(serde_json::json!({"from_bot": "true"}));
/// assert!(props.get("from_bot").is_some_and(|v| v == "true"));
/// assert!(props.get("other").is_none());
/// ```
#[derive(Clone, Default)]
pub struct Json {
    raw: Option<Box<RawValue>>,
    value: OnceLock<Value>,
}

impl Json {
    fn from_raw(raw: Box<RawValue>) -> Self {
        Self { raw: (!matches!(raw.get(), "{}" | "null")).then_some(raw), value: OnceLock::new() }
    }

    /// Returns the JSON text. Defaults to `{}`.
    pub fn as_str(&self) -> &str {
        self.raw.as_deref().map_or("{}", RawValue::get)
    }

    /// Returns the decoded value. Decoded on the first call.
    ///
    /// `null` if decoding would take far more memory than the text ([`limits`](crate::limits)), or if the text is
    /// nested deeper than 127 levels.
    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| deserialize_str(self.as_str()).unwrap_or_default())
    }

    /// Returns the value of a member of the JSON object. `None` if there is no such member.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.is_empty() {
            return None;
        }
        self.value().get(key)
    }

    /// Decodes the JSON into any type. `null` is read as the default of any type.
    ///
    /// # Errors
    /// - [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the JSON does not match the type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        deserialize_str(self.as_str())
    }

    /// Returns `true` if the value is missing, `null`, `{}` or `[]`.
    pub fn is_empty(&self) -> bool {
        matches!(self.as_str(), "{}" | "null" | "[]")
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self { raw: serde_json::value::to_raw_value(&value).ok(), value: OnceLock::from(value) }
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str() || self.value() == other.value()
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.raw {
            Some(raw) => raw.serialize(serializer),
            None => serde_json::Map::new().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(from).map(Self::from_raw)
    }
}

impl Decode for Json {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        *self = Self::from_raw(from.read_raw()?);
        Ok(())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(crate) fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Decodes what a server sent. `null` is read as the default of any type, at any depth.
pub(crate) fn decode_json<T: Default + Decode>(text: &[u8]) -> Result<T> {
    decode_str(&String::from_utf8_lossy(text))
}

/// Like [`decode_json`], of text.
pub(crate) fn decode_str<T: Default + Decode>(text: &str) -> Result<T> {
    let mut value = T::default();
    decode_into(&mut value, text)?;
    Ok(value)
}

/// Like [`decode_str`], in place.
pub(crate) fn decode_into(value: &mut dyn Decode, text: &str) -> Result<()> {
    decode_within(text, response_limit(text), &mut |from| value.decode_from(from))
}

/// Like [`decode_str`], of a message of the socket. It may take little more memory than the text.
pub(crate) fn decode_event<T: Default + Decode>(text: &str) -> Result<T> {
    let mut value = T::default();
    decode_event_into(&mut value, text)?;
    Ok(value)
}

/// Like [`decode_event`], in place.
pub(crate) fn decode_event_into(value: &mut dyn Decode, text: &str) -> Result<()> {
    decode_within(text, event_limit(text), &mut |from| value.decode_from(from))
}

/// Like [`decode_str`], of a type of a program.
pub(crate) fn deserialize_str<T: DeserializeOwned>(text: &str) -> Result<T> {
    within(text, response_limit(text), &mut |text| read_json(text))
}

/// Like [`decode_event`], of a type of a program.
pub(crate) fn deserialize_event<T: DeserializeOwned>(text: &str) -> Result<T> {
    within(text, event_limit(text), &mut |text| read_json(text))
}

/// Reads a type of this crate by a deserializer of a program.
pub(crate) fn deserialize<'de, T: Default + Decode, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let mut value = T::default();
    value.decode_from(&mut AnyReader::new(from)).map_err(serde::de::Error::custom)?;
    Ok(value)
}

/// The same, of a struct.
pub(crate) fn deserialize_struct<'de, T: Default + Fields, D: Deserializer<'de>>(
    from: D,
) -> Result<T, D::Error> {
    let mut value = T::default();
    let names = value.field_names();
    reader::deserialize_struct(from, names, &mut |name, from| decode::decode_field(&mut value, name, from))?;
    Ok(value)
}

type DecodeFrom<'f> = &'f mut dyn FnMut(&mut dyn JsonReader) -> serde_json::Result<()>;

// Not generic, so that it is compiled once.
fn decode_within(text: &str, limit: usize, decode: DecodeFrom<'_>) -> Result<()> {
    within(text, limit, &mut |text| {
        let mut reader = serde_json::Deserializer::from_str(text);
        decode(&mut TextReader::new(&mut reader))?;
        reader.end()
    })
}

/// Reads a text within a limit of memory.
fn within<T>(text: &str, limit: usize, read: &mut dyn FnMut(&str) -> serde_json::Result<T>) -> Result<T> {
    let _budget = MemoryBudget::begin(limit);
    read(text).or_else(|error| match without_lone_surrogates(text) {
        Some(text) => {
            let _budget = MemoryBudget::begin(limit);
            read(&text).map_err(|error| locate::decode_error(&text, &error))
        }
        None => Err(locate::decode_error(text, &error)),
    })
}

pub(crate) fn read_json<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(NullAsDefault(&mut reader))?;
    reader.end()?;
    Ok(value)
}

/// Replaces each half of a surrogate pair by U+FFFD, as Go does. `serde_json` rejects them.
///
/// Returns `None` if there is none. The result has the same length.
#[cold]
fn without_lone_surrogates(text: &str) -> Option<String> {
    let code_at = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut mended = Cow::Borrowed(text);
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr(b'\\', rest.as_bytes())) {
        at += found;
        match code_at(at) {
            Some(0xD800..0xDC00) if matches!(code_at(at + 6), Some(0xDC00..0xE000)) => at += 12,
            Some(0xD800..0xE000) => {
                mended.to_mut().replace_range(at..at + 6, "\\ufffd");
                at += 6;
            }
            // Steps over the escaped character, which may be a backslash.
            _ => at += 2,
        }
    }
    match mended {
        Cow::Borrowed(_) => None,
        Cow::Owned(mended) => Some(mended),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::error::ErrorKind;

    members! {
        #[derive(PartialEq)]
        struct Thing {
            name: String,
            list: Vec<u32>,
            inner: BTreeMap<String, Vec<u8>>,
        }
    }

    #[test]
    fn null_reads_as_the_default() {
        let thing: Thing = decode_json(br#"{"name":null,"list":null,"inner":{"a":[1],"b":null}}"#).unwrap();
        assert_eq!(thing.inner["b"], b"");
        assert_eq!(decode_json::<Vec<Thing>>(b"null").unwrap(), []);
        assert!(decode_json::<BTreeMap<String, Thing>>(b" null\n").unwrap().is_empty());
    }

    #[test]
    fn errors_name_the_place() {
        let error =
            decode_json::<Vec<Thing>>(b"[{},{\"name\":\"x\",\n \"inner\":{\"k\":[1,\"no\"]}}]").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("$[1].inner.k[1]"), "{error}");
        let error = decode_json::<Thing>(b"{\"name\":7}").unwrap_err();
        assert!(error.to_string().contains("$.name"), "{error}");
        let error = decode_json::<Thing>(b"<html>").unwrap_err();
        assert!(error.to_string().contains("at $:") && error.to_string().contains("<html>"), "{error}");
    }

    #[test]
    fn errors_are_short_and_show_no_token() {
        let deep = format!("{}x", format!("{{\"{}\":", "k".repeat(90)).repeat(100));
        let error = decode_json::<Value>(deep.as_bytes()).unwrap_err().to_string();
        assert!(error.len() < 500 && error.contains("$...kkk"), "{error}");
        let echo = b"GET /api/v4/users/me HTTP/1.1\r\nAuthorization: Bearer azjne1wxiirg5ei7ik88qygrgr\r\n";
        let error = decode_json::<Thing>(echo).unwrap_err().to_string();
        assert!(error.contains("begins with \"GET /") && !error.contains("azjne"), "{error}");
        let error =
            decode_json::<Vec<Thing>>(br#"[{"name":"azjne1wxiirg5ei7ik88qygrgr","list":7}]"#).unwrap_err();
        assert!(error.to_string().contains("$[0].list") && !error.to_string().contains("azjne"), "{error}");
    }

    #[test]
    fn json_keeps_the_letter() {
        let json: Json = serde_json::from_str(r#"{"b":1,  "a":1.0}"#).unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), r#"{"b":1,  "a":1.0}"#);
        assert_eq!(json.get("b").unwrap(), 1);
        assert!(Json::default().is_empty());
        assert_eq!(serde_json::to_string(&Json::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_value::<Json>(serde_json::json!({"x": 1})).unwrap().get("x").unwrap(), 1);
        let half: Json = decode_json(br#"{"a":"\ud83d","b":2}"#).unwrap();
        assert_eq!((half.get("a").unwrap(), half.get("b").unwrap()), (&"\u{fffd}".into(), &2.into()));
    }

    #[test]
    fn lone_surrogates_are_replaced() {
        for (text, read) in [
            (r#""\ud83d\ude00 \ud83d \u00e4""#, "😀 \u{fffd} ä"),
            (r#""\ud83d\ud83d\ude00\ude00""#, "\u{fffd}😀\u{fffd}"),
            (r#""\\ud83d\ud83d""#, "\\ud83d\u{fffd}"),
            (r#""☃\ud83d""#, "☃\u{fffd}"),
        ] {
            assert_eq!(decode_str::<String>(text).unwrap(), read, "{text}");
        }
        assert!(decode_str::<String>(r#""\ud83d\u""#).is_err());
        assert!(decode_str::<String>(r#""\ud8☃""#).is_err());
        let error = decode_str::<Vec<u8>>(r#"["\ud83d"]"#).unwrap_err().to_string();
        assert!(error.contains("at $[0]: ") && !error.contains('"'), "{error}");
    }

    #[test]
    fn errors_show_no_values() {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Word {
            Known,
        }
        for error in [
            decode_str::<Vec<u8>>(r#"["azjne1wxii"]"#).unwrap_err(),
            decode_str::<Vec<Thing>>(r#"["azjne1wxii\", expected azjne1wxii"]"#).unwrap_err(),
            deserialize_str::<Vec<Word>>(r#"["azjne1wxii"]"#).unwrap_err(),
            deserialize_str::<Vec<char>>(r#"["azjne1wxii"]"#).unwrap_err(),
        ] {
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("$[0]") && !shown.contains("azjne"), "{shown}");
        }
        assert!(matches!(deserialize_str(r#""known""#).unwrap(), Word::Known));
    }
}
