//! 50 posts a second, and a stream whose link and whose server are lost again and again.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::{
    Channel, Client, ConnectionState, ErrorKind, EventKind, Events, Post, PostDraft, Timestamp,
};

use super::{Heard, Proxy, command, history, rooms};
use crate::live::world::{Account, World};

const ROOMS: usize = 5;
/// In each room.
const A_SECOND: u32 = 10;

/// Each begins so long after the link is up again.
const FAULTS: [(u32, Fault); 14] = [
    (3000, Fault::Cut),
    (2000, Fault::Reset),
    (2000, Fault::Restart),
    (100, Fault::Cut),
    (3000, Fault::Swallow(8)),
    (1000, Fault::Reset),
    (1000, Fault::Refuse(2)),
    (0, Fault::Cut),
    (2000, Fault::Refuse(20)),
    (200, Fault::Reset),
    (2000, Fault::Restart),
    (2000, Fault::Cut),
    (1000, Fault::Reset),
    (0, Fault::Cut),
];

#[derive(Clone, Copy, Debug)]
enum Fault {
    Cut,
    Reset,
    /// For so many seconds.
    Swallow(u32),
    Refuse(u32),
    /// Of the server itself.
    Restart,
}

struct Case<'a> {
    world: World,
    /// Of all times.
    scale: f64,
    at_least: Duration,
    restart: Option<&'a (dyn Fn(&World) + Sync)>,
}

impl Case<'_> {
    fn scaled(&self, ms: u32) -> Duration {
        Duration::from_millis(ms.into()).mul_f64(self.scale)
    }

    /// Returns how many there were of each kind, and how many ends were really reset.
    fn faults(&self, proxy: &Proxy, events: &Events, channel: &Channel) -> [usize; 6] {
        let mut counts = [0; 6];
        for (pause, fault) in FAULTS {
            let deadline = Instant::now() + super::PATIENCE;
            while !matches!(events.state(), ConnectionState::Connected { .. }) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(5));
            }
            thread::sleep(self.scaled(pause));
            let kind = match (fault, self.restart) {
                (Fault::Reset, _) => {
                    counts[5] += proxy.reset(|| drop(events.typing(channel)));
                    1
                }
                (Fault::Swallow(seconds), _) => {
                    proxy.swallow(self.scaled(seconds * 1000));
                    2
                }
                (Fault::Refuse(seconds), _) => {
                    proxy.refuse(self.scaled(seconds * 1000));
                    3
                }
                (Fault::Restart, Some(restart)) => {
                    restart(&self.world);
                    4
                }
                (Fault::Cut, _) | (Fault::Restart, None) => {
                    proxy.cut();
                    0
                }
            };
            counts[kind] += 1;
        }
        counts
    }

    fn run(&self) {
        let world = &self.world;
        let began = Instant::now();
        let since = Timestamp::now().minus(Duration::from_secs(60));
        let listener = world.account("listener");
        let rooms = rooms(world, &listener, ROOMS);
        let proxy = Proxy::before(&world.url);
        let behind = Client::builder(proxy.url()).login(&listener.name, &*listener.password);
        let behind = behind.backoff_scale(self.scale).connect().unwrap();
        let kinds = [EventKind::Posted, EventKind::PostEdited, EventKind::PostDeleted];
        let events = Events::builder(&behind).kinds(kinds).open().unwrap();
        let (stop, unsure) = (AtomicBool::new(false), AtomicU32::new(0));
        let mut heard = Heard::default();
        let (counts, wanted, took) = thread::scope(|scope| {
            let started = Instant::now();
            let posters: Vec<_> = rooms
                .iter()
                .map(|(poster, channel)| {
                    let room = Room { poster, channel, since, unsure: &unsure };
                    let stop = &stop;
                    scope.spawn(move || room.post_until(stop))
                })
                .collect();
            let faults = scope.spawn(|| self.faults(&proxy, &events, &rooms[0].1));
            while !faults.is_finished() || started.elapsed() < self.at_least {
                if let Some(event) = events.poll(Duration::from_millis(50)).unwrap() {
                    heard.take(&event);
                }
            }
            stop.store(true, Ordering::Release);
            let took = started.elapsed();
            let wanted: u32 = posters.into_iter().map(|poster| poster.join().unwrap()).sum();
            (faults.join().unwrap(), wanted, took)
        });
        let ids =
            rooms.iter().map(|(poster, channel)| (channel.id.clone(), history(&poster.client, &channel.id)));
        let made = ids.collect();
        heard.complete(&events, wanted as usize);
        let verdict = heard.verdict(&made);
        let stats = events.stats();
        println!(
            "outage at {}: {:.0} s of {} posts a second, {} replies; cut {}, reset {} (ends reset {}), \
             black hole {}, refused {}, restarted {}; {} dials, {} links, resumed {}, missed {:?}; posts of unknown \
             outcome {}",
            events.ping().unwrap().version,
            took.as_secs_f64(),
            ROOMS as u32 * A_SECOND,
            made.values().flatten().filter(|post: &&Post| !post.root_id.is_empty()).count(),
            counts[0],
            counts[1],
            counts[5],
            counts[2],
            counts[3],
            counts[4],
            stats.connect_attempts,
            stats.connections,
            stats.resumed,
            heard.missed,
            unsure.load(Ordering::Relaxed),
        );
        println!("  {verdict}; {:.0} s in all", began.elapsed().as_secs_f64());
        assert_eq!(verdict.made, wanted as usize, "{verdict}");
        verdict.check();
        for origin in ["Live", "Resumed", "CaughtUp"] {
            assert!(verdict.by_origin.contains_key(origin), "{verdict}");
        }
        assert!(counts[5] > 0, "no reset was one");
    }
}

struct Room<'a> {
    poster: &'a Account,
    channel: &'a Channel,
    since: Timestamp,
    unsure: &'a AtomicU32,
}

impl Room<'_> {
    /// Posts in its time, each fifth one as a reply. Returns how many it made.
    fn post_until(&self, stop: &AtomicBool) -> u32 {
        let began = Instant::now();
        let mut root: Option<Post> = None;
        for n in 0.. {
            if stop.load(Ordering::Acquire) {
                return n;
            }
            let due = began + Duration::from_secs(1) / A_SECOND * n;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let text = format!("{n} in {}", self.channel.name);
            let mut draft = PostDraft::new(self.channel, &text).key(&text);
            if let Some(root) = root.as_ref().filter(|_| n % 5 == 4) {
                draft = draft.root_id(&root.id);
            }
            let post = self.post(&draft, &text);
            if post.root_id.is_empty() {
                root = Some(post);
            }
        }
        unreachable!()
    }

    /// As a program does that must post once: where the outcome is not known, it looks.
    fn post(&self, draft: &PostDraft, key: &str) -> Post {
        let posts = self.poster.client.posts();
        let deadline = Instant::now() + super::PATIENCE;
        loop {
            let error = match posts.create(draft) {
                Ok(post) => return post,
                Err(error) => error,
            };
            let unknown = error.kind() == ErrorKind::UnknownOutcome;
            assert!(error.is_transient() || unknown, "{error:?}");
            self.unsure.fetch_add(u32::from(unknown), Ordering::Relaxed);
            while Instant::now() < deadline {
                self.poster.client.wait_for_server(super::PATIENCE).unwrap();
                match posts.find_key(&self.channel.id, key, self.since) {
                    Ok(Some(post)) => return post,
                    Ok(None) => break,
                    Err(error) => assert!(error.is_transient(), "{error:?}"),
                }
            }
            assert!(Instant::now() < deadline, "not posted: {error:?}");
        }
    }
}

#[test]
fn nothing_is_lost_at_a_test_server() {
    let restart = |world: &World| world.server.as_ref().unwrap().restart(false);
    let world = World::test_server();
    Case { world, scale: 0.05, at_least: Duration::from_secs(2), restart: Some(&restart) }.run();
}

#[test]
fn nothing_is_lost_at_a_real_server() {
    let Some(world) = World::real_server() else {
        println!("not run: MATTERMOST_URL, MATTERMOST_ADMIN_LOGIN or MATTERMOST_ADMIN_PASSWORD is unset");
        return;
    };
    let command = command("MATTERMOST_RESTART");
    let restart = |_: &World| command.as_ref().unwrap()("KILL");
    if command.is_none() {
        println!("without restarts: MATTERMOST_RESTART is unset");
    }
    let restart = command.is_some().then_some(&restart as &(dyn Fn(&World) + Sync));
    Case { world, scale: 1.0, at_least: Duration::from_secs(60), restart }.run();
}
