//! What the targets start from: recordings of real servers, and what proxies and people write.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::TOKEN;
use crate::event::EventKind;

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(data(folder)).expect("the folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The frames of real servers, each shape once.
fn recorded() -> Vec<Vec<u8>> {
    let mut seen = std::collections::BTreeSet::new();
    let mut found = Vec::new();
    for file in files("frames") {
        for line in fs::read_to_string(file).expect("a recording").lines().filter(|line| line.len() < 4000) {
            let shape = serde_json::from_str::<Value>(line).map_or(String::new(), |frame| {
                let data = frame["data"].as_object().map(|data| data.keys().cloned().collect::<Vec<_>>());
                format!("{} {data:?} {}", frame["event"], line.contains("\", \""))
            });
            if seen.insert(shape) {
                found.push(line.as_bytes().to_vec());
            }
        }
    }
    found
}

/// A sample of each event.
fn samples() -> Vec<(String, Vec<u8>)> {
    let samples =
        files("events").into_iter().filter(|file| file.extension().is_some_and(|ext| ext == "json"));
    samples
        .map(|file| {
            let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(file).expect("a sample"))
        })
        .collect()
}

/// What real servers answered.
fn answers() -> Vec<Vec<u8>> {
    let text = fs::read_to_string(data("answers.json")).expect("answers");
    let answers: serde_json::Map<String, Value> = serde_json::from_str(&text).expect("JSON");
    let all = answers.values().filter_map(Value::as_array).flatten();
    let mut texts: Vec<_> =
        all.map(|answer| answer.to_string().into_bytes()).filter(|a| a.len() < 6000).collect();
    texts.dedup();
    texts
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    match u8::try_from(payload.len()) {
        Ok(short @ 0..=125) => out.push(short),
        _ => {
            out.push(126);
            out.extend_from_slice(&u16::try_from(payload.len()).expect("short").to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
    out
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [7, 0, 255, 32];
    let mut out = frame(first, payload);
    out[1] |= 0x80;
    let at = out.len() - payload.len();
    out.splice(at..at, mask);
    out.iter_mut().skip(at + 4).zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    out
}

/// A conversation of each kind of frame.
fn frames(frame: fn(u8, &[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let texts = recorded();
    let texts = texts.iter().filter(|text| text.len() < 900);
    let mut found: Vec<_> = texts.take(12).map(|text| frame(0x81, text)).collect();
    let bye = [&[3, 232][..], "Tschüß".as_bytes()].concat();
    found.push([frame(0x01, b"\xc3"), frame(0x89, b"hi"), frame(0x80, b"\xa4"), frame(0x81, b"x")].concat());
    found.push([frame(0x8a, b""), frame(0x82, b"\0"), frame(0x88, &bye)].concat());
    found.push((0..9).flat_map(|number| frame(u8::from(number == 0), b"x")).collect());
    found.push(frame(0x88, b""));
    found.push(frame(0x81, &[b'x'; 1000]));
    found
}

const ERROR: &str = r#"{"id":"api.context.permissions.app_error","message":"You do not have the appropriate permissions.","detailed_error":"","request_id":"z1s3nbbbbbbbbbbbbbbbbbbbbb","status_code":403}"#;

fn upgrades() -> Vec<Vec<u8>> {
    let good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhTMC5AcYo=\r\n";
    let mut found = owned(&[
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 12\r\n\r\nBad Request\n",
        "HTTP/1.1 301 Moved\r\nLocation: https://chat.example.com/sub?x\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 15\r\n\r\nlimit exceeded\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!DOCTYPE html>",
        "HTTP/1.1 502 Bad Gateway\r\n\r\n<html><center>nginx</center></html>",
        "220 mail ESMTP\r\n\r\n",
    ]);
    for more in ["\r\n", "\r\n\u{1}", "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"] {
        found.push(format!("{good}{more}").into_bytes());
    }
    found.push(
        format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\n\r\n{ERROR}", ERROR.len()).into_bytes(),
    );
    found.push(format!("HTTP/1.1 400 Bad\r\n\r\nAuthorization: Bearer {TOKEN}\r\n").into_bytes());
    found.push(format!("HTTP/1.1 302 Found\r\nLocation: https://h/{TOKEN}\r\n\r\n").into_bytes());
    found.push(format!("HTTP/1.1 401 No\r\n\r\n{}", tattling()).into_bytes());
    found
}

/// An error that shows the token wherever it can.
fn tattling() -> String {
    ERROR
        .replace("appropriate", TOKEN)
        .replace("\"detailed_error\":\"", &format!("\"detailed_error\":\"token={TOKEN} "))
        .replace("app_error", TOKEN)
}

fn requests() -> Vec<Vec<u8>> {
    let multipart = "--X\r\nContent-Disposition: form-data; name=\"channel_id\"\r\n\r\nabc\r\n--X\r\n\
        Content-Disposition: form-data; name=\"files\"; filename=\"a%20b.txt\"\r\n\r\n1\r\n2\r\n--X--\r\n";
    let mut found = owned(&[
        "GET /api/v4/users/me HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer abc\r\n\r\n",
        "GET /api/v4/websocket?connection_id=x&sequence_number=1 HTTP/1.1\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        "POST /api/v4/posts HTTP/1.1\r\nContent-Length: 13\r\n\r\n{\"message\":1}GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        "POST /api/v4/files HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n\
         5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\nGET /?a=1&b=%20+c HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nCookie: x=1; MMAUTHTOKEN=t\r\n\r\n",
    ]);
    let length = multipart.len();
    found.push(
        format!(
            "POST /api/v4/files HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=X\r\n\
             Content-Length: {length}\r\n\r\n{multipart}"
        )
        .into_bytes(),
    );
    found.push(multipart.as_bytes().to_vec());
    found
}

fn payloads() -> Vec<Vec<u8>> {
    let number = |name: &str| {
        let kind = if name == "custom" { EventKind::Custom } else { EventKind::from(name) };
        u8::try_from(kind.table_index()).expect("few")
    };
    let mut found = Vec::new();
    let frames = recorded().into_iter().map(|text| (String::new(), text));
    for (name, text) in samples().into_iter().chain(frames) {
        let whole: Value = serde_json::from_slice(&text).expect("JSON");
        let name = if name.is_empty() { whole["event"].as_str().unwrap_or_default() } else { &name };
        let payload = whole.get("data").unwrap_or(&Value::Null).to_string();
        found.push([&[number(name)], payload.as_bytes()].concat());
    }
    for text in [
        r#"{"resumed":true,"connection_id":"x","server_version":"1"}"#,
        r#"{"reason":"gap","since":1,"last_seq":4}"#,
        r#"{"posts":1,"gone":2,"complete":true,"not_recovered":[]}"#,
    ] {
        for kind in EventKind::ALL.iter().filter(|kind| kind.is_notification()) {
            found.push([&[u8::try_from(kind.table_index()).expect("few")], text.as_bytes()].concat());
        }
    }
    found
}

/// The certificates of the tests.
fn certificates() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for name in [
        "tls/ca.pem",
        "tls/server.pem",
        "tls/cases/good.pem",
        "tls/cases/expired.pem",
        "tls/cases/elsewhere.pem",
    ] {
        let text = fs::read_to_string(data(name)).expect("a certificate");
        for part in text.split("-----BEGIN CERTIFICATE-----").skip(1) {
            let body = part.split("-----END").next().expect("a body");
            found.push(bytes_of(body));
        }
    }
    found
}

fn bytes_of(base64: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = base64.bytes().filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte));
    let (mut bits, mut have, mut out) = (0_usize, 0, Vec::new());
    for digit in digits {
        bits = (bits << 6 | digit) & 0xffff;
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push(u8::try_from(bits >> have & 0xff).expect("a byte"));
        }
    }
    out
}

/// The inputs that a target starts from.
pub(super) fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "upgrade" => upgrades(),
        "frames" => frames(frame),
        "client_frames" => frames(masked),
        "scan" | "envelope" => {
            recorded().into_iter().chain(samples().into_iter().map(|(_, text)| text)).collect()
        }
        "payloads" => payloads(),
        "json" => {
            let mut all = answers();
            all.extend(recorded());
            all.extend(owned(&[
                "null",
                "-0",
                "1e5",
                "[1.5,-2,3e-7,18446744073709551615]",
                "\"\\ud83d\\ude00 \\ud83d\"",
                " {} ",
                "[[[]]]",
            ]));
            all
        }
        "app_error" => {
            let mut all = answers();
            all.truncate(20);
            all.extend(owned(&["limit exceeded\n", "<html></html>", "", ERROR, &tattling()]));
            all.push(format!("[{{\"id\":\"x\",\"name\":\"y\"}},{ERROR}").into_bytes());
            all.push(
                ERROR
                    .replace("You do", "Invalid session token=azjne1wxiirg5ei7ik88qygrgr, err=")
                    .into_bytes(),
            );
            all
        }
        "times" => owned(&[
            "Mon, 23 Nov 2026 05:07:09 GMT",
            "Tue, 29 Feb 2000 23:59:60 GMT\nSun, 31 Dec 9999 23:59:59 GMT\nThu, 01 Jan 1970 00:00:00 GMT",
            "3\n 86400 \n86401\n-1\n1795399964\n1.5",
            "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{7f}xxxxxxxx",
        ]),
        "redaction" => {
            let mut all = owned(&[
                "\0HTTP/1.1 200 OK\r\nToken: secret\r\nContent-Length: 5\r\n\r\nhello",
                "\0HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n\
                 5\r\nhello\r\n6;x\r\n world\r\n0\r\nTrailer: x\r\n\r\n",
                "\0HTTP/1.1 200 OK\r\nSet-Cookie: MMAUTHTOKEN=x\r\n\r\nuntil the end",
                "\u{1}HTTP/1.1 204 No Content\r\n\r\n",
            ]);
            all.extend(upgrades().into_iter().map(|answer| [&b"\0"[..], &answer].concat()));
            all
        }
        "urls" => owned(&[
            "chat.example.com",
            "https://chat.example.com/sub/",
            "HTTP://Chat.Example.com:8065",
            "http://[::1]:80/ä b",
            "wss://h:444/api/v4/websocket",
            "unix:///var/tmp/mattermost_local.socket",
            "http://user:p%40ss@proxy:3128",
            "socks5h://me:hunter2@p",
            "*, .example.com, [::1]:80, h:1",
            "../../.ssh/authorized_keys",
            "con.txt",
            "Ops & Alerts.docx",
            "8k7ktpqaaidztx87g5zqd8j3ry",
        ]),
        "proxy" => {
            let mut all = owned(&[
                "HTTP/1.1 200 Connection established\r\n\r\n",
                "HTTP/1.0 200 OK\r\nVia: x\r\n\r\n",
                "HTTP/1.1 407 Authentication\r\nProxy-Authenticate: Basic\r\n\r\n",
                "HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n<html>",
            ]);
            all.push(format!("HTTP/1.1 403 Bearer {TOKEN}\r\n\r\n").into_bytes());
            all.push([&[5, 0][..], &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]].concat());
            all.push([&[5, 2, 1, 0, 5, 0, 0, 3, 2][..], b"xy\0\0"].concat());
            all.push([&[5, 0, 5, 0, 0, 4][..], &[0; 18]].concat());
            all.push(vec![5, 2, 1, 1]);
            all.push(vec![5, 0, 5, 2, 0, 1]);
            all
        }
        "certificate" => certificates(),
        "requests" => requests(),
        _ => Vec::new(),
    }
}
