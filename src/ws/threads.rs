//! The code that runs on the threads of a stream.

pub(crate) mod bell;
pub(crate) mod catch_up_driver;
pub(crate) mod prober;
pub(crate) mod reader;
pub(crate) mod writer;

use super::state::ThreadStarters;

/// The functions that start the short-lived threads.
pub(crate) const STARTERS: ThreadStarters =
    ThreadStarters { catch_up: catch_up_driver::start_driver, probe: prober::begin_probe };
