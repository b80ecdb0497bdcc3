//! The code that runs on the threads of a stream.

pub(crate) mod bell;
pub(crate) mod catch_up_driver;
pub(crate) mod prober;
pub(crate) mod reader;
pub(crate) mod writer;

use super::state::ThreadStarters;
use crate::error::{Error, ErrorKind, Result};
use crate::unwind;

/// The functions that start the short-lived threads.
pub(crate) const STARTERS: ThreadStarters =
    ThreadStarters { catch_up: catch_up_driver::start_driver, probe: prober::begin_probe };

/// Runs a call to the server on a thread of a stream. Code of the program runs in it, such as a logger: its panic is an
/// error of the call.
fn call_server<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    unwind::catch_panic(call).unwrap_or_else(|panic| {
        let what = format!("a logger or another callback of the program panicked during a call: {panic}");
        Err(Error::new(ErrorKind::Io, what))
    })
}
