//! Responses that no server sends and a confused proxy does, and requests that would confuse one.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use mattermost::{Client, ErrorKind, Method};
use serde_json::{Value, json};

use crate::peer::{Peer, me, read_head};
use crate::recorder::{Recorder, Reply};

const ID: &str = "8k7ktpqaaidztx87g5zqd8j3ry";

fn connected() -> (Recorder, Client) {
    let server = Recorder::start(|_| Reply::json(json!({"id": ID}).to_string()));
    let client =
        Client::builder(server.url()).no_proxy().token("t0ken").backoff_scale(0.0).connect().unwrap();
    server.take();
    (server, client)
}

#[test]
fn a_status_that_was_not_asked_for_is_no_success() {
    let (server, client) = connected();
    server.answer_with(|_| Reply { status: 304, ..Reply::json("") });
    let get = client.call(Method::Get, "/users/me/teams", &[]);
    assert_eq!(get.send().unwrap_err().kind(), ErrorKind::Protocol);
    assert_eq!(client.posts().delete(&ID.parse().unwrap()).unwrap_err().kind(), ErrorKind::Protocol);
    // Nobody knows whether the request was passed on.
    let post = client.call(Method::Post, "/channels", &[]).json(&1);
    assert!(post.send().unwrap_err().is_unknown_outcome());
    assert!(client.call(Method::Get, "/x", &[]).bytes().is_err());
    let changed = client.call(Method::Get, "/x", &[]).fetch_if_changed::<Value>(Some("\"tag\"")).unwrap();
    assert!(changed.new_value().is_none());
    // A thumbnail of which a cache has the beginning.
    let range = ("Content-Range", "bytes 0-3/1000".to_owned());
    server.answer_with(move |_| Reply { headers: vec![range.clone()], ..Reply::bytes(206, "abcd") });
    let file = ID.parse().unwrap();
    assert_eq!(client.files().thumbnail(&file).unwrap_err().kind(), ErrorKind::Protocol);
    let whole = client.files().download(&file).write_to(Vec::new());
    assert_eq!(whole.unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn headers_that_frame_a_request_are_not_for_programs() {
    let (server, client) = connected();
    for name in ["Content-Length", "transfer-encoding", "Host", "Connection", "Expect", "Accept-Encoding"] {
        let error = client.call(Method::Post, "/x", &[]).header(name, "5").json(&1).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{name}: {error:?}");
    }
    assert!(server.take().is_empty());
    client.call(Method::Post, "/x", &[]).header("X-Trace", "5").json(&1).send().unwrap();
    assert_eq!(server.take()[0].header("x-trace"), Some("5"));
}

/// The first response is followed by another one, which nobody asked for.
#[test]
fn a_response_behind_a_response_is_not_for_the_next_call() {
    let evil = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n[\"evil\"]";
    let peer = Peer::answering(format!("{}{evil}", me()));
    let client = Client::builder(peer.url()).no_proxy().token("t0ken").connect().unwrap();
    let next: Value = client.call(Method::Get, "/users/me", &[]).fetch().unwrap();
    assert_eq!(next["id"], ID);
}

#[test]
fn a_channel_whose_pages_never_end_is_an_error() {
    let (server, client) = connected();
    let posts: Vec<Value> = (0..200)
        .map(|n| json!({"id": format!("{n:026}"), "create_at": 2_000_000_000_000_u64 + n, "channel_id": ID}))
        .collect();
    let order: Vec<Value> = posts.iter().map(|post| post["id"].clone()).collect();
    let by_id: serde_json::Map<_, _> =
        posts.into_iter().map(|post| (post["id"].as_str().unwrap().to_owned(), post)).collect();
    let list = json!({"order": order, "posts": by_id, "prev_post_id": ID, "next_post_id": ""}).to_string();
    server.answer_with(move |_| Reply::json(list.clone()));
    let first = client.posts().history(&ID.parse().unwrap()).oldest_first().next().unwrap();
    assert_eq!(first.unwrap_err().kind(), ErrorKind::Protocol);
    assert!(server.take().len() < 40);
    // The same for a list that is counted in pages.
    let users = json!(vec![json!({"id": ID}); 200]).to_string();
    server.answer_with(move |_| Reply::json(users.clone()));
    let page = mattermost::UserPage::new();
    let all: Vec<_> = client.users().all(&page).take(1000).collect();
    assert_eq!((all.len(), server.take().len()), (201, 2));
    assert_eq!(all[200].as_ref().unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn a_token_that_no_header_can_hold_is_the_servers_fault() {
    for token in ["a b".to_owned(), "x".repeat(5000)] {
        let server = Recorder::start(move |_| Reply {
            headers: vec![("Token", token.clone())],
            ..Reply::json(json!({"id": ID}).to_string())
        });
        let error = Client::builder(server.url()).no_proxy().login("bob", "pw").connect().unwrap_err();
        assert_eq!((error.kind(), server.take().len()), (ErrorKind::Protocol, 1), "{error:?}");
    }
}

#[test]
fn a_closed_client_ends_its_downloads_as_closed() {
    let requests = AtomicUsize::new(0);
    let peer = Peer::start(move |mut stream| {
        while read_head(&mut stream).is_some() {
            if requests.fetch_add(1, Ordering::SeqCst) == 0 {
                stream.write_all(me().as_bytes()).unwrap();
                continue;
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\nbeginning").unwrap();
            // Until the client has gone.
            let _ = stream.read(&mut [0]);
            return;
        }
    });
    let client = Client::builder(peer.url()).no_proxy().token("t0ken").connect().unwrap();
    let (started, begun) = channel();
    let downloading = client.clone();
    let download = std::thread::spawn(move || {
        let file = ID.parse().unwrap();
        let call = downloading.files().download(&file).progress(move |_, _| started.send(()).unwrap());
        call.write_to(std::io::sink())
    });
    begun.recv_timeout(Duration::from_secs(20)).unwrap();
    client.close();
    let error = download.join().unwrap().unwrap_err();
    assert!(error.is_closed(), "{error:?}");
}
