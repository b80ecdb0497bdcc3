//! The time for which the lock of a stream is held. It is measured in tests only.

#[cfg(test)]
use std::panic::Location;
#[cfg(test)]
use std::sync::{Mutex, PoisonError};
#[cfg(test)]
use std::time::{Duration, Instant};

/// The longest hold, and the place where the lock was taken.
#[derive(Debug, Default)]
pub(super) struct LongestHold {
    #[cfg(test)]
    longest: Mutex<(Duration, Option<&'static Location<'static>>)>,
}

#[cfg(test)]
impl LongestHold {
    fn record_hold(&self, (began, place): (Instant, &'static Location<'static>)) {
        let held = began.elapsed();
        let mut longest = self.longest.lock().unwrap_or_else(PoisonError::into_inner);
        if held > longest.0 {
            *longest = (held, Some(place));
        }
    }

    /// Returns the longest hold since the last call.
    pub(super) fn take_longest(&self) -> (Duration, Option<&'static Location<'static>>) {
        std::mem::take(&mut *self.longest.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A period in which a thread holds the lock.
pub(super) struct LockHold<'a> {
    #[cfg_attr(not(test), expect(dead_code, reason = "measured in tests only"))]
    holds: &'a LongestHold,
    #[cfg(test)]
    began: (Instant, &'static Location<'static>),
}

impl<'a> LockHold<'a> {
    #[cfg_attr(test, track_caller)]
    pub(super) fn begin_hold(holds: &'a LongestHold) -> Self {
        Self {
            holds,
            #[cfg(test)]
            began: (Instant::now(), Location::caller()),
        }
    }
}

impl Drop for LockHold<'_> {
    fn drop(&mut self) {
        #[cfg(test)]
        self.holds.record_hold(self.began);
    }
}
