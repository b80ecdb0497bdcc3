//! Channel members and their read state.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Timestamp;
use crate::model::json::{Decode as _, Fields, JsonReader};
use crate::model::{ChannelId, GroupId, PostId, TeamId, UserId};

model! {
    /// A channel membership of a user.
    pub struct ChannelMember {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// ID of the user.
        pub user_id: UserId,
        /// Roles of the member, separated by spaces.
        pub roles: String,
        /// Time of the last view; -1 for other users.
        pub last_viewed_at: Timestamp,
        /// Number of posts that the user has seen.
        pub msg_count: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside of threads.
        pub mention_count_root: i64,
        /// Unread urgent mentions.
        pub urgent_mention_count: i64,
        /// Number of posts seen outside of threads.
        pub msg_count_root: i64,
        /// Notification settings: `desktop`, `push`, `email`, `mark_unread`, `ignore_channel_mentions`.
        pub notify_props: BTreeMap<String, String>,
        /// Time of the last change; -1 for other users.
        pub last_update_at: Timestamp,
        /// `true` if the member is a guest.
        pub scheme_guest: bool,
        /// `true` if the member is a regular member.
        pub scheme_user: bool,
        /// `true` if the member is an administrator.
        pub scheme_admin: bool,
        /// Roles in addition to those of the scheme, separated by spaces.
        pub explicit_roles: String,
        /// `true` if the member has disabled translations.
        pub autotranslation_disabled: bool,
    }
}

impl ChannelMember {
    /// Returns `true` if the user muted the channel.
    pub fn is_muted(&self) -> bool {
        self.notify_props.get("mark_unread").is_some_and(|value| value == "mention")
    }
}

/// A channel membership together with the names of the channel's team.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelMemberWithTeamData {
    /// The membership.
    #[serde(flatten)]
    pub member: ChannelMember,
    /// The display name of the team.
    pub team_display_name: String,
    /// The short name of the team.
    pub team_name: String,
    /// Time of the last update of the team.
    pub team_update_at: Timestamp,
}

impl Fields for ChannelMemberWithTeamData {
    fn decode_member(&mut self, name: &str, from: &mut dyn JsonReader) -> serde_json::Result<bool> {
        match name {
            "team_display_name" => self.team_display_name.decode_from(from)?,
            "team_name" => self.team_name.decode_from(from)?,
            "team_update_at" => self.team_update_at.decode_from(from)?,
            _ => return self.member.decode_member(name, from),
        }
        Ok(true)
    }
}

decode_by_fields!(ChannelMemberWithTeamData);
deserialize_by_fields!(ChannelMemberWithTeamData);

model! {
    /// Unread counts of a channel.
    pub struct ChannelUnread {
        /// ID of the team.
        pub team_id: TeamId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// Number of unread posts.
        pub msg_count: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside of threads.
        pub mention_count_root: i64,
        /// Unread urgent mentions.
        pub urgent_mention_count: i64,
        /// Number of unread posts outside of threads.
        pub msg_count_root: i64,
    }
}

model! {
    /// Unread counts of a channel, starting at a given post.
    pub struct ChannelUnreadAt {
        /// ID of the team.
        pub team_id: TeamId,
        /// ID of the user.
        pub user_id: UserId,
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// Number of read posts.
        pub msg_count: i64,
        /// Unread mentions.
        pub mention_count: i64,
        /// Unread mentions outside of threads.
        pub mention_count_root: i64,
        /// Unread urgent mentions.
        pub urgent_mention_count: i64,
        /// Number of read posts outside of threads.
        pub msg_count_root: i64,
        /// Time of the last view after the change.
        pub last_viewed_at: Timestamp,
    }
}

model! {
    /// Result of viewing a channel.
    pub struct ChannelViewResponse {
        /// Always `OK`.
        pub status: String,
        /// Time of the last post, by channel.
        pub last_viewed_at_times: BTreeMap<ChannelId, Timestamp>,
    }
}

model! {
    /// Number of group members in a channel.
    pub struct ChannelMemberCountByGroup {
        /// ID of the group.
        pub group_id: GroupId,
        /// Number of group members in the channel.
        pub channel_member_count: i64,
        /// Number of distinct time zones of the group members in the channel.
        pub channel_member_timezones_count: i64,
    }
}

input! {
    /// Users to add to a channel.
    pub struct ChannelMemberDraft {
        /// User IDs, up to 1,000. Existing members are not an error.
        pub user_ids: Vec<UserId>,
    }
    optional {
        /// ID of the post that mentioned the users. The system post is added to its thread.
        post_root_id: PostId,
    }
}

input! {
    /// Scheme roles of a member.
    pub struct SchemeRoles {}
    optional {
        /// `true` if the member is a guest.
        scheme_guest: bool,
        /// `true` if the member is a regular member.
        scheme_user: bool,
        /// `true` if the member is an administrator.
        scheme_admin: bool,
    }
}
