//! Peers that mean harm, against the library's defaults: a table, a row an attack.
//!
//! The victim is a process of its own, so that its memory and its CPU time can be told from the attacker's. Every
//! attack ends by itself, or the stream still closes in time; what it costs is bounded.

mod peers;
#[cfg(feature = "native-tls")]
mod renewal;

use std::process::Command;
use std::time::{Duration, Instant};

use mattermost::event::Payload;
use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{ChannelId, Client, ClientBuilder, Events, Method, Post, PostDraft};
use serde_json::Value;

use self::peers::{Attack, Side, front};

const VICTIM: &str = "MATTERMOST_TEST_VICTIM";
/// Set: both sides of TLS, for longer.
const MEASURE: &str = "MATTERMOST_TEST_MEASURE";
/// Above the largest thing that may be held at once.
const SLACK_KB: u64 = 10 << 10;

/// What the victim does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Connects, and makes a call.
    Call,
    /// Makes a call whose answer is a list of models.
    List,
    /// Makes a post.
    Post,
    /// Connects through a proxy.
    Proxied,
    /// Opens a stream, and takes what comes.
    Stream,
    /// The same, and looks at each event in every way there is.
    Looker,
    /// The same of one channel alone.
    Filter,
    /// Opens a stream, and takes nothing.
    Sleeper,
    /// Opens a stream through a proxy.
    StreamProxied,
}

const WHATS: [What; 9] = [
    What::Call,
    What::List,
    What::Post,
    What::Proxied,
    What::Stream,
    What::Looker,
    What::Filter,
    What::Sleeper,
    What::StreamProxied,
];

impl What {
    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

struct Row {
    name: &'static str,
    what: What,
    attack: Attack,
    /// It ends in so many seconds; 0 if it lasts until the stream is closed.
    within: u64,
    /// How it ends, in words.
    how: &'static str,
    /// What the limits allow to be held, in MiB: a message, and where large ones come, those that wait and those that
    /// the program looks at; of gaps, the events that wait and those held back.
    holds: u64,
    /// It costs no CPU time.
    slow: bool,
}

/// CPU time of this process in milliseconds, all threads, also those that have ended.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // utime and stime, in ticks of 10 ms.
    [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<u64>().ok()).sum::<u64>() * 10
}

/// A link that an attack does not end is closed after this.
fn enough() -> Duration {
    Duration::from_millis(if std::env::var_os(MEASURE).is_some() { 4000 } else { 500 })
}

fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

fn trusting(builder: ClientBuilder) -> ClientBuilder {
    #[cfg(feature = "native-tls")]
    {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/cases/ca.pem");
        let ca = std::fs::read(path).unwrap();
        builder.tls(mattermost::TlsConfig::new().add_root(&ca).unwrap())
    }
    #[cfg(not(feature = "native-tls"))]
    builder
}

/// What TLS takes once.
fn over_tls_once() {
    #[cfg(feature = "native-tls")]
    {
        let server = TestServer::builder().tls().start().unwrap();
        let tls = mattermost::TlsConfig::new().add_root(TestServer::authority().as_bytes()).unwrap();
        let client =
            Client::builder(server.url()).no_proxy().tls(tls).login("janedoe", PASSWORD).connect().unwrap();
        client.events().unwrap().close(Duration::from_secs(5));
    }
}

/// The process that is attacked: prints what became of it.
#[test]
fn a_victim() {
    let Ok(what) = std::env::var(VICTIM) else { return };
    let what = WHATS.into_iter().find(|it| it.name() == what).unwrap();
    let [peer, home] = ["TEST_PEER", "TEST_HOME"].map(|name| std::env::var(name).unwrap());
    let at_home = || trusting(Client::builder(&home)).no_proxy().login("janedoe", PASSWORD);
    // What every program has once: the roots, the buffers.
    let warm = at_home().connect().unwrap();
    warm.events().unwrap().close(Duration::from_secs(5));
    drop(warm);
    if peer.starts_with("https") {
        over_tls_once();
    }
    let socket = peer.replacen("http", "ws", 1);
    let streaming = match what {
        What::Stream | What::Looker | What::Filter | What::Sleeper => {
            Some(at_home().websocket_url(socket).connect().unwrap())
        }
        // The proxy is honest until the stream is opened.
        What::StreamProxied => {
            let builder = Client::builder(&home).proxy(&peer).login("janedoe", PASSWORD);
            Some(builder.connect().unwrap())
        }
        _ => None,
    };
    let before = (memory("VmRSS:"), cpu());
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let began = Instant::now();
    let mut told = None;
    let calls = || {
        let builder = trusting(Client::builder(&peer)).token("token");
        if what == What::Proxied {
            return Client::builder(&home).proxy(&peer).token("token").connect();
        }
        builder.no_proxy().connect()
    };
    let end = match what {
        What::Call | What::Proxied => {
            calls().and_then(|client| client.call(Method::Get, "/x", &[]).fetch::<Value>()).map(drop)
        }
        What::List => {
            calls().and_then(|client| client.call(Method::Get, "/x", &[]).fetch::<Vec<Post>>()).map(drop)
        }
        What::Post => calls().and_then(|client| {
            let channel: ChannelId = "8k7ktpqaaidztx87g5zqd8j3ry".parse()?;
            client.posts().create(&PostDraft::new(channel, "x")).map(drop)
        }),
        _ => {
            let streaming = streaming.unwrap();
            let builder = Events::builder(&streaming);
            let channel: ChannelId = "8k7ktpqaaidztx87g5zqd8j3rc".parse().unwrap();
            let builder = if what == What::Filter { builder.channels([&channel]) } else { builder };
            builder.open().map(|events| told = Some(stream(&events, what, began)))
        }
    };
    let grown = memory("VmHWM:").saturating_sub(before.0);
    let (took, cpu, words) = match (told, end) {
        (Some(told), _) => told,
        (None, end) => {
            (began.elapsed(), cpu(), end.err().map_or("an answer".into(), |error| error.to_string()))
        }
    };
    let words = words.replace(['\n', '\t'], " ");
    let cpu = cpu.saturating_sub(before.1);
    println!("RESULT\t{}\t{cpu}\t{grown}\t{words}", took.as_millis());
}

/// Waits for the end of the first link; then closes, which must not take long either.
fn stream(events: &Events, what: What, began: Instant) -> (Duration, u64, String) {
    let ends = std::env::var_os("TEST_ENDS").is_some();
    let until = Instant::now() + if ends { Duration::from_secs(100) } else { enough() };
    let mut how = None;
    while how.is_none() && Instant::now() < until {
        if what == What::Sleeper {
            std::thread::sleep(Duration::from_millis(10));
            how = (events.stats().connect_attempts > 1).then(|| "the link ended".to_owned());
            continue;
        }
        let Ok(event) = events.recv_timeout(Duration::from_millis(100)) else { continue };
        if what == What::Looker {
            let _ = (event.data(), event.channel_id(), event.broadcast(), event.decode_error());
            let _ = event.decode::<Value>();
        }
        // The filter is the reader's: nothing is decoded here.
        if what == What::Filter && event.name() == "posted" {
            continue;
        }
        how = match event.payload() {
            Ok(Payload::Disconnected(ended)) => Some(format!("{}: {}", ended.reason, ended.detail)),
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
    }
    let (took, cpu, stats) = (began.elapsed(), cpu(), events.stats());
    let began = Instant::now();
    events.close(Duration::from_secs(2));
    let closing = began.elapsed();
    assert!(closing < Duration::from_millis(2500), "closing took {closing:?}");
    let how = how.unwrap_or_else(|| "goes on".to_owned());
    let (events, odd, dropped) = (stats.received, stats.malformed, stats.dropped);
    (
        took,
        cpu,
        format!(
            "{how} | {events} events, {dropped} dropped, {odd} odd; closed in {} ms",
            closing.as_millis()
        ),
    )
}

/// Prints the row; gives what is not as it should be.
fn attack(row: &Row, side: Side, home: &TestServer) -> Vec<String> {
    let peer = front(side, std::sync::Arc::clone(&row.attack));
    let scheme = if side == Side::Plain { "http" } else { "https" };
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "attacks::a_victim", "--nocapture"])
        .env(VICTIM, row.what.name())
        .env("TEST_PEER", format!("{scheme}://localhost:{}", peer.port()))
        .env("TEST_HOME", home.url());
    if row.within > 0 {
        child.env("TEST_ENDS", "1");
    }
    let child = child.output().unwrap();
    let printed = String::from_utf8_lossy(&child.stdout).into_owned();
    let name = format!("{}{}", row.name, if side == Side::Tls { ", TLS" } else { "" });
    let result = printed.lines().find_map(|line| Some(line.split_once("RESULT\t")?.1));
    let Some(result) = result.filter(|_| child.status.success()) else {
        panic!("{name}: {printed}{}", String::from_utf8_lossy(&child.stderr));
    };
    let parts: Vec<&str> = result.split('\t').collect();
    let [took, cpu, grown]: [u64; 3] = [parts[0], parts[1], parts[2]].map(|number| number.parse().unwrap());
    let how = parts[3];
    let mb = grown as f64 / 1024.0;
    println!("{:<13} {name:<40} {took:>6} ms {cpu:>6} ms CPU {mb:>6.1} MB  {how}", row.what.name());
    let mut wrong = Vec::new();
    if !how.contains(row.how) {
        wrong.push(format!("{name}: {how}"));
    }
    // A busy machine stretches what takes CPU time, and the start of what waits.
    let within = row.within.max(8) * 1000;
    let spent = if row.slow { took.saturating_sub(10_000) } else { took.min(2 * cpu + 2000) };
    if spent >= within {
        wrong.push(format!("{name}: {took} ms"));
    }
    // Two threads at most, whatever comes; and nothing to speak of while nothing comes.
    let most = if row.slow { 500 } else { took * 2 + 500 };
    if cpu >= most {
        wrong.push(format!("{name}: {cpu} ms of CPU in {took} ms"));
    }
    // The roots, which the first handshake of each client loads.
    let roots = if side == Side::Plain { 0 } else { 3 };
    if cfg!(target_os = "linux") && grown >= ((row.holds + roots) << 10) + SLACK_KB {
        wrong.push(format!("{name}: {grown} kB"));
    }
    wrong
}

fn sides() -> impl Iterator<Item = Side> {
    [Side::Plain, Side::Tls].into_iter().filter(|side| *side == Side::Plain || cfg!(feature = "native-tls"))
}

/// What a list of 16 MB comes to: where a pointer takes four bytes, all of it is read.
const WIDE: &str = if size_of::<Value>() < 32 { "EOF while parsing" } else { "far more memory" };

macro_rules! rows {
    ($($what:ident $name:literal, $attack:expr, $within:literal s, $how:expr, $holds:literal MiB;)*) => {
        vec![$(Row {
            name: $name,
            what: What::$what,
            attack: std::sync::Arc::new($attack),
            within: $within,
            how: $how,
            holds: $holds,
            slow: $within > 10,
        }),*]
    };
}

/// What comes as fast as the wire carries it.
#[test]
fn floods() {
    use peers::{Gift, after_me, events, fragments, frames, greet, pieces, write_all};
    let home = TestServer::start().unwrap();
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let flood = |first: String, again: &str| {
        let again = again.repeat(1 + (64 << 10) / again.len());
        move |stream: Gift| drop(after_me(stream, &first, &again))
    };
    let all = rows! {
        Call "endless header lines", flood(ok.into(), "X: y\r\n"), 10 s, "GET /x", 1 MiB;
        Call "endless header line", flood(ok.into(), "x"), 10 s, "head of the response is larger", 1 MiB;
        Call "endless 100 Continue", flood(String::new(), "HTTP/1.1 100 Continue\r\n\r\n"), 10 s, "", 1 MiB;
        Call "endless 103 with headers",
            flood(String::new(), "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"), 10 s, "", 1 MiB;
        Call "endless body", flood(format!("{ok}\r\n["), " "), 10 s, "larger than 16777216 bytes", 16 MiB;
        Call "endless chunks", flood(chunked.into(), &format!("100\r\n{}\r\n", "_".repeat(256))), 10 s, "larger", 16 MiB;
        Call "endless chunks of a byte", flood(chunked.into(), "1\r\n[\r\n"), 10 s, "more framing", 64 MiB;
        Call "endless length of a chunk", flood(chunked.into(), "0"), 10 s, "", 1 MiB;
        Call "endless chunk extension", flood(format!("{chunked}1;"), "x"), 10 s, "", 1 MiB;
        Call "endless trailers", flood(format!("{chunked}0\r\n"), "X: y\r\n"), 10 s, "more framing", 1 MiB;
        Call "endless error", flood("HTTP/1.1 500 Oh\r\n\r\n".into(), "x"), 10 s, "500", 1 MiB;
        Call "endless web page", flood("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n".into(), "x"),
            10 s, "web page", 1 MiB;
        Call "endless redirect", flood("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n".into(), "x"),
            10 s, "redirects", 1 MiB;
        Call "compression bomb", flood(format!("{ok}Content-Encoding: gzip\r\n\r\n"), "\0"),
            10 s, "compressed", 1 MiB;
        Call "JSON of 60 MB", flood(format!("{ok}Content-Length: 60000000\r\n\r\n"), "["),
            10 s, "larger than 16777216 bytes", 16 MiB;
        Call "deep JSON, 16 MB", flood(format!("{ok}Content-Length: 16000000\r\n\r\n"), "["),
            10 s, "unexpected JSON", 16 MiB;
        Call "wide JSON, 16 MB", flood(format!("{ok}Content-Length: 16000001\r\n\r\n["), "[],"),
            10 s, WIDE, 105 MiB;
        Call "wide JSON of objects, 16 MB", flood(format!("{ok}Content-Length: 16000001\r\n\r\n["), "{\"a\":0},"),
            10 s, "far more memory", 105 MiB;
        List "wide JSON of models, 16 MB", flood(format!("{ok}Content-Length: 16000001\r\n\r\n["), "{},"),
            10 s, "far more memory", 105 MiB;
        Post "endless body of a new post", flood(format!("{ok}\r\n["), " "), 10 s, "larger", 16 MiB;
        Proxied "proxy: endless header", |stream: Gift| write_all(stream, "HTTP/1.1 200 OK\r\n", "X: y\r\n"),
            10 s, "head of the response", 1 MiB;
        Proxied "proxy: endless 100 Continue", |stream: Gift| write_all(stream, "", "HTTP/1.1 100 C\r\n\r\n"),
            10 s, "not HTTP", 1 MiB;
        Stream "endless header of the upgrade",
            |stream: Gift| write_all(stream, "HTTP/1.1 101 Switching Protocols\r\n", "X: y\r\n"),
            10 s, "head of the response", 1 MiB;
        Stream "endless refusal", |stream: Gift| write_all(stream, "HTTP/1.1 403 No\r\n\r\n", "x"),
            10 s, "refused", 1 MiB;
        Stream "frame that claims 1 GiB", |stream: Gift| frames(stream, &[0x81, 127, 0, 0, 0, 0, 64, 0, 0, 0]),
            10 s, "max_message_size", 4 MiB;
        Stream "frame that claims 2^63", |stream: Gift| frames(stream, &[0x81, 127, 128, 0, 0, 0, 0, 0, 0, 0]),
            10 s, "max_message_size", 4 MiB;
        Stream "endless fragments of 1 MiB", |stream: Gift| fragments(stream, 1 << 20), 10 s, "max_message_size", 4 MiB;
        Stream "endless fragments of a byte", |stream: Gift| fragments(stream, 1), 10 s, "max_message_size", 4 MiB;
        Stream "endless empty fragments", |stream: Gift| fragments(stream, 0), 10 s, "max_message_size", 4 MiB;
        Stream "fragments with pings between", |stream: Gift| pieces(stream), 10 s, "max_message_size", 4 MiB;
        Stream "endless pings", |stream: Gift| frames(stream, &[0x89, 0]), 10 s, "floods", 4 MiB;
        Stream "endless pongs", |stream: Gift| frames(stream, &[0x8a, 0]), 10 s, "floods", 4 MiB;
        Stream "endless nonsense", |stream: Gift| frames(stream, &[0x81, 1, b'x']), 10 s, "floods", 4 MiB;
        Stream "endless binary messages", |stream: Gift| frames(stream, &[0x82, 0]), 10 s, "floods", 4 MiB;
        Stream "endless answers", |stream: Gift| frames(stream, b"\x81\x0f{\"seq_reply\":1}"), 10 s, "floods", 4 MiB;
        Stream "endless posts", |stream: Gift| events(stream, peers::posted), 0 s, "goes on", 4 MiB;
        Stream "endless gaps", |stream: Gift| events(stream, peers::gap), 0 s, "goes on", 12 MiB;
        Stream "endless new connections", |stream: Gift| events(stream, peers::hellos), 0 s, "goes on", 4 MiB;
        Stream "endless unknown events", |stream: Gift| events(stream, peers::unknown), 0 s, "goes on", 4 MiB;
        Looker "wide events, looked at", |stream: Gift| events(stream, peers::wide), 0 s, "goes on", 32 MiB;
        Looker "wide posts, looked at", |stream: Gift| events(stream, peers::wide_post), 0 s, "goes on", 60 MiB;
        Filter "wide posts, by channel", |stream: Gift| events(stream, peers::wide_post), 0 s, "goes on", 20 MiB;
        Stream "wide answers", |stream: Gift| events(stream, peers::wide_answer), 0 s, "goes on", 4 MiB;
        Sleeper "posts that nobody takes", |stream: Gift| events(stream, peers::posted), 0 s, "goes on", 4 MiB;
        Sleeper "large posts that nobody takes", |stream: Gift| events(stream, peers::large), 0 s, "goes on", 4 MiB;
        Sleeper "gaps that nobody takes", |stream: Gift| events(stream, peers::gap), 0 s, "goes on", 4 MiB;
        Sleeper "new connections nobody takes", |stream: Gift| events(stream, peers::hellos), 0 s, "goes on", 4 MiB;
        Sleeper "unknown events nobody takes", |stream: Gift| events(stream, peers::unknown), 0 s, "goes on", 4 MiB;
        Stream "a goodbye, and more", |stream: Gift| {
            let stream = greet(stream);
            peers::pour(stream, &[0x88, 2, 3, 232], &[0x89, 0]);
        }, 10 s, "", 4 MiB;
    };
    let only = std::env::var("MATTERMOST_TEST_ROW").unwrap_or_default();
    let both = std::env::var_os(MEASURE).is_some();
    let mut wrong = Vec::new();
    for row in all.iter().filter(|row| row.name.contains(&only)) {
        for side in sides().filter(|side| *side == Side::Plain || both && row.what != What::Proxied) {
            wrong.extend(attack(row, side, &home));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Requests for new keys without end, by `openssl s_server`: each is a record of 27 bytes that nobody counts as a frame.
#[cfg(feature = "native-tls")]
#[test]
fn new_keys_without_end() {
    use peers::Gift;
    use renewal::renewing;
    if Command::new("openssl").arg("version").output().is_err() {
        println!("not run: there is no `openssl` here");
        return;
    }
    let home = TestServer::start().unwrap();
    let rows = rows! {
        Call "endless new keys, TLS", |stream: Gift| renewing(stream, false, false), 10 s, "more framing than content", 1 MiB;
        Stream "endless new keys, TLS", |stream: Gift| renewing(stream, true, false), 10 s, "TLS records without content", 4 MiB;
        Stream "endless new keys, reads nothing, TLS", |stream: Gift| renewing(stream, true, true),
            10 s, "TLS records without content", 4 MiB;
    };
    let wrong: Vec<_> = rows.iter().flat_map(|row| attack(row, Side::BeforeTls, &home)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What comes a byte at a time, or not at all: each phase has its deadline, and all of them pass at once.
#[test]
#[ignore = "takes a minute and a half"]
fn trickles() {
    use peers::{Gift, after_me, drip, greet, quiet, upgraded};
    let home = TestServer::start().unwrap();
    let passing = home.port();
    let plain = rows! {
        Call "silence", |stream: Gift| quiet(stream), 31 s, "deadline", 1 MiB;
        Call "a head, a byte at a time", |stream: Gift| drip(stream, b"HTTP/1.1 200 OK\r\nX: "), 31 s, "deadline", 1 MiB;
        Call "a body, a byte at a time", |stream: Gift| {
            let stream = after_me(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "");
            drip(stream.unwrap(), b"");
        }, 31 s, "deadline", 1 MiB;
        Post "a new post's answer, a byte at a time", |stream: Gift| {
            let stream = after_me(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "");
            drip(stream.unwrap(), b"");
        }, 31 s, "", 1 MiB;
        Stream "silence before the upgrade", |stream: Gift| quiet(stream), 16 s, "did not send `hello`", 4 MiB;
        Stream "the upgrade, a byte at a time", |stream: Gift| drip(stream, b"HTTP/1.1 101 S\r\nX: "), 16 s, "did not send `hello`", 4 MiB;
        Stream "silence after the upgrade", |stream: Gift| quiet(upgraded(stream).unwrap()), 16 s, "", 4 MiB;
        Stream "a frame of 4 MiB, a byte at a time", |stream: Gift| drip(greet(stream).unwrap(), &[0x81, 127, 0, 0, 0, 0, 0, 64, 0, 0]),
            91 s, "", 4 MiB;
        Stream "silence after the first event", |stream: Gift| quiet(greet(stream).unwrap()), 61 s, "", 4 MiB;
        Stream "reads nothing, sends pings", |stream: Gift| peers::deaf(stream), 61 s, "", 4 MiB;
    };
    let proxies = rows! {
        Proxied "proxy: silence", |stream: Gift| quiet(stream), 31 s, "deadline", 1 MiB;
        Proxied "proxy: a byte at a time", |stream: Gift| drip(stream, b"HTTP/1.1 200 OK\r\nX: "), 31 s, "deadline", 1 MiB;
        StreamProxied "proxy: silence", move |stream: Gift| peers::fickle(stream, passing, b""), 16 s, "deadline", 4 MiB;
        StreamProxied "proxy: a byte at a time",
            move |stream: Gift| peers::fickle(stream, passing, b"HTTP/1.1 200 OK\r\n"), 16 s, "deadline", 4 MiB;
    };
    // The head of a record of 16 KiB, with a handshake message in it.
    let handshake = rows! {
        Call "TLS handshake: silence", |stream: Gift| quiet(stream), 31 s, "TLS handshake took too long", 1 MiB;
        Call "TLS handshake: a byte at a time", |stream: Gift| drip(stream, &[22, 3, 3, 64, 0, 2, 0, 63, 252]),
            31 s, "TLS handshake took too long", 1 MiB;
        Stream "TLS handshake: silence", |stream: Gift| quiet(stream), 16 s, "TLS handshake took too long", 4 MiB;
        Stream "TLS handshake: a byte at a time", |stream: Gift| drip(stream, &[22, 3, 3, 64, 0, 2, 0, 63, 252]),
            16 s, "TLS handshake took too long", 4 MiB;
    };
    let home = &home;
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let mut all = Vec::new();
        for row in &plain {
            all.extend(sides().map(|side| scope.spawn(move || attack(row, side, home))));
        }
        all.extend(proxies.iter().map(|row| scope.spawn(move || attack(row, Side::Plain, home))));
        if cfg!(feature = "native-tls") {
            all.extend(handshake.iter().map(|row| scope.spawn(move || attack(row, Side::BeforeTls, home))));
        }
        all.into_iter().flat_map(|row| row.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
