//! Processes the events that relays stored. Run as many as needed, on any machine: see README.md.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use mattermost::{ChannelId, Client, ClientBuilder, Event, Message, Payload, PostDraft, Timestamp};
use mattermost_relay::faults;
use mattermost_relay::settings::{Settings, account_of, log, persist};
use mattermost_relay::store::{Delivery, EventStore, Result as StoreResult, StoreError};

/// An event that fails this often is kept as a dead letter.
const MAX_ATTEMPTS: u32 = 5;
const IDLE_INTERVAL: Duration = Duration::from_millis(50);
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
const TRIM_INTERVAL: Duration = Duration::from_secs(30);
/// The server recognizes the key of a post for 30 s. Older ones are looked up, for all events that were read at once.
const LOOKUP_AGE: Duration = Duration::from_secs(15);
/// An event that became this old since it was read is looked up by itself.
const KEY_MEMORY: Duration = Duration::from_secs(25);
/// Lookups that are kept: more than all events that are read at once.
const MAX_KNOWN: usize = 4096;
/// Events are read again after this time, or after half of a lease.
const MAX_TURN: Duration = Duration::from_secs(5);

/// The reason for not finishing an event.
enum Failure {
    /// Another worker has the event now.
    Lost,
    Chat(mattermost::Error),
    Store(StoreError),
}

impl From<mattermost::Error> for Failure {
    fn from(error: mattermost::Error) -> Self {
        Self::Chat(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The responses that were looked up, by the identities of the events: `true` if the response exists.
type KnownResponses = BTreeMap<String, bool>;

/// What all events have in common.
struct Context<'a> {
    client: &'a Client,
    /// Server time minus local time, in milliseconds.
    clock_offset: i64,
    lease: Duration,
}

/// An event, and what its handler needs.
struct Task<'a> {
    context: &'a Context<'a>,
    store: &'a mut dyn EventStore,
    delivery: &'a Delivery,
    event: &'a Event,
    known: &'a mut KnownResponses,
    attempts: u32,
    /// Number of responses of this attempt.
    responses: u32,
}

/// The bot: replace it with your own. It may run more than once for an event, so each of its effects must go through a
/// method such as [`Task::respond`].
fn handle(task: &mut Task<'_>) -> Result<(), Failure> {
    if task.delivery.as_edit {
        return Ok(()); // The post itself was processed before.
    }
    let Some(message) = Message::from_event(task.context.client, task.event)? else { return Ok(()) };
    for numbers in message.text().lines().filter_map(|line| line.strip_prefix("!sum ")) {
        let sum: i64 = numbers.split_whitespace().filter_map(|number| number.parse::<i64>().ok()).sum();
        faults::delay("RELAY_TEST_JOB_DELAY");
        if numbers.ends_with("crash") {
            std::process::abort(); // To try dead letters.
        }
        task.respond(&message, format!("= {sum}"))?;
    }
    Ok(())
}

impl Task<'_> {
    /// Posts a response where the message was posted, once. A handler may respond several times, in the same order in each
    /// attempt.
    fn respond(&mut self, message: &Message, text: String) -> Result<(), Failure> {
        let post = &message.post;
        let Some(identity) = self.event.identity() else { return Ok(()) };
        self.responses += 1;
        // The server merges posts with the same key.
        let key = match self.responses {
            1 => identity,
            number => format!("{identity}/{number}"),
        };
        let mut draft = PostDraft::new(&post.channel_id, text);
        if post.is_reply() {
            draft = draft.root_id(post.thread_id());
        }
        if !faults::omitted("key") {
            draft = draft.key(&*key);
        }
        let posts = self.context.client.posts();
        // What an earlier attempt did, an earlier lookup did not see.
        let exists = match self.known.get(&key).filter(|_| self.attempts == 1) {
            _ if faults::omitted("find_key") => false,
            Some(exists) => *exists,
            None if self.attempts == 1 && !self.context.is_older(self.event, KEY_MEMORY) => false,
            None => {
                let mut known = KnownResponses::new();
                let keys = [(self.event, key.clone())];
                self.context.look_up(self.store, self.delivery, keys, &mut known)?;
                known.get(&key) == Some(&true)
            }
        };
        if exists {
            log(format_args!("already done: {key}"));
            return Ok(());
        }
        // As late as possible: everything before may have taken longer than the lease.
        if self.store.check(self.delivery, false)?.is_none() {
            return Err(Failure::Lost);
        }
        posts.create(&draft)?;
        Ok(())
    }
}

impl Context<'_> {
    /// Looks up responses by their keys, with one request per channel unless it had 1,000 posts since then.
    fn look_up<'e>(
        &self,
        store: &mut dyn EventStore,
        delivery: &Delivery,
        wanted: impl IntoIterator<Item = (&'e Event, String)>,
        known: &mut KnownResponses,
    ) -> Result<(), Failure> {
        let mut channels: BTreeMap<ChannelId, (Timestamp, Vec<String>)> = BTreeMap::new();
        for (event, key) in wanted {
            let Ok(Payload::Posted(posted)) = event.payload() else { continue };
            let (channel, created) = (posted.post.channel_id.clone(), posted.post.create_at);
            let (since, keys) = channels.entry(channel).or_insert((created, Vec::new()));
            *since = created.min(*since);
            keys.push(key);
        }
        for (channel, (since, keys)) in channels {
            let request = || self.client.posts().find_keys(&channel, &keys, since);
            let found = self.renew_during(store, delivery, request)??;
            known.extend(keys.into_iter().map(|key| (key.clone(), found.contains_key(&key))));
        }
        Ok(())
    }

    /// Calls `request`, and renews the leases until it returns: a server with many posts takes seconds for each page.
    fn renew_during<T: Send>(
        &self,
        store: &mut dyn EventStore,
        delivery: &Delivery,
        request: impl FnOnce() -> T + Send,
    ) -> Result<T, Failure> {
        std::thread::scope(|scope| {
            let (sender, done) = mpsc::channel();
            scope.spawn(move || {
                let _ = sender.send(request());
            });
            loop {
                match done.recv_timeout(self.lease / 4) {
                    Ok(result) => return Ok(result),
                    Err(RecvTimeoutError::Timeout) => store.check(delivery, false)?.ok_or(Failure::Lost)?,
                    Err(RecvTimeoutError::Disconnected) => return Err(Failure::Lost),
                };
            }
        })
    }

    /// Returns `true` if the response may exist, and the server no longer recognizes its key. A new delivery can be old: a
    /// store that lost its last changes delivers them again.
    fn needs_lookup(&self, event: &Event, known: &KnownResponses) -> bool {
        self.is_older(event, LOOKUP_AGE) && event.identity().is_some_and(|key| !known.contains_key(&key))
    }

    fn work(&self, store: &mut dyn EventStore, settings: &Settings) -> StoreResult<std::convert::Infallible> {
        let max_turn = MAX_TURN.min(settings.lease / 2);
        let (mut trim_at, mut last_partition) = (Instant::now(), 0);
        // What was looked up remains true: only the holder of the partition responds, and a change of the holder shows in
        // the attempts. An error of the store ends this loop, and then nothing is known.
        let mut known = KnownResponses::new();
        loop {
            if trim_at <= Instant::now() {
                trim_at = Instant::now() + TRIM_INTERVAL;
                log(format_args!("trimmed {}", store.trim(settings.retention)?));
            }
            let mut deliveries = store.read()?;
            if deliveries.is_empty() {
                std::thread::sleep(IDLE_INTERVAL);
            }
            // Every partition has its turn. The sort is stable: the order within a partition remains.
            deliveries.sort_by_key(|delivery| (delivery.partition <= last_partition, delivery.partition));
            let batch = deliveries.iter().map(|delivery| (delivery, Event::from_json(&delivery.json)));
            let batch: Vec<_> = batch.collect();
            known = if known.len() > MAX_KNOWN { KnownResponses::new() } else { known };
            let began = Instant::now();
            for (index, (delivery, event)) in batch.iter().enumerate() {
                // The rest is read again. Otherwise, a worker with much to do takes over no partition of one that died.
                if began.elapsed() >= max_turn {
                    break;
                }
                last_partition = delivery.partition;
                let event = match event {
                    Ok(event) => event,
                    Err(error) => {
                        finish(store, delivery, Some(error.to_string()))?;
                        continue;
                    }
                };
                if self.needs_lookup(event, &known) {
                    let rest =
                        batch[index..].iter().take_while(|(next, _)| next.partition == delivery.partition);
                    let rest = rest.filter_map(|(_, event)| event.as_ref().ok());
                    let rest = rest.filter(|event| self.needs_lookup(event, &known));
                    let rest: Vec<_> = rest.filter_map(|event| Some((event, event.identity()?))).collect();
                    match self.look_up(store, delivery, rest, &mut known) {
                        Ok(()) => {}
                        Err(Failure::Lost) => break,
                        Err(Failure::Store(error)) => return Err(error),
                        // Then each of them is looked up by itself.
                        Err(Failure::Chat(error)) => log(format_args!("responses not looked up: {error}")),
                    }
                }
                self.process(store, delivery, event, &mut known)?;
                known.remove(&event.identity().unwrap_or_default());
            }
        }
    }

    /// Processes an event until it is finished, dead, or another worker's.
    fn process(
        &self,
        store: &mut dyn EventStore,
        delivery: &Delivery,
        event: &Event,
        known: &mut KnownResponses,
    ) -> StoreResult<()> {
        let Some(mut attempts) = store.check(delivery, true)? else { return Ok(()) };
        if attempts > MAX_ATTEMPTS {
            return finish(store, delivery, Some("the worker ended in each attempt".into()));
        }
        loop {
            let mut task = Task {
                context: self,
                store: &mut *store,
                delivery,
                event,
                known: &mut *known,
                attempts,
                responses: 0,
            };
            let error = match handle(&mut task) {
                Ok(()) => return finish(store, delivery, None),
                Err(Failure::Lost) => return Ok(()),
                Err(Failure::Store(error)) => return Err(error),
                Err(Failure::Chat(error)) => error,
            };
            log(format_args!("{}, attempt {attempts}: {error}", delivery.id));
            // An outage of the server is no fault of the event, and does not count.
            if attempts >= MAX_ATTEMPTS && !error.is_transient() {
                return finish(store, delivery, Some(error.to_string()));
            }
            std::thread::sleep(error.retry_after().unwrap_or(RETRY_INTERVAL));
            match store.check(delivery, !error.is_transient())? {
                Some(count) => attempts = count.max(2),
                None => return Ok(()),
            }
        }
    }

    fn is_older(&self, event: &Event, age: Duration) -> bool {
        let now = Timestamp::now().as_millis().saturating_add(self.clock_offset);
        matches!(event.payload(), Ok(Payload::Posted(posted)) if posted.post.create_at.plus(age).as_millis() < now)
    }
}

fn main() -> ExitCode {
    let Err(error) = run();
    log(format_args!("worker ended: {error}"));
    ExitCode::FAILURE
}

fn run() -> Result<std::convert::Infallible, Box<dyn std::error::Error>> {
    let settings = Settings::from_env()?;
    let client = &ClientBuilder::from_env()?.connect_within(Duration::MAX)?;
    let clock_offset = client.server_time()?.as_millis() - Timestamp::now().as_millis();
    let mut store = settings.store()?;
    loop {
        let registered = persist(|| store.register("worker", &account_of(client)));
        let context = Context { client, clock_offset, lease: settings.lease };
        let Err(error) = registered.and_then(|()| context.work(&mut store, &settings));
        match error {
            StoreError::Refused(reason) => return Err(reason.into()),
            StoreError::Unavailable(reason) => log(format_args!("reading again: {reason}")),
        }
        std::thread::sleep(RETRY_INTERVAL / 5);
    }
}

fn finish(store: &mut dyn EventStore, delivery: &Delivery, failure: Option<String>) -> StoreResult<()> {
    if let Some(failure) = &failure {
        log(format_args!("dead letter {}: {failure}", delivery.id));
    }
    if !store.finish(delivery, failure.as_deref())? {
        log(format_args!("no longer this worker's: {}", delivery.id));
    }
    Ok(())
}
