//! The settings of a catch-up.

use std::collections::HashSet;
use std::time::Duration;

use super::fetch::ServerPaging;
use crate::event::{EventKind, NotRecovered};
use crate::model::ChannelId;
use crate::time_scale::TimeScale;

/// The settings of a catch-up.
#[derive(Clone, Debug)]
pub(crate) struct CatchUpSettings {
    /// Maximum age of a gap. `None` turns the catch-up off.
    pub(crate) horizon: Option<Duration>,
    /// Maximum number of waiting events.
    pub(crate) capacity: usize,
    /// `true` if the reader waits while the buffer is full.
    pub(crate) block: bool,
    pub(crate) posted: bool,
    pub(crate) edited: bool,
    pub(crate) deleted: bool,
    pub(crate) channels: Option<HashSet<ChannelId>>,
    /// Delivered kinds that a catch-up never recovers.
    pub(crate) not_recovered: Vec<NotRecovered>,
    pub(crate) limits: ServerPaging,
    /// Maximum size of the rows of a catch-up, in bytes, and of the events buffered between them.
    pub(crate) max_bytes: usize,
    /// Maximum number of posts, edits and deletions that a catch-up remembers, so that none is delivered twice.
    pub(crate) max_keys: usize,
    /// Minimum time between two catch-ups after overflows.
    pub(crate) between_starts: Duration,
    /// Timeout for the server's time.
    pub(crate) clock_timeout: Duration,
    pub(crate) backoff_scale: TimeScale,
    pub(crate) seed: Option<u64>,
}

impl CatchUpSettings {
    pub(super) fn wants_kind(&self, kind: EventKind) -> bool {
        match kind {
            EventKind::Posted => self.posted,
            EventKind::PostEdited => self.edited,
            EventKind::PostDeleted => self.deleted,
            _ => false,
        }
    }
}
