//! The body of a request.

use std::fmt;
use std::io::Read;

use super::exact_length::ExactLength;
use crate::error::{Error, Result};

/// The body of a request.
pub struct Body<'b>(pub(super) BodySource<'b>);

pub(super) enum BodySource<'b> {
    Empty,
    Bytes { bytes: Vec<u8>, kind: String },
    Reader { reader: Box<dyn Read + Send + 'b>, length: Option<u64>, kind: String },
}

impl<'b> Body<'b> {
    /// Bytes in memory. They can be sent again when a connection breaks.
    pub fn bytes(bytes: impl Into<Vec<u8>>, content_type: impl Into<String>) -> Self {
        Self(BodySource::Bytes { bytes: bytes.into(), kind: content_type.into() })
    }

    /// Sends the data of a reader as it is read. The call is not retried after a broken connection.
    ///
    /// With a length, exactly that many bytes are sent. The call fails with [`ErrorKind::Io`](crate::ErrorKind::Io) if
    /// the reader fails or ends earlier; the rest of a longer reader is not read. Without a length, the body uses
    /// chunked transfer encoding.
    pub fn reader(
        reader: impl Read + Send + 'b,
        length: Option<u64>,
        content_type: impl Into<String>,
    ) -> Self {
        let reader: Box<dyn Read + Send + 'b> = match length {
            Some(length) => Box::new(ExactLength::new(reader, length)),
            None => Box::new(reader),
        };
        Self(BodySource::Reader { reader, length, kind: content_type.into() })
    }

    pub(super) fn from_json(encoded: serde_json::Result<Vec<u8>>) -> Result<Self> {
        let bytes = encoded.map_err(|e| Error::input("the body cannot be encoded").with_source(e))?;
        Ok(Self::bytes(bytes, "application/json"))
    }

    /// A web form of a struct's members.
    pub(super) fn from_form(members: serde_json::Result<serde_json::Value>) -> Result<Self> {
        let mut text = String::new();
        super::query::append_query(&mut text, members)?;
        Ok(Self::bytes(text.trim_start_matches('?'), "application/x-www-form-urlencoded"))
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        match &self.0 {
            BodySource::Empty => None,
            BodySource::Bytes { kind, .. } | BodySource::Reader { kind, .. } => Some(kind),
        }
    }
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            BodySource::Empty => f.write_str("Body(empty)"),
            BodySource::Bytes { bytes, kind } => write!(f, "Body({} bytes of {kind})", bytes.len()),
            BodySource::Reader { length: Some(length), kind, .. } => {
                write!(f, "Body({length} bytes of {kind}, streamed)")
            }
            BodySource::Reader { kind, .. } => write!(f, "Body({kind}, streamed)"),
        }
    }
}
