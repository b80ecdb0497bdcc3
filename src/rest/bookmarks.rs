//! Channel bookmarks.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    BookmarkId, ChannelBookmark, ChannelBookmarkDraft, ChannelBookmarkPatch, ChannelId,
    UpdateChannelBookmarkResponse,
};
use crate::time::Timestamp;

/// Channel bookmarks. Returned by [`Client::bookmarks`](crate::Client::bookmarks).
///
/// The routes require a license, and return 501 otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Bookmarks<'c>(pub(crate) &'c HttpClient);

impl Bookmarks<'_> {
    /// Lists the bookmarks of a channel.
    ///
    /// `GET /channels/{channel_id}/bookmarks`
    ///
    /// Required permission: `read_channel_content`. Since server 9.5.
    #[doc(alias = "ListChannelBookmarksForChannel")]
    #[inline]
    pub fn list(&self, channel: &ChannelId) -> Result<Vec<ChannelBookmark>> {
        self.0.get("/channels/{channel_id}/bookmarks", &[channel]).decode()
    }

    /// Lists the bookmarks of a channel that changed after a given time, including deleted ones.
    ///
    /// `GET /channels/{channel_id}/bookmarks`
    ///
    /// Required permission: `read_channel_content`. Since server 9.5.
    #[doc(alias = "ListChannelBookmarksForChannel")]
    #[inline]
    pub fn list_since(&self, channel: &ChannelId, since: Timestamp) -> Result<Vec<ChannelBookmark>> {
        let template = "/channels/{channel_id}/bookmarks";
        self.0.get(template, &[channel]).param("bookmarks_since", since.as_millis()).decode()
    }

    /// Creates a bookmark. A channel can have at most 50 bookmarks.
    ///
    /// `POST /channels/{channel_id}/bookmarks`
    ///
    /// Required permission: `add_bookmark_public_channel`. Since server 9.5.
    #[doc(alias = "CreateChannelBookmark")]
    #[inline]
    pub fn create(&self, channel: &ChannelId, draft: &ChannelBookmarkDraft) -> Result<ChannelBookmark> {
        self.0.post("/channels/{channel_id}/bookmarks", &[channel]).json(draft).decode()
    }

    /// Updates a bookmark. Unset fields keep their values.
    ///
    /// `PATCH /channels/{channel_id}/bookmarks/{bookmark_id}`
    ///
    /// Required permission: `edit_bookmark_public_channel`. Since server 9.5.
    #[doc(alias = "UpdateChannelBookmark")]
    #[inline]
    pub fn patch(
        &self,
        channel: &ChannelId,
        bookmark: &BookmarkId,
        patch: &ChannelBookmarkPatch,
    ) -> Result<UpdateChannelBookmarkResponse> {
        let template = "/channels/{channel_id}/bookmarks/{bookmark_id}";
        self.0.patch(template, &[channel, bookmark]).json(patch).decode()
    }

    /// Moves a bookmark to a zero-based position. Returns every bookmark that moved.
    ///
    /// `POST /channels/{channel_id}/bookmarks/{bookmark_id}/sort_order`
    ///
    /// Required permission: `order_bookmark_public_channel`. Since server 9.5.
    #[doc(alias = "UpdateChannelBookmarkSortOrder")]
    #[inline]
    pub fn set_sort_order(
        &self,
        channel: &ChannelId,
        bookmark: &BookmarkId,
        place: u32,
    ) -> Result<Vec<ChannelBookmark>> {
        let template = "/channels/{channel_id}/bookmarks/{bookmark_id}/sort_order";
        self.0.post(template, &[channel, bookmark]).json(&place).decode()
    }

    /// Deletes a bookmark.
    ///
    /// `DELETE /channels/{channel_id}/bookmarks/{bookmark_id}`
    ///
    /// Required permission: `delete_bookmark_public_channel`. Since server 9.5.
    #[doc(alias = "DeleteChannelBookmark")]
    #[inline]
    pub fn delete(&self, channel: &ChannelId, bookmark: &BookmarkId) -> Result<ChannelBookmark> {
        self.0.delete("/channels/{channel_id}/bookmarks/{bookmark_id}", &[channel, bookmark]).decode()
    }
}
