//! The callbacks of `Mattermost`: what belongs to one `start`, and what nothing may end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::testing::TestServer;
use mattermost::{ErrorKind, Mattermost};

use crate::peer::{Peer, read_head};

type Log = Arc<Mutex<Vec<String>>>;

fn facade(server: &TestServer) -> Mattermost {
    Mattermost::with_client(&server.client("bob").unwrap(), "awesome-chat").unwrap()
}

/// Writes down which callbacks run.
fn logging(mm: &Mattermost, names: &[&str]) -> Log {
    let log = Log::default();
    for name in names {
        let (own, name) = (Arc::clone(&log), (*name).to_owned());
        mm.on(&*name.clone(), move |_, _| own.lock().unwrap().push(name.clone()));
    }
    log
}

#[test]
fn what_is_queued_comes_before_the_end() {
    let server = TestServer::start().unwrap();
    let mm = facade(&server);
    let log = logging(&mm, &["posted", "error", "finish"]);
    mm.start().unwrap();
    for n in 0..10 {
        server.post_as("janedoe", "town-square", &format!("order {n}"));
    }
    // Its reply comes behind the posts.
    mm.send_action("get_statuses", None).unwrap();
    server.revoke("bob");
    server.cut_connections();
    // Nobody has taken anything yet when the stream ends.
    let deadline = Instant::now() + Duration::from_secs(20);
    while mm.started() && Instant::now() < deadline {
        thread::yield_now();
    }
    let error = mm.run().unwrap_err();
    assert!(error.is_unauthorized(), "{error}");
    let mut expected = vec!["posted"; 10];
    expected.extend(["error", "finish"]);
    assert_eq!(*log.lock().unwrap(), expected);
    assert!(mm.finished() && !mm.started());
    assert_eq!(mm.run().unwrap_err().kind(), ErrorKind::Input, "nothing is left to dispatch");
}

#[test]
fn a_restart_in_a_callback_keeps_both_sessions_apart() {
    let server = TestServer::start().unwrap();
    let mm = facade(&server);
    let log = logging(&mm, &["finish"]);
    let restarted = AtomicBool::new(false);
    let own = Arc::clone(&log);
    mm.on("posted", move |mm, event| -> mattermost::Result<()> {
        own.lock().unwrap().push(format!("posted {}", event.seq().unwrap()));
        if !restarted.swap(true, Ordering::SeqCst) {
            mm.stop();
            mm.start()?;
        }
        Ok(())
    });
    mm.start().unwrap();
    server.post_as("janedoe", "town-square", "one");
    mm.run().unwrap();
    assert!(mm.started() && mm.said_hello() && !mm.finished());
    assert_eq!(log.lock().unwrap().iter().filter(|line| *line == "finish").count(), 1);
    server.post_as("janedoe", "town-square", "two");
    let deadline = Instant::now() + Duration::from_secs(10);
    while log.lock().unwrap().len() < 3 && Instant::now() < deadline {
        assert!(mm.run_for(Duration::from_millis(20)).unwrap());
    }
    mm.stop();
    assert!(mm.finished() && !mm.started());
    mm.run().unwrap();
    let lines = log.lock().unwrap().join(", ");
    assert!(lines.starts_with("posted ") && lines.ends_with(", finish"), "{lines}");
    assert_eq!(lines.matches("finish").count(), 2, "one for each start: {lines}");
}

#[test]
fn a_failing_callback_ends_nothing() {
    let server = TestServer::start().unwrap();
    let mm = facade(&server);
    let log = logging(&mm, &["finish"]);
    let own = Arc::clone(&log);
    mm.on("posted", move |mm, _| -> mattermost::Result<()> {
        let mut log = own.lock().unwrap();
        log.push("posted".into());
        let count = log.len();
        drop(log);
        match count {
            1 => panic!("a callback that panics"),
            2 => {
                let own = Arc::clone(&own);
                mm.on("error", move |mm, event| -> mattermost::Result<()> {
                    own.lock().unwrap().push(event.data()["message"].as_str().unwrap().to_owned());
                    mm.send("", "fails too").map(drop)
                });
            }
            4 => mm.stop(),
            _ => {}
        }
        mm.send(" ", "fails").map(drop)
    });
    mm.start().unwrap();
    for n in 0..4 {
        server.post_as("janedoe", "town-square", &format!("{n}"));
    }
    mm.run().unwrap();
    let log = log.lock().unwrap();
    let posted = log.iter().filter(|line| *line == "posted").count();
    assert!(posted >= 3, "{log:?}");
    assert!(log.iter().any(|line| line.contains("name is empty")), "{log:?}");
    assert_eq!(log.last().unwrap(), "finish");
}

/// A login that succeeds, and then a server that says nothing more.
#[test]
fn nothing_waits_for_a_start_that_hangs() {
    let peer = Peer::start(|mut stream| {
        use std::io::Write;
        while let Some(head) = read_head(&mut stream) {
            if !head.contains("/users/login") {
                thread::sleep(Duration::from_secs(1));
                return;
            }
            let user = r#"{"id":"mmmmmmmmmmmmmmmmmmmmmmmmmm","username":"bob"}"#;
            let length = user.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nToken: t0k3nt0k3nt0k3nt0k3nt0k3nt0\r\nContent-Length: {length}\r\n\r\n{user}"
            );
        }
    });
    let url = format!("http://127.0.0.1:{}", peer.port());
    let mm = Mattermost::new(url, "awesome-chat", "bob", "secret").unwrap();
    let own = mm.clone();
    let starting = thread::spawn(move || own.start());
    while peer.accepted() == 0 {
        thread::yield_now();
    }
    let began = Instant::now();
    assert!(!mm.started() && !mm.finished() && !mm.said_hello());
    mm.stopper().stop();
    mm.stop();
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert!(starting.join().unwrap().is_err());
    assert!(!mm.started());
}
