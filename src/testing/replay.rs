//! A server that repeats a recording.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::conn::{Conn, Input, lock};
use super::frame::{self, Refused};
use super::http::{self, Request, ServerResponse};
use super::recorded_request::RecordedRequest;
use super::script::{ExchangeProgress, Script, ScriptReply};
use super::socket;
use crate::client::{Client, ClientBuilder};
use crate::error::{Error, ErrorKind, Result};
use crate::ws::frame::{OPCODE_CLOSE, OPCODE_PING, OPCODE_PONG, OPCODE_TEXT};

/// Maximum size of a recording that is read, in bytes.
const MAX_RECORDING_SIZE: u64 = 512 << 20;
/// Maximum size of a response whose content was not recorded, in bytes.
const MAX_FILLED_SIZE: u64 = 64 << 20;
/// Time without progress after which a recorded message is sent even if a request recorded before it was not made.
const PATIENCE_TIMEOUT: Duration = Duration::from_secs(3);
/// Time after which an idle connection is closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);
/// Maximum length of a message from the program.
const MAX_MESSAGE_SIZE: usize = 64 << 10;
/// Maximum number of requests that are listed.
const MAX_LISTED_REQUESTS: usize = 10_000;
/// The token in the response to a login.
const REPLAYED_TOKEN_TEXT: &str = "replayedreplayedreplayed00";

/// Starts a server on 127.0.0.1 that repeats a recording made by [`ClientBuilder::record`], so that a bug report
/// becomes a test.
///
/// Each request receives the response of the first recorded request with the same method, path and query that has not
/// been repeated yet. A request that was not recorded receives a 404 with the ID `testing.replay.not_recorded`, and is
/// listed by [`Replay::unmatched`]. The first WebSocket of the program receives the messages of the first one of the
/// recording, and so on. A message is sent after the requests and messages that preceded it have been repeated. A response waits in
/// the same way for the messages that preceded its end. If nothing happens for 3 s, the messages no longer wait for
/// the missing requests. Pauses of the recording are not repeated.
///
/// Any token and any password are accepted. Files contain only zeros and have the recorded length, up to 64 MiB.
///
/// The file may have up to 512 MiB, and a message from the program up to 64 KiB. Up to 10,000 requests are listed.
///
/// ```
/// use mattermost::testing::{TestServer, replay};
/// use std::time::Duration;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("mattermost-replay-{}", std::process::id()));
/// let server = TestServer::start()?;
/// let builder = server.client_builder().token(server.token("bob"));
/// let client = builder.record(&path).record_texts(true).connect()?;
/// client.send("awesome-chat", "off-topic", "hello")?;
/// drop(client);
///
/// let replay = replay(&path)?;
/// let client = replay.client_builder().token("any").connect()?;
/// client.send("awesome-chat", "off-topic", "hello")?;
/// assert!(replay.wait_until_done(Duration::from_secs(5)));
/// assert!(replay.unmatched().is_empty());
/// # std::fs::remove_file(&path)?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// - [`ErrorKind::Io`] if the file cannot be read.
/// - [`ErrorKind::Input`] if it is empty, incomplete, of another version, or not a recording.
pub fn replay(path: impl AsRef<Path>) -> Result<Replay> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let failed = |e: io::Error| {
        Error::new(ErrorKind::Io, format!("the recording {name} cannot be read")).with_source(e)
    };
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MAX_RECORDING_SIZE).read_to_string(&mut text))
        .map_err(failed)?;
    let script = Script::parse_recording(&name, &text)?;
    Replay::start(script).map_err(|e| Error::io("the replay cannot be started", e))
}

/// A server that repeats a recording. It ends when it is dropped. See [`replay()`].
pub struct Replay {
    shared: Arc<ReplayShared>,
    acceptor: Option<JoinHandle<()>>,
}

struct ReplayShared {
    address: SocketAddr,
    state: Mutex<ReplayState>,
    changed: Condvar,
    stopping: AtomicBool,
}

struct ReplayState {
    script: Script,
    requests: Vec<RecordedRequest>,
    unmatched: Vec<String>,
    conns: Vec<Arc<Conn>>,
    /// The time of the last step.
    progressed: Instant,
    patience: Duration,
}

impl Replay {
    fn start(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let state = ReplayState {
            script,
            requests: Vec::new(),
            unmatched: Vec::new(),
            conns: Vec::new(),
            progressed: Instant::now(),
            patience: PATIENCE_TIMEOUT,
        };
        let shared = Arc::new(ReplayShared {
            address: listener.local_addr()?,
            state: Mutex::new(state),
            changed: Condvar::new(),
            stopping: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        let acceptor =
            thread::Builder::new().name("replay".into()).spawn(move || own.accept_connections(&listener))?;
        Ok(Self { shared, acceptor: Some(acceptor) })
    }

    /// Returns the URL, for example `http://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// Returns a client builder with the URL and no proxy. Add `.token(..)` or `.login(..)`, as the recorded program did,
    /// and call `.connect()`.
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(self.url()).no_proxy()
    }

    /// Returns the requests and actions of the program that were not recorded, for example `GET /api/v4/users/me`.
    pub fn unmatched(&self) -> Vec<String> {
        self.shared.lock_state().unmatched.clone()
    }

    /// Returns the recorded requests that the program has not made, in the order of the recording. Checks that a
    /// stream makes periodically are omitted.
    pub fn not_requested(&self) -> Vec<String> {
        let state = self.shared.lock_state();
        let is_missing = |progress| progress < ExchangeProgress::Requested;
        let missing = state.script.exchanges.iter();
        let missing = missing.filter(|exchange| is_missing(exchange.progress) && !exchange.line.background);
        missing.map(ToString::to_string).collect()
    }

    /// Returns the requests of the program, oldest first, with their bodies.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.lock_state().requests.clone()
    }

    /// Sets the time without progress after which messages no longer wait for missing requests, for tests.
    #[doc(hidden)]
    pub fn set_patience(&self, patience: Duration) {
        self.shared.lock_state().patience = patience;
    }

    /// Waits until the program has made all recorded requests and has been sent all recorded messages. Returns `false`
    /// after the timeout.
    pub fn wait_until_done(&self, timeout: Duration) -> bool {
        let state = self.shared.lock_state();
        let is_open = |state: &mut ReplayState| !state.script.is_done();
        let waited = self.shared.changed.wait_timeout_while(state, timeout, is_open);
        waited.unwrap_or_else(PoisonError::into_inner).0.script.is_done()
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Release);
        let conns = std::mem::take(&mut self.shared.lock_state().conns);
        for conn in &conns {
            conn.close();
        }
        self.shared.changed.notify_all();
        // It wakes the acceptor.
        let _ = TcpStream::connect_timeout(&self.shared.address, Duration::from_millis(200));
        if let Some(acceptor) = self.acceptor.take() {
            // A panic has already been printed.
            let _ = acceptor.join();
        }
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl ReplayShared {
    fn lock_state(&self) -> MutexGuard<'_, ReplayState> {
        lock(&self.state)
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn accept_connections(self: &Arc<Self>, listener: &TcpListener) {
        let mut threads: Vec<JoinHandle<()>> = Vec::new();
        for id in 1.. {
            let accepted = listener.accept();
            if self.is_stopping() {
                break;
            }
            let Ok((tcp, _)) = accepted else {
                thread::sleep(Duration::from_millis(5));
                continue;
            };
            threads.retain(|thread| !thread.is_finished());
            let Ok(conn) = Conn::new(id, tcp).map(Arc::new) else { continue };
            self.lock_state().conns.push(Arc::clone(&conn));
            let own = Arc::clone(self);
            let spawned = thread::Builder::new().name(format!("replay-{id}")).spawn(move || {
                // An error ends the connection and concerns no other.
                let _ = own.serve_connection(&conn);
                conn.close();
                own.lock_state().conns.retain(|other| !Arc::ptr_eq(other, &conn));
            });
            threads.extend(spawned);
        }
        for conn in &self.lock_state().conns {
            conn.close();
        }
        self.changed.notify_all();
        for thread in threads {
            // A panic has already been printed.
            let _ = thread.join();
        }
    }

    fn serve_connection(self: &Arc<Self>, conn: &Arc<Conn>) -> io::Result<()> {
        let mut input = Input::new(Arc::clone(conn));
        while let Some((request, keep)) = http::read_request(&mut input, Instant::now() + IDLE_TIMEOUT)? {
            if request.wants_websocket() && socket::is_path(&request.path) {
                return self.serve_socket(&mut input, &request);
            }
            let Some(response) = self.respond(&request) else { return Ok(()) };
            let keep = keep && !self.is_stopping();
            conn.write(&response.encode(request.method == "HEAD", keep))?;
            if !keep {
                break;
            }
        }
        Ok(())
    }

    /// Returns the recorded response. `None` if there was none.
    fn respond(&self, request: &Request) -> Option<ServerResponse> {
        let mut state = self.lock_state();
        let number = state.requests.len();
        let Some(found) = state.script.find_exchange(request) else {
            let query = if request.raw_query.is_empty() { "" } else { "?" };
            let asked = format!("{} {}{query}{}", request.method, request.path, request.raw_query);
            let response = not_recorded(&asked);
            state.note_request(number, request, response.status);
            state.unmatched.push(asked);
            drop(state);
            self.changed.notify_all();
            return Some(response);
        };
        let end = state.script.exchanges.get_mut(found).map(|exchange| {
            exchange.progress = ExchangeProgress::Requested;
            exchange.line.end
        })?;
        state.progressed = Instant::now();
        self.changed.notify_all();
        // The messages that arrived before the response are sent before it.
        state = self.wait_for_turn(state, |state| state.script.has_sent_before(end));
        let exchange = state.script.exchanges.get_mut(found)?;
        exchange.progress = ExchangeProgress::Answered;
        let (status, at) = (exchange.line.status, exchange.line.at + exchange.line.took);
        let response = (status != 0).then(|| exchange_response(&exchange.line));
        state.script.reached = state.script.reached.max(at);
        state.progressed = Instant::now();
        state.note_request(number, request, status);
        drop(state);
        self.changed.notify_all();
        response
    }

    /// Waits until `is_ready`, or until there was no progress for a time.
    fn wait_for_turn<'s>(
        &'s self,
        mut state: MutexGuard<'s, ReplayState>,
        is_ready: impl Fn(&ReplayState) -> bool,
    ) -> MutexGuard<'s, ReplayState> {
        while !is_ready(&state) && !self.is_stopping() {
            let Some(left) = state.patience.checked_sub(state.progressed.elapsed()) else { break };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }

    fn serve_socket(self: &Arc<Self>, input: &mut Input, request: &Request) -> io::Result<()> {
        let conn = Arc::clone(&input.conn);
        let number = {
            let mut state = self.lock_state();
            let number = state.script.opened;
            state.script.opened += 1;
            let known = state.script.sockets.get_mut(number).map(|socket| socket.is_open = true);
            if known.is_none() {
                state.unmatched.push(format!("GET {} (WebSocket {})", request.path, number + 1));
            }
            known.map(|()| number)
        };
        self.changed.notify_all();
        let (Some(number), Some(key)) = (number, request.header("sec-websocket-key")) else {
            let asked = format!("{} {}", request.method, request.path);
            return conn.write(&not_recorded(&asked).encode(false, false));
        };
        conn.write(socket::upgrade_response(key).as_bytes())?;
        let (own, out) = (Arc::clone(self), Arc::clone(&conn));
        let sender = thread::Builder::new()
            .name("replay-socket".into())
            .spawn(move || own.send_steps(number, &out))?;
        let result = self.read_actions(number, input);
        if let Some(socket) = self.lock_state().script.sockets.get_mut(number) {
            socket.is_open = false;
        }
        conn.close();
        self.changed.notify_all();
        // A panic has already been printed.
        let _ = sender.join();
        result
    }

    /// Sends the messages of a socket, each after what preceded it.
    fn send_steps(&self, number: usize, conn: &Conn) {
        loop {
            let mut state = self.lock_state();
            let next = |state: &ReplayState| state.script.sockets.get(number)?.steps.front().cloned();
            let Some(step) = next(&state) else { return };
            state = self.wait_for_turn(state, |state| {
                state.script.may_send(&step)
                    || !state.script.sockets.get(number).is_some_and(|socket| socket.is_open)
            });
            let is_open = state.script.sockets.get(number).is_some_and(|socket| socket.is_open);
            if self.is_stopping() || !is_open {
                return;
            }
            if !state.script.may_send(&step) {
                state.script.give_up_before(step.begin);
                if !state.script.may_send(&step) {
                    // An earlier step of another socket, or a response that is about to be sent.
                    state.progressed = Instant::now();
                    continue;
                }
            }
            // Under the lock, so that messages and responses keep their order. The buffer of the connection is larger.
            let sent = match &step.frame {
                Some(frame) => {
                    let mut bytes = Vec::new();
                    frame::encode(&mut bytes, OPCODE_TEXT, frame.to_string().as_bytes());
                    conn.try_write(&bytes).is_ok()
                }
                None => false,
            };
            if let Some(socket) = state.script.sockets.get_mut(number) {
                socket.steps.pop_front();
                socket.is_open &= sent;
            }
            state.script.reached = state.script.reached.max(step.at);
            state.progressed = Instant::now();
            drop(state);
            self.changed.notify_all();
            if !sent {
                conn.close();
                return;
            }
        }
    }

    fn read_actions(&self, number: usize, input: &mut Input) -> io::Result<()> {
        let mut message = Vec::new();
        loop {
            let frame = match frame::decode(input.data(), MAX_MESSAGE_SIZE) {
                Ok(Some((frame, used))) => {
                    input.consume(used);
                    frame
                }
                Ok(None) => {
                    input.fill(None)?;
                    continue;
                }
                Err(Refused(code)) => return write_frame(input, OPCODE_CLOSE, &frame::close_payload(code)),
            };
            match frame.opcode {
                OPCODE_PING => write_frame(input, OPCODE_PONG, &frame.payload)?,
                OPCODE_PONG => {}
                OPCODE_CLOSE => return write_frame(input, OPCODE_CLOSE, &frame.payload),
                _ => {
                    message.extend_from_slice(&frame.payload);
                    if frame.last || message.len() > MAX_MESSAGE_SIZE {
                        let action = serde_json::from_slice(&message).unwrap_or_default();
                        message.clear();
                        if let Some(reply) = self.reply_to(number, &action) {
                            write_frame(input, OPCODE_TEXT, reply.to_string().as_bytes())?;
                        }
                    }
                }
            }
        }
    }

    fn reply_to(&self, number: usize, action: &Value) -> Option<Value> {
        let mut state = self.lock_state();
        let name = action.get("action").and_then(Value::as_str).unwrap_or_default();
        let mut reply = match state.script.take_reply(number, action) {
            ScriptReply::Recorded(reply) => reply?,
            // Each stream sends pings, and needs the time of the server as it was.
            ScriptReply::NotRecorded if name == "ping" => {
                let now = state.script.began_at.saturating_add_unsigned(state.script.reached);
                json!({"status": "OK", "data": {"text": "pong", "server_time": now}})
            }
            ScriptReply::NotRecorded => {
                state.unmatched.push(format!("action {name}"));
                json!({"status": "FAIL", "error": not_recorded_error(&format!("the action {name}"))})
            }
        };
        drop(state);
        self.changed.notify_all();
        if let (Some(members), Some(seq)) = (reply.as_object_mut(), action.get("seq")) {
            members.insert("seq_reply".into(), seq.clone());
        }
        Some(reply)
    }
}

impl ReplayState {
    fn note_request(&mut self, number: usize, request: &Request, status: u16) {
        if self.requests.len() < MAX_LISTED_REQUESTS {
            let mut noted = RecordedRequest::new(number as u64, request, None);
            noted.status = status;
            self.requests.push(noted);
        }
    }
}

fn write_frame(input: &Input, opcode: u8, payload: &[u8]) -> io::Result<()> {
    let mut bytes = Vec::new();
    frame::encode(&mut bytes, opcode, payload);
    input.conn.write(&bytes)
}

fn not_recorded_error(asked: &str) -> Value {
    json!({
        "id": "testing.replay.not_recorded",
        "message": format!("{asked} is not in the recording, or was repeated more often than it was recorded."),
        "detailed_error": "", "status_code": 404,
    })
}

fn not_recorded(asked: &str) -> ServerResponse {
    ServerResponse::json(404, &not_recorded_error(asked))
}

fn exchange_response(line: &crate::recording::line::ExchangeLine) -> ServerResponse {
    let body = match &line.response.json {
        Some(json) => json.to_string().into_bytes(),
        None => vec![0; usize::try_from(line.response.size.min(MAX_FILLED_SIZE)).unwrap_or(0)],
    };
    let mut response = ServerResponse::bytes(line.status, "", body);
    if line.route == "/users/login" && line.status < 300 {
        response = response.with("Token", REPLAYED_TOKEN_TEXT);
    }
    line.headers.iter().fold(response, |response, (name, value)| response.with(name, value))
}
