//! The timer thread: everything that is written, and everything that comes with time.

use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use super::shared::{Core, Ending, LOOK, Shared, Who};
use super::wire::{Batch, Wire};

/// What was handed over leaves in this time, or the link is dead.
const TO_LEAVE: Duration = Duration::from_secs(15);

/// Runs until the stream is closed, or has ended for good and said so.
pub(crate) fn run(shared: &Shared) {
    let _ending = Ending::new(shared, Who::Timer);
    let mut batch = Batch::default();
    // The link that the batch belongs to.
    let mut wire: Option<Arc<Wire>> = None;
    let mut core = shared.lock();
    loop {
        core.kick = false;
        let heard = core.wire.as_ref().map(|wire| shared.at(wire.heard()));
        core.session.tick(shared.now(), heard);
        shared.carry_out(&mut core);
        if core.outlet.wants_polling() {
            core.outlet.poll(shared.now());
            shared.fill(&mut core);
        }
        if let Some(stop) = &core.stop {
            let cut = Instant::now() >= stop.cut;
            match &core.wire {
                Some(wire) if !wire.is_dead() && !cut => {}
                present => {
                    if let Some(wire) = present {
                        wire.kill();
                    }
                    return;
                }
            }
        } else if core.session.is_ended() && !core.outlet.wants_polling() {
            return;
        }
        if !same(wire.as_ref(), core.wire.as_ref()) {
            wire.clone_from(&core.wire);
            batch.clear();
        }
        if let Some(wire) = wire.as_ref().filter(|wire| !wire.is_dead()) {
            let failed = if batch.is_empty() { wire.take(&mut batch).is_err() } else { false };
            let late = batch.since().is_some_and(|since| since.elapsed() >= TO_LEAVE);
            if failed || late {
                core.session.stalled("what was sent did not leave in 15 s");
                wire.kill();
                batch.clear();
                shared.carry_out(&mut core);
                continue;
            }
            if !batch.is_empty() {
                drop(core);
                if wire.write_some(&mut batch).is_err() {
                    // The reader notices, and knows better why.
                    wire.kill();
                    batch.clear();
                }
                core = shared.lock();
                continue;
            }
        }
        core = sleep(shared, core);
    }
}

fn sleep<'a>(shared: &'a Shared, mut core: MutexGuard<'a, Core>) -> MutexGuard<'a, Core> {
    if core.kick {
        return core;
    }
    let mut until = core.session.deadline().map(|at| shared.instant(at));
    let mut at_most = |instant: Instant| until = Some(until.map_or(instant, |until| until.min(instant)));
    if core.outlet.wants_polling() {
        at_most(Instant::now() + LOOK);
    }
    if let Some(stop) = &core.stop {
        at_most(stop.cut);
    }
    core.timer_until = until;
    Shared::wait(&shared.to_timer, core, until)
}

fn same(a: Option<&Arc<Wire>>, b: Option<&Arc<Wire>>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
