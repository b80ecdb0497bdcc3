//! The position of a stream, for the next run of the program.

use std::fmt::{self, Write as _};

use serde::{Serialize, Serializer};

use super::catch_up::{DedupKey, DeliveredKeys, MAX_FUTURE_POSTS, MAX_POSITION_KEYS, MAX_RESUMED_LEAD};
use super::session::is_connection_id;
use crate::model::UserId;
use crate::model::json::{Decode, JsonReader};
use crate::time::Timestamp;

model! {
    /// The position in a stream after the last event that the program took.
    ///
    /// Save it in a [`StateFile`](crate::StateFile), and pass it to
    /// [`EventsBuilder::resume_from`](crate::EventsBuilder::resume_from) in the next run of the program.
    ///
    /// A position that is damaged, or belongs to another server or account, is ignored. The stream then begins with a
    /// [`Missed`](crate::event::Missed) of the reason `resumed` whose `since` is 0. Text that is not JSON, such as an
    /// empty file, cannot be deserialized.
    ///
    /// ```no_run
    /// # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
    /// use mattermost::{Events, Position, StateFile};
    /// let file = StateFile::new("position.json");
    /// let position: Option<Position> = file.load()?; // `None` in the first run
    /// let events = Events::builder(client).resume_from(position).open()?;
    /// for event in &events {
    ///     println!("{}", event.name());
    ///     file.save(&events.position())?;
    /// }
    /// # Ok(()) }
    /// ```
    #[derive(Eq)]
    pub struct Position {
        /// Server time before which all events were delivered. 0 if unknown.
        pub server_time: Timestamp,
        /// Server-assigned ID of the connection, if it can be resumed.
        pub connection_id: Option<String>,
        /// Sequence number of the next event on that connection.
        pub seq: u64,
        /// Base URL of the server. Empty in positions saved by older versions of this crate.
        pub server: String,
        /// ID of the account. Empty in positions saved by older versions of this crate.
        pub user_id: UserId,
        /// Posts, edits and deletions after `server_time` that were delivered already: the newest 2,048, with 16
        /// characters each. A catch-up may repeat older ones.
        pub(super) overlap: RecentKeys,
        /// Delivered posts whose dates are in the future, with their creation times: at most 1,024, with 32
        /// characters each.
        pub(super) future: FuturePosts,
    }
}

impl Position {
    /// Returns the position without the keys of events that were delivered after `server_time`. The keys take up to
    /// 66 KB on a busy server, the rest about 250 bytes. Keys of posts with a date more than 10 minutes in the future
    /// are kept.
    ///
    /// A catch-up from such a position repeats events of the 10 s before the gap. Use it in a program that recognizes
    /// repeated events by [`Event::identity`](crate::Event::identity).
    #[must_use]
    pub fn without_recent_keys(mut self) -> Self {
        self.overlap = RecentKeys::default();
        let dated_from = self.server_time.plus(MAX_RESUMED_LEAD);
        self.future.0.retain(|(time, _)| *time > dated_from);
        self
    }

    pub(super) fn new(id: Option<&str>, seq: u64, server_time: Timestamp, keys: DeliveredKeys) -> Self {
        Self {
            server_time,
            connection_id: id.map(str::to_owned),
            seq,
            overlap: RecentKeys(keys.recent),
            future: FuturePosts(keys.future),
            ..Self::default()
        }
    }

    /// Returns the keys of delivered events.
    pub(super) fn delivered_keys(&self) -> DeliveredKeys {
        DeliveredKeys { recent: self.overlap.0.clone(), future: self.future.0.clone() }
    }

    /// Sets the server and the account.
    pub(super) fn owned_by(self, server: String, user_id: UserId) -> Self {
        Self { server, user_id, ..self }
    }

    /// Checks a position from a file. It is ignored if it belongs to another server or account.
    pub(super) fn checked_for(mut self, server: &str, user_id: &UserId) -> Self {
        let other_server = !self.server.is_empty() && self.server != server;
        if other_server || (!self.user_id.is_empty() && self.user_id != *user_id) {
            log::warn!("the position belongs to another server or account and is ignored");
            return Self::default();
        }
        if !self.connection_id.as_deref().is_some_and(is_connection_id) {
            (self.connection_id, self.seq) = (None, 0);
        }
        if self.server_time < Timestamp::NEVER {
            return Self::default();
        }
        self
    }
}

/// Keys of events, serialized as a string of hexadecimal digits.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct RecentKeys(Vec<DedupKey>);

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

impl Decode for RecentKeys {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        from.read_str(&mut |text| {
            let digits = text.as_bytes().chunks(16).take(MAX_POSITION_KEYS);
            let key = |digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
            // Invalid digits mean damage. Without the keys, a catch-up may repeat some posts.
            self.0 = digits.map(key).collect::<Option<_>>().unwrap_or_default();
        })
    }
}

/// Times and keys, serialized as a string of hexadecimal digits, since not all file formats preserve 64-bit integers.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct FuturePosts(Vec<(Timestamp, DedupKey)>);

impl fmt::Debug for FuturePosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} posts", self.0.len())
    }
}

impl Serialize for FuturePosts {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(self.0.len() * 32);
        for (time, key) in &self.0 {
            let _ = write!(text, "{:016x}{key:016x}", time.as_millis());
        }
        to.serialize_str(&text)
    }
}

impl Decode for FuturePosts {
    fn decode_from(&mut self, from: &mut dyn JsonReader) -> serde_json::Result<()> {
        let entry = |digits: &[u8]| {
            let (time, key) = digits.split_at_checked(16)?;
            let number = |digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
            let time = i64::try_from(number(time)?).ok()?;
            Some((Timestamp::from_millis(time), number(key)?))
        };
        from.read_str(&mut |text| {
            let entries = text.as_bytes().chunks(32).take(MAX_FUTURE_POSTS);
            // As above.
            self.0 = entries.map(entry).collect::<Option<_>>().unwrap_or_default();
        })
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn is_small_and_comes_back() {
        let recent = |recent| DeliveredKeys { recent, future: Vec::new() };
        let position =
            Position::new(Some("x"), 7, Timestamp::from_millis(1000), recent(vec![1, u64::MAX, 3]));
        let text = serde_json::to_string(&position).unwrap();
        assert_eq!(
            text,
            r#"{"server_time":1000,"connection_id":"x","seq":7,"server":"","user_id":"","overlap":"0000000000000001ffffffffffffffff0000000000000003","future":""}"#
        );
        assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), position);
        assert_eq!(serde_json::from_str::<Position>("{}").unwrap(), Position::default());
        let future = vec![(Timestamp::from_millis(1 << 41), u64::MAX), (Timestamp::from_millis(1 << 42), 5)];
        let keys = DeliveredKeys { recent: Vec::new(), future: future.clone() };
        let dated = Position::new(None, 0, Timestamp::NEVER, keys);
        let text = serde_json::to_string(&dated).unwrap();
        assert!(
            text.contains(r#""future":"0000020000000000ffffffffffffffff00000400000000000000000000000005""#)
        );
        assert_eq!(serde_json::from_str::<Position>(&text).unwrap().delivered_keys().future, future);
        for damaged in ["0", "xyz", "日本", &"f".repeat(32), &"0".repeat(33)] {
            let text = serde_json::json!({ "future": damaged }).to_string();
            assert_eq!(serde_json::from_str::<Position>(&text).unwrap(), Position::default(), "{damaged}");
        }
        let damaged = serde_json::from_str::<Position>(r#"{"overlap":"xyz"}"#).unwrap();
        assert_eq!(damaged, Position::default());
        assert!(format!("{position:?}").contains("3 events"));
        let seconds = |seconds: i64| (Timestamp::from_millis(1000 + 1000 * seconds), 5);
        let future = DeliveredKeys { recent: vec![1], future: vec![seconds(20), seconds(601)] };
        let small = Position::new(Some("x"), 7, Timestamp::from_millis(1000), future).without_recent_keys();
        assert_eq!((small.seq, small.delivered_keys().recent.len()), (7, 0));
        assert_eq!(small.delivered_keys().future, [seconds(601)]);
    }

    #[test]
    fn only_what_is_a_position_is_used() {
        let (server, me) = ("https://chat.example.com", UserId::from_str(&"m".repeat(26)).unwrap());
        let id = "a".repeat(26);
        let good = Position::new(Some(&id), 7, Timestamp::from_millis(1000), DeliveredKeys::default());
        let good = good.owned_by(server.into(), me.clone());
        assert_eq!(good.clone().checked_for(server, &me), good);
        let elsewhere = "https://chat.example.org";
        assert_eq!(good.clone().checked_for(elsewhere, &me), Position::default());
        let other = UserId::from_str(&"o".repeat(26)).unwrap();
        assert_eq!(good.clone().checked_for(server, &other), Position::default());
        for id in [
            "",
            "x",
            "aaaaaaaaaaaaaaaaaaaaaaaaa\n",
            "aaaaaaaaaaaaaaaaaaaaaaaaa&",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            let damaged =
                Position { connection_id: Some(id.into()), ..good.clone() }.checked_for(server, &me);
            assert_eq!((damaged.connection_id, damaged.seq), (None, 0), "{id:?}");
            assert_eq!(damaged.server_time, good.server_time, "the time serves all the same");
        }
        let negative = Position { server_time: Timestamp::from_millis(-5), ..good };
        assert_eq!(negative.checked_for(server, &me), Position::default());
    }
}
