//! The timer thread: it sends all data, and handles all timeouts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ws::connection::{WriteBatch, WriteHalf};
use crate::ws::state::{StateGuard, StreamShared, ThreadGuard, ThreadRole};
use crate::ws::threads::bell::RoomPoll;

/// Timeout for sending queued bytes, after which the connection is considered dead.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);

/// Runs until the stream is closed, or has ended permanently and reported it.
pub(crate) fn run_writer(shared: &StreamShared) {
    let _ending = ThreadGuard::new(shared, ThreadRole::Writer);
    let mut poll = RoomPoll::new();
    let mut batch = WriteBatch::default();
    // The connection that the batch belongs to.
    let mut wire: Option<Arc<WriteHalf>> = None;
    let mut state = shared.lock_state();
    loop {
        let heard = state.wire.as_ref().map(|wire| shared.stream_time(wire.last_received()));
        state.session.on_tick(shared.now(), heard);
        shared.apply_effects(&mut state);
        while state.delivery.wants_polling() {
            let more = state.delivery.poll_queues(shared.now());
            shared.start_catch_up(&mut state);
            if !more || state.stop.is_some() {
                break;
            }
            state = shared.give_way(state);
        }
        if state.delivery.has_room() {
            shared.to_reader.notify_one();
            shared.to_catch_up.notify_one();
        }
        shared.show_typing(&mut state);
        if let Some(stop) = &state.stop {
            let cut = Instant::now() >= stop.cut;
            match &state.wire {
                Some(wire) if !wire.is_dead() && !cut => {}
                present => {
                    if let Some(wire) = present {
                        wire.shut_down();
                    }
                    return;
                }
            }
        } else if state.session.is_ended() && !state.delivery.wants_polling() {
            return;
        }
        if !is_same(wire.as_ref(), state.wire.as_ref()) {
            wire.clone_from(&state.wire);
            batch.clear_batch();
        }
        if let Some(wire) = wire.as_ref().filter(|wire| !wire.is_dead()) {
            let failed = if batch.is_empty() { wire.take_batch(&mut batch).is_err() } else { false };
            let late = batch.waiting_since().is_some_and(|since| since.elapsed() >= WRITE_TIMEOUT);
            if failed || late {
                state.session.on_write_stalled("no data could be written for 15 s");
                wire.shut_down();
                batch.clear_batch();
                shared.apply_effects(&mut state);
                continue;
            }
            if !batch.is_empty() {
                drop(state);
                if wire.write_some(&mut batch).is_err() {
                    // The reader reports the end, since it knows the reason.
                    wire.shut_down();
                    batch.clear_batch();
                }
                state = shared.lock_state();
                continue;
            }
        }
        state = sleep_until_woken(shared, state, &mut poll);
    }
}

/// Sleeps until the bell rings, a time is reached, or there is room for something that waits.
fn sleep_until_woken<'a>(
    shared: &'a StreamShared,
    mut state: StateGuard<'a>,
    poll: &mut RoomPoll,
) -> StateGuard<'a> {
    let session = state.session.next_deadline().map(|at| shared.instant_at(at));
    let stop = state.stop.as_ref().map(|stop| stop.cut);
    let typing = state.indicators.next_due().map(|at| shared.instant_at(at));
    let mut until = [session, stop, typing].into_iter().flatten().min();
    state.writer_wakes_at = until;
    let room = state.delivery.room_wait();
    state.writer_watches_room = room.is_some();
    drop(state);
    match room {
        Some(room) if room.partly => {
            let look = Instant::now() + poll.next_interval(room.taken);
            until = Some(until.map_or(look, |until| until.min(look)));
            shared.to_writer.wait(until);
        }
        Some(room) => shared.to_writer.wait_for_room(&room.full, until),
        None => shared.to_writer.wait(until),
    }
    let mut state = shared.lock_state();
    state.writer_watches_room = false;
    state
}

fn is_same(a: Option<&Arc<WriteHalf>>, b: Option<&Arc<WriteHalf>>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
