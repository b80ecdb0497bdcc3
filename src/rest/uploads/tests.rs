//! Uploads under random faults: what the server has in the end is the file, or there is an error.
//!
//! `MATTERMOST_TEST_TRANSFERS=2000` runs that many, `MATTERMOST_TEST_SEED` begins elsewhere.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::CHUNK_SIZE;
use crate::model::ChannelId;
use crate::{Client, ErrorKind};

const ID: &str = "8k7ktpqaaidztx87g5zqd8j3ry";

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z ^ (z >> 27)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }
}

/// A server that appends what it is sent, as the real one does: it does not know which part of the file that is.
struct Server {
    random: Random,
    is_bad: bool,
    session: Option<Session>,
    begun: usize,
    finished: Vec<Vec<u8>>,
}

struct Session {
    size: u64,
    name: String,
    have: Vec<u8>,
}

impl Session {
    fn json(&self) -> Value {
        json!({"id": ID, "channel_id": ID, "filename": self.name, "file_size": self.size,
            "file_offset": self.have.len()})
    }
}

impl Server {
    /// Status and body; `None` closes the connection.
    fn answer(&mut self, method: &str, path: &str, body: &[u8]) -> Option<(u16, String)> {
        if path.ends_with("/users/me") {
            return Some((200, json!({"id": ID}).to_string()));
        }
        let missing =
            || Some((404, json!({"id": "app.upload.get.app_error", "status_code": 404}).to_string()));
        let fault = if self.is_bad { self.random.below(24) } else { 99 };
        let at = usize::try_from(self.random.below(body.len() as u64 + 1)).unwrap();
        if method == "POST" && path.ends_with("/uploads") {
            let draft: Value = serde_json::from_slice(body).unwrap();
            let size = draft["file_size"].as_u64().unwrap();
            self.begun += 1;
            let session =
                Session { size, name: draft["filename"].as_str().unwrap().into(), have: Vec::new() };
            let shown = session.json().to_string();
            self.session = Some(session);
            return Some((201, shown));
        }
        if fault == 0 {
            // Sessions expire.
            self.session = None;
        }
        let Some(session) = &mut self.session else { return missing() };
        if method == "GET" {
            return match fault {
                1 => Some((503, String::new())),
                2 => None,
                _ => Some((200, session.json().to_string())),
            };
        }
        let left = usize::try_from(session.size).unwrap() - session.have.len();
        let (taken, told) = match fault {
            1 => (0, Some((503, String::new()))),
            2 => (0, None),
            // The answer is lost, or the connection is, with a part of the chunk.
            3 | 4 => (body.len(), None),
            5 | 6 => (at, None),
            7 => (0, Some((403, json!({"id": "no", "status_code": 403}).to_string()))),
            8 => {
                let id = "app.upload.upload_data.concurrent.app_error";
                (0, Some((400, json!({"id": id, "status_code": 400}).to_string())))
            }
            _ => (body.len(), Some((204, String::new()))),
        };
        if body.len() > left {
            return Some((400, json!({"id": "too.much", "status_code": 400}).to_string()));
        }
        session.have.extend_from_slice(&body[..taken]);
        if session.have.len() as u64 == session.size {
            self.finished.extend(self.session.take().map(|session| session.have));
            return told.map(|_| (200, json!({"id": ID}).to_string()));
        }
        told
    }
}

fn serve(mut stream: TcpStream, server: &Mutex<Server>) -> Option<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).ok()?;
        let mut words = head.split(' ');
        let (method, path) = (words.next()?.to_uppercase(), words.next()?.to_owned());
        let (status, text) = server.lock().unwrap().answer(&method, &path, &body)?;
        write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{text}", text.len()).ok()?;
    }
}

fn write(path: &Path, random: &mut Random, size: u64, modified: SystemTime) -> Vec<u8> {
    let content: Vec<u8> = (0..size.div_ceil(8)).flat_map(|_| random.next().to_le_bytes()).collect();
    let content = content[..usize::try_from(size).unwrap()].to_vec();
    fs::write(path, &content).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
    content
}

#[derive(Debug, Default)]
struct Outcomes {
    uploaded: usize,
    resumed: usize,
    failed: usize,
    truncated: usize,
    corrupt: usize,
}

fn run(seed: u64, client: &Client, server: &Mutex<Server>, folder: &Path, all: &mut Outcomes) {
    let mut random = Random(seed);
    let size = [1, CHUNK_SIZE, CHUNK_SIZE * 3, 1 + random.below(CHUNK_SIZE * 6)]
        [usize::try_from(random.below(4)).unwrap()];
    let path = folder.join("backup.tar");
    let channel: ChannelId = ID.parse().unwrap();
    let earlier = SystemTime::now() - Duration::from_secs(1000);
    let mut content = write(&path, &mut random, size, earlier);
    fs::write(folder.join("stranger"), "stranger").unwrap();
    *server.lock().unwrap() =
        Server { random: Random(random.next()), is_bad: true, session: None, begun: 0, finished: Vec::new() };
    for attempt in 0..5 {
        let before = {
            let mut state = server.lock().unwrap();
            state.is_bad = attempt < 4;
            (state.begun, state.session.is_some())
        };
        match random.below(12) {
            // Another file of the same name and size, by an older date, by the same one, or by none at all.
            0 => content = write(&path, &mut random, size, earlier - Duration::from_secs(60)),
            1 => content = write(&path, &mut random, size, earlier),
            2 => content = write(&path, &mut random, size, SystemTime::now()),
            // A record that was damaged, or put there by somebody.
            3 => fs::write(folder.join(format!("backup.tar.{ID}.upload")), "{\"upload\":\"x\"").unwrap(),
            _ => {}
        }
        let cut = random.below(8) == 0 && size > 1;
        let shorter = size - 1 - random.below(size / 2);
        let mut is_cut = false;
        let result = client.uploads().upload_with(&channel, &path, |done, _| {
            if cut && done < shorter && !std::mem::replace(&mut is_cut, true) {
                fs::File::options().write(true).open(&path).unwrap().set_len(shorter).unwrap();
            }
        });
        let mut state = server.lock().unwrap();
        let last = state.finished.last();
        match &result {
            Ok(_) => {
                all.uploaded += 1;
                all.resumed += usize::from(before.1 && before.0 == state.begun);
                // What was truncated meanwhile is complete only if it was read before.
                if last != Some(&content) {
                    all.corrupt += 1;
                    println!("seed {seed}, attempt {attempt}: corrupt");
                }
            }
            Err(error) if is_cut => {
                all.truncated += 1;
                assert!(
                    error.kind() != ErrorKind::Io || error.to_string().len() > 20,
                    "seed {seed}: {error:?}"
                );
            }
            Err(error) => {
                all.failed += 1;
                assert!(attempt < 4, "seed {seed}: a server without faults is not enough: {error:?}");
            }
        }
        if is_cut {
            content = fs::read(&path).unwrap();
            let missing = usize::try_from(size).unwrap() - content.len();
            content.extend(vec![0; missing]);
            fs::File::options().write(true).open(&path).unwrap().set_len(size).unwrap();
        }
        // Finished, though the answer was lost: that file is right as well.
        state.finished.clear();
    }
    assert_eq!(fs::read(folder.join("stranger")).unwrap(), b"stranger");
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        assert!(matches!(&*name, "stranger" | "backup.tar") || name.ends_with(".upload"), "{name} was left");
        fs::remove_file(entry.path()).unwrap();
    }
}

#[test]
fn uploads_are_right_or_fail_clearly() {
    let setting = |name: &str, default| {
        std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(default)
    };
    let (runs, first) =
        (setting("MATTERMOST_TEST_TRANSFERS", 25), setting("MATTERMOST_TEST_SEED", 20_261_127));
    let folder = std::env::temp_dir().join(format!("mattermost-{}-upload-faults", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let server = Arc::new(Mutex::new(Server {
        random: Random(0),
        is_bad: false,
        session: None,
        begun: 0,
        finished: Vec::new(),
    }));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shared = Arc::clone(&server);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = Arc::clone(&shared);
            thread::spawn(move || serve(stream, &shared));
        }
    });
    let client = Client::builder(url).no_proxy().token("secret").backoff_scale(0.0).connect().unwrap();
    let mut all = Outcomes::default();
    for seed in first..first + runs {
        run(seed, &client, &server, &folder, &mut all);
    }
    println!("uploads: {runs} runs, {all:?}");
    assert_eq!(all.corrupt, 0);
    assert!(all.uploaded as u64 >= runs && all.resumed > 0 && all.failed > 0 && all.truncated > 0);
    fs::remove_dir_all(folder).unwrap();
}
