//! Periodic work of a program, beside the loop over its messages.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::error::{Error, ErrorKind, Result};
use crate::unwind;

/// Minimum interval: work that is always due must not keep a core busy.
const MIN_INTERVAL: Duration = Duration::from_millis(1);

/// In a `Mutex` that nobody waits for, so that `Messages` can be shared by the threads that handle them.
#[derive(Default)]
pub(super) struct PeriodicList<'a>(Mutex<Vec<PeriodicWork<'a>>>);

struct PeriodicWork<'a> {
    next_wait: Box<dyn FnMut() -> Duration + Send + 'a>,
    work: Box<dyn FnMut() -> Result<()> + Send + 'a>,
}

impl<'a> PeriodicList<'a> {
    pub(super) fn add_work(
        &mut self,
        next_wait: impl FnMut() -> Duration + Send + 'a,
        work: impl FnMut() -> Result<()> + Send + 'a,
    ) {
        let work = PeriodicWork { next_wait: Box::new(next_wait), work: Box::new(work) };
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).push(work);
    }

    /// Runs `serve`, and the work until it returns.
    pub(super) fn run_beside(self, serve: impl FnOnce() -> Result<()>) -> Result<()> {
        let list = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        if list.is_empty() {
            return serve();
        }
        let (running, ended) = bounded(0);
        std::thread::scope(|scope| {
            // Dropped however this ends, so that the threads end too.
            let _running: Sender<()> = running;
            for work in list {
                let (thread, ended) = (std::thread::Builder::new().name("mm-periodic".into()), ended.clone());
                thread.spawn_scoped(scope, move || work.run_until(&ended)).map_err(|error| {
                    Error::io("no thread could be started", error).with_kind(ErrorKind::Io)
                })?;
            }
            serve()
        })
    }
}

impl PeriodicWork<'_> {
    fn run_until(mut self, ended: &Receiver<()>) {
        loop {
            let wait = match unwind::catch_panic(&mut self.next_wait) {
                Ok(wait) => wait.max(MIN_INTERVAL),
                Err(panic) => return log::error!("the schedule of periodic work panicked and ends: {panic}"),
            };
            if ended.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            match unwind::catch_panic(&mut self.work) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => log::error!("periodic work failed: {error}"),
                Err(panic) => log::error!("periodic work panicked: {panic}"),
            }
        }
    }
}
