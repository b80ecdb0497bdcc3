//! OAuth 2.0 applications.

use serde::Serialize;

use crate::model::{OAuthAppId, UserId};
use crate::{Secret, Timestamp};

model! {
    /// An application that may act for users.
    pub struct OAuthApp {
        /// The ID, which is also the client ID.
        pub id: OAuthAppId,
        /// ID of the user who registered the application.
        pub creator_id: UserId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// The client secret. Only returned to users who may manage the application. Public clients have
        /// none.
        pub client_secret: Secret,
        /// The name.
        pub name: String,
        /// The description.
        pub description: String,
        /// URL of the icon.
        pub icon_url: String,
        /// Callback URLs.
        pub callback_urls: Vec<String>,
        /// Homepage URL.
        pub homepage: String,
        /// `true` if users are not asked for authorization.
        pub is_trusted: bool,
        /// ID of the associated Mattermost app.
        pub mattermost_app_id: String,
        /// `true` if the application was registered dynamically.
        pub is_dynamically_registered: bool,
    }
}

input! {
    /// A new application, or a replacement of an existing one.
    pub struct OAuthAppDraft {
        /// The name, up to 64 characters.
        pub name: String,
        /// The description, up to 512 characters.
        pub description: String,
        /// Callback URLs.
        pub callback_urls: Vec<String>,
        /// Homepage URL.
        pub homepage: String,
    }
    optional {
        /// URL of the icon.
        icon_url: String,
        /// `true` if users are not asked for authorization. Only administrators may set it.
        is_trusted: bool,
        /// `true` for a public client, which has no secret.
        is_public: bool,
    }
}

input! {
    /// A dynamic client registration request.
    pub struct ClientRegistrationRequest {
        /// Callback URLs.
        pub redirect_uris: Vec<String>,
    }
    optional {
        /// The name of the client.
        client_name: String,
        /// Homepage URL.
        client_uri: String,
        /// `client_secret_post`, or `none` for a public client.
        token_endpoint_auth_method: String,
    }
}

model! {
    /// A dynamically registered application.
    pub struct ClientRegistrationResponse {
        /// The client ID.
        pub client_id: OAuthAppId,
        /// The client secret. Public clients have none.
        pub client_secret: Secret,
        /// Callback URLs.
        pub redirect_uris: Vec<String>,
        /// `client_secret_post` or `none`.
        pub token_endpoint_auth_method: String,
        /// Allowed grant types.
        pub grant_types: Vec<String>,
        /// Allowed response types.
        pub response_types: Vec<String>,
        /// Allowed scope.
        pub scope: String,
        /// The name of the client.
        pub client_name: String,
        /// Homepage URL.
        pub client_uri: String,
    }
}

model! {
    /// OAuth 2.0 authorization server metadata.
    pub struct AuthorizationServerMetadata {
        /// URL of the server.
        pub issuer: String,
        /// URL of the authorization endpoint.
        pub authorization_endpoint: String,
        /// URL of the token endpoint.
        pub token_endpoint: String,
        /// Supported response types.
        pub response_types_supported: Vec<String>,
        /// URL of the registration endpoint.
        pub registration_endpoint: String,
        /// Supported scopes.
        pub scopes_supported: Vec<String>,
        /// Supported grant types.
        pub grant_types_supported: Vec<String>,
        /// Supported client authentication methods.
        pub token_endpoint_auth_methods_supported: Vec<String>,
        /// Supported PKCE methods.
        pub code_challenge_methods_supported: Vec<String>,
    }
}

/// An authorization request of an application.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AuthorizeRequest {
    /// `code`: the redirect URL contains an authorization code.
    pub response_type: String,
    /// ID of the application.
    pub client_id: OAuthAppId,
    /// The redirect URL. Must be one of the application's callback URLs.
    pub redirect_uri: String,
    /// Opaque value that the redirect URL returns unchanged. Compare it with the value that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The requested scope. The server only supports `user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// PKCE challenge for public clients: a hash of the verifier. Since server 11.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// PKCE method: `S256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge_method: Option<String>,
}

impl AuthorizeRequest {
    /// Creates a value with the required fields.
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
    /// Opaque value that the redirect URL returns unchanged. Compare it with the value that was sent.
    state: String,
    /// The requested scope. The server only supports `user`.
    scope: String,
    /// PKCE challenge for public clients: a hash of the verifier. Since server 11.
    code_challenge: String,
    /// PKCE method: `S256`.
    code_challenge_method: String,
}

/// A token request of an application.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TokenRequest {
    /// `authorization_code` or `refresh_token`.
    pub grant_type: String,
    /// ID of the application.
    pub client_id: OAuthAppId,
    /// The authorization code from the redirect URL. Can be used once, within ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Secret>,
    /// The redirect URL of the authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Refresh token, as returned in a token response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    /// The client secret. Public clients have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// PKCE verifier, the input of the challenge hash. Since server 11.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_verifier: Option<Secret>,
}

impl TokenRequest {
    /// Creates a request that exchanges an authorization code for a token.
    pub fn code(
        client_id: impl Into<OAuthAppId>,
        code: impl Into<Secret>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        let (code, redirect_uri) = (Some(code.into()), Some(redirect_uri.into()));
        Self { code, redirect_uri, ..Self::for_grant("authorization_code", client_id.into()) }
    }

    /// Creates a request that replaces an expiring token.
    pub fn refresh(client_id: impl Into<OAuthAppId>, refresh_token: impl Into<Secret>) -> Self {
        Self {
            refresh_token: Some(refresh_token.into()),
            ..Self::for_grant("refresh_token", client_id.into())
        }
    }

    fn for_grant(grant_type: &str, client_id: OAuthAppId) -> Self {
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
}

setters! { TokenRequest:
    /// The client secret. Public clients have none.
    client_secret: Secret,
    /// PKCE verifier, the input of the challenge hash. Since server 11.
    code_verifier: Secret,
}

model! {
    /// An access token for an application.
    pub struct AccessResponse {
        /// The access token, to be passed to [`ClientBuilder::token`](crate::ClientBuilder::token).
        pub access_token: Secret,
        /// Always `bearer`.
        pub token_type: String,
        /// Lifetime in seconds.
        pub expires_in: i64,
        /// The granted scope.
        pub scope: String,
        /// Refresh token, used to request the next access token with [`TokenRequest::refresh`]. Public clients
        /// receive none.
        pub refresh_token: Secret,
        /// ID token. Only set by `OpenID` providers.
        pub id_token: Secret,
        /// The intended audience. Since server 11.
        pub audience: String,
    }
}
