//! Bots: accounts for programs.

use crate::error::Result;
use crate::http::Http;
use crate::model::{Bot, BotDraft, BotPage, BotPatch, BotUserId, User, UserId, UserPatch};
use crate::page::{MOST, Pages, pages};

/// Bots, by [`Client::bots`](crate::Client::bots).
///
/// A new bot needs a token: `client.users().create_token(&bot.user_id.into(), ..)`. Its picture is set by
/// `client.users().set_image(..)`.
#[derive(Clone, Copy, Debug)]
pub struct Bots<'c>(pub(crate) &'c Http);

impl<'c> Bots<'c> {
    /// Lists one page of bots.
    ///
    /// `GET /bots`
    ///
    /// Permissions, as the case may be: `read_bots`, `read_others_bots`. Since 5.10.
    #[doc(alias = "GetBots")]
    pub fn list(&self, page: &BotPage) -> Result<Vec<Bot>> {
        self.0.get("/bots", &[]).query(page).fetch()
    }

    /// Goes through all bots, 200 a call; the paging of `page` does not count.
    pub fn all(&self, page: &BotPage) -> Pages<'c, Bot> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MOST)))
    }

    /// Gets a bot.
    ///
    /// `GET /bots/{bot_user_id}`
    ///
    /// Permissions, as the case may be: `read_bots`, `read_others_bots`. Since 5.10.
    #[doc(alias = "GetBot")]
    pub fn get(&self, bot: &BotUserId) -> Result<Bot> {
        self.0.get("/bots/{bot_user_id}", &[bot]).fetch()
    }

    /// Gets a bot, also a disabled one.
    ///
    /// `GET /bots/{bot_user_id}`
    ///
    /// Permissions, as the case may be: `read_bots`, `read_others_bots`. Since 5.10.
    #[doc(alias = "GetBot")]
    pub fn get_with_disabled(&self, bot: &BotUserId) -> Result<Bot> {
        self.0.get("/bots/{bot_user_id}", &[bot]).param("include_deleted", true).fetch()
    }

    /// Creates a bot, which belongs to the account that is logged in.
    ///
    /// `POST /bots`
    ///
    /// Permission: `create_bot`. Since 5.10.
    #[doc(alias = "CreateBot")]
    pub fn create(&self, draft: &BotDraft) -> Result<Bot> {
        self.0.post("/bots", &[]).json(draft).fetch()
    }

    /// Changes what is set in `patch`.
    ///
    /// `PUT /bots/{bot_user_id}`
    ///
    /// Permission: `manage_bots`. Since 5.10.
    #[doc(alias = "PatchBot")]
    pub fn patch(&self, bot: &BotUserId, patch: &BotPatch) -> Result<Bot> {
        self.0.put("/bots/{bot_user_id}", &[bot]).json(patch).fetch()
    }

    /// Disables a bot: its tokens no longer work.
    ///
    /// `POST /bots/{bot_user_id}/disable`
    ///
    /// Permission: `manage_bots`. Since 5.10.
    #[doc(alias = "DisableBot")]
    pub fn disable(&self, bot: &BotUserId) -> Result<Bot> {
        self.0.post("/bots/{bot_user_id}/disable", &[bot]).fetch()
    }

    /// Enables a disabled bot.
    ///
    /// `POST /bots/{bot_user_id}/enable`
    ///
    /// Permission: `manage_bots`. Since 5.10.
    #[doc(alias = "EnableBot")]
    pub fn enable(&self, bot: &BotUserId) -> Result<Bot> {
        self.0.post("/bots/{bot_user_id}/enable", &[bot]).fetch()
    }

    /// Gives a bot to another owner.
    ///
    /// `POST /bots/{bot_user_id}/assign/{user_id}`
    ///
    /// Permission: `manage_bots`. Since 5.10.
    #[doc(alias = "AssignBot")]
    pub fn assign(&self, bot: &BotUserId, owner: &UserId) -> Result<Bot> {
        self.0.post("/bots/{bot_user_id}/assign/{user_id}", &[bot, owner]).fetch()
    }

    /// Makes a bot an account of a person; `patch` needs a password. The answer may still call it a bot.
    ///
    /// `POST /bots/{bot_user_id}/convert_to_user`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "ConvertBotToUser")]
    pub fn convert_to_user(&self, bot: &BotUserId, patch: &UserPatch) -> Result<User> {
        self.0.post("/bots/{bot_user_id}/convert_to_user", &[bot]).json(patch).fetch()
    }

    /// Makes a bot an account of a system administrator; `patch` needs a password.
    ///
    /// `POST /bots/{bot_user_id}/convert_to_user`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "ConvertBotToUser")]
    pub fn convert_to_admin(&self, bot: &BotUserId, patch: &UserPatch) -> Result<User> {
        let call = self.0.post("/bots/{bot_user_id}/convert_to_user", &[bot]).param("set_system_admin", true);
        call.json(patch).fetch()
    }

    /// Makes an account a bot, which owns itself from then on: give it to another owner with
    /// [`assign`](Self::assign) before it is disabled, or servers (5.37 and 11.6) break the connection.
    ///
    /// `POST /users/{user_id}/convert_to_bot`
    ///
    /// Permission: `manage_system`. Since 5.26.
    #[doc(alias = "ConvertUserToBot")]
    pub fn convert_from_user(&self, user: &UserId) -> Result<Bot> {
        self.0.post("/users/{user_id}/convert_to_bot", &[user]).fetch()
    }
}
