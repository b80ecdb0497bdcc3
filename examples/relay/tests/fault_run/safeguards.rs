//! Each safeguard taken out: the run must see it.

use std::time::Duration;

use crate::alone;
use crate::run::{Counts, Fault, Run};

/// A scenario in which the safeguard matters.
fn scenario(safeguard: &str) -> (Run, fn(&Counts) -> usize) {
    const KILLS: &[(u64, Fault)] = &[(4, Fault::KillRelay), (12, Fault::KillRelay), (20, Fault::KillRelay)];
    const STOP: &[(u64, Fault)] = &[(5, Fault::StopRelay(9))];
    const CUT: &[(u64, Fault)] = &[(12, Fault::RestartStore { kill: true, lost: 3, down: 1 })];
    const LONG_CUT: &[(u64, Fault)] = &[(12, Fault::RestartStore { kill: true, lost: 3, down: 35 })];
    const STALLS: &[(u64, Fault)] =
        &[(2, Fault::KillWorkers(20)), (30, Fault::StopWorker(60)), (31, Fault::StopWorker(60))];
    const WORKERS: &[(u64, Fault)] =
        &[(4, Fault::KillWorkers(2)), (10, Fault::KillWorkers(2)), (16, Fault::KillWorkers(2))];
    const BACKLOG: &[(u64, Fault)] = &[(4, Fault::KillWorkers(15))];
    const DOWN: &[(u64, Fault)] = &[(5, Fault::RestartStore { kill: true, lost: 0, down: 12 })];
    let run = Run { seconds: 26, patience: Duration::from_secs(40), ..Run::default() };
    let slow = |ms: &str| vec![("RELAY_TEST_JOB_DELAY", ms.to_owned())];
    match safeguard {
        "identity" => (Run { twins: true, seconds: 8, ..run }, |counts| counts.doubled),
        "last_append" => (Run { plan: CUT.to_vec(), ..run }, |counts| counts.lost),
        // The relay that was stopped goes on beside the one that leads now.
        "fence" => (Run { lease: 6, plan: STOP.to_vec(), ..run }, |counts| counts.leaders.saturating_sub(1)),
        "position" => (Run { plan: KILLS.to_vec(), ..run }, |counts| counts.lost),
        "atomic" => (Run { plan: KILLS.to_vec(), ..run }, |counts| counts.lost),
        "renewal" => {
            let environment = vec![("RELAY_TEST_SLOW_OPEN", "5000".to_owned())];
            (Run { lease: 2, seconds: 20, environment, ..run }, |counts| counts.lost)
        }
        "block" => (Run { plan: DOWN.to_vec(), ..run }, |counts| counts.reactions_lost),
        "pending" => (Run { plan: WORKERS.to_vec(), environment: slow("50"), ..run }, |counts| {
            counts.responses_missing
        }),
        // The workers have more to do than they can: those that are stopped are stopped in a handler, after the lookup.
        "check" => (Run { plan: STALLS.to_vec(), environment: slow("200"), ..run }, |counts| {
            counts.responses_doubled
        }),
        "find_key" => {
            (Run { plan: LONG_CUT.to_vec(), seconds: 60, ..run }, |counts| counts.responses_doubled)
        }
        "key" => (Run { plan: CUT.to_vec(), ..run }, |counts| counts.responses_doubled),
        "trim" => (Run { plan: BACKLOG.to_vec(), ..run }, |counts| counts.responses_missing),
        other => panic!("no safeguard `{other}`: {ALL:?}"),
    }
}

const ALL: [&str; 12] = [
    "identity",
    "last_append",
    "fence",
    "position",
    "atomic",
    "renewal",
    "block",
    "pending",
    "check",
    "find_key",
    "key",
    "trim",
];

/// Without the variable, only the quickest; with `intact`, every scenario with its safeguard in place.
#[test]
fn every_safeguard_is_needed() {
    let _alone = alone();
    let names = std::env::var("RELAY_FAULT_OMIT").unwrap_or_else(|_| "identity".to_owned());
    let intact = names.contains("intact");
    let names =
        if names == "all" || names == "intact" { ALL.join(",") } else { names.replace("intact:", "") };
    for name in names.split(',') {
        let (mut run, seen) = scenario(name);
        if intact {
            run.patience = Run::default().patience;
        } else {
            run.environment.push(("RELAY_TEST_OMIT", name.to_owned()));
        }
        let counts = run.execute();
        println!(
            "SAFEGUARD {name} {}: {} of {}",
            if intact { "in place" } else { "taken out" },
            seen(&counts),
            counts.posts
        );
        assert_eq!(seen(&counts) == 0, intact, "{name}: {counts:?}");
    }
}
