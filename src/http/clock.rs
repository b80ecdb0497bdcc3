//! The clocks of calls.

use std::time::{Duration, Instant};

use crate::time::Timestamp;

/// One moment on two clocks.
///
/// The monotonic clock stops while the machine sleeps, at least on Linux, and the wall clock can be set. An upper
/// bound of an interval therefore needs both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockReading {
    pub(crate) monotonic: Instant,
    pub(crate) wall: Timestamp,
}

impl ClockReading {
    /// Returns the time since `earlier`, by the clock that measures more.
    pub(crate) fn time_since(self, earlier: Self) -> Duration {
        self.monotonic.saturating_duration_since(earlier.monotonic).max(self.wall.since(earlier.wall))
    }
}

/// The source of all times in calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallClock {
    #[cfg(test)]
    pub(crate) driven: Option<std::sync::Arc<driven::DrivenClock>>,
}

#[cfg_attr(not(test), expect(clippy::unused_self, reason = "tests have a clock of their own"))]
impl CallClock {
    pub(crate) fn now(&self) -> ClockReading {
        let now = ClockReading { monotonic: Instant::now(), wall: Timestamp::now() };
        #[cfg(test)]
        if let Some(driven) = &self.driven {
            return driven.read(now);
        }
        now
    }

    /// Skips a wait, if this is the clock of a test.
    pub(crate) fn skip_wait(&self, wait: Duration) -> bool {
        #[cfg(test)]
        if let Some(driven) = &self.driven {
            driven.advance(wait);
            driven.waited();
            return true;
        }
        let _ = wait;
        false
    }

    /// Limits the time that a test really waits for a response.
    pub(crate) fn limit_wait(&self, wait: Duration) -> Duration {
        #[cfg(test)]
        if let Some(driven) = &self.driven {
            return wait.min(driven.longest_wait);
        }
        wait
    }
}

/// A clock that a test moves.
#[cfg(test)]
pub(crate) mod driven {
    use std::sync::Mutex;

    use super::{ClockReading, Duration};

    type WaitHook = Box<dyn Fn() + Send + Sync>;

    #[derive(Default)]
    pub(crate) struct DrivenClock {
        pub(crate) longest_wait: Duration,
        /// Offset of the monotonic clock and the wall clock.
        ahead: Mutex<(Duration, Duration)>,
        /// Called after each wait.
        on_wait: Option<WaitHook>,
    }

    impl std::fmt::Debug for DrivenClock {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("DrivenClock")
        }
    }

    impl DrivenClock {
        pub(crate) fn new(longest_wait: Duration) -> Self {
            Self { longest_wait, ..Self::default() }
        }

        pub(crate) fn on_wait(self, hook: impl Fn() + Send + Sync + 'static) -> Self {
            Self { on_wait: Some(Box::new(hook)), ..self }
        }

        pub(super) fn waited(&self) {
            if let Some(hook) = &self.on_wait {
                hook();
            }
        }

        /// Offset of the wall clock.
        pub(crate) fn wall(&self) -> Duration {
            self.ahead.lock().unwrap().1
        }

        /// Time passes.
        pub(crate) fn advance(&self, time: Duration) {
            let mut ahead = self.ahead.lock().unwrap();
            ahead.0 += time;
            ahead.1 += time;
        }

        /// The machine sleeps: only the wall clock goes on.
        pub(crate) fn sleep_of_machine(&self, time: Duration) {
            self.ahead.lock().unwrap().1 += time;
        }

        pub(super) fn read(&self, real: ClockReading) -> ClockReading {
            let ahead = self.ahead.lock().unwrap();
            ClockReading { monotonic: real.monotonic + ahead.0, wall: real.wall.plus(ahead.1) }
        }
    }
}
