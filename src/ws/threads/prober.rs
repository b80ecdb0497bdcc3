//! Checks by REST that a quiet connection still delivers events.

use std::thread;

use super::call_server;
use crate::error::{Error, ErrorKind};
use crate::event::EventKind;
use crate::ws::Probe;
use crate::ws::session::ProbeResponse;
use crate::ws::state::{StreamShared, StreamState, ThreadGuard, ThreadRole};

/// Returns the number of the probe that caused this event.
pub(crate) fn probe_number(tag: &str, kind: EventKind, text: &str) -> Option<u64> {
    if kind != EventKind::PreferencesChanged {
        return None;
    }
    let (_, rest) = text.split_once(tag)?;
    let digits = rest.strip_prefix('-')?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Sends the probe with this number, on the catch-up thread if it runs, and otherwise on a short-lived thread.
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
        let error =
            Error::io("a thread for a REST call could not be started", error).with_kind(ErrorKind::Io);
        state.session.on_probe_response(shared.now(), number, Err(error));
    }
}

/// Sends the probe and passes the response to the session.
pub(crate) fn run_probe(shared: &StreamShared, number: u64) {
    let response = call_server(|| match shared.options.liveness {
        Some(Probe::Preference) => shared
            .backend
            .send_probe(&format!("{}-{number}", shared.probe_tag))
            .map(|()| ProbeResponse::Written),
        _ => shared.backend.last_change().map(ProbeResponse::Changed),
    });
    let mut state = shared.lock_state();
    state.session.on_probe_response(shared.now(), number, response);
    shared.apply_effects(&mut state);
    shared.set_alarm(&mut state);
}
