//! Faults: what a network, a proxy or a server in trouble does.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::TestServer;
use super::conn::lock;
use super::frame;
use super::http::{Answer, Request};
use super::hub::HubEvent;
use super::socket::detach;

/// What a request gets instead of its answer.
#[derive(Clone, Debug)]
pub(super) enum What {
    Answer(Answer),
    Raw(Vec<u8>),
    Close,
    Reset,
    Silent,
    Lose,
    Delay(Duration),
}

#[derive(Debug)]
struct Planned {
    method: String,
    prefix: String,
    /// Requests that pass before the first fault.
    skipped: u64,
    left: u64,
    what: What,
}

/// Faults that wait for something to happen to.
#[derive(Debug, Default)]
pub(super) struct Faults {
    planned: Vec<Planned>,
    pub(super) cut_accepted: Option<u64>,
    pub(super) cut_socket: Option<u64>,
}

impl Faults {
    /// The first fault that fits, used up by one.
    pub(super) fn matching(&mut self, request: &Request) -> Option<What> {
        let path = request.path.strip_prefix("/api/v4").unwrap_or(&request.path);
        let at = self.planned.iter().position(|planned| {
            (planned.method.is_empty() || planned.method == request.method)
                && (path.starts_with(&planned.prefix) || request.path.starts_with(&planned.prefix))
        })?;
        let planned = self.planned.get_mut(at)?;
        if planned.skipped > 0 {
            planned.skipped -= 1;
            return None;
        }
        planned.left -= 1;
        let what = planned.what.clone();
        if planned.left == 0 {
            self.planned.remove(at);
        }
        Some(what)
    }
}

/// How many requests are served, by the rule that the real server uses (GCRA).
#[derive(Debug, Default)]
pub(super) struct Limiter {
    /// Requests a second, and how many more at once.
    rate: Option<(u32, u32)>,
    /// When the next request would come if they came evenly.
    next: Option<Instant>,
}

impl Limiter {
    /// The headers that tell about the limit, and the refusal if this request is too much.
    pub(super) fn pass(&mut self) -> (Vec<(String, String)>, Option<Answer>) {
        let Some((per_second, burst)) = self.rate else { return (Vec::new(), None) };
        let now = Instant::now();
        let step = Duration::from_secs(1) / per_second;
        let next = self.next.map_or(now, |next| next.max(now));
        let window = step * (burst + 1);
        // Too much is what would be served later than the whole burst lasts.
        let wait = (next + step).saturating_duration_since(now).saturating_sub(window);
        let refused = !wait.is_zero();
        if !refused {
            self.next = Some(next + step);
        }
        let full = self.next.map_or(Duration::ZERO, |next| next.saturating_duration_since(now));
        let left = window.saturating_sub(full).as_nanos() / step.as_nanos().max(1);
        let seconds = |time: Duration| time.as_secs() + u64::from(time.subsec_nanos() > 0);
        let headers = vec![
            ("X-Ratelimit-Limit".to_owned(), (burst + 1).to_string()),
            ("X-Ratelimit-Remaining".to_owned(), left.to_string()),
            ("X-Ratelimit-Reset".to_owned(), seconds(full).to_string()),
        ];
        let answer = refused.then(|| {
            Answer::bytes(429, "text/plain; charset=utf-8", "limit exceeded\n")
                .with("Retry-After", seconds(wait).to_string())
        });
        (headers, answer)
    }
}

/// A fault for the next requests of a kind. Made by [`TestServer::on`], armed by its last method.
#[derive(Debug)]
#[must_use = "it does nothing before one of its methods says what is to happen"]
pub struct Fault<'a> {
    server: &'a TestServer,
    method: String,
    prefix: String,
    skipped: u64,
    times: u64,
}

impl Fault<'_> {
    /// Lets the first `count` requests that fit pass. Defaults to 0.
    pub fn skip(mut self, count: u64) -> Self {
        self.skipped = count;
        self
    }

    /// For how many requests; one by default.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// They are answered with this status and body. A body that begins with `{` is sent as JSON, one that begins with
    /// `<` as HTML, any other as text.
    pub fn http(self, status: u16, body: &str) {
        let kind = match body.trim_start().chars().next() {
            Some('{' | '[') => "application/json",
            Some('<') => "text/html",
            _ => "text/plain; charset=utf-8",
        };
        self.arm(What::Answer(Answer::bytes(status, kind, body)));
    }

    /// They are refused with an error of the server's own form.
    pub fn api_error(self, status: u16, id: &str) {
        let body = json!({
            "id": id, "message": "Refused by the test.", "detailed_error": "", "request_id": "", "status_code": status,
        });
        self.arm(What::Answer(Answer::json(status, &body)));
    }

    /// They are answered with 302 to another address.
    pub fn redirect(self, location: &str) {
        self.arm(What::Answer(Answer::bytes(302, "text/html", "").with("Location", location)));
    }

    /// They are refused by the rate limit: 429, plain text, `Retry-After` in seconds.
    pub fn rate_limit(self, retry_after: u64) {
        let answer = Answer::bytes(429, "text/plain; charset=utf-8", "limit exceeded\n")
            .with("Retry-After", retry_after.to_string())
            .with("X-Ratelimit-Limit", "101")
            .with("X-Ratelimit-Remaining", "0")
            .with("X-Ratelimit-Reset", (retry_after + 10).to_string());
        self.arm(What::Answer(answer));
    }

    /// They are answered with these bytes, and the connection is closed.
    pub fn raw(self, bytes: impl Into<Vec<u8>>) {
        self.arm(What::Raw(bytes.into()));
    }

    /// The connection is closed without an answer, and nothing is carried out.
    pub fn close(self) {
        self.arm(What::Close);
    }

    /// The connection is closed without an answer, and with a reset where something was left unread.
    pub fn reset(self) {
        self.arm(What::Reset);
    }

    /// They are read and never answered. Nothing is carried out.
    pub fn silence(self) {
        self.arm(What::Silent);
    }

    /// They are carried out, but the connection is closed instead of answering.
    pub fn lose_answer(self) {
        self.arm(What::Lose);
    }

    /// They are carried out and answered so much later.
    pub fn delay(self, time: Duration) {
        self.arm(What::Delay(time));
    }

    fn arm(self, what: What) {
        if self.times > 0 {
            let planned = Planned {
                method: self.method,
                prefix: self.prefix,
                skipped: self.skipped,
                left: self.times,
                what,
            };
            lock(&self.server.inner.faults).planned.push(planned);
        }
    }
}

/// # Faults of requests
impl TestServer {
    /// A fault for the next requests that fit `"POST /posts"`, `"/users"` or `""`: a method, the beginning of a path
    /// below `/api/v4`, both, or neither. `"/websocket"` is the upgrade.
    ///
    /// Faults are used up in the order in which they were made.
    ///
    /// ```
    /// # fn main() -> mattermost::Result<()> {
    /// # use mattermost::testing::TestServer;
    /// # let server = TestServer::start()?;
    /// server.on("POST /posts").times(2).http(503, "<html>Service Unavailable</html>");
    /// server.on("/websocket").redirect("https://login.example.com/");
    /// # Ok(()) }
    /// ```
    pub fn on(&self, what: &str) -> Fault<'_> {
        let (method, prefix) = match what.split_once(' ') {
            Some((method, prefix)) => (method, prefix),
            None if what.starts_with('/') || what.is_empty() => ("", what),
            None => (what, ""),
        };
        Fault { server: self, method: method.to_owned(), prefix: prefix.to_owned(), skipped: 0, times: 1 }
    }

    /// The next request is answered with this status and body, whatever it is; see [`Fault::http`].
    pub fn http(&self, status: u16, body: &str) {
        self.on("").http(status, body);
    }

    /// The next request is answered with these bytes; see [`Fault::raw`].
    pub fn http_raw(&self, bytes: impl Into<Vec<u8>>) {
        self.on("").raw(bytes);
    }

    /// The next `count` requests are refused by the rate limit, with a `Retry-After` of one second.
    pub fn rate_limit(&self, count: u64) {
        self.on("").times(count).rate_limit(1);
    }

    /// From now on so many requests a second are served, after `burst` more at once, and others are refused, as the
    /// real server does it for all that share an address; 0 serves all.
    pub fn limit_rate(&self, per_second: u32, burst: u32) {
        let mut world = self.inner.world();
        world.limiter = Limiter { rate: (per_second > 0).then_some((per_second, burst)), next: None };
    }

    /// The next request is carried out by nobody, and its connection is closed without an answer.
    pub fn close_without_answer(&self) {
        self.on("").close();
    }

    /// The next request is read and never answered.
    pub fn accept_and_say_nothing(&self) {
        self.on("").silence();
    }

    /// Takes back the faults of requests that were not used up, and those of [`cut_next_after`](Self::cut_next_after)
    /// and [`cut_accepted_after`](Self::cut_accepted_after).
    pub fn heal(&self) {
        *lock(&self.inner.faults) = Faults::default();
    }
}

/// # Faults of connections
///
/// A "link" is an open WebSocket.
impl TestServer {
    fn each_link(&self, each: impl Fn(&super::conn::Conn)) {
        for link in self.inner.world().hub.links() {
            each(&link.conn);
        }
    }

    /// Ends all links, as a server or a proxy does that closes them. Their connections can be resumed.
    ///
    /// When it returns, the server knows that the links are gone.
    pub fn cut_connections(&self) {
        let mut world = self.inner.world();
        let now = world.now();
        let conns: Vec<_> = world.hub.links().map(|link| std::sync::Arc::clone(&link.conn)).collect();
        for conn in conns {
            conn.close();
            detach(&mut world, conn.id, now);
        }
        drop(world);
        self.inner.changed.notify_all();
    }

    /// Ends all links with a TCP reset, after a Ping that gives the client something to send. Their connections can
    /// be resumed at once.
    ///
    /// A client that does not answer the Ping is not reset before it sends anything.
    pub fn reset_connections(&self) {
        let mut world = self.inner.world();
        let now = world.now();
        let conns: Vec<_> = world.hub.links().map(|link| std::sync::Arc::clone(&link.conn)).collect();
        for conn in &conns {
            conn.set_reset();
            detach(&mut world, conn.id, now);
        }
        drop(world);
        self.inner.changed.notify_all();
        let mut ping = Vec::new();
        frame::encode(&mut ping, frame::PING, b"reset");
        for conn in conns {
            if conn.try_write(&ping).is_err() {
                conn.close();
            }
        }
    }

    /// Closes the connections that no link uses, busy or idle.
    pub fn cut_requests(&self) {
        let links: Vec<u64> = self.inner.world().hub.links().map(|link| link.conn.id).collect();
        for conn in self.inner.all_conns() {
            if !links.contains(&conn.id) {
                conn.close();
            }
        }
    }

    /// From now on the present links are dead in both directions, and nobody notices: for the server they are open
    /// until it misses Pongs, and refuse to be resumed. New links work.
    pub fn black_hole(&self) {
        for link in self.inner.world().hub.links() {
            link.black = true;
            link.conn.swallow();
        }
    }

    /// For so long, nothing leaves the server on the present links and nothing arrives; then everything does.
    pub fn stall(&self, time: Duration) {
        self.stall_out(time);
        self.stall_in(time);
    }

    /// For so long, nothing leaves the server on the present links.
    pub fn stall_out(&self, time: Duration) {
        let until = Instant::now() + time;
        self.each_link(|conn| conn.hold_out(until));
    }

    /// For so long, nothing arrives at the server on the present links.
    pub fn stall_in(&self, time: Duration) {
        let until = Instant::now() + time;
        self.each_link(|conn| conn.hold_in(until));
    }

    /// The present links send `bytes` at a time, with pauses.
    pub fn trickle(&self, bytes: usize, pause: Duration) {
        self.each_link(|conn| conn.trickle(bytes, pause));
    }

    /// The present links end after so many more bytes: inside a frame, or inside a TLS record.
    pub fn cut_after(&self, bytes: u64) {
        self.each_link(|conn| conn.cut_after(bytes));
    }

    /// The next link ends after so many bytes, counted from the first one of the upgrade's answer.
    pub fn cut_next_after(&self, bytes: u64) {
        lock(&self.inner.faults).cut_socket = Some(bytes);
    }

    /// The next connection of any kind ends after the server has sent so many bytes, those of a TLS handshake too;
    /// with 0, at once.
    pub fn cut_accepted_after(&self, bytes: u64) {
        lock(&self.inner.faults).cut_accepted = Some(bytes);
    }

    /// Closes the port for so long. Open connections stay. When it returns, the port is closed.
    pub fn refuse(&self, time: Duration) {
        self.inner.close_port(Some(time));
    }

    /// Cuts everything and closes the port for so long.
    pub fn outage(&self, time: Duration) {
        self.inner.close_port(Some(time));
        self.cut_connections();
        self.cut_requests();
    }

    /// Cuts everything and closes the port until [`up`](Self::up).
    pub fn down(&self) {
        self.inner.close_port(None);
        self.cut_connections();
        self.cut_requests();
    }

    /// Opens the port again.
    pub fn up(&self) {
        self.inner.open_port();
    }

    /// The server ends and starts again on the same port. Its data stay, and sessions with them. What waited for
    /// links to be resumed is lost, unless `keep_queues`.
    pub fn restart(&self, keep_queues: bool) {
        self.down();
        if !keep_queues {
            let mut world = self.inner.world();
            world.hub.forget_all();
            world.pending.clear();
        }
        self.up();
    }

    /// Forgets the connections that no link is on, as the server does in time: they cannot be resumed.
    pub fn forget_queues(&self) {
        self.inner.world().hub.forget_inactive();
    }

    /// While on, links live and pings are answered, but events are lost.
    pub fn zombie(&self, on: bool) {
        self.inner.world().hub.zombie = on;
    }

    /// From now on the present connections answer pings, and no events reach them, nor whoever resumes them. New ones
    /// hear everything.
    pub fn deafen(&self) {
        self.inner.world().hub.deafen();
    }

    /// Moves the server's clock, for its timestamps, for how long it remembers things, for sessions, and for Do Not
    /// Disturb. Its deadlines
    /// for pings and pongs are not concerned.
    pub fn advance(&self, time: Duration) {
        let mut world = self.inner.world();
        world.clock.advance(i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4));
        let now = world.now() / 1000;
        let over =
            world.users.iter().filter(|user| user.status == "dnd" && (1..=now).contains(&user.dnd_end_time));
        let over: Vec<String> = over.map(|user| user.id.clone()).collect();
        for id in over {
            if let Some(user) = world.user_mut(&id) {
                user.dnd_end_time = 0;
            }
            world.set_status(&id, "online", false);
        }
    }
}

/// # Faults of the event stream
impl TestServer {
    /// The numbers of the next events are higher by `count`, as if so many had been lost.
    pub fn skip_seq(&self, count: u32) {
        self.inner.world().hub.skip_seq(i64::from(count));
    }

    /// Each link gets its last event again, with the same number.
    pub fn repeat_seq(&self) {
        self.inner.world().hub.repeat_seq();
    }

    /// Sends these bytes on all links, between whole frames. What they are is up to the test.
    pub fn send_raw_frame(&self, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        for link in self.inner.world().hub.links() {
            link.raw.push_back(bytes.clone());
            link.wake.notify_all();
        }
    }

    fn send_frame(&self, first: u8, mask: Option<[u8; 4]>, payload: &[u8]) {
        let mut bytes = Vec::new();
        frame::encode_as(&mut bytes, first, mask, payload);
        self.send_raw_frame(bytes);
    }

    /// Sends a text frame with this text, which need not be JSON.
    pub fn send_text(&self, text: &str) {
        self.send_frame(0x81, None, text.as_bytes());
    }

    /// Sends a binary frame.
    pub fn send_binary(&self, bytes: &[u8]) {
        self.send_frame(0x82, None, bytes);
    }

    /// Sends a text frame that is not UTF-8.
    pub fn send_invalid_utf8(&self) {
        self.send_frame(0x81, None, b"{\"event\":\"\xff\xfe\"}");
    }

    /// Sends a masked frame, which a server must not.
    pub fn send_masked(&self) {
        self.send_frame(0x81, Some([1, 2, 3, 4]), b"{}");
    }

    /// Sends a frame with reserved bits.
    pub fn send_reserved_bits(&self) {
        self.send_frame(0xf1, None, b"{}");
    }

    /// Sends a close frame with this code; the link stays open on the server's side.
    pub fn send_close(&self, code: u16) {
        self.send_frame(0x88, None, &frame::close_payload(code));
    }

    /// Sends the head of a frame that says `length`, and `length` bytes at most 64 KiB of which are really sent.
    pub fn send_oversized(&self, length: u64) {
        let mut bytes = vec![0x81, 127];
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.resize(bytes.len() + usize::try_from(length.min(65_536)).unwrap_or(0), b'x');
        self.send_raw_frame(bytes);
    }

    /// Sends `count` fragments of `size` bytes, and no end.
    pub fn send_fragments(&self, count: usize, size: usize) {
        let mut bytes = Vec::new();
        for at in 0..count {
            frame::encode_as(&mut bytes, u8::from(at == 0), None, &vec![b'x'; size]);
        }
        self.send_raw_frame(bytes);
    }

    /// Sends an event, with the next number, to whom `broadcast` says: an object with one of `user_id`, `channel_id`
    /// and `team_id`, or with none, for everybody.
    pub fn emit(&self, event: &str, data: Value, broadcast: &Value) {
        let field = |name: &str| broadcast.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut made = HubEvent::new(event, data);
        made.scope.user = field("user_id");
        made.scope.channel = field("channel_id");
        made.scope.team = field("team_id");
        made.scope.connection = field("connection_id");
        self.inner.world().emit(&made);
    }

    /// Sends an event that no client can read, since it is not UTF-8, with the next number. It is kept, and sent again
    /// to whoever resumes before it.
    pub fn emit_unreadable(&self) {
        let mut event = HubEvent::new("custom_unreadable", json!({}));
        event.garbled = true;
        self.inner.world().emit(&event);
    }

    /// Sends `count` events named `flood` with a running number `n`, no faster than the links take them. It gives up
    /// when nothing moves for ten seconds.
    ///
    /// Returns how many were sent.
    pub fn flood(&self, count: usize) -> usize {
        let mut world = self.inner.world();
        for n in 0..count {
            let deadline = Instant::now() + Duration::from_secs(10);
            while world.hub.longest_queue() > 100 {
                if Instant::now() > deadline {
                    return n;
                }
                let wait = self.inner.changed.wait_timeout(world, Duration::from_millis(100));
                world = wait.unwrap_or_else(std::sync::PoisonError::into_inner).0;
            }
            world.emit(&HubEvent::new("flood", json!({"n": n})));
        }
        count
    }
}

/// # Faults of sessions
impl TestServer {
    /// All logins end. Personal access tokens go on. Open links stay open and hear nothing more.
    pub fn expire_sessions(&self) {
        self.inner.world().sessions.clear();
    }

    /// All logins and personal access tokens of a user end.
    pub fn revoke(&self, user: &str) {
        let mut world = self.inner.world();
        if let Some(id) = world.user_named(user).map(|user| user.id.clone()) {
            world.sessions.retain(|_, session| session.user_id != id);
            world.tokens.retain(|token| token.user_id != id);
        }
    }
}
