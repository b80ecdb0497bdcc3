//! A catch-up that puts many rows between many events that wait.
//!
//! `MATTERMOST_HELD=100000` and `MATTERMOST_ROWS=40000` with `--release` give the figures of DESIGN.md.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded};

use super::peer::{CLOCK, Fake, Link, MAX_FAILURE_DURATION, Server, frame};
use crate::event::{EventKind, Payload};
use crate::model::Post;
use crate::time::Timestamp;
use crate::ws::{CatchUp, Events};

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A live event about a post, in the form of a real server.
fn posted(seq: u64, post: &Post) -> String {
    format!(
        r#"{{"event":"posted","data":{{"channel_type":"O","post":"{{\"id\":\"{}\",\"create_at\":{},\"update_at\":{},\"edit_at\":0,\"delete_at\":0,\"is_pinned\":false,\"user_id\":\"{}\",\"channel_id\":\"{}\",\"message\":\"held\"}}"}},"broadcast":{{"channel_id":"{}"}},"seq":{seq}}}"#,
        post.id,
        post.create_at.as_millis(),
        post.update_at.as_millis(),
        post.user_id,
        post.channel_id,
        post.channel_id,
    )
}

struct Merging {
    events: Events,
    fake: Arc<Fake>,
    held: usize,
    rows: usize,
    /// The catch-up waits as long as this lives.
    hang: Option<Sender<()>>,
    _link: Link<TcpStream>,
}

/// A stream with a gap and events that wait; rows of their channel lie between them.
fn merging(server: &Server) -> Merging {
    let (held, rows) = (number("MATTERMOST_HELD", 3000), number("MATTERMOST_ROWS", 1500));
    let fake = server.fake();
    let builder = fake.builder().catch_up(CatchUp::default()).capacity(held + 10);
    let (events, mut link) = server.open(builder);
    let held_post = |n: usize| {
        let at = Timestamp::from_millis(CLOCK + 1001 + i64::try_from(n * rows / held / 10).unwrap());
        Post { id: format!("h{n:0>25}").parse().unwrap(), create_at: at, update_at: at, ..fake.row(0) }
    };
    let (hang, hangs) = bounded(0);
    *fake.hang.lock().unwrap() = Some(hangs);
    fake.rows.store(rows, Ordering::SeqCst);
    link.send(&posted(1, &fake.row(0)));
    // A number is left out: a gap.
    let mut frames = Vec::new();
    for n in 0..held {
        frames.extend(frame(0x81, posted(10 + n as u64, &held_post(n)).as_bytes()));
    }
    link.socket.write_all(&frames).unwrap();
    let until = Instant::now() + MAX_FAILURE_DURATION;
    // The greeting counts, too.
    while events.stats().received < held as u64 + 1 {
        assert!(Instant::now() < until, "{:?}", events.stats());
        thread::sleep(Duration::from_millis(5));
    }
    Merging { events, fake, held, rows, hang: Some(hang), _link: link }
}

fn print_longest_hold(events: &Events, what: &str) {
    let (longest, place) = events.shared.holds.take_longest();
    let place = place.map(ToString::to_string).unwrap_or_default();
    println!("{what}: the lock was held for {longest:?} at most, from {place}");
    // On a busy machine a thread can lose its processor while it has the lock. What this looks for took 12 s.
    assert!(longest < Duration::from_secs(5), "{longest:?}");
}

#[test]
fn a_long_merge_keeps_nobody_waiting() {
    let server = Server::start();
    let mut merging = merging(&server);
    let events = &merging.events;
    events.shared.holds.take_longest();
    drop(merging.hang.take());
    let (mut posts, mut last) = (0, Timestamp::NEVER);
    let until = Instant::now() + 15 * MAX_FAILURE_DURATION;
    let expected = merging.held + merging.rows;
    let mut complete = None;
    while posts < expected || complete.is_none() {
        assert!(Instant::now() < until, "{posts} of {expected} posts, {complete:?}");
        let Ok(Some(event)) = events.poll(Duration::from_millis(100)) else { continue };
        match event.payload().unwrap() {
            Payload::Posted(posted) => {
                assert!(posted.post.create_at >= last, "{last:?} {posted:?}");
                last = posted.post.create_at;
                posts += 1;
            }
            Payload::CaughtUp(report) => complete = Some((report.complete, report.posts)),
            _ => {}
        }
    }
    // The first row was delivered live.
    assert_eq!((posts, complete), (expected, Some((true, merging.rows as u64 - 1))));
    print_longest_hold(events, &format!("{} held, {} rows", merging.held, merging.rows));
}

#[test]
fn a_merge_does_not_keep_close_waiting() {
    let tries = number("MATTERMOST_TRIES", 2);
    let mut longest = Duration::ZERO;
    for n in 0..tries {
        let server = Server::start();
        let mut merging = merging(&server);
        drop(merging.hang.take());
        let page = merging.rows / 200 * (n + 1) / (tries + 1);
        let until = Instant::now() + MAX_FAILURE_DURATION;
        while merging.fake.pages.load(Ordering::SeqCst) < page && Instant::now() < until {
            thread::yield_now();
        }
        // After some of the tries all rows have come, and are being placed.
        thread::sleep(Duration::from_millis(n as u64 % 100));
        let began = Instant::now();
        merging.events.close(Duration::from_millis(100));
        longest = longest.max(began.elapsed());
        let left = merging.events.receiver().iter();
        assert_eq!(left.filter(|event| event.kind() == EventKind::CaughtUp).count(), 0);
    }
    println!("{tries} times close(100 ms): {longest:?} at most");
    assert!(longest < Duration::from_secs(2), "{longest:?}");
}
