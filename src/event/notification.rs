//! Notifications of the stream itself. Their names begin with `_`, unlike those of server events.

use std::collections::BTreeMap;

use super::EventKind;
use crate::Timestamp;
use crate::model::ChannelId;

model! {
    /// A connection was established: the first one, or one after a [`Disconnected`].
    ///
    /// No action is required. A bot may use it to announce that it is available.
    pub struct Connected {
        /// `true` if the server resumed the lost connection, so that nothing is missing. Otherwise a [`Missed`] follows,
        /// except for the first connection.
        pub resumed: bool,
        /// Server-assigned ID of the connection. Unchanged while it is resumed.
        pub connection_id: String,
        /// Server version, for example `11.6.0.build.hash.false`. Empty until the first `hello` was received.
        pub server_version: String,
        /// Number of connection attempts, at least 1.
        pub attempts: u32,
    }
}

open_enum! {
    /// Reason for the loss of a connection.
    DisconnectReason {
        /// The server or a proxy closed the connection.
        Closed = "closed",
        /// The connection broke, for example by a reset, an end without a close frame, or a TLS alert.
        Broken = "broken",
        /// The reply to a ping did not arrive within its timeout.
        Silent = "silent",
        /// Pings were replied to, but events no longer arrived. See [`Probe`](crate::Probe).
        Deaf = "deaf",
        /// No data could be written for 15 s.
        Stalled = "stalled",
        /// The server sent a frame that is malformed or too large.
        Unreadable = "unreadable",
        /// The session ended. The stream logs in again if it has the credentials. With a token, it checks whether the
        /// token is still valid, and reconnects.
        SessionExpired = "session_expired",
        /// A connection attempt failed, or the first frame did not arrive.
        Refused = "refused",
    }
}

model! {
    /// A connection was lost. The stream reconnects automatically.
    ///
    /// No action is required. Programs with a user interface may display this.
    pub struct Disconnected {
        /// The cause of the disconnection.
        pub reason: DisconnectReason,
        /// The reason as text, with the system error or the close code.
        pub detail: String,
        /// Number of actions that `send` or `typing` accepted, but that were never sent. The stream does not send
        /// them later.
        pub unsent: u64,
    }
}

open_enum! {
    /// Reason for missing events.
    MissedReason {
        /// A sequence number was skipped on an open connection.
        Gap = "gap",
        /// The server began a new connection because it no longer had the missing events.
        NewConnection = "new_connection",
        /// The queue was full because the program took events too slowly.
        Overflow = "overflow",
        /// One event could not be read and was skipped: too large, malformed, or not UTF-8.
        Unreadable = "unreadable",
        /// The program was not running. The stream continues from a position of an earlier run.
        Resumed = "position",
    }
}

model! {
    /// Events are missing. A [`CaughtUp`] follows if the posts among them are fetched.
    ///
    /// Most bots can ignore this notification. A program that keeps a copy of members, reactions or statuses should
    /// fetch them again. The [`CaughtUp`] reports what was not recovered.
    pub struct Missed {
        /// The reason.
        pub reason: MissedReason,
        /// Start of the gap by the server's clock, with a margin of 10 s. 0 if unknown.
        pub since: Timestamp,
        /// Sequence number of the last event before the gap.
        pub last_seq: Option<u64>,
        /// Sequence number of the event that could not be read ([`MissedReason::Unreadable`]).
        pub seq: Option<u64>,
        /// Number of dropped events by kind ([`MissedReason::Overflow`]).
        pub dropped: BTreeMap<EventKind, u64>,
        /// `true` if the gap began before the horizon of the catch-up. Posts before the horizon are not recovered.
        /// Later posts are recovered if `catching_up` is set.
        pub beyond_horizon: bool,
        /// `true` if the missing posts are being recovered; a [`CaughtUp`] follows.
        pub catching_up: bool,
    }
}

impl Missed {
    /// Returns the total number of dropped events. 0 if unknown.
    pub fn total(&self) -> u64 {
        self.dropped.values().sum()
    }
}

open_enum! {
    /// Kind of events that a catch-up could not recover.
    NotRecovered {
        /// Reactions, added or removed.
        Reactions = "reactions",
        /// Typing indicators.
        Typing = "typing",
        /// Status changes.
        Statuses = "statuses",
        /// Users who joined or left.
        Memberships = "memberships",
        /// Deletions in channels without any other event.
        Deletions = "deletions",
        /// Edits and deletions beyond the 1,000 rows that the server returns for a channel.
        Changes = "changes",
        /// Posts of a channel that could not be fetched, or that exceed the memory limit of a catch-up. See
        /// [`limits`](crate::limits).
        Posts = "posts",
        /// Posts of channels that the account left, or was removed from, during the gap.
        LeftChannels = "left_channels",
        /// Posts that an administrator dated before the gap.
        BackdatedPosts = "backdated_posts",
        /// Events before the horizon.
        BeyondHorizon = "beyond_horizon",
        /// Events of other kinds.
        Others = "others",
    }
}

model! {
    /// Events that a catch-up did not recover.
    pub struct NotRecoveredItem {
        /// The kind of events.
        pub what: NotRecovered,
        /// ID of the channel. Empty for all channels.
        pub channel_id: ChannelId,
    }
}

impl NotRecoveredItem {
    pub(crate) fn new(what: NotRecovered, channel_id: ChannelId) -> Self {
        Self { what, channel_id }
    }
}

model! {
    /// The gap reported by a [`Missed`] was filled as far as possible.
    ///
    /// Check `complete` and `not_recovered` if the program depends on more than new posts.
    pub struct CaughtUp {
        /// Number of posts delivered.
        pub posts: u64,
        /// Number of edited posts delivered.
        pub edited: u64,
        /// Number of deleted posts delivered.
        pub deleted: u64,
        /// `true` if every post that was created during the gap and still exists was delivered. Not affected by
        /// entries of `not_recovered`.
        pub complete: bool,
        /// Kinds of events that were not recovered, including kinds that a catch-up can never recover. Only kinds
        /// that the stream delivers are listed.
        pub not_recovered: Vec<NotRecoveredItem>,
        /// Number of events by kind that were dropped during the catch-up because too many were waiting. Posts among them
        /// were recovered.
        pub dropped: BTreeMap<EventKind, u64>,
    }
}

model! {
    /// The session ended: it expired, was revoked, or the account was logged out.
    ///
    /// No action is required if `login_again` is `true`. Otherwise the stream ends, and the next event contains the
    /// error.
    pub struct SessionExpired {
        /// `true` if the stream logs in again, because it has the credentials.
        pub login_again: bool,
    }
}
