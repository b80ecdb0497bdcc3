//! Personal access tokens.
//!
//! They must be on in the server's settings, and the account needs the role for them; bots always may have some.

use serde_json::json;

use super::Users;
use crate::error::Result;
use crate::model::{Page, TokenId, UserAccessToken, UserId};
use crate::page::{Pages, pages};

impl<'c> Users<'c> {
    /// Creates a personal access token. **The token itself is in this answer only.**
    ///
    /// `POST /users/{user_id}/tokens`
    ///
    /// Permissions, as the case may be: `create_user_access_token`, `edit_other_users`. Since 4.1.
    #[doc(alias = "CreateUserAccessToken")]
    pub fn create_token(&self, user: &UserId, description: &str) -> Result<UserAccessToken> {
        self.0.post("/users/{user_id}/tokens", &[user]).json(&json!({"description": description})).fetch()
    }

    /// Lists one page of an account's tokens.
    ///
    /// `GET /users/{user_id}/tokens`
    ///
    /// Permissions, as the case may be: `read_user_access_token`, `edit_other_users`. Since 4.1.
    #[doc(alias = "GetUserAccessTokensForUser")]
    pub fn list_tokens(&self, user: &UserId, page: &Page) -> Result<Vec<UserAccessToken>> {
        self.0.get("/users/{user_id}/tokens", &[user]).query(page).fetch()
    }

    /// Lists one page of everybody's tokens.
    ///
    /// `GET /users/tokens`
    ///
    /// Permission: `manage_system`. Since 4.7.
    #[doc(alias = "GetUserAccessTokens")]
    pub fn list_all_tokens(&self, page: &Page) -> Result<Vec<UserAccessToken>> {
        self.0.get("/users/tokens", &[]).query(page).fetch()
    }

    /// Goes through everybody's tokens, 200 a call.
    pub fn all_tokens(&self) -> Pages<'c, UserAccessToken> {
        let group = *self;
        pages(move |number| group.list_all_tokens(&Page::full(number)))
    }

    /// Gets what is known of a token.
    ///
    /// `GET /users/tokens/{token_id}`
    ///
    /// Permissions, as the case may be: `read_user_access_token`, `edit_other_users`. Since 4.1.
    #[doc(alias = "GetUserAccessToken")]
    pub fn get_token(&self, token: &TokenId) -> Result<UserAccessToken> {
        self.0.get("/users/tokens/{token_id}", &[token]).fetch()
    }

    /// Searches tokens by token id, account id or user name.
    ///
    /// `POST /users/tokens/search`
    ///
    /// Permission: `manage_system`. Since 4.7.
    #[doc(alias = "SearchUserAccessTokens")]
    pub fn search_tokens(&self, term: &str) -> Result<Vec<UserAccessToken>> {
        self.0.post("/users/tokens/search", &[]).json(&json!({"term": term})).reads().fetch()
    }

    /// Deletes a token and ends its sessions.
    ///
    /// `POST /users/tokens/revoke`
    ///
    /// Permissions, as the case may be: `revoke_user_access_token`, `edit_other_users`. Since 4.1.
    #[doc(alias = "RevokeUserAccessToken")]
    pub fn revoke_token(&self, token: &TokenId) -> Result<()> {
        self.0.post("/users/tokens/revoke", &[]).json(&json!({"token_id": token})).ok()
    }

    /// Puts a token out of force and ends its sessions.
    ///
    /// `POST /users/tokens/disable`
    ///
    /// Permissions, as the case may be: `revoke_user_access_token`, `edit_other_users`. Since 4.4.
    #[doc(alias = "DisableUserAccessToken")]
    pub fn disable_token(&self, token: &TokenId) -> Result<()> {
        self.0.post("/users/tokens/disable", &[]).json(&json!({"token_id": token})).ok()
    }

    /// Puts a token into force again.
    ///
    /// `POST /users/tokens/enable`
    ///
    /// Permissions, as the case may be: `create_user_access_token`, `edit_other_users`. Since 4.4.
    #[doc(alias = "EnableUserAccessToken")]
    pub fn enable_token(&self, token: &TokenId) -> Result<()> {
        self.0.post("/users/tokens/enable", &[]).json(&json!({"token_id": token})).ok()
    }
}
