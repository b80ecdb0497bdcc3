//! Detection of connections that reply to pings but deliver no events.

use std::time::Duration;

use super::effects::DisconnectCause;
use super::{Effect, SessionState, StreamSession, StreamTime};
use crate::time::Timestamp;
use crate::time_scale::TimeScale;
use crate::ws::Probe;
use crate::ws::deferred_log;
use log::Level;

/// A connection without an event for this time is probed.
const PROBE_INTERVAL: Duration = Duration::from_secs(60);
/// Timeout for the event of a probe. Then the connection is deaf.
const ECHO_TIMEOUT: Duration = Duration::from_secs(30);

/// Probes if events still arrive, by REST, at intervals.
#[derive(Debug)]
pub(super) struct LivenessWatch {
    probe: Probe,
    every: Duration,
    within: Duration,
    stage: ProbeStage,
    /// `true` if no event arrived since the last check.
    quiet: bool,
    /// Number of the last probe.
    number: u64,
    /// Time of the last change of the account. `None` before the first response.
    changed: Option<Timestamp>,
}

#[derive(Debug)]
enum ProbeStage {
    /// There is no connection, or nothing can be read from it.
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
    /// Send the probe with this number.
    Ask(u64),
    /// Events no longer arrive.
    Deaf,
}

/// The response to a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProbeResponse {
    /// The preference was written: its event follows, or has arrived.
    Written,
    /// Time of the last change of the account.
    Changed(Timestamp),
}

impl LivenessWatch {
    /// `scale` shortens the times, in tests.
    pub(super) fn new(probe: Probe, scale: TimeScale) -> Self {
        Self {
            probe,
            every: scale.shorten(PROBE_INTERVAL),
            within: scale.shorten(ECHO_TIMEOUT),
            stage: ProbeStage::Off,
            quiet: true,
            number: 0,
            changed: None,
        }
    }

    /// Handles a new connection. `resumed` is `true` if it receives the events of an earlier one.
    pub(super) fn connection_up(&mut self, now: StreamTime, resumed: bool) {
        if !resumed {
            self.changed = None;
        }
        // A change of the account can only be detected if its state is known.
        let known = self.probe == Probe::Preference || self.changed.is_some();
        self.stage = ProbeStage::Rest { until: if known { now + self.every } else { now } };
        self.quiet = true;
    }

    pub(super) fn connection_down(&mut self) {
        self.stage = ProbeStage::Off;
    }

    /// Handles an event.
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

    /// Handles the response to the probe with this number.
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
            // The event has arrived, or the call has failed, which does not concern the connection.
            _ => {}
        }
        ProbeStep::Nothing
    }

    /// Handles the event of a preference. Returns `true` if it belongs to the current probe.
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

    /// Handles the reader beginning or ceasing to wait for room: unread events are not missing.
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
                // Replies to pings prove nothing. The last event or the last check does.
                let sure = self.sure.max(self.last_event).min(self.cursor.server_time);
                (self.cursor.connection_id, self.cursor.server_time, self.last_event) = (None, sure, sure);
                self.begin_close(DisconnectCause::Deaf);
            }
        }
    }

    /// Handles the response to the probe with this number.
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
                    format!("cannot check whether events still arrive: {error}")
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

    /// Handles the event of a preference. Returns `true` if this stream caused it, so that it is not delivered.
    pub(crate) fn on_probe_echo(&mut self, now: StreamTime, number: u64) -> bool {
        self.watch.as_mut().is_some_and(|watch| watch.echo_received(now, number))
    }
}
