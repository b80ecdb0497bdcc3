//! The listeners: their queues, and what can be sent to them again.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Condvar};

use serde_json::{Value, json};

use super::clock::Clock;
use super::conn::Conn;
use super::frame;
use crate::ws::frame::{OPCODE_CLOSE, OPCODE_TEXT};

/// Maximum number of events and replies that wait to be written.
const ACTIVE: usize = 256;
/// Maximum number of written events that can be sent again.
const DEAD: usize = 128;
/// Queue length from which on transient events are dropped.
const CROWDED: usize = ACTIVE / 2;
/// Maximum number of frames in one write.
const BATCH: usize = 32;

/// An event without a sequence number.
#[derive(Clone, Debug)]
pub(super) struct HubEvent {
    pub(super) name: String,
    pub(super) data: Value,
    pub(super) scope: Scope,
    /// `true` if the event is sent as invalid UTF-8.
    pub(super) garbled: bool,
}

/// The receivers of an event. The first field that is set decides.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) connection: String,
    pub(super) omit_connection: String,
    pub(super) user: String,
    pub(super) omit_users: Vec<String>,
    pub(super) channel: String,
    pub(super) team: String,
    /// `true` for administrators only, `false` for all others.
    pub(super) admins: Option<bool>,
    /// Users whose copy names them as mentioned.
    pub(super) mentions: Vec<String>,
    /// Users whose copy names them as followers of the thread.
    pub(super) followers: Vec<String>,
}

impl HubEvent {
    pub(super) fn new(name: impl Into<String>, data: Value) -> Self {
        Self { name: name.into(), data, scope: Scope::default(), garbled: false }
    }

    pub(super) fn for_user(mut self, id: &str) -> Self {
        id.clone_into(&mut self.scope.user);
        self
    }

    pub(super) fn for_channel(mut self, id: &str) -> Self {
        id.clone_into(&mut self.scope.channel);
        self
    }

    pub(super) fn for_team(mut self, id: &str) -> Self {
        id.clone_into(&mut self.scope.team);
        self
    }

    pub(super) fn omitting(mut self, user: &str) -> Self {
        self.scope.omit_users.push(user.to_owned());
        self
    }

    /// Restricts the event to administrators, or to all others.
    pub(super) fn for_admins(mut self, admins: bool) -> Self {
        self.scope.admins = Some(admins);
        self
    }

    /// Returns `true` for transient events, which a crowded connection does not get.
    fn is_passing(&self) -> bool {
        matches!(&*self.name, "typing" | "status_change" | "multiple_channels_viewed")
    }

    /// Encodes all of the event but the sequence number and the end.
    fn text(&self, user: &str, old: bool) -> EventText {
        let scope = &self.scope;
        let omitted: Value = if scope.omit_users.is_empty() {
            Value::Null
        } else {
            scope
                .omit_users
                .iter()
                .map(|user| (user.clone(), json!(true)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let mut broadcast = format!(
            "{{\"omit_users\":{omitted},\"user_id\":\"{}\",\"channel_id\":\"{}\",\"team_id\":\"{}\"",
            scope.user, scope.channel, scope.team
        );
        if !old {
            let _ = write!(
                broadcast,
                ",\"connection_id\":\"{}\",\"omit_connection_id\":\"{}\"",
                scope.connection, scope.omit_connection
            );
            broadcast.push_str(match scope.admins {
                Some(true) => ",\"contains_sensitive_data\":true",
                Some(false) => ",\"contains_sanitized_data\":true",
                None => "",
            });
        }
        broadcast.push('}');
        // Old servers send the whole list to all users.
        let mentioned =
            if old { !scope.mentions.is_empty() } else { scope.mentions.iter().any(|id| id == user) };
        let follows = !old && scope.followers.iter().any(|id| id == user);
        if mentioned || follows {
            let mut data = self.data.clone();
            if let Some(object) = data.as_object_mut() {
                let own = json!(json!([user]).to_string());
                if mentioned {
                    let all = json!(json!(scope.mentions).to_string());
                    object.insert("mentions".into(), if old { all } else { own.clone() });
                }
                if follows {
                    object.insert("followers".into(), own);
                }
            }
            return EventText::compact(&self.name, &data, &broadcast);
        }
        if self.garbled {
            let mut text = EventText::compact(&self.name, &self.data, &broadcast);
            text.head = [b"{\"bad\":\"\xff\xfe\",", text.head.get(1..).unwrap_or_default()].concat().into();
            return text;
        }
        if old || self.name == "hello" {
            return EventText::compact(&self.name, &self.data, &broadcast);
        }
        let head = format!(
            "{{\"event\": {}, \"data\": {}, \"broadcast\": {broadcast}, \"seq\": ",
            json!(self.name),
            self.data
        );
        EventText { head: head.into_bytes().into(), tail: "}" }
    }
}

/// The text of an event without its sequence number.
#[derive(Clone, Debug)]
struct EventText {
    head: Arc<[u8]>,
    tail: &'static str,
}

impl EventText {
    fn compact(name: &str, data: &Value, broadcast: &str) -> Self {
        let head = format!("{{\"event\":{},\"data\":{data},\"broadcast\":{broadcast},\"seq\":", json!(name));
        Self { head: head.into_bytes().into(), tail: "}\n" }
    }

    fn encode(&self, seq: i64, out: &mut Vec<u8>) {
        let text = [&*self.head, seq.to_string().as_bytes(), self.tail.as_bytes()].concat();
        frame::encode(out, OPCODE_TEXT, &text);
    }
}

#[derive(Debug)]
enum Out {
    Event(EventText),
    Reply(String),
    /// An event that is sent again with its sequence number.
    Again(i64, EventText),
}

/// State of a listener, which outlives its socket.
#[derive(Debug)]
struct WebConn {
    user: String,
    /// Empty after the session has ended.
    token: String,
    /// Its socket. A listener without one is inactive and can be resumed.
    link: Option<u64>,
    queue: VecDeque<Out>,
    dead: VecDeque<(i64, EventText)>,
    /// Sequence number of the next event.
    seq: i64,
    inactive_since: i64,
    last_activity: i64,
    /// `true` if events are dropped.
    deaf: bool,
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) conn: Arc<Conn>,
    pub(super) wake: Arc<Condvar>,
    /// ID of its `WebConn`. `None` until it is authenticated.
    pub(super) web: Option<String>,
    /// Bytes that are sent before anything else.
    pub(super) raw: VecDeque<Vec<u8>>,
    /// `true` if nothing is sent after the raw bytes.
    pub(super) closing: bool,
    /// `true` if the other end seems alive, whatever happens.
    pub(super) black: bool,
}

/// The origin of a socket's connection ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attached {
    New,
    Replayed,
    Lossless,
    Failed,
    FromZero,
}

#[derive(Debug, Default)]
pub(super) struct Hub {
    conns: HashMap<String, WebConn>,
    links: HashMap<u64, Link>,
    /// `true` if all events are dropped.
    pub(super) zombie: bool,
    /// The origins of recent connection IDs, newest last.
    pub(super) outcomes: VecDeque<Attached>,
}

impl Hub {
    /// Returns all connection IDs with their users, including inactive ones.
    pub(super) fn users(&self) -> impl Iterator<Item = (&str, &str)> {
        self.conns.iter().map(|(id, conn)| (&**id, &*conn.user))
    }

    /// Returns the token of a connection, if it has one.
    pub(super) fn token(&self, connection: &str) -> Option<&str> {
        self.conns.get(connection).map(|conn| &*conn.token).filter(|token| !token.is_empty())
    }

    /// Removes the session from a connection. It stays open and receives no more events.
    pub(super) fn wipe(&mut self, connection: &str) {
        if let Some(conn) = self.conns.get_mut(connection) {
            conn.token.clear();
        }
    }

    /// Removes the session from all connections of a user.
    pub(super) fn wipe_user(&mut self, user: &str) {
        for conn in self.conns.values_mut().filter(|conn| conn.user == user) {
            conn.token.clear();
        }
    }

    /// Drops all further events of the present connections, even after they are resumed.
    pub(super) fn deafen(&mut self) {
        for conn in self.conns.values_mut() {
            conn.deaf = true;
        }
    }

    pub(super) fn add_link(&mut self, link: Link) {
        self.links.insert(link.conn.id, link);
    }

    pub(super) fn link(&mut self, id: u64) -> Option<&mut Link> {
        self.links.get_mut(&id)
    }

    pub(super) fn links(&mut self) -> impl Iterator<Item = &mut Link> {
        self.links.values_mut()
    }

    /// Returns the number of open sockets that are authenticated.
    pub(super) fn active(&self) -> usize {
        self.links.values().filter(|link| link.web.is_some()).count()
    }

    /// Returns the number of open sockets of a user.
    pub(super) fn active_of(&self, user: &str) -> usize {
        self.conns.values().filter(|conn| conn.link.is_some() && conn.user == user).count()
    }

    /// Returns the user of a socket, if it is authenticated.
    pub(super) fn user_of(&self, link: u64) -> Option<&str> {
        let web = self.links.get(&link)?.web.as_ref()?;
        self.conns.get(web).map(|conn| &*conn.user)
    }

    /// Returns the number of connections that can be resumed.
    pub(super) fn inactive(&self) -> usize {
        self.conns.values().filter(|conn| conn.link.is_none()).count()
    }

    /// Returns `true` if a connection has a socket whose end may be noticed at any moment.
    pub(super) fn is_ending(&self, connection: &str) -> bool {
        self.conns
            .get(connection)
            .and_then(|conn| conn.link)
            .and_then(|link| self.links.get(&link))
            .is_some_and(|link| !link.black)
    }

    /// Attaches an authenticated socket to a connection, which is an old one if it can be resumed.
    pub(super) fn attach(
        &mut self,
        link: u64,
        who: &Who,
        resume: Option<(&str, i64)>,
        clock: &mut Clock,
    ) -> Attached {
        let now = clock.now();
        let known = resume.and_then(|(id, seq)| {
            let conn = self.conns.get(id)?;
            (conn.link.is_none() && conn.user == who.user && !conn.is_reaped(who.started, now))
                .then(|| (id.to_owned(), seq))
        });
        let outcome = match known {
            None => {
                let id = clock.id();
                let conn = WebConn {
                    user: who.user.clone(),
                    token: who.token.clone(),
                    link: None,
                    queue: VecDeque::new(),
                    dead: VecDeque::new(),
                    seq: 0,
                    inactive_since: 0,
                    last_activity: now,
                    deaf: false,
                };
                self.conns.insert(id.clone(), conn);
                self.greet(&id, who);
                self.seat(&id, link, who);
                Attached::New
            }
            Some((id, seq)) => {
                let outcome = self.resume(&id, seq, who, clock);
                if outcome != Attached::Failed {
                    self.seat(&id, link, who);
                    outcome
                } else if let Some(mut conn) = self.conns.remove(&id) {
                    conn.dead.clear();
                    conn.seq = 0;
                    let id = clock.id();
                    self.conns.insert(id.clone(), conn);
                    self.greet(&id, who);
                    self.seat(&id, link, who);
                    outcome
                } else {
                    outcome
                }
            }
        };
        self.outcomes.push_back(outcome);
        if self.outcomes.len() > 1000 {
            self.outcomes.pop_front();
        }
        outcome
    }

    fn resume(&mut self, id: &str, seq: i64, who: &Who, clock: &mut Clock) -> Attached {
        let Some(conn) = self.conns.get_mut(id) else { return Attached::Failed };
        conn.last_activity = clock.now();
        who.token.clone_into(&mut conn.token);
        // Events that an earlier resume left over were seen, or are requested again.
        conn.queue.retain(|out| !matches!(out, Out::Again(..)));
        if seq == 0 {
            conn.dead.clear();
            conn.seq = 0;
            Attached::FromZero
        } else if conn.dead.iter().any(|(known, _)| *known == seq) {
            let again: Vec<Out> = conn
                .dead
                .iter()
                .filter(|(known, _)| *known >= seq)
                .map(|(known, text)| Out::Again(*known, text.clone()))
                .collect();
            for out in again.into_iter().rev() {
                conn.queue.push_front(out);
            }
            Attached::Replayed
        } else if conn.dead.is_empty() || seq == conn.seq {
            conn.seq = seq;
            Attached::Lossless
        } else {
            Attached::Failed
        }
    }

    /// Queues the `hello` before everything else.
    fn greet(&mut self, id: &str, who: &Who) {
        let mut data = json!({"connection_id": id, "server_version": who.version});
        if let (Some(object), false) = (data.as_object_mut(), who.old) {
            object.insert("server_hostname".into(), json!("testserver"));
        }
        let text = HubEvent::new("hello", data).for_user(&who.user).text("", who.old);
        if let Some(conn) = self.conns.get_mut(id) {
            conn.queue.push_front(Out::Event(text));
        }
    }

    fn seat(&mut self, id: &str, link: u64, who: &Who) {
        if let Some(conn) = self.conns.get_mut(id) {
            conn.link = Some(link);
            who.token.clone_into(&mut conn.token);
        }
        if let Some(link) = self.links.get_mut(&link) {
            link.web = Some(id.to_owned());
            link.wake.notify_all();
        }
    }

    /// Renews the session of a socket, with a `hello` that has the same connection ID.
    pub(super) fn renew(&mut self, link: u64, who: &Who) {
        if let Some(id) = self.links.get(&link).and_then(|link| link.web.clone()) {
            self.seat(&id, link, who);
            self.greet(&id, who);
            self.wake(link);
        }
    }

    /// Removes a socket. Its connection can be resumed. Returns the user, if it was attached.
    pub(super) fn detach(&mut self, link: u64, now: i64) -> Option<String> {
        let gone = self.links.remove(&link)?;
        gone.wake.notify_all();
        let conn = self.conns.get_mut(&gone.web?)?;
        if conn.link == Some(link) {
            conn.link = None;
            conn.inactive_since = now;
        }
        Some(conn.user.clone())
    }

    /// Returns the connection ID, the token and the user of a socket.
    pub(super) fn who(&self, link: u64) -> Option<(&str, &str, &str)> {
        let id = self.links.get(&link)?.web.as_deref()?;
        let conn = self.conns.get(id)?;
        Some((id, &conn.token, &conn.user))
    }

    /// Marks the session as active: its queues are kept.
    pub(super) fn touch(&mut self, token: &str, now: i64) {
        for conn in self.conns.values_mut().filter(|conn| conn.token == token) {
            conn.last_activity = now;
        }
    }

    pub(super) fn push_event(&mut self, connection: &str, event: &HubEvent, old: bool) {
        if self.zombie {
            return;
        }
        let Some(conn) = self.conns.get_mut(connection) else { return };
        if conn.deaf || (conn.queue.len() >= CROWDED && event.is_passing()) {
            return;
        }
        let text = event.text(&conn.user, old);
        self.push(connection, Out::Event(text));
    }

    pub(super) fn push_reply(&mut self, link: u64, reply: &Value) {
        if let Some(id) = self.links.get(&link).and_then(|link| link.web.clone()) {
            self.push(&id, Out::Reply(format!("{reply}\n")));
        }
    }

    fn push(&mut self, connection: &str, out: Out) {
        let Some(conn) = self.conns.get_mut(connection) else { return };
        let link = conn.link;
        if conn.queue.len() < ACTIVE {
            conn.queue.push_back(out);
        } else {
            // Too slow: the server drops it, with an empty close frame, and it cannot be resumed.
            self.conns.remove(connection);
            if let Some(link) = link.and_then(|link| self.links.get_mut(&link)) {
                let mut bytes = Vec::new();
                frame::encode(&mut bytes, OPCODE_CLOSE, &[]);
                link.raw.push_back(bytes);
                link.closing = true;
            }
        }
        if let Some(link) = link {
            self.wake(link);
        }
    }

    pub(super) fn wake(&self, link: u64) {
        if let Some(link) = self.links.get(&link) {
            link.wake.notify_all();
        }
    }

    /// Appends what the socket can write now. Sequence numbers are assigned here.
    pub(super) fn take(&mut self, link: u64, out: &mut Vec<u8>) {
        let Some(conn) =
            self.links.get(&link).and_then(|link| link.web.as_ref()).and_then(|id| self.conns.get_mut(id))
        else {
            return;
        };
        for _ in 0..BATCH {
            match conn.queue.pop_front() {
                None => return,
                Some(Out::Reply(text)) => frame::encode(out, OPCODE_TEXT, text.as_bytes()),
                Some(Out::Again(seq, text)) => text.encode(seq, out),
                Some(Out::Event(text)) => {
                    text.encode(conn.seq, out);
                    if conn.dead.len() == DEAD {
                        conn.dead.pop_front();
                    }
                    conn.dead.push_back((conn.seq, text));
                    conn.seq += 1;
                }
            }
        }
    }

    /// Returns the length of the longest queue of an open socket.
    pub(super) fn longest_queue(&self) -> usize {
        self.conns.values().filter(|conn| conn.link.is_some()).map(|conn| conn.queue.len()).max().unwrap_or(0)
    }

    /// Skips `count` sequence numbers.
    pub(super) fn skip_seq(&mut self, count: i64) {
        for conn in self.conns.values_mut().filter(|conn| conn.link.is_some()) {
            conn.seq += count;
        }
    }

    /// Sends the last event of each socket again, with its sequence number.
    pub(super) fn repeat_seq(&mut self) {
        let mut links = Vec::new();
        for conn in self.conns.values_mut().filter(|conn| conn.link.is_some()) {
            if let Some((seq, text)) = conn.dead.back().cloned() {
                conn.queue.push_back(Out::Again(seq, text));
                links.extend(conn.link);
            }
        }
        for link in links {
            self.wake(link);
        }
    }

    /// Forgets the connections without a socket.
    pub(super) fn forget_inactive(&mut self) {
        self.conns.retain(|_, conn| conn.link.is_some());
    }

    /// Forgets all connections, as a restart does.
    pub(super) fn forget_all(&mut self) {
        self.conns.clear();
    }
}

impl WebConn {
    /// Returns `true` if the reaper, which runs every five minutes, has removed the connection.
    fn is_reaped(&self, started: i64, now: i64) -> bool {
        const ROUND: i64 = 300_000;
        let last_round = started + (now - started) / ROUND * ROUND;
        last_round >= self.inactive_since && last_round - self.last_activity > ROUND
    }
}

/// The owner of a socket.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) user: String,
    pub(super) token: String,
    pub(super) version: String,
    pub(super) old: bool,
    /// Start time of the server.
    pub(super) started: i64,
}
