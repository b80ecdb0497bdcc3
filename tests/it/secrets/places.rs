//! Passwords and tokens go to the server that was named: to no other host, port or scheme, whatever that server says.

use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, ClientBuilder, Error, FileId, Method, Upload};

use crate::peer::{Peer, frame, hello, json, me, read_head, relay, switching};

const TOKEN: &str = "azjne1wxiirg5ei7ik88qygrgr";

/// Keeps the heads of what it is asked, and gives each an answer; passes it on where there is none.
struct Watch {
    peer: Peer,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Watch {
    fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&heads);
        let peer = Peer::start(move |mut stream| {
            while let Some(head) = read_head(&mut stream) {
                let answer = answer(&head);
                noted.lock().unwrap().push(head);
                if stream.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        });
        Self { peer, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn moved(status: &str, to: &str) -> String {
    format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

fn builder(watch: &Watch) -> ClientBuilder {
    Client::builder(watch.peer.url()).no_proxy().backoff_scale(0.01)
}

/// What a server redirects is not followed, by whatever way a token, a password or a file would go along.
#[test]
fn redirects_take_nothing_along() {
    let elsewhere = Watch::start(|_| json("{}"));
    let port = elsewhere.peer.port();
    for (case, to) in [
        ("another host", format!("http://localhost:{port}/api/v4/x")),
        ("another port", format!("http://127.0.0.1:{port}/api/v4/x")),
        ("another scheme", format!("https://127.0.0.1:{port}/api/v4/x")),
        ("no scheme", format!("//127.0.0.1:{port}/api/v4/x")),
    ] {
        for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
            let target = to.clone();
            let server = Watch::start(move |head| {
                if head.starts_with("GET /api/v4/users/me ") { me() } else { moved(status, &target) }
            });
            let client = builder(&server).token(TOKEN).connect().unwrap();
            let file: FileId = "8k7ktpqaaidztx87g5zqd8j3ry".parse().unwrap();
            let channel = "8k7ktpqaaidztx87g5zqd8j3rc".parse().unwrap();
            let errors: Vec<Error> = vec![
                client.call(Method::Get, "/x", &[]).send().unwrap_err(),
                client.call(Method::Post, "/x", &[]).json(&[TOKEN]).send().unwrap_err(),
                client.files().download(&file).write_to(Vec::new()).unwrap_err(),
                client.files().upload(&channel, Upload::bytes("a.txt", "text")).unwrap_err(),
                client.events().unwrap_err(),
                builder(&server).login("janedoe", PASSWORD).connect().unwrap_err(),
            ];
            for error in &errors {
                assert!(error.to_string().contains("redirect"), "{case} {status}: {error:?}");
            }
            assert!(server.heads().iter().any(|head| head.contains(TOKEN)), "it had a token to lose");
            assert_eq!(elsewhere.peer.accepted(), 0, "{case} {status}");
        }
        println!(
            "redirect to {case:<15} 5 statuses, 6 ways each: {} connections elsewhere",
            elsewhere.peer.accepted()
        );
    }
}

/// The server's settings name another place for the socket, and for itself: only the program's word counts.
#[test]
fn the_servers_own_word_for_a_place_is_not_taken() {
    let elsewhere = Watch::start(|_| json("{}"));
    let port = elsewhere.peer.port();
    let server = TestServer::start().unwrap();
    let told = format!(r#"{{"WebsocketURL":"ws://127.0.0.1:{port}","SiteURL":"http://127.0.0.1:{port}"}}"#);
    server.on("GET /config/client").times(9).http(200, &told);
    let client = server.client("janedoe").unwrap();
    client.events().unwrap().close(Duration::from_secs(5));
    let report = server.client_builder().login("janedoe", PASSWORD).doctor();
    println!("{report}\nsettings of the server: {} connections elsewhere", elsewhere.peer.accepted());
    let said: serde_json::Value = client.call(Method::Get, "/config/client", &[]).fetch().unwrap();
    assert_eq!(said["WebsocketURL"], format!("ws://127.0.0.1:{port}"));
    assert_eq!(elsewhere.peer.accepted(), 0);
    // A link to a file is given and not followed.
    let file: FileId = "8k7ktpqaaidztx87g5zqd8j3ry".parse().unwrap();
    server
        .on(&format!("GET /files/{file}/link"))
        .http(200, &format!(r#"{{"link":"http://127.0.0.1:{port}/x"}}"#));
    assert!(client.files().link(&file).unwrap().contains(&port.to_string()));
    assert_eq!(elsewhere.peer.accepted(), 0);
}

/// `websocket_url` is the program's word: the token goes there, in the upgrade alone, and calls do not.
#[test]
fn a_socket_elsewhere_gets_the_token_because_the_program_says_so() {
    let server = TestServer::start().unwrap();
    let elsewhere = Peer::start(|mut stream| {
        let Some(head) = read_head(&mut stream) else { return };
        assert!(head.starts_with("GET /api/v4/websocket HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("\r\nAuthorization: Bearer "), "{head}");
        let greeting = [switching(&head).as_bytes(), &frame(0x81, hello().as_bytes())].concat();
        let _ = stream.write_all(&greeting);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let url = format!("ws://127.0.0.1:{}", elsewhere.port());
    let client = server.client_builder().websocket_url(url).login("janedoe", PASSWORD).connect().unwrap();
    client.events().unwrap().close(Duration::from_secs(5));
    client.users().me().unwrap();
    println!("websocket_url: {} connection, for the stream", elsewhere.accepted());
    assert_eq!(elsewhere.accepted(), 1);
}

/// A sub-path too many: what is asked one level up has neither token nor password.
#[test]
fn the_doctor_looks_further_up_without_secrets() {
    let server = TestServer::start().unwrap();
    let (upstream, heads) = (server.port(), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&heads);
    let front = Peer::start(move |stream| {
        let mut peeked = [0; 4000];
        let count = stream.peek(&mut peeked).unwrap_or(0);
        noted.lock().unwrap().push(String::from_utf8_lossy(&peeked[..count]).into_owned());
        relay(&stream, &TcpStream::connect(("127.0.0.1", upstream)).unwrap());
    });
    let token = server.token("janedoe");
    let by_token = || Client::builder(format!("{}/sub/deeper", front.url())).no_proxy().token(&*token);
    let by_login =
        || Client::builder(format!("{}/sub/deeper", front.url())).no_proxy().login("janedoe", PASSWORD);
    for report in [by_token().doctor(), by_login().doctor()] {
        assert!(report.to_string().contains(&format!("use {}", front.url())), "{report}");
    }
    let heads = heads.lock().unwrap();
    let further_up = heads.iter().filter(|head| !head.contains(" /sub/deeper/")).count();
    println!("the doctor: {} requests, {further_up} of them further up, none with a secret", heads.len());
    assert!(further_up > 0);
    for head in heads.iter() {
        let lower = head.to_lowercase();
        assert!(
            !lower.contains("authorization") && !head.contains(&token) && !head.contains(PASSWORD),
            "{head}"
        );
    }
}
