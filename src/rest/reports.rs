//! Reports about accounts and posts.

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    Post, PostReportQuery, ReportPostListResponse, UserReport, UserReportFilter, UserReportQuery,
};
use crate::page::{Pages, until_last};

/// Reports about accounts and posts, by [`Client::reports`](crate::Client::reports).
#[derive(Clone, Copy, Debug)]
pub struct Reports<'c>(pub(crate) &'c Http);

impl Reports<'_> {
    /// Lists accounts and what they did.
    ///
    /// `GET /reports/users`
    ///
    /// To go on, ask again with the last one in [`from_id`](UserReportQuery::from_id).
    ///
    /// Permission: `sysconsole_read_user_management_users`.
    #[doc(alias = "GetUsersForReporting")]
    pub fn list_users(&self, query: &UserReportQuery) -> Result<Vec<UserReport>> {
        self.0.get("/reports/users", &[]).query(query).fetch()
    }

    /// Counts the accounts that pass the filter.
    ///
    /// `GET /reports/users/count`
    ///
    /// Permission: `sysconsole_read_user_management_users`.
    #[doc(alias = "GetUserCountForReporting")]
    pub fn count_users(&self, filter: &UserReportFilter) -> Result<i64> {
        self.0.get("/reports/users/count", &[]).query(filter).fetch()
    }

    /// Begins to write a CSV file of accounts; the system bot posts it to the account when it is ready.
    ///
    /// `POST /reports/users/export`
    ///
    /// Permission: `manage_system`. Edition: Professional.
    #[doc(alias = "StartBatchUsersExport")]
    pub fn export_users(&self, query: &UserReportQuery) -> Result<()> {
        self.0.post("/reports/users/export", &[]).query(query).ok()
    }

    /// Lists posts of a channel in the order of time, up to 1,000 a call.
    ///
    /// `POST /reports/posts`
    ///
    /// Permission: `manage_system`. Edition: Enterprise.
    #[doc(alias = "GetPostsForReporting")]
    pub fn list_posts(&self, query: &PostReportQuery) -> Result<ReportPostListResponse> {
        self.0.post("/reports/posts", &[]).json(query).reads().fetch()
    }
}

/// The most that the server reports of accounts at once.
const MOST_USERS: u32 = 100;

impl<'c> Reports<'c> {
    /// Goes through all accounts that pass the filter, by user name, 100 a call.
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

    /// Goes through all posts of a channel that `query` asks for, as many a call as it says.
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
