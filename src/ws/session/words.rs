//! What goes into the session and what comes out.

use std::sync::Arc;

use super::At;
use crate::error::Error;
use crate::event::{DisconnectReason, MissedReason};
use crate::time::Timestamp;
use crate::ws::frame::Unreadable;

/// What the reader does next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Do {
    /// Nothing until then, or until something changes.
    Wait(Option<At>),
    Dial(Option<Resume>),
    /// Read from the link until it ends.
    Read,
    /// Ask the server, by REST, whether the token is good.
    Check,
    /// Log in again.
    Login,
    Exit,
}

/// The connection to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    pub(crate) id: Arc<str>,
    /// The next event that is expected; never 0.
    pub(crate) next: u64,
}

/// What else is to be done, in order.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Note(Note),
    /// Send the action `ping` with this number.
    Ping(u64),
    /// Send a Pong that nobody asked for.
    Pong,
    /// Ask by REST what shows whether events come; the question has this number.
    Probe(u64),
    /// Shut the link down.
    Cut,
    /// Nothing more will come.
    End(Error),
}

/// What the program is told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Note {
    Connected { resumed: bool, attempts: u32 },
    Disconnected { reason: DisconnectReason, detail: String },
    Missed(Gap),
    Expired { login_again: bool },
}

/// A hole in the stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gap {
    pub(crate) reason: MissedReason,
    pub(crate) since: Timestamp,
    /// As `since`, when the last event came.
    pub(crate) last_event: Timestamp,
    pub(crate) last_seq: Option<u64>,
    pub(crate) seq: Option<u64>,
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Deliver {
        /// It may have happened before the link broke.
        resumed: bool,
    },
    /// It came before, or the link is being given up.
    Drop,
}

/// Why a link ends.
#[derive(Clone, Debug)]
pub(super) enum Cause {
    Closed(String),
    Broken(String),
    Silent,
    Deaf,
    NoFirstFrame,
    Stalled(&'static str),
    Unreadable(Unreadable),
    Expired(Error),
}

/// What is known of the connection, and can be taken to the next run of a program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) id: Option<Arc<str>>,
    /// The next event that is expected.
    pub(crate) next: u64,
    /// Everything up to then has been received.
    pub(crate) server_time: Timestamp,
}

impl Cause {
    pub(super) fn told(&self) -> (DisconnectReason, String) {
        match self {
            Self::Closed(detail) => (DisconnectReason::Closed, detail.clone()),
            Self::Broken(detail) => (DisconnectReason::Broken, detail.clone()),
            Self::Silent => (DisconnectReason::Silent, "a ping was not answered".into()),
            Self::Deaf => (DisconnectReason::Deaf, "pings were answered, but no events came".into()),
            Self::NoFirstFrame => (DisconnectReason::Silent, "the server said nothing in 10 s".into()),
            Self::Stalled(why) => (DisconnectReason::Stalled, (*why).into()),
            Self::Unreadable(what) => (DisconnectReason::Unreadable, what.text().into_owned()),
            Self::Expired(error) => (DisconnectReason::SessionExpired, error.to_string()),
        }
    }
}

/// Only what the server would take back is kept: it closes the socket for anything else.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
