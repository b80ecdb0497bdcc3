//! Channel bookmarks.

use crate::Timestamp;
use crate::model::{BookmarkId, ChannelId, FileId, FileInfo, UserId};

open_enum! {
    /// Target of a bookmark.
    ChannelBookmarkType {
        /// A URL.
        Link = "link",
        /// A file.
        File = "file",
    }
}

model! {
    /// A channel bookmark.
    pub struct ChannelBookmark {
        /// The ID.
        pub id: BookmarkId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the user who created or last changed the bookmark.
        pub owner_id: UserId,
        /// ID of the file, for bookmarks of files.
        pub file_id: FileId,
        /// The display name, up to 64 characters.
        pub display_name: String,
        /// Zero-based position.
        pub sort_order: i64,
        /// The URL, for bookmarks of links.
        pub link_url: String,
        /// URL of the bookmark's image.
        pub image_url: String,
        /// Emoji of the bookmark.
        pub emoji: String,
        /// The type of the target.
        #[serde(rename = "type")]
        pub kind: ChannelBookmarkType,
        /// ID of the replaced bookmark, if an update by another user created this one.
        pub original_id: BookmarkId,
        /// ID of the parent bookmark.
        pub parent_id: BookmarkId,
        /// Metadata of the file.
        pub file: Option<FileInfo>,
    }
}

input! {
    /// A new bookmark. Created with [`link`](Self::link) or [`file`](Self::file).
    pub struct ChannelBookmarkDraft {
        /// The display name, up to 64 characters.
        pub display_name: String,
        /// The type of the target.
        #[serde(rename = "type")]
        pub kind: ChannelBookmarkType,
    }
    optional {
        /// ID of the file, for bookmarks of files.
        file_id: FileId,
        /// The URL, for bookmarks of links.
        link_url: String,
        /// URL of the bookmark's image.
        image_url: String,
        /// Emoji of the bookmark.
        emoji: String,
        /// ID of the parent bookmark.
        parent_id: BookmarkId,
    }
}

impl ChannelBookmarkDraft {
    /// Creates a bookmark of a URL.
    pub fn link(display_name: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(display_name, ChannelBookmarkType::Link).link_url(url)
    }

    /// Creates a bookmark of a file that was uploaded for this purpose.
    pub fn file(display_name: impl Into<String>, file: impl Into<FileId>) -> Self {
        Self::new(display_name, ChannelBookmarkType::File).file_id(file)
    }
}

input! {
    /// Changes to a bookmark. Unset fields keep their values.
    pub struct ChannelBookmarkPatch {}
    optional {
        /// ID of the file, for bookmarks of files.
        file_id: FileId,
        /// The display name.
        display_name: String,
        /// Zero-based position.
        sort_order: i64,
        /// The URL, for bookmarks of links.
        link_url: String,
        /// URL of the bookmark's image.
        image_url: String,
        /// Emoji of the bookmark.
        emoji: String,
    }
}

model! {
    /// Result of updating a bookmark.
    pub struct UpdateChannelBookmarkResponse {
        /// The updated bookmark.
        pub updated: Option<ChannelBookmark>,
        /// The replaced bookmark. An update by a user other than the owner creates a new bookmark.
        pub deleted: Option<ChannelBookmark>,
    }
}
