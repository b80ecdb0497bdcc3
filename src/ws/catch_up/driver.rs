//! The thread that fills a gap: asks, waits, moves on. It ends with the gap.

use std::sync::Weak;
use std::thread;
use std::time::{Duration, Instant};

use super::{Ask, Todo, Told};
use crate::error::Result;
use crate::ws::Backend;
use crate::ws::probe;
use crate::ws::shared::Shared;

/// How often a full queue is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Starts the thread; false if there is none to be had.
pub(crate) fn start(shared: &Weak<Shared>) -> bool {
    let own = Weak::clone(shared);
    let run = move || {
        if let Some(shared) = own.upgrade() {
            run(&shared);
        }
    };
    match thread::Builder::new().name("mm-catch-up".into()).spawn(run) {
        Ok(_) => true,
        Err(error) => {
            log::error!("no thread for a catch-up could be started: {error}");
            false
        }
    }
}

/// Tells the stream that the thread is gone, should it panic.
struct Guard<'a>(&'a Shared);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut core = self.0.lock();
            core.filler_runs = false;
            core.probe = None;
            core.outlet.give_up();
            core.kick = true;
            drop(core);
            self.0.to_timer.notify_all();
        }
        self.0.changed.notify_all();
    }
}

fn run(shared: &Shared) {
    let guard = Guard(shared);
    let mut core = shared.lock();
    while core.stop.is_none() {
        if let Some(number) = core.probe.take() {
            drop(core);
            probe::ask(shared, number);
            core = shared.lock();
            continue;
        }
        match core.outlet.next(shared.now()) {
            Todo::Done => break,
            Todo::Wait(until) => {
                core = Shared::wait(&shared.to_filler, core, until.map(|at| shared.instant(at)));
            }
            Todo::Move => {
                if !core.outlet.move_on(shared.now()) {
                    core = Shared::wait(&shared.to_filler, core, Some(Instant::now() + LOOK));
                }
            }
            Todo::Ask(ask) => {
                drop(core);
                let told = answer(&*shared.backend, ask);
                core = shared.lock();
                core.outlet.told(shared.now(), told);
            }
        }
    }
    // Under the same lock: a new gap needs a new thread, and so does a question that nobody has asked.
    core.filler_runs = false;
    if let Some(number) = core.probe.take().filter(|_| core.stop.is_none()) {
        probe::begin(shared, &mut core, number);
    }
    drop(core);
    drop(guard);
}

/// Asks by REST.
pub(super) fn answer(backend: &dyn Backend, ask: Ask) -> Result<Told> {
    Ok(match ask {
        Ask::Teams => Told::Teams(backend.teams()?),
        Ask::Channels { team, archived_since } => {
            Told::Channels(backend.channels(team.as_ref(), archived_since)?)
        }
        Ask::Since { channel, since } => match backend.posts_since(&channel, since) {
            Err(error) if error.is_oversized() => Told::TooMuch,
            list => Told::Posts(list?),
        },
        Ask::Before { channel, before, page, per_page } => {
            Told::Posts(backend.posts_before(&channel, before.as_ref(), page, per_page)?)
        }
        Ask::Names(ids) => Told::Names(backend.usernames(&ids)?),
    })
}
