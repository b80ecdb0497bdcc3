//! Custom emoji.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{EmojiId, UserId};

model! {
    /// A custom emoji.
    pub struct Emoji {
        /// Its id.
        pub id: EmojiId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// Who made it.
        pub creator_id: UserId,
        /// Its name, without colons.
        pub name: String,
    }
}

impl From<&Emoji> for EmojiId {
    fn from(from: &Emoji) -> Self {
        from.id.clone()
    }
}

/// Which custom emoji to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EmojiPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Emoji a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// `name`, or nothing for no order.
    pub sort: Option<String>,
}

impl EmojiPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { EmojiPage:
    /// Page, from 0.
    page: u32,
    /// Emoji a page; 60 by default, 200 at most.
    per_page: u32,
    /// `name`, or nothing for no order.
    sort: String,
}

/// Which custom emoji to search.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EmojiSearch {
    /// Part of the name.
    pub term: String,
    /// Only names that begin so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_only: Option<bool>,
}

impl EmojiSearch {
    /// With what is required.
    pub fn new(term: impl Into<String>) -> Self {
        Self { term: term.into(), prefix_only: None }
    }
}

setters! { EmojiSearch:
    /// Only names that begin so.
    prefix_only: bool,
}
