//! Seeded schedules of mixed faults over real sockets: two posters, one listener, everything once and in order.
//!
//! `MATTERMOST_SCHEDULES` is how many; with `MATTERMOST_SCHEDULE` only that one is run, and told.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Event, Events, Origin, Payload, Probe};

/// `MATTERMOST_SCHEDULES=500` runs more.
const SCHEDULES: u64 = 50;
/// At the same time.
const WORKERS: u64 = 6;
/// From the last fault until everything is told.
const SETTLE: Duration = Duration::from_secs(60);
/// What was said before the stream was opened.
const BEFORE: &str = "before";
const CHANNELS: [&str; 3] = ["town-square", "off-topic", "@janedoe"];
const POSTERS: [&str; 2] = ["bob", "zoe"];

struct Rng(u64);

impl Rng {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 8) % sides
    }

    fn ms(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from))
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

/// What came of the schedules. The last five are to be 0.
#[derive(Debug, Default)]
struct Sum {
    schedules: u64,
    made: u64,
    live: u64,
    resumed: u64,
    caught_up: u64,
    /// Named as beyond the horizon.
    beyond: u64,
    /// Deleted before they could be told.
    gone: u64,
    edits: u64,
    gaps: u64,
    dials: u64,
    duplicates: u64,
    inversions: u64,
    missing: u64,
    phantoms: u64,
    ends: u64,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        for (mine, its) in [
            (&mut self.schedules, other.schedules),
            (&mut self.made, other.made),
            (&mut self.live, other.live),
            (&mut self.resumed, other.resumed),
            (&mut self.caught_up, other.caught_up),
            (&mut self.beyond, other.beyond),
            (&mut self.gone, other.gone),
            (&mut self.edits, other.edits),
            (&mut self.gaps, other.gaps),
            (&mut self.dials, other.dials),
            (&mut self.duplicates, other.duplicates),
            (&mut self.inversions, other.inversions),
            (&mut self.missing, other.missing),
            (&mut self.phantoms, other.phantoms),
            (&mut self.ends, other.ends),
        ] {
            *mine += its;
        }
    }

    fn faults(&self) -> u64 {
        self.duplicates + self.inversions + self.missing + self.phantoms + self.ends
    }
}

/// What the posters did.
#[derive(Default)]
struct Made {
    /// Every text that a post ever had.
    texts: HashMap<String, HashSet<String>>,
    deleted: HashSet<String>,
    posts: u64,
}

/// What the listener was told.
#[derive(Default)]
struct Heard {
    sum: Sum,
    /// The present text of each post.
    texts: HashMap<String, String>,
    /// What edits said of each post, in order.
    edits: HashMap<String, Vec<String>>,
    deleted: HashSet<String>,
    newest: HashMap<String, i64>,
    /// Times that notices gave up: since when, and when that was told.
    beyond: Vec<(i64, i64)>,
    /// A gap is being filled.
    open: bool,
    wrong: Vec<String>,
    /// The last events and all notices, for whoever has to find out.
    last: VecDeque<String>,
    notices: Vec<String>,
}

impl Heard {
    fn note(&mut self, event: &Event) {
        let post = event.payload().ok().and_then(Payload::post);
        let what = post.map_or_else(
            || if event.kind().is_notification() { event.data().to_string() } else { String::new() },
            |post| format!("{} of {} in {}", post.message, post.create_at, post.channel_id),
        );
        let line = format!("{} {:?} {:?} {what}", event.name(), event.origin(), event.seq());
        if event.kind().is_notification() {
            self.notices.push(line.clone());
        }
        self.last.push_back(line);
        if self.last.len() > 400 {
            self.last.pop_front();
        }
    }

    fn wrong(&mut self, count: impl Fn(&mut Sum) -> &mut u64, what: String) {
        *count(&mut self.sum) += 1;
        if self.wrong.is_empty() {
            self.wrong.append(&mut self.notices);
            self.wrong.extend(self.last.drain(..));
        }
        self.wrong.push(what);
    }
}

struct Run<'a> {
    server: &'a TestServer,
    made: Mutex<Made>,
    heard: Mutex<Heard>,
    over: AtomicBool,
    /// Until when the program takes nothing.
    busy: Mutex<Option<Instant>>,
    told: bool,
}

impl Run<'_> {
    fn post(&self, user: &str, rng: &mut Rng) {
        let channel = rng.pick(&CHANNELS);
        let text = {
            let mut made = self.made.lock().unwrap();
            made.posts += 1;
            format!("{user} {}", made.posts)
        };
        let id = self.server.post_as(user, channel, &text);
        self.made.lock().unwrap().texts.entry(id).or_default().insert(text);
    }

    /// Posts, and now and then edits or deletes what it posted, until it is told that it is over.
    fn write(&self, user: &str, mut rng: Rng) {
        let mut own: Vec<String> = Vec::new();
        let mut last: Option<String> = None;
        while !self.over.load(Ordering::SeqCst) {
            let burst = if rng.below(60) == 0 { 150 } else { 1 };
            for _ in 0..burst {
                self.post(user, &mut rng);
            }
            if rng.below(8) == 0 {
                let channel = rng.pick(&CHANNELS[..2]);
                let id = self.server.post_as(user, channel, "to be changed");
                self.made.lock().unwrap().texts.entry(id.clone()).or_default().insert("to be changed".into());
                self.made.lock().unwrap().posts += 1;
                own.push(id);
            }
            if !own.is_empty() && rng.below(10) == 0 {
                let id = own[usize::try_from(rng.below(own.len() as u64)).unwrap()].clone();
                let text = format!("edited {}", rng.below(1 << 40));
                self.made.lock().unwrap().texts.get_mut(&id).unwrap().insert(text.clone());
                self.server.edit_post(&id, &text);
                last = Some(id);
            }
            if !own.is_empty() && rng.below(25) == 0 {
                let id = own.swap_remove(usize::try_from(rng.below(own.len() as u64)).unwrap());
                self.made.lock().unwrap().deleted.insert(id.clone());
                self.server.delete_post(&id);
                last = last.filter(|last| *last != id);
            }
            if let (Some(root), true) = (&last, rng.below(20) == 0) {
                // It must not be deleted from here on: its replies would go with it.
                own.retain(|id| id != root);
                let id = self.server.reply_as(user, root, "a reply");
                let mut made = self.made.lock().unwrap();
                made.texts.entry(id).or_default().insert("a reply".into());
                made.posts += 1;
            }
            thread::sleep(rng.ms(3, 25));
        }
    }

    fn listen(&self, events: &Events) {
        for event in events {
            let busy = *self.busy.lock().unwrap();
            if let Some(left) = busy.and_then(|until| until.checked_duration_since(Instant::now())) {
                thread::sleep(left);
            }
            let mut heard = self.heard.lock().unwrap();
            let heard = &mut *heard;
            heard.note(&event);
            let payload = match event.payload() {
                Ok(payload) => payload,
                Err(error) => {
                    heard.wrong(|sum| &mut sum.ends, format!("the stream ended: {error}"));
                    return;
                }
            };
            if self.told && event.kind().is_notification() {
                println!("{} {}", event.name(), event.data());
            }
            match payload {
                Payload::Posted(posted) => {
                    let (post, at) = (&posted.post, posted.post.create_at.as_millis());
                    let id = post.id.as_str().to_owned();
                    match event.origin() {
                        Origin::Live => heard.sum.live += 1,
                        Origin::Resumed => heard.sum.resumed += 1,
                        _ => heard.sum.caught_up += 1,
                    }
                    let newest = heard.newest.insert(post.channel_id.as_str().to_owned(), at);
                    if newest.is_some_and(|newest| newest > at) {
                        heard.wrong(|sum| &mut sum.inversions, format!("out of order: {}", post.message));
                    }
                    if heard.texts.insert(id, post.message.clone()).is_some() {
                        let origin = event.origin();
                        heard
                            .wrong(|sum| &mut sum.duplicates, format!("twice, {origin:?}: {}", post.message));
                    }
                }
                Payload::PostEdited(edited) => {
                    heard.sum.edits += 1;
                    let (id, text) = (edited.post.id.as_str(), &edited.post.message);
                    let real = self.made.lock().unwrap().texts.get(id).is_some_and(|all| all.contains(text));
                    if !real {
                        heard.wrong(|sum| &mut sum.phantoms, format!("nobody wrote {text}"));
                    }
                    heard.texts.entry(id.to_owned()).and_modify(|known| known.clone_from(text));
                    let told =
                        format!("{:?} {:?} {text} at {}", event.origin(), event.seq(), edited.post.edit_at);
                    heard.edits.entry(id.to_owned()).or_default().push(told);
                }
                Payload::PostDeleted(deleted) => {
                    let id = deleted.post.id.as_str();
                    if !self.made.lock().unwrap().deleted.contains(id) {
                        heard.wrong(|sum| &mut sum.phantoms, format!("nobody deleted {id}"));
                    }
                    if !heard.deleted.insert(id.to_owned()) {
                        heard.wrong(|sum| &mut sum.duplicates, format!("deleted twice: {id}"));
                    }
                }
                Payload::Missed(missed) => {
                    heard.sum.gaps += 1;
                    heard.open |= missed.catching_up;
                    // A server that does not tell its time for seconds can make a gap one that is only named.
                    if missed.beyond_horizon || !missed.catching_up {
                        heard.beyond.push((missed.since.as_millis(), self.server.now()));
                    }
                }
                Payload::CaughtUp(report) => {
                    heard.open = false;
                    // What was being filled may turn out to be too old, and is named.
                    if !report.complete && heard.beyond.is_empty() {
                        heard.wrong(|sum| &mut sum.missing, format!("given up: {report:?}"));
                    }
                }
                _ => {}
            }
        }
    }

    /// What is on the server and was neither told nor named; and how many posts were named, and gone.
    fn missing(&self) -> (Vec<String>, u64, u64) {
        let names = ["town-square", "off-topic", "bob@janedoe", "zoe@janedoe"];
        let posts: Vec<_> = names.iter().flat_map(|name| self.server.posts(name)).collect();
        let heard = self.heard.lock().unwrap();
        let excused = |at: i64| heard.beyond.iter().any(|(from, to)| at >= *from && at <= *to);
        let (mut missing, mut beyond) = (Vec::new(), 0);
        for post in posts.iter().filter(|post| post.kind.is_empty() && post.message != BEFORE) {
            match heard.texts.get(&post.id) {
                None if excused(post.create_at) => beyond += 1,
                None => missing.push(format!("no {} of {}", post.message, post.create_at)),
                Some(text) if *text == post.message || excused(post.edit_at) => {}
                Some(text) => {
                    let told = heard.edits.get(&post.id);
                    missing.push(format!("{text}, not {} of {}: {told:?}", post.message, post.edit_at));
                }
            }
        }
        let deleted = &self.made.lock().unwrap().deleted;
        let gone = deleted.iter().filter(|id| !heard.texts.contains_key(*id)).count() as u64;
        if heard.open {
            missing.push("a gap is open".into());
        }
        (missing, beyond, gone)
    }

    /// Does something to the network or the server.
    fn fault(&self, rng: &mut Rng, rest: &mut Vec<u32>) -> String {
        let server = self.server;
        let (one, few) = (rng.ms(20, 350), 1 + rng.below(2));
        let bytes = rng.below(400);
        let kind = if rest.is_empty() { u32::try_from(rng.below(34)).unwrap() } else { rest.remove(0) };
        match kind {
            0 | 1 => server.cut_connections(),
            2 | 3 => server.reset_connections(),
            4 => server.black_hole(),
            5 => server.stall(one),
            6 => server.stall_out(one),
            7 => server.stall_in(one),
            8 => server.trickle(20 + usize::try_from(bytes).unwrap(), Duration::from_millis(2)),
            9 | 10 => server.cut_after(bytes),
            11 => {
                server.cut_next_after(rng.below(300));
                server.cut_connections();
            }
            12 => {
                server.cut_accepted_after(rng.below(4000));
                server.reset_connections();
            }
            13 => {
                server.refuse(one);
                server.cut_connections();
            }
            14 | 15 => server.outage(one),
            // Longer than what the server keeps: 256 events.
            16 => {
                server.down();
                for _ in 0..150 {
                    self.post(POSTERS[0], rng);
                    self.post(POSTERS[1], rng);
                }
                server.up();
            }
            17 => server.restart(true),
            18 | 19 => server.restart(false),
            20 => {
                server.cut_connections();
                server.forget_queues();
            }
            21 => server.deafen(),
            22 => server.skip_seq(u32::try_from(few).unwrap()),
            23 => server.repeat_seq(),
            24 => server.emit_unreadable(),
            25 => match rng.below(8) {
                0 => server.send_text("{\"event\":"),
                1 => server.send_binary(&[1, 2, 3]),
                2 => server.send_masked(),
                3 => server.send_invalid_utf8(),
                4 => server.send_reserved_bits(),
                5 => server.send_fragments(20, 1000),
                6 => server.send_oversized(1 << 40),
                _ => server.send_close(1001),
            },
            26 => *self.busy.lock().unwrap() = Some(Instant::now() + one * 3),
            27 | 28 => {
                let what = ["GET /users/me/teams", "GET /channels", "POST /users/ids"];
                let fault = server.on(rng.pick(&what)).times(few);
                match rng.below(5) {
                    0 => fault.http(502, "<html>Bad Gateway</html>"),
                    1 => fault.close(),
                    2 => fault.reset(),
                    3 => fault.lose_answer(),
                    _ => fault.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"id\":"),
                }
                server.cut_connections();
                server.forget_queues();
            }
            29 | 30 => {
                let fault = server.on("/websocket").times(few);
                match rng.below(8) {
                    0 => fault.http(401, "<html>Log in</html>"),
                    1 => fault.http(403, "no"),
                    2 => fault.http(502, "<html>Bad Gateway</html>"),
                    3 => fault.http(200, "<html>Welcome</html>"),
                    4 => fault.redirect("https://login.example.com/"),
                    5 => fault.close(),
                    6 => fault.reset(),
                    _ => fault.raw("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
                }
                server.cut_connections();
            }
            31 => server.on("/websocket").rate_limit(1),
            32 => server.cut_requests(),
            // Nobody is there for so long that what was posted is not to be carried out any more.
            _ => {
                server.down();
                server.forget_queues();
                for _ in 0..20 {
                    self.post(POSTERS[0], rng);
                }
                server.advance(Duration::from_secs(20 * 60));
                server.up();
            }
        }
        format!("fault {kind}")
    }
}

fn run(seed: u64, tls: bool, told: bool) -> Sum {
    let mut rng = Rng::new(seed);
    let server = TestServer::builder().auth_timeout(Duration::from_millis(300)).seed(seed);
    #[cfg(feature = "native-tls")]
    let server = if tls { server.tls() } else { server };
    let _ = tls;
    let server = server.start().unwrap();
    for user in POSTERS {
        // Direct channels that a catch-up finds.
        server.post_as(user, "@janedoe", BEFORE);
    }
    server.advance(Duration::from_secs(5));
    let client = server.client_builder().login("janedoe", PASSWORD).backoff_scale(0.02).connect().unwrap();
    // On a busy machine the first frame may need longer than a fiftieth of the usual time.
    let open = || {
        let builder = Events::builder(&client).capacity(128).time_scale(0.02);
        builder.liveness(Probe::Preference).open().ok()
    };
    let events = (0..20).find_map(|_| open()).expect("a stream");
    // On a busy machine the link can break already now.
    let until = Instant::now() + Duration::from_secs(20);
    while events.ping().is_err() {
        assert!(Instant::now() < until, "seed {seed}: no answer to a ping");
        thread::sleep(Duration::from_millis(10));
    }
    let (made, heard, over, busy) =
        (Mutex::default(), Mutex::default(), AtomicBool::new(false), Mutex::default());
    let run = Run { server: &server, made, heard, over, busy, told };
    thread::scope(|scope| {
        scope.spawn(|| run.listen(&events));
        let posters: Vec<_> = POSTERS
            .iter()
            .zip(1..)
            .map(|(user, n)| {
                let (run, rng) = (&run, Rng::new(seed * 3 + n));
                scope.spawn(move || run.write(user, rng))
            })
            .collect();
        let mut rest = vec![rng.pick(&[0, 2, 14]), rng.pick(&[16, 18, 20])];
        let expires = rng.below(6) == 0;
        let faults = 5 + rng.below(6);
        for n in 0..faults {
            thread::sleep(rng.ms(20, 250));
            let what = run.fault(&mut rng, &mut rest);
            if told {
                println!("{what}");
            }
            if expires && n == 3 {
                server.expire_sessions();
            }
        }
        server.heal();
        run.over.store(true, Ordering::SeqCst);
        for poster in posters {
            poster.join().unwrap();
        }
        let until = Instant::now() + SETTLE;
        let missing = loop {
            // What was lost last shows by what comes after it.
            for user in POSTERS {
                run.post(user, &mut rng);
            }
            thread::sleep(Duration::from_millis(50));
            let missing = run.missing();
            if missing.0.is_empty() || Instant::now() > until || run.heard.lock().unwrap().sum.ends > 0 {
                break missing;
            }
        };
        // Nothing comes after it that was there before.
        thread::sleep(Duration::from_millis(50));
        let stats = events.stats();
        if told || !missing.0.is_empty() {
            println!("{stats:?} {:?}", events.state());
        }
        events.close(Duration::from_secs(5));
        let mut heard = run.heard.lock().unwrap();
        let (missing, beyond, gone) = missing;
        for what in missing {
            heard.wrong(|sum| &mut sum.missing, what);
        }
        heard.sum.schedules = 1;
        heard.sum.made = run.made.lock().unwrap().posts;
        (heard.sum.beyond, heard.sum.gone, heard.sum.dials) = (beyond, gone, stats.connect_attempts);
        for wrong in heard.wrong.iter().take(600) {
            println!("seed {seed}, {}: {wrong}", if tls { "TLS" } else { "plain" });
        }
    });
    run.heard.into_inner().unwrap().sum
}

#[test]
fn schedules_over_real_sockets_lose_and_double_nothing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let is_tls = |seed: u64| cfg!(feature = "native-tls") && seed % 2 == 0;
    if let Some(seed) = number("MATTERMOST_SCHEDULE") {
        let sum = run(seed, is_tls(seed), true);
        println!("{sum:?}");
        assert_eq!(sum.faults(), 0, "{sum:?}");
        return;
    }
    let (count, next) = (number("MATTERMOST_SCHEDULES").unwrap_or(SCHEDULES), AtomicU64::new(1));
    let first = number("MATTERMOST_FIRST").unwrap_or(0);
    let sum = Mutex::new(Sum::default());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed > count {
                        return;
                    }
                    let one = run(first + seed, is_tls(first + seed), false);
                    sum.lock().unwrap().add(&one);
                }
            });
        }
    });
    let sum = sum.into_inner().unwrap();
    println!("{sum:?}");
    assert_eq!((sum.schedules, sum.faults()), (count, 0), "{sum:?}");
    assert!(sum.live > 0 && sum.resumed > 0 && sum.caught_up > 0);
}

/// The last text of a post counts, not one that came before.
#[test]
fn the_judge_sees_what_is_wrong() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let events = client.events().unwrap();
    events.ping().unwrap();
    let run = Run {
        server: &server,
        made: Mutex::default(),
        heard: Mutex::default(),
        over: AtomicBool::new(false),
        busy: Mutex::default(),
        told: false,
    };
    thread::scope(|scope| {
        scope.spawn(|| run.listen(&events));
        // A post that the judge does not know of, lost, edited and deleted by nobody it knows.
        let id = server.post_as("bob", "town-square", "x");
        server.edit_post(&id, "y");
        server.delete_post(&id);
        server.zombie(true);
        server.post_as("bob", "town-square", "lost");
        server.zombie(false);
        server.post_as("bob", "town-square", "last");
        let until = Instant::now() + Duration::from_secs(20);
        while run.heard.lock().unwrap().sum.live < 2 && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        events.close(Duration::from_secs(5));
    });
    let missing = run.missing().0;
    assert!(matches!(&missing[..], [one] if one.starts_with("no lost of")), "{missing:?}");
    let heard = run.heard.into_inner().unwrap();
    assert_eq!((heard.sum.phantoms, heard.sum.duplicates, heard.sum.ends), (2, 0, 0), "{:?}", heard.wrong);
}
