//! What may be sent again, and when.

use std::time::{Duration, Instant};

use super::agent::Failure;
use crate::error::{Error, ErrorKind};

/// Whether a request may reach the server twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// GET, HEAD, PUT, DELETE, and POSTs that only read.
    Repeat,
    /// Any other POST or PATCH: only if nothing of the first was sent.
    Once,
    /// `POST /posts` with a key of our own: the server knows a repeat for 30 s.
    Deduplicated,
}

/// One answer to a deduplicated post may take this long.
pub(super) const DEDUPLICATED_ANSWER: Duration = Duration::from_secs(8);
/// The server forgets the key 30 s after it finished: stop well before.
const DEDUPLICATED_WINDOW: Duration = Duration::from_secs(25);
const REPEATS: u32 = 2;
const RATE_LIMITED_REPEATS: u32 = 10;

/// The server is still at work on the first of two posts with one key.
const STILL_AT_IT: &str = "api.post.deduplicate_create_post.pending";

/// What came of one attempt, and what is to be done.
#[derive(Debug)]
pub(super) enum Next {
    /// Send again after this long; the error is that of the last attempt.
    Again(Duration, Error),
    /// Everybody waits this long, then send again.
    SlowDown(Duration),
    GiveUp(Error),
}

#[derive(Debug)]
pub(super) struct Retry {
    safety: Safety,
    scale: f64,
    began: Instant,
    failures: u32,
    limited: u32,
    /// Something of an earlier attempt may have been carried out.
    doubtful: bool,
}

impl Retry {
    pub(super) fn new(safety: Safety, scale: f64, now: Instant) -> Self {
        Self { safety, scale, began: now, failures: 0, limited: 0, doubtful: false }
    }

    /// Decides after a failed attempt. `replayable` is whether the body can be sent again.
    pub(super) fn after(&mut self, failure: Failure, replayable: bool, now: Instant) -> Next {
        let Failure { error, sent } = failure;
        if error.is_rate_limited() {
            // The rate limiter stands before the handlers: nothing was carried out.
            self.limited += 1;
            let wait = error.retry_after().unwrap_or(Duration::from_secs(1));
            return if self.limited > RATE_LIMITED_REPEATS || !replayable {
                Next::GiveUp(error)
            } else {
                Next::SlowDown(wait)
            };
        }
        let pending = error.api_id() == Some(STILL_AT_IT);
        let broken = matches!(error.kind(), ErrorKind::Io | ErrorKind::Timeout | ErrorKind::Protocol)
            && error.status().is_none();
        let gateway = matches!(error.status(), Some(502..=504)) && error.kind() != ErrorKind::Protocol;
        if !sent {
            // Bad input, TLS, a proxy that knows us not and a closed client do not get better.
            return self.repeat_unless(!error.is_transient() || !replayable, error);
        }
        if !(broken || gateway || pending) {
            return Next::GiveUp(error);
        }
        match self.safety {
            Safety::Repeat => {
                let odd = error.kind() == ErrorKind::Protocol;
                self.repeat_unless(odd || !replayable, error)
            }
            Safety::Once if broken => Next::GiveUp(unknown(error)),
            Safety::Once => Next::GiveUp(error),
            Safety::Deduplicated => {
                self.doubtful = true;
                let late = now.duration_since(self.began) > DEDUPLICATED_WINDOW;
                self.repeat_unless(late || !replayable, error)
            }
        }
    }

    fn repeat_unless(&mut self, stop: bool, error: Error) -> Next {
        self.failures += 1;
        if stop || self.failures > REPEATS {
            return Next::GiveUp(self.verdict(error));
        }
        // 0.2 s, then 0.4 s, each with jitter: enough for a restarting proxy's next worker.
        let base = Duration::from_millis(100 << self.failures.min(6));
        Next::Again(base.mul_f64(self.scale * (0.5 + random_unit())), error)
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

/// 128 random bits.
pub(crate) fn random_hex() -> String {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // No randomness, no unguessable key: the time still tells this call from others.
        bytes = crate::Timestamp::now()
            .as_millis()
            .unsigned_abs()
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .to_le_bytes()
            .repeat(2)
            .try_into()
            .unwrap_or_default();
    }
    format!("{:032x}", u128::from_ne_bytes(bytes))
}

/// A number from 0 to 1.
pub(crate) fn random_unit() -> f64 {
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(sent: bool) -> Failure {
        Failure { error: Error::new(ErrorKind::Io, "broke"), sent }
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        let now = Instant::now();
        let mut get = Retry::new(Safety::Repeat, 1.0, now);
        assert!(matches!(get.after(io(true), true, now), Next::Again(..)));
        assert!(matches!(get.after(io(true), true, now), Next::Again(..)));
        assert!(matches!(get.after(io(true), true, now), Next::GiveUp(e) if e.kind() == ErrorKind::Io));
        let mut post = Retry::new(Safety::Once, 1.0, now);
        let refused = Failure { error: Error::new(ErrorKind::Connect, "refused"), sent: false };
        assert!(matches!(post.after(refused, true, now), Next::Again(..)));
        assert!(
            matches!(post.after(io(true), true, now), Next::GiveUp(e) if e.kind() == ErrorKind::UnknownOutcome)
        );
        let mut upload = Retry::new(Safety::Repeat, 1.0, now);
        assert!(matches!(upload.after(io(true), false, now), Next::GiveUp(_)));
    }

    #[test]
    fn a_post_is_repeated_only_while_the_server_remembers() {
        let now = Instant::now();
        let mut post = Retry::new(Safety::Deduplicated, 1.0, now);
        assert!(matches!(post.after(io(true), true, now), Next::Again(..)));
        let late = now + Duration::from_secs(26);
        assert!(
            matches!(post.after(io(true), true, late), Next::GiveUp(e) if e.kind() == ErrorKind::UnknownOutcome)
        );
        // Once in doubt, a refusal to connect does not lift the doubt.
        let mut post = Retry::new(Safety::Deduplicated, 1.0, now);
        post.after(io(true), true, now);
        assert_eq!(post.verdict(Error::new(ErrorKind::Connect, "refused")).kind(), ErrorKind::UnknownOutcome);
    }

    #[test]
    fn a_rate_limit_makes_everybody_wait() {
        let now = Instant::now();
        let error =
            Error::new(ErrorKind::Status, "").with_status(429).with_retry_after(Some(Duration::from_secs(3)));
        let mut post = Retry::new(Safety::Once, 1.0, now);
        assert!(
            matches!(post.after(Failure { error, sent: true }, true, now), Next::SlowDown(wait) if wait.as_secs() == 3)
        );
    }
}
