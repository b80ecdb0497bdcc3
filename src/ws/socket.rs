//! The WebSocket: the upgrade and the frames. Only this file uses tungstenite.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tungstenite::handshake::client::{Response, generate_key};
use tungstenite::handshake::derive_accept_key;
use tungstenite::handshake::machine::TryParse;
use zeroize::Zeroizing;

use super::connect::{self, AbortHandle};
use super::connection::{ReadHalf, WriteHalf};
use super::frame::{IncomingFrame, MessageAssembler, ReadEnd};
use super::frame_reader::FrameReader;
use crate::base_url::BaseUrl;
use crate::config::Config;
use crate::error::{ApiError, Error, ErrorKind, Result, shorten_text};
use crate::http::{hide_secrets, retry_after};
#[cfg(feature = "native-tls")]
use crate::net::tls_pipe::{MemoryPipe, TlsSession};
use crate::net::{TcpSocket, TimedSocket, read_head};
use crate::secret::{Secret, remove_secrets};

/// Maximum size of the explanation of a refusal.
const MAX_REFUSAL: usize = 64 << 10;

/// The parameters of a connection attempt.
pub(crate) struct ConnectRequest<'a> {
    pub(crate) config: &'a Config,
    pub(crate) token: Option<&'a Secret>,
    /// The connection to resume, and the sequence number of the next event.
    pub(crate) resume: Option<(&'a str, u64)>,
    pub(crate) abort: &'a AbortHandle,
    pub(crate) deadline: Instant,
    pub(crate) max_message_size: usize,
    pub(crate) max_fragments: u32,
    pub(crate) wake: Box<dyn Fn() + Send + Sync>,
}

/// The reader's end of a connection.
pub(crate) struct EventSocket<S = ReadHalf> {
    frames: FrameReader<S>,
    assembler: MessageAssembler,
}

/// A connection, over TCP or TLS, before the upgrade.
enum Stream {
    Plain(TimedSocket<TcpSocket>),
    #[cfg(feature = "native-tls")]
    Tls(Box<TlsSession>, Arc<TcpSocket>),
}

impl Stream {
    fn open_stream(
        config: &Config,
        target: &BaseUrl,
        socket: Arc<TcpSocket>,
        deadline: Instant,
    ) -> Result<Self> {
        if !target.tls {
            return Ok(Self::Plain(TimedSocket::new(socket, deadline)));
        }
        #[cfg(not(feature = "native-tls"))]
        {
            let _ = (config, deadline);
            Err(crate::tls::missing_tls_error())
        }
        #[cfg(feature = "native-tls")]
        {
            let deadline = deadline.min(Instant::now() + config.connect_timeout);
            let pipe = MemoryPipe::new(TimedSocket::new(Arc::clone(&socket), deadline));
            let tls = config.tls.connect_tls(&target.host, pipe)?;
            Ok(Self::Tls(Box::new(tls), socket))
        }
    }

    fn set_deadline(&mut self, deadline: Instant) {
        match self {
            Self::Plain(timed) => timed.deadline = deadline,
            #[cfg(feature = "native-tls")]
            Self::Tls(tls, _) => tls.get_mut().set_deadline(deadline),
        }
    }

    fn into_wire(self, wake: Box<dyn Fn() + Send + Sync>) -> WriteHalf {
        match self {
            Self::Plain(timed) => WriteHalf::over_tcp(timed.socket, wake),
            #[cfg(feature = "native-tls")]
            Self::Tls(tls, socket) => WriteHalf::over_tls(*tls, socket, wake),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(timed) => timed.read(into),
            #[cfg(feature = "native-tls")]
            Self::Tls(tls, _) => tls.read(into),
        }
    }
}

/// Connects and upgrades. The token is in the upgrade request, without which the connection could not be resumed.
pub(crate) fn open_socket(dial: ConnectRequest<'_>) -> Result<(EventSocket, Arc<WriteHalf>)> {
    let (target, path) = dial.config.socket_target();
    if target.tls && cfg!(not(feature = "native-tls")) {
        #[cfg(not(feature = "native-tls"))]
        return Err(crate::tls::missing_tls_error());
    }
    let result = send_upgrade(dial, &target, &path);
    result.map_err(|e| e.on_route("websocket"))
}

fn send_upgrade(
    dial: ConnectRequest<'_>,
    target: &BaseUrl,
    path: &str,
) -> Result<(EventSocket, Arc<WriteHalf>)> {
    let key = generate_key();
    let request = upgrade_request(&dial, target, path, &key)?;
    let socket = connect::connect_to_server(dial.config, target, dial.abort, dial.deadline)?;
    let mut stream = Stream::open_stream(dial.config, target, socket, dial.deadline)?;
    stream.set_deadline(dial.deadline);
    let lost = |e| Error::io("the upgrade request could not be sent", e);
    match &mut stream {
        Stream::Plain(timed) => timed.write_all(request.as_bytes()).map_err(lost)?,
        #[cfg(feature = "native-tls")]
        Stream::Tls(tls, _) => tls.write_all(request.as_bytes()).map_err(lost)?,
    }
    let until = dial.deadline.min(Instant::now() + Duration::from_secs(2));
    let hurry = |stream: &mut Stream| stream.set_deadline(until);
    let secrets: Vec<&Secret> = dial.token.into_iter().chain(dial.config.headers.secret_values()).collect();
    let rest = read_upgrade_response(&mut stream, dial.config.head_limit, &key, &secrets, hurry)?;
    let recording = dial.config.recorder.open_socket(dial.resume.is_some());
    let wire = Arc::new(stream.into_wire(dial.wake).with_recording(recording));
    let receiving = ReadHalf::new(Arc::clone(&wire));
    Ok((EventSocket::over_stream(receiving, &rest, dial.max_message_size, dial.max_fragments), wire))
}

/// Reads the response to the upgrade. Returns it with the bytes behind it. `hurry` is the deadline for the reason of
/// a refusal.
pub(crate) fn read_upgrade_response<S: Read>(
    stream: &mut S,
    head_limit: usize,
    key: &str,
    secrets: &[&Secret],
    hurry: impl FnOnce(&mut S),
) -> Result<Vec<u8>> {
    let (head, rest) = read_head(stream, "the server", head_limit)?;
    let Ok(Some((_, answer))) = Response::try_parse(&head) else {
        return Err(no_websocket("the response is not HTTP").with_hint("check the port"));
    };
    if answer.status().as_u16() != 101 {
        hurry(stream);
        return Err(upgrade_error(&answer, &body_of(&answer, rest, stream), secrets));
    }
    check_upgrade(&answer, key)?;
    Ok(rest)
}

/// Creates the upgrade request. Tungstenite would log it with the token.
fn upgrade_request(
    dial: &ConnectRequest<'_>,
    target: &BaseUrl,
    path: &str,
    key: &str,
) -> Result<Zeroizing<String>> {
    let (token, agent) = (dial.token.map_or("", Secret::expose), &dial.config.user_agent);
    if token.chars().chain(agent.chars()).any(char::is_control) {
        return Err(Error::input(
            "the token or the user agent contains a control character, such as a line break",
        ));
    }
    let query = match dial.resume {
        Some((id, seq)) => format!("?connection_id={id}&sequence_number={seq}"),
        None => String::new(),
    };
    let mut text = Zeroizing::new(String::with_capacity(512));
    for part in [
        "GET ",
        path,
        &query,
        " HTTP/1.1\r\nHost: ",
        &target.host_header(),
        "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ",
        key,
        "\r\nUser-Agent: ",
        agent,
    ] {
        text.push_str(part);
    }
    for (name, value) in dial.config.headers_for(target, Some(token).filter(|token| !token.is_empty())) {
        for part in ["\r\n", name, ": ", &value] {
            text.push_str(part);
        }
    }
    text.push_str("\r\n\r\n");
    Ok(text)
}

fn no_websocket(why: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("no WebSocket: {why}"))
        .with_hint("configure the proxy in front of the server to forward `Connection: Upgrade` and `Upgrade: websocket`")
}

fn find_header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// Checks a 101 response. More tolerant than tungstenite, which requires `Connection` to have a single value.
fn check_upgrade(answer: &Response, key: &str) -> Result<()> {
    let has = |name, word: &str| {
        find_header(answer, name)
            .is_some_and(|value| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(word)))
    };
    if !has("upgrade", "websocket") || !has("connection", "upgrade") {
        return Err(no_websocket("the response to the upgrade lacks required headers"));
    }
    if find_header(answer, "sec-websocket-accept") != Some(&*derive_accept_key(key.as_bytes())) {
        return Err(no_websocket("the response to the upgrade does not belong to this request"));
    }
    if answer.headers().contains_key("sec-websocket-extensions") {
        return Err(no_websocket("the server uses an extension that was not requested"));
    }
    Ok(())
}

/// Returns the error of an upgrade with another status.
///
/// Some proxies repeat the request, so its secrets are removed from the error.
fn upgrade_error(answer: &Response, body: &[u8], secrets: &[&Secret]) -> Error {
    let status = answer.status().as_u16();
    let api = serde_json::from_slice::<ApiError>(body)
        .ok()
        .filter(|api| status >= 400 && !api.id.is_empty() && api.status_code >= 400);
    let error = match (api, status) {
        (Some(mut api), _) => {
            hide_secrets(&mut api, secrets);
            Error::from_api(status, api)
        }
        (None, 300..=399) => {
            let to = remove_secrets(find_header(answer, "location").unwrap_or("nowhere"), secrets);
            let to = to.split(['?', '#']).next().unwrap_or_default();
            Error::new(ErrorKind::Protocol, format!("redirected to {}", shorten_text(to, 120)))
                .with_status(status)
                .with_hint("use the actual URL of the server, including scheme and path")
        }
        (None, 400..) => {
            let said = remove_secrets(&String::from_utf8_lossy(body), secrets);
            let html = said.trim_start().starts_with('<');
            let said = if html { "an HTML page".into() } else { shorten_text(said.trim(), 160) };
            Error::new(ErrorKind::Status, format!("the upgrade was refused: {said}")).with_status(status)
        }
        (None, _) => {
            no_websocket("this is not a Mattermost server, or the path is wrong").with_status(status)
        }
    };
    error.with_retry_after(find_header(answer, "retry-after").and_then(retry_after))
}

/// Returns the body of a refusal, as far as it arrives before the deadline of the stream.
fn body_of(answer: &Response, mut body: Vec<u8>, stream: &mut impl Read) -> Vec<u8> {
    let length = find_header(answer, "content-length").and_then(|text| text.trim().parse::<usize>().ok());
    let wanted = length.unwrap_or(MAX_REFUSAL).min(MAX_REFUSAL);
    let mut chunk = [0; 2048];
    while body.len() < wanted {
        match stream.read(&mut chunk) {
            Ok(count @ 1..) => body.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            _ => break,
        }
    }
    body.truncate(wanted);
    body
}

impl<S: Read> EventSocket<S> {
    /// Creates a socket. `rest` was received with the response to the upgrade.
    pub(crate) fn over_stream(stream: S, rest: &[u8], limit: usize, most_pieces: u32) -> Self {
        Self {
            frames: FrameReader::new(stream, rest, limit),
            assembler: MessageAssembler::new(limit, most_pieces),
        }
    }

    /// Blocks until a message arrives, and passes it to `take`.
    pub(crate) fn next_frame<R>(&mut self, take: impl FnOnce(IncomingFrame<'_>) -> R) -> Result<R, ReadEnd> {
        loop {
            let (header, payload) = self.frames.next_frame()?;
            match self.assembler.read_frame(header, payload) {
                Ok(Some(incoming)) => return Ok(take(incoming)),
                Ok(None) => {}
                Err(unreadable) => return Err(ReadEnd::Unreadable(unreadable)),
            }
        }
    }
}

/// Returns the server's response to a key.
#[cfg(test)]
pub(super) fn accept_key(key: &str) -> String {
    derive_accept_key(key.as_bytes())
}
