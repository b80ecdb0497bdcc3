//! Sidebar categories.

use crate::model::{CategoryId, ChannelId, TeamId, UserId};

open_enum! {
    /// Type of a sidebar category.
    SidebarCategoryType {
        /// Public and private channels.
        Channels = "channels",
        /// Direct and group channels.
        DirectMessages = "direct_messages",
        /// Favorite channels.
        Favorites = "favorites",
        /// A custom category.
        Custom = "custom",
    }
}

open_enum! {
    /// Sort order of a category.
    SidebarCategorySorting {
        /// Default order of the server.
        Default = "",
        /// Manual order.
        Manual = "manual",
        /// Most recent post first.
        Recent = "recent",
        /// Alphabetical order.
        Alphabetical = "alpha",
    }
}

model! {
    /// A sidebar category of a user in a team.
    pub struct SidebarCategory {
        /// The ID. IDs of built-in categories are longer than other IDs.
        pub id: CategoryId,
        /// ID of the user to whom the category belongs.
        pub user_id: UserId,
        /// ID of the team.
        pub team_id: TeamId,
        /// Position, in steps of ten.
        pub sort_order: i64,
        /// Sort order of the channels.
        pub sorting: SidebarCategorySorting,
        /// The category type.
        #[serde(rename = "type")]
        pub kind: SidebarCategoryType,
        /// The display name.
        pub display_name: String,
        /// `true` if all channels are muted.
        pub muted: bool,
        /// `true` if the category is collapsed.
        pub collapsed: bool,
        /// IDs of the channels. An update replaces the whole list.
        pub channel_ids: Vec<ChannelId>,
    }
}

model! {
    /// All sidebar categories and their order.
    pub struct OrderedSidebarCategories {
        /// The categories.
        pub categories: Vec<SidebarCategory>,
        /// Category IDs in display order.
        pub order: Vec<CategoryId>,
    }
}

input! {
    /// A new sidebar category.
    pub struct SidebarCategoryDraft {
        /// ID of the user to whom the category belongs.
        pub user_id: UserId,
        /// ID of the team.
        pub team_id: TeamId,
        /// The display name.
        pub display_name: String,
    }
    optional {
        /// IDs of the channels.
        channel_ids: Vec<ChannelId>,
        /// Sort order of the channels.
        sorting: SidebarCategorySorting,
        /// `true` if all channels are muted.
        muted: bool,
        /// `true` if the category is collapsed.
        collapsed: bool,
    }
}
