//! Every event of the servers that were recorded, and a sample of all others, fits its type and loses nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use mattermost::{Event, EventKind, Origin, Payload};
use serde_json::Value;

fn data(path: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/data", path].iter().collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(data(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn names(path: &str) -> BTreeSet<String> {
    let text = read(path);
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.replace("_*", "")).collect()
}

/// Kinds that have a sample: all but the notices and what is unknown.
fn kinds() -> impl Iterator<Item = EventKind> {
    EventKind::ALL.iter().copied().filter(|kind| !kind.is_notification() && *kind != EventKind::Other)
}

fn frames() -> impl Iterator<Item = (String, String)> {
    ["mattermost-11.6", "mattermost-5.37", "more-11.6", "more-5.37"].into_iter().flat_map(|name| {
        let text = read(&format!("frames/{name}.jsonl"));
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.into_iter().enumerate().map(move |(n, line)| (format!("{name}:{}", n + 1), line))
    })
}

/// Members that are not worth a field: `parent_id` of a post, which only old servers send, repeats `root_id`.
const UNKNOWN: &[&str] = &["parent_id"];

/// Whether all that `sent` says is in `kept`: as it is, or left out because it is the default.
fn lost(place: &str, sent: &Value, kept: &Value, out: &mut Vec<String>) {
    let parsed = |value: &Value| match value {
        Value::String(text) => {
            serde_json::from_str::<Value>(text).ok().filter(|v| v.is_object() || v.is_array())
        }
        _ => None,
    };
    if let (Some(sent), Some(kept)) = (parsed(sent), parsed(kept)) {
        return lost(&format!("{place}()"), &sent, &kept, out);
    }
    match (sent, kept) {
        (Value::Object(sent), Value::Object(kept)) => {
            for (key, value) in sent {
                let place = format!("{place}.{key}");
                match kept.get(key) {
                    Some(kept) => lost(&place, value, kept, out),
                    None if is_default(value) || UNKNOWN.contains(&key.as_str()) => {}
                    None => out.push(format!("{place} = {value} is missing")),
                }
            }
        }
        (Value::Array(sent), Value::Array(kept)) if sent.len() == kept.len() => {
            for (n, (sent, kept)) in sent.iter().zip(kept).enumerate() {
                lost(&format!("{place}[{n}]"), sent, kept, out);
            }
        }
        (sent, kept) if sent == kept || (is_default(sent) && is_default(kept)) => {}
        (sent, kept) => out.push(format!("{place} was {sent}, is {kept}")),
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(n) => n.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) => false,
    }
}

fn check(place: &str, text: &str) -> Event {
    let event = Event::from_json(text).unwrap_or_else(|e| panic!("{place}: {e}"));
    let payload = event.payload().unwrap();
    assert!(event.decode_error().is_none(), "{place}: {:?}", event.decode_error());
    assert_eq!(payload.kind(), event.kind(), "{place}");
    let whole: Value = serde_json::from_str(text).unwrap();
    assert_eq!(event.data(), &whole["data"], "{place}");
    assert_eq!(event.seq(), whole["seq"].as_u64(), "{place}");
    assert_eq!(event.name(), whole["event"], "{place}");
    let mut out = Vec::new();
    let kept = serde_json::to_value(payload).unwrap();
    if !matches!(payload, Payload::Custom(_)) {
        lost(event.name(), &whole["data"], &kept, &mut out);
    }
    lost("broadcast", &whole["broadcast"], &serde_json::to_value(event.broadcast()).unwrap(), &mut out);
    assert!(out.is_empty(), "{place}: {out:#?}");
    event
}

#[test]
fn every_recorded_frame_fits_its_type_and_loses_nothing() {
    let mut events = 0;
    for (place, text) in frames().filter(|(_, text)| !text.starts_with("{\"status\"")) {
        let event = check(&place, &text);
        assert_eq!(event.origin(), Origin::Live);
        assert!(event.kind() != EventKind::Other, "{place}: {}", event.name());
        check(&place, &format!("{text}\n"));
        events += 1;
    }
    assert!(events > 500, "{events}");
}

#[test]
fn every_kind_has_a_sample_that_fits() {
    for kind in kinds() {
        let file = kind.name().replace("_*", "");
        let event = check(kind.name(), &read(&format!("events/{file}.json")));
        assert_eq!(event.kind(), kind);
    }
}

#[test]
fn the_kinds_are_those_of_the_server() {
    let mut listed = names("events.txt");
    // Not in the source of the newest server; old ones send it.
    listed.insert("channel_viewed".into());
    let known: BTreeSet<_> = kinds().map(|kind| kind.name().replace("_*", "")).collect();
    assert_eq!(known, listed);
    for kind in EventKind::ALL {
        assert!(*kind == EventKind::from(kind.name()) || *kind == EventKind::Other, "{kind}");
        assert_eq!(kind.is_notification(), kind.name().starts_with('_'), "{kind}");
    }
}

#[test]
fn samples_are_from_a_server_or_marked() {
    let made = names("events/from_source.txt");
    let recorded: BTreeSet<_> =
        frames().filter_map(|(_, text)| Event::from_json(&text).ok()).map(|e| e.name().to_owned()).collect();
    let all: BTreeSet<_> = kinds().map(|kind| kind.name().replace("_*", "")).collect();
    assert_eq!(&all - &made, recorded, "a recorded event needs its real sample, and no line in the list");
    let lines: BTreeSet<String> = frames().map(|(_, text)| text).collect();
    for name in recorded {
        let sample = read(&format!("events/{name}.json"));
        assert!(lines.contains(sample.trim_end()), "{name}: the sample is not in tests/data/frames");
    }
}

#[test]
fn context_comes_from_the_broadcast() {
    let sample = |name: &str| Event::from_json(&read(&format!("events/{name}.json"))).unwrap();
    let Payload::Typing(typing) = sample("typing").into_payload().unwrap() else { panic!() };
    assert!(!typing.channel_id.is_empty());
    let Payload::ReactionRemoved(removed) = sample("reaction_removed").into_payload().unwrap() else {
        panic!()
    };
    assert!(!removed.channel_id.is_empty() && removed.reaction.channel_id.is_empty());
    let Payload::UserAdded(added) = sample("user_added").into_payload().unwrap() else { panic!() };
    assert!(!added.channel_id.is_empty());
    let posted = sample("posted");
    assert_eq!(posted.data()["sender_name"], "@bob");
    let Payload::Posted(posted) = posted.payload().unwrap() else { panic!() };
    assert_eq!(posted.sender(), "bob");
    assert!(posted.mentions_me());
}

#[test]
fn an_event_names_its_channel() {
    for kind in kinds() {
        let file = kind.name().replace("_*", "");
        let text = read(&format!("events/{file}.json"));
        let event = Event::from_json(&text).unwrap();
        // All samples but those about one channel have no 26 characters behind `channel_id`.
        let says = text.contains("channel_id\":\"")
            && text.split("channel_id").skip(1).any(|rest| {
                let id = rest.trim_start_matches(['\\', '"', ':']);
                id.bytes().take_while(u8::is_ascii_alphanumeric).count() == 26
            });
        let expected = says || kind == EventKind::ChannelUpdated;
        assert_eq!(event.channel_id().is_some(), expected, "{kind}: {:?}", event.channel_id());
    }
}

#[test]
fn what_does_not_fit_is_other_and_never_fails() {
    for text in [
        r#"{"event":"posted","data":{"post":"no json"},"seq":1}"#,
        r#"{"event":"posted","data":{"post":7},"seq":1}"#,
        r#"{"event":"posted","data":[1],"broadcast":{},"seq":1}"#,
        r#"{"event":"status_change","data":"x","seq":1}"#,
    ] {
        let event = Event::from_json(text).unwrap();
        assert!(matches!(event.payload().unwrap(), Payload::Other(_)), "{text}");
        assert!(event.decode_error().is_some(), "{text}");
        assert_eq!(event.kind().name(), event.name());
    }
    let event = Event::from_json(r#"{"event":"from_tomorrow","data":{"a":1},"seq":1}"#).unwrap();
    assert_eq!((event.kind(), event.name()), (EventKind::Other, "from_tomorrow"));
    assert!(event.decode_error().is_none());
    let Payload::Other(other) = event.payload().unwrap() else { panic!() };
    assert_eq!((other.name.as_str(), other.data.get("a")), ("from_tomorrow", Some(&1.into())));
    for text in [r#"{"event":"typing","data":null,"seq":1}"#, r#"{"event":"typing"}"#] {
        let event = Event::from_json(text).unwrap();
        assert!(matches!(event.payload().unwrap(), Payload::Typing(_)), "{text}: {:?}", event.decode_error());
    }
    for text in
        ["", "{}", "[]", "{\"event\":7}", "{\"status\":\"OK\"}", "{\"event\":\"x\",\"data\":", "<html>"]
    {
        assert!(Event::from_json(text).is_err(), "{text}");
    }
}

#[test]
fn members_that_nobody_knows_are_skipped_wherever_they_stand() {
    for text in [
        r#"{"event":"typing","extra":{"data":1},"data":{"user_id":"u","parent_id":"p"},"broadcast":{"channel_id":"c"},"seq":1}"#,
        r#"{"event":"typing","data":{"user_id":"u","parent_id":"p"},"extra":{"data":1},"broadcast":{"channel_id":"c"},"seq":1}"#,
        r#"{"event":"typing","data":{"user_id":"u","parent_id":"p"},"broadcast":{"channel_id":"c"},"extra":"\"seq\":3","seq":1}"#,
        r#"{"seq":1,"broadcast":{"channel_id":"c"},"data":{"user_id":"u","parent_id":"p"},"event":"typing","x":{"seq":9}}"#,
        "\n{ \"event\" : \"typing\" , \"data\" : {\"user_id\":\"u\",\"parent_id\":\"p\"} , \"broadcast\" : {\"channel_id\" : \"c\"} , \"seq\" : 1 } \n",
    ] {
        let event = Event::from_json(text).unwrap();
        let Payload::Typing(typing) = event.payload().unwrap() else { panic!("{text}") };
        assert_eq!((typing.user_id.as_str(), typing.parent_id.as_str()), ("u", "p"), "{text}");
        assert_eq!((typing.channel_id.as_str(), event.seq()), ("c", Some(1)), "{text}");
    }
}

#[test]
fn notices_can_be_made_for_tests() {
    let event = Event::from_json(
        r#"{"event":"_missed","data":{"reason":"overflow","since":5,"dropped":{"typing":2,"posted":1}}}"#,
    )
    .unwrap();
    assert_eq!((event.name(), event.origin(), event.seq()), ("_missed", Origin::Local, None));
    let Payload::Missed(missed) = event.payload().unwrap() else { panic!() };
    assert_eq!(missed.total(), 3);
    assert_eq!(missed.dropped.get(&EventKind::Typing), Some(&2));
    let end = Event::from_json(r#"{"event":"_ended"}"#).unwrap();
    assert!(end.payload().unwrap_err().is_closed());
    assert!(end.clone().into_payload().is_err() && end.decode_error().is_none());
}

#[test]
fn travels_and_is_small() {
    fn travels<T: Send + Sync + Clone + 'static>() {}
    travels::<Event>();
    travels::<Payload>();
    assert_eq!(size_of::<Event>(), size_of::<usize>());
    assert!(size_of::<Payload>() <= 104, "{}", size_of::<Payload>());
}
