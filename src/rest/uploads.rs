//! Resumable uploads of large files.

#[cfg(test)]
mod tests;
mod upload_lock;
mod upload_record;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use self::upload_record::UploadRecord;
use super::Files;
use super::files::{MAX_FAILURES, MAX_RETRY_DELAY, MIN_RETRY_DELAY, Upload};
use crate::backoff::backoff_delay;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, HttpClient};
use crate::model::{ChannelId, FileInfo, UploadDraft, UploadId, UploadSession, UserId, json};

/// Size of a chunk in bytes. The server requires 5 MiB for the first chunk.
const CHUNK_SIZE: u64 = if cfg!(test) { 64 << 10 } else { 8 << 20 };

/// Resumable uploads. Returned by [`Client::uploads`](crate::Client::uploads). Use them for large files and
/// unreliable networks.
///
/// ```no_run
/// # fn run(client: &mattermost::Client, channel: &mattermost::ChannelId) -> mattermost::Result<()> {
/// // Resumes if it is called again after a crash.
/// let file = client.uploads().upload(channel, "backup.tar")?;
/// let draft = mattermost::PostDraft::new(channel, "tonight's").file_ids([&file.id]);
/// client.posts().create(&draft)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Uploads<'c>(pub(crate) &'c HttpClient);

impl Uploads<'_> {
    /// Uploads a file from a path. Resumes the upload of an earlier run of the program.
    ///
    /// A broken connection is resumed, up to five times in a row. For a later run, the progress is recorded in a file
    /// next to `path`, with the suffix `.{channel id}.upload`. This file is removed when the upload is complete. An
    /// upload is resumed only if the size and modification time of the file are unchanged, and the part that was sent
    /// has the same hash. Otherwise the upload starts over. To manage the upload session yourself, use
    /// [`create`](Self::create) and [`finish`](Self::finish).
    ///
    /// An empty file is sent in one request, because an upload session cannot be empty.
    ///
    /// # Errors
    /// - [`ErrorKind::Io`] if the file cannot be read, or is truncated during the upload.
    /// - [`ErrorKind::Io`] if the file is already being uploaded to this channel by another thread, or by another process
    ///   on the same machine.
    #[inline]
    pub fn upload(&self, channel: &ChannelId, path: impl AsRef<Path>) -> Result<FileInfo> {
        self.upload_with(channel, path, |_, _| {})
    }

    /// Like [`upload`](Self::upload), but calls `progress` with the number of bytes sent so far and the size of the file,
    /// after each chunk.
    #[inline]
    pub fn upload_with(
        &self,
        channel: &ChannelId,
        path: impl AsRef<Path>,
        progress: impl FnMut(u64, u64),
    ) -> Result<FileInfo> {
        let path = path.as_ref();
        // Before it is opened: opening a pipe that nobody writes to would wait.
        let about = path.metadata().map_err(|e| unreadable(path, e))?;
        if !about.is_file() {
            return Err(Error::input(format!("{} is not a regular file", path.display()))
                .with_hint("use `files().upload` for pipes and other readers"));
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        if about.len() == 0 {
            return Files(self.0).upload(channel, Upload::path(path)?);
        }
        let mut file = File::open(path).map_err(|e| unreadable(path, e))?;
        let about = file.metadata().map_err(|e| unreadable(path, e))?;
        let mut record = UploadRecord::new(path, channel, &about)?;
        let draft = UploadDraft::new(channel, name, about.len());
        let upload = self.begin(&draft, &mut record, &mut file)?;
        let mut progress = progress;
        let done = self.transfer(&upload, &mut file, &mut progress, &mut |offset, piece| {
            record.sending(&upload, offset, piece);
        });
        let is_over = match &done {
            Ok(_) => true,
            // A session that the server does not know any more cannot be resumed.
            Err(error) => error.is_not_found() || error.kind() == ErrorKind::Protocol,
        };
        if is_over {
            record.remove();
        }
        done
    }

    /// The session of an earlier run if it can be resumed, or else a new one.
    fn begin(self, draft: &UploadDraft, record: &mut UploadRecord, file: &mut File) -> Result<UploadId> {
        if let Some(begun) = record.resumable(file) {
            match self.get(&begun.upload) {
                Ok(session) => {
                    let is_same = session.channel_id == draft.channel_id
                        && session.filename == draft.filename
                        && session.file_size == draft.file_size
                        && session.file_offset <= begun.sent;
                    if is_same {
                        return Ok(begun.upload);
                    }
                }
                // Finished, expired, or of another account.
                Err(error) if error.is_not_found() || error.is_forbidden() => {}
                Err(error) => return Err(error),
            }
        }
        record.start_over();
        let session = self.create(draft)?;
        if session.file_offset != 0 || session.file_size != draft.file_size {
            let message = format!(
                "the new upload session has {} of {} bytes already",
                session.file_offset, session.file_size
            );
            return Err(Error::new(ErrorKind::Protocol, message).on_route("POST /uploads"));
        }
        Ok(session.id)
    }

    /// Creates an upload session. It can be serialized and finished in a later run of the program.
    ///
    /// `POST /uploads`
    ///
    /// Required permission: `upload_file`. Since server 5.28.
    #[doc(alias = "CreateUpload")]
    #[inline]
    pub fn create(&self, draft: &UploadDraft) -> Result<UploadSession> {
        self.0.post("/uploads", &[]).json(draft).fetch()
    }

    /// Gets an upload session and its progress. Returns 404 after the upload is complete.
    ///
    /// `GET /uploads/{upload_id}`
    #[doc(alias = "GetUpload")]
    #[inline]
    pub fn get(&self, upload: &UploadId) -> Result<UploadSession> {
        self.0.get("/uploads/{upload_id}", &[upload]).fetch()
    }

    /// Lists the unfinished uploads of the current account.
    ///
    /// `GET /users/{user_id}/uploads`
    ///
    /// Since server 5.28.
    #[doc(alias = "GetUploadsForUser")]
    #[inline]
    pub fn list(&self, user: &UserId) -> Result<Vec<UploadSession>> {
        self.0.get("/users/{user_id}/uploads", &[user]).fetch()
    }

    /// Sends a chunk. Returns `None` until the file is complete. The first chunk must be at least 5 MiB
    /// unless it is the whole file.
    ///
    /// `POST /uploads/{upload_id}`
    #[doc(alias = "UploadData")]
    #[inline]
    pub fn send(&self, upload: &UploadId, piece: Body<'_>) -> Result<Option<FileInfo>> {
        let answer =
            self.0.post("/uploads/{upload_id}", &[upload]).with_file_timeout().body(piece).bytes()?;
        if answer.is_empty() { Ok(None) } else { json::decode_json(&answer).map(Some) }
    }

    /// Sends the remaining data of an upload, in chunks of 8 MiB.
    #[inline]
    pub fn finish(&self, upload: &UploadId, from: impl Read + Seek) -> Result<FileInfo> {
        self.finish_with(upload, from, |_, _| {})
    }

    /// Like [`finish`](Self::finish), but calls `progress` with the number of bytes sent so far and the size of the file,
    /// after each chunk.
    #[inline]
    pub fn finish_with(
        &self,
        upload: &UploadId,
        mut from: impl Read + Seek,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<FileInfo> {
        self.transfer(upload, &mut from, &mut progress, &mut |_, _| {})
    }

    /// Sends chunks until the upload is complete. `sending` is called before each.
    fn transfer(
        self,
        upload: &UploadId,
        from: &mut (impl Read + Seek),
        progress: &mut dyn FnMut(u64, u64),
        sending: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<FileInfo> {
        let (mut failures, mut reached) = (0, None);
        loop {
            let session = self.get(upload)?;
            let (offset, size) = (session.file_offset, session.file_size);
            if offset > size {
                let message = format!("the server has {offset} of {size} bytes");
                return Err(Error::new(ErrorKind::Protocol, message).on_route("GET /uploads/{upload_id}"));
            }
            if reached.is_some_and(|reached| offset > reached) {
                failures = 0;
            }
            reached = Some(offset);
            progress(offset, size);
            match self.send_chunks(upload, offset, size, from, progress, sending) {
                Ok(file) => return Ok(file),
                Err(ChunkError::Source(error)) => return Err(error),
                Err(ChunkError::Server(error)) => {
                    failures += 1;
                    if failures >= MAX_FAILURES || !is_worth_another(&error) {
                        return Err(error);
                    }
                    let scale = self.0.config().backoff_scale;
                    let pause = backoff_delay(failures, MIN_RETRY_DELAY, MAX_RETRY_DELAY, scale);
                    self.0.sleep_until_closed(pause)?;
                }
            }
        }
    }

    fn send_chunks(
        self,
        upload: &UploadId,
        mut offset: u64,
        size: u64,
        from: &mut (impl Read + Seek),
        progress: &mut dyn FnMut(u64, u64),
        sending: &mut dyn FnMut(u64, &[u8]),
    ) -> Result<FileInfo, ChunkError> {
        let failed = |offset: u64, e: io::Error| {
            let message = format!("the source cannot be read after {offset} of {size} bytes");
            ChunkError::Source(Error::new(ErrorKind::Io, message).with_source(e))
        };
        from.seek(SeekFrom::Start(offset)).map_err(|e| failed(offset, e))?;
        while offset < size {
            let length = CHUNK_SIZE.min(size - offset);
            let mut chunk = Vec::new();
            from.by_ref().take(length).read_to_end(&mut chunk).map_err(|e| failed(offset, e))?;
            if (chunk.len() as u64) < length {
                let have = offset + chunk.len() as u64;
                return Err(failed(have, io::ErrorKind::UnexpectedEof.into()));
            }
            sending(offset, &chunk);
            offset += length;
            let done = self.send(upload, Body::bytes(chunk, "application/octet-stream"));
            let done = done.map_err(ChunkError::Server)?;
            progress(offset, size);
            if let Some(file) = done {
                return Ok(file);
            }
        }
        let message = "the server expects more data after the whole file was sent";
        Err(ChunkError::Server(
            Error::new(ErrorKind::Protocol, message).on_route("POST /uploads/{upload_id}"),
        ))
    }
}

/// Reason why the chunks after an offset were not all sent.
enum ChunkError {
    /// The local file cannot be read, which another connection does not help.
    Source(Error),
    Server(Error),
}

/// The server returns 400 while it is still processing a chunk whose connection broke.
fn is_worth_another(error: &Error) -> bool {
    error.is_transient()
        || error.kind() == ErrorKind::UnknownOutcome
        || error.api_id().is_some_and(|id| id.ends_with(".concurrent.app_error"))
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{} cannot be read", path.display())).with_source(error)
}
