//! One gap, one rule.

use std::time::Duration;

use mattermost::event::{MissedReason, NotRecovered};
use mattermost::testing::TestServer;
use mattermost::{CatchUp, EventKind, Origin, Payload};

use super::{changes, same, shown, stream, until};

/// The link is lost and what the server kept of it too; `meanwhile` happens before the next one.
fn gap(server: &TestServer, meanwhile: impl FnOnce()) {
    server.down();
    server.forget_queues();
    meanwhile();
    server.up();
}

/// What comes next has another time.
fn tick(server: &TestServer) {
    server.advance(Duration::from_millis(2));
}

#[test]
fn what_was_missed_comes_between_missed_and_caught_up() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder);
    server.post_as("bob", "town-square", "old");
    until(&events, EventKind::Posted);
    let edited = server.post_as("bob", "town-square", "before");
    let deleted = server.post_as("bob", "town-square", "to go");
    until(&events, EventKind::Posted);
    until(&events, EventKind::Posted);
    gap(&server, || {
        let root = server.post_as("bob", "town-square", "one");
        tick(&server);
        server.edit_post(&edited, "after");
        tick(&server);
        server.reply_as("zoe", &root, "two");
        tick(&server);
        server.delete_post(&deleted);
        let gone = server.post_as("zoe", "off-topic", "never seen");
        server.delete_post(&gone);
        server.post_as("zoe", "off-topic", "three");
        server.post_as("bob", "@janedoe", "psst");
    });
    let missed = until(&events, EventKind::Missed).pop().unwrap();
    let Payload::Missed(missed) = missed.payload().unwrap() else { panic!() };
    assert_eq!(missed.reason, MissedReason::NewConnection);
    assert!(missed.catching_up && !missed.beyond_horizon && !missed.since.is_never());
    server.post_as("bob", "off-topic", "four");
    let mut between = until(&events, EventKind::CaughtUp);
    between.extend(until(&events, EventKind::Posted));
    let mut caught = changes(&between, Origin::CaughtUp);
    let in_channel: Vec<&String> =
        caught.iter().filter(|line| ["+ one", "~ after", "+ two", "- "].contains(&&***line)).collect();
    assert_eq!(in_channel, ["+ one", "~ after", "+ two", "- "], "{:#?}", shown(&between));
    caught.sort();
    let mut all = vec!["+ one", "+ psst", "+ three", "+ two", "- ", "~ after"];
    let live = changes(&between, Origin::Live);
    if live.is_empty() {
        all.push("+ four");
        all.sort_unstable();
    } else {
        assert_eq!(live, ["+ four"]);
    }
    assert_eq!(caught, all);
    let report = between.iter().find(|event| event.kind() == EventKind::CaughtUp).unwrap();
    let Payload::CaughtUp(report) = report.payload().unwrap() else { panic!() };
    assert!(report.complete);
    assert_eq!((report.edited, report.deleted), (1, 1));
    assert!(report.not_recovered.iter().any(|named| named.what == NotRecovered::Reactions));
    let psst = between.iter().find(|event| event.raw().contains("psst")).unwrap();
    let Payload::Posted(psst) = psst.payload().unwrap() else { panic!() };
    assert_eq!(
        (&*psst.sender_name, &*psst.channel_display_name, psst.channel_type.as_str()),
        ("@bob", "@bob", "D")
    );
    assert!(psst.mentions.is_none());
    let two = between.iter().find(|event| event.raw().contains("two")).unwrap();
    assert_eq!((two.seq(), two.origin()), (None, Origin::CaughtUp));
    assert_eq!(two.data()["channel_name"], "town-square");
    assert_eq!(two.broadcast().channel_id, two.payload().unwrap().post().unwrap().channel_id);
}

#[test]
fn the_overlap_gives_nothing_twice() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder);
    let first = server.post_as("bob", "town-square", "first");
    server.edit_post(&first, "second");
    let gone = server.post_as("bob", "town-square", "third");
    server.delete_post(&gone);
    until(&events, EventKind::PostDeleted);
    gap(&server, || {
        server.post_as("bob", "town-square", "fourth");
        tick(&server);
        server.edit_post(&first, "fifth");
    });
    let between = until(&events, EventKind::CaughtUp);
    assert_eq!(changes(&between, Origin::CaughtUp), ["+ fourth", "~ fifth"]);
    assert_eq!(changes(&between, Origin::Live), [""; 0]);
}

#[test]
fn what_was_before_the_stream_is_none_of_its_business() {
    let server = TestServer::start().unwrap();
    server.post_as("bob", "town-square", "old");
    server.advance(Duration::from_secs(1));
    let events = stream(&server, |builder| builder);
    gap(&server, || drop(server.post_as("bob", "town-square", "new")));
    let between = until(&events, EventKind::CaughtUp);
    assert_eq!(changes(&between, Origin::CaughtUp), ["+ new"]);
}

#[test]
fn an_old_gap_is_named_and_left() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder);
    let off = stream(&server, |builder| builder.catch_up(CatchUp::off()));
    server.post_as("bob", "town-square", "first");
    until(&events, EventKind::Posted);
    gap(&server, || {
        for n in 0..200 {
            server.post_as("bob", "town-square", &format!("!command {n}"));
            server.advance(Duration::from_secs(180));
        }
    });
    let mut told = until(&events, EventKind::Missed);
    let Payload::Missed(missed) = told.last().unwrap().payload().unwrap() else { panic!() };
    assert!(missed.beyond_horizon && !missed.catching_up);
    server.post_as("bob", "town-square", "now");
    told.extend(until(&events, EventKind::Posted));
    assert!(!told.iter().any(|event| event.raw().contains("!command")), "{:#?}", shown(&told));
    assert!(!told.iter().any(|event| event.kind() == EventKind::CaughtUp));
    let told = until(&off, EventKind::Missed);
    let Payload::Missed(missed) = told.last().unwrap().payload().unwrap() else { panic!() };
    assert!(!missed.beyond_horizon && !missed.catching_up);
}

/// What a notice gave up does not come with the overlap of the next gap, behind newer posts.
#[test]
fn what_was_given_up_stays_given_up() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder);
    server.post_as("bob", "town-square", "first");
    until(&events, EventKind::Posted);
    gap(&server, || {
        server.post_as("bob", "town-square", "!command of the night");
        server.advance(Duration::from_secs(20 * 60));
        server.post_as("bob", "town-square", "!command of the morning");
    });
    let missed = until(&events, EventKind::Missed).pop().unwrap();
    assert!(matches!(missed.payload().unwrap(), Payload::Missed(missed) if missed.beyond_horizon));
    server.post_as("bob", "town-square", "live");
    until(&events, EventKind::Posted);
    gap(&server, || drop(server.post_as("bob", "town-square", "missed")));
    let between = until(&events, EventKind::CaughtUp);
    assert_eq!(changes(&between, Origin::CaughtUp), ["+ missed"], "{:#?}", shown(&between));
}

#[test]
fn a_program_goes_on_where_it_stopped() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder);
    server.post_as("bob", "town-square", "zero");
    server.post_as("bob", "town-square", "one");
    // One of the two is taken, the other is not.
    until(&events, EventKind::Posted);
    let mut position = events.position();
    drop(events);
    for resumable in [true, false] {
        server.post_as("bob", "town-square", "two");
        while server.resumable() == 0 {
            std::thread::yield_now();
        }
        if !resumable {
            server.forget_queues();
        }
        let text = serde_json::to_string(&position).unwrap();
        assert!(text.len() < 300, "{text}");
        let events = stream(&server, |builder| {
            builder.resume_from(serde_json::from_str::<mattermost::Position>(&text).unwrap())
        });
        server.post_as("bob", "town-square", "three");
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.extend(until(&events, EventKind::Posted));
        }
        let missed = taken.iter().any(|event| event.kind() == EventKind::Missed);
        assert_eq!(missed, !resumable);
        let texts = changes(&taken, Origin::CaughtUp).into_iter().chain(changes(&taken, Origin::Resumed));
        let texts: Vec<String> = texts.chain(changes(&taken, Origin::Live)).collect();
        let before = if resumable { "+ one" } else { "+ rest" };
        assert_eq!(texts, [before, "+ two", "+ three"], "{:#?}", shown(&taken));
        server.post_as("bob", "town-square", "rest");
        position = events.position();
        drop(events);
    }
}

#[test]
fn a_program_that_takes_too_slowly_gets_all_posts() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder.capacity(20));
    for n in 0..100 {
        server.post_as("bob", "town-square", &n.to_string());
    }
    // One overflow, and not a second one while the first is being drained: that would be filled 30 s later.
    while events.stats().received < 100 {
        std::thread::yield_now();
    }
    let mut taken = until(&events, EventKind::CaughtUp);
    for n in 100..110 {
        server.post_as("bob", "town-square", &n.to_string());
    }
    while changes(&taken, Origin::Live).len() + changes(&taken, Origin::CaughtUp).len() < 110 {
        taken.extend(until(&events, EventKind::Posted));
    }
    let posts: Vec<String> = taken
        .iter()
        .filter_map(|event| event.payload().unwrap().post())
        .map(|post| post.message.clone())
        .collect();
    let all: Vec<String> = (0..110).map(|n| n.to_string()).collect();
    same(&posts, &all);
    let missed = taken.iter().find(|event| event.kind() == EventKind::Missed).unwrap();
    let Payload::Missed(missed) = missed.payload().unwrap() else { panic!() };
    assert!(missed.catching_up && missed.total() > 0 && missed.reason == MissedReason::Overflow);
}

#[test]
fn more_than_a_thousand_rows_are_paged() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder.capacity(50));
    server.post_as("bob", "town-square", "first");
    until(&events, EventKind::Posted);
    gap(&server, || {
        for n in 0..1500 {
            server.post_as("bob", "town-square", &n.to_string());
        }
    });
    let between = until(&events, EventKind::CaughtUp);
    let all: Vec<String> = (0..1500).map(|n| format!("+ {n}")).collect();
    same(&changes(&between, Origin::CaughtUp), &all);
    let Payload::CaughtUp(report) = between.last().unwrap().payload().unwrap() else { panic!() };
    assert!(report.complete && report.posts == 1500);
    assert!(report.not_recovered.iter().any(|named| named.what == NotRecovered::Changes));
}

#[test]
fn rest_that_fails_is_asked_again() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder);
    server.post_as("bob", "town-square", "first");
    until(&events, EventKind::Posted);
    gap(&server, || {
        server.post_as("bob", "town-square", "second");
        server.on("GET /users/me/teams").times(4).http(502, "<html>Bad Gateway</html>");
        server.on("GET /channels").times(3).close();
    });
    let between = until(&events, EventKind::CaughtUp);
    assert_eq!(changes(&between, Origin::CaughtUp), ["+ second"]);
}

#[test]
fn what_cannot_be_looked_up_is_named() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder);
    server.post_as("bob", "town-square", "first");
    until(&events, EventKind::Posted);
    gap(&server, || {
        server.post_as("bob", "town-square", "second");
        server.on("GET /channels").times(9).api_error(403, "api.context.permissions.app_error");
        server.post_as("bob", "off-topic", "third");
    });
    let between = until(&events, EventKind::CaughtUp);
    let Payload::CaughtUp(report) = between.last().unwrap().payload().unwrap() else { panic!() };
    assert!(!report.complete);
    let lost: Vec<_> =
        report.not_recovered.iter().filter(|named| named.what == NotRecovered::Posts).collect();
    assert_eq!(lost.len(), 2);
    assert_eq!(changes(&between, Origin::CaughtUp).len(), 0);
    server.post_as("bob", "town-square", "fourth");
    until(&events, EventKind::Posted);
}
