//! Bots that serve, ask and subscribe, on `TestServer`.

mod asking;
mod flood;
mod serving;
mod subscriptions;

use std::time::Duration;

use mattermost::testing::TestServer;
use mattermost::{Events, EventsBuilder};

/// Nothing waits for it: what is awaited arrives earlier, or a test has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server with the account `bot`.
fn server() -> TestServer {
    let server = TestServer::start().unwrap();
    server.add_bot("bot");
    server
}

/// A stream of the bot, for which the times of reconnects are short.
fn builder(server: &TestServer) -> EventsBuilder {
    let client = server.client_builder().token(server.token("bot")).connect().unwrap();
    Events::builder(&client).time_scale(0.05)
}

/// Waits until the bot has said something that contains `text`.
fn heard(server: &TestServer, text: &str) -> mattermost::testing::TestPost {
    heard_in(server, "town-square", text)
}

fn heard_in(server: &TestServer, channel: &str, text: &str) -> mattermost::testing::TestPost {
    let said = |post: &mattermost::testing::TestPost| post.user == "bot" && post.message.contains(text);
    let post = server.wait_for_post(channel, PATIENCE, said);
    post.unwrap_or_else(|| panic!("the bot did not say {text:?}: {:#?}", server.posts(channel)))
}

/// A connection that is lost, and not resumed: the rest is caught up.
fn lose(server: &TestServer, meanwhile: impl FnOnce()) {
    server.down();
    server.forget_queues();
    meanwhile();
    server.up();
}
