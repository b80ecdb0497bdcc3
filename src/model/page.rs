//! Pages of lists.

use serde::Serialize;

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Page {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Entries a page; 60 by default, 200 at most: the server cuts larger wishes silently.
    pub per_page: Option<u32>,
}

impl Page {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { Page:
    /// Page, from 0.
    page: u32,
    /// Entries a page; 60 by default, 200 at most: the server cuts larger wishes silently.
    per_page: u32,
}

impl Page {
    pub(crate) fn full(page: u32) -> Self {
        Self { page: Some(page), per_page: Some(crate::page::MOST) }
    }
}
