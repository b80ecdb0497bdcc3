//! Outages: a link, a proxy or a server that fails while others post.
//!
//! Against `TestServer` in short; against a real server, with `MATTERMOST_URL`, `MATTERMOST_ADMIN_LOGIN` and
//! `MATTERMOST_ADMIN_PASSWORD`, for a minute and with the settings that a program has. Two commands, run by `sh`, make
//! it complete: `MATTERMOST_RESTART` kills the server's process and starts it again; `MATTERMOST_STALL` sends the signal
//! `$SIGNAL`, which is `STOP` or `CONT`, to it. Both disturb whatever else uses that server.

mod losses;
mod proxy;
mod stall;

pub(crate) use self::proxy::Proxy;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use mattermost::{Channel, ChannelId, Client, Event, Events, Origin, Payload, Post, PostId};

use crate::live::world::{Account, World};

/// How long everything may take to arrive once the last fault is over: the longest pause between dials is less.
const PATIENCE: Duration = Duration::from_secs(120);

/// The command of an environment variable, if there is one.
fn command(name: &str) -> Option<impl Fn(&str) + Sync> {
    let line = std::env::var(name).ok().filter(|line| !line.is_empty())?;
    let name = name.to_owned();
    Some(move |signal: &str| {
        let status = Command::new("sh").args(["-c", &line]).env("SIGNAL", signal).status().unwrap();
        assert!(status.success(), "{name} {signal}: {status}");
    })
}

/// What a stream delivered.
#[derive(Debug, Default)]
struct Heard {
    posts: HashMap<ChannelId, Vec<(PostId, Origin)>>,
    count: usize,
    /// Links after the first one: resumed and new.
    links: [u32; 2],
    missed: BTreeMap<String, u32>,
    incomplete: u32,
    /// Edits and deletions: nobody makes any.
    phantoms: u32,
}

impl Heard {
    fn take(&mut self, event: &Event) {
        match event.payload().unwrap_or_else(|error| panic!("the stream ended: {error:?}")) {
            Payload::Posted(posted) if !posted.post.is_system() => {
                let in_channel = self.posts.entry(posted.post.channel_id.clone()).or_default();
                in_channel.push((posted.post.id.clone(), event.origin()));
                self.count += 1;
            }
            Payload::PostEdited(_) | Payload::PostDeleted(_) => self.phantoms += 1,
            Payload::Connected(connected) => self.links[usize::from(!connected.resumed)] += 1,
            Payload::Missed(missed) => {
                assert!(missed.catching_up, "{missed:?}");
                *self.missed.entry(missed.reason.to_string()).or_default() += 1;
            }
            Payload::CaughtUp(report) => self.incomplete += u32::from(!report.complete),
            _ => {}
        }
    }

    /// Takes what comes until there are so many posts; and what comes after them before a ping is answered twice.
    fn complete(&mut self, events: &Events, count: usize) {
        let until = Instant::now() + PATIENCE;
        while self.count < count && Instant::now() < until {
            if let Some(event) = events.poll(Duration::from_millis(100)).unwrap() {
                self.take(&event);
            }
        }
        for _ in 0..2 {
            events.ping().unwrap();
            while let Some(event) = events.poll(Duration::from_millis(500)).unwrap() {
                self.take(&event);
            }
        }
    }

    /// Compares with what the server has.
    fn verdict(&self, made: &HashMap<ChannelId, Vec<Post>>) -> Verdict {
        let mut verdict =
            Verdict { incomplete: self.incomplete, phantoms: self.phantoms, ..Verdict::default() };
        for (channel, posts) in made {
            verdict.made += posts.len();
            let texts: HashSet<&str> = posts.iter().map(|post| post.message.as_str()).collect();
            verdict.made_twice += posts.len() - texts.len();
            let places: HashMap<&PostId, usize> =
                posts.iter().zip(0..).map(|(post, at)| (&post.id, at)).collect();
            let heard = self.posts.get(channel).map(Vec::as_slice).unwrap_or_default();
            let once: HashSet<&PostId> = heard.iter().map(|(id, _)| id).collect();
            verdict.duplicates += heard.len() - once.len();
            verdict.missing += posts.iter().filter(|post| !once.contains(&post.id)).count();
            let order: Vec<usize> = heard.iter().filter_map(|(id, _)| places.get(id).copied()).collect();
            verdict.inversions += order.windows(2).filter(|pair| pair[0] > pair[1]).count();
            for (_, origin) in heard {
                *verdict.by_origin.entry(format!("{origin:?}")).or_default() += 1;
            }
        }
        verdict.delivered = self.count;
        verdict
    }
}

#[derive(Debug, Default)]
struct Verdict {
    made: usize,
    delivered: usize,
    by_origin: BTreeMap<String, u32>,
    duplicates: usize,
    missing: usize,
    inversions: usize,
    phantoms: u32,
    incomplete: u32,
    made_twice: usize,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            made,
            delivered,
            by_origin,
            duplicates,
            missing,
            inversions,
            phantoms,
            incomplete,
            made_twice,
        } = self;
        write!(
            f,
            "made {made}, delivered {delivered} {by_origin:?}, duplicates {duplicates}, missing {missing}, "
        )?;
        write!(f, "inversions {inversions}, phantom edits and deletions {phantoms}, ")?;
        write!(f, "incomplete catch-ups {incomplete}, made twice {made_twice}")
    }
}

impl Verdict {
    fn check(&self) {
        assert_eq!(self.delivered, self.made, "{self}");
        let faults = [self.duplicates, self.missing, self.inversions, self.made_twice];
        assert_eq!((faults, self.phantoms, self.incomplete), ([0; 4], 0, 0), "{self}");
    }
}

/// Posters, each with a channel of its own: what one posts has one order.
fn rooms(world: &World, listener: &Account, count: usize) -> Vec<(Account, Channel)> {
    let rooms = (0..count).map(|n| {
        let poster = world.account(&format!("poster{n}x"));
        let channel = world.channel(&format!("room{n}"), &[&poster, listener]);
        (poster, channel)
    });
    rooms.collect()
}

/// The truth: what the server has, the oldest first.
fn history(client: &Client, channel: &ChannelId) -> Vec<Post> {
    let mut posts: Vec<Post> = client.posts().history(channel).map(Result::unwrap).collect();
    posts.retain(|post| !post.is_system());
    posts.reverse();
    posts
}
