//! The one test binary: one `mod` line a file.

mod events;
mod layers;
mod routes;
