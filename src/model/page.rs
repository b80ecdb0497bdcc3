//! Pagination.

input! {
    /// Page number and size.
    pub struct Page {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Entries per page. Defaults to 60. Must be at most 200; the server silently reduces larger values.
        per_page: u32,
    }
}

impl Page {
    pub(crate) fn full(page: u32) -> Self {
        Self { page: Some(page), per_page: Some(crate::page::MAX_PER_PAGE) }
    }
}
