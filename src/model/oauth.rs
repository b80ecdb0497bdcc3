//! OAuth 2.0 applications.

use serde::{Deserialize, Serialize};

use crate::model::{OAuthAppId, UserId};
use crate::{Secret, Timestamp};

/// An application that may act for accounts.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
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
    #[serde(deserialize_with = "crate::model::json::or_default")]
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

/// An application that registered itself.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ClientRegistrationResponse {
    /// Its id.
    pub client_id: OAuthAppId,
    /// Its secret; none for a public client.
    pub client_secret: Secret,
    /// Where it may be called back.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub redirect_uris: Vec<String>,
    /// `client_secret_post` or `none`.
    pub token_endpoint_auth_method: String,
    /// What it may ask for.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub grant_types: Vec<String>,
    /// How it is answered.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub response_types: Vec<String>,
    /// What it may do.
    pub scope: String,
    /// Its name.
    pub client_name: String,
    /// Its page.
    pub client_uri: String,
}

/// What OAuth clients need to know of the server.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct AuthorizationServerMetadata {
    /// The server's address.
    pub issuer: String,
    /// Where accounts are asked.
    pub authorization_endpoint: String,
    /// Where tokens are handed out.
    pub token_endpoint: String,
    /// How it answers.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub response_types_supported: Vec<String>,
    /// Where applications register themselves.
    pub registration_endpoint: String,
    /// What may be asked for.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub scopes_supported: Vec<String>,
    /// How tokens may be asked for.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub grant_types_supported: Vec<String>,
    /// How applications prove who they are.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Ways of PKCE.
    #[serde(deserialize_with = "crate::model::json::or_default")]
    pub code_challenge_methods_supported: Vec<String>,
}
