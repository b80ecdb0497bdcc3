//! A WebSocket server of a few lines, and a fake of the REST side.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::base_url::BaseUrl;
use crate::config::Config;
use crate::error::{ApiError, Error, Result};
use crate::model::{Channel, ChannelId, Post, PostDraft, PostId, PostList, TeamId, UserId};
use crate::proxy::ProxySetting;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::time_scale::TimeScale;
use crate::ws::socket::accept_key;
use crate::ws::{Backend, CatchUp, Events, EventsBuilder, Poster};

pub(super) const ID: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(super) const OTHER_ID: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbb";
pub(super) const MAX_FAILURE_DURATION: Duration = Duration::from_secs(20);
/// The clock of all peers.
pub(super) const CLOCK: i64 = 1_700_000_000_000;

/// What REST says.
#[derive(Debug)]
pub(super) struct Fake {
    pub(super) config: Config,
    /// Takes the place of `config` while `elsewhere`: another address, or none.
    pub(super) other: Option<Config>,
    pub(super) elsewhere: AtomicBool,
    token: Mutex<(Secret, u64)>,
    pub(super) can_log_in: bool,
    /// The statuses that `whoami` and `login_again` answer with; 200 when there are no more.
    pub(super) whoami: Mutex<Vec<u16>>,
    pub(super) login: Mutex<Vec<u16>>,
    pub(super) posts: Mutex<Vec<PostDraft>>,
    /// REST calls wait until this is dropped.
    pub(super) hang: Mutex<Option<crossbeam_channel::Receiver<()>>>,
    /// REST calls panic, as if a logger of the program did.
    pub(super) panics: AtomicBool,
    /// How often a catch-up has begun.
    pub(super) catch_ups: AtomicUsize,
    /// The number of posts of the only channel, ten of them in each millisecond.
    pub(super) rows: AtomicUsize,
    /// Pages that were read.
    pub(super) pages: AtomicUsize,
    me: UserId,
}

impl Fake {
    pub(super) fn new(port: u16) -> Self {
        let mut config = Config::new(BaseUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap());
        config.proxy = ProxySetting::Off;
        config.backoff_scale = TimeScale::new(0.01);
        Self {
            config,
            other: None,
            elsewhere: AtomicBool::new(false),
            token: Mutex::new((Secret::new("t0k3n"), 1)),
            can_log_in: false,
            whoami: Mutex::default(),
            login: Mutex::default(),
            posts: Mutex::default(),
            hang: Mutex::default(),
            panics: AtomicBool::new(false),
            catch_ups: AtomicUsize::new(0),
            rows: AtomicUsize::new(0),
            pages: AtomicUsize::new(0),
            me: "mmmmmmmmmmmmmmmmmmmmmmmmmm".parse().unwrap(),
        }
    }

    fn hang(&self) {
        assert!(!self.panics.load(Ordering::SeqCst), "a logger cannot write");
        let hang = self.hang.lock().unwrap().clone();
        if let Some(hang) = hang {
            let _ = hang.recv();
        }
    }

    pub(super) fn builder(self: &Arc<Self>) -> EventsBuilder {
        EventsBuilder::new(Ok(Arc::clone(self) as Arc<dyn Backend>), Arc::clone(self) as Arc<dyn Poster>)
            .catch_up(CatchUp::off())
    }
}

impl Fake {
    /// A post of the only channel.
    pub(super) fn row(&self, number: usize) -> Post {
        let create_at = Timestamp::from_millis(CLOCK + 1000 + i64::try_from(number / 10).unwrap());
        Post {
            id: format!("r{number:0>25}").parse().unwrap(),
            channel_id: channel_id(),
            user_id: self.me.clone(),
            create_at,
            update_at: create_at,
            ..Post::default()
        }
    }

    fn page(&self, rows: std::ops::Range<usize>) -> PostList {
        let posts: Vec<Post> = rows.rev().map(|number| self.row(number)).collect();
        PostList {
            order: posts.iter().map(|post| post.id.clone()).collect(),
            posts: posts.into_iter().map(|post| (post.id.clone(), post)).collect(),
            ..PostList::default()
        }
    }
}

pub(super) fn channel_id() -> ChannelId {
    "c".repeat(26).parse().unwrap()
}

fn answer(statuses: &Mutex<Vec<u16>>) -> Result<()> {
    let mut statuses = statuses.lock().unwrap();
    match if statuses.is_empty() { 200 } else { statuses.remove(0) } {
        200 => Ok(()),
        status => {
            let id = "api.context.session_expired.app_error".to_owned();
            Err(Error::from_api(status, ApiError { id, status_code: status, ..ApiError::default() }))
        }
    }
}

impl Backend for Fake {
    fn client_config(&self) -> &Config {
        match &self.other {
            Some(other) if self.elsewhere.load(Ordering::SeqCst) => other,
            _ => &self.config,
        }
    }

    fn current_token(&self) -> (Option<Secret>, u64) {
        let token = self.token.lock().unwrap();
        (Some(token.0.clone()), token.1)
    }

    fn can_log_in(&self) -> bool {
        self.can_log_in
    }

    fn check_session(&self) -> Result<()> {
        self.hang();
        answer(&self.whoami)
    }

    fn login_again(&self, generation: u64) -> Result<()> {
        answer(&self.login)?;
        *self.token.lock().unwrap() = (Secret::new("new"), generation + 1);
        Ok(())
    }

    fn list_teams(&self) -> Result<Vec<TeamId>> {
        self.catch_ups.fetch_add(1, Ordering::SeqCst);
        self.hang();
        Ok(Vec::new())
    }

    fn list_channels(&self, _: Option<&TeamId>, _: Timestamp) -> Result<Vec<Channel>> {
        let rows = self.rows.load(Ordering::SeqCst);
        let last_post_at = self.row(rows).create_at;
        Ok(if rows == 0 {
            vec![]
        } else {
            vec![Channel { id: channel_id(), last_post_at, ..Channel::default() }]
        })
    }

    fn posts_since(&self, _: &ChannelId, _: Timestamp) -> Result<PostList> {
        let rows = self.rows.load(Ordering::SeqCst);
        Ok(self.page(rows.saturating_sub(1000)..rows))
    }

    fn posts_before(&self, _: &ChannelId, before: Option<&PostId>, _: u32, _: u32) -> Result<PostList> {
        self.pages.fetch_add(1, Ordering::SeqCst);
        // All posts of the pivot's millisecond are left out.
        let number = |id: &PostId| id.as_str()[1..].parse::<usize>().unwrap() / 10 * 10;
        let end = before.map_or(self.rows.load(Ordering::SeqCst), number);
        Ok(self.page(end.saturating_sub(200)..end))
    }

    fn list_usernames(&self, _: &[UserId]) -> Result<Vec<(UserId, String)>> {
        Ok(Vec::new())
    }

    fn last_change(&self) -> Result<Timestamp> {
        Ok(Timestamp::NEVER)
    }

    fn send_probe(&self, _: &str) -> Result<()> {
        Ok(())
    }

    fn with_new_connections(&self) -> Result<Arc<dyn Backend>> {
        Err(Error::input("a fake has no connections"))
    }

    fn close_connections(&self) {}
}

impl Poster for Fake {
    fn me(&self) -> &UserId {
        &self.me
    }

    fn create_post(&self, draft: &PostDraft) -> Result<Post> {
        self.posts.lock().unwrap().push(draft.clone());
        self.hang();
        Ok(Post { create_at: Timestamp::from_millis(CLOCK), ..Post::default() })
    }

    fn username(&self) -> &str {
        "me"
    }

    fn edit_post(&self, _: &PostId, _: String) -> Result<Post> {
        Ok(Post::default())
    }

    fn add_reaction(&self, _: &PostId, _: &str) -> Result<()> {
        Ok(())
    }

    fn direct_channel(&self, _: &UserId) -> Result<ChannelId> {
        Ok(ChannelId::default())
    }

    fn with_own_connections(&self) -> Result<Arc<dyn Poster>> {
        Err(Error::input("a fake has no connections"))
    }

    fn close_connections(&self) {}
}

/// A listener.
pub(super) struct Server {
    listener: TcpListener,
}

impl Server {
    pub(super) fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").unwrap() }
    }

    pub(super) fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub(super) fn fake(&self) -> Arc<Fake> {
        Arc::new(Fake::new(self.port()))
    }

    /// The next connection, before its request is read.
    pub(super) fn raw(&self) -> TcpStream {
        let (socket, _) = self.listener.accept().unwrap();
        socket.set_read_timeout(Some(MAX_FAILURE_DURATION)).unwrap();
        socket.set_write_timeout(Some(MAX_FAILURE_DURATION)).unwrap();
        socket.set_nodelay(true).unwrap();
        socket
    }

    /// The next connection, upgraded.
    pub(super) fn accept(&self) -> Link<TcpStream> {
        Link::upgrade(self.raw())
    }

    /// The next connection, greeted, its first ping answered.
    pub(super) fn greet(&self) -> Link<TcpStream> {
        let mut link = self.accept();
        link.greet(ID);
        link
    }

    /// Opens a stream while this thread serves its first link.
    pub(super) fn open(&self, builder: EventsBuilder) -> (Events, Link<TcpStream>) {
        std::thread::scope(|scope| {
            let opening = scope.spawn(|| builder.open());
            let link = self.greet();
            (opening.join().unwrap().unwrap(), link)
        })
    }
}

/// One upgraded connection.
pub(super) struct Link<S> {
    pub(super) socket: S,
    /// The first line of the request.
    pub(super) request: String,
    pub(super) head: String,
    buffer: Vec<u8>,
}

impl<S: Read + Write> Link<S> {
    pub(super) fn upgrade(mut socket: S) -> Self {
        let (head, answer) = read_upgrade(&mut socket);
        socket.write_all(answer.as_bytes()).unwrap();
        Self::upgraded(socket, head)
    }

    pub(super) fn upgraded(socket: S, head: String) -> Self {
        let request = head.lines().next().unwrap().to_owned();
        Self { socket, request, head, buffer: Vec::new() }
    }

    /// The number that the client wants to go on with, if it does.
    pub(super) fn resumes(&self) -> Option<u64> {
        let seq = self.request.split("sequence_number=").nth(1)?;
        seq.split(' ').next()?.parse().ok()
    }

    pub(super) fn greet(&mut self, id: &str) {
        self.send(&hello(id));
        self.pong();
    }

    /// Answers the next ping.
    pub(super) fn pong(&mut self) {
        let ping = self.action("ping");
        self.reply(&ping);
    }

    pub(super) fn reply(&mut self, ping: &Value) {
        let data = json!({"text": "pong", "server_time": CLOCK, "version": "11.6.0"});
        self.send(&json!({"status": "OK", "seq_reply": ping["seq"], "data": data}).to_string());
    }

    /// Waits for the action of this name.
    pub(super) fn action(&mut self, name: &str) -> Value {
        loop {
            let (opcode, payload) = self.frame().expect("the client closed the link");
            if opcode == 1 {
                let value: Value = serde_json::from_slice(&payload).unwrap();
                if value["action"] == name {
                    return value;
                }
            }
        }
    }

    pub(super) fn send(&mut self, text: &str) {
        self.socket.write_all(&frame(0x81, text.as_bytes())).unwrap();
    }

    pub(super) fn event(&mut self, seq: u64) {
        self.send(&event(seq));
    }

    /// The next frame, unmasked; `None` at the end.
    pub(super) fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((frame, length)) = parse(&self.buffer) {
                self.buffer.drain(..length);
                return Some(frame);
            }
            let mut chunk = [0; 4096];
            match self.socket.read(&mut chunk) {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.buffer.extend_from_slice(&chunk[..count]),
            }
        }
    }

    /// Answers the client's goodbye.
    pub(super) fn goodbye(&mut self) {
        while let Some((opcode, payload)) = self.frame() {
            if opcode == 8 {
                let _ = self.socket.write_all(&frame(0x88, &payload));
                return;
            }
        }
    }
}

impl Link<TcpStream> {
    pub(super) fn cut(self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// The request, and what is to be answered.
pub(super) fn read_upgrade(socket: &mut impl Read) -> (String, String) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        accept_key(key)
    );
    (head, answer)
}

/// One client frame at the front of the bytes, and how long it is.
pub(super) fn parse(bytes: &[u8]) -> Option<((u8, Vec<u8>), usize)> {
    let short = usize::from(bytes.get(1)? & 0x7f);
    let (start, length) = match short {
        126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        127 => panic!("the client never sends that much"),
        _ => (2, short),
    };
    let mask = bytes.get(start..start + 4)?;
    let payload = bytes.get(start + 4..start + 4 + length)?;
    let payload = payload.iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m).collect();
    Some(((bytes[0] & 15, payload), start + 4 + length))
}

/// A frame as a server sends it.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    match payload.len() {
        short @ 0..=125 => out.push(u8::try_from(short).unwrap()),
        middle @ 126..=65535 => {
            out.push(126);
            out.extend_from_slice(&u16::try_from(middle).unwrap().to_be_bytes());
        }
        long => {
            out.push(127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
    out
}

pub(super) fn hello(id: &str) -> String {
    let data = json!({"server_version": "11.6.0.1.x.false", "connection_id": id});
    json!({"event": "hello", "data": data, "broadcast": {"user_id": ""}, "seq": 0}).to_string()
}

pub(super) fn event(seq: u64) -> String {
    format!(
        r#"{{"event":"posted","data":{{"channel_type":"O","post":"{{\"id\":\"p\",\"message\":\"number {seq}\"}}"}},"broadcast":{{"channel_id":"c"}},"seq":{seq}}}"#
    )
}
