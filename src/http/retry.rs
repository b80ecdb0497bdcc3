//! Decisions about retries, and the outcome that a failed call reports.
//!
//! Each attempt ends in one of three ways. Attempts that were *not sent* or *refused* had no effect. After any other
//! failure, the call is *in doubt*: the server may have carried it out. Only calls that may be repeated can leave
//! this state, by a successful attempt.

use std::time::Duration;

use super::Method;
use super::attempt::{AttemptError, KEYED_RETRY_WINDOW};
use super::clock::ClockReading;
use crate::backoff::backoff_delay;
use crate::error::{Error, ErrorKind, is_doubtful_status, may_succeed_if_repeated};
use crate::time_scale::TimeScale;

/// The rule by which a request may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryPolicy {
    /// GET, HEAD, PUT, DELETE, and POST requests that are marked as idempotent.
    Idempotent,
    /// `POST /posts` with an idempotency key of our own: the server recognizes a repeat for 30 s.
    KeyedIdempotent,
    /// Any other POST or PATCH: retried only if nothing was sent, or if the server refused the request before
    /// processing it.
    NonIdempotent,
}

/// Timeout for the response to a keyed request, which is then sent again.
pub(super) const KEYED_RESPONSE_TIMEOUT: Duration = Duration::from_secs(8);
/// Maximum number of retries after failures.
const MAX_RETRIES: u32 = 2;
/// Delays before retries. Long enough for the next worker of a proxy that restarts.
const MIN_RETRY_DELAY: Duration = Duration::from_millis(200);
const MAX_RETRY_DELAY: Duration = Duration::from_millis(6400);
/// Maximum number of retries after responses that announce the time of the next attempt.
const MAX_ANNOUNCED_RETRIES: u32 = 10;
/// An announced wait of at least this length is kept as it is. A shorter one is raised to the backoff.
const MAX_ANNOUNCED_FLOOR: Duration = Duration::from_secs(1);

/// The error of the server while it still handles the first of two posts with one key.
const PENDING_DUPLICATE_ID: &str = "api.post.deduplicate_create_post.pending";
/// The error of the server for a channel that is archived twice. It has the status 400.
const ALREADY_ARCHIVED_ID: &str = "api.channel.delete_channel.deleted.app_error";

/// The next step after a failed attempt.
#[derive(Debug)]
pub(super) enum RetryDecision {
    /// Send again after this long. The error is that of the failed attempt.
    Retry(Duration, Error),
    /// All calls of the client wait this long before they are sent again.
    AwaitRateLimit(Duration, Error),
    /// An earlier attempt deleted the object that this one did not find.
    AlreadyDone,
    /// Return the error.
    GiveUp(Error),
}

/// The attempts of one call so far.
#[derive(Debug)]
pub(super) struct RetryState {
    policy: RetryPolicy,
    method: Method,
    /// The request changes nothing on the server, so the outcome of a failure is never unknown.
    changes_nothing: bool,
    scale: TimeScale,
    failures: u32,
    announced: u32,
    /// The first attempt whose outcome is unknown: its start and its error.
    doubt: Option<(ClockReading, Error)>,
}

impl RetryState {
    pub(super) fn new(policy: RetryPolicy, method: Method, changes_nothing: bool, scale: TimeScale) -> Self {
        Self { policy, method, changes_nothing, scale, failures: 0, announced: 0, doubt: None }
    }

    /// Returns the start of the first keyed attempt in doubt. Later ones must be sent within the window that it
    /// opened.
    pub(super) fn keyed_since(&self) -> Option<ClockReading> {
        let keyed = self.policy == RetryPolicy::KeyedIdempotent;
        self.doubt.as_ref().filter(|_| keyed).map(|(since, _)| *since)
    }

    /// Returns `true` if a request that is sent after `wait` is still recognized as a repetition, or need not be.
    pub(super) fn may_send(&self, now: ClockReading, wait: Duration) -> bool {
        self.keyed_since().is_none_or(|since| now.time_since(since).saturating_add(wait) < KEYED_RETRY_WINDOW)
    }

    /// Decides after a failed attempt that began at `began`. `replayable` is `false` if the body is used up.
    pub(super) fn decide_after(
        &mut self,
        failure: AttemptError,
        replayable: bool,
        began: ClockReading,
    ) -> RetryDecision {
        let AttemptError { error, sent } = failure;
        if !sent {
            // Invalid input, TLS errors, a proxy that refuses the credentials, and a closed client are permanent.
            return self.retry_unless(!error.is_transient() || !replayable, error);
        }
        match error.status() {
            // The rate limiter precedes the handlers: the request was not carried out.
            Some(429) => {
                self.announced += 1;
                if self.announced > MAX_ANNOUNCED_RETRIES || !replayable {
                    return RetryDecision::GiveUp(self.final_error(error));
                }
                // A wait of zero would use up all attempts at once.
                let floor = self.retry_delay(self.announced).min(MAX_ANNOUNCED_FLOOR);
                let wait = error.retry_after().unwrap_or_default().max(floor);
                return RetryDecision::AwaitRateLimit(wait, error);
            }
            Some(425) => return self.retry_unless(!replayable, error),
            _ => {}
        }
        if !self.is_in_doubt(&error) {
            return self.refused_outcome(error);
        }
        if self.doubt.is_none() && !self.changes_nothing {
            self.doubt = Some((began, error.clone()));
        }
        if self.policy == RetryPolicy::NonIdempotent {
            return RetryDecision::GiveUp(unknown_outcome(error));
        }
        let hopeless = match error.kind() {
            ErrorKind::Protocol => {
                self.policy == RetryPolicy::Idempotent || error.status().is_some() || error.is_oversized()
            }
            ErrorKind::Io | ErrorKind::Timeout => false,
            _ => {
                !error.status().is_some_and(may_succeed_if_repeated)
                    && error.api_id() != Some(PENDING_DUPLICATE_ID)
            }
        };
        if let (Some(wait), true, false) = (error.retry_after(), replayable, hopeless) {
            // If a server announces when it is available again, the next attempt is made then, and not before.
            self.announced += 1;
            if self.announced <= MAX_ANNOUNCED_RETRIES {
                return RetryDecision::Retry(wait.max(self.retry_delay(self.announced)), error);
            }
        }
        self.retry_unless(hopeless || !replayable, error)
    }

    /// Returns `true` if the request may have been carried out, although this is the response.
    fn is_in_doubt(&self, error: &Error) -> bool {
        match (error.kind(), error.status()) {
            (ErrorKind::Api, Some(status)) => {
                // A definite error of the server is final if repeating the request would carry it out twice.
                error.api_id() == Some(PENDING_DUPLICATE_ID)
                    || (self.policy == RetryPolicy::Idempotent && may_succeed_if_repeated(status))
            }
            (ErrorKind::Status, Some(status)) => is_doubtful_status(status),
            // A redirect of an API call does not come from the server, which was not reached.
            (ErrorKind::Protocol, Some(300..=303 | 305..=399)) => false,
            (ErrorKind::Io | ErrorKind::Timeout | ErrorKind::Protocol | ErrorKind::Decode, _) => true,
            _ => false,
        }
    }

    /// Returns the outcome of a call that the server refused.
    fn refused_outcome(&self, error: Error) -> RetryDecision {
        let gone = error.kind() == ErrorKind::Api
            && (error.status() == Some(404) || error.api_id() == Some(ALREADY_ARCHIVED_ID));
        if self.method == Method::Delete && self.doubt.is_some() && gone {
            return RetryDecision::AlreadyDone;
        }
        RetryDecision::GiveUp(match self.doubt {
            // The effect of the first attempt may be the reason for the refusal.
            Some(_) => unknown_outcome(error),
            None => error.with_repeatable(self.policy == RetryPolicy::Idempotent),
        })
    }

    fn retry_unless(&mut self, stop: bool, error: Error) -> RetryDecision {
        self.failures += 1;
        if stop || self.failures > MAX_RETRIES {
            return RetryDecision::GiveUp(self.final_error(error));
        }
        RetryDecision::Retry(self.retry_delay(self.failures), error)
    }

    fn retry_delay(&self, attempts: u32) -> Duration {
        backoff_delay(attempts - 1, MIN_RETRY_DELAY, MAX_RETRY_DELAY, self.scale)
    }

    /// Returns the error of a call that is not sent again. `last` is the last failure, and possibly not the only one.
    pub(super) fn final_error(&self, last: Error) -> Error {
        let Some((_, first)) = &self.doubt else {
            return match self.policy {
                RetryPolicy::Idempotent => last.with_repeatable(true),
                _ => last,
            };
        };
        if self.policy != RetryPolicy::Idempotent {
            return unknown_outcome(last);
        }
        // "Not connected" or "rate limited" would mean that the call was not carried out.
        let says_nothing_was_done = !self.is_in_doubt(&last) || last.kind() == ErrorKind::Timeout;
        let error = if says_nothing_was_done { first.clone() } else { last };
        error.with_repeatable(true)
    }
}

/// The error of a call that may have been carried out and must not be repeated.
pub(super) fn unknown_outcome(error: Error) -> Error {
    if matches!(error.kind(), ErrorKind::Closed | ErrorKind::UnknownOutcome) {
        return error;
    }
    let message = format!("it may or may not have been carried out ({error})");
    let unknown = Error::new(ErrorKind::UnknownOutcome, message);
    match error.status() {
        // The status of a refusal would be misleading: an earlier attempt may have succeeded.
        Some(status) if status == 408 || status >= 500 => unknown.with_status(status).with_source(error),
        _ => unknown.with_source(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::time::Timestamp;

    fn state(policy: RetryPolicy) -> RetryState {
        RetryState::new(policy, Method::Post, false, TimeScale::REAL)
    }

    fn now() -> ClockReading {
        ClockReading { monotonic: Instant::now(), wall: Timestamp::now() }
    }

    fn io(sent: bool) -> AttemptError {
        AttemptError { error: Error::new(ErrorKind::Io, "broke"), sent }
    }

    fn status(status: u16) -> AttemptError {
        AttemptError { error: Error::new(ErrorKind::Status, "").with_status(status), sent: true }
    }

    fn given_up(decision: RetryDecision) -> Error {
        match decision {
            RetryDecision::GiveUp(error) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        let mut get = state(RetryPolicy::Idempotent);
        assert!(matches!(get.decide_after(io(true), true, now()), RetryDecision::Retry(..)));
        assert!(matches!(get.decide_after(io(true), true, now()), RetryDecision::Retry(..)));
        assert_eq!(given_up(get.decide_after(io(true), true, now())).kind(), ErrorKind::Io);
        let mut post = state(RetryPolicy::NonIdempotent);
        let refused = AttemptError { error: Error::new(ErrorKind::Connect, "refused"), sent: false };
        assert!(matches!(post.decide_after(refused, true, now()), RetryDecision::Retry(..)));
        assert!(given_up(post.decide_after(io(true), true, now())).is_unknown_outcome());
        let mut upload = state(RetryPolicy::Idempotent);
        given_up(upload.decide_after(io(true), false, now()));
    }

    #[test]
    fn a_status_is_later_only_where_the_call_may_be_repeated() {
        for code in [408, 500, 502, 503, 504, 520, 524, 530] {
            assert!(matches!(
                state(RetryPolicy::Idempotent).decide_after(status(code), true, now()),
                RetryDecision::Retry(..)
            ));
            let error = given_up(state(RetryPolicy::NonIdempotent).decide_after(status(code), true, now()));
            assert!(error.is_unknown_outcome() && !error.is_transient(), "{code}: {error:?}");
        }
        for code in [400, 404, 413, 501] {
            let error = given_up(state(RetryPolicy::NonIdempotent).decide_after(status(code), true, now()));
            assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Status, false), "{code}");
        }
        let mut post = state(RetryPolicy::NonIdempotent);
        assert!(matches!(post.decide_after(status(425), true, now()), RetryDecision::Retry(..)));
    }

    #[test]
    fn a_post_is_repeated_only_while_the_server_remembers() {
        let mut post = state(RetryPolicy::KeyedIdempotent);
        let began = now();
        assert!(post.may_send(began, Duration::MAX));
        assert!(matches!(post.decide_after(io(true), true, began), RetryDecision::Retry(..)));
        let second = Duration::from_secs(1);
        let later = |monotonic: u32, wall: u32| ClockReading {
            monotonic: began.monotonic + second * monotonic,
            wall: began.wall.plus(second * wall),
        };
        assert!(post.may_send(later(24, 24), Duration::ZERO));
        // By either clock: the monotonic one stands still in sleep, the wall clock may be set back.
        assert!(!post.may_send(later(25, 0), Duration::ZERO));
        assert!(!post.may_send(later(1, 600), Duration::ZERO));
        assert!(!post.may_send(later(1, 1), second * 24));
        // Once in doubt, a refusal to connect does not end the doubt.
        let last = Error::new(ErrorKind::Connect, "refused");
        assert!(post.final_error(last.clone()).is_unknown_outcome());
        let mut put = state(RetryPolicy::Idempotent);
        put.decide_after(io(true), true, began);
        assert_eq!(put.final_error(last).kind(), ErrorKind::Io);
    }

    #[test]
    fn a_delete_that_finds_nothing_the_second_time_is_done() {
        let gone = || {
            let api = crate::error::ApiError { id: "app.post.get".into(), ..Default::default() };
            AttemptError { error: Error::from_api(404, api), sent: true }
        };
        let delete = || RetryState::new(RetryPolicy::Idempotent, Method::Delete, false, TimeScale::REAL);
        assert!(given_up(delete().decide_after(gone(), true, now())).is_not_found());
        let mut repeated = delete();
        repeated.decide_after(io(true), true, now());
        assert!(matches!(repeated.decide_after(gone(), true, now()), RetryDecision::AlreadyDone));
        let mut put = RetryState::new(RetryPolicy::Idempotent, Method::Put, false, TimeScale::REAL);
        put.decide_after(io(true), true, now());
        assert!(given_up(put.decide_after(gone(), true, now())).is_unknown_outcome());
    }

    #[test]
    fn announced_waits_are_kept() {
        let wait = Some(Duration::from_secs(3));
        let limited = |status| AttemptError {
            error: Error::new(ErrorKind::Status, "").with_status(status).with_retry_after(wait),
            sent: true,
        };
        let mut post = state(RetryPolicy::NonIdempotent);
        assert!(
            matches!(post.decide_after(limited(429), true, now()), RetryDecision::AwaitRateLimit(wait, _) if wait.as_secs() == 3)
        );
        // `Retry-After: 0` does not mean ten attempts at once.
        let zero = || AttemptError {
            error: Error::new(ErrorKind::Status, "").with_status(429).with_retry_after(Some(Duration::ZERO)),
            sent: true,
        };
        let mut eager = state(RetryPolicy::NonIdempotent);
        let mut waited = Duration::ZERO;
        for _ in 0..MAX_ANNOUNCED_RETRIES {
            match eager.decide_after(zero(), true, now()) {
                RetryDecision::AwaitRateLimit(wait, _) => {
                    assert!(wait >= Duration::from_millis(100) && wait <= MAX_ANNOUNCED_FLOOR, "{wait:?}");
                    waited += wait;
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(waited >= Duration::from_secs(5), "{waited:?}");
        let mut get = state(RetryPolicy::Idempotent);
        for _ in 0..5 {
            assert!(
                matches!(get.decide_after(limited(503), true, now()), RetryDecision::Retry(wait, _) if wait.as_secs() >= 3)
            );
        }
    }
}
