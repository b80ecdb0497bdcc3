//! Iteration over paged lists.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// Maximum page size. The server silently reduces larger values.
pub(crate) const MAX_PER_PAGE: u32 = 200;

/// An iterator over a list that the server returns in pages of 200 items. Pages are requested as needed.
///
/// The iteration ends after the last page, or after the first error. If items are added or removed during the
/// iteration, other items may be returned twice or not at all. Histories that are paged by post ID are not affected.
pub struct Pages<'p, T> {
    fetch: Fetch<'p, T>,
    page: u32,
    ready: std::vec::IntoIter<T>,
    done: bool,
}

/// Fetches a page. Returns `true` with the last one.
type Fetch<'p, T> = Box<dyn FnMut(u32) -> Result<(Vec<T>, bool)> + Send + 'p>;

/// Iterates over the pages that `fetch` returns, beginning with page 0.
///
/// A server or a cache that ignores the page number would return the same page forever, which is an error.
pub(crate) fn pages<'p, T: Clone + PartialEq + Send + 'p>(
    mut fetch: impl FnMut(u32) -> Result<Vec<T>> + Send + 'p,
) -> Pages<'p, T> {
    let mut previous: Option<(T, T)> = None;
    until_last(move |page| {
        let items = fetch(page)?;
        let last = items.len() < MAX_PER_PAGE as usize;
        let ends = items.first().cloned().zip(items.last().cloned());
        if !last && ends == previous {
            return Err(Error::new(
                ErrorKind::Protocol,
                format!("page {page} is the same as the page before it"),
            )
            .with_hint("the server may be too old for pages of this list, or a cache may ignore the query"));
        }
        previous = ends;
        Ok((items, last))
    })
}

/// Iterates until `fetch` reports the last page or returns nothing, for lists that are paged by their last item.
pub(crate) fn until_last<'p, T>(
    fetch: impl FnMut(u32) -> Result<(Vec<T>, bool)> + Send + 'p,
) -> Pages<'p, T> {
    Pages { fetch: Box::new(fetch), page: 0, ready: Vec::new().into_iter(), done: false }
}

impl<T> Iterator for Pages<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(item) = self.ready.next() {
                return Some(Ok(item));
            }
            if self.done {
                return None;
            }
            match (self.fetch)(self.page) {
                Ok((items, last)) => {
                    self.done = last || items.is_empty();
                    self.page += 1;
                    self.ready = items.into_iter();
                }
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<T> fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("page", &self.page).field("done", &self.done).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_to_the_short_page_and_stops_at_an_error() {
        let all: Vec<u32> = pages(|page| Ok(if page < 2 { vec![page; 200] } else { vec![page; 3] }))
            .collect::<Result<_>>()
            .unwrap();
        assert_eq!(all.len(), 403);
        let mut broken = pages::<u32>(|_| Err(Error::input("no")));
        assert!(broken.next().unwrap().is_err());
        assert!(broken.next().is_none());
    }

    #[test]
    fn a_page_that_is_repeated_ends_the_list() {
        let mut same = pages(|_| Ok((0..200).collect::<Vec<u32>>()));
        assert_eq!(same.by_ref().take(200).flatten().count(), 200);
        assert_eq!(same.next().unwrap().unwrap_err().kind(), ErrorKind::Protocol);
        assert!(same.next().is_none());
    }
}
