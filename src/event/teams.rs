//! Teams, groups and sidebar categories.

use crate::model::{
    CategoryId, ChannelId, Group, GroupId, GroupMember, SidebarCategory, Team, TeamId, TeamMember, UserId,
};

model! {
    /// The current account joined a team.
    pub struct AddedToTeam {
        /// ID of the team.
        pub team_id: TeamId,
        /// ID of the current account.
        pub user_id: UserId,
    }
}

model! {
    /// A user left a team or was removed.
    pub struct LeaveTeam {
        /// ID of the team.
        pub team_id: TeamId,
        /// ID of the user.
        pub user_id: UserId,
    }
}

model! {
    /// A team was updated.
    pub struct TeamChanged {
        /// The updated team, without its email address and invite ID.
        #[serde(with = "super::embedded")]
        pub team: Team,
    }
}

model! {
    /// The current account's roles in a team changed.
    pub struct MemberroleUpdated {
        /// The membership.
        #[serde(with = "super::embedded")]
        pub member: TeamMember,
    }
}

model! {
    /// A sidebar category was added or removed.
    pub struct SidebarCategoryChanged {
        /// ID of the category.
        pub category_id: CategoryId,
        /// ID of the team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// Sidebar categories changed.
    pub struct SidebarCategoryUpdated {
        /// The updated categories. `None` if the server does not include them. In this case, fetch them.
        #[serde(rename = "updatedCategories", with = "super::embedded", skip_serializing_if = "Option::is_none")]
        pub categories: Option<Vec<SidebarCategory>>,
        /// ID of the team. Empty if it may be any team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// The sidebar categories were reordered.
    pub struct SidebarCategoryOrderUpdated {
        /// IDs of all categories in display order.
        pub order: Vec<CategoryId>,
        /// ID of the team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// A group was linked to or unlinked from a team or channel.
    pub struct GroupLinkChanged {
        /// ID of the group.
        pub group_id: GroupId,
        /// ID of the team, if any.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// ID of the channel, if any.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A group was created, updated, deleted or restored.
    pub struct ReceivedGroup {
        /// The updated group.
        #[serde(with = "super::embedded")]
        pub group: Group,
    }
}

model! {
    /// The current account was added to or removed from a group.
    pub struct GroupMemberChanged {
        /// The membership.
        #[serde(with = "super::embedded")]
        pub group_member: GroupMember,
    }
}
