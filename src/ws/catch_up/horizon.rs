//! The earliest time from which a gap is filled.

use std::time::Duration;

use crate::event::{Missed, MissedReason};
use crate::time::Timestamp;

/// Since when events are missing, and from when on they are looked up, if at all. Answers to pings prove that the link
/// lives, not that nothing was left out: where the horizon allows it, the last event counts.
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
        // The server's clock went back: what is missing has times that others had before.
        return (early.min(server), None);
    }
    match missed.reason {
        _ if within(early) => (early, Some(early)),
        // A number was left out of a quiet link, who knows when.
        MissedReason::Gap => (early, Some(server.minus(horizon))),
        _ if within(since) => (since, Some(since)),
        _ => (early, None),
    }
}
