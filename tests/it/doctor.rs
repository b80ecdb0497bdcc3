//! The doctor finds what was broken on purpose.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mattermost::doctor::{Outcome, Report};
use mattermost::testing::{PASSWORD, TestServer};
use mattermost::{Client, ClientBuilder};

use crate::peer::{Peer, closed_port, json, read_head, relay};

fn as_jane(url: &str) -> ClientBuilder {
    Client::builder(url).no_proxy().login("janedoe", PASSWORD).connect_timeout(Duration::from_secs(1))
}

/// One check, with words of its finding and its remedy; and none before it failed.
fn finds(case: &str, report: &Report, name: &str, outcome: Outcome, finding: &str, remedy: &str) {
    println!("-- {case}\n{report}\n");
    let check = report.check(name).unwrap_or_else(|| panic!("{case}: no {name}: {report}"));
    assert_eq!(check.outcome, outcome, "{case}: {report}");
    assert!(check.finding.contains(finding), "{case}: {report}");
    assert!(check.remedy.as_deref().unwrap_or_default().contains(remedy), "{case}: {report}");
    if outcome == Outcome::Fail {
        assert_eq!(report.failures().next().unwrap().name, name, "{case}: {report}");
        assert!(check.remedy.is_some(), "{case}: {report}");
    }
    assert!(!report.to_string().contains(PASSWORD) && !format!("{report:?}").contains(PASSWORD));
}

#[test]
fn a_healthy_one() {
    let server = TestServer::start().unwrap();
    let posts = server.posts("town-square").len();
    let began = Instant::now();
    let report = as_jane(&server.url()).doctor_for("awesome-chat", "~town-square");
    println!("{report}");
    assert!(report.is_healthy(), "{report}");
    for name in [
        "settings",
        "proxy",
        "name",
        "connection",
        "server",
        "version",
        "clock",
        "MFA",
        "teams",
        "stream",
        "channel",
    ] {
        assert_eq!(report.check(name).unwrap().outcome, Outcome::Ok, "{name}: {report}");
    }
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(server.posts("town-square").len(), posts);
    assert!(
        server.requests().iter().any(|sent| sent.path.ends_with("/users/logout")),
        "its session is left behind"
    );
    let client = server.client("janedoe").unwrap();
    assert!(client.doctor().is_healthy());
    assert!(client.users().me().is_ok(), "it ended the client's own session");
    let report = server.client_builder().token(server.token("bob")).doctor();
    finds("a token", &report, "login", Outcome::Ok, "bob, with a token", "");
}

#[test]
fn the_way_to_the_server() {
    use Outcome::{Fail, Skipped};
    finds("no host", &as_jane("").doctor(), "settings", Fail, "URL is empty", "https://");
    let report = as_jane("http://no-such-host.invalid").doctor();
    finds("no such name", &report, "name", Fail, "does not resolve", "DNS");
    assert_eq!(report.check("connection").unwrap().outcome, Skipped);
    let report = as_jane(&format!("http://127.0.0.1:{}", closed_port())).doctor();
    finds("closed port", &report, "connection", Fail, "refused", "nothing listens");
    let server = TestServer::start().unwrap();
    let refusing = Peer::answering("HTTP/1.1 407 Who are you\r\n\r\n");
    let report = as_jane(&server.url()).proxy(format!("127.0.0.1:{}", refusing.port())).doctor();
    finds(
        "a proxy that wants a password",
        &report,
        "connection",
        Fail,
        "username and a password",
        "percent-encoded",
    );
    let closing = Peer::start(drop);
    finds("closes", &as_jane(&closing.url()).doctor(), "server", Fail, "closed the connection", "");
    let page =
        Peer::answering("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
    finds("a web page", &as_jane(&page.url()).doctor(), "server", Fail, "a web page", "sub-path");
    let gone = Peer::answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    finds("404", &as_jane(&gone.url()).doctor(), "server", Fail, "status 404", "sub-path");
    let moved = Peer::answering(
        "HTTP/1.1 302 Found\r\nLocation: https://h/sub/api/v4/system/ping\r\nContent-Length: 0\r\n\r\n",
    );
    finds(
        "a redirect",
        &as_jane(&moved.url()).doctor(),
        "server",
        Fail,
        "redirects to https://h/sub",
        "https://h/sub",
    );
    let report = as_jane(&format!("{}/sub/deeper", server.url())).doctor();
    finds("one level up", &report, "server", Fail, "parent path", &format!("use {}", server.url()));
    // A Mattermost gives its web app for every path that it does not know.
    let page = "HTTP/1.1 200 OK\r\nX-Version-Id: 11.6.0\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
    let front = in_front(&server, "/sub/deeper", page);
    let report = as_jane(&format!("{}/sub/deeper", front.url())).doctor();
    finds("its own page", &report, "server", Fail, "parent path", &format!("use {}", front.url()));
}

/// A relay that answers some paths itself.
fn in_front(server: &TestServer, path: &'static str, answer: impl Into<Vec<u8>>) -> Peer {
    let (upstream, answer) = (server.port(), answer.into());
    Peer::start(move |mut stream: TcpStream| {
        let mut peeked = [0; 400];
        let Ok(count) = stream.peek(&mut peeked) else { return };
        if String::from_utf8_lossy(&peeked[..count]).lines().next().unwrap_or_default().contains(path) {
            read_head(&mut stream);
            let _ = stream.write_all(&answer);
            return;
        }
        relay(&stream, &TcpStream::connect(("127.0.0.1", upstream)).unwrap());
    })
}

#[test]
fn the_server_and_the_account() {
    use Outcome::{Fail, Warn};
    let server = TestServer::start().unwrap();
    let ping =
        |headers: &str| json(r#"{"status":"OK"}"#).replace("\r\n\r\n", &format!("\r\n{headers}\r\n\r\n"));
    let old = in_front(&server, "/system/ping", ping("X-Version-Id: 5.30.0.x"));
    finds("an old server", &as_jane(&old.url()).doctor(), "version", Warn, "5.30 is older", "Since");
    let clock = in_front(
        &server,
        "/system/ping",
        ping("X-Version-Id: 11.6.0\r\nDate: Mon, 23 Nov 2020 05:07:09 GMT"),
    );
    finds("a clock", &as_jane(&clock.url()).doctor(), "clock", Warn, "ahead of that of the server", "NTP");
    let report = Client::builder(server.url()).no_proxy().login("janedoe", "wrong").doctor();
    finds("wrong password", &report, "login", Fail, "401", "check the login and the password");
    let report = Client::builder(server.url()).no_proxy().token("abcdefghijklmnopqrstuvwxyz").doctor();
    finds("wrong token", &report, "login", Fail, "401", "EnableUserAccessTokens");
    server.set_mfa("zoe", &["123456"]);
    let report = Client::builder(server.url()).no_proxy().login("zoe", PASSWORD).doctor();
    finds("MFA", &report, "MFA", Fail, "MFA", "code");
    server.set_active("bob", false);
    let report = Client::builder(server.url()).no_proxy().login("bob", PASSWORD).doctor();
    finds("deactivated", &report, "login", Fail, "401", "activate the account");
    let admin = server.client("admin").unwrap();
    let lone =
        admin.users().create(&mattermost::UserDraft::new("l@example.com", "lone", "Passw0rd!")).unwrap();
    let report = Client::builder(server.url()).no_proxy().login(&lone.username, "Passw0rd!").doctor();
    finds("no team", &report, "teams", Fail, "not a member of any team", "add it");
    for (answer, case) in [
        ("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "upgrade stripped"),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", "502"),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", "a page"),
        ("", "closed"),
    ] {
        let blocking = in_front(&server, "/websocket", answer);
        let report = as_jane(&blocking.url()).doctor();
        finds(
            &format!("stream blocked: {case}"),
            &report,
            "stream",
            Fail,
            "websocket",
            "Connection: upgrade",
        );
    }
    server.add_channel("awesome-chat", "elsewhere", "Elsewhere");
    let lacks = |name: &str| as_jane(&server.url()).doctor_for("awesome-chat", name);
    finds("no channel", &lacks("~nowhere"), "channel", Fail, "404", "only members see private channels");
    for (permissions, outcome, finding) in [
        ("read_channel", Fail, "none of the account's roles"),
        ("create_post", Outcome::Ok, "may post there"),
    ] {
        let roles = json(&format!(r#"[{{"name":"channel_user","permissions":["{permissions}"]}}]"#));
        server.on("POST /roles/names").raw(roles);
        let report = as_jane(&server.url()).doctor_for("awesome-chat", "~town-square");
        finds("a permission", &report, "permission", outcome, finding, "");
    }
    let private = mattermost::ChannelDraft::open(
        server.team_id("awesome-chat").parse::<mattermost::TeamId>().unwrap(),
        "other",
        "Other",
    );
    admin.channels().create(&private).unwrap();
    finds("no member", &lacks("~other"), "channel", Fail, "not a member", "invite");
}

#[test]
fn a_silent_server_takes_no_more_than_a_minute() {
    let silent = Peer::start(|mut stream: TcpStream| drop(stream.read_to_end(&mut Vec::new())));
    let began = Instant::now();
    let report = as_jane(&silent.url()).timeout(Duration::from_secs(1)).doctor();
    finds(
        "silence",
        &report,
        "server",
        Outcome::Fail,
        "did not respond before the deadline",
        "check the port",
    );
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
