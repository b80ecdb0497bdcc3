//! Teams, groups, the side bar.

use crate::model::{
    CategoryId, ChannelId, Group, GroupId, GroupMember, SidebarCategory, Team, TeamId, TeamMember, UserId,
};

model! {
    /// This account came into a team.
    pub struct AddedToTeam {
        /// The team.
        pub team_id: TeamId,
        /// This account.
        pub user_id: UserId,
    }
}

model! {
    /// Somebody left a team, or was removed.
    pub struct LeaveTeam {
        /// The team.
        pub team_id: TeamId,
        /// Who.
        pub user_id: UserId,
    }
}

model! {
    /// A team changed.
    pub struct TeamChanged {
        /// As it is now, without its e-mail address and invitation.
        #[serde(with = "super::embedded")]
        pub team: Team,
    }
}

model! {
    /// The own roles in a team changed.
    pub struct MemberroleUpdated {
        /// The membership.
        #[serde(with = "super::embedded")]
        pub member: TeamMember,
    }
}

model! {
    /// A category of the side bar came, or went.
    pub struct SidebarCategoryChanged {
        /// The category.
        pub category_id: CategoryId,
        /// The team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// Categories of the side bar changed.
    pub struct SidebarCategoryUpdated {
        /// As they are now. `None` if the server does not say what changed: fetch them.
        #[serde(rename = "updatedCategories", with = "super::embedded", skip_serializing_if = "Option::is_none")]
        pub categories: Option<Vec<SidebarCategory>>,
        /// The team; empty if it may be any.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// The categories of the side bar were put in another order.
    pub struct SidebarCategoryOrderUpdated {
        /// All of them, in order.
        pub order: Vec<CategoryId>,
        /// The team.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
    }
}

model! {
    /// A group was linked to a team or a channel, or unlinked.
    pub struct GroupLinkChanged {
        /// The group.
        pub group_id: GroupId,
        /// The team, if it is about one.
        #[serde(skip_serializing_if = "TeamId::is_empty")]
        pub team_id: TeamId,
        /// The channel, if it is about one.
        #[serde(skip_serializing_if = "ChannelId::is_empty")]
        pub channel_id: ChannelId,
    }
}

model! {
    /// A group was made, changed, deleted or restored.
    pub struct ReceivedGroup {
        /// As it is now.
        #[serde(with = "super::embedded")]
        pub group: Group,
    }
}

model! {
    /// This account came into a group, or left it.
    pub struct GroupMemberChanged {
        /// The membership.
        #[serde(with = "super::embedded")]
        pub group_member: GroupMember,
    }
}
