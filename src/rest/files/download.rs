//! File downloads.

use std::fmt;
use std::io::{Read, Write};
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result, shorten_text};
use crate::http::{Call, Download};

/// A prepared download. [`write_to`](Self::write_to) or [`reader`](Self::reader) starts it.
#[must_use = "nothing is fetched until `write_to` or `reader`"]
pub struct FileDownload<'c> {
    call: Call<'c>,
    route: &'static str,
    from: u64,
    size: Option<u64>,
    limit: Option<u64>,
    progress: Option<DownloadProgress<'c>>,
}

type DownloadProgress<'c> = Box<dyn FnMut(u64, Option<u64>) + 'c>;

impl<'c> FileDownload<'c> {
    pub(in crate::rest) fn new(call: Call<'c>, route: &'static str) -> Self {
        Self { call, route, from: 0, size: None, limit: None, progress: None }
    }

    /// Starts at a zero-based byte offset, to resume an interrupted download.
    #[inline]
    pub fn from_byte(mut self, byte: u64) -> Self {
        self.from = byte;
        self
    }

    /// Fails if the server announces another size for the whole file.
    pub(super) fn file_size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Fails instead of downloading more than this many bytes.
    #[inline]
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Sets the deadline of the whole download. Defaults to ten times the client's timeout.
    #[inline]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.call = self.call.timeout(timeout);
        self
    }

    /// Sets a callback that receives the bytes downloaded so far, including those before
    /// [`from_byte`](Self::from_byte), and the file size if known. Not used by [`reader`](Self::reader).
    #[inline]
    pub fn progress(mut self, call: impl FnMut(u64, Option<u64>) + 'c) -> Self {
        self.progress = Some(Box::new(call));
        self
    }

    /// Downloads the file into a writer and returns the number of bytes written.
    ///
    /// # Errors
    /// After an error, part of the file may have been written. [`ErrorKind::Protocol`] if the file is larger
    /// than the limit.
    #[inline]
    pub fn write_to(mut self, mut to: impl Write) -> Result<u64> {
        let (from, limit, route) = (self.from, self.limit, self.route);
        let mut progress = self.progress.take();
        let mut body = self.reader()?;
        let total = body.length().map(|length| length + from);
        let (mut buf, mut written) = (vec![0; 64 << 10], 0u64);
        loop {
            let amount = body.read(&mut buf).map_err(|e| broken(e).on_route(route))?;
            let Some(piece) = buf.get(..amount).filter(|piece| !piece.is_empty()) else { break };
            if limit.is_some_and(|limit| written + amount as u64 > limit) {
                return Err(too_long(limit).on_route(route));
            }
            to.write_all(piece).map_err(unwritable)?;
            written += amount as u64;
            if let Some(call) = &mut progress {
                call(from + written, total);
            }
        }
        to.flush().map_err(unwritable)?;
        Ok(written)
    }

    /// Starts the download and returns a reader of the content. The limit is checked against the size announced by
    /// the server.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`] if the file is larger than the limit, or if the server sends another range.
    #[inline]
    pub fn reader(self) -> Result<Download> {
        let mut call = self.call;
        if self.from > 0 {
            call = call.header("Range", format!("bytes={}-", self.from));
        }
        let mut body = call.reader()?;
        if body.is_partial() {
            let length = body.length();
            check_range(body.content_range(), self.from, length, self.size)
                .map_err(|e| e.on_route(self.route))?;
        } else if self.from > 0 {
            // A proxy that does not support ranges sent the whole file.
            body.skip_bytes(self.from).map_err(|e| broken(e).on_route(self.route))?;
        }
        match (body.length(), self.limit) {
            (Some(length), Some(limit)) if length > limit => Err(too_long(self.limit).on_route(self.route)),
            _ => Ok(body),
        }
    }
}

impl fmt::Debug for FileDownload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDownload")
            .field("call", &self.call)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// Reason why a download ended before the file was complete.
pub(super) enum DownloadError {
    /// The file could not be written.
    Local(Error),
    /// The request failed.
    Remote(Error),
    /// The response was complete, but shorter than the file.
    Cut,
}

/// Rejects a part of the file that was not requested, `bytes 0-99/200`.
fn check_range(range: Option<&str>, from: u64, length: Option<u64>, size: Option<u64>) -> Result<()> {
    let wrong = |said: &str| {
        let message =
            format!("the server sent {} instead of the bytes from {from} on", shorten_text(said, 80));
        Err(Error::new(ErrorKind::Protocol, message))
    };
    let Some(range) = range else { return wrong("a range that it does not name") };
    let parsed = range.trim().strip_prefix("bytes").map(str::trim_start).and_then(|text| {
        let (span, total) = text.split_once('/')?;
        let (first, last) = span.split_once('-')?;
        let total = if total.trim() == "*" { None } else { Some(total.trim().parse::<u64>().ok()?) };
        Some((first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?, total))
    });
    match parsed {
        Some((first, last, total))
            if first == from
                && last >= first
                && length.is_none_or(|length| length.checked_sub(1) == Some(last - first))
                && total.is_none_or(|total| last < total && size.is_none_or(|size| size == total)) =>
        {
            Ok(())
        }
        _ => wrong(range),
    }
}

/// An error while reading a body wraps one of our own errors.
pub(super) fn broken(error: std::io::Error) -> Error {
    error
        .downcast::<Error>()
        .unwrap_or_else(|error| Error::io("the connection broke in the middle of the file", error))
}

fn unwritable(error: std::io::Error) -> Error {
    // Not `Error::io`: a slow disk is no timeout of the server.
    Error::new(ErrorKind::Io, "the file cannot be written").with_source(error)
}

fn too_long(limit: Option<u64>) -> Error {
    Error::new(
        ErrorKind::Protocol,
        format!("the file is larger than the limit of {} bytes", limit.unwrap_or(0)),
    )
}
