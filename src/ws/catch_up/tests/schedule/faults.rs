//! What goes wrong on the way to the model, and in it.

use super::{Act, Sim};
use crate::ws::frame::ReadEnd;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ws::catch_up::tests) enum Fault {
    /// The connection ends for both sides.
    Cut,
    /// The client's side ends; the server takes so long to notice.
    HalfCut(i64),
    /// Nothing arrives any more, and nobody is told.
    BlackHole,
    /// What is sent arrives so much later.
    Stall(i64),
    /// Nothing is reachable for so long; what is queued stays.
    Outage(i64),
    /// The process is killed, and is back after so long.
    Restart(i64),
    /// Connections without a link are forgotten.
    Reap,
    Lose,
    Repeat,
    Expire,
    /// REST fails for so long.
    Rest(i64),
    /// Upgrades are answered with a page for so long.
    Page(i64),
    /// The program takes nothing for so long.
    Slow(i64),
    /// The program is killed, and started again after so long.
    Program(i64),
    /// The account is removed from a channel for so long.
    Remove(usize, i64),
    /// Posts are deleted for good.
    Purge,
    /// Pings are answered without the time for so long.
    NoClock(i64),
}

impl Sim {
    pub(super) fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::Cut => self.cut_link(0),
            Fault::HalfCut(notice) => self.cut_link(notice),
            Fault::BlackHole => {
                if let Some(link) = &mut self.link {
                    link.black = true;
                    let id = link.id;
                    self.after(100_000, Act::Notice(id));
                }
            }
            Fault::Stall(time) => {
                if let Some(link) = &mut self.link {
                    link.stalled = self.world.now + time;
                }
            }
            Fault::Outage(time) => {
                self.down(time);
                self.cut_link(0);
            }
            Fault::Restart(time) => {
                self.down(time);
                self.world.restart();
                self.cut_link(0);
            }
            Fault::Reap => self.world.reap(),
            Fault::Lose => self.world.lose += 1,
            Fault::Repeat => {
                let frames = self.world.repeat();
                self.send(frames);
            }
            // A server resumes the connection of a session that ended between two runs of a program as if nothing had
            // happened: see DESIGN.md.
            Fault::Expire if self.stopped => {}
            Fault::Expire => self.world.login += 1,
            Fault::Rest(time) => self.rest_fails = self.world.now + time,
            Fault::Page(time) => self.page = self.world.now + time,
            Fault::Program(time) => self.kill_program(time),
            Fault::Remove(channel, time) => {
                self.world.remove(channel);
                self.after(time, Act::Rejoin(channel));
            }
            Fault::Purge => self.world.purge(),
            Fault::NoClock(time) => self.no_clock = self.world.now + time,
            Fault::Slow(time) => {
                self.slow = self.world.now + time;
                self.after(time, Act::Take);
            }
        }
    }

    fn down(&mut self, time: i64) {
        (self.up, self.epoch) = (false, self.epoch + 1);
        self.after(time, Act::Up);
    }

    /// What is under way arrives or not; then the end does.
    fn cut_link(&mut self, notice: i64) {
        let Some(link) = &self.link else { return };
        let id = link.id;
        let end = if self.rng.chance(50) { link.arrives } else { 0 };
        let ended = if self.rng.chance(50) {
            ReadEnd::Eof
        } else {
            ReadEnd::Broken("connection reset by peer".into())
        };
        self.at(end.max(self.world.now + 1), Act::End(id, ended));
        if notice == 0 {
            self.world.detach(id);
        } else {
            self.after(notice, Act::Notice(id));
        }
    }
}
