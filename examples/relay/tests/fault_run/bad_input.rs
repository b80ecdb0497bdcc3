//! Stores that are full, read-only, away or rolled back, and relays that do not belong together.

use std::time::{Duration, Instant};

use redis::Commands;

use crate::chat::Chat;
use crate::processes::{Node, RedisServer, new_folder};

struct Site {
    chat: Chat,
    store: RedisServer,
}

impl Site {
    fn start() -> Self {
        Self { chat: Chat::start(1), store: RedisServer::start(&new_folder()) }
    }

    fn node(&self, program: &'static str, name: &str, more: &[(&str, &str)]) -> Node {
        let mut environment = vec![
            ("MATTERMOST_URL".to_owned(), self.chat.url.clone()),
            ("MATTERMOST_TOKEN".to_owned(), self.chat.token.clone()),
            ("REDIS_URL".to_owned(), self.store.url()),
            ("RELAY_LEASE".to_owned(), "3".to_owned()),
        ];
        environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Node::start(program, self.store.folder.join(format!("{name}.log")), &environment)
    }

    fn configure(&self, name: &str, value: &str) {
        redis::cmd("CONFIG").arg("SET").arg(name).arg(value).exec(&mut self.store.connection()).unwrap();
    }

    /// Waits until the bot has responded to a post.
    fn wait_for_response(&self, post: &mattermost::Post) {
        self.wait_for_key(post, &format!("posted:{}", post.id));
    }

    fn wait_for_key(&self, post: &mattermost::Post, key: &str) {
        let until = Instant::now() + Duration::from_secs(120);
        while self.chat.bot.posts().find_key(&post.channel_id, key, post.create_at).unwrap().is_none() {
            assert!(Instant::now() < until, "no response to {}", post.message);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn a_store_that_refuses_writes() {
    let site = Site::start();
    let (relay, _worker) = (site.node("relay", "relay", &[]), site.node("worker", "worker", &[]));
    relay.wait_for("stream open");
    site.wait_for_response(&site.chat.post(0, "!sum 1 1".into()));

    site.configure("maxmemory", "1mb");
    let post = site.chat.post(0, "!sum 2 1".into());
    relay.wait_for("OOM");
    site.configure("maxmemory", "0");
    site.wait_for_response(&post);
    relay.wait_for("store available again");

    let replicate = |master: [&str; 2]| {
        redis::cmd("REPLICAOF").arg(&master).exec(&mut site.store.connection()).unwrap();
    };
    replicate(["127.0.0.1", "1"]);
    let post = site.chat.post(0, "!sum 3 1".into());
    relay.wait_for("ReadOnly");
    replicate(["NO", "ONE"]);
    site.wait_for_response(&post);
}

#[test]
fn a_store_that_was_rolled_back() {
    let mut site = Site::start();
    let (relay, _worker) = (site.node("relay", "relay", &[]), site.node("worker", "worker", &[]));
    relay.wait_for("stream open");
    let first = site.chat.post(0, "!sum 1 1".into());
    site.wait_for_response(&first);
    let (size, began) = (site.store.log_size(), Instant::now());
    let posts: Vec<_> = (0..20).map(|n| site.chat.post(0, format!("!sum {n} 2"))).collect();
    site.wait_for_response(&posts[19]);
    std::thread::sleep(Duration::from_secs(3).saturating_sub(began.elapsed()));
    site.store.stop(true);
    site.store.cut_log(size);
    println!("rolled back by {:.1} s", began.elapsed().as_secs_f64());
    site.store.start_again();
    let last = site.chat.post(0, "!sum 9 9".into());
    site.wait_for_response(&last);
    relay.wait_for("they are stored again");
    let sums = site.chat.bot.posts().history(&site.chat.channels[0]);
    let sums = sums.filter(|post| post.as_ref().unwrap().message.starts_with('=')).count();
    assert_eq!(sums, 22, "each once");
}

#[test]
fn a_store_of_another_schema_or_account() {
    let site = Site::start();
    let relay = site.node("relay", "relay", &[]);
    relay.wait_for("stream open");
    let other = site.node("relay", "other", &[("MATTERMOST_TOKEN", &site.chat.other_token)]);
    other.wait_for("relay ended: the store has relay `relaybot");
    other.wait_for("set RELAY_NAME to another name");
    // Another name is another store.
    let apart = [("MATTERMOST_TOKEN", &*site.chat.other_token), ("RELAY_NAME", "other")];
    site.node("relay", "apart", &apart).wait_for("stream open");

    let () = site.store.connection().hset("{mattermost}:meta", "schema", "2").unwrap();
    for program in ["relay", "worker"] {
        let node = site.node(program, &format!("new-{program}"), &[]);
        node.wait_for("ended: the store has schema `2`, this program `1`");
    }
}

#[test]
fn an_event_that_ends_its_worker_is_a_dead_letter() {
    let site = Site::start();
    let (relay, mut worker) = (site.node("relay", "relay", &[]), site.node("worker", "worker", &[]));
    relay.wait_for("stream open");
    site.chat.post(0, "!sum crash".into());
    let next = site.chat.post(0, "!sum 4 5\n!sum 6 7".into());
    for _ in 0..5 {
        worker.wait_for_end();
        worker.start_again();
    }
    site.wait_for_response(&next);
    // A second response to an event has a key of its own.
    site.wait_for_key(&next, &format!("posted:{}/2", next.id));
    worker.wait_for("dead letter");
    assert_eq!(site.store.connection().xlen::<_, usize>("{mattermost}:dead").unwrap(), 1);
}

#[test]
fn settings_are_checked() {
    let site = Site::start();
    let denied = site.store.url().replace("redis://", "redis://:wrong@");
    for (name, value) in [
        ("RELAY_SHAPE", "three"),
        ("RELAY_LEASE", "0"),
        ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "rediss://127.0.0.1/"),
        ("REDIS_URL", &denied),
    ] {
        let node = site.node("relay", &format!("{name}-{}", value.len()), &[(name, value)]);
        node.wait_for("relay ended:");
        assert!(node.text().contains(name) || value == denied, "{}", node.text());
        assert!(!node.text().contains("wrong"), "{}", node.text());
    }
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let away = site.node("relay", "away", &[("REDIS_URL", &format!("redis://{other}/"))]);
    away.wait_for(&format!("store not available: Redis at {other}"));
}
