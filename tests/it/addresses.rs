//! Servers that are not simply at one IPv4 address.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use mattermost::Client;
use mattermost::testing::{PASSWORD, TestServer};

use crate::peer::{Peer, relay};

#[test]
fn an_ipv6_literal() {
    let server = TestServer::start().unwrap();
    let upstream = server.port();
    let passing = move |stream| relay(&stream, &TcpStream::connect(("127.0.0.1", upstream)).unwrap());
    let Ok(peer) = Peer::at("[::1]:0", passing) else {
        println!("not run: this machine has no IPv6");
        return;
    };
    for url in [format!("http://[::1]:{}", peer.port()), format!("http://[0:0::1]:{}/", peer.port())] {
        let client = Client::builder(url).no_proxy().login("janedoe", PASSWORD).connect().unwrap();
        client.events().unwrap().close(Duration::from_secs(5));
        assert_eq!(client.me().username, "janedoe");
    }
    let hosts = server
        .requests()
        .iter()
        .filter_map(|sent| sent.header("host").map(str::to_owned))
        .collect::<Vec<_>>();
    assert!(hosts.iter().any(|host| *host == format!("[::1]:{}", peer.port())), "{hosts:?}");
    println!("IPv6 literal | calls ok | stream ok");
}

/// Most machines resolve `localhost` to `::1` first, where the server does not listen.
#[test]
fn a_name_with_several_addresses() {
    let server = TestServer::start().unwrap();
    let url = format!("http://localhost:{}", server.port());
    let client = Client::builder(url).no_proxy().login("janedoe", PASSWORD).connect().unwrap();
    client.events().unwrap().close(Duration::from_secs(5));
    let found: Vec<_> = ("localhost", server.port()).to_socket_addrs().unwrap().map(|at| at.ip()).collect();
    println!("localhost is {found:?}, served is 127.0.0.1 | calls ok | stream ok");
}

#[cfg(unix)]
#[test]
fn the_local_mode_of_a_server() {
    use std::io::Write;
    use std::os::unix::net::UnixListener;
    use std::sync::{Arc, Mutex};
    use std::thread;
    use std::time::Instant;

    use mattermost::{ErrorKind, Method};

    use crate::peer::{json, read_head};

    let path = std::env::temp_dir().join(format!("mattermost-local-{}.socket", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let (heads, noted) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let note = Arc::clone(&noted);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let note = Arc::clone(&note);
            thread::spawn(move || {
                while let Some(head) = read_head(&mut stream) {
                    let slow = head.contains("/slow ");
                    note.lock().unwrap().push(head);
                    if !slow {
                        stream.write_all(json(r#"{"status":"OK"}"#).as_bytes()).unwrap();
                    }
                }
            });
        }
    });
    let url = format!("unix://{}", path.display());
    let client = Client::builder(&*url).proxy("http://127.0.0.1:1").connect().unwrap();
    assert_eq!(client.url(), url);
    assert!(client.me().id.is_empty());
    for _ in 0..3 {
        client.call(Method::Get, "/config", &[]).fetch::<serde_json::Value>().unwrap();
    }
    let began = Instant::now();
    let slow =
        client.with_timeout(Duration::from_millis(200)).call(Method::Post, "/slow", &[]).send().unwrap_err();
    assert_eq!(slow.kind(), ErrorKind::UnknownOutcome);
    assert!(began.elapsed() < Duration::from_secs(3));
    let stream = client.events().unwrap_err();
    println!("unix socket | calls ok | stream {:?}: {stream}", stream.kind());
    assert_eq!(stream.kind(), ErrorKind::Input);
    thread::scope(|scope| {
        let waiting = client.clone();
        let call = scope.spawn(move || waiting.call(Method::Get, "/slow", &[]).send());
        while noted.lock().unwrap().iter().filter(|head| head.contains("GET /api/v4/slow ")).count() == 0 {
            thread::yield_now();
        }
        client.close();
        assert!(call.join().unwrap().unwrap_err().is_closed());
    });
    heads.lock().unwrap().extend(noted.lock().unwrap().drain(..));
    for head in heads.lock().unwrap().iter() {
        assert!(head.to_lowercase().contains("\r\nhost: localhost\r\n"), "{head}");
        assert!(!head.to_lowercase().contains("authorization"), "{head}");
    }
    assert_eq!(Client::builder(&*url).token("token").connect().unwrap_err().kind(), ErrorKind::Input);
    std::fs::remove_file(&path).unwrap();
    let error = Client::builder(&*url).connect().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.hint().unwrap().contains("EnableLocalMode"), "{error:?}");
    assert_eq!(Client::builder("unix://relative").connect().unwrap_err().kind(), ErrorKind::Input);
}
