//! The stream as a program uses it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::crossbeam_channel::{after, bounded, select};
use mattermost::testing::TestServer;
use mattermost::{ConnectionState, ErrorKind, EventKind, Events, Payload, PostDraft};

const PATIENCE: Duration = Duration::from_secs(10);

/// The texts of the next posts.
fn texts(events: &Events, count: usize) -> Vec<String> {
    let mut seen = Vec::new();
    while seen.len() < count {
        let event = events.recv_timeout(PATIENCE).unwrap();
        if let Payload::Posted(posted) = event.payload().unwrap() {
            seen.push(posted.post.message.clone());
        }
    }
    seen
}

#[test]
fn messages_are_posts_of_other_people() {
    let server = TestServer::start().unwrap();
    server.add_bot("robot");
    let (jane, bob) = (server.client("janedoe").unwrap(), server.client("bob").unwrap());
    let events = bob.events().unwrap();
    let with_bots = bob.events().unwrap();
    let town = jane.channel("awesome-chat", "~town-square").unwrap();
    bob.posts().create(&PostDraft::new(&town.id, "my own")).unwrap();
    server.post_as("robot", "town-square", "beep");
    let first = jane.posts().create(&PostDraft::new(&town.id, "!take the bus")).unwrap();
    jane.posts().reply(&first, "in the thread").unwrap();

    let mut messages = events.messages();
    let message = messages.next().unwrap().unwrap();
    assert_eq!((message.text(), message.sender()), ("!take the bus", "janedoe"));
    assert_eq!(message.command("!"), Some(("take", "the bus")));
    assert_eq!(message.channel_name, "town-square");
    // Where it was said: in the channel. A reply begins a thread, and an answer in a thread stays there.
    assert!(message.answer("answered").unwrap().root_id.is_empty());
    assert_eq!(message.reply("replied").unwrap().root_id, first.id);
    let message = messages.next().unwrap().unwrap();
    assert_eq!(message.text(), "in the thread");
    assert_eq!(message.answer("there").unwrap().root_id, first.id);
    // It can go to another thread.
    let text = thread::spawn(move || message.text().to_owned()).join().unwrap();
    assert_eq!(text, "in the thread");

    let mut all = with_bots.messages().with_bots().with_own();
    let mut next = || all.next().unwrap().unwrap().text().to_owned();
    assert_eq!([next(), next(), next()], ["my own", "beep", "!take the bus"]);
    events.stopper().stop();
    assert!(messages.next().is_none());
}

#[test]
fn filters_leave_the_rest_out() {
    let server = TestServer::start().unwrap();
    let (jane, bob) = (server.client("janedoe").unwrap(), server.client("bob").unwrap());
    let town = jane.channel("awesome-chat", "~town-square").unwrap();
    let other = jane.channel("awesome-chat", "~off-topic").unwrap();
    let here = Events::builder(&bob).channels([&town]).open().unwrap();
    let edits = Events::builder(&bob).kinds([EventKind::PostEdited]).open().unwrap();
    jane.posts().create(&PostDraft::new(&other.id, "elsewhere")).unwrap();
    let post = jane.posts().create(&PostDraft::new(&town.id, "here")).unwrap();
    server.edit_post(post.id.as_str(), "changed");
    assert_eq!(texts(&here, 1), ["here"]);
    let kinds = |events: &Events, count: usize| -> Vec<EventKind> {
        (0..count).map(|_| events.recv_timeout(PATIENCE).unwrap().kind()).collect()
    };
    // Notices pass every filter; hello does not.
    assert_eq!(kinds(&edits, 2), [EventKind::Connected, EventKind::PostEdited]);
    assert!(edits.poll(Duration::from_millis(1)).unwrap().is_none());
    assert_eq!(edits.recv_timeout(Duration::from_millis(1)).unwrap_err().kind(), ErrorKind::Timeout);
    assert!(edits.stats().filtered >= 3);
}

#[test]
fn streams_share_nothing_and_receivers_share_all() {
    let server = TestServer::start().unwrap();
    let (jane, bob) = (server.client("janedoe").unwrap(), server.client("bob").unwrap());
    let (one, two) = (bob.events().unwrap(), bob.events().unwrap());
    let town = jane.channel("awesome-chat", "~town-square").unwrap();
    for number in 0..10 {
        jane.posts().create(&PostDraft::new(&town.id, number.to_string())).unwrap();
    }
    let all: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    assert_eq!(texts(&one, 10), all);
    // Two loops over the same receiver get all of it between them, whoever is faster.
    let taken = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            let (clone, taken) = (two.receiver().clone(), &taken);
            scope.spawn(move || {
                for event in &clone {
                    taken.fetch_add(usize::from(event.kind() == EventKind::Posted), Ordering::SeqCst);
                }
            });
        }
        let until = Instant::now() + PATIENCE;
        while taken.load(Ordering::SeqCst) < 10 && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        two.close(PATIENCE);
    });
    assert_eq!(taken.into_inner(), 10);
    // A temporary `Events` closes its channel.
    let receiver = bob.events().unwrap().receiver().clone();
    assert!(receiver.iter().all(|event| event.kind() != EventKind::Posted));
}

#[test]
fn select_stopper_and_a_closed_client() {
    let server = TestServer::start().unwrap();
    let bob = server.client("bob").unwrap();
    let events = bob.events().unwrap();
    assert!(matches!(events.state(), ConnectionState::Connected { .. }));
    // Closing the client does not touch the stream.
    bob.close();
    let pong = events.ping().unwrap();
    assert!(pong.server_time.as_millis() > 0 && pong.version.starts_with("11.6.0"), "{pong:?}");
    let (stopper, (quit, quits)) = (events.stopper(), bounded::<()>(0));
    let stopping = thread::spawn(move || {
        quits.recv().unwrap_err();
        stopper.stop();
        stopper.stop();
        stopper.is_stopped()
    });
    let mut quit = Some(quit);
    let over = after(PATIENCE);
    loop {
        select! {
            recv(events.receiver()) -> event => match event {
                Ok(event) if event.kind() == EventKind::Hello => drop(quit.take()),
                Ok(_) => {}
                Err(_) => break,
            },
            recv(over) -> _ => panic!("the stopper did not end the loop"),
        }
    }
    assert!(stopping.join().unwrap());
    assert_eq!(events.state(), ConnectionState::Ended);
    let report = events.close(PATIENCE);
    assert!(report.goodbye && report.detached.is_empty() && report.unread == 0, "{report:?}");
    assert_eq!(events.ping().unwrap_err().kind(), ErrorKind::Closed);
    // Twice is once.
    assert!(events.close(Duration::ZERO).detached.is_empty());
}

#[test]
fn the_next_run_goes_on_where_this_one_stopped() {
    let server = TestServer::start().unwrap();
    let (jane, bob) = (server.client("janedoe").unwrap(), server.client("bob").unwrap());
    let town = jane.channel("awesome-chat", "~town-square").unwrap();
    let post = |text: &str| drop(jane.posts().create(&PostDraft::new(&town.id, text)).unwrap());
    let events = bob.events().unwrap();
    for text in ["one", "two", "three"] {
        post(text);
    }
    assert_eq!(texts(&events, 2), ["one", "two"]);
    let saved = serde_json::to_string(&events.position()).unwrap();
    assert!(!saved.contains(&server.token("bob")));
    drop(events);
    post("four");
    let again = || {
        Events::builder(&bob)
            .resume_from(serde_json::from_str::<mattermost::Position>(&saved).unwrap())
            .open()
            .unwrap()
    };
    assert_eq!(texts(&again(), 2), ["three", "four"]);
}

/// What a program may move and share between threads.
#[test]
fn handles_travel() {
    fn travels<T: Send + Sync + 'static>() {}
    travels::<Events>();
    travels::<mattermost::Stopper>();
    travels::<mattermost::Message>();
    travels::<mattermost::Position>();
    fn copies<T: Clone>() {}
    copies::<mattermost::Stopper>();
    copies::<mattermost::Message>();
}
