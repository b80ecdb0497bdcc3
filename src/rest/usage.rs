//! Usage figures of the server.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{PostsUsage, StorageUsage, TeamsUsage};

/// Usage figures of the server. Returned by [`Client::usage`](crate::Client::usage).
///
/// All figures are rounded.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'c>(pub(crate) &'c HttpClient);

impl Usage<'_> {
    /// Gets the number of posts.
    ///
    /// `GET /usage/posts`
    ///
    /// Since server 7.0.
    #[doc(alias = "GetPostsUsage")]
    #[inline]
    pub fn get_posts(&self) -> Result<PostsUsage> {
        self.0.get("/usage/posts", &[]).decode()
    }

    /// Gets the storage used by files.
    ///
    /// `GET /usage/storage`
    ///
    /// Since server 7.1.
    #[doc(alias = "GetStorageUsage")]
    #[inline]
    pub fn get_storage(&self) -> Result<StorageUsage> {
        self.0.get("/usage/storage", &[]).decode()
    }

    /// Gets the number of teams.
    ///
    /// `GET /usage/teams`
    #[inline]
    pub fn get_teams(&self) -> Result<TeamsUsage> {
        self.0.get("/usage/teams", &[]).decode()
    }
}
