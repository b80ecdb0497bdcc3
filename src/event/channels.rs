//! Channels, who is in them, bookmarks.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::model::{
    Channel, ChannelBookmark, ChannelId, ChannelMember, TeamId, UpdateChannelBookmarkResponse, UserId,
};

model! {
    /// A public channel became private, or the reverse.
    pub struct ChannelConverted {
        /// The channel.
        pub channel_id: ChannelId,
        /// The team, where the server told the whole team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// This account made a channel.
    pub struct ChannelCreated {
        /// The channel.
        pub channel_id: ChannelId,
        /// Its team.
        pub team_id: TeamId,
    }
}

model! {
    /// A channel was archived, or deleted for good.
    pub struct ChannelDeleted {
        /// The channel.
        pub channel_id: ChannelId,
        /// The team, where the server told the whole team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// When.
        pub delete_at: Timestamp,
    }
}

model! {
    /// An archived channel was restored.
    pub struct ChannelRestored {
        /// The channel.
        pub channel_id: ChannelId,
        /// The team, where the server told the whole team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// A channel changed.
    pub struct ChannelUpdated {
        /// As it is now; nothing if only its sharing with other servers changed.
        #[serde(with = "super::embedded", skip_serializing_if = "Option::is_none")]
        pub channel: Option<Channel>,
        /// The channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// The own membership in a channel changed.
    pub struct ChannelMemberUpdated {
        /// As it is now.
        #[serde(rename = "channelMember", with = "super::embedded")]
        pub channel_member: ChannelMember,
    }
}

model! {
    /// A channel got permissions of its own, or lost them.
    pub struct ChannelSchemeUpdated {
        /// The channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A direct channel with this account was made.
    pub struct DirectAdded {
        /// The channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// Who made it.
        pub creator_id: UserId,
        /// The other one.
        pub teammate_id: UserId,
    }
}

model! {
    /// A group channel with this account was made.
    pub struct GroupAdded {
        /// The channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// Who is in it, this account as well.
        #[serde(with = "super::embedded")]
        pub teammate_ids: Vec<UserId>,
    }
}

model! {
    /// Somebody came into a channel.
    pub struct UserAdded {
        /// Who.
        pub user_id: UserId,
        /// The channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
        /// The channel's team.
        pub team_id: TeamId,
    }
}

model! {
    /// Somebody left a channel, or was removed.
    pub struct UserRemoved {
        /// Who.
        pub user_id: UserId,
        /// The channel.
        pub channel_id: ChannelId,
        /// Who did it: the same for one who left.
        pub remover_id: UserId,
    }
}

model! {
    /// This account viewed a channel.
    pub struct ChannelViewed {
        /// The channel.
        pub channel_id: ChannelId,
    }
}

model! {
    /// This account viewed channels.
    pub struct MultipleChannelsViewed {
        /// When it viewed which.
        pub channel_times: BTreeMap<ChannelId, Timestamp>,
    }
}

model! {
    /// A bookmark came, or went.
    pub struct ChannelBookmarkChanged {
        /// The bookmark.
        #[serde(with = "super::embedded")]
        pub bookmark: ChannelBookmark,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A bookmark was edited.
    pub struct ChannelBookmarkUpdated {
        /// What became of it.
        #[serde(with = "super::embedded")]
        pub bookmarks: UpdateChannelBookmarkResponse,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// The bookmarks of a channel were put in another order.
    pub struct ChannelBookmarkSorted {
        /// All of them, in order.
        #[serde(with = "super::embedded")]
        pub bookmarks: Vec<ChannelBookmark>,
        /// In which channel.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}
