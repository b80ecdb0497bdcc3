//! What a stream does not hear while it is away.

use std::thread;
use std::time::Duration;

use mattermost::{ChannelId, Client, Event, Events, Origin, Payload, Post, PostDraft, PostPatch};

use super::world::{World, next};
use crate::outage::Proxy;

/// A post that people see, and what happened to it.
fn change(event: &Event, payload: &Payload) -> Option<(char, Post)> {
    let (sign, post) = match payload {
        Payload::Posted(posted) => ('+', &posted.post),
        Payload::PostEdited(edited) => ('~', &edited.post),
        Payload::PostDeleted(deleted) => ('-', &deleted.post),
        _ => return None,
    };
    assert_eq!(event.seq().is_none(), event.origin() == Origin::CaughtUp);
    (!post.is_system()).then(|| (sign, post.clone()))
}

/// The old link stays open at the server, which so refuses to go on with it.
pub(super) fn a_gap_is_filled(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("gap", &[&jane, &bob]);
    let joined = world.channel("joined", &[&jane]);
    let proxy = Proxy::before(&world.url);
    let behind = Client::builder(proxy.url()).login(&bob.name, &*bob.password).connect().unwrap();
    let events = Events::builder(&behind).open().unwrap();
    events.ping().unwrap();
    let posts = jane.client.posts();
    let say = |channel: &ChannelId, text: &str| posts.create(&PostDraft::new(channel, text)).unwrap();
    let edited = say(&channel.id, "before");
    let deleted = say(&channel.id, "to go");
    next(&events, "the last post before", |_, payload| (payload.post()?.id == deleted.id).then_some(()));

    thread::scope(|scope| {
        let away = scope.spawn(|| proxy.swallow(Duration::from_secs(3)));
        while proxy.links() > 0 {
            thread::yield_now();
        }
        let root = say(&channel.id, "one");
        posts.patch(&edited.id, &PostPatch::new().message("after")).unwrap();
        posts.reply(&root, "two").unwrap();
        posts.delete(&deleted.id).unwrap();
        posts.delete(&say(&channel.id, "never seen").id).unwrap();
        world.admin.channels().add_member(&joined.id, &bob.id).unwrap();
        say(&joined.id, "three");
        jane.client.dm(&bob.name, "psst").unwrap();
        away.join().unwrap();
    });

    let mut changes = Vec::new();
    let mut senders = Vec::new();
    let report = next(&events, "the end of the gap", |event, payload| {
        if let Some((sign, post)) = change(event, payload) {
            assert_eq!(event.origin(), Origin::CaughtUp, "{sign} {}", post.message);
            changes.push((post.channel_id, format!("{sign} {}", post.message)));
        }
        match payload {
            Payload::Posted(posted) if !posted.post.is_system() => senders.push(posted.sender().to_owned()),
            Payload::Missed(missed) => assert!(missed.catching_up),
            Payload::CaughtUp(report) => return Some(report.clone()),
            _ => {}
        }
        None
    });
    assert!(report.complete, "{report:?}");
    let (here, elsewhere): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(id, _)| *id == channel.id);
    let texts =
        |changes: Vec<(ChannelId, String)>| changes.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    assert_eq!(texts(here), ["+ one", "~ after", "+ two", "- "]);
    let mut elsewhere = texts(elsewhere);
    elsewhere.sort();
    assert_eq!(elsewhere, ["+ psst", "+ three"]);
    assert_eq!(senders, [&*jane.name; 4]);
    let last = say(&channel.id, "live again");
    let origin = next(&events, "a live post", |event, payload| {
        change(event, payload).map(|(_, post)| (post.id == last.id, event.origin()))
    });
    assert_eq!(origin, (true, Origin::Live));
}

/// The program ends, and another one goes on: first at once, then from a copy that the server has no queue for.
pub(super) fn a_later_program_goes_on(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("position", &[&jane, &bob]);
    let say = |text: &str| jane.client.posts().create(&PostDraft::new(&channel.id, text)).unwrap();
    let hear = |events: &Events| {
        next(events, "a post", |event, payload| change(event, payload).map(|(_, post)| post.message))
    };
    let events = bob.client.events().unwrap();
    events.ping().unwrap();
    say("one");
    assert_eq!(hear(&events), "one");
    let position = serde_json::to_string(&events.position()).unwrap();
    events.close(Duration::from_secs(2));
    say("two");
    let go_on = || {
        let position: mattermost::Position = serde_json::from_str(&position).unwrap();
        Events::builder(&bob.client).resume_from(position).open().unwrap()
    };
    let events = go_on();
    say("three");
    assert_eq!([hear(&events), hear(&events)], ["two", "three"]);
    // A second stream with the same position while the first one lives: the server gives the link to one.
    let beside = go_on();
    say("four");
    assert_eq!([hear(&beside), hear(&beside), hear(&beside)], ["two", "three", "four"]);
    assert_eq!(hear(&events), "four");
}
