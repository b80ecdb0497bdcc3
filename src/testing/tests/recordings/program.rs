//! The program that the commands, hooks and buttons of a recording call.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// Responds as the program of the recordings did.
pub(super) struct Program {
    pub(super) address: String,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl Program {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &kept);
            }
        });
        Self { address, requests }
    }

    /// Returns the requests so far, as they were recorded.
    pub(super) fn requests(&self) -> Vec<Value> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the trigger ID of the last slash command.
    pub(super) fn last_trigger(&self) -> String {
        let requests = self.requests();
        let last = requests.iter().rev().find(|request| request["path"] == "/cmd").unwrap();
        let body = last["body"].as_str().unwrap();
        let field = body.split('&').find_map(|field| field.strip_prefix("trigger_id=")).unwrap();
        field.replace("%3D", "=").replace("%2F", "/").replace("%2B", "+")
    }
}

fn serve(mut stream: TcpStream, requests: &Mutex<Vec<Value>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut headers, mut length) = (json!({}), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().unwrap();
        }
        if ["user-agent", "accept", "authorization", "content-type"].contains(&&*name.to_ascii_lowercase()) {
            headers[name] = json!(value);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let first = {
        let mut requests = requests.lock().unwrap();
        let first = !requests.iter().any(|request: &Value| request["path"] == path);
        requests.push(json!({"method": method, "path": path, "headers": headers, "body": body}));
        first
    };
    let answer = match path.split('?').next().unwrap_or_default() {
        "/cmd" => json!({"response_type": "in_channel", "text": "in channel answer", "username": "robot"}),
        "/cmdget" => json!({"response_type": "ephemeral", "text": "only you"}),
        "/out" => json!({"text": "outgoing answer", "response_type": "comment"}),
        "/act" if first => {
            json!({"update": {"message": "updated by the integration", "props": {}}, "ephemeral_text": "you pressed it"})
        }
        "/dlg" if first => json!({"error": "no", "errors": {"name": "too short"}}),
        _ => json!({}),
    };
    let answer = answer.to_string();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
    let _ = stream.write_all(format!("{head} {}\r\n\r\n{answer}", answer.len()).as_bytes());
}
