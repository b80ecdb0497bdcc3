//! Stores the events of an account in Redis. Run it on two or three machines: see README.md.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use mattermost::{
    CatchUp, Client, ClientBuilder, ConnectionState, Event, EventKind, Events, EventsBuilder, Overflow,
    Position,
};
use mattermost_relay::faults;
use mattermost_relay::settings::{Settings, account_of, log, persist};
use mattermost_relay::store::{Appended, EventStore, Lead, NewEvent, PARTITION_COUNT, StoreError};

/// Kinds of events to store. All of them have an identity.
const EVENT_KINDS: [EventKind; 5] = [
    EventKind::Posted,
    EventKind::PostEdited,
    EventKind::PostDeleted,
    EventKind::ReactionAdded,
    EventKind::ReactionRemoved,
];
/// Events that wait in memory while the store is away: about 50 MB.
const QUEUE_CAPACITY: usize = 32_768;
const BATCH_LIMIT: usize = 256;
/// Events that a session keeps in memory after they are stored, for a store that loses them: about 4 MB.
const RECENT_LIMIT: usize = 4096;
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The reason for the end of a session.
enum SessionEnd {
    /// The next session starts at once.
    Again(String),
    /// The next session starts after a pause, in which another relay can lead.
    GiveUp(String),
    Fatal(String),
}

impl From<StoreError> for SessionEnd {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(reason) => Self::Again(reason),
            StoreError::Refused(reason) => Self::Fatal(reason),
        }
    }
}

impl From<mattermost::Error> for SessionEnd {
    fn from(error: mattermost::Error) -> Self {
        if error.is_transient() { Self::GiveUp(error.to_string()) } else { Self::Fatal(error.to_string()) }
    }
}

fn main() -> ExitCode {
    let Err(error) = run();
    log(format_args!("relay ended: {error}"));
    ExitCode::FAILURE
}

fn run() -> Result<std::convert::Infallible, Box<dyn std::error::Error>> {
    let settings = Settings::from_env()?;
    let client = ClientBuilder::from_env()?.connect_within(Duration::MAX)?;
    loop {
        // A new token for each session: what an earlier session sent late is refused.
        let mut store = settings.store()?;
        match session(&client, &mut store, &settings) {
            SessionEnd::Again(reason) => log(format_args!("session ended: {reason}")),
            SessionEnd::GiveUp(reason) => {
                log(format_args!("lease given up: {reason}"));
                std::thread::sleep(settings.lease * 2);
            }
            SessionEnd::Fatal(reason) => return Err(reason.into()),
        }
        std::thread::sleep(RETRY_INTERVAL / 10);
    }
}

fn session(client: &Client, store: &mut dyn EventStore, settings: &Settings) -> SessionEnd {
    lead(client, store, settings).map_or_else(|end| end, |never| match never {})
}

fn lead(
    client: &Client,
    store: &mut dyn EventStore,
    settings: &Settings,
) -> Result<std::convert::Infallible, SessionEnd> {
    persist(|| store.register("relay", &account_of(client)))?;
    let mut waits = false;
    let position = loop {
        match store.lead(true) {
            Ok(Lead::Own(position)) => break position,
            Ok(Lead::Other) => {
                if !std::mem::replace(&mut waits, true) {
                    log("another relay leads: waiting");
                }
                std::thread::sleep(settings.lease / 10);
            }
            Err(StoreError::Unavailable(_)) => {
                persist(|| store.register("relay", &account_of(client)))?;
                // The relay that led has the events of the outage in its queue: it goes first.
                std::thread::sleep(settings.lease);
            }
            Err(error) => return Err(error.into()),
        }
    };
    log(format_args!("leading: process {}", std::process::id()));
    let events = open(client, store, settings, position)?;
    log("stream open");

    let mut appends = Appends { store, number: 0, recent: VecDeque::new() };
    let mut connected = Instant::now();
    loop {
        let mut taken = Vec::new();
        // The first append stores the position that `open` began with, before anything depends on it.
        if appends.number > 0 {
            taken.extend(events.poll(settings.lease / 4)?);
            taken.extend(events.receiver().try_iter().take(BATCH_LIMIT - 1));
        }
        taken.iter().filter(|event| event.kind().is_notification()).for_each(report);
        let new: Vec<NewEvent> = taken.iter().filter_map(new_event).collect();
        // The store recognizes what it has by identity, so the position need not list it.
        let mut position = events.position().without_recent_keys();
        if settings.twins {
            // The connection is this twin's: another one that resumed it would take it away.
            (position.connection_id, position.seq) = (None, 0);
        }
        if faults::omitted("atomic") {
            appends.append(position.clone(), Vec::new())?;
            std::thread::sleep(RETRY_INTERVAL);
        }
        let count = new.len();
        appends.append(position, new)?;
        if count > 0 {
            log(format_args!("appended {count}"));
        }
        // A relay that reaches the store and not the server must not keep others from leading.
        match events.state() {
            ConnectionState::Connected { .. } => connected = Instant::now(),
            _ if connected.elapsed() > settings.lease * 2 => {
                return Err(SessionEnd::GiveUp("no connection to the server".into()));
            }
            _ => {}
        }
    }
}

/// Opens the stream, which takes up to 15 s, and renews the lease meanwhile.
fn open(
    client: &Client,
    store: &mut dyn EventStore,
    settings: &Settings,
    position: Option<Position>,
) -> Result<Events, SessionEnd> {
    let mut builder: EventsBuilder = Events::builder(client)
        .kinds(EVENT_KINDS)
        .capacity(QUEUE_CAPACITY)
        .overflow(Overflow::Block)
        .catch_up(CatchUp::within(settings.horizon))
        .resume_from(position.filter(|_| !faults::omitted("position")));
    if faults::omitted("block") {
        builder = builder.capacity(64).overflow(Overflow::DropNewest);
    }
    let (sender, opened) = mpsc::channel();
    std::thread::spawn(move || {
        faults::delay("RELAY_TEST_SLOW_OPEN");
        // If the receiver is gone, the stream is closed here.
        let _ = sender.send(builder.open());
    });
    loop {
        match opened.recv_timeout(settings.lease / 4) {
            Ok(result) => return Ok(result?),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(SessionEnd::Again("the stream did not open".into()));
            }
            Err(RecvTimeoutError::Timeout) if faults::omitted("renewal") => {}
            Err(RecvTimeoutError::Timeout) => {
                if !settings.twins && matches!(persist(|| store.lead(false))?, Lead::Other) {
                    return Err(SessionEnd::Again("lease lost while the stream was opened".into()));
                }
            }
        }
    }
}

struct Append {
    position: Position,
    events: Vec<NewEvent>,
}

/// The appends of a session, the last ones of which are kept.
struct Appends<'a> {
    store: &'a mut dyn EventStore,
    number: u64,
    recent: VecDeque<Append>,
}

impl Appends<'_> {
    /// Appends, and waits for a store that is away. If the store lost the last appends of this session, it gets them again:
    /// a catch-up would find no reactions.
    fn append(&mut self, position: Position, events: Vec<NewEvent>) -> Result<(), SessionEnd> {
        self.number += 1;
        self.recent.push_back(Append { position, events });
        while self.recent.iter().map(|append| append.events.len() + 1).sum::<usize>() > RECENT_LIMIT {
            self.recent.pop_front();
        }
        let oldest = self.number + 1 - self.recent.len() as u64;
        let mut next = self.number;
        while next <= self.number {
            let index = next.checked_sub(oldest).and_then(|index| usize::try_from(index).ok());
            let Some(append) = index.and_then(|index| self.recent.get(index)) else {
                return Err(SessionEnd::Again("the store lost more than this relay keeps".into()));
            };
            match persist(|| self.store.append(next, &append.position, &append.events))? {
                Appended::Through(last) => {
                    if last < next {
                        log(format_args!(
                            "the store lost {} appends: they are stored again",
                            next - 1 - last
                        ));
                    }
                    next = last + 1;
                }
                Appended::Unknown => return Err(SessionEnd::Again("the store forgot this session".into())),
                // The lease ran out. If nobody has it, this session goes on: its stream has no gap.
                Appended::NotLeader => {
                    if matches!(persist(|| self.store.lead(false))?, Lead::Other) {
                        return Err(SessionEnd::Again("another relay led".into()));
                    }
                }
            }
        }
        Ok(())
    }
}

fn new_event(event: &Event) -> Option<NewEvent> {
    if event.kind().is_notification() {
        return None;
    }
    let place =
        || format!("{}:{}", event.connection_id().unwrap_or_default(), event.seq().unwrap_or_default());
    let channel = event.channel_id().map(|id| id.to_string()).unwrap_or_default();
    Some(NewEvent {
        identity: event.identity().unwrap_or_else(place),
        edit_identity: event.edit_identity().unwrap_or_default(),
        partition: partition_of(&channel).to_string(),
        json: event.to_json(),
    })
}

/// FNV-1a: the same on every machine and in every version.
fn partition_of(channel: &str) -> u32 {
    let hash = channel
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % PARTITION_COUNT
}

/// Logs connections, gaps and everything that could not be recovered.
fn report(event: &Event) {
    log(format_args!("notification {}", event.raw()));
}
