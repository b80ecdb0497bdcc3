//! OAuth 2.0 applications.

use serde::Serialize;

use crate::model::{OAuthAppId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// An application that may act for accounts.
    pub struct OAuthApp {
        /// Its id, the client id.
        pub id: OAuthAppId,
        /// Who made it.
        pub creator_id: UserId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// Its secret; only for those who may manage it; none for a public client.
        pub client_secret: Secret,
        /// Its name.
        pub name: String,
        /// What it is for.
        pub description: String,
        /// Address of its picture.
        pub icon_url: String,
        /// Where it may be called back.
        pub callback_urls: Vec<String>,
        /// Its page.
        pub homepage: String,
        /// Whether accounts are not asked.
        pub is_trusted: bool,
        /// The Mattermost App it belongs to.
        pub mattermost_app_id: String,
        /// Whether it registered itself.
        pub is_dynamically_registered: bool,
    }
}

impl From<&OAuthApp> for OAuthAppId {
    fn from(from: &OAuthApp) -> Self {
        from.id.clone()
    }
}

/// A new application, or what an application is changed into.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OAuthAppDraft {
    /// Its name; up to 64 characters.
    pub name: String,
    /// What it is for; up to 512 characters.
    pub description: String,
    /// Where it may be called back.
    pub callback_urls: Vec<String>,
    /// Its page.
    pub homepage: String,
    /// Address of its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Whether accounts are not asked; for administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_trusted: Option<bool>,
    /// Whether it has no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_public: Option<bool>,
}

impl OAuthAppDraft {
    /// With what is required.
    pub fn new(
        name: impl Into<String>,
        description: impl Into<String>,
        callback_urls: impl Into<Vec<String>>,
        homepage: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            callback_urls: callback_urls.into(),
            homepage: homepage.into(),
            icon_url: None,
            is_trusted: None,
            is_public: None,
        }
    }
}

setters! { OAuthAppDraft:
    /// Address of its picture.
    icon_url: String,
    /// Whether accounts are not asked; for administrators.
    is_trusted: bool,
    /// Whether it has no secret.
    is_public: bool,
}

/// What an application says of itself to register.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClientRegistrationRequest {
    /// Where it may be called back.
    pub redirect_uris: Vec<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// `client_secret_post`, or `none` for a public client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<String>,
}

impl ClientRegistrationRequest {
    /// With what is required.
    pub fn new(redirect_uris: impl Into<Vec<String>>) -> Self {
        Self {
            redirect_uris: redirect_uris.into(),
            client_name: None,
            client_uri: None,
            token_endpoint_auth_method: None,
        }
    }
}

setters! { ClientRegistrationRequest:
    /// Its name.
    client_name: String,
    /// Its page.
    client_uri: String,
    /// `client_secret_post`, or `none` for a public client.
    token_endpoint_auth_method: String,
}

model! {
    /// An application that registered itself.
    pub struct ClientRegistrationResponse {
        /// Its id.
        pub client_id: OAuthAppId,
        /// Its secret; none for a public client.
        pub client_secret: Secret,
        /// Where it may be called back.
        pub redirect_uris: Vec<String>,
        /// `client_secret_post` or `none`.
        pub token_endpoint_auth_method: String,
        /// What it may ask for.
        pub grant_types: Vec<String>,
        /// How it is answered.
        pub response_types: Vec<String>,
        /// What it may do.
        pub scope: String,
        /// Its name.
        pub client_name: String,
        /// Its page.
        pub client_uri: String,
    }
}

model! {
    /// What OAuth clients need to know of the server.
    pub struct AuthorizationServerMetadata {
        /// The server's address.
        pub issuer: String,
        /// Where accounts are asked.
        pub authorization_endpoint: String,
        /// Where tokens are handed out.
        pub token_endpoint: String,
        /// How it answers.
        pub response_types_supported: Vec<String>,
        /// Where applications register themselves.
        pub registration_endpoint: String,
        /// What may be asked for.
        pub scopes_supported: Vec<String>,
        /// How tokens may be asked for.
        pub grant_types_supported: Vec<String>,
        /// How applications prove who they are.
        pub token_endpoint_auth_methods_supported: Vec<String>,
        /// Ways of PKCE.
        pub code_challenge_methods_supported: Vec<String>,
    }
}

/// What an application asks of an account: to act for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuthorizeRequest {
    /// `code`: the address that the account is sent back to holds a code.
    pub response_type: String,
    /// The application.
    pub client_id: OAuthAppId,
    /// Where the account is sent back to: one of the application's callback addresses.
    pub redirect_uri: String,
    /// Comes back unchanged: compare it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What it wants to do; the server knows `user` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// PKCE, for public clients: a hash of the verifier. Since 11.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// PKCE: `S256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge_method: Option<String>,
}

impl AuthorizeRequest {
    /// With what is required.
    pub fn new(client_id: impl Into<OAuthAppId>, redirect_uri: impl Into<String>) -> Self {
        Self {
            response_type: "code".into(),
            client_id: client_id.into(),
            redirect_uri: redirect_uri.into(),
            state: None,
            scope: None,
            code_challenge: None,
            code_challenge_method: None,
        }
    }
}

setters! { AuthorizeRequest:
    /// Comes back unchanged: compare it.
    state: String,
    /// What it wants to do; the server knows `user` only.
    scope: String,
    /// PKCE, for public clients: a hash of the verifier. Since 11.
    code_challenge: String,
    /// PKCE: `S256`.
    code_challenge_method: String,
}

/// What an application shows for a token.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TokenRequest {
    /// `authorization_code` or `refresh_token`.
    pub grant_type: String,
    /// The application.
    pub client_id: OAuthAppId,
    /// The code from the address that the account was sent back to; good once, for ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Secret>,
    /// The same address as in the request for the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// From the answer that had the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    /// The application's secret; public clients have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// PKCE: what the hash was made of. Since 11.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_verifier: Option<Secret>,
}

impl TokenRequest {
    /// A code for a token.
    pub fn code(
        client_id: impl Into<OAuthAppId>,
        code: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        let (code, redirect_uri) = (Some(code.into()), Some(redirect_uri.into()));
        Self { code, redirect_uri, ..Self::of("authorization_code", client_id.into()) }
    }

    /// A new token instead of one that is running out.
    pub fn refresh(client_id: impl Into<OAuthAppId>, refresh_token: impl Into<Secret>) -> Self {
        Self { refresh_token: Some(refresh_token.into()), ..Self::of("refresh_token", client_id.into()) }
    }

    fn of(grant_type: &str, client_id: OAuthAppId) -> Self {
        Self {
            grant_type: grant_type.into(),
            client_id,
            code: None,
            redirect_uri: None,
            refresh_token: None,
            client_secret: None,
            code_verifier: None,
        }
    }

    /// What no error may show.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        let all = [&self.code, &self.refresh_token, &self.client_secret, &self.code_verifier];
        all.into_iter().flatten().map(Secret::expose).collect()
    }
}

setters! { TokenRequest:
    /// The application's secret; public clients have none.
    client_secret: Secret,
    /// PKCE: what the hash was made of. Since 11.
    code_verifier: Secret,
}

model! {
    /// A token of an account, for an application.
    pub struct AccessResponse {
        /// For [`ClientBuilder::token`](crate::ClientBuilder::token).
        pub access_token: Secret,
        /// `bearer`.
        pub token_type: String,
        /// Seconds until it ends.
        pub expires_in: i64,
        /// What it may do.
        pub scope: String,
        /// For the next token, by [`TokenRequest::refresh`]; public clients get none.
        pub refresh_token: Secret,
        /// Of providers of `OpenID` only.
        pub id_token: Secret,
        /// For whom it is. Since 11.
        pub audience: String,
    }
}
