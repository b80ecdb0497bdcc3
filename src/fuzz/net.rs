//! The socket, the proxy before it, and the addresses of both.

use super::{Stranger, TOKEN, check_message, piece_sizes, well_said, within_memory};
use crate::base_url::BaseUrl;
use crate::client::doctor::certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::http::agent::is_url;
use crate::http::path;
use crate::net::tunnel::open_tunnel;
use crate::proxy::{Proxy, from_environment, matching_rule};
use crate::secret::Secret;
use crate::ws::frame::{IncomingFrame, ReadEnd};
use crate::ws::socket::{EventSocket, read_upgrade_response};

/// Small, so that it is met.
const HEAD: usize = 1024;
/// The example of RFC 6455.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhTMC5AcYo=";

fn end_of_head(data: &[u8]) -> Option<usize> {
    data.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

pub(super) fn upgrade(data: &[u8]) {
    let token = Secret::new(TOKEN);
    let [whole, torn] = piece_sizes(data).map(|piece| {
        let mut stranger = Stranger::new(data, piece);
        let answer = within_memory((128 << 10) + 8 * data.len(), || {
            read_upgrade_response(&mut stranger, HEAD, KEY, &[&token], |_| {})
        });
        answer.map(|mut rest| {
            rest.extend_from_slice(stranger.bytes);
            rest
        })
    });
    match (&whole, &torn) {
        (Ok(rest), Ok(torn)) => {
            assert_eq!(rest, torn);
            let end = end_of_head(data).expect("a head");
            assert!(end <= HEAD && data[end..] == **rest);
            let head = String::from_utf8_lossy(&data[..end]).to_lowercase();
            assert!(head.contains(" 101") && head.contains(&ACCEPT.to_lowercase()), "{head}");
        }
        (Err(error), Err(torn)) => {
            assert_eq!(format!("{error:?}"), format!("{torn:?}"));
            well_said(error);
        }
        _ => panic!("it depends on the pieces: {whole:?} {torn:?}"),
    }
}

const MESSAGE: usize = 1000;
const FRAGMENTS: u32 = 8;

#[derive(Debug, PartialEq)]
enum Got {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>, String),
}

fn read_messages(data: &[u8], piece: usize) -> (Vec<Got>, ReadEnd) {
    let (rest, later) = data.split_at(data.len() / 3);
    let mut socket = EventSocket::over_stream(Stranger::new(later, piece), rest, MESSAGE, FRAGMENTS);
    let mut got = Vec::new();
    loop {
        let next = socket.next_frame(|incoming| match incoming {
            IncomingFrame::Text(text) => Got::Text(text.into_owned()),
            IncomingFrame::Binary => Got::Binary,
            IncomingFrame::Ping(data) => Got::Ping(data.to_vec()),
            IncomingFrame::Pong => Got::Pong,
            IncomingFrame::Close(code, reason) => Got::Close(code, reason),
        });
        match next {
            Ok(message) => got.push(message),
            Err(ended) => return (got, ended),
        }
    }
}

/// The same by RFC 6455, in the simplest way: the messages before the first that is not allowed.
fn expected_messages(mut data: &[u8]) -> Vec<Got> {
    let mut got = Vec::new();
    let mut open: Option<(u8, u32, Vec<u8>)> = None;
    while let Some((opcode, last, payload, used)) = plain_frame(data) {
        data = &data[used..];
        let message = match (opcode, open.take()) {
            (8..=10, before) => {
                if !last || payload.len() > 125 {
                    break;
                }
                open = before;
                match (opcode, payload) {
                    (9, data) => Got::Ping(data.to_vec()),
                    (10, _) => Got::Pong,
                    (_, []) => Got::Close(None, String::new()),
                    (_, [high, low, reason @ ..]) => match std::str::from_utf8(reason) {
                        Ok(reason) => Got::Close(Some(u16::from_be_bytes([*high, *low])), reason.into()),
                        Err(_) => break,
                    },
                    _ => break,
                }
            }
            (0, Some((kind, count, mut begun))) if count < FRAGMENTS => {
                begun.extend_from_slice(payload);
                if begun.len() > MESSAGE {
                    break;
                }
                if !last {
                    open = Some((kind, count + 1, begun));
                    continue;
                }
                match (kind, String::from_utf8(begun)) {
                    (2, _) => Got::Binary,
                    (_, Ok(text)) => Got::Text(text),
                    _ => break,
                }
            }
            (1 | 2, None) if !last => {
                open = Some((opcode, 1, payload.to_vec()));
                continue;
            }
            (2, None) => Got::Binary,
            (1, None) => match std::str::from_utf8(payload) {
                Ok(text) => Got::Text(text.into()),
                Err(_) => break,
            },
            _ => break,
        };
        got.push(message);
    }
    got
}

/// Opcode, whether it is the last, payload, and how long the frame is. `None` if it is not whole or not allowed.
fn plain_frame(data: &[u8]) -> Option<(u8, bool, &[u8], usize)> {
    let (first, second) = (*data.first()?, *data.get(1)?);
    let (length, at) = match second {
        0..=125 => (u64::from(second), 2),
        126 => (u64::from(u16::from_be_bytes(data.get(2..4)?.try_into().ok()?)), 4),
        127 => (u64::from_be_bytes(data.get(2..10)?.try_into().ok()?), 10),
        _ => return None,
    };
    let length = usize::try_from(length).ok().filter(|length| first & 0x70 == 0 && *length <= MESSAGE)?;
    Some((first & 15, first & 0x80 != 0, data.get(at..at + length)?, at + length))
}

pub(super) fn frames(data: &[u8]) {
    let [whole, torn] = piece_sizes(data)
        .map(|piece| within_memory((512 << 10) + 16 * data.len(), || read_messages(data, piece)));
    assert_eq!(whole, torn);
    let (got, ended) = whole;
    assert_eq!(got, expected_messages(data), "{ended:?}");
    if let ReadEnd::Unreadable(why) = &ended {
        assert!(!why.reason_text().is_empty());
    }
    // What was whole is the same again, each in one frame.
    let mut again = Vec::new();
    for message in &got {
        let code;
        let (opcode, payload) = match message {
            Got::Text(text) => (1, text.as_bytes()),
            Got::Binary => (2, &b""[..]),
            Got::Ping(data) => (9, &**data),
            Got::Pong => (10, &b""[..]),
            Got::Close(None, _) => (8, &b""[..]),
            Got::Close(Some(number), reason) => {
                code = [&number.to_be_bytes(), reason.as_bytes()].concat();
                (8, &*code)
            }
        };
        again.push(0x80 | opcode);
        match u8::try_from(payload.len()) {
            Ok(short @ 0..=125) => again.push(short),
            _ => {
                again.push(126);
                again.extend_from_slice(&u16::try_from(payload.len()).expect("a limit").to_be_bytes());
            }
        }
        again.extend_from_slice(payload);
    }
    assert_eq!(read_messages(&again, usize::MAX), (got, ReadEnd::Eof));
}

pub(super) fn proxy(data: &[u8]) {
    let target = BaseUrl::parse("https://chat.example.com").expect("a URL");
    for url in ["http://user:{}@p:1", "socks5://p", "socks5://user:{}@p"] {
        let proxy = Proxy::parse(&url.replace("{}", TOKEN)).expect("a URL");
        let [whole, torn] = piece_sizes(data).map(|piece| {
            let mut stranger = Stranger::new(data, piece);
            let done = within_memory((32 << 10) + 4 * data.len(), || {
                open_tunnel(&proxy, &target, HEAD, &mut stranger)
            });
            (done.map_err(|e| format!("{e:?}")), data.len() - stranger.bytes.len(), stranger.told)
        });
        let http = !url.starts_with("socks");
        match &whole.0 {
            Ok(()) if http => {
                let end = end_of_head(data).expect("a head");
                assert!(end == whole.1 && end <= HEAD && data.starts_with(b"HTTP/1."));
                assert!(data[..end].windows(3).any(|two| two[0] == b' ' && two[1] == b'2'));
            }
            Ok(()) => assert!(data[0] == 5 && whole.1 >= 8 && whole.1 <= 2 + 2 + 5 + 255 + 2, "{}", whole.1),
            Err(_) => {
                let mut stranger = Stranger::new(data, usize::MAX);
                well_said(&open_tunnel(&proxy, &target, HEAD, &mut stranger).expect_err("as before"));
            }
        }
        // What follows the head at once is refused; in pieces it may come too late for that.
        if http && end_of_head(data).is_some_and(|end| end < data.len()) {
            assert!(whole.0.is_err());
        } else {
            assert_eq!((&whole.0, &whole.2), (&torn.0, &torn.2));
        }
    }
}

fn bad_input<T>(result: Result<T>) -> Option<T> {
    result
        .map_err(|error: Error| {
            assert_eq!(error.kind(), ErrorKind::Input);
            check_message(&error);
        })
        .ok()
}

pub(super) fn urls(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    for url in
        [bad_input(BaseUrl::parse(text)), bad_input(BaseUrl::parse_websocket(text))].into_iter().flatten()
    {
        let plain = |host: &str| !host.contains(['/', '@', '?', '#', '[', ']', '\r', '\n', ' ']);
        assert!(!url.host.is_empty() && plain(&url.host) && url.port != 0, "{url:?}");
        assert!(url.path.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
        assert!(!url.path.ends_with('/') && !url.path.split('/').any(|part| part == ".."), "{url:?}");
        let again = BaseUrl::parse(&url.to_string()).expect("what was written by us");
        assert_eq!(again, url);
        // 64 KiB is the most that ureq takes.
        if text.len() < 20_000 {
            assert!(is_url(&format!("{}/api/v4/users/me", url.http_url())), "{url:?}");
        }
        let _ = matching_rule(text, &url);
        for wrapped in [
            bad_input(Proxy::parse(text)),
            from_environment(&url, |_| Some(text.into())).ok().and_then(|choice| choice.proxy),
        ] {
            let Some(proxy) = wrapped else { continue };
            assert!(!proxy.host.is_empty() && plain(&proxy.host) && proxy.port != 0, "{proxy:?}");
            for secret in [&proxy.user, &proxy.password].into_iter().flatten() {
                assert!(!secret.expose().contains(char::is_control), "{proxy:?}");
            }
        }
    }
    let _ = bad_input(Proxy::parse(text));
    // Names in a path.
    let mut filled = String::new();
    if bad_input(path::expand_template("/a/{name}/b", &[&text], &mut filled)).is_some() {
        assert!(
            filled.bytes().all(|byte| byte.is_ascii_graphic()) && filled.matches('/').count() == 3,
            "{filled}"
        );
        assert!(is_url(&format!("https://h{filled}")));
        #[cfg(feature = "testing")]
        assert_eq!(crate::testing::http::decode(&filled), format!("/a/{text}/b"));
    }
    // A file, as somebody else named it.
    let file = crate::model::FileInfo { name: text.into(), ..crate::model::FileInfo::default() };
    let safe = file.safe_name();
    assert!(!safe.is_empty() && safe.len() <= 200 && !safe.starts_with('.'), "{safe:?}");
    assert!(!safe.contains(['/', '\\', ':']) && !safe.contains(char::is_control), "{safe:?}");
    assert!(!safe.ends_with(['.', ' ']), "{safe:?}");
}

pub(super) fn certificate(data: &[u8]) {
    let Some(read) = within_memory((8 << 10) + 4 * data.len(), || certificate::read_certificate(data)) else {
        return;
    };
    assert!(read.names.len() <= 8);
    for name in read.names.iter().chain([&read.subject, &read.issuer]) {
        assert!(name.chars().count() <= 82 && !name.contains(char::is_control), "{name:?}");
    }
    for time in [read.not_before, read.not_after] {
        assert!(time.to_string().len() <= 25, "{time}");
    }
}
