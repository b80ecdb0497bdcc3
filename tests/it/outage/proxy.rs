//! A proxy that cuts, resets, swallows and refuses.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::peer::PATIENCE;

/// Stands between a client and a server. TLS passes through it.
pub(crate) struct Proxy {
    url: String,
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: String,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    mode: Mode,
    listening: bool,
    links: Vec<Arc<Link>>,
    /// Dead for the client, and open at the server: nobody told it.
    forgotten: Vec<Arc<Link>>,
    /// Accepted and never passed on.
    swallowed: Vec<TcpStream>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mode {
    #[default]
    Pass,
    Swallow,
    Refuse,
    End,
}

/// How long a pump waits before it looks whether it is held; only where `shutdown` does not wake it.
const LOOK: Duration = Duration::from_millis(20);

struct Link {
    client: TcpStream,
    server: TcpStream,
    held: Mutex<bool>,
}

impl Link {
    /// Nothing passes from now on, and neither side is told.
    fn hold(&self) {
        *self.held.lock().unwrap() = true;
        // On Windows it does not wake who reads, and the peer would be told: with a reset, as soon as it sends.
        for side in [&self.client, &self.server].into_iter().filter(|_| !cfg!(windows)) {
            let _ = side.shutdown(Shutdown::Read);
        }
    }

    fn cut(&self) {
        // The server's side first: it must have noticed when the client comes back.
        for side in [&self.server, &self.client] {
            let _ = side.shutdown(Shutdown::Both);
        }
    }

    fn pump(&self, mut from: &TcpStream, mut to: &TcpStream) {
        let mut buffer = [0; 16 << 10];
        if cfg!(windows) {
            let _ = from.set_read_timeout(Some(LOOK));
        }
        loop {
            // What must not pass is left where it is.
            let read = match from.peek(&mut [0]) {
                Err(e) if is_pause(&e) && !self.is_held() => continue,
                Ok(1..) if !self.is_held() => from.read(&mut buffer),
                _ => break,
            };
            let Ok(read @ 1..) = read else { break };
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        if !self.is_held() {
            self.cut();
        }
    }

    fn is_held(&self) -> bool {
        *self.held.lock().unwrap()
    }
}

fn is_pause(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

impl Proxy {
    /// Listens on a free port before the server of this URL.
    pub(crate) fn before(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (target, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Mutex::new(State { listening: true, ..State::default() });
        let shared = Arc::new(Shared { target: target.to_owned(), state, changed: Condvar::new() });
        let own = Arc::clone(&shared);
        thread::spawn(move || own.run(listener, port));
        Self { url: format!("{scheme}://127.0.0.1:{port}{path}"), port, shared }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// How many connections pass on what they get.
    pub(crate) fn links(&self) -> usize {
        self.shared.lock().links.len()
    }

    /// Nothing passes any more when nobody finds a link.
    fn hold_all(&self) -> Vec<Arc<Link>> {
        let mut state = self.shared.lock();
        state.links.iter().for_each(|link| link.hold());
        state.links.drain(..).collect()
    }

    /// Ends all links in good order.
    pub(crate) fn cut(&self) {
        for link in self.shared.lock().links.drain(..) {
            link.cut();
        }
    }

    /// Ends all links with a reset: their sockets are closed while something waits in them. `say` makes the client send
    /// something. Returns how many ends were reset.
    pub(crate) fn reset(&self, say: impl Fn()) -> usize {
        let links = self.hold_all();
        let waiting = || {
            let ends = links.iter().flat_map(|link| [&link.client, &link.server]);
            ends.filter(|end| matches!(end.peek(&mut [0]), Ok(1))).count()
        };
        say();
        let until = Instant::now() + Duration::from_secs(1);
        // One link is the stream, and its server may have nothing to say.
        while waiting() == 0 && Instant::now() < until {
            thread::yield_now();
        }
        let reset = waiting();
        for link in links {
            // The pumps have been woken; what they were at is dropped with them.
            let until = Instant::now() + PATIENCE;
            while Arc::strong_count(&link) > 1 && Instant::now() < until {
                thread::yield_now();
            }
        }
        reset
    }

    /// For so long nothing passes, on new connections too, and nobody is told. Then the clients are, and not the server:
    /// for it the links are open until the proxy ends.
    pub(crate) fn swallow(&self, time: Duration) {
        let links = self.hold_all();
        self.shared.mode_for(Mode::Swallow, time);
        for link in &links {
            let _ = link.client.shutdown(Shutdown::Both);
        }
        let mut state = self.shared.lock();
        state.swallowed.clear();
        state.forgotten.extend(links);
    }

    /// Cuts everything, and closes the port for so long.
    pub(crate) fn refuse(&self, time: Duration) {
        self.shared.lock().mode = Mode::Refuse;
        self.knock();
        let state = self.shared.lock();
        let closed = |state: &mut State| state.listening;
        drop(self.shared.changed.wait_timeout_while(state, PATIENCE, closed).unwrap());
        self.cut();
        self.shared.mode_for(Mode::Refuse, time);
    }

    /// Wakes the thread that accepts.
    fn knock(&self) {
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.lock().mode = Mode::End;
        self.shared.changed.notify_all();
        self.knock();
        self.cut();
        for link in self.shared.lock().forgotten.drain(..) {
            link.cut();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn mode_for(&self, mode: Mode, time: Duration) {
        let mut state = self.lock();
        state.mode = mode;
        let unchanged = |state: &mut State| state.mode == mode;
        let mut state = self.changed.wait_timeout_while(state, time, unchanged).unwrap().0;
        state.mode = Mode::Pass;
        drop(state);
        self.changed.notify_all();
    }

    fn run(self: &Arc<Self>, mut listener: TcpListener, port: u16) {
        loop {
            let Ok((client, _)) = listener.accept() else { return };
            let mode = self.lock().mode;
            match mode {
                Mode::Pass => self.link(client),
                Mode::Swallow => self.lock().swallowed.push(client),
                Mode::End => return,
                Mode::Refuse => {
                    drop((client, listener));
                    match self.closed(port) {
                        Some(again) => listener = again,
                        None => return,
                    }
                }
            }
        }
    }

    /// While the port is closed; then listens again.
    fn closed(&self, port: u16) -> Option<TcpListener> {
        let mut state = self.lock();
        state.listening = false;
        self.changed.notify_all();
        let mut state = self.changed.wait_while(state, |state| state.mode == Mode::Refuse).unwrap();
        if state.mode == Mode::End {
            return None;
        }
        state.listening = true;
        TcpListener::bind(("127.0.0.1", port)).ok()
    }

    fn link(&self, client: TcpStream) {
        let Ok(server) = connect(&self.target) else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let link = Arc::new(Link { client, server, held: Mutex::new(false) });
        let mut state = self.lock();
        state.links.retain(|link| Arc::strong_count(link) > 1);
        state.links.push(Arc::clone(&link));
        drop(state);
        let back = Arc::clone(&link);
        thread::spawn(move || link.pump(&link.client, &link.server));
        thread::spawn(move || back.pump(&back.server, &back.client));
    }
}

/// A server that stands still accepts by its system's queue, which may be full.
fn connect(target: &str) -> io::Result<TcpStream> {
    use std::net::ToSocketAddrs;
    let address = target.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
    TcpStream::connect_timeout(&address, PATIENCE)
}
