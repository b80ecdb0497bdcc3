//! Bots: accounts used by programs.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{Bot, BotDraft, BotPage, BotPatch, BotUserId, User, UserId, UserPatch};
use crate::page::{MAX_PER_PAGE, Pages, pages};

/// Bots. Returned by [`Client::bots`](crate::Client::bots).
///
/// A new bot requires a token: `client.users().create_token(&bot.user_id.into(), ..)`. Its profile picture is
/// set with `client.users().set_image(..)`.
#[derive(Clone, Copy, Debug)]
pub struct Bots<'c>(pub(crate) &'c HttpClient);

impl<'c> Bots<'c> {
    /// Lists one page of bots.
    ///
    /// `GET /bots`
    ///
    /// Required permissions, depending on the request: `read_bots`, `read_others_bots`. Since server 5.10.
    #[doc(alias = "GetBots")]
    #[inline]
    pub fn list(&self, page: &BotPage) -> Result<Vec<Bot>> {
        self.0.get("/bots", &[]).query(page).decode()
    }

    /// Iterates over all bots, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &BotPage) -> Pages<'c, Bot> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Gets a bot.
    ///
    /// `GET /bots/{bot_user_id}`
    ///
    /// Required permissions, depending on the request: `read_bots`, `read_others_bots`. Since server 5.10.
    #[doc(alias = "GetBot")]
    #[inline]
    pub fn get(&self, bot: &BotUserId) -> Result<Bot> {
        self.0.get("/bots/{bot_user_id}", &[bot]).decode()
    }

    /// Gets a bot, including a disabled one.
    ///
    /// `GET /bots/{bot_user_id}`
    ///
    /// Required permissions, depending on the request: `read_bots`, `read_others_bots`. Since server 5.10.
    #[doc(alias = "GetBot")]
    #[inline]
    pub fn get_with_disabled(&self, bot: &BotUserId) -> Result<Bot> {
        self.0.get("/bots/{bot_user_id}", &[bot]).param("include_deleted", true).decode()
    }

    /// Creates a bot owned by the current account.
    ///
    /// `POST /bots`
    ///
    /// Required permission: `create_bot`. Since server 5.10.
    #[doc(alias = "CreateBot")]
    #[inline]
    pub fn create(&self, draft: &BotDraft) -> Result<Bot> {
        self.0.post("/bots", &[]).json(draft).decode()
    }

    /// Updates a bot. Unset fields keep their values.
    ///
    /// `PUT /bots/{bot_user_id}`
    ///
    /// Required permission: `manage_bots`. Since server 5.10.
    #[doc(alias = "PatchBot")]
    #[inline]
    pub fn patch(&self, bot: &BotUserId, patch: &BotPatch) -> Result<Bot> {
        self.0.put("/bots/{bot_user_id}", &[bot]).json(patch).decode()
    }

    /// Disables a bot and invalidates its tokens.
    ///
    /// `POST /bots/{bot_user_id}/disable`
    ///
    /// Required permission: `manage_bots`. Since server 5.10.
    #[doc(alias = "DisableBot")]
    #[inline]
    pub fn disable(&self, bot: &BotUserId) -> Result<Bot> {
        self.0.post("/bots/{bot_user_id}/disable", &[bot]).decode()
    }

    /// Enables a disabled bot.
    ///
    /// `POST /bots/{bot_user_id}/enable`
    ///
    /// Required permission: `manage_bots`. Since server 5.10.
    #[doc(alias = "EnableBot")]
    #[inline]
    pub fn enable(&self, bot: &BotUserId) -> Result<Bot> {
        self.0.post("/bots/{bot_user_id}/enable", &[bot]).decode()
    }

    /// Transfers a bot to another owner.
    ///
    /// `POST /bots/{bot_user_id}/assign/{user_id}`
    ///
    /// Required permission: `manage_bots`. Since server 5.10.
    #[doc(alias = "AssignBot")]
    #[inline]
    pub fn assign(&self, bot: &BotUserId, owner: &UserId) -> Result<Bot> {
        self.0.post("/bots/{bot_user_id}/assign/{user_id}", &[bot, owner]).decode()
    }

    /// Converts a bot to a user account. `patch` must set a password. The response may still describe a bot.
    ///
    /// `POST /bots/{bot_user_id}/convert_to_user`
    ///
    /// Required permission: `manage_system`. Since server 5.26.
    #[doc(alias = "ConvertBotToUser")]
    #[inline]
    pub fn convert_to_user(&self, bot: &BotUserId, patch: &UserPatch) -> Result<User> {
        self.0.post("/bots/{bot_user_id}/convert_to_user", &[bot]).json(patch).decode()
    }

    /// Converts a bot to a system administrator account. `patch` must set a password.
    ///
    /// `POST /bots/{bot_user_id}/convert_to_user`
    ///
    /// Required permission: `manage_system`. Since server 5.26.
    #[doc(alias = "ConvertBotToUser")]
    #[inline]
    pub fn convert_to_admin(&self, bot: &BotUserId, patch: &UserPatch) -> Result<User> {
        let call = self.0.post("/bots/{bot_user_id}/convert_to_user", &[bot]).param("set_system_admin", true);
        call.json(patch).decode()
    }

    /// Converts a user account to a bot. The bot owns itself. Transfer it with [`assign`](Self::assign) before you
    /// disable it; otherwise, servers (5.37 and 11.6) drop the connection.
    ///
    /// `POST /users/{user_id}/convert_to_bot`
    ///
    /// Required permission: `manage_system`. Since server 5.26.
    #[doc(alias = "ConvertUserToBot")]
    #[inline]
    pub fn convert_from_user(&self, user: &UserId) -> Result<Bot> {
        self.0.post("/users/{user_id}/convert_to_bot", &[user]).decode()
    }
}
