//! A serde `Deserializer` over the [`Reader`]: thin, for it is made anew for each type. For the same reason there is
//! little that comes after a visitor, and no `?` on what depends on the type: without optimisation each is two functions.

use std::borrow::Cow;

use serde::de::value::{CowStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::read::{Fault, LIST, Number, Reader, Result, Text, Walk, fault};

/// A type asks for a value to the letter by this newtype's name; only [`Json`](super::Json) does.
pub(super) const RAW: &str = "$mattermost::raw";

macro_rules! numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self.number()? {
                Number::Unsigned(number) => visitor.visit_u64(number),
                Number::Signed(number) => visitor.visit_i64(number),
                Number::Float(number) => visitor.visit_f64(number),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.peek() {
            Some(b'n') if self.null() => visitor.visit_unit(),
            Some(b't' | b'f') => self.deserialize_bool(visitor),
            Some(b'"') => {
                self.take_string()?;
                self.deserialize_string(visitor)
            }
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b'{') => self.deserialize_map(visitor),
            _ => self.deserialize_i64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.boolean()?)
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.string()? {
            Text::Plain(text) => visitor.visit_borrowed_str(text),
            Text::Written(text) => visitor.visit_str(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        if name == RAW {
            visitor.visit_borrowed_str(self.skip()?)
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_seq(Items { reader: self, walk: Walk::Outside })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_map(Entries { members: Members { reader: self, walk: Walk::Outside }, count: 0 })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_map(Members { reader: self, walk: Walk::Outside })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value> {
        let mut items = Items { reader: self, walk: Walk::Outside };
        let value = visitor.visit_seq(&mut items)?;
        // Who takes so many does not ask for more; lists, maps and structs are taken to their ends.
        if items.reader.next(&mut items.walk, LIST)? { fault("more than was asked for") } else { Ok(value) }
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(StrDeserializer::new(match self.string()? {
            Text::Plain(text) | Text::Written(text) => text,
        }))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct identifier }
}

struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    walk: Walk,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.reader.next(&mut self.walk, LIST)? {
            return Ok(None);
        }
        self.reader.take(size_of::<T::Value>())?;
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

/// Of a struct: whoever holds it has counted its fields.
struct Members<'r, 'de> {
    reader: &'r mut Reader<'de>,
    walk: Walk,
}

impl<'de> Members<'_, 'de> {
    fn key(&mut self) -> Result<Option<Key<'de>>> {
        Ok(self.reader.key(&mut self.walk)?.map(|key| match key {
            Text::Plain(key) => Key(Cow::Borrowed(key)),
            Text::Written(key) => Key(Cow::Owned(key.to_owned())),
        }))
    }
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        match self.key()? {
            Some(key) => seed.deserialize(key).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        seed.deserialize(&mut *self.reader)
    }
}

/// Of a map: each takes more memory.
struct Entries<'r, 'de> {
    members: Members<'r, 'de>,
    count: usize,
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        self.members.next_key_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        self.members.reader.take_entry(self.count, size_of::<V::Value>())?;
        self.count += 1;
        seed.deserialize(&mut *self.members.reader)
    }
}

/// A key: the name of a field, or the text, id or number by which a map goes.
struct Key<'de>(Cow<'de, str>);

macro_rules! number_keys {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            match self.0.parse() {
                Ok(number) => visitor.visit_i64(number),
                Err(_) => fault("this key is no number"),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_str(&self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(CowStrDeserializer::new(self.0))
    }

    number_keys! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    forward_to_deserialize_any! {
        bool f32 f64 i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Value, json};

    use crate::fuzz::{Dice, alike};
    use crate::model::json::{Json, decode_event, decode_str};

    const BITS: &[&str] = &[
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\n",
        "\u{0}",
        "\u{7f}",
        "☃",
        "😀",
        "a",
        "abcdefgh",
        "\\u0041",
        " ",
        "/",
        "null",
        "0",
        "-1",
        "1.5e3",
        "\\ud83d\\ude00",
        "\u{2028}",
        "true",
        "\\u12",
        "\\x",
        "1e999",
        "00",
        "123456789012345678901",
    ];

    fn text(dice: &mut Dice) -> String {
        (0..dice.roll(8)).map(|_| BITS[dice.roll(BITS.len())]).collect()
    }

    fn value(dice: &mut Dice, depth: usize) -> Value {
        match dice.roll(if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(dice.0),
            2 => json!(i64::MIN.wrapping_add(i64::try_from(dice.roll(99)).unwrap())),
            3 => json!(f64::from(u32::try_from(dice.roll(1 << 30)).unwrap()) / 8.0),
            4 => json!(dice.roll(2) == 0),
            5 => json!(text(dice)),
            6 => (0..dice.roll(4)).map(|_| value(dice, depth - 1)).collect(),
            _ => Value::Object((0..dice.roll(4)).map(|_| (text(dice), value(dice, depth - 1))).collect()),
        }
    }

    #[test]
    fn reads_what_serde_json_writes() {
        let mut dice = Dice(0x5EED);
        for _ in 0..20_000 {
            let value = value(&mut dice, 4);
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                assert_eq!(decode_str::<Value>(&text).unwrap(), value, "{text}");
                let raw: Json = decode_str(&text).unwrap();
                assert!(raw.as_str() == text || value.is_null() || value == json!({}), "{text}");
                let within = json!({"x": text}).to_string();
                assert_eq!(decode_str::<BTreeMap<String, String>>(&within).unwrap()["x"], text);
            }
        }
    }

    #[test]
    fn broken_text_fails_or_is_read_alike() {
        let mut dice = Dice(0xBAD);
        let mut good = 0;
        for _ in 0..60_000 {
            let mut text = value(&mut dice, 3).to_string();
            let at = (0..=dice.roll(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            match dice.roll(3) {
                0 => text.truncate(at),
                1 => text.insert_str(at, BITS[dice.roll(BITS.len())]),
                _ => drop(text.drain(..at)),
            }
            let ours = decode_str::<Value>(&text);
            if let Ok(theirs) = serde_json::from_str::<Value>(&text) {
                assert!(alike(&ours.unwrap(), &theirs), "{text}");
                good += 1;
            }
            let _ = decode_str::<Json>(&text).map(|json| serde_json::to_string(&json).unwrap());
            let _ = decode_str::<Vec<BTreeMap<String, i64>>>(&text);
        }
        assert!(good > 1_000, "{good}");
    }

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
    fn little_text_takes_no_great_memory() {
        use crate::{Channel, Post};
        let list = |item: &str, count: usize| format!("[{}{item}]", format!("{item},").repeat(count));
        let map: String = (0..200_000).map(|key| format!("\"{key}\":{{}},")).collect();
        for (text, read) in [
            (list("{}", 300_000), decode_str::<Vec<Post>> as fn(&str) -> _),
            (list("null", 300_000), decode_str::<Vec<Post>>),
        ] {
            let mut result = None;
            let used = allocation_counter::measure(|| result = Some(read(&text)));
            assert!(result.unwrap().unwrap_err().to_string().contains("memory"));
            assert!(used.bytes_max < 60 * text.len() as u64, "{} for {}", used.bytes_max, text.len());
        }
        assert!(decode_str::<BTreeMap<String, Channel>>(&format!("{{{map}\"x\":{{}}}}")).is_err());
        // What is really sent fits, and so do lists of anything at all.
        let post = serde_json::to_string(&Post::default()).unwrap();
        assert_eq!(decode_str::<Vec<Post>>(&list(&post, 20_000)).unwrap().len(), 20_001);
        assert_eq!(decode_str::<Vec<Post>>(&list("{}", 1_000)).unwrap().len(), 1_001);
        for item in ["0", "\"\"", "{}", "[]"] {
            assert!(decode_str::<Value>(&list(item, 100_000)).is_ok(), "{item}");
        }
        let name = "a".repeat(26);
        let row = json!({"id": name, "name": "jane.doe", "count": 7, "team": name, "props": {"a": "b"}})
            .to_string();
        assert!(decode_str::<Value>(&list(&row, 2_000_000 / row.len())).is_ok());
    }

    /// What is counted is what is taken: a list doubles and is moved meanwhile, of a node of a map half may be empty.
    #[test]
    fn a_value_is_counted_as_it_is() {
        for item in
            ["0", "[]", "[0]", "{}", r#""""#, r#""a""#, r#"{"":0}"#, r#"{"a":"b"}"#, r#"{"a":{"a":{}}}"#]
        {
            let text = format!("[{}0]", format!("{item},").repeat(3_000_000 / item.len()));
            let rest = text.len() - (2 << 20);
            for (read, most) in [
                (decode_str::<Value> as fn(&str) -> _, (33 << 20) + 4 * rest),
                (decode_event::<Value>, text.len() + (4 << 20)),
            ] {
                let used = allocation_counter::measure(|| drop(read(&text))).bytes_max;
                println!(
                    "{item:<15} {:>5} kB of text: {:>6} of {:>6} kB",
                    text.len() >> 10,
                    used >> 10,
                    most >> 10
                );
                assert!(used < 3 * most as u64, "{item}: {used} of {most}");
            }
        }
    }

    #[test]
    fn depth_and_strange_text_are_refused() {
        assert!(decode_str::<Value>(&"[".repeat(100_000)).is_err());
        assert!(decode_str::<Value>(&format!("{}{}", "[".repeat(127), "]".repeat(127))).is_ok());
        assert!(decode_str::<Value>(&format!("{}{}", "[".repeat(128), "]".repeat(128))).is_err());
        assert!(decode_str::<Json>(&format!("{}{}", "[".repeat(128), "]".repeat(128))).is_err());
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
