//! Loops that outlive their handlers.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::testing::TestServer;
use mattermost::{ErrorKind, Events, Mattermost, Payload, UserId};

use super::{PATIENCE, builder, heard, heard_in, server};

fn wait(what: &str, until: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !until() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn errors_and_panics_cost_one_message() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let errors = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let guard = events.stopper().guard();
        let served = scope.spawn(|| {
            let report = |message: &mattermost::Message, error: &mattermost::Error| {
                errors.lock().unwrap().push((message.text().to_owned(), error.kind()));
                assert_ne!(message.text(), "worse");
            };
            events.messages().on_error(report).serve(|message| {
                assert_ne!(message.text(), "panic");
                let text = if message.text().contains("wors") { "" } else { message.text() };
                message.answer(text).map(drop)
            })
        });
        for text in ["one", "worst", "panic", "worse", "two"] {
            server.post_as("bob", "town-square", text);
        }
        heard(&server, "two");
        drop(guard);
        served.join().unwrap().unwrap();
    });
    let said: Vec<_> = server.posts("town-square").into_iter().filter(|post| post.user == "bot").collect();
    assert_eq!(said.iter().map(|post| post.message.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    let worst = |text: &str| (text.to_owned(), ErrorKind::Input);
    assert_eq!(errors.into_inner().unwrap(), [worst("worst"), worst("worse")]);
}

#[test]
fn the_end_for_good_is_the_error_of_the_loop() {
    for threads in [0, 2] {
        let server = server();
        let events = server.client_builder().token(server.token("bot")).connect().unwrap().events().unwrap();
        let handled = AtomicU64::new(0);
        thread::scope(|scope| {
            let _stop = events.stopper().guard();
            let served = scope.spawn(|| {
                let count = |_: &mattermost::Message| {
                    handled.fetch_add(1, Ordering::Relaxed);
                    Ok(())
                };
                if threads == 0 {
                    events.messages().serve(count)
                } else {
                    events.messages().serve_on(threads, count)
                }
            });
            server.post_as("bob", "town-square", "one");
            wait("one", || handled.load(Ordering::Relaxed) == 1);
            server.revoke("bot");
            server.cut_connections();
            assert!(served.join().unwrap().unwrap_err().is_unauthorized());
        });
    }
}

#[test]
fn bad_thread_counts_are_refused_and_a_stopped_stream_is_no_error() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let refused = events.messages().serve_on(0, |_| Ok(()));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Input);
    events.stopper().stop();
    events.messages().serve(|_| Ok(())).unwrap();
    events.messages().serve_on(3, |_| Ok(())).unwrap();
}

#[test]
fn places_run_side_by_side_and_each_in_order() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let (order, busy) = (Mutex::new(Vec::new()), Mutex::new(HashSet::new()));
    let (open, opened) = crossbeam_channel::bounded::<()>(0);
    let handle = |message: &mattermost::Message| {
        let place = message.post.thread_id().clone();
        assert!(busy.lock().unwrap().insert(place.clone()), "two at once in a place");
        order.lock().unwrap().push(message.text().to_owned());
        if message.text() == "hold" {
            let _ = opened.recv();
        }
        busy.lock().unwrap().remove(&place);
        Ok(())
    };
    thread::scope(|scope| {
        let guard = events.stopper().guard();
        let served = scope.spawn(|| events.messages().serve_on(2, handle));
        let held = server.post_as("bob", "town-square", "hold");
        wait("hold", || !order.lock().unwrap().is_empty());
        for number in 0..10 {
            server.reply_as("zoe", &held, &format!("behind {number}"));
        }
        let other = server.post_as("bob", "off-topic", "beside 0");
        for number in 1..10 {
            server.reply_as("zoe", &other, &format!("beside {number}"));
        }
        wait("the others", || order.lock().unwrap().len() == 11);
        drop(open);
        wait("the rest", || order.lock().unwrap().len() == 21);
        drop(guard);
        served.join().unwrap().unwrap();
    });
    let texts = |what: &str| (0..10).map(|number| format!("{what} {number}")).collect::<Vec<_>>();
    let expected = [vec!["hold".to_owned()], texts("beside"), texts("behind")].concat();
    assert_eq!(order.into_inner().unwrap(), expected);
}

/// The server takes requests and answers none: the handler ends with the time that it was given.
#[test]
fn a_stop_ends_handlers_in_time() {
    for threads in [0, 2] {
        let server = server();
        let events = builder(&server).open().unwrap();
        let failed = Mutex::new(None);
        server.on("POST /posts").times(9).silence();
        thread::scope(|scope| {
            let guard = events.stopper().guard();
            let served = scope.spawn(|| {
                let messages = events.messages().finish_within(Duration::from_millis(50));
                let messages = messages.on_error(|_, error| *failed.lock().unwrap() = Some(error.kind()));
                let answer = |message: &mattermost::Message| message.answer("never").map(drop);
                if threads == 0 { messages.serve(answer) } else { messages.serve_on(threads, answer) }
            });
            server.post_as("bob", "town-square", "one");
            wait("the request", || server.requests().iter().any(|request| request.path.ends_with("/posts")));
            let stopped = Instant::now();
            drop(guard);
            served.join().unwrap().unwrap();
            assert!(stopped.elapsed() < Duration::from_secs(5));
        });
        assert_eq!(failed.into_inner().unwrap(), Some(ErrorKind::Closed));
        // The client of the program is not touched.
        server.heal();
        server.post_as("bob", "town-square", "two");
    }
}

/// Stopped in the middle of its messages, and started again where it stood.
#[test]
fn a_position_lies_before_what_is_not_handled() {
    let server = server();
    let handled = Mutex::new(Vec::new());
    let mut position = None;
    for round in 0..3 {
        let events = builder(&server).resume_from(position.take()).open().unwrap();
        if round == 0 {
            for number in 0..100 {
                server.post_as("bob", "town-square", &format!("{number}"));
            }
        }
        thread::scope(|scope| {
            let guard = events.stopper().guard();
            let before = handled.lock().unwrap().len();
            let goal = if round == 2 { 100 } else { before + 30 };
            let served = scope.spawn(|| {
                events.messages().serve_on(3, |message| {
                    handled.lock().unwrap().push(message.text().parse::<u64>().unwrap());
                    thread::sleep(Duration::from_millis(1));
                    Ok(())
                })
            });
            wait("a third", || handled.lock().unwrap().len() >= goal);
            drop(guard);
            served.join().unwrap().unwrap();
        });
        position = Some(events.position());
    }
    let mut handled = handled.into_inner().unwrap();
    handled.sort_unstable();
    assert_eq!(handled, (0..100).collect::<Vec<_>>());
}

#[test]
fn reactions_edits_and_who_is_meant() {
    let server = server();
    let events = builder(&server).open().unwrap();
    thread::scope(|scope| {
        let _stop = events.stopper().guard();
        scope.spawn(|| {
            events.messages().serve(|message| {
                let Some(text) = message.addressed() else { return Ok(()) };
                message.react(":eyes:")?;
                message.react("eyes")?;
                let progress = message.answer("..")?;
                message.edit(&progress, format!("meant: {text:?}"))?;
                Ok(())
            })
        });
        let post = server.post_as("bob", "town-square", "@BOT: deploy prod");
        server.post_as("bob", "town-square", "@bot2 deploy prod");
        server.post_as("bob", "@bot", " deploy prod ");
        heard(&server, "meant: \"deploy prod\"");
        heard_in(&server, "bot@bob", "meant: \"deploy prod\"");
        let posts = server.posts("town-square");
        let reacted = posts.iter().find(|other| other.id == post).unwrap();
        assert_eq!(reacted.reactions, [("bot".to_owned(), "eyes".to_owned())]);
        assert_eq!(posts.iter().filter(|post| post.user == "bot").count(), 1);
    });
}

/// Events of typing go on until the guard is dropped, in the thread of the message.
#[test]
fn typing_is_repeated_by_the_stream() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let watcher = server.client("bob").unwrap();
    let me: UserId = server.user_id("bot").parse().unwrap();
    let watched = watcher.events().unwrap();
    let typing = |count: usize| {
        let mut parents = Vec::new();
        while parents.len() < count {
            let event = watched.recv_timeout(PATIENCE).unwrap();
            if let Payload::Typing(typing) = event.payload().unwrap() {
                assert_eq!(typing.user_id, me);
                parents.push(typing.parent_id.to_string());
            }
        }
        parents
    };
    let root = server.post_as("bob", "town-square", "hello");
    let message = events.messages().next().unwrap().unwrap();
    let shown = [message.typing(), message.typing()];
    assert_eq!(typing(3), ["", "", ""]);
    server.cut_connections();
    assert_eq!(typing(2), ["", ""]);
    server.reply_as("bob", &root, "hello");
    let reply = events.messages().next().unwrap().unwrap();
    drop(shown);
    let shown = reply.typing();
    let parents = typing(3);
    assert_eq!(parents[1..], [root.clone(), root]);
    drop(shown);
    events.close(PATIENCE);
    let silent = reply.typing();
    assert_eq!(format!("{silent:?}"), "Typing { shown: true }");
}

#[test]
fn ticks_come_between_events_and_end_with_the_stream() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let (mut ticks, mut messages, mut last) = (0, 0, 0);
    server.post_as("bob", "town-square", "one");
    for event in events.ticking(Duration::from_millis(5)) {
        let Some(event) = event else {
            ticks += 1;
            if ticks == 3 {
                server.post_as("bob", "town-square", "two");
            }
            if ticks >= 6 && messages == 2 {
                events.stopper().stop();
                last = ticks;
            }
            continue;
        };
        if events.message(&event).unwrap().is_some() {
            messages += 1;
        }
    }
    assert_eq!((ticks, messages), (last, 2));
    assert!(events.ticking(Duration::MAX).next().is_none());
    assert!(events.ticking(Duration::ZERO).next().is_none());
    // A stop is no error, and a loop that does not look does not spin.
    let polled = Instant::now();
    for _ in 0..4 {
        assert!(events.poll(Duration::MAX).unwrap().is_none());
    }
    assert!(polled.elapsed() >= Duration::from_millis(100));
    assert!(events.recv_timeout(Duration::ZERO).unwrap_err().is_closed());
}

#[test]
fn a_stream_opens_when_the_server_is_up() {
    let server = server();
    let client = server.client("bot").unwrap();
    let open = || Events::builder(&client).open_within(PATIENCE);
    server.on("/websocket").times(2).http(503, "starting");
    assert_eq!(open().unwrap().stats().connections, 1);
    server.down();
    let soon = Events::builder(&client).open_within(Duration::from_millis(50));
    assert!(soon.unwrap_err().is_transient());
    server.up();
    server.on("/websocket").times(9).http(404, "not here");
    assert!(!open().unwrap_err().is_transient());
}

#[test]
fn callbacks_that_fail_do_not_end_run() {
    let server = TestServer::start().unwrap();
    let mm = Mattermost::with_client(&server.client("bob").unwrap(), "awesome-chat").unwrap();
    let reported = std::sync::Arc::new(AtomicBool::new(false));
    let (log, lines) = crossbeam_channel::unbounded();
    mm.on("posted", move |mm, event| {
        let Payload::Posted(posted) = event.payload()? else { return Ok(()) };
        log.send(posted.post.message.clone()).unwrap();
        match posted.post.message.as_str() {
            "fail" => mm.send("no-such-channel", "hello").map(drop),
            "panic" => panic!("a callback that panics"),
            "report" => {
                let reported = std::sync::Arc::clone(&reported);
                mm.on("error", move |mm, event| {
                    assert!(event.data()["message"].is_string());
                    reported.store(true, Ordering::Relaxed);
                    mm.send("no-such-channel", "an error of the callback of errors").map(drop)
                });
                Ok(())
            }
            "stop" => {
                assert!(reported.load(Ordering::Relaxed));
                mm.stop();
                Ok(())
            }
            _ => Ok(()),
        }
    });
    mm.start().unwrap();
    let texts = ["fail", "panic", "one", "report", "fail", "stop"];
    for text in texts {
        server.post_as("janedoe", "town-square", text);
    }
    mm.run().unwrap();
    assert_eq!(lines.try_iter().collect::<Vec<_>>(), texts);
}

#[test]
fn periodic_work_runs_beside_the_loop_and_ends_with_it() {
    let server = server();
    let events = builder(&server).open().unwrap();
    let (send_time, times) = crossbeam_channel::unbounded();
    let (send_call, calls) = crossbeam_channel::unbounded();
    let count = AtomicUsize::new(0);
    thread::scope(|scope| {
        let guard = events.stopper().guard();
        let work = || match count.fetch_add(1, Ordering::SeqCst) {
            0 => Err(mattermost::Error::other("on purpose")),
            1 => panic!("on purpose"),
            _ => Ok(()),
        };
        // The test says when the other work is due.
        let next_wait = move || times.recv().unwrap_or(Duration::MAX);
        let other_work = || send_call.send(()).map_err(mattermost::Error::other);
        let messages = events.messages().every(Duration::from_millis(1), work);
        let messages = messages.scheduled(next_wait, other_work);
        let served = scope.spawn(|| messages.serve_on(2, |message| message.answer("Hello").map(drop)));
        for _ in 0..3 {
            assert!(calls.try_recv().is_err());
            send_time.send(Duration::ZERO).unwrap();
            calls.recv_timeout(PATIENCE).unwrap();
        }
        server.post_as("bob", "town-square", "hi");
        heard(&server, "Hello");
        let until = Instant::now() + PATIENCE;
        while count.load(Ordering::SeqCst) < 4 {
            assert!(Instant::now() < until);
            thread::sleep(Duration::from_millis(1));
        }
        drop(send_time);
        drop(guard);
        served.join().unwrap().unwrap();
    });
    assert!(calls.try_recv().is_err());
    // Nor does it outlive a loop that cannot start.
    assert!(events.messages().every(Duration::ZERO, || Ok(())).serve_on(0, |_| Ok(())).is_err());
}
