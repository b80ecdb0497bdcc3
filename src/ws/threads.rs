//! The code that runs on the threads of a stream.

pub(crate) mod bell;
pub(crate) mod catch_up_driver;
pub(crate) mod prober;
pub(crate) mod reader;
pub(crate) mod writer;
