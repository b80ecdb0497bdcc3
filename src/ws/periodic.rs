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

    /// Runs `serve`, and the work until it returns. Once `is_ended` returns `true`, no further call of the work begins.
    pub(super) fn run_beside(
        self,
        is_ended: impl Fn() -> bool + Sync,
        serve: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let list = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        if list.is_empty() {
            return serve();
        }
        let ((running, ended), is_ended) = (bounded(0), &is_ended);
        std::thread::scope(|scope| {
            // Dropped however this ends, so that the threads end too.
            let _running: Sender<()> = running;
            for work in list {
                let (thread, ended) = (std::thread::Builder::new().name("mm-periodic".into()), ended.clone());
                thread.spawn_scoped(scope, move || work.run_until(&ended, is_ended)).map_err(|error| {
                    Error::io("no thread could be started", error).with_kind(ErrorKind::Io)
                })?;
            }
            serve()
        })
    }
}

impl PeriodicWork<'_> {
    fn run_until(mut self, ended: &Receiver<()>, is_ended: impl Fn() -> bool) {
        loop {
            let wait = match unwind::catch_panic(&mut self.next_wait) {
                Ok(wait) => wait.max(MIN_INTERVAL),
                Err(panic) => return log::error!("the schedule of periodic work panicked and ends: {panic}"),
            };
            // The last handlers may still be running after the end of the stream.
            if ended.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) || is_ended() {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
    use std::time::Instant;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    /// Runs work with an interval beside `serve`, which receives the number of calls as they begin.
    fn run_every(
        interval: Duration,
        is_ended: &AtomicBool,
        work: impl Fn() -> Result<()> + Sync,
        serve: impl FnOnce(&Receiver<u32>) -> Result<()>,
    ) -> Result<()> {
        let (send, calls) = crossbeam_channel::unbounded();
        let (count, work) = (AtomicU32::new(0), &work);
        let mut list = PeriodicList::default();
        let call = || {
            let _ = send.send(count.fetch_add(1, SeqCst) + 1);
            work()
        };
        list.add_work(|| interval, call);
        list.run_beside(|| is_ended.load(SeqCst), || serve(&calls))
    }

    #[test]
    fn work_without_an_interval_leaves_time_for_others() {
        let started = Instant::now();
        let last = |calls: &Receiver<u32>| {
            let received = (0..20).map(|_| calls.recv_timeout(TIMEOUT).unwrap());
            let number = received.reduce(|_, number| number).unwrap();
            assert_eq!(number, 20);
            assert!(started.elapsed() >= MIN_INTERVAL * 20);
            Ok(())
        };
        run_every(Duration::ZERO, &AtomicBool::new(false), || Ok(()), last).unwrap();
    }

    #[test]
    fn an_endless_interval_delays_no_end() {
        run_every(Duration::MAX, &AtomicBool::new(false), || panic!("never due"), |_| Ok(())).unwrap();
    }

    #[test]
    fn slow_work_is_not_called_twice_at_once_and_is_waited_for() {
        let (busy, finished) = (AtomicBool::new(false), AtomicU32::new(0));
        let (go_on, gate) = bounded::<()>(0);
        let work = || {
            assert!(!busy.swap(true, SeqCst));
            let _ = gate.recv();
            busy.store(false, SeqCst);
            finished.fetch_add(1, SeqCst);
            Ok(())
        };
        run_every(MIN_INTERVAL, &AtomicBool::new(false), work, |calls| {
            assert_eq!(calls.recv_timeout(TIMEOUT).unwrap(), 1);
            assert!(calls.recv_timeout(MIN_INTERVAL * 20).is_err(), "the first call has not ended");
            go_on.send(()).unwrap();
            assert_eq!(calls.recv_timeout(TIMEOUT).unwrap(), 2);
            drop(go_on); // the second call ends while the loop does
            Ok(())
        })
        .unwrap();
        assert_eq!((busy.load(SeqCst), finished.load(SeqCst) >= 2), (false, true));
    }

    #[test]
    fn no_call_begins_after_the_end_of_the_stream() {
        let is_ended = AtomicBool::new(false);
        run_every(
            MIN_INTERVAL,
            &is_ended,
            || {
                is_ended.store(true, SeqCst);
                Ok(())
            },
            |calls| {
                assert_eq!(calls.recv_timeout(TIMEOUT).unwrap(), 1);
                // A handler that is still running.
                assert!(calls.recv_timeout(MIN_INTERVAL * 20).is_err());
                Ok(())
            },
        )
        .unwrap();
    }

    #[test]
    fn the_error_of_the_loop_is_returned_and_a_panic_ends_the_work() {
        let never = AtomicBool::new(false);
        let error = run_every(MIN_INTERVAL, &never, || Ok(()), |_| Err(Error::other("the end")));
        assert!(error.unwrap_err().to_string().contains("the end"));
        let panicked = unwind::catch_panic(|| {
            run_every(
                MIN_INTERVAL,
                &never,
                || panic!("in each call"),
                |calls| {
                    calls.recv_timeout(TIMEOUT).unwrap();
                    panic!("the loop")
                },
            )
        });
        assert_eq!(panicked.unwrap_err(), "the loop");
    }
}
