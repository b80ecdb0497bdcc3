//! Resumable uploads of large files.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::http::{Body, HttpClient};
use crate::model::{ChannelId, FileInfo, UploadDraft, UploadId, UploadSession, UserId, json};
use crate::time::Timestamp;

/// A piece: more than the 5 MiB that the server asks of the first, less than it takes at once.
const PIECE: u64 = 8 << 20;
/// Failures in a row after which a transfer is given up.
const FAILURES: u32 = 5;

/// Resumable uploads. Returned by [`Client::uploads`](crate::Client::uploads). Use them for large files and
/// unreliable networks.
///
/// ```no_run
/// # fn run(client: &mattermost::Client, channel: &mattermost::ChannelId) -> mattermost::Result<()> {
/// // Called again after a crash, it goes on where it was.
/// let file = client.uploads().upload(channel, "backup.tar")?;
/// client.posts().create(&mattermost::PostDraft::new(channel, "tonight's").file_ids([&file.id]))?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Uploads<'c>(pub(crate) &'c HttpClient);

impl Uploads<'_> {
    /// Uploads a file of this machine, and goes on with what an earlier run began: the newest unfinished upload of
    /// this account with the same channel, name and size, if the file was not changed since.
    ///
    /// A broken connection is resumed, up to five times in a row. To manage the upload session yourself, use
    /// [`create`](Self::create) and [`finish`](Self::finish).
    pub fn upload(&self, channel: &ChannelId, path: impl AsRef<Path>) -> Result<FileInfo> {
        self.upload_with(channel, path, |_, _| {})
    }

    /// Like [`upload`](Self::upload), but calls `progress` with the bytes sent so far and the file size,
    /// after each chunk.
    pub fn upload_with(
        &self,
        channel: &ChannelId,
        path: impl AsRef<Path>,
        progress: impl FnMut(u64, u64),
    ) -> Result<FileInfo> {
        let path = path.as_ref();
        let mut file = File::open(path).map_err(|e| unreadable(path, e))?;
        let about = file.metadata().map_err(|e| unreadable(path, e))?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let (size, changed) = (about.len(), about.modified().map_or(Timestamp::now(), Timestamp::from));
        let fits = |session: &UploadSession| {
            let same =
                session.channel_id == *channel && session.filename == name && session.file_size == size;
            same && session.create_at > changed
        };
        let begun =
            self.list(&UserId::me())?.into_iter().filter(fits).max_by_key(|session| session.create_at);
        let session = match begun {
            Some(session) => session,
            None => self.create(&UploadDraft::new(channel, name.as_str(), size))?,
        };
        self.finish_with(&session.id, &mut file, progress)
    }

    /// Creates an upload session. It can be serialized and finished in a later run of the program.
    ///
    /// `POST /uploads`
    ///
    /// Required permission: `upload_file`. Since server 5.28.
    #[doc(alias = "CreateUpload")]
    pub fn create(&self, draft: &UploadDraft) -> Result<UploadSession> {
        self.0.post("/uploads", &[]).json(draft).fetch()
    }

    /// Gets an upload session and its progress. Returns 404 once it is finished.
    ///
    /// `GET /uploads/{upload_id}`
    #[doc(alias = "GetUpload")]
    pub fn get(&self, upload: &UploadId) -> Result<UploadSession> {
        self.0.get("/uploads/{upload_id}", &[upload]).fetch()
    }

    /// Lists the unfinished uploads of the current account.
    ///
    /// `GET /users/{user_id}/uploads`
    ///
    /// Since server 5.28.
    #[doc(alias = "GetUploadsForUser")]
    pub fn list(&self, user: &UserId) -> Result<Vec<UploadSession>> {
        self.0.get("/users/{user_id}/uploads", &[user]).fetch()
    }

    /// Sends a chunk. Returns `None` until the file is complete. The first chunk must be at least 5 MiB
    /// unless it is the whole file.
    ///
    /// `POST /uploads/{upload_id}`
    #[doc(alias = "UploadData")]
    pub fn send(&self, upload: &UploadId, piece: Body<'_>) -> Result<Option<FileInfo>> {
        let answer = self.0.post("/uploads/{upload_id}", &[upload]).long().body(piece).bytes()?;
        if answer.is_empty() { Ok(None) } else { json::decode(&answer).map(Some) }
    }

    /// Sends the remaining data of an upload, in chunks of 8 MiB.
    pub fn finish(&self, upload: &UploadId, from: impl Read + Seek) -> Result<FileInfo> {
        self.finish_with(upload, from, |_, _| {})
    }

    /// Like [`finish`](Self::finish), but calls `progress` with the bytes sent so far and the file size,
    /// after each chunk.
    pub fn finish_with(
        &self,
        upload: &UploadId,
        mut from: impl Read + Seek,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<FileInfo> {
        let (mut failures, mut reached) = (0, None);
        loop {
            let session = self.get(upload)?;
            let (offset, size) = (session.file_offset, session.file_size);
            if reached.is_some_and(|reached| offset > reached) {
                failures = 0;
            }
            reached = Some(offset);
            progress(offset, size);
            match self.send_pieces(&session, &mut from, &mut progress) {
                Ok(file) => return Ok(file),
                Err(error) => {
                    failures += 1;
                    if failures >= FAILURES || !is_worth_another(&error) {
                        return Err(error);
                    }
                    let wait = Duration::from_millis(250 << failures).mul_f64(self.0.config().backoff_scale);
                    self.0.pause(wait)?;
                }
            }
        }
    }

    fn send_pieces(
        self,
        session: &UploadSession,
        from: &mut (impl Read + Seek),
        progress: &mut impl FnMut(u64, u64),
    ) -> Result<FileInfo> {
        let (mut offset, size) = (session.file_offset, session.file_size);
        let unreadable = |e| Error::new(ErrorKind::Input, "what is to be uploaded cannot be read").because(e);
        from.seek(SeekFrom::Start(offset)).map_err(unreadable)?;
        while offset < size {
            let mut piece = Vec::new();
            from.by_ref().take(PIECE.min(size - offset)).read_to_end(&mut piece).map_err(unreadable)?;
            if piece.is_empty() {
                return Err(Error::input(format!("the file ends at {offset} bytes, {size} were announced")));
            }
            offset += piece.len() as u64;
            let done = self.send(&session.id, Body::bytes(piece, "application/octet-stream"))?;
            progress(offset, size);
            if let Some(file) = done {
                return Ok(file);
            }
        }
        Err(Error::new(ErrorKind::Protocol, "all was sent, and the server waits for more")
            .on_route("POST /uploads/{upload_id}"))
    }
}

/// The server returns 400 while it is still processing a chunk whose connection broke.
fn is_worth_another(error: &Error) -> bool {
    error.is_transient()
        || error.kind() == ErrorKind::UnknownOutcome
        || error.api_id().is_some_and(|id| id.ends_with(".concurrent.app_error"))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{} cannot be read", path.display())).because(error)
}
