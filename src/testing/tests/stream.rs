//! The WebSocket as it should be.

use super::*;

fn id_of(hello: &Value) -> String {
    assert_eq!(hello["event"], "hello", "{hello}");
    hello["data"]["connection_id"].as_str().unwrap().to_owned()
}

fn resume(server: &TestServer, token: &str, id: &str, seq: i64) -> Ws {
    Ws::open(server, token, &format!("?connection_id={id}&sequence_number={seq}"))
}

#[test]
fn says_hello_and_tells_of_posts() {
    let server = TestServer::start().unwrap();
    let mut bob = Ws::user(&server, "bob");
    let hello = bob.next().unwrap();
    assert_eq!((&hello["event"], &hello["seq"]), (&json!("hello"), &json!(0)));
    assert_eq!(hello["broadcast"]["user_id"], json!(server.user_id("bob")));
    assert_eq!(bob.next().unwrap()["event"], "status_change");
    server.post_as("janedoe", "town-square", "hey @bob");
    let posted = bob.next().unwrap();
    assert_eq!(message(&posted), "hey @bob");
    assert_eq!(posted["seq"], 2);
    let data = &posted["data"];
    assert_eq!(data["sender_name"], "@janedoe");
    assert_eq!(data["channel_display_name"], "Town Square");
    assert_eq!(data["channel_name"], "town-square");
    assert_eq!(data["channel_type"], "O");
    assert_eq!(data["set_online"], true);
    assert_eq!(data["team_id"], json!(server.team_id("awesome-chat")));
    assert_eq!(data["mentions"], json!(json!([server.user_id("bob")]).to_string()));
    assert_eq!(server.status("bob"), "online");
}

#[test]
fn resumes_after_a_cut_with_what_came_meanwhile() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    let mut bob = Ws::open(&server, &token, "");
    let id = id_of(&bob.next().unwrap());
    server.post_as("janedoe", "town-square", "one");
    bob.event("posted");
    server.cut_connections();
    assert_eq!((server.connections(), server.resumable()), (0, 1));
    assert!(bob.next().is_err());
    server.post_as("janedoe", "town-square", "two");
    let mut bob = resume(&server, &token, &id, 2);
    let first = bob.next().unwrap();
    assert_eq!((message(&first), &first["seq"]), ("one".into(), &json!(2)), "replay from the dead queue");
    assert_eq!(message(&bob.event("posted")), "two");
    server.cut_connections();
    server.post_as("janedoe", "town-square", "three");
    let mut bob = resume(&server, &token, &id, 6);
    let next = bob.next().unwrap();
    assert_eq!((&next["event"], &next["seq"]), (&json!("status_change"), &json!(6)));
    assert_eq!(message(&bob.event("posted")), "three");
    assert_eq!(server.resumed(), 2);
}

#[test]
fn a_replay_cut_short_is_not_sent_twice() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    let mut bob = Ws::open(&server, &token, "");
    let id = id_of(&bob.next().unwrap());
    for text in ["one", "two", "three"] {
        server.post_as("janedoe", "town-square", text);
        bob.event("posted");
    }
    drop(bob);
    for _ in 0..3 {
        server.cut_next_after(200);
        let mut cut = resume(&server, &token, &id, 2);
        assert!(cut.next().is_err());
    }
    let mut bob = resume(&server, &token, &id, 2);
    let seqs: Vec<Value> = (0..3).map(|_| bob.next().unwrap()["seq"].clone()).collect();
    assert_eq!(seqs, [2, 3, 4]);
    assert_eq!(bob.reply("ping", &json!(null))["data"]["text"], "pong");
}

#[test]
fn refuses_to_resume_what_it_cannot() {
    let server = TestServer::start().unwrap();
    let (bobs, zoes) = (server.token("bob"), server.token("zoe"));
    let mut bob = Ws::open(&server, &bobs, "");
    let id = id_of(&bob.next().unwrap());
    // The old link is still open.
    assert_ne!(id_of(&resume(&server, &bobs, &id, 1).next().unwrap()), id);
    server.cut_connections();
    // Somebody else's.
    assert_ne!(id_of(&resume(&server, &zoes, &id, 1).next().unwrap()), id);
    // A number that was never given: a new id, then what waited.
    server.post_as("janedoe", "town-square", "kept");
    let mut failed = resume(&server, &bobs, &id, 99);
    let hello = failed.next().unwrap();
    assert_ne!(id_of(&hello), id);
    assert_eq!(hello["seq"], 0);
    assert_eq!(message(&failed.event("posted")), "kept");
    let id = id_of(&hello);
    server.cut_connections();
    // From zero: no hello, no replay.
    let mut zero = resume(&server, &bobs, &id, 0);
    server.post_as("janedoe", "town-square", "zero");
    let first = zero.next().unwrap();
    assert_eq!((first["seq"].as_i64(), first["event"] == "hello"), (Some(0), false));
    // Without a number, or with an id that is none, the link ends at once.
    for query in [format!("?connection_id={id}"), "?connection_id=x&sequence_number=1".to_owned()] {
        assert!(Ws::open(&server, &bobs, &query).next().is_err());
    }
    // Forgotten.
    server.cut_connections();
    server.forget_queues();
    assert_ne!(id_of(&resume(&server, &bobs, &id, 1).next().unwrap()), id);
}

#[test]
fn the_reaper_takes_what_nobody_used_for_minutes() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    let mut bob = Ws::open(&server, &token, "");
    let id = id_of(&bob.next().unwrap());
    server.cut_connections();
    server.advance(Duration::from_secs(200));
    let mut again = resume(&server, &token, &id, 1);
    assert_ne!(again.next().unwrap()["event"], "hello");
    server.cut_connections();
    server.advance(Duration::from_secs(900));
    assert_ne!(id_of(&resume(&server, &token, &id, 1).next().unwrap()), id);
}

#[test]
fn logs_in_by_a_challenge() {
    let server = TestServer::builder().auth_timeout(Duration::from_millis(150)).start().unwrap();
    let token = server.token("bob");
    let mut bob = Ws::open(&server, "", "");
    let seq = bob.send("authentication_challenge", &json!({"token": token}));
    let id = id_of(&bob.next().unwrap());
    assert_eq!(bob.next().unwrap(), json!({"status": "OK", "seq_reply": seq}));
    // A second one is not answered.
    bob.send("authentication_challenge", &json!({"token": token}));
    assert_eq!(bob.reply("ping", &json!(null))["status"], "OK");
    server.cut_connections();
    // Such a link cannot resume: the id in the query is ignored.
    let mut again = resume(&server, "", &id, 1);
    again.send("authentication_challenge", &json!({"token": token}));
    assert_ne!(id_of(&again.next().unwrap()), id);
    // A wrong one ends the link, as does none in time.
    let mut wrong = Ws::open(&server, "", "");
    wrong.send("authentication_challenge", &json!({"token": "nope"}));
    assert!(wrong.next().is_err());
    let begun = std::time::Instant::now();
    let mut silent = Ws::open(&server, "a-wrong-token", "");
    silent.send("ping", &json!(null));
    assert!(silent.next().is_err());
    assert!(begun.elapsed() >= Duration::from_millis(100));
}

#[test]
fn answers_actions() {
    let server = TestServer::start().unwrap();
    let (bob, jane) = (server.user_id("bob"), server.user_id("janedoe"));
    let town = server.channel_id("town-square");
    let mut ws = Ws::user(&server, "bob");
    let mut other = Ws::user(&server, "janedoe");
    let pong = ws.reply("ping", &json!(null));
    assert_eq!((&pong["data"]["text"], &pong["data"]["version"]), (&json!("pong"), &json!("11.6.0")));
    assert!(pong["data"]["server_time"].as_i64().unwrap() > 1_700_000_000_000);
    let some = ws.reply("get_statuses_by_ids", &json!({"user_ids": [bob, server.user_id("zoe")]}));
    assert_eq!(some["data"], json!({bob.clone(): "online", server.user_id("zoe"): "offline"}));
    assert_eq!(ws.reply("get_statuses", &json!(null))["data"][&jane], "online");
    let typing = ws.reply("user_typing", &json!({"channel_id": town, "parent_id": ""}));
    assert_eq!(typing, json!({"status": "OK", "seq_reply": 4}));
    let seen = other.event("typing");
    assert_eq!(seen["data"]["user_id"], json!(bob));
    assert_eq!(seen["broadcast"]["omit_users"], json!({bob: true}));
    assert_eq!(seen["broadcast"]["channel_id"], json!(town));
    let error = |reply: Value| {
        (reply["error"]["id"].as_str().unwrap().to_owned(), reply["error"]["status_code"].clone())
    };
    let invalid = "api.websocket_handler.invalid_param.app_error".to_owned();
    assert_eq!(error(ws.reply("user_typing", &json!({}))), (invalid.clone(), json!(400)));
    assert_eq!(error(ws.reply("get_statuses_by_ids", &json!({"user_ids": "x"}))), (invalid, json!(400)));
    let unknown = "api.web_socket_router.bad_action.app_error".to_owned();
    assert_eq!(error(ws.reply("no_such_action", &json!({}))), (unknown, json!(500)));
    assert_eq!(ws.reply("presence", &json!({"channel_id": town}))["status"], "OK");
    assert_eq!(ws.reply("user_update_active_status", &json!({"user_is_active": false}))["status"], "OK");
    assert_eq!(server.status("bob"), "away");
}

#[test]
fn a_session_that_ends_is_silence_and_401() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    let mut bob = Ws::open(&server, &token, "");
    let id = id_of(&bob.next().unwrap());
    bob.reply("ping", &json!(null));
    server.expire_sessions();
    server.post_as("janedoe", "town-square", "unheard");
    let reply = bob.reply("ping", &json!(null));
    assert_eq!(reply["error"]["id"], "api.web_socket_router.not_authenticated.app_error");
    assert_eq!(reply["error"]["status_code"], 401);
    // A new session on the same link: a hello with the same id, and the next number.
    let token = server.token("bob");
    bob.send("authentication_challenge", &json!({"token": token}));
    let hello = bob.next().unwrap();
    assert_eq!((id_of(&hello), &hello["seq"]), (id, &json!(2)));
    assert_eq!(bob.next().unwrap()["status"], "OK");
    server.post_as("janedoe", "town-square", "heard");
    assert_eq!(message(&bob.event("posted")), "heard");
}

#[test]
fn only_pongs_keep_a_link() {
    // Long enough for a thread that waits for its turn.
    const SILENT: Duration = Duration::from_millis(600);
    let server =
        TestServer::builder().ping_interval(Duration::from_millis(50)).pong_wait(SILENT).start().unwrap();
    let mut lively = Ws::user(&server, "zoe");
    lively.socket.get_ref().set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let begun = std::time::Instant::now();
    // It reads, and so answers the pings, for twice as long as it may be silent.
    while begun.elapsed() < SILENT * 2 {
        let _ = lively.socket.read();
    }
    assert_eq!(server.connections(), 1);
    let begun = std::time::Instant::now();
    let mut mute = Ws::user(&server, "bob");
    mute.next().unwrap();
    while server.connections() > 1 && begun.elapsed() < Duration::from_secs(10) {
        // Not reading, it does not answer pings; actions do not help.
        let text = json!({"seq": 1, "action": "ping"}).to_string();
        let _ = mute.socket.send(tungstenite::Message::text(text));
        let _ = lively.socket.read();
    }
    assert_eq!(server.connections(), 1);
    assert!(begun.elapsed() >= SILENT);
    assert_eq!(server.status("bob"), "offline");
}

#[test]
fn refuses_what_is_too_long_or_binary_or_broken() {
    let server = TestServer::start().unwrap();
    let mut long = Ws::user(&server, "bob");
    long.socket.send(tungstenite::Message::text("x".repeat(8193))).unwrap();
    let closed = std::iter::from_fn(|| long.next().ok()).find(|value| !value["close"].is_null());
    assert_eq!(closed.unwrap()["close"], 1009);
    for wrong in [tungstenite::Message::text("{"), tungstenite::Message::binary(&b"{}"[..])] {
        let mut ws = Ws::user(&server, "bob");
        ws.next().unwrap();
        ws.socket.send(wrong).unwrap();
        assert!(std::iter::from_fn(|| ws.next().ok()).all(|value| value["close"].is_null()));
    }
}

#[test]
fn a_queue_that_is_full_ends_the_link_for_good() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    let mut bob = Ws::open(&server, &token, "");
    let id = id_of(&bob.next().unwrap());
    bob.reply("ping", &json!(null));
    server.stall_out(Duration::from_millis(300));
    for n in 0..400 {
        server.emit("custom_x", json!({"n": n}), &json!({}));
    }
    let mut last = 1;
    let closed = loop {
        match bob.next() {
            Ok(value) if value["close"].is_null() => last = value["seq"].as_i64().unwrap(),
            other => break other,
        }
    };
    assert_eq!(closed.unwrap()["close"], 0);
    assert!(last < 50, "{last}");
    assert_ne!(id_of(&resume(&server, &token, &id, last + 1).next().unwrap()), id);
}

#[test]
fn an_inactive_link_hears_later_and_is_offline() {
    let server = TestServer::start().unwrap();
    let token = server.token("bob");
    let mut bob = Ws::open(&server, &token, "");
    id_of(&bob.next().unwrap());
    assert_eq!(server.status("bob"), "online");
    drop(bob);
    assert!(server.wait_for_connections(0, Duration::from_secs(2)));
    assert_eq!((server.status("bob"), server.resumable()), ("offline".into(), 1));
}

#[test]
fn old_servers_have_other_events() {
    let server = TestServer::builder().version("5.37.0").start().unwrap();
    let mut jane = Ws::user(&server, "janedoe");
    let hello = jane.next().unwrap();
    assert_eq!(hello["broadcast"].as_object().unwrap().len(), 4);
    assert_eq!(hello["data"]["server_hostname"], Value::Null);
    server.post_as("janedoe", "town-square", "hi @bob");
    assert_eq!(jane.event("posted")["data"]["mentions"], json!(json!([server.user_id("bob")]).to_string()));
    assert_eq!(jane.event("channel_viewed")["data"]["channel_id"], json!(server.channel_id("town-square")));
    assert_eq!(Http::new(&server, "janedoe").get("/users/me/channels").status, 404);
}
