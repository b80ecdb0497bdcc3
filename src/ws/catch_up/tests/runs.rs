//! Many schedules of mixed faults: nothing is lost, doubled, out of order or made up.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::schedule::{Fault, Sim, Taken, notices};
use super::world::{EPOCH, Rng, channel_id};
use crate::event::{EventKind, NotRecovered, Origin};
use crate::model::{ChannelId, Post};
use crate::time::Timestamp;
use crate::ws::catch_up::PostVersion;

const HORIZON: Duration = Duration::from_secs(15 * 60);
const SCHEDULES: u64 = 10_000;

/// What came of the runs.
#[derive(Debug, Default)]
struct Sum {
    schedules: u64,
    posts: u64,
    live: u64,
    resumed: u64,
    caught_up: u64,
    beyond: u64,
    gone: u64,
    /// Named as what a catch-up never recovers.
    named: u64,
    gaps: u64,
    /// Schedules with at least one post of each origin.
    all_origins: u64,
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.schedules += other.schedules;
        self.posts += other.posts;
        self.live += other.live;
        self.resumed += other.resumed;
        self.caught_up += other.caught_up;
        self.beyond += other.beyond;
        self.gone += other.gone;
        self.named += other.named;
        self.gaps += other.gaps;
        self.all_origins += other.all_origins;
    }
}

/// Faults of all kinds; one short cut and one loss of the queue at least.
fn faults(rng: &mut Rng, length: i64) -> Vec<(i64, Fault)> {
    let mut faults = vec![
        (rng.ms(3000, length / 3), Fault::Outage(rng.ms(3000, 12_000))),
        (rng.ms(length / 2, length - 25_000), Fault::Restart(rng.ms(3000, 15_000))),
    ];
    for _ in 0..rng.below(6) {
        let fault = match rng.below(20) {
            0 | 1 => Fault::Cut,
            2 => Fault::HalfCut(rng.ms(10, 4000)),
            3 => Fault::HalfCut(100_000),
            4 => Fault::BlackHole,
            5 => Fault::Stall(rng.ms(100, 40_000)),
            6 => Fault::Outage(rng.ms(100, 90_000)),
            7 => Fault::Restart(rng.ms(100, 30_000)),
            8 => Fault::Reap,
            9 => Fault::Lose,
            10 => Fault::Repeat,
            11 => Fault::Expire,
            12 => Fault::Rest(rng.ms(1000, 60_000)),
            13 => Fault::Page(rng.ms(500, 20_000)),
            14 | 15 => Fault::Slow(rng.ms(1000, 60_000)),
            16 => Fault::Program(rng.ms(10, 20_000)),
            17 => Fault::Remove(usize::try_from(rng.below(3)).unwrap(), rng.ms(500, 40_000)),
            18 => Fault::Purge,
            _ => Fault::NoClock(rng.ms(1000, 60_000)),
        };
        faults.push((rng.ms(1000, length), fault));
    }
    faults
}

fn run(seed: u64, trace: bool) -> Sum {
    let mut rng = Rng(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    let mut length = rng.ms(90_000, 150_000);
    let mut faults = faults(&mut rng, length);
    if rng.chance(3) {
        // A night, and the server has forgotten the connection.
        let night = rng.ms(14, 600) * 60_000;
        let at = rng.ms(30_000, length);
        for (time, _) in faults.iter_mut().filter(|(time, _)| *time >= at) {
            *time += night;
        }
        faults.extend([(at, Fault::Outage(night)), (at + night - 1, Fault::Reap)]);
        length += night;
    }
    let mut sim = Sim::new(seed, HORIZON, trace);
    if trace {
        eprintln!("{faults:?}");
    }
    sim.plan(length, &faults);
    sim.run(length);
    check(seed, &sim)
}

/// Panics for anything that must not be.
fn check(seed: u64, sim: &Sim) -> Sum {
    let bad = |what: &str| panic!("seed {seed}: {what}");
    if let Some(error) = &sim.end {
        bad(&format!("the stream ended: {error}"));
    }
    let (missed, caught_up) = notices(&sim.taken);
    for (n, one) in &missed {
        // The next run of a program that is killed may have no clock, and name the gap instead.
        let answered = caught_up.iter().any(|(at, _)| at > n)
            || missed.iter().any(|(at, later)| at > n && !later.catching_up && sim.has_restarted());
        if one.catching_up && !answered {
            bad("a gap without a report");
        }
    }
    // Posts of a time that a notification gave up.
    let beyond: Vec<(Timestamp, Timestamp)> = missed
        .iter()
        .filter(|(_, missed)| missed.beyond_horizon || !missed.catching_up)
        .map(|(n, missed)| (missed.since, sim.taken[*n].at))
        .collect();
    let gaps: Vec<(Timestamp, Timestamp)> =
        missed.iter().map(|(n, missed)| (missed.since, sim.taken[*n].at)).collect();
    let in_gap = |time: Timestamp| gaps.iter().any(|(from, to)| time >= *from && time <= *to);
    let names = |what: &NotRecovered| {
        caught_up.iter().flat_map(|(_, report)| &report.not_recovered).any(|item| item.what == *what)
    };
    let (names_left, names_backdated) =
        (names(&NotRecovered::LeftChannels), names(&NotRecovered::BackdatedPosts));
    // What happened in a channel while the account was not in it, and what was missed before that.
    let left = |channel: &ChannelId, time: Timestamp| {
        let of_channel = sim.world.removals.iter().filter(|(n, ..)| channel_id(*n) == *channel);
        of_channel.clone().any(|(_, from, to)| {
            let (from, to) = (Timestamp::from_millis(*from), Timestamp::from_millis(to.saturating_add(50)));
            // An event leaves up to 40 ms after what it tells of.
            let out = time.plus(Duration::from_millis(50)) >= from && time <= to;
            out || (names_left && in_gap(time) && time <= to)
        })
    };
    let gave_up = caught_up.iter().any(|(_, report)| !report.complete);
    let cut: HashSet<_> = caught_up
        .iter()
        .flat_map(|(_, report)| &report.not_recovered)
        .filter(|named| named.what == NotRecovered::Changes)
        .map(|named| named.channel_id.clone())
        .collect();
    let excused = |time: Timestamp| beyond.iter().any(|(from, to)| time >= *from && time <= *to);

    let mut sum = Sum { schedules: 1, gaps: missed.len() as u64, ..Sum::default() };
    let mut delivered: HashMap<u64, &Taken> = HashMap::new();
    let mut newest: HashMap<u64, (Timestamp, u64)> = HashMap::new();
    let mut last_edit: HashMap<u64, Timestamp> = HashMap::new();
    let mut removed = HashSet::new();
    let changes: HashSet<(u64, Timestamp)> =
        sim.world.changes.iter().map(|(id, at)| (brief_id(id), Timestamp::from_millis(*at))).collect();
    let ranks: HashMap<u64, u64> =
        sim.world.posts.iter().zip(0..).map(|(row, n)| (brief_id(&sim.world.rows[*row].id), n)).collect();
    let is_out = |row: &&Post| {
        let at = row.create_at.as_millis();
        let of_channel = |n: &usize| channel_id(*n) == row.channel_id;
        sim.world.removals.iter().any(|(n, from, to)| of_channel(n) && at >= *from - 50 && at <= *to)
    };
    let posts = sim.world.posts.iter().map(|row| &sim.world.rows[*row]);
    let while_out: HashSet<u64> = posts.filter(is_out).map(|row| PostVersion::of_post(row).id).collect();
    let dated: HashSet<u64> = sim.world.made.keys().map(brief_id).collect();
    for taken in &sim.taken {
        let Some(version) = taken.version else { continue };
        match taken.event.kind() {
            EventKind::Posted => {
                if delivered.insert(version.id, taken).is_some() {
                    bad(&format!("a post twice: {}", taken.event.raw()));
                }
                let now = (version.create_at, ranks[&version.id]);
                // What was posted while the account was not in the channel may come, but not in its place.
                if !dated.contains(&version.id) && !while_out.contains(&version.id) {
                    let before = newest.insert(version.channel, now);
                    if before.is_some_and(|before| before > now) {
                        bad(&format!("an inversion: {}", taken.event.raw()));
                    }
                }
                last_edit.insert(version.id, version.edit_at);
                match taken.event.origin() {
                    Origin::Live => sum.live += 1,
                    Origin::Resumed => sum.resumed += 1,
                    _ => sum.caught_up += 1,
                }
            }
            EventKind::PostEdited => {
                if !changes.contains(&(version.id, version.edit_at)) {
                    bad(&format!("an edit that nobody made: {}", taken.event.raw()));
                }
                if last_edit.insert(version.id, version.edit_at).is_some_and(|last| last > version.edit_at) {
                    bad(&format!("an edit went back: {}", taken.event.raw()));
                }
            }
            EventKind::PostDeleted => {
                if !removed.insert(version.id) {
                    bad(&format!("a deletion twice: {}", taken.event.raw()));
                }
            }
            _ => {}
        }
    }
    for row in &sim.world.posts {
        let row = &sim.world.rows[*row];
        let version = PostVersion::of_post(row);
        sum.posts += 1;
        if !delivered.contains_key(&version.id) {
            let made = sim.world.made_at(row);
            let backdated = row.create_at < made && names_backdated && in_gap(made);
            if !row.delete_at.is_never() || sim.world.purged.contains(&row.id) {
                sum.gone += 1;
            } else if excused(made) {
                sum.beyond += 1;
            } else if backdated || left(&row.channel_id, made) {
                sum.named += 1;
            } else {
                bad(&format!("a post is missing: {} of {}", row.id, row.create_at.as_millis() - EPOCH));
            }
            continue;
        }
        if removed.contains(&version.id) && row.delete_at.is_never() {
            bad("a deletion that nobody made");
        }
        let named = gave_up
            || cut.contains(&row.channel_id)
            || excused(row.edit_at)
            || sim.world.purged.contains(&row.id)
            || left(&row.channel_id, row.edit_at);
        if row.delete_at.is_never() && last_edit[&version.id] < row.edit_at && !named {
            bad(&format!("an edit is missing: {} at {}", row.id, row.edit_at.as_millis() - EPOCH));
        }
    }
    if gave_up && beyond.is_empty() && sim.world.removals.is_empty() {
        bad("a catch-up was given up");
    }
    sum.all_origins = u64::from(sum.live > 0 && sum.resumed > 0 && sum.caught_up > 0);
    sum
}

fn brief_id(id: &crate::model::PostId) -> u64 {
    PostVersion::of_post(&Post { id: id.clone(), ..Default::default() }).id
}

fn run_all(from: u64, to: u64) -> Sum {
    let mut sum = Sum::default();
    for seed in from..to {
        sum.add(&run(seed, false));
    }
    sum
}

#[test]
fn ten_thousand_schedules_lose_and_double_nothing() {
    if let Ok(seed) = std::env::var("SCHEDULE") {
        eprintln!("{:?}", run(seed.parse().unwrap(), true));
        return;
    }
    let count: u64 = std::env::var("SCHEDULES").map_or(SCHEDULES, |n| n.parse().unwrap());
    let first: u64 = std::env::var("FIRST").map_or(1, |n| n.parse().unwrap());
    let middle = first + count / 2;
    let half = std::thread::spawn(move || run_all(first, middle));
    let mut sum = run_all(middle, first + count);
    sum.add(&half.join().unwrap());
    println!("{sum:?}");
    assert!(sum.all_origins * 100 >= sum.schedules * 85, "{sum:?}");
}
