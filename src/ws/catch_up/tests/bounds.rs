//! A server that feeds a catch-up for ever: memory, requests and the work of each step are bounded.

use std::time::Duration;

use super::settings;
use crate::event::{
    Broadcast, Event, EventKind, Missed, MissedReason, NotRecovered, Origin, Payload, Posted, write_envelope,
};
use crate::model::{Channel, ChannelId, Post, PostList, UserId};
use crate::time::Timestamp;
use crate::ws::catch_up::gap_fill::FillStage;
use crate::ws::catch_up::{
    CatchUpSettings, FetchRequest, FetchResponse, GapFiller, NextStep, PostVersion, ServerPaging,
};
use crate::ws::session::{Cursor, StreamTime};

const BEGIN: i64 = 1_700_000_000_000;

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millis(BEGIN + ms)
}

fn channel_id() -> ChannelId {
    "c".repeat(26).parse().unwrap()
}

fn post(n: usize, at: i64, length: usize) -> Post {
    Post {
        id: format!("{n:p>26}").parse().unwrap(),
        channel_id: channel_id(),
        user_id: "u".repeat(26).parse().unwrap(),
        create_at: time(at),
        update_at: time(at),
        message: "x".repeat(length),
        ..Post::default()
    }
}

fn page(posts: Vec<Post>) -> FetchResponse {
    let list = PostList {
        order: posts.iter().map(|post| post.id.clone()).collect(),
        posts: posts.into_iter().map(|post| (post.id.clone(), post)).collect(),
        ..PostList::default()
    };
    FetchResponse::Posts(list.into())
}

fn opened(settings: CatchUpSettings) -> GapFiller {
    let mut gap_filler = GapFiller::new(settings, None);
    gap_filler.link_up(StreamTime::ZERO);
    gap_filler.server_time_known(StreamTime::ZERO, time(0), time(0));
    gap_filler
}

fn begin_gap(gap_filler: &mut GapFiller, now: i64) -> StreamTime {
    let at = StreamTime::from_millis(u64::try_from(now).unwrap());
    let missed = Missed { reason: MissedReason::NewConnection, since: time(0), ..Missed::default() };
    assert!(gap_filler.gap_found(at, missed, time(0)).is_empty());
    at
}

/// Each page has new posts, all of them in the gap, and is full. The end is a report that names what is missing.
#[test]
fn an_endless_server_meets_every_bound() {
    const MAX_BYTES: usize = 256 << 10;
    const MAX_KEYS: usize = 2000;
    for max_keys in [usize::MAX, MAX_KEYS] {
        let limits = ServerPaging { rows: 10, page: 5 };
        let base = settings(64, Duration::from_secs(900), 1);
        let settings = CatchUpSettings {
            limits,
            max_bytes: if max_keys == MAX_KEYS { 64 * MAX_BYTES } else { MAX_BYTES },
            max_keys,
            between_starts: Duration::ZERO,
            ..base
        };
        let mut gap_filler = opened(settings);
        let now = begin_gap(&mut gap_filler, 100_000);
        gap_filler.server_time_known(now, time(100_000), Timestamp::NEVER);
        let (mut since, mut pages) = (0, 0);
        let (mut made, mut requests, mut names, mut delivered, mut report) = (0, 0, 0, 0, None);
        let length = if max_keys == MAX_KEYS { 1 } else { 2000 };
        loop {
            let fill = gap_filler.fill.as_deref();
            if let Some(FillStage::Pass(pass)) = fill.map(|fill| &fill.stage) {
                let most = gap_filler.settings.max_bytes;
                assert!(pass.bytes() <= most + 100_000, "{} bytes", pass.bytes());
            }
            if let Some(fill) = fill {
                assert!(fill.buffer.buffered_bytes() <= 2 * MAX_BYTES);
                assert!(fill.memory.len() <= max_keys.saturating_add(1000), "{} keys", fill.memory.len());
            }
            match gap_filler.next_step(now) {
                NextStep::Ask(FetchRequest::Names(ids)) => {
                    names += 1;
                    let long = |id: UserId| (id, "n".repeat(1 << 20));
                    gap_filler.response_received(
                        now,
                        Ok(FetchResponse::Names(ids.into_iter().map(long).collect())),
                    );
                }
                NextStep::Ask(ask) => {
                    requests += 1;
                    let told = match ask {
                        FetchRequest::Teams => FetchResponse::Teams(vec!["t".repeat(26).parse().unwrap()]),
                        FetchRequest::Channels { .. } => {
                            let channel = Channel {
                                id: channel_id(),
                                last_post_at: time(99_000),
                                ..Channel::default()
                            };
                            FetchResponse::Channels(vec![channel])
                        }
                        FetchRequest::Since { since: from, .. } => {
                            (since, pages) = (from.as_millis() - BEGIN, 0);
                            FetchResponse::TooMuch
                        }
                        _ => {
                            made += 5;
                            pages += 1;
                            page((0..5).map(|n| post(made - n, since + 300 - pages, length)).collect())
                        }
                    };
                    gap_filler.response_received(now, Ok(told));
                }
                NextStep::Merge => gap_filler.merge_channel(now),
                NextStep::Sort(mut merge) => {
                    merge.sort_events();
                    gap_filler.channel_sorted(merge);
                }
                NextStep::Move => {
                    let mut moved = 0;
                    gap_filler.move_on(
                        now,
                        || true,
                        |event, _| {
                            moved += 1;
                            let payload = event.payload().unwrap().to_owned();
                            match payload {
                                Payload::CaughtUp(caught_up) => report = Some(Box::clone(&caught_up)),
                                _ => delivered += 1,
                            }
                            moved
                        },
                    );
                    assert!(moved <= 65, "{moved} events under one lock");
                }
                NextStep::Done => break,
                other => panic!("{other:?}"),
            }
            crate::ws::deferred_log::write_lines();
        }
        let report = report.unwrap();
        println!("{requests} requests, {names} for names, {delivered} posts delivered: {report:?}");
        assert!(!report.complete && report.posts == delivered);
        assert!(report.not_recovered.iter().any(|item| item.what == NotRecovered::Posts), "{report:?}");
        assert!(requests <= 20 * 255, "{requests} requests");
        assert!(gap_filler.names.is_empty(), "a name of a megabyte is none");
    }
}

/// 20,000 rows go between 20,000 events of their channel, in steps of at most 64 events.
#[test]
fn rows_between_events_are_placed_in_small_steps() {
    const COUNT: usize = 20_000;
    let limits = ServerPaging { rows: COUNT + 1, page: 200 };
    let base = settings(2 * COUNT, Duration::from_secs(900), 1);
    let mut gap_filler = opened(CatchUpSettings { limits, between_starts: Duration::ZERO, ..base });
    let now = begin_gap(&mut gap_filler, 100_000);
    let at = |n: usize| 10_000 + i64::try_from(n).unwrap();
    for n in (0..2 * COUNT).filter(|n| n % 2 == 0) {
        let post = post(n, at(n), 1);
        let posted = Posted { post: post.clone(), ..Posted::default() };
        let text = write_envelope("posted", &posted, &Broadcast::default(), None);
        let length = text.len();
        let make = || Event::from_connection(EventKind::Posted, None, text, Origin::Live);
        let version = Some(PostVersion::of_post(&post));
        gap_filler.buffer_event((EventKind::Posted, length), version, Cursor::default(), || now, make);
    }
    gap_filler.server_time_known(now, time(100_000), Timestamp::NEVER);
    let (mut steps, mut out) = (0, Vec::new());
    loop {
        steps += 1;
        match gap_filler.next_step(now) {
            NextStep::Ask(ask) => {
                let told = match ask {
                    FetchRequest::Teams => FetchResponse::Teams(vec!["t".repeat(26).parse().unwrap()]),
                    FetchRequest::Channels { .. } => FetchResponse::Channels(vec![Channel {
                        id: channel_id(),
                        last_post_at: time(99_000),
                        ..Channel::default()
                    }]),
                    FetchRequest::Since { .. } => {
                        page((0..2 * COUNT).rev().filter(|n| n % 2 == 1).map(|n| post(n, at(n), 1)).collect())
                    }
                    FetchRequest::Names(ids) => {
                        FetchResponse::Names(ids.into_iter().map(|id| (id, "bob".into())).collect())
                    }
                    FetchRequest::Before { .. } => panic!("the list is short"),
                };
                gap_filler.response_received(now, Ok(told));
            }
            NextStep::Merge => gap_filler.merge_channel(now),
            NextStep::Sort(mut merge) => {
                merge.sort_events();
                gap_filler.channel_sorted(merge);
            }
            NextStep::Move => {
                let before = out.len();
                gap_filler.move_on(
                    now,
                    || true,
                    |event, _| {
                        out.extend(PostVersion::of_event(event.kind(), event.raw()));
                        out.len() as u64
                    },
                );
                assert!(out.len() - before <= 64);
            }
            NextStep::Done => break,
            other => panic!("{other:?}"),
        }
    }
    let times: Vec<Timestamp> = out.iter().map(|version| version.create_at).collect();
    assert!(times.iter().eq((0..2 * COUNT).map(|n| time(at(n))).collect::<Vec<_>>().iter()));
    assert!(steps >= 2 * COUNT / 64, "{steps} steps");
}

/// A program that is always a little slower than the server, with the policy `Block`: what was held never all goes out, so
/// that the gap stays open.
#[test]
fn a_release_without_end_remembers_little() {
    let base = settings(8, Duration::from_secs(900), 1);
    let mut gap_filler = opened(CatchUpSettings { block: true, ..base });
    let now = begin_gap(&mut gap_filler, 100_000);
    gap_filler.server_time_known(now, time(100_000), Timestamp::NEVER);
    let mut puts = 0;
    for n in 0..5000 {
        let post = post(n, 100_000 + i64::try_from(n).unwrap(), 1);
        let posted = Posted { post: post.clone(), ..Posted::default() };
        let text = write_envelope("posted", &posted, &Broadcast::default(), None);
        let (length, version) = (text.len(), Some(PostVersion::of_post(&post)));
        let make = || Event::from_connection(EventKind::Posted, None, text, Origin::Live);
        gap_filler.buffer_event((EventKind::Posted, length), version, Cursor::default(), || now, make);
        if n < 6 {
            continue;
        }
        let room = std::cell::Cell::new(1);
        loop {
            match gap_filler.next_step(now) {
                NextStep::Ask(FetchRequest::Teams) => {
                    gap_filler.response_received(now, Ok(FetchResponse::Teams(Vec::new())))
                }
                NextStep::Ask(FetchRequest::Channels { .. }) => {
                    gap_filler.response_received(now, Ok(FetchResponse::Channels(Vec::new())));
                }
                NextStep::Merge => gap_filler.merge_channel(now),
                NextStep::Move if room.get() > 0 => {
                    gap_filler.move_on(
                        now,
                        || room.get() > 0,
                        |_, _| {
                            room.set(0);
                            puts += 1;
                            puts
                        },
                    );
                }
                _ => break,
            }
        }
    }
    assert!(puts > 4900, "{puts} events went out");
    let fill = gap_filler.fill.as_deref().expect("the gap is still open");
    assert!(fill.memory.len() <= 16, "{} keys", fill.memory.len());
}
