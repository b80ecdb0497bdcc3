//! Posting: keys, limits, files, and going through what was posted.

use std::time::Duration;

use mattermost::{Client, ErrorKind, PostDraft, PostId, Timestamp, Upload};
use serde_json::{Value, json};

use crate::recorder::{Recorder, Reply, Sent};

const ME: &str = "8k7ktpqaaidztx87g5zqd8j3ry";
const TOWN: &str = "pfsuwsotginax8b81ua7hppyxc";
const ROOT: &str = "736caaqdfpd4zmtpqqma9fa9er";

/// A client of a server that answers posts as `answer` says.
fn server(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Recorder, Client) {
    let server = Recorder::start(|_| Reply::json(json!({"id": ME}).to_string()));
    let builder = Client::builder(server.url()).token("secret").backoff_scale(0.01);
    let client = builder.timeout(Duration::from_secs(10)).connect().unwrap();
    server.take();
    server.answer_with(answer);
    (server, client)
}

fn saying(text: impl Into<String>) -> PostDraft {
    PostDraft::new(TOWN.parse::<mattermost::ChannelId>().unwrap(), text)
}

fn town() -> PostDraft {
    saying("hello")
}

/// The post that a good server makes of what was sent.
fn made(sent: &Sent) -> Value {
    let mut post = sent.json();
    post["id"] = json!(ROOT);
    post["user_id"] = json!(ME);
    post
}

fn keys(sent: &[Sent]) -> Vec<String> {
    sent.iter().map(|sent| sent.json()["pending_post_id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn each_call_has_a_key_of_its_own() {
    let (server, client) = server(|sent| Reply::json(made(sent).to_string()));
    let draft = town();
    client.posts().create(&draft).unwrap();
    client.posts().create(&draft).unwrap();
    client.posts().create(&draft.clone().key("ci:7")).unwrap();
    let keys = keys(&server.take());
    assert!(keys[0] != keys[1] && keys[0].len() == ME.len() + 1 + 32, "{keys:?}");
    assert!(keys.iter().all(|key| key.starts_with(&format!("{ME}:"))));
    assert_eq!(keys[2], format!("{ME}:{TOWN}:ci:7"));
}

#[test]
fn somebody_elses_post_is_no_answer() {
    let mut calls = 0;
    let (server, client) = server(move |sent| {
        calls += 1;
        let mut post = made(sent);
        if calls == 1 {
            post["user_id"] = json!(TOWN);
        }
        Reply::json(post.to_string())
    });
    assert_eq!(client.posts().create(&town()).unwrap().user_id, ME);
    let keys = keys(&server.take());
    assert!(keys.len() == 2 && keys[0] != keys[1]);
    server.answer_with(|_| Reply::json(json!({"id": ROOT, "user_id": TOWN}).to_string()));
    let error = client.posts().create(&town()).unwrap_err();
    assert_eq!((error.kind(), error.route()), (ErrorKind::Protocol, Some("POST /posts")));
    assert_eq!(server.take().len(), 2);
}

#[test]
fn a_repeat_has_the_same_key_and_a_callers_key_is_sent_once() {
    let (server, client) = server(|_| Reply { status: 503, ..Reply::bytes(503, "busy") });
    let error = client.posts().create(&town()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOutcome);
    let sent = keys(&server.take());
    assert!(sent.len() == 3 && sent.iter().all(|key| *key == sent[0]), "{sent:?}");
    client.posts().create(&town().pending_post_id("mine")).unwrap_err();
    assert_eq!(keys(&server.take()), ["mine"]);
}

#[test]
fn what_cannot_be_a_post_is_refused_before_any_io() {
    let (server, client) = server(|_| panic!("something was sent"));
    let file: mattermost::FileId = ROOT.parse().unwrap();
    let refused = [saying("ä".repeat(16_384)), saying(""), town().file_ids([&file; 11])];
    for draft in &refused {
        let error = client.posts().create(draft).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    }
    let many = (0..11).map(|n| Upload::bytes(format!("{n}"), "x"));
    assert_eq!(client.posts().create_with_files(&town(), many).unwrap_err().kind(), ErrorKind::Input);
    assert!(server.take().is_empty());
    server.answer_with(|sent| Reply::json(made(sent).to_string()));
    client.posts().create(&saying("ä".repeat(16_383))).unwrap();
    client.posts().create(&saying("").file_ids([file])).unwrap();
}

#[test]
fn nothing_is_posted_unless_every_file_went_up() {
    let (server, client) = server(|sent| match sent.path.as_str() {
        "/api/v4/files" if sent.query.iter().any(|(_, value)| value == "bad") => {
            Reply::error(413, "too.large")
        }
        "/api/v4/files" => Reply::json(json!({"file_infos": [{"id": ROOT}]}).to_string()),
        _ => Reply::json(made(sent).to_string()),
    });
    let files = |names: [&'static str; 2]| names.map(|name| Upload::bytes(name, "bytes"));
    let error = client.posts().create_with_files(&town(), files(["good", "bad"])).unwrap_err();
    assert_eq!(error.status(), Some(413));
    assert!(server.take().iter().all(|sent| sent.path == "/api/v4/files"));
    let post = client.posts().create_with_files(&town(), files(["good", "better"])).unwrap();
    assert_eq!(post.file_ids.len(), 2);
    // The server leaves a file out without a word.
    server.answer_with(|sent| {
        if sent.path == "/api/v4/files" {
            return Reply::json(json!({"file_infos": [{"id": ROOT}]}).to_string());
        }
        let mut post = made(sent);
        post["file_ids"] = json!([]);
        Reply::json(post.to_string())
    });
    let error = client.posts().create_with_files(&town(), files(["a", "b"])).unwrap_err();
    assert!(error.kind() == ErrorKind::Protocol && error.to_string().contains(ROOT), "{error}");
}

#[test]
fn files_with_a_key_are_posted_once() {
    let server = mattermost::testing::TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let channel = client.channel("awesome-chat", "town-square").unwrap();
    let draft = PostDraft::new(&channel, "the report").key("report-2026-11-27");
    let file = || [Upload::bytes("chart.png", "a picture")];
    let first = client.posts().create_with_files(&draft, file()).unwrap();
    let second = client.posts().create_with_files(&draft, file()).unwrap();
    assert_eq!((&first.id, &first.file_ids), (&second.id, &second.file_ids));
    assert_eq!(server.posts("town-square").len(), 1);
}

#[test]
fn replies_go_to_the_thread_and_answers_where_it_was_said() {
    let (server, client) = server(|sent| Reply::json(made(sent).to_string()));
    let post = |id: &str, root: &str| {
        serde_json::from_value(json!({"id": id, "root_id": root, "channel_id": TOWN})).unwrap()
    };
    for (to, reply, answer) in [(post(ROOT, ""), ROOT, ""), (post(ME, ROOT), ROOT, ROOT)] {
        client.posts().reply(&to, "text").unwrap();
        client.posts().answer(&to, "text").unwrap();
        let roots: Vec<String> = server
            .take()
            .iter()
            .map(|sent| sent.json()["root_id"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(roots, [reply, answer]);
    }
}

/// 450 posts, number 0 the oldest, served as Mattermost does.
fn channel(sent: &Sent) -> Reply {
    const COUNT: usize = 450;
    let asked =
        |name: &str| sent.query.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str());
    let number = |id: &str| id[20..].parse::<usize>().unwrap();
    // A single one is asked for to begin behind it, and no number with a time.
    let most: usize = asked("per_page").map_or(COUNT, |most| most.parse().unwrap());
    assert!(most == 200 || most == 1 || asked("since").is_some(), "{most}");
    let range = match (asked("before"), asked("after")) {
        _ if asked("since").is_some() => asked("since").unwrap().parse::<usize>().unwrap() + 1..COUNT,
        (Some(id), _) => number(id).saturating_sub(most)..number(id),
        (_, Some(id)) => number(id) + 1..COUNT.min(number(id) + 1 + most),
        _ => COUNT - most..COUNT,
    };
    let posts: Vec<Value> = range
        .clone()
        .map(|n| {
            let mut props = json!({});
            if n % 100 == 7 {
                props["key"] = json!("seven");
            }
            json!({"id": id(n), "user_id": ME, "create_at": n, "props": props})
        })
        .collect();
    let order: Vec<&Value> = posts.iter().rev().map(|post| &post["id"]).collect();
    let by_id: serde_json::Map<String, Value> =
        posts.iter().map(|post| (post["id"].as_str().unwrap().to_owned(), post.clone())).collect();
    let previous = if range.start == 0 { String::new() } else { id(range.start - 1) };
    let next = if range.end == COUNT { String::new() } else { id(range.end) };
    let list = json!({"order": order, "posts": by_id, "prev_post_id": previous, "next_post_id": next});
    Reply::json(list.to_string())
}

fn id(n: usize) -> String {
    format!("{}{n:06}", &ME[..20])
}

#[test]
fn history_goes_by_post_id() {
    let (server, client) = server(channel);
    let town = TOWN.parse().unwrap();
    let numbers = |posts: Vec<mattermost::Post>| -> Vec<i64> {
        posts.iter().map(|post| post.create_at.as_millis()).collect()
    };
    let all: Vec<_> = client.posts().history(&town).collect::<Result<_, _>>().unwrap();
    assert_eq!(numbers(all), (0..450).rev().collect::<Vec<i64>>());
    assert_eq!(server.take().len(), 3);
    let at: PostId = id(100).parse().unwrap();
    let older: Vec<_> = client.posts().history(&town).before(&at).collect::<Result<_, _>>().unwrap();
    assert_eq!(numbers(older), (0..100).rev().collect::<Vec<i64>>());
    let newer: Vec<_> = client.posts().history(&town).after(at).collect::<Result<_, _>>().unwrap();
    assert_eq!(numbers(newer), (101..450).collect::<Vec<i64>>());
    server.take();
    let found = client.posts().find_key(&town, "seven", Timestamp::NEVER).unwrap().unwrap();
    assert_eq!(found.create_at.as_millis(), 407);
    assert!(client.posts().find_key(&town, "eight", Timestamp::from_millis(300)).unwrap().is_none());
    assert_eq!(server.take().len(), 2);
}

#[test]
fn a_history_without_end_ends() {
    let (_server, client) = server(|_| {
        let list = json!({"order": [ROOT], "posts": {ROOT: {"id": ROOT}}, "prev_post_id": TOWN});
        Reply::json(list.to_string())
    });
    assert!(client.posts().history(&TOWN.parse().unwrap()).count() <= 2);
    let (_server, client) = server(|_| {
        let list = json!({"order": [ROOT], "posts": {}, "prev_post_id": TOWN});
        Reply::json(list.to_string())
    });
    assert_eq!(client.posts().history(&TOWN.parse().unwrap()).count(), 0);
    let (_server, client) = server(|_| Reply::error(403, "api.context.permissions.app_error"));
    let mut history = client.posts().history(&TOWN.parse().unwrap());
    assert!(history.next().unwrap().unwrap_err().is_forbidden());
    assert!(history.next().is_none());
}

#[test]
fn a_thread_is_gone_through_once() {
    let (server, client) = server(|sent| {
        let asked =
            |name: &str| sent.query.iter().find(|(have, _)| have == name).map(|(_, value)| value.clone());
        assert_eq!((asked("perPage").as_deref(), asked("direction").as_deref()), (Some("200"), Some("down")));
        let from = asked("fromPost").map_or(1, |id| id[20..].parse::<usize>().unwrap() + 1);
        let replies = from..(from + 200).min(420);
        let has_next = replies.end < 420;
        let post =
            |n| json!({"id": id(n), "create_at": n, "root_id": if n == 0 { String::new() } else { id(0) }});
        let posts: serde_json::Map<String, Value> =
            std::iter::once(0).chain(replies.clone()).map(|n| (id(n), post(n))).collect();
        let order: Vec<String> = std::iter::once(0).chain(replies).map(id).collect();
        Reply::json(json!({"order": order, "posts": posts, "has_next": has_next}).to_string())
    });
    let all: Vec<_> =
        client.posts().all_in_thread(&id(0).parse().unwrap()).collect::<Result<_, _>>().unwrap();
    let numbers: Vec<i64> = all.iter().map(|post| post.create_at.as_millis()).collect();
    assert_eq!(numbers, (0..420).collect::<Vec<i64>>());
    assert_eq!(server.take().len(), 3);
    // An old server gives all at once, and says nothing of more.
    let (server, client) = self::server(|_| {
        let posts: serde_json::Map<String, Value> =
            (0..300).map(|n| (id(n), json!({"id": id(n), "create_at": n}))).collect();
        let order: Vec<String> = (0..300).rev().map(id).collect();
        Reply::json(json!({"order": order, "posts": posts}).to_string())
    });
    assert_eq!(client.posts().all_in_thread(&id(0).parse().unwrap()).count(), 300);
    assert_eq!(server.take().len(), 1);
}
