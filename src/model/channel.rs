//! Channels.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::model::{ChannelId, GroupId, Json, PolicyId, SchemeId, TeamId, UserId};

open_enum! {
    /// What kind of channel it is.
    ChannelType {
        /// Public: all members of the team may join. Guests may not.
        Open = "O",
        /// Private: by invitation.
        Private = "P",
        /// Between two people, or oneself.
        Direct = "D",
        /// Between 3 to 8 people.
        Group = "G",
    }
}

model! {
    /// A channel.
    pub struct Channel {
        /// Its id.
        pub id: ChannelId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// When it was archived; 0 while it is not.
        pub delete_at: Timestamp,
        /// Its team; empty for direct and group channels.
        pub team_id: TeamId,
        /// What kind it is.
        #[serde(rename = "type")]
        pub kind: ChannelType,
        /// What people see. **Not unique**; empty for direct channels, a list of names for group channels.
        pub display_name: String,
        /// Its name in addresses, unique in the team; for direct channels the two user ids, sorted, with `__`
        /// between.
        pub name: String,
        /// What stands above the posts.
        pub header: String,
        /// What it is for.
        pub purpose: String,
        /// When something was last posted, edited or pinned in it; deletions and reactions do not count.
        pub last_post_at: Timestamp,
        /// Posts in it, without system posts.
        pub total_msg_count: i64,
        /// Out of use.
        pub extra_update_at: Timestamp,
        /// Who made it; empty if the server did.
        pub creator_id: UserId,
        /// Its permission scheme, if it has one of its own.
        pub scheme_id: SchemeId,
        /// Free-form.
        pub props: Json,
        /// Whether groups decide who is in it.
        pub group_constrained: bool,
        /// Whether posts are translated.
        pub autotranslation: bool,
        /// Whether it is shared with another server.
        pub shared: bool,
        /// Posts outside threads.
        pub total_msg_count_root: i64,
        /// Its data retention policy, where that was asked for.
        pub policy_id: PolicyId,
        /// As `last_post_at`, outside threads.
        pub last_root_post_at: Timestamp,
        /// What stands on top of it.
        pub banner_info: Option<ChannelBannerInfo>,
        /// Whether an access policy decides who is in it.
        pub policy_enforced: bool,
        /// Whether that policy also adds and removes people.
        pub policy_is_active: bool,
        /// In which category of the side bar it shows for new members.
        pub default_category_name: String,
    }
}

impl From<&Channel> for ChannelId {
    fn from(from: &Channel) -> Self {
        from.id.clone()
    }
}

impl Channel {
    /// Whether it is between two people.
    pub fn is_direct(&self) -> bool {
        self.kind == ChannelType::Direct
    }

    /// Whether it is a group channel: 3 to 8 people, no team.
    pub fn is_group(&self) -> bool {
        self.kind == ChannelType::Group
    }

    /// Whether it was archived: nobody can post.
    pub fn is_archived(&self) -> bool {
        !self.delete_at.is_never()
    }

    /// The other one of a direct channel; oneself for the channel with oneself; `None` for other channels.
    pub fn direct_partner(&self, me: &UserId) -> Option<UserId> {
        let (one, two) = self.name.split_once("__").filter(|_| self.is_direct())?;
        let other = if one == me.as_str() { two } else { one };
        other.parse().ok()
    }
}

model! {
    /// What stands on top of a channel.
    pub struct ChannelBannerInfo {
        /// Whether it shows.
        pub enabled: bool,
        /// The text.
        pub text: String,
        /// The colour, as `#ff0000`.
        pub background_color: String,
    }
}

/// A new public or private channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelDraft {
    /// Its team.
    pub team_id: TeamId,
    /// Its name in addresses: unique in the team; `a-z`, `0-9`, `-`, `_`; up to 64 characters.
    pub name: String,
    /// What people see; up to 64 characters.
    pub display_name: String,
    /// Open or private.
    #[serde(rename = "type")]
    pub kind: ChannelType,
    /// What stands above the posts; up to 1,024 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// What it is for; up to 250 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// A permission scheme of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme_id: Option<SchemeId>,
    /// Whether groups decide who is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// What stands on top of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub banner_info: Option<ChannelBannerInfo>,
    /// In which category of the side bar it shows for new members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_category_name: Option<String>,
}

impl ChannelDraft {
    /// With what is required.
    pub fn new(
        team_id: impl Into<TeamId>,
        name: impl Into<String>,
        display_name: impl Into<String>,
        kind: impl Into<ChannelType>,
    ) -> Self {
        Self {
            team_id: team_id.into(),
            name: name.into(),
            display_name: display_name.into(),
            kind: kind.into(),
            header: None,
            purpose: None,
            scheme_id: None,
            group_constrained: None,
            banner_info: None,
            default_category_name: None,
        }
    }
}

setters! { ChannelDraft:
    /// What stands above the posts; up to 1,024 characters.
    header: String,
    /// What it is for; up to 250 characters.
    purpose: String,
    /// A permission scheme of its own.
    scheme_id: SchemeId,
    /// Whether groups decide who is in it.
    group_constrained: bool,
    /// What stands on top of it.
    banner_info: ChannelBannerInfo,
    /// In which category of the side bar it shows for new members.
    default_category_name: String,
}

impl ChannelDraft {
    /// A public channel.
    pub fn open(
        team_id: impl Into<TeamId>,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self::new(team_id, name, display_name, ChannelType::Open)
    }

    /// A private channel.
    pub fn private(
        team_id: impl Into<TeamId>,
        name: impl Into<String>,
        display_name: impl Into<String>,
    ) -> Self {
        Self::new(team_id, name, display_name, ChannelType::Private)
    }
}

/// Changes to a channel; what is not set stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelPatch {
    /// What people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its name in addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What stands above the posts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Whether groups decide who is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// What stands on top of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub banner_info: Option<ChannelBannerInfo>,
    /// Whether posts are translated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autotranslation: Option<bool>,
}

impl ChannelPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ChannelPatch:
    /// What people see.
    display_name: String,
    /// Its name in addresses.
    name: String,
    /// What stands above the posts.
    header: String,
    /// What it is for.
    purpose: String,
    /// Whether groups decide who is in it.
    group_constrained: bool,
    /// What stands on top of it.
    banner_info: ChannelBannerInfo,
    /// Whether posts are translated.
    autotranslation: bool,
}

/// Which channels to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Channels a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Leave out channels of this group.
    pub not_associated_to_group: Option<GroupId>,
    /// Leave out `town-square` and `off-topic`.
    pub exclude_default_channels: Option<bool>,
    /// Also archived ones.
    pub include_deleted: Option<bool>,
    /// Leave out channels under a data retention policy.
    pub exclude_policy_constrained: Option<bool>,
    /// Leave out channels under an access policy.
    pub exclude_access_control_policy_enforced: Option<bool>,
    /// Only channels under an access policy.
    pub access_control_policy_enforced: Option<bool>,
}

impl ChannelPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { ChannelPage:
    /// Page, from 0.
    page: u32,
    /// Channels a page; 60 by default, 200 at most.
    per_page: u32,
    /// Leave out channels of this group.
    not_associated_to_group: GroupId,
    /// Leave out `town-square` and `off-topic`.
    exclude_default_channels: bool,
    /// Also archived ones.
    include_deleted: bool,
    /// Leave out channels under a data retention policy.
    exclude_policy_constrained: bool,
    /// Leave out channels under an access policy.
    exclude_access_control_policy_enforced: bool,
    /// Only channels under an access policy.
    access_control_policy_enforced: bool,
}

/// Which channels to search.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChannelSearch {
    /// Part of the name, display name or purpose.
    pub term: String,
    /// Leave out channels of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_associated_to_group: Option<GroupId>,
    /// Leave out `town-square` and `off-topic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_default_channels: Option<bool>,
    /// Only in these teams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_ids: Option<Vec<TeamId>>,
    /// Only channels whose members groups decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_constrained: Option<bool>,
    /// Leave out channels whose members groups decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_group_constrained: Option<bool>,
    /// Leave out channels under a data retention policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_policy_constrained: Option<bool>,
    /// Only public ones (with `private`: both).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// Only private ones (with `public`: both).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private: Option<bool>,
    /// Also archived ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_deleted: Option<bool>,
    /// Also take the term as an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_search_by_id: Option<bool>,
    /// Leave out channels of other servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_remote: Option<bool>,
    /// Only archived ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// Only channels under an access policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_control_policy_enforced: Option<bool>,
    /// Leave out channels under an access policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_access_control_policy_enforced: Option<bool>,
    /// Only channels under this access policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_access_control_policy_id: Option<PolicyId>,
}

impl ChannelSearch {
    /// With what is required.
    pub fn new(term: impl Into<String>) -> Self {
        Self {
            term: term.into(),
            not_associated_to_group: None,
            exclude_default_channels: None,
            team_ids: None,
            group_constrained: None,
            exclude_group_constrained: None,
            exclude_policy_constrained: None,
            public: None,
            private: None,
            include_deleted: None,
            include_search_by_id: None,
            exclude_remote: None,
            deleted: None,
            access_control_policy_enforced: None,
            exclude_access_control_policy_enforced: None,
            parent_access_control_policy_id: None,
        }
    }
}

setters! { ChannelSearch:
    /// Leave out channels of this group.
    not_associated_to_group: GroupId,
    /// Leave out `town-square` and `off-topic`.
    exclude_default_channels: bool,
    /// Only in these teams.
    team_ids: Vec<TeamId>,
    /// Only channels whose members groups decide.
    group_constrained: bool,
    /// Leave out channels whose members groups decide.
    exclude_group_constrained: bool,
    /// Leave out channels under a data retention policy.
    exclude_policy_constrained: bool,
    /// Only public ones (with `private`: both).
    public: bool,
    /// Only private ones (with `public`: both).
    private: bool,
    /// Also archived ones.
    include_deleted: bool,
    /// Also take the term as an id.
    include_search_by_id: bool,
    /// Leave out channels of other servers.
    exclude_remote: bool,
    /// Only archived ones.
    deleted: bool,
    /// Only channels under an access policy.
    access_control_policy_enforced: bool,
    /// Leave out channels under an access policy.
    exclude_access_control_policy_enforced: bool,
    /// Only channels under this access policy.
    parent_access_control_policy_id: PolicyId,
}

/// A channel and the names of its team.
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

// Not derived: `flatten` cannot read raw JSON.
impl<'de> Deserialize<'de> for ChannelWithTeamData {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        crate::model::json::both(from).map(|(channel, team)| Self { channel, team })
    }
}

impl From<&ChannelWithTeamData> for ChannelId {
    fn from(from: &ChannelWithTeamData) -> Self {
        from.channel.id.clone()
    }
}

model! {
    /// The team of a channel, as lists over all teams tell it.
    pub struct ChannelTeam {
        /// What people see.
        pub team_display_name: String,
        /// Its name in addresses.
        pub team_name: String,
        /// When the team was last changed.
        pub team_update_at: Timestamp,
    }
}

model! {
    /// A page of channels, and how many there are.
    pub struct ChannelsWithCount {
        /// The channels of this page.
        pub channels: Vec<ChannelWithTeamData>,
        /// How many there are in all.
        pub total_count: i64,
    }
}

model! {
    /// How many people and things are in a channel.
    pub struct ChannelStats {
        /// The channel.
        pub channel_id: ChannelId,
        /// Members, guests included.
        pub member_count: i64,
        /// Guests.
        pub guest_count: i64,
        /// Pinned posts.
        pub pinnedpost_count: i64,
        /// Files.
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
        let both: ChannelWithTeamData = crate::model::json::decode(text.as_bytes()).unwrap();
        assert_eq!((&*both.team.team_name, both.channel.props.as_str()), ("t", r#"{"a":1}"#));
        let back = serde_json::to_value(&both).unwrap();
        assert_eq!((&back["team_name"], &back["props"]["a"]), (&"t".into(), &1.into()));
    }
}
