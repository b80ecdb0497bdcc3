//! Recordings of real servers, made again: each call in its order, and all that the listeners heard.

mod compare;
mod program;
mod reasons;

use std::collections::HashMap;

use super::*;
use compare::{Comparison, Difference};
use program::Program;
use reasons::reason_of;

use crate::testing::state::World;

/// Time within which frames must come. More is waited only for frames that never come.
const FRAME_PATIENCE: Duration = Duration::from_millis(400);

/// A listener of a recording.
struct Listener {
    ws: Ws,
    connection: String,
}

impl Listener {
    /// Returns the frames that came, at least `count` unless there are fewer, with `spaced` where the server sets
    /// spaces.
    fn hear(&mut self, count: usize) -> Vec<Value> {
        let mut heard = Vec::new();
        let deadline = std::time::Instant::now() + FRAME_PATIENCE;
        let mut asked = false;
        loop {
            if !asked && (heard.len() >= count || std::time::Instant::now() >= deadline) {
                let text = json!({"seq": 1_000_000, "action": "ping"}).to_string();
                self.ws.socket.send(tungstenite::Message::text(text)).unwrap();
                asked = true;
            }
            let wait = if asked { Duration::from_secs(10) } else { Duration::from_millis(20) };
            self.ws.socket.get_ref().set_read_timeout(Some(wait)).unwrap();
            match self.ws.socket.read() {
                Ok(tungstenite::Message::Text(text)) => {
                    let mut frame: Value = serde_json::from_str(&text).unwrap();
                    if frame["seq_reply"] == 1_000_000 {
                        return heard;
                    }
                    if let Some(id) = frame["data"]["connection_id"].as_str() {
                        id.clone_into(&mut self.connection);
                    }
                    if text.starts_with("{\"event\": ") {
                        frame["spaced"] = json!(true);
                    }
                    heard.push(frame);
                }
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) if !asked => drop(error),
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    equal: usize,
    explained: Vec<(String, &'static str)>,
    unexplained: usize,
}

impl Tally {
    fn add(&mut self, version: &str, what: &str, differences: &[Difference]) {
        if differences.is_empty() {
            self.equal += 1;
            return;
        }
        let reasons: Option<Vec<_>> =
            differences.iter().map(|one| reason_of(version, what, &one.path)).collect();
        if let Some(reasons) = reasons {
            self.explained.push((what.to_owned(), reasons[0]));
            return;
        }
        self.unexplained += 1;
        println!("{version} {what}");
        for one in differences.iter().filter(|one| reason_of(version, what, &one.path).is_none()) {
            println!("    {} {}", one.path, one.what);
        }
    }

    fn print(&self, what: &str) {
        println!(
            "{what}: equal {}, different for a listed reason {}, unexplained {}",
            self.equal,
            self.explained.len(),
            self.unexplained
        );
        for (call, reason) in &self.explained {
            println!("    {call}: {reason}");
        }
    }
}

/// A server with what the recorded one had, and what was learned about the recorded IDs.
struct Replay {
    server: TestServer,
    version: &'static str,
    program: Program,
    comparison: Comparison,
    tokens: HashMap<String, String>,
    listeners: HashMap<String, Listener>,
    etag: String,
    exchanges: Tally,
    frames: Tally,
    calls_back: Tally,
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// Expands what a recording shortens: `⟦y*16383⟧`.
fn expanded(text: &str) -> String {
    let Some((before, rest)) = text.split_once('⟦') else { return text.to_owned() };
    let (run, after) = rest.split_once('⟧').unwrap();
    let (character, count) = run.split_once('*').unwrap();
    format!("{before}{}{}", character.repeat(count.parse().unwrap()), expanded(after))
}

fn items(version: &str, part: &str, address: &str) -> Vec<Value> {
    let path = format!("{}/tests/data/recordings/{version}-{part}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines = std::fs::read_to_string(path).unwrap();
    let program = lines.split_once("/cmd\"").map(|(before, _)| before.rsplit_once('/').unwrap().1.to_owned());
    let program = program.filter(|address| !address.ends_with(":9"));
    let lines = match program {
        Some(recorded) => lines.replace(&recorded, address),
        None => lines,
    };
    lines.lines().map(|line| serde_json::from_str(&expanded(line)).unwrap()).collect()
}

/// Sets what the administrator of the recorded server had set.
fn restore_settings(server: &TestServer, version: &str) {
    let calls = items(version, "first", "");
    let config = calls.iter().find(|item| item["call"] == "config patch").unwrap();
    let mut world = server.inner.world();
    for (section, settings) in config["response"].as_object().unwrap() {
        for (name, value) in settings.as_object().into_iter().flatten() {
            if world.setting(section, name).is_some_and(|ours| ours != *value) {
                world.set_setting(section, name, value.clone());
            }
        }
    }
    world.set_setting("TeamSettings", "CustomDescriptionText", json!(""));
    for (name, first, last) in [("guest1", "Guest", "Doe"), ("zoe", "Zo\u{eb}", "Doe")] {
        let id = world.user_named(name).unwrap().id.clone();
        let user = world.user_mut(&id).unwrap();
        first.clone_into(&mut user.first_name);
        last.clone_into(&mut user.last_name);
    }
    restore_channels(&mut world, &calls);
    for bot in world.users.iter_mut().filter(|user| user.is_bot) {
        "Helper".clone_into(&mut bot.first_name);
        "a bot".clone_into(&mut bot.bot_description);
    }
    for bot in &mut world.bots {
        "Helper".clone_into(&mut bot.display_name);
        "a bot".clone_into(&mut bot.description);
    }
}

/// Gives the channels the names, the creators and the posts that they had.
fn restore_channels(world: &mut World, calls: &[Value]) {
    let ids = &calls[0]["ids"];
    let listed = calls.iter().find(|item| item["call"] == "my channels").unwrap();
    let admin = world.user_named("admin").unwrap().id.clone();
    let bot = world.user_named("helperbot").unwrap().id.clone();
    let zoe = world.user_named("zoe").unwrap().id.clone();
    for recorded in listed["response"].as_array().unwrap() {
        let names = ids["channels"].as_object().unwrap();
        let Some((name, _)) = names.iter().find(|(_, id)| **id == recorded["id"]) else { continue };
        let id = world.channels.iter().find(|channel| channel.name == *name).unwrap().id.clone();
        for (user, name) in [(&admin, "admin"), (&bot, "helperbot")] {
            let message = format!("{name} joined the team.");
            world.system_post(&id, user, "system_join_team", message, json!({"username": name}));
        }
        let channel = world.channel_mut(&id).unwrap();
        text(recorded, "display_name").clone_into(&mut channel.display_name);
        text(recorded, "type").clone_into(&mut channel.kind);
        if recorded["creator_id"] != "" {
            channel.creator_id.clone_from(&admin);
        }
        let first = channel.members.iter().position(|member| member.user_id == admin).unwrap();
        channel.members.swap(0, first);
        channel.members[0].admin = true;
        let second = channel.members.iter().position(|member| member.user_id == zoe).unwrap();
        channel.members.swap(1, second);
    }
    for member in world.channels.iter_mut().flat_map(|channel| &mut channel.members) {
        member.mention_count = 0;
    }
}

impl Replay {
    fn new(version: &'static str) -> Self {
        let server = TestServer::builder()
            .version(format!("{version}.0"))
            .user("guest1")
            .bot("helperbot")
            .start()
            .unwrap();
        for (name, display) in [
            ("dev-talk", "Dev Talk"),
            ("release-room", "Release Room"),
            ("lunch", "Lunch"),
            ("emoji", "Emoji"),
        ] {
            server.add_channel("awesome-chat", name, display);
        }
        restore_settings(&server, version);
        let mut tokens = HashMap::new();
        let path = format!("/users/{}/tokens", server.user_id("helperbot"));
        let admin = Http::new(&server, "admin");
        let town = server.channel_id("town-square");
        if version == "11.6" {
            admin.post("/hooks/incoming", &json!({"channel_id": town, "display_name": "hook"}));
        }
        let token = admin.post(&path, &json!({"description": "live"}));
        tokens.insert("bot".to_owned(), text(&token.json(), "token").to_owned());
        tokens.insert("?".to_owned(), "badtokenbadtokenbadtokenba".to_owned());
        Self {
            program: Program::start(),
            comparison: Comparison::default(),
            tokens,
            listeners: HashMap::new(),
            etag: String::new(),
            exchanges: Tally::default(),
            frames: Tally::default(),
            calls_back: Tally::default(),
            server,
            version,
        }
    }

    /// Notes who is who.
    fn know(&mut self, ids: &Value) {
        for (name, id) in ids["users"].as_object().unwrap() {
            self.comparison.bind(id.as_str().unwrap(), &self.server.user_id(name));
        }
        for (name, id) in ids["channels"].as_object().unwrap() {
            self.comparison.bind(id.as_str().unwrap(), &self.server.channel_id(name));
        }
        self.comparison.bind(text(ids, "admin"), &self.server.user_id("admin"));
        self.comparison.bind(text(ids, "bot"), &self.server.user_id("helperbot"));
        self.comparison.bind(text(ids, "team"), &self.server.team_id("awesome-chat"));
        let hook = json!({"channel_id": self.server.channel_id("town-square"), "display_name": "hook"});
        let hook = Http::new(&self.server, "admin").post("/hooks/incoming", &hook);
        self.comparison.bind(text(ids, "incoming_hook"), &hook.id());
    }

    /// What happened before and between the two recordings, as far as the second one shows it.
    fn pass_the_time(&mut self) {
        let admin = Http::new(&self.server, "admin");
        let (team, town) = (self.server.team_id("awesome-chat"), self.server.channel_id("town-square"));
        let (logins, webhooks, tokens) = if self.version == "11.6" { (9, 9, 11) } else { (1, 1, 2) };
        for _ in 0..logins {
            self.server.token("janedoe");
        }
        for _ in 0..webhooks {
            admin.post("/hooks/incoming", &json!({"channel_id": town, "display_name": "hook"}));
        }
        let path = format!("/users/{}/tokens", self.server.user_id("helperbot"));
        for _ in 0..tokens {
            admin.post(&path, &json!({"description": "live"}));
        }
        if self.version == "11.6" {
            let url = |path: &str| format!("http://127.0.0.1:35199/{path}");
            let mut command = json!({
                "team_id": team, "trigger": "do1795399887", "method": "P", "url": url("cmd"), "display_name": "do",
                "auto_complete": true, "auto_complete_hint": "[x]", "auto_complete_desc": "d",
            });
            admin.post("/commands", &command);
            command = json!({
                "team_id": team, "trigger": "get1795399887", "method": "G", "url": url("cmdget"),
                "display_name": "get",
            });
            admin.post("/commands", &command);
            let mut world = self.server.inner.world();
            let owner = world.user_named("admin").unwrap().id.clone();
            world.new_bot("system-bot", "System", "", &owner);
        }
        let mut world = self.server.inner.world();
        let id = |world: &World, name: &str| world.user_named(name).unwrap().id.clone();
        let (admin, bob, jane) = (id(&world, "admin"), id(&world, "bob"), id(&world, "janedoe"));
        for user in &mut world.users {
            user.failed_attempts = 0;
        }
        if self.version == "5.37" {
            "online".clone_into(&mut world.user_mut(&jane).unwrap().status);
        } else {
            world.direct(&admin, &bob);
        }
        // The secrets of the second recording have numbers of their own.
        self.comparison.forget_secrets();
    }

    fn run(&mut self, part: &str) {
        let address = self.program.address.clone();
        for item in items(self.version, part, &address) {
            if item["ids"].is_object() {
                self.know(&item["ids"]);
            } else if item["call"].is_string() {
                self.call(&item);
            } else if item["socket"].is_string() {
                self.open(&item);
            } else if item["send"].is_string() {
                let message = self.comparison.ours(&item["message"]).to_string();
                let listener = self.listeners.get_mut(text(&item, "by")).unwrap();
                listener.ws.socket.send(tungstenite::Message::text(message)).unwrap();
            } else if item["drop"].is_string() {
                let gone = text(&item, "drop");
                let connection = self.listeners.remove(gone).unwrap().connection;
                self.tokens.insert(format!("connection of {gone}"), connection);
                let ours = self.listeners.len();
                assert!(self.server.wait_for_connections(ours, Duration::from_secs(10)));
            } else {
                self.compare_callbacks(&item["callbacks"]);
            }
            if item["then"] != true && !item["drop"].is_string() {
                self.hear(&item);
            }
        }
        self.listeners.clear();
        assert!(self.server.wait_for_connections(0, Duration::from_secs(10)));
    }

    fn open(&mut self, item: &Value) {
        let name = text(item, "socket");
        let token = self.tokens[text(item, "as")].clone();
        let ws = if item["challenge"] == true {
            let mut ws = Ws::open(&self.server, "", "");
            ws.send("authentication_challenge", &json!({"token": token}));
            ws
        } else {
            let query = match item["resume"].as_str() {
                Some(of) => {
                    let known = self.tokens.get(&format!("connection of {of}"));
                    let connection = known.map_or("aaaaaaaaaaaaaaaaaaaaaaaaaa", |id| id);
                    format!("?connection_id={connection}&sequence_number={}", item["sequence_number"])
                }
                None if self.version == "5.37" => String::new(),
                None => "?connection_id=&sequence_number=0".to_owned(),
            };
            Ws::open(&self.server, &token, &query)
        };
        self.listeners.insert(name.to_owned(), Listener { ws, connection: String::new() });
    }

    fn call(&mut self, item: &Value) {
        let name = text(item, "call");
        let path = self.comparison.ours(&item["path"]);
        let mut path = path.as_str().unwrap().to_owned();
        if let Some(query) = item["query"].as_str() {
            path = format!("{path}?{}", self.comparison.ours(&json!(query)).as_str().unwrap());
        }
        let mut kind = text(item, "type").to_owned();
        let body = if item["image"] == true {
            let emoji = self.comparison.ours(&item["raw"]);
            let mut body = format!(
                "--b\r\nContent-Disposition: form-data; name=\"emoji\"\r\n\r\n{}\r\n--b\r\n\
                 Content-Disposition: form-data; name=\"image\"; filename=\"e.gif\"\r\n\r\n",
                emoji.as_str().unwrap()
            )
            .into_bytes();
            body.extend_from_slice(
                b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
            );
            body.extend_from_slice(b"\r\n--b--\r\n");
            body
        } else if let Some(raw) = item["raw"].as_str() {
            self.comparison.ours(&json!(raw)).as_str().unwrap().as_bytes().to_vec()
        } else if item["json"].is_null() {
            Vec::new()
        } else {
            "application/json".clone_into(&mut kind);
            let mut body = self.comparison.ours(&item["json"]);
            if let Some(password) = body.get_mut("password").filter(|password| *password == "Sup3r-secret!") {
                *password = json!(PASSWORD);
            }
            if path.ends_with("/dialogs/open") {
                body["trigger_id"] = json!(self.program.last_trigger());
            }
            body.to_string().into_bytes()
        };
        if name == "mfa activate" {
            self.server.set_mfa_codes(item, &self.comparison);
        }
        if name == "under rate limit 0" {
            self.server.limit_rate(2, 5);
        }
        let extra = match item["if_none_match"] == true {
            true => format!("If-None-Match: {}\r\n", self.etag),
            false => String::new(),
        };
        let token = self.tokens.get(text(item, "as")).cloned().unwrap_or_default();
        let got = send(&self.server, &token, text(item, "method"), &path, &kind, &extra, &body);
        if let Some(login) = item["login"].as_str() {
            self.tokens.insert(login.to_owned(), got.header("Token").unwrap_or_default().to_owned());
        }
        if let Some(etag) = got.header("Etag") {
            etag.clone_into(&mut self.etag);
        }
        let differences = self.comparison.exchange(item, &got);
        self.exchanges.add(self.version, name, &differences);
    }

    fn hear(&mut self, item: &Value) {
        let mut what = [text(item, "call"), text(item, "socket"), text(item, "send")].concat();
        if what.is_empty() {
            "drop".clone_into(&mut what);
        }
        let mut names: Vec<String> = self.listeners.keys().cloned().collect();
        names.sort();
        for name in names {
            let recorded = item["heard"][&name].as_array().cloned().unwrap_or_default();
            let heard = self.listeners.get_mut(&name).unwrap().hear(recorded.len());
            for (event, differences) in self.comparison.frames(&recorded, &heard) {
                self.frames.add(self.version, &format!("{what}: {name} hears {event}"), &differences);
            }
        }
    }

    fn compare_callbacks(&mut self, recorded: &Value) {
        let recorded = recorded.as_array().unwrap();
        let got = self.program.requests();
        for (index, theirs) in recorded.iter().enumerate() {
            let differences = self.comparison.callback(theirs, got.get(index).unwrap_or(&Value::Null));
            self.calls_back.add(self.version, &format!("callback {}", text(theirs, "path")), &differences);
        }
        assert_eq!(recorded.len(), got.len(), "{got:?}");
    }
}

impl TestServer {
    /// Gives a new account the codes of a recording: the one that activates it, and the one that logs in.
    fn set_mfa_codes(&self, item: &Value, comparison: &Comparison) {
        let path = comparison.ours(&item["path"]);
        let id = path.as_str().unwrap().split('/').nth(4).unwrap().to_owned();
        let name = self.inner.world().name_of(&id).to_owned();
        self.set_mfa(&name, &["177658", "218591"]);
    }
}

fn send(
    server: &TestServer,
    token: &str,
    method: &str,
    path: &str,
    kind: &str,
    extra: &str,
    body: &[u8],
) -> Got {
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n{extra}",
        body.len()
    );
    if !token.is_empty() {
        request = format!("{request}Authorization: Bearer {token}\r\n");
    }
    if !kind.is_empty() {
        request = format!("{request}Content-Type: {kind}\r\n");
    }
    request.push_str("\r\n");
    Http { server, token: String::new() }.raw(&[request.as_bytes(), body].concat()).unwrap()
}

#[test]
fn recordings_of_real_servers() {
    let mut unexplained = 0;
    let mut explained = 0;
    for version in ["11.6", "5.37"] {
        let mut replay = Replay::new(version);
        replay.run("first");
        replay.pass_the_time();
        replay.run("second");
        replay.exchanges.print(&format!("{version} exchanges"));
        replay.frames.print(&format!("{version} frames"));
        replay.calls_back.print(&format!("{version} callbacks"));
        for tally in [&replay.exchanges, &replay.frames, &replay.calls_back] {
            unexplained += tally.unexplained;
            explained += tally.explained.len();
        }
    }
    println!("{explained} explained");
    assert_eq!(unexplained, 0);
}
