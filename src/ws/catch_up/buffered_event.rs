//! Events that wait to enter the queue.

use super::dedup::PostVersion;
use crate::event::{Event, EventKind, Origin};
use crate::ws::session::Cursor;

/// An event that waits to enter the queue.
#[derive(Debug)]
pub(super) struct BufferedEvent {
    pub(super) event: Event,
    pub(super) kind: EventKind,
    pub(super) version: Option<PostVersion>,
    /// Position of the stream after the event. `None` means the position after the previous event.
    pub(super) cursor: Option<Cursor>,
}

impl BufferedEvent {
    pub(super) fn is_caught_up(&self) -> bool {
        self.event.origin() == Origin::CaughtUp
    }
}
