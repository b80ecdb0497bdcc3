//! One TLS setting for calls and for the stream: a table, a row a case, both side by side.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, ErrorKind, Result, TlsConfig};
use native_tls::{Identity, TlsAcceptor, TlsStream};

use crate::logs;
use crate::peer::{PATIENCE, Peer};

/// For one connection: short where the case is to wait that long, and long on a busy machine.
fn patience(expected: Expected) -> Duration {
    let waits = expected.is_some_and(|(kind, ..)| kind == ErrorKind::Timeout);
    Duration::from_millis(if waits { 800 } else { 8000 })
}

/// Certificates made for this run; a child goes on with its parent's.
fn file(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| inherited().unwrap_or_else(certificates)).join(name)
}

fn inherited() -> Option<PathBuf> {
    std::env::var_os("MATTERMOST_TEST_CHILD")?;
    Some(PathBuf::from(std::env::var_os("SSL_CERT_FILE")?).parent()?.to_owned())
}

fn certificates() -> PathBuf {
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls/cases");
    let made =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("certificates-{}", std::process::id()));
    std::fs::create_dir_all(&made).unwrap();
    match Command::new("sh").arg(cases.join("make.sh")).arg(&made).output() {
        Ok(output) if output.status.success() => made,
        why => {
            println!("certificates cannot be made here, so those of {} are used: {why:?}", cases.display());
            cases
        }
    }
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(file(name)).unwrap()
}

/// Where TLS ends, before a server without it.
fn front(certificate: &str, upstream: u16) -> Peer {
    let pem = bytes(certificate);
    let acceptor = TlsAcceptor::new(Identity::from_pkcs8(&pem, &pem).unwrap()).unwrap();
    Peer::start(move |stream| {
        let Ok(tls) = acceptor.accept(stream) else { return };
        pass_on(tls, TcpStream::connect(("127.0.0.1", upstream)).unwrap());
    })
}

/// Passes bytes on in turns: a TLS session has no two halves.
fn pass_on(mut tls: TlsStream<TcpStream>, mut upstream: TcpStream) {
    let turn = Some(Duration::from_millis(2));
    tls.get_ref().set_read_timeout(turn).unwrap();
    upstream.set_read_timeout(turn).unwrap();
    let paused = |e: &std::io::Error| {
        matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
    };
    let mut buffer = [0; 16 << 10];
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        match tls.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => upstream.write_all(&buffer[..count]).unwrap(),
            Err(e) if paused(&e) => {}
            Err(_) => return,
        }
        match upstream.read(&mut buffer) {
            Ok(0) => return drop(tls.shutdown()),
            Ok(count) => match tls.write_all(&buffer[..count]) {
                Ok(()) => {}
                Err(_) => return,
            },
            Err(e) if paused(&e) => {}
            Err(_) => return,
        }
    }
}

/// OpenSSL's own server, for what native-tls cannot be told: other versions, and asking for a certificate.
struct Openssl {
    child: Child,
    port: u16,
}

impl Openssl {
    /// `None` where there is no `openssl`.
    fn start(options: &[&str]) -> Option<Self> {
        let root = tempfile();
        std::fs::create_dir_all(root.join("api/v4/users")).unwrap();
        std::fs::write(root.join("api/v4/users/me"), crate::peer::me()).unwrap();
        let mut child = Command::new("openssl")
            // With -HTTP the files are whole answers.
            .args(["s_server", "-accept", "127.0.0.1:0", "-HTTP", "-cert"])
            .arg(file("good.pem"))
            .arg("-CAfile")
            .arg(file("ca.pem"))
            .args(options)
            .current_dir(&root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut said = String::new();
        let mut out = child.stdout.take().unwrap();
        let mut byte = [0];
        // It says "ACCEPT 127.0.0.1:PORT".
        while !(said.contains("ACCEPT ") && said.ends_with('\n')) {
            assert!(out.read(&mut byte).unwrap() > 0, "openssl ended: {said}");
            said.push(char::from(byte[0]));
        }
        let port = said.trim().rsplit(':').next().unwrap().parse().unwrap();
        thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Some(Self { child, port })
    }
}

impl Drop for Openssl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tempfile() -> PathBuf {
    let unique = format!("mattermost-tls-{}-{:?}", std::process::id(), thread::current().id());
    let unique = std::env::temp_dir().join(unique.replace(['(', ')'], "-"));
    std::fs::create_dir_all(&unique).unwrap();
    unique
}

fn ca() -> TlsConfig {
    TlsConfig::new().add_root(&bytes("ca.pem")).unwrap()
}

/// The kind of the error, and words of its message and of its hint; or that there is none.
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
        }
        (Ok(()), Some(_)) => panic!("{case} {side} got through"),
        (Err(e), None) => panic!("{case} {side}: {e:?}"),
    }
    shown
}

/// One row, both side by side.
fn print(case: &str, calls: &str, stream: &str) {
    println!("{case:<28} | calls {calls} | stream {stream}");
}

/// Logs in and asks who it is, over `port`.
fn calls(host: &str, port: u16, tls: TlsConfig, patience: Duration) -> Result<()> {
    let builder = Client::builder(format!("https://{host}:{port}")).tls(tls).no_proxy();
    builder.login("janedoe", PASSWORD).connect_timeout(patience).connect().map(|_| ())
}

/// Opens a stream over `port`, of a client whose calls go without TLS.
fn stream(server: &TestServer, host: &str, port: u16, tls: TlsConfig, patience: Duration) -> Result<()> {
    let builder = server.client_builder().tls(tls).websocket_url(format!("wss://{host}:{port}"));
    let builder = builder.login("janedoe", PASSWORD).connect_timeout(patience);
    let client = builder.connect().unwrap();
    client.events()?.close(Duration::from_secs(5));
    Ok(())
}

fn row(
    case: &str,
    server: &TestServer,
    host: &str,
    port: u16,
    tls: impl Fn() -> TlsConfig,
    expected: Expected,
) {
    let began = Instant::now();
    let result = calls(host, port, tls(), patience(expected));
    let calls = compare(case, "calls", result, expected, began.elapsed());
    let began = Instant::now();
    let result = stream(server, host, port, tls(), patience(expected));
    print(case, &calls, &compare(case, "stream", result, expected, began.elapsed()));
}

const NOT_TRUSTED: Expected = Some((ErrorKind::Tls, "issuer is not trusted", "add_root"));
const ELSEWHERE: Expected = Some((ErrorKind::Tls, "is for another host", "verify_name"));
const EXPIRED: Expected = Some((ErrorKind::Tls, "has expired", "renew"));
const FUTURE: Expected = Some((ErrorKind::Tls, "is not valid yet", "clock"));

#[test]
fn certificates_are_checked_alike_for_calls_and_stream() {
    let server = TestServer::start().unwrap();
    let upstream = server.port();
    let [good, unknown, elsewhere, expired, future] = ["good", "unknown", "elsewhere", "expired", "future"]
        .map(|name| front(&format!("{name}.pem"), upstream));
    let only = |name| TlsConfig::new().only_root(&bytes(name)).unwrap();
    let all = TlsConfig::new;
    let anything = || TlsConfig::new().danger_accept_invalid_certificates();
    let row = |case, host, port, tls: &dyn Fn() -> TlsConfig, expected| {
        row(case, &server, host, port, tls, expected)
    };
    row("system's roots only", "localhost", good.port(), &all, NOT_TRUSTED);
    row("CA added", "localhost", good.port(), &ca, None);
    row("CA added, address", "127.0.0.1", good.port(), &ca, None);
    row("only this CA", "localhost", good.port(), &|| only("ca.pem"), None);
    row("unknown issuer", "localhost", unknown.port(), &ca, NOT_TRUSTED);
    row("only this CA, unknown", "localhost", unknown.port(), &|| only("ca.pem"), NOT_TRUSTED);
    row("wrong host", "localhost", elsewhere.port(), &ca, ELSEWHERE);
    row("wrong address", "127.0.0.1", elsewhere.port(), &ca, ELSEWHERE);
    row("verify_name", "localhost", elsewhere.port(), &|| ca().verify_name("other.example"), None);
    row("verify_name, wrong", "localhost", good.port(), &|| ca().verify_name("other.example"), ELSEWHERE);
    row("expired", "localhost", expired.port(), &ca, EXPIRED);
    row("not yet valid", "localhost", future.port(), &ca, FUTURE);
    logs::collect(log::LevelFilter::Warn);
    row("anything, unknown issuer", "localhost", unknown.port(), &anything, None);
    row("anything, wrong host", "127.0.0.1", elsewhere.port(), &anything, None);
    row("anything, expired", "localhost", expired.port(), &anything, None);
    let warned = logs::lines().iter().filter(|line| line.contains("certificates are not verified")).count();
    assert_eq!(warned, 6, "one warning a client");
}

#[test]
fn what_is_no_tls_is_told_apart() {
    let server = TestServer::start().unwrap();
    let row = |case, port, expected| row(case, &server, "localhost", port, ca, expected);
    row(
        "http on the port",
        server.port(),
        Some((ErrorKind::Tls, "does not speak TLS", "http instead of https")),
    );
    let smtp = Peer::start(|mut stream| drop(stream.write_all(b"220 mail.example ESMTP\r\n")));
    row("SMTP on the port", smtp.port(), Some((ErrorKind::Tls, "does not speak TLS", "another port")));
    let silent = Peer::start(|mut stream| drop(stream.read_to_end(&mut Vec::new())));
    row(
        "silence",
        silent.port(),
        Some((ErrorKind::Timeout, "TLS handshake took too long", "check the port")),
    );
    let closing = Peer::start(drop);
    row(
        "closed at once",
        closing.port(),
        Some((ErrorKind::Connect, "closed during the TLS handshake", "firewall")),
    );
}

#[test]
fn versions_and_client_certificates() {
    let server = TestServer::start().unwrap();
    let refused = Some((ErrorKind::Tls, "no common TLS version", "enable TLS 1.2 or later on the server"));
    let failed = Some((ErrorKind::Tls, "refused the TLS handshake", "client certificate"));
    let wanted = Some((ErrorKind::Tls, "requires a client certificate", "identity_pkcs12"));
    let pem = bytes("client.pem");
    let by_pem = || ca().identity_pem(&pem, &pem).unwrap();
    let by_archive = || ca().identity_pkcs12(&bytes("client.p12"), "secret").unwrap();
    let asking = ["-Verify", "1", "-verify_return_error"];
    let cases: [(&str, &[&str], &dyn Fn() -> TlsConfig, Expected); 8] = [
        ("TLS 1.1 only", &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], &ca, refused),
        ("TLS 1.2 only", &["-tls1_2"], &ca, None),
        ("TLS 1.3 only", &["-tls1_3"], &ca, None),
        ("identity missing, 1.2", &[asking.as_slice(), &["-tls1_2"]].concat(), &ca, failed),
        ("identity missing, 1.3", &[asking.as_slice(), &["-tls1_3"]].concat(), &ca, wanted),
        ("identity PEM, 1.2", &[asking.as_slice(), &["-tls1_2"]].concat(), &by_pem, None),
        ("identity PEM, 1.3", &[asking.as_slice(), &["-tls1_3"]].concat(), &by_pem, None),
        ("identity PKCS#12", &asking, &by_archive, None),
    ];
    for (case, options, tls, expected) in cases {
        let Some(openssl) = Openssl::start(options) else {
            println!("{case}: not run, there is no `openssl` here");
            continue;
        };
        let began = Instant::now();
        let builder = Client::builder(format!("https://localhost:{}", openssl.port)).tls(tls()).no_proxy();
        let result = builder.token("token").connect().map(|_| ());
        let calls = compare(case, "calls", result, expected, began.elapsed());
        let began = Instant::now();
        // It is a file server: a handshake that succeeds is known by what comes after it.
        let result = match stream(&server, "localhost", openssl.port, tls(), patience(expected)) {
            Err(e) if matches!(e.kind(), ErrorKind::Protocol | ErrorKind::Status) => Ok(()),
            result => result,
        };
        print(case, &calls, &compare(case, "stream", result, expected, began.elapsed()));
    }
}

#[test]
fn what_cannot_be_read_is_refused_before_any_io() {
    for error in [
        TlsConfig::new().add_root(b"").unwrap_err(),
        TlsConfig::new()
            .add_root(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n")
            .unwrap_err(),
        TlsConfig::new().only_root(b"garbage").unwrap_err(),
        TlsConfig::new().identity_pkcs12(&bytes("client.p12"), "wrong").unwrap_err(),
        TlsConfig::new().identity_pkcs12(b"garbage", "secret").unwrap_err(),
        TlsConfig::new().identity_pem(&bytes("ca.pem"), b"garbage").unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
        let said = error.to_string();
        assert!(said.contains("cannot be read") || said.contains("no private key"), "{error:?}");
    }
}

/// The system's roots are what a variable says that OpenSSL reads when the process starts: hence another process.
#[test]
#[cfg(target_os = "linux")]
fn an_added_ca_stands_beside_those_of_the_system() {
    const NAME: &str = "tls::an_added_ca_stands_beside_those_of_the_system";
    if std::env::var_os("MATTERMOST_TEST_CHILD").is_none() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env("MATTERMOST_TEST_CHILD", "1")
            .env("SSL_CERT_FILE", file("ca.pem"))
            .output()
            .unwrap();
        print!("{}", String::from_utf8_lossy(&child.stdout));
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
        return;
    }
    let server = TestServer::start().unwrap();
    let good = front("good.pem", server.port());
    let another = TestServer::authority().as_bytes();
    let added = || TlsConfig::new().add_root(another).unwrap();
    let only = || TlsConfig::new().only_root(another).unwrap();
    row("system's CA", &server, "localhost", good.port(), TlsConfig::new, None);
    row("another CA added to it", &server, "localhost", good.port(), added, None);
    row("only that other CA", &server, "localhost", good.port(), only, NOT_TRUSTED);
}

#[test]
fn the_doctor_names_the_certificate() {
    let server = TestServer::start().unwrap();
    for (certificate, tls, words) in [
        (
            "good.pem",
            TlsConfig::new(),
            "for localhost, chat.test, issued by Test CA, from 2020-01-01 to 2120-01-01",
        ),
        ("elsewhere.pem", ca(), "for other.example, issued by Test CA"),
        ("expired.pem", ca(), "to 2002-01-01"),
    ] {
        let front = front(certificate, server.port());
        let builder = Client::builder(format!("https://localhost:{}", front.port())).no_proxy().tls(tls);
        let report = builder.login("janedoe", PASSWORD).doctor();
        println!("{report}");
        let check = report.failures().next().unwrap();
        assert!(check.name == "TLS" && check.finding.contains(words) && check.remedy.is_some(), "{report}");
        assert_eq!(server.requests().len(), 0, "something was sent without trust");
    }
    let front = front("good.pem", server.port());
    let builder = |tls| Client::builder(format!("https://localhost:{}", front.port())).no_proxy().tls(tls);
    let report = builder(ca()).login("janedoe", PASSWORD).doctor();
    assert!(report.is_healthy() && report.check("TLS").unwrap().finding.contains("Test CA"), "{report}");
    let report =
        builder(TlsConfig::new().danger_accept_invalid_certificates()).login("janedoe", PASSWORD).doctor();
    assert!(report.check("TLS").unwrap().finding.contains("not verified"), "{report}");
    let http =
        Client::builder(format!("https://127.0.0.1:{}", server.port())).no_proxy().login("janedoe", PASSWORD);
    let report = http.doctor();
    println!("{report}");
    assert!(report.check("TLS").unwrap().remedy.as_ref().unwrap().contains("http instead of https"));
}
