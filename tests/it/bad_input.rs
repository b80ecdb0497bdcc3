//! What is wrong before or right after the start: each with its own message and hint, in time, with nothing posted and
//! nothing leaked.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{ChannelId, Client, ErrorKind, Mattermost, PostDraft, PostId, Result};

use crate::peer::{Peer, closed_port, read_head};

const SECRET: &str = "hunter2-the-s3cret";

/// The kind of the error, words of its message, words of its hint.
type Expected = (ErrorKind, &'static str, &'static str);

fn check<T: std::fmt::Debug>(case: &str, began: Instant, result: Result<T>, (kind, message, hint): Expected) {
    let took = began.elapsed();
    let error = match result {
        Err(error) => error,
        Ok(value) => panic!("{case}: {value:?}"),
    };
    println!("{case:<34} {:>4} ms  {:?}: {error} | {}", took.as_millis(), kind, error.hint().unwrap_or("-"));
    assert_eq!(error.kind(), kind, "{case}: {error:?}");
    assert!(error.to_string().contains(message), "{case}: {error:?}");
    assert!(error.hint().unwrap_or_default().contains(hint), "{case}: {error:?}");
    assert!(error.hint().is_some(), "{case} has no hint");
    assert!(took < Duration::from_secs(5), "{case} took {took:?}");
    let debug = format!("{error:?} {error}");
    for secret in [SECRET, PASSWORD] {
        assert!(!debug.contains(secret), "{case} leaks: {debug}");
    }
}

#[test]
fn what_is_wrong_before_any_io() {
    use ErrorKind::Input;
    for (case, url, expected) in [
        ("empty host", "", (Input, "URL is empty", "https://chat.example.com")),
        ("empty host with a scheme", "https://", (Input, "no valid host", "https://chat.example.com")),
        (
            "unknown scheme",
            "ftp://chat.example.com",
            (Input, "neither http nor https", "https://chat.example.com"),
        ),
        ("a query", "https://chat.example.com/?x=y", (Input, "a query or a fragment", "https://")),
        ("spaces", "https://chat example.com", (Input, "spaces or control", "https://")),
        ("a line break", "https://chat.example.com\r\nX: y", (Input, "spaces or control", "https://")),
        ("a bad port", "https://chat.example.com:99999", (Input, "no valid host and port", "https://")),
    ] {
        let began = Instant::now();
        check(case, began, Client::builder(url).token(SECRET).connect(), expected);
    }
    let builder = || Client::builder("http://127.0.0.1:9");
    let began = Instant::now();
    check("no credentials", began, builder().connect(), (Input, "no credentials", ".token(..)"));
    check(
        "both",
        began,
        builder().token(SECRET).login("jane", SECRET).connect(),
        (Input, "both a token and a login", "token"),
    );
    check("empty token", began, builder().token("").connect(), (Input, "token is empty", "MATTERMOST_TOKEN"));
    let broken = format!("{SECRET}\n");
    check(
        "token with a line break",
        began,
        builder().token(broken).connect(),
        (Input, "white space", "trim"),
    );
    for (token, message, hint) in [
        (format!("Bearer {SECRET}"), "begins with `Bearer`", "token alone"),
        (format!("\"{SECRET}\""), "in quotes", "remove the quotes"),
        (format!("{SECRET} {SECRET}"), "not ASCII", "copy the token again"),
        (format!("{SECRET}\u{e4}"), "not ASCII", "copy the token again"),
        (SECRET.repeat(4096), "longer than 4096 bytes", "26 characters"),
    ] {
        check(
            "a token that was copied badly",
            began,
            builder().token(token).connect(),
            (Input, message, hint),
        );
    }
    check(
        "empty login",
        began,
        builder().login(" ", SECRET).connect(),
        (Input, "login is empty", "email address"),
    );
    check(
        "empty password",
        began,
        builder().login("jane", "").connect(),
        (Input, "password is empty", "token"),
    );
    let odd = builder().token(SECRET).user_agent("x\r\ny").connect();
    check("user agent with a line break", began, odd, (Input, "user agent must be ASCII", ""));
    let zero = builder().token(SECRET).timeout(Duration::ZERO).connect();
    check("no time at all", began, zero, (Input, "longer than zero", ""));
    let wrong = "too short".parse::<PostId>();
    check("id of the wrong form", began, wrong, (Input, "PostId", "26"));
    check(
        "id with a slash",
        began,
        "8k7ktpqaaidztx87g5zqd8j3r/".parse::<ChannelId>(),
        (Input, "ChannelId", "26"),
    );
}

#[test]
fn what_is_wrong_with_names_and_texts() {
    use ErrorKind::{Input, NotFound};
    let server = TestServer::start().unwrap();
    server.add_channel("awesome-chat", "decoy", "off-topic");
    let client = server.client("janedoe").unwrap();
    let before = server.posts("town-square").len();
    let now = Instant::now;
    let send = |team: &str, channel: &str, text: &str| client.send(team, channel, text);
    check("empty team", now(), send("", "Town Square", "x"), (Input, "team's name is empty", "URL"));
    check(
        "empty channel",
        now(),
        send("awesome-chat", " ", "x"),
        (Input, "channel's name is empty", "~town-square"),
    );
    check(
        "unknown channel",
        now(),
        send("awesome-chat", "Nowhere", "x"),
        (NotFound, "no channel \"Nowhere\"", "member"),
    );
    let unknown = (ErrorKind::Api, "404", "member");
    check("unknown short name", now(), send("awesome-chat", "~nowhere", "x"), unknown);
    check(
        "unknown team",
        now(),
        send("no-such-team", "Town Square", "x"),
        (ErrorKind::Api, "404", "short name"),
    );
    check(
        "a name that fits two",
        now(),
        send("awesome-chat", "off-topic", "x"),
        (Input, "matches several", "tilde"),
    );
    let long = "x".repeat(16_384);
    let too_long = (Input, "16384 characters; the maximum is 16383", "file");
    check("a message too long", now(), send("awesome-chat", "Town Square", &long), too_long);
    check(
        "an empty message",
        now(),
        send("awesome-chat", "Town Square", ""),
        (Input, "the post is empty", ""),
    );
    let draft = PostDraft::new(ChannelId::default(), "x");
    check("no channel's id", now(), client.posts().create(&draft), (Input, "channel", ""));
    // Characters count, not bytes: this one fits.
    let fits = "ä".repeat(16_383);
    client.send("awesome-chat", "~town-square", fits).unwrap();
    assert_eq!(server.posts("town-square").len(), before + 1);
    for (host, team, login, password, word) in [
        ("", "t", "l", "p", "URL"),
        ("h", "", "l", "p", "team"),
        ("h", "t", "", "p", "login"),
        ("h", "t", "l", "", "password"),
    ] {
        let error = Mattermost::new(host, team, login, password).err();
        if let Some(error) = error {
            assert_eq!(error.kind(), Input, "{error:?}");
            assert!(error.to_string().contains(word), "{error:?}");
        }
    }
}

fn page(status: &str, kind: &str, headers: &str) -> Vec<u8> {
    let body = "<!DOCTYPE html><html>Mattermost";
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
        .into()
}

#[test]
fn what_is_no_mattermost() {
    use ErrorKind::{Connect, Io, Protocol, Status, Timeout};
    let server = TestServer::start().unwrap();
    let both = |case: &str, host: &str, port: u16, calls: Expected, stream: Expected| {
        // An emulated Windows takes half a second for what is immediate elsewhere.
        let patient = Duration::from_millis(if cfg!(windows) { 2500 } else { 700 });
        let builder = Client::builder(format!("http://{host}:{port}")).no_proxy().token(SECRET);
        let began = Instant::now();
        check(&format!("{case}, calls"), began, builder.timeout(patient).connect(), calls);
        let url = format!("ws://{host}:{port}");
        let builder = server.client_builder().websocket_url(url).login("janedoe", PASSWORD);
        let client = builder.connect_timeout(patient).connect().unwrap();
        let began = Instant::now();
        check(&format!("{case}, stream"), began, client.events(), stream);
    };
    let peer = |bytes: Vec<u8>| Peer::answering(bytes);
    let html = peer(page("200 OK", "text/html; charset=utf-8", ""));
    both(
        "200 text/html",
        "127.0.0.1",
        html.port(),
        (Protocol, "a web page", "sub-path"),
        (Protocol, "no WebSocket", "proxy"),
    );
    let moved = peer(page(
        "302 Found",
        "text/html",
        "Location: https://chat.example.com/sub/x?token=hunter2-the-s3cret\r\n",
    ));
    both(
        "3xx",
        "127.0.0.1",
        moved.port(),
        (Protocol, "redirects to https://chat.example.com/sub/x", "not followed"),
        (Protocol, "redirected to https://chat.example.com/sub/x", "use the actual URL"),
    );
    let refused = (Connect, "refused", "nothing listens");
    both("closed port", "127.0.0.1", closed_port(), refused, refused);
    let unknown = (Connect, "\"no-such-host.invalid\" does not resolve", "DNS");
    both("name that does not resolve", "no-such-host.invalid", 80, unknown, unknown);
    let closing = Peer::start(|mut stream: TcpStream| drop(read_head(&mut stream)));
    let closed = (Io, "closed", "proxy");
    both("closes without an answer", "127.0.0.1", closing.port(), closed, closed);
    let hanging_up = Peer::start(drop);
    both("closes at once", "127.0.0.1", hanging_up.port(), closed, closed);
    let other = peer(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec());
    both(
        "not HTTP",
        "127.0.0.1",
        other.port(),
        (Protocol, "not HTTP/1.1", "port"),
        (Protocol, "response is not HTTP", "port"),
    );
    let gone = peer(page("404 Not Found", "text/html", ""));
    both("404 of another server", "127.0.0.1", gone.port(), (Status, "404", "URL"), (Status, "404", "URL"));
    let dead = peer(page("502 Bad Gateway", "text/html", ""));
    both(
        "502 of a proxy",
        "127.0.0.1",
        dead.port(),
        (Status, "502", "proxy is up"),
        (Status, "502", "proxy is up"),
    );
    let json = peer(crate::peer::json(r#"{"hello":"world"}"#).into());
    both(
        "another JSON API",
        "127.0.0.1",
        json.port(),
        (Protocol, "did not return the current account", "a Mattermost server"),
        (Protocol, "no WebSocket", "proxy"),
    );
    let silent = Peer::start(|mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new())));
    let began = Instant::now();
    let builder = Client::builder(silent.url()).no_proxy().token(SECRET).timeout(Duration::from_millis(400));
    check(
        "silence, calls",
        began,
        builder.connect(),
        (Timeout, "no complete response before the deadline", "server"),
    );
    // What it was sent is the token for this server, in a header, and nothing else.
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = std::sync::Arc::clone(&told);
    let listening = Peer::start(move |mut stream: TcpStream| {
        while let Some(head) = read_head(&mut stream) {
            heard.lock().unwrap().push(head);
            stream.write_all(&page("200 OK", "text/html", "")).unwrap();
        }
    });
    Client::builder(listening.url()).no_proxy().token(SECRET).connect().unwrap_err();
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 1);
    assert!(!told[0].lines().next().unwrap().contains(SECRET), "{told:?}");
    assert_eq!(told[0].matches(SECRET).count(), 1);
    assert!(told[0].to_lowercase().contains(&format!("\r\nauthorization: bearer {SECRET}\r\n")));
}

/// The one case that takes as long as a stream's opening may.
#[test]
fn a_stream_to_a_server_that_says_nothing() {
    let server = TestServer::start().unwrap();
    let silent = Peer::start(|mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new())));
    let builder = server.client_builder().websocket_url(format!("ws://127.0.0.1:{}", silent.port()));
    let client = builder.login("janedoe", PASSWORD).connect().unwrap();
    let began = Instant::now();
    let error = client.events().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(17), "{:?}", began.elapsed());
}
