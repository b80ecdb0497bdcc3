//! A recording as a script: what a program asked, what it was sent, and in which order.

use std::collections::VecDeque;
use std::fmt;

use serde_json::Value;

use super::http::Request;
use crate::error::{Error, Result};
use crate::recording::line::{ExchangeLine, FrameSender, RECORDING_VERSION, RecordingHeader, RecordingLine};
use crate::recording::redaction::Redaction;

/// Parameters with a time, which may be one of the program's clock.
const TIME_PARAMETER_NAMES: [&str; 2] = ["since", "last_delete_at"];

/// A recording, and how far it was repeated.
pub(super) struct Script {
    redaction: Redaction,
    pub(super) began_at: i64,
    pub(super) exchanges: Vec<ScriptExchange>,
    pub(super) sockets: Vec<ScriptSocket>,
    /// Number of sockets that the program has opened.
    pub(super) opened: usize,
    /// Milliseconds since the beginning, of the last step that was repeated.
    pub(super) reached: u64,
}

pub(super) struct ScriptExchange {
    pub(super) line: ExchangeLine,
    pub(super) progress: ExchangeProgress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ExchangeProgress {
    /// The program has not made the request.
    Awaited,
    /// The program has not made the request, and nothing waits for it any more.
    Overdue,
    Requested,
    Answered,
}

/// A WebSocket of the recording.
#[derive(Default)]
pub(super) struct ScriptSocket {
    number: u64,
    /// Events, and the end if the program did not close the connection.
    pub(super) steps: VecDeque<SocketStep>,
    /// Actions of the program that were not repeated.
    actions: Vec<Value>,
    /// Replies to them.
    replies: Vec<Value>,
    /// `true` while the program is connected.
    pub(super) is_open: bool,
}

#[derive(Clone, Debug)]
pub(super) struct SocketStep {
    pub(super) begin: u64,
    pub(super) at: u64,
    /// `None` for the end.
    pub(super) frame: Option<Value>,
}

/// The response of a recording to an action of a WebSocket.
pub(super) enum ScriptReply {
    Recorded(Option<Value>),
    NotRecorded,
}

impl Script {
    /// Reads a recording. `name` is that of its file.
    pub(super) fn parse_recording(name: &str, text: &str) -> Result<Self> {
        let mut lines = text.lines().enumerate();
        let Some((_, first)) = lines.next() else {
            return Err(Error::input(format!("the recording {name} is empty"))
                .with_hint("the program may have ended before it connected"));
        };
        let header: Value = serde_json::from_str(first).unwrap_or_default();
        let Some(version) = header.get("mattermost_recording").and_then(Value::as_u64) else {
            return Err(Error::input(format!("{name} is not a recording"))
                .with_hint("record one with `Client::builder(..).record(path)`"));
        };
        if version != u64::from(RECORDING_VERSION) {
            return Err(Error::input(format!(
                "the recording {name} has the format {version}, and this version of the crate reads the format {RECORDING_VERSION}"
            ))
            .with_hint("use the version of the crate that recorded it"));
        }
        let header: RecordingHeader = serde_json::from_value(header)
            .map_err(|e| Error::input(format!("line 1 of the recording {name} is invalid")).with_source(e))?;
        let mut script = Self {
            redaction: Redaction::new(header.texts),
            began_at: header.began_at,
            exchanges: Vec::new(),
            sockets: Vec::new(),
            opened: 0,
            reached: 0,
        };
        let count = text.lines().count();
        for (number, line) in lines {
            let number = number + 1;
            match serde_json::from_str(line) {
                Ok(line) => script.add_line(line),
                Err(error) if number == count && !text.ends_with('\n') => {
                    let message = format!("line {number} of the recording {name} is cut off");
                    let hint = "the program ended while it wrote the line; remove it to replay the others";
                    return Err(Error::input(message).with_hint(hint).with_source(error));
                }
                Err(error) => {
                    let message = format!("line {number} of the recording {name} is invalid");
                    return Err(Error::input(message).with_source(error));
                }
            }
        }
        // Lines are written when an exchange is complete, and repeated in the order in which they began.
        script.exchanges.sort_by_key(|exchange| exchange.line.begin);
        for socket in &mut script.sockets {
            socket.steps.make_contiguous().sort_by_key(|step| step.begin);
        }
        Ok(script)
    }

    fn add_line(&mut self, line: RecordingLine) {
        match line {
            RecordingLine::Exchange(line) => {
                let progress = ExchangeProgress::Awaited;
                self.exchanges.push(ScriptExchange { line: *line, progress });
            }
            RecordingLine::Frame(line) => {
                let socket = self.socket_numbered(line.socket);
                if line.from == FrameSender::Program {
                    socket.actions.push(line.json);
                } else if line.json.get("seq_reply").is_some() {
                    socket.replies.push(line.json);
                } else {
                    let (begin, at) = (line.begin, line.at);
                    socket.steps.push_back(SocketStep { begin, at, frame: Some(line.json) });
                }
            }
            RecordingLine::SocketOpened { socket, .. } => {
                self.socket_numbered(socket);
            }
            RecordingLine::SocketLost { begin, at, socket } => {
                self.socket_numbered(socket).steps.push_back(SocketStep { begin, at, frame: None });
            }
            RecordingLine::Dropped { .. } => {}
        }
    }

    fn socket_numbered(&mut self, number: u64) -> &mut ScriptSocket {
        let known = self.sockets.iter().position(|socket| socket.number == number);
        let at = known.unwrap_or(self.sockets.len());
        if known.is_none() {
            self.sockets.push(ScriptSocket { number, ..ScriptSocket::default() });
        }
        // It was found, or has just been added.
        #[expect(clippy::indexing_slicing, reason = "see above")]
        &mut self.sockets[at]
    }

    /// Finds the exchange that a request repeats: the first one of the same method, path and query that was not
    /// repeated. Times in the query may differ. Checks of a stream may be repeated more often.
    pub(super) fn find_exchange(&self, request: &Request) -> Option<usize> {
        let is_same = |exchange: &ScriptExchange, ignored: &[&str]| {
            let line = &exchange.line;
            line.method == request.method
                && is_same_path(&line.path, &self.redaction.redact_path(&line.route, &request.path))
                && is_same_query(&line.query, &self.redaction.redact_query(&request.raw_query), ignored)
        };
        let is_left = |exchange: &ScriptExchange| exchange.progress < ExchangeProgress::Requested;
        let find = |ignored: &[&str]| {
            self.exchanges.iter().position(|exchange| is_left(exchange) && is_same(exchange, ignored))
        };
        find(&[]).or_else(|| find(&TIME_PARAMETER_NAMES)).or_else(|| {
            let is_check = |exchange: &ScriptExchange| exchange.line.background && is_same(exchange, &[]);
            self.exchanges.iter().rposition(is_check)
        })
    }

    /// Returns `true` if everything has happened that preceded a step of a socket.
    pub(super) fn may_send(&self, step: &SocketStep) -> bool {
        let has_happened = |exchange: &ScriptExchange| {
            let line = &exchange.line;
            let is_overdue = exchange.progress == ExchangeProgress::Overdue;
            line.background
                || is_overdue
                || (line.begin > step.begin || exchange.progress >= ExchangeProgress::Requested)
                    && (line.end > step.begin || exchange.progress == ExchangeProgress::Answered)
        };
        self.exchanges.iter().take_while(|exchange| exchange.line.begin < step.begin).all(has_happened)
            && self.has_sent_before(step.begin)
    }

    /// Returns `true` if the sockets of the program have been sent all that preceded a number.
    pub(super) fn has_sent_before(&self, number: u64) -> bool {
        let is_later = |socket: &ScriptSocket| socket.steps.front().is_none_or(|next| next.begin >= number);
        self.sockets.iter().filter(|socket| socket.is_open).all(is_later)
    }

    /// Stops waiting for the requests that precede a number.
    pub(super) fn give_up_before(&mut self, number: u64) {
        for exchange in self.exchanges.iter_mut().filter(|exchange| exchange.line.begin < number) {
            if exchange.progress == ExchangeProgress::Awaited {
                exchange.progress = ExchangeProgress::Overdue;
            }
        }
    }

    /// Finds the recorded reply to an action.
    pub(super) fn take_reply(&mut self, socket: usize, action: &Value) -> ScriptReply {
        let is_same = |recorded: &Value| recorded.get("action") == action.get("action");
        let Some(socket) = self.sockets.get_mut(socket) else { return ScriptReply::NotRecorded };
        let Some(at) = socket.actions.iter().position(is_same) else { return ScriptReply::NotRecorded };
        let recorded = socket.actions.remove(at);
        let is_reply = |reply: &Value| reply.get("seq_reply") == recorded.get("seq");
        let reply = socket.replies.iter().position(is_reply).map(|at| socket.replies.remove(at));
        ScriptReply::Recorded(reply)
    }

    /// Returns `true` if the whole recording was repeated.
    pub(super) fn is_done(&self) -> bool {
        let is_repeated = |exchange: &ScriptExchange| {
            exchange.line.background || exchange.progress == ExchangeProgress::Answered
        };
        self.exchanges.iter().all(is_repeated)
            && self.sockets.iter().all(|socket| socket.steps.is_empty())
            && self.opened >= self.sockets.len()
    }
}

fn is_same_path(recorded: &str, asked: &str) -> bool {
    // A known secret has been removed from the recorded path, and is not known here.
    let is_same = |(recorded, asked): (&str, &str)| recorded == asked || recorded.contains("%2A%2A%2A");
    recorded.split('/').count() == asked.split('/').count()
        && recorded.split('/').zip(asked.split('/')).all(is_same)
}

fn is_same_query(recorded: &str, asked: &str, ignored: &[&str]) -> bool {
    let is_same = |(recorded, asked): (&str, &str)| {
        let name = recorded.split('=').next().unwrap_or_default();
        recorded == asked
            || asked.split('=').next() == Some(name)
                && (ignored.contains(&name) || recorded.contains("%2A%2A%2A"))
    };
    recorded.split('&').count() == asked.split('&').count()
        && recorded.split('&').zip(asked.split('&')).all(is_same)
}

impl fmt::Display for ScriptExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.line.method, self.line.path)?;
        if self.line.query.is_empty() { Ok(()) } else { write!(f, "?{}", self.line.query) }
    }
}
