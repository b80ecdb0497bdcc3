//! Requests that must not be processed twice.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::forbidden_error;
use crate::error::Result;

/// A memory of processed requests, which refuses those that are sent a second time.
///
/// A signature proves that the server sent a request, but not that nobody repeats it: a proxy after a broken connection,
/// or whoever has recorded it. A program for which that matters gives the guard what is different for every request:
/// the `trigger_id` of a command, a button or a menu, or the [`dialog_id`](super::DialogSubmission::dialog_id) of a
/// dialog once its submission is accepted.
///
/// Remembers the newest 10,000 requests of this run of the program.
///
/// ```
/// use mattermost::integration::ReplayGuard;
/// let guard = ReplayGuard::new();
/// assert!(guard.accept("the trigger ID").is_ok());
/// assert!(guard.accept("the trigger ID").unwrap_err().is_forbidden());
/// ```
#[derive(Debug, Default)]
pub struct ReplayGuard(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    ids: HashSet<Box<str>>,
    order: VecDeque<Box<str>>,
}

const MAX_REMEMBERED: usize = 10_000;

impl ReplayGuard {
    /// Creates an empty guard. Share it between the threads of the program.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers a request.
    ///
    /// # Errors
    /// [`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden) if it was already accepted, or if `id` is empty.
    pub fn accept(&self, id: &str) -> Result<()> {
        if id.is_empty() {
            return Err(forbidden_error("the request has no ID"));
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.ids.insert(id.into()) {
            return Err(forbidden_error("the request has been processed before"));
        }
        seen.order.push_back(id.into());
        if seen.order.len() > MAX_REMEMBERED {
            if let Some(oldest) = seen.order.pop_front() {
                seen.ids.remove(&oldest);
            }
        }
        Ok(())
    }
}
