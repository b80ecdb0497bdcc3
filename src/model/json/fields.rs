//! Deserialization of the structs of `model!`, member by member into a default value.
//!
//! The derive of serde generates 280 lines for each struct, which took half of the build time of this crate; here a field
//! takes one line. Other differences: `null` leaves a field unchanged, the last of several members with the same name
//! wins, and a list is not accepted as a struct.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// A struct whose fields are members of a JSON object.
pub(crate) trait Fields: Default {
    const NAME: &'static str;
    /// The fields' names on the wire.
    const NAMES: &'static [&'static str];

    /// Takes the value of the member `name`; `false` if it is none of the fields.
    fn take_member<'de, M: MapAccess<'de>>(&mut self, name: &str, members: &mut M) -> Result<bool, M::Error>;
}

/// Takes a value into a field. Made once for each type, not for each field.
#[inline(never)]
pub(crate) fn read_field<'de, M, T>(members: &mut M, field: &mut T) -> Result<bool, M::Error>
where
    M: MapAccess<'de>,
    T: Deserialize<'de>,
{
    match members.next_value() {
        Ok(Some(value)) => *field = value,
        Ok(None) => {}
        Err(error) => return Err(error),
    }
    Ok(true)
}

/// The same, of a value that is written as a `W`.
pub(crate) fn put_as<'de, W, M, T>(members: &mut M, field: &mut T, from: fn(W) -> T) -> Result<bool, M::Error>
where
    W: Deserialize<'de>,
    M: MapAccess<'de>,
{
    *field = from(members.next_value()?);
    Ok(true)
}

/// Reads a struct; members that are none of its fields are skipped.
pub(crate) fn read_struct<'de, T: Fields, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let mut value = T::default();
    match from.deserialize_struct(T::NAME, T::NAMES, Struct(&mut value)) {
        Ok(()) => Ok(value),
        Err(error) => Err(error),
    }
}

/// Its value is what it borrows: so there is less for each struct to do.
struct Struct<'v, T>(&'v mut T);

impl<'de, T: Fields> Visitor<'de> for Struct<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<M: MapAccess<'de>>(self, members: M) -> Result<(), M::Error> {
        read_members(members, self.0)
    }
}

/// Made once for all structs.
#[inline(never)]
fn read_members<'de, M: MapAccess<'de>>(
    mut members: M,
    value: &mut dyn Take<'de, M>,
) -> Result<(), M::Error> {
    while let Some(Name(name)) = members.next_key()? {
        if !value.take_one(&name, &mut members)? {
            members.next_value::<IgnoredAny>()?;
        }
    }
    Ok(())
}

/// [`Fields`] of one kind of members, so that there can be a `dyn` of it.
trait Take<'de, M: MapAccess<'de>> {
    fn take_one(&mut self, name: &str, members: &mut M) -> Result<bool, M::Error>;
}

impl<'de, T: Fields, M: MapAccess<'de>> Take<'de, M> for T {
    fn take_one(&mut self, name: &str, members: &mut M) -> Result<bool, M::Error> {
        self.take_member(name, members)
    }
}

/// A member's name, borrowed where that can be.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct FieldNameVisitor;
        impl<'de> Visitor<'de> for FieldNameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E: Error>(self, text: String) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text)))
            }
        }
        from.deserialize_identifier(FieldNameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::event::Posted;
    use crate::model::json::decode_str;
    use crate::model::{AttachmentField, Channel, Post};
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
    fn what_is_left_in_a_list_does_not_pass_for_what_follows() {
        // Takes one item and does not look whether there is more.
        struct First;
        impl<'de> serde::Deserialize<'de> for First {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
                struct One;
                impl<'de> serde::de::Visitor<'de> for One {
                    type Value = First;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a list")
                    }
                    fn visit_seq<A: serde::de::SeqAccess<'de>>(
                        self,
                        mut list: A,
                    ) -> std::result::Result<First, A::Error> {
                        list.next_element::<u8>()?;
                        Ok(First)
                    }
                }
                from.deserialize_seq(One)
            }
        }
        assert!(decode_str::<First>("[1]").is_ok() && decode_str::<First>("[1,2]").is_err());
        type Map = std::collections::BTreeMap<String, First>;
        assert!(decode_str::<Map>(r#"{"a":[1,"b":[2}"#).is_err());
        assert!(decode_str::<(u8, u8)>("[1,2]").is_ok());
        assert!(decode_str::<(u8, u8)>("[1,2,3]").is_err() && decode_str::<(u8, u8)>("[1]").is_err());
    }
}
