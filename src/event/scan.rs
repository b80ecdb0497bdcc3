//! Reads the ends of an envelope without parsing what lies between.
//!
//! A server writes `{"event":"posted","data":{..},"broadcast":{..},"seq":5}`, with or without spaces behind the
//! punctuation, with or without a line feed at the end. So the name stands at the head and the number at the tail.
//! Any other order is parsed in full. For text that is JSON the short way and the full parse say the same: a quote
//! that follows `{`, `,` or a space cannot belong to the text of a message, there it is escaped.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::EventKind;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// An event. `seq` is missing in what a server would not send.
    Event { kind: EventKind, seq: Option<u64> },
    /// The answer to an action request.
    Reply,
}

/// Where the parts of an envelope stand in its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) data: Range<usize>,
    pub(super) broadcast: Range<usize>,
}

/// What the frame is; `None` if it is no JSON object, or neither event nor reply.
pub(crate) fn scan(text: &str) -> Option<Head> {
    if let (Some((name, _)), Some((seq, _))) = (head(text), tail(text)) {
        return Some(Head::Event { kind: EventKind::of_server(name), seq: Some(seq) });
    }
    let full: Full<'_> = serde_json::from_str(text).ok()?;
    match full.name() {
        Some(name) => Some(Head::Event { kind: EventKind::of_server(&name), seq: full.seq() }),
        None if full.status.is_some() => Some(Head::Reply),
        None => None,
    }
}

/// The name of the event.
pub(super) fn name(text: &str) -> Option<Cow<'_, str>> {
    match head(text) {
        Some((name, _)) => Some(Cow::Borrowed(name)),
        None => serde_json::from_str::<Full<'_>>(text).ok()?.name(),
    }
}

/// The number of the event.
pub(super) fn seq(text: &str) -> Option<u64> {
    match tail(text) {
        Some((seq, _)) => Some(seq),
        None => serde_json::from_str::<Full<'_>>(text).ok()?.seq(),
    }
}

/// Where the parts stand, by the two ends. Wrong (then `data` is no JSON) if a member that we do not know stands
/// behind `data`: whoever decodes `data` without success asks [`parse`] too.
pub(super) fn locate(text: &str) -> Option<Parts> {
    let (_, after_name) = head(text)?;
    let (_, before_seq) = tail(text)?;
    let behind = member(after_name, "\"data\"")?;
    let data_at = text.len() - behind.len();
    let key_at = before_seq.rfind("\"broadcast\"")?;
    let broadcast = member(before_seq.get(key_at..)?, "\"broadcast\"")?;
    let broadcast_at = before_seq.len() - broadcast.len();
    let data_end = before_seq.get(..key_at).map(str::trim_end)?.strip_suffix(',')?.trim_end().len();
    (data_at < data_end && is_one_object(broadcast))
        .then_some(Parts { data: data_at..data_end, broadcast: broadcast_at..before_seq.len() })
}

/// Where the parts stand, by a full parse.
pub(super) fn parse(text: &str) -> Option<Parts> {
    let full: Full<'_> = serde_json::from_str(text).ok()?;
    let place = |part: Option<&RawValue>| {
        let part = part.map_or("", RawValue::get);
        let start =
            (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize).filter(|at| *at < text.len());
        start.map_or(0..0, |start| start..start + part.len())
    };
    Some(Parts { data: place(full.data), broadcast: place(full.broadcast) })
}

/// The channel that an event is about: that of `broadcast`, else the one that its data names.
pub(crate) fn channel_of(kind: EventKind, text: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Scope<'a> {
        #[serde(borrow)]
        channel_id: Option<Cow<'a, str>>,
    }
    let parts = locate(text).or_else(|| parse(text))?;
    let broadcast = text.get(parts.broadcast)?;
    if let Ok(Scope { channel_id: Some(id) }) = serde_json::from_str::<Scope<'_>>(broadcast) {
        if !id.is_empty() {
            return Some(id);
        }
    }
    let data: Value = serde_json::from_str(text.get(parts.data)?)
        .or_else(|error| match parse(text).and_then(|parts| text.get(parts.data)) {
            Some(data) => serde_json::from_str(data),
            None => Err(error),
        })
        .ok()?;
    channel_in(kind, &data).map(Cow::Owned)
}

fn channel_in(kind: EventKind, data: &Value) -> Option<String> {
    let named = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned)
    };
    if let Some(id) = named(data, "channel_id") {
        return Some(id);
    }
    kind.strings().iter().find_map(|key| {
        let inner: Value = serde_json::from_str(data.get(key)?.as_str()?).ok()?;
        let id = if *key == "channel" { "id" } else { "channel_id" };
        named(&inner, id).or_else(|| named(inner.get("post")?, "channel_id"))
    })
}

/// The name, and what follows it, if the envelope begins with it.
fn head(text: &str) -> Option<(&str, &str)> {
    const LONGEST: usize = 200;
    let rest = member(text.strip_prefix('{')?, "\"event\"")?.strip_prefix('"')?;
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b'"' || byte == b'\\')?;
    let (name, rest) = rest.split_at_checked(end)?;
    let rest = rest.strip_prefix('"')?;
    // A comma, lest this is a reply that an `event` member decorates.
    (!name.is_empty()).then_some((name, rest.trim_start().strip_prefix(',')?))
}

/// The number, and what stands before it, if the envelope ends with it.
fn tail(text: &str) -> Option<(u64, &str)> {
    let rest = text.trim_end().strip_suffix('}')?.trim_end();
    let before = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let seq = rest.get(before.len()..)?.parse().ok()?;
    let rest = before.trim_end().strip_suffix(':')?.trim_end().strip_suffix("\"seq\"")?;
    Some((seq, rest.trim_end().strip_suffix(',')?.trim_end()))
}

/// What follows a key and its colon.
fn member<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    Some(text.trim_start().strip_prefix(key)?.trim_start().strip_prefix(':')?.trim_start())
}

/// Whether the text is an object from its first to its last byte.
fn is_one_object(text: &str) -> bool {
    let (mut depth, mut bytes) = (0_u32, text.bytes());
    if !text.starts_with('{') {
        return false;
    }
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return bytes.next().is_none();
                }
            }
            b'"' => loop {
                match bytes.next() {
                    Some(b'"') => break,
                    Some(b'\\') => drop(bytes.next()),
                    Some(_) => {}
                    None => return false,
                }
            },
            _ => {}
        }
    }
    false
}

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
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
        let Text(name) = serde_json::from_str(self.event?.get()).ok()?;
        (!name.is_empty()).then_some(name)
    }

    fn seq(&self) -> Option<u64> {
        serde_json::from_str(self.seq?.get()).ok()
    }
}
