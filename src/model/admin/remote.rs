//! Other servers that share channels with this one.

use serde::Serialize;

use crate::model::{ChannelId, ChannelType, Json, PostId, RemoteId, TeamId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// Another server.
    pub struct RemoteCluster {
        /// Its id.
        pub remote_id: RemoteId,
        /// Not used any more.
        pub remote_team_id: String,
        /// Its name.
        pub name: String,
        /// What people see.
        pub display_name: String,
        /// Its address; `pending_...` until the invitation was accepted.
        pub site_url: String,
        /// The team that gets the channels it shares.
        pub default_team_id: TeamId,
        /// When it was made known.
        pub create_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// When it was last heard of.
        pub last_ping_at: Timestamp,
        /// When its accounts were last taken over.
        pub last_global_user_sync_at: Timestamp,
        /// Always empty in answers.
        pub token: Secret,
        /// Always empty in answers.
        pub remote_token: Secret,
        /// What it is told of.
        pub topics: String,
        /// Who made it known.
        pub creator_id: UserId,
        /// The plugin that stands for it, if it is no server.
        pub plugin_id: String,
        /// Bit 0: direct channels with it are shared by themselves.
        pub options: u32,
    }
}

impl From<&RemoteCluster> for RemoteId {
    fn from(from: &RemoteCluster) -> Self {
        from.remote_id.clone()
    }
}

model! {
    /// What people may know of another server.
    pub struct RemoteClusterInfo {
        /// Its name.
        pub name: String,
        /// What people see.
        pub display_name: String,
        /// When it was made known.
        pub create_at: Timestamp,
        /// When it was deleted; 0 while it is not.
        pub delete_at: Timestamp,
        /// When it was last heard of.
        pub last_ping_at: Timestamp,
    }
}

/// Another server to be made known.
#[doc(alias = "RemoteClusterWithPassword")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemoteClusterDraft {
    /// Its name.
    pub name: String,
    /// The team that is to get the channels it shares.
    pub default_team_id: TeamId,
    /// What people are to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Locks the invitation; the server makes one if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
}

impl RemoteClusterDraft {
    /// With what is required.
    pub fn new(name: impl Into<String>, default_team_id: impl Into<TeamId>) -> Self {
        Self {
            name: name.into(),
            default_team_id: default_team_id.into(),
            display_name: None,
            password: None,
        }
    }
}

setters! { RemoteClusterDraft:
    /// What people are to see.
    display_name: String,
    /// Locks the invitation; the server makes one if it is not set.
    password: Secret,
}

model! {
    /// Another server, and the invitation for its administrator.
    pub struct RemoteClusterWithInvite {
        /// The other server.
        pub remote_cluster: RemoteCluster,
        /// The invitation.
        pub invite: Secret,
        /// What the invitation is locked with, if the server made it; send it another way.
        pub password: Secret,
    }
}

/// An invitation of another server's administrator.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemoteClusterAcceptInvite {
    /// What the other server is to be called here.
    pub name: String,
    /// The team that is to get the channels it shares.
    pub default_team_id: TeamId,
    /// The invitation.
    pub invite: Secret,
    /// What it is locked with.
    pub password: Secret,
    /// What people are to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

impl RemoteClusterAcceptInvite {
    /// With what is required.
    pub fn new(
        name: impl Into<String>,
        default_team_id: impl Into<TeamId>,
        invite: impl Into<Secret>,
        password: impl Into<Secret>,
    ) -> Self {
        Self {
            name: name.into(),
            default_team_id: default_team_id.into(),
            invite: invite.into(),
            password: password.into(),
            display_name: None,
        }
    }
}

setters! { RemoteClusterAcceptInvite:
    /// What people are to see.
    display_name: String,
}

/// Changes to another server; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemoteClusterPatch {
    /// What people are to see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The team that is to get the channels it shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_team_id: Option<TeamId>,
}

impl RemoteClusterPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { RemoteClusterPatch:
    /// What people are to see.
    display_name: String,
    /// The team that is to get the channels it shares.
    default_team_id: TeamId,
}

/// Which other servers to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemoteClusterPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Servers a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Leave out those that were not heard of for a while.
    pub exclude_offline: Option<bool>,
    /// Only those that share this channel.
    pub in_channel: Option<ChannelId>,
    /// Only those that do not share this channel.
    pub not_in_channel: Option<ChannelId>,
    /// Only those that accepted.
    pub only_confirmed: Option<bool>,
    /// Only those that a plugin stands for.
    pub only_plugins: Option<bool>,
    /// Leave out those that a plugin stands for.
    pub exclude_plugins: Option<bool>,
    /// Also deleted ones.
    pub include_deleted: Option<bool>,
    /// Only those that are told of this.
    pub topic: Option<String>,
    /// Only those that this account made known.
    pub creator_id: Option<UserId>,
    /// Only those that this plugin stands for.
    pub plugin_id: Option<String>,
}

impl RemoteClusterPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { RemoteClusterPage:
    /// Page, from 0.
    page: u32,
    /// Servers a page; 60 by default, 200 at most.
    per_page: u32,
    /// Leave out those that were not heard of for a while.
    exclude_offline: bool,
    /// Only those that share this channel.
    in_channel: ChannelId,
    /// Only those that do not share this channel.
    not_in_channel: ChannelId,
    /// Only those that accepted.
    only_confirmed: bool,
    /// Only those that a plugin stands for.
    only_plugins: bool,
    /// Leave out those that a plugin stands for.
    exclude_plugins: bool,
    /// Also deleted ones.
    include_deleted: bool,
    /// Only those that are told of this.
    topic: String,
    /// Only those that this account made known.
    creator_id: UserId,
    /// Only those that this plugin stands for.
    plugin_id: String,
}

model! {
    /// What servers send each other.
    pub struct RemoteClusterFrame {
        /// Who sends it, as the receiver knows it.
        pub remote_id: RemoteId,
        /// What is sent.
        pub msg: RemoteClusterMsg,
    }
}

model! {
    /// A message of one server to another.
    pub struct RemoteClusterMsg {
        /// Its id; new for each.
        pub id: String,
        /// What it is about.
        pub topic: String,
        /// When it was written.
        pub create_at: Timestamp,
        /// What it says.
        pub payload: Json,
    }
}

impl RemoteClusterFrame {
    /// A message; `payload` as its topic wants it.
    pub fn new(remote: impl Into<RemoteId>, msg: RemoteClusterMsg) -> Self {
        Self { remote_id: remote.into(), msg }
    }
}

impl RemoteClusterMsg {
    /// A message that is written now; `id` is made like the server's ids, 26 letters and digits.
    pub fn new(id: impl Into<String>, topic: impl Into<String>, payload: impl Into<Json>) -> Self {
        Self { id: id.into(), topic: topic.into(), create_at: Timestamp::now(), payload: payload.into() }
    }
}

model! {
    /// How long a message takes.
    pub struct RemoteClusterPing {
        /// When it was sent.
        pub sent_at: Timestamp,
        /// When it was received.
        pub recv_at: Timestamp,
    }
}

model! {
    /// What a server answers another.
    #[doc(alias = "Response")]
    pub struct RemoteClusterResponse {
        /// `OK` or `FAIL`.
        pub status: String,
        /// What went wrong.
        pub err: String,
        /// What it says.
        pub payload: Json,
    }
}

/// How another server proves who it is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RemoteClusterToken {
    /// Its id, as the receiver knows it.
    pub remote_id: RemoteId,
    /// The token that both agreed on.
    pub token: Secret,
}

impl RemoteClusterToken {
    /// With what is required.
    pub fn new(remote_id: impl Into<RemoteId>, token: impl Into<Secret>) -> Self {
        Self { remote_id: remote_id.into(), token: token.into() }
    }
}

model! {
    /// A channel that several servers share.
    pub struct SharedChannel {
        /// The channel.
        pub id: ChannelId,
        /// Its team here.
        pub team_id: TeamId,
        /// Whether it is at home here.
        pub home: bool,
        /// Whether others may only read it.
        pub readonly: bool,
        /// Its name in addresses, for the others.
        pub name: String,
        /// What people of the others see.
        pub display_name: String,
        /// What it is for.
        pub purpose: String,
        /// What stands above it.
        pub header: String,
        /// Who shared it.
        pub creator_id: UserId,
        /// When it was shared.
        pub create_at: Timestamp,
        /// When this was last changed.
        pub update_at: Timestamp,
        /// The server that it is at home at; empty if that is this one.
        pub remote_id: RemoteId,
        /// What kind of channel it is.
        #[serde(rename = "Type")]
        pub kind: ChannelType,
    }
}

impl From<&SharedChannel> for ChannelId {
    fn from(from: &SharedChannel) -> Self {
        from.id.clone()
    }
}

model! {
    /// A channel and a server that shares it.
    pub struct SharedChannelRemote {
        /// Its id.
        pub id: String,
        /// The channel.
        pub channel_id: ChannelId,
        /// Who invited the server.
        pub creator_id: UserId,
        /// When it was invited.
        pub create_at: Timestamp,
        /// When this was last changed.
        pub update_at: Timestamp,
        /// When that ended; 0 while it did not.
        pub delete_at: Timestamp,
        /// Whether it accepted.
        pub is_invite_accepted: bool,
        /// Whether it confirmed that.
        pub is_invite_confirmed: bool,
        /// The server.
        pub remote_id: RemoteId,
        /// Time of the last change that it was told of.
        pub last_post_update_at: Timestamp,
        /// The post of that change.
        pub last_post_id: PostId,
        /// Time of the last new post that it was told of.
        pub last_post_create_at: Timestamp,
        /// That post.
        pub last_post_create_id: PostId,
        /// When it was last told of the members.
        pub last_members_sync_at: Timestamp,
    }
}

/// Which channels that a server shares to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SharedChannelRemotePage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Channels a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Also those that were not accepted yet.
    pub include_unconfirmed: Option<bool>,
    /// Leave out those that were accepted.
    pub exclude_confirmed: Option<bool>,
    /// Leave out those that are at home here.
    pub exclude_home: Option<bool>,
    /// Leave out those that are at home there.
    pub exclude_remote: Option<bool>,
    /// Also those that are not shared any more.
    pub include_deleted: Option<bool>,
}

impl SharedChannelRemotePage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { SharedChannelRemotePage:
    /// Page, from 0.
    page: u32,
    /// Channels a page; 60 by default, 200 at most.
    per_page: u32,
    /// Also those that were not accepted yet.
    include_unconfirmed: bool,
    /// Leave out those that were accepted.
    exclude_confirmed: bool,
    /// Leave out those that are at home here.
    exclude_home: bool,
    /// Leave out those that are at home there.
    exclude_remote: bool,
    /// Also those that are not shared any more.
    include_deleted: bool,
}
