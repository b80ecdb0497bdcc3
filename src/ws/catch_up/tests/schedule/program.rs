//! The program: it waits for room, writes its position, is killed and started again.

use std::time::Duration;

use crossbeam_channel::Receiver;

use super::super::world::Rng;
use super::{Act, Sim, at};
use crate::event::Event;
use crate::time_scale::TimeScale;
use crate::ws::delivery::MAX_BLOCK_DURATION;
use crate::ws::delivery::{Delivery, EventHeader};
use crate::ws::position::Position;
use crate::ws::queue::{EnqueueResult, Overflow};
use crate::ws::session::{Cursor, SessionSettings, StreamSession, StreamTime};
use crate::ws::state::cursor_of;
use crate::ws::threads::reader::BLOCK_NOTICE_DELAY;

/// The event that the reader waits with.
pub(super) struct HeldFrame {
    pub(super) header: EventHeader,
    pub(super) event: Event,
    pub(super) last_seq: Option<u64>,
    pub(super) since: i64,
}

/// A stream, as it is before the first connection.
pub(super) fn open(
    rng: &mut Rng,
    horizon: Duration,
    policy: Overflow,
    from: Option<&Position>,
) -> (StreamSession, Delivery, Receiver<Event>) {
    let settings = SessionSettings {
        ping_every: Duration::from_secs(30),
        can_log_in: true,
        liveness: None,
        backoff_scale: TimeScale::REAL,
        time_scale: TimeScale::REAL,
        seed: Some(rng.next() | 1),
    };
    let cursor = from.map(|position| Cursor {
        connection_id: position.connection_id.as_deref().map(Into::into),
        next_seq: position.seq,
        server_time: position.server_time,
    });
    let session = StreamSession::new(settings, cursor);
    let mut filling = super::super::settings(32, horizon, rng.next() | 1);
    filling.block = policy == Overflow::Block;
    let start = cursor_of(session.resume_cursor());
    let (delivery, receiver) = Delivery::new(filling, policy, start, from);
    (session, delivery, receiver)
}

impl Sim {
    /// Whether the program was started more than once.
    pub(in crate::ws::catch_up::tests) fn has_restarted(&self) -> bool {
        self.run > 0
    }

    pub(super) fn begin_holding(&mut self, frame: HeldFrame) {
        self.delivery.set_holding(true);
        self.holding = Some(frame);
    }

    /// The reader with an event in its hand; until when it waits.
    pub(super) fn hold_on(&mut self) -> StreamTime {
        while let Some(frame) = self.holding.take() {
            let now = self.now();
            let waited = now.saturating_sub(at(frame.since));
            if waited >= BLOCK_NOTICE_DELAY && !self.session.is_blocked() {
                self.session.set_blocked(now, true);
            }
            let cursor = cursor_of(self.session.resume_cursor());
            if waited >= MAX_BLOCK_DURATION {
                self.delivery.begin_overflow(cursor.server_time, frame.last_seq);
            }
            let event = frame.event.clone();
            if self.delivery.offer_event(frame.header, cursor, frame.last_seq, || now, || event)
                == EnqueueResult::Full
            {
                let next = if waited < BLOCK_NOTICE_DELAY { BLOCK_NOTICE_DELAY } else { MAX_BLOCK_DURATION };
                let until = at(frame.since) + next;
                self.holding = Some(frame);
                return until.min(now + Duration::from_millis(500));
            }
            self.delivery.set_holding(false);
            if self.session.is_blocked() {
                self.session.set_blocked(now, false);
            }
            while self.holding.is_none() {
                match self.unread.pop_front() {
                    Some((link, Ok(text))) => self.frame(link, &text),
                    Some((link, Err(ended))) => self.lose(link, &ended),
                    None => break,
                }
            }
            self.steps();
        }
        StreamTime::MAX
    }

    /// The program writes where it stands, with all that it did.
    pub(super) fn write_position(&mut self) {
        if self.stopped || self.slow > self.world.now {
            return;
        }
        self.take();
        let now = cursor_of(self.session.resume_cursor());
        let position = self.delivery.position(now);
        // `open` waits for the server's time.
        if !position.server_time.is_never() {
            let text = serde_json::to_string(&position).unwrap();
            self.saved = Some((serde_json::from_str(&text).unwrap(), self.taken.len(), self.login));
        }
    }

    /// The program is killed: what it did since it wrote its position is undone.
    pub(super) fn kill_program(&mut self, time: i64) {
        let Some((_, done, login)) = self.saved else { return };
        // The position of a session that has ended is as good as one whose session ends between the runs.
        if self.stopped || login != self.world.login {
            return;
        }
        self.taken.truncate(done);
        self.stopped = true;
        self.run += 1;
        self.epoch += 1;
        self.asking = false;
        self.cut = false;
        self.slow = 0;
        self.holding = None;
        self.unread.clear();
        if let Some(link) = self.link.take() {
            let notice = self.rng.ms(1, 4000);
            self.after(notice, Act::Notice(link.id));
        }
        self.after(time, Act::Restarted);
    }

    pub(super) fn restart_program(&mut self) {
        if !self.up {
            // `open` fails, and the program tries again.
            self.after(1000, Act::Restarted);
            return;
        }
        let from = self.saved.as_ref().map(|(position, ..)| position);
        (self.session, self.delivery, self.receiver) = open(&mut self.rng, self.horizon, self.policy, from);
        self.login = self.world.login;
        self.stopped = false;
        self.opened = false;
        self.wake = i64::MAX;
    }
}
