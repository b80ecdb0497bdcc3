//! What the stream says of itself. The names begin with `_`, as no event of a server does.

use std::collections::BTreeMap;

use super::EventKind;
use crate::Timestamp;
use crate::model::ChannelId;

model! {
    /// A link is up: the first one, or one after a [`Disconnected`].
    ///
    /// What to do: nothing. A bot may say that it is there.
    pub struct Connected {
        /// Whether the server goes on where the last link broke: nothing is missing. If it does not, a [`Missed`] follows,
        /// but for the first link.
        pub resumed: bool,
        /// The server's name for the link; stays the same while it is resumed.
        pub connection_id: String,
        /// As `11.6.0.build.hash.false`; empty until a server said it.
        pub server_version: String,
        /// Dials that it took, 1 or more.
        pub attempts: u32,
    }
}

open_enum! {
    /// Why a link ended.
    DisconnectReason {
        /// The server, or a proxy, closed it in good order.
        Closed = "closed",
        /// It broke: a reset, an end without a word, a TLS alert.
        Broken = "broken",
        /// A ping got no answer in time.
        Silent = "silent",
        /// Pings were answered, but events did not come any more; see [`Probe`](crate::Probe).
        Deaf = "deaf",
        /// Nothing could be written for too long.
        Stalled = "stalled",
        /// The server sent what cannot be read: a broken or too large frame.
        Unreadable = "unreadable",
        /// The session ended; a login follows if the credentials are known. With a token the stream asks whether that is
        /// still good, and then dials again.
        SessionExpired = "session_expired",
        /// A dial failed, or no first frame came.
        Refused = "refused",
    }
}

model! {
    /// A link ended; the stream dials again by itself.
    ///
    /// What to do: nothing. A program with a screen may show it.
    pub struct Disconnected {
        /// The failure message.
        pub reason: DisconnectReason,
        /// The same for people, with the error of the system or the close code.
        pub detail: String,
    }
}

open_enum! {
    /// Why events are missing.
    MissedReason {
        /// A number was left out on a living link.
        Gap = "gap",
        /// The server began a new connection: it no longer had, or did not want to give, what came in between.
        NewConnection = "new_connection",
        /// The program took events too slowly, and the queue was full.
        Overflow = "overflow",
        /// One event could not be read, and was left out: too large, broken, or not UTF-8.
        Unreadable = "unreadable",
        /// The program was not running: the stream goes on from a position of an earlier run.
        Resumed = "position",
    }
}

model! {
    /// Events are missing. A [`CaughtUp`] follows if the posts among them are looked up.
    ///
    /// What to do: most bots need nothing. A program that keeps a copy of something (members, reactions, statuses) should
    /// fetch it anew, at the latest when [`CaughtUp`] says what was not restored.
    pub struct Missed {
        /// The failure message.
        pub reason: MissedReason,
        /// From when on, by the server's clock; 10 s earlier than needed, to be sure. 0 if not known.
        pub since: Timestamp,
        /// Number of the last event before the gap.
        pub last_seq: Option<u64>,
        /// Number of the event that could not be read ([`MissedReason::Unreadable`]).
        pub seq: Option<u64>,
        /// How many events of each kind were dropped ([`MissedReason::Overflow`]).
        pub dropped: BTreeMap<EventKind, u64>,
        /// Whether the gap began before the horizon of the catch-up. Then nothing of it is looked up, unless `catching_up`
        /// says so, and then only what came after the horizon.
        pub beyond_horizon: bool,
        /// Whether the missing posts are looked up: a [`CaughtUp`] follows.
        pub catching_up: bool,
    }
}

impl Missed {
    /// How many events were dropped, of all kinds together. 0 where nobody can know.
    pub fn total(&self) -> u64 {
        self.dropped.values().sum()
    }
}

open_enum! {
    /// What a catch-up cannot bring back.
    NotRecovered {
        /// Reactions, added or removed.
        Reactions = "reactions",
        /// Who typed.
        Typing = "typing",
        /// Changes of status.
        Statuses = "statuses",
        /// Who joined or left.
        Memberships = "memberships",
        /// Deleted posts in channels where nothing else happened.
        Deletions = "deletions",
        /// Edits and deletions beyond the 1,000 rows that the server gives of a channel.
        Changes = "changes",
        /// Posts of a channel that could not be fetched.
        Posts = "posts",
        /// What happened before the horizon.
        BeyondHorizon = "beyond_horizon",
        /// Events of other kinds.
        Others = "others",
    }
}

model! {
    /// Something that a catch-up did not bring back.
    pub struct NotRecoveredItem {
        /// What.
        pub what: NotRecovered,
        /// In which channel; empty for all.
        pub channel_id: ChannelId,
    }
}

impl NotRecoveredItem {
    pub(crate) fn new(what: NotRecovered, channel_id: ChannelId) -> Self {
        Self { what, channel_id }
    }
}

model! {
    /// The gap that a [`Missed`] told of is filled as far as that can be done.
    ///
    /// What to do: look at `complete` and `not_recovered` if more than posts matter.
    pub struct CaughtUp {
        /// Posts that were delivered.
        pub posts: u64,
        /// Edited posts that were delivered.
        pub edited: u64,
        /// Deleted posts that were delivered.
        pub deleted: u64,
        /// Whether every post that still exists was delivered.
        pub complete: bool,
        /// What was not brought back.
        pub not_recovered: Vec<NotRecoveredItem>,
        /// How many events of each kind came while the gap was being filled, and were dropped because too many waited. The
        /// posts among them were looked up.
        pub dropped: BTreeMap<EventKind, u64>,
    }
}

model! {
    /// The session ended: it expired, was revoked, or the account was logged out.
    ///
    /// What to do: nothing if `login_again`. Otherwise the stream ends with the error that follows.
    pub struct SessionExpired {
        /// Whether the stream logs in again: it has the credentials.
        pub login_again: bool,
    }
}
