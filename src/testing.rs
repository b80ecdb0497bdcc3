//! A Mattermost server inside the process of your tests.
//!
//! [`TestServer`] listens on 127.0.0.1, on a free port, and behaves like a real server. It has users, channels,
//! posts, threads, reactions, files and sessions, and sends their events over a WebSocket. Connections can be resumed,
//! and a test can cut, stall or corrupt them at any time.
//!
//! ```
//! use mattermost::testing::TestServer;
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = TestServer::start()?;
//! // The bot under test, which responds to "ping" with "pong".
//! let bot = server.client("bob")?;
//! let events = bot.events()?;
//! let stopper = events.stopper();
//! let running = std::thread::spawn(move || -> mattermost::Result<()> {
//!     for message in events.messages() {
//!         let message = message?;
//!         if message.text() == "ping" {
//!             message.answer("pong")?;
//!         }
//!     }
//!     Ok(())
//! });
//! // The test.
//! server.cut_connections();
//! server.post_as("janedoe", "town-square", "ping");
//! let by_bob = |post: &mattermost::testing::TestPost| post.user == "bob";
//! let answer = server.wait_for_post("town-square", Duration::from_secs(5), by_bob);
//! assert_eq!(answer.map(|post| post.message).as_deref(), Some("pong"));
//! stopper.stop();
//! running.join().map_err(|_| "the bot panicked")??;
//! # Ok(()) }
//! ```
//!
//! # Slash commands, buttons and dialogs
//!
//! ```
//! use mattermost::testing::TestServer;
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = TestServer::start()?;
//! // `add_command` sends the calls to a URL of the program under test instead.
//! server.handle_command("deploy", |call| {
//!     json!({"text": format!("deploying {}", call["text"])})
//! });
//! let seen = server.slash("bob", "town-square", "/deploy prod");
//! assert_eq!(seen.text(), Some("deploying prod"));
//! # Ok(()) }
//! ```
//!
//! `press` and `submit_dialog` do the same for the buttons and dialogs of a program.
//!
//! # Recordings
//!
//! [`ClientBuilder::record`] writes a program's run against any server to a file, and [`replay()`] serves the file to
//! a test, so that a bug report becomes a test. The file contains no secrets, and contains texts only if
//! [`ClientBuilder::record_texts`] is set. It contains one JSON object per line: a header with the version of the
//! format, and then `exchange` (method, path, query, bodies, status), `frame` (a message of a WebSocket, from the
//! server or the program), `socket_opened`, `socket_lost` and `dropped`. `begin` and `end` number them in the order
//! in which they happened, and `at` is in milliseconds.
//!
//! # Default data
//!
//! - The team `awesome-chat` ("Awesome Chat"), with the channels `town-square` ("Town Square") and `off-topic`
//!   ("Off-Topic").
//! - The users `janedoe`, `bob`, `zoe` and `admin`, all in both channels. `admin` is a system administrator. Their
//!   email addresses end in `@example.com`, and their password is [`PASSWORD`].
//!
//! # Differences from a real server
//!
//! All data is in memory. There is one node, without plug-ins and without a license. Permissions are those of the
//! default roles of guests, users, bots, and channel, team and system administrators. A route that needs a license, a
//! setting or another service responds like a real server without it. Only a route that the version does not have is
//! a 404 with `api.context.404.app_error`. No two posts are created or changed in the same millisecond: if a test makes
//! more than a thousand changes per second, the server's clock runs ahead of the machine's.
//!
//! These differ from a real server:
//!
//! - The server never loads anything from the network. `metadata.embeds` contains no previews of links and
//!   permalinks, `metadata.images` no external images, and a post with a permalink no `previewed_post`.
//! - Uploaded images have sizes, but no `mini_preview`.
//! - A search reduces words to their stems by the most common rules for English only, and does not support `ext:`.
//! - Among the built-in slash commands, `/echo` posts at once, whatever the delay; `/invite_people` sends no email;
//!   `/secure-connection` creates, accepts and removes nothing; `/help` has a text of its own; and `/status` does not
//!   recognize an emoji that is given as a character.
//! - The `icon_emoji` of an incoming webhook becomes the prop `override_icon_emoji`, but not the address of a picture.
//!   `priority` is ignored, and so is a content type that is malformed. A body is at most 300 KB in all versions.
//! - Users do not see their audits, there are no notices, and a reminder sends no confirmation.
//! - Lists of threads and sidebar categories differ in a few numbers that bots seldom read: `reply_count` of the posts around
//!   an unread one, `sort_order` of the default categories, and team names in memberships of all teams.
//!
//! # Routes
//!
//! Changes made through these routes are stored, visible to all users, and sent as events:
//!
#![doc = include_str!("testing/routes.md")]
//!
//! # Threads
//!
//! One thread accepts connections. Each connection has a thread, and each WebSocket a second one for writing. All of
//! them end when the server is dropped.
//!
//! # Panics
//!
//! Methods that take the name of a user, team or channel panic if it does not exist, since this is a mistake in the
//! test. [`client`](TestServer::client) returns an error instead.

mod builder;
mod clock;
pub(crate) mod conn;
mod control;
mod faults;
pub(crate) mod frame;
pub(crate) mod http;
mod hub;
mod ports;
mod rate_limit;
mod recorded_request;
mod replay;
mod routes;
mod rules;
mod script;
mod server;
mod settings;
mod shared;
mod socket;
mod state;
#[cfg(test)]
mod tests;
#[cfg(feature = "native-tls")]
mod tls;
mod version_shape;

use std::sync::Arc;
use std::thread::JoinHandle;

pub use builder::TestServerBuilder;
pub use control::{ChannelWatch, Fault, Interaction, TestDialog, TestPost, TestUser};
pub use recorded_request::RecordedRequest;
pub use replay::{Replay, replay};

use crate::client::{Client, ClientBuilder};
use crate::error::{Error, Result};
use shared::ServerShared;

/// The password of the default users.
pub const PASSWORD: &str = "foobar123";

/// An in-process Mattermost server. See the [module documentation](self).
#[derive(Debug)]
pub struct TestServer {
    inner: Arc<ServerShared>,
    acceptor: Option<JoinHandle<()>>,
}

impl TestServer {
    /// Starts a server with the default settings.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is available.
    pub fn start() -> Result<Self> {
        Self::builder().start()
    }

    /// Returns a builder for a server with other settings or more data.
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder::new()
    }
}

impl TestServer {
    /// Returns a client that is logged in as a user. It has its own session, created without a login request.
    ///
    /// # Errors
    ///
    /// Returns an error if the user does not exist or the client cannot connect.
    pub fn client(&self, user: &str) -> Result<Client> {
        let known = self.inner.world().user_named(user).is_some();
        if !known {
            return Err(Error::input(format!("the test server has no user {user:?}")));
        }
        self.client_builder().token(self.token(user)).connect()
    }

    /// Returns a client builder with the address of the server, no proxy and, with TLS, the certificate authority of
    /// the server. Add `.token(..)` or `.login(..)`, and call `.connect()`.
    pub fn client_builder(&self) -> ClientBuilder {
        let builder = Client::builder(self.url()).no_proxy();
        #[cfg(feature = "native-tls")]
        if self.inner.settings.tls {
            if let Ok(tls) = crate::tls::TlsConfig::new().only_root(Self::authority().as_bytes()) {
                return builder.tls(tls);
            }
        }
        builder
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.inner.stop();
        if let Some(acceptor) = self.acceptor.take() {
            // A panic of the acceptor has already been printed.
            let _ = acceptor.join();
        }
    }
}
