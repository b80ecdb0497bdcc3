//! Events of a Mattermost account in Redis: relays store them, workers process them. See README.md.

pub mod faults;
pub mod settings;
pub mod store;
