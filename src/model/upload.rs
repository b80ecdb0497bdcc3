//! Resumable uploads.

use crate::Timestamp;
use crate::model::{ChannelId, FileId, RemoteId, UploadId, UserId};

open_enum! {
    /// Purpose of an upload session.
    UploadType {
        /// A file for a post.
        Attachment = "attachment",
        /// An import file. Only for administrators.
        Import = "import",
    }
}

model! {
    /// An upload session. Serialize it to resume after a restart.
    pub struct UploadSession {
        /// The ID.
        pub id: UploadId,
        /// The purpose of the upload.
        #[serde(rename = "type")]
        pub kind: UploadType,
        /// Time at which the session was created.
        pub create_at: Timestamp,
        /// ID of the user who uploads the file.
        pub user_id: UserId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// The file name.
        pub filename: String,
        /// File size in bytes.
        pub file_size: u64,
        /// Number of bytes received by the server.
        pub file_offset: u64,
        /// ID of the remote server that uploads the file. Empty for local uploads.
        pub remote_id: RemoteId,
        /// ID of the resulting file. Only used between servers.
        pub req_file_id: FileId,
    }
}

input! {
    /// A new upload session.
    pub struct UploadDraft {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// The file name.
        pub filename: String,
        /// File size in bytes.
        pub file_size: u64,
    }
    optional {
        /// Purpose of the upload. Defaults to a file for a post.
        #[serde(rename = "type")]
        kind: UploadType,
    }
}
