//! The load of the machine beside a test that measures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// By how much waits of 20 ms are longer on another thread.
///
/// Whoever measures cannot have the machine alone, and an emulator wakes threads late under load.
pub(super) struct LoadProbe {
    longest: Arc<AtomicU64>,
    _stop: crossbeam_channel::Sender<()>,
}

impl LoadProbe {
    pub(super) fn start() -> Self {
        const WAIT: Duration = Duration::from_millis(20);
        let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
        let longest = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&longest);
        thread::spawn(move || {
            let mut began = Instant::now();
            while stopped.recv_timeout(WAIT).is_err_and(|error| error.is_timeout()) {
                let late = began.elapsed().saturating_sub(WAIT).as_micros();
                seen.fetch_max(u64::try_from(late).unwrap(), Ordering::SeqCst);
                began = Instant::now();
            }
        });
        Self { longest, _stop: stop }
    }

    /// The longest delay since the last call.
    pub(super) fn take_longest(&self) -> Duration {
        Duration::from_micros(self.longest.swap(0, Ordering::SeqCst))
    }
}
