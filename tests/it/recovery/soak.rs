//! Half an hour and more of many events and many cuts: nothing lost, nothing twice, nothing that grows. Run by hand:
//!
//!     MATTERMOST_SOAK=30 cargo test --release --features testing --test it -- --ignored --nocapture soak
//!
//! The server is a process of its own, so that what it keeps is not taken for ours.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::crossbeam_channel::bounded;
use mattermost::testing::TestServer;
use mattermost::{Client, EventKind, Events, Origin, Payload};

/// Posts a second.
const RATE: u32 = 500;
const CUT_EVERY: Duration = Duration::from_secs(20);
/// What is compared with the end is counted when each kind of cut has come three times, and with it three catch-ups: the
/// first ones touch the code of the REST API for the first time. In the middle between two cuts, so that there is a link.
const WARM: Duration = Duration::from_secs(190);

fn minutes() -> Option<f64> {
    std::env::var("MATTERMOST_SOAK").ok()?.parse().ok()
}

/// Resident memory in KB, how much of it is of no file, and open descriptors.
fn footprint() -> (u64, u64, usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let memory = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    (memory("VmRSS:"), memory("RssAnon:"), std::fs::read_dir("/proc/self/fd").unwrap().count())
}

#[test]
#[ignore = "runs for MATTERMOST_SOAK minutes"]
fn soak() {
    let Some(minutes) = minutes() else {
        println!("MATTERMOST_SOAK is not set: nothing was run");
        return;
    };
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "recovery::soak::server_of_the_soak", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut said = |what: &str| loop {
        let line = lines.next().expect("the server lives");
        if let Some((_, rest)) = line.split_once(what) {
            return rest.to_owned();
        }
    };
    let (url, token) = (said("URL "), said("TOKEN "));
    let client = Client::builder(url).no_proxy().token(token).connect().unwrap();
    let events = Events::builder(&client).kinds([EventKind::Posted]).open().unwrap();
    events.ping().unwrap();
    writeln!(server.stdin.as_mut().unwrap(), "go").unwrap();

    let began = Instant::now();
    let (mut next, mut lost, mut twice) = (0_u64, 0_u64, 0_u64);
    let (mut live, mut resumed, mut caught_up, mut gaps, mut beyond) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    let (mut start, mut told) = (None, Instant::now());
    // The catch-ups of the last minute: posts, the longest, and the most memory behind one.
    let (mut gap, mut minute) = (None::<Instant>, (0, Duration::ZERO, 0));
    let mut made = None;
    let until = Duration::from_secs_f64(minutes * 60.0);
    loop {
        if made.is_none() && began.elapsed() >= until {
            writeln!(server.stdin.as_mut().unwrap(), "stop").unwrap();
            made = Some(said("MADE ").parse::<u64>().unwrap());
        }
        if made.is_some_and(|made| next >= made) {
            break;
        }
        if start.is_none() && began.elapsed() >= WARM.min(until / 2) {
            start = Some(footprint());
        }
        if told.elapsed() >= Duration::from_secs(60) {
            told = Instant::now();
            let (rss, anonymous, descriptors) = footprint();
            let (posts, longest, most) = std::mem::take(&mut minute);
            println!(
                "{:>5} s: {next} posts, lost {lost}, twice {twice}; caught up {posts} in {longest:?} at most; RSS {rss} KB, \
                 {anonymous} KB of it anonymous, {most} KB after a catch-up; descriptors {descriptors}",
                began.elapsed().as_secs()
            );
        }
        let event = match events.poll(Duration::from_secs(90)).unwrap() {
            Some(event) => event,
            None => panic!("nothing for 90 s after {next} posts"),
        };
        match event.payload().unwrap() {
            Payload::Posted(posted) => {
                let number: u64 = posted.post.message.parse().unwrap();
                if number < next {
                    twice += 1;
                } else {
                    lost += number - next;
                    next = number + 1;
                }
                match event.origin() {
                    Origin::Live => live += 1,
                    Origin::Resumed => resumed += 1,
                    _ => caught_up += 1,
                }
            }
            Payload::Missed(missed) => {
                gaps += 1;
                gap.get_or_insert_with(Instant::now);
                beyond += u64::from(missed.beyond_horizon);
            }
            Payload::CaughtUp(report) => {
                if !report.complete {
                    println!("given up: {report:?}");
                }
                minute.0 += report.posts;
                minute.1 = minute.1.max(gap.take().map_or(Duration::ZERO, |began| began.elapsed()));
                minute.2 = minute.2.max(footprint().0);
            }
            _ => {}
        }
    }
    // What a last catch-up took is given back.
    thread::sleep(Duration::from_secs(2));
    let (start, end) = (start.unwrap(), footprint());
    let stats = events.stats();
    println!("{minutes} minutes, {next} posts at {RATE} a second, a cut every {CUT_EVERY:?}");
    println!(
        "live {live}, resumed {resumed}, caught up {caught_up}, gaps {gaps}, beyond the horizon {beyond}"
    );
    println!("lost {lost}, duplicated {twice}");
    println!(
        "RSS {} KB after {WARM:?}, {} KB at the end; anonymous {} KB and {} KB; descriptors {} and {}",
        start.0, end.0, start.1, end.1, start.2, end.2
    );
    println!("{stats:?}");
    assert_eq!((lost, twice, beyond), (0, 0, 0));
    assert!(end.0 <= start.0 + 1024 && end.2 == start.2, "{start:?} {end:?}");
    drop(events);
    server.stdin.take();
    assert!(server.wait().unwrap().success());
}

#[test]
#[ignore = "the other half of `soak`"]
fn server_of_the_soak() {
    if minutes().is_none() {
        return;
    }
    let server = TestServer::start().unwrap();
    println!("\nURL {}", server.url());
    println!("TOKEN {}", server.token("janedoe"));
    let mut commands = std::io::stdin().lines();
    commands.next().unwrap().unwrap();
    let (stop, stopped) = bounded(1);
    let made = thread::scope(|scope| {
        let posting = scope.spawn(|| {
            let (began, mut made, mut cuts) = (Instant::now(), 0_u32, 0_u32);
            // Told to stop, or the time of the next post has come.
            let tick = |made: u32| stopped.recv_deadline(began + Duration::from_secs(1) / RATE * made);
            while tick(made).is_err() {
                server.post_as("bob", "town-square", &made.to_string());
                made += 1;
                let due = began.elapsed().as_secs() / CUT_EVERY.as_secs();
                if u64::from(cuts) < due {
                    cuts += 1;
                    match cuts % 3 {
                        0 => server.reset_connections(),
                        1 => server.cut_connections(),
                        // Longer than the server keeps events for it.
                        _ => server.outage(Duration::from_millis(1500)),
                    }
                }
            }
            made
        });
        commands.next().unwrap().unwrap();
        stop.send(()).unwrap();
        posting.join().unwrap()
    });
    println!("\nMADE {made}");
    // Until the other side has seen enough.
    assert!(commands.next().is_none());
}
