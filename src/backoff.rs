//! Growing delays between attempts.

use std::time::Duration;

use crate::random::random_unit;
use crate::time_scale::TimeScale;

/// Returns a delay that doubles with each failure, from `min` (no failure) to `max`.
pub(crate) fn exponential_delay(failures: u32, min: Duration, max: Duration) -> Duration {
    min.saturating_mul(1 << failures.min(16)).min(max)
}

/// Like [`exponential_delay`], with jitter.
pub(crate) fn backoff_delay(failures: u32, min: Duration, max: Duration, scale: TimeScale) -> Duration {
    add_jitter(scale.shorten(exponential_delay(failures, min, max)))
}

/// Returns a random time between half of `time` and one and a half of it.
pub(crate) fn add_jitter(time: Duration) -> Duration {
    time.mul_f64(0.5 + random_unit())
}
