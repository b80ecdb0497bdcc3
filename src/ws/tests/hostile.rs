//! Programs and servers that do what nobody expects.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;

use super::peer::{CLOCK, Link, MAX_FAILURE_DURATION, Server, hello};
use crate::event::{EventKind, Payload};
use crate::model::PostDraft;
use crate::ws::{CatchUp, Events, Message};

const CHANNEL: &str = "cccccccccccccccccccccccccc";
const BOB: &str = "uuuuuuuuuuuuuuuuuuuuuuuuuu";

/// Waits until something is so.
fn wait_until(what: impl Fn() -> bool) {
    let deadline = Instant::now() + MAX_FAILURE_DURATION;
    while !what() {
        assert!(Instant::now() < deadline, "it did not come to that");
        std::thread::yield_now();
    }
}

/// A post in the direct channel with bob.
fn direct(seq: u64, at: i64) -> String {
    let post = json!({
        "id": format!("{seq:p>26}"), "create_at": at, "update_at": at, "user_id": BOB, "channel_id": CHANNEL,
        "message": format!("number {seq}"),
    });
    let data = json!({ "channel_type": "D", "sender_name": "@bob", "post": post.to_string() });
    json!({ "event": "posted", "data": data, "broadcast": { "channel_id": CHANNEL }, "seq": seq }).to_string()
}

fn take_posts(events: &Events) -> Vec<u64> {
    events
        .receiver()
        .try_iter()
        .filter(|event| event.kind() == EventKind::Posted)
        .filter_map(|e| e.seq())
        .collect()
}

/// A position is written while a question is being posted, and messages that may be the reply are kept aside.
#[test]
fn a_position_lies_before_messages_that_are_kept_aside() {
    let server = Server::start();
    let fake = server.fake();
    let (events, mut link) = server.open(fake.builder());
    let receive = |link: &mut Link<_>, seq: u64, at: i64| {
        link.send(&direct(seq, at));
        wait_until(|| events.stats().received > seq);
    };
    receive(&mut link, 1, CLOCK - 5);
    assert_eq!(take_posts(&events), [1]);
    assert_eq!(events.position().seq, 2);
    let (hold, hang) = crossbeam_channel::bounded(0);
    *fake.hang.lock().unwrap() = Some(hang);
    let question = PostDraft::new(CHANNEL.parse::<crate::model::ChannelId>().unwrap(), "?");
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            events.ask(&question, BOB.parse::<crate::model::UserId>().unwrap(), MAX_FAILURE_DURATION)
        });
        wait_until(|| !fake.posts.lock().unwrap().is_empty());
        // The first was written before the question.
        receive(&mut link, 2, CLOCK - 1);
        receive(&mut link, 3, CLOCK + 1);
        assert_eq!(take_posts(&events), [0_u64; 0]);
        assert_eq!(events.position().seq, 2, "nobody has seen number 2");
        drop(hold);
        let reply = asking.join().unwrap().unwrap().map(|message: Message| message.text().to_owned());
        assert_eq!(reply.as_deref(), Some("number 3"));
    });
    assert_eq!(events.position().seq, 2, "number 2 waits in the queue");
    assert_eq!(take_posts(&events), [2]);
    assert_eq!(events.position().seq, 4);
}

/// The work of each tick takes longer than the interval.
#[test]
fn ticks_without_a_pause_leave_room_for_events() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    (1..=5).for_each(|seq| link.event(seq));
    wait_until(|| events.stats().received > 5);
    let (mut seen, mut ticks) = (BTreeSet::new(), 0);
    for item in events.ticking(Duration::from_millis(1)) {
        match item {
            Some(event) => seen.extend(event.seq()),
            None => ticks += 1,
        }
        assert!(ticks <= 20, "only ticks come");
        if seen.contains(&5) {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(ticks > 0);
}

/// The stream has ended, and its last events are still on their way into the queue.
#[test]
fn poll_does_not_fail_with_a_timeout_while_a_stream_ends() {
    let server = Server::start();
    let (events, _link) = server.open(server.fake().builder());
    while events.receiver().try_recv().is_ok() {}
    events.shared.lock_state().error = Some(crate::Error::input("revoked"));
    assert!(events.poll(Duration::ZERO).unwrap().is_none());
    assert!(events.recv_timeout(Duration::ZERO).unwrap_err().is_timeout());
}

#[test]
fn a_version_of_megabytes_is_none() {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    let long =
        json!({ "connection_id": "dddddddddddddddddddddddddd", "server_version": "v".repeat(1 << 20) });
    link.send(&json!({ "event": "hello", "data": long, "broadcast": {}, "seq": 0 }).to_string());
    link.cut();
    let mut link = server.accept();
    link.send(&hello("eeeeeeeeeeeeeeeeeeeeeeeeee"));
    for event in events.iter() {
        let Payload::Connected(connected) = event.payload().unwrap() else { continue };
        assert!(connected.server_version.len() < 100, "{} bytes", connected.server_version.len());
        if connected.connection_id.starts_with('e') {
            break;
        }
    }
}

/// Loggers run inside of REST calls, on the threads of the stream. One that cannot write any more costs what would have been
/// looked up, and nothing else.
#[test]
fn a_panic_inside_of_a_call_of_the_stream_ends_no_thread() {
    let server = Server::start();
    let fake = server.fake();
    let (events, mut link) = server.open(fake.builder().catch_up(CatchUp::default()));
    fake.panics.store(true, Ordering::SeqCst);
    let post = |seq: u64| format!(r#"{{"event":"typing","data":{{}},"broadcast":{{}},"seq":{seq}}}"#);
    let await_event = |seq: u64| {
        let until = Instant::now() + MAX_FAILURE_DURATION;
        let mut incomplete = 0;
        loop {
            assert!(Instant::now() < until, "{seq}: {:?}", events.error());
            let Ok(Some(event)) = events.poll(Duration::from_millis(100)) else { continue };
            if let Payload::CaughtUp(report) = event.payload().unwrap() {
                incomplete += u32::from(!report.complete);
            }
            if event.seq() == Some(seq) {
                return incomplete;
            }
        }
    };
    for n in 1..4_u64 {
        // A sequence number is skipped: a gap.
        link.send(&post(n * 10));
        assert_eq!(await_event(n * 10), 1, "{n}");
    }
    // A connection without a first event: the session is checked.
    link.cut();
    drop(server.accept());
    let mut link = server.accept();
    link.send(&hello("eeeeeeeeeeeeeeeeeeeeeeeeee"));
    link.send(&post(1));
    assert_eq!(await_event(1), 1);
}
