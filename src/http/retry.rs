//! What may be sent again, and when.

use std::time::{Duration, Instant};

use super::agent::AttemptError;
use crate::error::{Error, ErrorKind};
use crate::random::random_unit;

/// How often a request may reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryPolicy {
    /// GET, HEAD, PUT, DELETE, and POSTs that are marked so.
    Idempotent,
    /// `POST /posts` with an idempotency key of our own: the server recognizes a repeat for 30 s.
    KeyedIdempotent,
    /// Any other POST or PATCH: retried only if nothing was sent.
    NonIdempotent,
}

/// One answer to a deduplicated post may take this long.
pub(super) const KEYED_RESPONSE_TIMEOUT: Duration = Duration::from_secs(8);
/// The server forgets the key 30 s after it finished: stop well before.
const KEYED_RETRY_WINDOW: Duration = Duration::from_secs(25);
const MAX_RETRIES: u32 = 2;
const MAX_RATE_LIMIT_RETRIES: u32 = 10;

/// The server is still at work on the first of two posts with one key.
const PENDING_DUPLICATE_ID: &str = "api.post.deduplicate_create_post.pending";

/// The next step after a failed attempt.
#[derive(Debug)]
pub(super) enum RetryDecision {
    /// Send again after this long. The error is that of the failed attempt.
    Retry(Duration, Error),
    /// All calls of the client wait this long, then send again.
    AwaitRateLimit(Duration),
    /// Return this error.
    GiveUp(Error),
}

#[derive(Debug)]
pub(super) struct RetryState {
    policy: RetryPolicy,
    scale: f64,
    began: Instant,
    failures: u32,
    limited: u32,
    /// Something of an earlier attempt may have been carried out.
    doubtful: bool,
}

impl RetryState {
    pub(super) fn new(policy: RetryPolicy, scale: f64, now: Instant) -> Self {
        Self { policy, scale, began: now, failures: 0, limited: 0, doubtful: false }
    }

    /// Decides after a failed attempt. `replayable` is whether the body can be sent again.
    pub(super) fn after(&mut self, failure: AttemptError, replayable: bool, now: Instant) -> RetryDecision {
        let AttemptError { error, sent } = failure;
        if error.is_rate_limited() {
            // The rate limiter stands before the handlers: nothing was carried out.
            self.limited += 1;
            let wait = error.retry_after().unwrap_or(Duration::from_secs(1));
            return if self.limited > MAX_RATE_LIMIT_RETRIES || !replayable {
                RetryDecision::GiveUp(error)
            } else {
                RetryDecision::AwaitRateLimit(wait)
            };
        }
        let pending = error.api_id() == Some(PENDING_DUPLICATE_ID);
        let broken = matches!(error.kind(), ErrorKind::Io | ErrorKind::Timeout | ErrorKind::Protocol)
            && error.status().is_none();
        let gateway = matches!(error.status(), Some(502..=504)) && error.kind() != ErrorKind::Protocol;
        if !sent {
            // Bad input, TLS, a proxy that knows us not and a closed client do not get better.
            return self.retry_unless(!error.is_transient() || !replayable, error);
        }
        if !(broken || gateway || pending) {
            return RetryDecision::GiveUp(error);
        }
        match self.policy {
            RetryPolicy::Idempotent => {
                let odd = error.kind() == ErrorKind::Protocol;
                self.retry_unless(odd || !replayable, error)
            }
            RetryPolicy::NonIdempotent if broken => RetryDecision::GiveUp(unknown(error)),
            RetryPolicy::NonIdempotent => RetryDecision::GiveUp(error),
            RetryPolicy::KeyedIdempotent => {
                self.doubtful = true;
                let late = now.duration_since(self.began) > KEYED_RETRY_WINDOW;
                self.retry_unless(late || !replayable, error)
            }
        }
    }

    fn retry_unless(&mut self, stop: bool, error: Error) -> RetryDecision {
        self.failures += 1;
        if stop || self.failures > MAX_RETRIES {
            return RetryDecision::GiveUp(self.verdict(error));
        }
        // 0.2 s, then 0.4 s, each with jitter: enough for a restarting proxy's next worker.
        let base = Duration::from_millis(100 << self.failures.min(6));
        RetryDecision::Retry(base.mul_f64(self.scale * (0.5 + random_unit())), error)
    }

    /// The error at the deadline, or when nothing more is tried.
    pub(super) fn verdict(&self, error: Error) -> Error {
        if self.doubtful { unknown(error) } else { error }
    }
}

fn unknown(error: Error) -> Error {
    if error.kind() == ErrorKind::Closed {
        return error;
    }
    Error::new(ErrorKind::UnknownOutcome, "it may or may not have been carried out").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(sent: bool) -> AttemptError {
        AttemptError { error: Error::new(ErrorKind::Io, "broke"), sent }
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        let now = Instant::now();
        let mut get = RetryState::new(RetryPolicy::Idempotent, 1.0, now);
        assert!(matches!(get.after(io(true), true, now), RetryDecision::Retry(..)));
        assert!(matches!(get.after(io(true), true, now), RetryDecision::Retry(..)));
        assert!(
            matches!(get.after(io(true), true, now), RetryDecision::GiveUp(e) if e.kind() == ErrorKind::Io)
        );
        let mut post = RetryState::new(RetryPolicy::NonIdempotent, 1.0, now);
        let refused = AttemptError { error: Error::new(ErrorKind::Connect, "refused"), sent: false };
        assert!(matches!(post.after(refused, true, now), RetryDecision::Retry(..)));
        assert!(
            matches!(post.after(io(true), true, now), RetryDecision::GiveUp(e) if e.kind() == ErrorKind::UnknownOutcome)
        );
        let mut upload = RetryState::new(RetryPolicy::Idempotent, 1.0, now);
        assert!(matches!(upload.after(io(true), false, now), RetryDecision::GiveUp(_)));
    }

    #[test]
    fn a_post_is_repeated_only_while_the_server_remembers() {
        let now = Instant::now();
        let mut post = RetryState::new(RetryPolicy::KeyedIdempotent, 1.0, now);
        assert!(matches!(post.after(io(true), true, now), RetryDecision::Retry(..)));
        let late = now + Duration::from_secs(26);
        assert!(
            matches!(post.after(io(true), true, late), RetryDecision::GiveUp(e) if e.kind() == ErrorKind::UnknownOutcome)
        );
        // Once in doubt, a refusal to connect does not lift the doubt.
        let mut post = RetryState::new(RetryPolicy::KeyedIdempotent, 1.0, now);
        post.after(io(true), true, now);
        assert_eq!(post.verdict(Error::new(ErrorKind::Connect, "refused")).kind(), ErrorKind::UnknownOutcome);
    }

    #[test]
    fn a_rate_limit_makes_everybody_wait() {
        let now = Instant::now();
        let error =
            Error::new(ErrorKind::Status, "").with_status(429).with_retry_after(Some(Duration::from_secs(3)));
        let mut post = RetryState::new(RetryPolicy::NonIdempotent, 1.0, now);
        assert!(
            matches!(post.after(AttemptError { error, sent: true }, true, now), RetryDecision::AwaitRateLimit(wait) if wait.as_secs() == 3)
        );
    }
}
