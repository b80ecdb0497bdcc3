//! Retries of failed requests of a catch-up.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::ws::backoff::ReconnectBackoff;
use crate::ws::session::StreamTime;

/// A catch-up whose requests fail for this time is abandoned, so that live events are delivered.
const MAX_FAILURE_DURATION: Duration = Duration::from_secs(15 * 60);

/// Maximum delay between attempts.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// Maximum number of consecutive refusals of a request.
const MAX_REFUSALS: u32 = 3;

/// Maximum number of consecutive channels that are refused. Then the others are not requested.
const MAX_REFUSED_CHANNELS: u32 = 32;

#[derive(Debug)]
pub(super) struct FetchRetry {
    pub(super) backoff: ReconnectBackoff,
    pub(super) failing_since: Option<StreamTime>,
    pub(super) until: Option<StreamTime>,
    /// Number of consecutive refusals of the current request.
    pub(super) refusals: u32,
    /// Number of consecutive channels that the server refused.
    pub(super) refused_channels: u32,
    /// Time spent on failed requests.
    pub(super) spent: Duration,
    /// Remaining time for retries, during which live events wait.
    patience: Duration,
}

impl FetchRetry {
    pub(super) fn new(backoff: ReconnectBackoff, horizon: Option<Duration>) -> Self {
        Self {
            backoff,
            failing_since: None,
            until: None,
            refusals: 0,
            refused_channels: 0,
            spent: Duration::ZERO,
            patience: MAX_FAILURE_DURATION.min(horizon.unwrap_or(MAX_FAILURE_DURATION)),
        }
    }

    pub(super) fn record_success(&mut self) {
        self.refused_channels = 0;
        self.go_on();
    }

    fn go_on(&mut self) {
        self.backoff.reset_failures();
        self.failing_since = None;
        self.until = None;
        self.refusals = 0;
    }

    /// Returns `true` if so many channels in a row were refused that the rest is not requested.
    pub(super) fn is_hopeless(&self) -> bool {
        self.refused_channels >= MAX_REFUSED_CHANNELS || self.spent > self.patience
    }

    /// Handles the failure of a call that began at `asked_at`, and schedules a retry. Returns `true` if retrying is
    /// useless.
    pub(super) fn record_failure(&mut self, asked_at: StreamTime, now: StreamTime, error: &Error) -> bool {
        let began = *self.failing_since.get_or_insert(asked_at);
        // The end of the session is handled by the stream, which logs in again or ends.
        let refused = match error.kind() {
            ErrorKind::Api | ErrorKind::Status => {
                !error.is_unauthorized()
                    && !error.is_transient()
                    && error.status().is_some_and(|s| s < 500 || s == 501)
            }
            ErrorKind::Decode | ErrorKind::Input => true,
            _ => false,
        };
        // The server's refusal of a channel is final.
        let verdict = matches!(error.status(), Some(403 | 404)) && error.api().is_some();
        self.refusals = if refused { self.refusals + 1 } else { 0 };
        // All failures of a gap count together.
        let failing = now.saturating_sub(began);
        if verdict || self.refusals >= MAX_REFUSALS || self.spent + failing > self.patience {
            self.spent += failing;
            self.refused_channels += u32::from(refused);
            self.go_on();
            return true;
        }
        let wait =
            self.backoff.next_delay().max(error.retry_after().unwrap_or_default()).min(MAX_RETRY_DELAY);
        self.until = Some(now + wait);
        false
    }
}
