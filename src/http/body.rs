//! The body of a request.

use std::fmt;
use std::io::Read;

use memchr::memmem;

use super::exact_length::ExactLength;
use super::query::nul_error;
use crate::error::{Error, Result};

/// The body of a request.
pub struct Body<'b>(pub(super) BodySource<'b>);

pub(super) enum BodySource<'b> {
    Empty,
    Bytes {
        bytes: Vec<u8>,
        kind: String,
    },
    Reader {
        reader: Box<dyn Read + Send + 'b>,
        length: Option<u64>,
        kind: String,
    },
    /// An invalid body. The call fails before any I/O.
    Invalid(Error),
}

impl<'b> Body<'b> {
    /// Creates a body from bytes in memory. They can be sent again if a connection breaks.
    pub fn bytes(bytes: impl Into<Vec<u8>>, content_type: impl Into<String>) -> Self {
        Self(BodySource::Bytes { bytes: bytes.into(), kind: content_type.into() })
    }

    /// Creates a body that is read from a reader while it is sent. The call is not retried after a broken connection.
    ///
    /// With a length, exactly that many bytes are sent. If the reader fails or ends earlier, the call fails with
    /// [`ErrorKind::Io`](crate::ErrorKind::Io). The rest of a longer reader is not read. Without a length, the body
    /// is sent with chunked transfer encoding.
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
        if has_nul(&bytes) {
            return Err(nul_error());
        }
        Ok(Self::bytes(bytes, "application/json"))
    }

    /// Creates a web form from the members of a struct.
    pub(super) fn from_form(members: serde_json::Result<serde_json::Value>) -> Result<Self> {
        let mut text = String::new();
        super::query::append_query(&mut text, members)?;
        Ok(Self::bytes(text.trim_start_matches('?'), "application/x-www-form-urlencoded"))
    }

    pub(super) fn content_type(&self) -> Option<&str> {
        match &self.0 {
            BodySource::Empty | BodySource::Invalid(_) => None,
            BodySource::Bytes { kind, .. } | BodySource::Reader { kind, .. } => Some(kind),
        }
    }
}

/// Returns `true` if a string in the JSON contains NUL, which is always escaped.
fn has_nul(json: &[u8]) -> bool {
    memmem::find_iter(json, b"\\u0000").any(|at| {
        let before = json.get(..at).unwrap_or_default();
        before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            BodySource::Empty => f.write_str("Body(empty)"),
            BodySource::Invalid(error) => write!(f, "Body(invalid: {error})"),
            BodySource::Bytes { bytes, kind } => write!(f, "Body({} bytes of {kind})", bytes.len()),
            BodySource::Reader { length: Some(length), kind, .. } => {
                write!(f, "Body({length} bytes of {kind}, streamed)")
            }
            BodySource::Reader { kind, .. } => write!(f, "Body({kind}, streamed)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_body_contains_nul() {
        use serde_json::json;
        for (value, found) in [
            (json!("a\0b"), true),
            (json!({"props": {"deep": [1, {"er": "\0"}]}}), true),
            (json!({"a\0": 1}), true),
            (json!("\\\0"), true),
            (json!("\\u0000"), false),
            (json!("\\\\u0000"), false),
            (json!("u0000\u{1}"), false),
        ] {
            let body = Body::from_json(serde_json::to_vec(&value));
            assert_eq!(body.is_err_and(|e| e.to_string().contains("NUL")), found, "{value}");
        }
    }
}
