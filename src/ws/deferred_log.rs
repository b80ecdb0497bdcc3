//! Log lines of code that runs under the lock of a stream.
//!
//! A logger is the program's code: it may block, or ask the stream for its state. So lines are collected per thread, and
//! [`StateGuard`](super::state::StateGuard) writes them after it has released the lock.

use std::cell::RefCell;

use log::Level;

/// Lines that one thread may collect. More are dropped: something forgot to write them.
const MAX_LINES: usize = 256;

thread_local! {
    static LINES: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

/// Collects a line. The text is made only if the level is active.
pub(crate) fn push(level: Level, text: impl FnOnce() -> String) {
    // `log_enabled!` would ask the logger.
    if level > log::max_level() {
        return;
    }
    let text = text();
    LINES.with_borrow_mut(|lines| {
        if lines.len() < MAX_LINES {
            lines.push((level, text));
        }
    });
}

/// Whether lines wait to be written.
pub(crate) fn is_pending() -> bool {
    LINES.with_borrow(|lines| !lines.is_empty())
}

/// Writes what was collected. Must not be called under a lock.
pub(crate) fn write() {
    if !is_pending() {
        return;
    }
    for (level, text) in LINES.take() {
        log::log!(target: "mattermost::ws", level, "{text}");
    }
}

/// Writes the collected lines when it is dropped.
#[derive(Debug)]
pub(crate) struct WriteOnDrop;

impl Drop for WriteOnDrop {
    fn drop(&mut self) {
        write();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_bounded_and_written_once() {
        let before = log::max_level();
        log::set_max_level(log::LevelFilter::Info);
        for n in 0..2 * MAX_LINES {
            push(Level::Warn, || format!("{n}"));
        }
        push(Level::Debug, || unreachable!("the level is not active"));
        assert_eq!(LINES.with_borrow(Vec::len), MAX_LINES);
        drop(WriteOnDrop);
        assert!(!is_pending());
        log::set_max_level(before);
    }
}
