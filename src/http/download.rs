//! Response bodies as readers.

use std::fmt;
use std::io::{self, Read};

use super::HttpClient;
use super::agent::{HttpResponse, body_error};

/// A reader of the body of a response.
///
/// The deadline of the call also applies to reading: set a longer timeout for large files.
pub struct Download {
    reader: Box<dyn Read + Send>,
    length: Option<u64>,
    read: u64,
    status: u16,
    content_type: Option<String>,
    etag: Option<String>,
    content_range: Option<String>,
    http: HttpClient,
}

impl Download {
    pub(super) fn new(response: HttpResponse, http: HttpClient) -> Self {
        let owned = |name| response.header(name).map(str::to_owned);
        let (content_type, etag) = (owned("content-type"), owned("etag"));
        let content_range = owned("content-range");
        let (length, status) = (response.content_length(), response.status);
        Self {
            reader: Box::new(response.into_reader(u64::MAX)),
            length,
            read: 0,
            status,
            content_type,
            etag,
            content_range,
            http,
        }
    }

    /// Returns the length of the body as announced by the server, in bytes.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Returns the media type of the body.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Returns the entity tag, for use in another request.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// Returns the range of the file that the response contains, for example `bytes 0-99/200`.
    pub(crate) fn content_range(&self) -> Option<&str> {
        self.content_range.as_deref()
    }

    /// Reads and discards bytes.
    pub(crate) fn skip_bytes(&mut self, bytes: u64) -> io::Result<()> {
        io::copy(&mut self.by_ref().take(bytes), &mut io::sink())?;
        self.length = self.length.map(|length| length.saturating_sub(bytes));
        self.read = 0;
        Ok(())
    }

    /// Returns `true` if the server returned the requested range (206) instead of the whole file.
    pub fn is_partial(&self) -> bool {
        self.status == 206
    }
}

impl Read for Download {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let is_closed = || self.http.shared.rate_limit.is_closed();
        let amount = self.reader.read(buf).map_err(|error| {
            io::Error::other(if is_closed() { super::rate_limit::closed_error() } else { body_error(error) })
        })?;
        self.read += amount as u64;
        if amount == 0 && !buf.is_empty() {
            // A closed socket looks like the end of a body without a length.
            if self.length.is_none() && is_closed() {
                return Err(io::Error::other(super::rate_limit::closed_error()));
            }
            if self.length.is_some_and(|length| self.read < length) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(amount)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("length", &self.length)
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}
