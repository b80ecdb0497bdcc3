//! The rules of a catch-up, and the seeded runs.

mod bounds;
mod rules;
mod runs;
mod schedule;
mod world;

use std::time::Duration;

use self::world::LIMITS;
use super::{CatchUpSettings, MIN_START_INTERVAL};
use crate::event::NotRecovered;
use crate::time_scale::TimeScale;

/// All about posts is wanted.
fn settings(capacity: usize, horizon: Duration, seed: u64) -> CatchUpSettings {
    CatchUpSettings {
        horizon: Some(horizon),
        capacity,
        block: false,
        posted: true,
        edited: true,
        deleted: true,
        channels: None,
        not_recovered: vec![NotRecovered::LeftChannels, NotRecovered::BackdatedPosts],
        limits: LIMITS,
        max_bytes: super::MAX_FILL_BYTES,
        max_keys: super::MAX_FILL_KEYS,
        between_starts: MIN_START_INTERVAL,
        clock_timeout: super::CLOCK_TIMEOUT,
        backoff_scale: TimeScale::REAL,
        seed: Some(seed),
    }
}
