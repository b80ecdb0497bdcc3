//! Who listens, what waits for them, and what can be sent again.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Condvar};

use serde_json::{Value, json};

use super::conn::Conn;
use super::frame;
use super::state::Clock;

/// Events and replies that wait to be written.
const ACTIVE: usize = 256;
/// Events that were written and can be sent again.
const DEAD: usize = 128;
/// From here on, events of passing interest are dropped.
const CROWDED: usize = ACTIVE / 2;
/// Frames that one write takes at most.
const BATCH: usize = 32;

/// An event before it has a number.
#[derive(Clone, Debug)]
pub(super) struct HubEvent {
    pub(super) name: String,
    pub(super) data: Value,
    pub(super) scope: Scope,
    /// To be sent as something that is not UTF-8.
    pub(super) garbled: bool,
}

/// Who gets an event; the first that is set decides.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) connection: String,
    pub(super) omit_connection: String,
    pub(super) user: String,
    pub(super) omit_users: Vec<String>,
    pub(super) channel: String,
    pub(super) team: String,
    /// Only administrators, or only the others.
    pub(super) admins: Option<bool>,
    /// Those whose copy says that they are mentioned.
    pub(super) mentions: Vec<String>,
    /// Those whose copy says that they follow the thread.
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

    /// For administrators only, or for all others.
    pub(super) fn for_admins(mut self, admins: bool) -> Self {
        self.scope.admins = Some(admins);
        self
    }

    /// Whether a crowded connection goes without it.
    fn is_passing(&self) -> bool {
        matches!(&*self.name, "typing" | "status_change" | "multiple_channels_viewed")
    }

    /// All of it but the number and the end.
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
        // Old servers tell everybody the whole list.
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

/// An event as bytes, but for its number.
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
        frame::encode(out, frame::TEXT, &text);
    }
}

#[derive(Debug)]
enum Out {
    Event(EventText),
    Reply(String),
    /// Sent again under the number it had.
    Again(i64, EventText),
}

/// What the server remembers of one listener, also while nobody is there.
#[derive(Debug)]
struct WebConn {
    user: String,
    /// Empty once the session is over.
    token: String,
    /// The socket it is on. Without one it is inactive and can be resumed.
    link: Option<u64>,
    queue: VecDeque<Out>,
    dead: VecDeque<(i64, EventText)>,
    /// The number of the next event.
    seq: i64,
    inactive_since: i64,
    last_activity: i64,
    /// Events do not reach it.
    deaf: bool,
}

/// An open socket.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) conn: Arc<Conn>,
    pub(super) wake: Arc<Condvar>,
    /// The id of its `WebConn`, once it is authenticated.
    pub(super) web: Option<String>,
    /// Bytes that go out before anything else.
    pub(super) raw: VecDeque<Vec<u8>>,
    /// Nothing comes after what is queued as raw.
    pub(super) closing: bool,
    /// Its other end seems alive, whatever happens.
    pub(super) black: bool,
}

/// How a socket got its connection id.
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
    /// Events go nowhere.
    pub(super) zombie: bool,
    /// How sockets were attached, newest last.
    pub(super) outcomes: VecDeque<Attached>,
}

impl Hub {
    /// Connection ids with their users, inactive ones too.
    pub(super) fn users(&self) -> impl Iterator<Item = (&str, &str)> {
        self.conns.iter().map(|(id, conn)| (&**id, &*conn.user))
    }

    /// The token of a connection, while it has one.
    pub(super) fn token(&self, connection: &str) -> Option<&str> {
        self.conns.get(connection).map(|conn| &*conn.token).filter(|token| !token.is_empty())
    }

    /// Takes the session from a connection. It stays open and hears nothing.
    pub(super) fn wipe(&mut self, connection: &str) {
        if let Some(conn) = self.conns.get_mut(connection) {
            conn.token.clear();
        }
    }

    /// Takes the session from all connections of a user.
    pub(super) fn wipe_user(&mut self, user: &str) {
        for conn in self.conns.values_mut().filter(|conn| conn.user == user) {
            conn.token.clear();
        }
    }

    /// The present connections hear nothing more, also if they are resumed.
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

    /// Open sockets that are authenticated.
    pub(super) fn active(&self) -> usize {
        self.links.values().filter(|link| link.web.is_some()).count()
    }

    /// Open sockets of one user.
    pub(super) fn active_of(&self, user: &str) -> usize {
        self.conns.values().filter(|conn| conn.link.is_some() && conn.user == user).count()
    }

    /// Connections that wait for somebody to resume them.
    pub(super) fn inactive(&self) -> usize {
        self.conns.values().filter(|conn| conn.link.is_none()).count()
    }

    /// Whether a connection is on a socket whose end may be noticed any moment.
    pub(super) fn is_ending(&self, connection: &str) -> bool {
        self.conns
            .get(connection)
            .and_then(|conn| conn.link)
            .and_then(|link| self.links.get(&link))
            .is_some_and(|link| !link.black)
    }

    /// Puts an authenticated socket on a connection, an old one if it may be resumed.
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
        // What an earlier resume left over is asked for again, or was seen.
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

    /// Queues the `hello`, before everything else.
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

    /// A session again, on a socket whose session was over: a `hello` with the same connection id.
    pub(super) fn renew(&mut self, link: u64, who: &Who) {
        if let Some(id) = self.links.get(&link).and_then(|link| link.web.clone()) {
            self.seat(&id, link, who);
            self.greet(&id, who);
            self.wake(link);
        }
    }

    /// The socket is gone; its connection waits to be resumed. The user, if it was there.
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

    /// The connection id, token and user of a socket.
    pub(super) fn who(&self, link: u64) -> Option<(&str, &str, &str)> {
        let id = self.links.get(&link)?.web.as_deref()?;
        let conn = self.conns.get(id)?;
        Some((id, &conn.token, &conn.user))
    }

    /// What a session does elsewhere keeps its queues from being forgotten.
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
            // Too slow: the server drops it, with an empty close frame, and cannot resume it.
            self.conns.remove(connection);
            if let Some(link) = link.and_then(|link| self.links.get_mut(&link)) {
                let mut bytes = Vec::new();
                frame::encode(&mut bytes, frame::CLOSE, &[]);
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

    /// Appends what the socket can write now. Numbers are given here.
    pub(super) fn take(&mut self, link: u64, out: &mut Vec<u8>) {
        let Some(conn) =
            self.links.get(&link).and_then(|link| link.web.as_ref()).and_then(|id| self.conns.get_mut(id))
        else {
            return;
        };
        for _ in 0..BATCH {
            match conn.queue.pop_front() {
                None => return,
                Some(Out::Reply(text)) => frame::encode(out, frame::TEXT, text.as_bytes()),
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

    /// The longest queue of an open socket.
    pub(super) fn longest_queue(&self) -> usize {
        self.conns.values().filter(|conn| conn.link.is_some()).map(|conn| conn.queue.len()).max().unwrap_or(0)
    }

    /// The next events have numbers that are `count` higher than they should.
    pub(super) fn skip_seq(&mut self, count: i64) {
        for conn in self.conns.values_mut().filter(|conn| conn.link.is_some()) {
            conn.seq += count;
        }
    }

    /// The last event goes out again under its number.
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

    /// Forgets the connections that nobody is on.
    pub(super) fn forget_inactive(&mut self) {
        self.conns.retain(|_, conn| conn.link.is_some());
    }

    /// Forgets all connections, as a server does that starts.
    pub(super) fn forget_all(&mut self) {
        self.conns.clear();
    }
}

impl WebConn {
    /// Whether the reaper, who comes every five minutes, took it.
    fn is_reaped(&self, started: i64, now: i64) -> bool {
        const ROUND: i64 = 300_000;
        let last_round = started + (now - started) / ROUND * ROUND;
        last_round >= self.inactive_since && last_round - self.last_activity > ROUND
    }
}

/// Whom a socket belongs to.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) user: String,
    pub(super) token: String,
    pub(super) version: String,
    pub(super) old: bool,
    /// When the server started.
    pub(super) started: i64,
}
