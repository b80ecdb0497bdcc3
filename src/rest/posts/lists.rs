//! Post lists and searches.

use super::Posts;
use crate::error::Result;
use crate::http::Changed;
use crate::model::{
    ChannelId, FileInfo, FlaggedPostPage, Post, PostId, PostList, PostPage, PostSearch, PostSearchResults,
    TeamId, ThreadPage, UnreadPostPage, UserId,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};

impl<'c> Posts<'c> {
    /// Lists one page of a channel's posts, newest first.
    ///
    /// `GET /channels/{channel_id}/posts`
    ///
    /// Pages shift while posts are created. [`history`](Self::history) does not have this problem.
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetPostsForChannel")]
    #[inline]
    pub fn list(&self, channel: &ChannelId, page: &PostPage) -> Result<PostList> {
        self.0.get("/channels/{channel_id}/posts", &[channel]).query(page).decode()
    }

    /// Lists one page of a channel's posts, if it has changed since an earlier response with the given entity tag.
    ///
    /// `GET /channels/{channel_id}/posts`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetPostsForChannel")]
    #[inline]
    pub fn list_if_changed(
        &self,
        channel: &ChannelId,
        page: &PostPage,
        etag: Option<&str>,
    ) -> Result<Changed<PostList>> {
        self.0.get("/channels/{channel_id}/posts", &[channel]).query(page).decode_if_changed(etag)
    }

    /// Gets the thread of a post. Returns the whole thread unless `page` limits it.
    ///
    /// `GET /posts/{post_id}/thread`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetPostThread")]
    #[inline]
    pub fn thread(&self, post: &PostId, page: &ThreadPage) -> Result<PostList> {
        self.0.get("/posts/{post_id}/thread", &[post]).query(page).decode().map(PostList::without_duplicates)
    }

    /// Iterates over the thread of a post, starting with the root post, fetching 200 per request.
    ///
    /// Servers before 6.x return the whole thread in one response.
    #[inline]
    pub fn all_in_thread(&self, post: &PostId) -> Pages<'c, Post> {
        let (posts, post) = (*self, post.clone());
        let (mut last, mut more) = (None, true);
        pages(move |_| {
            if !more {
                return Ok(Vec::new());
            }
            let mut page = ThreadPage::new().per_page(MAX_PER_PAGE).direction("down");
            if let Some((at, id)) = &last {
                page = page.from_create_at(*at).from_post(id);
            }
            let answer = posts.thread(&post, &page)?;
            let has_next = answer.has_next;
            let place = |post: &Post| Some((post.create_at, post.id.clone()));
            let mut found = answer.into_posts();
            // The first post comes with every page.
            found.retain(|post| place(post) > last);
            found.sort_by_key(place);
            more = has_next && !found.is_empty();
            last = found.last().and_then(place).or(last.take());
            Ok(found)
        })
    }

    /// Gets up to 1,000 posts by ID. Unknown and invisible posts are omitted.
    ///
    /// `POST /posts/ids`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "getPostsByIds")]
    #[inline]
    pub fn list_by_ids(&self, ids: &[PostId]) -> Result<Vec<Post>> {
        self.0.post("/posts/ids", &[]).json(&ids).safe().decode()
    }

    /// Lists the posts around the oldest unread post, or the newest posts if all are read.
    ///
    /// `GET /users/{user_id}/channels/{channel_id}/posts/unread`
    ///
    /// Required permission: `read_channel`. For other users, requires the permission `edit_other_users`. Since server
    /// 5.14.
    #[doc(alias = "GetPostsAroundLastUnread")]
    #[inline]
    pub fn around_unread(&self, channel: &ChannelId, page: &UnreadPostPage) -> Result<PostList> {
        let template = "/users/{user_id}/channels/{channel_id}/posts/unread";
        self.0.get(template, &[&UserId::me(), channel]).query(page).decode()
    }

    /// Lists one page of saved posts. A post is saved with a preference: category `flagged_post`, the post ID
    /// as the name, and the value `true`.
    ///
    /// `GET /users/{user_id}/posts/flagged`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetFlaggedPostsForUser")]
    #[inline]
    pub fn flagged(&self, user: &UserId, page: &FlaggedPostPage) -> Result<PostList> {
        self.0.get("/users/{user_id}/posts/flagged", &[user]).query(page).decode()
    }

    /// Searches posts in a team.
    ///
    /// `POST /teams/{team_id}/posts/search`
    ///
    /// A busy server refuses searches with 503.
    ///
    /// Required permission: `view_team`.
    #[doc(alias = "SearchPosts")]
    #[inline]
    pub fn search(&self, team: &TeamId, search: &PostSearch) -> Result<PostSearchResults> {
        self.0.post("/teams/{team_id}/posts/search", &[team]).json(search).safe().decode()
    }

    /// Searches posts in all teams.
    ///
    /// `POST /posts/search`
    #[inline]
    pub fn search_all(&self, search: &PostSearch) -> Result<PostSearchResults> {
        self.0.post("/posts/search", &[]).json(search).safe().decode()
    }

    /// Gets the earlier versions of a post, newest first. Returns 404 if there are none.
    ///
    /// `GET /posts/{post_id}/edit_history`
    ///
    /// Required permission: `edit_post`.
    #[inline]
    pub fn edit_history(&self, post: &PostId) -> Result<Vec<Post>> {
        self.0.get("/posts/{post_id}/edit_history", &[post]).decode()
    }

    /// Lists the files of a post.
    ///
    /// `GET /posts/{post_id}/files/info`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetFileInfosForPost")]
    #[inline]
    pub fn file_infos(&self, post: &PostId) -> Result<Vec<FileInfo>> {
        self.0.get("/posts/{post_id}/files/info", &[post]).decode()
    }
}
