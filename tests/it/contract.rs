//! The programs of the contract, unchanged: Cargo.toml builds them as examples, these tests run them.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use mattermost::testing::TestServer;
use mattermost::{Payload, PostDraft};

pub(crate) fn program(name: &str) -> Command {
    example(&format!("contract_{name}"))
}

fn example(name: &str) -> Command {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.ancestors().nth(2).unwrap().join("examples");
    let path: PathBuf = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "run all of `cargo test`: {} is built with the examples", path.display());
    Command::new(path)
}

#[test]
fn offline_runs() {
    let output = program("offline").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn consume_counts() {
    let server = TestServer::start().unwrap();
    let mut program = program("consume");
    let child = program.args([server.url(), server.token("bob")]).stdout(Stdio::piped()).spawn().unwrap();
    assert!(server.wait_for_connections(1, Duration::from_secs(30)), "the program did not come");
    let jane = server.client("janedoe").unwrap();
    let town = jane.channel("awesome-chat", "Town Square").unwrap();
    for text in ["abc", "äö"] {
        jane.posts().create(&PostDraft::new(&town.id, text)).unwrap();
    }
    server.emit("bench_done", serde_json::json!({}), &serde_json::json!({}));
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "2 5");
}

fn conversation(name: &str, say: &str, expect: &str) {
    let server = TestServer::start().unwrap();
    let jane = server.client("janedoe").unwrap();
    let events = jane.events().unwrap();
    let mut bot = program(name)
        .env("MATTERMOST_URL", server.url())
        .env("MATTERMOST_TOKEN", server.token("bob"))
        .spawn()
        .unwrap();
    let town = jane.channel("awesome-chat", "Town Square").unwrap();
    assert!(server.wait_for_connections(2, Duration::from_secs(30)), "the bot did not come");
    jane.posts().create(&PostDraft::new(&town.id, say)).unwrap();
    let answer = loop {
        let event = events.recv_timeout(Duration::from_secs(30)).unwrap();
        if let Payload::Posted(posted) = event.payload().unwrap() {
            if posted.post.user_id != jane.me().id {
                break posted.post.clone();
            }
        }
    };
    bot.kill().unwrap();
    bot.wait().unwrap();
    assert_eq!(answer.message, expect);
    assert_eq!(answer.channel_id, town.id);
}

#[test]
fn echo_answers() {
    conversation("echo", "hello bob", "You said: hello bob");
}

#[test]
fn stream_answers() {
    conversation("stream", "!ping", "pong");
}

/// Waits for a post by `user` that contains `text`, in `channel`. Everything is seen by `events`.
fn await_post(events: &mattermost::Events, user: &str, text: &str) -> mattermost::Post {
    loop {
        let event = events.recv_timeout(Duration::from_secs(30)).unwrap();
        if let Payload::Posted(posted) = event.payload().unwrap() {
            if posted.sender() == user && posted.post.message.contains(text) {
                return posted.post.clone();
            }
        }
    }
}

#[test]
fn serve_survives_failures_and_ends_with_its_input() {
    let server = TestServer::start().unwrap();
    let jane = server.client("janedoe").unwrap();
    let events = jane.events().unwrap();
    let mut bot = program("serve")
        .env("MATTERMOST_URL", server.url())
        .env("MATTERMOST_TOKEN", server.token("bob"))
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(server.wait_for_connections(2, Duration::from_secs(30)), "the bot did not come");
    server.post_as("janedoe", "town-square", "one");
    await_post(&events, "bob", "You said: one");
    // Refused, whatever is tried.
    server.on("POST /posts").api_error(403, "api.context.permissions.app_error");
    server.post_as("janedoe", "town-square", "two");
    server.cut_connections();
    server.post_as("janedoe", "town-square", "three");
    await_post(&events, "bob", "You said: three");
    drop(bot.stdin.take());
    assert!(bot.wait().unwrap().success());
    assert!(!server.posts("town-square").iter().any(|post| post.message.contains("said: two")));
}

#[test]
fn ask_waits_for_the_same_person() {
    let server = TestServer::start().unwrap();
    let jane = server.client("janedoe").unwrap();
    let events = jane.events().unwrap();
    let mut bot = program("ask")
        .env("MATTERMOST_URL", server.url())
        .env("MATTERMOST_TOKEN", server.token("bob"))
        .spawn()
        .unwrap();
    assert!(server.wait_for_connections(2, Duration::from_secs(30)), "the bot did not come");
    let root = server.post_as("janedoe", "town-square", "@bob deploy prod");
    let question = await_post(&events, "bob", "Deploy to prod? yes/no");
    assert_eq!(question.root_id, *root);
    // Others are served meanwhile, and are no answer.
    server.reply_as("zoe", &root, "yes");
    let other = server.post_as("zoe", "town-square", "@Bob: deploy staging");
    await_post(&events, "bob", "Deploy to staging? yes/no");
    server.reply_as("zoe", &other, "no");
    let done = await_post(&events, "bob", "Not deployed.");
    assert_eq!(done.root_id, *other);
    server.cut_connections();
    server.reply_as("janedoe", &root, "Yes");
    let done = await_post(&events, "bob", "Deployed to prod.");
    assert_eq!(done.root_id, *root);
    bot.kill().unwrap();
    bot.wait().unwrap();
}

/// The synopsis with other strings, and a second user whose message ends it.
#[test]
fn synopsis_with_other_strings() {
    let server = TestServer::start().unwrap();
    let mm = mattermost::Mattermost::new(
        server.url(),
        "awesome-chat",
        "janedoe@example.com",
        mattermost::testing::PASSWORD,
    )
    .unwrap();
    let (heard, hear) = crossbeam_channel::bounded(1);
    mm.on("posted", move |mm, event| {
        let data = event.data();
        let _ = heard.send(format!("<{}> {}", data["sender_name"].as_str().unwrap_or("?"), data["post"]));
        mm.stop();
    });
    mm.start().unwrap();
    mm.send("town-square", "Hey everybody!").unwrap();
    mm.run().unwrap();
    let line = hear.try_recv().unwrap();
    assert!(line.starts_with("<@janedoe> ") && line.contains("Hey everybody!"), "{line}");
}

/// Ctrl-C while a request is not responded to: the program ends in the time that it gives itself.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_gracefully() {
    let server = TestServer::start().unwrap();
    let jane = server.client("janedoe").unwrap();
    let events = jane.events().unwrap();
    let bot = example("ctrl_c")
        .env("MATTERMOST_URL", server.url())
        .env("MATTERMOST_TOKEN", server.token("bob"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    assert!(server.wait_for_connections(2, Duration::from_secs(30)), "the bot did not come");
    server.post_as("janedoe", "town-square", "one");
    await_post(&events, "bob", "You said: one");
    server.on("POST /posts").times(9).silence();
    server.forget_requests();
    server.post_as("janedoe", "town-square", "two");
    let asked = std::time::Instant::now();
    while !server.requests().iter().any(|request| request.path.ends_with("/posts")) {
        assert!(asked.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(2));
    }
    let interrupted = std::time::Instant::now();
    let killed = Command::new("kill").args(["-INT", &bot.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = bot.wait_with_output().unwrap();
    println!("ended {:?} after the signal", interrupted.elapsed());
    assert!(output.status.success(), "{:?}", output.status);
    assert!(String::from_utf8_lossy(&output.stdout).contains("ended"));
}
