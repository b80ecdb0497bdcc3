//! A recording with texts contains no password, no token and no key, in whatever form a server repeats them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, Method, UserId};
use serde_json::{Value, json};

use super::carriers::{EXTRA, Numbers, all_numbered, carry, echo};
use super::{base64_cores, hex};
use crate::replay::Recording;

/// The forms in which a secret is looked for: as it is, for JSON twice, URLs twice, HTML, hex and base64.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let json = json.trim_matches('"').to_owned();
    let twice = serde_json::to_string(&json).unwrap().trim_matches('"').to_owned();
    let percent: String = secret
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&#39;");
    let mut all = vec![secret.to_owned(), json, twice, percent.to_lowercase(), percent, html];
    all.extend([hex(secret.as_bytes()), BASE64_STANDARD.encode(secret)]);
    all.extend(base64_cores(secret).into_iter().filter(|core| core.len() >= 8));
    all
}

fn hits(recording: &str, secrets: impl IntoIterator<Item = String>) -> (usize, Vec<String>) {
    let (mut count, mut found) = (0, Vec::new());
    for secret in secrets {
        count += 1;
        for form in forms(&secret) {
            if let Some(line) = recording.lines().find(|line| line.contains(&form)) {
                found.push(format!("{form} in {}", line.chars().take(600).collect::<String>()));
            }
        }
    }
    (count, found)
}

/// Everything that carries a secret, past something that repeats it in eight ways.
#[test]
fn a_recording_repeats_no_secret_of_a_request() {
    let (mut all, mut lines) = (Vec::new(), 0);
    for way in 0..8 {
        let echo = echo(way);
        let file = Recording::new(&format!("echo{way}"));
        let builder = Client::builder(echo.url()).no_proxy().backoff_scale(0.0).header("X-Gate", EXTRA[0]);
        let client = builder.token("t0ken-0f-jane").record(file.path()).record_texts(true).connect().unwrap();
        carry(&client, &echo.url(), &mut Numbers(0));
        drop(client);
        let text = file.text();
        lines += text.lines().count();
        // A file is no secret of its own.
        let extra = EXTRA.iter().filter(|text| !text.starts_with("f1le"));
        let secrets = all_numbered().chain(extra.map(|text| (*text).to_owned()));
        let (_, found) = hits(&text, secrets.chain(["t0ken-0f-jane".to_owned()]));
        all.extend(found.into_iter().map(|hit| format!("way {way}: {hit}")));
    }
    println!("{lines} recorded lines of 8 ways: {} hits", all.len());
    // Fewer without the feature `admin`.
    assert!(lines > 150 && all.is_empty(), "{}", all.join("\n"));
}

/// What a server makes: sessions, tokens, webhooks, commands, invitations.
#[test]
fn a_recording_repeats_no_secret_of_a_response() {
    let file = Recording::new("made");
    let server = TestServer::start().unwrap();
    let builder = server.client_builder().login("admin", PASSWORD).header("X-Gate", "s3cret-0f-the-gate");
    let client = builder.record(file.path()).record_texts(true).connect().unwrap();
    let me: UserId = client.me().id.clone();
    let channel = server.channel_id("town-square");
    let team = server.team_id("awesome-chat");
    let mut secrets = vec![PASSWORD.to_owned(), "s3cret-0f-the-gate".to_owned()];
    let text_of = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
    let post = |path: &'static str, body: &Value| -> Value {
        client.call(Method::Post, path, &[]).json(body).fetch().unwrap()
    };
    let token: Value = client
        .call(Method::Post, "/users/{user_id}/tokens", &[&me])
        .json(&json!({"description": "a token"}))
        .fetch()
        .unwrap();
    secrets.push(text_of(&token, "token"));
    let hook = post("/hooks/incoming", &json!({"channel_id": channel, "display_name": "hook"}));
    secrets.push(text_of(&hook, "id"));
    let url = format!("{}/hooks/{}", server.url(), text_of(&hook, "id"));
    let webhook = Client::builder(&url).no_proxy();
    let other = Recording::new("webhook");
    let webhook = webhook.record(other.path()).record_texts(true).webhook().unwrap();
    webhook.send(&mattermost::IncomingMessage::new().text("by a hook")).unwrap();
    drop(webhook);
    let outgoing = json!({
        "team_id": team, "channel_id": channel, "display_name": "out", "trigger_words": ["x"],
        "callback_urls": ["http://127.0.0.1:1"],
    });
    secrets.push(text_of(&post("/hooks/outgoing", &outgoing), "token"));
    let command = json!({"team_id": team, "trigger": "deploy", "url": "http://127.0.0.1:1", "method": "P"});
    secrets.push(text_of(&post("/commands", &command), "token"));
    let own: Value = client.call(Method::Get, "/teams/{team_id}", &[&team]).fetch().unwrap();
    secrets.push(text_of(&own, "invite_id"));
    // A person repeats a token where nobody expects one.
    let said = format!("my token is {}, and my password {PASSWORD}", secrets[2]);
    let events = client.events().unwrap();
    let posted = post(
        "/posts",
        &json!({"channel_id": channel, "message": said, "props": {"x": {(secrets[2].as_str()): 1}}}),
    );
    while events.recv_timeout(std::time::Duration::from_secs(20)).unwrap().name() != "posted" {}
    let _: Value = client.call(Method::Get, "/posts/{post_id}", &[&text_of(&posted, "id")]).fetch().unwrap();
    let session = server.token("admin");
    drop(events);
    drop(client);
    let text = file.text() + &other.text();
    assert!(text.contains("my token is ***, and my password ***") && text.contains("by a hook"), "{text}");
    let (count, found) = hits(&text, secrets.into_iter().chain([session]));
    println!("{} lines, {count} secrets, {} hits", text.lines().count(), found.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Each field of the models that holds a secret has a name that a recording knows.
#[test]
fn recordings_know_the_names_of_all_secrets() {
    let mut names = std::collections::BTreeSet::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                let field = line.trim().trim_start_matches("pub ");
                if let Some((name, _)) = field.split_once(": ").filter(|(_, kind)| kind.contains("Secret")) {
                    // A secret on one route only.
                    if name != "url" && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
                        names.insert(name.to_owned());
                    }
                }
            }
        }
    }
    assert!(names.len() > 10, "the test has gone blind: {names:?}");
    let file = Recording::new("names");
    let server = TestServer::start().unwrap();
    let builder = server.client_builder().token(server.token("bob"));
    let client = builder.record(file.path()).record_texts(true).connect().unwrap();
    let body: serde_json::Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!("hunter2-0f-a-field"))).collect();
    client.call(Method::Post, "/x", &[]).json(&body).send().unwrap_err();
    drop(client);
    let text = file.text();
    println!("{} fields: {names:?}", names.len());
    assert!(text.contains("\"/x\"") && !text.contains("hunter2-0f-a-field"), "{text}");
}
