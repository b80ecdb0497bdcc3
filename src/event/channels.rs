//! Channels, who is in them, bookmarks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::model::{
    Channel, ChannelBookmark, ChannelId, ChannelMember, TeamId, UpdateChannelBookmarkResponse, UserId,
};

/// A public channel became private, or the reverse.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelConverted {
    /// The channel.
    pub channel_id: ChannelId,
    /// The team, where the server told the whole team.
    #[serde(skip_serializing_if = "TeamId::is_empty")]
    pub team_id: TeamId,
}

/// This account made a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelCreated {
    /// The channel.
    pub channel_id: ChannelId,
    /// Its team.
    pub team_id: TeamId,
}

/// A channel was archived, or deleted for good.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelDeleted {
    /// The channel.
    pub channel_id: ChannelId,
    /// The team, where the server told the whole team.
    #[serde(skip_serializing_if = "TeamId::is_empty")]
    pub team_id: TeamId,
    /// When.
    pub delete_at: Timestamp,
}

/// An archived channel was restored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelRestored {
    /// The channel.
    pub channel_id: ChannelId,
    /// The team, where the server told the whole team.
    #[serde(skip_serializing_if = "TeamId::is_empty")]
    pub team_id: TeamId,
}

/// A channel changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelUpdated {
    /// As it is now; nothing if only its sharing with other servers changed.
    #[serde(with = "super::embedded", skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The channel.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
}

/// The own membership in a channel changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelMemberUpdated {
    /// As it is now.
    #[serde(rename = "channelMember", with = "super::embedded")]
    pub channel_member: ChannelMember,
}

/// A channel got permissions of its own, or lost them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelSchemeUpdated {
    /// The channel.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
}

/// A direct channel with this account was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct DirectAdded {
    /// The channel.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
    /// Who made it.
    pub creator_id: UserId,
    /// The other one.
    pub teammate_id: UserId,
}

/// A group channel with this account was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct GroupAdded {
    /// The channel.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
    /// Who is in it, this account as well.
    #[serde(with = "super::embedded")]
    pub teammate_ids: Vec<UserId>,
}

/// Somebody came into a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserAdded {
    /// Who.
    pub user_id: UserId,
    /// The channel.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
    /// The channel's team.
    pub team_id: TeamId,
}

/// Somebody left a channel, or was removed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct UserRemoved {
    /// Who.
    pub user_id: UserId,
    /// The channel.
    pub channel_id: ChannelId,
    /// Who did it: the same for one who left.
    pub remover_id: UserId,
}

/// This account viewed a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelViewed {
    /// The channel.
    pub channel_id: ChannelId,
}

/// This account viewed channels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MultipleChannelsViewed {
    /// When it viewed which.
    pub channel_times: BTreeMap<ChannelId, Timestamp>,
}

/// A bookmark came, or went.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelBookmarkChanged {
    /// The bookmark.
    #[serde(with = "super::embedded")]
    pub bookmark: ChannelBookmark,
    /// In which channel.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
}

/// A bookmark was edited.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelBookmarkUpdated {
    /// What became of it.
    #[serde(with = "super::embedded")]
    pub bookmarks: UpdateChannelBookmarkResponse,
    /// In which channel.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
}

/// The bookmarks of a channel were put in another order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelBookmarkSorted {
    /// All of them, in order.
    #[serde(with = "super::embedded")]
    pub bookmarks: Vec<ChannelBookmark>,
    /// In which channel.
    #[serde(skip_serializing_if = "ChannelId::is_empty")]
    pub channel_id: ChannelId,
}
