//! Asks by REST whether a link that hears nothing should have heard something.

use std::thread;

use super::Probe;
use super::session::Answer;
use super::shared::{Core, Ending, Shared, Who};
use crate::error::{Error, ErrorKind, Result};
use crate::event::EventKind;

/// What the marks of one stream begin with.
pub(crate) fn mark() -> Box<str> {
    format!("{:016x}", getrandom::u64().unwrap_or_default()).into()
}

/// The number of the probe whose echo this event is.
pub(crate) fn number(mark: &str, kind: EventKind, text: &str) -> Option<u64> {
    if kind != EventKind::PreferencesChanged {
        return None;
    }
    let (_, rest) = text.split_once(mark)?;
    let digits = rest.strip_prefix('-')?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Sees to it that the question of this number is asked: by the thread that fills a gap, if it runs, else by one that
/// lives no longer than the call.
pub(crate) fn begin(shared: &Shared, core: &mut Core, number: u64) {
    if core.filler_runs {
        core.probe = Some(number);
        shared.to_filler.notify_one();
        return;
    }
    let Some(own) = shared.me.upgrade() else { return };
    core.helpers += 1;
    let ask = move || {
        let _ending = Ending::new(&own, Who::Helper);
        ask(&own, number);
    };
    if let Err(error) = thread::Builder::new().name("mm-probe".into()).spawn(ask) {
        core.helpers -= 1;
        let error = Error::io("no thread for a REST call could be started", error).with_kind(ErrorKind::Io);
        core.session.probed(shared.now(), number, Err(error));
    }
}

/// Asks, and tells the session.
pub(crate) fn ask(shared: &Shared, number: u64) {
    let answer: Result<Answer> = match shared.options.liveness {
        Some(Probe::Preference) => {
            shared.backend.leave_mark(&format!("{}-{number}", shared.mark)).map(|()| Answer::Written)
        }
        _ => shared.backend.changed().map(Answer::Changed),
    };
    let mut core = shared.lock();
    core.session.probed(shared.now(), number, answer);
    shared.carry_out(&mut core);
    shared.set_alarm(&mut core);
}
