//! The settings of a catch-up.

use std::collections::HashSet;
use std::time::Duration;

use super::fetch::ServerPaging;
use crate::event::{EventKind, NotRecovered};
use crate::model::ChannelId;

/// What a stream wants caught up.
#[derive(Clone, Debug)]
pub(crate) struct CatchUpSettings {
    /// How old a gap may be; `None`: nothing is caught up.
    pub(crate) horizon: Option<Duration>,
    /// How many events wait at most.
    pub(crate) capacity: usize,
    /// Whether a full hold makes the reader wait.
    pub(crate) block: bool,
    pub(crate) posted: bool,
    pub(crate) edited: bool,
    pub(crate) deleted: bool,
    pub(crate) channels: Option<HashSet<ChannelId>>,
    /// What is never brought back, of what the stream wants.
    pub(crate) not_recovered: Vec<NotRecovered>,
    pub(crate) limits: ServerPaging,
    /// What the rows of a catch-up may take, in bytes, and as much again the events that wait with rows between them.
    pub(crate) max_bytes: usize,
    /// The posts, edits and deletions that one catch-up remembers, so that none comes twice.
    pub(crate) max_keys: usize,
    /// After an overflow, from one start to the next.
    pub(crate) between_starts: Duration,
    /// How long the server's time is waited for.
    pub(crate) clock_timeout: Duration,
    pub(crate) backoff_scale: f64,
    pub(crate) seed: Option<u64>,
}

impl CatchUpSettings {
    pub(super) fn wants(&self, kind: EventKind) -> bool {
        match kind {
            EventKind::Posted => self.posted,
            EventKind::PostEdited => self.edited,
            EventKind::PostDeleted => self.deleted,
            _ => false,
        }
    }
}
