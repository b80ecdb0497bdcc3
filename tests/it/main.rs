//! The one test binary: one `mod` line a file.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod addresses;
mod attacks;
mod bad_input;
mod calls;
mod contract;
mod conversations;
mod docs;
mod doctor;
mod events;
mod facade;
mod footprint;
mod gate;
mod history;
mod integration;
mod layers;
mod limits;
mod live;
mod live_permissions;
mod live_sweep;
mod live_writes;
mod logins;
mod logs;
mod long_methods;
mod models;
mod names;
mod odd_responses;
mod once;
mod outage;
mod peer;
mod pictures;
mod posting;
mod proxy_connect;
mod recorder;
mod recovery;
mod replay;
#[cfg(feature = "admin")]
mod rest_admin;
mod routes;
mod secrets;
mod style;
#[cfg(feature = "native-tls")]
mod tls;
mod transfers;
mod ws_stream;
