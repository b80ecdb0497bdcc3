//! The WebSocket endpoint: upgrade, frames and actions.

use std::io;
use std::sync::{Arc, Condvar, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::clock::is_id;
use super::conn::{Conn, Input, lock};
use super::frame::{self, Refused};
use super::http::{Request, ServerResponse};
use super::hub::{HubEvent, Link, Who};
use super::shared::ServerShared;
use super::state::World;
use crate::ws::frame::{
    OPCODE_BINARY, OPCODE_CLOSE, OPCODE_CONTINUATION, OPCODE_PING, OPCODE_PONG, OPCODE_TEXT,
};

/// Maximum length of a message from a client.
const MOST_MESSAGE: usize = 8192;

pub(super) fn is_path(path: &str) -> bool {
    path.trim_end_matches('/').ends_with("/api/v4/websocket")
}

/// Returns the response to an upgrade with this key.
pub(super) fn upgrade_response(key: &str) -> String {
    let accept = tungstenite::handshake::derive_accept_key(key.as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
}

/// Serves a WebSocket until it ends. The thread of the connection reads, and another one writes.
pub(super) fn run(inner: &Arc<ServerShared>, input: &mut Input, request: &Request) -> io::Result<()> {
    let conn = Arc::clone(&input.conn);
    if let Some(cut) = lock(&inner.faults).cut_socket.take() {
        conn.cut_after(cut);
    }
    let Some(key) = request.header("sec-websocket-key").filter(|_| request.method == "GET") else {
        let answer = ServerResponse::bytes(400, "text/plain; charset=utf-8", "Bad Request\n");
        return conn.write(&answer.encode(false, false));
    };
    let origin = request.header("origin");
    if origin.is_some_and(|origin| !origin.ends_with(&inner.address.to_string())) {
        let text = "websocket: request origin not allowed by Upgrader.CheckOrigin\n";
        return conn
            .write(&ServerResponse::bytes(403, "text/plain; charset=utf-8", text).encode(false, false));
    }
    conn.write(upgrade_response(key).as_bytes())?;

    let token = request.token();
    let user = {
        let world = inner.world();
        token.as_deref().and_then(|token| world.user_of(token)).map(str::to_owned)
    };
    let resume = match (request.param("connection_id").filter(|id| !id.is_empty()), &user) {
        (Some(id), Some(_)) => {
            let seq = request.param("sequence_number").and_then(|seq| seq.parse::<i64>().ok());
            match seq {
                Some(seq) if is_id(id) => Some((id.to_owned(), seq)),
                _ => return Ok(()),
            }
        }
        _ => None,
    };
    let mut socket = Socket {
        inner,
        link: conn.id,
        conn: Arc::clone(&conn),
        pong_deadline: Instant::now() + inner.settings.pong_wait,
        auth_deadline: None,
        message: None,
    };
    let wake = Arc::new(Condvar::new());
    inner.world().hub.add_link(Link {
        conn: Arc::clone(&conn),
        wake: Arc::clone(&wake),
        web: None,
        raw: std::collections::VecDeque::new(),
        closing: false,
        black: false,
    });
    match user {
        Some(user) => socket.enter(&user, token.as_deref().unwrap_or_default(), resume.as_ref()),
        None => socket.auth_deadline = Some(Instant::now() + inner.settings.auth_timeout),
    }
    let writer = {
        let inner = Arc::clone(inner);
        let conn = Arc::clone(&conn);
        thread::Builder::new()
            .name(format!("testserver-{}w", conn.id))
            .spawn(move || write_loop(&inner, &conn, &wake))
    };
    let end = socket.read_loop(input);
    socket.leave(writer.ok(), end);
    Ok(())
}

/// The end of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SocketEnd {
    /// The client closed the connection, or it broke.
    Gone,
    /// The server closes the connection without a close frame.
    Drop,
    /// The server closes the connection with a close frame.
    Close(u16),
}

struct Socket<'a> {
    inner: &'a Arc<ServerShared>,
    link: u64,
    conn: Arc<Conn>,
    pong_deadline: Instant,
    auth_deadline: Option<Instant>,
    /// A message whose final fragment has not arrived.
    message: Option<(u8, Vec<u8>)>,
}

fn who(world: &World, user: &str, token: &str) -> Who {
    Who {
        user: user.to_owned(),
        token: token.to_owned(),
        version: world.version_id(),
        old: world.is_old(),
        started: world.started,
    }
}

impl Socket<'_> {
    /// Registers an authenticated socket.
    fn enter(&mut self, user: &str, token: &str, resume: Option<&(String, i64)>) {
        let mut world = self.inner.world();
        if let Some((id, _)) = resume {
            // The thread that reads the old socket may be about to notice its end.
            let deadline = Instant::now() + Duration::from_millis(100);
            while world.hub.is_ending(id) && Instant::now() < deadline {
                let wait = self.inner.changed.wait_timeout(world, Duration::from_millis(10));
                world = wait.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        let who = who(&world, user, token);
        let resume = resume.map(|(id, seq)| (&**id, *seq));
        let world = &mut *world;
        world.hub.attach(self.link, &who, resume, &mut world.clock);
        world.notice_status(user, "online");
        self.inner.changed.notify_all();
    }

    fn leave(&self, writer: Option<thread::JoinHandle<()>>, end: SocketEnd) {
        let black = self.inner.world().hub.link(self.link).is_some_and(|link| link.black);
        if black && end == SocketEnd::Gone {
            // The server notices nothing: the connection counts as active until Pongs are missing.
            let mut world = self.inner.world();
            while !self.inner.is_stopping() && world.hub.link(self.link).is_some_and(|link| link.black) {
                let Some(left) = self.pong_deadline.checked_duration_since(Instant::now()) else { break };
                let wait = self.inner.changed.wait_timeout(world, left);
                world = wait.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        let reset = self.conn.is_reset();
        {
            let mut world = self.inner.world();
            let now = world.now();
            if let Some(link) = world.hub.link(self.link) {
                if let SocketEnd::Close(code) = end {
                    let mut bytes = Vec::new();
                    frame::encode(&mut bytes, OPCODE_CLOSE, &frame::close_payload(code));
                    link.raw.push_back(bytes);
                }
                link.closing = true;
                link.wake.notify_all();
            }
            if !matches!(end, SocketEnd::Close(_)) {
                detach(&mut world, self.link, now);
            }
        }
        self.inner.changed.notify_all();
        if let (Some(writer), true) = (writer, matches!(end, SocketEnd::Close(_)) || reset) {
            // A panic of the writer has already been printed.
            let _ = writer.join();
        }
        let mut world = self.inner.world();
        let now = world.now();
        detach(&mut world, self.link, now);
        drop(world);
        self.inner.changed.notify_all();
        if reset {
            let mut ping = Vec::new();
            frame::encode(&mut ping, OPCODE_PING, b"reset");
            if self.conn.write(&ping).is_ok() && self.conn.leave_unread(Duration::from_millis(500)) {
                self.inner.let_go(self.link);
            }
        }
    }

    fn read_loop(&mut self, input: &mut Input) -> SocketEnd {
        loop {
            match frame::decode(input.data(), MOST_MESSAGE) {
                Ok(Some((frame, used))) => {
                    input.consume(used);
                    if let Some(end) = self.on_frame(&frame) {
                        return end;
                    }
                    if self.conn.is_reset() {
                        return SocketEnd::Gone;
                    }
                    continue;
                }
                Ok(None) => {}
                Err(Refused(code)) => return SocketEnd::Close(code),
            }
            let deadline = self.auth_deadline.map_or(self.pong_deadline, |auth| auth.min(self.pong_deadline));
            match input.fill(Some(deadline)) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => return SocketEnd::Drop,
                Err(_) => return SocketEnd::Gone,
            }
        }
    }

    fn on_frame(&mut self, frame: &frame::Frame) -> Option<SocketEnd> {
        match frame.opcode {
            OPCODE_PONG => {
                self.pong_deadline = Instant::now() + self.inner.settings.pong_wait;
                let mut world = self.inner.world();
                if let Some(user) = world.hub.user_of(self.link).map(str::to_owned) {
                    world.notice_idle(&user);
                }
                None
            }
            OPCODE_PING => {
                let mut bytes = Vec::new();
                frame::encode(&mut bytes, OPCODE_PONG, &frame.payload);
                let mut world = self.inner.world();
                if let Some(link) = world.hub.link(self.link) {
                    link.raw.push_back(bytes);
                    link.wake.notify_all();
                }
                None
            }
            OPCODE_CLOSE => {
                let code =
                    frame.payload.get(..2).and_then(|code| code.try_into().ok()).map(u16::from_be_bytes);
                Some(SocketEnd::Close(code.unwrap_or(0)))
            }
            opcode => {
                let (kind, mut message) = match (self.message.take(), opcode) {
                    (Some(begun), OPCODE_CONTINUATION) => begun,
                    (None, OPCODE_TEXT | OPCODE_BINARY) => (opcode, Vec::new()),
                    _ => return Some(SocketEnd::Close(1002)),
                };
                message.extend_from_slice(&frame.payload);
                if message.len() > MOST_MESSAGE {
                    return Some(SocketEnd::Close(1009));
                }
                if !frame.last {
                    self.message = Some((kind, message));
                    return None;
                }
                // A binary message would be msgpack. The real server drops messages that it cannot decode.
                match serde_json::from_slice::<Value>(&message) {
                    Ok(request) if kind == OPCODE_TEXT && request.is_object() => self.on_request(&request),
                    _ => Some(SocketEnd::Drop),
                }
            }
        }
    }

    fn on_request(&mut self, request: &Value) -> Option<SocketEnd> {
        let seq = request.get("seq").and_then(Value::as_i64).unwrap_or(0);
        let action = request.get("action").and_then(Value::as_str).unwrap_or_default();
        let data = request.get("data").cloned().unwrap_or(Value::Null);
        if action == "authentication_challenge" {
            return self.on_challenge(seq, &data);
        }
        let mut world = self.inner.world();
        // No session, no reply.
        let (_, token, user) = world.hub.who(self.link)?;
        let (token, user) = (token.to_owned(), user.to_owned());
        let result = if action.is_empty() {
            Err(fail(400, "api.web_socket_router.no_action.app_error", "No websocket action."))
        } else if seq <= 0 {
            Err(fail(
                400,
                "api.web_socket_router.bad_seq.app_error",
                "Invalid sequence for WebSocket message.",
            ))
        } else if action == "presence" && !world.is_old() {
            Ok(Value::Null)
        } else if !world.is_valid(&token) {
            let world = &mut *world;
            if let Some(id) = world.hub.who(self.link).map(|(id, ..)| id.to_owned()) {
                world.hub.wipe(&id);
            }
            Err(fail(
                401,
                "api.web_socket_router.not_authenticated.app_error",
                "WebSocket connection is not authenticated. Please log in and try again.",
            ))
        } else if action.starts_with("custom_") {
            return None;
        } else {
            act(&mut world, &user, action, &data)
        };
        let mut reply = match result {
            Ok(data) if data.as_object().is_none_or(serde_json::Map::is_empty) => json!({"status": "OK"}),
            Ok(data) => json!({"status": "OK", "data": data}),
            Err(error) => json!({"status": "FAIL", "error": error}),
        };
        if let (Some(object), true) = (reply.as_object_mut(), seq != 0) {
            object.insert("seq_reply".into(), json!(seq));
        }
        world.hub.push_reply(self.link, &reply);
        None
    }

    fn on_challenge(&mut self, seq: i64, data: &Value) -> Option<SocketEnd> {
        let token = data.get("token").and_then(Value::as_str);
        let mut world = self.inner.world();
        let known = world.hub.who(self.link).map(|(_, token, _)| token.is_empty());
        if known == Some(false) {
            return None;
        }
        let user = token.and_then(|token| world.user_of(token)).map(str::to_owned);
        let (Some(token), Some(user)) = (token, user) else { return Some(SocketEnd::Drop) };
        let who = who(&world, &user, token);
        {
            let world = &mut *world;
            if known.is_some() {
                world.hub.renew(self.link, &who);
            } else {
                world.hub.attach(self.link, &who, None, &mut world.clock);
            }
            world.hub.push_reply(self.link, &json!({"status": "OK", "seq_reply": seq}));
        }
        world.notice_status(&user, "online");
        self.auth_deadline = None;
        self.inner.changed.notify_all();
        None
    }
}

/// Removes a socket, and sets its user offline if it was the last one.
pub(super) fn detach(world: &mut World, link: u64, now: i64) {
    if let Some(user) = world.hub.detach(link, now) {
        if world.hub.active_of(&user) == 0 {
            world.notice_status(&user, "offline");
        }
    }
}

fn fail(status: u16, id: &str, message: &str) -> Value {
    json!({"id": id, "message": message, "detailed_error": "", "status_code": status})
}

fn invalid(name: &str) -> Value {
    fail(400, "api.websocket_handler.invalid_param.app_error", &format!("Invalid {name} parameter."))
}

/// Executes an action that needs a session.
fn act(world: &mut World, user: &str, action: &str, data: &Value) -> Result<Value, Value> {
    match action {
        "ping" => Ok(json!({
            "text": "pong", "version": world.version, "server_time": world.now(), "node_id": "",
        })),
        "get_statuses" => Ok(world
            .users
            .iter()
            .filter(|user| user.status != "offline")
            .map(|user| (user.id.clone(), json!(user.status)))
            .collect::<serde_json::Map<_, _>>()
            .into()),
        "get_statuses_by_ids" => {
            let ids: Option<Vec<&str>> = data
                .get("user_ids")
                .and_then(Value::as_array)
                .map(|ids| ids.iter().filter_map(Value::as_str).collect());
            let ids = ids.filter(|ids| !ids.is_empty()).ok_or_else(|| invalid("user_ids"))?;
            Ok(ids
                .into_iter()
                .filter_map(|id| world.user(id))
                .map(|user| (user.id.clone(), json!(user.status)))
                .collect::<serde_json::Map<_, _>>()
                .into())
        }
        "user_typing" => {
            let channel = data.get("channel_id").and_then(Value::as_str).unwrap_or_default().to_owned();
            if !world.channel(&channel).is_some_and(|channel| channel.has(user)) {
                return Err(invalid("channel_id"));
            }
            let parent = data.get("parent_id").and_then(Value::as_str).unwrap_or_default();
            let data = json!({"parent_id": parent, "user_id": user});
            world.emit(&HubEvent::new("typing", data).for_channel(&channel).omitting(user));
            Ok(Value::Null)
        }
        "user_update_active_status" => {
            let active = data
                .get("user_is_active")
                .and_then(Value::as_bool)
                .ok_or_else(|| invalid("user_is_active"))?;
            let manual = data.get("manual").and_then(Value::as_bool).unwrap_or(false);
            let status = if active { "online" } else { "away" };
            if manual {
                world.set_status(user, status, true);
            } else {
                world.notice_status(user, status);
            }
            Ok(Value::Null)
        }
        "posted_notify_ack" if !world.is_old() => Ok(Value::Null),
        _ => Err(fail(500, "api.web_socket_router.bad_action.app_error", "Unknown WebSocket action.")),
    }
}

fn write_loop(inner: &ServerShared, conn: &Conn, wake: &Condvar) {
    let mut next_ping = Instant::now() + inner.settings.ping_interval;
    let mut out = Vec::new();
    let mut world = inner.world();
    loop {
        out.clear();
        let now = Instant::now();
        if now >= next_ping {
            frame::encode(&mut out, OPCODE_PING, &[]);
            next_ping = now + inner.settings.ping_interval;
        }
        let closing = match world.hub.link(conn.id) {
            None => return,
            Some(link) => {
                for bytes in link.raw.drain(..) {
                    out.extend_from_slice(&bytes);
                }
                link.closing
            }
        };
        if !closing {
            world.hub.take(conn.id, &mut out);
        }
        if out.is_empty() {
            if closing {
                break;
            }
            let left = next_ping.saturating_duration_since(Instant::now());
            world = wake.wait_timeout(world, left).unwrap_or_else(PoisonError::into_inner).0;
            continue;
        }
        drop(world);
        if conn.write(&out).is_err() {
            break_off(inner, conn);
            return;
        }
        world = inner.world();
        inner.changed.notify_all();
    }
    drop(world);
    if !conn.is_reset() {
        conn.close();
    }
}

/// Breaks the connection, so that the thread that reads it notices.
fn break_off(inner: &ServerShared, conn: &Conn) {
    conn.close();
    inner.changed.notify_all();
}
