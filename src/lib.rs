//! Mattermost for programs without an async runtime.

#[macro_use]
mod macros;

mod client;
mod config;
pub mod error;
pub mod event;
pub mod facade;
pub mod http;
pub mod limits;
pub mod model;
mod net;
mod page;
pub mod rest;
mod secret;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod tls;
pub mod ws;

pub use client::doctor;
pub use client::{Client, ClientBuilder};
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
    CatchUp, CloseReport, Events, EventsBuilder, LinkState, Message, Messages, Overflow, Position, Stopper,
};
