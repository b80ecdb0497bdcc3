//! Shorter times for tests.

use std::time::Duration;

/// A factor for delays and timeouts, which tests make small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TimeScale(f64);

impl TimeScale {
    /// The times of a real program.
    pub(crate) const REAL: Self = Self(1.0);

    /// Limits a factor to 0 to 1. One that is not a number is ignored.
    pub(crate) fn new(factor: f64) -> Self {
        if factor.is_nan() { Self::REAL } else { Self(factor.clamp(0.0, 1.0)) }
    }

    /// Returns this scale, or `least` if it is smaller.
    pub(crate) fn at_least(self, least: f64) -> Self {
        Self(self.0.max(least))
    }

    pub(crate) fn shorten(self, time: Duration) -> Duration {
        time.mul_f64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_limited() {
        let second = Duration::from_secs(1);
        for (factor, expected) in
            [(0.5, second / 2), (-1.0, Duration::ZERO), (7.0, second), (f64::NAN, second)]
        {
            assert_eq!(TimeScale::new(factor).shorten(second), expected, "{factor}");
        }
        assert_eq!(TimeScale::new(f64::NEG_INFINITY).at_least(0.5).shorten(second), second / 2);
    }
}
