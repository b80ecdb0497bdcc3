//! Channels.

use serde::Serialize;

use crate::Timestamp;
use crate::model::json::{Fields, JsonReader};
use crate::model::{ChannelId, GroupId, Json, PolicyId, SchemeId, TeamId, UserId};

open_enum! {
    /// Type of a channel.
    ChannelType {
        /// Public: all members of the team except guests may join.
        Open = "O",
        /// Private: members are added by invitation.
        Private = "P",
        /// Direct message channel between two users, or of one user.
        Direct = "D",
        /// Group message channel of 3 to 8 users.
        Group = "G",
    }
}

model! {
    /// A channel.
    pub struct Channel {
        /// The ID.
        pub id: ChannelId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// Time at which the channel was archived; 0 if it is active.
        pub delete_at: Timestamp,
        /// ID of the team. Empty for direct and group channels.
        pub team_id: TeamId,
        /// The channel type.
        #[serde(rename = "type")]
        pub kind: ChannelType,
        /// The display name. **Not unique.** Empty for direct channels, and a list of names for group
        /// channels.
        pub display_name: String,
        /// The short name, as used in URLs; unique in the team. For direct channels, the two user IDs in
        /// sorted order, joined by `__`.
        pub name: String,
        /// The channel header.
        pub header: String,
        /// The purpose of the channel.
        pub purpose: String,
        /// Time of the last post, edit or pin. Deletions and reactions do not count.
        pub last_post_at: Timestamp,
        /// Number of posts, excluding system posts.
        pub total_msg_count: i64,
        /// Unused.
        pub extra_update_at: Timestamp,
        /// ID of the user who created the channel. Empty if the server created it.
        pub creator_id: UserId,
        /// ID of the permission scheme of the channel, if any.
        pub scheme_id: SchemeId,
        /// Free-form properties.
        pub props: Json,
        /// `true` if groups determine the members.
        pub group_constrained: bool,
        /// `true` if posts are translated automatically.
        pub autotranslation: bool,
        /// `true` if the channel is shared with another server.
        pub shared: bool,
        /// Number of posts outside of threads.
        pub total_msg_count_root: i64,
        /// ID of the data retention policy, in responses that include it.
        pub policy_id: PolicyId,
        /// Time of the last post, edit or pin outside of threads.
        pub last_root_post_at: Timestamp,
        /// The channel banner.
        pub banner_info: Option<ChannelBannerInfo>,
        /// `true` if an access policy determines who may join.
        pub policy_enforced: bool,
        /// `true` if the access policy also adds and removes members.
        pub policy_is_active: bool,
        /// Sidebar category in which the channel is placed for new members.
        pub default_category_name: String,
    }
}

impl Channel {
    /// Returns `true` for a direct channel.
    pub fn is_direct(&self) -> bool {
        self.kind == ChannelType::Direct
    }

    /// Returns `true` for a group channel: 3 to 8 users, no team.
    pub fn is_group(&self) -> bool {
        self.kind == ChannelType::Group
    }

    /// Returns `true` if the channel is archived. Nobody can post to an archived channel.
    pub fn is_archived(&self) -> bool {
        !self.delete_at.is_never()
    }

    /// Returns the other user of a direct channel, or `me` for a direct channel with oneself. `None` for other
    /// channels.
    pub fn direct_partner(&self, me: &UserId) -> Option<UserId> {
        let (one, two) = self.name.split_once("__").filter(|_| self.is_direct())?;
        let other = if one == me.as_str() { two } else { one };
        other.parse().ok()
    }
}

model! {
    /// The channel banner.
    pub struct ChannelBannerInfo {
        /// `true` if the banner is shown.
        pub enabled: bool,
        /// The text.
        pub text: String,
        /// Background color, for example `#ff0000`.
        pub background_color: String,
    }
}

input! {
    /// A new public or private channel.
    pub struct ChannelDraft {
        /// ID of the team.
        pub team_id: TeamId,
        /// The short name, as used in URLs: unique in the team, up to 64 characters of `a-z`, `0-9`, `-` and `_`.
        pub name: String,
        /// The display name, up to 64 characters.
        pub display_name: String,
        /// Type of the channel: public or private.
        #[serde(rename = "type")]
        pub kind: ChannelType,
    }
    optional {
        /// The channel header, up to 1,024 characters.
        header: String,
        /// The purpose, up to 250 characters.
        purpose: String,
        /// ID of the permission scheme.
        scheme_id: SchemeId,
        /// `true` if groups determine the members.
        group_constrained: bool,
        /// The channel banner.
        banner_info: ChannelBannerInfo,
        /// Sidebar category in which the channel is placed for new members.
        default_category_name: String,
    }
}

impl ChannelDraft {
    /// Creates a draft of a public channel.
    pub fn open(
        team_id: impl Into<TeamId>,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self::new(team_id, name, display_name, ChannelType::Open)
    }

    /// Creates a draft of a private channel.
    pub fn private(
        team_id: impl Into<TeamId>,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self::new(team_id, name, display_name, ChannelType::Private)
    }
}

input! {
    /// Changes to a channel. Unset fields keep their values.
    pub struct ChannelPatch {}
    optional {
        /// The display name.
        display_name: String,
        /// The short name, as used in URLs.
        name: String,
        /// The channel header.
        header: String,
        /// The purpose of the channel.
        purpose: String,
        /// `true` if groups determine the members.
        group_constrained: bool,
        /// The channel banner.
        banner_info: ChannelBannerInfo,
        /// `true` if posts are translated automatically.
        autotranslation: bool,
    }
}

input! {
    /// Page and filter for channels.
    pub struct ChannelPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Channels per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Excludes channels of this group.
        not_associated_to_group: GroupId,
        /// Excludes `town-square` and `off-topic`.
        exclude_default_channels: bool,
        /// Includes archived channels.
        include_deleted: bool,
        /// Excludes channels with a data retention policy.
        exclude_policy_constrained: bool,
        /// Excludes channels with an access policy.
        exclude_access_control_policy_enforced: bool,
        /// Only channels with an access policy.
        access_control_policy_enforced: bool,
    }
}

input! {
    /// Search terms and filters for channels.
    pub struct ChannelSearch {
        /// Part of the name, display name or purpose.
        pub term: String,
    }
    optional {
        /// Excludes channels of this group.
        not_associated_to_group: GroupId,
        /// Excludes `town-square` and `off-topic`.
        exclude_default_channels: bool,
        /// Only channels in these teams.
        team_ids: Vec<TeamId>,
        /// Only channels whose members are determined by groups.
        group_constrained: bool,
        /// Excludes channels whose members are determined by groups.
        exclude_group_constrained: bool,
        /// Excludes channels with a data retention policy.
        exclude_policy_constrained: bool,
        /// Only public channels. Combine with `private` for both.
        public: bool,
        /// Only private channels. Combine with `public` for both.
        private: bool,
        /// Includes archived channels.
        include_deleted: bool,
        /// Also matches the term against channel IDs.
        include_search_by_id: bool,
        /// Excludes channels of remote servers.
        exclude_remote: bool,
        /// Only archived channels.
        deleted: bool,
        /// Only channels with an access policy.
        access_control_policy_enforced: bool,
        /// Excludes channels with an access policy.
        exclude_access_control_policy_enforced: bool,
        /// Only channels with this access policy.
        parent_access_control_policy_id: PolicyId,
    }
}

/// A channel together with the names of its team.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelWithTeamData {
    /// The channel.
    #[serde(flatten)]
    pub channel: Channel,
    /// The team.
    #[serde(flatten)]
    pub team: ChannelTeam,
}

impl Fields for ChannelWithTeamData {
    fn decode_member(&mut self, name: &str, from: &mut dyn JsonReader) -> serde_json::Result<bool> {
        Ok(self.channel.decode_member(name, from)? || self.team.decode_member(name, from)?)
    }
}

decode_by_fields!(ChannelWithTeamData);
deserialize_by_fields!(ChannelWithTeamData);

model! {
    /// The team of a channel, as returned by lists over all teams.
    pub struct ChannelTeam {
        /// The display name of the team.
        pub team_display_name: String,
        /// The short name, as used in URLs.
        pub team_name: String,
        /// Time of the last update of the team.
        pub team_update_at: Timestamp,
    }
}

model! {
    /// A page of channels and the total count.
    pub struct ChannelsWithCount {
        /// The channels of this page.
        pub channels: Vec<ChannelWithTeamData>,
        /// Total number of channels.
        pub total_count: i64,
    }
}

model! {
    /// Member, pin and file counts of a channel.
    pub struct ChannelStats {
        /// ID of the channel.
        pub channel_id: ChannelId,
        /// Number of members, including guests.
        pub member_count: i64,
        /// Number of guests.
        pub guest_count: i64,
        /// Number of pinned posts.
        pub pinnedpost_count: i64,
        /// Number of files.
        pub files_count: i64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_other_one() {
        let (jane, bob) = ("jfwhgceu8tds5y5izhknwi599h", "ifzt9m5fb7br9ydgqypreygk9o");
        let (me, other): (UserId, UserId) = (jane.parse().unwrap(), bob.parse().unwrap());
        let channel = |name: String, kind| Channel { kind, name, ..Channel::default() };
        let direct = channel(format!("{bob}__{jane}"), ChannelType::Direct);
        assert_eq!(direct.direct_partner(&me), Some(other.clone()));
        assert_eq!(direct.direct_partner(&other), Some(me.clone()));
        assert_eq!(
            channel(format!("{jane}__{jane}"), ChannelType::Direct).direct_partner(&me),
            Some(me.clone())
        );
        assert_eq!(channel(format!("{bob}__{jane}"), ChannelType::Open).direct_partner(&me), None);
        assert_eq!(channel("odd".into(), ChannelType::Direct).direct_partner(&me), None);
    }

    #[test]
    fn a_channel_with_its_team_is_read_from_one_object() {
        let text = r#"{"id":"ifzt9m5fb7br9ydgqypreygk9o","props":{"a":1},"team_name":"t","banner_info":{"text":"x"}}"#;
        let both: ChannelWithTeamData = crate::model::json::decode_json(text.as_bytes()).unwrap();
        assert_eq!((&*both.team.team_name, both.channel.props.as_str()), ("t", r#"{"a":1}"#));
        let back = serde_json::to_value(&both).unwrap();
        assert_eq!((&back["team_name"], &back["props"]["a"]), (&"t".into(), &1.into()));
    }
}
