//! A server that notes what it is sent and answers what it is told to.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What it is answered with.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The length that is promised; if it is more than there is, the connection breaks.
    pub(crate) promised: Option<usize>,
}

impl Reply {
    pub(crate) fn bytes(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, kind: "application/octet-stream", ..Self::json(body) }
    }

    pub(crate) fn error(status: u16, id: &str) -> Self {
        let body = serde_json::json!({"id": id, "message": "no", "status_code": status});
        Self { status, ..Self::json(body.to_string()) }
    }

    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, kind: "application/json", headers: Vec::new(), body: body.into(), promised: None }
    }
}

type Answer = Box<dyn FnMut(&Sent) -> Reply + Send>;

/// Ends with the test: its threads wait in `accept` and `read` only.
pub(crate) struct Recorder {
    address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Recorder {
    pub(crate) fn start(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(answer)));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (given, noted) = (Arc::clone(&answer), Arc::clone(&sent));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (given, noted) = (Arc::clone(&given), Arc::clone(&noted));
                thread::spawn(move || serve(&stream, &given, &noted));
            }
        });
        Self { address, answer, sent }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn answer_with(&self, answer: impl FnMut(&Sent) -> Reply + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    /// What was sent since the last look.
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

fn serve(stream: &TcpStream, answer: &Mutex<Answer>, noted: &Mutex<Vec<Sent>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let sent = read(&mut reader)?;
        let reply = (answer.lock().unwrap())(&sent);
        let head = sent.method == "HEAD";
        noted.lock().unwrap().push(sent);
        let mut text = format!(
            "HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
            reply.status,
            reply.kind,
            reply.promised.unwrap_or(reply.body.len())
        );
        for (name, value) in &reply.headers {
            write!(text, "{name}: {value}\r\n").ok()?;
        }
        text.push_str("\r\n");
        let mut out = text.into_bytes();
        if !head {
            out.extend_from_slice(&reply.body);
        }
        // In one piece: two small ones would wait for each other's acknowledgement.
        (&*stream).write_all(&out).ok()?;
        if reply.promised.is_some_and(|promised| promised > reply.body.len()) {
            return None;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Sent> {
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    });
    let mut sent = Sent { method, path: path.to_owned(), query: query.collect(), ..Sent::default() };
    loop {
        let header = line(reader)?;
        let Some((name, value)) = header.split_once(':') else { break };
        sent.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    if let Some(length) = sent.header("content-length") {
        sent.body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut sent.body).ok()?;
    } else if sent.header("transfer-encoding").is_some() {
        loop {
            let size = usize::from_str_radix(&line(reader)?, 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            sent.body.extend_from_slice(&chunk[..size]);
        }
    }
    Some(sent)
}

fn line(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = String::new();
    (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
}
