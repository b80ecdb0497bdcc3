//! The bell that wakes the writer thread, and the other conditions on which it sleeps.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, bounded};

use crate::event::Event;

/// After the program has taken an event out of a full queue, the writer waits this long before it refills it, so that
/// a fast program causes one wake-up for many events.
const ROOM_PAUSE_INTERVAL: Duration = Duration::from_millis(2);
/// Interval at which a queue with free slots but not enough room is polled while the program takes events.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(20);
/// The same while it takes none.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Wakes the writer. Rings are not counted, since the writer checks everything each time.
#[derive(Debug)]
pub(crate) struct WriterBell {
    sender: Sender<()>,
    receiver: Receiver<()>,
}

impl WriterBell {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = bounded(1);
        Self { sender, receiver }
    }

    pub(crate) fn wake_up(&self) {
        let _ = self.sender.try_send(());
    }

    /// Sleeps until the bell rings, or until `until`.
    pub(crate) fn wait(&self, until: Option<Instant>) {
        let _ = match until {
            Some(until) => self.receiver.recv_deadline(until).is_ok(),
            None => self.receiver.recv().is_ok(),
        };
    }

    /// Also wakes up when one of these full queues has a free slot. No wake-ups happen while the program takes
    /// nothing.
    pub(crate) fn wait_for_room(&self, full: &[Sender<Event>], until: Option<Instant>) {
        let mut select = Select::new();
        let bell = select.recv(&self.receiver);
        for sender in full {
            select.send(sender);
        }
        let ready = match until {
            Some(until) => select.ready_deadline(until).ok(),
            None => Some(select.ready()),
        };
        match ready {
            Some(index) if index == bell => drop(self.receiver.try_recv()),
            Some(_) => self.wait(Some(Instant::now() + ROOM_PAUSE_INTERVAL)),
            None => {}
        }
    }
}

/// The condition under which the queues of a stream have room.
#[derive(Debug, Default)]
pub(crate) struct RoomWait {
    /// Queues without a free slot.
    pub(crate) full: Vec<Sender<Event>>,
    /// `true` if a queue has free slots but not enough room: its texts are too long, or it must drain to half.
    pub(crate) partly: bool,
    /// Increases whenever the program takes an event.
    pub(crate) taken: u64,
}

/// Interval at which the writer polls queues that are partly full.
#[derive(Debug)]
pub(crate) struct RoomPoll {
    interval: Duration,
    taken: u64,
}

impl RoomPoll {
    pub(crate) fn new() -> Self {
        Self { interval: MIN_POLL_INTERVAL, taken: 0 }
    }

    /// Returns the time until the next poll.
    pub(crate) fn next_interval(&mut self, taken: u64) -> Duration {
        self.interval =
            if taken == self.taken { (self.interval * 2).min(MAX_POLL_INTERVAL) } else { MIN_POLL_INTERVAL };
        self.taken = taken;
        self.interval
    }
}
