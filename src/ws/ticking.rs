//! Iteration over events with regular ticks.

use std::fmt;
use std::time::{Duration, Instant};

use super::Events;
use crate::event::Event;

/// Minimum interval between ticks.
const MIN_INTERVAL: Duration = Duration::from_millis(1);

/// An iterator over the events of a stream that also yields ticks. Created by [`Events::ticking`].
pub struct Ticking<'a> {
    events: &'a Events,
    interval: Duration,
    /// `None` if the time of the next tick cannot be represented.
    next: Option<Instant>,
    /// `true` if the last item was a tick. A queued event then precedes the next tick.
    ticked: bool,
}

impl Events {
    /// Returns an iterator over the events that also yields `None` at regular intervals, for periodic work in the
    /// same loop.
    ///
    /// Ticks are at least `interval` apart: if the loop body takes longer, ticks are skipped and do not accumulate.
    /// Ticks are on time even if events arrive continuously, and events are delivered even if handling each tick
    /// takes longer than `interval`. The iteration ends when the stream is stopped, and after the event that ends it
    /// permanently.
    ///
    /// ```no_run
    /// # fn run(events: &mattermost::Events) -> mattermost::Result<()> {
    /// use std::time::Duration;
    ///
    /// for event in events.ticking(Duration::from_secs(10)) {
    ///     match event {
    ///         Some(event) => println!("{:?}", event.payload()?),
    ///         None => println!("10 s have passed"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn ticking(&self, interval: Duration) -> Ticking<'_> {
        let interval = interval.max(MIN_INTERVAL);
        Ticking { events: self, interval, next: Instant::now().checked_add(interval), ticked: false }
    }
}

impl Iterator for Ticking<'_> {
    type Item = Option<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        use crossbeam_channel::RecvTimeoutError;
        if std::mem::take(&mut self.ticked) {
            if let Ok(event) = self.events.receiver.try_recv() {
                return Some(Some(event));
            }
        }
        let received = match self.next {
            Some(next) if next <= Instant::now() => Err(RecvTimeoutError::Timeout),
            Some(next) => self.events.receiver.recv_deadline(next),
            None => self.events.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match received {
            Ok(event) => Some(Some(event)),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.next = Instant::now().checked_add(self.interval);
                self.ticked = true;
                // A stopped stream must not tick forever.
                let over = self.events.receiver.is_empty() && self.events.shared.lock_state().stop.is_some();
                (!over).then_some(None)
            }
        }
    }
}

impl fmt::Debug for Ticking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticking").field("interval", &self.interval).finish_non_exhaustive()
    }
}
