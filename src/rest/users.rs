//! Users: lookup, creation, updates and deactivation.

mod admin;
mod login;
mod mfa;
mod sessions;
mod tokens;

use std::collections::BTreeMap;

use serde_json::json;

use crate::error::Result;
use crate::http::{Changed, HttpClient};
use crate::model::{
    ChannelId, ChannelMemberWithTeamData, Page, PostId, User, UserAutocomplete, UserAutocompleteQuery,
    UserDraft, UserId, UserPage, UserPatch, UserSearch, UserStatsFilter, UsersStats,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::names::{explain_user, without_at};
use crate::rest::{JsonLines, Upload, in_chunks};
use crate::secret::Secret;
use crate::time::Timestamp;

/// Users. Returned by [`Client::users`](crate::Client::users).
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
/// [`UserId::me`] refers to the current account in every method that takes a user ID.
#[derive(Clone, Copy, Debug)]
pub struct Users<'c>(pub(crate) &'c HttpClient);

impl<'c> Users<'c> {
    /// Gets the current account, including its private settings.
    ///
    /// `GET /users/{user_id}`
    ///
    /// Required permission: `view_members`.
    #[doc(alias = "GetUser")]
    #[inline]
    pub fn me(&self) -> Result<User> {
        self.0.get("/users/{user_id}", &[&UserId::me()]).decode()
    }

    /// Gets a user.
    ///
    /// `GET /users/{user_id}`
    ///
    /// Required permission: `view_members`.
    #[doc(alias = "GetUser")]
    #[inline]
    pub fn get(&self, user: &UserId) -> Result<User> {
        self.0.get("/users/{user_id}", &[user]).decode()
    }

    /// Gets a user, if it has changed since an earlier response with the given entity tag.
    ///
    /// `GET /users/{user_id}`
    ///
    /// Required permission: `view_members`.
    #[doc(alias = "GetUser")]
    #[inline]
    pub fn get_if_changed(&self, user: &UserId, etag: Option<&str>) -> Result<Changed<User>> {
        self.0.get("/users/{user_id}", &[user]).decode_if_changed(etag)
    }

    /// Gets a user by username. A leading `@` is ignored.
    ///
    /// `GET /users/username/{username}`
    ///
    /// Required permission: `view_members`.
    #[doc(alias = "GetUserByUsername")]
    #[inline]
    pub fn get_by_username(&self, username: &str) -> Result<User> {
        let username = without_at(username);
        let call = self.0.get("/users/username/{username}", &[&username]);
        call.decode().map_err(|error| explain_user(error, username))
    }

    /// Gets a user by email address.
    ///
    /// `GET /users/email/{email}`
    ///
    /// Servers that hide email addresses return 403.
    ///
    /// Required permission: `view_members`.
    #[doc(alias = "GetUserByEmail")]
    #[inline]
    pub fn get_by_email(&self, email: &str) -> Result<User> {
        self.0.get("/users/email/{email}", &[&email]).decode()
    }

    /// Lists one page of users.
    ///
    /// `GET /users`
    ///
    /// Required permissions, depending on the request: `list_users_without_team`, `read_channel`,
    /// `view_team`, `sysconsole_read_user_management_groups`.
    #[doc(alias = "GetUsers")]
    #[inline]
    pub fn list(&self, page: &UserPage) -> Result<Vec<User>> {
        self.0.get("/users", &[]).query(page).decode()
    }

    /// Iterates over all users that match `page`, fetching 200 per request. Its paging fields are ignored.
    ///
    /// Changing a filtered property during iteration shifts the pages. Collect the users first.
    #[inline]
    pub fn all(&self, page: &UserPage) -> Pages<'c, User> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Gets users by ID, with one request per 200 users. Unknown and invisible users are omitted. The order
    /// is not preserved.
    ///
    /// `POST /users/ids`
    #[doc(alias = "GetUsersByIds")]
    #[inline]
    pub fn list_by_ids(&self, ids: &[UserId]) -> Result<Vec<User>> {
        in_chunks(ids, |chunk| self.0.post("/users/ids", &[]).json(&chunk).safe().decode())
    }

    /// Gets the users with the given IDs that changed after a given time. Accepts up to a few thousand IDs.
    ///
    /// `POST /users/ids`
    #[doc(alias = "GetUsersByIds")]
    #[inline]
    pub fn list_by_ids_since(&self, ids: &[UserId], since: Timestamp) -> Result<Vec<User>> {
        self.0.post("/users/ids", &[]).param("since", since.as_millis()).json(&ids).safe().decode()
    }

    /// Gets users by username, with one request per 200 users. A leading `@` is ignored.
    ///
    /// Unknown users are omitted, and the order is not preserved. To find out which user is unknown, use
    /// [`get_by_username`](Self::get_by_username).
    ///
    /// `POST /users/usernames`
    #[doc(alias = "GetUsersByUsernames")]
    #[inline]
    pub fn list_by_usernames<S: AsRef<str>>(&self, usernames: &[S]) -> Result<Vec<User>> {
        let names: Vec<&str> = usernames.iter().map(|name| without_at(name.as_ref())).collect();
        in_chunks(&names, |chunk| self.0.post("/users/usernames", &[]).json(&chunk).safe().decode())
    }

    /// Gets the members of group channels, by channel.
    ///
    /// `POST /users/group_channels`
    ///
    /// Since server 5.14.
    #[doc(alias = "GetUsersByGroupChannelIds")]
    #[inline]
    pub fn list_by_group_channels(&self, channels: &[ChannelId]) -> Result<BTreeMap<ChannelId, Vec<User>>> {
        self.0.post("/users/group_channels", &[]).json(&channels).safe().decode()
    }

    /// Gets the IDs of users who share a channel with the current account.
    ///
    /// `GET /users/known`
    ///
    /// Since server 5.23.
    #[doc(alias = "GetKnownUsers")]
    #[inline]
    pub fn known(&self) -> Result<Vec<UserId>> {
        self.0.get("/users/known", &[]).decode()
    }

    /// Searches users by the beginning of their names.
    ///
    /// `POST /users/search`
    ///
    /// A busy server refuses searches with 503.
    ///
    /// Required permissions, depending on the request: `read_channel`, `view_team`.
    #[doc(alias = "SearchUsers")]
    #[inline]
    pub fn search(&self, search: &UserSearch) -> Result<Vec<User>> {
        self.0.post("/users/search", &[]).json(search).safe().decode()
    }

    /// Lists users whose names complete a partially typed name.
    ///
    /// `GET /users/autocomplete`
    ///
    /// Required permissions, depending on the request: `view_team`, `read_channel`.
    #[doc(alias = "AutocompleteUsers")]
    #[inline]
    pub fn autocomplete(&self, query: &UserAutocompleteQuery) -> Result<UserAutocomplete> {
        self.0.get("/users/autocomplete", &[]).query(query).decode()
    }

    /// Creates a user.
    ///
    /// `POST /users`
    ///
    /// Administrators may always create users. Others may do so only if the server allows open registration.
    ///
    /// Does not require a login.
    ///
    /// # Errors
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before any I/O, if the email address and the username of `draft`
    /// are swapped.
    #[doc(alias = "CreateUser")]
    #[inline]
    pub fn create(&self, draft: &UserDraft) -> Result<User> {
        self.0.post("/users", &[]).json(draft).check_first(draft.check_fields()).decode()
    }

    /// Creates a user with a team's `invite_id`, and adds the user to that team.
    ///
    /// `POST /users`
    ///
    /// Does not require a login.
    #[doc(alias = "CreateUser")]
    #[inline]
    pub fn create_by_invite(&self, draft: &UserDraft, invite_id: &str) -> Result<User> {
        self.0
            .post("/users", &[])
            .param("iid", invite_id)
            .json(draft)
            .check_first(draft.check_fields())
            .decode()
    }

    /// Creates a user with the token of an email invitation.
    ///
    /// `POST /users`
    ///
    /// Does not require a login.
    #[doc(alias = "CreateUser")]
    #[inline]
    pub fn create_by_token(&self, draft: &UserDraft, token: &Secret) -> Result<User> {
        self.0
            .post("/users", &[])
            .secret_param("t", token)
            .json(draft)
            .check_first(draft.check_fields())
            .decode()
    }

    /// Replaces a user with the given value. Start from the result of [`get`](Self::get).
    ///
    /// `PUT /users/{user_id}`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "UpdateUser")]
    #[inline]
    pub fn update(&self, user: &User) -> Result<User> {
        self.0.put("/users/{user_id}", &[&user.id]).json(user).decode()
    }

    /// Updates a user. Unset fields keep their values.
    ///
    /// `PUT /users/{user_id}/patch`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "PatchUser")]
    #[inline]
    pub fn patch(&self, user: &UserId, patch: &UserPatch) -> Result<User> {
        self.0.put("/users/{user_id}/patch", &[user]).json(patch).decode()
    }

    /// Reactivates a user.
    ///
    /// `PUT /users/{user_id}/active`
    ///
    /// Required permission: `sysconsole_write_user_management_users`. For system administrators, also requires
    /// `manage_system`.
    #[doc(alias = "UpdateUserActive")]
    #[inline]
    pub fn activate(&self, user: &UserId) -> Result<()> {
        self.0.put("/users/{user_id}/active", &[user]).json(&json!({"active": true})).send()
    }

    /// Deactivates a user. Their sessions end and they can no longer log in.
    ///
    /// `PUT /users/{user_id}/active`
    ///
    /// Required permission: `sysconsole_write_user_management_users`. For system administrators, also requires
    /// `manage_system`.
    #[doc(alias = "UpdateUserActive")]
    #[inline]
    pub fn deactivate(&self, user: &UserId) -> Result<()> {
        self.0.put("/users/{user_id}/active", &[user]).json(&json!({"active": false})).send()
    }

    /// Deactivates a user, like [`deactivate`](Self::deactivate).
    ///
    /// `DELETE /users/{user_id}`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "DeleteUser")]
    #[inline]
    pub fn delete(&self, user: &UserId) -> Result<()> {
        self.0.delete("/users/{user_id}", &[user]).send()
    }

    /// Permanently deletes a user and everything they wrote, if the server settings allow it.
    ///
    /// `DELETE /users/{user_id}`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "DeleteUser")]
    #[inline]
    pub fn delete_permanently(&self, user: &UserId) -> Result<()> {
        self.0.delete("/users/{user_id}", &[user]).param("permanent", true).send()
    }

    /// Sets the system-wide roles of a user, for example `system_user` or `system_admin`.
    ///
    /// `PUT /users/{user_id}/roles`
    ///
    /// Required permission: `manage_roles`.
    #[doc(alias = "UpdateUserRoles")]
    #[inline]
    pub fn set_roles(&self, user: &UserId, roles: &[&str]) -> Result<()> {
        self.0.put("/users/{user_id}/roles", &[user]).json(&json!({"roles": roles.join(" ")})).send()
    }

    /// Sets the password of another user.
    ///
    /// `PUT /users/{user_id}/password`
    ///
    /// For other users, requires the permission `sysconsole_write_user_management_users`; for administrators,
    /// `manage_system`.
    #[doc(alias = "UpdateUserPassword")]
    #[inline]
    pub fn set_password(&self, user: &UserId, password: &Secret) -> Result<()> {
        self.0.put("/users/{user_id}/password", &[user]).json(&json!({"new_password": password})).send()
    }

    /// Changes the password of the current account.
    ///
    /// `PUT /users/{user_id}/password`
    #[doc(alias = "UpdateUserPassword")]
    #[inline]
    pub fn change_password(&self, current: &Secret, new: &Secret) -> Result<()> {
        let template = "/users/{user_id}/password";
        self.0
            .put(template, &[&UserId::me()])
            .once()
            .json(&json!({"current_password": current, "new_password": new}))
            .send()
    }

    /// Gets the profile picture: the uploaded image, or a generated PNG.
    ///
    /// `GET /users/{user_id}/image`
    ///
    /// Required permission: `view_members`.
    #[doc(alias = "GetProfileImage")]
    #[inline]
    pub fn image(&self, user: &UserId) -> Result<Vec<u8>> {
        self.0.get("/users/{user_id}/image", &[user]).bytes()
    }

    /// Gets the profile picture that the server generates from the username.
    ///
    /// `GET /users/{user_id}/image/default`
    ///
    /// Required permission: `view_members`. Since server 5.5.
    #[doc(alias = "GetDefaultProfileImage")]
    #[inline]
    pub fn default_image(&self, user: &UserId) -> Result<Vec<u8>> {
        self.0.get("/users/{user_id}/image/default", &[user]).bytes()
    }

    /// Sets the profile picture of a user or bot. Must be PNG, JPEG or GIF.
    ///
    /// `POST /users/{user_id}/image`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "SetProfileImage")]
    #[inline]
    pub fn set_image(&self, user: &UserId, image: Upload<'_>) -> Result<()> {
        self.0.post("/users/{user_id}/image", &[user]).body(image.into_form("image")).send()
    }

    /// Resets the profile picture to the generated one.
    ///
    /// `DELETE /users/{user_id}/image`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 5.5.
    #[doc(alias = "SetDefaultProfileImage")]
    #[inline]
    pub fn delete_image(&self, user: &UserId) -> Result<()> {
        self.0.delete("/users/{user_id}/image", &[user]).send()
    }

    /// Gets the number of users.
    ///
    /// `GET /users/stats`
    #[doc(alias = "GetTotalUsersStats")]
    #[inline]
    pub fn stats(&self) -> Result<UsersStats> {
        self.0.get("/users/stats", &[]).decode()
    }

    /// Gets the number of users that match a filter.
    ///
    /// `GET /users/stats/filtered`
    ///
    /// Required permission: `manage_system`. Since server 5.26.
    #[doc(alias = "GetTotalUsersStatsFiltered")]
    #[inline]
    pub fn stats_filtered(&self, filter: &UserStatsFilter) -> Result<UsersStats> {
        self.0.get("/users/stats/filtered", &[]).query(filter).decode()
    }

    /// Shows a typing indicator in a channel. `Events::typing` is cheaper if a stream is open.
    ///
    /// `POST /users/{user_id}/typing`
    ///
    /// Required permission: `create_post`. Since server 5.26.
    #[doc(alias = "PublishUserTyping")]
    #[inline]
    pub fn typing(&self, channel: &ChannelId) -> Result<()> {
        self.0.post("/users/{user_id}/typing", &[&UserId::me()]).json(&json!({"channel_id": channel})).send()
    }

    /// Shows a typing indicator in a thread.
    ///
    /// `POST /users/{user_id}/typing`
    ///
    /// Required permission: `create_post`. Since server 5.26.
    #[doc(alias = "PublishUserTyping")]
    #[inline]
    pub fn typing_in(&self, channel: &ChannelId, root: &PostId) -> Result<()> {
        let body = json!({"channel_id": channel, "parent_id": root});
        self.0.post("/users/{user_id}/typing", &[&UserId::me()]).json(&body).send()
    }

    /// Lists one page of a user's channel memberships in all teams.
    ///
    /// `GET /users/{user_id}/channel_members`
    ///
    /// For other users, requires the permission `edit_other_users`. Since server 6.2.0.
    #[doc(alias = "GetChannelMembersWithTeamDataForUser")]
    #[inline]
    pub fn list_channel_members(&self, user: &UserId, page: &Page) -> Result<Vec<ChannelMemberWithTeamData>> {
        self.0.get("/users/{user_id}/channel_members", &[user]).query(page).decode()
    }

    /// Gets all channel memberships of a user in one response, which is decoded incrementally.
    ///
    /// `GET /users/{user_id}/channel_members`
    ///
    /// For other users, requires the permission `edit_other_users`. Servers without support for this response send a
    /// list, which is reported as an error for the first entry.
    #[doc(alias = "GetChannelMembersWithTeamDataForUser")]
    #[inline]
    pub fn stream_channel_members(&self, user: &UserId) -> Result<JsonLines<ChannelMemberWithTeamData>> {
        let body = self
            .0
            .get("/users/{user_id}/channel_members", &[user])
            .param("page", -1)
            .with_file_timeout()
            .reader()?;
        Ok(JsonLines::new(body, "GET /users/{user_id}/channel_members"))
    }

    /// Iterates over all channel memberships of a user, fetching 200 per request.
    #[inline]
    pub fn all_channel_members(&self, user: &UserId) -> Pages<'c, ChannelMemberWithTeamData> {
        let (group, user) = (*self, user.clone());
        pages(move |number| group.list_channel_members(&user, &Page::full(number)))
    }
}
