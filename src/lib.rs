//! Mattermost for programs without an async runtime: blocking calls for the REST API v4, live events on a crossbeam
//! channel, and callbacks in the manner of Perl's `AnyEvent::Mattermost`.
//!
//! ```no_run
//! fn main() -> mattermost::Result<()> {
//!     let client = mattermost::Client::from_env()?; // MATTERMOST_URL, MATTERMOST_TOKEN
//!     let events = client.events()?;
//!     events.messages().serve(|message| {
//!         message.answer(format!("You said: {}", message.text()))?; // an error is logged, and ends nothing
//!         Ok(())
//!     })
//! }
//! ```
//!
//! # Three layers
//!
//! Each is of use alone.
//!
//! **[`Client`]** is the REST API. A group is a method, a route is a method of the group:
//!
//! ```no_run
//! # fn run() -> mattermost::Result<()> {
//! use mattermost::{Client, PostDraft};
//!
//! let client = Client::builder("https://chat.example.com").token("...").connect()?;
//! let channel = client.channel("awesome-chat", "Town Square")?; // by display name or short name
//! let post = client.posts().create(&PostDraft::new(&channel.id, "**done**"))?;
//! client.posts().reply(&post, "and the log")?; // in its thread
//! client.dm("bob", "psst")?;
//! # Ok(()) }
//! ```
//!
//! [`rest`] lists the groups; [`Client::call`] reaches any other route. Every call has a deadline (30 s, see
//! [`limits`]), is repeated where that cannot do harm, and waits out rate limits within it.
//!
//! **[`Events`]** is the live stream, with reconnection, resumption and catch-up of its own:
//!
//! ```no_run
//! # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
//! use mattermost::{EventKind, Events, Payload};
//!
//! let events = Events::builder(client).kinds([EventKind::Posted, EventKind::ReactionAdded]).open()?;
//! for event in &events {
//!     match event.payload()? {
//!         Payload::Posted(posted) => println!("{}: {}", posted.sender(), posted.post.message),
//!         Payload::ReactionAdded(added) => println!(":{}:", added.reaction.emoji_name),
//!         Payload::Missed(missed) => println!("not everything came: {}", missed.reason),
//!         _ => {}
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! [`Events::receiver`] is a crossbeam channel for `select!` ([`crossbeam_channel`] is re-exported), and
//! [`Events::messages`] is for bots: posts by others, with `serve`, `answer` and `ask`. [`event`] lists the events, [`ws`] says
//! what happens when a link breaks.
//!
//! **[`Mattermost`]** has callbacks by event name: the interface of `AnyEvent::Mattermost`, `new`, `on`, `start`, `send`,
//! `run`, `stop`.
//!
//! # Threads
//!
//! A client has no threads. A stream has two: one blocks in a read, the other writes and keeps the time. Both sleep
//! until data arrives or a ping is due. A third one runs while a gap is filled, a login is repeated or a name is looked
//! up. Events are decoded on the thread that takes them, and callbacks run on the thread of [`Mattermost::run`]. Only
//! two kinds of user code run on the threads of the crate: the logger, and the closure of an MFA code. Neither runs
//! under a lock. [`Client`], [`Events`] and [`Mattermost`] are `Send + Sync`. Clones of a client share its session and
//! its connections.
//!
//! # Shutdown
//!
//! A loop over a stream ends when somebody stops it, or when it ends for good, which is then its last event. From
//! another thread, a signal handler's or a window's, take a [`Stopper`]:
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
//! [`Events::close`] says goodbye to the server within a time that you give, dropping an [`Events`] within a quarter of a
//! second. [`Client::close`] ends the calls in flight of all clones; dropping a client does not.
//!
//! # Errors
//!
//! One type, [`Error`], with a [`kind`](Error::kind) for what a program can act on, a message, and often a
//! [`hint`](Error::hint). It prints like a message, also from `main() -> Result`. Tokens and passwords are in none.
//!
//! # Features
//!
//! | feature | default | |
//! | --- | --- | --- |
//! | `native-tls` | yes | https and wss, with the system's TLS library |
//! | `vendored` | no | the same, with an OpenSSL that is built from source |
//! | `testing` | no | `testing::TestServer`, an in-process Mattermost for the tests of your program |
//! | `admin` | no | the administrative routes |
//!
//! The library logs by the [`log`](https://docs.rs/log) facade and prints nothing.

#![cfg_attr(docsrs, feature(doc_cfg))]

/// The programs of the README are compiled as these are.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[macro_use]
mod macros;

mod base_url;
mod client;
mod config;
pub mod error;
pub mod event;
pub mod facade;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
pub mod http;
pub mod integration;
pub mod limits;
pub mod model;
mod net;
mod page;
mod path_arg;
mod percent;
mod proxy;
mod random;
mod request_headers;
pub mod rest;
mod secret;
mod signature;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
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
pub use time::Timestamp;
#[cfg(feature = "native-tls")]
pub use tls::TlsConfig;
pub use ws::{
    CatchUp, CloseReport, ConnectionState, Events, EventsBuilder, Filter, Message, Messages, Overflow,
    Position, Probe, StopGuard, Stopper, Subscription, TypingGuard,
};
