//! Channels: find, make, change and end them.

mod categories;
mod lists;
mod members;

use serde_json::json;

use crate::error::Result;
use crate::http::Http;
use crate::model::{
    Channel, ChannelDraft, ChannelId, ChannelModeration, ChannelModerationPatch, ChannelPatch, ChannelStats,
    ChannelType, PostList, SchemeId, Team, TeamId, UserId,
};
use crate::rest::real_id;

/// Channels, by [`Client::channels`](crate::Client::channels).
///
/// ```no_run
/// # fn run(client: &mattermost::Client, team: &mattermost::TeamId) -> mattermost::Result<()> {
/// use mattermost::{ChannelDraft, ChannelMemberDraft};
/// let bob = client.users().get_by_username("bob")?;
/// let room = client.channels().create(&ChannelDraft::private(team, "release-7", "Release 7"))?;
/// client.channels().add_member(&room.id, &bob.id)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Channels<'c>(pub(crate) &'c Http);

impl Channels<'_> {
    /// Gets a channel.
    ///
    /// `GET /channels/{channel_id}`
    ///
    /// Permissions, as the case may be: `read_public_channel`, `read_channel`.
    #[doc(alias = "GetChannel")]
    pub fn get(&self, channel: &ChannelId) -> Result<Channel> {
        self.0.get("/channels/{channel_id}", &[channel]).fetch()
    }

    /// Gets a channel by its short name. 404 also for private ones that one is not in.
    ///
    /// `GET /teams/{team_id}/channels/name/{channel_name}`
    ///
    /// Direct and group channels are found by their names too, with any team that the account is in.
    ///
    /// Permissions, as the case may be: `read_public_channel`, `read_channel`, `manage_team`.
    #[doc(alias = "GetChannelByName")]
    pub fn get_by_name(&self, team: &TeamId, name: &str) -> Result<Channel> {
        self.0.get("/teams/{team_id}/channels/name/{channel_name}", &[team, &name]).fetch()
    }

    /// Gets a channel by its short name, also an archived one.
    ///
    /// `GET /teams/{team_id}/channels/name/{channel_name}`
    ///
    /// Permissions, as the case may be: `read_public_channel`, `read_channel`, `manage_team`.
    #[doc(alias = "GetChannelByName")]
    pub fn get_by_name_with_archived(&self, team: &TeamId, name: &str) -> Result<Channel> {
        let template = "/teams/{team_id}/channels/name/{channel_name}";
        self.0.get(template, &[team, &name]).param("include_deleted", true).fetch()
    }

    /// Gets a channel by the short names of its team and its own.
    ///
    /// `GET /teams/name/{team_name}/channels/name/{channel_name}`
    ///
    /// Permissions, as the case may be: `read_channel`, `read_public_channel`, `manage_team`.
    #[doc(alias = "GetChannelByNameForTeamName")]
    pub fn get_by_names(&self, team_name: &str, name: &str) -> Result<Channel> {
        self.0.get("/teams/name/{team_name}/channels/name/{channel_name}", &[&team_name, &name]).fetch()
    }

    /// Gets a channel by the short names of its team and its own, also an archived one.
    ///
    /// `GET /teams/name/{team_name}/channels/name/{channel_name}`
    #[doc(alias = "GetChannelByNameForTeamName")]
    pub fn get_by_names_with_archived(&self, team_name: &str, name: &str) -> Result<Channel> {
        let template = "/teams/name/{team_name}/channels/name/{channel_name}";
        self.0.get(template, &[&team_name, &name]).param("include_deleted", true).fetch()
    }

    /// Creates a public or private channel.
    ///
    /// `POST /channels`
    ///
    /// Permissions, as the case may be: `create_public_channel`, `create_private_channel`.
    #[doc(alias = "CreateChannel")]
    pub fn create(&self, draft: &ChannelDraft) -> Result<Channel> {
        self.0.post("/channels", &[]).json(draft).fetch()
    }

    /// Gets the direct channel of two accounts, and creates it if there is none. One of them is mostly
    /// oneself.
    ///
    /// `POST /channels/direct`
    ///
    /// Permissions, as the case may be: `create_direct_channel`, `manage_system`.
    #[doc(alias = "CreateDirectChannel")]
    pub fn create_direct(&self, one: &UserId, other: &UserId) -> Result<Channel> {
        let users = [real_id(self.0, one)?, real_id(self.0, other)?];
        self.0.post("/channels/direct", &[]).json(&users).fetch()
    }

    /// Gets the group channel of 3 to 8 accounts, and creates it if there is none. Oneself need not be named.
    ///
    /// `POST /channels/group`
    ///
    /// Permission: `create_group_channel`.
    #[doc(alias = "CreateGroupChannel")]
    pub fn create_group(&self, users: &[UserId]) -> Result<Channel> {
        self.0.post("/channels/group", &[]).json(&users).fetch()
    }

    /// Replaces a channel by what is given: start from [`get`](Self::get).
    ///
    /// `PUT /channels/{channel_id}`
    ///
    /// Permissions, as the case may be: `manage_public_channel_members`, `manage_private_channel_members`.
    #[doc(alias = "UpdateChannel")]
    pub fn update(&self, channel: &Channel) -> Result<Channel> {
        self.0.put("/channels/{channel_id}", &[&channel.id]).json(channel).fetch()
    }

    /// Changes what is set in `patch`.
    ///
    /// `PUT /channels/{channel_id}/patch`
    ///
    /// Permissions, as the case may be: `manage_public_channel_properties`,
    /// `manage_public_channel_auto_translation`, `manage_public_channel_banner`,
    /// `manage_private_channel_properties`, `manage_private_channel_auto_translation`,
    /// `manage_private_channel_banner`.
    #[doc(alias = "PatchChannel")]
    pub fn patch(&self, channel: &ChannelId, patch: &ChannelPatch) -> Result<Channel> {
        self.0.put("/channels/{channel_id}/patch", &[channel]).json(patch).fetch()
    }

    /// Makes a channel public or private.
    ///
    /// `PUT /channels/{channel_id}/privacy`
    ///
    /// Permissions, as the case may be: `convert_private_channel_to_public`,
    /// `convert_public_channel_to_private`. Since 5.16.
    #[doc(alias = "UpdateChannelPrivacy")]
    pub fn set_privacy(&self, channel: &ChannelId, kind: &ChannelType) -> Result<Channel> {
        self.0.put("/channels/{channel_id}/privacy", &[channel]).json(&json!({"privacy": kind})).fetch()
    }

    /// Archives a channel; its posts stay readable where the server's settings say so.
    ///
    /// `DELETE /channels/{channel_id}`
    ///
    /// Permissions, as the case may be: `delete_public_channel`, `delete_private_channel`, `manage_system`.
    #[doc(alias = "DeleteChannel")]
    pub fn archive(&self, channel: &ChannelId) -> Result<()> {
        self.0.delete("/channels/{channel_id}", &[channel]).ok()
    }

    /// Removes a channel and all its posts. Where the server's settings allow that.
    ///
    /// `DELETE /channels/{channel_id}`
    ///
    /// Permissions, as the case may be: `delete_public_channel`, `delete_private_channel`, `manage_system`.
    #[doc(alias = "DeleteChannel")]
    pub fn delete_permanently(&self, channel: &ChannelId) -> Result<()> {
        self.0.delete("/channels/{channel_id}", &[channel]).param("permanent", true).ok()
    }

    /// Restores an archived channel.
    ///
    /// `POST /channels/{channel_id}/restore`
    ///
    /// Permissions, as the case may be: `manage_team`, `sysconsole_write_user_management_channels`. Since
    /// 3.10.
    #[doc(alias = "RestoreChannel")]
    pub fn restore(&self, channel: &ChannelId) -> Result<Channel> {
        self.0.post("/channels/{channel_id}/restore", &[channel]).fetch()
    }

    /// Moves a channel to another team; refused while members are not in that team.
    ///
    /// `POST /channels/{channel_id}/move`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "MoveChannel")]
    pub fn move_to_team(&self, channel: &ChannelId, team: &TeamId) -> Result<Channel> {
        self.0
            .post("/channels/{channel_id}/move", &[channel])
            .json(&json!({"team_id": team, "force": false}))
            .fetch()
    }

    /// Moves a channel to another team, and removes members who are not in that team.
    ///
    /// `POST /channels/{channel_id}/move`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "MoveChannel")]
    pub fn move_to_team_by_force(&self, channel: &ChannelId, team: &TeamId) -> Result<Channel> {
        let template = "/channels/{channel_id}/move";
        self.0.post(template, &[channel]).json(&json!({"team_id": team, "force": true})).fetch()
    }

    /// Makes a group channel a private channel of a team.
    ///
    /// `POST /channels/{channel_id}/convert_to_channel`
    ///
    /// Permission: `create_private_channel`.
    pub fn convert_to_private(&self, channel: &ChannelId, draft: &ChannelDraft) -> Result<Channel> {
        let (team, name, display) = (&draft.team_id, &draft.name, &draft.display_name);
        let body = json!({"channel_id": channel, "team_id": team, "name": name, "display_name": display});
        self.0.post("/channels/{channel_id}/convert_to_channel", &[channel]).json(&body).fetch()
    }

    /// Lists the teams that all members of a group channel are in.
    ///
    /// `GET /channels/{channel_id}/common_teams`
    ///
    /// Permission: `read_channel`. Since 9.1.
    #[doc(alias = "GetGroupMessageMembersCommonTeams")]
    pub fn common_teams(&self, channel: &ChannelId) -> Result<Vec<Team>> {
        self.0.get("/channels/{channel_id}/common_teams", &[channel]).fetch()
    }

    /// Counts members, pinned posts and files.
    ///
    /// `GET /channels/{channel_id}/stats`
    ///
    /// Permission: `read_channel`.
    #[doc(alias = "GetChannelStats")]
    pub fn stats(&self, channel: &ChannelId) -> Result<ChannelStats> {
        self.0.get("/channels/{channel_id}/stats", &[channel]).fetch()
    }

    /// Lists the time zones of a channel's members.
    ///
    /// `GET /channels/{channel_id}/timezones`
    ///
    /// Permission: `read_channel`. Since 5.6.
    #[doc(alias = "GetChannelMembersTimezones")]
    pub fn timezones(&self, channel: &ChannelId) -> Result<Vec<String>> {
        self.0.get("/channels/{channel_id}/timezones", &[channel]).fetch()
    }

    /// Lists the pinned posts of a channel.
    ///
    /// `GET /channels/{channel_id}/pinned`
    ///
    /// Permission: `read_channel_content`.
    #[doc(alias = "GetPinnedPosts")]
    pub fn pinned(&self, channel: &ChannelId) -> Result<PostList> {
        self.0.get("/channels/{channel_id}/pinned", &[channel]).fetch()
    }

    /// Gives a channel a permission scheme of its own.
    ///
    /// `PUT /channels/{channel_id}/scheme`
    ///
    /// Permission: `manage_system`. Since 4.10.
    #[doc(alias = "UpdateChannelScheme")]
    pub fn set_scheme(&self, channel: &ChannelId, scheme: &SchemeId) -> Result<()> {
        self.0.put("/channels/{channel_id}/scheme", &[channel]).json(&json!({"scheme_id": scheme})).ok()
    }

    /// Tells what members and guests may do in a channel. Needs a licence.
    ///
    /// `GET /channels/{channel_id}/moderations`
    ///
    /// Permission: `manage_system`. Since 5.22.
    #[doc(alias = "GetChannelModerations")]
    pub fn moderations(&self, channel: &ChannelId) -> Result<Vec<ChannelModeration>> {
        self.0.get("/channels/{channel_id}/moderations", &[channel]).fetch()
    }

    /// Changes what members and guests may do in a channel. Needs a licence.
    ///
    /// `PUT /channels/{channel_id}/moderations/patch`
    ///
    /// Permission: `manage_system`. Since 5.22.
    #[doc(alias = "PatchChannelModerations")]
    pub fn patch_moderations(
        &self,
        channel: &ChannelId,
        patches: &[ChannelModerationPatch],
    ) -> Result<Vec<ChannelModeration>> {
        self.0.put("/channels/{channel_id}/moderations/patch", &[channel]).json(&patches).fetch()
    }
}
