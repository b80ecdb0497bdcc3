//! Closing keeps its word in every state.

use std::net::TcpStream;
#[cfg(target_os = "linux")]
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::load_probe::LoadProbe;
use super::peer::{Fake, MAX_FAILURE_DURATION, OTHER_ID, Server};
use crate::error::ErrorKind;
use crate::event::{EventKind, Payload};
use crate::time_scale::TimeScale;
use crate::ws::state::StreamShared;
use crate::ws::{CatchUp, ConnectionState, Events, Overflow};

/// What has to live as long as the stream.
type Keep = Box<dyn std::any::Any + Send>;

/// A stream in some state, and whether something may be left behind.
struct Case {
    events: Events,
    _keep: Keep,
    detached: bool,
}

fn case(events: Events, keep: impl Send + 'static) -> Case {
    Case { events, _keep: Box::new(keep), detached: false }
}

fn wait_for(what: impl Fn() -> bool) {
    let until = Instant::now() + MAX_FAILURE_DURATION;
    while !what() {
        assert!(Instant::now() < until, "the state was not reached");
        thread::sleep(Duration::from_millis(2));
    }
}

/// After the first link, the port is served by this.
fn then(serve: impl FnOnce(&Server) -> Keep) -> Case {
    let server = Server::start();
    let (events, link) = server.open(server.fake().builder());
    link.cut();
    let keep = serve(&server);
    case(events, (keep, Holder(server)))
}

struct Holder(#[expect(dead_code, reason = "kept alive")] Server);

fn up() -> Case {
    let server = Server::start();
    let (events, link) = server.open(server.fake().builder());
    // A peer that does not answer the goodbye.
    case(events, (KeepOpen(link.socket), Holder(server)))
}

struct KeepOpen(#[expect(dead_code, reason = "kept alive")] TcpStream);

fn polite() -> Case {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder());
    let peer = thread::spawn(move || {
        link.goodbye();
        link.cut();
    });
    case(events, (peer, Holder(server)))
}

fn accepted_and_silent() -> Case {
    then(|server| Box::new(KeepOpen(server.raw())))
}

#[cfg(feature = "native-tls")]
fn shaking_hands() -> Case {
    let mut case = up();
    let server = Server::start();
    let mut fake = Fake::new(server.port());
    fake.config.base.tls = true;
    // The first dial of this one stays in the handshake: `open` is not over.
    let (send, opened) = crossbeam_channel::bounded(1);
    let fake = Arc::new(fake);
    let opening = thread::spawn(move || {
        let (shared, receiver) = StreamShared::new(
            fake.clone(),
            crate::ws::options::StreamOptions::default(),
            crate::ws::threads::STARTERS,
        );
        send.send(Events::start(shared, receiver, fake).unwrap()).unwrap();
    });
    opening.join().unwrap();
    case.events = opened.recv().unwrap();
    // The first byte of a hello: the connector is built, which cannot be interrupted, and the handshake has begun.
    let mut silent = server.raw();
    std::io::Read::read_exact(&mut silent, &mut [0]).unwrap();
    case._keep = Box::new((KeepOpen(silent), Holder(server)));
    case
}

fn upgraded_and_silent() -> Case {
    then(|server| Box::new(KeepOpen(server.accept().socket)))
}

fn backing_off() -> Case {
    let server = Server::start();
    let mut fake = Fake::new(server.port());
    fake.config.backoff_scale = TimeScale::REAL;
    let (events, link) = server.open(Arc::new(fake).builder());
    drop(server);
    link.cut();
    wait_for(|| matches!(events.state(), ConnectionState::Connecting { attempt: 3.., .. }));
    case(events, ())
}

/// A listener whose queue is full: a connect neither succeeds nor fails.
fn connecting() -> Case {
    let server = Server::start();
    let (events, link) = server.open(server.fake().builder());
    let address = ("127.0.0.1", server.port());
    let mut waiting = Vec::new();
    let near = std::net::SocketAddr::from(([127, 0, 0, 1], address.1));
    while let Ok(socket) = TcpStream::connect_timeout(&near, Duration::from_millis(300)) {
        waiting.push(socket);
        assert!(waiting.len() < 10_000);
    }
    link.cut();
    wait_for(|| events.stats().connect_attempts == 2);
    Case { events, _keep: Box::new((waiting, Holder(server))), detached: true }
}

fn flooded(overflow: Overflow) -> Case {
    let server = Server::start();
    let (events, mut link) = server.open(server.fake().builder().capacity(8).overflow(overflow));
    for seq in 1..100 {
        link.event(seq);
    }
    match overflow {
        Overflow::Block => wait_for(|| events.shared.lock_state().session.is_blocked()),
        Overflow::DropNewest => wait_for(|| events.stats().dropped > 50),
    }
    if overflow == Overflow::Block {
        let began = Instant::now();
        assert_eq!(events.request("x", None).unwrap_err().kind(), ErrorKind::Backlogged);
        assert!(began.elapsed() < Duration::from_millis(100));
    }
    case(events, (KeepOpen(link.socket), Holder(server)))
}

fn waiting(events: &Events) -> usize {
    events.shared.lock_state().wire.as_ref().map_or(0, |wire| wire.waiting_bytes())
}

/// Sends until more waits than leaves.
fn fill(events: &Events) {
    let data = json!({"x": "y".repeat(8000)});
    while waiting(events) < 150_000 && matches!(events.state(), ConnectionState::Connected { .. }) {
        let _ = events.send("x", Some(data.clone()));
        if waiting(events) > 60_000 {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn not_draining() -> Case {
    let server = Server::start();
    let (events, link) = server.open(server.fake().builder());
    let waiting = || waiting(&events);
    let until = Instant::now() + MAX_FAILURE_DURATION;
    // What the system takes in the end is more than what it takes at once.
    let mut before = 0;
    while before == 0 || waiting() < before {
        assert!(Instant::now() < until, "{} wait", waiting());
        fill(&events);
        before = waiting();
        // One write of the timer's, and some.
        thread::sleep(Duration::from_millis(700));
    }
    case(events, (KeepOpen(link.socket), Holder(server)))
}

fn asking_rest() -> Case {
    let server = Server::start();
    let fake = server.fake();
    let (events, link) = server.open(fake.builder());
    let (hang, hangs) = crossbeam_channel::bounded(0);
    *fake.hang.lock().unwrap() = Some(hangs);
    link.cut();
    server.accept().cut();
    wait_for(|| events.shared.lock_state().helpers == 1);
    Case { events, _keep: Box::new((hang, Holder(server))), detached: true }
}

fn catching_up() -> Case {
    let server = Server::start();
    let fake = server.fake();
    let (events, link) = server.open(fake.builder().catch_up(CatchUp::default()));
    let (hang, hangs) = crossbeam_channel::bounded(0);
    *fake.hang.lock().unwrap() = Some(hangs);
    link.cut();
    let mut link = server.accept();
    link.greet(OTHER_ID);
    wait_for(|| fake.catch_ups.load(Ordering::SeqCst) == 1);
    Case { events, _keep: Box::new((hang, KeepOpen(link.socket), Holder(server))), detached: true }
}

fn ended() -> Case {
    let server = Server::start();
    let fake = server.fake();
    let (events, link) = server.open(fake.builder());
    fake.whoami.lock().unwrap().push(401);
    link.cut();
    server.accept().cut();
    wait_for(|| events.error().is_some());
    case(events, Holder(server))
}

type Named = (&'static str, fn() -> Case);

fn states() -> Vec<Named> {
    vec![
        ("up", up),
        ("polite", polite),
        ("accepted and silent", accepted_and_silent),
        #[cfg(feature = "native-tls")]
        ("shaking hands", shaking_hands),
        ("upgraded and silent", upgraded_and_silent),
        ("backing off", backing_off),
        ("connecting", connecting),
        ("overflowing", || flooded(Overflow::DropNewest)),
        ("blocked", || flooded(Overflow::Block)),
        ("not draining", not_draining),
        ("asking REST", asking_rest),
        ("catching up", catching_up),
        ("ended", ended),
    ]
}

const WITHIN: Duration = Duration::from_millis(100);

/// How often each state is tried; `MATTERMOST_TRIES=100` for the figures of DESIGN.md.
fn tries() -> usize {
    std::env::var("MATTERMOST_TRIES").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// What is measured while waits of other threads end later than this shows the load of the machine.
const MAX_DELAY: Duration = Duration::from_millis(10);

/// The longest time that counts as kept. Beside other tests a thread can wait long for its turn.
fn latest() -> Duration {
    Duration::from_millis(if measured() { 150 } else { 500 })
}

fn measured() -> bool {
    std::env::var_os("MATTERMOST_TRIES").is_some()
}

/// The time after which a thread of a closed stream counts as left behind.
const MAX_THREAD_END: Duration = Duration::from_secs(5);

/// Whether threads of a closed stream still run when everything that blocked them is gone.
fn leaves_threads(shared: &StreamShared) -> bool {
    let until = Instant::now() + MAX_THREAD_END;
    loop {
        let state = shared.lock_state();
        if !(state.reader_runs || state.writer_runs || state.catch_up_runs || state.helpers > 0) {
            return false;
        }
        drop(state);
        if Instant::now() >= until {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn close_returns_in_time_in_every_state() {
    let probe = LoadProbe::start();
    for (name, make) in states() {
        let (mut longest, mut left_behind) = (Duration::ZERO, 0);
        let (mut latest_wait, mut disturbed) = (Duration::ZERO, 0);
        // Beside other tests, a thread may wait for its turn longer than it is waited for.
        let mut busy = if measured() { 0 } else { 8 };
        // A state is seen before the thread blocks in it, and the stop can come between the two.
        let mut early = 20 * tries();
        let mut done = 0;
        while done < tries() {
            let case = make();
            let shared = Arc::clone(&case.events.shared);
            // Who answers is not late because the machine is busy with other tests.
            let within = if name == "polite" && !measured() { Duration::from_secs(5) } else { WITHIN };
            probe.take_longest();
            let began = Instant::now();
            let report = case.events.close(within);
            let took = began.elapsed();
            let late = probe.take_longest();
            if measured() && late > MAX_DELAY && disturbed < 10 * tries() {
                disturbed += 1;
                continue;
            }
            latest_wait = latest_wait.max(late);
            longest = longest.max(took);
            assert!(name == "polite" && !measured() || took <= latest(), "{name}: {took:?} {report:?}");
            if !report.detached.is_empty() && !case.detached && busy > 0 {
                busy -= 1;
                continue;
            }
            if report.detached.is_empty() && case.detached && early > 0 {
                early -= 1;
                continue;
            }
            assert_eq!(!report.detached.is_empty(), case.detached, "{name}: {report:?}");
            assert!(report.goodbye == (name == "polite"), "{name}: {report:?}");
            // What is queued is still there, then it is over.
            let left =
                case.events.receiver().iter().filter(|event| event.kind() == EventKind::Posted).count();
            assert_eq!(left, if matches!(name, "overflowing" | "blocked") { 6 } else { 0 }, "{name}");
            assert_eq!(case.events.state(), ConnectionState::Ended);
            drop(case);
            left_behind += usize::from(leaves_threads(&shared));
            done += 1;
        }
        println!("{name}: {longest:?}, {left_behind} of {done} left threads behind");
        if measured() {
            println!(
                "    {disturbed} more tries not counted, waits beside them were late by {latest_wait:?} at most"
            );
        }
        assert_eq!(left_behind, 0, "{name}");
    }
}

#[test]
fn a_frame_that_does_not_leave_ends_the_link() {
    let case = not_draining();
    let began = Instant::now();
    let detail = loop {
        // The system may take some of it after all, once; then there has to be more.
        fill(&case.events);
        match case.events.poll(Duration::from_millis(200)).unwrap() {
            Some(event) => {
                if let Payload::Disconnected(ended) = event.payload().unwrap() {
                    break ended.detail.clone();
                }
            }
            None => assert!(began.elapsed() < Duration::from_secs(90)),
        }
    };
    let took = began.elapsed();
    println!("{took:?}: {detail}");
    assert!(detail.contains("no data could be written for 15 s"), "{detail}");
    // Some of it waited before.
    assert!(took > Duration::from_secs(10), "{took:?}");
}

/// What blocks does so every time; a machine that is busy with other tests does so now and then.
fn at_least_once_within(limit: Duration, name: &str, mut took: impl FnMut() -> Duration) {
    let mut shortest = Duration::MAX;
    for _ in 0..8 {
        shortest = shortest.min(took());
        if shortest < limit {
            return;
        }
    }
    panic!("{name}: {shortest:?}");
}

#[test]
fn stop_does_not_block() {
    for (name, make) in states() {
        at_least_once_within(Duration::from_millis(100), name, || {
            let case = make();
            let stopper = case.events.stopper();
            let began = Instant::now();
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| stopper.clone().stop());
                }
            });
            let took = began.elapsed();
            assert!(stopper.is_stopped());
            case.events.receiver().iter().for_each(drop);
            stopper.stop();
            took
        });
    }
}

#[test]
fn drop_does_not_hang() {
    for (name, make) in states() {
        at_least_once_within(Duration::from_millis(400), name, || {
            let case = make();
            let began = Instant::now();
            drop(case.events);
            began.elapsed()
        });
    }
}

#[test]
fn several_threads_may_close_at_once() {
    for (name, make) in states() {
        let mut longest = Duration::ZERO;
        for _ in 0..tries() {
            let case = make();
            thread::scope(|scope| {
                let timed = || {
                    let began = Instant::now();
                    case.events.close(WITHIN);
                    began.elapsed()
                };
                let callers =
                    [scope.spawn(timed), scope.spawn(timed), scope.spawn(timed), scope.spawn(timed)];
                // While another one still iterates.
                scope.spawn(|| case.events.iter().for_each(drop));
                for caller in callers {
                    longest = longest.max(caller.join().unwrap());
                }
            });
            assert!(longest <= latest(), "{name}: {longest:?}");
            assert!(name == "polite" || !case.events.close(Duration::ZERO).goodbye, "{name}");
        }
        println!("{name}, by four threads: {longest:?}");
    }
}

#[test]
fn whoever_takes_events_may_close() {
    let mut longest = Duration::ZERO;
    for _ in 0..tries() {
        for overflow in [Overflow::DropNewest, Overflow::Block] {
            let case = flooded(overflow);
            let mut taken = 0;
            for _ in &case.events {
                let began = Instant::now();
                case.events.close(WITHIN);
                longest = longest.max(began.elapsed());
                taken += 1;
            }
            // What was queued is still taken, and each time it is closed already.
            assert!(taken >= 6, "{taken}");
            assert!(longest <= latest(), "{longest:?}");
        }
    }
    println!("inside a callback: {longest:?}");
}

#[cfg(target_os = "linux")]
fn counted(folder: &str) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

/// Runs one of the tests below in a process of its own, since they count what belongs to the whole process.
#[cfg(target_os = "linux")]
fn alone(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[cfg(target_os = "linux")]
#[test]
fn closing_leaves_nothing_behind() {
    alone("ws::tests::close::nothing_is_left_behind");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run alone by `closing_leaves_nothing_behind`"]
fn nothing_is_left_behind() {
    let threads = counted("/proc/self/task");
    drop(up());
    // What the first use leaves for good is no leak; its threads are.
    wait_for(|| counted("/proc/self/task") == threads);
    for (name, make) in states() {
        let before = (counted("/proc/self/task"), counted("/proc/self/fd"));
        for _ in 0..tries() {
            let case = make();
            case.events.close(WITHIN);
        }
        // What was detached ends within the connect timeout.
        let until = Instant::now() + Duration::from_secs(15);
        while (counted("/proc/self/task"), counted("/proc/self/fd")) != before {
            assert!(
                Instant::now() < until,
                "{name}: {before:?}, then {} threads and {} descriptors",
                counted("/proc/self/task"),
                counted("/proc/self/fd")
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Voluntary context switches of all threads of this process but the one that asks.
#[cfg(target_os = "linux")]
fn switches() -> (usize, u64) {
    let me = std::fs::read_link("/proc/thread-self").unwrap();
    let (mut threads, mut sum) = (0, 0);
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        let task = task.unwrap();
        threads += 1;
        if me.ends_with(task.file_name()) {
            continue;
        }
        let status = std::fs::read_to_string(task.path().join("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
        sum += line.trim().parse::<u64>().unwrap();
    }
    (threads, sum)
}

#[cfg(target_os = "linux")]
#[test]
fn an_idle_stream_sleeps() {
    alone("ws::tests::close::idle");
}

/// Two threads of the stream, and nobody wakes up but for pings. `MATTERMOST_IDLE` is the time in seconds.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "run alone by `an_idle_stream_sleeps`"]
fn idle() {
    let seconds = std::env::var("MATTERMOST_IDLE").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let server = Server::start();
    let (before, _) = switches();
    let (events, mut link) = server.open(server.fake().builder());
    thread::sleep(Duration::from_millis(200));
    let (threads, began) = switches();
    assert_eq!(threads, before + 2);
    let (mut pings, until) = (0, Instant::now() + Duration::from_secs(seconds));
    let _ = link.socket.set_read_timeout(Some(Duration::from_millis(500)));
    let mut server_ping = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        if let Some((1, text)) = link.frame() {
            pings += 1;
            link.reply(&serde_json::from_slice(&text).unwrap());
        }
        if Instant::now() >= server_ping {
            server_ping += Duration::from_secs(60);
            std::io::Write::write_all(&mut link.socket, &super::peer::frame(0x89, b"")).unwrap();
        }
    }
    let (_, ended) = switches();
    println!("{} switches, {pings} pings in {seconds} s", ended - began);
    assert!(ended - began <= 1 + 5 * seconds.div_ceil(60), "{} switches", ended - began);
    drop(events);
}

#[cfg(target_os = "linux")]
#[test]
fn waits_cost_no_wake_ups() {
    alone("ws::tests::close::waiting_for_the_program");
}

/// With a program that takes nothing, a stream sleeps whatever it waits with. `MATTERMOST_IDLE` is the time in seconds.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "run alone by `waits_cost_no_wake_ups`"]
fn waiting_for_the_program() {
    let seconds: u64 = std::env::var("MATTERMOST_IDLE").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let states: [(&str, fn() -> Case); 3] = [
        ("blocked", || flooded(Overflow::Block)),
        ("overflow open", || flooded(Overflow::DropNewest)),
        ("catching up, and nobody takes", catching_up_without_room),
    ];
    for (name, make) in states {
        let case = make();
        // What has just happened may still cause something.
        thread::sleep(Duration::from_millis(1500));
        let (_, began) = switches();
        thread::sleep(Duration::from_secs(seconds));
        let (threads, ended) = switches();
        println!("{name}: {} voluntary context switches of {threads} threads in {seconds} s", ended - began);
        // Pings every 30 s, and the answers that do not come.
        assert!(ended - began <= 4 + 10 * seconds.div_ceil(60), "{name}: {} switches", ended - began);
        case.events.close(WITHIN);
    }
}

/// More is found than the program makes room for.
#[cfg(target_os = "linux")]
fn catching_up_without_room() -> Case {
    let server = Server::start();
    let fake = server.fake();
    let (events, link) = server.open(fake.builder().catch_up(CatchUp::default()).capacity(8));
    fake.rows.store(500, Ordering::SeqCst);
    link.cut();
    let mut link = server.accept();
    link.greet(OTHER_ID);
    wait_for(|| events.stats().queued == 8);
    case(events, (KeepOpen(link.socket), Holder(server)))
}
