//! OAuth 2.0 applications.

use crate::error::Result;
use crate::http::{Http, Method};
use crate::model::{
    AuthorizationServerMetadata, ClientRegistrationRequest, ClientRegistrationResponse, OAuthApp,
    OAuthAppDraft, OAuthAppId, Page, UserId,
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
}
