//! The part of HTTP/1.1 that a server needs.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::conn::{Input, Line};

/// Maximum length of a request head.
const MOST_HEAD: usize = 64 * 1024;
/// Maximum length of the line with the size of a chunk.
const MOST_LINE: usize = 1024;
/// Maximum length of a request body that uploads nothing.
pub(crate) const MOST_JSON: usize = 300_000 + 512;
/// Maximum length of an upload body.
pub(crate) const MOST_FILE: usize = 100 * 1024 * 1024 + 512;

/// Deadline for a request body, as on the real server.
const MOST_BODY_TIME: Duration = Duration::from_secs(300);

/// A request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Percent-encoded, without the query.
    pub(crate) path: String,
    pub(crate) raw_query: String,
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// `true` if the body is longer than the server accepts. It is then empty.
    pub(crate) too_large: bool,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    /// Returns `true` if a query parameter is `true`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.param(name).is_some_and(|value| matches!(value, "1" | "t" | "T" | "TRUE" | "true" | "True"))
    }

    /// Returns the session token, from the same places and in the same order as the real server.
    pub(crate) fn token(&self) -> Option<String> {
        let cookie = self.header("cookie").and_then(|cookies| {
            cookies.split(';').find_map(|pair| pair.trim().strip_prefix("MMAUTHTOKEN=").map(str::to_owned))
        });
        cookie.or_else(|| {
            let value = self.header("authorization")?;
            let (scheme, token) = value.split_once(' ')?;
            let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
            known.then(|| token.chars().take(50).collect())
        })
    }

    pub(super) fn wants_websocket(&self) -> bool {
        self.header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
    }

    fn keeps_alive(&self) -> bool {
        !self.header("connection").is_some_and(|value| value.to_ascii_lowercase().contains("close"))
    }
}

/// A response.
#[derive(Clone, Debug)]
pub(super) struct ServerResponse {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Arc<Vec<u8>>,
}

impl ServerResponse {
    pub(super) fn bytes(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, kind, headers: Vec::new(), body: Arc::new(body.into()) }
    }

    /// Closes the connection without a response, as after a panic of the server.
    pub(super) fn none() -> Self {
        Self::bytes(0, "", Vec::new())
    }

    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json", value.to_string())
    }

    /// The response `{"status":"OK"}` of calls without a result.
    pub(super) fn done() -> Self {
        Self::json(200, &json!({"status": "OK"}))
    }

    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Returns the bytes of the response. A response to `HEAD` has no body.
    pub(super) fn encode(&self, head_only: bool, keep_alive: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        if !self.kind.is_empty() && self.status != 304 {
            let _ = write!(head, "Content-Type: {}\r\n", self.kind);
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if !matches!(self.status, 204 | 304) {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        if !keep_alive {
            head.push_str("Connection: close\r\n");
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if !head_only && !matches!(self.status, 204 | 304) {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Request Entity Too Large",
        414 => "Request URI Too Long",
        416 => "Requested Range Not Satisfiable",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

/// Reads a request, and whether the connection stays open after the response.
///
/// Returns `None` at the end of the stream. Bytes that are not HTTP are an `InvalidData` error.
pub(crate) fn read_request<L: Line>(
    input: &mut Input<L>,
    idle: Instant,
) -> io::Result<Option<(Request, bool)>> {
    let mut request = loop {
        match read_head(input.data())? {
            Some((_, used)) if used > MOST_HEAD => return Err(io::ErrorKind::InvalidData.into()),
            Some((request, used)) => {
                input.consume(used);
                break request;
            }
            None if input.data().len() > MOST_HEAD => return Err(io::ErrorKind::InvalidData.into()),
            None => match input.fill(Some(idle)) {
                Ok(()) => {}
                Err(_) if input.data().is_empty() => return Ok(None),
                Err(error) => return Err(error),
            },
        }
    };
    let idle = idle.max(Instant::now() + MOST_BODY_TIME);
    if request.header("expect").is_some() {
        input.conn.write(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let uploads = request.path.contains("/files") || request.path.contains("/uploads");
    let most = if uploads || request.path.contains("/emoji") { MOST_FILE } else { MOST_JSON };
    let chunked = request
        .header("transfer-encoding")
        .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
    if chunked {
        read_chunked(input, &mut request, most, idle)?;
    } else if let Some(length) = request.header("content-length") {
        let length = length.trim();
        if !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let length: usize = length.parse().map_err(|_| io::ErrorKind::InvalidData)?;
        request.too_large = length > most;
        let mut left = length;
        while left > 0 {
            if input.data().is_empty() {
                input.fill(Some(idle))?;
            }
            let count = left.min(input.data().len());
            if !request.too_large {
                request.body.extend_from_slice(input.data().get(..count).unwrap_or_default());
            }
            input.consume(count);
            left -= count;
        }
    }
    let keep = request.keeps_alive() && !request.too_large;
    Ok(Some((request, keep)))
}

fn read_head(data: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut headers);
    let used = match parsed.parse(data) {
        Ok(httparse::Status::Complete(used)) => used,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(io::ErrorKind::InvalidData.into()),
    };
    let target = parsed.path.unwrap_or("/");
    if !target.starts_with('/') {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Some((
        Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            path: path.to_owned(),
            raw_query: query.to_owned(),
            query: form(query),
            headers: parsed
                .headers
                .iter()
                .map(|header| {
                    (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
                })
                .collect(),
            ..Request::default()
        },
        used,
    )))
}

fn read_chunked<L: Line>(
    input: &mut Input<L>,
    request: &mut Request,
    most: usize,
    idle: Instant,
) -> io::Result<()> {
    loop {
        let (used, size) = loop {
            match httparse::parse_chunk_size(input.data()) {
                Ok(httparse::Status::Complete(found)) if found.0 <= MOST_LINE => break found,
                Ok(httparse::Status::Partial) if input.data().len() < MOST_LINE => input.fill(Some(idle))?,
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        };
        input.consume(used);
        let mut left = usize::try_from(size).map_err(|_| io::ErrorKind::InvalidData)?;
        let last = left == 0;
        while left > 0 {
            if input.data().is_empty() {
                input.fill(Some(idle))?;
            }
            let count = left.min(input.data().len());
            request.too_large |= request.body.len() + count > most;
            if !request.too_large {
                request.body.extend_from_slice(input.data().get(..count).unwrap_or_default());
            }
            input.consume(count);
            left -= count;
        }
        // The line end after each chunk. Trailers are not supported.
        while input.data().len() < 2 {
            input.fill(Some(idle))?;
        }
        input.consume(2);
        if last {
            return Ok(());
        }
    }
}

/// Returns the names and values of a query or a form.
pub(crate) fn form(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// Decodes percent-encoding.
pub(crate) fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter().copied();
    while let Some(byte) = rest.next() {
        let pair = (byte == b'%').then(|| {
            let mut ahead = rest.clone();
            let digits = [ahead.next()?, ahead.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
        });
        if let Some(Some(decoded)) = pair {
            bytes.push(decoded);
            rest.next();
            rest.next();
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A part of a multipart body.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) name: String,
    pub(crate) file: Option<String>,
    pub(crate) data: &'a [u8],
}

/// Returns the parts of a multipart body, or `None` if it is incomplete.
pub(crate) fn parts<'a>(kind: &str, body: &'a [u8]) -> Option<Vec<Part<'a>>> {
    let boundary = kind.split(';').find_map(|item| item.trim().strip_prefix("boundary="))?.trim_matches('"');
    let first = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let mut rest = body.get(find(body, first.as_bytes())? + first.len()..)?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, between.as_bytes())?;
        let part = rest.get(..end)?;
        rest = rest.get(end + between.len()..)?;
        let split = find(part, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(part.get(..split)?).into_owned();
        let disposition = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))?
            .to_owned();
        parts.push(Part {
            name: attribute(&disposition, "name")?,
            file: attribute(&disposition, "filename"),
            data: part.get(split + 4..)?,
        });
    }
}

fn attribute(line: &str, name: &str) -> Option<String> {
    line.split(';').find_map(|item| {
        let (key, value) = item.trim().split_once('=')?;
        (key == name).then(|| decode(value.trim_matches('"')))
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len().max(1)).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_queries() {
        assert_eq!(
            form("a=1&b=x%20y+z&c"),
            [("a".into(), "1".into()), ("b".into(), "x y z".into()), ("c".into(), String::new())]
        );
        assert_eq!(decode("%zz%4"), "%zz%4");
    }

    #[test]
    fn refuses_what_is_no_request() {
        let kind = |text: &str| read_head(text.as_bytes()).map(|read| read.is_some()).map_err(|e| e.kind());
        assert_eq!(kind("GET / HTTP/1.1\r\n\r\n"), Ok(true));
        assert_eq!(kind("GET / HTTP/1.1\r\n"), Ok(false));
        for odd in ["?", "x", "http://h/"] {
            assert_eq!(kind(&format!("GET {odd} HTTP/1.1\r\n\r\n")), Err(io::ErrorKind::InvalidData));
        }
    }

    #[test]
    fn splits_multipart() {
        let body = b"--X\r\nContent-Disposition: form-data; name=\"channel_id\"\r\n\r\nabc\r\n--X\r\n\
            Content-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n\
            1\r\n2\r\n--X--\r\n";
        let parts = parts("multipart/form-data; boundary=X", body).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].data, b"abc");
        assert_eq!(parts[1].file.as_deref(), Some("a.txt"));
        assert_eq!(parts[1].data, b"1\r\n2");
        assert!(super::parts("multipart/form-data; boundary=X", b"--X\r\nfoo").is_none());
    }

    #[test]
    fn finds_the_token() {
        let with = |name: &str, value: &str| Request {
            headers: vec![(name.into(), value.into())],
            ..Request::default()
        };
        assert_eq!(with("authorization", "BEARER abc").token().as_deref(), Some("abc"));
        assert_eq!(with("cookie", "x=1; MMAUTHTOKEN=t").token().as_deref(), Some("t"));
        assert_eq!(with("authorization", "Basic abc").token(), None);
    }
}
