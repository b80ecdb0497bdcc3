//! `save` where other programs, links and odd servers are in its way.

use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;

use mattermost::{ErrorKind, FileInfo};
use serde_json::json;

use super::{ID, content, folder, info, ranged, server};
use crate::recorder::Reply;

/// Everything in the folder, links as such.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn of_two_saves_to_one_path_one_fails_and_none_is_corrupt() {
    let folder = folder("two");
    let path = folder.join("a");
    let mut calls = 0;
    let (_server, client) = server(move |sent| {
        calls += 1;
        let mut reply = ranged(sent);
        if calls == 1 {
            // The first run loses its connection, and the second one takes over meanwhile.
            reply.promised = Some(reply.body.len());
            reply.body.truncate(200_000);
        }
        reply
    });
    let (slow, target, mut seen) = (client.clone(), path.clone(), false);
    let (paused, resume) = (channel(), channel());
    let first = thread::spawn(move || {
        slow.files().save_with(&info(), &target, |done, _| {
            if done >= 200_000 && !std::mem::replace(&mut seen, true) {
                paused.0.send(()).unwrap();
                resume.1.recv().unwrap();
            }
        })
    });
    paused.1.recv().unwrap();
    assert_eq!(client.files().save(&info(), &path).unwrap(), 400_000);
    resume.0.send(()).unwrap();
    let error = first.join().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    assert!(error.to_string().contains("the partial file of"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), content());
    assert_eq!(names(&folder), ["a"]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn many_saves_at_once_leave_one_right_file() {
    let folder = folder("many");
    let path = folder.join("a");
    let (_server, client) = server(ranged);
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| client.files().save(&info(), &path))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let done = results.iter().flatten().count();
    assert!(done >= 1 && fs::read(&path).unwrap() == content());
    let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    assert!(failed.iter().all(|error| error.kind() == ErrorKind::Io), "{failed:?}");
    if cfg!(windows) {
        // A file that another run has open is neither replaced nor removed: the parts of runs that failed may stay.
        assert!(names(&folder).len() <= 1 + failed.len(), "{failed:?}: {:?}", names(&folder));
    } else {
        assert_eq!(names(&folder), ["a"]);
    }
    fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[test]
fn links_and_planted_parts_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = folder("links");
    let victim = folder.join("victim");
    fs::write(&victim, vec![b'V'; 300_000]).unwrap();
    let part = |name: &str| folder.join(format!("{name}.{ID}.part"));
    symlink(&victim, part("soft")).unwrap();
    fs::hard_link(&victim, part("hard")).unwrap();
    symlink("/dev/zero", part("device")).unwrap();
    fs::create_dir(part("folder")).unwrap();
    fs::write(part("writable"), &content()[..100]).unwrap();
    fs::set_permissions(part("writable"), fs::Permissions::from_mode(0o666)).unwrap();
    // As long as the file, and other content.
    fs::write(part("full"), vec![b'E'; 400_000]).unwrap();
    fs::write(part("right"), content()).unwrap();
    symlink(&victim, folder.join("target")).unwrap();
    let (server, client) = server(ranged);
    for name in ["soft", "hard", "device", "folder", "writable", "full", "right", "target"] {
        server.take();
        assert_eq!(client.files().save(&info(), folder.join(name)).unwrap(), 400_000, "{name}");
        assert!(fs::read(folder.join(name)).unwrap() == content(), "{name}");
        assert!(fs::read(&victim).unwrap() == vec![b'V'; 300_000], "{name}");
        let mode = fs::symlink_metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
        let resumed = server.take()[0].header("range").is_some();
        assert_eq!(resumed, matches!(name, "full" | "right"), "{name}");
    }
    // What was refused is still there, what was used is gone.
    for name in ["soft", "hard", "device", "folder", "writable"] {
        assert!(fs::symlink_metadata(part(name)).is_ok(), "{name}");
    }
    assert!(!part("full").exists() && !part("right").exists());
    fs::remove_dir_all(folder).unwrap();
}

/// The permissions of the file that is replaced stay.
#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder("mode");
    let path = folder.join("a");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let (_server, client) = server(ranged);
    client.files().save(&info(), &path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn another_range_is_refused() {
    let folder = folder("range");
    let (server, client) = server(ranged);
    let partial = |headers: Vec<(&'static str, String)>, from: usize| Reply {
        headers,
        ..Reply::bytes(206, &content()[from..])
    };
    let from = 200_000 - (64 << 10);
    for (case, header) in [
        ("from the beginning", Some("bytes 0-399999/400000".to_owned())),
        ("one byte later", Some(format!("bytes {}-399999/400000", from + 1))),
        ("of another file", Some(format!("bytes {from}-499999/500000"))),
        ("past its own end", Some(format!("bytes {from}-400000/400000"))),
        ("backwards", Some(format!("bytes {from}-5/400000"))),
        ("another unit", Some(format!("lines {from}-399999/400000"))),
        ("nonsense", Some("bytes".to_owned())),
        ("no header", None),
    ] {
        fs::write(folder.join(format!("a.{ID}.part")), &content()[..200_000]).unwrap();
        server.answer_with(move |_| {
            let headers = header.iter().map(|range| ("Content-Range", range.clone())).collect();
            partial(headers, from)
        });
        let error = client.files().save(&info(), folder.join("a")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{case}: {error:?}");
        assert!(error.to_string().contains("instead of the bytes from 134464 on"), "{case}: {error}");
        assert!(!folder.join("a").exists(), "{case}");
        for name in names(&folder) {
            fs::remove_file(folder.join(name)).unwrap();
        }
    }
    // A part that nobody asked for.
    server.answer_with(move |_| partial(vec![("Content-Range", "bytes 8-399999/400000".to_owned())], 8));
    let error = client.files().save(&info(), folder.join("a")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error:?}");
    assert_eq!(names(&folder), [""; 0]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_id_that_is_none_becomes_no_path() {
    let folder = folder("ids");
    // Windows takes no dot at the end of a name.
    let name = if cfg!(windows) { "file" } else { "file." };
    fs::create_dir_all(folder.join("down").join(name)).unwrap();
    let (server, client) = server(ranged);
    for id in ["/../../escaped/x", "..", "", "a/b", "x\0y", "8k7ktpqaaidztx87g5zqd8j3r/"] {
        let file: FileInfo = serde_json::from_value(json!({"id": id, "size": 5})).unwrap();
        let error = client.files().save(&file, folder.join("down/file")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{id:?}: {error:?}");
    }
    assert_eq!(client.files().save(&info(), folder.join("..")).unwrap_err().kind(), ErrorKind::Input);
    assert_eq!(client.files().save(&info(), folder.join("down")).unwrap_err().kind(), ErrorKind::Input);
    assert!(server.take().is_empty());
    assert_eq!((names(&folder), names(&folder.join("down"))), (vec!["down".into()], vec![name.into()]));
    fs::remove_dir_all(folder).unwrap();
}

/// A byte a connection is no progress.
#[test]
fn a_server_that_sends_hardly_anything_is_given_up() {
    let folder = folder("trickle");
    let path = folder.join("a");
    let (server, client) = server(|sent| {
        let mut reply = ranged(sent);
        reply.promised = Some(reply.body.len());
        reply.body.truncate(1);
        reply
    });
    let error = client.files().save(&info(), &path).unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    // `save` resumes, and each request is repeated by itself only if it brought nothing.
    assert!((5..=15).contains(&server.take().len()));
    // The bytes that came are kept.
    assert_eq!(names(&folder).len(), 1);
    server.answer_with(ranged);
    client.files().save(&info(), &path).unwrap();
    assert!(fs::read(&path).unwrap() == content());
    assert_eq!(names(&folder), ["a"]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_empty_file_is_requested_too() {
    let folder = folder("empty");
    let path = folder.join("a");
    let file: FileInfo = serde_json::from_value(json!({"id": ID, "size": 0})).unwrap();
    let (server, client) = server(|_| Reply::bytes(200, ""));
    assert_eq!(client.files().save(&file, &path).unwrap(), 0);
    assert_eq!((fs::read(&path).unwrap().len(), server.take().len()), (0, 1));
    server.answer_with(|_| Reply::error(404, "app.file_info.get.app_error"));
    assert!(client.files().save(&file, &path).unwrap_err().is_not_found());
    server.answer_with(|_| Reply::bytes(200, "x"));
    assert_eq!(client.files().save(&file, &path).unwrap_err().kind(), ErrorKind::Protocol);
    assert_eq!(names(&folder), ["a"]);
    fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[test]
fn a_path_that_cannot_be_created_is_refused_before_the_download() {
    let folder = folder("impossible");
    fs::write(folder.join("file"), "x").unwrap();
    std::os::unix::fs::symlink(folder.join("loop"), folder.join("loop")).unwrap();
    let (server, client) = server(ranged);
    for name in ["x".repeat(256), "a\0b".into(), "file/x".into(), "loop/x".into(), "missing/x".into()] {
        let error = client.files().save(&info(), folder.join(&name)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{name:?}: {error:?}");
    }
    assert!(server.take().is_empty());
    assert_eq!(names(&folder), ["file", "loop"]);
    fs::remove_dir_all(folder).unwrap();
}

/// File systems of Unix accept 255 bytes per name, which the name of a partial file would exceed.
#[cfg(unix)]
#[test]
fn files_with_the_longest_names_are_saved_and_resumed() {
    let folder = folder("long");
    for name in ["x".repeat(255), format!("a{}", "\u{e4}".repeat(127)), "y".repeat(230)] {
        let path = folder.join(&name);
        let mut calls = 0;
        let (server, client) = server(move |sent| {
            calls += 1;
            if calls > 1 {
                return Reply::error(403, "no");
            }
            let mut reply = ranged(sent);
            reply.promised = Some(reply.body.len());
            reply.body.truncate(200_000);
            reply
        });
        assert!(client.files().save(&info(), &path).unwrap_err().is_forbidden());
        let left = names(&folder);
        assert!(left.len() == 1 && left[0].ends_with(".part"), "{left:?}");
        server.take();
        server.answer_with(ranged);
        client.files().save(&info(), &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), content());
        let from = 200_000 - (64 << 10);
        assert_eq!(server.take()[0].header("range"), Some(&*format!("bytes={from}-")), "{name}");
        assert_eq!(names(&folder), [name]);
        fs::remove_file(path).unwrap();
    }
    fs::remove_dir_all(folder).unwrap();
}
