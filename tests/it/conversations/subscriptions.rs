//! Copies of events, and waits for a single one.

use std::thread;
use std::time::Duration;

use mattermost::event::MissedReason;
use mattermost::{ErrorKind, Event, EventKind, Events, Filter, Payload, PostId};

use super::{PATIENCE, builder, heard, lose, server};

fn texts(events: &[Event]) -> Vec<String> {
    let post = |event: &Event| event.payload().unwrap().post().map(|post| post.message.clone());
    events.iter().filter_map(post).collect()
}

/// Everything up to the message `last`.
fn until_last(next: impl Fn() -> Event) -> Vec<Event> {
    let mut events = Vec::new();
    while texts(&events).last().is_none_or(|text| text != "last") {
        events.push(next());
    }
    events
}

#[test]
fn copies_do_not_take_anything_away() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let root = server.post_as("bob", "town-square", "zero");
    until_posted(&events);
    let filter = Filter::new().kinds([EventKind::Posted]).not_own();
    let all = events.subscribe(filter.clone(), 64);
    let thread = events.subscribe(filter.clone().thread(root.parse::<PostId>().unwrap()), 64);
    let bobs =
        events.subscribe(filter.user(server.user_id("bob").parse::<mattermost::UserId>().unwrap()), 64);
    server.post_as("bot", "town-square", "own");
    server.post_as("bob", "town-square", "one");
    server.reply_as("zoe", &root, "two");
    server.cut_connections();
    server.reply_as("bob", &root, "three");
    lose(&server, || {
        server.reply_as("zoe", &root, "four");
    });
    let wait = || events.recv_timeout(PATIENCE).unwrap();
    let mut taken = Vec::new();
    while texts(&taken).last().is_none_or(|text| text != "four") {
        taken.push(wait());
    }
    server.reply_as("bob", &root, "last");
    taken.extend(until_last(wait));
    assert_eq!(texts(&taken), ["own", "one", "two", "three", "four", "last"]);
    let copies =
        |subscription: &mattermost::Subscription| until_last(|| subscription.recv_timeout(PATIENCE).unwrap());
    let copied = copies(&all);
    assert_eq!(texts(&copied), ["one", "two", "three", "four", "last"]);
    assert_eq!(texts(&copies(&thread)), ["two", "three", "four", "last"]);
    assert_eq!(texts(&copies(&bobs)), ["one", "three", "last"]);
    // The notifications reach all of them.
    let notices = |events: &[Event]| {
        let names =
            events.iter().filter(|event| event.kind().is_notification()).map(|event| event.name().to_owned());
        names.collect::<Vec<_>>()
    };
    assert!(notices(&copied).contains(&"_caught_up".to_owned()), "{copied:?}");
    assert_eq!(notices(&copied), notices(&taken));
    // Dropped, it takes nothing any more.
    drop((all, bobs));
    server.reply_as("bob", &root, "last");
    assert_eq!(texts(&copies(&thread)), ["last"]);
}

fn until_posted(events: &Events) {
    while events.recv_timeout(PATIENCE).unwrap().kind() != EventKind::Posted {}
}

#[test]
fn a_full_subscription_counts_what_it_drops() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let few = events.subscribe(Filter::new().kinds([EventKind::Posted]), 4);
    for number in 0..10 {
        server.post_as("bob", "town-square", &format!("{number}"));
    }
    for _ in 0..10 {
        until_posted(&events);
    }
    let taken: Vec<Event> = (0..4).map(|_| few.recv_timeout(PATIENCE).unwrap()).collect();
    assert_eq!(texts(&taken), ["0", "1", "2", "3"]);
    let missed = few.recv_timeout(PATIENCE).unwrap();
    let Payload::Missed(missed) = missed.payload().unwrap() else { panic!("{missed:?}") };
    assert_eq!((missed.reason.clone(), missed.total()), (MissedReason::Overflow, 6));
    assert!(few.poll(Duration::ZERO).unwrap().is_none());
    server.post_as("bob", "town-square", "last");
    assert_eq!(texts(&[few.recv_timeout(PATIENCE).unwrap()]), ["last"]);
}

/// Nobody takes the events of the stream: its queue is full, and stays full.
#[test]
fn subscriptions_do_not_depend_on_who_takes_the_events() {
    let server = server();
    let events = builder(&server).capacity(2).open().unwrap();
    // From here on the server's clock is known, which `TestServer` sets ahead to tell posts apart.
    events.ping().unwrap();
    let posts = events.subscribe(Filter::new().kinds([EventKind::Posted]), 1000);
    for number in 0..50 {
        server.post_as("bob", "town-square", &format!("{number}"));
    }
    server.post_as("bob", "town-square", "last");
    let copies = until_last(|| posts.recv_timeout(PATIENCE).unwrap());
    assert_eq!(texts(&copies).len(), 51);
    // When they are taken after all, what was dropped is caught up; the copies are not copied again.
    let mut taken = texts(&until_last(|| events.recv_timeout(PATIENCE).unwrap()));
    taken.sort();
    let mut copied = texts(&copies);
    copied.sort();
    assert_eq!(taken, copied);
    server.post_as("bob", "town-square", "last");
    assert_eq!(texts(&until_last(|| posts.recv_timeout(PATIENCE).unwrap())), ["last"]);
}

#[test]
fn waiting_for_one_event() {
    let server = server();
    let client = server.client("bot").unwrap();
    let bob = server.client("bob").unwrap();
    let events =
        Events::builder(&client).kinds([EventKind::Posted, EventKind::ReactionAdded]).open().unwrap();
    let post: PostId = server.post_as("bob", "town-square", "hello").parse().unwrap();
    let votes = Filter::new().kinds([EventKind::ReactionAdded]).post(&post).not_own();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| events.wait_for(votes.clone(), PATIENCE));
        let vote = || bob.reactions().create(&post, "one").unwrap();
        client.reactions().create(&post, "one").unwrap();
        while !waiting.is_finished() {
            vote();
            bob.reactions().delete(&post, "one").unwrap();
        }
        let event = waiting.join().unwrap().unwrap().unwrap();
        assert!(
            matches!(event.payload().unwrap(), Payload::ReactionAdded(added) if added.reaction.user_id == bob.me().id)
        );
    });
    // The stream has them, too.
    assert!(events.iter().any(|event| event.kind() == EventKind::ReactionAdded));
    assert!(events.wait_for(votes, Duration::ZERO).unwrap().is_none());
    let never = events.wait_for(Filter::new().kinds([EventKind::Typing]), PATIENCE);
    assert_eq!(never.unwrap_err().kind(), ErrorKind::Input);
    thread::scope(|scope| {
        let connected = Filter::new().kinds([EventKind::Connected]);
        let waiting = scope.spawn(|| events.wait_for(connected, PATIENCE));
        while !waiting.is_finished() {
            server.cut_connections();
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(waiting.join().unwrap().unwrap().unwrap().name(), "_connected");
    });
}

#[test]
fn the_end_reaches_everybody() {
    let server = server();
    let client = server.client_builder().token(server.token("bot")).connect().unwrap();
    let events = client.events().unwrap();
    let copies = events.subscribe(Filter::new().kinds([EventKind::Typing]), 1);
    thread::scope(|scope| {
        let waiting =
            scope.spawn(|| events.wait_for(Filter::new().kinds([EventKind::Typing]), Duration::MAX));
        let counted = scope.spawn(|| copies.iter().filter(|event| event.payload().is_err()).count());
        server.revoke("bot");
        server.cut_connections();
        assert!(waiting.join().unwrap().unwrap_err().is_unauthorized());
        assert_eq!(counted.join().unwrap(), 1);
    });
    assert!(events.wait_for(Filter::new(), Duration::MAX).unwrap_err().is_unauthorized());
    assert!(copies.poll(Duration::ZERO).unwrap_err().is_unauthorized());
    let late = events.subscribe(Filter::new(), 1);
    assert!(late.poll(Duration::ZERO).unwrap_err().is_unauthorized());

    // A stop is no error.
    let server = self::server();
    let events = builder(&server).open().unwrap();
    let copies = events.subscribe(Filter::new(), 1);
    thread::scope(|scope| {
        let waiting =
            scope.spawn(|| events.wait_for(Filter::new().kinds([EventKind::Typing]), Duration::MAX));
        let counted = scope.spawn(|| copies.iter().filter(|event| event.payload().is_err()).count());
        events.stopper().stop();
        assert!(waiting.join().unwrap().unwrap().is_none());
        assert_eq!(counted.join().unwrap(), 0);
    });
    assert!(events.wait_for(Filter::new(), Duration::MAX).unwrap().is_none());
    assert!(copies.poll(Duration::ZERO).unwrap().is_none());
    assert!(events.subscribe(Filter::new(), 1).iter().next().is_none());
    server.post_as("bot", "town-square", "still there");
    heard(&server, "still there");
}
