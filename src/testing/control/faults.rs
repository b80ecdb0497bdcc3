//! Causing faults of networks, proxies and servers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::testing::TestServer;
use crate::testing::conn::{Conn, lock};
use crate::testing::faults::{FaultKind, Faults, PlannedFault};
use crate::testing::frame;
use crate::testing::http::ServerResponse;
use crate::testing::hub::HubEvent;
use crate::testing::rate_limit::RateLimiter;
use crate::testing::socket::detach;
use crate::ws::frame::{OPCODE_PING, write_frame};

/// A fault for the next matching requests. Created by [`TestServer::on`]. It takes effect when a method that sets the
/// response, such as [`http`](Self::http), is called.
#[derive(Debug)]
#[must_use = "a fault has no effect until a method sets the response"]
pub struct Fault<'a> {
    server: &'a TestServer,
    method: String,
    prefix: String,
    skipped: u64,
    times: u64,
}

impl Fault<'_> {
    /// Ignores the first `count` matching requests. Defaults to 0.
    pub fn skip(mut self, count: u64) -> Self {
        self.skipped = count;
        self
    }

    /// Sets the number of requests to which the fault applies. Defaults to 1.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Responds with the given status and body. A body that begins with `{` is sent as JSON, one that begins with `<`
    /// as HTML, and any other as plain text.
    pub fn http(self, status: u16, body: &str) {
        let kind = match body.trim_start().chars().next() {
            Some('{' | '[') => "application/json",
            Some('<') => "text/html",
            _ => "text/plain; charset=utf-8",
        };
        self.arm(FaultKind::Response(ServerResponse::bytes(status, kind, body)));
    }

    /// Responds with an error in the format of the server.
    pub fn api_error(self, status: u16, id: &str) {
        let body = json!({
            "id": id, "message": "Refused by the test.", "detailed_error": "", "request_id": "", "status_code": status,
        });
        self.arm(FaultKind::Response(ServerResponse::json(status, &body)));
    }

    /// Responds with a 302 redirect to another address.
    pub fn redirect(self, location: &str) {
        self.arm(FaultKind::Response(ServerResponse::bytes(302, "text/html", "").with("Location", location)));
    }

    /// Responds as if the rate limit were exceeded: 429, plain text, with `Retry-After` in seconds.
    pub fn rate_limit(self, retry_after: u64) {
        let answer = ServerResponse::bytes(429, "text/plain; charset=utf-8", "limit exceeded\n")
            .with("Retry-After", retry_after.to_string())
            .with("X-Ratelimit-Limit", "101")
            .with("X-Ratelimit-Remaining", "0")
            .with("X-Ratelimit-Reset", (retry_after + 10).to_string());
        self.arm(FaultKind::Response(answer));
    }

    /// Sends the given bytes as the response, and closes the connection.
    pub fn raw(self, bytes: impl Into<Vec<u8>>) {
        self.arm(FaultKind::Raw(bytes.into()));
    }

    /// Closes the connection without a response. The request is not processed.
    pub fn close(self) {
        self.arm(FaultKind::Close);
    }

    /// Closes the connection without a response, with a TCP reset if bytes were left unread. The request is not
    /// processed.
    pub fn reset(self) {
        self.arm(FaultKind::Reset);
    }

    /// Reads the request and never responds. The request is not processed.
    pub fn silence(self) {
        self.arm(FaultKind::Silent);
    }

    /// Processes the request, but closes the connection instead of responding.
    pub fn lose_answer(self) {
        self.arm(FaultKind::Lose);
    }

    /// Processes the request after a delay.
    pub fn delay(self, time: Duration) {
        self.arm(FaultKind::Delay(time));
    }

    fn arm(self, kind: FaultKind) {
        if self.times > 0 {
            let planned = PlannedFault {
                method: self.method,
                prefix: self.prefix,
                skipped: self.skipped,
                left: self.times,
                kind,
            };
            lock(&self.server.inner.faults).planned.push(planned);
        }
    }
}

/// # Faults of requests
impl TestServer {
    /// Adds a fault for the next matching requests.
    ///
    /// `what` is a method, the beginning of a path below `/api/v4`, both, or neither: for example `"POST /posts"`,
    /// `"/users"` or `""`. `"/websocket"` matches the WebSocket upgrade.
    ///
    /// Faults apply in the order in which they were added.
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

    /// Responds to the next request with the given status and body. See [`Fault::http`].
    pub fn http(&self, status: u16, body: &str) {
        self.on("").http(status, body);
    }

    /// Responds to the next request with the given bytes. See [`Fault::raw`].
    pub fn http_raw(&self, bytes: impl Into<Vec<u8>>) {
        self.on("").raw(bytes);
    }

    /// Responds to the next `count` requests as if the rate limit were exceeded, with a `Retry-After` of one second.
    pub fn rate_limit(&self, count: u64) {
        self.on("").times(count).rate_limit(1);
    }

    /// Limits the rate of requests, as the real server does for all clients with the same address: `per_second`
    /// requests are served per second, and up to `burst` more at once. 0 means unlimited.
    pub fn limit_rate(&self, per_second: u32, burst: u32) {
        let mut world = self.inner.world();
        world.limiter = RateLimiter::new((per_second > 0).then_some((per_second, burst)));
    }

    /// Closes the connection of the next request without a response. The request is not processed.
    pub fn close_without_answer(&self) {
        self.on("").close();
    }

    /// Reads the next request and never responds.
    pub fn accept_and_say_nothing(&self) {
        self.on("").silence();
    }

    /// Removes all request faults that still apply, and those set by [`cut_next_after`](Self::cut_next_after) and
    /// [`cut_accepted_after`](Self::cut_accepted_after).
    pub fn heal(&self) {
        *lock(&self.inner.faults) = Faults::default();
    }
}

/// # Faults of connections
///
/// Unless stated otherwise, a connection is an open WebSocket.
impl TestServer {
    fn each_link(&self, each: impl Fn(&Conn)) {
        for link in self.inner.world().hub.links() {
            each(&link.conn);
        }
    }

    /// Closes all connections, as a server or a proxy may do. They can be resumed.
    ///
    /// When this returns, the server knows that the connections are closed.
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

    /// Closes all connections with a TCP reset, after a Ping that makes the client send something. They can be
    /// resumed immediately.
    ///
    /// A client that does not respond to the Ping is not reset until it sends something else.
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
        frame::encode(&mut ping, OPCODE_PING, b"reset");
        for conn in conns {
            if conn.try_write(&ping).is_err() {
                conn.close();
            }
        }
    }

    /// Closes all HTTP connections that are not a WebSocket, whether busy or idle.
    pub fn cut_requests(&self) {
        let links: Vec<u64> = self.inner.world().hub.links().map(|link| link.conn.id).collect();
        for conn in self.inner.all_conns() {
            if !links.contains(&conn.id) {
                conn.close();
            }
        }
    }

    /// Silences the current connections in both directions without closing them. The server considers them open until
    /// Pongs are missing, and refuses to resume them until then. New connections work.
    pub fn black_hole(&self) {
        for link in self.inner.world().hub.links() {
            link.black = true;
            link.conn.swallow();
        }
    }

    /// Stalls the current connections in both directions for a time. Afterwards, all data that was sent arrives.
    pub fn stall(&self, time: Duration) {
        self.stall_out(time);
        self.stall_in(time);
    }

    /// Stalls the current connections for a time, in the direction from the server to the client.
    pub fn stall_out(&self, time: Duration) {
        let until = Instant::now() + time;
        self.each_link(|conn| conn.hold_out(until));
    }

    /// Stalls the current connections for a time, in the direction from the client to the server.
    pub fn stall_in(&self, time: Duration) {
        let until = Instant::now() + time;
        self.each_link(|conn| conn.hold_in(until));
    }

    /// Sends data on the current connections in pieces of `bytes` bytes, with a pause after each.
    pub fn trickle(&self, bytes: usize, pause: Duration) {
        self.each_link(|conn| conn.trickle(bytes, pause));
    }

    /// Cuts the current connections after this many more bytes, possibly within a frame or a TLS record.
    pub fn cut_after(&self, bytes: u64) {
        self.each_link(|conn| conn.cut_after(bytes));
    }

    /// Cuts the next WebSocket connection after this many bytes, counted from the start of the upgrade response.
    pub fn cut_next_after(&self, bytes: u64) {
        lock(&self.inner.faults).cut_socket = Some(bytes);
    }

    /// Cuts the next connection of any kind after the server has sent this many bytes, including those of a TLS
    /// handshake. A value of 0 cuts it immediately.
    pub fn cut_accepted_after(&self, bytes: u64) {
        lock(&self.inner.faults).cut_accepted = Some(bytes);
    }

    /// Closes the port for a time. Open connections stay open. When this returns, the port is closed.
    pub fn refuse(&self, time: Duration) {
        self.inner.close_port(Some(time));
    }

    /// Closes all connections, and the port for a time.
    pub fn outage(&self, time: Duration) {
        self.inner.close_port(Some(time));
        self.cut_connections();
        self.cut_requests();
    }

    /// Closes all connections, and the port until [`up`](Self::up).
    pub fn down(&self) {
        self.inner.close_port(None);
        self.cut_connections();
        self.cut_requests();
    }

    /// Opens the port again.
    pub fn up(&self) {
        self.inner.open_port();
    }

    /// Restarts the server on the same port. Data and sessions are kept. Connections can be resumed only if
    /// `keep_queues` is `true`.
    pub fn restart(&self, keep_queues: bool) {
        self.down();
        if !keep_queues {
            let mut world = self.inner.world();
            world.hub.forget_all();
            world.pending.clear();
        }
        self.up();
    }

    /// Forgets all lost connections, as the server does after some time: they can no longer be resumed.
    pub fn forget_queues(&self) {
        self.inner.world().hub.forget_inactive();
    }

    /// Drops all events from now on if `on` is `true`, and delivers events again if it is `false`. Connections stay
    /// open, and the server replies to Pings.
    pub fn zombie(&self, on: bool) {
        self.inner.world().hub.zombie = on;
    }

    /// Drops all events for the current connections, even after they are resumed. The server replies to Pings. New
    /// connections work.
    pub fn deafen(&self) {
        self.inner.world().hub.deafen();
    }

    /// Advances the server's clock. This affects timestamps, sessions, statuses, and how long the server remembers
    /// requests and lost connections, but not the deadlines for Pings and Pongs.
    ///
    /// As on a real server, Do Not Disturb ends at its end time, and a connected user who did nothing for the time in
    /// `TeamSettings.UserStatusAwayTimeout` (5 minutes) becomes away, unless the user chose the status.
    pub fn advance(&self, time: Duration) {
        let mut world = self.inner.world();
        world.clock.advance(i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4));
        world.end_statuses();
    }
}

/// # Faults of the event stream
impl TestServer {
    /// Skips `count` sequence numbers, as if that many events had been lost.
    pub fn skip_seq(&self, count: u32) {
        self.inner.world().hub.skip_seq(i64::from(count));
    }

    /// Sends the last event of each connection again, with the same sequence number.
    pub fn repeat_seq(&self) {
        self.inner.world().hub.repeat_seq();
    }

    /// Sends the given bytes on all connections, between whole frames. They need not be valid.
    pub fn send_raw_frame(&self, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        for link in self.inner.world().hub.links() {
            link.raw.push_back(bytes.clone());
            link.wake.notify_all();
        }
    }

    fn send_frame(&self, first: u8, mask: Option<[u8; 4]>, payload: &[u8]) {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, first, mask, payload);
        self.send_raw_frame(bytes);
    }

    /// Sends a text frame. The text need not be JSON.
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

    /// Sends a masked frame, which is a protocol error for a server.
    pub fn send_masked(&self) {
        self.send_frame(0x81, Some([1, 2, 3, 4]), b"{}");
    }

    /// Sends a frame with reserved bits set.
    pub fn send_reserved_bits(&self) {
        self.send_frame(0xf1, None, b"{}");
    }

    /// Sends a close frame with this code. The server leaves the connection open.
    pub fn send_close(&self, code: u16) {
        self.send_frame(0x88, None, &frame::close_payload(code));
    }

    /// Sends the header of a frame of `length` bytes, followed by at most 64 KiB of payload.
    pub fn send_oversized(&self, length: u64) {
        let mut bytes = vec![0x81, 127];
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.resize(bytes.len() + usize::try_from(length.min(65_536)).unwrap_or(0), b'x');
        self.send_raw_frame(bytes);
    }

    /// Sends `count` fragments of `size` bytes, without the final one.
    pub fn send_fragments(&self, count: usize, size: usize) {
        let mut bytes = Vec::new();
        for at in 0..count {
            write_frame(&mut bytes, u8::from(at == 0), None, &vec![b'x'; size]);
        }
        self.send_raw_frame(bytes);
    }

    /// Sends an event with the next sequence number. `broadcast` selects the receivers: an object with one of
    /// `user_id`, `channel_id` and `team_id`, or an empty one for all users.
    pub fn emit(&self, event: &str, data: Value, broadcast: &Value) {
        let field = |name: &str| broadcast.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut made = HubEvent::new(event, data);
        made.scope.user = field("user_id");
        made.scope.channel = field("channel_id");
        made.scope.team = field("team_id");
        made.scope.connection = field("connection_id");
        self.inner.world().emit(&made);
    }

    /// Sends an event that is not valid UTF-8, with the next sequence number. It is sent again if a connection is
    /// resumed from an earlier event.
    pub fn emit_unreadable(&self) {
        let mut event = HubEvent::new("custom_unreadable", json!({}));
        event.garbled = true;
        self.inner.world().emit(&event);
    }

    /// Sends `count` events named `flood`, numbered by their member `n`, as fast as the connections accept them.
    /// Gives up if nothing is sent for 10 s.
    ///
    /// Returns the number of events sent.
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
    /// Ends all sessions. Personal access tokens stay valid. Open connections stay open but receive no more events.
    pub fn expire_sessions(&self) {
        self.inner.world().sessions.clear();
    }

    /// Ends all sessions and revokes all personal access tokens of a user.
    pub fn revoke(&self, user: &str) {
        let mut world = self.inner.world();
        if let Some(id) = world.user_named(user).map(|user| user.id.clone()) {
            world.sessions.retain(|_, session| session.user_id != id);
            world.tokens.retain(|token| token.user_id != id);
        }
    }
}
