//! Channels, channel members and bookmarks.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::model::{
    Channel, ChannelBookmark, ChannelId, ChannelMember, TeamId, UpdateChannelBookmarkResponse, UserId,
};

model! {
    /// A channel was converted between public and private.
    pub struct ChannelConverted {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the team, if the whole team was notified.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// The current account created a channel.
    pub struct ChannelCreated {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the team.
        pub team_id: TeamId,
    }
}

model! {
    /// A channel was archived or permanently deleted.
    pub struct ChannelDeleted {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the team, if the whole team was notified.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// Time at which the channel was archived.
        pub delete_at: Timestamp,
    }
}

model! {
    /// An archived channel was restored.
    pub struct ChannelRestored {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the team, if the whole team was notified.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// A channel was updated.
    pub struct ChannelUpdated {
        /// The updated channel. `None` if only its sharing with other servers changed.
        #[serde(with = "super::embedded", skip_serializing_if = "Option::is_none")]
        pub channel: Option<Channel>,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// The current account's channel membership changed.
    pub struct ChannelMemberUpdated {
        /// The updated membership.
        #[serde(rename = "channelMember", with = "super::embedded")]
        pub channel_member: ChannelMember,
    }
}

model! {
    /// The permission scheme of a channel was set or removed.
    pub struct ChannelSchemeUpdated {
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A direct channel with the current account was created.
    pub struct DirectAdded {
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// ID of the user who created the channel.
        pub creator_id: UserId,
        /// ID of the other user.
        pub teammate_id: UserId,
    }
}

model! {
    /// A group channel with the current account was created.
    pub struct GroupAdded {
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// IDs of the members, including the current account.
        #[serde(with = "super::embedded")]
        pub teammate_ids: Vec<UserId>,
    }
}

model! {
    /// A user was added to a channel.
    pub struct UserAdded {
        /// ID of the added user.
        pub user_id: UserId,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// ID of the channel's team.
        pub team_id: TeamId,
    }
}

model! {
    /// A user left a channel or was removed.
    pub struct UserRemoved {
        /// ID of the user who left or was removed.
        pub user_id: UserId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the acting user. Equals `user_id` if the member left on their own.
        pub remover_id: UserId,
    }
}

model! {
    /// The current account viewed a channel.
    pub struct ChannelViewed {
        /// ID of the channel.
        pub channel_id: ChannelId,
    }
}

model! {
    /// The current account viewed channels.
    pub struct MultipleChannelsViewed {
        /// Time of the view, by channel.
        pub channel_times: BTreeMap<ChannelId, Timestamp>,
    }
}

model! {
    /// A bookmark was added or removed.
    pub struct ChannelBookmarkChanged {
        /// The bookmark.
        #[serde(with = "super::embedded")]
        pub bookmark: ChannelBookmark,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A bookmark was edited.
    pub struct ChannelBookmarkUpdated {
        /// The result of the update.
        #[serde(with = "super::embedded")]
        pub bookmarks: UpdateChannelBookmarkResponse,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// The bookmarks of a channel were reordered.
    pub struct ChannelBookmarkSorted {
        /// All bookmarks in display order.
        #[serde(with = "super::embedded")]
        pub bookmarks: Vec<ChannelBookmark>,
        /// ID of the channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}
