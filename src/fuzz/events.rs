//! Text received over the WebSocket.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::json::nearly_equal;
use super::{check_message, within_memory};
use crate::event::scan::{Head, channel_of, locate_parts, parse_parts, scan_frame as scan_head};
use crate::event::{Event, EventKind, Origin, Payload, write_envelope as written};
use crate::model::json::decode_str;
use crate::ws::frame::ActionReply;

/// JSON in which no object has a key twice: of those that do, readers take this one or that.
struct Plain;

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        macro_rules! scalars {
            ($($visit:ident($ty:ty))*) => {$(
                fn $visit<E>(self, _: $ty) -> Result<Plain, E> {
                    Ok(Plain)
                }
            )*};
        }
        struct Look;
        impl<'de> Visitor<'de> for Look {
            type Value = Plain;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            scalars! { visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_f64(f64) visit_str(&str) }

            fn visit_unit<E>(self) -> Result<Plain, E> {
                Ok(Plain)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Plain, A::Error> {
                while list.next_element::<Plain>()?.is_some() {}
                Ok(Plain)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Plain, A::Error> {
                let mut keys = BTreeSet::new();
                while let Some((key, _)) = map.next_entry::<String, Plain>()? {
                    if !keys.insert(key) {
                        return Err(serde::de::Error::custom("twice"));
                    }
                }
                Ok(Plain)
            }
        }
        from.deserialize_any(Look)
    }
}

/// The whole, if it is JSON that all readers read alike.
fn plain_value(text: &str) -> Option<Value> {
    serde_json::from_str::<Plain>(text).ok()?;
    serde_json::from_str(text).ok()
}

fn by_serde(whole: &Value) -> Option<Head> {
    match whole.get("event").and_then(Value::as_str) {
        Some(name) if !name.is_empty() => {
            let seq = whole.get("seq").and_then(Value::as_u64);
            Some(Head::Event { kind: EventKind::of_server(name), seq })
        }
        _ => whole.get("status").filter(|status| !status.is_null()).map(|_| Head::Reply),
    }
}

pub(super) fn scan(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let head = within_memory((4 << 10) + 2 * text.len(), || scan_head(text));
    let (short, sure) = (locate_parts(text), parse_parts(text));
    let inside = |at: &Range<usize>| text.get(at.clone()).is_some();
    for parts in [&short, &sure].into_iter().flatten() {
        assert!(inside(&parts.data) && inside(&parts.broadcast), "{parts:?}");
    }
    if let Some((seq, result)) = ActionReply::parse_reply(text) {
        assert!(seq > 0);
        result.iter().for_each(|value| assert!(value.to_string().len() <= 40 * text.len()));
        result.err().iter().for_each(check_message);
    }
    let kind = match head {
        Some(Head::Event { kind, .. }) => kind,
        _ => EventKind::Other,
    };
    let channel = channel_of(kind, text);
    let Some(whole) = plain_value(text) else { return };
    assert_eq!(head, by_serde(&whole), "{text}");
    if !whole.is_object() {
        return;
    }
    let part = |at: &Range<usize>| match &text[at.clone()] {
        "" => Some(Value::Null),
        part => serde_json::from_str::<Value>(part).ok(),
    };
    let sure = sure.expect("an object");
    assert_eq!(part(&sure.data).as_ref(), Some(&whole["data"]), "{text}");
    assert_eq!(part(&sure.broadcast).as_ref(), Some(&whole["broadcast"]), "{text}");
    if let Some(short) = short {
        let broadcast = part(&short.broadcast);
        assert!(broadcast.is_none() || broadcast.as_ref() == Some(&whole["broadcast"]), "{text}");
        // If it is no JSON, the full parse is asked.
        assert!(part(&short.data).is_none_or(|data| data == whole["data"]), "{text}");
    }
    // With its members in the order of the alphabet it says the same.
    let sorted = whole.to_string();
    assert_eq!(scan_head(&sorted), head, "{sorted}");
    assert_eq!(channel_of(kind, &sorted), channel, "{sorted}");
}

pub(super) fn envelope(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let event = match Event::from_json(text) {
        Ok(event) => event,
        Err(error) => return check_message(&error),
    };
    assert!(!event.name().is_empty());
    assert!(format!("{event:?}").len() <= 2500 + event.name().len());
    if event.kind() == EventKind::Ended {
        return check_message(&event.payload().expect_err("it is the end"));
    }
    assert_eq!(event.raw(), text);
    assert_eq!(event.kind().is_notification(), event.origin() == Origin::Local);
    read_event(&event);
    if let Some(whole) = plain_value(text) {
        assert!(nearly_equal(event.data(), &whole["data"]), "{} {}", event.data(), whole["data"]);
        assert_eq!(event.seq(), whole["seq"].as_u64(), "{text}");
    }
    // Written anew, it is the same event.
    let again = written(event.name(), event.data(), event.broadcast(), event.seq());
    let again = Event::from_json(&again).expect("what was written");
    assert_eq!((again.name(), again.kind(), again.seq()), (event.name(), event.kind(), event.seq()));
    assert_eq!((again.data(), again.broadcast()), (event.data(), event.broadcast()));
    read_event(&again);
}

/// Everything that can be asked of an event.
fn read_event(event: &Event) {
    let payload = event.payload().expect("only an end fails");
    assert!(payload.kind() == event.kind() || payload.kind() == EventKind::Other);
    let other = matches!(payload, Payload::Other(_));
    let failed = other && event.kind() != EventKind::Other;
    // Data that is no JSON fits nothing.
    assert!(event.decode_error().is_some() == failed || other, "{event:?}");
    event.decode_error().into_iter().for_each(check_message);
    let _ = event.decode::<Value>().map_err(|error| check_message(&error));
    let _ = (event.channel_id(), payload.post());
    assert_eq!(event.as_notification().is_some(), event.kind().is_notification());
    assert_eq!(&event.clone().into_payload().expect("as before"), payload);
    let posted = Event::from_connection(event.kind(), event.seq(), event.raw().into(), event.origin());
    match (posted.posted_payload().expect("no end"), payload) {
        (Some(one), Payload::Posted(two)) => assert_eq!(one, &**two),
        (one, _) => assert!(one.is_none() || failed),
    }
}

const BROADCAST: &str =
    r#"{"channel_id":"bbbbbbbbbbbbbbbbbbbbbbbbbb","team_id":"tttttttttttttttttttttttttt","user_id":"u"}"#;

pub(super) fn payloads(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let kind = EventKind::ALL[usize::from(*first) % EventKind::ALL.len()];
    if kind == EventKind::Ended {
        return;
    }
    let name = if kind == EventKind::Custom { "custom_x" } else { kind.name() };
    let decoded = |data: &str| {
        let text = format!(r#"{{"event":"{name}","data":{data},"broadcast":{BROADCAST},"seq":1}}"#);
        let event = Event::from_connection(kind, Some(1), text.into(), Origin::Live);
        // A struct of 1 KB may stand in three bytes.
        within_memory((64 << 10) + 1000 * data.len(), || event.payload().map(drop).expect("no end"));
        read_event(&event);
        event.into_payload().expect("no end")
    };
    let text = &*String::from_utf8_lossy(rest);
    let payload = decoded(text);
    // Raw JSON within a string is skipped, not checked; what is none is written as `null`.
    let embedded = |data: &Value| {
        let strings = kind.strings().iter().filter_map(|key| data.get(key)?.as_str());
        strings.filter(|text| !text.is_empty()).all(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
    };
    if payload.kind() != kind || !decode_str::<Value>(text).is_ok_and(|data| embedded(&data)) {
        return;
    }
    // What we write is read as the same, and written the same again.
    let written = serde_json::to_string(&payload).expect("JSON");
    let again = decoded(&written);
    if kind != EventKind::Custom && kind != EventKind::Other {
        assert_eq!(again, payload, "{written}");
        assert_eq!(serde_json::to_string(&again).expect("JSON"), written);
    }
}
