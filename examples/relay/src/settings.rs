//! The environment of both programs, and their log.

use std::fmt::Display;
use std::io::Write as _;
use std::time::{Duration, Instant};

use mattermost::{Client, Timestamp};

use crate::store::{RedisStore, Result, StoreError};

const DEFAULT_REDIS_URL: &str = "redis://127.0.0.1/";
const DEFAULT_LEASE_SECONDS: u64 = 5;
/// A catch-up looks back this far after the relays were away.
const DEFAULT_HORIZON_SECONDS: u64 = 3600;
const DEFAULT_RETENTION_SECONDS: u64 = 3600;
/// Identities are kept for this time longer than the horizon. The store forgets a session, with what it holds, in this time.
const MEMORY_MARGIN: Duration = Duration::from_secs(3600);
const STORE_RETRY_INTERVAL: Duration = Duration::from_millis(200);
const LOG_INTERVAL: Duration = Duration::from_secs(10);

pub struct Settings {
    pub redis_url: String,
    pub name: String,
    pub lease: Duration,
    pub horizon: Duration,
    pub retention: Duration,
    pub twins: bool,
}

impl Settings {
    pub fn from_env() -> std::result::Result<Self, String> {
        let text = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
        let seconds = |name: &str, default: u64, least: u64| {
            let value = text(name, &default.to_string());
            let whole = value.parse::<u64>().ok().filter(|seconds| *seconds >= least);
            whole
                .map(Duration::from_secs)
                .ok_or(format!("{name} is `{value}`: set it to a number of seconds, {least} or more"))
        };
        let shape = text("RELAY_SHAPE", "lease");
        if !["lease", "twins"].contains(&&*shape) {
            return Err(format!("RELAY_SHAPE is `{shape}`: set it to `lease` or `twins`"));
        }
        Ok(Self {
            redis_url: text("REDIS_URL", DEFAULT_REDIS_URL),
            name: text("RELAY_NAME", "mattermost"),
            lease: seconds("RELAY_LEASE", DEFAULT_LEASE_SECONDS, 1)?,
            horizon: seconds("RELAY_HORIZON", DEFAULT_HORIZON_SECONDS, 60)?,
            retention: seconds("RELAY_RETENTION", DEFAULT_RETENTION_SECONDS, 0)?,
            twins: shape == "twins",
        })
    }

    /// Opens a session of the store, with a new token.
    pub fn store(&self) -> std::result::Result<RedisStore, String> {
        let memory = self.horizon + MEMORY_MARGIN;
        RedisStore::new(&self.redis_url, &self.name, self.lease, memory, self.twins).map_err(|error| {
            match error {
                StoreError::Unavailable(reason) | StoreError::Refused(reason) => {
                    format!("REDIS_URL: {reason}. Set it to `redis://:PASSWORD@HOST:PORT/`")
                }
            }
        })
    }
}

/// The server and the account, as the store names them.
pub fn account_of(client: &Client) -> String {
    format!("{} on {}", client.me().username, client.url())
}

/// Repeats a call of the store until it succeeds, and logs the reason of the wait.
pub fn persist<T>(mut call: impl FnMut() -> Result<T>) -> Result<T> {
    let (began, mut logged) = (Instant::now(), None::<Instant>);
    loop {
        match call() {
            Err(StoreError::Unavailable(reason)) => {
                if logged.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
                    let waited = logged.map(|_| format!(" for {} s", began.elapsed().as_secs()));
                    log(format_args!("store not available{}: {reason}", waited.unwrap_or_default()));
                    logged = Some(Instant::now());
                }
                std::thread::sleep(STORE_RETRY_INTERVAL);
            }
            done => {
                if logged.is_some() {
                    log(format_args!("store available again after {} s", began.elapsed().as_secs()));
                }
                return done;
            }
        }
    }
}

/// Writes a line to standard error, with the time in UTC.
pub fn log(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{} {text}", Timestamp::now());
}
