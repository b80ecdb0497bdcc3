//! What is logged, by everybody in this process.

use std::sync::{Mutex, Once};

use log::{LevelFilter, Log, Metadata, Record};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Collector;

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let thread = std::thread::current().id();
        let line = format!("{thread:?} {} {}: {}", record.level(), record.target(), record.args());
        LINES.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

/// Begins to collect. All tests of this process share it, so a level beyond `Warn` is for processes of one test.
pub(crate) fn collect(level: LevelFilter) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| log::set_logger(&Collector).unwrap());
    log::set_max_level(log::max_level().max(level));
}

pub(crate) fn lines() -> Vec<String> {
    LINES.lock().unwrap().clone()
}
