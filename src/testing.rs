//! A Mattermost server in your tests' own process.
//!
//! [`TestServer`] listens on 127.0.0.1, on a free port, and behaves like a real server as far as a bot can tell: it
//! has users, channels, posts, threads, reactions, files and sessions, and its WebSocket sends the events of all of
//! these, can be resumed, and is cut, stalled or broken whenever a test wants it.
//!
//! ```
//! use mattermost::testing::TestServer;
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = TestServer::start()?;
//! // The bot under test, which says "pong" to everybody's "ping".
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
//! let answer = server.wait_for_post("town-square", Duration::from_secs(5), |post| post.user == "bob");
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
//! server.handle_command("deploy", |call| json!({"text": format!("deploying {}", call["text"])}));
//! let seen = server.slash("bob", "town-square", "/deploy prod");
//! assert_eq!(seen.text(), Some("deploying prod"));
//! # Ok(()) }
//! ```
//!
//! `press` and `submit_dialog` do the same for the buttons and dialogs of a program.
//!
//! # What is there
//!
//! - The team `awesome-chat` ("Awesome Chat"), with the channels `town-square` ("Town Square") and `off-topic`
//!   ("Off-Topic").
//! - The users `janedoe`, `bob`, `zoe` and `admin`, all in both channels. `admin` is a system administrator. Their
//!   e-mail addresses end in `@example.com`, and the password of all is [`PASSWORD`].
//!
//! # What is different
//!
//! Everything is in memory, and there is one node. There are no plug-ins, no license and no guests. Permissions are
//! those of the default roles of users, bots, channel, team and system administrators. Any name that could be one of an
//! emoji is accepted.
//! Administrative routes are missing; a route that is not there answers 404 with `api.context.404.app_error`, as a
//! real server does for one that it does not know. Searching looks for words only. No two posts are made or
//! changed in the same millisecond: the server's clock runs ahead of the machine's while a test makes more than a
//! thousand a second.
//!
//! # Threads
//!
//! One thread accepts connections, one serves each, a second one writes to each WebSocket. All of them end when the
//! server is dropped.
//!
//! # Panics
//!
//! Methods that take the name of a user, team or channel panic when there is none of this name: the mistake is the
//! test's own. [`client`](TestServer::client) returns an error instead.

pub(crate) mod conn;
mod control;
mod faults;
pub(crate) mod frame;
pub(crate) mod http;
mod hub;
mod routes;
mod rules;
mod server;
mod socket;
mod state;
#[cfg(test)]
mod tests;
#[cfg(feature = "native-tls")]
mod tls;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use control::{Interaction, RecordedRequest, TestDialog, TestPost, TestUser};
pub use faults::Fault;

use crate::client::{Client, ClientBuilder};
use crate::error::{Error, Result};
use server::Inner;
use state::World;

/// The password of the users that are there from the beginning.
pub const PASSWORD: &str = "foobar123";

/// An in-process Mattermost. See the [module](self).
#[derive(Debug)]
pub struct TestServer {
    inner: Arc<Inner>,
    acceptor: Option<JoinHandle<()>>,
}

/// The settings of a [`TestServer`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing before `start`"]
pub struct TestServerBuilder {
    settings: Settings,
    version: String,
    seed: Option<u64>,
}

#[derive(Clone, Debug)]
struct Settings {
    ping_interval: Duration,
    pong_wait: Duration,
    auth_timeout: Duration,
    idle_timeout: Duration,
    tls: bool,
}

impl TestServerBuilder {
    /// Sets the interval at which the server pings a connection. Defaults to 60 s.
    pub fn ping_interval(mut self, time: Duration) -> Self {
        self.settings.ping_interval = time;
        self
    }

    /// Sets the time after which the server closes a connection without a Pong. Defaults to 100 s.
    pub fn pong_wait(mut self, time: Duration) -> Self {
        self.settings.pong_wait = time;
        self
    }

    /// Sets the time for which a connection may stay unauthenticated. Defaults to 5 s.
    pub fn auth_timeout(mut self, time: Duration) -> Self {
        self.settings.auth_timeout = time;
        self
    }

    /// Sets the time for which an idle HTTP connection is kept. Defaults to 60 s.
    pub fn idle_timeout(mut self, time: Duration) -> Self {
        self.settings.idle_timeout = time;
        self
    }

    /// Speaks https and wss, with a certificate for localhost, 127.0.0.1 and `::1` of a fixed authority; see
    /// [`TestServer::authority`].
    #[cfg(feature = "native-tls")]
    pub fn tls(mut self) -> Self {
        self.settings.tls = true;
        self
    }

    /// The version that the server says it has; `11.6.0` by default. With one below 6 it sends the events, and lacks
    /// the routes, that 5.37 does.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Makes ids and tokens the same in every run. They are random by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(self) -> Result<TestServer> {
        let seed = match self.seed {
            Some(seed) => seed,
            None => getrandom::u64()
                .map_err(|error| Error::io("no random numbers", std::io::Error::other(error.to_string())))?,
        };
        let mut world = World::new(seed, &self.version);
        control::populate(&mut world);
        let (inner, acceptor) = Inner::start(self.settings, world)
            .map_err(|error| Error::io("the test server cannot start", error))?;
        Ok(TestServer { inner, acceptor: Some(acceptor) })
    }
}

impl TestServer {
    /// Starts a server with the usual settings.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start() -> Result<Self> {
        Self::builder().start()
    }

    /// A server with other settings.
    pub fn builder() -> TestServerBuilder {
        TestServerBuilder {
            settings: Settings {
                ping_interval: Duration::from_secs(60),
                pong_wait: Duration::from_secs(100),
                auth_timeout: Duration::from_secs(5),
                idle_timeout: Duration::from_secs(60),
                tls: false,
            },
            version: "11.6.0".to_owned(),
            seed: None,
        }
    }
}

impl TestServer {
    /// A client of the server that is logged in as a user, by a session of its own and without a request for it.
    ///
    /// # Errors
    /// When there is no such user, or the client cannot connect.
    pub fn client(&self, user: &str) -> Result<Client> {
        let known = self.inner.world().user_named(user).is_some();
        if !known {
            return Err(Error::input(format!("the test server has no user {user:?}")));
        }
        self.client_builder().token(self.token(user)).connect()
    }

    /// The beginning of a client of the server: without proxies, and with its certificate authority where it has TLS.
    /// What is left is `.token(..)` or `.login(..)`, and `.connect()`.
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
            // A panic there was printed there.
            let _ = acceptor.join();
        }
    }
}
