//! What the server's nouns look like: users, teams, channels, posts.
//!
//! All fields are public, times are [`Timestamp`](crate::Timestamp)s in ms, ids are newtypes, enums of the server are
//! open. Fields that the server leaves out or sends as `null` read as their default, fields that we do not know are
//! skipped. Every model is `Default + Deserialize + Serialize`, so that tests can build one.

pub mod id;
pub(crate) mod json;

pub use id::*;
pub use json::Json;
