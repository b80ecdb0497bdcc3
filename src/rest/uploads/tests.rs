//! Uploads under random faults: what the server has in the end is the file, or there is an error.
//!
//! `MATTERMOST_TEST_TRANSFERS=2000` runs that many, `MATTERMOST_TEST_SEED` begins elsewhere.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
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
    /// Told of the second chunk, which is not answered then.
    stalled: Option<Sender<()>>,
}

impl Server {
    fn new(random: Random, is_bad: bool) -> Self {
        Self { random, is_bad, session: None, begun: 0, finished: Vec::new(), stalled: None }
    }

    /// Takes the sender if this request is to be left without a response.
    fn stalls(&mut self, method: &str, path: &str) -> Option<Sender<()>> {
        let has_chunk = self.session.as_ref().is_some_and(|session| !session.have.is_empty());
        let is_chunk = method == "POST" && path.contains("/uploads/");
        if has_chunk && is_chunk { self.stalled.take() } else { None }
    }
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

fn serve(stream: &TcpStream, server: &Mutex<Server>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        reader.read_exact(&mut body).ok()?;
        let mut words = head.split(' ');
        let (method, path) = (words.next()?.to_uppercase(), words.next()?.to_owned());
        let stalled = server.lock().unwrap().stalls(&method, &path);
        if let Some(stalled) = stalled {
            stalled.send(()).unwrap();
            // Until the client has gone.
            let _ = reader.read(&mut [0]);
            return None;
        }
        let (status, text) = server.lock().unwrap().answer(&method, &path, &body)?;
        // In one piece: two small ones would wait for each other's acknowledgement.
        let response = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{text}", text.len());
        (&*stream).write_all(response.as_bytes()).ok()?;
    }
}

fn start(server: &Arc<Mutex<Server>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shared = Arc::clone(server);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = Arc::clone(&shared);
            thread::spawn(move || serve(&stream, &shared));
        }
    });
    url
}

fn connect(url: &str) -> Client {
    Client::builder(url).no_proxy().token("secret").backoff_scale(0.0).connect().unwrap()
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
    *server.lock().unwrap() = Server::new(Random(random.next()), true);
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
    // A run that was ended leaves its files, and process IDs are used again.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let server = Arc::new(Mutex::new(Server::new(Random(0), false)));
    let url = start(&server);
    let client = connect(&url);
    let mut all = Outcomes::default();
    for seed in first..first + runs {
        run(seed, &client, &server, &folder, &mut all);
    }
    println!("uploads: {runs} runs, {all:?}");
    assert_eq!(all.corrupt, 0);
    assert!(all.uploaded as u64 >= runs && all.resumed > 0 && all.failed > 0 && all.truncated > 0);
    fs::remove_dir_all(folder).unwrap();
}

/// Two processes in one session would mix their chunks. One that was killed does not stand in the way.
#[test]
fn of_two_processes_one_uploads_and_the_next_resumes() {
    const NAME: &str = "rest::uploads::tests::of_two_processes_one_uploads_and_the_next_resumes";
    const URL_ENV: &str = "MATTERMOST_TEST_UPLOAD_URL";
    const PATH_ENV: &str = "MATTERMOST_TEST_UPLOAD_PATH";
    let channel_id: ChannelId = ID.parse().unwrap();
    if let (Ok(url), Ok(path)) = (std::env::var(URL_ENV), std::env::var(PATH_ENV)) {
        // The other process.
        connect(&url).uploads().upload(&channel_id, path).unwrap();
        return;
    }
    let folder = std::env::temp_dir().join(format!("mattermost-{}-two-processes", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("backup.tar");
    let content = write(&path, &mut Random(1), CHUNK_SIZE * 3, SystemTime::now());
    let server = Arc::new(Mutex::new(Server::new(Random(0), false)));
    let (stalled, waiting) = channel();
    server.lock().unwrap().stalled = Some(stalled);
    let url = start(&server);
    let mut other = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME])
        .env(URL_ENV, &url)
        .env(PATH_ENV, &path)
        .spawn()
        .unwrap();
    waiting.recv_timeout(Duration::from_secs(60)).unwrap();
    let client = connect(&url);
    let error = client.uploads().upload(&channel_id, &path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    assert!(error.to_string().contains("is already being uploaded to this channel"), "{error}");
    assert_eq!(server.lock().unwrap().begun, 1);
    other.kill().unwrap();
    other.wait().unwrap();
    client.uploads().upload(&channel_id, &path).unwrap();
    let state = server.lock().unwrap();
    assert_eq!(state.begun, 1, "the upload was not resumed");
    assert!(state.finished == [content]);
    drop(state);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    fs::remove_dir_all(folder).unwrap();
}
