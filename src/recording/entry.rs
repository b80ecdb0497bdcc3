//! Entries of a recording, before secrets and texts are removed, and their conversion to lines.

use std::collections::BTreeMap;

use serde_json::Value;
use zeroize::Zeroizing;

use super::line::{BodyLine, ExchangeLine, FrameLine, FrameSender, RecordingLine};
use super::redaction::Redaction;
use crate::secret::Secret;

/// Headers of responses that are recorded.
pub(crate) const RECORDED_HEADERS: [&str; 8] = [
    "content-range",
    "content-type",
    "date",
    "etag",
    "retry-after",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-version-id",
];

/// A body as it was sent.
#[derive(Default)]
pub(crate) struct RawBody {
    pub(crate) media_type: String,
    /// Empty if it is not to be recorded.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) size: u64,
}

#[derive(Default)]
pub(crate) struct RawExchange {
    pub(crate) begin: u64,
    pub(crate) end: u64,
    pub(crate) at: u64,
    pub(crate) took: u64,
    pub(crate) method: &'static str,
    pub(crate) route: &'static str,
    /// The path and the query.
    pub(crate) url: Zeroizing<String>,
    pub(crate) background: bool,
    pub(crate) request: RawBody,
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) response: RawBody,
    /// The secrets that the request or the response contains.
    pub(crate) secrets: Vec<Secret>,
}

pub(crate) enum RawEntry {
    Exchange(Box<RawExchange>),
    Frame {
        begin: u64,
        at: u64,
        socket: u64,
        from: FrameSender,
        text: Zeroizing<String>,
    },
    /// A line without texts.
    Other(RecordingLine),
}

impl RawEntry {
    /// Returns the approximate memory of the entry, in bytes.
    pub(crate) fn memory_size(&self) -> usize {
        match self {
            Self::Exchange(exchange) => {
                1024 + exchange.url.len() + exchange.request.bytes.len() + exchange.response.bytes.len()
            }
            Self::Frame { text, .. } => 256 + text.len(),
            Self::Other(_) => 256,
        }
    }

    /// Returns the line, redacted. `None` if the entry is a message that is not JSON.
    pub(crate) fn into_line(self, redaction: &mut Redaction) -> Option<RecordingLine> {
        match self {
            Self::Exchange(exchange) => Some(RecordingLine::Exchange(exchange.into_line(redaction))),
            Self::Frame { begin, at, socket, from, text } => {
                let json = serde_json::from_str(&text).ok()?;
                redaction.learn_secrets("", &json);
                let json = redaction.redact_json("", json);
                Some(RecordingLine::Frame(FrameLine { begin, at, socket, from, json }))
            }
            Self::Other(line) => Some(line),
        }
    }
}

impl RawExchange {
    fn into_line(self, redaction: &mut Redaction) -> Box<ExchangeLine> {
        let (request, response) = (self.request.parse_json(), self.response.parse_json());
        for secret in &self.secrets {
            redaction.add_secret(secret);
        }
        for json in [&request, &response].into_iter().flatten() {
            redaction.learn_secrets(self.route, json);
        }
        let (path, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let headers = self.headers.into_iter();
        let headers = headers.map(|(name, value)| (name, redaction.redact_header(value))).collect();
        Box::new(ExchangeLine {
            begin: self.begin,
            end: self.end,
            at: self.at,
            took: self.took,
            method: self.method.to_owned(),
            route: self.route.to_owned(),
            path: redaction.redact_path(self.route, path),
            query: redaction.redact_query(query),
            background: self.background,
            request: self.request.into_line(request, self.route, redaction),
            status: self.status,
            headers,
            response: self.response.into_line(response, self.route, redaction),
        })
    }
}

impl RawBody {
    fn is_form(&self) -> bool {
        self.media_type.contains("x-www-form-urlencoded")
    }

    fn parse_json(&self) -> Option<Value> {
        if self.is_form() { None } else { serde_json::from_slice(&self.bytes).ok() }
    }

    fn into_line(self, json: Option<Value>, route: &str, redaction: &Redaction) -> BodyLine {
        let json = if self.is_form() {
            let form = std::str::from_utf8(&self.bytes).ok();
            form.map(|form| Value::String(redaction.redact_query(form)))
        } else {
            json.map(|json| redaction.redact_json(route, json))
        };
        // The boundary of a form with files is of no use.
        let media_type = self.media_type.split("; boundary=").next().unwrap_or_default().to_owned();
        BodyLine { media_type, size: self.size, json }
    }
}
