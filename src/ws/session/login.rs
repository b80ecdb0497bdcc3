//! Decisions after the server has ended a session.

use std::time::Duration;

use super::effects::Notification;
use super::{MAX_SERVER_DELAY, SessionState, StreamSession, StreamTime};
use crate::error::{Error, ErrorKind};

/// Maximum number of consecutive connections that refuse a token which REST accepts.
const MAX_UNHEARD_CONNECTIONS: u32 = 3;

impl StreamSession {
    /// Handles the end of the connection's session. A personal access token may still be valid: all sessions of the
    /// account were revoked, or the account was deactivated and activated again.
    pub(super) fn on_session_revoked(&mut self, now: StreamTime, error: Error) {
        self.unheard += 1;
        if self.settings.can_log_in || self.unheard >= MAX_UNHEARD_CONNECTIONS {
            return self.on_token_rejected(now, error);
        }
        // The server stopped sending without a gap in the sequence numbers: the gap is known only by its time.
        self.cursor.connection_id = None;
        self.state = SessionState::CheckingToken { asked: false, why: error };
    }

    /// Handles an invalid token.
    pub(super) fn on_token_rejected(&mut self, now: StreamTime, error: Error) {
        let login_again = self.settings.can_log_in;
        self.push_notification(Notification::Expired { login_again });
        if login_again {
            self.cursor.connection_id = None;
            self.state = SessionState::LoggingIn { until: now, asked: false };
        } else {
            self.end_stream(error);
        }
    }

    /// Handles the result of `GET /users/me`.
    pub(crate) fn on_token_checked(&mut self, now: StreamTime, result: crate::Result<()>) {
        let SessionState::CheckingToken { why, .. } = &self.state else { return };
        match result {
            Err(error) if error.is_unauthorized() => self.on_token_rejected(now, error),
            Err(error) if !self.ever && !matches!(error.kind(), ErrorKind::Timeout) => self.end_stream(error),
            _ if !self.ever && self.resuming => {
                // The server closes a connection whose parameters it does not understand: the position is damaged.
                self.cursor.connection_id = None;
                self.resuming = false;
                self.schedule_reconnect(now, Duration::ZERO);
            }
            _ if !self.ever => self.end_stream(why.clone()),
            _ => self.schedule_reconnect(now, Duration::ZERO),
        }
    }

    /// Handles the result of a login.
    pub(crate) fn on_logged_in(&mut self, now: StreamTime, result: crate::Result<()>) {
        if !matches!(self.state, SessionState::LoggingIn { .. }) {
            return;
        }
        match result {
            Ok(()) => self.state = SessionState::Waiting { until: now },
            Err(error)
                if error.is_unauthorized()
                    || (error.is_forbidden() && error.api().is_some())
                    || matches!(error.kind(), ErrorKind::Input | ErrorKind::Closed)
                    || !self.ever =>
            {
                self.end_stream(error);
            }
            Err(error) => {
                let wait = self
                    .backoff
                    .next_delay()
                    .max(error.retry_after().unwrap_or_default().min(MAX_SERVER_DELAY));
                self.state = SessionState::LoggingIn { until: now + wait, asked: false };
            }
        }
    }
}
