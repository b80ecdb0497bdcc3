//! What can stand where a server or a proxy should be: listeners that do as they are told.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// No peer waits longer for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Gives each connection to a closure, on a thread of its own.
pub(crate) struct Peer {
    port: u16,
    stopped: Arc<AtomicBool>,
    accepted: Arc<AtomicUsize>,
}

impl Peer {
    pub(crate) fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0", serve).unwrap()
    }

    pub(crate) fn at(address: &str, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let port = listener.local_addr()?.port();
        let (stopped, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stop, count, serve) = (Arc::clone(&stopped), Arc::clone(&accepted), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::Acquire) {
                    return;
                }
                count.fetch_add(1, Ordering::AcqRel);
                let _ = stream.set_read_timeout(Some(PATIENCE));
                let _ = stream.set_write_timeout(Some(PATIENCE));
                let _ = stream.set_nodelay(true);
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(stream));
            }
        });
        Ok(Self { port, stopped, accepted })
    }

    /// Answers every request of every connection with these bytes.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |mut stream| {
            while read_head(&mut stream).is_some() {
                if stream.write_all(&answer).is_err() {
                    return;
                }
            }
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many connections came.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Acquire)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        let _ =
            TcpStream::connect(("127.0.0.1", self.port)).or_else(|_| TcpStream::connect(("::1", self.port)));
    }
}

/// A port of this machine that nobody listens on.
pub(crate) fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Reads a request's head, and its body if it has a length.
pub(crate) fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    stream.read_exact(&mut vec![0; length]).ok()?;
    Some(head)
}

pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (have, value) = line.split_once(':')?;
        have.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// An answer with a body of JSON.
pub(crate) fn json(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// Who a client is that logs in to a scripted server.
pub(crate) fn me() -> String {
    json(r#"{"id":"8k7ktpqaaidztx87g5zqd8j3ry","username":"jane"}"#)
}

/// Passes bytes on in both directions until one side has finished.
pub(crate) fn relay(one: &TcpStream, other: &TcpStream) {
    let copy = |from: &TcpStream, to: &TcpStream| {
        let (mut from, mut to) = (from, to);
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    };
    let _ = one.set_read_timeout(None);
    let _ = other.set_read_timeout(None);
    thread::scope(|scope| {
        scope.spawn(|| copy(one, other));
        copy(other, one);
    });
}

/// Answers the upgrade, and sends the first event. The rest is the closure's.
pub(crate) fn greeted(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Peer {
    Peer::start(move |mut stream| {
        let Some(head) = read_head(&mut stream) else { return };
        let answer = switching(&head);
        let hello = frame(0x81, hello().as_bytes());
        if stream.write_all(&[answer.as_bytes(), &hello].concat()).is_ok() {
            serve(stream);
        }
    })
}

pub(crate) fn switching(head: &str) -> String {
    let key = header(head, "sec-websocket-key").unwrap_or_default();
    let accept = tungstenite::handshake::derive_accept_key(key.as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

pub(crate) fn hello() -> String {
    r#"{"event":"hello","data":{"connection_id":"8k7ktpqaaidztx87g5zqd8j3ry","server_version":"11.6.0"},"broadcast":{},"seq":0}"#.to_owned()
}

/// A server's frame: not masked.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    match payload.len() {
        short @ 0..=125 => out.push(u8::try_from(short).unwrap()),
        medium @ 126..=0xffff => {
            out.push(126);
            out.extend_from_slice(&u16::try_from(medium).unwrap().to_be_bytes());
        }
        long => {
            out.push(127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
    out
}

/// A client of a test server, whose stream goes to the peer.
pub(crate) fn streaming_to(peer: &Peer, server: &mattermost::testing::TestServer) -> mattermost::Client {
    let builder = server.client_builder().websocket_url(format!("ws://127.0.0.1:{}", peer.port()));
    builder.login("janedoe", mattermost::testing::PASSWORD).connect().unwrap()
}
