//! The earliest time from which a gap is filled.

use std::time::Duration;

use crate::event::{Missed, MissedReason};
use crate::time::Timestamp;

/// Returns the start of a gap, and the time from which it is filled, if at all. Replies to pings prove that the
/// connection lives, but not that no event was skipped: if the horizon allows it, the gap begins at the last event.
pub(super) fn look_from(
    missed: &Missed,
    last_event: Timestamp,
    opened: Option<Timestamp>,
    server: Timestamp,
    horizon: Duration,
) -> (Timestamp, Option<Timestamp>) {
    let since = missed.since.max(opened.unwrap_or(missed.since));
    if missed.since.is_never() && missed.reason == MissedReason::Resumed {
        return (Timestamp::NEVER, None);
    }
    let early = if last_event.is_never() { since } else { last_event.min(since) };
    let early = early.max(opened.unwrap_or(early));
    let within = |time: Timestamp| server.since(time) <= horizon;
    if since > server && !server.is_never() {
        // The server's clock went back: missed events have the times of earlier ones.
        return (early.min(server), None);
    }
    match missed.reason {
        _ if within(early) => (early, Some(early)),
        // A number was skipped on a quiet connection, at an unknown time.
        MissedReason::Gap => (early, Some(server.minus(horizon))),
        _ if within(since) => (since, Some(since)),
        _ => (early, None),
    }
}
