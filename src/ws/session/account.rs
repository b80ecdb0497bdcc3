//! What becomes of a session of the server that has ended.

use std::time::Duration;

use super::words::Note;
use super::{At, Session, State};
use crate::error::{Error, ErrorKind};

/// A token that REST takes, and so many links in a row do not.
const UNHEARD: u32 = 3;

impl Session {
    /// The link's session ended. A personal access token may outlive that: all sessions of the account were revoked, or
    /// it was deactivated and activated again.
    pub(super) fn disowned(&mut self, now: At, error: Error) {
        self.unheard += 1;
        if self.settings.can_log_in || self.unheard >= UNHEARD {
            return self.expired(now, error);
        }
        // The server stopped sending without a gap in the numbers: what is missing is only known by time.
        self.known.id = None;
        self.state = State::Checking { asked: false, why: error };
    }

    /// The token is not good any more.
    pub(super) fn expired(&mut self, now: At, error: Error) {
        let login_again = self.settings.can_log_in;
        self.note(Note::Expired { login_again });
        if login_again {
            self.known.id = None;
            self.state = State::LoggingIn { until: now, asked: false };
        } else {
            self.end(error);
        }
    }

    /// What `GET /users/me` said.
    pub(crate) fn checked(&mut self, now: At, result: crate::Result<()>) {
        let State::Checking { why, .. } = &self.state else { return };
        match result {
            Err(error) if error.is_unauthorized() => self.expired(now, error),
            Err(error) if !self.ever && !matches!(error.kind(), ErrorKind::Timeout) => self.end(error),
            _ if !self.ever => self.end(why.clone()),
            _ => self.again(now, Duration::ZERO),
        }
    }

    /// What the login said.
    pub(crate) fn logged_in(&mut self, now: At, result: crate::Result<()>) {
        if !matches!(self.state, State::LoggingIn { .. }) {
            return;
        }
        match result {
            Ok(()) => self.state = State::Waiting { until: now },
            Err(error)
                if error.is_unauthorized()
                    || (error.is_forbidden() && error.api().is_some())
                    || matches!(error.kind(), ErrorKind::Input | ErrorKind::Closed)
                    || !self.ever =>
            {
                self.end(error);
            }
            Err(error) => {
                let wait = self.backoff.next().max(error.retry_after().unwrap_or_default());
                self.state = State::LoggingIn { until: now + wait, asked: false };
            }
        }
    }
}
