//! Channels: lookup, creation, updates and archiving.

mod categories;
mod lists;
mod members;

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    Channel, ChannelDraft, ChannelId, ChannelModeration, ChannelModerationPatch, ChannelPatch, ChannelStats,
    ChannelType, PostList, SchemeId, Team, TeamId, UserId,
};
use crate::rest::names::explain_channel;
use crate::rest::real_id;

/// Channels. Returned by [`Client::channels`](crate::Client::channels).
///
/// ```no_run
/// # fn run(client: &mattermost::Client, team: &mattermost::TeamId) -> mattermost::Result<()> {
/// use mattermost::{ChannelDraft, ChannelMemberDraft};
/// let bob = client.users().get_by_username("bob")?;
/// let draft = ChannelDraft::private(team, "release-7", "Release 7");
/// let room = client.channels().create(&draft)?;
/// client.channels().add_member(&room.id, &bob.id)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Channels<'c>(pub(crate) &'c HttpClient);

impl Channels<'_> {
    /// Gets a channel.
    ///
    /// `GET /channels/{channel_id}`
    ///
    /// Required permissions, depending on the request: `read_public_channel`, `read_channel`.
    #[doc(alias = "GetChannel")]
    #[inline]
    pub fn get(&self, channel: &ChannelId) -> Result<Channel> {
        self.0.get("/channels/{channel_id}", &[channel]).decode()
    }

    /// Gets a channel by its short name. Returns 404 for private channels that the current account is not a
    /// member of.
    ///
    /// `GET /teams/{team_id}/channels/name/{channel_name}`
    ///
    /// Direct and group channels are also found by name, in any team that the account is a member of.
    ///
    /// Required permissions, depending on the request: `read_public_channel`, `read_channel`, `manage_team`.
    #[doc(alias = "GetChannelByName")]
    #[inline]
    pub fn get_by_name(&self, team: &TeamId, name: &str) -> Result<Channel> {
        let call = self.0.get("/teams/{team_id}/channels/name/{channel_name}", &[team, &name]);
        call.decode().map_err(|error| explain_channel(error, name, team.as_str()))
    }

    /// Gets a channel by its short name, including an archived one.
    ///
    /// `GET /teams/{team_id}/channels/name/{channel_name}`
    ///
    /// Required permissions, depending on the request: `read_public_channel`, `read_channel`, `manage_team`.
    #[doc(alias = "GetChannelByName")]
    #[inline]
    pub fn get_by_name_with_archived(&self, team: &TeamId, name: &str) -> Result<Channel> {
        let template = "/teams/{team_id}/channels/name/{channel_name}";
        let call = self.0.get(template, &[team, &name]).param("include_deleted", true);
        call.decode().map_err(|error| explain_channel(error, name, team.as_str()))
    }

    /// Gets a channel by its short name and the short name of its team.
    ///
    /// `GET /teams/name/{team_name}/channels/name/{channel_name}`
    ///
    /// Required permissions, depending on the request: `read_channel`, `read_public_channel`, `manage_team`.
    #[doc(alias = "GetChannelByNameForTeamName")]
    #[inline]
    pub fn get_by_names(&self, team_name: &str, name: &str) -> Result<Channel> {
        let call = self.0.get("/teams/name/{team_name}/channels/name/{channel_name}", &[&team_name, &name]);
        call.decode().map_err(|error| explain_channel(error, name, team_name))
    }

    /// Gets a channel by its short name and the short name of its team, including an archived one.
    ///
    /// `GET /teams/name/{team_name}/channels/name/{channel_name}`
    #[doc(alias = "GetChannelByNameForTeamName")]
    #[inline]
    pub fn get_by_names_with_archived(&self, team_name: &str, name: &str) -> Result<Channel> {
        let template = "/teams/name/{team_name}/channels/name/{channel_name}";
        let call = self.0.get(template, &[&team_name, &name]).param("include_deleted", true);
        call.decode().map_err(|error| explain_channel(error, name, team_name))
    }

    /// Creates a public or private channel.
    ///
    /// `POST /channels`
    ///
    /// Required permissions, depending on the request: `create_public_channel`, `create_private_channel`.
    #[doc(alias = "CreateChannel")]
    #[inline]
    pub fn create(&self, draft: &ChannelDraft) -> Result<Channel> {
        self.0.post("/channels", &[]).json(draft).decode()
    }

    /// Gets the direct channel between two users and creates it if necessary. One of them is usually the
    /// current account.
    ///
    /// `POST /channels/direct`
    ///
    /// Required permissions, depending on the request: `create_direct_channel`, `manage_system`.
    #[doc(alias = "CreateDirectChannel")]
    #[inline]
    pub fn create_direct(&self, one: &UserId, other: &UserId) -> Result<Channel> {
        let users = [real_id(self.0, one)?, real_id(self.0, other)?];
        self.0.post("/channels/direct", &[]).json(&users).decode()
    }

    /// Gets the group channel of 3 to 8 users and creates it if necessary. The current account is added if it
    /// is not listed.
    ///
    /// `POST /channels/group`
    ///
    /// Required permission: `create_group_channel`.
    #[doc(alias = "CreateGroupChannel")]
    #[inline]
    pub fn create_group(&self, users: &[UserId]) -> Result<Channel> {
        self.0.post("/channels/group", &[]).json(&users).decode()
    }

    /// Replaces a channel with the given value. Start from the result of [`get`](Self::get).
    ///
    /// `PUT /channels/{channel_id}`
    ///
    /// Required permissions, depending on the request: `manage_public_channel_members`,
    /// `manage_private_channel_members`.
    #[doc(alias = "UpdateChannel")]
    #[inline]
    pub fn update(&self, channel: &Channel) -> Result<Channel> {
        self.0.put("/channels/{channel_id}", &[&channel.id]).json(channel).decode()
    }

    /// Updates a channel. Unset fields keep their values.
    ///
    /// `PUT /channels/{channel_id}/patch`
    ///
    /// Required permissions, depending on the request: `manage_public_channel_properties`,
    /// `manage_public_channel_auto_translation`, `manage_public_channel_banner`,
    /// `manage_private_channel_properties`, `manage_private_channel_auto_translation`,
    /// `manage_private_channel_banner`.
    #[doc(alias = "PatchChannel")]
    #[inline]
    pub fn patch(&self, channel: &ChannelId, patch: &ChannelPatch) -> Result<Channel> {
        self.0.put("/channels/{channel_id}/patch", &[channel]).json(patch).decode()
    }

    /// Makes a channel public or private.
    ///
    /// `PUT /channels/{channel_id}/privacy`
    ///
    /// Required permissions, depending on the request: `convert_private_channel_to_public`,
    /// `convert_public_channel_to_private`. Since server 5.16.
    #[doc(alias = "UpdateChannelPrivacy")]
    #[inline]
    pub fn set_privacy(&self, channel: &ChannelId, kind: &ChannelType) -> Result<Channel> {
        self.0.put("/channels/{channel_id}/privacy", &[channel]).json(&json!({"privacy": kind})).decode()
    }

    /// Archives a channel. Its posts remain readable if the server settings allow it.
    ///
    /// `DELETE /channels/{channel_id}`
    ///
    /// Required permissions, depending on the request: `delete_public_channel`, `delete_private_channel`,
    /// `manage_system`.
    #[doc(alias = "DeleteChannel")]
    #[inline]
    pub fn archive(&self, channel: &ChannelId) -> Result<()> {
        self.0.delete("/channels/{channel_id}", &[channel]).send()
    }

    /// Permanently deletes a channel and all its posts, if the server settings allow it.
    ///
    /// `DELETE /channels/{channel_id}`
    ///
    /// Required permissions, depending on the request: `delete_public_channel`, `delete_private_channel`,
    /// `manage_system`.
    #[doc(alias = "DeleteChannel")]
    #[inline]
    pub fn delete_permanently(&self, channel: &ChannelId) -> Result<()> {
        self.0.delete("/channels/{channel_id}", &[channel]).param("permanent", true).send()
    }

    /// Restores an archived channel.
    ///
    /// `POST /channels/{channel_id}/restore`
    ///
    /// Required permissions, depending on the request: `manage_team`,
    /// `sysconsole_write_user_management_channels`. Since server 3.10.
    #[doc(alias = "RestoreChannel")]
    #[inline]
    pub fn restore(&self, channel: &ChannelId) -> Result<Channel> {
        self.0.post("/channels/{channel_id}/restore", &[channel]).decode()
    }

    /// Moves a channel to another team. Fails if a member of the channel is not a member of that team.
    ///
    /// `POST /channels/{channel_id}/move`
    ///
    /// Required permission: `manage_system`. Since server 5.26.
    #[doc(alias = "MoveChannel")]
    #[inline]
    pub fn move_to_team(&self, channel: &ChannelId, team: &TeamId) -> Result<Channel> {
        self.0
            .post("/channels/{channel_id}/move", &[channel])
            .json(&json!({"team_id": team, "force": false}))
            .decode()
    }

    /// Moves a channel to another team and removes members who are not in that team.
    ///
    /// `POST /channels/{channel_id}/move`
    ///
    /// Required permission: `manage_system`. Since server 5.26.
    #[doc(alias = "MoveChannel")]
    #[inline]
    pub fn move_to_team_by_force(&self, channel: &ChannelId, team: &TeamId) -> Result<Channel> {
        let template = "/channels/{channel_id}/move";
        self.0.post(template, &[channel]).json(&json!({"team_id": team, "force": true})).decode()
    }

    /// Converts a group channel to a private channel of a team.
    ///
    /// `POST /channels/{channel_id}/convert_to_channel`
    ///
    /// Required permission: `create_private_channel`.
    #[inline]
    pub fn convert_to_private(&self, channel: &ChannelId, draft: &ChannelDraft) -> Result<Channel> {
        let (team, name, display) = (&draft.team_id, &draft.name, &draft.display_name);
        let body = json!({"channel_id": channel, "team_id": team, "name": name, "display_name": display});
        self.0.post("/channels/{channel_id}/convert_to_channel", &[channel]).json(&body).decode()
    }

    /// Lists the teams that all members of a group channel belong to.
    ///
    /// `GET /channels/{channel_id}/common_teams`
    ///
    /// Required permission: `read_channel`. Since server 9.1.
    #[doc(alias = "GetGroupMessageMembersCommonTeams")]
    #[inline]
    pub fn common_teams(&self, channel: &ChannelId) -> Result<Vec<Team>> {
        self.0.get("/channels/{channel_id}/common_teams", &[channel]).decode()
    }

    /// Gets the numbers of members, pinned posts and files of a channel.
    ///
    /// `GET /channels/{channel_id}/stats`
    ///
    /// Required permission: `read_channel`.
    #[doc(alias = "GetChannelStats")]
    #[inline]
    pub fn stats(&self, channel: &ChannelId) -> Result<ChannelStats> {
        self.0.get("/channels/{channel_id}/stats", &[channel]).decode()
    }

    /// Lists the time zones of the members of a channel.
    ///
    /// `GET /channels/{channel_id}/timezones`
    ///
    /// Required permission: `read_channel`. Since server 5.6.
    #[doc(alias = "GetChannelMembersTimezones")]
    #[inline]
    pub fn timezones(&self, channel: &ChannelId) -> Result<Vec<String>> {
        self.0.get("/channels/{channel_id}/timezones", &[channel]).decode()
    }

    /// Lists the pinned posts of a channel.
    ///
    /// `GET /channels/{channel_id}/pinned`
    ///
    /// Required permission: `read_channel_content`.
    #[doc(alias = "GetPinnedPosts")]
    #[inline]
    pub fn pinned(&self, channel: &ChannelId) -> Result<PostList> {
        self.0.get("/channels/{channel_id}/pinned", &[channel]).decode()
    }

    /// Assigns a permission scheme to a channel.
    ///
    /// `PUT /channels/{channel_id}/scheme`
    ///
    /// Required permission: `manage_system`. Since server 4.10.
    #[doc(alias = "UpdateChannelScheme")]
    #[inline]
    pub fn set_scheme(&self, channel: &ChannelId, scheme: &SchemeId) -> Result<()> {
        self.0.put("/channels/{channel_id}/scheme", &[channel]).json(&json!({"scheme_id": scheme})).send()
    }

    /// Gets the permissions of members and guests in a channel. Requires a license.
    ///
    /// `GET /channels/{channel_id}/moderations`
    ///
    /// Required permission: `manage_system`. Since server 5.22.
    #[doc(alias = "GetChannelModerations")]
    #[inline]
    pub fn moderations(&self, channel: &ChannelId) -> Result<Vec<ChannelModeration>> {
        self.0.get("/channels/{channel_id}/moderations", &[channel]).decode()
    }

    /// Updates the permissions of members and guests in a channel. Requires a license.
    ///
    /// `PUT /channels/{channel_id}/moderations/patch`
    ///
    /// Required permission: `manage_system`. Since server 5.22.
    #[doc(alias = "PatchChannelModerations")]
    #[inline]
    pub fn patch_moderations(
        &self,
        channel: &ChannelId,
        patches: &[ChannelModerationPatch],
    ) -> Result<Vec<ChannelModeration>> {
        self.0.put("/channels/{channel_id}/moderations/patch", &[channel]).json(&patches).decode()
    }
}
