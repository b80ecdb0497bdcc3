//! The time for which the lock of a stream is held. It is measured in tests only.

#[cfg(test)]
use std::panic::Location;
#[cfg(test)]
use std::sync::PoisonError;
#[cfg(test)]
use std::time::{Duration, Instant};

use super::state::StreamShared;

/// The longest hold, and the place where the lock was taken.
#[cfg(test)]
pub(super) type LongestHold = (Duration, Option<&'static Location<'static>>);

/// A period in which a thread holds the lock.
pub(super) struct LockHold<'a> {
    shared: &'a StreamShared,
    #[cfg(test)]
    began: (Instant, &'static Location<'static>),
}

impl<'a> LockHold<'a> {
    #[cfg_attr(test, track_caller)]
    pub(super) fn begin_hold(shared: &'a StreamShared) -> Self {
        Self {
            shared,
            #[cfg(test)]
            began: (Instant::now(), Location::caller()),
        }
    }

    pub(super) fn end_hold(self) -> &'a StreamShared {
        self.shared
    }
}

#[cfg(test)]
impl Drop for LockHold<'_> {
    fn drop(&mut self) {
        let held = self.began.0.elapsed();
        let mut longest = self.shared.longest_hold.lock().unwrap_or_else(PoisonError::into_inner);
        if held > longest.0 {
            *longest = (held, Some(self.began.1));
        }
    }
}
