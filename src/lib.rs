//! Mattermost for programs without an async runtime.

#[macro_use]
mod macros;

mod config;
pub mod error;
pub mod http;
pub mod model;
mod page;
mod secret;
mod time;
mod tls;

pub use error::{Error, ErrorKind, Result};
pub use model::*;
pub use page::Pages;
pub use secret::Secret;
pub use time::Timestamp;
#[cfg(feature = "native-tls")]
pub use tls::TlsConfig;
