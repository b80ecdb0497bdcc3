//! One gate for all threads of a client: after a 429 they wait together.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};

#[derive(Debug, Default)]
pub(crate) struct RateLimitGate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    /// Nobody sends before.
    not_before: Option<Instant>,
    /// Time that all calls together waited for the server's rate limit.
    waited: Duration,
}

impl RateLimitGate {
    /// Ends all waits, now and later.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// The server asked everybody to wait.
    pub(crate) fn slow_down(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut state = self.lock();
        state.not_before = Some(state.not_before.map_or(until, |before| before.max(until)));
    }

    /// Waits until sending is allowed. `Err(wait)` at once if that is after the deadline.
    pub(crate) fn pass(&self, deadline: Instant) -> Result<(), GateClosed> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return Err(GateClosed::Client);
            }
            let now = Instant::now();
            let Some(until) = state.not_before.filter(|until| *until > now) else { return Ok(()) };
            if until > deadline {
                return Err(GateClosed::RateLimit(until - now));
            }
            let wait = until - now;
            state = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
            state.waited += now.elapsed();
        }
    }

    /// Sleeps, but not past a close.
    pub(crate) fn sleep(&self, wait: Duration) -> Result<()> {
        let end = Instant::now() + wait;
        let mut state = self.lock();
        loop {
            if state.closed {
                return Err(closed());
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the gate does not open in time.
#[derive(Debug)]
pub(crate) enum GateClosed {
    Client,
    RateLimit(Duration),
}

pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the client was closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wait_together_and_a_close_ends_it() {
        let rate_limit = RateLimitGate::default();
        let far = Instant::now() + Duration::from_secs(60);
        rate_limit.pass(far).unwrap();
        rate_limit.slow_down(Duration::from_millis(30));
        rate_limit.slow_down(Duration::from_millis(1));
        let before = Instant::now();
        rate_limit.pass(far).unwrap();
        assert!(before.elapsed() >= Duration::from_millis(25));
        rate_limit.slow_down(Duration::from_secs(600));
        assert!(matches!(rate_limit.pass(far), Err(GateClosed::RateLimit(_))));
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| rate_limit.sleep(Duration::from_secs(60)));
            rate_limit.close();
            assert!(waiter.join().unwrap().unwrap_err().is_closed());
        });
        assert!(matches!(rate_limit.pass(far), Err(GateClosed::Client)));
    }
}
