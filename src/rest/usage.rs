//! How much of the server is used.

use crate::error::Result;
use crate::http::Http;
use crate::model::{PostsUsage, StorageUsage, TeamsUsage};

/// How much of the server is used, by [`Client::usage`](crate::Client::usage).
///
/// The figures are rounded.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'c>(pub(crate) &'c Http);

impl Usage<'_> {
    /// Tells how many posts there are.
    ///
    /// `GET /usage/posts`
    ///
    /// Since 7.0.
    #[doc(alias = "GetPostsUsage")]
    pub fn get_posts(&self) -> Result<PostsUsage> {
        self.0.get("/usage/posts", &[]).fetch()
    }

    /// Tells how much files take.
    ///
    /// `GET /usage/storage`
    ///
    /// Since 7.1.
    #[doc(alias = "GetStorageUsage")]
    pub fn get_storage(&self) -> Result<StorageUsage> {
        self.0.get("/usage/storage", &[]).fetch()
    }

    /// Tells how many teams there are.
    ///
    /// `GET /usage/teams`
    pub fn get_teams(&self) -> Result<TeamsUsage> {
        self.0.get("/usage/teams", &[]).fetch()
    }
}
