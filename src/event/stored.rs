//! The stored form of an event.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Event, Origin};

/// Precedes the text of the server, which is embedded unchanged: readers in other languages find the event there.
#[derive(Deserialize, Serialize)]
pub(super) struct Stored<'a> {
    pub(super) origin: Origin,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) connection_id: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) event: Option<&'a RawValue>,
    /// Used instead of `event` if the text is not valid JSON.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<Cow<'a, str>>,
}

impl Event {
    /// Returns the event as one line of JSON, for a file, a queue or a database. [`from_json`](Self::from_json)
    /// returns an equal event, with the same [`raw`](Self::raw) text, [`origin`](Self::origin),
    /// [`seq`](Self::seq) and [`connection_id`](Self::connection_id).
    ///
    /// The text received from the server is the member `event`, which follows all other members. The stored form is
    /// about 70 bytes longer than that text.
    ///
    /// ```
    /// # use mattermost::Event;
    /// # let text = r#"{"event":"typing","data":{},"broadcast":{},"seq":7}"#;
    /// let event = Event::from_json(text)?;
    /// let stored = event.to_json();
    /// assert_eq!(stored, format!(r#"{{"origin":"live","event":{text}}}"#));
    /// let restored = Event::from_json(&stored)?;
    /// assert_eq!((restored.raw(), restored.origin()), (event.raw(), event.origin()));
    /// # Ok::<(), mattermost::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        // 5.37 ends its texts with a line feed.
        let text = self.raw().trim_end();
        let one_line = !text.contains(['\n', '\r']);
        let raw = if one_line { serde_json::from_str::<&RawValue>(text).ok() } else { None };
        let stored = Stored {
            origin: self.origin(),
            connection_id: self.connection_id().map(Cow::Borrowed),
            event: raw,
            text: raw.is_none().then_some(Cow::Borrowed(text)),
        };
        serde_json::to_string(&stored).unwrap_or_default()
    }
}

/// Parses a stored event. Returns `None` for any other text.
pub(super) fn read_stored(text: &str) -> Option<Stored<'_>> {
    let stored: Stored<'_> = serde_json::from_str(text).ok()?;
    let event = stored.event.is_some_and(|event| event.get().starts_with('{'));
    (event || stored.text.is_some()).then_some(stored)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::{Missed, Payload};

    fn same(one: &Event, two: &Event) {
        assert_eq!((one.name(), one.kind(), one.seq()), (two.name(), two.kind(), two.seq()));
        assert_eq!((one.raw().trim_end(), one.origin()), (two.raw(), two.origin()));
        assert_eq!(one.connection_id(), two.connection_id());
        assert_eq!(one.payload().unwrap(), two.payload().unwrap());
        assert_eq!((one.data(), one.identity()), (two.data(), two.identity()));
    }

    #[test]
    fn every_event_is_restored() {
        let posted = include_str!("../../tests/data/events/posted.json").trim_end();
        let custom =
            r#"{"event":"custom_\u0022x","data":{"a":"\\\"}"},"broadcast":{},"seq":18446744073709551615}"#;
        let broken = r#"{"event":"posted","data":{"post": nonsense},"broadcast":{},"seq":5}"#;
        let folded = "{\"event\":\"typing\",\n\"data\":{},\r\n\"seq\":1}";
        for text in [posted, custom, broken, folded, &format!("{posted}\n")] {
            for (origin, id) in
                [(Origin::Live, None), (Origin::Resumed, Some("c\"1")), (Origin::CaughtUp, None)]
            {
                let Some(crate::event::Head::Event { kind, seq }) = crate::event::scan_frame(text) else {
                    panic!("{text}")
                };
                let event =
                    Event::from_connection(kind, seq, text.into(), origin).on_connection(id.map(Arc::from));
                let stored = event.to_json();
                assert!(!stored.contains('\n') && serde_json::from_str::<serde_json::Value>(&stored).is_ok());
                same(&event, &Event::from_json(&stored).unwrap());
                // Databases sort the members and insert spaces.
                let sorted = serde_json::from_str::<serde_json::Value>(&stored).unwrap().to_string();
                let sorted = Event::from_json(&sorted).unwrap();
                assert_eq!(
                    (sorted.origin(), sorted.connection_id()),
                    (event.origin(), event.connection_id())
                );
                assert_eq!(sorted.payload().unwrap(), event.payload().unwrap());
            }
        }
        let missed =
            Event::from_notification(Payload::Missed(Box::new(Missed { seq: Some(4), ..Missed::default() })));
        same(&missed, &Event::from_json(&missed.to_json()).unwrap());
        let end = Event::end_of_stream(crate::Error::new(crate::ErrorKind::Closed, "over"));
        assert!(Event::from_json(&end.to_json()).unwrap().payload().is_err());
    }

    #[test]
    fn anything_else_is_refused() {
        let refused = [
            "",
            "7",
            r#"{"origin":"live"}"#,
            r#"{"origin":"live","event":{"data":{}}}"#,
            r#"{"origin":"live","text":"posted"}"#,
            r#"{"origin":"unknown","event":{"event":"posted","data":{},"seq":1}}"#,
            r#"{"origin":"live","event":{"origin":"live","event":{"event":"posted","data":{},"seq":1}}}"#,
        ];
        for text in refused {
            assert_eq!(Event::from_json(text).unwrap_err().kind(), crate::ErrorKind::Decode, "{text}");
        }
    }
}
