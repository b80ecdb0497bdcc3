//! Identities are equal wherever and however an event is received.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use mattermost::{Event, EventKind, Events, Origin, PostDraft, PostPatch};

use super::world::{World, next};

/// The identities of a stream up to the post with the text `the end`, without that one.
fn identities(events: &Events) -> BTreeMap<String, (EventKind, Origin)> {
    let mut found = BTreeMap::new();
    next(events, "the end", |event, payload| {
        let post = payload.post();
        if post.is_some_and(|post| post.message == "the end") {
            return Some(());
        }
        let restored = Event::from_json(&event.to_json()).unwrap();
        assert_eq!((restored.identity(), restored.origin()), (event.identity(), event.origin()));
        assert_eq!((restored.seq(), restored.connection_id()), (event.seq(), event.connection_id()));
        assert_eq!(event.connection_id().is_some(), event.seq().is_some());
        if post.is_some_and(|post| post.is_system()) {
            return None;
        }
        let place = (event.kind(), event.origin());
        for identity in event.identity().into_iter().chain(event.edit_identity()) {
            assert!(found.insert(identity.clone(), place).is_none(), "received twice: {identity}");
        }
        None
    });
    found
}

pub(super) fn identities_are_equal_on_every_stream(world: &World) {
    let (jane, bob) = (world.account("jane"), world.account("bob"));
    let channel = world.channel("identity", &[&jane, &bob]);
    // A pin directly after an edit cannot be distinguished from it.
    let pause_for = |time: Duration| match &world.server {
        Some(server) => server.advance(time),
        None => thread::sleep(time),
    };
    let pause = || pause_for(Duration::from_millis(20));
    let posts = jane.client.posts();
    let say = |text: &str| posts.create(&PostDraft::new(&channel, text)).unwrap();
    let edit = |post: &mattermost::Post, text: &str| {
        pause();
        posts.patch(&post.id, &PostPatch::new().message(text)).unwrap();
        pause();
    };
    let before = say("before");
    // A stream learns its beginning from its first ping, less the time until the reply, which a busy server takes long for.
    pause_for(Duration::from_secs(2));
    let streams = [&bob, &bob, &jane].map(|account| account.client.events().unwrap());
    for events in &streams {
        events.ping().unwrap();
    }
    let mut position = streams[0].position();

    let (edited, deleted) = (say("one"), say("two"));
    edit(&edited, "one, edited");
    posts.pin(&edited.id).unwrap();
    pause();
    posts.unpin(&edited.id).unwrap();
    let reactions = jane.client.reactions();
    reactions.create(&edited.id, "thumbsup").unwrap();
    reactions.delete(&edited.id, "thumbsup").unwrap();
    reactions.create(&edited.id, "thumbsup").unwrap();
    posts.delete(&deleted.id).unwrap();
    edit(&before, "before, edited");
    edit(&edited, "one, edited again");
    posts.reply(&edited, "and a reply").unwrap();
    say("the end");

    let of = |events: &Events, without: Option<Origin>| {
        let found = identities(events);
        assert!(found.values().all(|(_, origin)| Some(*origin) != without), "{found:#?}");
        found.into_iter().map(|(identity, (kind, _))| (identity, kind)).collect::<BTreeMap<_, _>>()
    };
    let live = of(&streams[0], Some(Origin::CaughtUp));
    let count = |kind: EventKind| live.values().filter(|of| **of == kind).count();
    assert_eq!(count(EventKind::Posted), 3, "{live:#?}");
    assert_eq!(count(EventKind::PostEdited), 3 + 2, "{live:#?}");
    assert_eq!(live.keys().filter(|identity| identity.starts_with("post_updated:")).count(), 2, "{live:#?}");
    assert_eq!(count(EventKind::PostDeleted), 1, "{live:#?}");
    assert_eq!((count(EventKind::ReactionAdded), count(EventKind::ReactionRemoved)), (2, 1), "{live:#?}");
    assert_eq!(of(&streams[1], Some(Origin::CaughtUp)), live);
    assert_eq!(of(&streams[2], Some(Origin::CaughtUp)), live);
    drop(streams);

    // A program that starts later, without the connection, and finds what is left.
    position.connection_id = None;
    let late = Events::builder(&bob.client).resume_from(position).open().unwrap();
    let caught_up = of(&late, Some(Origin::Live));
    assert!(caught_up.keys().all(|identity| live.contains_key(identity)), "{caught_up:#?} {live:#?}");
    // The posts that still exist, and the last edit of each post.
    let last_edits = [&edited, &before].map(|post| {
        let prefix = format!("post_edited:{}:", post.id);
        live.keys().filter(|identity| identity.starts_with(&prefix)).max().unwrap()
    });
    assert!(last_edits.iter().all(|identity| caught_up.contains_key(*identity)), "{caught_up:#?}");
    assert!(caught_up.contains_key(&format!("posted:{}", edited.id)), "{caught_up:#?}");
    assert_eq!(caught_up.len(), 2 + 2, "{caught_up:#?}");
}
