//! From a host's name to a connected socket: look-up, connection, proxy. Every step has a deadline.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::config::{BaseUrl, Config, Proxy};
use crate::error::{Error, ErrorKind, Result};
use crate::http::lookup_unless;

/// A header block is smaller, or it is an attack.
pub(crate) const MAX_HEAD: usize = 16 << 10;

/// Ends a dial from another thread. Look-ups end at once; a socket is shut down. Only `connect` cannot be ended.
#[derive(Debug)]
pub(crate) struct Abort {
    socket: Mutex<Option<TcpStream>>,
    /// Dropped when the stream closes: whoever waits on `stopped` wakes up.
    running: Mutex<Option<Sender<()>>>,
    stopped: Receiver<()>,
    /// Look-ups hold a share of it: the system's resolver cannot be interrupted, and is left to end by itself.
    look_ups: Arc<()>,
}

impl Abort {
    pub(crate) fn new() -> Self {
        let (running, stopped) = bounded(0);
        Self { socket: Mutex::new(None), running: Mutex::new(Some(running)), stopped, look_ups: Arc::new(()) }
    }

    /// Whether a name is still being looked up.
    pub(crate) fn is_looking_up(&self) -> bool {
        Arc::strong_count(&self.look_ups) > 1
    }

    fn socket(&self) -> std::sync::MutexGuard<'_, Option<TcpStream>> {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Ends what runs, and all that would follow.
    pub(crate) fn stop(&self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.cut();
    }

    /// Shuts the present socket down.
    pub(crate) fn cut(&self) {
        if let Some(socket) = &*self.socket() {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    /// From here on `stop` shuts this socket down.
    fn hold(&self, socket: &TcpStream) -> Result<()> {
        let copy = socket.try_clone().map_err(|e| Error::io("the socket cannot be shared", e))?;
        *self.socket() = Some(copy);
        self.check()
    }

    /// The dial has ended.
    pub(crate) fn release(&self) {
        *self.socket() = None;
    }

    fn check(&self) -> Result<()> {
        if self.is_stopped() { Err(closed()) } else { Ok(()) }
    }
}

pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the stream was closed")
}

fn late(what: &str) -> Error {
    Error::new(ErrorKind::Timeout, format!("{what} took too long"))
}

/// A socket with one deadline over all of its reads and writes.
#[derive(Debug)]
pub(crate) struct Timed {
    socket: TcpStream,
    deadline: Instant,
}

impl Timed {
    pub(crate) fn new(socket: TcpStream, deadline: Instant) -> Self {
        Self { socket, deadline }
    }

    pub(crate) fn set_deadline(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }

    pub(crate) fn into_inner(self) -> TcpStream {
        self.socket
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.left()?))?;
        // The TLS library would try again after `WouldBlock`, which is how a read timeout looks on Unix.
        self.socket.read(into).map_err(timed_out)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.left()?))?;
        self.socket.write(bytes).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

/// Connects to the server, or to the proxy before it, which is then asked to go on to the server.
pub(crate) fn connect(
    config: &Config,
    target: &BaseUrl,
    abort: &Abort,
    deadline: Instant,
) -> Result<TcpStream> {
    let proxy = config.proxy.for_target(target)?;
    let (host, port) = match &proxy {
        Some(proxy) => (&*proxy.host, proxy.port),
        None => (&*target.host, target.port),
    };
    let within = deadline.saturating_duration_since(Instant::now()).min(config.connect_timeout);
    let addresses = lookup_unless(host, port, within, &abort.stopped, Arc::clone(&abort.look_ups))?;
    let socket = first_of(&addresses, host, port, config.connect_timeout, abort, deadline)?;
    let _ = socket.set_nodelay(true);
    abort.hold(&socket)?;
    match &proxy {
        Some(proxy) => tunnel(proxy, target, socket, deadline),
        None => Ok(socket),
    }
}

/// The first address that answers. Each gets its share of the time, so that a dead first one leaves some to the others.
fn first_of(
    addresses: &[SocketAddr],
    host: &str,
    port: u16,
    each: Duration,
    abort: &Abort,
    deadline: Instant,
) -> Result<TcpStream> {
    let mut last = None;
    let mut rest = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        abort.check()?;
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        let share = (left / rest.max(1)).max(Duration::from_secs(1)).min(left).min(each);
        rest = rest.saturating_sub(1);
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(socket) => return Ok(socket),
            Err(e) => last = Some(e),
        }
    }
    let error = Error::new(ErrorKind::Connect, format!("no connection to {host}:{port}"));
    Err(match last {
        Some(e) => error.because(e),
        None => late(&format!("connecting to {host}:{port}")).with_kind(ErrorKind::Connect),
    })
}

/// Asks the proxy for a connection to the target.
fn tunnel(proxy: &Proxy, target: &BaseUrl, socket: TcpStream, deadline: Instant) -> Result<TcpStream> {
    let host = match target.host.contains(':') {
        true => format!("[{}]:{}", target.host, target.port),
        false => format!("{}:{}", target.host, target.port),
    };
    let mut request = zeroize::Zeroizing::new(format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n"));
    if let (Some(user), Some(password)) = (&proxy.user, &proxy.password) {
        let pair = zeroize::Zeroizing::new(format!("{}:{}", user.expose(), password.expose()));
        request.push_str("Proxy-Authorization: Basic ");
        base64(pair.as_bytes(), &mut request);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let mut timed = Timed::new(socket, deadline);
    let lost = |e| Error::io("the proxy did not answer", e);
    timed.write_all(request.as_bytes()).map_err(lost)?;
    let (head, rest) = read_head(&mut timed, "the proxy")?;
    let status = status_of(&head);
    match status {
        Some(200..=299) if rest.is_empty() => Ok(timed.into_inner()),
        Some(407) => Err(Error::new(ErrorKind::Connect, "the proxy wants a user name and a password")
            .with_status(407)
            .with_hint("write them into the proxy's URL: http://user:password@host:port")),
        Some(status @ 100..) if !(200..=299).contains(&status) => {
            let error = Error::new(ErrorKind::Connect, format!("the proxy refused to connect to {host}"))
                .with_status(status);
            if target.tls {
                return Err(error);
            }
            Err(error.with_hint("many proxies allow CONNECT to port 443 only: use https, or NO_PROXY"))
        }
        _ => Err(Error::new(ErrorKind::Protocol, "what answers as the proxy speaks no HTTP")),
    }
}

/// Reads a header block; gives it, and what came after it.
pub(crate) fn read_head(from: &mut impl Read, who: &str) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut head = Vec::new();
    let mut chunk = [0; 2048];
    loop {
        let count = match from.read(&mut chunk) {
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Error::io(format!("{who} did not answer"), e)),
        };
        if count == 0 {
            let what = if head.is_empty() { "without an answer" } else { "in the middle of its answer" };
            return Err(Error::new(ErrorKind::Io, format!("{who} closed the connection {what}")));
        }
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let end = head.get(from..).unwrap_or_default().windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let rest = head.split_off(from + end + 4);
            return Ok((head, rest));
        }
        if head.len() > MAX_HEAD {
            return Err(Error::new(ErrorKind::Protocol, format!("{who} sends an endless header")));
        }
    }
}

/// The status of `HTTP/1.1 200 OK`.
fn status_of(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok()
}

fn base64(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0_u32, |n, byte| n << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = (number >> (18 - 6 * place)) & 63;
            let digit = DIGITS.get(digit as usize).copied().unwrap_or(b'=');
            out.push(if place > three.len() { '=' } else { char::from(digit) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[test]
    fn base64_is_base64() {
        for (text, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("user:p@ss", "dXNlcjpwQHNz")]
        {
            let mut out = String::new();
            base64(text.as_bytes(), &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn heads_are_limited_and_keep_what_follows() {
        let (head, rest) = read_head(&mut &b"HTTP/1.1 200 OK\r\n\r\nrest"[..], "it").unwrap();
        assert_eq!((status_of(&head), &*rest), (Some(200), &b"rest"[..]));
        assert_eq!(read_head(&mut &b""[..], "it").unwrap_err().kind(), ErrorKind::Io);
        let endless = read_head(&mut io::repeat(b'x'), "it").unwrap_err();
        assert_eq!(endless.kind(), ErrorKind::Protocol);
        for odd in [&b"SSH-2.0\r\n"[..], b"HTTP/1.1\r\n", b"HTTP/1.1 x\r\n", b"\xff\r\n", b""] {
            assert_eq!(status_of(odd), None);
        }
    }

    #[test]
    fn look_ups_end_when_the_stream_is_closed() {
        let abort = Abort::new();
        abort.stop();
        let started = Instant::now();
        let error = lookup_unless("host.invalid", 1, Duration::from_secs(9), &abort.stopped, ()).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(4), "{error}");
        assert!(first_of(&[], "h", 1, Duration::from_secs(1), &Abort::new(), soon()).is_err());
    }

    #[test]
    fn proxies_are_asked_and_their_refusals_told() {
        let target = BaseUrl::parse("https://chat.example.com").unwrap();
        for (answer, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", None),
            ("HTTP/1.1 407 Authentication\r\n\r\n", Some("name and a password")),
            ("HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n<html>", Some("refused")),
            ("220 smtp\r\n\r\n", Some("no HTTP")),
            ("HTTP/1.1 200 OK\r\n\r\ntoo much", Some("no HTTP")),
            ("", Some("closed")),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut proxy =
                Proxy::parse(&format!("http://user:p%40ss@{}", listener.local_addr().unwrap())).unwrap();
            proxy.host = "127.0.0.1".into();
            let server = thread::spawn(move || {
                let (mut peer, _) = listener.accept().unwrap();
                let (head, _) = read_head(&mut peer, "client").unwrap();
                peer.write_all(answer.as_bytes()).unwrap();
                String::from_utf8(head).unwrap()
            });
            let socket = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
            let result = tunnel(&proxy, &target, socket, soon());
            let head = server.join().unwrap();
            assert!(head.starts_with("CONNECT chat.example.com:443 HTTP/1.1\r\n"), "{head}");
            assert!(head.contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"), "{head}");
            match (result, expected) {
                (Ok(_), None) => {}
                (Err(e), Some(words)) => assert!(e.to_string().contains(words), "{e}"),
                (result, _) => panic!("{result:?}"),
            }
        }
    }

    #[test]
    fn a_silent_peer_meets_the_deadline() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut timed = Timed::new(socket, Instant::now() + Duration::from_millis(50));
        let error = read_head(&mut timed, "it").unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert!(timed.read(&mut [0]).is_err());
    }
}
