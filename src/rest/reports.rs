//! Reports about users and posts.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    Post, PostReportQuery, ReportPostListResponse, UserReport, UserReportFilter, UserReportQuery,
};
use crate::page::{Pages, until_last};

/// Reports about users and posts. Returned by [`Client::reports`](crate::Client::reports).
#[derive(Clone, Copy, Debug)]
pub struct Reports<'c>(pub(crate) &'c HttpClient);

impl Reports<'_> {
    /// Lists users and their activity.
    ///
    /// `GET /reports/users`
    ///
    /// For the next page, pass the last user in [`from_id`](UserReportQuery::from_id).
    ///
    /// Required permission: `sysconsole_read_user_management_users`.
    #[doc(alias = "GetUsersForReporting")]
    #[inline]
    pub fn list_users(&self, query: &UserReportQuery) -> Result<Vec<UserReport>> {
        self.0.get("/reports/users", &[]).query(query).decode()
    }

    /// Gets the number of users that match the filter.
    ///
    /// `GET /reports/users/count`
    ///
    /// Required permission: `sysconsole_read_user_management_users`.
    #[doc(alias = "GetUserCountForReporting")]
    #[inline]
    pub fn count_users(&self, filter: &UserReportFilter) -> Result<i64> {
        self.0.get("/reports/users/count", &[]).query(filter).decode()
    }

    /// Starts the export of users to a CSV file. The system bot posts the file to the current account when it
    /// is complete.
    ///
    /// `POST /reports/users/export`
    ///
    /// Required permission: `manage_system`. Edition: Professional.
    #[doc(alias = "StartBatchUsersExport")]
    #[inline]
    pub fn export_users(&self, query: &UserReportQuery) -> Result<()> {
        self.0.post("/reports/users/export", &[]).query(query).send()
    }

    /// Lists the posts of a channel in chronological order, up to 1,000 per request.
    ///
    /// `POST /reports/posts`
    ///
    /// Required permission: `manage_system`. Edition: Enterprise.
    #[doc(alias = "GetPostsForReporting")]
    #[inline]
    pub fn list_posts(&self, query: &PostReportQuery) -> Result<ReportPostListResponse> {
        self.0.post("/reports/posts", &[]).json(query).safe().decode()
    }
}

/// Maximum number of users that the server reports at once.
const MOST_USERS: u32 = 100;

impl<'c> Reports<'c> {
    /// Iterates over all users that match the filter, sorted by username, fetching 100 per request.
    #[inline]
    pub fn all_users(&self, filter: &UserReportFilter) -> Pages<'c, UserReport> {
        let query = UserReportQuery::new().filter(filter.clone()).page_size(MOST_USERS);
        let (group, mut query) = (*self, query.sort_column("Username"));
        until_last(move |_| {
            let list = group.list_users(&query)?;
            if let Some(last) = list.last() {
                query.from_id = Some(last.user.id.clone());
                query.from_column_value = Some(last.user.username.clone());
            }
            let end = list.len() < MOST_USERS as usize;
            Ok((list, end))
        })
    }

    /// Iterates over all posts of a channel that match `query`, with its page size.
    #[inline]
    pub fn all_posts(&self, query: &PostReportQuery) -> Pages<'c, Post> {
        let (group, mut query) = (*self, query.clone());
        until_last(move |_| {
            let answer = group.list_posts(&query)?;
            query.cursor = answer.next_cursor.map(|next| next.cursor);
            let end = query.cursor.as_deref().unwrap_or_default().is_empty();
            Ok((answer.posts, end))
        })
    }
}
