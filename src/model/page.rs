//! Pagination.

use serde::Serialize;

/// Page number and size.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Page {
    /// Zero-based page number.
    pub page: Option<u32>,
    /// Entries per page. Defaults to 60. Must be at most 200; the server silently reduces larger values.
    pub per_page: Option<u32>,
}

impl Page {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { Page:
    /// Zero-based page number.
    page: u32,
    /// Entries per page. Defaults to 60. Must be at most 200; the server silently reduces larger values.
    per_page: u32,
}

impl Page {
    pub(crate) fn full(page: u32) -> Self {
        Self { page: Some(page), per_page: Some(crate::page::MAX_PER_PAGE) }
    }
}
