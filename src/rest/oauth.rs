//! OAuth 2.0 applications.

use serde::Deserialize;
use serde_json::json;

use crate::error::Result;
use crate::http::{Http, Method};
use crate::model::{
    AccessResponse, AuthorizationServerMetadata, AuthorizeRequest, ClientRegistrationRequest,
    ClientRegistrationResponse, OAuthApp, OAuthAppDraft, OAuthAppId, Page, TokenRequest, UserId,
};
use crate::page::{Pages, pages};

/// OAuth 2.0 applications, by [`Client::oauth`](crate::Client::oauth).
///
/// The server must have its OAuth service on (501 otherwise).
#[derive(Clone, Copy, Debug)]
pub struct OAuth<'c>(pub(crate) &'c Http);

impl<'c> OAuth<'c> {
    /// Lists one page of applications.
    ///
    /// `GET /oauth/apps`
    ///
    /// Permissions, as the case may be: `manage_oauth`, `manage_system_wide_oauth`.
    #[doc(alias = "GetOAuthApps")]
    pub fn list(&self, page: &Page) -> Result<Vec<OAuthApp>> {
        self.0.get("/oauth/apps", &[]).query(page).fetch()
    }

    /// Goes through all applications, 200 a call.
    pub fn all(&self) -> Pages<'c, OAuthApp> {
        let group = *self;
        pages(move |number| group.list(&Page::full(number)))
    }

    /// Gets an application, with its secret.
    ///
    /// `GET /oauth/apps/{app_id}`
    ///
    /// Permission: `manage_system_wide_oauth`.
    #[doc(alias = "GetOAuthApp")]
    pub fn get(&self, app: &OAuthAppId) -> Result<OAuthApp> {
        self.0.get("/oauth/apps/{app_id}", &[app]).fetch()
    }

    /// Gets what anybody may know of an application.
    ///
    /// `GET /oauth/apps/{app_id}/info`
    #[doc(alias = "GetOAuthAppInfo")]
    pub fn info(&self, app: &OAuthAppId) -> Result<OAuthApp> {
        self.0.get("/oauth/apps/{app_id}/info", &[app]).fetch()
    }

    /// Creates an application.
    ///
    /// `POST /oauth/apps`
    ///
    /// Permission: `manage_oauth`.
    #[doc(alias = "CreateOAuthApp")]
    pub fn create(&self, draft: &OAuthAppDraft) -> Result<OAuthApp> {
        self.0.post("/oauth/apps", &[]).json(draft).fetch()
    }

    /// Replaces an application by what is given: start from [`get`](Self::get).
    ///
    /// `PUT /oauth/apps/{app_id}`
    ///
    /// Permission: `manage_system_wide_oauth`.
    #[doc(alias = "UpdateOAuthApp")]
    pub fn update(&self, app: &OAuthApp) -> Result<OAuthApp> {
        self.0.put("/oauth/apps/{app_id}", &[&app.id]).json(app).fetch()
    }

    /// Deletes an application.
    ///
    /// `DELETE /oauth/apps/{app_id}`
    ///
    /// Permission: `manage_system_wide_oauth`.
    #[doc(alias = "DeleteOAuthApp")]
    pub fn delete(&self, app: &OAuthAppId) -> Result<()> {
        self.0.delete("/oauth/apps/{app_id}", &[app]).ok()
    }

    /// Makes a new secret; the old one is worthless.
    ///
    /// `POST /oauth/apps/{app_id}/regen_secret`
    ///
    /// Permission: `manage_system_wide_oauth`.
    #[doc(alias = "RegenerateOAuthAppSecret")]
    pub fn regenerate_secret(&self, app: &OAuthAppId) -> Result<OAuthApp> {
        self.0.post("/oauth/apps/{app_id}/regen_secret", &[app]).fetch()
    }

    /// Lists one page of the applications that an account lets act for it.
    ///
    /// `GET /users/{user_id}/oauth/apps/authorized`
    ///
    /// For other accounts than one's own: permission `edit_other_users`.
    #[doc(alias = "GetAuthorizedOAuthAppsForUser")]
    pub fn list_authorized(&self, user: &UserId, page: &Page) -> Result<Vec<OAuthApp>> {
        self.0.get("/users/{user_id}/oauth/apps/authorized", &[user]).query(page).fetch()
    }

    /// Registers an application by itself (RFC 7591), where the server's settings allow that.
    ///
    /// `POST /oauth/apps/register`
    ///
    /// Needs no login.
    #[doc(alias = "RegisterOAuthClient")]
    pub fn register(&self, request: &ClientRegistrationRequest) -> Result<ClientRegistrationResponse> {
        self.0.post("/oauth/apps/register", &[]).json(request).fetch()
    }

    /// Gets what OAuth clients need to know of the server (RFC 8414).
    ///
    /// `GET /.well-known/oauth-authorization-server`
    #[doc(alias = "GetAuthorizationServerMetadata")]
    pub fn metadata(&self) -> Result<AuthorizationServerMetadata> {
        self.0.outside(Method::Get, "/.well-known/oauth-authorization-server", &[]).fetch()
    }

    /// The address to be opened in a browser, where a person lets an application act for them. The browser then goes
    /// to the application's callback address, with `code` and `state` in its query.
    pub fn authorize_url(&self, request: &AuthorizeRequest) -> Result<String> {
        self.0.browser_url("/oauth/authorize", request)
    }

    /// Lets an application act for one's own account, without a browser. The answer is the address that a browser
    /// would go to, with `code` and `state` in its query.
    ///
    /// `POST /oauth/authorize`
    ///
    /// Beside API v4.
    pub fn authorize(&self, request: &AuthorizeRequest) -> Result<String> {
        let call = self.0.outside(Method::Post, "/oauth/authorize", &[]);
        Ok(call.json(request).fetch::<Redirect>()?.redirect)
    }

    /// Lets an application act for one's own account no more: its tokens are worthless.
    ///
    /// `POST /oauth/deauthorize`
    ///
    /// Beside API v4.
    pub fn deauthorize(&self, app: &OAuthAppId) -> Result<()> {
        self.0.outside(Method::Post, "/oauth/deauthorize", &[]).json(&json!({"client_id": app})).ok()
    }

    /// Takes the code that an application was given, or its refresh token, for a token.
    ///
    /// `POST /oauth/access_token`
    ///
    /// Beside API v4. Needs no login. Sent once: a code is good once.
    pub fn token(&self, request: &TokenRequest) -> Result<AccessResponse> {
        let call = self.0.outside(Method::Post, "/oauth/access_token", &[]).anonymous();
        call.hiding(&request.secrets()).form(request).fetch()
    }
}

#[derive(Deserialize)]
struct Redirect {
    redirect: String,
}
