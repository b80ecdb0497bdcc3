//! A Mattermost to try programs with, in any language, until standard input ends:
//!
//! ```sh
//! cargo run --features testing --example test_server -- --port 8065 --bot opsbot --channel ops
//! sleep 600 | cargo run --features testing --example test_server -- --version 5.37.0 --seed-file world.json
//! ```
//!
//! All options may be left out. `--tls` serves https. The seed file adds to the default accounts and channels:
//!
//! ```json
//! {"teams": ["ops"], "users": ["ann"], "bots": ["deployer"], "channels": ["deploys", "ops/alerts"],
//!  "posts": [{"user": "ann", "channel": "deploys", "message": "hello"}]}
//! ```
//!
//! The first line contains the variables for a program. The accounts and the channels follow as JSON, one a line. Standard
//! error shows the rest: the accounts that suit the examples, and the lines that act as a user, such as
//! `bob post town-square !help` on standard input, or with curl.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mattermost::testing::{Interaction, PASSWORD, TestPost, TestServer, TestServerBuilder};
use mattermost::{TeamPage, User};
use serde_json::{Value, json};

const USAGE: &str =
    "usage: test_server [--port N] [--version V] [--bot NAME].. [--channel NAME].. [--seed-file F] [--tls]";

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

const ACTIONS: &str = r#"To act as a user, type a line here, such as:
  bob post town-square !help                    or `@opsbot` in place of a channel, for a direct message
  bob read town-square                          shows the posts
  bob reply town-square yes                     in the thread of the last post
  bob react town-square one                     to the last post
  bob post town-square /vacation 24 Dec         executes a slash command
  bob press town-square Ask for it              presses the last button of this name
  bob submit {"reason": "Christmas"}            submits the dialog that opened"#;

/// Shows the server, and how to use it.
fn introduce(server: &TestServer) -> Outcome<()> {
    println!("MATTERMOST_URL={} MATTERMOST_TOKEN={}", server.url(), server.token("janedoe"));
    let admin = server.client("admin")?;
    let kind = |user: &User| match () {
        () if user.is_bot => "bot",
        () if user.is_system_admin() => "administrator",
        () => "user",
    };
    let mut variables = String::new();
    for name in server.usernames() {
        let (user, token) = (admin.users().get_by_username(&name)?, server.token(&name));
        println!(
            "{}",
            json!({"username": name, "id": user.id, "kind": kind(&user), "password": PASSWORD, "token": token})
        );
        variables = format!(
            "{variables}  MATTERMOST_URL={} MATTERMOST_TOKEN={token} MATTERMOST_TEAM=awesome-chat   # {name}, {}\n",
            server.url(),
            kind(&user)
        );
    }
    for team in admin.teams().all(&TeamPage::new()) {
        let team = team?;
        for channel in admin.channels().all_public(&team.id) {
            let channel = channel?;
            println!("{}", json!({"team": team.name, "channel": channel.name, "id": channel.id}));
        }
    }
    eprintln!(
        "\nA program in another terminal runs with the variables of one account:\n{variables}\
         moderate, slash and offboard need the administrator. Any account suits the other examples; bots are best run\n\
         as a bot, which `--bot NAME` adds. `--channel ops` adds a channel, such as those of opsbot and oncall.\n\n\
         {ACTIONS}\n\n\
         The same with curl, as bob:\n  \
         curl -H 'Authorization: Bearer {bob}' {url}/api/v4/posts -d '{{\"channel_id\": \"{town}\", \"message\": \"!help\"}}'\n  \
         curl -H 'Authorization: Bearer {bob}' {url}/api/v4/commands/execute -d '{{\"channel_id\": \"{town}\", \"command\": \"/vacation 24 Dec\"}}'",
        bob = server.token("bob"),
        url = server.url(),
        town = server.channel_id("town-square"),
    );
    Ok(())
}

fn show(post: &TestPost) {
    println!("{}: {}", post.user, post.message);
    for card in post.attachments() {
        let field = |name: &str| card[name].as_str().unwrap_or_default();
        let actions =
            card["actions"].as_array().into_iter().flatten().filter_map(|action| action["name"].as_str());
        let actions = actions.map(|name| format!(" [{name}]")).collect::<Vec<_>>().concat();
        let texts = ["title", "text", "fallback"].map(field);
        println!(
            "  | {}{actions}",
            texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" - ")
        );
    }
    for (user, emoji) in &post.reactions {
        println!("  :{emoji}: by {user}");
    }
}

fn show_interaction(seen: &Interaction) {
    seen.posts.iter().for_each(show);
    for post in &seen.ephemeral {
        print!("(only for this user) ");
        show(post);
    }
    if let Some(dialog) = &seen.dialog {
        println!("dialog {}: {:?}", dialog.title, dialog.elements);
    }
    seen.field_errors.iter().for_each(|(field, error)| println!("{field}: {error}"));
    seen.error.iter().for_each(|error| println!("error: {error}"));
}

fn has_button(post: &TestPost, name: &str) -> bool {
    let mut actions =
        post.attachments().iter().flat_map(|card| card["actions"].as_array().into_iter().flatten());
    actions.any(|action| action["name"] == name)
}

/// Does what a line of standard input says.
fn act(server: &TestServer, line: &str) -> Outcome<()> {
    let mut words = line.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    let (name, verb, rest) = (word(), word(), word());
    if !server.usernames().iter().any(|known| known == name) {
        return Err(format!("no user {name}").into());
    }
    let user = server.as_user(name);
    if verb == "submit" {
        show_interaction(&user.submit_dialog(serde_json::from_str(rest)?));
        return Ok(());
    }
    let (channel, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let channel = channel.trim_start_matches('~');
    // The direct channel of two users.
    let place = if channel.starts_with('@') { format!("{name}{channel}") } else { channel.to_owned() };
    let last = || server.posts(&place).pop().ok_or("no post in this channel");
    match verb {
        "post" if text.starts_with('/') => show_interaction(&user.slash(channel, text)),
        "post" => drop(user.post(channel, text)),
        "read" => server.posts(&place).iter().for_each(show),
        "reply" => drop(user.reply(last()?.id, text)),
        "react" => user.react(last()?.id, text),
        "press" => {
            let mut shown = server.posts(&place);
            shown.extend(server.ephemeral_posts(name));
            shown.sort_by_key(|post| post.create_at);
            let post = shown.iter().rev().find(|post| has_button(post, text)).ok_or("no such button")?;
            show_interaction(&user.press(post, text));
        }
        _ => return Err(ACTIONS.into()),
    }
    Ok(())
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
                let file = value()?;
                let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
                seed = serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
                seeded(builder, &seed)
            }
            "--bot" => builder.bot(value()?),
            "--channel" => builder.channel(value()?),
            #[cfg(feature = "native-tls")]
            "--tls" => builder.tls(),
            _ => return Err(format!("unknown option {option}\n{USAGE}").into()),
        };
    }
    let server = builder.start()?;
    for post in seed["posts"].as_array().into_iter().flatten() {
        let field = |name: &str| post[name].as_str().ok_or(format!("a post without {name}: {post}"));
        server.post_as(field("user")?, field("channel")?, field("message")?);
    }
    introduce(&server)?;
    // The methods for tests panic if the server refuses, and their message says why.
    std::panic::set_hook(Box::new(|panic| match panic.payload().downcast_ref::<String>() {
        Some(message) => eprintln!("{message}"),
        None => eprintln!("{panic}"),
    }));
    for line in std::io::stdin().lines() {
        let line = line?;
        match catch_unwind(AssertUnwindSafe(|| act(&server, line.trim()))) {
            Ok(Err(error)) if !line.trim().is_empty() => eprintln!("{error}"),
            _ => {}
        }
    }
    Ok(())
}
