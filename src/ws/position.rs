//! Where a stream stands, for the next run of the program.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::catch_up::{DedupKey, MAX_POSITION_KEYS};
use crate::time::Timestamp;

model! {
    /// Where a stream stands behind the last event that the program took. Write it to a file, and give it to
    /// [`EventsBuilder::resume_from`](crate::EventsBuilder::resume_from) in the next run.
    ///
    /// ```no_run
    /// # fn run(client: &mattermost::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use mattermost::{Events, Position};
    /// let mut builder = Events::builder(client);
    /// if let Ok(text) = std::fs::read_to_string("position.json") {
    ///     builder = builder.resume_from(serde_json::from_str::<Position>(&text)?);
    /// }
    /// let events = builder.open()?;
    /// for event in &events {
    ///     println!("{}", event.name());
    ///     std::fs::write("position.json", serde_json::to_string(&events.position())?)?;
    /// }
    /// # Ok(()) }
    /// ```
    #[derive(Eq)]
    pub struct Position {
        /// All that happened up to then was delivered, by the server's clock; 0 if not known.
        pub server_time: Timestamp,
        /// The server's name for the connection, if it can be gone on with.
        pub connection_id: Option<String>,
        /// Number of the next event on it.
        pub seq: u64,
        /// What of the time after `server_time` was delivered already: the newest 2,048 posts, edits and deletions, 16
        /// letters each. Before those, a catch-up may repeat some.
        pub(super) overlap: RecentKeys,
    }
}

impl Position {
    pub(super) fn new(id: Option<&str>, seq: u64, server_time: Timestamp, overlap: Vec<DedupKey>) -> Self {
        Self { server_time, connection_id: id.map(str::to_owned), seq, overlap: RecentKeys(overlap) }
    }
}

/// Keys of events, written as one string of hexadecimal digits.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct RecentKeys(Vec<DedupKey>);

impl RecentKeys {
    pub(super) fn keys(&self) -> Vec<DedupKey> {
        self.0.clone()
    }
}

impl fmt::Debug for RecentKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events", self.0.len())
    }
}

impl Serialize for RecentKeys {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(self.0.len() * 16);
        for key in &self.0 {
            let _ = write!(text, "{key:016x}");
        }
        to.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for RecentKeys {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(from)?;
        let digits = text.as_bytes().chunks(16).take(MAX_POSITION_KEYS);
        let key = |digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        digits.map(key).collect::<Option<_>>().map(Self).ok_or_else(|| D::Error::custom("not hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_small_and_comes_back() {
        let position = Position::new(Some("x"), 7, Timestamp::from_millis(1000), vec![1, u64::MAX, 3]);
        let text = serde_json::to_string(&position).unwrap();
        assert_eq!(
            text,
            r#"{"server_time":1000,"connection_id":"x","seq":7,"overlap":"0000000000000001ffffffffffffffff0000000000000003"}"#
        );
        assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position);
        assert_eq!(serde_json::from_str::<Position>("{}").unwrap(), Position::default());
        assert!(serde_json::from_str::<Position>(r#"{"overlap":"xyz"}"#).is_err());
        assert!(format!("{position:?}").contains("3 events"));
    }
}
