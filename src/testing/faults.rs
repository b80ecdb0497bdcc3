//! Faults of networks, proxies and servers that a test has planned.

use std::time::Duration;

use super::http::{Request, ServerResponse};

/// The treatment of a request instead of a normal response.
#[derive(Clone, Debug)]
pub(super) enum FaultKind {
    Response(ServerResponse),
    Raw(Vec<u8>),
    Close,
    Reset,
    Silent,
    Lose,
    Delay(Duration),
}

#[derive(Debug)]
pub(super) struct PlannedFault {
    pub(super) method: String,
    pub(super) prefix: String,
    /// Number of requests to pass before the first fault.
    pub(super) skipped: u64,
    pub(super) left: u64,
    pub(super) kind: FaultKind,
}

/// Faults that are not used up yet.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) planned: Vec<PlannedFault>,
    pub(super) cut_accepted: Option<u64>,
    pub(super) cut_socket: Option<u64>,
}

impl Faults {
    /// Returns the first fault that matches the request, and counts it as used.
    pub(super) fn matching(&mut self, request: &Request) -> Option<FaultKind> {
        let path = request.path.strip_prefix("/api/v4").unwrap_or(&request.path);
        let at = self.planned.iter().position(|planned| {
            (planned.method.is_empty() || planned.method == request.method)
                && (path.starts_with(&planned.prefix) || request.path.starts_with(&planned.prefix))
        })?;
        let planned = self.planned.get_mut(at)?;
        if planned.skipped > 0 {
            planned.skipped -= 1;
            return None;
        }
        planned.left -= 1;
        let kind = planned.kind.clone();
        if planned.left == 0 {
            self.planned.remove(at);
        }
        Some(kind)
    }
}
