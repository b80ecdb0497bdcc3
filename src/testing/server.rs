//! Threads: one that accepts, one for each connection, and one more for each WebSocket.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::conn::{Conn, Input, lock};
use super::faults::FaultKind;
use super::http::{self, Request, ServerResponse};
use super::ports::bind_port;
use super::recorded_request::RecordedRequest;
use super::routes::outgoing_webhooks;
use super::settings::ServerSettings;
use super::shared::{PortGate, ServerShared};
use super::state::World;
use super::{routes, socket};
use crate::atomic::AtomicU64;

/// Maximum number of open connections.
const MAX_CONNECTIONS: usize = 512;
/// Maximum number of recorded requests.
const MAX_RECORDED_REQUESTS: usize = 1000;

impl ServerShared {
    pub(super) fn start(
        settings: ServerSettings,
        mut world: World,
    ) -> io::Result<(Arc<Self>, JoinHandle<()>)> {
        let (listener, reservation) = match settings.port {
            0 => bind_port(world.clock.bits() >> 16)?,
            port => (TcpListener::bind((Ipv4Addr::LOCALHOST, port))?, None),
        };
        #[cfg(feature = "native-tls")]
        let tls = if settings.tls { Some(super::tls::acceptor()?) } else { None };
        let address = listener.local_addr()?;
        if !settings.subpath.is_empty() {
            world.set_setting("ServiceSettings", "SiteURL", settings.url(address).into());
        }
        let inner = Arc::new(Self {
            address,
            settings,
            world: Mutex::new(world),
            changed: Condvar::new(),
            faults: Mutex::default(),
            stopping: AtomicBool::new(false),
            conns: Mutex::default(),
            next_id: AtomicU64::new(1),
            background: Mutex::default(),
            gate: Mutex::new(PortGate { listening: true, ..PortGate::default() }),
            gate_changed: Condvar::new(),
            _reservation: reservation,
            #[cfg(feature = "native-tls")]
            tls,
        });
        let shared = Arc::clone(&inner);
        let acceptor =
            thread::Builder::new().name("testserver".into()).spawn(move || shared.accept(Some(listener)))?;
        Ok((inner, acceptor))
    }

    fn accept(self: &Arc<Self>, mut listener: Option<TcpListener>) {
        let mut threads: Vec<JoinHandle<()>> = Vec::new();
        while !self.is_stopping() {
            if let Some(wait) = self.closed_for() {
                listener = None;
                let mut gate = lock(&self.gate);
                gate.listening = false;
                self.gate_changed.notify_all();
                if gate.closed && !self.is_stopping() {
                    drop(self.gate_changed.wait_timeout(gate, wait));
                }
                continue;
            }
            let Some(open) = &listener else {
                match TcpListener::bind(self.address) {
                    Ok(bound) => {
                        listener = Some(bound);
                        lock(&self.gate).listening = true;
                        self.gate_changed.notify_all();
                    }
                    Err(_) => thread::sleep(Duration::from_millis(5)),
                }
                continue;
            };
            let Ok((tcp, _)) = open.accept() else {
                thread::sleep(Duration::from_millis(5));
                continue;
            };
            threads.retain(|thread| !thread.is_finished());
            let full = threads.len() >= MAX_CONNECTIONS;
            if self.is_stopping() || self.closed_for().is_some() || full {
                continue;
            }
            let shared = Arc::clone(self);
            let id = self.next_id.fetch_add(1, Ordering::Relaxed);
            let spawned =
                thread::Builder::new().name(format!("testserver-{id}")).spawn(move || shared.serve(id, tcp));
            threads.extend(spawned);
        }
        drop(listener);
        threads.append(&mut lock(&self.background));
        let deadline = Instant::now() + Duration::from_millis(900);
        while Instant::now() < deadline && threads.iter().any(|thread| !thread.is_finished()) {
            thread::sleep(Duration::from_millis(1));
        }
        for thread in threads.into_iter().filter(JoinHandle::is_finished) {
            // A panic of the thread has already been printed.
            let _ = thread.join();
        }
    }

    /// Returns the time for which the port stays closed, or `None` if it is open.
    fn closed_for(&self) -> Option<Duration> {
        let mut gate = lock(&self.gate);
        if !gate.closed {
            return None;
        }
        let Some(until) = gate.until else { return Some(Duration::from_secs(3600)) };
        let left = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
        gate.closed = left.is_some();
        left
    }

    /// Closes the port, for a time or until it is opened. Returns when it is closed.
    pub(super) fn close_port(&self, time: Option<Duration>) {
        {
            let mut gate = lock(&self.gate);
            gate.closed = true;
            gate.until = time.map(|time| Instant::now() + time);
        }
        self.knock();
        let deadline = Instant::now() + Duration::from_secs(2);
        let mut gate = lock(&self.gate);
        while gate.listening && gate.closed && Instant::now() < deadline {
            let wait = self.gate_changed.wait_timeout(gate, Duration::from_millis(50));
            gate = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Opens the port again. Returns when it is open.
    pub(super) fn open_port(&self) {
        let mut gate = lock(&self.gate);
        gate.closed = false;
        self.gate_changed.notify_all();
        let deadline = Instant::now() + Duration::from_secs(2);
        while !gate.listening && Instant::now() < deadline {
            let wait = self.gate_changed.wait_timeout(gate, Duration::from_millis(50));
            gate = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Wakes the threads that wait for a change, and calls the outgoing webhooks that it triggered.
    pub(super) fn notify(self: &Arc<Self>) {
        self.changed.notify_all();
        let triggered = std::mem::take(&mut self.world().triggered);
        for triggered in triggered {
            let shared = Arc::clone(self);
            let spawned = thread::Builder::new().name("testserver-hook".into()).spawn(move || {
                for target in outgoing_webhooks::targets(&triggered) {
                    // As on the real server, an integration that cannot be reached is not reported to anybody.
                    if let Ok(reply) = target.send() {
                        outgoing_webhooks::respond(&mut shared.world(), &triggered, &reply);
                        shared.changed.notify_all();
                    }
                }
            });
            let mut background = lock(&self.background);
            background.retain(|thread| !thread.is_finished());
            background.extend(spawned);
        }
    }

    /// Wakes the acceptor.
    fn knock(&self) {
        // It fails if the port is closed already, which is fine.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(200));
    }

    /// Ends all threads and connections.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        for conn in self.all_conns() {
            conn.close();
        }
        for link in self.world().hub.links() {
            link.closing = true;
            link.wake.notify_all();
        }
        self.changed.notify_all();
        drop(lock(&self.gate));
        self.gate_changed.notify_all();
        self.knock();
    }

    /// Serves a connection from its first byte to its last.
    fn serve(self: &Arc<Self>, id: u64, tcp: TcpStream) {
        let Ok(conn) = Conn::new(id, tcp) else { return };
        if let Some(bytes) = lock(&self.faults).cut_accepted.take() {
            conn.cut_after(bytes);
        }
        let conn = Arc::new(conn);
        lock(&self.conns).insert(id, Arc::clone(&conn));
        if !self.is_stopping() {
            // An error ends the connection and concerns no other.
            let _ = self.talk(&conn);
        }
        if lock(&self.conns).remove(&id).is_some() {
            conn.close();
        }
    }

    fn talk(self: &Arc<Self>, conn: &Arc<Conn>) -> io::Result<()> {
        #[cfg(feature = "native-tls")]
        if let Some(acceptor) = &self.tls {
            conn.accept_tls(acceptor)?;
        }
        self.exchange(&mut Input::new(Arc::clone(conn)))
    }

    fn exchange(self: &Arc<Self>, input: &mut Input) -> io::Result<()> {
        loop {
            let idle = Instant::now() + self.settings.idle_timeout;
            let (mut request, mut keep) = match http::read_request(input, idle) {
                Ok(Some(read)) => read,
                Ok(None) => return Ok(()),
                Err(error) => {
                    if error.kind() == io::ErrorKind::InvalidData {
                        let answer =
                            ServerResponse::bytes(400, "text/plain; charset=utf-8", "400 Bad Request");
                        input.conn.write(&answer.encode(false, false))?;
                    }
                    return Err(error);
                }
            };
            if let Some(redirect) = self.enter_subpath(&mut request) {
                input.conn.write(&redirect.encode(request.method == "HEAD", keep))?;
                if keep {
                    continue;
                }
                return Ok(());
            }
            let rule = lock(&self.faults).matching(&request);
            let record = self.record(&request);
            let mut lose = false;
            match rule {
                Some(FaultKind::Close) => return Ok(()),
                Some(FaultKind::Reset) => {
                    input.conn.leave_unread(Duration::from_millis(1));
                    return Ok(());
                }
                Some(FaultKind::Silent) => {
                    while !input.conn.is_closed() {
                        input.fill(None)?;
                        input.consume(usize::MAX);
                    }
                    return Ok(());
                }
                Some(FaultKind::Raw(bytes)) => {
                    input.conn.write(&bytes)?;
                    return Ok(());
                }
                Some(FaultKind::Response(answer)) => {
                    self.settle(record, answer.status);
                    input.conn.write(&answer.encode(request.method == "HEAD", keep))?;
                    if keep {
                        continue;
                    }
                    return Ok(());
                }
                Some(FaultKind::Delay(time)) => input.conn.rest(time)?,
                Some(FaultKind::Lose) => lose = true,
                None => {}
            }
            let (limits, refused) = self.world().limiter.pass();
            if request.wants_websocket() && socket::is_path(&request.path) && refused.is_none() {
                self.settle(record, 101);
                return socket::run(self, input, &request);
            }
            // The real server sends the limits twice unless it refuses.
            let again = if refused.is_none() { limits.clone() } else { Vec::new() };
            let mut answer = refused.unwrap_or_else(|| routes::answer(self, &request));
            for (name, value) in &mut answer.headers {
                if name == "Location" && value.starts_with('/') {
                    value.insert_str(0, &self.settings.subpath);
                }
            }
            answer.headers.extend(limits.into_iter().chain(again));
            self.settle(record, answer.status);
            self.notify();
            if lose || answer.status == 0 {
                return Ok(());
            }
            keep &= !self.is_stopping();
            input.conn.write(&answer.encode(request.method == "HEAD", keep))?;
            if !keep {
                return Ok(());
            }
        }
    }

    /// Removes the subpath from the path of a request. Returns a redirect into it for other paths.
    fn enter_subpath(&self, request: &mut Request) -> Option<ServerResponse> {
        let subpath = &self.settings.subpath;
        let inner = request.path.strip_prefix(subpath.as_str());
        if let Some(inner) = inner.filter(|inner| inner.is_empty() || inner.starts_with('/')) {
            request.path = if inner.is_empty() { "/".to_owned() } else { inner.to_owned() };
            return None;
        }
        let mut location = format!("{subpath}{}", request.path);
        if !request.raw_query.is_empty() {
            location.push('?');
            location.push_str(&request.raw_query);
        }
        Some(ServerResponse::bytes(302, "", Vec::new()).with("Location", location))
    }

    /// Records a request, and returns its number.
    fn record(&self, request: &Request) -> u64 {
        let mut world = self.world();
        let user = request.token().and_then(|token| {
            let id = world.user_of(&token)?.to_owned();
            Some(world.name_of(&id).to_owned())
        });
        let number = world.requests.back().map_or(0, |last| last.number + 1);
        if world.requests.len() == MAX_RECORDED_REQUESTS {
            world.requests.pop_front();
        }
        world.requests.push_back(RecordedRequest::new(number, request, user));
        number
    }

    fn settle(&self, number: u64, status: u16) {
        let mut world = self.world();
        if let Some(record) = world.requests.iter_mut().rev().find(|record| record.number == number) {
            record.status = status;
        }
    }
}
