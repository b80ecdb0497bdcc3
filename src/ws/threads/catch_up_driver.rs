//! The thread that fills a gap: it sends the requests and queues the events. It ends with the gap.

use std::sync::Weak;
use std::thread;
use std::time::{Duration, Instant};

use log::Level;

use super::prober;
use crate::error::Result;
use crate::unwind;
use crate::ws::Backend;
use crate::ws::catch_up::{FetchRequest, FetchResponse, FetchedPage, NextStep};
use crate::ws::deferred_log;
use crate::ws::state::StreamShared;

/// Bounds the cost of a missing signal, which would be a bug.
const MAX_ROOM_WAIT_TIMEOUT: Duration = Duration::from_secs(60);

/// Starts the thread. Returns `false` if the system refuses.
pub(crate) fn start_driver(shared: &Weak<StreamShared>) -> bool {
    let own = Weak::clone(shared);
    let run = move || {
        if let Some(shared) = own.upgrade() {
            run_driver(&shared);
        }
    };
    match thread::Builder::new().name("mm-catch-up".into()).spawn(run) {
        Ok(_) => true,
        Err(error) => {
            // Under the lock of the stream.
            deferred_log::push_line(Level::Error, || {
                format!("a thread for the catch-up could not be started: {error}")
            });
            false
        }
    }
}

/// Handles the end of the thread, even if it panics.
struct DriverGuard<'a>(&'a StreamShared);

impl Drop for DriverGuard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut state = self.0.lock_state();
            state.catch_up_runs = false;
            state.probe = None;
            state.delivery.give_up();
            drop(state);
            self.0.to_writer.wake_up();
        }
        self.0.changed.notify_all();
    }
}

fn run_driver(shared: &StreamShared) {
    let guard = DriverGuard(shared);
    let mut state = shared.lock_state();
    while state.stop.is_none() {
        if let Some(number) = state.probe.take() {
            drop(state);
            prober::run_probe(shared, number);
            state = shared.lock_state();
            continue;
        }
        match state.delivery.next_step(shared.now()) {
            NextStep::Done => break,
            NextStep::Wait(until) => {
                state = StreamShared::wait_until(
                    &shared.to_catch_up,
                    state,
                    until.map(|at| shared.instant_at(at)),
                );
            }
            NextStep::ClockTimedOut => state.delivery.clock_timed_out(shared.now()),
            NextStep::Merge => {
                state.delivery.merge_channel(shared.now());
                state = shared.give_way(state);
            }
            NextStep::Sort(mut merge) => {
                drop(state);
                merge.sort_events();
                state = shared.lock_state();
                state.delivery.channel_sorted(merge);
            }
            NextStep::Move => {
                if state.delivery.move_on(shared.now()) {
                    state = shared.give_way(state);
                } else {
                    // The writer wakes this thread when there is room.
                    state.delivery.set_filler_waits(true);
                    shared.to_writer.wake_up();
                    let until = Instant::now() + MAX_ROOM_WAIT_TIMEOUT;
                    state = StreamShared::wait_until(&shared.to_catch_up, state, Some(until));
                    state.delivery.set_filler_waits(false);
                }
            }
            NextStep::Ask(ask) => {
                drop(state);
                let response = unwind::catch_panic(|| fetch_page(&*shared.backend, ask));
                state = shared.lock_state();
                match response {
                    Ok(response) => state.delivery.response_received(shared.now(), response),
                    // A logger that panicked once does so with every call.
                    Err(panic) => {
                        deferred_log::push_line(Level::Error, || {
                            format!(
                                "abandoning a catch-up because code of the program panicked in it: {panic}"
                            )
                        });
                        state.delivery.abandon_gap();
                    }
                }
            }
        }
    }
    // Under the same lock: a new gap, or a probe, needs a new thread.
    state.catch_up_runs = false;
    if let Some(number) = state.probe.take().filter(|_| state.stop.is_none()) {
        prober::begin_probe(shared, &mut state, number);
    }
    drop(state);
    drop(guard);
}

/// Sends a request.
pub(super) fn fetch_page(backend: &dyn Backend, ask: FetchRequest) -> Result<FetchResponse> {
    Ok(match ask {
        FetchRequest::Teams => FetchResponse::Teams(backend.list_teams()?),
        FetchRequest::Channels { team, archived_since } => {
            FetchResponse::Channels(backend.list_channels(team.as_ref(), archived_since)?)
        }
        FetchRequest::Since { channel, since } => match backend.posts_since(&channel, since) {
            Err(error) if error.is_oversized() => FetchResponse::TooMuch,
            list => FetchResponse::Posts(FetchedPage::from(list?)),
        },
        FetchRequest::Before { channel, before, page, per_page } => {
            let list = backend.posts_before(&channel, before.as_ref(), page, per_page)?;
            FetchResponse::Posts(FetchedPage::from(list))
        }
        FetchRequest::Names(ids) => FetchResponse::Names(backend.list_usernames(&ids)?),
    })
}
