//! The types that this crate decodes, each from a [`JsonReader`] and in place.
//!
//! A value begins as the default. `null` does not change it, or empties a list, a map or raw JSON, and is therefore read as
//! the default at any depth.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde_json::value::RawValue;
use serde_json::{Error, Map, Number, Result, Value};

use super::budget::{BUDGET_ERROR, reserve_bytes, reserve_entry};
use super::reader::JsonReader;
use crate::secret::Secret;
use crate::time::Timestamp;

/// A value that can be decoded in place.
pub(crate) trait Decode {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()>;
}

/// A struct whose fields are members of a JSON object.
pub(crate) trait Fields {
    /// The names of all fields on the wire, for deserializers that take them out of a larger object (`flatten`). Empty if
    /// they are those of several structs.
    fn field_names(&self) -> &'static [&'static str] {
        &[]
    }

    /// Decodes the field for the member `name`. Returns `false` if there is none; the value is then unread.
    fn decode_member(&mut self, name: &str, from: &mut dyn JsonReader) -> Result<bool>;
}

/// Decodes a struct. Members that are none of its fields are skipped, and the last of several with the same name wins.
pub(crate) fn decode_fields(fields: &mut dyn Fields, from: &mut dyn JsonReader) -> Result<()> {
    let names = fields.field_names();
    from.read_struct(names, &mut |name, value| decode_field(fields, name, value))
}

pub(super) fn decode_field(fields: &mut dyn Fields, name: &str, value: &mut dyn JsonReader) -> Result<()> {
    if fields.decode_member(name, value)? { Ok(()) } else { value.skip() }
}

/// Decodes a field that contains JSON encoded as a string. An empty string leaves it unchanged. Plain JSON is accepted as
/// well.
pub(crate) fn decode_embedded(field: &mut dyn Decode, from: &mut dyn JsonReader) -> Result<()> {
    from.read_embedded(&mut |text| match text {
        "" => Ok(()),
        text => super::decode_event_into(field, text).map_err(Error::custom),
    })
}

/// Decodes a flag that is a boolean or, as in `posted.image`, a string.
pub(crate) fn decode_flag(field: &mut bool, from: &mut dyn JsonReader) -> Result<()> {
    from.read_embedded(&mut |text| {
        *field = text == "true";
        Ok(())
    })
}

fn reserve(has_room: bool) -> Result<()> {
    if has_room { Ok(()) } else { Err(Error::custom(BUDGET_ERROR)) }
}

impl<T: Default + Decode> Decode for Vec<T> {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        let mut list = Self::new();
        from.read_list(&mut |item| {
            reserve(reserve_bytes(size_of::<T>()))?;
            let mut value = T::default();
            value.decode_from(item)?;
            list.push(value);
            Ok(())
        })?;
        *self = list;
        Ok(())
    }
}

impl<K: FromKey + Ord, T: Default + Decode> Decode for BTreeMap<K, T> {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        let mut map = Self::new();
        from.read_object(&mut |name, item| {
            reserve(reserve_entry(map.len(), size_of::<T>()))?;
            let mut value = T::default();
            value.decode_from(item)?;
            map.insert(K::from_key(name), value);
            Ok(())
        })?;
        *self = map;
        Ok(())
    }
}

impl<T: Default + Decode> Decode for Option<T> {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        let mut value = T::default();
        if from.read_optional(&mut |from| value.decode_from(from))? {
            *self = Some(value);
        }
        Ok(())
    }
}

impl<T: Decode + ?Sized> Decode for Box<T> {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        (**self).decode_from(from)
    }
}

impl Decode for String {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        from.read_str(&mut |text| text.clone_into(self))
    }
}

impl Decode for bool {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        *self = from.read_bool()?.unwrap_or(*self);
        Ok(())
    }
}

/// Decodes a number as an integer.
fn decode_integer<T: TryFrom<i64> + TryFrom<u64>>(field: &mut T, from: &mut dyn JsonReader) -> Result<()> {
    if let Some(number) = from.read_number()? {
        let signed = number.as_i64().and_then(|number| T::try_from(number).ok());
        let value = signed.or_else(|| number.as_u64().and_then(|number| T::try_from(number).ok()));
        *field = value.ok_or_else(|| out_of_range(&number, std::any::type_name::<T>()))?;
    }
    Ok(())
}

#[cold]
fn out_of_range(number: &Number, expected: &str) -> Error {
    let kind = if number.is_f64() { "floating point" } else { "integer" };
    Error::custom(format_args!("invalid value: {kind} `{number}`, expected {expected}"))
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Decode for $type {
            fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
                decode_integer(self, from)
            }
        }
    )*};
}

integers! { i64 u64 i32 u32 u16 u8 }

impl Decode for f64 {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        if let Some(number) = from.read_number()? {
            *self = number.as_f64().unwrap_or_default();
        }
        Ok(())
    }
}

impl Decode for Timestamp {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        let mut millis = self.as_millis();
        millis.decode_from(from)?;
        *self = Self::from_millis(millis);
        Ok(())
    }
}

deserialize_by_decode!(Timestamp);

impl Decode for Secret {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        from.read_str(&mut |text| *self = text.into())
    }
}

deserialize_by_decode!(Secret);

impl Decode for Box<RawValue> {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> Result<()> {
        *self = from.read_raw()?;
        Ok(())
    }
}

decode_by_deserialize! { Value Map<String, Value> }

/// A type of key in a map.
pub(crate) trait FromKey {
    fn from_key(key: &str) -> Self;
}

impl FromKey for String {
    fn from_key(key: &str) -> Self {
        key.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use crate::event::Posted;
    use crate::model::json::{decode_str, deserialize_str};
    use crate::model::{AttachmentField, Channel, Post, Reaction};
    use crate::time::Timestamp;
    use crate::{ChannelId, Result};

    fn channel(text: &str) -> Result<Channel> {
        decode_str(text)
    }

    #[test]
    fn members_go_to_their_fields() {
        let text = r#"{"type":"P","kind":"D","unknown":[{"id":1}],"n\u0061me":"town","props":{"b":1}}"#;
        let read = channel(text).unwrap();
        assert_eq!((read.kind.as_str(), &*read.name, read.props.as_str()), ("P", "town", r#"{"b":1}"#));
        assert_eq!(read.id, ChannelId::default());
        // As any deserializer gives them: borrowed, owned, from a value.
        assert_eq!(serde_json::from_str::<Channel>(text).unwrap(), read);
        assert_eq!(serde_json::from_reader::<_, Channel>(text.as_bytes()).unwrap(), read);
        assert_eq!(serde_json::from_value::<Channel>(serde_json::from_str(text).unwrap()).unwrap(), read);
    }

    #[test]
    fn null_is_the_default_the_last_of_two_counts_and_a_list_is_none() {
        let text =
            r#"{"name":"a","header":null,"create_at":null,"props":null,"banner_info":null,"name":"b"}"#;
        let read = channel(text).unwrap();
        assert_eq!(read, Channel { name: "b".into(), ..Channel::default() });
        assert_eq!(serde_json::from_str::<Channel>(text).unwrap(), read);
        assert_eq!(channel("null").unwrap(), Channel::default());
        assert_eq!(channel("{}").unwrap(), Channel::default());
        for text in
            ["[]", r#"["id"]"#, "7", r#""x""#, "true", r#"{"name":7}"#, r#"{"name":"a""#, r#"{"name"}"#]
        {
            assert!(channel(text).is_err(), "{text}");
        }
        let error = channel(r#"{"banner_info":{"text":[]}}"#).unwrap_err().to_string();
        assert!(error.contains("$.banner_info.text"), "{error}");
    }

    #[test]
    fn what_is_written_is_read() {
        let full: Value = json!({"id": "x", "type": "O", "total_msg_count": 3, "shared": true});
        let read: Channel = serde_json::from_value(full).unwrap();
        assert_eq!(channel(&serde_json::to_string(&read).unwrap()).unwrap(), read);
    }

    #[test]
    fn json_in_strings_and_loose_flags() {
        let text = r#"{"post":"{\"id\":\"p\"}","mentions":"[\"u\"]","otherFile":"true","image":null}"#;
        let posted: Posted = decode_str(text).unwrap();
        assert_eq!(posted.post.id.as_str(), "p");
        assert_eq!((posted.mentions.unwrap().len(), posted.other_file, posted.image), (1, true, false));
        let posted: Posted = decode_str(r#"{"post":"","mentions":null,"otherFile":true}"#).unwrap();
        assert_eq!((posted.post, posted.mentions, posted.other_file), (Post::default(), None, true));
        for (text, short) in [(r#"{"short":"true"}"#, true), (r#"{"short":true}"#, true), ("{}", false)] {
            assert_eq!(decode_str::<AttachmentField>(text).unwrap().short, short, "{text}");
        }
    }

    #[test]
    fn errors_name_the_value_of_the_wrong_type() {
        for (text, place) in [
            (r#"{"name":[]}"#, "$.name:"),
            (r#"{"name":[1]}"#, "$.name:"),
            (r#"{"name":{"a":1}}"#, "$.name:"),
            (r#"{"total_msg_count":[7]}"#, "$.total_msg_count:"),
            (r#"{"id":7}"#, "$.id:"),
            (r#"{"banner_info":[{}]}"#, "$.banner_info:"),
            ("[]", "$:"),
        ] {
            let error = channel(text).unwrap_err().to_string();
            assert!(error.contains(&format!("at {place}")), "{text}: {error}");
        }
    }

    #[test]
    fn events_are_the_same_as_types_of_programs() {
        #[derive(serde::Deserialize)]
        struct Own {
            posted: Posted,
        }
        for posted in [
            r#"{"post":{"id":"p","props":{"b":1,"a":{"c":2,"b":3}}},"otherFile":7,"image":"true"}"#,
            r#"{"post":"{\"id\":\"p\",\"props\":{\"b\":1, \"a\":2}}","mentions":null,"otherFile":true}"#,
            r#"{"post":null,"mentions":"[\"u\"]","otherFile":1.5,"image":{"a":[]}}"#,
        ] {
            let decoded: Posted = decode_str(posted).unwrap();
            let own: Own = deserialize_str(&format!(r#"{{"posted":{posted}}}"#)).unwrap();
            assert_eq!(own.posted, decoded);
            assert_eq!(own.posted.post.props.as_str(), decoded.post.props.as_str());
            assert_eq!(serde_json::from_str::<Posted>(posted).unwrap(), decoded);
            let value: Value = serde_json::from_str(posted).unwrap();
            assert_eq!(serde_json::from_value::<Posted>(value).unwrap(), decoded);
        }
    }

    #[test]
    fn types_of_programs_may_flatten_models() {
        #[derive(Debug, serde::Deserialize)]
        struct Settings {
            #[serde(flatten)]
            config: crate::model::ClientConfig,
        }
        let read: Settings = serde_json::from_str(r#"{"Version":"11.6.0"}"#).unwrap();
        assert_eq!(read.config.version(), "11.6.0");
        #[derive(Debug, serde::Deserialize)]
        struct Own {
            #[serde(flatten)]
            reaction: Reaction,
            #[serde(flatten)]
            rest: BTreeMap<String, Value>,
        }
        for read in [deserialize_str::<Own>(FLAT).unwrap(), serde_json::from_str(FLAT).unwrap()] {
            assert_eq!((read.reaction.user_id.as_str(), read.reaction.create_at.as_millis()), ("u", 7));
            assert_eq!(read.rest, BTreeMap::from([("mine".to_owned(), 3.into())]));
        }
    }

    const FLAT: &str = r#"{"mine":3,"user_id":"u","create_at":7,"emoji_name":null}"#;

    #[test]
    fn fields_take_no_memory_besides_their_struct_in_types_of_programs_either() {
        #[derive(serde::Deserialize)]
        struct Own {
            posts: Vec<Post>,
        }
        let id = "8k7ktpqaaidztx87g5zqd8j3ry";
        let post = format!(
            r#"{{"id":"{id}","create_at":1795396676523,"update_at":1795396676523,"edit_at":0,"delete_at":0,
                "is_pinned":false,"user_id":"{id}","channel_id":"{id}","root_id":"","original_id":"",
                "message":"hi","type":"","props":{{}},"hashtags":"","file_ids":[],"pending_post_id":"",
                "remote_id":"","reply_count":0,"last_reply_at":0,"participants":null,"metadata":{{}}}}"#
        );
        let posts = vec![post; 14_000_000 / 450].join(",");
        assert_eq!(deserialize_str::<Own>(&format!(r#"{{"posts":[{posts}]}}"#)).unwrap().posts.len(), 31_111);
    }

    #[test]
    fn times_are_keys_and_long_values_are_not_copied_into_errors() {
        let times = deserialize_str::<BTreeMap<Timestamp, u8>>(r#"{"7":1}"#).unwrap();
        assert_eq!(times[&Timestamp::from_millis(7)], 1);
        let text = format!(r#"{{"banner_info":{{"enabled":"{}"}}}}"#, "ä".repeat(100_000));
        let error = serde_json::from_str::<Channel>(&text).unwrap_err().to_string();
        assert!(error.len() < 1_000 && error.contains("expected a boolean at line 1"), "{error}");
        let error = channel(&text).unwrap_err().to_string();
        assert!(error.contains("$.banner_info.enabled") && !error.contains('ä'), "{error}");
    }
}
