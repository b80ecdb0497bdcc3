//! Recording a program's run, for `testing::replay`.
//!
//! Without the feature `testing`, the types of this file are empty and record nothing. With it, a client that records
//! nothing costs a comparison for each exchange and message.

#[cfg(feature = "testing")]
mod entry;
#[cfg(feature = "testing")]
pub(crate) mod line;
#[cfg(feature = "testing")]
pub(crate) mod redaction;
#[cfg(feature = "testing")]
mod writer;

use std::io::Read;
#[cfg(feature = "testing")]
use std::{path::Path, sync::Arc};

#[cfg(feature = "testing")]
use zeroize::Zeroizing;

#[cfg(feature = "testing")]
use self::entry::{RECORDED_HEADERS, RawBody, RawEntry, RawExchange};
#[cfg(feature = "testing")]
use self::line::{FrameSender, RecordingLine};
#[cfg(feature = "testing")]
use self::writer::RecordingWriter;
use crate::secret::Secret;

/// Maximum size of a recorded body. Of a larger one, only the size is recorded.
#[cfg(feature = "testing")]
const MAX_RECORDED_BODY_SIZE: usize = 4 << 20;

/// Records the exchanges and messages of a client, if the program wants it.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    #[cfg(feature = "testing")]
    writer: Option<Arc<RecordingWriter>>,
}

/// A request that is about to be sent.
#[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "it is not recorded"))]
pub(crate) struct RequestInfo<'r> {
    pub(crate) method: &'static str,
    pub(crate) route: &'static str,
    /// The path and the query.
    pub(crate) url: &'r str,
    /// `true` for a check that a stream makes when it has heard nothing for a time.
    pub(crate) background: bool,
    pub(crate) media_type: &'r str,
    /// `None` if it is read from a reader.
    pub(crate) body: Option<&'r [u8]>,
}

/// The recording of an exchange. It is complete when it is dropped.
#[derive(Default)]
pub(crate) struct ExchangeRecording {
    #[cfg(feature = "testing")]
    pending: Option<(Arc<RecordingWriter>, Box<RawExchange>)>,
}

/// The recording of a WebSocket.
#[derive(Default)]
pub(crate) struct SocketRecording {
    #[cfg(feature = "testing")]
    writer: Option<(Arc<RecordingWriter>, u64)>,
}

impl Recorder {
    /// Creates the file. `keeps_texts` is `false` to replace texts by others of the same length.
    #[cfg(feature = "testing")]
    pub(crate) fn create(path: &Path, keeps_texts: bool) -> crate::error::Result<Self> {
        Ok(Self { writer: Some(Arc::new(RecordingWriter::start(path, keeps_texts)?)) })
    }

    /// Begins the recording of an exchange. `secrets` are all that the request contains.
    #[cfg_attr(not(feature = "testing"), expect(clippy::unused_self, reason = "nothing is recorded"))]
    pub(crate) fn begin_exchange(&self, request: &RequestInfo<'_>, secrets: &[&Secret]) -> ExchangeRecording {
        #[cfg(feature = "testing")]
        if let Some(writer) = &self.writer {
            let size = request.body.map_or(0, <[u8]>::len);
            let is_text = ["json", "form-urlencoded"].iter().any(|kind| request.media_type.contains(kind));
            let recorded = request.body.filter(|body| is_text && body.len() <= MAX_RECORDED_BODY_SIZE);
            let raw = RawExchange {
                begin: writer.next_number(),
                at: writer.elapsed_millis(),
                method: request.method,
                route: request.route,
                url: Zeroizing::new(request.url.to_owned()),
                background: request.background,
                request: RawBody {
                    media_type: request.media_type.to_owned(),
                    bytes: Zeroizing::new(recorded.unwrap_or_default().to_vec()),
                    size: size as u64,
                },
                secrets: secrets.iter().map(|secret| (*secret).clone()).collect(),
                ..RawExchange::default()
            };
            return ExchangeRecording { pending: Some((Arc::clone(writer), Box::new(raw))) };
        }
        let _ = (request, secrets);
        ExchangeRecording::default()
    }

    /// Begins the recording of a WebSocket that was opened.
    #[cfg_attr(not(feature = "testing"), expect(clippy::unused_self, reason = "nothing is recorded"))]
    pub(crate) fn open_socket(&self, resumed: bool) -> SocketRecording {
        #[cfg(feature = "testing")]
        if let Some(writer) = &self.writer {
            let (begin, at, socket) = (writer.next_number(), writer.elapsed_millis(), writer.next_socket());
            writer.push_entry(RawEntry::Other(RecordingLine::SocketOpened { begin, at, socket, resumed }));
            return SocketRecording { writer: Some((Arc::clone(writer), socket)) };
        }
        let _ = resumed;
        SocketRecording::default()
    }
}

impl ExchangeRecording {
    /// Forgets a request that was not sent.
    #[cfg_attr(not(feature = "testing"), expect(clippy::unused_self, reason = "nothing is recorded"))]
    pub(crate) fn discard(&mut self) {
        #[cfg(feature = "testing")]
        {
            self.pending = None;
        }
    }

    /// Records the head of the response.
    #[cfg_attr(not(feature = "testing"), expect(clippy::unused_self, reason = "nothing is recorded"))]
    pub(crate) fn add_response<'h>(&mut self, status: u16, header: impl Fn(&str) -> Option<&'h str>) {
        #[cfg(feature = "testing")]
        if let Some((_, raw)) = &mut self.pending {
            raw.status = status;
            raw.secrets.extend(header("token").map(Secret::from));
            let recorded = RECORDED_HEADERS.iter().filter_map(|name| {
                let value = header(name)?.get(..200).or(header(name))?;
                Some(((*name).to_owned(), value.to_owned()))
            });
            raw.headers = recorded.collect();
            raw.headers
                .get("content-type")
                .cloned()
                .unwrap_or_default()
                .clone_into(&mut raw.response.media_type);
            return;
        }
        let _ = (status, header);
    }

    /// Records what is read of the response's body.
    #[cfg_attr(not(feature = "testing"), expect(clippy::unused_self, reason = "nothing is recorded"))]
    pub(crate) fn record_body(self, body: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        #[cfg(feature = "testing")]
        if self.pending.is_some() {
            return Box::new(RecordedBody { body, recording: self });
        }
        body
    }
}

#[cfg(feature = "testing")]
impl Drop for ExchangeRecording {
    fn drop(&mut self) {
        let Some((writer, mut raw)) = self.pending.take() else { return };
        raw.end = writer.next_number();
        raw.took = writer.elapsed_millis().saturating_sub(raw.at);
        writer.push_entry(RawEntry::Exchange(raw));
    }
}

/// The body of a response, copied while it is read.
#[cfg(feature = "testing")]
struct RecordedBody {
    body: Box<dyn Read + Send>,
    recording: ExchangeRecording,
}

#[cfg(feature = "testing")]
impl Read for RecordedBody {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.body.read(into)?;
        if let Some((_, raw)) = &mut self.recording.pending {
            let response = &mut raw.response;
            response.size += count as u64;
            if !response.media_type.contains("json") || response.size > MAX_RECORDED_BODY_SIZE as u64 {
                response.bytes = Zeroizing::default();
            } else {
                response.bytes.extend_from_slice(into.get(..count).unwrap_or_default());
            }
        }
        Ok(count)
    }
}

impl SocketRecording {
    /// Records a message of the server.
    pub(crate) fn received_text(&self, text: &str) {
        #[cfg(feature = "testing")]
        self.push_frame(FrameSender::Server, text);
        #[cfg(not(feature = "testing"))]
        let _ = (self, text);
    }

    /// Records an action of the program.
    pub(crate) fn sent_text(&self, text: &str) {
        #[cfg(feature = "testing")]
        self.push_frame(FrameSender::Program, text);
        #[cfg(not(feature = "testing"))]
        let _ = (self, text);
    }

    #[cfg(feature = "testing")]
    fn push_frame(&self, from: FrameSender, text: &str) {
        let Some((writer, socket)) = &self.writer else { return };
        let (begin, at, socket) = (writer.next_number(), writer.elapsed_millis(), *socket);
        let text = Zeroizing::new(text.to_owned());
        writer.push_entry(RawEntry::Frame { begin, at, socket, from, text });
    }

    /// Records an end that the program did not want.
    #[cfg_attr(not(feature = "testing"), expect(clippy::unused_self, reason = "nothing is recorded"))]
    pub(crate) fn connection_lost(&self) {
        #[cfg(feature = "testing")]
        if let Some((writer, socket)) = &self.writer {
            let (begin, at, socket) = (writer.next_number(), writer.elapsed_millis(), *socket);
            writer.push_entry(RawEntry::Other(RecordingLine::SocketLost { begin, at, socket }));
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}
