//! A JSON value that is yet to be read, as a trait object.
//!
//! With serde, each type that is read compiles the functions of the deserializer that lead to it once more, which took a
//! third of the build time of this crate. Behind `dyn JsonReader`, they are compiled once.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Error, Number, Result, Value};

use super::unescape::unescape_string;

/// Reads an item of a list.
pub(crate) type ReadItem<'f> = &'f mut dyn FnMut(&mut dyn JsonReader) -> Result<()>;
/// Reads a member of an object: its name and its value.
pub(crate) type ReadMember<'f> = &'f mut dyn FnMut(&str, &mut dyn JsonReader) -> Result<()>;

/// Takes a text.
pub(crate) type TakeText<'f> = &'f mut dyn FnMut(&str) -> Result<()>;

/// A JSON value that is yet to be read. One of the methods may be called, once.
pub(crate) trait JsonReader {
    /// `None` for `null`, here and below.
    fn read_bool(&mut self) -> Result<Option<bool>>;
    fn read_number(&mut self) -> Result<Option<Number>>;
    /// Passes a string to the function. Does not call it for `null`.
    fn read_str(&mut self, take: &mut dyn FnMut(&str)) -> Result<()>;
    /// Passes each item of a list to the function, which must read it.
    fn read_list(&mut self, read: ReadItem<'_>) -> Result<()>;
    /// Passes each member of an object to the function, which must read its value.
    fn read_object(&mut self, read: ReadMember<'_>) -> Result<()>;
    /// The same, of a struct with fields of these names.
    fn read_struct(&mut self, names: &'static [&'static str], read: ReadMember<'_>) -> Result<()>;
    /// Returns `false` for `null`. Otherwise passes the value to the function, which must read it.
    fn read_optional(&mut self, read: ReadItem<'_>) -> Result<bool>;
    /// Returns the JSON text of the value.
    fn read_raw(&mut self) -> Result<Box<RawValue>>;
    /// Passes the JSON text of the value to the function.
    fn read_text(&mut self, take: TakeText<'_>) -> Result<()>;
    /// Passes the contents of a JSON string that contains JSON to the function, or the JSON itself if it is no string.
    fn read_embedded(&mut self, take: TakeText<'_>) -> Result<()>;
    fn skip(&mut self) -> Result<()>;
}

/// Any deserializer. `TEXT` is true for that of `serde_json` over a text, from which raw JSON can be borrowed.
pub(super) struct Reader<D, const TEXT: bool>(Option<D>);

pub(super) type TextReader<D> = Reader<D, true>;
pub(super) type AnyReader<D> = Reader<D, false>;

impl<D, const TEXT: bool> Reader<D, TEXT> {
    pub(super) fn new(from: D) -> Self {
        Self(Some(from))
    }

    fn take(&mut self) -> Result<D> {
        self.0.take().ok_or_else(|| Error::custom("the value has been read"))
    }
}

/// Converts an error to or from that of a deserializer, whose type is unknown. `serde_json` finds the position in the text.
///
/// A message quotes a string of the wrong type, and is copied at each level: of a long one, the middle is left out.
#[cold]
fn convert<A: fmt::Display, B: serde::de::Error>(error: A) -> B {
    let mut message = error.to_string();
    let boundary = |text: &str, at| (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(at);
    if message.len() > MAX_MESSAGE_LENGTH {
        let middle = boundary(&message, MESSAGE_HEAD)..boundary(&message, message.len() - MESSAGE_TAIL);
        message.replace_range(middle, "..");
    }
    B::custom(message)
}

const MAX_MESSAGE_LENGTH: usize = 1000;
/// Bytes that are kept of a longer message, at its beginning and at its end.
const MESSAGE_HEAD: usize = 300;
const MESSAGE_TAIL: usize = 300;

/// The name that an object has for a deserializer. None of JSON looks at it.
const OBJECT_NAME: &str = "object";

/// Reads a struct of this crate by any deserializer, as a struct, so that `flatten` takes its members out of the others.
pub(super) fn deserialize_struct<'de, D: Deserializer<'de>>(
    from: D,
    names: &'static [&'static str],
    read: ReadMember<'_>,
) -> std::result::Result<(), D::Error> {
    let visitor = ObjectVisitor::<false> { names, read };
    if names.is_empty() {
        from.deserialize_map(visitor)
    } else {
        from.deserialize_struct(OBJECT_NAME, names, visitor)
    }
}

impl<'de, D: Deserializer<'de>, const TEXT: bool> JsonReader for Reader<D, TEXT> {
    fn read_bool(&mut self) -> Result<Option<bool>> {
        Option::deserialize(self.take()?).map_err(convert)
    }

    // Not by `deserialize_any`, which enters a list or map before it fails: the error would name a place inside.
    fn read_number(&mut self) -> Result<Option<Number>> {
        self.take()?.deserialize_option(NumberVisitor).map_err(convert)
    }

    fn read_str(&mut self, take: &mut dyn FnMut(&str)) -> Result<()> {
        self.take()?.deserialize_option(StrVisitor(take)).map_err(convert)
    }

    fn read_list(&mut self, read: ReadItem<'_>) -> Result<()> {
        self.take()?.deserialize_option(ListVisitor::<TEXT>(read)).map_err(convert)
    }

    fn read_object(&mut self, read: ReadMember<'_>) -> Result<()> {
        self.read_struct(&[], read)
    }

    fn read_struct(&mut self, names: &'static [&'static str], read: ReadMember<'_>) -> Result<()> {
        self.take()?.deserialize_option(ObjectVisitor::<TEXT> { names, read }).map_err(convert)
    }

    fn read_optional(&mut self, read: ReadItem<'_>) -> Result<bool> {
        self.take()?.deserialize_option(NullableVisitor::<TEXT>(read)).map_err(convert)
    }

    fn read_raw(&mut self) -> Result<Box<RawValue>> {
        Deserialize::deserialize(self.take()?).map_err(convert)
    }

    fn read_text(&mut self, take: TakeText<'_>) -> Result<()> {
        if TEXT {
            take(<&RawValue>::deserialize(self.take()?).map_err(convert::<_, Error>)?.get())
        } else {
            take(self.read_raw()?.get())
        }
    }

    fn read_embedded(&mut self, take: TakeText<'_>) -> Result<()> {
        if TEXT {
            self.read_text(&mut |json| take_embedded(json, take))
        } else {
            self.take()?.deserialize_newtype_struct(EMBEDDED_NAME, EmbeddedVisitor(take)).map_err(convert)
        }
    }

    fn skip(&mut self) -> Result<()> {
        IgnoredAny::deserialize(self.take()?).map(drop).map_err(convert)
    }
}

/// Passes the contents of a JSON string to the function, or the JSON itself if it is no string. Does not call it for `null`.
pub(super) fn take_embedded(json: &str, take: TakeText<'_>) -> Result<()> {
    if json == "null" {
        return Ok(());
    }
    if !json.starts_with('"') {
        return take(json);
    }
    match unescape_string(json) {
        Some(text) => take(&text),
        None => take(&super::decode_event::<String>(json).map_err(Error::custom)?),
    }
}

/// A newtype of this name is given the text by `NullAsDefault`, and itself by any other deserializer.
pub(super) const EMBEDDED_NAME: &str = "$mattermost::embedded";

/// The result of a visitor for `null`.
macro_rules! null_is {
    ($type:ty: $value:expr) => {
        fn visit_none<E>(self) -> std::result::Result<$type, E> {
            Ok($value)
        }

        fn visit_unit<E>(self) -> std::result::Result<$type, E> {
            Ok($value)
        }
    };
}

struct EmbeddedVisitor<'f>(TakeText<'f>);

impl<'de> Visitor<'de> for EmbeddedVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string that contains JSON")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E: serde::de::Error>(self, flag: bool) -> std::result::Result<(), E> {
        self.visit_str(if flag { "true" } else { "false" })
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> std::result::Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> std::result::Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> std::result::Result<(), E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> std::result::Result<(), E> {
        (self.0)(text).map_err(convert)
    }

    fn visit_unit<E>(self) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<(), A::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        self.visit_str(&value.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> std::result::Result<(), A::Error> {
        let value = Value::deserialize(SeqAccessDeserializer::new(list))?;
        self.visit_str(&value.to_string())
    }
}

struct ItemSeed<'f, const TEXT: bool>(ReadItem<'f>);

impl<'de, const TEXT: bool> DeserializeSeed<'de> for ItemSeed<'_, TEXT> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        (self.0)(&mut Reader::<D, TEXT>::new(from)).map_err(convert)
    }
}

struct MemberSeed<'f, 'n, const TEXT: bool>(ReadMember<'f>, &'n str);

impl<'de, const TEXT: bool> DeserializeSeed<'de> for MemberSeed<'_, '_, TEXT> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        (self.0)(self.1, &mut Reader::<D, TEXT>::new(from)).map_err(convert)
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Option<Number>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_i64<E>(self, number: i64) -> std::result::Result<Option<Number>, E> {
        Ok(Some(number.into()))
    }

    #[inline]
    fn visit_u64<E>(self, number: u64) -> std::result::Result<Option<Number>, E> {
        Ok(Some(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> std::result::Result<Option<Number>, E> {
        Ok(Number::from_f64(number))
    }

    null_is!(Option<Number>: None);

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> std::result::Result<Option<Number>, D::Error> {
        // `serde_json` reads numbers of all types alike.
        from.deserialize_i64(self)
    }
}

struct StrVisitor<'f>(&'f mut dyn FnMut(&str));

impl<'de> Visitor<'de> for StrVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_str<E>(self, text: &str) -> std::result::Result<(), E> {
        (self.0)(text);
        Ok(())
    }

    null_is!((): ());

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_str(self)
    }
}

struct ListVisitor<'f, const TEXT: bool>(ReadItem<'f>);

impl<'de, const TEXT: bool> Visitor<'de> for ListVisitor<'_, TEXT> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    null_is!((): ());

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        from.deserialize_seq(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<(), A::Error> {
        while items.next_element_seed(ItemSeed::<TEXT>(self.0))?.is_some() {}
        Ok(())
    }
}

struct ObjectVisitor<'f, const TEXT: bool> {
    /// The fields of a struct. Empty for a map.
    names: &'static [&'static str],
    read: ReadMember<'f>,
}

impl<'de, const TEXT: bool> Visitor<'de> for ObjectVisitor<'_, TEXT> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    null_is!((): ());

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> std::result::Result<(), D::Error> {
        if TEXT {
            from.deserialize_map(self)
        } else {
            // Not as a map, whose entries `NullAsDefault` would count, as `Decode` does too.
            from.deserialize_struct(OBJECT_NAME, self.names, self)
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<(), A::Error> {
        while let Some(Name(name)) = members.next_key()? {
            members.next_value_seed(MemberSeed::<TEXT>(self.read, &name))?;
        }
        Ok(())
    }
}

struct NullableVisitor<'f, const TEXT: bool>(ReadItem<'f>);

impl<'de, const TEXT: bool> Visitor<'de> for NullableVisitor<'_, TEXT> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    null_is!(bool: false);

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> std::result::Result<bool, D::Error> {
        ItemSeed::<TEXT>(self.0).deserialize(from).map(|()| true)
    }
}

/// A member's name, borrowed where that can be.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> std::result::Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> std::result::Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> std::result::Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text)))
            }
        }
        from.deserialize_identifier(NameVisitor)
    }
}
