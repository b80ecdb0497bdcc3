//! Bytes in every shape: over TCP and TLS, in crumbs and floods, in both directions at once.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::peer::{Fake, ID, MAX_FAILURE_DURATION, Server, event, frame, hello, parse, read_upgrade};
use crate::event::EventKind;
use crate::ws::{Events, EventsBuilder};

/// A random number generator of three lines.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// The TLS session of a peer, over buffers.
#[cfg(feature = "native-tls")]
type Tls = crate::net::tls_pipe::TlsSession;
#[cfg(not(feature = "native-tls"))]
type Tls = std::convert::Infallible;

/// A peer whose two directions run on two threads.
struct Peer {
    socket: TcpStream,
    tls: Mutex<Option<Tls>>,
    /// Held while bytes are sealed and sent, so that they leave in the order they were sealed in.
    sending: Mutex<Dice>,
    /// Most bytes in a packet, and in a TLS record.
    crumbs: usize,
}

#[cfg(feature = "native-tls")]
fn shake_hands(socket: &TcpStream) -> Tls {
    use crate::net::TcpSocket;
    use crate::net::TimedSocket;
    let read = |name| std::fs::read(format!("{}/tests/data/tls/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let identity = native_tls::Identity::from_pkcs8(&read("server.pem"), &read("server.key.pem")).unwrap();
    let acceptor = native_tls::TlsAcceptor::new(identity).unwrap();
    let shared = TcpSocket::new(socket.try_clone().unwrap()).unwrap();
    let timed = TimedSocket::new(Arc::new(shared), Instant::now() + MAX_FAILURE_DURATION);
    let mut tls = acceptor.accept(crate::net::tls_pipe::MemoryPipe::new(timed)).unwrap();
    drop(tls.get_mut().detach_socket());
    // A `TcpSocket` of Windows is non-blocking, and its copies with it.
    socket.set_nonblocking(false).unwrap();
    socket.set_read_timeout(Some(MAX_FAILURE_DURATION)).unwrap();
    socket.set_write_timeout(Some(MAX_FAILURE_DURATION)).unwrap();
    tls
}

impl Peer {
    fn accept(server: &Server, secure: bool, crumbs: usize) -> Self {
        let socket = server.raw();
        #[cfg(feature = "native-tls")]
        let tls = secure.then(|| shake_hands(&socket));
        #[cfg(not(feature = "native-tls"))]
        let tls = {
            assert!(!secure);
            None
        };
        Self { socket, tls: Mutex::new(tls), sending: Mutex::new(Dice(88_172_645_463_325_252)), crumbs }
    }

    fn seal(&self, plain: &[u8]) -> Vec<u8> {
        match &mut *self.tls.lock().unwrap() {
            #[cfg(feature = "native-tls")]
            Some(tls) => {
                tls.write_all(plain).unwrap();
                std::mem::take(&mut tls.get_mut().output)
            }
            _ => plain.to_vec(),
        }
    }

    /// Sends in records and packets of random sizes.
    fn send(&self, mut plain: &[u8]) {
        let mut dice = self.sending.lock().unwrap();
        let mut sealed = Vec::new();
        while !plain.is_empty() {
            let (piece, rest) = plain.split_at(plain.len().min(1 + dice.roll(self.crumbs)));
            sealed.extend(self.seal(piece));
            plain = rest;
        }
        let mut rest = &*sealed;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(1 + dice.roll(self.crumbs)));
            if (&self.socket).write_all(piece).is_err() {
                return;
            }
            rest = after;
        }
    }

    /// What came, decrypted; `None` at the end.
    fn receive(&self) -> Option<Vec<u8>> {
        let mut came = vec![0; 16 << 10];
        let count = (&self.socket).read(&mut came).unwrap_or(0);
        came.truncate(count);
        match &mut *self.tls.lock().unwrap() {
            #[cfg(feature = "native-tls")]
            Some(tls) if count > 0 => {
                tls.get_mut().feed_bytes(Some(&came));
                let mut plain = Vec::new();
                let mut chunk = [0; 4096];
                while let Ok(count @ 1..) = tls.read(&mut chunk) {
                    plain.extend_from_slice(&chunk[..count]);
                }
                Some(plain)
            }
            _ => (count > 0).then_some(came),
        }
    }

    /// Upgrades; the greeting comes in the same packets as the end of the upgrade.
    fn greet(&self) {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.extend(self.receive().unwrap());
        }
        let (_, answer) = read_upgrade(&mut &*request);
        let mut first = answer.into_bytes();
        first.extend(frame(0x81, hello(ID).as_bytes()));
        self.send(&first);
    }

    /// Serves the upgrade, greets, and answers pings on a thread of its own until the end, counting what else comes.
    fn serve(self: &Arc<Self>) -> thread::JoinHandle<Vec<Value>> {
        self.greet();
        let own = Arc::clone(self);
        thread::spawn(move || {
            let (mut buffer, mut actions) = (Vec::new(), Vec::new());
            while let Some(came) = own.receive() {
                buffer.extend(came);
                while let Some(((opcode, payload), length)) = parse(&buffer) {
                    buffer.drain(..length);
                    if opcode != 1 {
                        continue;
                    }
                    let value: Value = serde_json::from_slice(&payload).unwrap();
                    let answer =
                        json!({"status": "OK", "seq_reply": value["seq"], "data": {"server_time": 1}});
                    if value["action"] == "ping" || value["action"] == "ask" {
                        own.send(&frame(0x81, answer.to_string().as_bytes()));
                    }
                    actions.push(value);
                }
            }
            actions
        })
    }

    fn end(&self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

fn builder(server: &Server, secure: bool) -> EventsBuilder {
    #[cfg_attr(not(feature = "native-tls"), expect(unused_mut, reason = "TLS is set on it"))]
    let mut fake = Fake::new(server.port());
    if secure {
        #[cfg(feature = "native-tls")]
        {
            let pem = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/ca.pem")).unwrap();
            let config = crate::TlsConfig::new().add_root(&pem).unwrap();
            fake.config.tls = crate::tls::TlsSettings::new(config);
            fake.config.base.tls = true;
        }
    }
    Arc::new(fake).builder()
}

fn open(
    server: &Server,
    secure: bool,
    crumbs: usize,
    builder: EventsBuilder,
) -> (Events, Arc<Peer>, Serving) {
    thread::scope(|scope| {
        let opening = scope.spawn(|| builder.open());
        let peer = Arc::new(Peer::accept(server, secure, crumbs));
        let serving = peer.serve();
        (opening.join().unwrap().unwrap(), peer, serving)
    })
}

type Serving = thread::JoinHandle<Vec<Value>>;

fn both(test: fn(bool)) {
    test(false);
    if cfg!(feature = "native-tls") {
        test(true);
    }
}

/// The numbers of the posts, in the order they come; checked to be whole.
fn posts(events: &Events, count: u64, text: impl Fn(u64) -> String) {
    posts_from(events, 1, count, text);
}

fn posts_from(events: &Events, first: u64, count: u64, text: impl Fn(u64) -> String) {
    for seq in first..first + count {
        let event = loop {
            let event = events.recv_timeout(MAX_FAILURE_DURATION).unwrap();
            if event.kind() == EventKind::Posted {
                break event;
            }
            assert_ne!(event.kind(), EventKind::Disconnected, "{event:?}");
        };
        assert_eq!(event.seq(), Some(seq));
        assert_eq!(event.raw(), text(seq));
    }
}

#[test]
fn seven_bytes_at_a_time() {
    both(|secure| {
        let server = Server::start();
        let (events, peer, serving) = open(&server, secure, 7, builder(&server, secure));
        for seq in 1..=50 {
            peer.send(&frame(0x81, event(seq).as_bytes()));
        }
        posts(&events, 50, event);
        events.ping().unwrap();
        peer.end();
        serving.join().unwrap();
    });
}

fn random_cuts(secure: bool, frames: u64, sends: u64) {
    fn text(seq: u64) -> String {
        let filling = "x".repeat(usize::try_from(seq.wrapping_mul(2_654_435_761) % 2400).unwrap());
        event(seq).replace("number", &filling)
    }
    let server = Server::start();
    let (events, peer, serving) = open(
        &server,
        secure,
        3000,
        builder(&server, secure).capacity(1 << 16).overflow(crate::Overflow::Block),
    );
    let (events, asked) = (&events, AtomicU64::new(0));
    thread::scope(|scope| {
        let sender = Arc::clone(&peer);
        scope.spawn(move || {
            for seq in 1..=frames {
                sender.send(&frame(0x81, text(seq).as_bytes()));
            }
        });
        for worker in 0..4 {
            let asked = &asked;
            scope.spawn(move || {
                for number in 0..sends / 4 {
                    let filling = "y".repeat(usize::try_from(number % 1500).unwrap());
                    events
                        .request("ask", Some(json!({"worker": worker, "number": number, "x": filling})))
                        .unwrap();
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        posts(events, frames, text);
    });
    assert_eq!(asked.load(Ordering::Relaxed), sends / 4 * 4);
    let stats = events.stats();
    assert_eq!((stats.repeated, stats.gaps, stats.dropped, stats.connections), (0, 0, 0, 1));
    peer.end();
    let actions = serving.join().unwrap();
    for worker in 0..4 {
        let numbers: Vec<u64> = actions
            .iter()
            .filter(|action| action["data"]["worker"] == worker)
            .map(|action| action["data"]["number"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, (0..sends / 4).collect::<Vec<_>>());
    }
}

#[test]
fn random_cuts_of_packets_and_records() {
    both(|secure| random_cuts(secure, 3000, 200));
}

#[test]
#[ignore = "takes a minute: 200,000 frames and 10,000 requests, plain and TLS"]
fn random_cuts_of_packets_and_records_in_full() {
    both(|secure| {
        let began = Instant::now();
        random_cuts(secure, 200_000, 10_000);
        println!("secure {secure}: {:?}", began.elapsed());
    });
}

/// The peer writes 8 MB and reads nothing meanwhile; we write as much as may wait.
#[test]
fn both_directions_full_at_once() {
    both(|secure| {
        let server = Server::start();
        let (events, peer, serving) =
            open(&server, secure, 1 << 20, builder(&server, secure).capacity(20_000));
        // What the peer's reading thread holds is what it cannot read with.
        let hold = peer.tls.lock().unwrap();
        let mut sent = 0;
        for _ in 0..30 {
            events.send("tell", Some(json!({"x": "z".repeat(8000)}))).unwrap();
            sent += 1;
        }
        drop(hold);
        let text = |seq| event(seq).replace("number", &"x".repeat(1000));
        for seq in 1..=8000 {
            peer.send(&frame(0x81, text(seq).as_bytes()));
        }
        posts(&events, 8000, text);
        events.ping().unwrap();
        peer.end();
        let told = serving.join().unwrap().iter().filter(|action| action["action"] == "tell").count();
        assert_eq!(told, sent);
    });
}

#[test]
fn a_flood_of_pings_gets_the_last_answer() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    let mut flood = Vec::new();
    for number in 0..20_000_u32 {
        flood.extend(frame(0x89, &number.to_be_bytes()));
    }
    link.socket.write_all(&flood).unwrap();
    let (mut pongs, mut last) = (0, None);
    while last != Some(19_999) {
        let (opcode, payload) = link.frame().unwrap();
        assert_eq!(opcode, 10);
        let number = u32::from_be_bytes(payload.try_into().unwrap());
        assert!(last.is_none_or(|last| number > last));
        last = Some(number);
        pongs += 1;
    }
    assert!(pongs <= 20_000);
    link.event(1);
    posts(&events, 1, event);
}

/// What a peer must not be able to do, each against a stream of its own: it dials again, and goes on.
#[test]
fn attacks_end_the_link_and_no_more() {
    let big = |length: u64| {
        let mut head = vec![0x81, 127];
        head.extend_from_slice(&length.to_be_bytes());
        head
    };
    let pieces = {
        let mut all = frame(0x01, b"");
        for _ in 0..10_000 {
            all.extend(frame(0x00, b"x"));
        }
        all
    };
    for attack in [
        big(1 << 30),
        big(u64::MAX),
        pieces,
        frame(0x81, b"\xff\xfe"),
        frame(0xc1, b"rsv"),
        frame(0x83, b"opcode"),
        frame(0x80, b"continues nothing"),
        frame(0x09, b"half a ping"),
        vec![0x81, 0x81, 1, 2, 3, 4, 5],
        frame(0x88, b"x"),
    ] {
        let server = Server::start();
        let (events, mut link) = server.open(server.fake().builder());
        link.event(1);
        // The link may end before all of it is written.
        let _ = link.socket.write_all(&attack);
        let mut link = server.accept();
        assert_eq!(link.resumes(), Some(2), "{:?}", &attack[..attack.len().min(20)]);
        link.event(2);
        posts(&events, 1, event);
        let disconnected = loop {
            let event = events.recv_timeout(MAX_FAILURE_DURATION).unwrap();
            if event.kind() == EventKind::Disconnected {
                break event;
            }
        };
        assert!(disconnected.raw().contains("\"unreadable\""), "{disconnected:?}");
    }
}

#[test]
fn odd_texts_are_left_out() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    for odd in ["", "{", "[]", "null", "7", "{}", r#"{"event":7}"#, r#"{"status":"OK"}"#, "\"event\"", "\0"] {
        link.send(odd);
    }
    link.socket.write_all(&frame(0x82, b"binary")).unwrap();
    link.event(1);
    posts(&events, 1, event);
    assert!(events.stats().malformed >= 8, "{:?}", events.stats());
    assert_eq!(events.stats().connections, 1);
}

/// A large event between two small ones: both arrive, one notification, three dials.
#[test]
fn an_event_that_is_too_large_is_named_and_left_out() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder().max_message_size(1 << 20));
    let large = event(2).replace("number", &"x".repeat(2 << 20));
    link.event(1);
    let _ = link.socket.write_all(&frame(0x81, large.as_bytes()));
    let mut link = server.accept();
    assert_eq!(link.resumes(), Some(2));
    let _ = link.socket.write_all(&frame(0x81, large.as_bytes()));
    let mut link = server.accept();
    assert_eq!(link.resumes(), Some(3));
    link.event(3);
    let mut seen = Vec::new();
    while seen.last() != Some(&"3".to_owned()) {
        let event = events.recv_timeout(MAX_FAILURE_DURATION).unwrap();
        match event.kind() {
            EventKind::Posted => seen.push(event.seq().unwrap().to_string()),
            EventKind::Missed => {
                assert_eq!(event.data()["seq"], 2);
                seen.push(event.data()["reason"].as_str().unwrap().to_owned());
            }
            _ => {}
        }
    }
    assert_eq!(seen, ["1", "unreadable", "3"]);
    assert_eq!(events.stats().connect_attempts, 3);
}

/// The queue overflows, the program takes events again, and nothing follows: the notification comes all the same.
#[test]
fn the_last_notice_comes_on_a_stream_gone_silent() {
    let server = Server::start();
    let builder = server.fake().builder().capacity(16).catch_up(crate::CatchUp::off());
    let (events, mut link) = server.open(builder);
    for seq in 1..=500 {
        link.event(seq);
    }
    let until = Instant::now() + MAX_FAILURE_DURATION;
    while events.stats().received < 501 {
        assert!(Instant::now() < until);
        thread::sleep(Duration::from_millis(1));
    }
    let (mut came, mut counted) = (0, 0);
    while came + counted < 500 {
        let event = events.recv_timeout(Duration::from_secs(2)).unwrap();
        match event.payload().unwrap() {
            crate::Payload::Posted(_) => came += 1,
            crate::Payload::Missed(missed) => counted += missed.total(),
            _ => {}
        }
    }
    assert_eq!(came + counted, 500);
    let stats = events.stats();
    assert_eq!((stats.dropped, stats.delivered), (counted, came + 1));
    link.event(501);
    posts_from(&events, 501, 1, event);
}

/// How long a frame takes from `send` to the peer. Run by hand, in release: it prints.
#[test]
#[ignore = "a measurement"]
fn latency_of_sending() {
    both(|secure| {
        let server = Server::start();
        let builder = builder(&server, secure);
        let (events, peer) = thread::scope(|scope| {
            let opening = scope.spawn(|| builder.open());
            let peer = Arc::new(Peer::accept(&server, secure, 1 << 20));
            peer.greet();
            (opening.join().unwrap().unwrap(), peer)
        });
        let came: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let reading = {
            let (peer, came, stop) = (Arc::clone(&peer), Arc::clone(&came), Arc::clone(&stop));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    if peer.receive().is_none() {
                        return;
                    }
                    came.lock().unwrap().push(Instant::now());
                }
            })
        };
        thread::sleep(Duration::from_millis(200));
        came.lock().unwrap().clear();
        let (mut wire, mut call) = (Vec::new(), Vec::new());
        for _ in 0..2000 {
            let sent = Instant::now();
            events.send("x", None).unwrap();
            call.push(sent.elapsed());
            thread::sleep(Duration::from_millis(1));
            let at = came.lock().unwrap().drain(..).next_back();
            if let Some(at) = at {
                wire.push(at.saturating_duration_since(sent));
            }
        }
        wire.sort();
        call.sort();
        let at = |of: &[Duration], percent: usize| of[of.len() * percent / 100 - usize::from(percent == 100)];
        println!(
            "secure {secure}: {} on the wire: p50 {:?} p99 {:?} max {:?}; the call p50 {:?} p99 {:?}",
            wire.len(),
            at(&wire, 50),
            at(&wire, 99),
            at(&wire, 100),
            at(&call, 50),
            at(&call, 99)
        );
        stop.store(true, Ordering::Relaxed);
        peer.end();
        reading.join().unwrap();
    });
}

/// A server that asks for new keys again and again, while both sides send.
#[cfg(all(feature = "native-tls", unix))]
#[test]
#[ignore = "needs the program openssl"]
fn new_keys_on_the_way() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let data = |name: &str| format!("{}/tests/data/tls/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-tls1_3"])
        .args(["-cert", &data("server.pem"), "-key", &data("server.key.pem")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut line = String::new();
    while !line.starts_with("ACCEPT ") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    let port: u16 = line.trim().rsplit(':').next().unwrap().parse().unwrap();
    let mut fake = Fake::new(port);
    let pem = std::fs::read(data("ca.pem")).unwrap();
    fake.config.tls = crate::tls::TlsSettings::new(crate::TlsConfig::new().add_root(&pem).unwrap());
    fake.config.base.tls = true;
    let fake = Arc::new(fake);
    let opening = thread::spawn(move || fake.builder().open());
    let mut key = String::new();
    while !key.starts_with("Sec-WebSocket-Key: ") {
        key.clear();
        assert!(output.read_line(&mut key).unwrap() > 0);
    }
    let request = format!("GET / HTTP/1.1\r\n{}\r\n\r\n", key.trim());
    let (_, answer) = read_upgrade(&mut request.as_bytes());
    // What is written in one piece is sent in one piece; a piece that begins with K is a command.
    let mut say = |bytes: &[u8]| {
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
        thread::sleep(Duration::from_millis(20));
    };
    say(answer.as_bytes());
    say(&frame(0x81, hello(ID).as_bytes()));
    let events = opening.join().unwrap().unwrap();
    // Whether what we send arrives: each action is seen in the clear only by who unmasks it, so count the bytes.
    let arrived = Arc::new(AtomicU64::new(0));
    let counting = {
        let arrived = Arc::clone(&arrived);
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut chunk) {
                arrived.fetch_add(count as u64, Ordering::Relaxed);
            }
        })
    };
    for seq in 1..=30 {
        say(if seq % 2 == 0 { b"K\n" } else { b"k\n" });
        events.send("x", Some(json!({"x": "y".repeat(1000)}))).unwrap();
        say(&frame(0x81, event(seq).as_bytes()));
    }
    posts(&events, 30, event);
    assert_eq!(events.stats().connections, 1);
    let until = Instant::now() + MAX_FAILURE_DURATION;
    while arrived.load(Ordering::Relaxed) < 30_000 {
        assert!(Instant::now() < until, "{}", arrived.load(Ordering::Relaxed));
        thread::sleep(Duration::from_millis(5));
    }
    drop(events);
    child.kill().unwrap();
    child.wait().unwrap();
    counting.join().unwrap();
}
