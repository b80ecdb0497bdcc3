//! Whether events come at all: a link that answers pings can be deaf.

use std::time::Duration;

use super::words::Cause;
use super::{At, Session, State, Step};
use crate::time::Timestamp;
use crate::ws::Probe;

/// A link without an event for so long is asked about.
const EVERY: Duration = Duration::from_secs(60);
/// An echo comes in this time, or the link is deaf.
const ECHO: Duration = Duration::from_secs(30);

/// Asks by REST, every now and then, what a link that hears would have told.
#[derive(Debug)]
pub(super) struct Watch {
    probe: Probe,
    every: Duration,
    within: Duration,
    stage: Stage,
    /// No event came since the last look.
    quiet: bool,
    /// The number of the last question.
    number: u64,
    /// When the account was last changed; not known before the first answer.
    changed: Option<Timestamp>,
}

#[derive(Debug)]
enum Stage {
    /// There is no link, or nothing can be read from it.
    Off,
    Rest {
        until: At,
    },
    Asked {
        echoed: bool,
    },
    Echo {
        until: At,
    },
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Nothing,
    /// To ask the question of this number.
    Ask(u64),
    /// Events do not come any more.
    Deaf,
}

/// The answer to a question, by REST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The preference was written: its echo comes, or came.
    Written,
    /// When the account was last changed.
    Changed(Timestamp),
}

impl Watch {
    /// `scale` shortens the times, in tests.
    pub(super) fn new(probe: Probe, scale: f64) -> Self {
        Self {
            probe,
            every: EVERY.mul_f64(scale),
            within: ECHO.mul_f64(scale),
            stage: Stage::Off,
            quiet: true,
            number: 0,
            changed: None,
        }
    }

    /// A link is up; `resumed` if it hears what an earlier one would have heard.
    pub(super) fn up(&mut self, now: At, resumed: bool) {
        if !resumed {
            self.changed = None;
        }
        // How the account is now has to be known before it can be seen to have changed.
        let known = self.probe == Probe::Preference || self.changed.is_some();
        self.stage = Stage::Rest { until: if known { now + self.every } else { now } };
        self.quiet = true;
    }

    pub(super) fn down(&mut self) {
        self.stage = Stage::Off;
    }

    /// An event came.
    pub(super) fn heard(&mut self) {
        self.quiet = false;
    }

    pub(super) fn deadline(&self) -> Option<At> {
        match self.stage {
            Stage::Rest { until } | Stage::Echo { until } => Some(until),
            Stage::Off | Stage::Asked { .. } => None,
        }
    }

    pub(super) fn tick(&mut self, now: At) -> Look {
        match self.stage {
            Stage::Rest { until } if now >= until => {
                let known = self.probe == Probe::Preference || self.changed.is_some();
                if !std::mem::replace(&mut self.quiet, true) && known {
                    self.rest(now);
                    return Look::Nothing;
                }
                self.number += 1;
                self.stage = Stage::Asked { echoed: false };
                Look::Ask(self.number)
            }
            Stage::Echo { until } if now >= until => Look::Deaf,
            _ => Look::Nothing,
        }
    }

    fn rest(&mut self, now: At) {
        self.stage = Stage::Rest { until: now + self.every };
    }

    /// The answer to the question of this number.
    pub(super) fn told(&mut self, now: At, number: u64, answer: Option<Answer>) -> Look {
        let Stage::Asked { echoed } = self.stage else { return Look::Nothing };
        if number != self.number {
            return Look::Nothing;
        }
        self.rest(now);
        match answer {
            Some(Answer::Written) if !echoed => self.stage = Stage::Echo { until: now + self.within },
            Some(Answer::Changed(time))
                if self.changed.replace(time).is_some_and(|before| before != time) =>
            {
                return Look::Deaf;
            }
            // Written and heard, or a call that failed: that says nothing of the link.
            _ => {}
        }
        Look::Nothing
    }

    /// The echo of a preference came; whether it is the one that is waited for.
    pub(super) fn echo(&mut self, now: At, number: u64) -> bool {
        if number != self.number {
            return false;
        }
        match &mut self.stage {
            Stage::Asked { echoed } => *echoed = true,
            Stage::Echo { .. } => self.rest(now),
            _ => {}
        }
        true
    }

    /// The reader waits for room, or has got it: what was not read is not missing.
    pub(super) fn block(&mut self, now: At, blocked: bool) {
        match self.stage {
            Stage::Echo { .. } if !blocked => self.stage = Stage::Echo { until: now + self.within },
            _ => {}
        }
    }
}

impl Session {
    pub(super) fn looked(&mut self, look: Look) {
        match look {
            Look::Nothing => {}
            Look::Ask(number) => self.steps.push_back(Step::Probe(number)),
            Look::Deaf => {
                // Answers to pings proved nothing. What came last did, or the last look.
                let sure = self.sure.max(self.last_event).min(self.known.server_time);
                (self.known.id, self.known.server_time, self.last_event) = (None, sure, sure);
                self.die(Cause::Deaf);
            }
        }
    }

    /// What REST said to the question of this number.
    pub(crate) fn probed(&mut self, now: At, number: u64, answer: crate::Result<Answer>) {
        if !matches!(self.state, State::Up { .. }) {
            return;
        }
        let answer = match answer {
            Ok(answer) => Some(answer),
            Err(error) if error.is_unauthorized() => return self.die(Cause::Expired(error)),
            Err(error) => {
                log::debug!("whether events come could not be found out: {error}");
                None
            }
        };
        let same = matches!(answer, Some(Answer::Changed(_)));
        let Some(look) = self.watch.as_mut().map(|watch| watch.told(now, number, answer)) else { return };
        if same && look == Look::Nothing {
            self.sure = self.known.server_time;
        }
        self.looked(look);
    }

    /// The echo of a preference came; whether it is one of this stream's own, which nobody else wants.
    pub(crate) fn echo(&mut self, now: At, number: u64) -> bool {
        self.watch.as_mut().is_some_and(|watch| watch.echo(now, number))
    }
}
