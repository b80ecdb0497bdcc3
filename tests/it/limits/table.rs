//! The tables of `mattermost::limits`, row by row: at the limit, and one past it, calls and stream side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::event::Payload;
use mattermost::testing::TestServer;
use mattermost::{CatchUp, Client, ClientBuilder, Event, Events, EventsBuilder, Method, PostDraft, Result};
use serde_json::Value;

use super::{PATIENCE, answering, builder, event_of};
use crate::peer::{Peer, frame, greeted, json, me, read_head, streaming_to, switching};

/// What came of it at the limit, and one past it, in words; and which words the latter must have.
type Sides = Option<(String, String, &'static str)>;

enum Shown {
    Here(fn() -> (Sides, Sides)),
    /// It takes too long here, or a clock that is driven: the file and the test.
    There(&'static str, &'static str),
}
use Shown::{Here, There};

const TABLE: &[(&str, &str, Shown)] = &[
    ("Calls", "call, including retries and waits", Here(whole_call)),
    ("Calls", "name lookup", There("src/net/lookup.rs", "a_name_is_not_waited_for")),
    ("Calls", "connection, proxy and TLS handshake together", Here(connection)),
    ("Calls", "response to a new post, before it is sent again", Here(new_post)),
    ("Calls", "retries after failures; after responses with a retry delay", Here(repeats)),
    ("Calls", "response head", Here(heads)),
    ("Calls", "decoded response body", Here(decoded_body)),
    ("Calls", "response body in memory", Here(plain_body)),
    ("Calls", "response body that is read or saved in pieces", Here(read_body)),
    ("Calls", "body of an error response", Here(error_body)),
    ("Calls", "received text in an error message", Here(strange_text)),
    ("Calls", "depth of JSON", Here(depth)),
    ("Calls", "memory of the items of decoded lists and maps", Here(items)),
    ("Calls", "framing of a body: heads, chunk sizes, trailers, TLS", Here(framing)),
    ("Calls", "followed redirects", Here(redirects)),
    ("Calls", "compression", Here(compression)),
    ("Calls", "idle connections", Here(idle_connections)),
    (
        "Calls",
        "concurrent name lookups of the process",
        There("src/net/lookup.rs", "no_more_than_eight_at_a_time"),
    ),
    ("Streams", "opening, including `hello`", There("tests/it/attacks.rs", "trickles")),
    ("Streams", "name lookup; connection and proxy; TLS handshake", Here(connection)),
    ("Streams", "response head of the upgrade and of a proxy", Here(heads)),
    ("Streams", "body of a refusal", Here(error_body)),
    ("Streams", "a message", Here(message)),
    ("Streams", "memory of the items of decoded lists and maps", Here(items)),
    ("Streams", "frames of a message", Here(fragments)),
    ("Streams", "queued events", Here(capacity)),
    (
        "Streams",
        "text of the queued events; a single text of any size fits",
        There("src/ws/queue.rs", "large_events_fill_a_queue_before_its_slots_do"),
    ),
    (
        "Streams",
        "rows of a catch-up; others are read later, or reported",
        There("src/ws/catch_up/fetch.rs", "posts_without_room_are_read_in_a_later_pass"),
    ),
    (
        "Streams",
        "rows of a catch-up between buffered events",
        There("src/ws/catch_up/tests/bounds.rs", "an_endless_server_meets_every_bound"),
    ),
    (
        "Streams",
        "posts, edits and deletions that a catch-up remembers",
        There("src/ws/catch_up/tests/bounds.rs", "an_endless_server_meets_every_bound"),
    ),
    (
        "Streams",
        "teams of a catch-up; list of channels; pages per channel; passes",
        There("src/ws/catch_up/fetch.rs", "lists_of_teams_and_channels_have_an_end"),
    ),
    ("Streams", "frames without an event: pings, pongs, invalid messages", Here(idle_talk)),
    (
        "Streams",
        "TLS overhead: records without content, new keys",
        There("src/ws/connection/tests.rs", "requests_for_new_keys"),
    ),
    (
        "Streams",
        "send buffer, including ciphertext",
        There("src/ws/connection/tests.rs", "answers_of_the_tls_library_end_the_link_at_256_kib"),
    ),
    (
        "Streams",
        "sending a frame",
        There("src/ws/tests/close.rs", "a_frame_that_does_not_leave_ends_the_link"),
    ),
    ("Streams", "action", Here(action)),
    (
        "Streams",
        "reply to a ping",
        There("src/ws/session/tests.rs", "pings_come_every_thirty_seconds_and_must_be_answered"),
    ),
    (
        "Streams",
        "delay between connection attempts",
        There("src/ws/backoff.rs", "waits_grow_to_five_minutes_and_start_again"),
    ),
];

#[test]
fn every_limit_of_the_documentation() {
    let documented = documented();
    let mut rows = TABLE.iter().map(|(section, what, _)| (*section, *what)).collect::<BTreeSet<_>>();
    assert_eq!(rows.len(), TABLE.len());
    let mut wrong = Vec::new();
    let mut all = Vec::new();
    for (section, what, limit) in &documented {
        match TABLE.iter().find(|row| (row.0, row.1) == (section, what)) {
            Some((.., shown)) => all.push((what, limit, shown)),
            None => wrong.push(format!("no row: {section}: {what}")),
        }
        rows.remove(&(&**section, &**what));
    }
    // Most of them wait; a few at a time leave something to other tests.
    let (next, shown) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let worker = || {
        while let Some((at, (what, limit, row))) =
            Some(next.fetch_add(1, Ordering::AcqRel)).and_then(|at| Some((at, all.get(at)?)))
        {
            let came = show(what, limit, row);
            shown.lock().unwrap().insert(at, came);
        }
    };
    thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(worker))));
    for (printed, failed) in shown.into_inner().unwrap().into_values() {
        println!("{}", printed.split_whitespace().collect::<Vec<_>>().join(" "));
        wrong.extend(failed);
    }
    wrong.extend(rows.iter().map(|(section, what)| format!("not documented: {section}: {what}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The row as it is printed, and what is wrong with it.
fn show(what: &str, limit: &str, shown: &Shown) -> (String, Vec<String>) {
    let run = match shown {
        Here(run) => run,
        There(file, test) => {
            let source = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            let there = source.contains(&format!("fn {test}()"));
            let wrong = if there { vec![] } else { vec![format!("{what}: {file} has no {test}")] };
            return (format!("{what} | {limit} | see {file}: {test}"), wrong);
        }
    };
    let (calls, stream) = run();
    assert!(calls.is_some() || stream.is_some(), "{what}");
    let (mut printed, mut wrong) = (format!("{what} | {limit}"), Vec::new());
    for (name, sides) in [("calls", calls), ("stream", stream)] {
        let Some((at, past, words)) = sides else {
            printed.push_str(" | -");
            continue;
        };
        printed.push_str(&format!(" | {at} / {past}"));
        if at != "ok" || !past.contains(words) {
            wrong.push(format!("{what}, {name}: {at:?}, then {past:?} and not {words:?}"));
        }
    }
    (printed, wrong)
}

/// Section, what, limit.
pub(super) fn documented() -> Vec<(String, String, String)> {
    let (mut section, mut all) = (String::new(), Vec::new());
    for line in include_str!("../../../src/limits.rs").lines() {
        let line = line.trim_start_matches("//!").trim();
        if let Some(title) = line.strip_prefix("# ") {
            section = title.to_owned();
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if cells.len() > 3 && !matches!(cells[1], "resource" | "---") {
            all.push((section.clone(), cells[1].to_owned(), cells[2].to_owned()));
        }
    }
    assert!(all.len() > 30, "the table was not found");
    all
}

fn words<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(e) => format!("{:?}: {e}", e.kind()),
    }
}

fn ask(client: &Client) -> Result<Value> {
    client.call(Method::Get, "/x", &[]).fetch()
}

/// A call that is answered with these bytes.
fn call(answer: impl Into<Vec<u8>>) -> String {
    call_with(answer, |builder| builder)
}

fn call_with(answer: impl Into<Vec<u8>>, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> String {
    let peer = answering(answer);
    words(ask(&set(builder(&peer)).connect().unwrap()))
}

/// What a stream makes of these frames behind the first event: an event `x`, or what ended the link.
fn stream(bytes: Vec<u8>) -> String {
    stream_with(bytes, |builder| builder)
}

fn stream_with(bytes: Vec<u8>, set: impl FnOnce(EventsBuilder) -> EventsBuilder) -> String {
    let server = TestServer::start().unwrap();
    let peer = greeted(move |mut stream| {
        let _ = stream.write_all(&bytes);
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let client = streaming_to(&peer, &server);
    let events = set(Events::builder(&client).catch_up(CatchUp::off())).open().unwrap();
    let end = Instant::now() + PATIENCE;
    let mut said = "nothing came".to_owned();
    while Instant::now() < end {
        let Some(event) = events.poll(PATIENCE).unwrap() else { continue };
        match event.payload().unwrap() {
            Payload::Other(_) => said = "ok".to_owned(),
            Payload::Disconnected(ended) => said = format!("{}: {}", ended.reason, ended.detail),
            _ => continue,
        }
        break;
    }
    events.close(Duration::from_secs(2));
    said
}

/// Whether a stream opens whose upgrade is answered so.
fn open(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> String {
    let server = TestServer::start().unwrap();
    let peer = Peer::start(move |mut stream| {
        let Some(head) = read_head(&mut stream) else { return };
        let hello = frame(0x81, crate::peer::hello().as_bytes());
        let _ = stream.write_all(&[answer(&head).as_bytes(), &hello].concat());
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let client = streaming_to(&peer, &server);
    words(client.events().map(|events| events.close(Duration::from_secs(2))))
}

fn chunked(bytes: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{bytes}\r\n0\r\n\r\n", bytes.len())
}

fn whole_call() -> (Sides, Sides) {
    let within = |timeout: u64, answer: u64| {
        let peer = Peer::start(move |mut stream| {
            while let Some(head) = read_head(&mut stream) {
                if !head.contains("/users/me ") {
                    thread::sleep(Duration::from_millis(answer));
                }
                let _ = stream.write_all(me().as_bytes());
            }
        });
        words(ask(&builder(&peer).timeout(Duration::from_millis(timeout)).connect().unwrap()))
    };
    (Some((within(5000, 100), within(300, 5000), "no complete response before the deadline")), None)
}

/// Through a proxy that passes on, and one that says nothing.
fn connection() -> (Sides, Sides) {
    let server = TestServer::start().unwrap();
    let upstream = server.port();
    let silent = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mute = std::sync::Arc::clone(&silent);
    let proxy = Peer::start(move |mut stream| {
        if mute.load(Ordering::Acquire) {
            let _ = stream.read_to_end(&mut Vec::new());
            return;
        }
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        crate::peer::relay(&stream, &std::net::TcpStream::connect(("127.0.0.1", upstream)).unwrap());
    });
    let connect = || {
        let builder =
            Client::builder(server.url()).proxy(proxy.url()).connect_timeout(Duration::from_secs(2));
        builder.login("janedoe", mattermost::testing::PASSWORD).connect()
    };
    let client = connect().unwrap();
    let opened = |client: &Client| words(client.events().map(|events| events.close(PATIENCE)));
    let good = opened(&client);
    silent.store(true, Ordering::Release);
    let late = "before the deadline";
    (Some(("ok".into(), words(connect()), late)), Some((good, opened(&client), late)))
}

fn new_post() -> (Sides, Sides) {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let channel = client.channel("awesome-chat", "~town-square").unwrap();
    let post = |after: u64| {
        server.on("POST /posts").times(1).delay(Duration::from_millis(after));
        server.cut_requests();
        let before = server.requests().iter().filter(|sent| sent.method == "POST").count();
        let result = words(client.posts().create(&PostDraft::new(&channel.id, "hello")));
        let sent = server.requests().iter().filter(|sent| sent.method == "POST").count() - before;
        server.heal();
        if sent == 1 { result } else { format!("{result}, sent {sent} times") }
    };
    (Some((post(100), post(9000), "ok, sent 2 times")), None)
}

fn repeats() -> (Sides, Sides) {
    let after = |status: &'static str, failures: usize| {
        let count = AtomicUsize::new(0);
        let peer = Peer::start(move |mut stream| {
            while let Some(head) = read_head(&mut stream) {
                let fails = !head.contains("/users/me ") && count.fetch_add(1, Ordering::AcqRel) < failures;
                let failure = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                let _ = stream.write_all(if fails { failure } else { me() }.as_bytes());
            }
        });
        words(ask(&builder(&peer).connect().unwrap()))
    };
    let at = [after("502 Bad Gateway", 2), after("429 Too Many\r\nRetry-After: 0", 10)];
    let past = [after("502 Bad Gateway", 3), after("429 Too Many\r\nRetry-After: 0", 11)];
    let both = past.iter().all(|said| said.contains("Status")) && at.iter().all(|said| said == "ok");
    let at = if both { "ok".to_owned() } else { format!("{at:?}") };
    (Some((at, past.join("; "), "502")), None)
}

fn heads() -> (Sides, Sides) {
    let fill = |start: &str, length: usize| {
        format!("{start}\r\nX: {}\r\n\r\n", "x".repeat(length - start.len() - 9))
    };
    let answer = |length| fill("HTTP/1.1 200 OK\r\nContent-Length: 2", length) + "{}";
    let headers = |count: usize| {
        let more: String = (1..count).map(|number| format!("X{number}: y\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{more}\r\n{{}}")
    };
    let limit = 16 << 10;
    let at = [call(answer(limit)), call(headers(128))];
    let past = [call(answer(limit + 1)), call(headers(129))];
    let refused = past.iter().all(|said| said.starts_with("Protocol"));
    let at = if at == ["ok", "ok"] && refused { "ok".to_owned() } else { format!("{at:?}") };
    let upgrade = move |length: usize| open(move |head| fill(switching(head).trim_end(), length));
    (
        Some((at, past.join("; "), "head of the response is larger than 16384 bytes")),
        Some((upgrade(limit), upgrade(limit + 1), "is larger than 16384 bytes")),
    )
}

fn text_of(length: usize) -> String {
    format!("\"{}\"", "x".repeat(length - 2))
}

fn decoded_body() -> (Sides, Sides) {
    let limit = 16 << 20;
    let sides = [json(&text_of(limit)), chunked(&text_of(limit))].map(call);
    let at = if sides == ["ok", "ok"] { "ok".to_owned() } else { format!("{sides:?}") };
    (Some((at, call(json(&text_of(limit + 1))), "larger than 16777216 bytes")), None)
}

fn plain_body() -> (Sides, Sides) {
    let take = |length: usize| {
        let peer = answering(json(&text_of(length)));
        let client = builder(&peer).connect().unwrap();
        words(client.call(Method::Get, "/x", &[]).bytes().inspect(|bytes| assert_eq!(bytes.len(), length)))
    };
    (Some((take(64 << 20), take((64 << 20) + 1), "larger than 67108864 bytes")), None)
}

fn read_body() -> (Sides, Sides) {
    let length = (64 << 20) + 1;
    let peer = answering(json(&text_of(length)));
    let client = builder(&peer).connect().unwrap();
    let mut reader = client.call(Method::Get, "/x", &[]).reader().unwrap();
    let copied = std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    (Some(("ok".into(), format!("{copied} bytes: ok"), "67108865 bytes: ok")), None)
}

fn error_body() -> (Sides, Sides) {
    let body = |length: usize| {
        let told = r#""id":"x.y","message":"over the top","detailed_error":"","status_code":400}"#;
        let answer = json(&format!("{{{}{told}", " ".repeat(length - told.len() - 1)));
        answer.replace("200 OK", "400 Bad Request")
    };
    let read = |said: String| if said.contains("over the top") { "ok".to_owned() } else { said };
    let limit = 64 << 10;
    let refuse = move |length| read(open(move |_| body(length)));
    (
        Some((read(call(body(limit))), read(call(body(limit + 1))), "400")),
        Some((refuse(limit), refuse(limit + 1), "400")),
    )
}

fn strange_text() -> (Sides, Sides) {
    let told = |length: usize| {
        let text = "y".repeat(length);
        let body = format!(r#"{{"id":"x.y","message":"{text}","detailed_error":"","status_code":400}}"#);
        let said = call(json(&body).replace("200 OK", "400 Bad Request"));
        if said.contains(&text) {
            "ok".to_owned()
        } else {
            format!("{} characters", said.matches('y').count())
        }
    };
    (Some((told(300), told(301), "characters")), None)
}

fn depth() -> (Sides, Sides) {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let event = |depth: usize| {
        let text = format!(r#"{{"event":"x","data":{},"broadcast":{{}},"seq":1}}"#, nested(depth));
        data_of(&text)
    };
    (
        Some((call(json(&nested(127))), call(json(&nested(128))), "recursion limit exceeded")),
        Some((event(126), event(128), "nothing")),
    )
}

/// What a program sees of an event's data.
fn data_of(text: &str) -> String {
    match Event::from_json(text) {
        Ok(event) if event.data().is_null() => "nothing".to_owned(),
        Ok(_) => "ok".to_owned(),
        Err(e) => format!("nothing: {e}"),
    }
}

/// Objects of one number: 8 bytes of text, and a node of a map: 32 + 32 + 11 * 56.
fn items() -> (Sides, Sides) {
    const VALUE: usize = size_of::<Value>();
    const ONE: usize = VALUE + 32 + 11 * (size_of::<String>() + VALUE);
    let list = |count: usize| format!("[{}]", vec!["{\"a\":0}"; count].join(","));
    // 16 * text + 1 MiB, of 8 bytes each and a bracket.
    let most = ((1 << 20) + 16) / (ONE - 8 * 16);
    // text + 4 MiB.
    let event =
        |count| data_of(&format!(r#"{{"event":"x","data":{},"broadcast":{{}},"seq":1}}"#, list(count)));
    let most_of_event = ((4 << 20) + 1) / (ONE - 8);
    (
        Some((call(json(&list(most))), call(json(&list(most + 1))), "far more memory")),
        Some((event(most_of_event), event(most_of_event + 1), "nothing")),
    )
}

/// Chunks of a byte: six for one, of which twice the content does not count.
fn framing() -> (Sides, Sides) {
    let answer = |chunks: usize| {
        let chunks = "1\r\n \r\n".repeat(chunks);
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}2\r\n{{}}\r\n0\r\n\r\n")
    };
    // What the buffers hold is not content yet.
    let most = (1 << 20) / 4;
    (Some((call(answer(most - 10_000)), call(answer(most + 10_000)), "more framing than content")), None)
}

fn redirects() -> (Sides, Sides) {
    let elsewhere = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n";
    (
        Some((call(json("{}")), call(elsewhere), "redirects to http://127.0.0.1:1/x")),
        Some((open(switching), open(|_| elsewhere.to_owned()), "redirected to http://127.0.0.1:1/x")),
    )
}

fn compression() -> (Sides, Sides) {
    let answer = |how: &str| json("{}").replace("\r\n\r\n", &format!("\r\nContent-Encoding: {how}\r\n\r\n"));
    let deflate = "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
    (
        Some((call(answer("identity")), call(answer("gzip")), "compressed")),
        Some((
            open(switching),
            open(|head| switching(head).trim_end().to_owned() + deflate),
            "an extension that was not requested",
        )),
    )
}

fn idle_connections() -> (Sides, Sides) {
    let twice = |calls: usize| {
        let peer = Peer::start(|mut stream| {
            while let Some(head) = read_head(&mut stream) {
                if !head.contains("/users/me ") {
                    thread::sleep(Duration::from_millis(300));
                }
                let _ = stream.write_all(me().as_bytes());
            }
        });
        let client = builder(&peer).connect().unwrap();
        for _ in 0..2 {
            thread::scope(|scope| (0..calls).for_each(|_| drop(scope.spawn(|| ask(&client).unwrap()))));
        }
        if peer.accepted() == calls {
            "ok".to_owned()
        } else {
            format!("{} made anew", peer.accepted() - calls)
        }
    };
    (Some((twice(8), twice(9), "1 made anew")), None)
}

fn message() -> (Sides, Sides) {
    let limit = 4 << 20;
    let whole = |length| stream(frame(0x81, event_of(length).as_bytes()));
    let halves = |length| {
        let text = event_of(length);
        let (front, back) = text.as_bytes().split_at(length / 2);
        stream([frame(0x01, front), frame(0x80, back)].concat())
    };
    let (at, past) = ([whole(limit), halves(limit)], [whole(limit + 1), halves(limit + 1)]);
    assert_eq!(past[0], past[1]);
    let at = if at == ["ok", "ok"] { "ok".to_owned() } else { format!("{at:?}") };
    (None, Some((at, past[0].clone(), "larger than `max_message_size`")))
}

fn fragments() -> (Sides, Sides) {
    let pieces = |count: usize| {
        let text = event_of(10_000);
        let (front, back) = text.as_bytes().split_at(count - 1);
        let mut bytes: Vec<u8> = front.iter().flat_map(|byte| frame(0x00, &[*byte])).collect();
        bytes[0] = 0x01;
        bytes.extend(frame(0x80, back));
        stream(bytes)
    };
    (None, Some((pieces(4096), pieces(4097), "larger than `max_message_size`")))
}

fn capacity() -> (Sides, Sides) {
    let after = |count: usize| {
        let server = TestServer::start().unwrap();
        let peer = greeted(move |mut stream| {
            let event = |seq: usize| format!(r#"{{"event":"x","data":{{}},"broadcast":{{}},"seq":{seq}}}"#);
            let bytes: Vec<u8> = (1..=count).flat_map(|seq| frame(0x81, event(seq).as_bytes())).collect();
            let _ = stream.write_all(&bytes);
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let client = streaming_to(&peer, &server);
        let events = Events::builder(&client).catch_up(CatchUp::off()).open().unwrap();
        let end = Instant::now() + PATIENCE;
        // The greeting is one more.
        while events.stats().received < count as u64 + 1 && Instant::now() < end {
            thread::yield_now();
        }
        let dropped = events.stats().dropped;
        events.close(Duration::from_secs(2));
        if dropped == 0 { "ok".to_owned() } else { format!("{dropped} dropped") }
    };
    // Hello and the notice before it have a place each.
    (None, Some((after(4094), after(4097), "dropped")))
}

fn idle_talk() -> (Sides, Sides) {
    let pings = |count: usize| {
        stream([frame(0x89, b"").repeat(count), frame(0x81, event_of(200).as_bytes())].concat())
    };
    (None, Some((pings(100_000), pings(200_000), "floods")))
}

fn action() -> (Sides, Sides) {
    let server = TestServer::start().unwrap();
    let events = server.client("janedoe").unwrap().events().unwrap();
    let send = |length: usize| events.send("custom_x", Some(serde_json::json!({ "x": "y".repeat(length) })));
    let said = send(8192).unwrap_err().to_string();
    let around: usize = said.split(' ').find_map(|word| word.parse::<usize>().ok()).unwrap() - 8192;
    let at = words(send(8192 - around));
    let past = words(send(8192 - around + 1));
    events.close(Duration::from_secs(2));
    (None, Some((at, past, "8193")))
}
