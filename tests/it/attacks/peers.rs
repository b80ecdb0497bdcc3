//! The attackers.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::peer::{Peer, frame, hello, me, read_head, relay, switching};

/// A connection, with or without TLS.
pub(super) trait Talk: Read + Write + Send {
    /// The socket, where there is no TLS.
    fn plain(&self) -> Option<&TcpStream>;
}

impl Talk for TcpStream {
    fn plain(&self) -> Option<&TcpStream> {
        Some(self)
    }
}

#[cfg(feature = "native-tls")]
impl Talk for native_tls::TlsStream<TcpStream> {
    fn plain(&self) -> Option<&TcpStream> {
        None
    }
}

pub(super) type Gift = Box<dyn Talk>;
pub(super) type Attack = Arc<dyn Fn(Gift) + Send + Sync>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Plain,
    Tls,
    /// The victim believes that there is TLS; the attack begins before it.
    BeforeTls,
}

pub(super) fn front(side: Side, attack: Attack) -> Peer {
    #[cfg(feature = "native-tls")]
    if side == Side::Tls {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/cases/good.pem");
        let pem = std::fs::read(path).unwrap();
        let identity = native_tls::Identity::from_pkcs8(&pem, &pem).unwrap();
        let acceptor = native_tls::TlsAcceptor::new(identity).unwrap();
        return Peer::start(move |stream| {
            if let Ok(tls) = acceptor.accept(stream) {
                attack(Box::new(tls));
            }
        });
    }
    assert_ne!(side, Side::Tls);
    Peer::start(move |stream| attack(Box::new(stream)))
}

/// Writes for as long as it is read.
pub(super) fn pour(stream: Option<Gift>, first: &[u8], again: &[u8]) {
    let Some(mut stream) = stream else { return };
    let again = again.repeat(1 + (64 << 10) / again.len());
    let _ = stream.write_all(first);
    while stream.write_all(&again).is_ok() {}
}

/// Knows the victim, and answers everything else with this; without anything to repeat it gives the connection back.
pub(super) fn after_me(mut stream: Gift, first: &str, again: &str) -> Option<Gift> {
    loop {
        let head = read_head(&mut stream)?;
        if head.starts_with("GET /api/v4/users/me ") {
            stream.write_all(me().as_bytes()).ok()?;
            continue;
        }
        if again.is_empty() {
            stream.write_all(first.as_bytes()).ok()?;
            return Some(stream);
        }
        pour(Some(stream), first.as_bytes(), again.as_bytes());
        return None;
    }
}

/// After the first request, whatever it is.
pub(super) fn write_all(mut stream: Gift, first: &str, again: &str) {
    if read_head(&mut stream).is_some() {
        pour(Some(stream), first.as_bytes(), again.as_bytes());
    }
}

/// Answers the upgrade.
pub(super) fn upgraded(mut stream: Gift) -> Option<Gift> {
    let head = read_head(&mut stream)?;
    stream.write_all(switching(&head).as_bytes()).ok()?;
    Some(stream)
}

/// The same, and sends the first event.
pub(super) fn greet(stream: Gift) -> Option<Gift> {
    let mut stream = upgraded(stream)?;
    stream.write_all(&frame(0x81, hello().as_bytes())).ok()?;
    Some(stream)
}

/// The same frame again and again.
pub(super) fn frames(stream: Gift, one: &[u8]) {
    pour(greet(stream), b"", one);
}

/// A message that does not end.
pub(super) fn fragments(stream: Gift, length: usize) {
    pour(greet(stream), &frame(0x01, b""), &frame(0x00, &vec![b'x'; length]));
}

/// The same, with pings in between.
pub(super) fn pieces(stream: Gift) {
    pour(greet(stream), &frame(0x01, b""), &[0x00, 1, b'x', 0x89, 0]);
}

/// Events, made by number.
pub(super) fn events(stream: Gift, make: fn(u64) -> String) {
    let Some(mut stream) = greet(stream) else { return };
    let mut number = 1;
    loop {
        let mut batch = Vec::new();
        while batch.len() < 64 << 10 {
            batch.extend(frame(0x81, make(number).as_bytes()));
            number += 1;
        }
        if stream.write_all(&batch).is_err() {
            return;
        }
    }
}

fn post(seq: u64, filling: usize) -> String {
    let mut text = String::with_capacity(filling + 600);
    let _ = write!(
        text,
        r#"{{"event":"posted","data":{{"channel_type":"O","post":"{{\"id\":\"{seq:026}\",\"create_at\":{seq},\"update_at\":{seq},\"edit_at\":0,\"delete_at\":0,\"user_id\":\"8k7ktpqaaidztx87g5zqd8j3ry\",\"channel_id\":\"8k7ktpqaaidztx87g5zqd8j3rc\",\"message\":\""#
    );
    text.extend(std::iter::repeat_n('x', filling));
    let _ = write!(text, r#"\"}}"}},"broadcast":{{}},"seq":{seq}}}"#);
    text
}

pub(super) fn posted(number: u64) -> String {
    post(number, 10)
}

/// Hardly less than a message may have.
pub(super) fn large(number: u64) -> String {
    post(number, (4 << 20) - 1000)
}

/// Each leaves a number out.
pub(super) fn gap(number: u64) -> String {
    post(number * 2, 10)
}

pub(super) fn hellos(number: u64) -> String {
    format!(
        r#"{{"event":"hello","data":{{"connection_id":"{number:026}","server_version":"11.6.0"}},"broadcast":{{}},"seq":0}}"#
    )
}

pub(super) fn unknown(number: u64) -> String {
    format!(r#"{{"event":"custom_{number}","data":{{}},"broadcast":{{}},"seq":{number}}}"#)
}

/// What takes far more memory than its text, as large as a message may be.
fn widest() -> String {
    let item = "{\"a\":0},";
    item.repeat((4 << 20) / item.len() - 40)
}

pub(super) fn wide(number: u64) -> String {
    let wide = widest();
    format!(r#"{{"event":"custom_x_{number}","data":{{"x":[{wide}0]}},"broadcast":{{}},"seq":{number}}}"#)
}

/// The same in a post, which stands in the data as a string.
pub(super) fn wide_post(number: u64) -> String {
    let wide = "[],".repeat(((4 << 20) - 1000) / 3);
    format!(
        r#"{{"event":"posted","data":{{"post":"{{\"id\":\"{number:026}\",\"props\":{{\"x\":[{wide}0]}},\"channel_id\":\"8k7ktpqaaidztx87g5zqd8j3ro\"}}"}},"broadcast":{{}},"seq":{number}}}"#
    )
}

pub(super) fn wide_answer(number: u64) -> String {
    format!(r#"{{"status":"OK","seq_reply":{number},"data":{{"x":[{}0]}}}}"#, widest())
}

/// A byte every 50 ms.
pub(super) fn drip(mut stream: Gift, first: &[u8]) {
    let _ = stream.write_all(first);
    while stream.write_all(b"x").is_ok() {
        thread::sleep(Duration::from_millis(50));
    }
}

/// Says nothing, and waits for the end.
pub(super) fn quiet(mut stream: Gift) {
    if let Some(socket) = stream.plain() {
        let _ = socket.set_read_timeout(None);
    }
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

/// Reads nothing any more, and wants answers: as many as the socket takes, and then some.
pub(super) fn deaf(stream: Gift) {
    let Some(mut stream) = greet(stream) else { return };
    let pings = frame(0x89, &[b'x'; 125]).repeat(500);
    while stream.write_all(&pings).is_ok() {}
    thread::sleep(Duration::from_secs(60));
}

/// A proxy that passes calls on, and not the upgrade: a second connection gets these bytes, and then drops.
pub(super) fn fickle(mut stream: Gift, upstream: u16, first: &[u8]) {
    static SEEN: std::sync::Mutex<Vec<u16>> = std::sync::Mutex::new(Vec::new());
    if read_head(&mut stream).is_none() {
        return;
    }
    let own = stream.plain().unwrap().local_addr().unwrap().port();
    let known = {
        let mut seen = SEEN.lock().unwrap();
        let known = seen.contains(&own);
        seen.push(own);
        known
    };
    if known {
        return if first.is_empty() { quiet(stream) } else { drip(stream, first) };
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    relay(stream.plain().unwrap(), &TcpStream::connect(("127.0.0.1", upstream)).unwrap());
}
