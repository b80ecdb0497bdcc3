//! One proxy for calls and for the stream: a table, a row a case, both side by side.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, ErrorKind, Result};

use crate::peer::{Peer, closed_port, header, read_head, relay};

/// What the proxy does with what it is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Pass,
    /// Wants `user:p@ss`.
    Basic,
    Answer(&'static str),
    /// Accepts and says nothing.
    Silent,
    /// A header that never ends, a byte at a time.
    Trickle,
    Endless,
    Close,
    Socks,
    SocksBasic,
    SocksSay(&'static [u8]),
}

const PROXY_PASSWORD: &str = "p@ss:w0rd-of-the-proxy";
const ENCODED: &str = "p%40ss%3Aw0rd-of-the-proxy";
const BASIC: &str = "Basic amFuZTpwQHNzOncwcmQtb2YtdGhlLXByb3h5";
/// For one connection; some cases wait that long.
const PATIENT: Duration = Duration::from_millis(700);

struct Proxy {
    peer: Peer,
    mode: Arc<Mutex<Mode>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(mode: Mode) -> Self {
        let (mode, asked) = (Arc::new(Mutex::new(mode)), Arc::new(Mutex::new(Vec::new())));
        let (told, noted) = (Arc::clone(&mode), Arc::clone(&asked));
        let peer = Peer::start(move |stream| {
            let mode = *told.lock().unwrap();
            serve(mode, stream, &noted);
        });
        Self { peer, mode, asked }
    }

    fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mode: Mode, mut stream: TcpStream, asked: &Mutex<Vec<String>>) {
    match mode {
        Mode::Socks | Mode::SocksBasic => return drop(socks(mode, stream, asked)),
        Mode::SocksSay(bytes) => {
            let _ = stream.read(&mut [0; 3]);
            let _ = stream.write_all(bytes);
            let _ = stream.read_to_end(&mut Vec::new());
            return;
        }
        Mode::Close => return,
        _ => {}
    }
    let Some(head) = read_head(&mut stream) else { return };
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(head.clone());
    match mode {
        Mode::Basic if header(&head, "proxy-authorization") != Some(BASIC) => {
            let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n";
            let _ = stream.write_all(answer.as_bytes());
        }
        Mode::Pass | Mode::Basic => {
            assert!(head.starts_with("CONNECT "), "{head}");
            let upstream = TcpStream::connect(target).unwrap();
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            relay(&stream, &upstream);
        }
        Mode::Answer(answer) => drop(stream.write_all(answer.as_bytes())),
        Mode::Endless => while stream.write_all(&[b'x'; 4096]).is_ok() {},
        Mode::Trickle => {
            while stream.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        }
        _ => drop(stream.read_to_end(&mut Vec::new())),
    }
}

/// RFC 1928 and 1929, from the other side.
fn socks(mode: Mode, mut stream: TcpStream, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let take = |stream: &mut TcpStream, length: usize| {
        let mut bytes = vec![0; length];
        stream.read_exact(&mut bytes).map(|()| bytes)
    };
    let methods = take(&mut stream, 2)?[1];
    let methods = take(&mut stream, methods.into())?;
    if mode == Mode::SocksBasic {
        if !methods.contains(&2) {
            return stream.write_all(&[5, 255]);
        }
        stream.write_all(&[5, 2])?;
        let user = take(&mut stream, 2)?[1];
        let user = take(&mut stream, user.into())?;
        let password = take(&mut stream, 1)?[0];
        let password = take(&mut stream, password.into())?;
        let right = user == b"jane" && password == PROXY_PASSWORD.as_bytes();
        stream.write_all(&[1, u8::from(!right)])?;
        if !right {
            return Ok(());
        }
    } else {
        stream.write_all(&[5, 0])?;
    }
    let kind = take(&mut stream, 4)?[3];
    let host = match kind {
        1 => take(&mut stream, 4)?.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        3 => {
            let length = take(&mut stream, 1)?[0];
            String::from_utf8(take(&mut stream, length.into())?).unwrap()
        }
        _ => "::1".to_owned(),
    };
    let port = take(&mut stream, 2)?;
    let port = u16::from_be_bytes([port[0], port[1]]);
    asked.lock().unwrap().push(format!("{host}:{port}"));
    let upstream = TcpStream::connect((host, port))?;
    stream.write_all(&[5, 0, 0, 3, 1, b'x', 0, 0])?;
    relay(&stream, &upstream);
    Ok(())
}

type Expected = Option<(ErrorKind, &'static str, &'static str)>;

fn compare(case: &str, side: &str, result: Result<()>, expected: Expected, took: Duration) -> String {
    let shown = match &result {
        Ok(()) => "ok".to_owned(),
        Err(e) => format!("{:?}: {e} | {}", e.kind(), e.hint().unwrap_or_default()),
    };
    let shown = format!("{:>5} ms  {shown}", took.as_millis());
    assert!(took < Duration::from_secs(11), "{case} {side}: {took:?}");
    match (result, expected) {
        (Ok(()), None) => {}
        (Err(e), Some((kind, message, hint))) => {
            assert_eq!(e.kind(), kind, "{case} {side}: {e:?}");
            assert!(e.to_string().contains(message), "{case} {side}: {e:?}");
            assert!(e.hint().unwrap_or_default().contains(hint), "{case} {side}: {e:?}");
            for secret in [PROXY_PASSWORD, ENCODED, BASIC, PASSWORD] {
                assert!(!format!("{e:?}{e}").contains(secret), "{case} {side}: {e:?}");
            }
        }
        (Ok(()), Some(_)) => panic!("{case} {side} got through"),
        (Err(e), None) => panic!("{case} {side}: {e:?}"),
    }
    shown
}

fn client(server: &TestServer, url: &str) -> Result<Client> {
    let builder = Client::builder(server.url()).proxy(url).login("janedoe", PASSWORD);
    builder.connect_timeout(PATIENT).connect()
}

/// Logs in through the proxy, and opens a stream of a client that could: the proxy changes its mind in between.
fn row(case: &str, server: &TestServer, scheme: &str, before: Mode, mode: Mode, expected: Expected) {
    let proxy = Proxy::start(before);
    let url = format!("{scheme}127.0.0.1:{}", proxy.peer.port());
    let able = client(server, &url).unwrap();
    server.cut_requests();
    proxy.set(mode);
    let began = Instant::now();
    let calls = compare(case, "calls", client(server, &url).map(|_| ()), expected, began.elapsed());
    let began = Instant::now();
    let stream = able.events().map(|events| drop(events.close(Duration::from_secs(5))));
    let stream = compare(case, "stream", stream, expected, began.elapsed());
    println!("{case:<24} | calls {calls} | stream {stream}");
    let asked = proxy.asked();
    let to = format!("127.0.0.1:{}", server.port());
    assert!(asked.iter().all(|asked| asked.contains(&to)), "{asked:?}");
    // Whatever the proxy answers: it never sees a token or a password of the server's.
    let token = server.token("janedoe");
    assert!(asked.iter().all(|asked| !asked.contains(PASSWORD) && !asked.contains(&token)), "{asked:?}");
}

#[test]
fn http_proxies_are_used_alike_for_calls_and_stream() {
    let server = TestServer::start().unwrap();
    let row = |case, scheme: &str, before, mode, expected| row(case, &server, scheme, before, mode, expected);
    let (http, jane) = ("http://", format!("http://jane:{ENCODED}@"));
    let pass = Mode::Pass;
    row("CONNECT", http, pass, pass, None);
    row("scheme left out", "", pass, pass, None);
    row("basic", &jane, Mode::Basic, Mode::Basic, None);
    let wanted = Some((ErrorKind::Connect, "requires a username and a password", "URL of the proxy"));
    row("basic, missing", http, pass, Mode::Basic, wanted);
    let wrong = Some((ErrorKind::Connect, "refused the username", "percent-encoded"));
    row("basic, wrong", "http://jane:wrong@", pass, Mode::Basic, wrong);
    let refused = Some((ErrorKind::Connect, "the proxy refused to connect to 127.0.0.1", "port 443 only"));
    row("refused", http, pass, Mode::Answer("HTTP/1.1 403 Filtered\r\n\r\n"), refused);
    row("redirect", http, pass, Mode::Answer("HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n"), refused);
    let late = Some((ErrorKind::Timeout, "the proxy did not respond before the deadline", ""));
    row("silent", http, pass, Mode::Silent, late);
    row("a byte at a time", http, pass, Mode::Trickle, late);
    let endless =
        Some((ErrorKind::Protocol, "the head of the response of the proxy is larger than 16384 bytes", ""));
    row("endless header", http, pass, Mode::Endless, endless);
    let closed = Some((ErrorKind::Io, "the proxy closed the connection before it sent a response", ""));
    row("closing", http, pass, Mode::Close, closed);
    let garbage = Some((ErrorKind::Protocol, "is not HTTP", "HTTPS_PROXY"));
    row("garbage", http, pass, Mode::Answer("\x16\x03\x01\x02\r\n\r\n"), garbage);
    row(
        "speaks too early",
        http,
        pass,
        Mode::Answer("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
        Some((ErrorKind::Protocol, "before the tunnel was used", "interferes")),
    );
}

#[test]
fn socks_proxies_are_used_alike_for_calls_and_stream() {
    let server = TestServer::start().unwrap();
    let row = |case, scheme: &str, before, mode, expected| row(case, &server, scheme, before, mode, expected);
    let (socks, jane) = ("socks5://", format!("socks5h://jane:{ENCODED}@"));
    row("socks5", socks, Mode::Socks, Mode::Socks, None);
    row("socks5, credentials", &jane, Mode::SocksBasic, Mode::SocksBasic, None);
    let wanted = Some((ErrorKind::Connect, "requires a username and a password", "URL of the proxy"));
    row("socks5, missing", socks, Mode::Socks, Mode::SocksBasic, wanted);
    let wrong = Some((ErrorKind::Connect, "refused the username", "percent-encoded"));
    row("socks5, wrong", "socks5://jane:wrong@", Mode::Socks, Mode::SocksBasic, wrong);
    let ruled = Some((ErrorKind::Connect, "its rules forbid it (2)", ""));
    row("socks5, forbidden", socks, Mode::Socks, Mode::SocksSay(&[5, 0, 5, 2, 0, 1]), ruled);
    let garbage = Some((ErrorKind::Protocol, "is not SOCKS 5", "scheme"));
    row(
        "socks5, an HTTP proxy",
        socks,
        Mode::Socks,
        Mode::SocksSay(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        garbage,
    );
    let late = Some((ErrorKind::Timeout, "the proxy did not respond before the deadline", ""));
    row("socks5, silent", socks, Mode::Socks, Mode::Silent, late);
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let server = TestServer::start().unwrap();
    let error = client(&server, &format!("http://127.0.0.1:{}", closed_port())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("cannot connect to the proxy 127.0.0.1:"), "{error:?}");
    let error = client(&server, "http://no-such-proxy.invalid:1").unwrap_err();
    assert!(error.to_string().contains("the name \"no-such-proxy.invalid\""), "{error:?}");
    assert!(error.hint().unwrap().contains("this is the proxy"), "{error:?}");
    for bad in ["https://p:1", "ftp://p", "http://", "http://p:0", "http://jane:hunter2@p:x"] {
        let error = client(&server, bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{bad}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

/// The environment belongs to the process: hence another one.
#[test]
fn the_environment_is_honoured_and_can_be_overridden() {
    const NAME: &str = "proxy_connect::the_environment_is_honoured_and_can_be_overridden";
    let Ok(case) = std::env::var("MATTERMOST_TEST_CHILD") else {
        let server = TestServer::start().unwrap();
        let proxy = Proxy::start(Mode::Pass);
        let address = format!("http://127.0.0.1:{}", proxy.peer.port());
        for (case, name, no_proxy, through) in [
            ("environment", "HTTP_PROXY", "", true),
            ("environment", "http_proxy", "", true),
            ("environment", "all_proxy", "example.com", true),
            ("environment", "HTTPS_PROXY", "", false),
            ("environment", "HTTP_PROXY", "localhost,127.0.0.1", false),
            ("environment", "HTTP_PROXY", "*", false),
            ("off", "HTTP_PROXY", "", false),
            ("explicit", "NOTHING", "*", true),
        ] {
            let before = proxy.peer.accepted();
            let mut child = Command::new(std::env::current_exe().unwrap());
            for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
                child.env_remove(name).env_remove(name.to_lowercase());
            }
            child.args(["--exact", NAME]).env("MATTERMOST_TEST_CHILD", case).env("TEST_SERVER", server.url());
            let output = child
                .env(name, &address)
                .env("TEST_PROXY", &address)
                .env("NO_PROXY", no_proxy)
                .output()
                .unwrap();
            assert!(output.status.success(), "{case} {name}: {}", String::from_utf8_lossy(&output.stdout));
            let used = proxy.peer.accepted() - before;
            println!("{case:<12} {name:<12} NO_PROXY={no_proxy:<22} {used} connections through the proxy");
            // One for the calls, one for the stream.
            assert_eq!(used, if through { 2 } else { 0 }, "{case} {name} {no_proxy}");
        }
        return;
    };
    let builder = Client::builder(std::env::var("TEST_SERVER").unwrap()).login("janedoe", PASSWORD);
    let builder = match case.as_str() {
        "off" => builder.no_proxy(),
        "explicit" => builder.proxy(std::env::var("TEST_PROXY").unwrap()),
        _ => builder,
    };
    let client = builder.connect().unwrap();
    client.events().unwrap().close(Duration::from_secs(5));
}

/// Logs in, opens a stream, and sees over it what it posts.
fn works(builder: mattermost::ClientBuilder) -> Result<()> {
    let client = builder.login("janedoe", PASSWORD).connect()?;
    let events = client.events()?;
    let sent = client.send("awesome-chat", "~town-square", "through the proxy")?;
    loop {
        let event = events.recv_timeout(Duration::from_secs(10)).expect("the post comes");
        if let mattermost::Payload::Posted(posted) = event.payload()? {
            assert_eq!(posted.post.id, sent.id);
            break;
        }
    }
    assert!(events.close(Duration::from_secs(5)).detached.is_empty());
    Ok(())
}

/// tinyproxy, squid: whatever `MATTERMOST_TEST_PROXY` names, as http://user:password@host:port, and that lets one
/// connect to any port of 127.0.0.1.
#[test]
fn a_real_proxy() {
    const NAME: &str = "proxy_connect::a_real_proxy";
    if let Ok(url) = std::env::var("TEST_SERVER") {
        return works(trusting(Client::builder(url))).unwrap();
    }
    let Ok(proxy) = std::env::var("MATTERMOST_TEST_PROXY") else {
        println!("not run: MATTERMOST_TEST_PROXY is unset");
        return;
    };
    let plain = TestServer::start().unwrap();
    let mut servers = vec![("HTTP_PROXY", plain)];
    if cfg!(feature = "native-tls") {
        servers.push(("HTTPS_PROXY", tls_server()));
    }
    for (name, server) in &servers {
        let builder = || trusting(Client::builder(server.url()));
        works(builder().proxy(&proxy)).unwrap();
        println!("{}: calls and stream, explicit: ok", server.url());
        for (name, no_proxy) in [(*name, ""), ("ALL_PROXY", "")] {
            let mut child = Command::new(std::env::current_exe().unwrap());
            for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
                child.env_remove(name).env_remove(name.to_lowercase());
            }
            child.args(["--exact", NAME]).env(name, &proxy).env("NO_PROXY", no_proxy);
            let output = child.env("TEST_SERVER", server.url()).output().unwrap();
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
            println!("{}: calls and stream, by {name}: ok", server.url());
        }
        if let Some((_, host)) = proxy.rsplit_once('@') {
            for (what, wrong) in [("none", format!("http://{host}")), ("wrong", format!("http://x:y@{host}"))]
            {
                let error = works(builder().proxy(wrong)).unwrap_err();
                println!("{}: credentials {what}: {error}", server.url());
                assert_eq!(error.status(), Some(407), "{error:?}");
            }
        }
    }
}

#[cfg(feature = "native-tls")]
fn tls_server() -> TestServer {
    TestServer::builder().tls().start().unwrap()
}

#[cfg(not(feature = "native-tls"))]
fn tls_server() -> TestServer {
    TestServer::start().unwrap()
}

#[cfg(feature = "native-tls")]
fn trusting(builder: mattermost::ClientBuilder) -> mattermost::ClientBuilder {
    builder.tls(mattermost::TlsConfig::new().add_root(TestServer::authority().as_bytes()).unwrap())
}

#[cfg(not(feature = "native-tls"))]
fn trusting(builder: mattermost::ClientBuilder) -> mattermost::ClientBuilder {
    builder
}
