//! Sources of uploads that change, fail or are empty.

use std::fs;
use std::io::{self, Cursor, Read, Write as _};
use std::time::{Duration, Instant, SystemTime};

use mattermost::http::{Body, Multipart};
use mattermost::testing::TestServer;
use mattermost::{ErrorKind, Method, Upload};
use serde_json::json;

use super::{ID, folder, server};
use crate::recorder::Reply;

/// Yields so many bytes and fails then.
struct Failing(usize);

impl Read for Failing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("stale NFS handle"));
        }
        let count = self.0.min(into.len());
        into[..count].fill(b'x');
        self.0 -= count;
        Ok(count)
    }
}

#[test]
fn exactly_the_announced_bytes_are_sent_or_an_error_says_how_many() {
    let server = TestServer::start().unwrap();
    // Long, so that a wait would be noticed.
    let client = server.client("bob").unwrap().with_timeout(Duration::from_secs(60));
    let channel = client.channel("awesome-chat", "~town-square").unwrap().id;
    let began = Instant::now();
    let send = |have: usize, said: u64| {
        client.files().upload(&channel, Upload::reader("log", Cursor::new(vec![b'x'; have]), Some(said)))
    };
    for (have, said) in [(3, 10), (50_000, 200_000), (0, 10), (1 << 20, (1 << 20) + 1)] {
        let error = send(have, said).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
        assert!(error.to_string().contains(&format!("after {have} of {said} bytes")), "{error}");
    }
    for (have, said) in [(10, 10), (12, 10), (300_000, 200_000)] {
        assert_eq!(send(have, said).unwrap().size, said);
    }
    for said in [Some(10_000), None] {
        let error = client.files().upload(&channel, Upload::reader("log", Failing(5000), said)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
        assert!(format!("{error:?}").contains("stale NFS handle"), "{error:?}");
    }
    // In a form, a part that is too short would shift the others.
    for (have, said) in [(&b"abc"[..], 10), (b"abcdefghijkl", 10)] {
        let form = Multipart::new()
            .text("channel_id", channel.as_str())
            .file("files", "a", Body::reader(have, Some(said), "text/plain"))
            .file("files", "b", Body::bytes(*b"second", "text/plain"));
        let done =
            client.call(Method::Post, "/files", &[]).body(Body::multipart(form)).fetch::<serde_json::Value>();
        match done {
            Ok(done) => assert_eq!((&done["file_infos"][0]["size"], have.len()), (&json!(10), 12)),
            Err(error) => assert!(error.to_string().contains("after 3 of 10 bytes"), "{error}"),
        }
    }
    // The connections that were broken off did no harm.
    assert_eq!(client.users().me().unwrap().username, "bob");
    assert!(began.elapsed() < Duration::from_secs(30), "something waited");
}

#[test]
fn a_file_that_grows_or_is_truncated_meanwhile() {
    let folder = folder("moving");
    let path = folder.join("log");
    fs::write(&path, vec![b'x'; 100_000]).unwrap();
    let (server, client) = server(|_| Reply::json(json!({"file_infos": [{"id": ID}]}).to_string()));
    let upload = Upload::path(&path).unwrap();
    fs::File::options().append(true).open(&path).unwrap().write_all(&[b'y'; 5000]).unwrap();
    client.files().upload(&ID.parse().unwrap(), upload).unwrap();
    assert!(server.take().pop().unwrap().body == vec![b'x'; 100_000]);
    let upload = Upload::path(&path).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_len(70_000).unwrap();
    let error = client.files().upload(&ID.parse().unwrap(), upload).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    assert!(error.to_string().contains("after 70000 of 105000 bytes"), "{error}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn empty_files_are_uploaded() {
    let server = TestServer::start().unwrap();
    let client = server.client("bob").unwrap();
    let channel = client.channel("awesome-chat", "~town-square").unwrap().id;
    let folder = folder("nothing");
    let path = folder.join("empty.txt");
    fs::write(&path, "").unwrap();
    for file in [
        client.files().upload(&channel, Upload::bytes("empty.txt", "")).unwrap(),
        client.files().upload(&channel, Upload::path(&path).unwrap()).unwrap(),
        client.files().upload(&channel, Upload::reader("empty.txt", io::empty(), Some(0))).unwrap(),
        client.files().upload(&channel, Upload::reader("empty.txt", io::empty(), None)).unwrap(),
        client.uploads().upload(&channel, &path).unwrap(),
    ] {
        assert_eq!((&*file.name, file.size), ("empty.txt", 0));
        let mut content = Vec::new();
        assert_eq!(client.files().download(&file.id).write_to(&mut content).unwrap(), 0);
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    fs::remove_dir_all(folder).unwrap();
}

/// What an upload continues with must be the same file: size and name alone do not tell.
#[test]
fn another_file_of_the_same_name_and_size_is_not_continued() {
    const SIZE: usize = 17 << 20;
    let folder = folder("another");
    let path = folder.join("backup.tar");
    let earlier = SystemTime::now() - Duration::from_secs(3600);
    let (server, client) = server(|_| Reply::error(403, "no"));
    let write = |letter: u8, modified: SystemTime| {
        fs::write(&path, vec![letter; SIZE]).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    };
    for (case, second, modified, resumed) in [
        ("the same", b'A', earlier, true),
        ("an older date, as `mv` leaves it", b'B', earlier - Duration::from_secs(60), false),
        ("the same date", b'B', earlier, false),
        ("a new date", b'A', SystemTime::now(), false),
    ] {
        let mut have: Vec<u8> = Vec::new();
        let (mut sessions, mut chunks, mut closed) = (0, 0, false);
        server.answer_with(move |sent| {
            let session = |offset| {
                json!({"id": ID, "channel_id": ID, "filename": "backup.tar", "file_size": SIZE,
                    "file_offset": offset})
            };
            match (&*sent.method, &*sent.path) {
                ("POST", "/api/v4/uploads") => {
                    sessions += 1;
                    have.clear();
                    Reply::json(session(0).to_string())
                }
                ("GET", _) => Reply::json(session(have.len()).to_string()),
                _ => {
                    chunks += 1;
                    if chunks == 2 && !closed {
                        closed = true;
                        return Reply::error(403, "the laptop was closed");
                    }
                    have.extend_from_slice(&sent.body);
                    if have.len() < SIZE {
                        return Reply::bytes(204, "");
                    }
                    let is_one = have.iter().all(|byte| *byte == have[0]);
                    Reply::json(json!({"id": ID, "name": format!("{is_one} {sessions}")}).to_string())
                }
            }
        });
        write(b'A', earlier);
        assert_eq!(client.uploads().upload(&ID.parse().unwrap(), &path).unwrap_err().status(), Some(403));
        write(second, modified);
        let file = client.uploads().upload(&ID.parse().unwrap(), &path).unwrap();
        assert_eq!(file.name, format!("true {}", if resumed { 1 } else { 2 }), "{case}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "{case}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_session_that_is_not_new_is_refused() {
    let folder = folder("session");
    let path = folder.join("a");
    fs::write(&path, vec![1; 100]).unwrap();
    let (server, client) = server(|_| {
        Reply::json(json!({"id": ID, "channel_id": ID, "file_size": 100, "file_offset": 50}).to_string())
    });
    let error = client.uploads().upload(&ID.parse().unwrap(), &path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    assert_eq!(server.take().len(), 1);
    assert_eq!(client.uploads().upload(&ID.parse().unwrap(), &folder).unwrap_err().kind(), ErrorKind::Input);
    fs::remove_dir_all(folder).unwrap();
}

/// Opening a pipe would wait for its writer.
#[cfg(unix)]
#[test]
fn an_upload_session_takes_no_pipes_and_devices() {
    let folder = folder("pipe");
    let path = folder.join("pipe");
    let (server, client) = server(|_| Reply::error(403, "no"));
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    for path in [path, "/dev/zero".into()] {
        if path.exists() {
            let error = client.uploads().upload(&ID.parse().unwrap(), &path).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
        }
    }
    assert!(made.is_ok_and(|status| status.success()) && server.take().is_empty());
    fs::remove_dir_all(folder).unwrap();
}

/// Files of `/proc` announce no bytes.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_announces_no_bytes_is_read() {
    let server = TestServer::start().unwrap();
    let client = server.client("bob").unwrap();
    let channel = client.channel("awesome-chat", "~town-square").unwrap().id;
    let content = fs::read("/proc/version").unwrap();
    for file in [
        client.files().upload(&channel, Upload::path("/proc/version").unwrap()).unwrap(),
        client.uploads().upload(&channel, "/proc/version").unwrap(),
    ] {
        assert_eq!((file.size, &*file.name), (content.len() as u64, "version"));
    }
}

/// A record that cannot be resumed must not stand in the way of the upload.
#[test]
fn a_record_with_an_id_that_is_none_is_not_used() {
    let folder = folder("forged");
    let path = folder.join("src");
    fs::write(&path, vec![3; 9000]).unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let modified = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let server = TestServer::start().unwrap();
    let client = server.client("bob").unwrap();
    let channel = client.channel("awesome-chat", "~town-square").unwrap().id;
    for upload in ["../../posts", "", "x", "me", ID] {
        let record = json!({"upload": upload, "size": 9000, "modified": modified as u64, "sent": 0,
            "hash": "da39a3ee5e6b4b0d3255bfef95601890afd80709"});
        fs::write(folder.join(format!("src.{channel}.upload")), record.to_string()).unwrap();
        assert_eq!(client.uploads().upload(&channel, &path).unwrap().size, 9000, "{upload}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }
    fs::remove_dir_all(folder).unwrap();
}
