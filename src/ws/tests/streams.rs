//! Links that come, go and come back.

use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::peer::{CLOCK, ID, Link, MAX_FAILURE_DURATION, OTHER_ID, Server};
use crate::error::ErrorKind;
use crate::event::{Event, EventKind, MissedReason, Origin, Payload};
use crate::ws::{ConnectionState, Events};

fn next(events: &Events) -> Event {
    events.receiver().recv_timeout(MAX_FAILURE_DURATION).unwrap()
}

/// The next event of a kind; what comes before is passed over.
fn until(events: &Events, kind: EventKind) -> Event {
    loop {
        let event = next(events);
        if event.kind() == kind {
            return event;
        }
    }
}

fn numbers(events: &Events, count: usize) -> Vec<u64> {
    (0..count).map(|_| until(events, EventKind::Posted).seq().unwrap()).collect()
}

#[test]
fn events_come_and_the_token_is_in_the_upgrade() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    assert!(link.request.starts_with("GET /api/v4/websocket HTTP/1.1"), "{}", link.request);
    assert!(link.head.contains("Authorization: Bearer t0k3n\r\n"));
    assert!(!link.head.to_lowercase().contains("origin:"));
    let event = next(&events);
    assert!(matches!(event.payload().unwrap(), Payload::Connected(c) if !c.resumed && c.connection_id == ID));
    assert_eq!(next(&events).kind(), EventKind::Hello);
    link.event(1);
    let event = next(&events);
    assert_eq!((event.seq(), event.origin()), (Some(1), Origin::Live));
    assert!(matches!(event.payload().unwrap(), Payload::Posted(p) if p.post.message == "number 1"));
    assert!(matches!(events.state(), ConnectionState::Connected { .. }));
    let report = std::thread::scope(|scope| {
        scope.spawn(|| {
            link.goodbye();
            link.cut();
        });
        events.close(Duration::from_secs(2))
    });
    assert!(report.goodbye && report.detached.is_empty(), "{report:?}");
    assert!(report.took < Duration::from_secs(1));
    assert_eq!(events.recv_timeout(MAX_FAILURE_DURATION).unwrap_err().kind(), ErrorKind::Closed);
    assert!(events.error().is_none());
    assert_eq!(events.state(), ConnectionState::Ended);
}

#[test]
fn a_cut_link_goes_on_where_it_broke() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    link.event(1);
    link.event(2);
    assert_eq!(numbers(&events, 2), [1, 2]);
    link.cut();
    let mut link = server.accept();
    assert!(link.request.contains(&format!("connection_id={ID}&sequence_number=3 ")), "{}", link.request);
    link.event(3);
    link.pong();
    until(&events, EventKind::Disconnected);
    let connected = next(&events);
    assert!(matches!(connected.payload().unwrap(), Payload::Connected(c) if c.resumed && c.attempts == 1));
    let event = next(&events);
    assert_eq!((event.seq(), event.origin()), (Some(3), Origin::Resumed));
    // A quiet link: the ping's answer is the first frame.
    link.cut();
    let mut link = server.accept();
    assert_eq!(link.resumes(), Some(4));
    link.pong();
    until(&events, EventKind::Disconnected);
    assert!(matches!(next(&events).payload().unwrap(), Payload::Connected(c) if c.resumed));
    assert_eq!(events.stats().resumed, 2);
}

#[test]
fn a_new_connection_is_a_gap() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    link.event(1);
    link.event(2);
    numbers(&events, 2);
    link.cut();
    let mut link = server.accept();
    link.greet(OTHER_ID);
    link.event(1);
    until(&events, EventKind::Disconnected);
    assert!(matches!(next(&events).payload().unwrap(), Payload::Connected(c) if !c.resumed));
    let missed = next(&events);
    let Payload::Missed(missed) = missed.payload().unwrap() else { panic!("{missed:?}") };
    assert_eq!((&missed.reason, missed.last_seq), (&MissedReason::NewConnection, Some(2)));
    assert_eq!(missed.since.as_millis(), CLOCK - 10_000);
    assert_eq!(next(&events).kind(), EventKind::Hello);
    assert_eq!(numbers(&events, 1), [1]);
    assert_eq!(events.position().connection_id.as_deref(), Some(OTHER_ID));
}

#[test]
fn a_number_left_out_is_a_gap_and_a_repeat_is_dropped() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    for seq in [1, 1, 5, 4, 6] {
        link.event(seq);
    }
    assert_eq!(numbers(&events, 1), [1]);
    let missed = next(&events);
    let Payload::Missed(missed) = missed.payload().unwrap() else { panic!("{missed:?}") };
    assert_eq!((&missed.reason, missed.last_seq), (&MissedReason::Gap, Some(1)));
    assert_eq!(numbers(&events, 2), [5, 6]);
    assert_eq!(events.stats().repeated, 2);
}

#[test]
fn requests_are_matched_by_number() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    std::thread::scope(|scope| {
        let one = scope.spawn(|| events.request("get_statuses", None));
        let first = link.action("get_statuses");
        let two = scope.spawn(|| events.ping());
        let second = link.action("ping");
        assert!(second["seq"].as_u64() > first["seq"].as_u64());
        link.send(r#"{"status":"OK","seq_reply":999}"#);
        link.reply(&second);
        assert_eq!(two.join().unwrap().unwrap().version, "11.6.0");
        link.send(&format!(r#"{{"status":"OK","seq_reply":{},"data":{{"u":"online"}}}}"#, first["seq"]));
        assert_eq!(one.join().unwrap().unwrap()["u"], "online");
        events.typing(crate::ChannelId::default()).unwrap();
        assert_eq!(link.action("user_typing")["data"]["channel_id"], "");
        // The link breaks before the answer.
        let three = scope.spawn(|| events.statuses());
        link.action("get_statuses");
        link.cut();
        assert_eq!(three.join().unwrap().unwrap_err().kind(), ErrorKind::Io);
    });
    let long = serde_json::json!({"x": "y".repeat(9000)});
    assert_eq!(events.request("x", Some(long)).unwrap_err().kind(), ErrorKind::Input);
    events.close(Duration::from_millis(200));
    assert_eq!(events.request("ping", None).unwrap_err().kind(), ErrorKind::Closed);
}

#[test]
fn a_bad_token_ends_the_stream_with_its_error() {
    let server = Server::start();
    let fake = server.fake();
    fake.whoami.lock().unwrap().push(401);
    let error = std::thread::scope(|scope| {
        let opening = scope.spawn(|| fake.builder().open());
        server.accept().cut();
        opening.join().unwrap().unwrap_err()
    });
    assert!(error.is_unauthorized(), "{error:?}");
    // The same later: in band.
    let (events, link) = server.open(fake.builder());
    fake.whoami.lock().unwrap().push(401);
    link.cut();
    server.accept().cut();
    until(&events, EventKind::SessionExpired);
    let last = next(&events);
    assert!(last.payload().unwrap_err().is_unauthorized());
    assert!(events.receiver().recv_timeout(MAX_FAILURE_DURATION).is_err());
    assert!(events.error().unwrap().is_unauthorized());
    assert!(events.poll(MAX_FAILURE_DURATION).unwrap_err().is_unauthorized());
    assert!(events.close(Duration::from_secs(1)).detached.is_empty());
}

#[test]
fn an_expired_session_is_replaced_if_that_can_be_done() {
    let server = Server::start();
    let mut fake = super::peer::Fake::new(server.port());
    fake.can_log_in = true;
    let fake = std::sync::Arc::new(fake);
    fake.login.lock().unwrap().push(503);
    let (events, mut link) = server.open(fake.builder().ping_every(Duration::from_secs(1)));
    let ping = link.action("ping");
    let error =
        r#"{"id":"api.web_socket_router.not_authenticated.app_error","message":"","status_code":401}"#;
    link.send(&format!(r#"{{"status":"FAIL","seq_reply":{},"error":{error}}}"#, ping["seq"]));
    let mut link = server.accept();
    assert!(link.head.contains("Bearer new\r\n") && link.resumes().is_none(), "{}", link.head);
    link.greet(OTHER_ID);
    for kind in [EventKind::Disconnected, EventKind::SessionExpired, EventKind::Connected, EventKind::Missed]
    {
        until(&events, kind);
    }
}

/// Every event comes, in order, although the program takes them slowly.
#[test]
fn blocking_loses_nothing() {
    let server = Server::start();
    let (events, mut link) =
        server.open(server.fake().builder().capacity(4).overflow(crate::Overflow::Block));
    for seq in 1..=300 {
        link.event(seq);
    }
    std::thread::sleep(Duration::from_millis(250));
    // Blocked: nothing can be asked, and a pong that nobody asked for keeps the link.
    assert_eq!(events.request("x", None).unwrap_err().kind(), ErrorKind::Backlogged);
    assert_eq!(events.typing(crate::ChannelId::default()).unwrap_err().kind(), ErrorKind::Backlogged);
    loop {
        if link.frame().unwrap().0 == 10 {
            break;
        }
    }
    assert_eq!(numbers(&events, 300), (1..=300).collect::<Vec<_>>());
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| events.ping());
        link.pong();
        asking.join().unwrap().unwrap();
    });
    assert_eq!(events.stats().dropped, 0);
}

/// What answers the upgrade with another status: told by kind, and without the token.
#[test]
fn refusals_are_told() {
    let api = |status| format!("{{\"id\":\"api.x\",\"message\":\"no\",\"status_code\":{status}}}");
    for (answer, kind, words) in [
        ("HTTP/1.1 302 Found\r\nLocation: https://other/x?token=y\r\n\r\n".into(), ErrorKind::Protocol, "https://other/x"),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 13\r\n\r\n<html></html>".into(), ErrorKind::Status, "an HTML page"),
        ("HTTP/1.1 400 Bad Request\r\nContent-Length: 12\r\n\r\nI saw t0k3n!".into(), ErrorKind::Status, "I saw ***!"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".into(), ErrorKind::Protocol, "not a Mattermost server"),
        ("HTTP/1.1 101 Fine\r\n\r\n".into(), ErrorKind::Protocol, "lacks required headers"),
        ("HTTP/1.1 101 Fine\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n".into(), ErrorKind::Protocol, "does not belong to this request"),
        ("SSH-2.0-x\r\n\r\n".into(), ErrorKind::Protocol, "the response is not HTTP"),
        (String::new(), ErrorKind::Io, "before it sent a response"),
        (format!("HTTP/1.1 403 F\r\nContent-Length: {}\r\n\r\n{}", api(403).len(), api(403)), ErrorKind::Api, "no (api.x)"),
        (format!("HTTP/1.1 429 T\r\nRetry-After: 7\r\n\r\n{}", "limit exceeded\n"), ErrorKind::Status, "limit exceeded"),
    ] {
        let server = Server::start();
        let fake = server.fake();
        let error = std::thread::scope(|scope| {
            let opening = scope.spawn(|| fake.builder().open());
            let mut socket = server.raw();
            super::peer::read_upgrade(&mut socket);
            std::io::Write::write_all(&mut socket, answer.as_bytes()).unwrap();
            let _ = socket.shutdown(std::net::Shutdown::Write);
            opening.join().unwrap().unwrap_err()
        });
        assert_eq!(error.kind(), kind, "{error:?}");
        let shown = format!("{error:?}");
        assert!(shown.contains(words) && !shown.contains("t0k3n") && !shown.contains("token=y"), "{shown}");
        assert_eq!(error.route(), Some("websocket"));
        assert_eq!(error.retry_after().is_some(), error.status() == Some(429));
    }
}

/// The next run of a program goes on where the last one stopped: resumed, or with a gap that is named.
#[test]
fn a_position_is_gone_on_with() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    for seq in 1..=4 {
        link.event(seq);
    }
    assert_eq!(numbers(&events, 2), [1, 2]);
    let text = serde_json::to_string(&events.position()).unwrap();
    drop(events);
    for resumed in [true, false] {
        let builder =
            server.fake().builder().resume_from(serde_json::from_str::<crate::Position>(&text).unwrap());
        let (events, link) = std::thread::scope(|scope| {
            let opening = scope.spawn(|| builder.open());
            let mut link = server.accept();
            assert_eq!(link.resumes(), Some(3), "{}", link.request);
            if resumed {
                link.event(3);
                link.pong();
            } else {
                link.greet(OTHER_ID);
            }
            (opening.join().unwrap().unwrap(), link)
        });
        assert!(matches!(next(&events).payload().unwrap(), Payload::Connected(c) if c.resumed == resumed));
        if resumed {
            assert_eq!(numbers(&events, 1), [3]);
        } else {
            let missed = until(&events, EventKind::Missed);
            assert!(
                matches!(missed.payload().unwrap(), Payload::Missed(m) if m.reason == MissedReason::Resumed)
            );
        }
        drop(link);
    }
}

#[test]
fn a_closed_port_is_an_error_of_open() {
    let server = Server::start();
    let fake = server.fake();
    drop(server);
    let started = Instant::now();
    assert_eq!(fake.builder().open().unwrap_err().kind(), ErrorKind::Connect);
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// The name is not found for a while, then leads to another address: every dial looks it up anew.
#[test]
fn names_that_fail_or_move_are_followed() {
    let (server, moved) = (Server::start(), Server::start());
    let mut fake = super::peer::Fake::new(server.port());
    let mut nowhere = super::peer::Fake::new(server.port()).config;
    nowhere.base.host = "no-such-host.invalid".into();
    fake.other = Some(nowhere);
    let fake = std::sync::Arc::new(fake);
    let (events, mut link) = server.open(fake.builder());
    link.event(1);
    assert_eq!(numbers(&events, 1), [1]);
    fake.elsewhere.store(true, Ordering::SeqCst);
    link.cut();
    let until = Instant::now() + MAX_FAILURE_DURATION;
    while events.stats().connect_attempts < 4 {
        assert!(Instant::now() < until, "{:?}", events.stats());
        std::thread::sleep(Duration::from_millis(2));
    }
    fake.elsewhere.store(false, Ordering::SeqCst);
    let mut link = server.accept();
    assert_eq!(link.resumes(), Some(2));
    link.event(2);
    assert_eq!(numbers(&events, 1), [2]);
    drop(events);

    let mut fake = super::peer::Fake::new(server.port());
    let mut other = super::peer::Fake::new(moved.port()).config;
    other.base.host = "localhost".into();
    fake.other = Some(other);
    let fake = std::sync::Arc::new(fake);
    let (events, link) = server.open(fake.builder());
    fake.elsewhere.store(true, Ordering::SeqCst);
    link.cut();
    let mut link = moved.accept();
    assert_eq!(link.resumes(), Some(1));
    link.greet(OTHER_ID);
    until_gap(&events);
}

fn until_gap(events: &Events) {
    let missed = until(events, EventKind::Missed);
    assert!(
        matches!(missed.payload().unwrap(), Payload::Missed(m) if m.reason == MissedReason::NewConnection)
    );
}

/// Sixteen threads send faster than the server reads: some actions are refused, the connection stays, and what was
/// accepted arrives.
#[test]
fn a_burst_of_actions_is_refused_and_costs_no_connection() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    let data = serde_json::json!({"x": "y".repeat(7000)});
    let (accepted, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let until = Instant::now() + MAX_FAILURE_DURATION;
                // The system's buffers fill first.
                while refused.load(Ordering::SeqCst) < 16 && Instant::now() < until {
                    match events.send("burst", Some(data.clone())) {
                        Ok(_) => accepted.fetch_add(1, Ordering::SeqCst),
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::Backlogged, "{error}");
                            refused.fetch_add(1, Ordering::SeqCst)
                        }
                    };
                }
            });
        }
    });
    assert!(refused.into_inner() >= 16);
    for _ in 0..accepted.into_inner() {
        link.action("burst");
    }
    assert!(matches!(events.state(), ConnectionState::Connected { .. }), "{:?}", events.state());
    link.event(1);
    assert_eq!(numbers(&events, 1), [1]);
    assert_eq!(events.stats().connections, 1);
}

/// The stream is stopped while the answer to an upgrade is on its way.
#[test]
fn no_connection_outlives_a_stop_while_a_dial_ends() {
    for n in 0..30_u32 {
        let server = Server::start();
        let (events, link) = server.open(server.fake().builder());
        link.cut();
        let raw = server.raw();
        let mut second = std::thread::scope(|scope| {
            // The request may never come.
            let comes = |raw: &TcpStream| raw.peek(&mut [0]).is_ok_and(|count| count > 0);
            let upgrading = scope.spawn(move || Some(raw).filter(comes).map(Link::upgrade));
            std::thread::sleep(Duration::from_micros(u64::from(n) * 40));
            events.stopper().stop();
            upgrading.join().unwrap()
        });
        // It ends for the peer, too, with a goodbye or without.
        while second.as_mut().is_some_and(|link| link.frame().is_some()) {}
        events.close(Duration::from_secs(5));
        assert_eq!(events.state(), ConnectionState::Ended);
    }
}
