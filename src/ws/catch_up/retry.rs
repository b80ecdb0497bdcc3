//! Retries of failed requests of a catch-up.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::ws::backoff::ReconnectBackoff;
use crate::ws::session::StreamTime;

/// REST calls that fail for so long make an end of it, lest the live events wait for ever.
const MAX_FAILURE_DURATION: Duration = Duration::from_secs(15 * 60);

/// A failing call is repeated at least this often.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);

/// A question that is refused so often in a row is given up.
const MAX_REFUSALS: u32 = 3;

/// Channels that are refused one after the other, until all the rest are given up.
const MAX_REFUSED_CHANNELS: u32 = 32;

#[derive(Debug)]
pub(super) struct FetchRetry {
    pub(super) backoff: ReconnectBackoff,
    pub(super) failing_since: Option<StreamTime>,
    pub(super) until: Option<StreamTime>,
    /// Answers in a row that say no to this question.
    pub(super) refusals: u32,
    /// Channels in a row that the server refused.
    pub(super) refused_channels: u32,
    /// The time that was lost on requests that were given up.
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

    /// A call that began at `asked_at` failed: when to try again. True if it is no use any more.
    pub(super) fn record_failure(&mut self, asked_at: StreamTime, now: StreamTime, error: &Error) -> bool {
        let began = *self.failing_since.get_or_insert(asked_at);
        // A session that ended is the stream's affair: it logs in again, or ends.
        let refused = match error.kind() {
            ErrorKind::Api | ErrorKind::Status => {
                !error.is_unauthorized()
                    && !error.is_transient()
                    && error.status().is_some_and(|s| s < 500 || s == 501)
            }
            ErrorKind::Decode | ErrorKind::Input => true,
            _ => false,
        };
        // The server's verdict about a channel does not change by asking again.
        let verdict = matches!(error.status(), Some(403 | 404)) && error.api().is_some();
        self.refusals = if refused { self.refusals + 1 } else { 0 };
        // All failures of a gap together.
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
