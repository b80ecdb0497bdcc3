//! What ureq must not see, because it logs it: at the level trace its protocol crate dumps every head and every answer.
//!
//! While somebody logs at trace, and only then, ureq is given a request with stars for path and token, and an answer
//! of zeros. The connection puts the real bytes in the stars' place on their way out, and keeps the real ones of the
//! answer for whoever reads it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::secret::Secret;

thread_local! {
    /// The request that this thread is at.
    static LENT: RefCell<Option<Lent>> = const { RefCell::new(None) };
}

struct Lent {
    /// What stands in the request, and what is sent instead, of the same length. Each once, in this order.
    swaps: VecDeque<(Vec<u8>, Zeroizing<Vec<u8>>)>,
    begun: bool,
    head_only: bool,
    answer: Option<Arc<Hidden>>,
    content: Arc<AtomicU64>,
}

/// A request as ureq may see it. The loan ends when it is dropped.
pub(super) struct Loan {
    pub(super) url: Option<String>,
    pub(super) bearer: Option<String>,
    pub(super) answer: Option<Arc<Hidden>>,
    /// How much of the answer's body has been read.
    pub(super) content: Arc<AtomicU64>,
}

impl Drop for Loan {
    fn drop(&mut self) {
        LENT.with_borrow_mut(Option::take);
    }
}

/// Before a request of this thread. `path` is where in the URL the path is.
pub(super) fn lend(url: &str, path: Range<usize>, bearer: Option<&str>, head_only: bool) -> Loan {
    let hide = log::max_level() >= log::Level::Trace;
    let content = Arc::<AtomicU64>::default();
    let mut lent =
        Lent { swaps: VecDeque::new(), begun: false, head_only, answer: None, content: Arc::clone(&content) };
    let mut loan = Loan { url: None, bearer: None, answer: None, content };
    if hide {
        let real = url.get(path.clone()).unwrap_or_default();
        if let Some(rest) = real.strip_prefix('/').filter(|rest| !rest.is_empty()) {
            let shown = format!("/{}", "*".repeat(rest.len()));
            lent.swaps.push_back((format!("{shown} HTTP/1.1\r\n").into(), secret(&[real, " HTTP/1.1\r\n"])));
            loan.url = Some(format!("{}{shown}", url.get(..path.start).unwrap_or_default()));
        }
        if let Some(token) = bearer {
            let shown = "*".repeat(token.len());
            lent.swaps
                .push_back((format!(": Bearer {shown}\r\n").into(), secret(&[": Bearer ", token, "\r\n"])));
            loan.bearer = Some(shown);
        }
        lent.answer = Some(Arc::default());
        loan.answer.clone_from(&lent.answer);
    }
    LENT.set(Some(lent));
    loan
}

fn secret(parts: &[&str]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(parts.concat().into_bytes())
}

/// Puts the real bytes in. At the begin of a request it also says what becomes of the answer.
pub(super) fn reveal(output: &mut [u8], framing: &mut Option<Framing>) {
    LENT.with_borrow_mut(|lent| {
        let Some(lent) = lent else { return };
        while let Some((shown, real)) = lent.swaps.front() {
            let Some(at) = output.windows(shown.len()).position(|window| window == shown) else { break };
            if let Some(place) = output.get_mut(at..at + shown.len()) {
                place.copy_from_slice(real);
            }
            lent.swaps.pop_front();
        }
        if !std::mem::replace(&mut lent.begun, true) {
            *framing = lent.answer.clone().map(|hidden| Framing::new(hidden, lent.head_only));
        }
    });
}

/// Counts the content of the answer to this thread's request.
pub(super) fn content() -> Arc<AtomicU64> {
    LENT.with_borrow(|lent| lent.as_ref().map(|lent| Arc::clone(&lent.content)).unwrap_or_default())
}

/// What ureq did not see of an answer.
#[derive(Default)]
pub(super) struct Hidden(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    token: Zeroizing<Vec<u8>>,
    body: VecDeque<u8>,
}

impl Hidden {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(any(test, fuzzing))]
    pub(super) fn body(&self) -> Vec<u8> {
        self.lock().body.iter().copied().collect()
    }

    /// The header of a login's answer.
    pub(super) fn token(&self) -> Option<Secret> {
        let token = std::str::from_utf8(&self.lock().token).ok()?.trim().to_owned();
        (!token.is_empty()).then(|| Secret::new(token))
    }

    /// Puts the next bytes of the body in the place of what ureq read.
    pub(super) fn put_back(&self, read: &mut [u8]) -> io::Result<()> {
        let mut kept = self.lock();
        let amount = read.len();
        if kept.body.len() < amount {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the answer's length is ambiguous"));
        }
        for (place, byte) in read.iter_mut().zip(kept.body.drain(..amount)) {
            *place = byte;
        }
        Ok(())
    }
}

/// A body, counted; its bytes ureq may have read as zeros.
pub(super) struct Uncovered<R> {
    pub(super) read: R,
    pub(super) hidden: Option<Arc<Hidden>>,
    pub(super) content: Arc<AtomicU64>,
}

impl<R: Read> Read for Uncovered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let amount = self.read.read(into)?;
        self.content.fetch_add(amount as u64, Ordering::Relaxed);
        if let Some(hidden) = &self.hidden {
            hidden.put_back(into.get_mut(..amount).unwrap_or_default())?;
        }
        Ok(amount)
    }
}

/// Follows an answer as it comes, to tell its body from what frames it.
pub(super) struct Framing {
    hidden: Arc<Hidden>,
    at: At,
    line: Vec<u8>,
    /// The value that is being read is a secret.
    secret: bool,
    /// A head's first line has been read.
    begun: bool,
    no_body: bool,
    interim: bool,
    length: Option<u64>,
    chunked: bool,
    head_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Head,
    ChunkSize,
    Chunk(u64),
    Trailer,
    Length(u64),
    UntilClose,
    /// Nothing more belongs to the answer, or it makes no sense.
    Over,
}

/// A longer line is not understood; ureq refuses such a head.
const LONGEST_LINE: usize = 16 << 10;

impl Framing {
    pub(super) fn new(hidden: Arc<Hidden>, head_only: bool) -> Self {
        Self {
            hidden,
            at: At::Head,
            line: Vec::new(),
            secret: false,
            begun: false,
            no_body: false,
            interim: false,
            length: None,
            chunked: false,
            head_only,
        }
    }

    /// Takes what came, and leaves stars and zeros where something is not to be seen.
    pub(super) fn hide(&mut self, mut came: &mut [u8]) {
        while !came.is_empty() {
            let most = match self.at {
                At::Head | At::ChunkSize | At::Trailer => 1,
                At::Chunk(left) | At::Length(left) => {
                    usize::try_from(left).unwrap_or(usize::MAX).min(came.len())
                }
                At::UntilClose | At::Over => came.len(),
            };
            let (part, rest) = std::mem::take(&mut came).split_at_mut(most);
            self.step(part);
            came = rest;
        }
    }

    fn step(&mut self, part: &mut [u8]) {
        let amount = part.len() as u64;
        match (self.at, &mut *part) {
            (At::Head | At::ChunkSize | At::Trailer, [byte]) => self.letter(byte),
            (At::Chunk(left), _) => {
                self.keep(part);
                // The line break behind a chunk is an empty size, which is passed over.
                self.at = if left == amount { At::ChunkSize } else { At::Chunk(left - amount) };
            }
            (At::Length(left), _) => {
                self.keep(part);
                self.at = if left == amount { At::Over } else { At::Length(left - amount) };
            }
            (At::UntilClose, _) => self.keep(part),
            (_, part) => part.fill(0),
        }
    }

    fn keep(&self, part: &mut [u8]) {
        self.hidden.lock().body.extend(part.iter());
        part.fill(0);
    }

    /// One byte of what frames the body.
    fn letter(&mut self, byte: &mut u8) {
        match *byte {
            b'\n' => {
                let line = std::mem::take(&mut self.line);
                self.secret = false;
                let line = String::from_utf8_lossy(&line);
                match self.at {
                    At::Head => self.head(line.trim()),
                    At::ChunkSize => self.size(line.trim()),
                    _ if line.trim().is_empty() => self.at = At::Over,
                    _ => {}
                }
                return;
            }
            b'\r' => {}
            b':' if self.at == At::Head && !self.secret => {
                let name = self.line.to_ascii_lowercase();
                self.secret = self.begun && matches!(name.trim_ascii(), b"token" | b"set-cookie");
                if name.trim_ascii() == b"token" {
                    self.hidden.lock().token.clear();
                }
            }
            letter if self.secret => {
                let token = self.line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"token"));
                if token {
                    self.hidden.lock().token.push(letter);
                }
                if letter != b' ' {
                    *byte = b'*';
                }
                return;
            }
            _ => {}
        }
        if self.line.len() >= LONGEST_LINE {
            self.at = At::Over;
        }
        self.line.push(*byte);
    }

    fn head(&mut self, line: &str) {
        if !self.begun {
            self.begun = true;
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
            _ if self.interim => At::Head,
            _ if self.no_body => At::Over,
            _ if chunked => At::ChunkSize,
            Some(0) => At::Over,
            Some(length) => At::Length(length),
            None => At::UntilClose,
        };
    }

    fn size(&mut self, line: &str) {
        if line.is_empty() {
            return;
        }
        let digits = line.split(';').next().unwrap_or_default().trim();
        self.at = match u64::from_str_radix(digits, 16) {
            Ok(0) => At::Trailer,
            Ok(size) => At::Chunk(size),
            Err(_) => At::Over,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(answer: &[u8], piece: usize, head_only: bool) -> (Vec<u8>, String, Vec<u8>) {
        let kept = Arc::new(Hidden::default());
        let mut framing = Framing::new(Arc::clone(&kept), head_only);
        let mut seen = answer.to_vec();
        seen.chunks_mut(piece).for_each(|piece| framing.hide(piece));
        let token = kept.token().map(|token| token.expose().to_owned()).unwrap_or_default();
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
        let endless = [b"HTTP/1.1 200 OK\r\n".to_vec(), vec![b'x'; LONGEST_LINE + 9]].concat();
        hidden(&endless, 1000, false);
    }

    #[test]
    fn stars_are_replaced_once_and_only_in_their_place() {
        let real = secret(&[": Bearer ", "abc", "\r\n"]);
        let swaps = VecDeque::from([(b": Bearer ***\r\n".to_vec(), real)]);
        LENT.set(Some(Lent { swaps, begun: false, head_only: false, answer: None, content: Arc::default() }));
        let mut output = b"POST / HTTP/1.1\r\nauthorization: Bearer ***\r\nx: Bearer ***\r\n".to_vec();
        let mut framing = Some(Framing::new(Arc::default(), false));
        reveal(&mut output, &mut framing);
        assert!(framing.is_none());
        for _ in 0..2 {
            assert_eq!(output, b"POST / HTTP/1.1\r\nauthorization: Bearer abc\r\nx: Bearer ***\r\n");
            reveal(&mut output, &mut framing);
        }
        LENT.set(None);
        reveal(&mut output, &mut framing);
    }
}
