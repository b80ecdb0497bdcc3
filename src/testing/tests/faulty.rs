//! The faults.

use std::io::ErrorKind;
use std::time::Instant;

use super::*;

fn begun(server: &TestServer, user: &str) -> (Ws, String, String) {
    let token = server.token(user);
    let mut ws = Ws::open(server, &token, "");
    let id = ws.next().unwrap()["data"]["connection_id"].as_str().unwrap().to_owned();
    ws.reply("ping", &json!(null));
    (ws, token, id)
}

#[test]
fn requests_fail_as_planned() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    let town = server.channel_id("town-square");
    server.on("POST /posts").times(2).http(502, "<html>Bad Gateway</html>");
    assert_eq!(jane.get("/users/me").status, 200);
    for _ in 0..2 {
        let got = jane.post("/posts", &json!({"channel_id": town, "message": "x"}));
        assert_eq!((got.status, got.header("content-type")), (502, Some("text/html")));
    }
    assert!(server.posts("town-square").is_empty());
    server.rate_limit(1);
    let limited = jane.get("/users/me");
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("1")));
    assert_eq!(limited.body, b"limit exceeded\n");
    server.http_raw("HTTP/1.1 200 OK\r\n\r\n[{\"id\":");
    assert_eq!(jane.get("/users/me").body, b"[{\"id\":");
    server.on("").redirect("http://127.0.0.1:1/");
    assert_eq!(jane.get("/users/me").header("location"), Some("http://127.0.0.1:1/"));
    server.on("/users/me").api_error(401, "api.context.session_expired.app_error");
    assert_eq!(jane.get("/users/me").json()["id"], "api.context.session_expired.app_error");
    server.close_without_answer();
    let request =
        format!("GET /api/v4/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", jane.token);
    assert!(jane.raw(request.as_bytes()).is_err());
    server.http(500, "x");
    server.heal();
    assert_eq!(jane.get("/users/me").status, 200);
}

#[test]
fn a_lost_answer_was_carried_out() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    let body =
        json!({"channel_id": server.channel_id("town-square"), "message": "x", "pending_post_id": "p"});
    let request = format!(
        "POST /api/v4/posts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{body}",
        jane.token,
        body.to_string().len()
    );
    server.on("POST /posts").lose_answer();
    assert!(jane.raw(request.as_bytes()).is_err());
    assert_eq!(jane.post("/posts", &body).status, 201);
    assert_eq!(server.posts("town-square").len(), 1);
    assert_eq!(server.requests().iter().filter(|one| one.path == "/api/v4/posts").count(), 2);
}

#[test]
fn silence_and_delay() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    server.on("/users/me").delay(Duration::from_millis(80));
    let start = Instant::now();
    assert_eq!(jane.get("/users/me").status, 200);
    assert!(start.elapsed() >= Duration::from_millis(80));
    server.accept_and_say_nothing();
    let mut tcp = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    tcp.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let error = tcp.read(&mut [0; 10]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
}

#[test]
fn upgrades_are_refused() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    for status in [401, 403, 429, 502] {
        server.on("/websocket").http(status, "<html></html>");
        let error = Ws::try_open(&server, &token, "").err().unwrap();
        assert!(error.contains(&status.to_string()), "{error}");
    }
    server.on("/websocket").redirect("http://127.0.0.1/");
    assert!(Ws::try_open(&server, &token, "").err().unwrap().contains("302"));
    assert!(Ws::try_open(&server, &token, "").is_ok());
}

#[test]
fn cuts_at_any_byte() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    for bytes in [0, 1, 40, 128] {
        server.cut_next_after(bytes);
        assert!(Ws::try_open(&server, &token, "").is_err(), "inside the upgrade: {bytes}");
    }
    server.cut_accepted_after(0);
    assert!(Ws::try_open(&server, &token, "").is_err());
    let (mut bob, token, id) = begun(&server, "bob");
    server.cut_after(100);
    server.post_as("janedoe", "town-square", "whole");
    assert!(std::iter::from_fn(|| bob.next().ok()).next().is_none(), "the frame is not whole");
    assert!(server.wait_for_connections(0, Duration::from_secs(2)));
    let mut bob = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=2"));
    assert_eq!(message(&bob.next().unwrap()), "whole");
}

#[test]
fn resets_are_resets_and_resume() {
    let server = TestServer::start().unwrap();
    for _ in 0..5 {
        let (mut bob, token, id) = begun(&server, "bob");
        server.reset_connections();
        assert_eq!((server.connections(), server.resumable()), (0, 1));
        match bob.next() {
            Err(tungstenite::Error::Io(error)) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
            other => panic!("{other:?}"),
        }
        let mut bob = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=2"));
        assert_eq!(bob.reply("ping", &json!(null))["status"], "OK");
        server.cut_connections();
        server.forget_queues();
    }
}

#[test]
fn a_black_hole_refuses_to_be_resumed() {
    let server = TestServer::builder().pong_wait(Duration::from_millis(600)).start().unwrap();
    let (mut bob, token, id) = begun(&server, "bob");
    server.black_hole();
    server.post_as("janedoe", "town-square", "lost");
    bob.send("ping", &json!(null));
    bob.socket.get_ref().set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(matches!(bob.next(), Err(tungstenite::Error::Io(_))));
    drop(bob);
    assert_eq!(server.connections(), 1);
    let mut again = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=2"));
    assert_eq!(again.next().unwrap()["event"], "hello");
    server.post_as("janedoe", "town-square", "there");
    assert_eq!(message(&again.event("posted")), "there");
    drop(again);
    assert!(server.wait_for_connections(0, Duration::from_secs(2)), "the pongs were missed");
}

#[test]
fn stalls_trickles_and_goes_on() {
    let server = TestServer::start().unwrap();
    let (mut bob, ..) = begun(&server, "bob");
    server.stall_out(Duration::from_millis(100));
    let start = Instant::now();
    server.post_as("janedoe", "town-square", "late");
    assert_eq!(message(&bob.event("posted")), "late");
    assert!(start.elapsed() >= Duration::from_millis(90), "{:?}", start.elapsed());
    server.stall_in(Duration::from_millis(100));
    let start = Instant::now();
    bob.reply("ping", &json!(null));
    assert!(start.elapsed() >= Duration::from_millis(90), "{:?}", start.elapsed());
    server.trickle(100, Duration::from_millis(5));
    let start = Instant::now();
    server.post_as("janedoe", "town-square", "slow");
    assert_eq!(message(&bob.event("posted")), "slow");
    assert!(start.elapsed() >= Duration::from_millis(25), "{:?}", start.elapsed());
}

#[test]
fn the_port_closes_and_opens() {
    let server = TestServer::start().unwrap();
    let (mut bob, token, id) = begun(&server, "bob");
    let refused = || TcpStream::connect(("127.0.0.1", server.port())).is_err();
    server.refuse(Duration::from_millis(100));
    assert!(refused());
    assert_eq!(server.connections(), 1);
    bob.reply("ping", &json!(null)); // open links stay
    let start = Instant::now();
    while refused() {
        assert!(start.elapsed() < Duration::from_secs(3));
        std::thread::sleep(Duration::from_millis(5));
    }
    server.down();
    assert!(refused() && bob.next().is_err());
    server.up();
    let mut bob = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=2"));
    assert_eq!(bob.reply("ping", &json!(null))["status"], "OK");
    server.restart(true);
    assert_eq!(server.resumable(), 1);
    server.restart(false);
    assert_eq!(server.resumable(), 0);
    let mut bob = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=2"));
    assert_eq!(bob.next().unwrap()["event"], "hello", "sessions outlive a restart");
}

#[test]
fn numbers_go_wrong() {
    let server = TestServer::start().unwrap();
    let (mut bob, ..) = begun(&server, "bob");
    server.skip_seq(3);
    server.post_as("janedoe", "town-square", "a");
    assert_eq!(bob.event("posted")["seq"], 5);
    server.repeat_seq();
    assert_eq!(bob.event("posted")["seq"], 5);
    server.post_as("janedoe", "town-square", "b");
    assert_eq!(bob.event("posted")["seq"], 6);
}

#[test]
fn frames_go_wrong() {
    type Fault = fn(&TestServer);
    let faults: [Fault; 5] = [
        |server| server.send_masked(),
        |server| server.send_reserved_bits(),
        |server| server.send_invalid_utf8(),
        |server| server.send_oversized(1 << 40),
        |server| server.send_raw_frame([0x83, 0]),
    ];
    let server = TestServer::start().unwrap();
    for fault in faults {
        let (mut bob, ..) = begun(&server, "bob");
        fault(&server);
        bob.next().unwrap_err();
        server.cut_connections();
    }
    let (mut bob, ..) = begun(&server, "bob");
    server.send_text("not json");
    assert_eq!(bob.socket.read().unwrap(), tungstenite::Message::text("not json"));
    server.send_binary(&[1, 2]);
    assert_eq!(bob.socket.read().unwrap(), tungstenite::Message::binary(&[1, 2][..]));
    server.send_fragments(3, 10);
    server.send_close(1001);
    assert_eq!(bob.next().unwrap()["close"], 1001);
}

#[test]
fn a_zombie_answers_and_says_nothing() {
    let server = TestServer::start().unwrap();
    let (mut bob, ..) = begun(&server, "bob");
    server.zombie(true);
    server.post_as("janedoe", "town-square", "lost");
    assert_eq!(bob.reply("ping", &json!(null))["status"], "OK");
    server.zombie(false);
    server.post_as("janedoe", "town-square", "there");
    let event = bob.event("posted");
    assert_eq!((message(&event), &event["seq"]), ("there".into(), &json!(2)));
}

#[test]
fn floods_at_the_clients_speed() {
    let server = TestServer::start().unwrap();
    let (mut bob, ..) = begun(&server, "bob");
    let reader = std::thread::spawn(move || {
        for n in 0..5000 {
            let event = bob.event("flood");
            assert_eq!((&event["data"]["n"], &event["seq"]), (&json!(n), &json!(n + 2)));
        }
    });
    assert_eq!(server.flood(5000), 5000);
    reader.join().unwrap();
}

#[test]
fn events_reach_those_they_are_for() {
    let server = TestServer::start().unwrap();
    let (mut bob, ..) = begun(&server, "bob");
    let (mut zoe, ..) = begun(&server, "zoe");
    server.emit("custom_a", json!(null), &json!({"user_id": server.user_id("bob")}));
    server.emit("custom_b", json!({"x": 1}), &json!({}));
    assert_eq!(bob.next().unwrap()["event"], "custom_a");
    assert_eq!(bob.next().unwrap()["event"], "custom_b");
    assert_eq!(zoe.next().unwrap()["event"], "custom_b");
}

#[test]
fn limits_the_rate() {
    let server = TestServer::start().unwrap();
    let jane = Http::new(&server, "janedoe");
    server.limit_rate(2, 3);
    let got: Vec<Got> = (0..6).map(|_| jane.get("/users/me")).collect();
    let statuses: Vec<u16> = got.iter().map(|got| got.status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 429, 429]);
    let left: Vec<&str> = got.iter().map(|got| got.header("x-ratelimit-remaining").unwrap()).collect();
    assert_eq!(left, ["3", "2", "1", "0", "0", "0"]);
    assert_eq!((got[5].header("retry-after"), got[0].header("retry-after")), (Some("1"), None));
    assert_eq!(
        (got[5].header("x-ratelimit-limit"), got[5].header("x-ratelimit-reset")),
        (Some("4"), Some("2"))
    );
    server.limit_rate(0, 0);
    assert_eq!(jane.get("/users/me").header("x-ratelimit-limit"), None);
}

#[test]
fn what_cannot_be_read_comes_again() {
    let server = TestServer::start().unwrap();
    let (mut bob, token, id) = begun(&server, "bob");
    server.emit_unreadable();
    server.post_as("janedoe", "town-square", "after");
    bob.next().unwrap_err();
    drop(bob);
    let mut same = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=2"));
    same.next().unwrap_err();
    drop(same);
    let mut next = Ws::open(&server, &token, &format!("?connection_id={id}&sequence_number=3"));
    assert_eq!(message(&next.event("posted")), "after");
}

#[cfg(feature = "native-tls")]
#[test]
fn streams_over_tls() {
    let server = TestServer::builder().tls().start().unwrap();
    let bob = server.client("bob").unwrap();
    let events = bob.events().unwrap();
    let mut expected = Vec::new();
    for round in 0..4 {
        for n in 0..20 {
            expected.push(format!("{round} {n}"));
            server.post_as("janedoe", "town-square", &format!("{round} {n}"));
        }
        match round {
            0 => server.cut_connections(),
            1 => server.reset_connections(),
            2 => server.cut_after(777),
            _ => {}
        }
    }
    let mut seen = Vec::new();
    while seen.len() < expected.len() {
        let event = events.recv_timeout(Duration::from_secs(10)).unwrap();
        if let crate::Payload::Posted(posted) = event.payload().unwrap() {
            seen.push(posted.post.message.clone());
        }
    }
    assert_eq!(seen, expected);
    server.forget_requests();
    assert_eq!(server.flood(3000), 3000);
}

#[cfg(feature = "native-tls")]
#[test]
fn speaks_tls() {
    let server = TestServer::builder().tls().start().unwrap();
    let jane = server.client("janedoe").unwrap();
    assert!(jane.url().starts_with("https://"));
    assert_eq!(jane.me().username, "janedoe");
    let ca = native_tls::Certificate::from_pem(TestServer::authority().as_bytes()).unwrap();
    let connector = native_tls::TlsConnector::builder()
        .disable_built_in_roots(true)
        .add_root_certificate(ca)
        .build()
        .unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let tcp = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        let mut tls = connector.connect(host, tcp).unwrap();
        tls.write_all(b"GET /api/v4/system/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        let _ = tls.read_to_string(&mut text);
        assert!(text.starts_with("HTTP/1.1 200 OK") && text.contains("\"OK\""), "{text}");
    }
    // Inside the handshake.
    server.cut_accepted_after(100);
    let tcp = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    assert!(connector.connect("localhost", tcp).is_err());
}

#[test]
fn a_fault_lets_the_first_requests_pass() {
    let server = TestServer::start().unwrap();
    let http = Http::new(&server, "bob");
    server.on("/users/me").skip(2).http(503, "busy");
    let statuses: Vec<u16> = (0..4).map(|_| http.get("/users/me").status).collect();
    assert_eq!(statuses, [200, 200, 503, 200]);
}

#[test]
fn a_watch_sees_what_comes_after_it_and_each_post_once() {
    let server = TestServer::start().unwrap();
    server.post_as("bob", "town-square", "before");
    let mut watch = server.watch("town-square");
    server.post_as("bob", "town-square", "one");
    server.post_as("bob", "town-square", "two");
    let soon = Duration::from_secs(5);
    assert_eq!(watch.wait_for_post(soon, |_| true).unwrap().message, "one");
    assert_eq!(watch.posts().len(), 1);
    assert_eq!(watch.wait_for_post(soon, |_| true).unwrap().message, "two");
    assert!(watch.wait_for_post(Duration::ZERO, |_| true).is_none());
    assert!(server.wait_until(soon, |server| server.posts("town-square").len() == 3));
    assert!(!server.wait_until(Duration::ZERO, |server| server.posts("town-square").len() == 4));
}

#[test]
fn settings_and_the_clock_are_the_tests() {
    let server = TestServer::builder().session_length(Duration::from_secs(60)).start().unwrap();
    let bob = Http::new(&server, "bob");
    assert_eq!(bob.get("/config/client?format=old").json()["EnablePostUsernameOverride"], "false");
    server.set_setting("ServiceSettings.EnablePostUsernameOverride", true);
    assert_eq!(bob.get("/config/client?format=old").json()["EnablePostUsernameOverride"], "true");
    // The server rounds it down to a full minute.
    let end = server.now() / 1000 + 180;
    let body = json!({"user_id": server.user_id("bob"), "status": "dnd", "dnd_end_time": end});
    assert_eq!(bob.put("/users/me/status", &body).status, 200);
    server.advance(Duration::from_secs(61));
    assert_eq!((bob.get("/users/me").status, &*server.status("bob")), (401, "dnd"));
    server.advance(Duration::from_secs(180));
    assert_eq!(server.status("bob"), "offline");
}

#[test]
fn idle_users_become_away() {
    let server = TestServer::start().unwrap();
    let (bob, zoe) = (server.client("bob").unwrap(), server.client("zoe").unwrap());
    let (bobs, zoes) = (bob.events().unwrap(), zoe.events().unwrap());
    assert!(server.wait_for_connections(2, Duration::from_secs(10)));
    let body = json!({"user_id": server.user_id("zoe"), "status": "dnd", "dnd_end_time": 0});
    assert_eq!(Http::new(&server, "zoe").put("/users/me/status", &body).status, 200);
    server.advance(Duration::from_secs(299));
    assert_eq!(server.status("bob"), "online");
    server.advance(Duration::from_secs(2));
    // Nobody who chose a status or has no connection becomes away.
    assert_eq!(["bob", "zoe", "janedoe"].map(|name| server.status(name)), ["away", "dnd", "offline"]);
    server.post_as("bob", "town-square", "back");
    assert_eq!(server.status("bob"), "online");
    server.set_setting("TeamSettings.UserStatusAwayTimeout", 3600);
    server.advance(Duration::from_secs(3599));
    assert_eq!(server.status("bob"), "online");
    server.advance(Duration::from_secs(2));
    assert_eq!(server.status("bob"), "away");
    drop((bobs, zoes));
}

#[test]
fn a_server_below_a_path() {
    let server = TestServer::builder().subpath("chat/").start().unwrap();
    assert!(server.url().ends_with("/chat"));
    let bob = server.client("bob").unwrap();
    let events = bob.events().unwrap();
    assert!(server.wait_for_connections(1, Duration::from_secs(10)));
    assert_eq!(bob.users().me().unwrap().username, "bob");
    server.as_user("zoe").post("town-square", "hello");
    let heard = events.messages().find_map(|message| message.ok().map(|message| message.text().to_owned()));
    assert_eq!(heard.as_deref(), Some("hello"));
    let gone = server.slash("zoe", "off-topic", "/leave").goto_location;
    assert_eq!(gone, format!("{}/awesome-chat/channels/town-square", server.url()));
    // `Http` knows nothing of the subpath.
    let outside = Http::new(&server, "bob").get("/users/me?x=1");
    assert_eq!((outside.status, outside.header("location")), (302, Some("/chat/api/v4/users/me?x=1")));
    assert!(server.requests().iter().any(|request| request.path == "/api/v4/users/me"));
}
