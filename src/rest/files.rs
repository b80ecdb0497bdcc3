//! Files: upload, download and search.

mod download;
mod part_file;
mod save;
mod upload;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::download::FileDownload;
pub use self::upload::Upload;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, Download, HttpClient, Method, PathArg as _};
use crate::model::{ChannelId, FileId, FileInfo, FileInfoList, FileUploadResponse, Post, PostSearch, TeamId};

/// Maximum number of consecutive connections without progress before a resumable transfer fails.
pub(super) const MAX_FAILURES: u32 = 5;
/// Delays before a transfer is resumed.
pub(super) const MIN_RETRY_DELAY: Duration = Duration::from_millis(250);
pub(super) const MAX_RETRY_DELAY: Duration = Duration::from_secs(4);

/// Files. Returned by [`Client::files`](crate::Client::files).
///
/// Transfers use ten times the client's timeout. This defaults to 5 minutes, the server's own limit. For
/// larger transfers, use [`Uploads`](super::Uploads) or [`save`](Self::save), both of which can resume.
///
/// ```no_run
/// # fn run(client: &mattermost::Client, channel: &mattermost::ChannelId) -> mattermost::Result<()> {
/// use mattermost::{PostDraft, rest::Upload};
/// let log = Upload::path("build.log")?;
/// let draft = PostDraft::new(channel, "it failed");
/// let post = client.posts().create_with_files(&draft, [log])?;
/// client.files().save_all(&post, "downloads")?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Files<'c>(pub(crate) &'c HttpClient);

impl<'c> Files<'c> {
    /// Uploads a file for a post in a channel. The file is not attached until a post lists its ID.
    ///
    /// `POST /files`
    ///
    /// The server accepts files of up to 100 MiB by default. The request is sent only once. After a broken connection,
    /// the file may or may not exist. An unattached file is not visible.
    ///
    /// Required permission: `upload_file`.
    #[doc(alias = "UploadFile")]
    #[inline]
    pub fn upload(&self, channel: &ChannelId, file: Upload<'_>) -> Result<FileInfo> {
        first(send(self.0.post("/files", &[]), channel, file).decode()?)
    }

    /// Uploads a file for a bookmark of a channel.
    ///
    /// `POST /files`
    ///
    /// Required permission: `upload_file`. Since server 9.4.
    #[doc(alias = "UploadFile")]
    #[inline]
    pub fn upload_for_bookmark(&self, channel: &ChannelId, file: Upload<'_>) -> Result<FileInfo> {
        first(send(self.0.post("/files", &[]).param("bookmark", true), channel, file).decode()?)
    }

    /// Prepares the download of a file. [`FileDownload::write_to`] starts it.
    ///
    /// `GET /files/{file_id}`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetFile")]
    #[inline]
    pub fn download(&self, file: &FileId) -> FileDownload<'c> {
        FileDownload::new(self.0.get("/files/{file_id}", &[file]).with_file_timeout(), "GET /files/{file_id}")
    }

    /// Downloads a file to `path` and returns its size in bytes. An existing file is replaced only after the
    /// download completes.
    ///
    /// The data is first written to a file next to `path` with the suffix `.{file id}.{random}.part`, which only its
    /// owner can read. The file at `path` keeps these permissions, or those of the file that it replaces. A broken
    /// connection is resumed. The download fails after five consecutive connections that each delivered less than 64
    /// KiB. A later call resumes the partial file of an earlier run after comparing the end of that file with the
    /// server's copy. A partial file is not resumed if it is a link, belongs to another user, or is writable by others.
    ///
    /// If two calls save to the same path at the same time, the later call takes over, and the earlier one fails. A
    /// file name chosen by another user is not a safe path; use [`FileInfo::safe_name`].
    ///
    /// # Errors
    /// - [`ErrorKind::Input`] if the ID of `file` is malformed, before any I/O.
    /// - [`ErrorKind::Io`] if a local file cannot be read or written.
    /// - [`ErrorKind::Protocol`] if the server sends another range, more data or less data than the file has.
    #[inline]
    pub fn save(&self, file: &FileInfo, path: impl AsRef<Path>) -> Result<u64> {
        self.save_with(file, path, |_, _| {})
    }

    /// Like [`save`](Self::save), but calls `progress` after each chunk of a few kB, with the number of
    /// bytes received so far and the size of the file.
    #[inline]
    pub fn save_with(
        &self,
        file: &FileInfo,
        path: impl AsRef<Path>,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<u64> {
        save::save(*self, file, path.as_ref(), &mut progress)
    }

    /// Downloads all files of a post to a folder, and returns their paths. Creates the folder if necessary.
    ///
    /// The files are named after their ID and [`safe_name`](FileInfo::safe_name), as in `{id}-{name}`. Existing files
    /// of the right size are not downloaded again.
    ///
    /// # Errors
    /// - [`ErrorKind::Io`] if the folder cannot be created.
    /// - Any error of [`save`](Self::save). The earlier files remain.
    #[inline]
    pub fn save_all(&self, post: &Post, folder: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
        let folder = folder.as_ref();
        let mut paths = Vec::with_capacity(post.metadata.files.len());
        for file in &post.metadata.files {
            std::fs::create_dir_all(folder).map_err(|error| {
                Error::io(format!("cannot create the folder {}", folder.display()), error)
            })?;
            let path = folder.join(format!("{}-{}", file.id, file.safe_name()));
            if std::fs::metadata(&path).map_or(true, |found| found.len() != file.size) {
                self.save(file, &path)?;
            }
            paths.push(path);
        }
        Ok(paths)
    }

    /// Gets the metadata of a file.
    ///
    /// `GET /files/{file_id}/info`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetFileInfo")]
    #[inline]
    pub fn info(&self, file: &FileId) -> Result<FileInfo> {
        self.0.get("/files/{file_id}/info", &[file]).decode()
    }

    /// Gets the thumbnail of a file, 120 pixels wide. Returns 400 if there is none.
    ///
    /// `GET /files/{file_id}/thumbnail`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetFileThumbnail")]
    #[inline]
    pub fn thumbnail(&self, file: &FileId) -> Result<Vec<u8>> {
        self.0.get("/files/{file_id}/thumbnail", &[file]).bytes()
    }

    /// Gets the preview image of a file. The preview is larger than the thumbnail. Returns 400 if there is none.
    ///
    /// `GET /files/{file_id}/preview`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetFilePreview")]
    #[inline]
    pub fn preview(&self, file: &FileId) -> Result<Vec<u8>> {
        self.0.get("/files/{file_id}/preview", &[file]).bytes()
    }

    /// Gets a public URL for a file. Returns 403 if the server does not allow public links, and 400 for a
    /// file that is not attached to a post.
    ///
    /// `GET /files/{file_id}/link`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetFileLink")]
    #[inline]
    pub fn link(&self, file: &FileId) -> Result<String> {
        self.0.get("/files/{file_id}/link", &[file]).decode_member_or_default("link")
    }

    /// Requests the headers of a file without its content. The response contains its size and type.
    ///
    /// `HEAD /files/{file_id}`
    ///
    /// Required permission: `read_channel_content`.
    #[inline]
    pub fn head(&self, file: &FileId) -> Result<Download> {
        self.0.head("/files/{file_id}", &[file]).reader()
    }

    /// Requests the headers of a file's thumbnail.
    ///
    /// `HEAD /files/{file_id}/thumbnail`
    ///
    /// Required permission: `read_channel_content`.
    #[inline]
    pub fn head_thumbnail(&self, file: &FileId) -> Result<Download> {
        self.0.head("/files/{file_id}/thumbnail", &[file]).reader()
    }

    /// Requests the headers of a file's preview image.
    ///
    /// `HEAD /files/{file_id}/preview`
    ///
    /// Required permission: `read_channel_content`.
    #[inline]
    pub fn head_preview(&self, file: &FileId) -> Result<Download> {
        self.0.head("/files/{file_id}/preview", &[file]).reader()
    }

    /// Downloads a file by its public URL. `hash` is the value of `h=` in the result of [`link`](Self::link).
    ///
    /// `GET /files/{file_id}/public`
    ///
    /// Not part of API v4. Does not require a login.
    #[doc(alias = "GetFilePublic")]
    #[inline]
    pub fn public(&self, file: &FileId, hash: &str) -> FileDownload<'c> {
        let call = self.0.call_outside_api(Method::Get, "/files/{file_id}/public", &[file]).param("h", hash);
        FileDownload::new(call.without_token().with_file_timeout(), "GET /files/{file_id}/public")
    }

    /// Requests the headers of a file by its public URL.
    ///
    /// `HEAD /files/{file_id}/public`
    ///
    /// Not part of API v4. Does not require a login.
    #[inline]
    pub fn head_public(&self, file: &FileId, hash: &str) -> Result<Download> {
        let call = self.0.call_outside_api(Method::Head, "/files/{file_id}/public", &[file]);
        call.param("h", hash).without_token().reader()
    }

    /// Searches the files of a team by name, and by content if the server settings allow it.
    ///
    /// `POST /teams/{team_id}/files/search`
    ///
    /// Required permission: `view_team`. Since server 5.34.
    #[doc(alias = "SearchFiles")]
    #[inline]
    pub fn search(&self, team: &TeamId, search: &PostSearch) -> Result<FileInfoList> {
        self.0.post("/teams/{team_id}/files/search", &[team]).json(search).safe().decode()
    }

    /// Searches files of all teams.
    ///
    /// `POST /files/search`
    ///
    /// Since server 10.2.
    #[doc(alias = "SearchFiles")]
    #[inline]
    pub fn search_all(&self, search: &PostSearch) -> Result<FileInfoList> {
        self.0.post("/files/search", &[]).json(search).safe().decode()
    }
}

/// Adds the file to a call.
fn send<'c>(call: Call<'c>, channel: &ChannelId, file: Upload<'c>) -> Call<'c> {
    let call = call
        .with_file_timeout()
        .check_first(file.check_name())
        .check_first(channel.path_arg().map(drop).map_err(Error::input));
    if file.length() == Some(0) {
        // The server refuses a request without a body, but not a form with an empty file.
        let channel = channel.to_string();
        return call.body(file.into_form_with("files", |form| form.text("channel_id", channel)));
    }
    call.param("channel_id", channel).param("filename", file.file_name()).body(file.into_body())
}

fn first(answer: FileUploadResponse) -> Result<FileInfo> {
    answer
        .file_infos
        .into_iter()
        .next()
        .ok_or_else(|| Error::new(ErrorKind::Decode, "no file in the response").on_route("POST /files"))
}
