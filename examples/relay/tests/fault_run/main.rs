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

use run::{Counts, Fault, Run};

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
    (62, Fault::RestartStore { kill: false, lost: 0, down: 3 }),
    (74, Fault::KillRelay),
    (79, Fault::KillWorker),
    (84, Fault::StopRelay(15)),
    (102, Fault::KillWorker),
    (106, Fault::RestartStore { kill: true, lost: 3, down: 3 }),
    (118, Fault::KillRelay),
    (123, Fault::KillWorker),
    (129, Fault::KillRelay),
    (134, Fault::KillWorker),
];

const SHORT_PLAN: &[(u64, Fault)] = &[
    (2, Fault::KillRelay),
    (4, Fault::KillWorker),
    (8, Fault::RestartStore { kill: true, lost: 2, down: 1 }),
    (12, Fault::StopRelay(6)),
];

fn under_faults(twins: bool) -> (Counts, bool) {
    let _alone = alone();
    let seconds = setting("RELAY_FAULT_SECONDS").unwrap_or(18);
    let plan = if seconds >= 150 { LONG_PLAN.to_vec() } else { SHORT_PLAN.to_vec() };
    let counts = Run { twins, seconds, plan, ..Run::default() }.execute();
    counts.assert_nothing_lost();
    (counts, seconds >= 150)
}

#[test]
fn a_lease() {
    let (counts, long) = under_faults(false);
    // Not in the short form: it runs on machines with other work.
    for (fault, silence) in counts.silences.iter().filter(|_| long) {
        assert!(*silence <= 5_000, "a lease and a second after {fault}: {counts:?}");
    }
}

#[test]
fn twins() {
    let (counts, _) = under_faults(true);
    assert_eq!(counts.reactions_lost, 0, "{counts:?}");
}

/// `RELAY_FAULT_OUTAGE=600`: so many seconds with the store down for 100 s in the middle.
#[test]
fn a_store_that_is_away() {
    let _alone = alone();
    let seconds = setting("RELAY_FAULT_OUTAGE").unwrap_or(10);
    let down = if seconds >= 300 { 100 } else { 4 };
    let plan = vec![(seconds / 2 - down / 2, Fault::RestartStore { kill: true, lost: 0, down })];
    let counts = Run { seconds, plan, ..Run::default() }.execute();
    counts.assert_nothing_lost();
    if seconds >= 300 {
        assert_eq!(counts.reactions_lost, 0, "the queue held them: {counts:?}");
    }
}
