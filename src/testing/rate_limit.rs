//! The rate limit for requests.

use std::time::{Duration, Instant};

use super::http::ServerResponse;

/// The rate limit, by the algorithm of the real server (GCRA).
#[derive(Debug, Default)]
pub(super) struct RateLimiter {
    /// Requests per second, and the burst.
    rate: Option<(u32, u32)>,
    /// Time of the next request at a steady rate.
    next: Option<Instant>,
}

impl RateLimiter {
    pub(super) fn new(rate: Option<(u32, u32)>) -> Self {
        Self { rate, next: None }
    }

    /// Returns the headers that describe the limit, and the refusal if this request exceeds it.
    pub(super) fn pass(&mut self) -> (Vec<(String, String)>, Option<ServerResponse>) {
        let Some((per_second, burst)) = self.rate else { return (Vec::new(), None) };
        let now = Instant::now();
        let step = Duration::from_secs(1) / per_second;
        let next = self.next.map_or(now, |next| next.max(now));
        let window = step * (burst + 1);
        // A request is refused if it would be served later than a whole burst takes.
        let wait = (next + step).saturating_duration_since(now).saturating_sub(window);
        let refused = !wait.is_zero();
        if !refused {
            self.next = Some(next + step);
        }
        let full = self.next.map_or(Duration::ZERO, |next| next.saturating_duration_since(now));
        let left = window.saturating_sub(full).as_nanos() / step.as_nanos().max(1);
        let seconds = |time: Duration| time.as_secs() + u64::from(time.subsec_nanos() > 0);
        let headers = vec![
            ("X-Ratelimit-Limit".to_owned(), (burst + 1).to_string()),
            ("X-Ratelimit-Remaining".to_owned(), left.to_string()),
            ("X-Ratelimit-Reset".to_owned(), seconds(full).to_string()),
        ];
        let answer = refused.then(|| {
            ServerResponse::bytes(429, "text/plain; charset=utf-8", "limit exceeded\n")
                .with("Retry-After", seconds(wait).to_string())
        });
        (headers, answer)
    }
}
