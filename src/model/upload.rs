//! Uploads in pieces.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ChannelId, FileId, RemoteId, UploadId, UserId};

open_enum! {
    /// What an upload in pieces is for.
    UploadType {
        /// A file for a post.
        Attachment = "attachment",
        /// A file to import from; for administrators.
        Import = "import",
    }
}

model! {
    /// An upload in pieces: serialise it to go on after a restart.
    pub struct UploadSession {
        /// Its id.
        pub id: UploadId,
        /// What it is for.
        #[serde(rename = "type")]
        pub kind: UploadType,
        /// When it was begun.
        pub create_at: Timestamp,
        /// Whose it is.
        pub user_id: UserId,
        /// For which channel.
        pub channel_id: ChannelId,
        /// The file's name.
        pub filename: String,
        /// Its size in bytes.
        pub file_size: u64,
        /// How many bytes the server has.
        pub file_offset: u64,
        /// The other server it comes from.
        pub remote_id: RemoteId,
        /// The id that the file is to get; only between servers.
        pub req_file_id: FileId,
    }
}

impl From<&UploadSession> for UploadId {
    fn from(from: &UploadSession) -> Self {
        from.id.clone()
    }
}

/// A new upload in pieces.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UploadDraft {
    /// For which channel.
    pub channel_id: ChannelId,
    /// The file's name.
    pub filename: String,
    /// Its size in bytes.
    pub file_size: u64,
    /// What it is for: a file for a post by default.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<UploadType>,
}

impl UploadDraft {
    /// With what is required.
    pub fn new(
        channel_id: impl Into<ChannelId>,
        filename: impl Into<String>,
        file_size: impl Into<u64>,
    ) -> Self {
        Self {
            channel_id: channel_id.into(),
            filename: filename.into(),
            file_size: file_size.into(),
            kind: None,
        }
    }
}

setters! { UploadDraft:
    /// What it is for: a file for a post by default.
    kind: UploadType,
}
