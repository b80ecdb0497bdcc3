//! Statistics and state of a stream.

use std::time::{Duration, Instant};

use crate::time::Timestamp;

/// The result of [`Events::close`](crate::Events::close).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CloseReport {
    /// `true` if the server replied to the close frame.
    pub goodbye: bool,
    /// Threads that were still running when the timeout expired, and their activity.
    ///
    /// A name lookup or a connection attempt cannot be interrupted on all systems. Such a thread ends within 10 s.
    pub detached: Vec<String>,
    /// Number of queued events, which can still be taken.
    pub unread: usize,
    /// Duration of the close.
    pub took: Duration,
}

/// Counters of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Number of events received from the server, without repeats.
    pub received: u64,
    /// Number of events that entered the queue.
    pub delivered: u64,
    /// Number of events excluded by the filters.
    pub filtered: u64,
    /// Number of events that were dropped because the queue was full.
    pub dropped: u64,
    /// Number of repeated events, which are not delivered.
    pub repeated: u64,
    /// Number of events whose data did not match their type. Their payload is
    /// [`Payload::Other`](crate::Payload::Other).
    pub undecodable: u64,
    /// Number of messages that were neither an event nor a reply.
    pub malformed: u64,
    /// Number of events and notifications in the queue.
    pub queued: u64,
    /// Number of connection attempts, including the first and failed ones.
    pub connect_attempts: u64,
    /// Number of established connections.
    pub connections: u64,
    /// Number of connections that resumed the previous one.
    pub resumed: u64,
    /// Number of gaps that were not caused by an overflow.
    pub gaps: u64,
}

/// State of the connection of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// There is currently no connection.
    #[non_exhaustive]
    Connecting {
        /// Number of the attempt since the connection was lost, starting at 1.
        attempt: u32,
        /// Time of the next attempt. `None` while an attempt is in progress.
        next: Option<Instant>,
    },
    /// The connection is established.
    #[non_exhaustive]
    Connected {
        /// Time at which it was established.
        since: Instant,
    },
    /// The stream was closed or has ended permanently.
    Ended,
}

/// The reply to [`Events::ping`](crate::Events::ping).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pong {
    /// Time between sending the ping and receiving the reply.
    pub round_trip: Duration,
    /// Time of the server when it replied.
    pub server_time: Timestamp,
    /// Version of the server.
    pub version: String,
}
