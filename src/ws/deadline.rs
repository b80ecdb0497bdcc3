//! The deadline for handlers after their stream was stopped.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Poster;

/// Ends the requests of the handlers of a `serve` some time after the stream was stopped.
#[derive(Debug)]
pub(crate) struct Deadline {
    /// Has its own connections, so that the client of the program is not closed.
    pub(super) poster: Arc<dyn Poster>,
    timeout: Duration,
    over: Mutex<bool>,
    changed: Condvar,
}

impl Deadline {
    pub(super) fn new(poster: Arc<dyn Poster>, timeout: Duration) -> Self {
        Self { poster, timeout, over: Mutex::new(false), changed: Condvar::new() }
    }

    /// Starts the timer, since the stream was stopped. Does not block.
    pub(super) fn start_countdown(self: Arc<Self>) {
        let own = Arc::clone(&self);
        let thread = thread::Builder::new().name("mm-deadline".into());
        if let Err(error) = thread.spawn(move || own.run_countdown()) {
            self.poster.close_connections();
            log::error!("a thread for the deadline of the handlers could not be started: {error}");
        }
    }

    fn run_countdown(&self) {
        let until = Instant::now().checked_add(self.timeout);
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        while !*over {
            let Some(left) = until.map(|until| until.saturating_duration_since(Instant::now())) else {
                return;
            };
            if left.is_zero() {
                drop(over);
                self.poster.close_connections();
                log::warn!(
                    "handlers were still running {:?} after the stream was stopped: ended their requests",
                    self.timeout
                );
                return;
            }
            over = self.changed.wait_timeout(over, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Stops the timer, since all handlers have finished.
    pub(super) fn end_countdown(&self) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }
}
