//! A serde `Deserializer` that wraps the deserializer of `serde_json`. It reads `null` as the default and limits
//! memory.
//!
//! Go encodes nil slices, maps and pointers as `null`. Which fields, items and values can be nil depends on the
//! version of the server. Since `null` is read as the default of any type, the models need no attribute on every
//! field. It also applies to the structs of programs, which derive `Deserialize`.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::value::RawValue;

use super::budget::{BUDGET_ERROR, reserve_bytes, reserve_entry, reserve_string};
use super::reader::{EMBEDDED_NAME, take_embedded};

/// The prefix of the names of `serde_json`'s own newtypes, such as `RawValue`. They see its deserializer itself.
const PRIVATE_NAME_PREFIX: &str = "$serde_json::";

/// The deserializer.
pub(super) struct NullAsDefault<D>(pub(super) D);

/// A type of JSON value that `null` can be read as.
trait ValueKind: Sized {
    /// The JSON that `null` is read as. A text, so that it needs no code besides that for values.
    const DEFAULT: &'static str;

    fn read<'de, D: Deserializer<'de>, V: Visitor<'de>>(
        self,
        from: D,
        visitor: V,
    ) -> Result<V::Value, D::Error>;
}

macro_rules! value_kinds {
    ($($kind:ident $({ $field:ident: $type:ty })?, $default:literal:
        |$self:ident, $from:ident, $visitor:ident| $read:expr;)*) => {$(
        struct $kind $({ $field: $type })?;

        impl ValueKind for $kind {
            const DEFAULT: &'static str = $default;

            #[inline]
            fn read<'de, D: Deserializer<'de>, V: Visitor<'de>>(
                $self,
                $from: D,
                $visitor: V,
            ) -> Result<V::Value, D::Error> {
                $read
            }
        }
    )*};
}

value_kinds! {
    BooleanKind, "false": |self, from, visitor| from.deserialize_bool(visitor);
    // `serde_json` reads numbers of all types alike.
    NumberKind, "0": |self, from, visitor| from.deserialize_i64(visitor);
    StringKind, "\"\"": |self, from, visitor| from.deserialize_str(visitor);
    ListKind, "[]": |self, from, visitor|
        from.deserialize_seq(ContainerVisitor { visitor, is_struct: false });
    MapKind, "{}": |self, from, visitor|
        from.deserialize_map(ContainerVisitor { visitor, is_struct: false });
    // Not as a struct, because a list is not accepted for one.
    StructKind, "{}": |self, from, visitor|
        from.deserialize_map(ContainerVisitor { visitor, is_struct: true });
}

impl<D> NullAsDefault<D> {
    #[inline]
    fn read_kind<'de, V, K>(self, kind: K, visitor: V) -> Result<V::Value, D::Error>
    where
        D: Deserializer<'de>,
        V: Visitor<'de>,
        K: ValueKind,
    {
        self.0.deserialize_option(NullVisitor { visitor, kind })
    }
}

macro_rules! read_kinds {
    ($($kind:ident: $($method:ident)*;)*) => {$($(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.read_kind($kind, visitor)
        }
    )*)*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for NullAsDefault<D> {
    type Error = D::Error;

    read_kinds! {
        BooleanKind: deserialize_bool;
        NumberKind: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
            deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64;
        StringKind: deserialize_str deserialize_string deserialize_identifier;
        ListKind: deserialize_seq;
        MapKind: deserialize_map;
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(ContainerVisitor { visitor, is_struct: false })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(OptionVisitor(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        if name == EMBEDDED_NAME {
            let raw = <&RawValue>::deserialize(self.0)?;
            let mut contents = None;
            take_embedded(raw.get(), &mut |text| {
                contents = Some(text.to_owned());
                Ok(())
            })
            .map_err(D::Error::custom)?;
            match contents {
                Some(text) => visitor.visit_string(text),
                None => visitor.visit_unit(),
            }
        } else if name.starts_with(PRIVATE_NAME_PREFIX) {
            self.0.deserialize_newtype_struct(name, visitor)
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.read_kind(StructKind, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.read_kind(ListKind, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.read_kind(ListKind, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_ignored_any(visitor)
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct }
}

/// Reads `null` as the default of the kind, and everything else as a value of it.
struct NullVisitor<V, K> {
    visitor: V,
    kind: K,
}

impl<'de, V: Visitor<'de>, K: ValueKind> Visitor<'de> for NullVisitor<V, K> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(f)
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        let default = &mut serde_json::Deserializer::from_str(K::DEFAULT);
        self.kind.read(default, self.visitor).map_err(E::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visit_none()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.kind.read(from, self.visitor)
    }
}

struct OptionVisitor<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for OptionVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.expecting(f)
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(NullAsDefault(from))
    }
}

/// Passes lists and objects on with their items wrapped and counted, and everything else as it is.
struct ContainerVisitor<V> {
    visitor: V,
    /// The fields of structs are not counted. Their memory is part of the struct, which its container counts.
    is_struct: bool,
}

macro_rules! forward_visits {
    ($($method:ident($type:ty))*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for ContainerVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(f)
    }

    forward_visits! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        if reserve_string(text) { self.visitor.visit_str(text) } else { over_budget() }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<V::Value, E> {
        if reserve_string(text) { self.visitor.visit_borrowed_str(text) } else { over_budget() }
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(NestedItems(items))
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(NestedEntries { inner: entries, is_struct: self.is_struct, count: 0 })
    }
}

struct NestedItems<A>(A);

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for NestedItems<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(NestedSeed { seed, size: size_of::<S::Value>() })
    }
}

struct NestedEntries<A> {
    inner: A,
    is_struct: bool,
    count: usize,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for NestedEntries<A> {
    type Error = A::Error;

    /// Keys are never `null`.
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        if !self.is_struct {
            if !reserve_entry(self.count, size_of::<S::Value>()) {
                return over_budget();
            }
            self.count += 1;
        }
        self.inner.next_value_seed(NestedSeed { seed, size: 0 })
    }
}

struct NestedSeed<S> {
    seed: S,
    size: usize,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for NestedSeed<S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        if !reserve_bytes(self.size) {
            return over_budget();
        }
        self.seed.deserialize(NullAsDefault(from))
    }
}

#[cold]
fn over_budget<T, E: Error>() -> Result<T, E> {
    Err(E::custom(BUDGET_ERROR))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer};
    use serde_json::Value;

    use crate::model::json::{Json, deserialize_str};
    use crate::{Channel, Post, PostId};

    #[test]
    fn null_is_the_default_of_everything() {
        #[derive(Debug, Default, Deserialize, PartialEq)]
        #[serde(default)]
        struct All {
            text: String,
            number: i64,
            float: f64,
            flag: bool,
            list: Vec<String>,
            map: BTreeMap<i64, String>,
            inner: Option<Box<All>>,
            raw: Json,
            pair: (String, u8),
        }
        let text = r#"{"text":null,"number":null,"float":null,"flag":null,"list":null,"map":null,"inner":null,"raw":null}"#;
        assert_eq!(deserialize_str::<All>(text).unwrap(), All::default());
        assert_eq!(deserialize_str::<All>("null").unwrap(), All::default());
        let text = r#"{"list":[null,"a"],"map":{"-3":null},"inner":{},"pair":["x",7],"unknown":[{"a":[1]}]}"#;
        let all: All = deserialize_str(text).unwrap();
        assert_eq!(
            (all.list, all.map[&-3].as_str(), all.pair),
            (vec![String::new(), "a".into()], "", ("x".into(), 7))
        );
        assert_eq!(all.inner.unwrap(), Box::default());
    }

    #[test]
    fn null_items_values_and_texts_are_the_default() {
        assert_eq!(deserialize_str::<Vec<Vec<u8>>>("[null,[1,null]]").unwrap(), [vec![], vec![1, 0]]);
        assert_eq!(
            deserialize_str::<Vec<Option<String>>>(r#"[null,"a"]"#).unwrap(),
            [None, Some("a".into())]
        );
        assert_eq!(deserialize_str::<Vec<Post>>("[null,{}]").unwrap(), [Post::default(), Post::default()]);
        assert_eq!(deserialize_str::<Vec<PostId>>("[null]").unwrap(), [PostId::default()]);
        assert_eq!(
            deserialize_str::<(bool, f64, String)>("[null,null,null]").unwrap(),
            (false, 0.0, String::new())
        );
        type Channels = BTreeMap<String, Vec<Channel>>;
        let map: Channels = deserialize_str(r#"{"a":null,"b":[null]}"#).unwrap();
        assert_eq!((map["a"].len(), map["b"].len()), (0, 1));
        for text in ["null", " null\n"] {
            assert!(deserialize_str::<Channels>(text).unwrap().is_empty());
            assert_eq!(deserialize_str::<String>(text).unwrap(), "");
            assert_eq!(deserialize_str::<u8>(text).unwrap(), 0);
            assert!(!deserialize_str::<bool>(text).unwrap());
            assert_eq!(deserialize_str::<Option<Channels>>(text).unwrap(), None);
            assert_eq!(deserialize_str::<Value>(text).unwrap(), Value::Null);
            assert_eq!(deserialize_str::<Post>(text).unwrap(), Post::default());
        }
    }

    #[test]
    fn derived_structs_read_null_and_no_list() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Outer {
            name: String,
            inner: Inner,
            ids: Vec<Inner>,
            wrapped: Wrapper,
        }
        #[derive(Debug, Deserialize, PartialEq)]
        struct Wrapper(Vec<u8>);
        #[derive(Debug, Default, Deserialize, PartialEq)]
        #[serde(default)]
        struct Inner {
            count: u32,
        }
        let read: Outer =
            deserialize_str(r#"{"name":null,"inner":null,"ids":[{"count":null},null],"wrapped":null}"#)
                .unwrap();
        let expected = Outer {
            name: String::new(),
            inner: Inner::default(),
            ids: vec![Inner::default(), Inner::default()],
            wrapped: Wrapper(vec![]),
        };
        assert_eq!(read, expected);
        assert!(deserialize_str::<Inner>("[7]").is_err());
        assert!(deserialize_str::<Vec<Inner>>("[[7]]").is_err());
    }

    #[test]
    fn depth_and_strange_text_are_refused() {
        assert!(deserialize_str::<Value>(&"[".repeat(100_000)).is_err());
        assert!(deserialize_str::<Value>(&format!("{}{}", "[".repeat(127), "]".repeat(127))).is_ok());
        assert!(deserialize_str::<Value>(&format!("{}{}", "[".repeat(128), "]".repeat(128))).is_err());
        // Raw JSON is read without recursion.
        let deep: Json = deserialize_str(&format!("{}{}", "[".repeat(128), "]".repeat(128))).unwrap();
        assert!(deep.value().is_null());
        assert_eq!(deserialize_str::<String>(r#""\ud83d\ude00 \ud83d \u00e4""#).unwrap(), "😀 \u{fffd} ä");
        for text in [
            "",
            " ",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "[1,]",
            "{\"a\":1,}",
            "[1 2]",
            "{} {}",
            "nul",
            "'a'",
            "\"a",
            "-",
            "+1",
            "01",
            "-01",
            "00",
            "1.",
            ".5",
            "-.5",
            "1.e5",
            "1e",
            "1e+",
            "1e5e5",
            "1.5.5",
            "1e999",
        ] {
            assert!(deserialize_str::<Value>(text).is_err(), "{text}");
        }
        let error = deserialize_str::<Vec<u8>>("[1,256]").unwrap_err().to_string();
        assert!(error.contains("$[1]"), "{error}");
    }

    #[test]
    fn what_is_left_in_a_list_does_not_pass_for_what_follows() {
        // Takes one item and does not look whether there is more.
        struct First;
        impl<'de> Deserialize<'de> for First {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct One;
                impl<'de> serde::de::Visitor<'de> for One {
                    type Value = First;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a list")
                    }
                    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<First, A::Error> {
                        list.next_element::<u8>()?;
                        Ok(First)
                    }
                }
                from.deserialize_seq(One)
            }
        }
        assert!(deserialize_str::<First>("[1]").is_ok() && deserialize_str::<First>("[1,2]").is_err());
        type Map = BTreeMap<String, First>;
        assert!(deserialize_str::<Map>(r#"{"a":[1,"b":[2}"#).is_err());
        assert!(deserialize_str::<(u8, u8)>("[1,2]").is_ok());
        assert!(
            deserialize_str::<(u8, u8)>("[1,2,3]").is_err() && deserialize_str::<(u8, u8)>("[1]").is_err()
        );
    }
}
