//! Something in front of the server that asks for credentials of its own.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, ErrorKind, IncomingMessage, IncomingWebhookDraft, Method, Webhook};

use crate::peer::{Peer, header, relay};

/// Lets requests with this header through, one per connection, and notes every head.
fn gate(port: u16, name: &'static str, value: &'static str) -> (Peer, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&heads);
    let peer = Peer::start(move |mut stream| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte).unwrap_or(0) == 0 {
                return;
            }
            head.push(byte[0]);
        }
        let text = String::from_utf8_lossy(&head).into_owned();
        let is_known = header(&text, name) == Some(value);
        noted.lock().unwrap().push(text);
        if !is_known {
            let _ = stream.write_all(
                b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nforbidden",
            );
            return;
        }
        let mut upstream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        upstream.write_all(&head).unwrap();
        relay(&stream, &upstream);
    });
    (peer, heads)
}

#[test]
fn a_header_of_the_builder_is_on_calls_the_login_and_the_stream() {
    let server = TestServer::start().unwrap();
    let (gate, heads) = gate(server.port(), "x-mattermost-preauth-secret", "s3cret");
    let builder = || Client::builder(gate.url()).no_proxy().backoff_scale(0.01);
    let refused = builder().login("janedoe", PASSWORD).connect().unwrap_err();
    assert_eq!(refused.status(), Some(403));
    let with = || builder().header("X-Mattermost-Preauth-Secret", "s3cret");
    let client = with().login("janedoe", PASSWORD).connect().unwrap();
    with().token(server.token("bob")).connect().unwrap();
    client.send("awesome-chat", "~town-square", "hello").unwrap();
    client.events().unwrap().close(Duration::from_secs(5));
    let report = with().login("janedoe", PASSWORD).doctor();
    assert!(report.is_healthy(), "{report}");
    assert!(heads.lock().unwrap().iter().any(|head| head.starts_with("GET /api/v4/websocket")));
    let requests = server.requests();
    assert!(requests.iter().any(|sent| sent.path.ends_with("/users/login")) && requests.len() > 5);
    for sent in requests {
        // The gate has compared the value; the test server's log hides it.
        assert_eq!(sent.header("x-mattermost-preauth-secret"), Some("***"), "{sent:?}");
    }
    for (name, value) in [("Host", "x"), ("X-Y", "a\nb"), ("", "x"), ("Content-Length", "1")] {
        let error = builder().header(name, value).token("t").connect().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{name}: {error:?}");
    }
}

/// Mattermost's token and HTTP basic authentication want the same header.
#[test]
fn basic_authentication_and_the_token_go_together() {
    let server = TestServer::start().unwrap();
    let basic = "Basic amFuZTpwQHNzIHdvcmQ=";
    let (gate, heads) = gate(server.port(), "authorization", basic);
    let url = gate.url().replace("http://", "http://jane:p%40ss%20word@");
    let client = Client::builder(&url).no_proxy().login("janedoe", PASSWORD).connect().unwrap();
    assert_eq!(client.url(), gate.url());
    client.send("awesome-chat", "~town-square", "hello").unwrap();
    client.events().unwrap().close(Duration::from_secs(5));
    let by_header = Client::builder(gate.url()).no_proxy().header("Authorization", basic);
    let client = by_header.token(server.token("bob")).connect().unwrap();
    client.call(Method::Get, "/users/me", &[]).send().unwrap();
    let heads = heads.lock().unwrap();
    let signed = heads.iter().filter(|head| !head.starts_with("POST /api/v4/users/login "));
    for head in signed {
        assert!(header(head, "cookie").is_some_and(|cookie| cookie.starts_with("MMAUTHTOKEN=")), "{head}");
        assert_eq!(header(head, "x-requested-with"), Some("XMLHttpRequest"));
    }
    for bad in ["http://jane@h", "http://jane:%0a@h", "http://:x@h", "http://jane:%zz@h", "http://a:b@"] {
        let error = Client::builder(bad).no_proxy().token("t").connect().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{bad}: {error:?}");
        assert!(!format!("{error:?}").contains("jane"), "{error:?}");
    }
    let twice = Client::builder(&url).header("authorization", "Bearer x").token("t").connect().unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Input);
}

/// Neither where the event stream is, nor a proxy, nor the target of a redirect.
#[test]
fn a_header_of_the_builder_goes_to_no_other_host() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&heads);
    let elsewhere = Peer::start(move |mut stream| {
        let Some(head) = crate::peer::read_head(&mut stream) else { return };
        noted.lock().unwrap().push(head);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    });
    let server = TestServer::start().unwrap();
    // The same machine by another name is another host.
    let builder = || server.client_builder().header("X-Gate", "s3cret").token(server.token("bob"));
    let client = builder().websocket_url(format!("ws://localhost:{}", elsewhere.port())).connect().unwrap();
    client.events().unwrap_err();
    let proxy = format!("http://127.0.0.1:{}", elsewhere.port());
    builder().proxy(proxy).connect().unwrap_err();
    let heads = heads.lock().unwrap();
    assert!(heads.len() >= 2, "{heads:?}");
    for head in heads.iter() {
        assert!(!head.to_lowercase().contains("x-gate") && !head.contains("s3cret"), "{head}");
    }
}

#[test]
fn a_webhook_needs_its_address_only() {
    let server = TestServer::start().unwrap();
    let client = server.client("janedoe").unwrap();
    let channel = client.channel("awesome-chat", "~town-square").unwrap();
    let hook = client.webhooks().create_incoming(&IncomingWebhookDraft::new(&channel.id));
    let heads = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&heads);
    let peer = Peer::start(move |mut stream| {
        while let Some(head) = crate::peer::read_head(&mut stream) {
            let status = if head.contains("/gone") { "404 Not Found" } else { "200 OK" };
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            noted.lock().unwrap().push(head);
            let body = format!("ok {path}");
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    drop(hook);
    let id = "8k7ktpqaaidztx87g5zqd8j3ry";
    let webhook = Webhook::new(format!("{}/sub/hooks/{id}/ ", peer.url())).unwrap();
    webhook.send(&IncomingMessage::new().text("hi")).unwrap();
    webhook.clone().send(&IncomingMessage::new().text("again")).unwrap();
    {
        let heads = heads.lock().unwrap();
        assert_eq!(heads.len(), 2);
        for head in heads.iter() {
            assert!(head.starts_with(&format!("POST /sub/hooks/{id} HTTP/1.1\r\n")), "{head}");
            assert!(header(head, "authorization").is_none(), "{head}");
        }
    }
    assert!(!format!("{webhook:?}").contains(id));
    // The server's answer may repeat the address, which is a credential.
    let gone = Webhook::new(format!("{}/gone/hooks/{id}", peer.url())).unwrap();
    let error = gone.send(&IncomingMessage::new().text("hi")).unwrap_err();
    assert_eq!((error.status(), error.route()), (Some(404), Some("POST /hooks/{hook_id}")));
    assert!(!format!("{error:?}").contains(id) && format!("{error:?}").contains("***"), "{error:?}");
    let with_gate =
        Client::builder(format!("{}/hooks/{id}", peer.url())).header("X-Gate", "s3cret").webhook();
    with_gate.unwrap().send(&IncomingMessage::new().text("hi")).unwrap();
    assert_eq!(header(heads.lock().unwrap().last().unwrap(), "x-gate"), Some("s3cret"));
    for bad in [
        "",
        "chat.example.com",
        "https://chat.example.com/hooks/",
        "https://chat.example.com/hooks/short",
        "https://chat.example.com/hooks/commands/8k7ktpqaaidztx87g5zqd8j3ry",
        "https://chat.example.com/hooks/8k7ktpqaaidztx87g5zqd8j3ry?x=y",
        "https://chat.example.com/hooks/8k7ktpqaaidztx87g5zqd8j3r/",
        "ftp://chat.example.com/hooks/8k7ktpqaaidztx87g5zqd8j3ry",
    ] {
        let error = Webhook::new(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{bad}");
        assert!(!format!("{error:?}").contains("8k7k"), "{error:?}");
    }
    let error = Client::builder(format!("https://h/hooks/{id}")).token("t").webhook().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[test]
fn the_longest_timeouts_are_no_trouble() {
    let server = TestServer::start().unwrap();
    for (connect, call) in [
        (Duration::MAX, Duration::from_secs(30)),
        (Duration::from_secs(10), Duration::MAX),
        (Duration::MAX, Duration::MAX),
        (Duration::from_secs(3_200_000_000), Duration::from_secs(u64::MAX)),
    ] {
        let builder = server.client_builder().token(server.token("bob"));
        let client = builder.connect_timeout(connect).timeout(call).connect().unwrap();
        client.with_timeout(Duration::MAX).call(Method::Get, "/users/me", &[]).send().unwrap();
        client.call(Method::Get, "/users/me", &[]).timeout(Duration::MAX).send().unwrap();
        let mut file = Vec::new();
        let missing = client.files().download(&"8k7ktpqaaidztx87g5zqd8j3ry".parse().unwrap());
        missing.timeout(Duration::MAX).write_to(&mut file).unwrap_err();
        client.events().unwrap().close(Duration::from_secs(5));
    }
}
