//! What is logged, by everybody in this process.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, Once};

use log::{LevelFilter, Log, Metadata, Record};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static FILE: Mutex<Option<File>> = Mutex::new(None);

struct Collector;

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let thread = format!("{:?}", std::thread::current().id());
        // One line a record, whatever is in it.
        let text = record.args().to_string().replace(['\r', '\n'], " ");
        let line = format!("{thread}\t{}\t{}\t{text}", record.level(), record.target());
        match &mut *FILE.lock().unwrap() {
            Some(file) => writeln!(file, "{line}").unwrap(),
            None => LINES.lock().unwrap().push(line),
        }
    }

    fn flush(&self) {}
}

/// Begins to collect. All tests of this process share it, so a level beyond `Warn` is for processes of one test.
pub(crate) fn collect(level: LevelFilter) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| log::set_logger(&Collector).unwrap());
    log::set_max_level(log::max_level().max(level));
}

/// The same, into a file instead of memory.
pub(crate) fn collect_into(file: &Path, level: LevelFilter) {
    let mut into = FILE.lock().unwrap();
    if into.is_none() {
        *into = Some(File::options().create(true).append(true).open(file).unwrap());
    }
    drop(into);
    collect(level);
}

pub(crate) fn lines() -> Vec<String> {
    LINES.lock().unwrap().clone()
}
