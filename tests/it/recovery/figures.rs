//! Promises with a number: each prints what it measured.

use std::time::{Duration, Instant};

use mattermost::event::MissedReason;
use mattermost::testing::TestServer;
use mattermost::{CatchUp, EventKind, Events, Message, Payload};
use serde_json::json;

use super::{PATIENCE, client, stream, until};

#[test]
fn an_event_of_five_megabytes_between_two_small_ones() {
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder);
    server.post_as("bob", "town-square", "before");
    server.emit("custom_large", json!({"text": "x".repeat(5 << 20)}), &json!({}));
    server.post_as("bob", "town-square", "after");
    let (mut texts, mut unreadable) = (Vec::new(), 0);
    while texts.last().map(String::as_str) != Some("after") {
        let event = events.recv_timeout(PATIENCE).unwrap();
        match event.payload().unwrap() {
            Payload::Posted(posted) => texts.push(posted.post.message.clone()),
            Payload::Missed(missed) => {
                assert_eq!(missed.reason, MissedReason::Unreadable);
                unreadable += 1;
            }
            _ => {}
        }
    }
    let dials = events.stats().connect_attempts;
    println!("5 MiB between two small ones: {texts:?}, Missed {{ Unreadable }} {unreadable}, dials {dials}");
    assert_eq!((&texts[..], unreadable), (&["before".to_owned(), "after".to_owned()][..], 1));
    assert!(dials <= 3, "{dials}");
}

/// A bot with the defaults of the library, after a night without a network.
#[test]
fn last_nights_commands_are_not_carried_out() {
    let server = TestServer::start().unwrap();
    let bot = client(&server);
    let events = bot.events().unwrap();
    events.ping().unwrap();
    server.post_as("bob", "town-square", "!deploy 0");
    let (mut carried_out, mut told) = (Vec::new(), Vec::new());
    let mut take = |last: &str| loop {
        let event = events.recv_timeout(PATIENCE).unwrap();
        if let Payload::Missed(_) | Payload::CaughtUp(_) = event.payload().unwrap() {
            told.push(format!("{} {}", event.name(), event.data()));
        }
        let Some(message) = Message::from_event(&bot, &event).unwrap() else { continue };
        let Some(("deploy", number)) = message.command("!") else { continue };
        carried_out.push(number.to_owned());
        if number == last {
            return;
        }
    };
    take("0");
    server.down();
    server.forget_queues();
    let began = server.now();
    for n in 1..=200 {
        server.post_as("bob", "town-square", &format!("!deploy {n}"));
        server.advance(Duration::from_secs(180));
    }
    let hours = (server.now() - began) / 3_600_000;
    server.up();
    assert!(server.wait_for_connections(1, PATIENCE));
    server.post_as("bob", "town-square", "!deploy 201");
    take("201");
    let of_the_night = carried_out.len() - 2;
    println!("{hours} hours, 200 commands, carried out {of_the_night}; the stream says: {told:?}");
    assert_eq!(carried_out, ["0", "201"]);
    assert!(hours == 10 && told.len() == 1 && told[0].contains("\"beyond_horizon\":true"), "{told:?}");
}

/// A program that takes one event where two come.
fn half_speed(events: &Events, server: &TestServer, sent: u64) -> (u64, u64, u64) {
    const STEP: u64 = 64;
    let (mut delivered, mut counted, mut notices) = (0, 0, 0);
    std::thread::scope(|scope| {
        let flooding = scope.spawn(|| server.flood(usize::try_from(sent).unwrap()));
        let (mut taken, until) = (0, Instant::now() + Duration::from_secs(300));
        while delivered + counted < sent && Instant::now() < until {
            while events.stats().received < 2 * (taken + STEP) && !flooding.is_finished() {
                std::thread::yield_now();
            }
            for _ in 0..STEP {
                let Ok(event) = events.recv_timeout(Duration::from_secs(2)) else { break };
                taken += 1;
                match event.payload().unwrap() {
                    Payload::Missed(missed) => {
                        notices += 1;
                        counted += missed.total();
                    }
                    Payload::CaughtUp(report) => counted += report.dropped.values().sum::<u64>(),
                    _ => delivered += u64::from(event.name() == "flood"),
                }
                if delivered + counted >= sent {
                    break;
                }
            }
        }
        assert_eq!(flooding.join().unwrap() as u64, sent);
    });
    (delivered, counted, notices)
}

#[test]
fn half_the_speed_gets_nearly_half_of_the_events() {
    let sent: u64 = 200_000;
    let server = TestServer::start().unwrap();
    let events = stream(&server, |builder| builder.catch_up(CatchUp::off()));
    while events.poll(Duration::from_millis(100)).unwrap().is_some() {}
    let (delivered, counted, notices) = half_speed(&events, &server, sent);
    println!(
        "{sent} events at half the speed: delivered {delivered} ({} %), counted in {notices} notices {counted}",
        delivered * 100 / sent
    );
    assert_eq!(delivered + counted, sent, "and nothing follows the last");
    assert!(delivered * 100 >= sent * 45 && notices * 1000 < sent, "{delivered} {notices}");
    let stats = events.stats();
    assert_eq!(stats.dropped, counted);
    assert!(stats.connections == 1, "{stats:?}");
    server.post_as("bob", "town-square", "on");
    until(&events, EventKind::Posted);
}
