//! One attempt of a call: the time window for sending it, and its failure.

use std::time::Duration;

use super::clock::{CallClock, ClockReading};
use crate::error::Error;

/// A keyed request in doubt is not sent again after this time. The server forgets the key 30 s after its first use.
pub(super) const KEYED_RETRY_WINDOW: Duration = Duration::from_secs(25);

/// The time within which the server recognizes a repeat of a keyed request.
#[derive(Debug)]
pub(crate) struct SendWindow {
    pub(crate) clock: CallClock,
    pub(crate) since: ClockReading,
}

impl SendWindow {
    pub(super) fn is_over(&self) -> bool {
        self.clock.now().time_since(self.since) >= KEYED_RETRY_WINDOW
    }
}

/// A failed exchange, with `sent` set if a part of the request may have reached the server.
#[derive(Debug)]
pub(crate) struct AttemptError {
    pub(crate) error: Error,
    pub(crate) sent: bool,
}
