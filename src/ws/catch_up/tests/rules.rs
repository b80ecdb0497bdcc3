//! What the seeded runs found once in a million events, one case each.

use std::collections::BTreeMap;
use std::time::Duration;

use super::settings;
use crate::event::{
    Broadcast, Event, EventKind, Missed, MissedReason, Origin, Payload, PostEdited, Posted, write_envelope,
};
use crate::model::{Channel, Post, PostId, PostList, UserId};
use crate::time::Timestamp;
use crate::ws::catch_up::{
    CatchUpSettings, DrainResult, FetchRequest, FetchResponse, GapFiller, NextStep, PostVersion,
};
use crate::ws::queue::EnqueueResult;
use crate::ws::session::Cursor;
use crate::ws::session::StreamTime;

/// The server's clock shows this at the stream's beginning.
const BEGIN: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millis(BEGIN + ms)
}

fn at(ms: i64) -> StreamTime {
    StreamTime::from_millis(u64::try_from(ms).unwrap())
}

fn post(name: &str, made: i64, edited: i64) -> Post {
    let edit_at = if edited == 0 { Timestamp::NEVER } else { time(edited) };
    Post {
        id: format!("{name:p>26}").parse().unwrap(),
        channel_id: format!("{:c>26}", "").parse().unwrap(),
        user_id: format!("{:u>26}", "").parse().unwrap(),
        create_at: time(made),
        update_at: time(made.max(edited)),
        edit_at,
        message: name.into(),
        ..Post::default()
    }
}

/// A filler with its server, and what came out of it: `+ name`, `~ name edit`.
struct Desk {
    gap_filler: GapFiller,
    rows: BTreeMap<PostId, Post>,
    /// When the channel was last written to.
    newest: Timestamp,
    out: Vec<String>,
    puts: u64,
    /// When live events come.
    now: StreamTime,
}

impl Desk {
    fn new(capacity: usize) -> Self {
        Self::with(capacity, false)
    }

    fn with(capacity: usize, block: bool) -> Self {
        let horizon = Duration::from_secs(15 * 60);
        let settings =
            CatchUpSettings { between_starts: Duration::ZERO, block, ..settings(capacity, horizon, 1) };
        let mut gap_filler = GapFiller::new(settings, None);
        gap_filler.link_up(at(0));
        gap_filler.server_time_known(at(0), time(0), time(0));
        Self { gap_filler, rows: BTreeMap::new(), newest: time(0), out: Vec::new(), puts: 0, now: at(0) }
    }

    /// The server has the post in this state.
    fn has(&mut self, post: Post) {
        self.newest = self.newest.max(post.update_at);
        self.rows.insert(post.id.clone(), post);
    }

    /// The connection is another one, since then.
    fn gap(&mut self, now: i64, since: i64) {
        self.now = at(now);
        let since = time(since);
        let missed = Missed { reason: MissedReason::NewConnection, since, ..Missed::default() };
        assert!(self.gap_filler.gap_found(at(now), missed, since).is_empty());
    }

    fn pong(&mut self, now: i64) -> Vec<Missed> {
        self.gap_filler.server_time_known(at(now), time(now), Timestamp::NEVER)
    }

    fn live(&mut self, kind: EventKind, post: &Post) -> EnqueueResult {
        let broadcast = Broadcast::default();
        let text = match kind {
            EventKind::Posted => write_envelope(
                kind.name(),
                &Posted { post: post.clone(), ..Posted::default() },
                &broadcast,
                None,
            ),
            _ => write_envelope(kind.name(), &PostEdited { post: post.clone() }, &broadcast, None),
        };
        let make = || Event::from_connection(kind, None, text.clone(), Origin::Live);
        self.gap_filler.buffer_event(
            (kind, 100),
            Some(PostVersion::of_post(post)),
            Cursor::default(),
            || self.now,
            make,
        )
    }

    fn answer(&self, ask: FetchRequest) -> FetchResponse {
        let channel = Channel {
            id: format!("{:c>26}", "").parse().unwrap(),
            last_post_at: self.newest,
            ..Channel::default()
        };
        match ask {
            FetchRequest::Teams => FetchResponse::Teams(vec![format!("{:t>26}", "").parse().unwrap()]),
            FetchRequest::Channels { .. } => FetchResponse::Channels(vec![channel]),
            FetchRequest::Since { since, .. } => {
                let mut rows: Vec<&Post> = self.rows.values().filter(|row| row.update_at > since).collect();
                rows.sort_by_key(|row| std::cmp::Reverse(row.create_at));
                let list = PostList {
                    order: rows.iter().map(|row| row.id.clone()).collect(),
                    posts: rows.into_iter().map(|row| (row.id.clone(), row.clone())).collect(),
                    ..PostList::default()
                };
                FetchResponse::Posts(list.into())
            }
            FetchRequest::Before { .. } => panic!("the lists are short"),
            FetchRequest::Names(ids) => {
                FetchResponse::Names(ids.into_iter().map(|id: UserId| (id, "bob".into())).collect())
            }
        }
    }

    /// Does what is to be done, with room for so many events.
    fn run(&mut self, now: i64, room: usize) {
        let left = std::cell::Cell::new(room);
        loop {
            match self.gap_filler.next_step(at(now)) {
                NextStep::Ask(ask) => self.gap_filler.response_received(at(now), Ok(self.answer(ask))),
                NextStep::Merge => self.gap_filler.merge_channel(at(now)),
                NextStep::Sort(mut merge) => {
                    merge.sort_events();
                    self.gap_filler.channel_sorted(merge);
                }
                NextStep::Move if left.get() > 0 => {
                    let (out, puts) = (&mut self.out, &mut self.puts);
                    let result = self.gap_filler.move_on(
                        at(now),
                        || left.get() > 0,
                        |event, _| {
                            left.set(left.get() - 1);
                            out.extend(shown(&event));
                            *puts += 1;
                            *puts
                        },
                    );
                    if let DrainResult::Overflowed(missed) = result {
                        let since = missed.since;
                        self.gap_filler.gap_found(at(now), missed, since);
                    }
                }
                NextStep::Wait(Some(until)) => assert!(until <= at(now), "it waits"),
                _ => return,
            }
        }
    }
}

fn shown(event: &Event) -> Option<String> {
    Some(match event.payload().unwrap() {
        Payload::Posted(posted) => format!("+ {}", posted.post.message),
        Payload::PostEdited(edited) => {
            format!("~ {} {}", edited.post.message, edited.post.edit_at.as_millis() - BEGIN)
        }
        _ => return None,
    })
}

/// The hold has no room for an edit that was looked up, and behind it in the list stands a post that belongs between
/// what is held.
#[test]
fn a_post_behind_an_edit_without_room_keeps_its_place() {
    let mut desk = Desk::new(3);
    let edited = |at: i64| post("old", -5000, at);
    for old in [edited(20_100), post("b1", 20_060, 0), post("b2", 20_070, 0), post("b3", 20_080, 0)] {
        desk.has(old);
    }
    let (first, between, last) = (post("m", 20_050, 0), post("between", 20_102, 0), post("n", 20_116, 0));
    for post in [&first, &between, &last] {
        desk.has(post.clone());
    }
    desk.gap(20_000, 0);
    assert_eq!(desk.live(EventKind::Posted, &first), EnqueueResult::Taken);
    assert_eq!(desk.live(EventKind::PostEdited, &edited(20_090)), EnqueueResult::Taken);
    assert_eq!(desk.live(EventKind::Posted, &last), EnqueueResult::Taken);
    desk.pong(20_200);
    desk.run(20_200, 100);
    let posts: Vec<&str> = desk.out.iter().filter_map(|text| text.strip_prefix("+ ")).collect();
    assert_eq!(posts, ["m", "b1", "b2", "b3", "between", "n"]);
    assert_eq!(desk.out.iter().rfind(|text| text.starts_with('~')).unwrap(), "~ old 20100");
}

/// The post stands between what is held, an edit of it is held behind it, and the next edit was lost.
#[test]
fn an_old_edit_does_not_follow_the_post_with_a_newer_one() {
    let mut desk = Desk::new(8);
    let first = post("m", 20_050, 0);
    desk.has(first.clone());
    desk.has(post("p", 20_060, 20_747));
    desk.gap(20_000, 0);
    assert_eq!(desk.live(EventKind::Posted, &first), EnqueueResult::Taken);
    assert_eq!(desk.live(EventKind::PostEdited, &post("p", 20_060, 20_742)), EnqueueResult::Taken);
    desk.pong(20_800);
    desk.run(20_800, 100);
    assert_eq!(desk.out, ["+ m", "+ p"]);
    // The lost one, late, says nothing new; the next one does.
    let edit = |at| (EventKind::PostEdited, PostVersion::of_post(&post("p", 20_060, at)));
    let is_repeat =
        |desk: &Desk, (kind, version): (EventKind, PostVersion)| desk.gap_filler.is_repeat(kind, &version);
    assert!(is_repeat(&desk, edit(20_747)) && !is_repeat(&desk, edit(20_900)));
}

/// What a gap beyond the horizon gave up does not come with the overlap of the next gap, though what was held behind the
/// first is still going out.
#[test]
fn what_was_given_up_does_not_follow_what_went_out() {
    let mut desk = Desk::new(8);
    let night = 20 * MINUTE;
    desk.puts += 1;
    desk.gap_filler.event_delivered(
        desk.puts,
        EventKind::Posted,
        &PostVersion::of_post(&post("before", 5000, 0)),
    );
    let (lost, one, two) =
        (post("lost", night - 2000, 0), post("one", night + 10, 0), post("two", night + 20, 0));
    for post in [&lost, &one, &two] {
        desk.has(post.clone());
    }
    desk.gap(night, -10_000);
    assert_eq!(desk.live(EventKind::Posted, &one), EnqueueResult::Taken);
    assert_eq!(desk.live(EventKind::Posted, &two), EnqueueResult::Taken);
    let told = desk.pong(night + 30);
    assert!(matches!(&told[..], [missed] if missed.beyond_horizon && !missed.catching_up));
    // The program is slow.
    desk.run(night + 30, 1);
    desk.gap(night + 100, night - 9970);
    desk.has(post("three", night + 50, 0));
    let told = desk.pong(night + 200);
    assert!(matches!(&told[..], [missed] if missed.catching_up));
    desk.run(night + 200, 100);
    assert_eq!(desk.out, ["+ one", "+ two", "+ three"]);
}

/// A gap begins where the events end, not at the last answer to a ping; but nobody's clock is trusted further than the
/// server's.
#[test]
fn events_tell_how_far_the_server_has_come() {
    let mut desk = Desk::new(8);
    let mut reached = |made: i64, now: i64| desk.gap_filler.advance_to(time(made), || at(now), time(0));
    assert_eq!(reached(20_000, 20_040), Some(time(20_000)));
    // Told a moment ago, or of an older time.
    assert_eq!([reached(20_900, 20_940), reached(15_000, 21_500)], [None, None]);
    // Posted into the future, as administrators can: it may come with a replay, and what follows it is older.
    assert_eq!([reached(90_000, 25_000), reached(90_100, 25_500)], [None, None]);
    assert_eq!(reached(26_100, 26_200), Some(time(26_100)));
}

/// The server's clock went back by an hour while the link was away: what is missing has times that other posts had, and
/// is named, not guessed. When the clock has passed where it was, gaps are filled again.
#[test]
fn a_clock_that_goes_back_is_named_until_it_has_caught_up() {
    let hour = 60 * MINUTE;
    let mut desk = Desk::new(8);
    // What the server says and what our clock counts, apart since then.
    let pong = |desk: &mut Desk, now: i64, says: i64| {
        desk.gap_filler.server_time_known(at(now), time(says), Timestamp::NEVER)
    };
    desk.gap_filler.server_time_known(at(hour), time(hour), Timestamp::NEVER);
    desk.gap_filler.event_delivered(1, EventKind::Posted, &PostVersion::of_post(&post("before", hour, 0)));
    desk.puts = 1;
    // Made in the gap, at a time that was already.
    desk.has(post("lost", 2000, 0));
    let held = post("held", 6000, 0);
    desk.has(held.clone());
    desk.gap(hour + 5000, hour);
    assert_eq!(desk.live(EventKind::Posted, &held), EnqueueResult::Taken);
    let told = pong(&mut desk, hour + 7000, 7000);
    assert!(matches!(&told[..], [missed] if missed.beyond_horizon && !missed.catching_up), "{told:?}");
    desk.run(hour + 7000, 100);
    assert_eq!(desk.out, ["+ held"]);
    // The session keeps the latest time that it heard: so is the next gap.
    pong(&mut desk, hour + 30_000, 30_000);
    desk.has(post("too", 31_000, 0));
    desk.gap(hour + 33_000, hour);
    let told = pong(&mut desk, hour + 34_000, 34_000);
    assert!(matches!(&told[..], [missed] if missed.beyond_horizon && !missed.catching_up), "{told:?}");
    desk.run(hour + 34_000, 100);
    // Now the clock is past where it was.
    for (name, made) in [("one", hour + 1000), ("two", hour + 2000)] {
        desk.has(post(name, made, 0));
    }
    desk.gap(2 * hour, hour);
    let told = pong(&mut desk, 2 * hour + 4000, hour + 4000);
    assert!(matches!(&told[..], [missed] if missed.catching_up), "{told:?}");
    desk.run(2 * hour + 4000, 100);
    assert_eq!(desk.out, ["+ held", "+ one", "+ two"]);
}

/// While the machine slept, or because its clock was set, the server's clock went on by 20 min more than ours. Until the
/// first reply to a ping, what comes live looks as if it were dated into the future, and what finds no room is read again.
#[test]
fn what_is_dropped_before_a_jump_of_the_clock_is_known_is_read_again() {
    use EnqueueResult::{Dropped, Taken};
    let night = 20 * MINUTE;
    for is_filling in [false, true] {
        let mut desk = Desk::new(2);
        if is_filling {
            desk.gap(25_000, 20_000);
            assert!(desk.pong(25_100)[0].catching_up);
        }
        desk.gap(30_000, 20_000);
        let live: Vec<Post> = (0..5).map(|n| post(&format!("{n}"), night + 31_000 + n, 0)).collect();
        let hold = |post: &Post| {
            desk.has(post.clone());
            desk.live(EventKind::Posted, post)
        };
        let results: Vec<EnqueueResult> = live.iter().map(hold).collect();
        assert_eq!(results, [Taken, Taken, Dropped, Dropped, Dropped]);
        let told = desk.gap_filler.server_time_known(at(32_000), time(night + 32_000), Timestamp::NEVER);
        assert!(matches!(&told[..], [missed] if missed.beyond_horizon && !missed.catching_up), "{told:?}");
        desk.run(32_000, 100);
        assert_eq!(desk.out, ["+ 0", "+ 1", "+ 2", "+ 3", "+ 4"], "{is_filling}");
    }
}

/// A ping is answered after 40 s of stall, so the clock is late; what comes next is not taken for that old.
#[test]
fn a_late_clock_forgets_nothing() {
    let mut desk = Desk::new(8);
    desk.pong(20_000);
    desk.gap_filler.server_time_known(at(60_000), time(20_000), time(10_000));
    let told = PostVersion::of_post(&post("told", 59_000, 0));
    desk.gap_filler.event_delivered(1, EventKind::Posted, &told);
    assert_eq!(desk.gap_filler.advance_to(time(61_500), || at(61_600), time(10_000)), None);
    desk.gap_filler.server_time_known(at(62_000), time(62_000), time(60_000));
    desk.gap_filler.server_time_known(at(63_000), time(63_000), time(60_000));
    assert!(desk.gap_filler.seen.keys().contains(&told.posted_key()));
}

/// The reply that tells the server's time comes behind more events than are held: a reader that waited for room would not
/// read it for a minute.
#[test]
fn a_blocked_reader_does_not_keep_the_clock_away() {
    let mut desk = Desk::with(2, true);
    let posts: Vec<Post> = (0..4).map(|n| post(&format!("{n}"), 3000 + n, 0)).collect();
    desk.gap(2000, 1000);
    let results = [0, 1, 2, 3].map(|n| {
        desk.has(posts[n].clone());
        desk.live(EventKind::Posted, &posts[n])
    });
    use EnqueueResult::{Dropped, Full, Taken};
    assert_eq!(results, [Taken, Taken, Dropped, Dropped]);
    assert_eq!(desk.pong(4000).len(), 1);
    desk.run(4000, 100);
    assert_eq!(desk.out, ["+ 0", "+ 1", "+ 2", "+ 3"]);
    // With the clock known, it waits.
    desk.gap(5000, 4000);
    desk.pong(6000);
    let later: Vec<Post> = (4..7).map(|n| post(&format!("{n}"), 6000 + n, 0)).collect();
    let results = [0, 1, 2].map(|n| desk.live(EventKind::Posted, &later[n]));
    assert_eq!(results, [Taken, Taken, Full]);
}

/// A server that never tells its time: the gap is told without a catch-up, and what is held goes out.
#[test]
fn a_gap_without_a_clock_is_told_and_left() {
    let settings = settings(8, Duration::from_secs(15 * 60), 1);
    let timeout = settings.clock_timeout;
    let mut desk = Desk::new(8);
    desk.gap_filler = GapFiller::new(settings, None);
    desk.gap_filler.link_up(at(1000));
    let missed = Missed { reason: MissedReason::NewConnection, ..Missed::default() };
    assert!(desk.gap_filler.gap_found(at(1000), missed, Timestamp::NEVER).is_empty());
    assert_eq!(desk.live(EventKind::Posted, &post("m", 1500, 0)), EnqueueResult::Taken);
    assert!(desk.gap_filler.wants_thread(), "it waits for the time");
    let due = at(1000) + timeout;
    assert!(matches!(desk.gap_filler.next_step(at(1100)), NextStep::Wait(Some(until)) if until == due));
    // Without a connection no reply can come: that is no time of waiting.
    desk.gap_filler.link_down();
    assert!(matches!(desk.gap_filler.next_step(due), NextStep::Wait(None)));
    desk.gap_filler.link_up(due);
    assert!(matches!(desk.gap_filler.next_step(due + timeout), NextStep::ClockTimedOut));
    let told = desk.gap_filler.clock_timed_out(due + timeout);
    assert!(told.len() == 1 && !told[0].catching_up, "{told:?}");
    desk.run(60_000, 100);
    assert_eq!(desk.out, ["+ m"]);
}

/// A stream of edits alone would have heard of the edit of a post that was made in the gap.
#[test]
fn an_edit_of_a_new_post_reaches_who_wants_edits_alone() {
    let mut desk = Desk::new(8);
    let wanted = CatchUpSettings {
        posted: false,
        between_starts: Duration::ZERO,
        ..settings(8, Duration::from_secs(15 * 60), 1)
    };
    desk.gap_filler = GapFiller::new(wanted, None);
    desk.gap_filler.link_up(at(0));
    desk.gap_filler.server_time_known(at(0), time(0), time(0));
    desk.has(post("new", 20_050, 20_060));
    desk.has(post("plain", 20_070, 0));
    desk.gap(20_000, 0);
    desk.pong(20_100);
    desk.run(20_100, 100);
    assert_eq!(desk.out, ["~ new 20060"]);
}

/// What a server forbids is not asked for again, and one channel after the other is not waited for.
#[test]
fn refused_channels_end_a_catch_up() {
    use crate::error::{ApiError, Error};
    let mut desk = Desk::new(8);
    desk.gap(20_000, 0);
    desk.pong(20_100);
    let channels = 3000;
    let mut asked = 0;
    for _ in 0..10_000 {
        match desk.gap_filler.next_step(at(20_100)) {
            NextStep::Ask(FetchRequest::Teams) => {
                let told = FetchResponse::Teams(vec![format!("{:t>26}", "").parse().unwrap()]);
                desk.gap_filler.response_received(at(20_100), Ok(told));
            }
            NextStep::Ask(FetchRequest::Channels { .. }) => {
                let channel = |n: usize| Channel {
                    id: format!("{n:0>26}").parse().unwrap(),
                    last_post_at: time(20_050),
                    ..Channel::default()
                };
                let told = FetchResponse::Channels((0..channels).map(channel).collect());
                desk.gap_filler.response_received(at(20_100), Ok(told));
            }
            NextStep::Ask(_) => {
                asked += 1;
                let api = ApiError { id: "api.context.permissions.app_error".into(), ..ApiError::default() };
                let error = Error::from_api(403, api);
                desk.gap_filler.response_received(at(20_100), Err(error));
            }
            NextStep::Merge => desk.gap_filler.merge_channel(at(20_100)),
            NextStep::Sort(mut merge) => {
                merge.sort_events();
                desk.gap_filler.channel_sorted(merge);
            }
            NextStep::Move => break,
            other => panic!("{other:?}"),
        }
    }
    assert!((1..=64).contains(&asked), "{asked} requests");
    let mut reports = Vec::new();
    desk.gap_filler.move_on(
        at(20_100),
        || true,
        |event, _| {
            reports.push(event);
            1
        },
    );
    let Ok(Payload::CaughtUp(report)) = reports[0].payload() else { panic!("{reports:?}") };
    assert!(!report.complete && !report.not_recovered.is_empty(), "{report:?}");
}
