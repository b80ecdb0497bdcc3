//! Events through a Redis stream to workers on several machines. `redisbridge publish`: one process publishes, others stand
//! by. `redisbridge work NAME`: a worker, which responds to `!sum 1 2 3`. Environment: `MATTERMOST_URL`,
//! `MATTERMOST_TOKEN` (one account for all: workers ignore its own posts), `REDIS_URL` (defaults to redis://127.0.0.1/).
//!
//! An event and the position behind it are written in one transaction, so a crash loses nothing. An event that is caught up
//! a second time is recognized by its identity. The events of a worker that dies go to the others after a minute, and a
//! standby takes over after 5 to 11 s. The stream keeps about the last 100,000 events (`MAXLEN`), also if workers are
//! behind: then events are lost. The package `examples/relay` is the complete form, which loses none, for many workers
//! and a Redis that fails.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use mattermost::{Client, ClientBuilder, Event, Events, Message, Position, PostDraft, Result};
use redis::streams::{StreamAutoClaimOptions, StreamAutoClaimReply, StreamReadOptions, StreamReadReply};
use redis::{Commands, Connection, RedisResult, Script};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const STREAM: &str = "mattermost:events";
const POSITION: &str = "mattermost:position";
const LEADER: &str = "mattermost:leader";
const GROUP: &str = "workers";
const LEASE: Duration = Duration::from_secs(10);

/// KEYS: leader, stream, position, seen. ARGV: token, lease in ms, position, event or nothing. 0 if another process leads.
const PUBLISH: &str = r"
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if ARGV[4] ~= '' and redis.call('SET', KEYS[4], 1, 'NX', 'EX', 3600) then
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'event', ARGV[4])
end
redis.call('SET', KEYS[3], ARGV[3])
return 1";

/// Waits until this process leads, and publishes until the stream is stopped or another process leads.
fn publish(client: &Client, redis: &mut Connection, opened: impl FnOnce(&Events)) -> Outcome {
    let token = format!("{}:{:?}", std::process::id(), Instant::now());
    let lease = LEASE.as_millis().to_string();
    let mut lead = redis::cmd("SET");
    lead.arg(LEADER).arg(&token).arg("NX").arg("PX").arg(&lease);
    while lead.query::<Option<String>>(redis)?.is_none() {
        std::thread::sleep(LEASE / 5);
    }
    let position: Option<String> = redis.get(POSITION)?;
    let position: Option<Position> = position.map(|json| serde_json::from_str(&json)).transpose()?;
    let (events, script) = (Events::builder(client).resume_from(position).open()?, Script::new(PUBLISH));
    opened(&events);
    for event in events.ticking(LEASE / 3) {
        let identity = event.as_ref().and_then(Event::identity).unwrap_or_default();
        let text = event.as_ref().filter(|_| !identity.is_empty()).map_or("", Event::raw);
        let position = serde_json::to_string(&events.position())?;
        let keys = [LEADER, STREAM, POSITION, &format!("mattermost:seen:{identity}")];
        let leads: bool = script.key(&keys).arg(&[&token, &lease, &position, text]).invoke(redis)?;
        leads.then_some(()).ok_or("another process leads")?;
    }
    events.error().map_or(Ok(()), |error| Err(error.into()))
}

/// Handles events until `stop`. One that fails, or whose worker dies, is given to a worker again after `idle`.
fn work(redis: &mut Connection, client: &Client, name: &str, idle: Duration, stop: &AtomicBool) -> Outcome {
    let created: RedisResult<()> = redis.xgroup_create_mkstream(STREAM, GROUP, "0");
    created.or_else(|error| if error.code() == Some("BUSYGROUP") { Ok(()) } else { Err(error) })?;
    let new = StreamReadOptions::default().group(GROUP, name).count(1).block(500);
    while !stop.load(SeqCst) {
        let (idle, all) = (idle.as_millis() as u64, StreamAutoClaimOptions::default());
        let left: StreamAutoClaimReply = redis.xautoclaim_options(STREAM, GROUP, name, idle, "0-0", all)?;
        let read: Option<StreamReadReply> = redis.xread_options(&[STREAM], &[">"], &new)?;
        let read = read.into_iter().flat_map(|read| read.keys).flat_map(|stream| stream.ids);
        for entry in left.claimed.into_iter().chain(read) {
            let event = Event::from_json(&entry.get::<String>("event").unwrap_or_default());
            match event.and_then(|event| sum(client, name, &event)) {
                Ok(()) => redis.xack::<_, _, _, ()>(STREAM, GROUP, &[entry.id])?,
                Err(error) => eprintln!("{}: {error}", entry.id), // is tried again
            }
        }
    }
    Ok(())
}

/// Posts the response once, even if the event is worked on twice.
fn sum(client: &Client, worker: &str, event: &Event) -> Result<()> {
    let Some(message) = Message::from_event(client, event)? else { return Ok(()) };
    let Some(("sum", numbers)) = message.command("!") else { return Ok(()) };
    let sum: i64 = numbers.split_whitespace().filter_map(|number| number.parse::<i64>().ok()).sum();
    let draft = PostDraft::new(&message.post.channel_id, sum.to_string()).root_id(message.post.thread_id());
    let draft = draft.key(format!("sum:{}", message.post.id)).key_since(message.post.create_at);
    client.posts().create_once(&draft.prop("worker", worker), Duration::from_secs(60)).map(drop)
}

fn main() -> Outcome {
    let mode = std::env::args().nth(1).ok_or("usage: redisbridge publish | work NAME")?;
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let client = ClientBuilder::from_env()?.connect_within(Duration::from_secs(60))?;
    let mut redis = redis::Client::open(url)?.get_connection().map_err(|error| format!("Redis: {error}"))?;
    eprintln!("ready: {mode}, as @{}", client.me().username);
    match (&*mode, std::env::args().nth(2)) {
        ("publish", None) => publish(&client, &mut redis, |_| eprintln!("publishing")),
        ("work", Some(name)) => work(&mut redis, &client, &name, LEASE * 6, &AtomicBool::new(false)),
        _ => Err("usage: redisbridge publish | work NAME".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mattermost::testing::TestServer;
    use std::process::{Child, Command, Stdio};
    use std::thread;

    struct Redis(Child, u16);

    impl Redis {
        fn start() -> Self {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            drop(listener);
            let mut command = Command::new("redis-server");
            command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
            Self(command.stdout(Stdio::null()).spawn().expect("install redis-server"), port)
        }

        fn connect(&self) -> Connection {
            let client = redis::Client::open(format!("redis://127.0.0.1:{}/", self.1)).unwrap();
            let until = Instant::now() + Duration::from_secs(20);
            loop {
                match client.get_connection() {
                    Ok(connection) => return connection,
                    Err(error) => assert!(Instant::now() < until, "{error}"),
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
    }

    impl Drop for Redis {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// Ends the workers, even if the test panics.
    struct SetOnDrop<'a>(&'a AtomicBool);

    impl Drop for SetOnDrop<'_> {
        fn drop(&mut self) {
            self.0.store(true, SeqCst);
        }
    }

    #[test]
    fn workers_share_and_a_crash_loses_nothing() {
        let (server, redis) = (TestServer::start().unwrap(), Redis::start());
        let client = server.client("janedoe").unwrap();
        // Publishes until `test` returns. Then the process is gone, and its lease with it.
        let publishing = |test: &dyn Fn()| {
            let (send, stopper) = std::sync::mpsc::channel();
            let opened = |events: &Events| send.send(events.stopper()).unwrap();
            thread::scope(|scope| {
                let running = scope.spawn(|| publish(&client, &mut redis.connect(), opened).unwrap());
                let guard = stopper.recv_timeout(Duration::from_secs(20)).unwrap().guard();
                test();
                drop(guard);
                running.join().unwrap();
            });
            let _: () = redis.connect().del(LEADER).unwrap();
        };
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            let _stop = SetOnDrop(&stop);
            for name in ["worker1", "worker2"] {
                let (mut connection, client, stop) = (redis.connect(), &client, &stop);
                let idle = Duration::from_secs(1);
                scope.spawn(move || work(&mut connection, client, name, idle, stop).unwrap());
            }
            let post = |from: i64, to: i64| {
                (from..to).for_each(|n| drop(server.post_as("bob", "town-square", &format!("!sum {n} 1"))));
            };
            let responses = |count: usize| {
                let until = Instant::now() + Duration::from_secs(30);
                let have =
                    || server.posts("town-square").iter().filter(|post| post.user == "janedoe").count();
                while have() < count && Instant::now() < until {
                    thread::sleep(Duration::from_millis(10));
                }
                assert_eq!(have(), count);
            };
            publishing(&|| {
                post(0, 10);
                responses(10);
            });
            post(10, 20); // while nobody publishes
            publishing(&|| responses(20));
            server.forget_queues(); // caught up
            post(1_000, 1_001);
            publishing(&|| responses(21));
        });
        let posts = server.posts("town-square");
        let by = |worker: &str| posts.iter().filter(|post| post.props["worker"] == worker).count();
        assert_eq!(by("worker1") + by("worker2"), 21);
        assert!(by("worker1") > 0 && by("worker2") > 0, "the workers share");
    }
}
