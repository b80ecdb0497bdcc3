//! Figures and states of a stream, for the program.

use std::time::{Duration, Instant};

use crate::time::Timestamp;

/// The result of [`Events::close`](crate::Events::close).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CloseReport {
    /// `true` if the server answered the close frame.
    pub goodbye: bool,
    /// Threads that still ran when the time was over, and what in. The system does not let a name look-up or a
    /// connection attempt be interrupted: such a thread ends by itself within 10 s and touches nothing afterwards.
    pub detached: Vec<String>,
    /// Events that were not taken; they still can be.
    pub unread: usize,
    /// Duration of the close.
    pub took: Duration,
}

/// Counters of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Events that came from the server, repeats left out.
    pub received: u64,
    /// Events that went into the queue.
    pub delivered: u64,
    /// Events that the filters left out.
    pub filtered: u64,
    /// Events that were dropped because the queue was full.
    pub dropped: u64,
    /// Events that came again and were left out.
    pub repeated: u64,
    /// Events whose data did not fit its type, as far as it was decoded; they came as
    /// [`Payload::Other`](crate::Payload::Other).
    pub undecodable: u64,
    /// Messages that were neither event nor answer.
    pub malformed: u64,
    /// Number of events and notifications in the queue.
    pub queued: u64,
    /// Dials, the first and the failed ones too.
    pub connect_attempts: u64,
    /// Links that came up.
    pub connections: u64,
    /// Links that went on where the last one broke.
    pub resumed: u64,
    /// Gaps that were not due to an overflow.
    pub gaps: u64,
}

/// State of the connection of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// No link at the moment.
    #[non_exhaustive]
    Connecting {
        /// The number of the dial since the link was lost, from 1.
        attempt: u32,
        /// Time of the next attempt. `None` while an attempt is in progress.
        next: Option<Instant>,
    },
    /// The link is up.
    #[non_exhaustive]
    Connected {
        /// From when on.
        since: Instant,
    },
    /// The stream was closed or has ended for good.
    Ended,
}

/// The reply to [`Events::ping`](crate::Events::ping).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pong {
    /// From sending to the answer.
    pub round_trip: Duration,
    /// The server's clock when it answered.
    pub server_time: Timestamp,
    /// The server's version.
    pub version: String,
}
