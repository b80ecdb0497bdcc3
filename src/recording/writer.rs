//! The thread that writes a recording. The program never waits for it, whatever happens to the file.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::entry::RawEntry;
use super::line::{RECORDING_VERSION, RecordingHeader, RecordingLine};
use super::redaction::Redaction;
use crate::atomic::AtomicU64;
use crate::error::{Error, ErrorKind, Result};
use crate::time::Timestamp;

/// Maximum memory of the entries that are not written yet, in bytes. More are dropped.
const MAX_QUEUED_BYTES: usize = 16 << 20;
/// Maximum size of a recording, in bytes. It then ends.
const MAX_RECORDING_SIZE: u64 = 256 << 20;
/// Maximum time for which the end of the last client waits for the file.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// A recording in progress. It ends when it is dropped.
pub(crate) struct RecordingWriter {
    queue: Arc<EntryQueue>,
    thread: Option<JoinHandle<()>>,
    began: Instant,
    numbers: AtomicU64,
    sockets: AtomicU64,
}

#[derive(Default)]
struct EntryQueue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    entries: VecDeque<RawEntry>,
    bytes: usize,
    dropped: u64,
    /// No more entries will come.
    closed: bool,
    /// No more entries will be written.
    ended: bool,
}

impl RecordingWriter {
    /// Creates the file and the thread. An existing file is replaced.
    pub(crate) fn start(path: &Path, keeps_texts: bool) -> Result<Self> {
        let failed = |e: io::Error| {
            Error::new(ErrorKind::Io, format!("the recording {} cannot be created", path.display()))
                .with_source(e)
        };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(failed)?;
        let header = RecordingHeader {
            mattermost_recording: RECORDING_VERSION,
            texts: keeps_texts,
            began_at: Timestamp::now().as_millis(),
        };
        let queue = Arc::new(EntryQueue::default());
        let own = Arc::clone(&queue);
        let run = move || {
            let _ending = QueueEnding(&own);
            match write_entries(file, &header, &own) {
                Ok(true) => {}
                Ok(false) => log::warn!("the recording has ended: it has {MAX_RECORDING_SIZE} bytes"),
                Err(error) => log::warn!("the recording has ended: {error}"),
            }
        };
        let thread = thread::Builder::new().name("mm-record".into()).spawn(run).map_err(failed)?;
        Ok(Self {
            queue,
            thread: Some(thread),
            began: Instant::now(),
            numbers: AtomicU64::new(1),
            sockets: AtomicU64::new(1),
        })
    }

    /// Returns the next number in the order of events.
    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_socket(&self) -> u64 {
        self.sockets.fetch_add(1, Ordering::Relaxed)
    }

    /// Returns the milliseconds since the beginning.
    pub(crate) fn elapsed_millis(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Queues an entry, or drops it if the file is written too slowly. Never blocks.
    pub(crate) fn push_entry(&self, entry: RawEntry) {
        let mut state = self.queue.lock_state();
        if state.ended {
            return;
        }
        let bytes = state.bytes + entry.memory_size();
        if bytes > MAX_QUEUED_BYTES {
            state.dropped += 1;
            return;
        }
        state.bytes = bytes;
        state.entries.push_back(entry);
        drop(state);
        self.queue.changed.notify_all();
    }
}

impl Drop for RecordingWriter {
    fn drop(&mut self) {
        let mut state = self.queue.lock_state();
        state.closed = true;
        self.queue.changed.notify_all();
        let waited = self.queue.changed.wait_timeout_while(state, FLUSH_TIMEOUT, |state| !state.ended);
        let has_ended = waited.unwrap_or_else(PoisonError::into_inner).0.ended;
        if let (true, Some(thread)) = (has_ended, self.thread.take()) {
            // A panic has already been printed.
            let _ = thread.join();
        }
    }
}

impl EntryQueue {
    fn lock_state(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for entries. Returns them and the number of those dropped after them, or `None` at the end.
    fn take_entries(&self) -> Option<(VecDeque<RawEntry>, u64)> {
        let state = self.lock_state();
        let is_idle = |state: &mut QueueState| state.entries.is_empty() && !state.closed;
        let mut state = self.changed.wait_while(state, is_idle).unwrap_or_else(PoisonError::into_inner);
        if state.entries.is_empty() && state.dropped == 0 {
            return None;
        }
        state.bytes = 0;
        Some((std::mem::take(&mut state.entries), std::mem::take(&mut state.dropped)))
    }
}

/// Ends the queue even if the thread panics.
struct QueueEnding<'q>(&'q EntryQueue);

impl Drop for QueueEnding<'_> {
    fn drop(&mut self) {
        let entries = {
            let mut state = self.0.lock_state();
            state.ended = true;
            std::mem::take(&mut state.entries)
        };
        self.0.changed.notify_all();
        drop(entries);
    }
}

/// Writes until the end of the queue. Returns `false` if the file has reached its maximum size.
fn write_entries(mut file: File, header: &RecordingHeader, queue: &EntryQueue) -> io::Result<bool> {
    let mut redaction = Redaction::new(header.texts);
    let mut lines = encode_line(header)?;
    file.write_all(&lines)?;
    let mut written = lines.len() as u64;
    while let Some((entries, dropped)) = queue.take_entries() {
        let dropped = (dropped > 0).then_some(RecordingLine::Dropped { entries: dropped });
        let known = entries.into_iter().filter_map(|entry| entry.into_line(&mut redaction));
        for line in known.chain(dropped) {
            lines = encode_line(&line)?;
            written += lines.len() as u64;
            if written > MAX_RECORDING_SIZE {
                return Ok(false);
            }
            // A line at a time: what was written is complete, whenever the process ends.
            file.write_all(&lines)?;
        }
    }
    file.flush()?;
    Ok(true)
}

fn encode_line(line: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    let mut encoded = serde_json::to_vec(line)?;
    encoded.push(b'\n');
    Ok(encoded)
}
