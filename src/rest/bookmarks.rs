//! Bookmarks of channels.

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    BookmarkId, ChannelBookmark, ChannelBookmarkDraft, ChannelBookmarkPatch, ChannelId,
    UpdateChannelBookmarkResponse,
};
use crate::time::Timestamp;

/// Bookmarks, by [`Client::bookmarks`](crate::Client::bookmarks).
///
/// A licence is needed (501 otherwise).
#[derive(Clone, Copy, Debug)]
pub struct Bookmarks<'c>(pub(crate) &'c Http);

impl Bookmarks<'_> {
    /// Lists a channel's bookmarks.
    ///
    /// `GET /channels/{channel_id}/bookmarks`
    ///
    /// Permission: `read_channel_content`. Since 9.5.
    #[doc(alias = "ListChannelBookmarksForChannel")]
    pub fn list(&self, channel: &ChannelId) -> Result<Vec<ChannelBookmark>> {
        self.0.get("/channels/{channel_id}/bookmarks", &[channel]).fetch()
    }

    /// Lists a channel's bookmarks that changed since a time, deleted ones included.
    ///
    /// `GET /channels/{channel_id}/bookmarks`
    ///
    /// Permission: `read_channel_content`. Since 9.5.
    #[doc(alias = "ListChannelBookmarksForChannel")]
    pub fn list_since(&self, channel: &ChannelId, since: Timestamp) -> Result<Vec<ChannelBookmark>> {
        let template = "/channels/{channel_id}/bookmarks";
        self.0.get(template, &[channel]).param("bookmarks_since", since.as_millis()).fetch()
    }

    /// Creates a bookmark; a channel has 50 at most.
    ///
    /// `POST /channels/{channel_id}/bookmarks`
    ///
    /// Permission: `add_bookmark_public_channel`. Since 9.5.
    #[doc(alias = "CreateChannelBookmark")]
    pub fn create(&self, channel: &ChannelId, draft: &ChannelBookmarkDraft) -> Result<ChannelBookmark> {
        self.0.post("/channels/{channel_id}/bookmarks", &[channel]).json(draft).fetch()
    }

    /// Changes what is set in `patch`.
    ///
    /// `PATCH /channels/{channel_id}/bookmarks/{bookmark_id}`
    ///
    /// Permission: `edit_bookmark_public_channel`. Since 9.5.
    #[doc(alias = "UpdateChannelBookmark")]
    pub fn patch(
        &self,
        channel: &ChannelId,
        bookmark: &BookmarkId,
        patch: &ChannelBookmarkPatch,
    ) -> Result<UpdateChannelBookmarkResponse> {
        let template = "/channels/{channel_id}/bookmarks/{bookmark_id}";
        self.0.patch(template, &[channel, bookmark]).json(patch).fetch()
    }

    /// Moves a bookmark to a place, from 0; the answer has all that moved.
    ///
    /// `POST /channels/{channel_id}/bookmarks/{bookmark_id}/sort_order`
    ///
    /// Permission: `order_bookmark_public_channel`. Since 9.5.
    #[doc(alias = "UpdateChannelBookmarkSortOrder")]
    pub fn set_sort_order(
        &self,
        channel: &ChannelId,
        bookmark: &BookmarkId,
        place: u32,
    ) -> Result<Vec<ChannelBookmark>> {
        let template = "/channels/{channel_id}/bookmarks/{bookmark_id}/sort_order";
        self.0.post(template, &[channel, bookmark]).json(&place).fetch()
    }

    /// Deletes a bookmark.
    ///
    /// `DELETE /channels/{channel_id}/bookmarks/{bookmark_id}`
    ///
    /// Permission: `delete_bookmark_public_channel`. Since 9.5.
    #[doc(alias = "DeleteChannelBookmark")]
    pub fn delete(&self, channel: &ChannelId, bookmark: &BookmarkId) -> Result<ChannelBookmark> {
        self.0.delete("/channels/{channel_id}/bookmarks/{bookmark_id}", &[channel, bookmark]).fetch()
    }
}
