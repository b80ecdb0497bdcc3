//! Keeps secrets out of the log that ureq writes at the level `trace`.
//!
//! Verified with ureq 3.5.2 and ureq-proto 0.7.1. At `debug`, ureq logs methods, hosts, and the values of harmless headers
//! only. At `trace`, it logs the path, and `ureq_proto::util::log_data` dumps the bytes of each request head, each chunk
//! of a chunked request body, each response head and each response body, before or after any type that could redact
//! them; neither crate has a switch for that, and the level belongs to the program. So while `trace` is on, and only
//! then, ureq is given a request with stars for the path and the header values and zeros for the body, and a response of
//! zeros. The connection exchanges them for the real bytes. For responses this needs to know where the body is.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memchr::memmem;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::atomic::AtomicU64;

thread_local! {
    /// The current request of this thread.
    static PENDING: RefCell<Option<PendingRequest>> = const { RefCell::new(None) };
}

struct PendingRequest {
    /// Text of the request that ureq knows, and what is sent instead, of the same length. Each once.
    swaps: Vec<(Vec<u8>, Zeroizing<Vec<u8>>)>,
    /// The bytes of the body for which ureq was given zeros.
    body: VecDeque<u8>,
    begun: bool,
    head_only: bool,
    response: Option<Arc<HiddenResponse>>,
    content: Arc<AtomicU64>,
}

/// A request as ureq may see it. It ends when it is dropped.
#[derive(Default)]
pub(super) struct ShownRequest {
    pub(super) url: Option<String>,
    /// In the order of the headers; empty if they may be seen.
    pub(super) header_values: Vec<String>,
    pub(super) response: Option<Arc<HiddenResponse>>,
    /// Number of bytes of the response body that were read.
    pub(super) content: Arc<AtomicU64>,
}

impl Drop for ShownRequest {
    fn drop(&mut self) {
        PENDING.with_borrow_mut(Option::take);
    }
}

/// Begins a request of this thread. `path` is the range of the path in the URL.
pub(super) fn begin_request(
    url: &str,
    path: Range<usize>,
    headers: &[(&str, Zeroizing<String>)],
    head_only: bool,
) -> ShownRequest {
    let mut shown = ShownRequest::default();
    let mut pending = PendingRequest {
        swaps: Vec::new(),
        body: VecDeque::new(),
        begun: false,
        head_only,
        response: None,
        content: Arc::clone(&shown.content),
    };
    if log::max_level() >= log::Level::Trace {
        let real = url.get(path.clone()).unwrap_or_default();
        if let Some(rest) = real.strip_prefix('/').filter(|rest| !rest.is_empty()) {
            let stars = format!("/{}", "*".repeat(rest.len()));
            pending
                .swaps
                .push((format!("{stars} HTTP/1.1\r\n").into(), joined_secret(&[real, " HTTP/1.1\r\n"])));
            shown.url = Some(format!("{}{stars}", url.get(..path.start).unwrap_or_default()));
        }
        for (name, value) in headers {
            // The `http` crate writes names in lower case.
            let (name, stars) = (name.to_ascii_lowercase(), "*".repeat(value.len()));
            let line = format!("{name}: {stars}\r\n");
            pending.swaps.push((line.into(), joined_secret(&[&name, ": ", value, "\r\n"])));
            shown.header_values.push(stars);
        }
        pending.response = Some(Arc::default());
        shown.response.clone_from(&pending.response);
    }
    PENDING.set(Some(pending));
    shown
}

/// Replaces a part of the request's body by zeros, if ureq would log it.
pub(super) fn hide_body(part: &mut [u8]) {
    PENDING.with_borrow_mut(|pending| {
        if let Some(pending) = pending.as_mut().filter(|pending| pending.response.is_some()) {
            pending.body.extend(part.iter());
            part.fill(0);
        }
    });
}

fn joined_secret(parts: &[&str]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(parts.concat().into_bytes())
}

/// Puts the real bytes in. At the beginning of a request, it also prepares for the response.
pub(super) fn restore_request(output: &mut [u8], redactor: &mut Option<ResponseRedactor>) {
    PENDING.with_borrow_mut(|pending| {
        let Some(pending) = pending else { return };
        pending.swaps.retain(|(shown, real)| {
            let Some(at) = memmem::find(output, shown) else { return true };
            if let Some(place) = output.get_mut(at..at + shown.len()) {
                place.copy_from_slice(real);
            }
            false
        });
        // What frames a chunk contains no zeros.
        for byte in output.iter_mut().filter(|byte| **byte == 0) {
            let Some(real) = pending.body.pop_front() else { break };
            *byte = real;
        }
        if !std::mem::replace(&mut pending.begun, true) {
            *redactor =
                pending.response.clone().map(|hidden| ResponseRedactor::new(hidden, pending.head_only));
        }
    });
}

/// Counts the content of the response to this thread's request.
pub(super) fn content_counter() -> Arc<AtomicU64> {
    PENDING.with_borrow(|pending| {
        pending.as_ref().map(|pending| Arc::clone(&pending.content)).unwrap_or_default()
    })
}

/// The parts of a response that were hidden from ureq.
#[derive(Default)]
pub(super) struct HiddenResponse(Mutex<HiddenParts>);

#[derive(Default)]
struct HiddenParts {
    /// Names and values.
    headers: Vec<(Vec<u8>, Zeroizing<Vec<u8>>)>,
    body: VecDeque<u8>,
}

impl HiddenResponse {
    fn lock(&self) -> MutexGuard<'_, HiddenParts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(any(test, fuzzing))]
    pub(super) fn hidden_body(&self) -> Vec<u8> {
        self.lock().body.iter().copied().collect()
    }

    /// Puts the real values in the place of the stars.
    pub(super) fn restore_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in self.lock().headers.drain(..) {
            let name = HeaderName::from_bytes(&name);
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.trim_ascii())) {
                headers.insert(name, value);
            }
        }
    }

    /// Puts the next bytes of the body in the place of what ureq read.
    pub(super) fn put_back(&self, read: &mut [u8]) -> io::Result<()> {
        let mut kept = self.lock();
        let amount = read.len();
        if kept.body.len() < amount {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the length of the response is ambiguous",
            ));
        }
        for (place, byte) in read.iter_mut().zip(kept.body.drain(..amount)) {
            *place = byte;
        }
        Ok(())
    }
}

/// A body whose bytes are counted, and which ureq may have read as zeros.
pub(super) struct RestoredBody<R> {
    pub(super) read: R,
    pub(super) hidden: Option<Arc<HiddenResponse>>,
    pub(super) content: Arc<AtomicU64>,
}

impl<R: Read> Read for RestoredBody<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let amount = self.read.read(into)?;
        self.content.fetch_add(amount as u64, Ordering::Relaxed);
        if let Some(hidden) = &self.hidden {
            hidden.put_back(into.get_mut(..amount).unwrap_or_default())?;
        }
        Ok(amount)
    }
}

/// Parses a response while it is received, to separate its body from the framing.
pub(super) struct ResponseRedactor {
    hidden: Arc<HiddenResponse>,
    at: ResponseState,
    line: Vec<u8>,
    /// The value that is being read is hidden.
    secret: bool,
    value: Zeroizing<Vec<u8>>,
    /// A head's first line has been read.
    begun: bool,
    no_body: bool,
    interim: bool,
    length: Option<u64>,
    chunked: bool,
    head_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ResponseState {
    Head,
    ChunkSize,
    Chunk(u64),
    Trailer,
    Length(u64),
    UntilClose,
    /// The response has ended, or is invalid.
    Over,
}

/// Headers that ureq has to understand. The others may repeat what was sent.
const VISIBLE_HEADERS: [&[u8]; 3] = [b"content-length", b"transfer-encoding", b"connection"];

/// A longer line is not understood; ureq refuses such a head.
const MAX_LINE_LENGTH: usize = 16 << 10;

impl ResponseRedactor {
    pub(super) fn new(hidden: Arc<HiddenResponse>, head_only: bool) -> Self {
        Self {
            hidden,
            at: ResponseState::Head,
            line: Vec::new(),
            secret: false,
            value: Zeroizing::default(),
            begun: false,
            no_body: false,
            interim: false,
            length: None,
            chunked: false,
            head_only,
        }
    }

    /// Takes the received bytes, and leaves stars and zeros in place of the hidden ones.
    pub(super) fn hide_bytes(&mut self, mut came: &mut [u8]) {
        while !came.is_empty() {
            let most = match self.at {
                ResponseState::Head | ResponseState::ChunkSize | ResponseState::Trailer => 1,
                ResponseState::Chunk(left) | ResponseState::Length(left) => {
                    usize::try_from(left).unwrap_or(usize::MAX).min(came.len())
                }
                ResponseState::UntilClose | ResponseState::Over => came.len(),
            };
            let (part, rest) = std::mem::take(&mut came).split_at_mut(most);
            self.hide_step(part);
            came = rest;
        }
    }

    fn hide_step(&mut self, part: &mut [u8]) {
        let amount = part.len() as u64;
        match (self.at, &mut *part) {
            (ResponseState::Head | ResponseState::ChunkSize | ResponseState::Trailer, [byte]) => {
                self.read_framing_byte(byte);
            }
            (ResponseState::Chunk(left), _) => {
                self.keep_bytes(part);
                // The line break behind a chunk is an empty size, which is passed over.
                self.at = if left == amount {
                    ResponseState::ChunkSize
                } else {
                    ResponseState::Chunk(left - amount)
                };
            }
            (ResponseState::Length(left), _) => {
                self.keep_bytes(part);
                self.at =
                    if left == amount { ResponseState::Over } else { ResponseState::Length(left - amount) };
            }
            (ResponseState::UntilClose, _) => self.keep_bytes(part),
            (_, part) => part.fill(0),
        }
    }

    fn keep_bytes(&self, part: &mut [u8]) {
        self.hidden.lock().body.extend(part.iter());
        part.fill(0);
    }

    /// Parses one byte of the framing of the body.
    fn read_framing_byte(&mut self, byte: &mut u8) {
        match *byte {
            b'\n' => {
                let line = std::mem::take(&mut self.line);
                if std::mem::take(&mut self.secret) {
                    let value = std::mem::take(&mut self.value);
                    self.hidden.lock().headers.push((line.trim_ascii().to_vec(), value));
                    return;
                }
                let line = String::from_utf8_lossy(&line);
                match self.at {
                    ResponseState::Head => self.read_head_line(line.trim()),
                    ResponseState::ChunkSize => self.read_size_line(line.trim()),
                    _ if line.trim().is_empty() => self.at = ResponseState::Over,
                    _ => {}
                }
                return;
            }
            b'\r' => {}
            b':' if self.at == ResponseState::Head && !self.secret => {
                let name = self.line.to_ascii_lowercase();
                self.secret = self.begun && !VISIBLE_HEADERS.contains(&name.trim_ascii());
                if self.secret {
                    return;
                }
            }
            letter if self.secret => {
                if self.value.len() < MAX_LINE_LENGTH {
                    self.value.push(letter);
                }
                if letter != b' ' {
                    *byte = b'*';
                }
                return;
            }
            _ => {}
        }
        if self.line.len() >= MAX_LINE_LENGTH {
            self.at = ResponseState::Over;
        }
        self.line.push(*byte);
    }

    fn read_head_line(&mut self, line: &str) {
        if !self.begun {
            self.begun = true;
            self.hidden.lock().headers.clear();
            let status = line.split(' ').nth(1).unwrap_or_default();
            self.interim = status.starts_with('1');
            self.no_body = self.head_only || matches!(status, "204" | "304");
            return;
        }
        if let Some((name, value)) = line.split_once(':') {
            match &*name.trim().to_ascii_lowercase() {
                "content-length" => self.length = value.trim().parse().ok(),
                "transfer-encoding" => self.chunked = value.to_ascii_lowercase().contains("chunked"),
                _ => {}
            }
        }
        if !line.is_empty() {
            return;
        }
        self.begun = false;
        let (length, chunked) = (self.length.take(), std::mem::take(&mut self.chunked));
        self.at = match length {
            _ if self.interim => ResponseState::Head,
            _ if self.no_body => ResponseState::Over,
            _ if chunked => ResponseState::ChunkSize,
            Some(0) => ResponseState::Over,
            Some(length) => ResponseState::Length(length),
            None => ResponseState::UntilClose,
        };
    }

    fn read_size_line(&mut self, line: &str) {
        if line.is_empty() {
            return;
        }
        let digits = line.split(';').next().unwrap_or_default().trim();
        self.at = match u64::from_str_radix(digits, 16) {
            Ok(0) => ResponseState::Trailer,
            Ok(size) => ResponseState::Chunk(size),
            Err(_) => ResponseState::Over,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(answer: &[u8], piece: usize, head_only: bool) -> (Vec<u8>, String, Vec<u8>) {
        let kept = Arc::new(HiddenResponse::default());
        let mut framing = ResponseRedactor::new(Arc::clone(&kept), head_only);
        let mut seen = answer.to_vec();
        seen.chunks_mut(piece).for_each(|piece| framing.hide_bytes(piece));
        let mut headers = HeaderMap::new();
        kept.restore_headers(&mut headers);
        let token = headers.get("token").map(|token| token.to_str().unwrap().to_owned()).unwrap_or_default();
        let body = kept.lock().body.iter().copied().collect();
        (seen, token, body)
    }

    #[test]
    fn bodies_and_tokens_are_hidden_however_they_come() {
        const HEAD: &str = "HTTP/1.1 200 OK\r\nTOKEN:  s3cret\r\nSet-Cookie: MMAUTHTOKEN=s3cret\r\n";
        for (rest, body) in [
            ("Content-Length: 6\r\n\r\ns3cret", "s3cret"),
            ("Content-Length: 6\r\n\r\ns3cretrest", "s3cret"),
            ("Transfer-Encoding: chunked\r\n\r\n3;x=y\r\ns3c\r\n3\r\nret\r\n0\r\nX: y\r\n\r\n", "s3cret"),
            ("\r\nuntil s3cret\r\n\r\nends", "until s3cret\r\n\r\nends"),
            ("Content-Length: 0\r\n\r\n", ""),
            ("Transfer-Encoding: chunked\r\n\r\nzz\r\ns3cret", ""),
        ] {
            let answer = format!("HTTP/1.1 100 Continue\r\n\r\n{HEAD}{rest}");
            for piece in [1, 2, 7, 1000] {
                let (seen, token, kept) = hidden(answer.as_bytes(), piece, false);
                assert_eq!(seen.len(), answer.len());
                let seen = String::from_utf8(seen).unwrap();
                assert!(!seen.contains("s3cret") && !seen.contains("s3c"), "{seen}");
                assert!(seen.contains("TOKEN:  ******\r\nSet-Cookie: *"), "{seen}");
                assert_eq!((token.as_str(), &*kept), ("s3cret", body.as_bytes()), "{rest} in {piece}");
            }
        }
        assert_eq!(hidden(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 3, true).2, b"");
        assert_eq!(hidden(b"HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n", 3, false).2, b"");
        let endless = [b"HTTP/1.1 200 OK\r\n".to_vec(), vec![b'x'; MAX_LINE_LENGTH + 9]].concat();
        hidden(&endless, 1000, false);
    }

    #[test]
    fn stars_are_replaced_once_and_only_in_their_place() {
        let real = joined_secret(&["authorization: Bearer ", "abc", "\r\n"]);
        let swaps = vec![(b"authorization: Bearer ***\r\n".to_vec(), real)];
        PENDING.set(Some(PendingRequest {
            swaps,
            begun: false,
            head_only: false,
            body: VecDeque::new(),
            response: None,
            content: Arc::default(),
        }));
        let mut output = b"POST / HTTP/1.1\r\nauthorization: Bearer ***\r\nx: Bearer ***\r\n".to_vec();
        let mut framing = Some(ResponseRedactor::new(Arc::default(), false));
        restore_request(&mut output, &mut framing);
        assert!(framing.is_none());
        for _ in 0..2 {
            assert_eq!(output, b"POST / HTTP/1.1\r\nauthorization: Bearer abc\r\nx: Bearer ***\r\n");
            restore_request(&mut output, &mut framing);
        }
        PENDING.set(None);
        restore_request(&mut output, &mut framing);
    }
}
