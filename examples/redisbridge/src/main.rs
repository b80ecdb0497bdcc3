//! Events through a Redis stream to workers on several machines. `redisbridge publish`: one process publishes, others stand
//! by. `redisbridge work NAME`: a worker, which responds to `!sum 1 2 3`. Environment: `MATTERMOST_URL`,
//! `MATTERMOST_TOKEN`, `REDIS_URL` (redis://127.0.0.1/).
//!
//! An event and the position behind it are written in one transaction, so a crash loses nothing. An event that is caught up
//! a second time is recognized by its identity. The events of a worker that dies go to the others. The package
//! `examples/relay` is the complete form, for many workers and a Redis that fails.

use std::time::{Duration, Instant};

use mattermost::{Client, ClientBuilder, Event, Events, Message, PostDraft};
use redis::streams::{StreamAutoClaimReply, StreamReadOptions, StreamReadReply};
use redis::{Commands, Connection, RedisResult, Script};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const [STREAM, POSITION, LEADER, GROUP]: [&str; 4] = ["mm:events", "mm:position", "mm:leader", "workers"];
