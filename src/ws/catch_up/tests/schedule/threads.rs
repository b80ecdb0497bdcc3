//! What the threads of a stream do by themselves.

use std::time::Duration;

use super::{Act, Sim, ms};
use crate::ws::catch_up::NextStep;
use crate::ws::session::{ReaderAction, StreamTime};

impl Sim {
    /// Does what the threads would do now, and plans when they wake up.
    pub(super) fn pump(&mut self) {
        if self.stopped {
            return;
        }
        let now = self.now();
        let mut wake = self.hold_on();
        while self.holding.is_none() {
            self.steps();
            let dialing = self.link.is_some();
            match self.session.next_reader_action(now) {
                ReaderAction::Connect(resume) => {
                    self.dials += 1;
                    debug_assert!(!dialing, "two links at once");
                    let latency = self.latency();
                    self.after(latency, Act::Upgrade(resume, self.login));
                }
                ReaderAction::CheckToken => {
                    let latency = self.latency();
                    self.after(latency, Act::Checked(self.run));
                }
                ReaderAction::LogIn => {
                    let latency = self.latency();
                    self.after(latency, Act::LoggedIn(self.run));
                }
                ReaderAction::Wait(until) => {
                    wake = wake.min(until.unwrap_or(StreamTime::MAX));
                    break;
                }
                ReaderAction::Read | ReaderAction::Exit => break,
            }
        }
        if self.session.next_deadline().is_some_and(|deadline| deadline <= now) {
            self.session.on_tick(now, None);
            self.steps();
        }
        wake = wake.min(self.session.next_deadline().unwrap_or(StreamTime::MAX));
        if self.slow <= self.world.now {
            self.take();
        }
        if self.delivery.wants_polling() {
            while self.delivery.poll_queues(now) {}
            wake = wake.min(now + Duration::from_millis(100));
        }
        wake = wake.min(self.fill());
        if wake != StreamTime::MAX && (ms(wake) < self.wake || self.wake <= self.world.now) {
            self.wake = ms(wake).max(self.world.now + 1);
            self.at(self.wake, Act::Wake);
        }
    }

    /// Does what the thread of the catch-up would do now. Returns the time until which it sleeps.
    fn fill(&mut self) -> StreamTime {
        let now = self.now();
        while self.delivery.wants_thread() && !self.asking {
            match self.delivery.next_step(now) {
                NextStep::Done => break,
                NextStep::ClockTimedOut => self.delivery.clock_timed_out(now),
                NextStep::Wait(until) => return until.unwrap_or(StreamTime::MAX),
                NextStep::Merge => self.delivery.merge_channel(now),
                NextStep::Sort(mut merge) => {
                    merge.sort_events();
                    self.delivery.channel_sorted(merge);
                }
                NextStep::Move => {
                    let moved = self.delivery.move_on(now);
                    if self.slow <= self.world.now {
                        self.take();
                    }
                    if !moved {
                        return now + Duration::from_millis(20);
                    }
                }
                NextStep::Ask(ask) => {
                    self.asking = true;
                    let latency = self.latency();
                    self.after(latency, Act::Asked(self.run, Box::new(ask)));
                }
            }
        }
        StreamTime::MAX
    }
}
