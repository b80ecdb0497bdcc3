//! The rules of a catch-up, and the seeded runs.

mod rules;
mod runs;
mod schedule;
mod world;

use std::time::Duration;

use self::world::LIMITS;
use super::{BETWEEN_STARTS, Settings};

/// All about posts is wanted.
fn settings(capacity: usize, horizon: Duration, seed: u64) -> Settings {
    Settings {
        horizon: Some(horizon),
        capacity,
        block: false,
        posted: true,
        edited: true,
        deleted: true,
        channels: None,
        unrestored: Vec::new(),
        limits: LIMITS,
        between_starts: BETWEEN_STARTS,
        backoff_scale: 1.0,
        seed: Some(seed),
    }
}
