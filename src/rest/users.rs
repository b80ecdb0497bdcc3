//! Accounts: find, make, change and end them.

mod admin;
mod login;
mod mfa;
mod sessions;
mod tokens;

use std::collections::BTreeMap;

use serde_json::json;

use crate::error::Result;
use crate::http::{Changed, Http};
use crate::model::{
    ChannelId, ChannelMemberWithTeamData, Page, PostId, User, UserAutocomplete, UserAutocompleteQuery,
    UserDraft, UserId, UserPage, UserPatch, UserSearch, UserStatsFilter, UsersStats,
};
use crate::page::{MOST, Pages, pages};
use crate::rest::{JsonLines, Upload, in_chunks};
use crate::secret::Secret;
use crate::time::Timestamp;

/// Accounts, by [`Client::users`](crate::Client::users).
///
/// ```no_run
/// # fn run(client: &mattermost::Client) -> mattermost::Result<()> {
/// let jane = client.users().get_by_username("janedoe")?;
/// for user in client.users().all(&mattermost::UserPage::new().active(true)) {
///     println!("{}", user?.username);
/// }
/// # Ok(()) }
/// ```
///
/// Where an account is asked for, [`UserId::me`] is the one that is logged in.
#[derive(Clone, Copy, Debug)]
pub struct Users<'c>(pub(crate) &'c Http);

impl<'c> Users<'c> {
    /// Gets the account that is logged in, with its settings.
    ///
    /// `GET /users/{user_id}`
    ///
    /// Permission: `view_members`.
    #[doc(alias = "GetUser")]
    pub fn me(&self) -> Result<User> {
        self.0.get("/users/{user_id}", &[&UserId::me()]).fetch()
    }

    /// Gets an account.
    ///
    /// `GET /users/{user_id}`
    ///
    /// Permission: `view_members`.
    #[doc(alias = "GetUser")]
    pub fn get(&self, user: &UserId) -> Result<User> {
        self.0.get("/users/{user_id}", &[user]).fetch()
    }

    /// Gets an account, if it changed since the entity tag of an earlier answer.
    ///
    /// `GET /users/{user_id}`
    ///
    /// Permission: `view_members`.
    #[doc(alias = "GetUser")]
    pub fn get_if_changed(&self, user: &UserId, etag: Option<&str>) -> Result<Changed<User>> {
        self.0.get("/users/{user_id}", &[user]).fetch_if_changed(etag)
    }

    /// Gets an account by its user name, without `@`.
    ///
    /// `GET /users/username/{username}`
    ///
    /// Permission: `view_members`.
    #[doc(alias = "GetUserByUsername")]
    pub fn get_by_username(&self, username: &str) -> Result<User> {
        self.0.get("/users/username/{username}", &[&username]).fetch()
    }

    /// Gets an account by its mail address.
    ///
    /// `GET /users/email/{email}`
    ///
    /// Servers that hide addresses refuse it with 403.
    ///
    /// Permission: `view_members`.
    #[doc(alias = "GetUserByEmail")]
    pub fn get_by_email(&self, email: &str) -> Result<User> {
        self.0.get("/users/email/{email}", &[&email]).fetch()
    }

    /// Lists one page of accounts.
    ///
    /// `GET /users`
    ///
    /// Permissions, as the case may be: `list_users_without_team`, `read_channel`, `view_team`,
    /// `sysconsole_read_user_management_groups`.
    #[doc(alias = "GetUsers")]
    pub fn list(&self, page: &UserPage) -> Result<Vec<User>> {
        self.0.get("/users", &[]).query(page).fetch()
    }

    /// Goes through all accounts that `page` lets through, 200 a call; its own paging does not count.
    ///
    /// Changing what is filtered by, while going through it, shifts the pages: collect first.
    pub fn all(&self, page: &UserPage) -> Pages<'c, User> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MOST)))
    }

    /// Gets accounts by id, in as many calls as that takes (200 each). Unknown and invisible ones are left out, and
    /// the order is not kept.
    ///
    /// `POST /users/ids`
    #[doc(alias = "GetUsersByIds")]
    pub fn list_by_ids(&self, ids: &[UserId]) -> Result<Vec<User>> {
        in_chunks(ids, |chunk| self.0.post("/users/ids", &[]).json(&chunk).reads().fetch())
    }

    /// Gets those of several accounts that changed after a time, up to a few thousand at once.
    ///
    /// `POST /users/ids`
    #[doc(alias = "GetUsersByIds")]
    pub fn list_by_ids_since(&self, ids: &[UserId], since: Timestamp) -> Result<Vec<User>> {
        self.0.post("/users/ids", &[]).param("since", since.as_millis()).json(&ids).reads().fetch()
    }

    /// Gets accounts by user name, in as many calls as that takes (200 each). Unknown ones are left out, and the
    /// order is not kept.
    ///
    /// `POST /users/usernames`
    #[doc(alias = "GetUsersByUsernames")]
    pub fn list_by_usernames<S: AsRef<str>>(&self, usernames: &[S]) -> Result<Vec<User>> {
        let names: Vec<&str> = usernames.iter().map(AsRef::as_ref).collect();
        in_chunks(&names, |chunk| self.0.post("/users/usernames", &[]).json(&chunk).reads().fetch())
    }

    /// Gets the members of group channels, by channel.
    ///
    /// `POST /users/group_channels`
    ///
    /// Since 5.14.
    #[doc(alias = "GetUsersByGroupChannelIds")]
    pub fn list_by_group_channels(&self, channels: &[ChannelId]) -> Result<BTreeMap<ChannelId, Vec<User>>> {
        self.0.post("/users/group_channels", &[]).json(&channels).reads().fetch()
    }

    /// Gets the accounts one shares a channel with.
    ///
    /// `GET /users/known`
    ///
    /// Since 5.23.
    #[doc(alias = "GetKnownUsers")]
    pub fn known(&self) -> Result<Vec<UserId>> {
        self.0.get("/users/known", &[]).fetch()
    }

    /// Searches accounts by the beginning of their names.
    ///
    /// `POST /users/search`
    ///
    /// A busy server refuses searches with 503.
    ///
    /// Permissions, as the case may be: `read_channel`, `view_team`.
    #[doc(alias = "SearchUsers")]
    pub fn search(&self, search: &UserSearch) -> Result<Vec<User>> {
        self.0.post("/users/search", &[]).json(search).reads().fetch()
    }

    /// Finds accounts for somebody who types a name.
    ///
    /// `GET /users/autocomplete`
    ///
    /// Permissions, as the case may be: `view_team`, `read_channel`.
    #[doc(alias = "AutocompleteUsers")]
    pub fn autocomplete(&self, query: &UserAutocompleteQuery) -> Result<UserAutocomplete> {
        self.0.get("/users/autocomplete", &[]).query(query).fetch()
    }

    /// Creates an account.
    ///
    /// `POST /users`
    ///
    /// Administrators always may; others only where the server lets anybody register.
    ///
    /// Needs no login.
    #[doc(alias = "CreateUser")]
    pub fn create(&self, draft: &UserDraft) -> Result<User> {
        self.0.post("/users", &[]).json(draft).fetch()
    }

    /// Creates an account with a team's `invite_id`, and puts it into that team.
    ///
    /// `POST /users`
    ///
    /// Needs no login.
    #[doc(alias = "CreateUser")]
    pub fn create_by_invite(&self, draft: &UserDraft, invite_id: &str) -> Result<User> {
        self.0.post("/users", &[]).param("iid", invite_id).json(draft).fetch()
    }

    /// Creates an account with the token of an invitation by mail.
    ///
    /// `POST /users`
    ///
    /// Needs no login.
    #[doc(alias = "CreateUser")]
    pub fn create_by_token(&self, draft: &UserDraft, token: &Secret) -> Result<User> {
        self.0.post("/users", &[]).param("t", token.expose()).json(draft).fetch()
    }

    /// Replaces an account by what is given: start from [`get`](Self::get).
    ///
    /// `PUT /users/{user_id}`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "UpdateUser")]
    pub fn update(&self, user: &User) -> Result<User> {
        self.0.put("/users/{user_id}", &[&user.id]).json(user).fetch()
    }

    /// Changes what is set in `patch`.
    ///
    /// `PUT /users/{user_id}/patch`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "PatchUser")]
    pub fn patch(&self, user: &UserId, patch: &UserPatch) -> Result<User> {
        self.0.put("/users/{user_id}/patch", &[user]).json(patch).fetch()
    }

    /// Lets an account log in again.
    ///
    /// `PUT /users/{user_id}/active`
    ///
    /// Permissions, as the case may be: `sysconsole_write_user_management_users`, `manage_system`.
    #[doc(alias = "UpdateUserActive")]
    pub fn activate(&self, user: &UserId) -> Result<()> {
        self.0.put("/users/{user_id}/active", &[user]).json(&json!({"active": true})).ok()
    }

    /// Ends an account: its sessions end, and it cannot log in.
    ///
    /// `PUT /users/{user_id}/active`
    ///
    /// Permissions, as the case may be: `sysconsole_write_user_management_users`, `manage_system`.
    #[doc(alias = "UpdateUserActive")]
    pub fn deactivate(&self, user: &UserId) -> Result<()> {
        self.0.put("/users/{user_id}/active", &[user]).json(&json!({"active": false})).ok()
    }

    /// Deactivates an account, as [`deactivate`](Self::deactivate) does.
    ///
    /// `DELETE /users/{user_id}`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "DeleteUser")]
    pub fn delete(&self, user: &UserId) -> Result<()> {
        self.0.delete("/users/{user_id}", &[user]).ok()
    }

    /// Removes an account and all it wrote. Where the server's settings allow that.
    ///
    /// `DELETE /users/{user_id}`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "DeleteUser")]
    pub fn delete_permanently(&self, user: &UserId) -> Result<()> {
        self.0.delete("/users/{user_id}", &[user]).param("permanent", true).ok()
    }

    /// Sets the roles of the whole system, as `system_user`, `system_admin`.
    ///
    /// `PUT /users/{user_id}/roles`
    ///
    /// Permission: `manage_roles`.
    #[doc(alias = "UpdateUserRoles")]
    pub fn set_roles(&self, user: &UserId, roles: &[&str]) -> Result<()> {
        self.0.put("/users/{user_id}/roles", &[user]).json(&json!({"roles": roles.join(" ")})).ok()
    }

    /// Sets somebody else's password.
    ///
    /// `PUT /users/{user_id}/password`
    ///
    /// Permission: `manage_system`.
    #[doc(alias = "UpdateUserPassword")]
    pub fn set_password(&self, user: &UserId, password: &Secret) -> Result<()> {
        self.0.put("/users/{user_id}/password", &[user]).json(&json!({"new_password": password})).ok()
    }

    /// Changes one's own password.
    ///
    /// `PUT /users/{user_id}/password`
    ///
    /// Permission: `manage_system`.
    #[doc(alias = "UpdateUserPassword")]
    pub fn change_password(&self, current: &Secret, new: &Secret) -> Result<()> {
        let template = "/users/{user_id}/password";
        self.0
            .put(template, &[&UserId::me()])
            .json(&json!({"current_password": current, "new_password": new}))
            .ok()
    }

    /// Gets the picture, a PNG or what was uploaded.
    ///
    /// `GET /users/{user_id}/image`
    ///
    /// Permission: `view_members`.
    #[doc(alias = "GetProfileImage")]
    pub fn image(&self, user: &UserId) -> Result<Vec<u8>> {
        self.0.get("/users/{user_id}/image", &[user]).bytes()
    }

    /// Gets the picture that the server draws from the name.
    ///
    /// `GET /users/{user_id}/image/default`
    ///
    /// Permission: `view_members`. Since 5.5.
    #[doc(alias = "GetDefaultProfileImage")]
    pub fn default_image(&self, user: &UserId) -> Result<Vec<u8>> {
        self.0.get("/users/{user_id}/image/default", &[user]).bytes()
    }

    /// Sets the picture: PNG, JPEG or GIF; also that of a bot.
    ///
    /// `POST /users/{user_id}/image`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "SetProfileImage")]
    pub fn set_image(&self, user: &UserId, image: Upload<'_>) -> Result<()> {
        self.0.post("/users/{user_id}/image", &[user]).body(image.into_form("image")).ok()
    }

    /// Goes back to the picture that the server draws.
    ///
    /// `DELETE /users/{user_id}/image`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 5.5.
    #[doc(alias = "SetDefaultProfileImage")]
    pub fn delete_image(&self, user: &UserId) -> Result<()> {
        self.0.delete("/users/{user_id}/image", &[user]).ok()
    }

    /// Counts the accounts.
    ///
    /// `GET /users/stats`
    #[doc(alias = "GetTotalUsersStats")]
    pub fn stats(&self) -> Result<UsersStats> {
        self.0.get("/users/stats", &[]).fetch()
    }

    /// Counts the accounts that a filter lets through.
    ///
    /// `GET /users/stats/filtered`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "GetTotalUsersStatsFiltered")]
    pub fn stats_filtered(&self, filter: &UserStatsFilter) -> Result<UsersStats> {
        self.0.get("/users/stats/filtered", &[]).query(filter).fetch()
    }

    /// Shows others in a channel that one is typing. An open stream does it cheaper: `Events::typing`.
    ///
    /// `POST /users/{user_id}/typing`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "PublishUserTyping")]
    pub fn typing(&self, channel: &ChannelId) -> Result<()> {
        self.0.post("/users/{user_id}/typing", &[&UserId::me()]).json(&json!({"channel_id": channel})).ok()
    }

    /// Shows others in a thread that one is typing.
    ///
    /// `POST /users/{user_id}/typing`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "PublishUserTyping")]
    pub fn typing_in(&self, channel: &ChannelId, root: &PostId) -> Result<()> {
        let template = "/users/{user_id}/typing";
        self.0.post(template, &[&UserId::me()]).json(&json!({"channel_id": channel, "parent_id": root})).ok()
    }

    /// Lists one page of an account's channel memberships, over all teams.
    ///
    /// `GET /users/{user_id}/channel_members`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Since 6.2.0.
    #[doc(alias = "GetChannelMembersWithTeamDataForUser")]
    pub fn list_channel_members(&self, user: &UserId, page: &Page) -> Result<Vec<ChannelMemberWithTeamData>> {
        self.0.get("/users/{user_id}/channel_members", &[user]).query(page).fetch()
    }

    /// Gets all channel memberships of an account in one answer, which is decoded as it comes.
    ///
    /// `GET /users/{user_id}/channel_members`
    ///
    /// For other accounts than one's own: permission `edit_other_users`. Servers that know no such answer send a list
    /// instead, which is an error of the first entry.
    #[doc(alias = "GetChannelMembersWithTeamDataForUser")]
    pub fn stream_channel_members(&self, user: &UserId) -> Result<JsonLines<ChannelMemberWithTeamData>> {
        let body =
            self.0.get("/users/{user_id}/channel_members", &[user]).param("page", -1).long().reader()?;
        Ok(JsonLines::new(body, "GET /users/{user_id}/channel_members"))
    }

    /// Goes through all channel memberships of an account, 200 a call.
    pub fn all_channel_members(&self, user: &UserId) -> Pages<'c, ChannelMemberWithTeamData> {
        let (group, user) = (*self, user.clone());
        pages(move |number| group.list_channel_members(&user, &Page::full(number)))
    }
}
