//! Detection of connections that answer pings but deliver no events.

use std::time::Duration;

use super::effects::DisconnectCause;
use super::{Effect, SessionState, StreamSession, StreamTime};
use crate::time::Timestamp;
use crate::ws::Probe;
use crate::ws::deferred_log;
use log::Level;

/// A link without an event for so long is asked about.
const PROBE_INTERVAL: Duration = Duration::from_secs(60);
/// An echo comes in this time, or the link is deaf.
const ECHO_TIMEOUT: Duration = Duration::from_secs(30);

/// Asks by REST, every now and then, what a link that hears would have told.
#[derive(Debug)]
pub(super) struct LivenessWatch {
    probe: Probe,
    every: Duration,
    within: Duration,
    stage: ProbeStage,
    /// No event came since the last look.
    quiet: bool,
    /// The number of the last question.
    number: u64,
    /// Time of the last change of the account. `None` before the first response.
    changed: Option<Timestamp>,
}

#[derive(Debug)]
enum ProbeStage {
    /// There is no link, or nothing can be read from it.
    Off,
    Rest {
        until: StreamTime,
    },
    Asked {
        echoed: bool,
    },
    Echo {
        until: StreamTime,
    },
}

/// The next step of the probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProbeStep {
    Nothing,
    /// To ask the question of this number.
    Ask(u64),
    /// Events do not come any more.
    Deaf,
}

/// The answer to a question, by REST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProbeResponse {
    /// The preference was written: its echo comes, or came.
    Written,
    /// Time of the last change of the account.
    Changed(Timestamp),
}

impl LivenessWatch {
    /// `scale` shortens the times, in tests.
    pub(super) fn new(probe: Probe, scale: f64) -> Self {
        Self {
            probe,
            every: PROBE_INTERVAL.mul_f64(scale),
            within: ECHO_TIMEOUT.mul_f64(scale),
            stage: ProbeStage::Off,
            quiet: true,
            number: 0,
            changed: None,
        }
    }

    /// A link is up; `resumed` if it hears what an earlier one would have heard.
    pub(super) fn connection_up(&mut self, now: StreamTime, resumed: bool) {
        if !resumed {
            self.changed = None;
        }
        // How the account is now has to be known before it can be seen to have changed.
        let known = self.probe == Probe::Preference || self.changed.is_some();
        self.stage = ProbeStage::Rest { until: if known { now + self.every } else { now } };
        self.quiet = true;
    }

    pub(super) fn connection_down(&mut self) {
        self.stage = ProbeStage::Off;
    }

    /// An event came.
    pub(super) fn event_received(&mut self) {
        self.quiet = false;
    }

    pub(super) fn next_deadline(&self) -> Option<StreamTime> {
        match self.stage {
            ProbeStage::Rest { until } | ProbeStage::Echo { until } => Some(until),
            ProbeStage::Off | ProbeStage::Asked { .. } => None,
        }
    }

    pub(super) fn next_step(&mut self, now: StreamTime) -> ProbeStep {
        match self.stage {
            ProbeStage::Rest { until } if now >= until => {
                let known = self.probe == Probe::Preference || self.changed.is_some();
                if !std::mem::replace(&mut self.quiet, true) && known {
                    self.start_rest(now);
                    return ProbeStep::Nothing;
                }
                self.number += 1;
                self.stage = ProbeStage::Asked { echoed: false };
                ProbeStep::Ask(self.number)
            }
            ProbeStage::Echo { until } if now >= until => ProbeStep::Deaf,
            _ => ProbeStep::Nothing,
        }
    }

    fn start_rest(&mut self, now: StreamTime) {
        self.stage = ProbeStage::Rest { until: now + self.every };
    }

    /// The answer to the question of this number.
    pub(super) fn probe_answered(
        &mut self,
        now: StreamTime,
        number: u64,
        answer: Option<ProbeResponse>,
    ) -> ProbeStep {
        let ProbeStage::Asked { echoed } = self.stage else { return ProbeStep::Nothing };
        if number != self.number {
            return ProbeStep::Nothing;
        }
        self.start_rest(now);
        match answer {
            Some(ProbeResponse::Written) if !echoed => {
                self.stage = ProbeStage::Echo { until: now + self.within }
            }
            Some(ProbeResponse::Changed(time))
                if self.changed.replace(time).is_some_and(|before| before != time) =>
            {
                return ProbeStep::Deaf;
            }
            // Written and heard, or a call that failed: that says nothing of the link.
            _ => {}
        }
        ProbeStep::Nothing
    }

    /// The echo of a preference came; whether it is the one that is waited for.
    pub(super) fn echo_received(&mut self, now: StreamTime, number: u64) -> bool {
        if number != self.number {
            return false;
        }
        match &mut self.stage {
            ProbeStage::Asked { echoed } => *echoed = true,
            ProbeStage::Echo { .. } => self.start_rest(now),
            _ => {}
        }
        true
    }

    /// The reader waits for room, or has got it: what was not read is not missing.
    pub(super) fn reader_blocked(&mut self, now: StreamTime, blocked: bool) {
        match self.stage {
            ProbeStage::Echo { .. } if !blocked => self.stage = ProbeStage::Echo { until: now + self.within },
            _ => {}
        }
    }
}

impl StreamSession {
    pub(super) fn on_probe_step(&mut self, look: ProbeStep) {
        match look {
            ProbeStep::Nothing => {}
            ProbeStep::Ask(number) => self.effects.push_back(Effect::Probe(number)),
            ProbeStep::Deaf => {
                // Answers to pings proved nothing. What came last did, or the last look.
                let sure = self.sure.max(self.last_event).min(self.cursor.server_time);
                (self.cursor.connection_id, self.cursor.server_time, self.last_event) = (None, sure, sure);
                self.begin_close(DisconnectCause::Deaf);
            }
        }
    }

    /// The REST response to the probe of this number.
    pub(crate) fn on_probe_response(
        &mut self,
        now: StreamTime,
        number: u64,
        answer: crate::Result<ProbeResponse>,
    ) {
        if !matches!(self.state, SessionState::Connected { .. }) {
            return;
        }
        let answer = match answer {
            Ok(answer) => Some(answer),
            Err(error) if error.is_unauthorized() => {
                return self.begin_close(DisconnectCause::Expired(error));
            }
            Err(error) => {
                deferred_log::push_line(Level::Debug, || {
                    format!("whether events come could not be found out: {error}")
                });
                None
            }
        };
        let same = matches!(answer, Some(ProbeResponse::Changed(_)));
        let Some(look) = self.watch.as_mut().map(|watch| watch.probe_answered(now, number, answer)) else {
            return;
        };
        if same && look == ProbeStep::Nothing {
            self.sure = self.cursor.server_time;
        }
        self.on_probe_step(look);
    }

    /// The echo of a preference came; whether it is one of this stream's own, which nobody else wants.
    pub(crate) fn on_probe_echo(&mut self, now: StreamTime, number: u64) -> bool {
        self.watch.as_mut().is_some_and(|watch| watch.echo_received(now, number))
    }
}
