//! Custom emoji.

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
        /// ID of the user who created the emoji.
        pub creator_id: UserId,
        /// The name, without colons.
        pub name: String,
    }
}

input! {
    /// Page of custom emoji.
    pub struct EmojiPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Emoji per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Sort order: `name`. Unsorted by default.
        sort: String,
    }
}

input! {
    /// Search terms for custom emoji.
    pub struct EmojiSearch {
        /// Part of the name.
        pub term: String,
    }
    optional {
        /// Matches only the beginning of names.
        prefix_only: bool,
    }
}
