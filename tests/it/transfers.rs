//! File uploads and downloads.

mod faults;
mod saving;
mod sources;

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mattermost::{Client, ErrorKind, FileInfo, Upload, UploadId};
use serde_json::json;

use crate::recorder::{Recorder, Reply, Sent};

const ID: &str = "8k7ktpqaaidztx87g5zqd8j3ry";

fn server(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Recorder, Client) {
    let server = Recorder::start(|_| Reply::json(json!({"id": ID}).to_string()));
    let builder = Client::builder(server.url()).token("secret").backoff_scale(0.01);
    let client = builder.timeout(Duration::from_secs(10)).connect().unwrap();
    server.take();
    server.answer_with(answer);
    (server, client)
}

fn content() -> Vec<u8> {
    (0..100_000_u32).flat_map(u32::to_le_bytes).collect()
}

/// Gives the file out as a server that knows ranges.
fn ranged(sent: &Sent) -> Reply {
    let content = content();
    match sent.header("range") {
        Some(range) => {
            let from: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
            let part = format!("bytes {from}-{}/{}", content.len() - 1, content.len());
            Reply { headers: vec![("Content-Range", part)], ..Reply::bytes(206, &content[from..]) }
        }
        None => Reply::bytes(200, content),
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("mattermost-{}-{name}", std::process::id()));
    // A run that was ended leaves its files, and process IDs are used again: on Wine, nearly each time.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn info() -> FileInfo {
    serde_json::from_value(json!({"id": ID, "name": "a", "size": content().len()})).unwrap()
}

#[test]
fn a_file_goes_up_as_it_is() {
    let (server, client) = server(|_| Reply::json(json!({"file_infos": [{"id": ID}]}).to_string()));
    let seen = Mutex::new(Vec::new());
    let upload = Upload::reader("ä b&c.txt", Cursor::new(content()), Some(400_000))
        .progress(|done, all| seen.lock().unwrap().push((done, all)));
    client.files().upload(&ID.parse().unwrap(), upload).unwrap();
    let sent = server.take().pop().unwrap();
    assert_eq!(sent.body, content());
    assert_eq!(sent.header("content-length"), Some("400000"));
    assert!(sent.query.contains(&("filename".into(), "%C3%A4%20b%26c.txt".into())), "{:?}", sent.query);
    assert_eq!(seen.lock().unwrap().last(), Some(&(400_000, Some(400_000))));
    let unknown = Upload::reader("pipe", Cursor::new(content()), None);
    client.files().upload(&ID.parse().unwrap(), unknown).unwrap();
    assert_eq!(server.take().pop().unwrap().body, content());
    let folder = folder("up");
    fs::write(folder.join("log.txt"), "line").unwrap();
    client.files().upload(&ID.parse().unwrap(), Upload::path(folder.join("log.txt")).unwrap()).unwrap();
    let sent = server.take().pop().unwrap();
    assert!(sent.body == b"line" && sent.query.contains(&("filename".into(), "log.txt".into())));
    assert_eq!(Upload::path(folder.join("none")).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(Upload::path(&folder).unwrap_err().kind(), ErrorKind::Input);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn downloads_begin_where_they_are_told_to() {
    let (server, client) = server(ranged);
    let (id, content) = (ID.parse().unwrap(), content());
    let (mut out, mut last) = (Vec::new(), None);
    let written = client
        .files()
        .download(&id)
        .from_byte(1000)
        .progress(|done, all| last = Some((done, all)))
        .write_to(&mut out)
        .unwrap();
    assert_eq!((written, &out[..]), (399_000, &content[1000..]));
    assert_eq!(last, Some((400_000, Some(400_000))));
    assert_eq!(server.take()[0].header("range"), Some("bytes=1000-"));
    // A proxy without ranges sends all of it.
    let whole = content.clone();
    server.answer_with(move |_| Reply::bytes(200, whole.clone()));
    out.clear();
    client.files().download(&id).from_byte(1000).write_to(&mut out).unwrap();
    assert_eq!(out, &content[1000..]);
    let error = client.files().download(&id).limit(399_999).write_to(&mut out).unwrap_err();
    assert_eq!((error.kind(), error.route()), (ErrorKind::Protocol, Some("GET /files/{file_id}")));
    client.files().download(&id).limit(400_000).write_to(&mut out).unwrap();
}

#[test]
fn save_goes_on_where_it_was_cut() {
    let folder = folder("down");
    let path = folder.join("a");
    let cuts = Arc::new(Mutex::new(3));
    let left = Arc::clone(&cuts);
    let (server, client) = server(move |sent| {
        let mut reply = ranged(sent);
        let mut left = left.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            reply.promised = Some(reply.body.len());
            reply.body.truncate(50_000);
        }
        reply
    });
    fs::write(&path, "old").unwrap();
    assert_eq!(client.files().save(&info(), &path).unwrap(), 400_000);
    assert_eq!(fs::read(&path).unwrap(), content());
    let ranges: Vec<Option<String>> =
        server.take().iter().map(|sent| sent.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges.len(), 4);
    assert!(ranges[0].is_none() && ranges[1..].iter().all(Option::is_some), "{ranges:?}");
    // An earlier run left a part, whose end is compared.
    fs::write(folder.join(format!("a.{ID}.part")), &content()[..100_000]).unwrap();
    let mut seen = Vec::new();
    client.files().save_with(&info(), &path, |done, size| seen.push((done, size))).unwrap();
    let from = 100_000 - (64 << 10);
    assert!(seen[0].0 > from && seen.is_sorted() && seen.last() == Some(&(400_000, 400_000)), "{seen:?}");
    assert_eq!(fs::read(&path).unwrap(), content());
    assert_eq!(server.take()[0].header("range"), Some(&*format!("bytes={from}-")));
    // This cannot be the beginning of the file, and is left alone.
    let stranger = folder.join(format!("a.{ID}.part"));
    fs::write(&stranger, vec![0; 400_001]).unwrap();
    client.files().save(&info(), &path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), content());
    assert_eq!(fs::read(&stranger).unwrap().len(), 400_001);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    // A server that sends more, or less, than it said.
    server.answer_with(|_| Reply::bytes(200, vec![0; 400_001]));
    assert_eq!(client.files().save(&info(), &path).unwrap_err().kind(), ErrorKind::Protocol);
    server.answer_with(|_| Reply::bytes(200, ""));
    assert_eq!(client.files().save(&info(), &path).unwrap_err().kind(), ErrorKind::Protocol);
    assert_eq!(fs::read(&path).unwrap(), content());
    fs::remove_dir_all(folder).unwrap();
}

/// Takes uploads in pieces; every third piece is lost on the way.
struct Pieces {
    have: Vec<u8>,
    size: usize,
    calls: usize,
    begun: usize,
    /// The chunk that is refused for good.
    refused: Option<usize>,
}

impl Pieces {
    fn answer(&mut self, sent: &Sent) -> Reply {
        let session = json!({"id": ID, "channel_id": ID, "filename": "big", "file_size": self.size,
            "file_offset": self.have.len()});
        match (sent.method.as_str(), sent.path.as_str()) {
            ("POST", "/api/v4/uploads") => {
                self.begun += 1;
                Reply::json(session.to_string())
            }
            ("GET", _) => Reply::json(session.to_string()),
            _ => {
                self.calls += 1;
                if self.refused == Some(self.calls) {
                    return Reply::error(403, "no");
                }
                if self.calls % 3 == 2 {
                    return Reply::bytes(503, "no");
                }
                self.have.extend_from_slice(&sent.body);
                if self.have.len() < self.size {
                    Reply::bytes(204, "")
                } else {
                    Reply::json(json!({"id": ID}).to_string())
                }
            }
        }
    }
}

#[test]
fn large_files_are_sent_in_chunks_and_resumed_after_a_restart() {
    const SIZE: usize = 40 << 20;
    let pieces = Pieces { have: Vec::new(), size: SIZE, calls: 0, begun: 0, refused: Some(4) };
    let pieces = Arc::new(Mutex::new(pieces));
    let shared = Arc::clone(&pieces);
    let (server, client) = server(move |sent| shared.lock().unwrap().answer(sent));
    let folder = folder("pieces");
    let (path, record) = (folder.join("big"), folder.join(format!("big.{ID}.upload")));
    let content: Vec<u8> = (0..SIZE / 4).flat_map(|n| (n as u32).to_le_bytes()).collect();
    fs::write(&path, &content).unwrap();
    let upload = || client.uploads().upload(&ID.parse().unwrap(), &path);
    // Two chunks get there, one of them at the second attempt, and the program ends.
    assert_eq!(upload().unwrap_err().status(), Some(403));
    assert_eq!(pieces.lock().unwrap().have.len(), 16 << 20);
    let mut last = 0;
    let file = client.uploads().upload_with(&ID.parse().unwrap(), &path, |done, _| last = done).unwrap();
    assert_eq!((file.id, last), (ID.parse().unwrap(), SIZE as u64));
    assert!(pieces.lock().unwrap().have == content);
    assert_eq!(pieces.lock().unwrap().begun, 1, "the second run did not resume the upload");
    assert!(server.take().iter().all(|sent| sent.body.len() <= 8 << 20));
    assert!(!record.exists());
    // A file that ends too soon.
    let mut pieces = pieces.lock().unwrap();
    (pieces.have, pieces.calls) = (Vec::new(), 5);
    drop(pieces);
    let upload: UploadId = ID.parse().unwrap();
    let error = client.uploads().finish(&upload, Cursor::new(vec![7; 100])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("after 100 of 41943040 bytes"), "{error}");
    // A server that never gets anything is given up.
    server.answer_with(|sent| {
        let session = json!({"id": ID, "file_size": 10});
        if sent.method == "GET" { Reply::json(session.to_string()) } else { Reply::bytes(503, "no") }
    });
    server.take();
    let error = client.uploads().finish(&upload, Cursor::new(vec![7; 10])).unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert!(server.take().len() <= 10);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn entries_are_decoded_as_they_come() {
    let lines = |end: &'static str| {
        move |_: &Sent| {
            let entry = json!({"channel_id": ID, "team_name": "t", "notify_props": null}).to_string();
            Reply { kind: "application/x-ndjson", ..Reply::json(format!("{entry}\n{entry}\n{end}")) }
        }
    };
    let (server, client) = server(lines(""));
    let all: Vec<_> = client
        .users()
        .stream_channel_members(&ID.parse().unwrap())
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!((all.len(), &*all[0].team_name, &all[1].member.channel_id), (2, "t", &ID.parse().unwrap()));
    assert_eq!(server.take()[0].query, [("page".to_owned(), "-1".to_owned())]);
    // An error behind a status of 200, and what is no JSON.
    for (end, status) in
        [("{\"id\":\"store.error\",\"status_code\":500}\n", Some(500)), ("{\"channel", None), ("[]", None)]
    {
        server.answer_with(lines(end));
        let mut stream = client.users().stream_channel_members(&ID.parse().unwrap()).unwrap();
        let error = stream.by_ref().find_map(Result::err).unwrap();
        assert_eq!(error.route(), Some("GET /users/{user_id}/channel_members"));
        assert_eq!(error.status(), status);
        assert!(stream.next().is_none());
    }
}
