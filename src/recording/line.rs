//! The lines of a recording: a header, and a JSON object for each exchange, frame and connection.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the format. A reader refuses every other.
pub(crate) const RECORDING_VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RecordingHeader {
    /// The version of the format.
    pub(crate) mattermost_recording: u32,
    /// `true` if texts were recorded as they are.
    pub(crate) texts: bool,
    /// The beginning, in milliseconds since 1970.
    pub(crate) began_at: i64,
}

/// Every other line. `begin` and `end` are numbers in chronological order, `at` is in milliseconds since the
/// beginning.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum RecordingLine {
    /// A request and its response.
    Exchange(Box<ExchangeLine>),
    /// A message of a WebSocket.
    Frame(FrameLine),
    /// A WebSocket was opened.
    SocketOpened { begin: u64, at: u64, socket: u64, resumed: bool },
    /// A WebSocket ended, and the program did not close it.
    SocketLost { begin: u64, at: u64, socket: u64 },
    /// Lines are missing here, since the file could not be written fast enough.
    Dropped { entries: u64 },
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ExchangeLine {
    /// The number when the request was sent.
    pub(crate) begin: u64,
    /// The number when the response was complete.
    pub(crate) end: u64,
    pub(crate) at: u64,
    /// Milliseconds until the response was complete.
    pub(crate) took: u64,
    pub(crate) method: String,
    /// The path template.
    pub(crate) route: String,
    pub(crate) path: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) query: String,
    /// `true` for a check that a stream makes after a time without events.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) background: bool,
    #[serde(default, skip_serializing_if = "BodyLine::is_absent")]
    pub(crate) request: BodyLine,
    /// 0 if there was no response.
    pub(crate) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BodyLine::is_absent")]
    pub(crate) response: BodyLine,
}

/// A body. Only JSON and forms are recorded; of all others, such as files, type and size.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct BodyLine {
    #[serde(default, rename = "type", skip_serializing_if = "String::is_empty")]
    pub(crate) media_type: String,
    /// In bytes, as it was sent.
    #[serde(default)]
    pub(crate) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) json: Option<Value>,
}

impl BodyLine {
    pub(crate) fn is_absent(&self) -> bool {
        self.size == 0 && self.media_type.is_empty()
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FrameLine {
    pub(crate) begin: u64,
    pub(crate) at: u64,
    pub(crate) socket: u64,
    pub(crate) from: FrameSender,
    pub(crate) json: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FrameSender {
    Server,
    Program,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}
