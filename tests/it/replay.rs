//! A program's run is recorded, and repeated from the file: the same calls, the same events, in the same order.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use mattermost::testing::{PASSWORD, Replay, TestServer, replay};
use mattermost::{Client, ErrorKind, Events, Method, PostDraft};
use serde_json::{Value, json};

use crate::logs;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A file that is deleted at the end of the test.
pub(crate) struct Recording(PathBuf);

impl Recording {
    pub(crate) fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("mattermost-{name}-{}.jsonl", std::process::id())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn text(&self) -> String {
        fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A bot that counts the letters of what others say, reacts to it, and ends with an update of the channel. Returns the
/// events.
fn run_bot(client: &Client) -> Vec<(String, Value)> {
    let events = client.events().unwrap();
    let mut all = Vec::new();
    let until = Instant::now() + TIMEOUT;
    loop {
        let left = until.checked_duration_since(Instant::now()).expect("the events end in time");
        let event = events.recv_timeout(left).unwrap();
        if event.kind().is_notification() {
            continue;
        }
        all.push((event.name().to_owned(), event.data().clone()));
        if let Some(post) = event.payload().unwrap().post().filter(|post| post.user_id != client.me().id) {
            if event.name() == "posted" {
                let text = format!("{} letters", post.message.chars().count());
                client.posts().create(&PostDraft::new(&post.channel_id, text).root_id(&post.id)).unwrap();
                client.reactions().create(&post.id, "thumbsup").unwrap();
            }
        }
        if event.name() == "channel_updated" {
            events.request("get_statuses", None).unwrap();
            return all;
        }
    }
}

/// What happened on the server while the bot ran.
fn run_scenario(server: &TestServer, client: &Client) -> Vec<(String, Value)> {
    thread::scope(|scope| {
        let bot = scope.spawn(|| run_bot(client));
        let answered = |count: usize| {
            let by_bot = |server: &TestServer| {
                let posts = server.posts("town-square");
                posts.iter().filter(|post| post.user == "janedoe" && !post.reactions.is_empty()).count() == 0
                    && posts.iter().filter(|post| post.user == "bob" && !post.reactions.is_empty()).count()
                        == count
            };
            assert!(server.wait_until(TIMEOUT, by_bot), "{:?}", server.posts("town-square"));
        };
        assert!(server.wait_for_connections(1, TIMEOUT));
        server.post_as("bob", "town-square", "the secret plan of @zoe: {\"a\": 1}");
        answered(1);
        server.cut_connections();
        server.post_as("bob", "town-square", "a second plan, \u{e4}\u{4e2d}\u{1f600}");
        answered(2);
        let channel = server.channel_id("town-square");
        let admin = server.client("admin").unwrap();
        admin
            .call(Method::Put, "/channels/{channel_id}/patch", &[&channel])
            .json(&json!({"header": "the new header"}))
            .send()
            .unwrap();
        bot.join().unwrap()
    })
}

fn requests_of(replay: &Replay) -> Vec<(String, String)> {
    replay.requests().into_iter().map(|request| (request.method, request.path)).collect()
}

#[test]
fn a_bot_does_the_same_in_a_replay() {
    for with_texts in [true, false] {
        let file = Recording::new(if with_texts { "texts" } else { "shapes" });
        let server = TestServer::start().unwrap();
        let builder = server.client_builder().login("janedoe", PASSWORD);
        let client = builder.record(file.path()).record_texts(with_texts).connect().unwrap();
        let events = run_scenario(&server, &client);
        let asked: Vec<_> = server
            .requests()
            .into_iter()
            .filter(|request| request.user.as_deref() != Some("admin") && request.status != 101)
            .map(|request| (request.method, request.path))
            .collect();
        drop((client, server));
        let text = file.text();
        assert_eq!(text.contains("secret plan of @zoe"), with_texts);
        assert_eq!(text.contains("xxxxxx xxxx xx @zoe"), !with_texts, "{text}");
        assert!(!text.contains(PASSWORD) && !text.contains("uthorization"));

        let replay = replay(file.path()).unwrap();
        let client = replay.client_builder().login("janedoe", "any").backoff_scale(0.01).connect().unwrap();
        let again = run_bot(&client);
        assert!(replay.wait_until_done(TIMEOUT), "{:?} {:?}", replay.unmatched(), replay.not_requested());
        assert!(replay.unmatched().is_empty(), "{:?}", replay.unmatched());
        let requests = requests_of(&replay);
        let is_same_set = |mut one: Vec<(String, String)>, mut other: Vec<(String, String)>| {
            one.sort();
            other.sort();
            one == other
        };
        assert!(is_same_set(requests.clone(), asked.clone()), "{requests:#?}\n{asked:#?}");
        let names = |events: &[(String, Value)]| -> Vec<String> {
            events.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&again), names(&events));
        if with_texts {
            let data = |events: Vec<(String, Value)>| -> Vec<Value> {
                let parse = |value: Value| match value {
                    // JSON inside of a text: its members have an order of their own.
                    Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                    other => other,
                };
                let read = |(_, data): (String, Value)| {
                    data.as_object().unwrap().clone().into_iter().map(|(k, v)| (k, parse(v))).collect()
                };
                events.into_iter().map(read).collect()
            };
            assert_eq!(data(again), data(events.clone()));
        }
        println!(
            "with_texts {with_texts}: {} lines, {} bytes; {} requests and {} events, the same in the replay",
            text.lines().count(),
            text.len(),
            requests.len(),
            names(&events).len()
        );
    }
}

#[test]
fn what_was_not_recorded_is_an_error_that_names_it() {
    let file = Recording::new("missing");
    let server = TestServer::start().unwrap();
    let builder = server.client_builder().token(server.token("janedoe"));
    let client = builder.record(file.path()).connect().unwrap();
    let channel = server.channel_id("town-square");
    client.call(Method::Get, "/channels/{channel_id}", &[&channel]).send().unwrap();
    let events = client.events().unwrap();
    client.call(Method::Get, "/users/me/teams", &[]).send().unwrap();
    server.post_as("bob", "town-square", "hi");
    while events.recv_timeout(TIMEOUT).unwrap().name() != "posted" {}
    events.close(TIMEOUT);
    drop((client, server));

    let replay = replay(file.path()).unwrap();
    replay.set_patience(Duration::from_millis(50));
    let client = replay.client_builder().token("any").backoff_scale(0.0).connect().unwrap();
    let error = client.call(Method::Get, "/users/me/channels", &[]).param("page", 1).send().unwrap_err();
    assert_eq!((error.status(), error.api_id()), (Some(404), Some("testing.replay.not_recorded")));
    assert!(error.to_string().contains("GET /api/v4/users/me/channels?page=1"), "{error}");
    assert_eq!(replay.unmatched(), ["GET /api/v4/users/me/channels?page=1"]);
    client.call(Method::Get, "/channels/{channel_id}", &[&channel]).send().unwrap();
    // Once more than it was recorded.
    assert!(client.call(Method::Get, "/channels/{channel_id}", &[&channel]).send().is_err());
    // A request is missing: its events come nevertheless.
    let events = Events::builder(&client).open().unwrap();
    while events.recv_timeout(TIMEOUT).unwrap().name() != "posted" {}
    assert_eq!(replay.not_requested(), ["GET /api/v4/users/me/teams"]);
    assert!(!replay.wait_until_done(Duration::ZERO));
    let error = events.request("get_statuses", None).unwrap_err();
    assert!(error.to_string().contains("not in the recording"), "{error}");
    assert_eq!(replay.unmatched().last().map(String::as_str), Some("action get_statuses"));
}

#[test]
fn files_and_lost_connections_are_repeated() {
    let file = Recording::new("files");
    let server = TestServer::start().unwrap();
    let channel = server.channel_id("town-square").parse().unwrap();
    let builder = |builder: mattermost::ClientBuilder| builder.backoff_scale(0.0);
    let run = |client: &Client| {
        let upload = mattermost::Upload::bytes("plan.txt", "the contents of a file");
        let uploaded = client.files().upload(&channel, upload).unwrap();
        let mut contents = Vec::new();
        client.files().download(&uploaded.id).write_to(&mut contents).unwrap();
        let lost = client.call(Method::Post, "/posts/ephemeral", &[]).json(&json!({})).send().unwrap_err();
        (contents.len(), lost.kind())
    };
    let recorded = builder(server.client_builder()).token(server.token("janedoe")).record(file.path());
    server.on("POST /posts/ephemeral").close();
    let client = recorded.record_texts(true).connect().unwrap();
    let first = run(&client);
    drop((client, server));
    assert!(!file.text().contains("the contents of a file"));
    let replay = replay(file.path()).unwrap();
    let again = run(&builder(replay.client_builder()).token("any").connect().unwrap());
    assert_eq!((first, again), ((22, ErrorKind::UnknownOutcome), (22, ErrorKind::UnknownOutcome)));
    assert!(replay.unmatched().is_empty(), "{:?}", replay.unmatched());
}

/// A body above 4 MiB is repeated by its size, and the response to it as it was.
#[test]
fn large_bodies_are_recorded_by_their_size() {
    const SIZE: usize = (4 << 20) + 1;
    let file = Recording::new("large");
    let server = TestServer::start().unwrap();
    let run = |client: &Client| {
        let call = client.call(Method::Post, "/posts/ephemeral", &[]);
        call.json(&json!({"text": "x".repeat(SIZE)})).send().unwrap_err().status()
    };
    let builder = server.client_builder().token(server.token("janedoe")).record(file.path());
    let client = builder.record_texts(true).connect().unwrap();
    let first = run(&client);
    drop((client, server));
    assert!(fs::metadata(file.path()).unwrap().len() < 100_000);
    assert!(file.text().contains(&format!("{}", SIZE + r#"{"text":""}"#.len())), "{}", file.text());
    let replay = replay(file.path()).unwrap();
    assert_eq!(run(&replay.client_builder().token("any").connect().unwrap()), first);
    assert!(replay.unmatched().is_empty(), "{:?}", replay.unmatched());
}

#[test]
fn what_is_no_recording_is_refused() {
    let file = Recording::new("broken");
    let server = TestServer::start().unwrap();
    drop(server.client_builder().token(server.token("bob")).record(file.path()).connect().unwrap());
    let whole = file.text();
    assert_eq!(whole.lines().count(), 2, "{whole}");
    let other = whole.replacen("\"mattermost_recording\":1", "\"mattermost_recording\":2", 1);
    for (text, message) in [
        ("", "is empty"),
        ("{}\n", "is not a recording"),
        ("not JSON", "is not a recording"),
        (&*other, "has the format 2, and this version of the crate reads the format 1"),
        (&whole[..whole.len() - 9], "line 2 of the recording"),
        (&format!("{whole}x\n"), "line 3 of the recording"),
    ] {
        fs::write(file.path(), text).unwrap();
        let error = replay(file.path()).unwrap_err();
        println!("{error:?}");
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains(message), "{error}");
    }
    fs::write(file.path(), &whole[..whole.len() - 9]).unwrap();
    assert!(replay(file.path()).unwrap_err().to_string().contains("cut off"));
    assert_eq!(replay(file.path().join("none")).unwrap_err().kind(), ErrorKind::Io);
    let to_nowhere = server.client_builder().token("t").record(file.path().join("none")).connect();
    assert_eq!(to_nowhere.unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn bad_input_creates_no_file() {
    let file = Recording::new("none");
    Client::builder("http://127.0.0.1:1").token("a\nb").record(file.path()).connect().unwrap_err();
    Client::builder("ftp://h").token("t").record(file.path()).connect().unwrap_err();
    assert!(!file.path().exists());
}

#[cfg_attr(not(target_os = "linux"), ignore = "needs /dev/full")]
#[test]
fn a_full_disk_ends_the_recording_and_not_the_program() {
    logs::collect(log::LevelFilter::Warn);
    let server = TestServer::start().unwrap();
    let client = server.client_builder().token(server.token("bob")).record("/dev/full").connect().unwrap();
    for _ in 0..20 {
        client.send("awesome-chat", "off-topic", "x".repeat(10_000)).unwrap();
    }
    drop(client);
    let is_warning = |line: &&String| line.contains("the recording has ended: No space left");
    assert_eq!(logs::lines().iter().filter(is_warning).count(), 1);
}
