//! Custom emoji.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{EmojiId, UserId};

model! {
    /// A custom emoji.
    pub struct Emoji {
        /// The ID.
        pub id: EmojiId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Deletion time; 0 if not deleted.
        pub delete_at: Timestamp,
        /// The user who created the emoji.
        pub creator_id: UserId,
        /// The name, without colons.
        pub name: String,
    }
}

impl From<&Emoji> for EmojiId {
    fn from(from: &Emoji) -> Self {
        from.id.clone()
    }
}

/// Page of custom emoji.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EmojiPage {
    /// Zero-based page number.
    pub page: Option<u32>,
    /// Emoji per page. Defaults to 60. Must be at most 200.
    pub per_page: Option<u32>,
    /// Sort order: `name`. Unsorted by default.
    pub sort: Option<String>,
}

impl EmojiPage {
    /// Creates the value with the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { EmojiPage:
    /// Zero-based page number.
    page: u32,
    /// Emoji per page. Defaults to 60. Must be at most 200.
    per_page: u32,
    /// Sort order: `name`. Unsorted by default.
    sort: String,
}

/// Search terms for custom emoji.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EmojiSearch {
    /// Part of the name.
    pub term: String,
    /// Matches only the beginning of names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_only: Option<bool>,
}

impl EmojiSearch {
    /// Creates the value from its required fields.
    pub fn new(term: impl Into<String>) -> Self {
        Self { term: term.into(), prefix_only: None }
    }
}

setters! { EmojiSearch:
    /// Matches only the beginning of names.
    prefix_only: bool,
}
