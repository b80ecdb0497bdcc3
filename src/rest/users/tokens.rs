//! Personal access tokens.
//!
//! Personal access tokens must be enabled in the server settings, and the user needs a role that allows them.
//! Bots may always have tokens.

use serde_json::json;

use super::Users;
use crate::error::Result;
use crate::model::{Page, TokenId, UserAccessToken, UserId};
use crate::page::{Pages, pages};

impl<'c> Users<'c> {
    /// Creates a personal access token. **Only this response contains the token itself.**
    ///
    /// `POST /users/{user_id}/tokens`
    ///
    /// Required permission: `create_user_access_token`. For other users, requires the permission `edit_other_users`.
    /// Since server 4.1.
    #[doc(alias = "CreateUserAccessToken")]
    #[inline]
    pub fn create_token(&self, user: &UserId, description: &str) -> Result<UserAccessToken> {
        self.0.post("/users/{user_id}/tokens", &[user]).json(&json!({"description": description})).decode()
    }

    /// Lists one page of a user's tokens.
    ///
    /// `GET /users/{user_id}/tokens`
    ///
    /// Required permission: `read_user_access_token`. For other users, requires the permission `edit_other_users`.
    /// Since server 4.1.
    #[doc(alias = "GetUserAccessTokensForUser")]
    #[inline]
    pub fn list_tokens(&self, user: &UserId, page: &Page) -> Result<Vec<UserAccessToken>> {
        self.0.get("/users/{user_id}/tokens", &[user]).query(page).decode()
    }

    /// Lists one page of the tokens of all users.
    ///
    /// `GET /users/tokens`
    ///
    /// Required permission: `manage_system`. Since server 4.7.
    #[doc(alias = "GetUserAccessTokens")]
    #[inline]
    pub fn list_all_tokens(&self, page: &Page) -> Result<Vec<UserAccessToken>> {
        self.0.get("/users/tokens", &[]).query(page).decode()
    }

    /// Iterates over the tokens of all users, fetching 200 per request.
    #[inline]
    pub fn all_tokens(&self) -> Pages<'c, UserAccessToken> {
        let group = *self;
        pages(move |number| group.list_all_tokens(&Page::full(number)))
    }

    /// Gets the metadata of a token.
    ///
    /// `GET /users/tokens/{token_id}`
    ///
    /// Required permission: `read_user_access_token`. For other users, requires the permission `edit_other_users`.
    /// Since server 4.1.
    #[doc(alias = "GetUserAccessToken")]
    #[inline]
    pub fn get_token(&self, token: &TokenId) -> Result<UserAccessToken> {
        self.0.get("/users/tokens/{token_id}", &[token]).decode()
    }

    /// Searches tokens by token ID, user ID or username.
    ///
    /// `POST /users/tokens/search`
    ///
    /// Required permission: `manage_system`. Since server 4.7.
    #[doc(alias = "SearchUserAccessTokens")]
    #[inline]
    pub fn search_tokens(&self, term: &str) -> Result<Vec<UserAccessToken>> {
        self.0.post("/users/tokens/search", &[]).json(&json!({"term": term})).safe().decode()
    }

    /// Deletes a token and revokes its sessions.
    ///
    /// `POST /users/tokens/revoke`
    ///
    /// Required permission: `revoke_user_access_token`. For other users, requires the permission `edit_other_users`.
    /// Since server 4.1.
    #[doc(alias = "RevokeUserAccessToken")]
    #[inline]
    pub fn revoke_token(&self, token: &TokenId) -> Result<()> {
        self.0.post("/users/tokens/revoke", &[]).json(&json!({"token_id": token})).send()
    }

    /// Disables a token and revokes its sessions.
    ///
    /// `POST /users/tokens/disable`
    ///
    /// Required permission: `revoke_user_access_token`. For other users, requires the permission `edit_other_users`.
    /// Since server 4.4.
    #[doc(alias = "DisableUserAccessToken")]
    #[inline]
    pub fn disable_token(&self, token: &TokenId) -> Result<()> {
        self.0.post("/users/tokens/disable", &[]).json(&json!({"token_id": token})).send()
    }

    /// Enables a disabled token.
    ///
    /// `POST /users/tokens/enable`
    ///
    /// Required permission: `create_user_access_token`. For other users, requires the permission `edit_other_users`.
    /// Since server 4.4.
    #[doc(alias = "EnableUserAccessToken")]
    #[inline]
    pub fn enable_token(&self, token: &TokenId) -> Result<()> {
        self.0.post("/users/tokens/enable", &[]).json(&json!({"token_id": token})).send()
    }
}
