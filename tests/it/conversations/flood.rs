//! Many messages, many failures, many cuts: each message is handled exactly once, in the order of its place.
//!
//! `MATTERMOST_TEST_RUNS=1000` makes as many seeded runs, from `MATTERMOST_TEST_SEED` on. `MATTERMOST_TEST_FLOOD=60` makes
//! a flood of so many seconds, with a cut every 5 s.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::crossbeam_channel::{RecvTimeoutError, bounded};
use mattermost::{Message, Overflow, Result, Timestamp};

use super::{builder, server};

/// Far longer than a run takes on a busy machine: then something waits for ever.
const DEADLOCK: Duration = Duration::from_secs(120);

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// splitmix64
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

/// What the handlers did.
#[derive(Default)]
struct Ledger {
    /// How often each message was handled, by the loop or as a reply.
    handled: Mutex<HashMap<String, u64>>,
    /// The time of the last message that the loop handled, for each place.
    last: Mutex<BTreeMap<String, (Timestamp, String)>>,
    /// Messages of a place that came in the wrong order. A panic would be caught.
    disorder: Mutex<Vec<(String, String)>>,
    errors: AtomicU64,
    replies: AtomicU64,
    asked: AtomicU64,
    cuts: AtomicU64,
}

impl Ledger {
    fn handle(&self, message: &Message) -> Result<()> {
        self.count(message);
        let place = if message.is_direct() {
            message.channel_name.clone()
        } else {
            message.post.thread_id().to_string()
        };
        let text = format!("{} ({:?}, {:?})", message.text(), message.origin(), message.event().seq());
        let now = (message.post.create_at, text);
        let before = self.last.lock().unwrap().insert(place, now.clone());
        if let Some(before) = before.filter(|before| before.0 > now.0) {
            self.disorder.lock().unwrap().push((before.1, now.1));
        }
        let number: u64 = message.text().rsplit(' ').next().unwrap().parse().unwrap();
        if message.text().starts_with("ask") {
            self.asked.fetch_add(1, Ordering::Relaxed);
            if let Some(reply) = message.ask("Well?", Duration::from_millis(100))? {
                self.count(&reply);
                if reply.user_id() != message.user_id() {
                    self.disorder.lock().unwrap().push((message.text().to_owned(), reply.text().to_owned()));
                }
                self.replies.fetch_add(1, Ordering::Relaxed);
            }
        }
        assert!(number % 100 != 7, "a handler that panics");
        if number % 3 == 0 {
            // Refused by the library, before anything is sent.
            message.reply("")?;
        }
        Ok(())
    }

    fn count(&self, message: &Message) {
        *self.handled.lock().unwrap().entry(message.text().to_owned()).or_default() += 1;
    }
}

struct Flood {
    threads: usize,
    capacity: usize,
    overflow: Overflow,
    messages: u64,
    /// Messages between two asks, and two cuts.
    ask_every: u64,
    cut_every: Option<u64>,
    /// Time between two further cuts.
    cut_interval: Option<Duration>,
    pause: Duration,
}

/// Posts and cuts, and compares what was handled with what was posted.
fn flood(seed: u64, flood: &Flood) -> Ledger {
    let mut random = Random(seed);
    let server = server();
    let events = builder(&server).capacity(flood.capacity).overflow(flood.overflow).open().unwrap();
    events.ping().unwrap();
    let ledger = Ledger::default();
    let people = ["bob", "zoe", "janedoe"];
    let order = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let _stop = events.stopper().guard();
        let served = scope.spawn(|| {
            let count = |_: &Message, _: &mattermost::Error| {
                ledger.errors.fetch_add(1, Ordering::Relaxed);
            };
            events.messages().on_error(count).serve_on(flood.threads, |message| ledger.handle(message))
        });
        let (handled_all, cutting) = bounded::<()>(0);
        scope.spawn({
            let (server, ledger) = (&server, &ledger);
            move || {
                let Some(interval) = flood.cut_interval else { return };
                while cutting.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                    server.cut_connections();
                    ledger.cuts.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        let roots: Vec<String> = (0..4)
            .map(|n| server.post_as("bob", ["town-square", "off-topic"][n % 2], &format!("root 90{n}1")))
            .collect();
        let mut posted: Vec<String> = (0..4).map(|n| format!("root 90{n}1")).collect();
        for n in 0..flood.messages {
            let ask = n % flood.ask_every == flood.ask_every - 1;
            let text = format!("{} {n}", if ask { "ask" } else { "say" });
            let who = random.pick(&people);
            match random.below(6) {
                0 => drop(server.post_as(who, "@bot", &text)),
                1 => drop(server.post_as(who, "town-square", &text)),
                _ => drop(server.reply_as(who, &roots[usize::try_from(random.below(4)).unwrap()], &text)),
            }
            posted.push(text);
            if flood.cut_every.is_some_and(|every| random.below(every) == 0) {
                match random.below(3) {
                    0 => server.cut_connections(),
                    1 => server.reset_connections(),
                    _ => {
                        server.cut_connections();
                        server.forget_queues();
                    }
                }
            }
            if !flood.pause.is_zero() {
                thread::sleep(flood.pause);
            }
        }
        let until = Instant::now() + DEADLOCK;
        while ledger.handled.lock().unwrap().len() < posted.len() {
            if Instant::now() > until {
                let handled = ledger.handled.lock().unwrap();
                posted.retain(|text| !handled.contains_key(text));
                let (stats, state) = (events.stats(), events.state());
                panic!("seed {seed}: not handled in {DEADLOCK:?}: {posted:?} {stats:?} {state:?}");
            }
            thread::sleep(Duration::from_millis(2));
        }
        drop(handled_all);
        events.stopper().stop();
        served.join().unwrap().unwrap();
        order.lock().unwrap().extend(posted);
    });
    let disorder = ledger.disorder.lock().unwrap();
    assert!(disorder.is_empty(), "seed {seed}: {disorder:?} {:?} {}", events.stats(), flood.capacity);
    drop(disorder);
    let handled = ledger.handled.lock().unwrap();
    let twice: Vec<_> = handled.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "seed {seed}: {twice:?}");
    assert_eq!(handled.len(), order.lock().unwrap().len(), "seed {seed}");
    drop(handled);
    ledger
}

#[test]
fn seeded_floods_with_questions_lose_and_double_nothing() {
    let runs = number("MATTERMOST_TEST_RUNS", 6);
    let first = number("MATTERMOST_TEST_SEED", 1);
    let (mut asked, mut replies) = (0, 0);
    for seed in first..first + runs {
        let mut random = Random(seed ^ 0xf100d);
        let ledger = flood(
            seed,
            &Flood {
                threads: usize::try_from(1 + random.below(4)).unwrap(),
                capacity: random.pick(&[8, 64, 4096]),
                overflow: random.pick(&[Overflow::DropNewest, Overflow::Block]),
                messages: 40 + random.below(80),
                ask_every: 5 + random.below(10),
                cut_every: Some(10 + random.below(60)),
                cut_interval: None,
                pause: Duration::from_micros(random.pick(&[0, 200, 1000])),
            },
        );
        asked += ledger.asked.load(Ordering::Relaxed);
        replies += ledger.replies.load(Ordering::Relaxed);
    }
    println!("{runs} runs, {asked} questions, {replies} replies, no dead-lock");
    assert!(runs < 6 || (asked > 0 && replies > 0));
}

#[test]
fn a_flood_with_cuts_is_handled_once() {
    let seconds = number("MATTERMOST_TEST_FLOOD", 0);
    let (messages, interval) = if seconds == 0 { (2_000, 500) } else { (seconds * 1_000, 5_000) };
    let ledger = flood(
        7,
        &Flood {
            threads: 4,
            capacity: 4096,
            overflow: Overflow::DropNewest,
            messages,
            ask_every: 200,
            cut_every: None,
            cut_interval: Some(Duration::from_millis(interval)),
            pause: Duration::from_micros(900),
        },
    );
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (cuts, asked, errors) = (count(&ledger.cuts), count(&ledger.asked), count(&ledger.errors));
    println!(
        "{messages} messages, {cuts} cuts, each handled once; {asked} questions, {errors} handlers failed"
    );
    assert!(errors > messages / 4, "{errors}");
    assert!(cuts > 0);
}
