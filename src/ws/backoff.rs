//! Delays between connection attempts.

use std::time::Duration;

use crate::backoff::exponential_delay;
use crate::time_scale::TimeScale;

const MIN_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(300);
/// After short-lived connections, the maximum delay is 8 s: the server is available, and the network is bad.
const MAX_FAILURES_AFTER_CONNECTION: u32 = 4;

/// Delays with full jitter: random up to a bound that doubles from 1 s to 5 min. The first attempt after a healthy
/// connection is made at once. After short-lived connections, the bound is at most 8 s.
#[derive(Debug)]
pub(crate) struct ReconnectBackoff {
    scale: TimeScale,
    failures: u32,
    /// Replaces the random source of the system, in tests.
    seed: Option<u64>,
}

impl ReconnectBackoff {
    pub(crate) fn new(scale: TimeScale, seed: Option<u64>) -> Self {
        Self { scale, failures: 0, seed }
    }

    /// Returns the delay before the next attempt, and counts a failure.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let n = self.failures;
        self.failures = n.saturating_add(1);
        match n {
            0 => Duration::ZERO,
            n => self.backoff_window(n - 1).mul_f64(self.random_fraction()),
        }
    }

    fn backoff_window(&self, n: u32) -> Duration {
        self.scaled_time(exponential_delay(n, MIN_BACKOFF, MAX_BACKOFF))
    }

    /// Scales a time like the delays, in tests.
    pub(crate) fn scaled_time(&self, time: Duration) -> Duration {
        self.scale.shorten(time)
    }

    pub(crate) fn reset_failures(&mut self) {
        self.failures = 0;
    }

    /// Records a connection that was established, but did not last.
    pub(crate) fn cap_after_short_connection(&mut self) {
        self.failures = self.failures.min(MAX_FAILURES_AFTER_CONNECTION);
    }

    /// Returns a random number from 0 to 1.
    fn random_fraction(&mut self) -> f64 {
        let bits = match &mut self.seed {
            Some(state) => {
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                u32::try_from(*state >> 32).unwrap_or(0)
            }
            None => getrandom::u32().unwrap_or(u32::MAX / 2),
        };
        f64::from(bits) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_minutes_and_start_again() {
        let mut backoff = ReconnectBackoff::new(TimeScale::REAL, Some(7));
        assert_eq!(backoff.next_delay(), Duration::ZERO);
        let mut window = MIN_BACKOFF;
        for _ in 0..40 {
            assert!(backoff.next_delay() <= window);
            window = (window * 2).min(MAX_BACKOFF);
        }
        assert_eq!(backoff.backoff_window(40), MAX_BACKOFF);
        let mean: Duration = (0..1000).map(|_| backoff.next_delay()).sum::<Duration>() / 1000;
        assert!(mean > MAX_BACKOFF / 3 && mean < MAX_BACKOFF * 2 / 3, "{mean:?}");
        for _ in 0..10 {
            backoff.cap_after_short_connection();
            assert!(backoff.next_delay() <= MIN_BACKOFF * 8);
        }
        backoff.reset_failures();
        assert_eq!(backoff.next_delay(), Duration::ZERO);
        assert!(backoff.next_delay() <= MIN_BACKOFF);
    }

    #[test]
    fn can_be_scaled_down() {
        let mut backoff = ReconnectBackoff::new(TimeScale::new(0.001), None);
        for _ in 0..30 {
            assert!(backoff.next_delay() <= Duration::from_millis(300));
        }
        let _ = ReconnectBackoff::new(TimeScale::new(f64::NAN), None).next_delay();
    }
}
