//! Work that code under the lock of a stream defers: log lines, and large values to drop.
//!
//! A logger is code of the program: it may block, or use the stream. Dropping 100,000 events takes milliseconds. Both
//! are therefore collected per thread, and done by [`StateGuard`](super::state::StateGuard) after it has released the
//! lock.

use std::any::Any;
use std::cell::RefCell;

use log::Level;

use crate::unwind;

/// Maximum number of lines that a thread collects. Further ones are dropped: this would be a bug.
const MAX_LINES: usize = 256;

thread_local! {
    static LINES: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
    static GARBAGE: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a value until the lock was released.
pub(crate) fn drop_later<T: 'static>(value: T) {
    let value: Box<dyn Any> = Box::new(value);
    // At the end of a thread there is no such place, and the value is dropped here.
    let _ = GARBAGE.try_with(|garbage| garbage.borrow_mut().push(value));
}

/// Collects a line. The text is formatted only if the level is active.
pub(crate) fn push_line(level: Level, text: impl FnOnce() -> String) {
    // `log_enabled!` would call the logger.
    if level > log::max_level() {
        return;
    }
    let text = text();
    let _ = LINES.try_with(|lines| {
        let mut lines = lines.borrow_mut();
        if lines.len() < MAX_LINES {
            lines.push((level, text));
        }
    });
}

/// Returns `true` if something was collected.
pub(crate) fn is_pending() -> bool {
    let lines = LINES.try_with(|lines| !lines.borrow().is_empty());
    lines.unwrap_or_default() || GARBAGE.try_with(|garbage| !garbage.borrow().is_empty()).unwrap_or_default()
}

/// Writes and drops what was collected. Must not be called under a lock.
pub(crate) fn write_lines() {
    if !is_pending() {
        return;
    }
    drop(GARBAGE.try_with(RefCell::take));
    for (level, text) in LINES.try_with(RefCell::take).unwrap_or_default() {
        // A logger that panics, as `println!` does without a reader, must not end a thread of the stream. It cannot
        // be reported.
        let _ = unwind::catch_panic(|| log::log!(target: "mattermost::ws", level, "{text}"));
    }
}

/// Writes the collected lines when it is dropped.
#[derive(Debug)]
pub(crate) struct WriteOnDrop;

impl Drop for WriteOnDrop {
    fn drop(&mut self) {
        write_lines();
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
            push_line(Level::Warn, || format!("{n}"));
        }
        push_line(Level::Debug, || unreachable!("the level is not active"));
        assert_eq!(LINES.with_borrow(Vec::len), MAX_LINES);
        drop(WriteOnDrop);
        assert!(!is_pending());
        log::set_max_level(before);
    }
}
