//! A Mattermost client for programs without an async runtime: blocking calls for the REST API v4, live events on a
//! crossbeam channel, and callbacks modeled on Perl's `AnyEvent::Mattermost`.
//!
//! A bot that runs for years:
//!
//! ```no_run
//! fn main() -> mattermost::Result<()> {
//!     let client = mattermost::Client::from_env()?; // MATTERMOST_URL, MATTERMOST_TOKEN
//!     let events = client.events()?;
//!     events.messages().serve(|message| {
//!         message.answer(format!("You said: {}", message.text()))?;
//!         Ok(())
//!     })
//! }
//! ```
//!
//! The [`guide`] continues from here: conversations, buttons, files, schedules, tests, running as a service, and moving
//! from other libraries.
//!
//! # When things go wrong
//!
//! | event | effect |
//! |---|---|
//! | the handler fails or panics | the error is logged, and the next message is handled |
//! | the connection breaks, the server restarts | the stream reconnects, resumes, and fetches the missed posts |
//! | events are lost permanently | a [`Payload::Missed`] reports the time and the reason |
//! | the server is slow or silent | each call ends by its deadline, 30 s by default |
//! | the server responds with 429 | calls wait as long as the server requires |
//! | the connection breaks during a post | the request is repeated without creating a second post, or fails with [`ErrorKind::UnknownOutcome`] |
//! | the token is revoked | `serve` returns the error |
//!
//! # Tests
//!
//! `testing::TestServer`, available with the feature `testing`, is a Mattermost server that runs in the process of
//! your tests:
//!
//! ```
//! # #[cfg(not(feature = "testing"))] fn main() {}
//! # #[cfg(feature = "testing")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use mattermost::testing::TestServer;
//! use std::time::Duration;
//!
//! let server = TestServer::start()?;
//! server.add_bot("echo");
//! let events = server.client("echo")?.events()?;
//! std::thread::scope(|scope| {
//!     let _stop = events.stopper().guard();
//!     scope.spawn(|| {
//!         events.messages().serve(|message| message.answer("Hello!").map(drop))
//!     });
//!     server.post_as("bob", "town-square", "Hi!");
//!     let hello = server.wait_for_post("town-square", Duration::from_secs(5), |post| {
//!         post.user == "echo" && post.message == "Hello!"
//!     });
//!     assert!(hello.is_some());
//! });
//! # Ok(()) }
//! ```
//!
//! # Layers
//!
//! Each layer can be used on its own.
//!
//! **[`Client`]** is the REST API. Each group of routes is a method of the client, and each route is a method of its
//! group:
//!
//! ```no_run
//! # fn run() -> mattermost::Result<()> {
//! use mattermost::{Client, PostDraft};
//!
//! let client = Client::builder("https://chat.example.com").token("...").connect()?;
//! let channel = client.channel("awesome-chat", "Town Square")?; // or its short name
//! let post = client.posts().create(&PostDraft::new(&channel.id, "**done**"))?;
//! client.posts().reply(&post, "and the log")?; // in its thread
//! client.dm("bob", "psst")?;
//! # Ok(()) }
//! ```
//!
//! [`rest`] lists the groups. [`Client::call`] calls any other route. Every call has a deadline (see [`limits`]), is
//! retried if that is safe, and waits for rate limits.
//!
//! **[`Events`]** is the live stream. The stream reconnects, resumes and catches up automatically:
//!
//! ```no_run
//! # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
//! use mattermost::{EventKind, Events, Payload};
//!
//! let kinds = [EventKind::Posted, EventKind::ReactionAdded];
//! let events = Events::builder(client).kinds(kinds).open()?;
//! for event in &events {
//!     match event.payload()? {
//!         Payload::Posted(posted) => println!("{}", posted.post.message),
//!         Payload::ReactionAdded(added) => println!(":{}:", added.reaction.emoji_name),
//!         Payload::Missed(missed) => println!("missed events: {}", missed.reason),
//!         _ => {}
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! [`Events::receiver`] is a crossbeam channel for `select!` (the crate `crossbeam_channel` is re-exported).
//! [`Events::messages`] is for bots: it yields the posts of other users, which [`Messages::serve`] passes to a
//! handler. [`event`] lists the events. [`ws`] describes reconnects and the catch-up.
//!
//! **[`integration`]** parses and verifies the requests of slash commands, buttons and dialogs, for any HTTP server.
//!
//! **[`Mattermost`]** calls a callback for each event, by its name. It has the interface of `AnyEvent::Mattermost`:
//! `new`, `on`, `start`, `send`, `run` and `stop`.
//!
//! # Threads
//!
#![doc = include_str!("../docs/threads.svg")]
//!
//! A client has no threads. A stream has two: one connects and reads, the other writes and runs the timers. Both
//! sleep until data arrives or a ping is due. Short-lived threads fill gaps, repeat logins and resolve names. Events
//! are decoded on the thread that receives them, and callbacks run on the thread of [`Mattermost::run`]. Only two
//! kinds of user code run on the threads of the crate: the logger, and the closure for MFA codes. Neither runs while
//! a lock is held. [`Client`], [`Events`] and [`Mattermost`] are `Send + Sync`. Clones of a client share its session
//! and its connections.
//!
//! # Shutdown
//!
//! A loop over a stream ends when the stream is stopped or ends permanently. In the second case, its last event is
//! the error. To stop a stream from another thread or a signal handler, use a [`Stopper`]:
//!
//! ```no_run
//! # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
//! let events = client.events()?;
//! let stopper = events.stopper();
//! std::thread::spawn(move || {
//!     let _ = std::io::stdin().read_line(&mut String::new());
//!     stopper.stop(); // never blocks; the loop below ends
//! });
//! for event in &events {
//!     println!("{}", event.name());
//! }
//! # Ok(()) }
//! ```
//!
//! [`Events::close`] performs the close handshake within a given time. Dropping an [`Events`] closes it within a
//! quarter of a second. [`Client::close`] ends the calls in progress of all clones. Dropping a client does not.
//!
//! # Errors
//!
//! There is one error type, [`Error`], with a [`kind`](Error::kind) that a program can act on, a message, and often a
//! [`hint`](Error::hint). Its `Debug` output is readable, so `main` can return it. Errors never contain tokens or
//! passwords.
//!
//! # Features
//!
//! | feature | default | adds | costs |
//! | --- | --- | --- | --- |
//! | `native-tls` | yes | https and wss, with the system's TLS library | 14 crates on Linux; OpenSSL's headers to build |
//! | `vendored` | no | the same, with an OpenSSL built from source | 4 times the build time, 5.5 MB of binary |
//! | `testing` | no | `testing::TestServer`, an in-process Mattermost for tests, and `record` and `replay` | no crate |
//! | `admin` | no | the administrative routes | build time |
//!
//! The crate logs through the [`log`](https://docs.rs/log) facade and prints nothing.

#![cfg_attr(docsrs, feature(doc_cfg))]

/// The programs of the README are compiled as these are.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[macro_use]
mod macros;

mod atomic;
mod backoff;
mod base_url;
mod client;
mod config;
pub mod error;
pub mod event;
pub mod facade;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
pub mod guide;
pub mod http;
pub mod integration;
pub mod limits;
pub mod markdown;
pub mod model;
mod net;
mod page;
mod path_arg;
mod percent;
mod proxy;
mod random;
mod recording;
mod replace_file;
mod request_headers;
pub mod rest;
mod secret;
mod signature;
mod state_file;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod time_scale;
mod tls;
mod unwind;
pub mod ws;

pub use client::doctor;
pub use client::{Client, ClientBuilder, Names, Webhook};
pub use crossbeam_channel;
pub use error::{Error, ErrorKind, Result};
pub use event::{Broadcast, Event, EventKind, Origin, Payload};
pub use facade::Mattermost;
pub use http::Method;
pub use model::*;
pub use page::Pages;
pub use rest::Upload;
pub use secret::Secret;
pub use state_file::StateFile;
pub use time::Timestamp;
#[cfg(feature = "native-tls")]
pub use tls::TlsConfig;
pub use ws::{
    CatchUp, CloseReport, ConnectionState, DirectConversation, Events, EventsBuilder, Filter, Message,
    Messages, Overflow, Position, Probe, StopGuard, Stopper, Subscription, TypingGuard,
};
