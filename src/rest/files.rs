//! Files: up, down and search.

mod download;
mod upload;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use self::download::FileDownload;
pub use self::upload::Upload;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Download, Http, Method};
use crate::model::{ChannelId, FileId, FileInfo, FileInfoList, FileUploadResponse, PostSearch, TeamId};

/// Files, by [`Client::files`](crate::Client::files).
///
/// Transfers have ten times the client's timeout, 5 minutes by default, which is when the server cuts them too; for
/// more than that there are [`Uploads`](super::Uploads), and [`save`](Self::save) goes on where it was cut.
///
/// ```no_run
/// # fn run(client: &mattermost::Client, channel: &mattermost::ChannelId) -> mattermost::Result<()> {
/// use mattermost::{PostDraft, rest::Upload};
/// let log = Upload::path("build.log")?;
/// let post = client.posts().create_with_files(&PostDraft::new(channel, "it failed"), [log])?;
/// for file in &post.metadata.files {
///     client.files().save(file, format!("{}-{}", file.id, file.safe_name()))?;
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Files<'c>(pub(crate) &'c Http);

impl<'c> Files<'c> {
    /// Uploads a file for a post in a channel. It is attached to nothing until a post lists its id.
    ///
    /// `POST /files`
    ///
    /// The server takes 100 MiB by default. Sent once: after a broken connection it may or may not be there, which
    /// does no harm.
    ///
    /// Permission: `upload_file`.
    #[doc(alias = "UploadFile")]
    pub fn upload(&self, channel: &ChannelId, file: Upload<'_>) -> Result<FileInfo> {
        let call =
            self.0.post("/files", &[]).param("channel_id", channel).param("filename", file.file_name());
        first(call.long().require(file.check()).body(file.into_body()).fetch()?)
    }

    /// Uploads a file for a bookmark of a channel.
    ///
    /// `POST /files`
    ///
    /// Permission: `upload_file`. Since 9.4.
    #[doc(alias = "UploadFile")]
    pub fn upload_for_bookmark(&self, channel: &ChannelId, file: Upload<'_>) -> Result<FileInfo> {
        let call =
            self.0.post("/files", &[]).param("channel_id", channel).param("filename", file.file_name());
        first(call.param("bookmark", true).long().require(file.check()).body(file.into_body()).fetch()?)
    }

    /// Downloads a file: [`FileDownload::write_to`] begins it.
    ///
    /// `GET /files/{file_id}`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetFile")]
    pub fn download(&self, file: &FileId) -> FileDownload<'c> {
        FileDownload::new(self.0.get("/files/{file_id}", &[file]).long(), "GET /files/{file_id}")
    }

    /// Downloads a file to `path`, and gives its length in bytes. What is there is replaced once all has come.
    ///
    /// It is written beside its place, with the ending `.{file id}.part`, and a part that an earlier run left there is
    /// gone on with. A connection that breaks is taken up again, as long as something comes. The name that others
    /// gave a file is no path: use [`FileInfo::safe_name`].
    pub fn save(&self, file: &FileInfo, path: impl AsRef<Path>) -> Result<u64> {
        self.save_with(file, path, |_, _| {})
    }

    /// As [`save`](Self::save), and calls `progress` with the bytes that are there and the file's length, at every
    /// piece of some kB.
    pub fn save_with(
        &self,
        file: &FileInfo,
        path: impl AsRef<Path>,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<u64> {
        let path = path.as_ref();
        let part = part_of(path, &file.id);
        let mut have = std::fs::metadata(&part).map_or(0, |there| there.len());
        if have > file.size {
            have = 0;
        }
        let mut out = open(&part, have)?;
        while have < file.size {
            let rest = self.download(&file.id).from_byte(have).limit(file.size - have);
            let done = rest.progress(|done, _| progress(done, file.size)).write_to(&mut out);
            let now = out.metadata().map_err(|e| local(&part, e))?.len();
            match done {
                Ok(_) if now >= file.size => break,
                Err(error) if now <= have || !error.is_transient() => return Err(error),
                Ok(_) if now <= have => return Err(cut(file, now)),
                _ => have = now,
            }
        }
        drop(out);
        std::fs::rename(&part, path).map_err(|e| local(path, e))?;
        Ok(file.size)
    }

    /// Gets what is known of a file.
    ///
    /// `GET /files/{file_id}/info`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetFileInfo")]
    pub fn info(&self, file: &FileId) -> Result<FileInfo> {
        self.0.get("/files/{file_id}/info", &[file]).fetch()
    }

    /// Gets a small picture of a file, 120 pixels wide; 400 if there is none.
    ///
    /// `GET /files/{file_id}/thumbnail`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetFileThumbnail")]
    pub fn thumbnail(&self, file: &FileId) -> Result<Vec<u8>> {
        self.0.get("/files/{file_id}/thumbnail", &[file]).bytes()
    }

    /// Gets a larger picture of a file; 400 if there is none.
    ///
    /// `GET /files/{file_id}/preview`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetFilePreview")]
    pub fn preview(&self, file: &FileId) -> Result<Vec<u8>> {
        self.0.get("/files/{file_id}/preview", &[file]).bytes()
    }

    /// Gets an address at which anybody can see the file, where the server allows that (403 otherwise); 400 for a
    /// file that is attached to nothing.
    ///
    /// `GET /files/{file_id}/link`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetFileLink")]
    pub fn link(&self, file: &FileId) -> Result<String> {
        Ok(self.0.get("/files/{file_id}/link", &[file]).fetch::<Link>()?.link)
    }

    /// Asks whether a file can be had, without fetching it; the answer has its length and type.
    ///
    /// `HEAD /files/{file_id}`
    ///
    /// Permission: `read_channel_content`.
    pub fn head(&self, file: &FileId) -> Result<Download> {
        self.0.head("/files/{file_id}", &[file]).reader()
    }

    /// Asks whether there is a small picture of a file.
    ///
    /// `HEAD /files/{file_id}/thumbnail`
    ///
    /// Permission: `read_channel_content`.
    pub fn head_thumbnail(&self, file: &FileId) -> Result<Download> {
        self.0.head("/files/{file_id}/thumbnail", &[file]).reader()
    }

    /// Asks whether there is a larger picture of a file.
    ///
    /// `HEAD /files/{file_id}/preview`
    ///
    /// Permission: `read_channel_content`.
    pub fn head_preview(&self, file: &FileId) -> Result<Download> {
        self.0.head("/files/{file_id}/preview", &[file]).reader()
    }

    /// Downloads a file by its public address: `hash` is what stands behind `h=` in [`link`](Self::link).
    ///
    /// `GET /files/{file_id}/public`
    ///
    /// Beside API v4. Needs no login.
    #[doc(alias = "GetFilePublic")]
    pub fn public(&self, file: &FileId, hash: &str) -> FileDownload<'c> {
        let call = self.0.outside(Method::Get, "/files/{file_id}/public", &[file]).param("h", hash);
        FileDownload::new(call.anonymous().long(), "GET /files/{file_id}/public")
    }

    /// Asks whether a file can be had by its public address.
    ///
    /// `HEAD /files/{file_id}/public`
    ///
    /// Beside API v4. Needs no login.
    pub fn head_public(&self, file: &FileId, hash: &str) -> Result<Download> {
        let call = self.0.outside(Method::Head, "/files/{file_id}/public", &[file]);
        call.param("h", hash).anonymous().reader()
    }

    /// Searches files of a team by name, and by what is in them where the server's settings say so.
    ///
    /// `POST /teams/{team_id}/files/search`
    ///
    /// Permission: `view_team`. Since 5.34.
    #[doc(alias = "SearchFiles")]
    pub fn search(&self, team: &TeamId, search: &PostSearch) -> Result<FileInfoList> {
        self.0.post("/teams/{team_id}/files/search", &[team]).json(search).reads().fetch()
    }

    /// Searches files of all teams.
    ///
    /// `POST /files/search`
    ///
    /// Since 10.2.
    #[doc(alias = "SearchFiles")]
    pub fn search_all(&self, search: &PostSearch) -> Result<FileInfoList> {
        self.0.post("/files/search", &[]).json(search).reads().fetch()
    }
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    link: String,
}

fn first(answer: FileUploadResponse) -> Result<FileInfo> {
    answer
        .file_infos
        .into_iter()
        .next()
        .ok_or_else(|| Error::new(ErrorKind::Decode, "no file in the answer").on_route("POST /files"))
}

fn part_of(path: &Path, id: &FileId) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(format!(".{id}.part"));
    part.into()
}

fn open(part: &Path, have: u64) -> Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    let file = options.open(part).map_err(|e| local(part, e))?;
    // Longer than the file: that was something else.
    if have == 0 {
        file.set_len(0).map_err(|e| local(part, e))?;
    }
    Ok(file)
}

fn local(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{} cannot be written", path.display())).because(error)
}

fn cut(file: &FileInfo, have: u64) -> Error {
    let message = format!("the server sent {have} of the {} bytes of {}", file.size, file.id);
    Error::new(ErrorKind::Protocol, message).on_route("GET /files/{file_id}")
}
