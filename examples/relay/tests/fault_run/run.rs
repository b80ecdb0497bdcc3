//! One run: load, faults, and the count of what was lost, doubled or out of order.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mattermost::{Event, Payload, PostId, PostPatch, Timestamp};
use mattermost_relay::store::PARTITION_COUNT;
use redis::Commands;

use crate::chat::Chat;
use crate::processes::{Node, RedisServer, new_folder, signal};

const CHANNEL_COUNT: usize = 6;
/// The end of a run: all responses exist, or there is no further one for this time. A machine with other work is slow.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(120);
/// A silence that begins this long after a fault has another cause. The death of a twin shows at once or never.
const LEASE_SILENCE_WINDOW_MS: i64 = 6_500;
const TWINS_SILENCE_WINDOW_MS: i64 = 1_000;
/// Relays that store events in this time before the end lead.
const LEADING_TIME_MS: i64 = 5_000;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    KillRelay,
    StopRelay(u64),
    KillWorker,
    StopWorker(u64),
    KillWorkers(u64),
    /// `lost`: the last seconds before the stop, which a power failure takes from the log.
    RestartStore {
        kill: bool,
        lost: u64,
        down: u64,
    },
}

pub(crate) struct Run {
    pub(crate) twins: bool,
    pub(crate) seconds: u64,
    pub(crate) plan: Vec<(u64, Fault)>,
    /// Posts a second.
    pub(crate) rate: u64,
    pub(crate) lease: u64,
    pub(crate) environment: Vec<(&'static str, String)>,
    /// If events may be missing, the run does not wait for them for long.
    pub(crate) patience: Duration,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            twins: false,
            seconds: 0,
            plan: Vec::new(),
            rate: 20,
            lease: 4,
            environment: Vec::new(),
            patience: DRAIN_TIMEOUT,
        }
    }
}

#[expect(dead_code, reason = "printed")]
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) posts: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    pub(crate) out_of_order: usize,
    pub(crate) edits: usize,
    pub(crate) edits_lost: usize,
    pub(crate) edits_doubled: usize,
    pub(crate) reactions: usize,
    pub(crate) reactions_lost: usize,
    pub(crate) reactions_doubled: usize,
    pub(crate) responses_missing: usize,
    pub(crate) responses_doubled: usize,
    /// Longest time without a stored event after each kill and stop of a relay, in milliseconds.
    pub(crate) silences: Vec<(String, i64)>,
    /// The same for every second without a fault: the median and the highest.
    pub(crate) calm: (i64, i64),
    /// Relays that store events at the end of the run.
    pub(crate) leaders: usize,
    pub(crate) position_bytes: usize,
    pub(crate) event_bytes: usize,
    pub(crate) drained: Duration,
    pub(crate) resumed: usize,
    pub(crate) missed: usize,
    pub(crate) stored_again: usize,
}

impl Counts {
    /// The number of everything that should not be.
    pub(crate) fn wrong(&self) -> usize {
        self.lost
            + self.doubled
            + self.out_of_order
            + self.edits_lost
            + self.edits_doubled
            + self.reactions_doubled
            + self.responses_missing
            + self.responses_doubled
    }

    pub(crate) fn assert_nothing_lost(&self) {
        assert!(self.posts > 0, "{self:?}");
        assert_eq!(self.wrong(), 0, "{self:?}");
        assert!(self.position_bytes < 2048, "{self:?}");
    }
}

/// What the users did.
#[derive(Default)]
struct Truth {
    /// Channel, number in the channel.
    posts: HashMap<PostId, (usize, u64)>,
    edits: Vec<PostId>,
    reactions: Vec<PostId>,
}

impl Run {
    pub(crate) fn execute(&self) -> Counts {
        let chat = Arc::new(Chat::start(CHANNEL_COUNT));
        let folder = new_folder();
        let mut store = RedisServer::start(&folder);
        let mut environment = vec![
            ("MATTERMOST_URL".to_owned(), chat.url.clone()),
            ("MATTERMOST_TOKEN".to_owned(), chat.token.clone()),
            ("REDIS_URL".to_owned(), store.url()),
            ("RELAY_LEASE".to_owned(), self.lease.to_string()),
            ("RELAY_SHAPE".to_owned(), if self.twins { "twins" } else { "lease" }.to_owned()),
        ];
        environment.extend(self.environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let node =
            |program, n: usize| Node::start(program, folder.join(format!("{program}{n}.log")), &environment);
        let mut relays: Vec<Node> = (0..3).map(|n| node("relay", n)).collect();
        let mut workers: Vec<Node> = (0..3).map(|n| node("worker", n)).collect();
        // Without the renewal no relay ever leads.
        if environment.iter().any(|(_, value)| value == "renewal") {
            std::thread::sleep(Duration::from_secs(15));
        } else {
            let until = Instant::now() + Duration::from_secs(120);
            let ready = |nodes: &[Node], needed| {
                nodes.iter().filter(|node| node.text().contains("stream open")).count() >= needed
            };
            while !ready(&relays, if self.twins { 3 } else { 1 }) {
                assert!(Instant::now() < until, "no relay started: {}", relays[0].text());
                std::thread::sleep(Duration::from_millis(50));
            }
            // The first append must have stored the position.
            std::thread::sleep(Duration::from_secs(1));
        }

        let (truth, stop) = (Arc::new(Mutex::new(Truth::default())), Arc::new(AtomicBool::new(false)));
        let load: Vec<_> = (0..CHANNEL_COUNT)
            .map(|channel| {
                let (chat, truth, stop, rate) =
                    (Arc::clone(&chat), Arc::clone(&truth), Arc::clone(&stop), self.rate);
                std::thread::spawn(move || post(&chat, &truth, &stop, channel, rate))
            })
            .collect();
        let (faults, position_bytes) = self.inject(&mut store, &mut relays, &mut workers);
        let since = Timestamp::now().as_millis() - LEADING_TIME_MS;
        let leaders = relays.iter().filter(|relay| relay.stores_since(since)).count();
        stop.store(true, Ordering::Relaxed);
        load.into_iter().for_each(|thread| thread.join().unwrap());

        let truth = std::mem::take(&mut *truth.lock().unwrap());
        let ended = Instant::now();
        let mut responses = read_responses(&chat);
        let (mut progress, ended_at) = (Instant::now(), Timestamp::now().as_millis());
        while responses.len() < truth.posts.len() && progress.elapsed() < self.patience {
            // Reading them keeps the server from creating others.
            let began = Instant::now();
            let count = responses.len();
            responses = read_responses(&chat);
            if responses.len() > count {
                progress = Instant::now();
            }
            std::thread::sleep(Duration::from_secs(1) + began.elapsed() * 3);
        }
        let drained = ended.elapsed();
        std::thread::sleep(Duration::from_secs(3));
        let mut counts = self.count(&truth, &read_responses(&chat), &mut store, &faults, ended_at);
        (counts.drained, counts.leaders, counts.position_bytes) = (drained, leaders, position_bytes);
        let logs: String = relays.iter().map(Node::text).collect();
        counts.resumed = logs.matches(r#""resumed":true"#).count();
        counts.missed = logs.matches("_missed").count();
        counts.stored_again = logs.matches("they are stored again").count();
        println!("{} {:?}", if self.twins { "twins" } else { "lease" }, counts);
        if counts.wrong() > 0 {
            let copy = folder.with_extension("wrong");
            let _ = std::fs::create_dir_all(&copy);
            for node in relays.iter().chain(&workers) {
                let _ = std::fs::copy(&node.log, copy.join(node.log.file_name().unwrap()));
            }
            println!("logs: {}", copy.display());
        }
        counts
    }

    /// Carries out the plan. Returns the faults with their times in milliseconds, and the size of the longest position.
    fn inject(
        &self,
        store: &mut RedisServer,
        relays: &mut [Node],
        workers: &mut [Node],
    ) -> (Vec<(Fault, i64)>, usize) {
        enum Later {
            StartRelay(usize),
            StartWorker(usize),
            ContinueRelay(usize),
            ContinueWorker(usize),
        }
        let began = Instant::now();
        let mut later: Vec<(Instant, Later)> = Vec::new();
        let (mut next, mut turn, mut failed) = (0, 0, Vec::new());
        let (mut log_sizes, mut longest_position) = (Vec::<(Instant, u64)>::new(), 0);
        while began.elapsed() < Duration::from_secs(self.seconds)
            || next < self.plan.len()
            || !later.is_empty()
        {
            let now = Instant::now();
            let (due, waiting) = later.into_iter().partition(|(at, _)| *at <= now);
            later = waiting;
            for (_, action) in due {
                match action {
                    Later::StartRelay(n) => relays[n].start_again(),
                    Later::StartWorker(n) => workers[n].start_again(),
                    Later::ContinueRelay(n) => signal(&relays[n].child, "CONT"),
                    Later::ContinueWorker(n) => signal(&workers[n].child, "CONT"),
                }
            }
            let Some((_, fault)) = self.plan.get(next).filter(|(at, _)| began.elapsed().as_secs() >= *at)
            else {
                log_sizes.push((now, store.log_size()));
                if log_sizes.len() % 50 == 0 {
                    let mut command = redis::cmd("HSTRLEN");
                    command.arg("{mattermost}:state").arg("position");
                    let bytes: usize = command.query(&mut store.connection()).unwrap();
                    longest_position = bytes.max(longest_position);
                }
                std::thread::sleep(Duration::from_millis(20));
                continue;
            };
            (next, turn) = (next + 1, turn + 1);
            println!("{:6.1} s {fault:?}", began.elapsed().as_secs_f64());
            let after = |seconds| Instant::now() + Duration::from_secs(seconds);
            match *fault {
                Fault::KillRelay => {
                    let n = self.leader(store, relays, turn);
                    failed.push((*fault, Timestamp::now().as_millis()));
                    relays[n].kill();
                    later.push((after(3), Later::StartRelay(n)));
                }
                Fault::StopRelay(seconds) => {
                    let n = self.leader(store, relays, turn);
                    failed.push((*fault, Timestamp::now().as_millis()));
                    signal(&relays[n].child, "STOP");
                    later.push((after(seconds), Later::ContinueRelay(n)));
                }
                Fault::KillWorker => {
                    let n = turn % workers.len();
                    workers[n].kill();
                    later.push((after(3), Later::StartWorker(n)));
                }
                Fault::StopWorker(seconds) => {
                    let n = turn % workers.len();
                    signal(&workers[n].child, "STOP");
                    later.push((after(seconds), Later::ContinueWorker(n)));
                }
                Fault::KillWorkers(seconds) => {
                    for (n, worker) in workers.iter_mut().enumerate() {
                        worker.kill();
                        later.push((after(seconds), Later::StartWorker(n)));
                    }
                }
                Fault::RestartStore { kill, lost, down } => {
                    failed.push((*fault, Timestamp::now().as_millis()));
                    store.stop(kill);
                    if lost > 0 {
                        let kept = log_sizes.iter().rev().find(|(at, _)| at.elapsed().as_secs() >= lost);
                        store.cut_log(kept.expect("a log that is old enough").1);
                    }
                    std::thread::sleep(Duration::from_secs(down));
                    store.start_again();
                }
            }
        }
        (failed, longest_position)
    }

    /// The relay that leads, by the process ID in its token. Of twins, one after the other.
    fn leader(&self, store: &RedisServer, relays: &[Node], turn: usize) -> usize {
        let until = Instant::now() + Duration::from_secs(120);
        if self.twins {
            return turn % relays.len();
        }
        loop {
            let holder: Option<String> = store.connection().get("{mattermost}:lease").unwrap();
            let process = holder.as_deref().and_then(|token| token.split('-').next()?.parse().ok());
            if let Some(n) = relays.iter().position(|relay| Some(relay.child.id()) == process) {
                return n;
            }
            assert!(Instant::now() < until, "nobody leads");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Posts in a channel until the run ends; every tenth post is edited, and every tenth gets a reaction.
fn post(chat: &Chat, truth: &Mutex<Truth>, stop: &AtomicBool, channel: usize, rate: u64) {
    let interval = Duration::from_millis(1000 * CHANNEL_COUNT as u64 / rate);
    let began = Instant::now();
    for n in 0.. {
        let due = began + interval * n + interval * channel as u32 / CHANNEL_COUNT as u32;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let post = chat.post(channel, format!("!sum {n} 1"));
        truth.lock().unwrap().posts.insert(post.id.clone(), (channel, u64::from(n)));
        if n % 10 == 3 {
            let patch = PostPatch::new().message(format!("!sum {n} 1 edited"));
            chat.user.posts().patch(&post.id, &patch).unwrap();
            truth.lock().unwrap().edits.push(post.id.clone());
        }
        if n % 10 == 6 {
            chat.user.reactions().create(&post.id, "tada").unwrap();
            truth.lock().unwrap().reactions.push(post.id);
        }
    }
}

/// How often each sum occurs in each channel.
type Responses = BTreeMap<(usize, String), usize>;

fn read_responses(chat: &Chat) -> Responses {
    let me = chat.bot.me().id.clone();
    let mut responses = Responses::new();
    for (n, channel) in chat.channels.iter().enumerate() {
        for post in chat.bot.posts().history(channel).map(|post| post.unwrap()) {
            if post.user_id == me && post.message.starts_with('=') {
                *responses.entry((n, post.message)).or_default() += 1;
            }
        }
    }
    responses
}

impl Run {
    fn count(
        &self,
        truth: &Truth,
        responses: &Responses,
        store: &mut RedisServer,
        faults: &[(Fault, i64)],
        ended_at: i64,
    ) -> Counts {
        let mut connection = store.connection();
        let (mut posted, mut edited, mut reacted) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (mut contained, mut last) = (HashMap::new(), HashMap::new());
        let (mut out_of_order, mut times, mut bytes) = (0, Vec::new(), 0);
        for partition in 0..PARTITION_COUNT {
            let stream = format!("{{mattermost}}:events:{partition}");
            let entries: Vec<(String, BTreeMap<String, String>)> =
                redis::cmd("XRANGE").arg(stream).arg("-").arg("+").query(&mut connection).unwrap();
            for (id, fields) in entries {
                times.push(id.split('-').next().unwrap().parse::<i64>().unwrap());
                bytes += fields["event"].len();
                let event = Event::from_json(&fields["event"]).unwrap();
                let as_edit = fields["as"] == "edit";
                match event.payload().unwrap() {
                    Payload::Posted(posted) if as_edit => {
                        *edited.entry(posted.post.id.clone()).or_insert(0) += 1
                    }
                    Payload::PostEdited(edit) => *edited.entry(edit.post.id.clone()).or_insert(0) += 1,
                    Payload::Posted(new) => {
                        let id = &new.post.id;
                        let Some((channel, n)) = truth.posts.get(id) else { continue };
                        *posted.entry(id.clone()).or_insert(0) += 1;
                        contained.insert(id.clone(), new.post.message.contains("edited"));
                        let last = last.entry(*channel).or_insert(0);
                        out_of_order += usize::from(n < last);
                        *last = *n.max(last);
                    }
                    Payload::ReactionAdded(added) => {
                        *reacted.entry(added.reaction.post_id.clone()).or_insert(0) += 1
                    }
                    _ => {}
                }
            }
        }
        times.sort_unstable();
        let silence = |at: i64, window: i64| {
            let gaps = times.windows(2).filter(|pair| pair[1] > at && pair[0] < at + window);
            gaps.map(|pair| pair[1] - pair[0].max(at)).max().unwrap_or(-1)
        };
        let window = if self.twins { TWINS_SILENCE_WINDOW_MS } else { LEASE_SILENCE_WINDOW_MS };
        let of_relays = |fault: &&(Fault, i64)| !matches!(fault.0, Fault::RestartStore { .. });
        let silences =
            faults.iter().filter(of_relays).map(|(fault, at)| (format!("{fault:?}"), silence(*at, window)));
        let first = times.first().copied().unwrap_or(ended_at);
        let calm = (first..ended_at - 1_000).step_by(1_000);
        // A fault is over after 20 s, and the start of a store.
        let after = |fault: &Fault| match fault {
            Fault::RestartStore { down, .. } => 20_000 + *down as i64 * 1000,
            _ => 20_000,
        };
        let near =
            |at: i64| faults.iter().any(|(fault, began)| (began - 2_000..began + after(fault)).contains(&at));
        let calm = calm.filter(|at| !near(*at));
        let mut calm: Vec<i64> = calm.map(|at| silence(at, 1_000)).collect();
        calm.sort_unstable();
        let doubled = |counts: &HashMap<PostId, usize>| counts.values().filter(|count| **count > 1).count();
        let response = |(channel, n): &(usize, u64)| (*channel, format!("= {}", n + 1));
        Counts {
            posts: truth.posts.len(),
            lost: truth.posts.keys().filter(|id| !posted.contains_key(*id)).count(),
            doubled: doubled(&posted),
            out_of_order,
            edits: truth.edits.len(),
            edits_lost: truth
                .edits
                .iter()
                .filter(|id| !edited.contains_key(*id) && contained.get(*id) != Some(&true))
                .count(),
            edits_doubled: doubled(&edited),
            reactions: truth.reactions.len(),
            reactions_lost: truth.reactions.iter().filter(|id| !reacted.contains_key(*id)).count(),
            reactions_doubled: doubled(&reacted),
            responses_missing: truth
                .posts
                .values()
                .filter(|post| !responses.contains_key(&response(post)))
                .count(),
            responses_doubled: responses.values().filter(|count| **count > 1).count(),
            silences: silences.collect(),
            calm: (calm.get(calm.len() / 2).copied().unwrap_or(-1), calm.last().copied().unwrap_or(-1)),
            event_bytes: bytes / times.len().max(1),
            ..Counts::default()
        }
    }
}
