//! The TestServer's own parsers.

use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{piece_sizes, within_memory};
use crate::testing::conn::{Input, Line};
use crate::testing::frame::{Frame, Refused, decode};
use crate::testing::http::{MOST_JSON, Request, form, parts, read_request};
use crate::ws::frame;

/// A client that sends this, in pieces, and hangs up.
struct ScriptedClient {
    left: Mutex<Vec<u8>>,
    piece: usize,
}

impl Line for ScriptedClient {
    fn read(&self, buffer: &mut [u8], _: Option<Instant>) -> io::Result<usize> {
        let mut left = self.left.lock().expect("nobody panics");
        let amount = buffer.len().min(self.piece).min(left.len());
        buffer[..amount].copy_from_slice(&left[..amount]);
        left.drain(..amount);
        Ok(amount)
    }

    fn write(&self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// All requests of a connection, and how it ended.
fn read_requests(data: &[u8], piece: usize) -> (Vec<Request>, Option<ErrorKind>) {
    let mut input = Input::new(Arc::new(ScriptedClient { left: Mutex::new(data.to_vec()), piece }));
    let later = Instant::now() + Duration::from_secs(60);
    let mut requests = Vec::new();
    loop {
        match read_request(&mut input, later) {
            Ok(Some((request, keep))) => {
                requests.push(request);
                if !keep {
                    return (requests, None);
                }
            }
            Ok(None) => return (requests, None),
            Err(error) => return (requests, Some(error.kind())),
        }
    }
}

/// The same request, written out.
fn write_request(request: &Request) -> Vec<u8> {
    let query = if request.raw_query.is_empty() { String::new() } else { format!("?{}", request.raw_query) };
    let mut text = format!("{} {}{query} HTTP/1.1\r\n", request.method, request.path).into_bytes();
    for (name, value) in &request.headers {
        if !matches!(&**name, "content-length" | "transfer-encoding") {
            text.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
    }
    text.extend_from_slice(format!("content-length: {}\r\n\r\n", request.body.len()).as_bytes());
    text.extend_from_slice(&request.body);
    text
}

pub(super) fn requests(data: &[u8]) {
    let [whole, torn] = piece_sizes(data)
        .map(|piece| within_memory((256 << 10) + 64 * data.len(), || read_requests(data, piece)));
    assert_eq!(whole.1, torn.1);
    assert_eq!(whole.0.len(), torn.0.len());
    for (one, two) in whole.0.iter().zip(&torn.0) {
        assert_eq!((&one.method, &one.path, &one.headers), (&two.method, &two.path, &two.headers));
        assert!(one.body == two.body && one.query == two.query && one.too_large == two.too_large);
    }
    for request in &whole.0 {
        assert!(request.body.len() <= data.len());
        let uploads = ["/files", "/uploads", "/emoji"].iter().any(|place| request.path.contains(place));
        assert!(uploads || request.body.len() <= MOST_JSON);
        assert!(request.token().is_none_or(|token| token.len() <= data.len() * 3));
        if let Some(found) = request.header("content-type").and_then(|kind| parts(kind, &request.body)) {
            assert!(found.iter().all(|part| part.data.len() <= request.body.len()));
        }
        if !request.too_large {
            let (again, ended) = read_requests(&write_request(request), usize::MAX);
            assert_eq!((again.len(), ended), (1, None));
            assert!(again[0].body == request.body && again[0].path == request.path);
        }
    }
    let text = String::from_utf8_lossy(data);
    let pairs = form(&text);
    assert!(pairs.len() <= data.len() + 1);
    let _ = parts("multipart/form-data; boundary=X", data);
}

const MOST: usize = 1000;

fn read_frames(mut data: &[u8]) -> (Vec<Frame>, Option<Refused>) {
    let mut frames = Vec::new();
    loop {
        match decode(data, MOST) {
            Ok(Some((frame, used))) => {
                assert!(used >= 6 + frame.payload.len() && used <= data.len());
                assert!(frame.payload.len() <= MOST);
                frames.push(frame);
                data = &data[used..];
            }
            Ok(None) => return (frames, None),
            Err(refused) => return (frames, Some(refused)),
        }
    }
}

pub(super) fn client_frames(data: &[u8]) {
    let (frames, refused) = within_memory((8 << 10) + 64 * data.len(), || read_frames(data));
    assert!(refused.is_none_or(|refused| matches!(refused.0, 1002 | 1009)));
    // Of what is cut off, no frame comes that is not in the whole.
    for cut in [data.len() / 2, data.len().saturating_sub(1)] {
        let (some, _) = read_frames(&data[..cut]);
        assert!(frames.starts_with(&some));
    }
    let mut again = Vec::new();
    for frame in &frames {
        let first = if frame.last { 0x80 } else { 0 } | frame.opcode;
        frame::write_frame(&mut again, first, Some([1, 2, 3, 4]), &frame.payload);
    }
    assert_eq!(read_frames(&again), (frames, None));
    // What our own client sends is what the server gets.
    let text = String::from_utf8_lossy(&data[..data.len().min(MOST / 3)]);
    let short = &data[..data.len().min(125)];
    let sent = [frame::text_frame(&text), frame::pong_frame(short), frame::close_frame(Some(1000))].concat();
    let frame = |opcode, payload: &[u8]| Frame { last: true, opcode, payload: payload.to_vec() };
    let got = vec![frame(1, text.as_bytes()), frame(10, short), frame(8, &[3, 232])];
    assert_eq!(read_frames(&sent), (got, None));
}
