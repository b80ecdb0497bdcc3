//! Relays and workers that are killed and stopped, over a Redis that is killed and restarted, while users post.
//!
//! The short form runs by default. `RELAY_FAULT_SECONDS=150` runs the long form, and `RELAY_FAULT_OMIT=<safeguard>` (or
//! `all`) the scenario that shows what a safeguard is for. With `MATTERMOST_URL`, `MATTERMOST_ADMIN_LOGIN` and
//! `MATTERMOST_ADMIN_PASSWORD`, the server is a real one.
#![cfg(unix)]

mod bad_input;
mod chat;
mod processes;
mod run;
mod safeguards;

use std::time::Duration;

use run::{Fault, Run};

/// Serializes the runs: each of them is timed by leases.
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect(name))
}

/// Faults of the long form, and when they happen.
const LONG_PLAN: &[(u64, Fault)] = &[
    (8, Fault::KillRelay),
    (18, Fault::KillWorker),
    (28, Fault::StopRelay(15)),
    (36, Fault::StopWorker(15)),
    (53, Fault::KillRelay),
    (57, Fault::KillWorker),
    (62, Fault::RestartStore { kill: false, cut: 0, down: 3 }),
    (74, Fault::KillRelay),
    (79, Fault::KillWorker),
    (84, Fault::StopRelay(15)),
    (102, Fault::KillWorker),
    (106, Fault::RestartStore { kill: true, cut: CUT_BYTES, down: 3 }),
    (118, Fault::KillRelay),
    (123, Fault::KillWorker),
    (129, Fault::KillRelay),
    (134, Fault::KillWorker),
];

/// The end of the log that a power failure takes: 2 to 3 s.
const CUT_BYTES: u64 = 150_000;

const SHORT_PLAN: &[(u64, Fault)] = &[
    (3, Fault::KillRelay),
    (6, Fault::KillWorker),
    (10, Fault::RestartStore { kill: true, cut: 30_000, down: 1 }),
    (16, Fault::StopRelay(7)),
];

fn under_faults(twins: bool) {
    let _alone = alone();
    let seconds = setting("RELAY_FAULT_SECONDS").unwrap_or(26);
    let plan = if seconds >= 150 { LONG_PLAN.to_vec() } else { SHORT_PLAN.to_vec() };
    let counts = Run { twins, seconds, plan, ..Run::default() }.execute();
    counts.assert_nothing_lost();
    if twins {
        // Nobody has the reactions of the seconds that the power failure took: at two a second, those of 5 s.
        assert!(counts.reactions_lost <= 10, "{counts:?}");
    }
}

#[test]
fn a_lease() {
    under_faults(false);
}

#[test]
fn twins() {
    under_faults(true);
}

/// `RELAY_FAULT_OUTAGE=600`: so many seconds with the store down for 100 s in the middle.
#[test]
fn a_store_that_is_away() {
    let _alone = alone();
    let seconds = setting("RELAY_FAULT_OUTAGE").unwrap_or(14);
    let down = if seconds >= 300 { 100 } else { 5 };
    let plan = vec![(seconds / 2 - down / 2, Fault::RestartStore { kill: true, cut: 0, down })];
    let counts = Run { seconds, plan, ..Run::default() }.execute();
    counts.assert_nothing_lost();
    assert_eq!(counts.reactions_lost, 0, "the queue held them: {counts:?}");
    assert!(counts.position_bytes < 2048 && counts.drained < Duration::from_secs(180), "{counts:?}");
}
