//! A reader that yields exactly the announced number of bytes.

use std::io::{self, Read};

use crate::error::{Error, ErrorKind};

/// Ends after the announced number of bytes, even if the source has more. Fails if the source has fewer.
///
/// `Content-Length` is sent before the body. A server waits for missing bytes until the deadline, and takes surplus
/// bytes for the next request.
pub(crate) struct ExactLength<R> {
    source: R,
    announced: u64,
    sent: u64,
}

impl<R: Read> ExactLength<R> {
    pub(crate) fn new(source: R, announced: u64) -> Self {
        Self { source, announced, sent: 0 }
    }

    fn ended_early(&self) -> Error {
        let message = format!("the source ended after {} of {} bytes", self.sent, self.announced);
        Error::new(ErrorKind::Io, message).with_hint(
            "the file may have been truncated while it was sent; otherwise pass the actual length, or none",
        )
    }
}

impl<R: Read> Read for ExactLength<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.announced - self.sent).unwrap_or(usize::MAX);
        let room = left.min(into.len());
        let into = into.get_mut(..room).unwrap_or_default();
        if into.is_empty() {
            return Ok(0);
        }
        let count = self.source.read(into)?.min(room);
        if count == 0 {
            return Err(io::Error::other(self.ended_early()));
        }
        self.sent += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_more_nor_less_is_read() {
        let read = |source: &[u8], announced| {
            let mut out = Vec::new();
            ExactLength::new(source, announced).read_to_end(&mut out).map(|_| out)
        };
        assert_eq!(read(b"abcdef", 3).unwrap(), b"abc");
        assert_eq!(read(b"abc", 3).unwrap(), b"abc");
        assert_eq!(read(b"", 0).unwrap(), b"");
        let error = read(b"abc", 10).unwrap_err().downcast::<Error>().unwrap();
        assert_eq!((error.kind(), error.to_string().contains("after 3 of 10 bytes")), (ErrorKind::Io, true));
    }

    #[test]
    fn a_reader_that_lies_does_no_harm() {
        struct Boaster;
        impl Read for Boaster {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                Ok(into.len() + 1000)
            }
        }
        let mut out = Vec::new();
        ExactLength::new(Boaster, 5).read_to_end(&mut out).unwrap();
        assert_eq!(out.len(), 5);
    }
}
