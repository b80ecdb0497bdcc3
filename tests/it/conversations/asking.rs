//! Questions and replies.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use mattermost::testing::TestServer;
use mattermost::{ErrorKind, Events, Message, Overflow, PostDraft, Result};

use super::{PATIENCE, builder, heard, heard_in, lose, server};

/// `ask` posts a question and repeats the reply; everything else is written down.
fn bot(log: &Mutex<Vec<String>>, message: &Message) -> Result<()> {
    if message.text() != "ask" {
        log.lock().unwrap().push(message.text().to_owned());
        return Ok(());
    }
    let reply = message.ask("Well?", PATIENCE)?;
    let said =
        reply.map_or("nothing".to_owned(), |reply| format!("{} said {}", reply.sender(), reply.text()));
    message.reply(format!("{}: {said}", message.sender()))?;
    Ok(())
}

/// Runs the bot on the thread of its loop, with `test` beside it, and returns what it wrote down.
fn run(server: &TestServer, events: &Events, test: impl FnOnce()) -> Vec<String> {
    let log = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let guard = events.stopper().guard();
        let served = scope.spawn(|| events.messages().serve(|message| bot(&log, message)));
        test();
        server.post_as("zoe", "town-square", "last");
        let until = Instant::now() + PATIENCE;
        while log.lock().unwrap().last().is_none_or(|last| last != "last") {
            assert!(Instant::now() < until, "{log:?}");
            thread::sleep(Duration::from_millis(1));
        }
        drop(guard);
        served.join().unwrap().unwrap();
    });
    log.into_inner().unwrap()
}

#[test]
fn a_reply_leaves_the_loop_and_nothing_else_does() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let log = run(&server, &events, || {
        let root = server.post_as("bob", "town-square", "ask");
        assert_eq!(heard(&server, "Well?").root_id, root);
        // Another person, another place, the same place by another thread, the bot's own.
        server.reply_as("zoe", &root, "one");
        server.post_as("bob", "town-square", "two");
        server.post_as("bob", "off-topic", "three");
        let other = server.post_as("zoe", "town-square", "four");
        server.reply_as("bob", &other, "five");
        server.reply_as("bot", &root, "six");
        server.reply_as("bob", &root, "yes");
        heard(&server, "bob: bob said yes");
        server.reply_as("bob", &root, "seven");
    });
    assert_eq!(log, ["one", "two", "three", "four", "five", "seven", "last"]);
}

#[test]
fn a_reply_in_a_direct_channel_is_the_next_message() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let log = run(&server, &events, || {
        server.post_as("bob", "@bot", "ask");
        assert_eq!(heard_in(&server, "bot@bob", "Well?").root_id, "");
        server.post_as("zoe", "@bot", "one");
        server.post_as("bob", "@bot", "yes");
        heard_in(&server, "bot@bob", "bob said yes");
        // In a thread of the direct channel, the question is asked there.
        let root = server.post_as("bob", "@bot", "two");
        server.reply_as("bob", &root, "ask");
        let question = |post: &mattermost::testing::TestPost| post.message == "Well?" && post.root_id == root;
        server.wait_for_post("bot@bob", PATIENCE, question).unwrap();
        server.reply_as("bob", &root, "no");
        heard_in(&server, "bot@bob", "bob said no");
    });
    assert_eq!(log, ["one", "two", "last"]);
}

/// Cut and resumed, and lost and caught up.
#[test]
fn a_reply_is_found_behind_a_reconnect() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let log = run(&server, &events, || {
        let root = server.post_as("bob", "town-square", "ask");
        heard(&server, "Well?");
        server.cut_connections();
        server.reply_as("zoe", &root, "one");
        server.reply_as("bob", &root, "yes");
        heard(&server, "bob: bob said yes");
        let root = server.post_as("zoe", "off-topic", "ask");
        heard_in(&server, "off-topic", "Well?");
        lose(&server, || {
            server.reply_as("bob", &root, "two");
            server.reply_as("zoe", &root, "no");
            server.reply_as("zoe", &root, "three");
        });
        heard_in(&server, "off-topic", "zoe: zoe said no");
        // Neither found again by a later catch-up.
        lose(&server, || ());
        assert!(server.wait_for_connections(1, PATIENCE));
    });
    assert_eq!(log, ["one", "two", "three", "last"]);
}

/// What was said before the question is no reply to it, even if it arrives while the question is being posted.
#[test]
fn a_message_before_the_question_stays_in_the_loop() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let log = run(&server, &events, || {
        server.on("POST /posts").rate_limit(1);
        server.post_as("bob", "@bot", "ask");
        let until = Instant::now() + PATIENCE;
        while !server
            .requests()
            .iter()
            .any(|request| request.method == "POST" && request.path.ends_with("/posts"))
        {
            assert!(Instant::now() < until);
            thread::sleep(Duration::from_millis(1));
        }
        // In the second that the rate limit asks to wait.
        server.post_as("bob", "@bot", "one");
        server.post_as("zoe", "@bot", "other");
        server.post_as("bob", "@bot", "two");
        heard_in(&server, "bot@bob", "Well?");
        server.post_as("bob", "@bot", "yes");
        heard_in(&server, "bot@bob", "bob said yes");
    });
    let mut mine = log.clone();
    mine.retain(|text| text != "other");
    assert_eq!(mine, ["one", "two", "last"]);
    assert_eq!(log.len(), 4);
}

/// A queue that holds one event, with the only thread that takes from it in `ask`.
#[test]
fn a_question_can_be_repeated_until_it_is_answered() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let log = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let _guard = events.stopper().guard();
        scope.spawn(|| {
            events.messages().serve_on(3, |message| {
                let Some(("count", _)) = message.addressed_command("!") else {
                    log.lock().unwrap().push(message.text().to_owned());
                    return Ok(());
                };
                let count: Option<u32> = message.ask_until("How many?", PATIENCE, |reply| {
                    let count = reply.text().parse().ok();
                    if count.is_none() {
                        reply.reply("A number, please.").unwrap();
                    }
                    count
                })?;
                message.reply(format!("{count:?}, {} said", message.sender()))?;
                Ok(())
            })
        });
        let root = server.post_as("bob", "town-square", "@bot: !count");
        heard(&server, "How many?");
        // All at once: some arrive while the bot replies to the first. What follows the reply belongs to the loop, in order.
        for text in ["hmm", "let me see", "7"] {
            server.reply_as("bob", &root, text);
        }
        for (user, text) in [("zoe", "one"), ("bob", "two"), ("zoe", "three")] {
            server.reply_as(user, &root, text);
        }
        heard(&server, "Some(7), bob said");
        // In a direct channel, without a prefix; across a reconnect that is not resumed.
        server.post_as("bob", "@bot", "count");
        heard_in(&server, "bob@bot", "How many?");
        lose(&server, || {
            server.post_as("bob", "@bot", "many");
            server.post_as("bob", "@bot", "9");
        });
        heard_in(&server, "bob@bot", "Some(9)");
        // A failure of the question, and a loop that goes on.
        server.on("POST /posts").api_error(403, "api.context.permissions.app_error");
        server.post_as("zoe", "town-square", "!count");
        server.post_as("zoe", "town-square", "last");
        let until = Instant::now() + PATIENCE;
        while log.lock().unwrap().len() < 4 {
            assert!(Instant::now() < until, "{log:?}");
            thread::sleep(Duration::from_millis(1));
        }
    });
    let mut log = log.into_inner().unwrap();
    log.retain(|text| text != "last");
    assert_eq!(log, ["one", "two", "three"]);
    assert_eq!(
        server.posts("town-square").iter().filter(|post| post.message == "A number, please.").count(),
        2
    );
}

#[test]
fn a_full_queue_does_not_hide_the_reply() {
    for policy in [Overflow::DropNewest, Overflow::Block] {
        let server = server();
        let events = builder(&server).capacity(1).overflow(policy).open().unwrap();
        let mut log = run(&server, &events, || {
            let root = server.post_as("bob", "town-square", "ask");
            heard(&server, "Well?");
            for number in 0..20 {
                server.reply_as("zoe", &root, &format!("{number:02}"));
            }
            server.reply_as("bob", &root, "yes");
            heard(&server, "bob: bob said yes");
            // What found no room is caught up.
            let until = Instant::now() + PATIENCE;
            while events.stats().queued > 0 {
                assert!(Instant::now() < until);
                thread::sleep(Duration::from_millis(1));
            }
        });
        assert_eq!(log.pop().unwrap(), "last", "{policy:?}");
        log.sort();
        assert_eq!(log, (0..20).map(|number| format!("{number:02}")).collect::<Vec<_>>(), "{policy:?}");
    }
}

#[test]
fn a_wait_ends_by_timeout_stop_and_end() {
    let server = server();
    let client = server.client("bot").unwrap();
    let events = client.events().unwrap();
    let messages = |events: &Events| events.messages().next().unwrap().unwrap();
    let root = server.post_as("bob", "town-square", "hello");
    let message = messages(&events);
    assert!(message.ask("Well?", Duration::from_millis(1)).unwrap().is_none());
    assert!(message.next(Duration::ZERO).unwrap().is_none());
    // A late reply is an ordinary message.
    server.reply_as("bob", &root, "late");
    assert_eq!(messages(&events).text(), "late");
    // A question that cannot be posted is not waited for.
    server.on("POST /posts").api_error(403, "api.context.permissions.app_error");
    assert!(message.ask("Well?", PATIENCE).unwrap_err().is_forbidden());
    server.reply_as("bob", &root, "so what");
    assert_eq!(messages(&events).text(), "so what");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| message.ask("Well?", Duration::MAX));
        heard(&server, "Well?");
        events.stopper().stop();
        assert!(waiting.join().unwrap().unwrap_err().is_closed());
    });
    assert!(message.ask("Well?", PATIENCE).unwrap_err().is_closed());
    assert!(message.next(PATIENCE).unwrap_err().is_closed());
    assert!(message.ask_until("Well?", PATIENCE, |_| Some(())).unwrap_err().is_closed());

    // A stream that ends for good.
    let client = server.client_builder().token(server.token("zoe")).connect().unwrap();
    let events = client.events().unwrap();
    server.post_as("bob", "town-square", "hello");
    let message = messages(&events);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| message.next(Duration::MAX));
        while events
            .subscribe(mattermost::Filter::new(), 1)
            .poll(Duration::from_millis(20))
            .unwrap()
            .is_some()
        {}
        server.revoke("zoe");
        server.cut_connections();
        assert!(waiting.join().unwrap().unwrap_err().is_unauthorized());
    });
    assert!(message.next(PATIENCE).unwrap_err().is_unauthorized());
}

#[test]
fn without_a_message_and_without_a_stream() {
    let server = server();
    let client = server.client("bot").unwrap();
    let events = client.events().unwrap();
    let bob = client.users().get_by_username("bob").unwrap();
    let zoe = client.users().get_by_username("zoe").unwrap();
    // Two people at the same time, in direct channels, and nobody takes the events of the stream.
    let ask = |user: &mattermost::User| {
        let direct = client.channels().create_direct(&client.me().id, &user.id).unwrap();
        let reply = events.ask(&PostDraft::new(&direct, "Well?"), user, PATIENCE).unwrap();
        reply.unwrap().text().to_owned()
    };
    thread::scope(|scope| {
        let asked = [scope.spawn(|| ask(&bob)), scope.spawn(|| ask(&zoe))];
        for name in ["bob", "zoe"] {
            heard_in(&server, &format!("bot@{name}"), "Well?");
        }
        server.post_as("zoe", "@bot", "no");
        server.post_as("bob", "@bot", "yes");
        assert_eq!(asked.map(|asked| asked.join().unwrap()), ["yes", "no"]);
    });
    // In a channel, the reply is in the thread of the question.
    let town = client.channel("awesome-chat", "~town-square").unwrap();
    thread::scope(|scope| {
        let asked = scope.spawn(|| events.ask(&PostDraft::new(&town, "Bob?"), &bob, PATIENCE));
        let question = heard(&server, "Bob?");
        server.post_as("bob", "town-square", "not this");
        server.reply_as("bob", &question.id, "this");
        assert_eq!(asked.join().unwrap().unwrap().unwrap().text(), "this");
    });
    server.post_as("bob", "town-square", "hello");
    let event = events.iter().find(|event| event.name() == "posted").unwrap();
    let message = Message::from_event(&client, &event).unwrap();
    assert!(message.is_none(), "the bot's own question");
    let message = events.iter().find_map(|event| Message::from_event(&client, &event).unwrap()).unwrap();
    assert_eq!(message.ask("Well?", PATIENCE).unwrap_err().kind(), ErrorKind::Input);
    assert_eq!(message.next(PATIENCE).unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn several_people_are_asked_at_once_each_at_their_own_pace() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let id = |name: &str| server.user_id(name).parse::<mattermost::UserId>().unwrap();
    let users = ["bob", "zoe", "janedoe", "admin"].map(id);
    let answers = thread::scope(|scope| {
        let asked = scope.spawn(|| {
            events.ask_all(&users, |person| {
                assert_ne!(*person.user_id(), users[3], "on purpose");
                let number =
                    person.ask_until("A number?", PATIENCE, |reply| reply.text().parse::<u32>().ok())?;
                let timeout = if *person.user_id() == users[2] { Duration::ZERO } else { PATIENCE };
                let why = person.ask("Why?", timeout)?.map(|reply| reply.text().to_owned());
                assert_eq!(person.send("Thank you!")?.channel_id, *person.channel_id());
                Ok((number, why))
            })
        });
        for name in ["bob", "zoe", "janedoe"] {
            heard_in(&server, &format!("{name}@bot"), "A number?"); // all, before anybody replies
        }
        server.post_as("zoe", "@bot", "2");
        heard_in(&server, "zoe@bot", "Why?");
        server.post_as("zoe", "@bot", "two");
        heard_in(&server, "zoe@bot", "Thank you!"); // the others have not replied yet
        server.cut_connections();
        server.post_as("bob", "@bot", "one");
        server.post_as("janedoe", "@bot", "3");
        server.post_as("bob", "@bot", "1");
        heard_in(&server, "bob@bot", "Why?");
        server.post_as("bob", "@bot", "so");
        asked.join().unwrap()
    });
    let told = |answer: &Result<_>| answer.as_ref().map_err(ToString::to_string).cloned();
    assert_eq!(told(&answers[0]), Ok((Some(1), Some("so".to_owned()))));
    assert_eq!(told(&answers[1]), Ok((Some(2), Some("two".to_owned()))));
    assert_eq!(told(&answers[2]), Ok((Some(3), None)));
    let panicked = answers[3].as_ref().unwrap_err().to_string();
    assert!(panicked.contains("panicked") && panicked.contains("on purpose"), "{panicked}");
    events.stopper().stop();
    let after = events.ask_all(&users[..1], |person| person.ask("Still there?", PATIENCE));
    assert!(after[0].as_ref().unwrap_err().is_closed(), "{after:?}");
    assert!(events.ask_all::<&mattermost::UserId, ()>([], |_| panic!("nobody")).is_empty());
    // A user who does not exist is an error of this user only.
    let nobody: mattermost::UserId = "nnnnnnnnnnnnnnnnnnnnnnnnnn".parse().unwrap();
    let both = events.ask_all([&nobody, &users[0]], |person| Ok(person.channel_id().clone()));
    assert!(both[0].is_err() && both[1].is_ok(), "{both:?}");
}

#[test]
fn conversations_end_with_the_stream_and_share_a_user() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let id = |name: &str| server.user_id(name).parse::<mattermost::UserId>().unwrap();
    let text = |reply: &Result<Option<Message>>| {
        reply.as_ref().unwrap().as_ref().map(|reply| reply.text().to_owned())
    };
    // Two conversations with one user: each message is the reply of one of them.
    let mut replies = thread::scope(|scope| {
        let asked = scope.spawn(|| events.ask_all([id("bob"), id("bob")], |bob| bob.ask("Well?", PATIENCE)));
        let until = Instant::now() + PATIENCE;
        let questions = || server.posts("bob@bot").iter().filter(|post| post.message == "Well?").count();
        while questions() < 2 {
            assert!(Instant::now() < until);
            thread::sleep(Duration::from_millis(2));
        }
        server.post_as("bob", "@bot", "one");
        server.post_as("bob", "@bot", "two");
        asked.join().unwrap().iter().map(text).collect::<Vec<_>>()
    });
    replies.sort();
    assert_eq!(replies, [Some("one".to_owned()), Some("two".to_owned())]);
    // No time: the question is posted, and nobody is waited for. What is said next stays in the stream.
    let replies = events.ask_all([id("zoe")], |zoe| zoe.ask("Quick?", Duration::ZERO));
    assert_eq!(replies.iter().map(text).collect::<Vec<_>>(), [None]);
    server.post_as("zoe", "@bot", "too late");
    let heard = events.messages().find_map(|message| Some(message.ok()?.text().to_owned()));
    assert_eq!(heard.as_deref(), Some("too late"));
    // Stopped meanwhile, on the same thread that asks.
    let replies = events.ask_all([id("bob"), id("zoe")], |person| {
        if *person.user_id() == id("zoe") {
            heard_in(&server, "bob@bot", "Anybody?");
            events.stopper().stop();
        }
        person.ask("Anybody?", Duration::MAX)
    });
    assert!(
        replies.iter().all(|reply| reply.as_ref().is_err_and(mattermost::Error::is_closed)),
        "{replies:?}"
    );
    // A stream that ended for good says why.
    let client = server.client_builder().token(server.token("bot")).connect().unwrap();
    let events = client.events().unwrap();
    let replies = thread::scope(|scope| {
        let asked =
            scope.spawn(|| events.ask_all([id("bob"), id("zoe")], |user| user.ask("Now?", Duration::MAX)));
        heard_in(&server, "bob@bot", "Now?");
        heard_in(&server, "zoe@bot", "Now?");
        server.revoke("bot");
        server.cut_connections();
        asked.join().unwrap()
    });
    assert!(replies.iter().all(Result::is_err), "{replies:?}");
    assert!(events.ask_all([id("zoe")], |zoe| zoe.ask("Again?", PATIENCE))[0].is_err());
}
