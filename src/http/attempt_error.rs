//! The error of one attempt of a call.

use crate::error::Error;

/// A failed exchange, and whether anything of it may have reached the server.
#[derive(Debug)]
pub(crate) struct AttemptError {
    pub(crate) error: Error,
    pub(crate) sent: bool,
}
