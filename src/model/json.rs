//! JSON that is decoded when somebody looks at it, and the decoder that all answers and events go through.

mod de;
mod fields;
mod read;

use std::fmt::{self, Write as _};
use std::sync::OnceLock;

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

pub(crate) use self::fields::{Fields, put, put_as, read as read_fields};
use self::read::{Fault, Reader};
use crate::error::{Error, ErrorKind, Result, short};

/// A JSON value kept as the server sent it, and decoded at the first look.
///
/// Props and embeds of a post are of this type: most programs never look at them. What a server sends is kept to the
/// letter, so that it can be sent back.
///
/// ```
/// use mattermost::Json;
/// let props = Json::from(serde_json::json!({"from_bot": "true"}));
/// assert!(props.get("from_bot").is_some_and(|v| v == "true"));
/// assert!(props.get("other").is_none());
/// ```
#[derive(Clone, Default)]
pub struct Json {
    raw: Option<Box<str>>,
    value: OnceLock<Value>,
}

impl Json {
    /// The text, `{}` if there is none.
    pub fn as_str(&self) -> &str {
        self.raw.as_deref().unwrap_or("{}")
    }

    /// The value; decoded once.
    pub fn value(&self) -> &Value {
        // Not by `serde_json`: it refuses half of a surrogate pair.
        self.value.get_or_init(|| decode_str(self.as_str()).unwrap_or_default())
    }

    /// A member of an object.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.is_empty() {
            return None;
        }
        self.value().get(key)
    }

    /// Decodes it into a type of your own.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        decode(self.as_str().as_bytes())
    }

    /// Whether it is missing, `null`, `{}` or `[]`.
    pub fn is_empty(&self) -> bool {
        matches!(self.as_str(), "{}" | "null" | "[]")
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self { raw: Some(value.to_string().into()), value: OnceLock::from(value) }
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
        match self.raw.as_deref().map(serde_json::from_str::<&RawValue>) {
            Some(Ok(raw)) => raw.serialize(serializer),
            // Our decoder does not check what it skips.
            Some(Err(_)) => Value::Null.serialize(serializer),
            None => serde_json::Map::new().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Raw(raw) = Raw::deserialize(from)?;
        Ok(Self { raw: (!matches!(&*raw, "{}" | "null")).then_some(raw), value: OnceLock::new() })
    }
}

/// The letter of any value.
pub(crate) struct Raw(pub(crate) Box<str>);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Letter;
        impl<'de> Visitor<'de> for Letter {
            type Value = Box<str>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            /// Our own decoder.
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Box<str>, E> {
                Ok(text.into())
            }
            /// Any other: `serde_json`.
            fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> Result<Box<str>, D::Error> {
                Ok(Box::<str>::from(Box::<RawValue>::deserialize(from)?))
            }
        }
        from.deserialize_newtype_struct(de::RAW, Letter).map(Self)
    }
}

/// `null` as the default, for fields that are often `null`.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// One object as two types: for what the server mixes, where `flatten` cannot be used (it does not read raw JSON).
pub(crate) fn both<'de, D, A, B>(from: D) -> Result<(A, B), D::Error>
where
    D: Deserializer<'de>,
    A: DeserializeOwned,
    B: DeserializeOwned,
{
    let raw = Json::deserialize(from)?;
    let one = decode_str(raw.as_str()).map_err(serde::de::Error::custom)?;
    let two = decode_str(raw.as_str()).map_err(serde::de::Error::custom)?;
    Ok((one, two))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(crate) fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// Decodes what a server sent. `null` reads as the default, wherever it stands.
pub(crate) fn decode<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    decode_str(&String::from_utf8_lossy(text))
}

/// The same, of text.
pub(crate) fn decode_str<T: DeserializeOwned>(text: &str) -> Result<T> {
    decode_by(Reader::new(text), text)
}

/// The same, of what came over the socket: it may take hardly more memory than the text does.
pub(crate) fn decode_event<T: DeserializeOwned>(text: &str) -> Result<T> {
    decode_by(Reader::of_event(text), text)
}

fn decode_by<T: DeserializeOwned>(mut reader: Reader<'_>, text: &str) -> Result<T> {
    match T::deserialize(&mut reader) {
        Ok(value) => match ended(text, reader) {
            Ok(()) => Ok(value),
            Err(error) => Err(error),
        },
        Err(fault) => Err(undecodable(text, reader.at(), &fault)),
    }
}

fn ended(text: &str, mut reader: Reader<'_>) -> Result<()> {
    reader.end().map_err(|fault| undecodable(text, reader.at(), &fault))
}

#[cold]
fn undecodable(text: &str, at: usize, fault: &Fault) -> Error {
    let path = path_at(text.as_bytes(), at);
    // It may quote the offending value: cut, that could be long.
    let said = short(&fault.to_string(), 200).into_owned();
    let mut message = format!("unexpected JSON at {path}: {said}");
    // What is no JSON is shown: its first line, lest it is the echo of a request. What is JSON may hold a token that was
    // just made, and the path says enough.
    let begin = text.trim_start().lines().next().unwrap_or_default();
    if !begin.starts_with(['{', '[', '"']) {
        let _ = write!(message, "; it begins with {:?}", short(begin, 80));
    }
    Error::new(ErrorKind::Decode, message)
}

const MOST_STEPS: usize = 8;

/// The JSON path of a position, as `$.posts.abc.create_at`: walks the tokens up to it.
fn path_at(text: &[u8], end: usize) -> String {
    enum Step {
        Key(String),
        Index(usize),
    }
    let mut steps: Vec<Step> = Vec::new();
    let mut at = 0;
    let mut key: Option<String> = None;
    while let Some(byte) = text.get(at).filter(|_| at < end) {
        match byte {
            b'{' => steps.push(Step::Key(String::new())),
            b'[' => steps.push(Step::Index(0)),
            b'}' | b']' if at + 1 < end => drop(steps.pop()),
            b',' => {
                if let Some(Step::Index(n)) = steps.last_mut() {
                    *n += 1;
                }
            }
            b':' => {
                if let (Some(Step::Key(name)), Some(key)) = (steps.last_mut(), key.take()) {
                    *name = key;
                }
            }
            b'"' => {
                let from = at + 1;
                at += 1;
                while text.get(at).is_some_and(|b| *b != b'"') {
                    at += if text.get(at) == Some(&b'\\') { 2 } else { 1 };
                }
                key = text.get(from..at).map(|k| short(&String::from_utf8_lossy(k), 40).into_owned());
            }
            _ => {}
        }
        at += 1;
    }
    let shown = |step: &Step| match step {
        Step::Key(name) if name.is_empty() => String::new(),
        Step::Key(name) => format!(".{name}"),
        Step::Index(n) => format!("[{n}]"),
    };
    // The end of a deep path is enough.
    let hidden = steps.len().saturating_sub(MOST_STEPS);
    let begin = if hidden == 0 { "$" } else { "$.." };
    steps.iter().skip(hidden).map(shown).fold(begin.to_owned(), |path, step| path + &step)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Thing {
        name: String,
        list: Vec<u32>,
        inner: BTreeMap<String, Vec<u8>>,
    }

    #[test]
    fn null_reads_as_the_default() {
        let thing: Thing = decode(br#"{"name":null,"list":null,"inner":{"a":[1],"b":null}}"#).unwrap();
        assert_eq!(thing.inner["b"], b"");
        assert_eq!(decode::<Vec<Thing>>(b"null").unwrap(), []);
        assert!(decode::<BTreeMap<String, Thing>>(b" null\n").unwrap().is_empty());
    }

    #[test]
    fn errors_name_the_place() {
        let error =
            decode::<Vec<Thing>>(b"[{},{\"name\":\"x\",\n \"inner\":{\"k\":[1,\"no\"]}}]").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("$[1].inner.k[1]"), "{error}");
        let error = decode::<Thing>(b"{\"name\":7}").unwrap_err();
        assert!(error.to_string().contains("$.name"), "{error}");
        let error = decode::<Thing>(b"<html>").unwrap_err();
        assert!(error.to_string().contains("at $:") && error.to_string().contains("<html>"), "{error}");
    }

    #[test]
    fn errors_are_short_and_show_no_token() {
        let deep = format!("{}x", format!("{{\"{}\":", "k".repeat(90)).repeat(100));
        let error = decode::<Value>(deep.as_bytes()).unwrap_err().to_string();
        assert!(error.len() < 500 && error.contains("$...kkk"), "{error}");
        let echo = b"GET /api/v4/users/me HTTP/1.1\r\nAuthorization: Bearer azjne1wxiirg5ei7ik88qygrgr\r\n";
        let error = decode::<Thing>(echo).unwrap_err().to_string();
        assert!(error.contains("begins with \"GET /") && !error.contains("azjne"), "{error}");
        let error = decode::<Vec<Thing>>(br#"[{"name":"azjne1wxiirg5ei7ik88qygrgr","list":7}]"#).unwrap_err();
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
        let half: Json = decode(br#"{"a":"\ud83d","b":2}"#).unwrap();
        assert_eq!((half.get("a").unwrap(), half.get("b").unwrap()), (&"\u{fffd}".into(), &2.into()));
    }
}
