//! Posts that are created only once, and props that outlive a change.

use std::time::{Duration, Instant};

use mattermost::testing::TestServer;
use mattermost::{Attachment, Button, ChannelId, Client, ErrorKind, PostDraft, PostPatch, Timestamp};
use serde_json::json;

use crate::recorder::{Recorder, Reply};

const PATIENCE: Duration = Duration::from_secs(20);

fn setup() -> (TestServer, Client, ChannelId) {
    let server = TestServer::start().unwrap();
    let builder = server.client_builder().token(server.token("janedoe")).backoff_scale(0.01);
    let client = builder.timeout(Duration::from_secs(5)).connect().unwrap();
    let town = server.channel_id("town-square").parse().unwrap();
    (server, client, town)
}

fn count(server: &TestServer, text: &str) -> usize {
    server.posts("town-square").iter().filter(|post| post.message == text).count()
}

#[test]
fn is_created_once_by_all_runs() {
    let (server, client, town) = setup();
    let draft = PostDraft::new(&town, "done").key("k1");
    let first = client.posts().create_once(&draft, PATIENCE).unwrap();
    server.advance(Duration::from_secs(3600));
    server.post_as("janedoe", "town-square", "done without a key");
    server.post_as("bob", "town-square", "by another account");
    assert_eq!(client.posts().create_once(&draft, PATIENCE).unwrap().id, first.id);
    let other = PostDraft::new(&town, "done").key("k2");
    assert_ne!(client.posts().create_once(&other, PATIENCE).unwrap().id, first.id);
    assert_eq!(count(&server, "done"), 2);
    // Another run may be told to look back less far.
    server.advance(Duration::from_secs(60));
    let late = draft.key_since(Timestamp::from_millis(server.now() - 1000));
    assert_ne!(client.posts().create_once(&late, PATIENCE).unwrap().id, first.id);
}

#[test]
fn survives_every_kind_of_outage() {
    let (server, client, town) = setup();
    let faults: [(&str, &dyn Fn()); 6] = [
        ("lost", &|| server.on("POST /posts").times(3).lose_answer()),
        ("503", &|| server.on("").times(9).http(503, "<html>maintenance</html>")),
        ("500", &|| server.on("POST /posts").times(2).api_error(500, "store.sql_post.save.app_error")),
        ("500 while searching", &|| {
            server.on("GET /channels").times(2).api_error(500, "store.sql_post.get.app_error")
        }),
        ("closed", &|| server.on("").times(9).close()),
        ("429", &|| server.on("POST /posts").times(2).rate_limit(1)),
    ];
    for (name, fault) in faults {
        fault();
        let post = client.posts().create_once(&PostDraft::new(&town, name).key(name), PATIENCE).unwrap();
        assert_eq!((&*post.message, count(&server, name)), (name, 1), "{name}");
    }
}

#[test]
fn a_process_that_died_after_sending_is_no_reason_for_two() {
    let (server, client, town) = setup();
    let draft = PostDraft::new(&town, "once").key("k");
    // The response is lost, and the process with it: its own attempt ends with an unknown outcome.
    server.on("POST /posts").times(3).lose_answer();
    assert_eq!(client.posts().create(&draft).unwrap_err().kind(), ErrorKind::UnknownOutcome);
    server.advance(Duration::from_secs(120));
    client.posts().create_once(&draft, PATIENCE).unwrap();
    assert_eq!(count(&server, "once"), 1);
}

/// The pauses of the outage would go beyond the time after which the outcome is known: from 3.1 to 6.1 s.
#[test]
fn the_next_attempt_comes_when_the_outcome_is_known() {
    let (server, client, town) = setup();
    let builder = server.client_builder().token(server.token("janedoe")).backoff_scale(0.1);
    drop(client);
    let client = builder.connect().unwrap();
    server.on("POST /posts").api_error(500, "test");
    let draft = PostDraft::new(&town, "in time").key("k");
    client.posts().create_once(&draft, Duration::from_millis(5_500)).unwrap();
    assert_eq!(count(&server, "in time"), 1);
}

/// The last attempt is cut short by the end of the wait, which says nothing about the server.
#[test]
fn a_wait_ends_with_what_the_server_said() {
    let (server, client, town) = setup();
    let refuse_and_stall = || {
        server.heal();
        server.on("").times(3).http(503, "maintenance");
        server.on("").times(u64::MAX).delay(PATIENCE);
    };
    let status = |error: mattermost::Error| (error.kind(), error.status());
    let refused = (ErrorKind::Status, Some(503));
    // A call is repeated twice.
    refuse_and_stall();
    let draft = PostDraft::new(&town, "never").key("k");
    let limit = Duration::from_millis(1_500);
    assert_eq!(status(client.posts().create_once(&draft, limit).unwrap_err()), refused);
    refuse_and_stall();
    assert_eq!(status(client.wait_for_server(limit).unwrap_err()), refused);
    refuse_and_stall();
    let builder = server.client_builder().login("janedoe", mattermost::testing::PASSWORD).backoff_scale(0.01);
    assert_eq!(status(builder.connect_within(limit).unwrap_err()), refused);
    server.heal();
    server.on("/websocket").times(3).http(503, "maintenance");
    server.on("/websocket").times(u64::MAX).delay(PATIENCE);
    let opened = mattermost::Events::builder(&client).open_within(limit);
    assert_eq!(opened.unwrap_err().status(), Some(503));
    server.heal();
}

#[test]
fn patience_ends_and_says_what_is_known() {
    let (server, client, town) = setup();
    let draft = PostDraft::new(&town, "never").key("k");
    let patience = Duration::from_millis(300);
    let began = Instant::now();
    server.on("POST /posts").times(u64::MAX).http(502, "bad gateway");
    let error = client.posts().create_once(&draft, patience).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownOutcome, "{error:?}");
    server.heal();
    server.on("").times(u64::MAX).http(503, "maintenance");
    let error = client.posts().create_once(&draft, patience).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Status, Some(503)), "{error:?}");
    server.heal();
    assert!(began.elapsed() < PATIENCE);
    // What no wait mends ends at once.
    server.on("POST /posts").api_error(403, "api.context.permissions.app_error");
    assert!(client.posts().create_once(&draft, Duration::MAX).unwrap_err().is_forbidden());
    for wrong in [PostDraft::new(&town, "no key"), PostDraft::new(&town, "").key("k"), draft.clone().key("")]
    {
        assert_eq!(client.posts().create_once(&wrong, PATIENCE).unwrap_err().kind(), ErrorKind::Input);
    }
    let closing = client.clone();
    server.on("").times(u64::MAX).http(503, "maintenance");
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| client.posts().create_once(&draft, Duration::MAX));
        closing.close();
        assert!(waits.join().unwrap().unwrap_err().is_closed());
    });
}

#[test]
fn many_keys_cost_one_search() {
    let (server, client, town) = setup();
    let start = client.server_time().unwrap().minus(Duration::from_secs(5));
    for n in 0..250 {
        if n == 200 {
            // The server has forgotten the keys.
            server.advance(Duration::from_secs(60));
        }
        client.posts().create(&PostDraft::new(&town, format!("{n}")).key(format!("k{}", n % 200))).unwrap();
    }
    server.forget_requests();
    let found = client.posts().find_keys(&town, ["k7", "k90", "k199", "none"], start).unwrap();
    // The newest of two.
    assert_eq!(
        found.iter().map(|(key, post)| (&**key, &*post.message)).collect::<Vec<_>>(),
        [("k199", "199"), ("k7", "207"), ("k90", "90")]
    );
    client.posts().find_keys(&town, [""; 0], start).unwrap();
    assert_eq!(server.requests().len(), 1);
    // What was deleted is not found, nor what was only changed since.
    client.posts().delete(&found["k7"].id).unwrap();
    client.posts().patch(&found["k90"].id, &PostPatch::new().message("changed")).unwrap();
    let later = found["k90"].create_at.plus(Duration::from_secs(50));
    let found = client.posts().find_keys(&town, ["k7", "k90", "k30"], later).unwrap();
    assert_eq!(found.into_values().map(|post| post.message).collect::<Vec<_>>(), ["230"]);
    for n in 250..1050 {
        client.posts().create(&PostDraft::new(&town, format!("{n}"))).unwrap();
    }
    server.forget_requests();
    let found = client.posts().find_keys(&town, ["k49", "k48", "k7"], start).unwrap();
    // Pages, because the server returns a thousand changes at most. The older post of the deleted one remains.
    assert_eq!(found.into_values().map(|post| post.message).collect::<Vec<_>>(), ["248", "249", "7"]);
    assert_eq!(server.requests().len(), 1 + 6);
}

#[test]
fn a_changed_prop_leaves_the_others() {
    let (_server, client, town) = setup();
    let draft =
        PostDraft::new(&town, "running").key("k").prop("other", 7).attachment(Attachment::new().text("1 %"));
    let post = client.posts().create(&draft).unwrap();
    let patched = client.posts().set_attachments(&post, [Attachment::new().text("done")]).unwrap();
    assert_eq!((patched.prop("key"), patched.props.get("other")), (Some("k"), Some(&json!(7))));
    assert_eq!(patched.attachments()[0].text, "done");
    let patch = PostPatch::new().message("x").prop("new", "y").prop("other", json!(null));
    let patched = client.posts().patch(&post.id, &patch).unwrap();
    assert_eq!(
        (patched.prop("key"), patched.prop("new"), patched.props.get("other")),
        (Some("k"), Some("y"), None)
    );
    assert_eq!((&*patched.message, &*patched.attachments()[0].text), ("x", "done"));
    let patched = client.posts().patch(&post.id, &PostPatch::new().replace_props(json!({"a": 1}))).unwrap();
    assert_eq!((patched.prop("key"), patched.attachments().len()), (None, 0));
    let none: [Attachment; 0] = [];
    client.posts().set_attachments(&post, none).unwrap();
}

/// As servers do, the recorder leaves out the URLs of buttons.
#[test]
fn buttons_are_not_disconnected_silently() {
    let post = json!({
        "id": "736caaqdfpd4zmtpqqma9fa9er",
        "props": {"key": "k", "attachments": [{"actions": [{"id": "a", "name": "A", "type": "button"}]}]}
    });
    let answer = post.to_string();
    let server = Recorder::start(move |sent| {
        Reply::json(if sent.path.ends_with("/users/me") {
            r#"{"id":"8k7ktpqaaidztx87g5zqd8j3ry"}"#.to_owned()
        } else {
            answer.clone()
        })
    });
    let client = Client::builder(server.url()).token("secret").connect().unwrap();
    let post: mattermost::Post = serde_json::from_value(post).unwrap();
    server.take();
    let error = client.posts().patch(&post.id, &PostPatch::new().prop("a", 1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert!(server.take().iter().all(|sent| sent.method == "GET"));
    let button = Button::new("a", "A", "https://bot.example.com/press");
    client
        .posts()
        .patch(&post.id, &PostPatch::new().attachments([Attachment::new().button(button)]))
        .unwrap();
    let sent = server.take().pop().unwrap().json();
    assert_eq!(sent["props"]["key"], "k");
    assert_eq!(
        sent["props"]["attachments"][0]["actions"][0]["integration"]["url"],
        "https://bot.example.com/press"
    );
}
