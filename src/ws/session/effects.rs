//! Inputs and outputs of the session.

use std::sync::Arc;

use super::StreamTime;
use crate::error::Error;
use crate::event::{DisconnectReason, MissedReason};
use crate::time::Timestamp;
use crate::ws::frame::FrameFault;

/// The reader's next action.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ReaderAction {
    /// Wait until a time, or until something changes.
    Wait(Option<StreamTime>),
    /// Connect, and resume the connection of the cursor if there is one.
    Connect(Option<Cursor>),
    /// Read from the connection until it ends.
    Read,
    /// Check by REST that the token is valid.
    CheckToken,
    /// Log in again.
    LogIn,
    Exit,
}

/// Further effects, in order.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    Notify(Notification),
    /// Send the action `ping` with this sequence number.
    Ping(u64),
    /// Send an unsolicited Pong.
    Pong,
    /// Send the probe with this number.
    Probe(u64),
    /// Shut down the connection.
    Cut,
    /// The stream has ended.
    End(Error),
}

/// A notification for the program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notification {
    Connected { resumed: bool, attempts: u32 },
    Disconnected { reason: DisconnectReason, detail: String },
    Missed(StreamGap),
    Expired { login_again: bool },
}

/// A gap in the stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StreamGap {
    pub(crate) reason: MissedReason,
    pub(crate) since: Timestamp,
    /// Like `since`, at the time of the last event.
    pub(crate) last_event: Timestamp,
    pub(crate) last_seq: Option<u64>,
    pub(crate) seq: Option<u64>,
}

/// The treatment of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventVerdict {
    Deliver {
        /// `true` if it may have happened before the connection was lost.
        resumed: bool,
    },
    /// It is a repeat, or the connection is being closed.
    Drop,
}

/// Reason for the end of a connection.
#[derive(Clone, Debug)]
pub(super) enum DisconnectCause {
    Closed(String),
    Broken(String),
    Silent,
    Deaf,
    NoFirstFrame,
    Stalled(&'static str),
    Unreadable(FrameFault),
    Expired(Error),
}

/// A position in the stream: the connection, the next event on it, and the server time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The server's ID of the connection, if it can be resumed.
    pub(crate) connection_id: Option<Arc<str>>,
    /// The sequence number of the next event. 0 before the first one.
    pub(crate) next_seq: u64,
    /// Everything up to this time of the server has been received.
    pub(crate) server_time: Timestamp,
}

impl DisconnectCause {
    pub(super) fn disconnect_reason(&self) -> (DisconnectReason, String) {
        match self {
            Self::Closed(detail) => (DisconnectReason::Closed, detail.clone()),
            Self::Broken(detail) => (DisconnectReason::Broken, detail.clone()),
            Self::Silent => (DisconnectReason::Silent, "no reply to a ping".into()),
            Self::Deaf => (DisconnectReason::Deaf, "pings were replied to, but no events arrived".into()),
            Self::NoFirstFrame => (DisconnectReason::Silent, "the server sent nothing within 10 s".into()),
            Self::Stalled(why) => (DisconnectReason::Stalled, (*why).into()),
            Self::Unreadable(what) => (DisconnectReason::Unreadable, what.reason_text().into_owned()),
            Self::Expired(error) => (DisconnectReason::SessionExpired, error.to_string()),
        }
    }
}

/// Only IDs that the server accepts are kept: it closes the connection for any other.
pub(crate) fn is_connection_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
