//! Permissions of the default roles.

use super::state::World;

/// Roles as bits, for the rows of the table below.
const CHANNEL_USER: u8 = 1;
const CHANNEL_ADMIN: u8 = 2;
const TEAM_USER: u8 = 4;
const TEAM_ADMIN: u8 = 8;
const GUEST: u8 = 16;

/// An action that needs a role in a channel or a team. System administrators have all permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permission {
    CreatePost,
    AddReaction,
    DeleteOthersPosts,
    ReadChannel,
    ReadPublicChannel,
    UploadFile,
    ManageProperties,
    ManageMembers,
    ManageChannelRoles,
    ConvertChannel,
    DeleteChannel,
    UseSlashCommands,
    CreateChannel,
    ViewTeam,
    AddToTeam,
    ManageTeam,
    ManageIntegrations,
}

impl Permission {
    fn roles(self) -> u8 {
        match self {
            Self::CreatePost | Self::AddReaction => CHANNEL_USER | TEAM_ADMIN | GUEST,
            Self::ReadChannel | Self::UploadFile | Self::UseSlashCommands => CHANNEL_USER | GUEST,
            Self::ReadPublicChannel | Self::CreateChannel | Self::AddToTeam => TEAM_USER,
            Self::ManageProperties | Self::DeleteChannel => CHANNEL_USER,
            Self::ManageMembers => CHANNEL_USER | TEAM_ADMIN,
            Self::ManageChannelRoles => CHANNEL_ADMIN | TEAM_ADMIN,
            Self::ViewTeam => TEAM_USER | GUEST,
            Self::DeleteOthersPosts | Self::ConvertChannel | Self::ManageTeam | Self::ManageIntegrations => {
                TEAM_ADMIN
            }
        }
    }
}

impl World {
    /// The roles that a user has in a team.
    fn team_roles(&self, user_id: &str, team_id: &str) -> u8 {
        let guest = self.user(user_id).is_some_and(super::state::StoredUser::is_guest);
        match self.team(team_id).and_then(|team| team.member(user_id)) {
            None => 0,
            Some(_) if guest => GUEST,
            Some(member) if member.admin => TEAM_USER | TEAM_ADMIN,
            Some(_) => TEAM_USER,
        }
    }

    fn channel_roles(&self, user_id: &str, channel_id: &str) -> u8 {
        let Some(channel) = self.channel(channel_id) else { return 0 };
        let guest = self.user(user_id).is_some_and(super::state::StoredUser::is_guest);
        let own = match channel.member(user_id) {
            None => 0,
            Some(_) if guest => GUEST,
            Some(member) if member.admin => CHANNEL_USER | CHANNEL_ADMIN,
            Some(_) => CHANNEL_USER,
        };
        // A guest of a team is not a guest of its other channels.
        own | (self.team_roles(user_id, &channel.team_id) & !GUEST)
    }

    /// Returns `true` if a user has a permission in a channel, by a role there, in its team or in the system.
    pub(super) fn allows_in_channel(&self, user_id: &str, channel_id: &str, permission: Permission) -> bool {
        if self.channel(channel_id).is_none() {
            return false;
        }
        self.is_admin(user_id) || self.channel_roles(user_id, channel_id) & permission.roles() != 0
    }

    /// Returns `true` if a user has a permission in a team, by a role there or in the system.
    pub(super) fn allows_in_team(&self, user_id: &str, team_id: &str, permission: Permission) -> bool {
        let known = !team_id.is_empty();
        known && (self.is_admin(user_id) || self.team_roles(user_id, team_id) & permission.roles() != 0)
    }

    /// Returns `true` if a user may create personal access tokens.
    pub(super) fn may_create_tokens(&self, user_id: &str) -> bool {
        let has =
            |role: &str| self.user(user_id).is_some_and(|user| user.roles.split(' ').any(|own| own == role));
        self.is_admin(user_id) || has("system_user_access_token")
    }
}
