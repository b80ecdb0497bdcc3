//! Every limit of `mattermost::limits`, at it and one past it.

mod constants;
mod table;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use mattermost::event::{MissedReason, Payload};
use mattermost::testing::TestServer;
use mattermost::{CatchUp, Client, ClientBuilder, ErrorKind, Events, Method, Result};
use serde_json::Value;

use crate::peer::{Peer, frame, greeted, json, me, read_head, streaming_to};

const PATIENCE: Duration = Duration::from_secs(10);

/// A server that knows us, and answers everything else with these bytes.
fn answering(answer: impl Into<Vec<u8>>) -> Peer {
    let answer = answer.into();
    Peer::start(move |mut stream| {
        while let Some(head) = read_head(&mut stream) {
            let known = head.starts_with("GET /api/v4/users/me ");
            if stream
                .write_all(if known { me().as_bytes().to_vec() } else { answer.clone() }.as_slice())
                .is_err()
            {
                return;
            }
        }
    })
}

fn builder(peer: &Peer) -> ClientBuilder {
    Client::builder(peer.url()).token("token").no_proxy().backoff_scale(0.01)
}

fn ask(client: &Client) -> Result<Value> {
    client.call(Method::Get, "/x", &[]).fetch()
}

/// The answer, or the kind and the words of the error.
fn shown(result: Result<Value>) -> String {
    match result {
        Ok(value) => value.to_string().chars().take(40).collect(),
        Err(e) => format!("{:?}: {e}", e.kind()),
    }
}

#[test]
fn the_body_of_an_answer() {
    for (length, ends) in [(1000, true), (1001, false)] {
        let text = format!("\"{}\"", "x".repeat(length - 2));
        let chunked =
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{text}\r\n0\r\n\r\n");
        for answer in [json(&text), chunked] {
            let peer = answering(answer);
            let client = builder(&peer).body_limit(1000).connect().unwrap();
            let result = ask(&client);
            match result {
                Ok(_) => assert!(ends, "{length}"),
                Err(e) => {
                    assert!(!ends, "{e:?}");
                    assert_eq!(e.kind(), ErrorKind::Protocol);
                    assert!(e.to_string().contains("larger than 1000 bytes"), "{e}");
                }
            }
        }
    }
}

#[test]
fn an_endless_body() {
    let peer = Peer::start(|mut stream| {
        while let Some(head) = read_head(&mut stream) {
            if head.starts_with("GET /api/v4/users/me ") {
                stream.write_all(me().as_bytes()).unwrap();
                continue;
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[");
            while stream.write_all(&[b' '; 8192]).is_ok() {}
        }
    });
    let client = builder(&peer).body_limit(1 << 20).connect().unwrap();
    let error = ask(&client).unwrap_err();
    assert!(error.to_string().contains("larger than 1048576 bytes"), "{error}");
}

#[test]
fn the_body_of_an_error() {
    // 64 KiB are read; an error that is larger still has its status.
    for (length, words) in [(64 << 10, "over the top"), ((64 << 10) + 1, "")] {
        let frame = r#"{"id":"x.y","message":"over the top","detailed_error":"","status_code":500}"#;
        let body = format!("{frame}{}", " ".repeat(length - frame.len()));
        let answer = json(&body).replace("200 OK", "500 Internal Server Error");
        let peer = answering(answer);
        let client = builder(&peer).connect().unwrap();
        let error = ask(&client).unwrap_err();
        assert_eq!(error.status(), Some(500));
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.api().is_some(), !words.is_empty());
    }
}

#[test]
fn the_head_of_an_answer() {
    for (limit, length, fits) in
        [(16 << 10, 16 << 10, true), (16 << 10, (16 << 10) + 1, false), (3000, 3001, false)]
    {
        let start = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: ";
        let head = format!("{start}{}\r\n\r\n", "x".repeat(length - start.len() - 4));
        assert_eq!(head.len(), length);
        let peer = answering(head + "{}");
        let client = builder(&peer).head_limit(limit).connect().unwrap();
        let said = shown(ask(&client));
        let expected = format!("Protocol: GET /x: the head of the response is larger than {limit} bytes");
        assert_eq!(said, if fits { "{}" } else { &expected });
    }
    // An endless one, in lines and in one line.
    for line in ["X: y\r\n", "x"] {
        let peer = Peer::start(move |mut stream| {
            read_head(&mut stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(line.repeat(100).as_bytes()).is_ok() {}
        });
        let error = builder(&peer).connect().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    }
}

#[test]
fn the_depth_of_json() {
    for (depth, fits) in [(127, true), (128, false), (100_000, false)] {
        let body = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let peer = answering(json(&body));
        let client = builder(&peer).connect().unwrap();
        let result = ask(&client);
        assert_eq!(result.is_ok(), fits, "{depth}");
        assert!(result.is_ok_and(|_| true) == fits);
    }
}

#[test]
fn redirects_and_compression_are_off() {
    let elsewhere = answering(json("{}"));
    for status in ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let to = format!(
            "HTTP/1.1 {status}\r\nLocation: {}/x?token=s3cret\r\nContent-Length: 0\r\n\r\n",
            elsewhere.url()
        );
        let peer = answering(to);
        let client = builder(&peer).connect().unwrap();
        let error = ask(&client).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.to_string().contains("redirects to http://127.0.0.1"), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        assert!(error.hint().unwrap().contains("not followed"));
    }
    assert_eq!(elsewhere.accepted(), 0);
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    assert_eq!(server.requests().iter().filter(|sent| sent.header("accept-encoding").is_some()).count(), 0);
    drop(client);
    let peer = answering(json("{}").replace("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n"));
    let error = ask(&builder(&peer).connect().unwrap()).unwrap_err();
    assert!(error.to_string().contains("compressed"), "{error}");
}

/// Runs until the deadline and hardly longer.
fn late(client: &Client, call: impl FnOnce(&Client) -> Result<()>) {
    let began = Instant::now();
    let error = call(client).unwrap_err();
    let took = began.elapsed();
    let timeout = matches!(error.kind(), ErrorKind::Timeout | ErrorKind::UnknownOutcome);
    assert!(timeout, "{error:?}");
    assert!(took >= Duration::from_millis(290) && took < Duration::from_secs(5), "{took:?} {error:?}");
}

#[test]
fn each_phase_of_a_call_has_an_end() {
    let whole = Duration::from_millis(300);
    let never = |answer: &'static [u8], pause: Option<Duration>| {
        Peer::start(move |mut stream| {
            while let Some(head) = read_head(&mut stream) {
                if head.starts_with("GET /api/v4/users/me ") {
                    stream.write_all(me().as_bytes()).unwrap();
                    continue;
                }
                let mut bytes = answer.iter().cycle();
                let _ = stream.write_all(if pause.is_none() { answer } else { b"" });
                while let Some(pause) = pause {
                    thread::sleep(pause);
                    if stream.write_all(&[*bytes.next().unwrap()]).is_err() {
                        return;
                    }
                }
                let _ = stream.read_to_end(&mut Vec::new());
            }
        })
    };
    let slowly = Some(Duration::from_millis(20));
    for peer in [
        never(b"", None),
        never(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", None),
        never(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{", slowly),
        never(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", None),
        never(b"HTTP/1.1 100 Continue\r\n\r\n", slowly),
    ] {
        let client = builder(&peer).timeout(whole).connect().unwrap();
        late(&client, |client| ask(client).map(|_| ()));
        late(&client, |client| client.call(Method::Post, "/x", &[]).send());
    }
    // One that takes nothing, and one that takes a little now and then.
    for sip in [0, 1] {
        let peer = Peer::start(move |mut stream| {
            read_head(&mut stream);
            stream.write_all(me().as_bytes()).unwrap();
            loop {
                thread::sleep(Duration::from_millis(20));
                if sip > 0 && stream.read(&mut [0; 1000]).is_ok_and(|count| count == 0) {
                    return;
                }
            }
        });
        let client = builder(&peer).timeout(whole).connect().unwrap();
        late(&client, |client| client.call(Method::Post, "/x", &[]).json(&"x".repeat(16 << 20)).send());
    }
}

/// What a stream makes of frames that come after the first event.
fn after_hello(server: &TestServer, bytes: Vec<u8>, size: usize, fragments: u32) -> (Events, Peer) {
    let peer = greeted(move |mut stream| {
        let _ = stream.write_all(&bytes);
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let client = streaming_to(&peer, server);
    let events =
        Events::builder(&client).max_message_size(size).max_fragments(fragments).catch_up(CatchUp::off());
    (events.open().unwrap(), peer)
}

fn event_of(length: usize) -> String {
    let text =
        |filler: &str| format!(r#"{{"event":"x","data":{{"y":"{filler}"}},"broadcast":{{}},"seq":1}}"#);
    text(&"y".repeat(length - text("").len()))
}

/// Whether the event that follows hello is read; if not, the link ends and what is missing is named.
fn is_read(events: &Events) -> bool {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let event = events.recv_timeout(PATIENCE).unwrap();
        match event.payload().unwrap() {
            Payload::Other(_) => return true,
            Payload::Disconnected(_) => return false,
            Payload::Missed(missed) if missed.reason == MissedReason::Unreadable => return false,
            _ => {}
        }
    }
    panic!("neither read nor refused");
}

#[test]
fn messages_and_their_pieces() {
    let server = TestServer::start().unwrap();
    let limit = 64 << 10;
    for (length, fits) in [(limit, true), (limit + 1, false)] {
        let text = event_of(length);
        let (front, back) = text.as_bytes().split_at(1000);
        let whole = frame(0x81, text.as_bytes());
        let halves = [frame(0x01, front), frame(0x80, back)].concat();
        for bytes in [whole, halves] {
            let (events, peer) = after_hello(&server, bytes, limit, 4096);
            assert_eq!(is_read(&events), fits, "{length}");
            events.close(Duration::from_secs(2));
            drop(peer);
        }
    }
    for (pieces, fits) in [(10, true), (11, false)] {
        let text = event_of(1000);
        let mut bytes = Vec::new();
        for (number, piece) in text.as_bytes().chunks(1000_usize.div_ceil(pieces)).enumerate() {
            let first = u8::from(number == 0) | if number + 1 == pieces { 0x80 } else { 0 };
            bytes.extend(frame(first, piece));
        }
        let (events, _peer) = after_hello(&server, bytes, limit, 10);
        assert_eq!(is_read(&events), fits, "{pieces} pieces");
        events.close(Duration::from_secs(2));
    }
    // A claim alone is enough: nothing is reserved for it.
    let claim = [&[0x81, 127][..], &(1_u64 << 30).to_be_bytes()].concat();
    let (events, _peer) = after_hello(&server, claim, 4 << 20, 4096);
    assert!(!is_read(&events));
}

#[test]
fn the_head_of_an_upgrade_and_the_words_of_a_refusal() {
    let server = TestServer::start().unwrap();
    for (length, fits) in [(16 << 10, true), ((16 << 10) + 1, false)] {
        let peer = Peer::start(move |mut stream: TcpStream| {
            let Some(head) = read_head(&mut stream) else { return };
            let answer = crate::peer::switching(&head);
            let start = format!("{}\r\nX: ", answer.trim_end());
            let answer = format!("{start}{}\r\n\r\n", "x".repeat(length - start.len() - 4));
            let hello = frame(0x81, crate::peer::hello().as_bytes());
            let _ = stream.write_all(&[answer.as_bytes(), &hello].concat());
            let _ = stream.read_to_end(&mut Vec::new());
        });
        let result = streaming_to(&peer, &server).events();
        match result {
            Ok(events) => {
                assert!(fits);
                events.close(Duration::from_secs(2));
            }
            Err(e) => {
                assert!(!fits, "{e:?}");
                assert!(e.to_string().contains("is larger than 16384 bytes"), "{e}");
            }
        }
    }
    let endless = Peer::start(|mut stream: TcpStream| {
        read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let began = Instant::now();
    let error = streaming_to(&endless, &server).events().unwrap_err();
    assert_eq!(error.status(), Some(403));
    assert!(began.elapsed() < Duration::from_secs(5) && error.to_string().len() < 400, "{error}");
}

#[test]
fn what_is_sent_over_the_stream() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let events = client.events().unwrap();
    let data = |length: usize| Some(serde_json::json!({ "x": "y".repeat(length) }));
    let error = events.send("custom_x", data(8192)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    let said = error.to_string();
    let around: usize = said.split(' ').find_map(|word| word.parse::<usize>().ok()).unwrap() - 8192;
    events.send("custom_x", data(8192 - around)).unwrap();
    assert_eq!(events.send("custom_x", data(8192 - around + 1)).unwrap_err().kind(), ErrorKind::Input);
    events.close(Duration::from_secs(2));
}
