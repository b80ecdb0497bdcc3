//! Reads both ends of an event envelope without parsing the part in between.
//!
//! A server writes `{"event":"posted","data":{..},"broadcast":{..},"seq":5}`, with or without spaces after the
//! punctuation and a line feed at the end. The name is therefore at the beginning, and the sequence number at the
//! end. An envelope in any other order or style is parsed in full. For valid JSON, both ways have the same result: a
//! quote after `{`, `,` or a space cannot be part of a message, because quotes in strings are escaped.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::value::RawValue;

use super::EventKind;

/// Maximum size of a string with JSON that is copied to be parsed. A post is far smaller.
const MOST_LOOKED_INTO: usize = 1 << 20;

/// Classification of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// An event. `seq` is only missing in texts that no server sends.
    Event { kind: EventKind, seq: Option<u64> },
    /// The reply to an action.
    Reply,
}

/// Byte ranges of the parts of an envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) data: Range<usize>,
    pub(crate) broadcast: Range<usize>,
}

/// Classifies a frame. `None` if it is not a JSON object, or neither an event nor a reply.
pub(crate) fn scan_frame(text: &str) -> Option<Head> {
    if let (Some((name, _)), Some((seq, _))) = (split_head(text), split_tail(text)) {
        return Some(Head::Event { kind: EventKind::of_server(name), seq: Some(seq) });
    }
    let full = parse_full(text)?;
    match full.name() {
        Some(name) => Some(Head::Event { kind: EventKind::of_server(&name), seq: full.seq() }),
        None if full.status.is_some() => Some(Head::Reply),
        None => None,
    }
}

/// Parses with serde, which would also accept a list for a struct.
fn parse_full(text: &str) -> Option<Full<'_>> {
    text.trim_ascii_start().starts_with('{').then(|| serde_json::from_str(text).ok())?
}

/// Returns the name of the event.
pub(super) fn event_name(text: &str) -> Option<Cow<'_, str>> {
    match split_head(text) {
        Some((name, _)) => Some(Cow::Borrowed(name)),
        None => parse_full(text)?.name(),
    }
}

/// Returns the sequence number of the event.
pub(super) fn sequence_number(text: &str) -> Option<u64> {
    match split_tail(text) {
        Some((seq, _)) => Some(seq),
        None => parse_full(text)?.seq(),
    }
}

/// Finds the parts from both ends of the text.
///
/// The result is wrong (the part before it is not JSON then) if an unknown member follows `data` or `broadcast`. A caller
/// that cannot decode a part must use [`parse_parts`].
pub(crate) fn locate_parts(text: &str) -> Option<Parts> {
    let (_, after_name) = split_head(text)?;
    let (_, before_seq) = split_tail(text)?;
    let behind = after_key(after_name, "\"data\"")?;
    let data_at = text.len() - behind.len();
    let key_at = last_broadcast(before_seq).or_else(|| before_seq.rfind(BROADCAST_KEY))?;
    let broadcast = after_key(before_seq.get(key_at..)?, BROADCAST_KEY)?;
    let broadcast_at = before_seq.len() - broadcast.len();
    let data_end = before_seq.get(..key_at)?.trim_ascii_end().strip_suffix(',')?.trim_ascii_end().len();
    (data_at < data_end)
        .then_some(Parts { data: data_at..data_end, broadcast: broadcast_at..before_seq.len() })
}

const BROADCAST_KEY: &str = "\"broadcast\"";

/// Returns the start of the key `broadcast`, if its value is the last object or contains only the last one.
///
/// Searching for a brace is cheaper than for a text, whose searcher is prepared each time.
fn last_broadcast(before_seq: &str) -> Option<usize> {
    let mut end = before_seq.len();
    for _ in 0..2 {
        end = memchr::memrchr(b'{', before_seq.as_bytes().get(..end)?)?;
        let key = before_seq.get(..end)?.trim_ascii_end().strip_suffix(':')?.trim_ascii_end();
        if let Some(before) = key.strip_suffix(BROADCAST_KEY) {
            return Some(before.len());
        }
    }
    None
}

/// Finds the parts by a full parse.
pub(crate) fn parse_parts(text: &str) -> Option<Parts> {
    let full = parse_full(text)?;
    let place = |part: Option<&RawValue>| {
        let part = part.map_or("", RawValue::get);
        let start =
            (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize).filter(|at| *at < text.len());
        start.map_or(0..0, |start| start..start + part.len())
    };
    Some(Parts { data: place(full.data), broadcast: place(full.broadcast) })
}

/// Returns the channel of an event: that of `broadcast`, or otherwise the one in its data.
pub(crate) fn channel_of(kind: EventKind, text: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct ChannelScope<'a> {
        #[serde(borrow)]
        channel_id: Option<Cow<'a, str>>,
    }
    let scope = |parts: &Parts| serde_json::from_str(text.get(parts.broadcast.clone())?).ok();
    let located = locate_parts(text).and_then(|parts| Some((scope(&parts)?, parts)));
    let (scope, parts): (Option<ChannelScope<'_>>, Parts) = if let Some((scope, parts)) = located {
        (Some(scope), parts)
    } else {
        let parts = parse_parts(text)?;
        (scope(&parts), parts)
    };
    if let Some(id) = scope.and_then(|scope| scope.channel_id).filter(|id| !id.is_empty()) {
        return Some(id);
    }
    let data = text.get(parts.data)?;
    let sure = serde_json::from_str::<IgnoredAny>(data).is_ok();
    channel_in(kind, if sure { data } else { text.get(parse_parts(text)?.data)? })
}

/// Does not copy unused data, since it runs on the reader's thread.
fn channel_in(kind: EventKind, data: &str) -> Option<Cow<'_, str>> {
    if let Some(id) = string_of(data, "channel_id") {
        return Some(id);
    }
    kind.strings().iter().find_map(|key| {
        let inner = string_of(data, key)?;
        let id = if *key == "channel" { "id" } else { "channel_id" };
        let id = string_of(&inner, id).or_else(|| string_of(value_of(&inner, "post")?, "channel_id"))?;
        Some(Cow::Owned(id.into_owned()))
    })
}

/// Returns the string in a member of an object, if there is one.
fn string_of<'a>(object: &'a str, key: &str) -> Option<Cow<'a, str>> {
    let value = value_of(object, key).filter(|value| value.len() <= MOST_LOOKED_INTO)?;
    let StringValue(text) = serde_json::from_str(value).ok()?;
    (!text.is_empty()).then_some(text)
}

/// Returns the JSON of a member of an object.
fn value_of<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    struct Find<'k>(&'k str);
    impl<'de> Visitor<'de> for Find<'_> {
        type Value = Option<&'de RawValue>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(StringValue(key)) = map.next_key()? {
                if key == self.0 {
                    found = Some(map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(found)
        }
    }
    let mut reader = serde_json::Deserializer::from_str(object);
    let found = reader.deserialize_map(Find(key)).ok()?;
    reader.end().ok()?;
    found.map(RawValue::get)
}

/// Returns the name and the text after it, if the envelope begins with it.
fn split_head(text: &str) -> Option<(&str, &str)> {
    const MAX_NAME_LENGTH: usize = 200;
    let rest = text.strip_prefix("{\"event\":")?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest).strip_prefix('"')?;
    let start = rest.as_bytes().get(..MAX_NAME_LENGTH.min(rest.len()))?;
    let (name, rest) = rest.split_at_checked(memchr::memchr2(b'"', b'\\', start)?)?;
    // The comma excludes a reply with a member `event`.
    let rest = rest.strip_prefix("\",")?;
    (!name.is_empty()).then_some((name, rest))
}

/// Returns the sequence number and the text before it, if the envelope ends with it.
fn split_tail(text: &str) -> Option<(u64, &str)> {
    // With fewer digits than this nothing overflows.
    const MAX_DIGITS: usize = 20;
    // As bytes, and in one pass over the digits: this is done for every event, also for those that nobody wants.
    let bytes = text.as_bytes();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes).strip_suffix(b"}")?;
    let (mut seq, mut place, mut count) = (0_u64, 1_u64, 0);
    for digit in bytes.iter().rev().map(|byte| byte.wrapping_sub(b'0')).take_while(|digit| *digit < 10) {
        seq = seq.wrapping_add(u64::from(digit).wrapping_mul(place));
        place = place.wrapping_mul(10);
        count += 1;
    }
    if !(1..MAX_DIGITS).contains(&count) {
        return None;
    }
    let before = bytes.get(..bytes.len() - count)?;
    let before = before.strip_suffix(b" ").unwrap_or(before).strip_suffix(b"\"seq\":")?;
    let before = before.strip_suffix(b" ").unwrap_or(before).strip_suffix(b",")?;
    Some((seq, text.get(..before.len())?))
}

/// Returns the text after a key and its colon.
fn after_key<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    Some(text.trim_ascii_start().strip_prefix(key)?.trim_ascii_start().strip_prefix(':')?.trim_ascii_start())
}

/// Borrowed if it contains no escapes.
#[derive(Deserialize)]
struct StringValue<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Full<'a> {
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    seq: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    broadcast: Option<&'a RawValue>,
}

impl<'a> Full<'a> {
    fn name(&self) -> Option<Cow<'a, str>> {
        let StringValue(name) = serde_json::from_str(self.event?.get()).ok()?;
        (!name.is_empty()).then_some(name)
    }

    fn seq(&self) -> Option<u64> {
        serde_json::from_str(self.seq?.get()).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fuzz::Dice;

    const NASTY: &[&str] = &[
        "\"seq\":",
        ",\"seq\":5}",
        ", \"seq\": 77}\n",
        "\"event\":",
        "{\"event\":\"hello\",",
        "seq_reply",
        "\\",
        "\"",
        "\\\"",
        ",\"broadcast\":{}",
        ", \"broadcast\": {\"channel_id\":\"x\"}, \"seq\": 3}",
        "{",
        "}",
        "[",
        "]",
        "\n",
        " ",
        ",",
        ":",
        "\"status\":\"OK\"",
        "\"data\":{",
        "☃",
        "😀",
        "\u{0}",
        "\u{2028}",
        "a",
        "true",
        "0",
        "\\u0022seq\\u0022:9}",
    ];

    fn nasty(dice: &mut Dice) -> String {
        (0..dice.roll(6)).map(|_| dice.pick(NASTY)).collect()
    }

    fn value(dice: &mut Dice, depth: usize) -> Value {
        match dice.roll(if depth == 0 { 4 } else { 7 }) {
            0 => Value::Null,
            1 => json!(dice.roll(100)),
            2 => json!(dice.roll(2) == 0),
            3 => json!(nasty(dice)),
            4 => json!({"post": json!({"message": nasty(dice), "seq": 3}).to_string()}),
            5 => (0..dice.roll(3)).map(|_| value(dice, depth - 1)).collect(),
            _ => Value::Object((0..dice.roll(3)).map(|_| (key(dice), value(dice, depth - 1))).collect()),
        }
    }

    fn key(dice: &mut Dice) -> String {
        let nasty = nasty(dice);
        dice.pick(&["seq", "event", "data", "broadcast", "channel_id", "seq_reply", "x", &nasty]).into()
    }

    /// An envelope with its members in any order, in any of the two styles, some left out.
    fn envelope(dice: &mut Dice) -> String {
        let name = if dice.roll(3) == 0 { nasty(dice) } else { dice.pick(&["posted", "typing", "x"]).into() };
        let mut members = vec![("event".to_owned(), json!(name)), ("data".into(), value(dice, 3))];
        members.push(("broadcast".into(), dice.pick(&[json!({"channel_id": "c"}), json!({}), json!(null)])));
        if dice.roll(4) == 0 {
            members[2].1 = value(dice, 2);
        }
        let long = json!(dice.pick(&[999_999_999_999_999_999, 9_999_999_999_999_999_999, u64::MAX]));
        members.push((
            "seq".into(),
            dice.pick(&[json!(7), json!(0), json!(1_234_567_890), json!(-1), json!(1.5), json!("4"), long]),
        ));
        if dice.roll(8) == 0 {
            members[0] = ("status".into(), json!("OK"));
        }
        for _ in 0..dice.roll(2) {
            let at = dice.roll(members.len() + 1);
            members.insert(at, (format!("{}_", key(dice)), value(dice, 2)));
        }
        if dice.roll(3) == 0 {
            let (a, b) = (dice.roll(members.len()), dice.roll(members.len()));
            members.swap(a, b);
        }
        if dice.roll(4) == 0 {
            members.remove(dice.roll(members.len()));
        }
        let space = dice.pick(&["", " "]);
        let inner: Vec<_> =
            members.iter().map(|(key, value)| format!("{}:{space}{value}", json!(key))).collect();
        format!("{{{}}}{}", inner.join(&format!(",{space}")), dice.pick(&["", "\n"]))
    }

    fn by_serde(text: &str) -> Option<Head> {
        let value: Value = serde_json::from_str(text).ok()?;
        match value.get("event").and_then(Value::as_str) {
            Some(name) if !name.is_empty() => {
                let seq = value.get("seq").and_then(Value::as_u64);
                Some(Head::Event { kind: EventKind::of_server(name), seq })
            }
            _ => value.get("status").filter(|s| !s.is_null()).map(|_| Head::Reply),
        }
    }

    #[test]
    fn no_text_fools_it() {
        let mut dice = Dice(0x5EED);
        let mut short = 0;
        for _ in 0..60_000 {
            let text = envelope(&mut dice);
            let whole: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(scan_frame(&text), by_serde(&text), "{text}");
            let part = |at: Range<usize>| match &text[at] {
                "" => Value::Null,
                text => serde_json::from_str(text).unwrap_or_else(|_| json!("not one value")),
            };
            let sure = parse_parts(&text).unwrap();
            assert_eq!(part(sure.data.clone()), whole["data"], "{text}");
            assert_eq!(part(sure.broadcast.clone()), whole["broadcast"], "{text}");
            if let Some(parts) = locate_parts(&text) {
                short += 1;
                let (data, broadcast) = (part(parts.data.clone()), part(parts.broadcast.clone()));
                assert!(data == whole["data"] || data == "not one value", "{text}");
                assert!(broadcast == whole["broadcast"] || broadcast == "not one value", "{text}");
                let event = crate::Event::from_json(&text).unwrap();
                assert_eq!(event.data(), &whole["data"], "{text}");
                assert_eq!(
                    event.broadcast().channel_id.as_str(),
                    whole["broadcast"]["channel_id"].as_str().unwrap_or_default(),
                    "{text}"
                );
            }
        }
        assert!(short > 3_000, "{short}");
    }

    #[test]
    fn broken_text_never_panics() {
        let mut dice = Dice(0xBAD);
        for _ in 0..30_000 {
            let mut text = envelope(&mut dice);
            for _ in 0..=dice.roll(3) {
                let at =
                    (0..=dice.roll(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                match dice.roll(3) {
                    0 => text.truncate(at),
                    1 => text.insert_str(at, dice.pick(NASTY)),
                    _ => drop(text.drain(..at)),
                }
            }
            let _ = (
                scan_frame(&text),
                locate_parts(&text),
                parse_parts(&text),
                event_name(&text),
                sequence_number(&text),
            );
            let _ = channel_of(EventKind::Posted, &text);
            let event = super::super::Event::from_connection(
                EventKind::Posted,
                None,
                text.into(),
                super::super::Origin::Live,
            );
            let _ = (event.payload().unwrap(), event.data(), event.broadcast(), event.decode_error());
        }
    }

    #[test]
    fn tells_events_from_replies() {
        let posted = Some(Head::Event { kind: EventKind::Posted, seq: Some(5) });
        assert_eq!(scan_frame(r#"{"event": "posted", "data": {}, "broadcast": {}, "seq": 5}"#), posted);
        assert_eq!(scan_frame("{\"event\":\"posted\",\"data\":{},\"broadcast\":{},\"seq\":5}\n"), posted);
        assert_eq!(scan_frame("{\"status\":\"OK\",\"seq_reply\":1}\n"), Some(Head::Reply));
        assert_eq!(
            scan_frame(r#"{"status":"FAIL","error":{"id":"x","message":"\"event\":\"posted\""}}"#),
            Some(Head::Reply)
        );
        // A server cannot make a notification.
        let head = scan_frame(r#"{"event":"_missed","data":{},"seq":1}"#);
        assert_eq!(head, Some(Head::Event { kind: EventKind::Other, seq: Some(1) }));
        assert_eq!(scan_frame("[]"), None);
        assert_eq!(scan_frame(r#"{"seq":1}"#), None);
    }

    #[test]
    fn finds_the_channel_where_a_frame_hides_it() {
        let channel = |kind, text| channel_of(kind, text).map(Cow::into_owned);
        let text = r#"{"event":"typing","data":{"channel_id":"d"},"broadcast":{"channel_id":"b"},"seq":1}"#;
        assert_eq!(channel(EventKind::Typing, text).as_deref(), Some("b"));
        let text =
            r#"{"event":"channel_created","data":{"channel_id":"d"},"broadcast":{"channel_id":""},"seq":1}"#;
        assert_eq!(channel(EventKind::ChannelCreated, text).as_deref(), Some("d"));
        let text =
            r#"{"event":"thread_updated","data":{"thread":"{\"post\":{\"channel_id\":\"t\"}}"},"seq":1}"#;
        assert_eq!(channel(EventKind::ThreadUpdated, text).as_deref(), Some("t"));
        let text =
            r#"{"event":"channel_updated","data":{"channel":"{\"id\":\"c\"}"},"broadcast":{},"seq":1}"#;
        assert_eq!(channel(EventKind::ChannelUpdated, text).as_deref(), Some("c"));
        assert_eq!(channel(EventKind::NewUser, r#"{"event":"new_user","data":{},"seq":1}"#), None);
    }

    /// `cargo test --release --lib scan_costs -- --ignored --nocapture`
    #[test]
    #[ignore = "prints what a scan costs"]
    fn scan_costs() {
        let text =
            include_str!("../../tests/data/events/posted.json").replace("everybody", &"words ".repeat(100));
        let time = |name: &str, run: &dyn Fn(&str) -> bool| {
            let best = (0..9).map(|_| {
                let began = std::time::Instant::now();
                for _ in 0..100_000 {
                    assert!(run(std::hint::black_box(&text)));
                }
                began.elapsed() / 100_000
            });
            println!("{name}: {:?} for {} bytes", best.min().unwrap(), text.len());
        };
        time("scan", &|text| scan_frame(text).is_some());
        time("locate", &|text| locate_parts(text).is_some());
        time("channel_of", &|text| channel_of(EventKind::Posted, text).is_some());
        time("parse", &|text| parse_parts(text).is_some());
        time("live", &|text| {
            let event = super::super::Event::from_connection(
                EventKind::Posted,
                Some(1),
                text.into(),
                super::super::Origin::Live,
            );
            event.seq() == Some(1)
        });
    }

    /// A finding of the fuzzer.
    #[test]
    fn a_list_is_no_event() {
        for text in [r#" ["event"]"#, r#"["posted",null,1]"#, r#""event""#, "[]"] {
            assert!(scan_frame(text).is_none() && parse_parts(text).is_none(), "{text}");
            assert!(event_name(text).is_none() && sequence_number(text).is_none(), "{text}");
        }
        assert!(scan_frame("\n{\"event\":\"posted\"}").is_some());
    }
}
