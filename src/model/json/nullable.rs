//! A serde `Deserializer` that wraps the deserializer of `serde_json`. It reads `null` as the default and limits
//! memory.
//!
//! Go encodes nil slices, maps and pointers as `null`. Which fields, items and values can be nil depends on the
//! version of the server. Since `null` is read as the default of any type, the models need no attribute on every
//! field. It also applies to the structs of programs, which derive `Deserialize`.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::value::RawValue;

use super::budget::{BUDGET_ERROR, MemoryBudget};
use super::unescape::unescape_string;

/// The prefix of the names of `serde_json`'s own newtypes, such as `RawValue`. They see its deserializer itself.
const PRIVATE_NAME_PREFIX: &str = "$serde_json::";

/// A newtype of this name is given the contents of the JSON string that it is read from, as a text.
pub(crate) const EMBEDDED_NAME: &str = "$mattermost::embedded";

/// The deserializer.
pub(super) struct NullAsDefault<'b, D> {
    pub(super) inner: D,
    pub(super) budget: &'b MemoryBudget,
}

/// A type of JSON value that `null` can be read as.
trait ValueKind: Sized {
    /// The JSON that `null` is read as. A text, so that it needs no code besides that for values.
    const DEFAULT: &'static str;

    fn read<'de, D: Deserializer<'de>, V: Visitor<'de>>(
        self,
        from: D,
        visitor: V,
        budget: &MemoryBudget,
    ) -> Result<V::Value, D::Error>;
}

macro_rules! value_kinds {
    ($($kind:ident $({ $field:ident: $type:ty })?, $default:literal:
        |$self:ident, $from:ident, $visitor:ident, $budget:ident| $read:expr;)*) => {$(
        struct $kind $({ $field: $type })?;

        impl ValueKind for $kind {
            const DEFAULT: &'static str = $default;

            #[inline]
            fn read<'de, D: Deserializer<'de>, V: Visitor<'de>>(
                $self,
                $from: D,
                $visitor: V,
                $budget: &MemoryBudget,
            ) -> Result<V::Value, D::Error> {
                $read
            }
        }
    )*};
}

value_kinds! {
    BooleanKind, "false": |self, from, visitor, _budget| from.deserialize_bool(visitor);
    // `serde_json` reads numbers of all types alike.
    NumberKind, "0": |self, from, visitor, _budget| from.deserialize_i64(visitor);
    StringKind, "\"\"": |self, from, visitor, _budget| from.deserialize_str(visitor);
    ListKind, "[]": |self, from, visitor, budget|
        from.deserialize_seq(ContainerVisitor { visitor, budget, is_struct: false });
    MapKind, "{}": |self, from, visitor, budget|
        from.deserialize_map(ContainerVisitor { visitor, budget, is_struct: false });
    // Not as a struct, because a list is not accepted for one.
    StructKind, "{}": |self, from, visitor, budget|
        from.deserialize_map(ContainerVisitor { visitor, budget, is_struct: true });
}

impl<D> NullAsDefault<'_, D> {
    #[inline]
    fn read_kind<'de, V, K>(self, kind: K, visitor: V) -> Result<V::Value, D::Error>
    where
        D: Deserializer<'de>,
        V: Visitor<'de>,
        K: ValueKind,
    {
        self.inner.deserialize_option(NullVisitor { visitor, kind, budget: self.budget })
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

impl<'de, D: Deserializer<'de>> Deserializer<'de> for NullAsDefault<'_, D> {
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
        self.inner.deserialize_any(ContainerVisitor { visitor, budget: self.budget, is_struct: false })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_option(OptionVisitor { visitor, budget: self.budget })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        if name == EMBEDDED_NAME {
            read_embedded(<&RawValue>::deserialize(self.inner)?.get(), visitor)
        } else if name.starts_with(PRIVATE_NAME_PREFIX) {
            self.inner.deserialize_newtype_struct(name, visitor)
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
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor)
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct }
}

/// Reads `null` as the default of the kind, and everything else as a value of it.
struct NullVisitor<'b, V, K> {
    visitor: V,
    kind: K,
    budget: &'b MemoryBudget,
}

impl<'de, V: Visitor<'de>, K: ValueKind> Visitor<'de> for NullVisitor<'_, V, K> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(f)
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        let default = &mut serde_json::Deserializer::from_str(K::DEFAULT);
        self.kind.read(default, self.visitor, self.budget).map_err(E::custom)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visit_none()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.kind.read(from, self.visitor, self.budget)
    }
}

struct OptionVisitor<'b, V> {
    visitor: V,
    budget: &'b MemoryBudget,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for OptionVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(f)
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(NullAsDefault { inner: from, budget: self.budget })
    }
}

/// Passes lists and objects on with their items wrapped and counted, and everything else as it is.
struct ContainerVisitor<'b, V> {
    visitor: V,
    budget: &'b MemoryBudget,
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

impl<'de, V: Visitor<'de>> Visitor<'de> for ContainerVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(f)
    }

    forward_visits! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<V::Value, E> {
        if self.budget.reserve_string(text) { self.visitor.visit_str(text) } else { over_budget() }
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<V::Value, E> {
        if self.budget.reserve_string(text) { self.visitor.visit_borrowed_str(text) } else { over_budget() }
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(NestedItems { inner: items, budget: self.budget })
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        let (budget, is_struct) = (self.budget, self.is_struct);
        self.visitor.visit_map(NestedEntries { inner: entries, budget, is_struct, count: 0 })
    }
}

struct NestedItems<'b, A> {
    inner: A,
    budget: &'b MemoryBudget,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for NestedItems<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_element_seed(NestedSeed { seed, budget: self.budget, size: size_of::<S::Value>() })
    }
}

struct NestedEntries<'b, A> {
    inner: A,
    budget: &'b MemoryBudget,
    is_struct: bool,
    count: usize,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for NestedEntries<'_, A> {
    type Error = A::Error;

    /// Keys are never `null`.
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        if !self.is_struct {
            if !self.budget.reserve_entry(self.count, size_of::<S::Value>()) {
                return over_budget();
            }
            self.count += 1;
        }
        self.inner.next_value_seed(NestedSeed { seed, budget: self.budget, size: 0 })
    }
}

struct NestedSeed<'b, S> {
    seed: S,
    budget: &'b MemoryBudget,
    size: usize,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for NestedSeed<'_, S> {
    type Value = S::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<S::Value, D::Error> {
        if !self.budget.reserve_bytes(self.size) {
            return over_budget();
        }
        self.seed.deserialize(NullAsDefault { inner: from, budget: self.budget })
    }
}

/// Passes the contents of a JSON string to the visitor, or the JSON itself if it is not a string.
fn read_embedded<'de, V: Visitor<'de>, E: Error>(json: &str, visitor: V) -> Result<V::Value, E> {
    if json == "null" {
        return visitor.visit_unit();
    }
    if !json.starts_with('"') {
        return visitor.visit_str(json);
    }
    match unescape_string(json) {
        Some(text) => visitor.visit_str(&text),
        None => visitor.visit_str(&super::decode_event::<String>(json).map_err(E::custom)?),
    }
}

#[cold]
fn over_budget<T, E: Error>() -> Result<T, E> {
    Err(E::custom(BUDGET_ERROR))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::Value;

    use crate::model::json::{Json, decode_str};
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
        assert_eq!(decode_str::<All>(text).unwrap(), All::default());
        assert_eq!(decode_str::<All>("null").unwrap(), All::default());
        let text = r#"{"list":[null,"a"],"map":{"-3":null},"inner":{},"pair":["x",7],"unknown":[{"a":[1]}]}"#;
        let all: All = decode_str(text).unwrap();
        assert_eq!(
            (all.list, all.map[&-3].as_str(), all.pair),
            (vec![String::new(), "a".into()], "", ("x".into(), 7))
        );
        assert_eq!(all.inner.unwrap(), Box::default());
    }

    #[test]
    fn null_items_values_and_texts_are_the_default() {
        assert_eq!(decode_str::<Vec<Vec<u8>>>("[null,[1,null]]").unwrap(), [vec![], vec![1, 0]]);
        assert_eq!(decode_str::<Vec<Option<String>>>(r#"[null,"a"]"#).unwrap(), [None, Some("a".into())]);
        assert_eq!(decode_str::<Vec<Post>>("[null,{}]").unwrap(), [Post::default(), Post::default()]);
        assert_eq!(decode_str::<Vec<PostId>>("[null]").unwrap(), [PostId::default()]);
        assert_eq!(
            decode_str::<(bool, f64, String)>("[null,null,null]").unwrap(),
            (false, 0.0, String::new())
        );
        type Channels = BTreeMap<String, Vec<Channel>>;
        let map: Channels = decode_str(r#"{"a":null,"b":[null]}"#).unwrap();
        assert_eq!((map["a"].len(), map["b"].len()), (0, 1));
        for text in ["null", " null\n"] {
            assert!(decode_str::<Channels>(text).unwrap().is_empty());
            assert_eq!(decode_str::<String>(text).unwrap(), "");
            assert_eq!(decode_str::<u8>(text).unwrap(), 0);
            assert!(!decode_str::<bool>(text).unwrap());
            assert_eq!(decode_str::<Option<Channels>>(text).unwrap(), None);
            assert_eq!(decode_str::<Value>(text).unwrap(), Value::Null);
            assert_eq!(decode_str::<Post>(text).unwrap(), Post::default());
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
            decode_str(r#"{"name":null,"inner":null,"ids":[{"count":null},null],"wrapped":null}"#).unwrap();
        let expected = Outer {
            name: String::new(),
            inner: Inner::default(),
            ids: vec![Inner::default(), Inner::default()],
            wrapped: Wrapper(vec![]),
        };
        assert_eq!(read, expected);
        assert!(decode_str::<Inner>("[7]").is_err());
        assert!(decode_str::<Vec<Inner>>("[[7]]").is_err());
    }

    #[test]
    fn depth_and_strange_text_are_refused() {
        assert!(decode_str::<Value>(&"[".repeat(100_000)).is_err());
        assert!(decode_str::<Value>(&format!("{}{}", "[".repeat(127), "]".repeat(127))).is_ok());
        assert!(decode_str::<Value>(&format!("{}{}", "[".repeat(128), "]".repeat(128))).is_err());
        // Raw JSON is read without recursion.
        let deep: Json = decode_str(&format!("{}{}", "[".repeat(128), "]".repeat(128))).unwrap();
        assert!(deep.value().is_null());
        assert_eq!(decode_str::<String>(r#""\ud83d\ude00 \ud83d \u00e4""#).unwrap(), "😀 \u{fffd} ä");
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
            assert!(decode_str::<Value>(text).is_err(), "{text}");
        }
        let error = decode_str::<Vec<u8>>("[1,256]").unwrap_err().to_string();
        assert!(error.contains("$[1]"), "{error}");
    }
}
