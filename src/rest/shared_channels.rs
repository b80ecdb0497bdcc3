//! Channels that several servers share.

use serde::Deserialize;

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    ChannelId, Page, RemoteClusterInfo, RemoteId, SharedChannel, SharedChannelRemote,
    SharedChannelRemotePage, TeamId, UserId,
};
use crate::page::{MOST, Pages, pages};

/// Channels that several servers share, by [`Client::shared_channels`](crate::Client::shared_channels).
///
/// 501 if the server has them off (`ConnectedWorkspacesSettings.EnableSharedChannels`) or has no licence for
/// them.
#[derive(Clone, Copy, Debug)]
pub struct SharedChannels<'c>(pub(crate) &'c Http);

impl<'c> SharedChannels<'c> {
    /// Lists one page of the shared channels of a team; without `manage_shared_channels` only those that the
    /// account is in.
    ///
    /// `GET /sharedchannels/{team_id}`
    ///
    /// Permission: `view_team`. Edition: Professional.
    #[doc(alias = "GetAllSharedChannels")]
    pub fn list(&self, team: &TeamId, page: &Page) -> Result<Vec<SharedChannel>> {
        self.0.get("/sharedchannels/{team_id}", &[team]).query(page).fetch()
    }

    /// Goes through all shared channels of a team, 200 a call.
    pub fn all(&self, team: &TeamId) -> Pages<'c, SharedChannel> {
        let (group, team) = (*self, team.clone());
        pages(move |number| group.list(&team, &Page::full(number)))
    }

    /// Lists the servers that share a channel.
    ///
    /// `GET /sharedchannels/{channel_id}/remotes`
    ///
    /// Server 11.6 answers only the display name and the last ping, and the channel's id as the name.
    ///
    /// Permission: `read_channel`. Since 10.11. Edition: Professional.
    #[doc(alias = "GetSharedChannelRemotes")]
    pub fn list_remotes(&self, channel: &ChannelId) -> Result<Vec<RemoteClusterInfo>> {
        self.0.get("/sharedchannels/{channel_id}/remotes", &[channel]).fetch()
    }

    /// Gets what people may know of another server with which the account shares a channel.
    ///
    /// `GET /sharedchannels/remote_info/{remote_id}`
    ///
    /// Edition: Professional.
    #[doc(alias = "GetRemoteClusterInfo")]
    pub fn get_remote_info(&self, remote: &RemoteId) -> Result<RemoteClusterInfo> {
        self.0.get("/sharedchannels/remote_info/{remote_id}", &[remote]).fetch()
    }

    /// Gets what people may know of another server, also of a deleted one.
    ///
    /// `GET /sharedchannels/remote_info/{remote_id}`
    ///
    /// Edition: Professional.
    #[doc(alias = "GetRemoteClusterInfo")]
    pub fn get_remote_info_with_deleted(&self, remote: &RemoteId) -> Result<RemoteClusterInfo> {
        self.0
            .get("/sharedchannels/remote_info/{remote_id}", &[remote])
            .param("include_deleted", true)
            .fetch()
    }

    /// Tells whether two accounts may write to each other: not if they are on servers that only meet
    /// elsewhere.
    ///
    /// `GET /sharedchannels/users/{user_id}/can_dm/{other_user_id}`
    ///
    /// Since 10.11. Edition: Professional.
    #[doc(alias = "CanUserDirectMessage")]
    pub fn can_dm(&self, user: &UserId, other: &UserId) -> Result<bool> {
        self.0
            .get("/sharedchannels/users/{user_id}/can_dm/{other_user_id}", &[user, other])
            .fetch::<CanDm>()
            .map(|answer| answer.can_dm)
    }

    /// Lists one page of the channels that a server shares.
    ///
    /// `GET /remotecluster/{remote_id}/sharedchannelremotes`
    ///
    /// Permissions, as the case may be: `manage_secure_connections`, `manage_shared_channels`. Edition:
    /// Professional.
    #[doc(alias = "GetSharedChannelRemotesByRemoteCluster")]
    pub fn list_of_remote(
        &self,
        remote: &RemoteId,
        page: &SharedChannelRemotePage,
    ) -> Result<Vec<SharedChannelRemote>> {
        self.0.get("/remotecluster/{remote_id}/sharedchannelremotes", &[remote]).query(page).fetch()
    }

    /// Goes through all channels that a server shares, 200 a call; the paging of `page` does not count.
    pub fn all_of_remote(
        &self,
        remote: &RemoteId,
        page: &SharedChannelRemotePage,
    ) -> Pages<'c, SharedChannelRemote> {
        let (group, remote, page) = (*self, remote.clone(), page.clone());
        pages(move |number| group.list_of_remote(&remote, &page.clone().page(number).per_page(MOST)))
    }

    /// Shares a channel with a server.
    ///
    /// `POST /remotecluster/{remote_id}/channels/{channel_id}/invite`
    ///
    /// Permission: `manage_shared_channels`. Edition: Professional.
    #[doc(alias = "InviteRemoteClusterToChannel")]
    pub fn invite(&self, remote: &RemoteId, channel: &ChannelId) -> Result<()> {
        self.0.post("/remotecluster/{remote_id}/channels/{channel_id}/invite", &[remote, channel]).ok()
    }

    /// Ends the sharing of a channel with a server; nothing if it was not shared.
    ///
    /// `POST /remotecluster/{remote_id}/channels/{channel_id}/uninvite`
    ///
    /// Permission: `manage_shared_channels`. Edition: Professional.
    #[doc(alias = "UninviteRemoteClusterToChannel")]
    pub fn uninvite(&self, remote: &RemoteId, channel: &ChannelId) -> Result<()> {
        self.0.post("/remotecluster/{remote_id}/channels/{channel_id}/uninvite", &[remote, channel]).ok()
    }
}

#[derive(Deserialize)]
struct CanDm {
    can_dm: bool,
}
