//! Asks by REST whether a link that hears nothing should have heard something.

use std::thread;

use crate::error::{Error, ErrorKind, Result};
use crate::event::EventKind;
use crate::ws::Probe;
use crate::ws::session::ProbeResponse;
use crate::ws::state::{StreamShared, StreamState, ThreadGuard, ThreadRole};

/// The number of the probe whose echo this event is.
pub(crate) fn probe_number(tag: &str, kind: EventKind, text: &str) -> Option<u64> {
    if kind != EventKind::PreferencesChanged {
        return None;
    }
    let (_, rest) = text.split_once(tag)?;
    let digits = rest.strip_prefix('-')?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Sees to it that the question of this number is asked: by the thread that fills a gap, if it runs, else by one that
/// lives no longer than the call.
pub(crate) fn begin_probe(shared: &StreamShared, state: &mut StreamState, number: u64) {
    if state.catch_up_runs {
        state.probe = Some(number);
        shared.to_catch_up.notify_one();
        return;
    }
    let Some(own) = shared.me.upgrade() else { return };
    state.helpers += 1;
    let ask = move || {
        let _ending = ThreadGuard::new(&own, ThreadRole::Helper);
        run_probe(&own, number);
    };
    if let Err(error) = thread::Builder::new().name("mm-probe".into()).spawn(ask) {
        state.helpers -= 1;
        let error = Error::io("no thread for a REST call could be started", error).with_kind(ErrorKind::Io);
        state.session.on_probe_response(shared.now(), number, Err(error));
    }
}

/// Asks, and tells the session.
pub(crate) fn run_probe(shared: &StreamShared, number: u64) {
    let answer: Result<ProbeResponse> = match shared.options.liveness {
        Some(Probe::Preference) => shared
            .backend
            .send_probe(&format!("{}-{number}", shared.probe_tag))
            .map(|()| ProbeResponse::Written),
        _ => shared.backend.last_change().map(ProbeResponse::Changed),
    };
    let mut state = shared.lock_state();
    state.session.on_probe_response(shared.now(), number, answer);
    shared.apply_effects(&mut state);
    shared.set_alarm(&mut state);
}
