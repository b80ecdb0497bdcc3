//! The rate limit that all threads of a client share.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::clock::CallClock;
use crate::error::{Error, ErrorKind, Result};

/// Maximum time for which one response delays all calls. If a proxy requests a day, the next attempt is made sooner.
const MAX_RATE_LIMIT_WAIT: Duration = Duration::from_secs(300);

/// Delays all calls after the server has refused one with 429.
#[derive(Debug, Default)]
pub(crate) struct RateLimitGate {
    closed: Mutex<bool>,
    changed: Condvar,
    /// Calls are not sent before this time. Shared by a client and its streams, since the server counts their requests
    /// together.
    not_before: Arc<Mutex<Option<Instant>>>,
    pub(super) clock: CallClock,
}

/// The reason why a call cannot be sent before its deadline.
#[derive(Debug)]
pub(crate) enum GateClosed {
    Client,
    RateLimit(Duration),
}

impl RateLimitGate {
    #[cfg(test)]
    pub(super) fn with_clock(clock: CallClock) -> Self {
        Self { clock, ..Self::default() }
    }

    /// Creates a gate with the same rate limit that is closed independently.
    pub(super) fn with_same_limit(&self) -> Self {
        Self { not_before: Arc::clone(&self.not_before), clock: self.clock.clone(), ..Self::default() }
    }

    /// Ends all waits, now and later.
    pub(crate) fn close(&self) {
        *self.lock() = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        *self.lock()
    }

    /// Delays all calls by `wait`, but at most by five minutes.
    pub(crate) fn slow_down(&self, wait: Duration) {
        let until = self.clock.now().monotonic + wait.min(MAX_RATE_LIMIT_WAIT);
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        *not_before = Some(not_before.map_or(until, |before| before.max(until)));
    }

    /// Waits until sending is allowed. Returns immediately if that is after the deadline.
    pub(crate) fn wait_for_turn(&self, deadline: Instant) -> Result<(), GateClosed> {
        let mut closed_flag = self.lock();
        loop {
            if *closed_flag {
                return Err(GateClosed::Client);
            }
            let now = self.clock.now().monotonic;
            let not_before = *self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(until) = not_before.filter(|until| *until > now) else { return Ok(()) };
            if until > deadline {
                return Err(GateClosed::RateLimit(until - now));
            }
            closed_flag = self.wait_unlocked(closed_flag, until - now);
        }
    }

    /// Sleeps until the time has passed or the client is closed.
    pub(crate) fn sleep(&self, wait: Duration) -> Result<()> {
        let end = self.clock.now().monotonic.checked_add(wait);
        let mut closed_flag = self.lock();
        loop {
            if *closed_flag {
                return Err(closed_error());
            }
            let left = end
                .map_or(MAX_RATE_LIMIT_WAIT, |end| end.saturating_duration_since(self.clock.now().monotonic));
            if left.is_zero() {
                return Ok(());
            }
            closed_flag = self.wait_unlocked(closed_flag, left);
        }
    }

    fn wait_unlocked<'g>(&'g self, closed: MutexGuard<'g, bool>, wait: Duration) -> MutexGuard<'g, bool> {
        if self.clock.skip_wait(wait) {
            return closed;
        }
        self.changed.wait_timeout(closed, wait).unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn closed_error() -> Error {
    Error::new(ErrorKind::Closed, "the client was closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wait_together_and_a_close_ends_it() {
        let rate_limit = RateLimitGate::default();
        let far = Instant::now() + Duration::from_secs(60);
        rate_limit.wait_for_turn(far).unwrap();
        rate_limit.slow_down(Duration::from_millis(30));
        rate_limit.slow_down(Duration::from_millis(1));
        let before = Instant::now();
        rate_limit.wait_for_turn(far).unwrap();
        assert!(before.elapsed() >= Duration::from_millis(25));
        rate_limit.slow_down(Duration::from_secs(86_400));
        assert!(matches!(rate_limit.wait_for_turn(far), Err(GateClosed::RateLimit(_))));
        let stream = rate_limit.with_same_limit();
        assert!(matches!(stream.wait_for_turn(far), Err(GateClosed::RateLimit(_))));
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| rate_limit.sleep(Duration::from_secs(60)));
            rate_limit.close();
            assert!(waiter.join().unwrap().unwrap_err().is_closed());
        });
        assert!(!stream.is_closed());
        // One response does not delay a client for a day.
        let later = Instant::now() + MAX_RATE_LIMIT_WAIT;
        assert!(stream.not_before.lock().unwrap().is_some_and(|until| until <= later));
        assert!(matches!(rate_limit.wait_for_turn(far), Err(GateClosed::Client)));
    }
}
