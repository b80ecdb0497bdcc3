//! The server by itself, with clients as plain as can be.

mod faulty;
mod interaction;
mod many;
mod mentions;
mod recordings;
mod rest;
mod round;
mod routes;
mod search;
mod stream;
mod threads;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;

/// A blocking HTTP client of one call.
struct Http<'a> {
    server: &'a TestServer,
    token: String,
}

struct Got {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_default().to_owned()
    }
}

impl<'a> Http<'a> {
    fn new(server: &'a TestServer, user: &str) -> Self {
        Self { server, token: if user.is_empty() { String::new() } else { server.token(user) } }
    }

    fn raw(&self, bytes: &[u8]) -> std::io::Result<Got> {
        let mut tcp = TcpStream::connect(("127.0.0.1", self.server.port()))?;
        tcp.set_read_timeout(Some(Duration::from_secs(10)))?;
        tcp.write_all(bytes)?;
        let mut reader = BufReader::new(tcp);
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                None => break,
            }
        }
        let mut body = Vec::new();
        reader.read_to_end(&mut body)?;
        Ok(Got { status, headers, body })
    }

    fn send(&self, method: &str, path: &str, kind: &str, extra: &str, body: &[u8]) -> Got {
        let mut request = format!(
            "{method} /api/v4{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n{extra}",
            body.len()
        );
        if !self.token.is_empty() {
            request = format!("{request}Authorization: Bearer {}\r\n", self.token);
        }
        if !kind.is_empty() {
            request = format!("{request}Content-Type: {kind}\r\n");
        }
        request.push_str("\r\n");
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        self.raw(&bytes).unwrap()
    }

    fn get(&self, path: &str) -> Got {
        self.send("GET", path, "", "", b"")
    }

    fn post(&self, path: &str, body: &Value) -> Got {
        self.send("POST", path, "application/json", "", body.to_string().as_bytes())
    }

    fn put(&self, path: &str, body: &Value) -> Got {
        self.send("PUT", path, "application/json", "", body.to_string().as_bytes())
    }

    fn delete(&self, path: &str) -> Got {
        self.send("DELETE", path, "", "", b"")
    }
}

/// A WebSocket client that reads what comes.
struct Ws {
    socket: tungstenite::WebSocket<TcpStream>,
    seq: u64,
}

impl Ws {
    fn open(server: &TestServer, token: &str, query: &str) -> Self {
        Self::try_open(server, token, query).unwrap()
    }

    fn try_open(server: &TestServer, token: &str, query: &str) -> Result<Self, String> {
        let tcp = TcpStream::connect(("127.0.0.1", server.port())).map_err(|error| error.to_string())?;
        tcp.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut request = tungstenite::http::Request::builder()
            .uri(format!("ws://127.0.0.1:{}/api/v4/websocket{query}", server.port()))
            .header("Host", "x")
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", tungstenite::handshake::client::generate_key());
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let (socket, _) =
            tungstenite::client(request.body(()).unwrap(), tcp).map_err(|error| error.to_string())?;
        Ok(Self { socket, seq: 0 })
    }

    fn user(server: &TestServer, user: &str) -> Self {
        Self::open(server, &server.token(user), "")
    }

    /// The next text, decoded; an error when the link ends.
    fn next(&mut self) -> Result<Value, tungstenite::Error> {
        loop {
            match self.socket.read()? {
                tungstenite::Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                tungstenite::Message::Close(frame) => {
                    let code = frame.map_or(0, |frame| u16::from(frame.code));
                    return Ok(json!({"close": code}));
                }
                _ => {}
            }
        }
    }

    /// Skips to the next event of this name.
    fn event(&mut self, name: &str) -> Value {
        loop {
            let value = self.next().unwrap();
            if value["event"] == name {
                return value;
            }
        }
    }

    fn send(&mut self, action: &str, data: &Value) -> u64 {
        self.seq += 1;
        let text = json!({"seq": self.seq, "action": action, "data": data}).to_string();
        self.socket.send(tungstenite::Message::text(text)).unwrap();
        self.seq
    }

    fn reply(&mut self, action: &str, data: &Value) -> Value {
        let seq = self.send(action, data);
        loop {
            let value = self.next().unwrap();
            if value["seq_reply"] == seq {
                return value;
            }
        }
    }
}

fn message(event: &Value) -> String {
    let post: Value = serde_json::from_str(event["data"]["post"].as_str().unwrap()).unwrap();
    post["message"].as_str().unwrap().to_owned()
}

#[test]
fn ends_within_a_second_whatever_hangs_on_it() {
    let server = TestServer::start().unwrap();
    let _ws = Ws::user(&server, "bob");
    let _idle = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    server.on("/users/me").delay(Duration::from_secs(60));
    let mut slow = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    slow.write_all(b"GET /api/v4/users/me HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let black = Ws::user(&server, "zoe");
    server.black_hole();
    drop(black);
    let begun = std::time::Instant::now();
    drop(server);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[test]
fn is_the_same_twice_with_a_seed() {
    let one = TestServer::builder().seed(7).start().unwrap();
    let other = TestServer::builder().seed(7).start().unwrap();
    assert_eq!(one.user_id("bob"), other.user_id("bob"));
    assert_ne!(one.port(), other.port());
    assert_eq!(one.user_id("bob").len(), 26);
}

#[test]
fn the_port_of_a_server_that_is_down_stays_its_own() {
    let one = TestServer::builder().seed(8).start().unwrap();
    one.down();
    let other = TestServer::builder().seed(8).start().unwrap();
    assert_ne!(one.port(), other.port());
    one.up();
    TcpStream::connect(("127.0.0.1", one.port())).unwrap();
}

#[test]
#[should_panic(expected = "the test server has no user \"nobody\"")]
fn a_wrong_name_is_the_tests_mistake() {
    TestServer::start().unwrap().token("nobody");
}
