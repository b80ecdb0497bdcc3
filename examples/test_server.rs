//! A Mattermost to try programs with, in any language, until standard input ends:
//!
//! ```sh
//! sleep 600 | cargo run --features testing --example test_server -- --port 8065 --version 5.37.0 --seed-file world.json
//! ```
//!
//! All options may be left out. `--tls` serves https. The seed file adds to the default accounts and channels:
//!
//! ```json
//! {"teams": ["ops"], "users": ["ann"], "bots": ["deployer"], "channels": ["deploys", "ops/alerts"],
//!  "posts": [{"user": "ann", "channel": "deploys", "message": "hello"}]}
//! ```
//!
//! Standard output has a line with the variables for a program, and then JSON, one object a line: the accounts, and the
//! channels of the teams. The first line has the token of `janedoe`, an ordinary user. `admin` is an administrator, for
//! programs that manage others. Standard error has commands that act as another user, to give a bot something to do.

use std::io::Read;

use mattermost::testing::{PASSWORD, TestServer, TestServerBuilder};
use mattermost::{Page, UserId};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn texts<'v>(seed: &'v Value, key: &str) -> impl Iterator<Item = &'v str> {
    seed[key].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn seeded(mut builder: TestServerBuilder, seed: &Value) -> TestServerBuilder {
    for team in texts(seed, "teams") {
        builder = builder.team(team);
    }
    for user in texts(seed, "users") {
        builder = builder.user(user);
    }
    for bot in texts(seed, "bots") {
        builder = builder.bot(bot);
    }
    for channel in texts(seed, "channels") {
        builder = builder.channel(channel);
    }
    builder
}

fn main() -> Outcome<()> {
    let mut builder = TestServer::builder();
    let mut seed = Value::Null;
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{option} needs a value"));
        builder = match &*option {
            "--port" => builder.port(value()?.parse()?),
            "--version" => builder.version(value()?),
            "--seed-file" => {
                seed = serde_json::from_str(&std::fs::read_to_string(value()?)?)?;
                seeded(builder, &seed)
            }
            #[cfg(feature = "native-tls")]
            "--tls" => builder.tls(),
            _ => return Err(format!("unknown option {option}").into()),
        };
    }
    let server = builder.start()?;
    for post in seed["posts"].as_array().into_iter().flatten() {
        let field = |name: &str| post[name].as_str().ok_or(format!("a post without {name}: {post}"));
        server.post_as(field("user")?, field("channel")?, field("message")?);
    }
    println!("MATTERMOST_URL={} MATTERMOST_TOKEN={}", server.url(), server.token("janedoe"));
    for name in server.usernames() {
        println!(
            "{}",
            json!({"username": name, "id": server.user_id(&name), "password": PASSWORD, "token": server.token(&name)})
        );
    }
    let admin = server.client("admin")?;
    for team in admin.teams().list_for_user(&UserId::me())? {
        for channel in admin.channels().list_public(&team.id, &Page::default())? {
            println!("{}", json!({"team": team.name, "channel": channel.name, "id": channel.id}));
        }
    }
    let (url, bob) = (server.url(), server.token("bob"));
    let town = server.channel_id("town-square");
    eprintln!("# bob posts \"hello\", and runs a slash command:");
    for (route, body) in [
        ("posts", json!({"channel_id": town, "message": "hello"})),
        ("commands/execute", json!({"channel_id": town, "command": "/vacation 24 Dec"})),
    ] {
        eprintln!("curl -H 'Authorization: Bearer {bob}' -d '{body}' {url}/api/v4/{route}");
    }
    while std::io::stdin().read(&mut [0; 64]).is_ok_and(|length| length > 0) {}
    Ok(())
}
