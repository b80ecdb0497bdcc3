//! Counts what the crate costs, and fails if a count exceeds its limit in `benches/footprint.tsv`.
//!
//! `cargo bench --no-default-features --bench footprint` prints the table. Instructions and allocations are those of a
//! process of its own under callgrind, per event or call: the difference of two runs of different length. The other
//! side of a ratio is a loop over bare tungstenite, `serde_json` or ureq that is built the same way. `-- all` also
//! builds an echo bot, the crate and its dependencies alone, and opens streams with TLS. Linux only: it reads /proc.

#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints and may panic"
)]

mod builds;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mattermost::{CatchUp, Client, EventKind, Events, Method, Payload, User};
use serde::Deserialize;
use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};

const LIMITS: &str = include_str!("footprint.tsv");
const POSTED: &str = include_str!("../tests/data/events/posted.json");
const TYPING: &str = include_str!("../tests/data/events/typing.json");
const ME: &str = r#"{"id":"8k7ktpqaaidztx87g5zqd8j3ry","create_at":1795396670761,"update_at":1795396670893,"delete_at":0,"username":"admin","auth_service":"","email":"admin@example.com","nickname":"","first_name":"","last_name":"","position":"","roles":"system_admin system_user","locale":"en","disable_welcome_email":false}"#;
const POST_ID: &str = "7ag1hag34tfsfyupmhr5hx6iiw";
/// Lengths of the two runs whose difference is counted.
const SHORT_RUN: usize = 500;
const LONG_RUN: usize = 2_500;
const STREAM_COUNT: usize = 100;
const IO_TIMEOUT: Duration = Duration::from_secs(120);

// The peer: a server that sends events and answers every call alike.

/// Events that the peer sends on each connection.
#[derive(Clone, Copy, PartialEq)]
enum Sent {
    Posted,
    Typing,
}

fn event(sent: Sent, seq: usize) -> String {
    let text = match sent {
        Sent::Posted => {
            let words = "and a few more words, so that it is as long as what people write ".repeat(6);
            POSTED
                .replace(r#"message\":\""#, &format!(r#"message\":\"{words}"#))
                .replace(POST_ID, &format!("{seq:026}"))
        }
        Sent::Typing => TYPING.to_owned(),
    };
    let start = text.trim_end().rfind("\"seq\":").expect("a sequence number");
    format!("{}\"seq\":{seq}}}", &text[..start])
}

fn frame(text: &str) -> Vec<u8> {
    let mut bytes = vec![0x81];
    match u16::try_from(text.len()).expect("a short text") {
        short @ 0..126 => bytes.push(short as u8),
        long => {
            bytes.push(126);
            bytes.extend_from_slice(&long.to_be_bytes());
        }
    }
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// Starts a peer that sends so many events on each connection, and one `posted` that ends the run.
fn peer(sent: Sent, count: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream, sent, count));
        }
    });
    url
}

fn serve(stream: TcpStream, sent: Sent, count: usize) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let writer = Arc::new(Mutex::new(stream));
    loop {
        let (mut key, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? <= 2 {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                match name.to_ascii_lowercase().as_str() {
                    "sec-websocket-key" => key = Some(value.trim().to_owned()),
                    "content-length" => length = value.trim().parse().ok()?,
                    _ => {}
                }
            }
        }
        std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink()).ok()?;
        let response = match &key {
            Some(key) => format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {}\r\n\r\n",
                tungstenite::handshake::derive_accept_key(key.as_bytes())
            ),
            None => format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{ME}",
                ME.len()
            ),
        };
        writer.lock().ok()?.write_all(response.as_bytes()).ok()?;
        if key.is_some() {
            let replies = Arc::clone(&writer);
            std::thread::spawn(move || reply(reader, &replies));
            return send_events(&writer, sent, count);
        }
    }
}

/// Sends many events with each write, so that every read of a slow client fills its buffer, and two runs count the same.
///
/// This favours the bare loop: tungstenite clears 128 KiB before each read, of few events or of many.
fn send_events(writer: &Mutex<TcpStream>, sent: Sent, count: usize) -> Option<()> {
    const WRITE_SIZE: usize = 64 << 10;
    let hello = r#"{"event":"hello","data":{"server_version":"11.6.0.1.x.false","connection_id":"aaaaaaaaaaaaaaaaaaaaaaaaaa"},"broadcast":{"user_id":""},"seq":0}"#;
    let mut bytes = frame(hello);
    for seq in 1..=count {
        bytes.extend(frame(&event(sent, seq)));
        if bytes.len() >= WRITE_SIZE {
            writer.lock().ok()?.write_all(&bytes).ok()?;
            bytes.clear();
        }
    }
    bytes.extend(frame(&event(Sent::Posted, count + 1)));
    writer.lock().ok()?.write_all(&bytes).ok()
}

/// Answers the actions of the client.
fn reply(reader: BufReader<TcpStream>, writer: &Mutex<TcpStream>) -> Option<()> {
    let mut socket = WebSocket::from_raw_socket(reader.into_inner(), Role::Server, None);
    loop {
        if let Message::Text(text) = socket.read().ok()? {
            let action: serde_json::Value = serde_json::from_str(text.as_str()).ok()?;
            let reply = serde_json::json!({"status": "OK", "seq_reply": action["seq"],
                "data": {"text": "pong", "server_time": 1_795_396_599_157_u64}});
            writer.lock().ok()?.write_all(&frame(&reply.to_string())).ok()?;
        }
    }
}

// The programs that are counted.

fn client(url: &str) -> Client {
    client_with("token", url)
}

fn client_with(token: &str, url: &str) -> Client {
    let builder = Client::builder(url).token(token).no_proxy();
    #[cfg(feature = "native-tls")]
    let builder = {
        // As in a program with several accounts: one set of settings for all clients.
        static TLS_CONFIG: std::sync::LazyLock<mattermost::TlsConfig> = std::sync::LazyLock::new(|| {
            let trusted = mattermost::TlsConfig::new().add_root(include_bytes!("../tests/data/tls/ca.pem"));
            trusted.expect("the test CA")
        });
        builder.tls(TLS_CONFIG.clone())
    };
    builder.connect().expect("a client")
}

fn open(client: &Client, count: usize, kinds: &[EventKind]) -> Events {
    Events::builder(client)
        .catch_up(CatchUp::off())
        .capacity(count + 100)
        .kinds(kinds.iter().copied())
        .open()
        .expect("a stream")
}

fn is_last(event: &mattermost::Event, count: usize) -> bool {
    event.seq() == Some(count as u64 + 1)
}

fn stream(url: &str, count: usize, decode: bool) {
    let events = open(&client(url), count, &[EventKind::Posted]);
    let mut length = 0;
    for event in &events {
        if decode {
            if let Payload::Posted(posted) = event.payload().expect("an event") {
                length += posted.post.message.len();
            }
        }
        if is_last(&event, count) {
            break;
        }
    }
    black_box(length);
    drop(events);
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    post: Cow<'a, str>,
}

#[derive(Deserialize)]
struct PostText {
    message: String,
}

fn bare_stream(url: &str, count: usize, decode: bool) {
    let address = url.strip_prefix("http://").expect("a URL");
    let tcp = TcpStream::connect(address).expect("a connection");
    let (mut socket, _) =
        tungstenite::client(format!("ws://{address}/api/v4/websocket"), tcp).expect("a socket");
    let mut length = 0;
    // Besides the events, `hello` and the one that ends the run.
    for index in 0..count + 2 {
        let Message::Text(text) = socket.read().expect("a message") else { continue };
        if decode && index > 0 {
            let envelope: Envelope<'_> = serde_json::from_str(text.as_str()).expect("an event");
            let post: PostText = serde_json::from_str(&envelope.data.post).expect("a post");
            length += post.message.len();
        } else {
            length += text.len();
        }
    }
    black_box(length);
}

fn calls(url: &str, count: usize) {
    let client = client(url);
    for _ in 0..count {
        let user: User = client.call(Method::Get, "/users/me", &[]).fetch().expect("a user");
        assert_eq!(user.username, "admin");
    }
}

fn bare_calls(url: &str, count: usize) {
    // As a careful user would set it up: phase deadlines and small buffers.
    let config = ureq::Agent::config_builder()
        .proxy(None)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_per_read(Some(Duration::from_secs(30)))
        .timeout_per_write(Some(Duration::from_secs(30)))
        .input_buffer_size(16 << 10)
        .output_buffer_size(16 << 10)
        .build();
    let agent = ureq::Agent::new_with_config(config);
    let path = format!("{url}/api/v4/users/me");
    for _ in 0..count {
        let mut response =
            agent.get(&path).header("authorization", "Bearer token").call().expect("a response");
        let body = response.body_mut().read_to_vec().expect("a body");
        let user: User = serde_json::from_slice(&body).expect("a user");
        assert_eq!(user.username, "admin");
    }
}

fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find(|line| line.starts_with(field)).expect("a field");
    line.split_whitespace().nth(1).and_then(|value| value.parse().ok()).expect("a number")
}

fn entries(folder: &str) -> usize {
    std::fs::read_dir(folder).expect("/proc").count()
}

/// Prints what a stream holds that waits for events, and what each further one takes.
fn held(url: &str, token: &str) {
    let descriptors = entries("/proc/self/fd");
    let first = open(&client_with(token, url), 1, &[]);
    first.poll(IO_TIMEOUT).expect("an event");
    println!("threads={}", entries("/proc/self/task") - 1);
    println!("descriptors={}", entries("/proc/self/fd") - descriptors);
    println!("idle_rss={}", status("VmRSS"));
    let before = status("VmRSS");
    let streams: Vec<Events> = (0..STREAM_COUNT)
        .map(|_| {
            let events = open(&client_with(token, url), 1, &[]);
            events.poll(IO_TIMEOUT).expect("an event");
            events
        })
        .collect();
    println!("stream_rss={}", (status("VmRSS") - before) / STREAM_COUNT as u64);
    drop(streams);
}

/// Runs a program that takes a number of rounds, or a token.
fn child(program: &str, url: &str, argument: &str) {
    if program == "held" {
        return held(url, argument);
    }
    let count = argument.parse().expect("a count");
    match program {
        "decoded" => stream(url, count, true),
        "wanted" | "unwanted_typing" => stream(url, count, false),
        "bare_decoded" => bare_stream(url, count, true),
        "bare_read" | "bare_read_typing" => bare_stream(url, count, false),
        "call" => calls(url, count),
        "bare_call" => bare_calls(url, count),
        other => panic!("no program {other}"),
    }
}

// Counting.

#[derive(Clone, Copy)]
struct Counts {
    instructions: f64,
    allocations: f64,
}

/// Runs a program under callgrind. `None` if it is not installed.
fn count(program: &str, rounds: usize) -> Option<Counts> {
    let path = std::env::temp_dir().join(format!("footprint-{}-{program}-{rounds}", std::process::id()));
    let profile = profile(program, rounds, &path)?;
    std::fs::remove_file(&path).ok();
    let total = profile.lines().find_map(|line| line.strip_prefix("totals: ")).expect("a total");
    Some(Counts { instructions: total.trim().parse().expect("a number"), allocations: allocations(&profile) })
}

/// Writes the profile of a program to a file.
fn profile(program: &str, rounds: usize, path: &Path) -> Option<String> {
    let sent = if program.ends_with("typing") { Sent::Typing } else { Sent::Posted };
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", &format!("--callgrind-out-file={}", path.display())])
        .arg(std::env::current_exe().expect("a path"))
        .args(["child", program, &peer(sent, rounds), &rounds.to_string()])
        .output()
        .ok()?;
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(std::fs::read_to_string(path).expect("a profile"))
}

/// The calls of the functions that allocate, in the format of callgrind: names are written once and numbered.
fn allocations(profile: &str) -> f64 {
    let (mut names, mut callee, mut calls) = (BTreeMap::new(), "", 0_u64);
    for line in profile.lines() {
        if let Some(name) = line.strip_prefix("cfn=").or_else(|| line.strip_prefix("fn=")) {
            let (number, name) = name.split_once(' ').unwrap_or((name, ""));
            if !name.is_empty() {
                names.insert(number, name);
            }
            if line.starts_with('c') {
                callee = names.get(number).copied().unwrap_or_default();
            }
        } else if let Some(counted) = line.strip_prefix("calls=") {
            if matches!(callee, "malloc" | "calloc" | "realloc") {
                let counted = counted.split(' ').next().unwrap_or_default();
                calls += counted.parse::<u64>().expect("a number of calls");
            }
        }
    }
    calls as f64
}

/// The counts of one event or call.
fn count_each(program: &str) -> Option<Counts> {
    let (short, long) = (count(program, SHORT_RUN)?, count(program, LONG_RUN)?);
    let each = |of: fn(&Counts) -> f64| (of(&long) - of(&short)) / (LONG_RUN - SHORT_RUN) as f64;
    Some(Counts { instructions: each(|c| c.instructions), allocations: each(|c| c.allocations) })
}

/// System calls of 10,000 decoded events. `None` if strace is not installed.
fn system_calls() -> Option<f64> {
    let path = std::env::temp_dir().join(format!("footprint-{}-strace", std::process::id()));
    let output = Command::new("strace")
        .args(["-f", "-c", "-o"])
        .arg(&path)
        .arg(std::env::current_exe().expect("a path"))
        .args(["child", "decoded", &peer(Sent::Posted, 10_000), "10000"])
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = std::fs::read_to_string(&path).ok()?;
    std::fs::remove_file(&path).ok();
    let total = table.lines().find(|line| line.ends_with("total"))?;
    total.split_whitespace().nth(3)?.parse().ok()
}

fn crates(args: &[&str]) -> Option<f64> {
    let tree = ["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"];
    let output = Command::new(env!("CARGO")).args(tree).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let names: std::collections::BTreeSet<_> =
        text.lines().filter_map(|line| line.split(" (").next()).filter(|line| !line.is_empty()).collect();
    Some(names.len() as f64 - 1.0)
}

fn field(printed: &str, name: &str) -> Option<f64> {
    let value = printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
    value.parse().ok()
}

fn measure(all: bool) -> BTreeMap<&'static str, f64> {
    let mut measured = BTreeMap::new();
    let mut record = |name, value: Option<f64>| value.map(|value| measured.insert(name, value));
    let ratio = |ours: Option<Counts>, bare: Option<Counts>| Some(ours?.instructions / bare?.instructions);
    let decoded = count_each("decoded");
    let bare_decoded = count_each("bare_decoded");
    record("instructions: posted decoded", decoded.map(|c| c.instructions));
    record("instructions: bare loop, message decoded", bare_decoded.map(|c| c.instructions));
    record("ratio: posted decoded", ratio(decoded, bare_decoded));
    let (wanted, bare_read) = (count_each("wanted"), count_each("bare_read"));
    record("ratio: posted not decoded", ratio(wanted, bare_read));
    record("ratio: unwanted kind", ratio(count_each("unwanted_typing"), count_each("bare_read_typing")));
    let (call, bare_call) = (count_each("call"), count_each("bare_call"));
    record("ratio: REST call", ratio(call, bare_call));
    let more = |one: Option<Counts>, two: Option<Counts>| Some(one?.allocations - two?.allocations);
    record("allocations: payload of posted", more(decoded, wanted));
    record("allocations: posted before its payload", more(wanted, bare_read));
    record("allocations: REST call", call.map(|c| c.allocations));
    record("system calls: 10,000 posted", system_calls());
    record("crates", crates(&[]));
    record("crates without TLS", crates(&["--no-default-features"]));
    let me = std::env::current_exe().expect("a path");
    let held = Command::new(me)
        .args(["child", "held", &peer(Sent::Posted, 0), "token"])
        .output()
        .expect("a process");
    let held = String::from_utf8_lossy(&held.stdout).into_owned();
    record("threads of a stream", field(&held, "threads"));
    record("descriptors of a stream", field(&held, "descriptors"));
    record("KiB: idle stream, plain", field(&held, "idle_rss"));
    record("KiB: each of 100 streams, plain", field(&held, "stream_rss"));
    if all {
        record("KiB: echo bot, stripped, lto", builds::echo_bot_size());
        let held = builds::held_over_tls().unwrap_or_default();
        record("KiB: idle stream, TLS", field(&held, "idle_rss"));
        record("KiB: each of 100 streams, TLS", field(&held, "stream_rss"));
        let clean = builds::clean_builds();
        record("user seconds: clean build", clean.map(|(ours, _)| ours));
        record("user seconds: clean build of the dependencies", clean.map(|(_, empty)| empty));
        record("ratio: clean build", clean.map(|(ours, empty)| ours / empty));
    }
    measured
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [kind, program, url, argument] = args.as_slice() {
        if kind == "child" {
            child(program, url, argument);
            return ExitCode::SUCCESS;
        }
    }
    if let [option, program] = args.as_slice() {
        if option == "profile" {
            let path = std::env::temp_dir().join(format!("callgrind.{program}"));
            profile(program, LONG_RUN, &path).expect("callgrind");
            println!("{}", path.display());
            return ExitCode::SUCCESS;
        }
    }
    let measured = measure(args.iter().any(|arg| arg == "all"));
    let good = report(&measured);
    if std::env::var_os("UPDATE").is_some() {
        update(&measured);
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The values with the digits that are compared.
fn rounded(name: &str, value: f64) -> f64 {
    // Starting up takes a few allocations more or less, which the difference of two runs divides by 2,000.
    let places = if name.starts_with("ratio") { 100.0 } else { 10.0 };
    (value * places).round() / places
}

/// Prints the table. `false` if a limit is exceeded.
fn report(measured: &BTreeMap<&'static str, f64>) -> bool {
    let mut good = true;
    for name in measured.keys().filter(|name| !LIMITS.lines().any(|row| row.split('\t').next() == Some(name)))
    {
        println!("{name:<44} {:>10.2} no limit", measured[name]);
    }
    println!("{:<44} {:>10} {:>10}", "", "measured", "limit");
    for row in LIMITS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut columns = row.split('\t');
        let (name, limit) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        let limit: f64 = limit.parse().unwrap_or_else(|_| panic!("a limit: {row}"));
        let Some(value) = measured.get(name) else {
            println!("{name:<44} {:>10} {limit:>10}", "-");
            continue;
        };
        let over = rounded(name, *value) > limit;
        good &= !over;
        println!("{name:<44} {value:>10.2} {limit:>10}{}", if over { "  EXCEEDED" } else { "" });
    }
    good
}

/// Writes what was measured, and the date, into the file of the limits.
fn update(measured: &BTreeMap<&'static str, f64>) {
    let output = Command::new("date").args(["-u", "+%F"]).output().expect("a date");
    let today = String::from_utf8(output.stdout).expect("a date");
    let rows = LIMITS.lines().map(|row| {
        let mut columns: Vec<String> = row.split('\t').map(str::to_owned).collect();
        if let Some(value) = measured.get(columns[0].as_str()) {
            columns[2] = rounded(&columns[0], *value).to_string();
            columns[3] = today.trim().to_owned();
        }
        columns.join("\t") + "\n"
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/footprint.tsv");
    std::fs::write(path, rows.collect::<String>()).expect("the limits");
}
