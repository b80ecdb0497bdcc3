//! HTTP statuses by meaning.

/// Statuses that refuse a request for now: a rate limit, a restarting server, or a proxy or network in front of it.
///
/// 520 to 530 are those of content delivery networks. 500 is not one of them: see
/// [`Error::is_transient`](super::Error::is_transient).
pub(crate) fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 502..=504 | 520..=530)
}

/// Statuses of requests that were refused before they were processed, so that any call may be repeated.
pub(crate) fn is_unprocessed_status(status: u16) -> bool {
    matches!(status, 425 | 429)
}

/// Statuses of a proxy or of the server, without its explanation, after which the call may have been carried out.
pub(crate) fn is_doubtful_status(status: u16) -> bool {
    status == 408 || (status >= 500 && !matches!(status, 501 | 505 | 511))
}

/// Statuses after which a call that may be repeated can succeed: the transient ones, and 500, which servers also return
/// for a failure that has passed when the call is repeated.
pub(crate) fn may_succeed_if_repeated(status: u16) -> bool {
    status == 500 || is_transient_status(status)
}
