//! The rules of a catch-up, and the seeded runs.

mod runs;
mod schedule;
mod world;
