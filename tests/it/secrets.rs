//! Passwords and tokens are in no log, no error and no `Debug`.
//!
//! The live suite, and a day of work with wrong logins, proxies and errors, run in a process of their own that logs at
//! trace, in front of relays that keep what goes over the wire. Every password and token that was seen there is then
//! looked for in the log: as it is, in hex, in base64, percent-encoded, and in the dumps that HTTP crates make of
//! what they send and receive.

mod carriers;
mod places;
mod recordings;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, Events, Mattermost, Secret};
use serde_json::json;

use crate::logs;
use crate::peer::{Peer, closed_port, read_head};

/// Where a traced process leaves its log and what went over the wire.
const FOLDER: &str = "MATTERMOST_TEST_TRACE";

/// The server's URL; in a traced process that of a relay before it, which keeps what passes.
pub(crate) fn watched(url: &str) -> String {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else { return url.to_owned() };
    logs::collect_into(&folder.join("log"), log::LevelFilter::Trace);
    let upstream = url.trim_start_matches("http://").to_owned();
    let relay = Peer::start(move |client| {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = |end| folder.join(format!("wire-{}-{end}", COUNT.fetch_add(1, Ordering::Relaxed)));
        let Ok(server) = TcpStream::connect(&upstream) else { return };
        let _ = (client.set_read_timeout(None), server.set_nodelay(true));
        thread::scope(|scope| {
            scope.spawn(|| keep(&client, &server, &name("sent")));
            keep(&server, &client, &name("received"));
        });
    });
    let url = relay.url();
    // It lives as long as the process.
    std::mem::forget(relay);
    url
}

fn keep(mut from: &TcpStream, mut to: &TcpStream, path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        file.write_all(&buffer[..count]).unwrap();
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}

/// Secrets of the day of work; those of the live suite are read off the wire.
const KNOWN: [&str; 5] =
    ["wr0ng-passw0rd", "907263", "s3cret-0f-the-pr0xy", "hunter2-0f-s0cks", "t0ken-that-nobody-knows"];

/// What a program does in a day, with all that goes wrong. Every error is logged, as programs do.
#[test]
fn a_day_of_work() {
    if env::var_os(FOLDER).is_none() {
        return;
    }
    let [wrong, code, proxy, socks, token] = KNOWN;
    let server = TestServer::start().unwrap();
    server.set_mfa("bob", &[code]);
    let url = watched(&server.url());
    let builder = || Client::builder(&url).no_proxy().backoff_scale(0.01);
    let tell = |what: &str, error: mattermost::Error| log::error!("{what}: {error}; {error:?}");
    log::info!("{:?}", builder().login("janedoe", PASSWORD));
    let client = builder().login("janedoe", PASSWORD).connect().unwrap();
    log::info!("{client:?} {:?}", client.me());
    tell("wrong password", builder().login("janedoe", wrong).connect().unwrap_err());
    tell("wrong token", builder().token(token).connect().unwrap_err());
    tell("no code", builder().login("bob", PASSWORD).connect().unwrap_err());
    builder().login("bob", PASSWORD).mfa(code).connect().unwrap();
    client.send("awesome-chat", "~town-square", "hello").unwrap();
    tell("no channel", client.send("awesome-chat", "nowhere", "hello").unwrap_err());
    for (status, body) in [(500, "{}"), (502, "<html>"), (200, "<html>")] {
        server.on("GET /users/me").times(3).http(status, body);
        tell("a fault", client.call(mattermost::Method::Get, "/users/me", &[]).send().unwrap_err());
        server.heal();
    }
    server.on("GET /users/me").times(3).close();
    tell("closed", client.call(mattermost::Method::Get, "/users/me", &[]).send().unwrap_err());
    let events = Events::builder(&client).open().unwrap();
    log::info!("{events:?}");
    server.cut_connections();
    server.post_as("bob", "town-square", "hi");
    while events.recv_timeout(Duration::from_secs(10)).unwrap().name() != "posted" {}
    events.close(Duration::from_secs(5));
    let facade = Mattermost::new(&*url, "awesome-chat", "janedoe", PASSWORD).unwrap();
    log::info!("{facade:?}");
    facade.start().unwrap();
    log::info!("{facade:?}");
    facade.stop();
    // Proxies that refuse, that pass on, that are not there.
    let refusing = Peer::answering("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let passing = Peer::start(|mut stream| {
        let Some(head) = read_head(&mut stream) else { return };
        let upstream = TcpStream::connect(head.split(' ').nth(1).unwrap()).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        crate::peer::relay(&stream, &upstream);
    });
    for port in [refusing.port(), passing.port(), closed_port()] {
        for (scheme, password) in [("http", proxy), ("socks5", socks)] {
            let builder = builder().proxy(format!("{scheme}://jane:{password}@127.0.0.1:{port}"));
            log::info!("{builder:?}");
            match builder.login("janedoe", PASSWORD).connect_timeout(Duration::from_secs(1)).connect() {
                Ok(client) => drop(client.events().map(|events| events.close(Duration::from_secs(5)))),
                Err(error) => tell(scheme, error),
            }
        }
    }
    tell("a bad proxy", builder().proxy(format!("ftp://jane:{proxy}@h")).token(token).connect().unwrap_err());
    tell(
        "a bad URL",
        Client::builder(format!("https://jane:{wrong}@h x")).token(token).connect().unwrap_err(),
    );
    client.logout().unwrap();
    tell(
        "logged out",
        client
            .with_timeout(Duration::from_secs(1))
            .logout()
            .err()
            .unwrap_or_else(|| "x".parse::<mattermost::PostId>().unwrap_err()),
    );
}

/// What looks like a secret on the wire.
fn secrets_in(text: &str, found: &mut BTreeSet<String>) {
    let mut take = |mark: &str, end: &[char]| {
        for (at, _) in text.match_indices(mark) {
            let value = text[at + mark.len()..].split(end).next().unwrap_or_default().trim();
            // What was cut off ends in the next message.
            if value.len() >= 6 && !value.contains(char::is_control) {
                found.insert(value.to_owned());
            }
        }
    };
    for header in ["authorization: Bearer ", "Authorization: Bearer ", "\ntoken: ", "\nToken: "] {
        // Also where something repeats the request in JSON or on one line.
        take(header, &['\r', '\n', '\\', '"', ' ', '<', '&']);
    }
    for field in
        ["token", "password", "new_password", "current_password", "secret", "client_secret", "mfa_secret"]
    {
        take(&format!("\"{field}\":\""), &['"']);
        take(&format!("\"{field}\": \""), &['"']);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The three ways in which base64 can hold a text, without what depends on its surroundings.
fn base64_cores(secret: &str) -> Vec<String> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encode = |bytes: &[u8]| -> String {
        bytes
            .chunks_exact(3)
            .flat_map(|three| {
                let number = three.iter().fold(0_usize, |n, byte| n << 8 | usize::from(*byte));
                [18, 12, 6, 0].map(|shift| char::from(DIGITS[number >> shift & 63]))
            })
            .collect()
    };
    (0..3).map(|skip| encode(&secret.as_bytes()[skip..])).collect()
}

/// What a dump shows: rows of 16 bytes in hex, by thread.
fn dumped(log: &str) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for line in log.lines() {
        let mut parts = line.splitn(4, '\t');
        let (Some(thread), _, Some(target), Some(text)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        if !target.starts_with("ureq_proto::util") || text.len() < 40 {
            continue;
        }
        let digits: String = text.chars().take(40).filter(char::is_ascii_hexdigit).collect();
        let row = digits
            .as_bytes()
            .chunks_exact(2)
            .map_while(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        // A char a byte, so that it can be searched as a text.
        all.entry(thread.to_owned()).or_default().extend(row.map(char::from));
    }
    all
}

#[test]
fn nothing_is_logged_even_at_trace() {
    let folder = env::temp_dir().join(format!("mattermost-trace-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let child = Command::new(env::current_exe().unwrap())
        .args([
            "live::on_test_server",
            "secrets::a_day_of_work",
            "secrets::carriers::what_any_call_carries_is_in_no_error",
            "--nocapture",
        ])
        .env(FOLDER, &folder)
        .output()
        .unwrap();
    let printed = [&child.stdout[..], &child.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    assert!(child.status.success(), "{printed}");
    let mut secrets: BTreeSet<String> =
        KNOWN.iter().chain(&carriers::EXTRA).map(|secret| (*secret).to_owned()).collect();
    secrets.extend(carriers::all_numbered());
    let mut wire = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap() != "log" {
            let bytes = fs::read(&path).unwrap();
            wire += bytes.len();
            secrets_in(&String::from_utf8_lossy(&bytes), &mut secrets);
        }
    }
    let log = fs::read_to_string(folder.join("log")).unwrap() + &printed;
    fs::remove_dir_all(&folder).unwrap();
    let dumps = dumped(&log);
    // The test would see it: these are dumps of heads, and logs of what is sent.
    assert!(dumps.values().any(|dump| dump.contains("HTTP/1.1 200 OK\r\n")), "no dump was understood");
    assert!(log.contains("POST /users/login") && secrets.len() > 20, "{} secrets", secrets.len());
    // Dumps were put together above; a row by itself shows nothing.
    let rows =
        |line: &&str| !line.split('\t').nth(2).is_some_and(|target| target.starts_with("ureq_proto::util"));
    let plain = log.lines().filter(rows).collect::<Vec<_>>().join("\n").to_lowercase();
    let mut hits = Vec::new();
    for secret in &secrets {
        let mut forms = vec![secret.to_lowercase(), hex(secret.as_bytes())];
        forms.extend(
            base64_cores(secret).iter().filter(|core| core.len() >= 8).map(|core| core.to_lowercase()),
        );
        for form in forms {
            // Six digits of an MFA code occur in any long dump: they count where they stand alone.
            let alone = |(at, _): (usize, &str)| {
                let before = plain[..at].chars().next_back().is_some_and(char::is_alphanumeric);
                form.len() >= 8 || !(before || plain[at + form.len()..].starts_with(char::is_alphanumeric))
            };
            if let Some((at, _)) = plain.match_indices(&form).find(|found| alone(*found)) {
                let start = plain[..at].rfind('\n').unwrap_or(0);
                hits.push(format!("{secret}: {}", plain[start..].chars().take(300).collect::<String>()));
            }
        }
        // A dump may hold other bytes in between, of another row: eight in a row are enough to tell.
        for piece in secret.as_bytes().chunks_exact(8) {
            let piece: String = piece.iter().map(|byte| char::from(*byte)).collect();
            if let Some((dump, at)) = dumps.values().find_map(|dump| Some((dump, dump.find(&piece)?))) {
                let around = dump.chars().skip(dump[..at].chars().count().saturating_sub(200)).take(300);
                hits.push(format!("{secret} in a dump: {:?}", around.collect::<String>()));
                break;
            }
        }
    }
    println!(
        "{} secrets, {} lines, {} of them from dumps of {} bytes; {wire} bytes on the wire; {} hits",
        secrets.len(),
        log.lines().count(),
        dumps.values().map(|dump| dump.chars().count().div_ceil(16)).sum::<usize>(),
        dumps.values().map(|dump| dump.chars().count()).sum::<usize>(),
        hits.len()
    );
    assert!(hits.is_empty(), "{}", hits.join("\n"));
}

#[test]
fn no_debug_shows_a_secret() {
    const SECRET: &str = "hunter2";
    let fields: serde_json::Map<String, serde_json::Value> =
        ["token", "password", "secret", "client_secret", "mfa_secret", "qr_code", "new_password"]
            .map(|name| (name.to_owned(), json!(SECRET)))
            .into_iter()
            .collect();
    let all = serde_json::Value::Object(fields);
    macro_rules! shown {
        ($($ty:ident)*) => {[$({
            let value: mattermost::$ty = serde_json::from_value(all.clone()).unwrap();
            assert!(serde_json::to_string(&value).unwrap().contains(SECRET), "{} holds none", stringify!($ty));
            format!("{value:?} {value:#?}")
        }),*]};
    }
    let mut texts =
        shown! { User Session UserAccessToken OAuthApp Command OutgoingWebhook MfaSecret }.to_vec();
    let builder = Client::builder(format!("https://{SECRET}@h")).token(SECRET).mfa(SECRET);
    texts.push(format!("{builder:?} {builder:#?}"));
    let builder = Client::builder("h").login("jane", SECRET).proxy(format!("http://jane:{SECRET}@p:1"));
    texts.push(format!("{builder:?} {builder:#?}"));
    texts.push(format!("{:?}", Secret::new(SECRET)));
    texts.push(format!("{:?}", mattermost::UserDraft::new("a@b.c", "jane", SECRET)));
    texts.push(format!("{:?}", Mattermost::new("http://h", "team", "jane", SECRET)));
    for text in texts {
        assert!(!text.contains(SECRET), "{text}");
    }
}

/// A new field that holds a secret has a type that hides it.
#[test]
fn no_field_with_a_secret_is_a_plain_text() {
    const NAMES: [&str; 8] =
        ["token", "password", "secret", "passphrase", "mfa_code", "private_key", "qr_code", "otp"];
    // A URL, the name of a method, the name of a file.
    const FINE: [&str; 8] = [
        "oauth_token_url",
        "token_endpoint",
        "token_endpoint_auth_method",
        "token_endpoint_auth_methods_supported",
        "private_key_file",
        "token_type",
        "token_id",
        "token_ids",
    ];
    let mut seen = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            for line in fs::read_to_string(&path).unwrap().lines() {
                let Some((name, kind)) = line.trim().trim_start_matches("pub ").split_once(": ") else {
                    continue;
                };
                if NAMES.iter().any(|word| name.contains(word)) && !FINE.contains(&name) {
                    seen += 1;
                    assert!(!kind.contains("String"), "{}: {line}", path.display());
                }
            }
        }
    }
    assert!(seen > 20, "the test has gone blind: {seen} fields");
}

/// Some proxies explain a refusal by showing what they were sent.
#[test]
fn what_a_proxy_repeats_is_not_repeated() {
    const PASSWORD: &str = "hunter2 \"quoted\" \\ back";
    const TOKEN: &str = "hunter2-as-a-token-with-26";
    for kind in ["text", "json", "request id"] {
        let echo = Peer::start(move |mut stream| {
            let mut told = [0; 4000];
            thread::sleep(Duration::from_millis(20));
            let Ok(count) = stream.read(&mut told) else { return };
            let told = String::from_utf8_lossy(&told[..count]).into_owned();
            let line = told.replace(['\r', '\n'], " ");
            let (headers, body) = match kind {
                "text" => (String::new(), told),
                "json" => (
                    String::new(),
                    json!({"id": "Rejected by plugin", "message": told, "status_code": 400}).to_string(),
                ),
                _ => (format!("X-Request-Id: {}\r\n", line.split("earer ").last().unwrap()), String::new()),
            };
            let length = body.len();
            let head = format!("HTTP/1.1 400 Bad Request\r\n{headers}Content-Length: {length}\r\n\r\n");
            let _ = stream.write_all((head + &body).as_bytes());
        });
        let builder = || Client::builder(echo.url()).no_proxy();
        let by_token = builder().token(TOKEN).connect().unwrap_err();
        let by_password = builder().login("jane", PASSWORD).mfa("907263").connect().unwrap_err();
        let server = TestServer::start().unwrap();
        let url = format!("ws://127.0.0.1:{}", echo.port());
        let client =
            server.client_builder().websocket_url(url).token(server.token("janedoe")).connect().unwrap();
        let stream = client.events().unwrap_err();
        for error in [by_token, by_password, stream] {
            let shown = format!("{error} {error:?} {:?} {:?}", error.api(), error.request_id());
            println!("{kind}: {error}");
            for secret in ["hunter2", "907263", &server.token("janedoe")] {
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}
