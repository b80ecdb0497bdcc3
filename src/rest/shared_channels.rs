//! Channels shared between several servers.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    ChannelId, Page, RemoteClusterInfo, RemoteId, SharedChannel, SharedChannelRemote,
    SharedChannelRemotePage, TeamId, UserId,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};

/// Channels shared between several servers. Returned by
/// [`Client::shared_channels`](crate::Client::shared_channels).
///
/// Returns 501 if the feature is disabled (`ConnectedWorkspacesSettings.EnableSharedChannels`) or not
/// licensed.
#[derive(Clone, Copy, Debug)]
pub struct SharedChannels<'c>(pub(crate) &'c HttpClient);

impl<'c> SharedChannels<'c> {
    /// Lists one page of the shared channels of a team. Without `manage_shared_channels`, only channels of
    /// the current account are listed.
    ///
    /// `GET /sharedchannels/{team_id}`
    ///
    /// Required permission: `view_team`. Edition: Professional.
    #[doc(alias = "GetAllSharedChannels")]
    #[inline]
    pub fn list(&self, team: &TeamId, page: &Page) -> Result<Vec<SharedChannel>> {
        self.0.get("/sharedchannels/{team_id}", &[team]).query(page).decode()
    }

    /// Iterates over all shared channels of a team, fetching 200 per request.
    #[inline]
    pub fn all(&self, team: &TeamId) -> Pages<'c, SharedChannel> {
        let (group, team) = (*self, team.clone());
        pages(move |number| group.list(&team, &Page::full(number)))
    }

    /// Lists the servers that share a channel.
    ///
    /// `GET /sharedchannels/{channel_id}/remotes`
    ///
    /// Server 11.6 returns only the display name, the last ping, and the channel's ID as the name.
    ///
    /// Required permission: `read_channel`. Since server 10.11. Edition: Professional.
    #[doc(alias = "GetSharedChannelRemotes")]
    #[inline]
    pub fn list_remotes(&self, channel: &ChannelId) -> Result<Vec<RemoteClusterInfo>> {
        self.0.get("/sharedchannels/{channel_id}/remotes", &[channel]).decode()
    }

    /// Gets the public information about a remote server that shares a channel with the current account.
    ///
    /// `GET /sharedchannels/remote_info/{remote_id}`
    ///
    /// Edition: Professional.
    #[doc(alias = "GetRemoteClusterInfo")]
    #[inline]
    pub fn get_remote_info(&self, remote: &RemoteId) -> Result<RemoteClusterInfo> {
        self.0.get("/sharedchannels/remote_info/{remote_id}", &[remote]).decode()
    }

    /// Gets the public information about a remote server, including a deleted one.
    ///
    /// `GET /sharedchannels/remote_info/{remote_id}`
    ///
    /// Edition: Professional.
    #[doc(alias = "GetRemoteClusterInfo")]
    #[inline]
    pub fn get_remote_info_with_deleted(&self, remote: &RemoteId) -> Result<RemoteClusterInfo> {
        self.0
            .get("/sharedchannels/remote_info/{remote_id}", &[remote])
            .param("include_deleted", true)
            .decode()
    }

    /// Checks whether two users may exchange direct messages. Users whose servers are connected only indirectly may
    /// not.
    ///
    /// `GET /sharedchannels/users/{user_id}/can_dm/{other_user_id}`
    ///
    /// Since server 10.11. Edition: Professional.
    #[doc(alias = "CanUserDirectMessage")]
    #[inline]
    pub fn can_dm(&self, user: &UserId, other: &UserId) -> Result<bool> {
        self.0
            .get("/sharedchannels/users/{user_id}/can_dm/{other_user_id}", &[user, other])
            .decode_member("can_dm")
    }

    /// Lists one page of the channels shared with a remote server.
    ///
    /// `GET /remotecluster/{remote_id}/sharedchannelremotes`
    ///
    /// Required permissions, depending on the request: `manage_secure_connections`, `manage_shared_channels`.
    /// Edition: Professional.
    #[doc(alias = "GetSharedChannelRemotesByRemoteCluster")]
    #[inline]
    pub fn list_of_remote(
        &self,
        remote: &RemoteId,
        page: &SharedChannelRemotePage,
    ) -> Result<Vec<SharedChannelRemote>> {
        self.0.get("/remotecluster/{remote_id}/sharedchannelremotes", &[remote]).query(page).decode()
    }

    /// Iterates over all channels shared with a remote server, fetching 200 per request. The paging fields of
    /// `page` are ignored.
    #[inline]
    pub fn all_of_remote(
        &self,
        remote: &RemoteId,
        page: &SharedChannelRemotePage,
    ) -> Pages<'c, SharedChannelRemote> {
        let (group, remote, page) = (*self, remote.clone(), page.clone());
        pages(move |number| group.list_of_remote(&remote, &page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Shares a channel with a remote server.
    ///
    /// `POST /remotecluster/{remote_id}/channels/{channel_id}/invite`
    ///
    /// Required permission: `manage_shared_channels`. Edition: Professional.
    #[doc(alias = "InviteRemoteClusterToChannel")]
    #[inline]
    pub fn invite(&self, remote: &RemoteId, channel: &ChannelId) -> Result<()> {
        self.0.post("/remotecluster/{remote_id}/channels/{channel_id}/invite", &[remote, channel]).send()
    }

    /// Stops sharing a channel with a remote server. Does nothing if it was not shared.
    ///
    /// `POST /remotecluster/{remote_id}/channels/{channel_id}/uninvite`
    ///
    /// Required permission: `manage_shared_channels`. Edition: Professional.
    #[doc(alias = "UninviteRemoteClusterToChannel")]
    #[inline]
    pub fn uninvite(&self, remote: &RemoteId, channel: &ChannelId) -> Result<()> {
        self.0.post("/remotecluster/{remote_id}/channels/{channel_id}/uninvite", &[remote, channel]).send()
    }
}
