//! Bookmarks of a channel.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{BookmarkId, ChannelId, FileId, FileInfo, UserId};

open_enum! {
    /// What a bookmark leads to.
    ChannelBookmarkType {
        /// An address.
        Link = "link",
        /// A file.
        File = "file",
    }
}

model! {
    /// A bookmark of a channel.
    pub struct ChannelBookmark {
        /// Its id.
        pub id: BookmarkId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// In which channel.
        pub channel_id: ChannelId,
        /// Who made it, or last changed it.
        pub owner_id: UserId,
        /// The file it leads to.
        pub file_id: FileId,
        /// What it says; up to 64 characters.
        pub display_name: String,
        /// Its place, from 0.
        pub sort_order: i64,
        /// The address it leads to.
        pub link_url: String,
        /// Address of a picture for it.
        pub image_url: String,
        /// An emoji for it.
        pub emoji: String,
        /// What it leads to.
        #[serde(rename = "type")]
        pub kind: ChannelBookmarkType,
        /// Set in an old version of a changed bookmark.
        pub original_id: BookmarkId,
        /// The bookmark above it.
        pub parent_id: BookmarkId,
        /// The file itself.
        pub file: Option<FileInfo>,
    }
}

impl From<&ChannelBookmark> for BookmarkId {
    fn from(from: &ChannelBookmark) -> Self {
        from.id.clone()
    }
}

/// A new bookmark: [`link`](Self::link) or [`file`](Self::file).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelBookmarkDraft {
    /// What it says; up to 64 characters.
    pub display_name: String,
    /// What it leads to.
    #[serde(rename = "type")]
    pub kind: ChannelBookmarkType,
    /// The file it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_id: Option<FileId>,
    /// The address it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_url: Option<String>,
    /// Address of a picture for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// An emoji for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
    /// The bookmark above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<BookmarkId>,
}

impl ChannelBookmarkDraft {
    /// With what is required.
    pub fn new(display_name: impl Into<String>, kind: impl Into<ChannelBookmarkType>) -> Self {
        Self {
            display_name: display_name.into(),
            kind: kind.into(),
            file_id: None,
            link_url: None,
            image_url: None,
            emoji: None,
            parent_id: None,
        }
    }
}

setters! { ChannelBookmarkDraft:
    /// The file it leads to.
    file_id: FileId,
    /// The address it leads to.
    link_url: String,
    /// Address of a picture for it.
    image_url: String,
    /// An emoji for it.
    emoji: String,
    /// The bookmark above it.
    parent_id: BookmarkId,
}

impl ChannelBookmarkDraft {
    /// A bookmark to an address.
    pub fn link(display_name: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(display_name, ChannelBookmarkType::Link).link_url(url)
    }

    /// A bookmark to a file that was uploaded for a bookmark.
    pub fn file(display_name: impl Into<String>, file: impl Into<FileId>) -> Self {
        Self::new(display_name, ChannelBookmarkType::File).file_id(file)
    }
}

/// Changes to a bookmark; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelBookmarkPatch {
    /// The file it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_id: Option<FileId>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its place, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_order: Option<i64>,
    /// The address it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_url: Option<String>,
    /// Address of a picture for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// An emoji for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emoji: Option<String>,
}

impl ChannelBookmarkPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ChannelBookmarkPatch:
    /// The file it leads to.
    file_id: FileId,
    /// What it says.
    display_name: String,
    /// Its place, from 0.
    sort_order: i64,
    /// The address it leads to.
    link_url: String,
    /// Address of a picture for it.
    image_url: String,
    /// An emoji for it.
    emoji: String,
}

model! {
    /// What became of a changed bookmark.
    pub struct UpdateChannelBookmarkResponse {
        /// As it is now.
        pub updated: Option<ChannelBookmark>,
        /// What it replaced: a change by somebody else than its owner makes a new one.
        pub deleted: Option<ChannelBookmark>,
    }
}
