//! Responses that contain one JSON object per line.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::error::{ApiError, Error, ErrorKind, Result};
use crate::http::Download;
use crate::model::json;

/// Maximum length of a line, in bytes. No valid entry is longer.
const LONGEST_LINE: u64 = 1 << 20;

/// The entries of a long response, decoded one at a time. The iteration ends after the last entry or the first error.
pub struct JsonLines<T> {
    body: BufReader<Download>,
    route: &'static str,
    done: bool,
    entry: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> JsonLines<T> {
    pub(super) fn new(body: Download, route: &'static str) -> Self {
        Self { body: BufReader::new(body), route, done: false, entry: PhantomData }
    }

    fn read(&mut self) -> Result<Option<T>> {
        let mut line = Vec::new();
        loop {
            line.clear();
            let broken = |error: std::io::Error| {
                error
                    .downcast::<Error>()
                    .unwrap_or_else(|error| Error::io("the response is incomplete", error))
            };
            let amount =
                self.body.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(broken)?;
            if amount == 0 {
                return Ok(None);
            }
            if amount as u64 == LONGEST_LINE {
                return Err(Error::new(ErrorKind::Decode, "an entry is longer than 1 MiB"));
            }
            if !line.trim_ascii().is_empty() {
                break;
            }
        }
        // What goes wrong in the middle is said in a last line, behind a status of 200.
        match serde_json::from_slice::<ApiError>(&line) {
            Ok(api) if api.status_code >= 400 => Err(Error::from_api(0, api)),
            _ => json::deserialize_str(&String::from_utf8_lossy(&line)).map(Some),
        }
    }
}

impl<T: DeserializeOwned> Iterator for JsonLines<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        if self.done {
            return None;
        }
        let next = self.read().map_err(|error| error.on_route(self.route)).transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

impl<T> fmt::Debug for JsonLines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines")
            .field("route", &self.route)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}
