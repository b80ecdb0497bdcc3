//! The reader of a request body.

use std::io::{self, Read};

use super::transport::RequestContext;

/// Reads the source of a body while it is needed.
///
/// If the peer has refused the request or closed the connection, ureq needs a complete body before it reads the
/// response. The rest of the source is not read for that.
pub(crate) struct RequestReader<'r> {
    source: &'r mut (dyn Read + Send),
    /// Number of announced bytes that are not read yet.
    left: Option<u64>,
}

impl<'r> RequestReader<'r> {
    pub(crate) fn new(source: &'r mut (dyn Read + Send), length: Option<u64>) -> Self {
        Self { source, left: length }
    }
}

impl Read for RequestReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !RequestContext::is_abandoned() {
            let count = self.source.read(into)?;
            self.left = self.left.map(|left| left.saturating_sub(count as u64));
            return Ok(count);
        }
        // The peer receives none of this.
        let count = usize::try_from(self.left.unwrap_or(0)).unwrap_or(usize::MAX).min(into.len());
        into.get_mut(..count).unwrap_or_default().fill(0);
        self.left = self.left.map(|left| left.saturating_sub(count as u64));
        Ok(count)
    }
}
