//! OAuth 2.0 applications.

use serde_json::json;

use crate::error::Result;
use crate::http::{HttpClient, Method};
use crate::model::{
    AccessResponse, AuthorizationServerMetadata, AuthorizeRequest, ClientRegistrationRequest,
    ClientRegistrationResponse, OAuthApp, OAuthAppDraft, OAuthAppId, Page, TokenRequest, UserId,
};
use crate::page::{Pages, pages};

/// OAuth 2.0 applications. Returned by [`Client::oauth`](crate::Client::oauth).
///
/// Requires the OAuth 2.0 service provider to be enabled on the server; returns 501 otherwise.
#[derive(Clone, Copy, Debug)]
pub struct OAuth<'c>(pub(crate) &'c HttpClient);

impl<'c> OAuth<'c> {
    /// Lists one page of applications.
    ///
    /// `GET /oauth/apps`
    ///
    /// Required permissions, depending on the request: `manage_oauth`, `manage_system_wide_oauth`.
    #[doc(alias = "GetOAuthApps")]
    #[inline]
    pub fn list(&self, page: &Page) -> Result<Vec<OAuthApp>> {
        self.0.get("/oauth/apps", &[]).query(page).decode()
    }

    /// Iterates over all applications, fetching 200 per request.
    #[inline]
    pub fn all(&self) -> Pages<'c, OAuthApp> {
        let group = *self;
        pages(move |number| group.list(&Page::full(number)))
    }

    /// Gets an application, including its secret.
    ///
    /// `GET /oauth/apps/{app_id}`
    ///
    /// Required permission: `manage_system_wide_oauth`.
    #[doc(alias = "GetOAuthApp")]
    #[inline]
    pub fn get(&self, app: &OAuthAppId) -> Result<OAuthApp> {
        self.0.get("/oauth/apps/{app_id}", &[app]).decode()
    }

    /// Gets the public information about an application.
    ///
    /// `GET /oauth/apps/{app_id}/info`
    #[doc(alias = "GetOAuthAppInfo")]
    #[inline]
    pub fn info(&self, app: &OAuthAppId) -> Result<OAuthApp> {
        self.0.get("/oauth/apps/{app_id}/info", &[app]).decode()
    }

    /// Creates an application.
    ///
    /// `POST /oauth/apps`
    ///
    /// Required permission: `manage_oauth`.
    #[doc(alias = "CreateOAuthApp")]
    #[inline]
    pub fn create(&self, draft: &OAuthAppDraft) -> Result<OAuthApp> {
        self.0.post("/oauth/apps", &[]).json(draft).decode()
    }

    /// Replaces an application with the given value. Start from the result of [`get`](Self::get).
    ///
    /// `PUT /oauth/apps/{app_id}`
    ///
    /// Required permission: `manage_system_wide_oauth`.
    #[doc(alias = "UpdateOAuthApp")]
    #[inline]
    pub fn update(&self, app: &OAuthApp) -> Result<OAuthApp> {
        self.0.put("/oauth/apps/{app_id}", &[&app.id]).json(app).decode()
    }

    /// Deletes an application.
    ///
    /// `DELETE /oauth/apps/{app_id}`
    ///
    /// Required permission: `manage_system_wide_oauth`.
    #[doc(alias = "DeleteOAuthApp")]
    #[inline]
    pub fn delete(&self, app: &OAuthAppId) -> Result<()> {
        self.0.delete("/oauth/apps/{app_id}", &[app]).send()
    }

    /// Generates a new secret and invalidates the old one.
    ///
    /// `POST /oauth/apps/{app_id}/regen_secret`
    ///
    /// Required permission: `manage_system_wide_oauth`.
    #[doc(alias = "RegenerateOAuthAppSecret")]
    #[inline]
    pub fn regenerate_secret(&self, app: &OAuthAppId) -> Result<OAuthApp> {
        self.0.post("/oauth/apps/{app_id}/regen_secret", &[app]).decode()
    }

    /// Lists one page of the applications that a user has authorized.
    ///
    /// `GET /users/{user_id}/oauth/apps/authorized`
    ///
    /// For other users, requires the permission `edit_other_users`.
    #[doc(alias = "GetAuthorizedOAuthAppsForUser")]
    #[inline]
    pub fn list_authorized(&self, user: &UserId, page: &Page) -> Result<Vec<OAuthApp>> {
        self.0.get("/users/{user_id}/oauth/apps/authorized", &[user]).query(page).decode()
    }

    /// Registers an application dynamically (RFC 7591), if the server settings allow it.
    ///
    /// `POST /oauth/apps/register`
    ///
    /// Does not require a login.
    #[doc(alias = "RegisterOAuthClient")]
    #[inline]
    pub fn register(&self, request: &ClientRegistrationRequest) -> Result<ClientRegistrationResponse> {
        self.0.post("/oauth/apps/register", &[]).json(request).decode()
    }

    /// Gets the authorization server metadata (RFC 8414).
    ///
    /// `GET /.well-known/oauth-authorization-server`
    #[doc(alias = "GetAuthorizationServerMetadata")]
    #[inline]
    pub fn metadata(&self) -> Result<AuthorizationServerMetadata> {
        self.0.call_outside_api(Method::Get, "/.well-known/oauth-authorization-server", &[]).decode()
    }

    /// Builds the URL at which a user authorizes an application in a browser. The browser is then redirected
    /// to the application's callback URL, with `code` and `state` in its query.
    #[inline]
    pub fn authorize_url(&self, request: &AuthorizeRequest) -> Result<String> {
        self.0.browser_url("/oauth/authorize", request)
    }

    /// Authorizes an application for the current account without a browser. Returns the redirect URL, with
    /// `code` and `state` in its query.
    ///
    /// `POST /oauth/authorize`
    ///
    /// Not part of API v4.
    #[inline]
    pub fn authorize(&self, request: &AuthorizeRequest) -> Result<String> {
        let call = self.0.call_outside_api(Method::Post, "/oauth/authorize", &[]);
        call.json(request).decode_member("redirect")
    }

    /// Revokes the authorization of an application for the current account and invalidates its tokens.
    ///
    /// `POST /oauth/deauthorize`
    ///
    /// Not part of API v4.
    #[inline]
    pub fn deauthorize(&self, app: &OAuthAppId) -> Result<()> {
        self.0
            .call_outside_api(Method::Post, "/oauth/deauthorize", &[])
            .json(&json!({"client_id": app}))
            .send()
    }

    /// Exchanges an authorization code or a refresh token for an access token.
    ///
    /// `POST /oauth/access_token`
    ///
    /// Not part of API v4. Does not require a login. Sent only once, because a code can be used only once.
    #[inline]
    pub fn token(&self, request: &TokenRequest) -> Result<AccessResponse> {
        let call = self.0.call_outside_api(Method::Post, "/oauth/access_token", &[]).without_token();
        call.form_body(request).decode()
    }
}
