//! Requests that must not be processed twice.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::forbidden_error;
use crate::error::Result;

/// A record of processed requests, which refuses repeated ones.
///
/// A proxy may resend a request after a broken connection. Pass the guard to `parse` together with the secrets:
/// commands, buttons, menus and outgoing webhooks are then accepted only once. A dialog may be submitted again after
/// the response contained errors: `parse` refuses its submissions once the program has called [`accept`](Self::accept)
/// with the [`dialog_id`](super::DialogSubmission::dialog_id).
///
/// A guard does not protect against a recorded request that was modified: the server signs neither the `trigger_id` nor
/// the user. Reserve buttons for one user with [`Button::only_for`](crate::Button::only_for), and let them
/// [expire](crate::Button::expires_in).
///
/// Remembers the newest 10,000 requests of this run of the program.
///
/// ```
/// use mattermost::integration::ReplayGuard;
/// use mattermost::Secret;
/// use mattermost::integration::CommandRequest;
///
/// let (token, guard) = (Secret::new("xr3j5x3p4pfk7kk6ck7b4e6ghh"), ReplayGuard::new());
/// let body = "token=xr3j5x3p4pfk7kk6ck7b4e6ghh&text=web&trigger_id=dHJpZ2dlcg";
/// assert!(CommandRequest::parse("", body, (&token, &guard)).is_ok());
/// assert!(CommandRequest::parse("", body, (&token, &guard)).unwrap_err().is_forbidden());
/// ```
#[derive(Debug, Default)]
pub struct ReplayGuard(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    ids: HashSet<Box<str>>,
    order: VecDeque<Box<str>>,
}

const MAX_REMEMBERED: usize = 10_000;
const PROCESSED: &str = "the request has been processed before";

impl ReplayGuard {
    /// Creates an empty guard. Share it between the threads of the program.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses an ID that was accepted, without remembering it.
    pub(super) fn check(&self, id: &str) -> Result<()> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.ids.contains(id) { Err(forbidden_error(PROCESSED)) } else { Ok(()) }
    }

    /// Remembers a request by an ID that the program chooses.
    ///
    /// # Errors
    /// [`ErrorKind::Forbidden`](crate::ErrorKind::Forbidden) if the ID was already accepted, or if `id` is empty.
    pub fn accept(&self, id: &str) -> Result<()> {
        if id.is_empty() {
            return Err(forbidden_error("the request has no ID"));
        }
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.ids.insert(id.into()) {
            return Err(forbidden_error(PROCESSED));
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
