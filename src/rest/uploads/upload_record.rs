//! The local record of an unfinished upload, from which a later run resumes it.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::upload_lock::UploadLock;
use crate::error::{Error, ErrorKind, Result};
use crate::http::PathArg as _;
use crate::model::{ChannelId, UploadId};
use crate::replace_file::replace_file;

/// A record is smaller than this.
const MAX_RECORD_SIZE: u64 = 4096;

/// A record of an upload that may not be complete.
///
/// The server keeps the size and the name of the file only, and another file can have both. So the record also has the
/// modification time and a hash of everything that the server may have received.
#[derive(Serialize, Deserialize)]
struct Record {
    upload: UploadId,
    size: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    /// Bytes that were sent, from the beginning of the file.
    sent: u64,
    /// SHA-1 of those bytes, in hexadecimal.
    hash: String,
}

/// Keeps the record of one upload on disk, next to the file.
///
/// A record that cannot be written only costs the possibility to resume.
pub(super) struct UploadRecord {
    path: PathBuf,
    size: u64,
    modified: u64,
    hash: Sha1,
    sent: u64,
    _lock: UploadLock,
}

/// An upload that an earlier run began.
pub(super) struct Resumable {
    pub(super) upload: UploadId,
    /// The server has no more bytes than this.
    pub(super) sent: u64,
}

impl UploadRecord {
    /// Prepares the record for a file. Fails if the file is already being uploaded to this channel.
    pub(super) fn new(file: &Path, channel: &ChannelId, about: &Metadata) -> Result<Self> {
        let modified = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0);
        let mut path = file.as_os_str().to_owned();
        path.push(format!(".{channel}.upload"));
        let path = PathBuf::from(path);
        let lock = UploadLock::try_acquire(&path).ok_or_else(|| {
            Error::new(ErrorKind::Io, format!("{} is already being uploaded to this channel", file.display()))
                .with_hint("wait until the upload of the other thread or process has ended")
        })?;
        Ok(Self { path, size: about.len(), modified, hash: Sha1::new(), sent: 0, _lock: lock })
    }

    /// The upload of an earlier run, if the file is still the same as far as it was sent.
    pub(super) fn resumable(&mut self, file: &mut File) -> Option<Resumable> {
        let mut text = String::new();
        // A link or a pipe in its place is not ours.
        let about = fs::symlink_metadata(&self.path).ok()?;
        if !about.is_file() || about.len() > MAX_RECORD_SIZE {
            return None;
        }
        File::open(&self.path).ok()?.take(MAX_RECORD_SIZE).read_to_string(&mut text).ok()?;
        let record: Record = serde_json::from_str(&text).ok()?;
        if record.upload.path_arg().is_err() {
            return None;
        }
        let is_same =
            record.size == self.size && record.modified == self.modified && record.sent <= self.size;
        if !is_same || self.modified == 0 {
            return None;
        }
        let hash = hash_of(file, record.sent).ok()?;
        if hex(&hash.clone().finalize()) != record.hash {
            return None;
        }
        (self.hash, self.sent) = (hash, record.sent);
        Some(Resumable { upload: record.upload, sent: record.sent })
    }

    /// Forgets what an earlier run sent.
    pub(super) fn start_over(&mut self) {
        (self.hash, self.sent) = (Sha1::new(), 0);
        self.remove();
    }

    /// Records that `piece` is about to be sent. Parts of it may have been sent before.
    pub(super) fn sending(&mut self, upload: &UploadId, offset: u64, piece: &[u8]) {
        let known = usize::try_from(self.sent.saturating_sub(offset)).unwrap_or(usize::MAX);
        let new = piece.get(known..).unwrap_or_default();
        self.hash.update(new);
        self.sent += new.len() as u64;
        let record = Record {
            upload: upload.clone(),
            size: self.size,
            modified: self.modified,
            sent: self.sent,
            hash: hex(&self.hash.clone().finalize()),
        };
        if let Err(error) = self.write(&record) {
            log::debug!("{}: this upload cannot be resumed by a later run: {error}", self.path.display());
        }
    }

    /// Replaces the record, without following a link.
    fn write(&self, record: &Record) -> io::Result<()> {
        let text = serde_json::to_vec(record)?;
        replace_file(&self.path, |file| file.write_all(&text))
    }

    /// Removes the record: the upload is complete or cannot be resumed.
    pub(super) fn remove(&self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|about| about.is_file()) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn hash_of(file: &mut File, length: u64) -> io::Result<Sha1> {
    let (mut hash, mut buffer) = (Sha1::new(), vec![0; 64 << 10]);
    file.seek(SeekFrom::Start(0))?;
    let mut rest = Read::take(file, length);
    loop {
        match rest.read(&mut buffer)? {
            0 if rest.limit() > 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            0 => return Ok(hash),
            count => hash.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(40), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
