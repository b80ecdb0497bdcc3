//! HTTP statuses by meaning.

/// Statuses that refuse a request for now: a rate limit, a restarting server, or a proxy or network in front of it.
///
/// 520 to 530 are those of content delivery networks. 500 is not one of them: see
/// [`Error::is_transient`](super::Error::is_transient).
pub(crate) fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 502..=504 | 520..=530)
}
