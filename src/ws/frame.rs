//! WebSocket frames as bytes, and messages assembled from them. No I/O.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::error::{ApiError, Error, ErrorKind, Result, shorten_text};

/// Maximum size of an action. The server closes the connection for a larger one.
pub(crate) const MAX_ACTION_SIZE: usize = 8192;

pub(crate) const OPCODE_CONTINUATION: u8 = 0;
pub(crate) const OPCODE_TEXT: u8 = 1;
pub(crate) const OPCODE_BINARY: u8 = 2;
pub(crate) const OPCODE_CLOSE: u8 = 8;
pub(crate) const OPCODE_PING: u8 = 9;
pub(crate) const OPCODE_PONG: u8 = 10;
/// Bit of a frame's first byte: the frame is the last one of its message.
pub(crate) const FINAL_FRAME: u8 = 0x80;

/// Creates a masked frame. The mask must be unpredictable for the author of the payload.
fn masked_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut mask = [0; 4];
    if getrandom::fill(&mut mask).is_err() {
        // Without random numbers TLS does not work either. Any mask is valid.
        mask = [0x5a, 0xc3, 0x96, 0x0f];
    }
    let mut frame = Vec::with_capacity(payload.len() + 8);
    write_frame(&mut frame, FINAL_FRAME | opcode, Some(mask), payload);
    frame
}

/// Appends a frame with any first byte, masked or not.
pub(crate) fn write_frame(out: &mut Vec<u8>, first: u8, mask: Option<[u8; 4]>, payload: &[u8]) {
    let mask_bit = if mask.is_some() { 0x80 } else { 0 };
    out.push(first);
    if let Ok(short @ 0..=125) = u8::try_from(payload.len()) {
        out.push(mask_bit | short);
    } else if let Ok(length) = u16::try_from(payload.len()) {
        out.push(mask_bit | 0x7e);
        out.extend_from_slice(&length.to_be_bytes());
    } else {
        out.push(mask_bit | 0x7f);
        out.extend_from_slice(&(payload.len() as u64).to_be_bytes());
    }
    match mask {
        None => out.extend_from_slice(payload),
        Some(mask) => {
            out.extend_from_slice(&mask);
            out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
        }
    }
}

pub(crate) fn text_frame(payload: &str) -> Vec<u8> {
    masked_frame(OPCODE_TEXT, payload.as_bytes())
}

pub(crate) fn pong_frame(payload: &[u8]) -> Vec<u8> {
    masked_frame(OPCODE_PONG, payload)
}

/// Creates a close frame. Without a code its payload is empty.
pub(crate) fn close_frame(code: Option<u16>) -> Vec<u8> {
    let code = code.map(u16::to_be_bytes);
    masked_frame(OPCODE_CLOSE, code.as_ref().map_or(&[], |code| code.as_slice()))
}

#[derive(Serialize)]
struct ActionRequest<'a> {
    seq: u64,
    #[serde(rename = "action")]
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

/// Returns the text of an action. Fails if the server would close the connection for it.
pub(crate) fn action_text(seq: u64, name: &str, data: Option<&Value>) -> Result<String> {
    if name.is_empty() {
        return Err(Error::input("the action's name is empty"));
    }
    if data.is_some_and(|data| !data.is_object() && !data.is_null()) {
        return Err(Error::input("the data of an action must be a JSON object"));
    }
    let text = serde_json::to_string(&ActionRequest { seq, name, data })
        .map_err(|e| Error::input("the action cannot be encoded as JSON").with_source(e))?;
    if text.len() > MAX_ACTION_SIZE {
        return Err(Error::input(format!(
            "the action has {} bytes; the maximum is {MAX_ACTION_SIZE}",
            text.len()
        )));
    }
    Ok(text)
}

members! {
    /// A reply to an action.
    pub(crate) struct ActionReply {
        status: Option<String>,
        #[serde(rename = "seq_reply")]
        seq: Option<u64>,
        data: Value,
        error: Option<ApiError>,
    }
}

impl ActionReply {
    /// Parses a text that is not an event. Returns `None` if it is not a reply either.
    pub(crate) fn parse_reply(text: &str) -> Option<(u64, Result<Value>)> {
        let reply: Self = crate::model::json::decode_event(text).ok()?;
        let seq = reply.seq.filter(|seq| *seq > 0)?;
        let result = match (reply.status.as_deref(), reply.error) {
            (Some("OK"), None) => Ok(reply.data),
            (_, Some(error)) => Err(Error::from_api(0, error)),
            (status, None) => Err(Error::new(
                ErrorKind::Protocol,
                format!(
                    "the server replied with the status {:?}",
                    shorten_text(status.unwrap_or_default(), 80)
                ),
            )),
        };
        Some((seq, result))
    }
}

/// A violation of the WebSocket protocol. It recurs if the event is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FrameFault {
    TooLarge,
    NotUtf8,
    Broken(&'static str),
}

impl FrameFault {
    pub(crate) fn reason_text(&self) -> Cow<'static, str> {
        match self {
            Self::TooLarge => "a message is larger than `max_message_size`".into(),
            Self::NotUtf8 => "a message is not UTF-8".into(),
            Self::Broken(what) => format!("the server broke the WebSocket protocol: {what}").into(),
        }
    }
}

/// Reason for the end of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReadEnd {
    /// The peer closed the connection, with or without a close frame.
    Eof,
    Broken(String),
    Unreadable(FrameFault),
}

/// The header of a received frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameHeader {
    pub(crate) opcode: u8,
    pub(crate) last: bool,
    pub(crate) reserved: bool,
    pub(crate) masked: bool,
}

/// A received message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum IncomingFrame<'a> {
    Text(Cow<'a, str>),
    /// A binary message. Mattermost sends none.
    Binary,
    Ping(&'a [u8]),
    Pong,
    Close(Option<u16>, String),
}

/// Assembles messages, and enforces RFC 6455 and the limits of the stream.
#[derive(Debug)]
pub(crate) struct MessageAssembler {
    limit: usize,
    /// Maximum number of frames of a message. One of 4 MiB in frames of one byte takes seconds of a core.
    most_pieces: u32,
    /// The opcode of the message whose final frame has not arrived.
    open: Option<u8>,
    pieces: u32,
    buffer: Vec<u8>,
}

impl MessageAssembler {
    pub(crate) fn new(limit: usize, most_pieces: u32) -> Self {
        Self { limit, most_pieces, open: None, pieces: 0, buffer: Vec::new() }
    }

    /// Handles a frame. Returns a message if it is complete.
    pub(crate) fn read_frame<'a>(
        &mut self,
        head: FrameHeader,
        payload: &'a [u8],
    ) -> Result<Option<IncomingFrame<'a>>, FrameFault> {
        if head.reserved {
            return Err(FrameFault::Broken("reserved bits are set"));
        }
        if head.masked {
            return Err(FrameFault::Broken("a frame of the server is masked"));
        }
        if head.opcode >= OPCODE_CLOSE {
            return Self::read_control(head, payload).map(Some);
        }
        match (head.opcode, self.open) {
            (OPCODE_TEXT | OPCODE_BINARY, None) if head.last => {
                return self.finish_message(head.opcode, payload).map(Some);
            }
            (OPCODE_TEXT | OPCODE_BINARY, None) => {
                self.open = Some(head.opcode);
                self.pieces = 0;
                self.buffer.clear();
            }
            (OPCODE_CONTINUATION, Some(_)) => {}
            (OPCODE_CONTINUATION, None) => {
                return Err(FrameFault::Broken("a continuation frame without a message"));
            }
            (OPCODE_TEXT | OPCODE_BINARY, Some(_)) => {
                return Err(FrameFault::Broken("a message within another one"));
            }
            _ => return Err(FrameFault::Broken("an unknown kind of frame")),
        }
        self.pieces += 1;
        if self.pieces > self.most_pieces || self.buffer.len().saturating_add(payload.len()) > self.limit {
            return Err(FrameFault::TooLarge);
        }
        self.buffer.extend_from_slice(payload);
        let Some(opcode) = self.open.filter(|_| head.last) else { return Ok(None) };
        self.open = None;
        let whole = std::mem::take(&mut self.buffer);
        if opcode == OPCODE_BINARY {
            return Ok(Some(IncomingFrame::Binary));
        }
        let text = String::from_utf8(whole).map_err(|_| FrameFault::NotUtf8)?;
        Ok(Some(IncomingFrame::Text(text.into())))
    }

    fn finish_message<'a>(&self, opcode: u8, payload: &'a [u8]) -> Result<IncomingFrame<'a>, FrameFault> {
        if payload.len() > self.limit {
            return Err(FrameFault::TooLarge);
        }
        if opcode == OPCODE_BINARY {
            return Ok(IncomingFrame::Binary);
        }
        let text = std::str::from_utf8(payload).map_err(|_| FrameFault::NotUtf8)?;
        Ok(IncomingFrame::Text(text.into()))
    }

    fn read_control(head: FrameHeader, payload: &[u8]) -> Result<IncomingFrame<'_>, FrameFault> {
        if !head.last || payload.len() > 125 {
            return Err(FrameFault::Broken("a control frame is too long or fragmented"));
        }
        match (head.opcode, payload) {
            (OPCODE_PING, data) => Ok(IncomingFrame::Ping(data)),
            (OPCODE_PONG, _) => Ok(IncomingFrame::Pong),
            (OPCODE_CLOSE, []) => Ok(IncomingFrame::Close(None, String::new())),
            (OPCODE_CLOSE, [high, low, reason @ ..]) => {
                let reason = std::str::from_utf8(reason).map_err(|_| FrameFault::NotUtf8)?;
                Ok(IncomingFrame::Close(Some(u16::from_be_bytes([*high, *low])), reason.to_owned()))
            }
            (OPCODE_CLOSE, _) => Err(FrameFault::Broken("a close frame of one byte")),
            _ => Err(FrameFault::Broken("an unknown kind of frame")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(opcode: u8, last: bool) -> FrameHeader {
        FrameHeader { opcode, last, reserved: false, masked: false }
    }

    fn unmask(frame: &[u8]) -> Vec<u8> {
        let (start, length) = match frame[1] & 0x7f {
            126 => (4, usize::from(u16::from_be_bytes([frame[2], frame[3]]))),
            127 => (10, usize::try_from(u64::from_be_bytes(frame[2..10].try_into().unwrap())).unwrap()),
            short => (2, usize::from(short)),
        };
        assert_eq!(frame.len(), start + 4 + length);
        let mask = &frame[start..start + 4];
        frame[start + 4..].iter().zip(mask.iter().cycle()).map(|(b, m)| b ^ m).collect()
    }

    #[test]
    fn frames_are_masked_and_have_the_shortest_length() {
        for length in [0, 1, 125, 126, 127, 8192, 65535, 65536] {
            let text = "x".repeat(length);
            let frame = text_frame(&text);
            assert_eq!(frame[0], 0x81);
            assert_eq!(frame[1] & 0x80, 0x80);
            assert_eq!(unmask(&frame), text.as_bytes());
        }
        assert_eq!(unmask(&close_frame(Some(1000))), [3, 232]);
        assert!(unmask(&close_frame(None)).is_empty());
        assert_eq!(unmask(&pong_frame(b"abc")), b"abc");
        assert_ne!(text_frame("same text, other mask"), text_frame("same text, other mask"));
    }

    #[test]
    fn actions_are_checked_before_they_are_sent() {
        let data = serde_json::json!({"channel_id": "x"});
        assert_eq!(
            action_text(7, "user_typing", Some(&data)).unwrap(),
            r#"{"seq":7,"action":"user_typing","data":{"channel_id":"x"}}"#
        );
        assert_eq!(action_text(1, "ping", None).unwrap(), r#"{"seq":1,"action":"ping"}"#);
        let long = serde_json::json!({"x": "y".repeat(MAX_ACTION_SIZE)});
        for bad in [
            action_text(1, "x", Some(&long)),
            action_text(1, "", None),
            action_text(1, "x", Some(&Value::from(1))),
        ] {
            assert_eq!(bad.unwrap_err().kind(), ErrorKind::Input);
        }
        let fits = MAX_ACTION_SIZE - action_text(1, "x", Some(&serde_json::json!({"x": ""}))).unwrap().len();
        let text = action_text(1, "x", Some(&serde_json::json!({"x": "y".repeat(fits)}))).unwrap();
        assert_eq!(text.len(), MAX_ACTION_SIZE);
    }

    #[test]
    fn replies_are_read() {
        let (seq, result) =
            ActionReply::parse_reply(r#"{"status":"OK","seq_reply":3,"data":{"text":"pong"}}"#).unwrap();
        assert_eq!((seq, result.unwrap()["text"].as_str()), (3, Some("pong")));
        let fail = r#"{"status":"FAIL","seq_reply":1,"error":{"id":"api.web_socket_router.not_authenticated.app_error","message":"m","detailed_error":"","status_code":401}}"#;
        assert!(ActionReply::parse_reply(fail).unwrap().1.unwrap_err().is_unauthorized());
        for none in
            ["", "{}", "[]", "7", r#"{"status":"OK"}"#, r#"{"status":"OK","seq_reply":0}"#, "{\"seq_re"]
        {
            assert!(ActionReply::parse_reply(none).is_none(), "{none}");
        }
        assert!(ActionReply::parse_reply(r#"{"seq_reply":1}"#).unwrap().1.is_err());
    }

    #[test]
    fn messages_are_put_together_from_pieces() {
        let mut a = MessageAssembler::new(10, 9);
        assert_eq!(a.read_frame(head(1, true), b"whole"), Ok(Some(IncomingFrame::Text("whole".into()))));
        assert_eq!(a.read_frame(head(1, false), "ä".as_bytes().split_at(1).0), Ok(None));
        assert_eq!(a.read_frame(head(9, true), b"hi"), Ok(Some(IncomingFrame::Ping(b"hi"))));
        assert_eq!(a.read_frame(head(0, false), b""), Ok(None));
        let rest = "ä".as_bytes().split_at(1).1;
        assert_eq!(a.read_frame(head(0, true), rest), Ok(Some(IncomingFrame::Text("ä".into()))));
        assert_eq!(a.read_frame(head(2, true), b"x"), Ok(Some(IncomingFrame::Binary)));
        let bye = IncomingFrame::Close(Some(1000), "x".into());
        assert_eq!(a.read_frame(head(8, true), &[3, 232, b'x']), Ok(Some(bye)));
    }

    #[test]
    fn what_breaks_the_rules_is_refused() {
        let mut a = MessageAssembler::new(10, 9);
        assert_eq!(a.read_frame(head(1, true), &[b'x'; 11]), Err(FrameFault::TooLarge));
        assert_eq!(a.read_frame(head(1, true), b"\xff"), Err(FrameFault::NotUtf8));
        for (frame, payload) in [
            (head(0, true), &b""[..]),
            (head(3, true), b""),
            (head(11, true), b""),
            (head(9, false), b""),
            (head(9, true), &[0; 126]),
            (head(8, true), b"x"),
            (FrameHeader { reserved: true, ..head(1, true) }, b""),
            (FrameHeader { masked: true, ..head(1, true) }, b""),
        ] {
            assert!(matches!(a.read_frame(frame, payload), Err(FrameFault::Broken(_))), "{frame:?}");
        }
        assert_eq!(a.read_frame(head(1, false), b""), Ok(None));
        assert!(matches!(a.read_frame(head(1, true), b""), Err(FrameFault::Broken(_))));
    }

    #[test]
    fn endless_pieces_end() {
        for piece in [&b""[..], b"x"] {
            let mut a = MessageAssembler::new(1 << 30, 4096);
            assert_eq!(a.read_frame(head(1, false), piece), Ok(None));
            let end = (0..1_000_000).position(|_| a.read_frame(head(0, false), piece).is_err());
            assert_eq!(end, Some(4095));
        }
    }
}
