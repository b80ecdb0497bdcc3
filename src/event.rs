//! Events of the server and notifications of the stream.
//!
//! An [`Event`] contains the text that the server sent. The text is decoded on first access, on the thread that
//! accesses it:
//!
//! ```
//! use mattermost::{Event, Payload};
//! let event = Event::from_json(
//!     r#"{"event":"typing","data":{"user_id":"8ef4z5m5m7yqmyikymtmopjyie","parent_id":""},
//!         "broadcast":{"channel_id":"6jjc78iiwjrhb8dzxmxy4poxyo"},"seq":7}"#,
//! )?;
//! match event.payload()? {
//!     Payload::Posted(posted) => println!("{}: {}", posted.sender(), posted.post.message),
//!     Payload::Typing(typing) => {
//!         assert_eq!(typing.channel_id, "6jjc78iiwjrhb8dzxmxy4poxyo");
//!     }
//!     Payload::Missed(missed) => println!("events are missing: {}", missed.reason),
//!     _ => {}
//! }
//! # Ok::<(), mattermost::Error>(())
//! ```
//!
//! **[`payload`](Event::payload) fails only for the last event of a stream that ended permanently**, with the error
//! that ended it. A loop can therefore use `?`. Data that does not match its type is returned as [`Payload::Other`],
//! and [`Event::decode_error`] returns the reason. The first such event of each kind is logged as a warning, and all
//! are counted.
//!
//! In addition to the events of the server, there are notifications of the stream itself: [`Connected`],
//! [`Disconnected`], [`Missed`], [`CaughtUp`] and [`SessionExpired`]. Their names begin with `_`.

mod channels;
mod embedded;
mod identity;
mod notification;
mod posts;
pub(crate) mod scan;
mod server;
mod stored;
mod table;
mod teams;
mod threads;
mod users;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

pub use channels::*;
pub use notification::*;
pub use posts::*;
pub(crate) use scan::{Head, channel_of, scan_frame};
pub use server::*;
pub use table::{EventKind, Payload};
pub use teams::*;
pub use threads::*;
pub use users::*;

use crate::atomic::AtomicU64;
use crate::error::{Error, ErrorKind, Result, shorten_text};
use crate::model::json::{Decode, FromKey as _, decode_event, deserialize_event};
use crate::model::{ChannelId, TeamId, UserId};

/// An event of the server or a notification of the stream. It is `Send + Sync`, and cheap to clone.
#[derive(Clone)]
pub struct Event(Arc<EventInner>);

struct EventInner {
    kind: EventKind,
    origin: Origin,
    seq: Option<u64>,
    connection_id: Option<Arc<str>>,
    text: Box<str>,
    /// `None` if it follows from the kind.
    name: Option<Box<str>>,
    end: Option<Error>,
    undecodable: Option<Arc<AtomicU64>>,
    parts: OnceLock<scan::Parts>,
    broadcast: OnceLock<Box<Broadcast>>,
    data: OnceLock<Value>,
    payload: OnceLock<Payload>,
    decode_error: OnceLock<Error>,
}

/// Origin of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// Received when it happened.
    Live,
    /// Received after an interruption, from the buffer of the server.
    Resumed,
    /// Fetched after a gap. Such an event may be minutes old, and has no [`seq`](Event::seq).
    CaughtUp,
    /// Created by the stream itself: a notification, or the end of the stream.
    Local,
}

model! {
    /// The recipients of an event.
    ///
    /// The first field that is set determines the recipients: a connection, a user, a channel or a team, in this
    /// order. If none is set, all users receive the event. If `user_id` is set, channel and team only describe the
    /// event.
    pub struct Broadcast {
        /// Users who do not receive the event, such as the user who is typing.
        pub omit_users: BTreeMap<UserId, bool>,
        /// The only user who receives the event. Empty if there are several.
        pub user_id: UserId,
        /// The channel whose members receive the event, or to which it belongs.
        pub channel_id: ChannelId,
        /// The team whose members receive the event, or to which it belongs.
        pub team_id: TeamId,
        /// The only connection that receives the event.
        pub connection_id: String,
        /// A connection that does not receive the event.
        pub omit_connection_id: String,
        /// `true` if this is the version for users who may not see all data.
        #[serde(skip_serializing_if = "embedded::is_off")]
        pub contains_sanitized_data: bool,
        /// `true` if this is the version for system administrators.
        #[serde(skip_serializing_if = "embedded::is_off")]
        pub contains_sensitive_data: bool,
    }
}

impl Event {
    /// Returns the name of the event, for example `posted`. Names of notifications begin with `_`.
    pub fn name(&self) -> &str {
        self.0.name.as_deref().unwrap_or(self.0.kind.name())
    }

    /// Returns the kind of the event.
    pub fn kind(&self) -> EventKind {
        self.0.kind
    }

    /// Returns the sequence number of the event on its connection, starting at 0. `None` for events of a catch-up and
    /// for notifications.
    pub fn seq(&self) -> Option<u64> {
        self.0.seq
    }

    /// Returns the ID of the connection on which the event was received, to which [`seq`](Self::seq) refers. `None` for
    /// events of a catch-up, for notifications, and if the server did not send an ID.
    pub fn connection_id(&self) -> Option<&str> {
        self.0.connection_id.as_deref()
    }

    /// Returns the origin of the event.
    pub fn origin(&self) -> Origin {
        self.0.origin
    }

    /// Returns the recipients of the event. Decoded on the first call.
    pub fn broadcast(&self) -> &Broadcast {
        self.0.broadcast.get_or_init(|| {
            Box::new(self.with_part(|parts| &parts.broadcast, decode_event).unwrap_or_default())
        })
    }

    /// Returns the channel of the event: the channel in [`broadcast`](Self::broadcast), or otherwise the channel in
    /// the data.
    ///
    /// `None` if there is no channel, or more than one. The [`channels`](crate::EventsBuilder::channels) filter of a
    /// stream uses this method. It does not affect events without a channel.
    pub fn channel_id(&self) -> Option<ChannelId> {
        let id = channel_of(self.0.kind, &self.0.text)?;
        Some(ChannelId::from_key(&id))
    }

    /// Returns the data as untyped JSON, exactly as the server sent it. Decoded on the first call.
    ///
    /// `null` if the data is not JSON, or if it would take far more memory than its text. See
    /// [`limits`](crate::limits).
    ///
    /// Many members are strings that contain JSON, for example `data["post"]`. [`payload`](Self::payload) and
    /// [`decode`](Self::decode) decode these as well.
    pub fn data(&self) -> &Value {
        self.0.data.get_or_init(|| self.with_data(decode_event).unwrap_or_default())
    }

    /// Returns the event as text, exactly as the server sent it. For notifications and events of a catch-up, the
    /// stream generates an equivalent text.
    pub fn raw(&self) -> &str {
        &self.0.text
    }

    /// Returns the typed data. Decoded on the first call, once for all clones.
    ///
    /// # Errors
    ///
    /// Fails only for the last event of a stream that ended permanently, with the error that ended it.
    pub fn payload(&self) -> Result<&Payload> {
        match &self.0.end {
            Some(cause) => Err(cause.clone()),
            None => Ok(self.0.payload.get_or_init(|| self.decode_payload())),
        }
    }

    /// Returns the typed data by value, without a copy if the event has no other clone. Fails like
    /// [`payload`](Self::payload).
    pub fn into_payload(self) -> Result<Payload> {
        let decoded = self.payload()?.kind();
        let payload = match Arc::try_unwrap(self.0) {
            Ok(inner) => inner.payload.into_inner(),
            Err(shared) => shared.payload.get().cloned(),
        };
        Ok(payload.unwrap_or_else(|| Payload::other(decoded.name(), crate::model::Json::default())))
    }

    /// Returns the reason why the payload is [`Payload::Other`] although this version has a type for its kind.
    /// Decodes the payload.
    pub fn decode_error(&self) -> Option<&Error> {
        let _ = self.payload();
        self.0.decode_error.get()
    }

    /// Decodes the data into any type. Strings that contain JSON are decoded as that JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] if the data does not match the type.
    ///
    /// # Examples
    ///
    /// ```
    /// # use mattermost::Event;
    /// #[derive(serde::Deserialize)]
    /// struct Brief { post: BriefPost, sender_name: String }
    /// #[derive(serde::Deserialize)]
    /// struct BriefPost { message: String }
    ///
    /// let event = Event::from_json(
    ///     r#"{"event":"posted","data":{"post":"{\"message\":\"hi\"}","sender_name":"@bob"}}"#,
    /// )?;
    /// let brief: Brief = event.decode()?;
    /// assert_eq!((brief.post.message.as_str(), brief.sender_name.as_str()), ("hi", "@bob"));
    /// # Ok::<(), mattermost::Error>(())
    /// ```
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T> {
        if self.0.kind.strings().is_empty() {
            return self.with_data(deserialize_event);
        }
        self.with_data(|data| deserialize_event(&unfold_data(data, self.0.kind.strings())?))
    }

    /// Restores an event from its text: the stored form written by [`to_json`](Self::to_json), or the text of the
    /// server, for example in a test. In the latter, `broadcast` and `seq` may be omitted, and the origin is
    /// [`Origin::Live`]. Also restores notifications of the stream.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] if the text is not a JSON object with an `event`.
    pub fn from_json(text: &str) -> Result<Self> {
        let no_event = |why: &'static str| Error::new(ErrorKind::Decode, why);
        let stored = if scan::event_name(text).is_some() { None } else { stored::read_stored(text) };
        let (text, origin, connection_id) = match &stored {
            None => (text, None, None),
            Some(stored) => {
                let event = stored.event.map(RawValue::get).or(stored.text.as_deref());
                (
                    event.unwrap_or_default(),
                    Some(stored.origin),
                    stored.connection_id.as_deref().map(Arc::from),
                )
            }
        };
        let name = scan::event_name(text)
            .ok_or_else(|| no_event("not an event: not a JSON object with an `event`"))?;
        // The text of a stored event was not JSON when it was received either.
        if stored.is_none() {
            scan::parse_parts(text).ok_or_else(|| no_event("not an event: not JSON"))?;
        }
        let kind = EventKind::from(&*name);
        if kind == EventKind::Ended {
            return Ok(Self::end_of_stream(Error::new(ErrorKind::Closed, "the stream ended")));
        }
        let origin = origin.unwrap_or(if kind.is_notification() { Origin::Local } else { Origin::Live });
        Ok(Self::from_connection(kind, scan::sequence_number(text), text.into(), origin)
            .on_connection(connection_id))
    }

    fn envelope_parts(&self) -> &scan::Parts {
        let text = &self.0.text;
        self.0
            .parts
            .get_or_init(|| scan::locate_parts(text).or_else(|| scan::parse_parts(text)).unwrap_or_default())
    }

    fn with_data<T>(&self, read: impl Fn(&str) -> Result<T>) -> Result<T> {
        self.with_part(|parts| &parts.data, read)
    }

    /// Decodes a part of the text. If it is not valid JSON, the text is parsed in full to find the part.
    fn with_part<T>(
        &self,
        part: fn(&scan::Parts) -> &Range<usize>,
        read: impl Fn(&str) -> Result<T>,
    ) -> Result<T> {
        let range = part(self.envelope_parts());
        let text_of = |range: &Range<usize>| match self.0.text.get(range.clone()) {
            Some("") | None => "null",
            Some(text) => text,
        };
        read(text_of(range)).or_else(|error| match scan::parse_parts(&self.0.text) {
            Some(sure) if part(&sure) != range => read(text_of(part(&sure))),
            _ => Err(error),
        })
    }

    /// Decodes some members of the data.
    pub(crate) fn decode_members<T: Default + Decode>(&self) -> Result<T> {
        self.with_data(decode_event)
    }

    fn decode_payload(&self) -> Payload {
        let decode = |data: &str| Payload::decode(self.kind(), self.name(), data, || self.broadcast());
        self.or_other(self.with_data(decode))
    }

    fn or_other(&self, typed: Result<Payload>) -> Payload {
        typed.unwrap_or_else(|error| {
            if let Some(counter) = &self.0.undecodable {
                counter.fetch_add(1, Ordering::Relaxed);
            }
            warn_once(self.kind(), self.name(), &error);
            let _ = self.0.decode_error.set(error);
            Payload::other(self.name(), self.with_data(decode_event).unwrap_or_default())
        })
    }
}

/// Returns the data as text, with the JSON in some of its string members unfolded.
fn unfold_data(data: &str, strings: &[&str]) -> Result<String> {
    if !data.trim_start().starts_with('{') {
        return Ok(data.to_owned());
    }
    let mut text = String::with_capacity(data.len());
    for (key, raw) in decode_event::<BTreeMap<String, Box<RawValue>>>(data)? {
        let raw = raw.get();
        text.push(if text.is_empty() { '{' } else { ',' });
        text.push_str(&Value::from(key.as_str()).to_string());
        text.push(':');
        let inner = if strings.contains(&&*key) { decode_event::<String>(raw).ok() } else { None };
        let inner = inner.filter(|inner| serde_json::from_str::<IgnoredAny>(inner).is_ok());
        text.push_str(inner.as_deref().unwrap_or(raw));
    }
    text.push_str(if text.is_empty() { "{}" } else { "}" });
    Ok(text)
}

/// Logs one warning per kind and process: a server with another format sends thousands of such events.
fn warn_once(kind: EventKind, name: &str, error: &Error) {
    static WARNED: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];
    let (word, bit) = (kind.table_index() / 64, 1 << (kind.table_index() % 64));
    let first = WARNED.get(word).is_some_and(|word| word.fetch_or(bit, Ordering::Relaxed) & bit == 0);
    if first {
        log::warn!(
            "event {} does not match its type and is delivered as Payload::Other: {error}",
            shorten_text(name, 60)
        );
    }
}

/// Constructors for streams.
impl Event {
    /// Creates an event of a connection. `kind` and `seq` are those that [`scan_frame`] found in `text`.
    pub(crate) fn from_connection(kind: EventKind, seq: Option<u64>, text: Box<str>, origin: Origin) -> Self {
        let name = match kind {
            EventKind::Custom | EventKind::Other => scan::event_name(&text).map(Into::into),
            _ => None,
        };
        Self(Arc::new(EventInner {
            kind,
            origin,
            seq,
            connection_id: None,
            text,
            name,
            end: None,
            undecodable: None,
            parts: OnceLock::new(),
            broadcast: OnceLock::new(),
            data: OnceLock::new(),
            payload: OnceLock::new(),
            decode_error: OnceLock::new(),
        }))
    }

    /// Sets the connection on which the event was received. Only before the event is cloned.
    #[must_use]
    pub(crate) fn on_connection(mut self, connection_id: Option<Arc<str>>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.connection_id = connection_id;
        }
        self
    }

    /// Sets the counter for data that does not match its type. Only before the event is cloned.
    #[must_use]
    pub(crate) fn with_error_counter(mut self, undecodable: &Arc<AtomicU64>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.undecodable = Some(Arc::clone(undecodable));
        }
        self
    }

    /// Creates an event of a catch-up. `text` is an envelope without a sequence number.
    pub(crate) fn caught_up(kind: EventKind, text: Box<str>) -> Self {
        Self::from_connection(kind, None, text, Origin::CaughtUp)
    }

    /// Creates a notification of the stream.
    pub(crate) fn from_notification(payload: Payload) -> Self {
        let kind = payload.kind();
        let text = payload.notification_envelope();
        let event = Self::from_connection(kind, None, text, Origin::Local);
        let _ = event.0.payload.set(payload);
        event
    }

    /// Creates the last event of a stream that ended permanently.
    pub(crate) fn end_of_stream(cause: Error) -> Self {
        #[derive(Serialize)]
        struct End {
            error: String,
        }
        let kind = EventKind::Ended;
        let text =
            write_envelope(kind.name(), &End { error: cause.to_string() }, &Broadcast::default(), None);
        let mut event = Self::from_connection(kind, None, text, Origin::Local);
        if let Some(inner) = Arc::get_mut(&mut event.0) {
            inner.end = Some(cause);
        }
        event
    }

    /// Returns the payload of a `posted`. Fails like [`payload`](Self::payload).
    ///
    /// A bot that only handles messages then does not contain the decoders of other events, which are 0.4 to 0.5 MB.
    pub(crate) fn posted_payload(&self) -> Result<Option<&Posted>> {
        if let Some(cause) = &self.0.end {
            return Err(cause.clone());
        }
        if self.0.kind != EventKind::Posted {
            return Ok(None);
        }
        let decode = || self.or_other(self.with_data(|data| decode_event(data).map(Payload::Posted)));
        match self.0.payload.get_or_init(decode) {
            Payload::Posted(posted) => Ok(Some(posted)),
            _ => Ok(None),
        }
    }

    /// Returns the payload of a notification. `None` for events of the server. Separate for the same reason.
    pub(crate) fn as_notification(&self) -> Option<&Payload> {
        self.0.payload.get().filter(|_| self.0.kind.is_notification())
    }

    /// Returns the error that ended the stream, if this is its last event.
    pub(crate) fn end_cause(&self) -> Option<&Error> {
        self.0.end.as_ref()
    }
}

/// The text of an event, as a server writes it.
pub(crate) fn write_envelope(
    name: &str,
    data: &impl Serialize,
    broadcast: &Broadcast,
    seq: Option<u64>,
) -> Box<str> {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        event: &'a str,
        data: &'a T,
        broadcast: &'a Broadcast,
        #[serde(skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
    }
    serde_json::to_string(&Envelope { event: name, data, broadcast, seq }).unwrap_or_default().into()
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Event");
        shown.field("name", &self.name()).field("seq", &self.0.seq).field("origin", &self.0.origin);
        match &self.0.end {
            Some(cause) => shown.field("cause", cause),
            None => shown.field("raw", &shown_text(&self.0.text)),
        };
        shown.finish_non_exhaustive()
    }
}

fn shown_text(text: &str) -> Cow<'_, str> {
    shorten_text(text.trim_end(), 300)
}

impl Payload {
    /// Returns the post that the event contains. `None` for events without a post.
    pub fn post(&self) -> Option<&crate::model::Post> {
        match self {
            Self::Posted(event) => Some(&event.post),
            Self::PostEdited(event) => Some(&event.post),
            Self::PostDeleted(event) => Some(&event.post),
            Self::EphemeralMessage(event) => Some(&event.post),
            Self::PersistentNotificationTriggered(event) => Some(&event.post),
            Self::PostRevealed(event) => Some(&event.post),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROKEN: &str = r#"{"event":"posted","data":{"post":7},"broadcast":{},"seq":1}"#;

    #[test]
    fn unfolded_data_has_each_member_once() {
        #[derive(serde::Deserialize)]
        struct Own {
            post: crate::Post,
        }
        for data in [
            r#"{"post":"{\"id\":\"a\"}","x\ud83d":1}"#,
            r#"{"post":"{\"id\":\"b\"}","post":"{\"id\":\"a\"}"}"#,
        ] {
            let event = Event::from_json(&format!(r#"{{"event":"posted","data":{data}}}"#)).unwrap();
            assert_eq!(event.decode::<Own>().unwrap().post.id.as_str(), "a", "{data}");
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_once() {
        let counter = Arc::new(AtomicU64::new(0));
        let live = |text: &str| {
            let Some(Head::Event { kind, seq }) = scan_frame(text) else { panic!("{text}") };
            Event::from_connection(kind, seq, text.into(), Origin::Resumed).with_error_counter(&counter)
        };
        let event = live(BROKEN);
        let again = event.clone();
        assert!(event.decode_error().is_some() && matches!(again.payload().unwrap(), Payload::Other(_)));
        assert_eq!((counter.load(Ordering::Relaxed), event.origin()), (1, Origin::Resumed));
        assert!(
            matches!(live(BROKEN).into_payload().unwrap(), Payload::Other(other) if other.name == "posted")
        );
        assert!(live(r#"{"event":"who_knows","data":{},"broadcast":{},"seq":1}"#).payload().is_ok());
        assert_eq!(counter.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn notifications_say_the_same_in_all_forms() {
        let missed = Missed { reason: MissedReason::Gap, last_seq: Some(4), ..Missed::default() };
        let event = Event::from_notification(Payload::Missed(Box::new(missed.clone())));
        assert_eq!((event.name(), event.seq(), event.origin()), ("_missed", None, Origin::Local));
        assert_eq!(event.data()["reason"], "gap");
        let again = Event::from_json(event.raw()).unwrap();
        assert_eq!(again.payload().unwrap(), &Payload::Missed(Box::new(missed)));
        assert_eq!(event.channel_id(), None);
    }

    #[test]
    fn the_end_is_an_error_for_ever() {
        let event = Event::end_of_stream(Error::new(ErrorKind::Closed, "logged out"));
        assert_eq!((event.name(), event.kind(), event.seq()), ("_ended", EventKind::Ended, None));
        assert!(event.payload().is_err() && event.payload().is_err());
        assert_eq!(event.end_cause().unwrap().to_string(), "logged out");
        assert_eq!(event.data()["error"], "logged out");
        assert!(event.decode_error().is_none());
        assert!(event.into_payload().unwrap_err().is_closed());
    }

    #[test]
    fn what_is_caught_up_looks_like_what_is_live() {
        let live = Event::from_json(include_str!("../tests/data/events/posted.json")).unwrap();
        let Payload::Posted(posted) = live.payload().unwrap() else { panic!() };
        let text = write_envelope("posted", posted, live.broadcast(), None);
        let event = Event::caught_up(EventKind::Posted, text);
        assert_eq!((event.seq(), event.origin()), (None, Origin::CaughtUp));
        assert_eq!(event.payload().unwrap(), live.payload().unwrap());
        let members = |event: &Event| event.data().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(members(&event), members(&live));
        assert_eq!((event.channel_id(), event.broadcast()), (live.channel_id(), live.broadcast()));
    }

    #[test]
    fn a_shared_payload_is_copied_and_a_lone_one_is_not() {
        let event = Event::from_json(include_str!("../tests/data/events/typing.json")).unwrap();
        let other = event.clone();
        let Payload::Typing(one) = event.into_payload().unwrap() else { panic!() };
        let Payload::Typing(two) = other.into_payload().unwrap() else { panic!() };
        assert_eq!(one, two);
    }

    #[test]
    fn shows_itself_shortly() {
        let text = BROKEN.replace('7', &format!("\"{}\"", "x".repeat(5000)));
        let shown = format!("{:?}", Event::from_json(&text).unwrap());
        assert!(shown.contains("posted") && shown.len() < 500, "{shown}");
    }
}
