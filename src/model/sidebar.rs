//! Categories of the side bar.

use serde::Serialize;

use crate::model::{CategoryId, ChannelId, TeamId, UserId};

open_enum! {
    /// What kind of category it is.
    SidebarCategoryType {
        /// Public and private channels.
        Channels = "channels",
        /// Direct and group channels.
        DirectMessages = "direct_messages",
        /// Favourites.
        Favorites = "favorites",
        /// One of the account's own.
        Custom = "custom",
    }
}

open_enum! {
    /// How a category is sorted.
    SidebarCategorySorting {
        /// As the server sees fit.
        Default = "",
        /// By hand.
        Manual = "manual",
        /// The newest post first.
        Recent = "recent",
        /// By name.
        Alphabetical = "alpha",
    }
}

model! {
    /// A category of the side bar of an account in a team.
    pub struct SidebarCategory {
        /// Its id; those the server made are longer than others.
        pub id: CategoryId,
        /// Whose it is.
        pub user_id: UserId,
        /// In which team.
        pub team_id: TeamId,
        /// Its place: tens.
        pub sort_order: i64,
        /// How its channels are sorted.
        pub sorting: SidebarCategorySorting,
        /// What kind it is.
        #[serde(rename = "type")]
        pub kind: SidebarCategoryType,
        /// What it says.
        pub display_name: String,
        /// Whether all its channels are muted.
        pub muted: bool,
        /// Whether it is folded.
        pub collapsed: bool,
        /// Its channels. A change replaces them all.
        pub channel_ids: Vec<ChannelId>,
    }
}

impl From<&SidebarCategory> for CategoryId {
    fn from(from: &SidebarCategory) -> Self {
        from.id.clone()
    }
}

model! {
    /// All categories, and their order.
    pub struct OrderedSidebarCategories {
        /// The categories.
        pub categories: Vec<SidebarCategory>,
        /// Their order.
        pub order: Vec<CategoryId>,
    }
}

/// A new category.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SidebarCategoryDraft {
    /// Whose it is.
    pub user_id: UserId,
    /// In which team.
    pub team_id: TeamId,
    /// What it says.
    pub display_name: String,
    /// Its channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_ids: Option<Vec<ChannelId>>,
    /// How its channels are sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sorting: Option<SidebarCategorySorting>,
    /// Whether all its channels are muted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted: Option<bool>,
    /// Whether it is folded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collapsed: Option<bool>,
}

impl SidebarCategoryDraft {
    /// With what is required.
    pub fn new(
        user_id: impl Into<UserId>,
        team_id: impl Into<TeamId>,
        display_name: impl Into<String>,
    ) -> Self {
        Self {
            user_id: user_id.into(),
            team_id: team_id.into(),
            display_name: display_name.into(),
            channel_ids: None,
            sorting: None,
            muted: None,
            collapsed: None,
        }
    }
}

setters! { SidebarCategoryDraft:
    /// Its channels.
    channel_ids: Vec<ChannelId>,
    /// How its channels are sorted.
    sorting: SidebarCategorySorting,
    /// Whether all its channels are muted.
    muted: bool,
    /// Whether it is folded.
    collapsed: bool,
}
