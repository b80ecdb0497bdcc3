//! A server that stands still: its connections live, and nothing moves.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use mattermost::{Channel, ConnectionState, Events, Method, Payload, Post, PostDraft};
use serde_json::json;

use super::{Heard, command, history, rooms};
use crate::live::world::{Account, World};

/// A request that stands in the server's queue, and is not sent again.
fn post_once((poster, channel): &(Account, Channel), text: &str) -> mattermost::Result<Post> {
    let body = json!({ "channel_id": channel.id, "message": text });
    let client = poster.client.with_timeout(Duration::from_secs(240));
    client.call(Method::Post, "/posts", &[]).json(&body).fetch()
}

/// `stop` makes the server stand still; `go` waits, makes it go on, and tells how it went. What was posted before,
/// meanwhile and afterwards must come.
fn run(world: &World, stop: impl FnOnce(), go: impl FnOnce(&Events, &mut Heard) -> String) {
    let listener = world.account("listener");
    let rooms = rooms(world, &listener, 5);
    let say = |text: &str| {
        for (poster, channel) in &rooms {
            poster.client.posts().create(&PostDraft::new(channel, text)).unwrap();
        }
    };
    let events = listener.client.events().unwrap();
    let mut heard = Heard::default();
    say("before");
    heard.complete(&events, rooms.len());
    let (told, answered) = thread::scope(|scope| {
        stop();
        let posts: Vec<_> =
            rooms.iter().map(|room| scope.spawn(|| post_once(room, "meanwhile").is_ok())).collect();
        let told = go(&events, &mut heard);
        (told, posts.into_iter().map(|post| post.join().unwrap()).filter(|made| *made).count())
    });
    say("afterwards");
    let made =
        rooms.iter().map(|(poster, channel)| (channel.id.clone(), history(&poster.client, &channel.id)));
    let made: HashMap<_, Vec<Post>> = made.collect();
    heard.complete(&events, made.values().map(Vec::len).sum());
    let verdict = heard.verdict(&made);
    let stats = events.stats();
    println!(
        "stall at {}: {told}; {answered} of 5 requests sent meanwhile were answered",
        events.ping().unwrap().version
    );
    println!(
        "  {} dials, {} links, resumed {}, missed {:?}",
        stats.connect_attempts, stats.connections, stats.resumed, heard.missed
    );
    println!("  {verdict}");
    verdict.check();
    assert!(verdict.made >= 2 * rooms.len() + answered, "{verdict}");
}

/// A short one: nobody notices, and nothing is lost.
#[test]
fn a_short_stall_is_waited_out_at_a_test_server() {
    let world = World::test_server();
    let server = world.server.as_ref().unwrap();
    run(
        &world,
        || server.stall(Duration::from_secs(1)),
        |events, heard| {
            heard.complete(events, 10);
            assert_eq!(events.stats().connections, 1);
            "waited out".into()
        },
    );
}

#[test]
fn a_stalled_process_is_noticed_at_a_real_server() {
    let (Some(world), Some(signal)) = (World::real_server(), command("MATTERMOST_STALL")) else {
        println!("not run: MATTERMOST_STALL or the real server's variables are unset");
        return;
    };
    run(
        &world,
        || signal("STOP"),
        |events, heard| {
            let began = Instant::now();
            let limit = Duration::from_secs(65);
            let reason = loop {
                let left = limit.saturating_sub(began.elapsed());
                let Ok(event) = events.recv_timeout(left) else {
                    signal("CONT");
                    panic!("not noticed in {limit:?}");
                };
                heard.take(&event);
                if let Ok(Payload::Disconnected(lost)) = event.payload() {
                    break format!("{} ({})", lost.reason, lost.detail);
                }
            };
            let noticed = began.elapsed();
            // Some dials meet a server that accepts and says nothing.
            while events.stats().connect_attempts < 2 && began.elapsed() < 2 * limit {
                thread::sleep(Duration::from_millis(50));
            }
            signal("CONT");
            let went_on = Instant::now();
            while !matches!(events.state(), ConnectionState::Connected { .. })
                && went_on.elapsed() < super::PATIENCE
            {
                thread::sleep(Duration::from_millis(10));
            }
            format!(
                "noticed after {:.1} s: {reason}; connected {:.1} s after it went on",
                noticed.as_secs_f64(),
                went_on.elapsed().as_secs_f64()
            )
        },
    );
}
