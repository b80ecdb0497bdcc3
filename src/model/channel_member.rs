//! Who is in a channel, and what they have read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::model::{ChannelId, GroupId, PostId, TeamId, UserId};

model! {
    /// An account in a channel.
    pub struct ChannelMember {
        /// The channel.
        pub channel_id: ChannelId,
        /// The account.
        pub user_id: UserId,
        /// Its roles there, separated by spaces.
        pub roles: String,
        /// When it last looked; -1 for other people.
        pub last_viewed_at: Timestamp,
        /// Posts it has seen.
        pub msg_count: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside threads.
        pub mention_count_root: i64,
        /// Unread urgent mentions.
        pub urgent_mention_count: i64,
        /// Posts outside threads it has seen.
        pub msg_count_root: i64,
        /// How it wants to be notified: `desktop`, `push`, `email`, `mark_unread`, `ignore_channel_mentions`.
        pub notify_props: BTreeMap<String, String>,
        /// When this was last changed; -1 for other people.
        pub last_update_at: Timestamp,
        /// Whether it is a guest there.
        pub scheme_guest: bool,
        /// Whether it is an ordinary member there.
        pub scheme_user: bool,
        /// Whether it is an administrator there.
        pub scheme_admin: bool,
        /// Roles beyond those of the scheme, separated by spaces.
        pub explicit_roles: String,
        /// Whether it wants no translations there.
        pub autotranslation_disabled: bool,
    }
}

impl ChannelMember {
    /// Whether the account muted the channel.
    pub fn is_muted(&self) -> bool {
        self.notify_props.get("mark_unread").is_some_and(|value| value == "mention")
    }
}

/// An account in a channel, and the names of the channel's team.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ChannelMemberWithTeamData {
    /// The membership.
    #[serde(flatten)]
    pub member: ChannelMember,
    /// What people see.
    pub team_display_name: String,
    /// The team's name in addresses.
    pub team_name: String,
    /// When the team was last changed.
    pub team_update_at: Timestamp,
}

model! {
    /// What is unread in a channel.
    pub struct ChannelUnread {
        /// Its team.
        pub team_id: TeamId,
        /// The channel.
        pub channel_id: ChannelId,
        /// Unread posts.
        pub msg_count: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside threads.
        pub mention_count_root: i64,
        /// Unread urgent mentions.
        pub urgent_mention_count: i64,
        /// Unread posts outside threads.
        pub msg_count_root: i64,
    }
}

model! {
    /// What is unread in a channel, counted from a post on.
    pub struct ChannelUnreadAt {
        /// Its team.
        pub team_id: TeamId,
        /// The account.
        pub user_id: UserId,
        /// The channel.
        pub channel_id: ChannelId,
        /// Posts that were read.
        pub msg_count: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside threads.
        pub mention_count_root: i64,
        /// Unread urgent mentions.
        pub urgent_mention_count: i64,
        /// Posts outside threads that were read.
        pub msg_count_root: i64,
        /// When the account last looked, as the server counts it now.
        pub last_viewed_at: Timestamp,
    }
}

model! {
    /// What the server noted when a channel was looked at.
    pub struct ChannelViewResponse {
        /// `OK`.
        pub status: String,
        /// When each channel was last posted in.
        pub last_viewed_at_times: BTreeMap<ChannelId, Timestamp>,
    }
}

model! {
    /// How many of a group are in a channel.
    pub struct ChannelMemberCountByGroup {
        /// The group.
        pub group_id: GroupId,
        /// Its members in the channel.
        pub channel_member_count: i64,
        /// In how many time zones they are.
        pub channel_member_timezones_count: i64,
    }
}

/// Who is to be added to a channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelMemberDraft {
    /// The accounts; up to 1,000. Those who are in already are no error.
    pub user_ids: Vec<UserId>,
    /// The post that mentioned them: the notice goes to its thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_root_id: Option<PostId>,
}

impl ChannelMemberDraft {
    /// With what is required.
    pub fn new(user_ids: impl Into<Vec<UserId>>) -> Self {
        Self { user_ids: user_ids.into(), post_root_id: None }
    }
}

setters! { ChannelMemberDraft:
    /// The post that mentioned them: the notice goes to its thread.
    post_root_id: PostId,
}

/// Which of the roles of the scheme a member has.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SchemeRoles {
    /// Guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_guest: Option<bool>,
    /// Ordinary member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_user: Option<bool>,
    /// Administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_admin: Option<bool>,
}

impl SchemeRoles {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { SchemeRoles:
    /// Guest.
    scheme_guest: bool,
    /// Ordinary member.
    scheme_user: bool,
    /// Administrator.
    scheme_admin: bool,
}
