//! OAuth 2.0 connections used by outgoing webhooks and slash commands.

use serde::Serialize;

use crate::model::{OutgoingOAuthConnectionId, TeamId, UserId};
use crate::{Secret, Timestamp};

open_enum! {
    /// OAuth 2.0 grant type.
    OAuthGrantType {
        /// Client ID and secret.
        ClientCredentials = "client_credentials",
        /// Client ID and secret, and the username and password of a user.
        Password = "password",
    }
}

model! {
    /// A connection through which outgoing webhooks and slash commands obtain tokens for the servers they
    /// call.
    pub struct OutgoingOAuthConnection {
        /// The ID.
        pub id: OutgoingOAuthConnectionId,
        /// The user who created the connection.
        pub creator_id: UserId,
        /// Creation time.
        pub create_at: Timestamp,
        /// Time of the last update.
        pub update_at: Timestamp,
        /// The name.
        pub name: String,
        /// The client ID.
        pub client_id: String,
        /// The client secret. Always empty in responses.
        pub client_secret: Secret,
        /// The username.
        pub credentials_username: String,
        /// The password. Always empty in responses.
        pub credentials_password: Secret,
        /// URL of the token endpoint.
        pub oauth_token_url: String,
        /// OAuth 2.0 grant type.
        pub grant_type: OAuthGrantType,
        /// URLs to which the connection applies.
        pub audiences: Vec<String>,
    }
}

impl From<&OutgoingOAuthConnection> for OutgoingOAuthConnectionId {
    fn from(from: &OutgoingOAuthConnection) -> Self {
        from.id.clone()
    }
}

/// A new connection.
#[doc(alias = "OutgoingOAuthConnection")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingOAuthConnectionDraft {
    /// The name, up to 64 characters.
    pub name: String,
    /// The client ID.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Secret,
    /// URL of the token endpoint.
    pub oauth_token_url: String,
    /// OAuth 2.0 grant type.
    pub grant_type: OAuthGrantType,
    /// URLs to which the connection applies.
    pub audiences: Vec<String>,
    /// The username. Required for [`OAuthGrantType::Password`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_username: Option<String>,
    /// The password. Required for [`OAuthGrantType::Password`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_password: Option<Secret>,
    /// ID of a stored connection to validate. If set, an empty secret means the stored one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<OutgoingOAuthConnectionId>,
}

impl OutgoingOAuthConnectionDraft {
    /// Creates the value from its required fields.
    pub fn new(
        name: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
        oauth_token_url: impl Into<String>,
        grant_type: impl Into<OAuthGrantType>,
        audiences: impl Into<Vec<String>>,
    ) -> Self {
        Self {
            name: name.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            oauth_token_url: oauth_token_url.into(),
            grant_type: grant_type.into(),
            audiences: audiences.into(),
            credentials_username: None,
            credentials_password: None,
            id: None,
        }
    }
}

setters! { OutgoingOAuthConnectionDraft:
    /// The username. Required for [`OAuthGrantType::Password`].
    credentials_username: String,
    /// The password. Required for [`OAuthGrantType::Password`].
    credentials_password: Secret,
    /// ID of a stored connection to validate. If set, an empty secret means the stored one.
    id: OutgoingOAuthConnectionId,
}

/// Changes to a connection. Unset fields keep their value.
#[doc(alias = "OutgoingOAuthConnection")]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingOAuthConnectionPatch {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The client ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The client secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// The username.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_username: Option<String>,
    /// The password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_password: Option<Secret>,
    /// URL of the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oauth_token_url: Option<String>,
    /// OAuth 2.0 grant type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<OAuthGrantType>,
    /// Replaces the URLs to which the connection applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,
}

impl OutgoingOAuthConnectionPatch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { OutgoingOAuthConnectionPatch:
    /// The name.
    name: String,
    /// The client ID.
    client_id: String,
    /// The client secret.
    client_secret: Secret,
    /// The username.
    credentials_username: String,
    /// The password.
    credentials_password: Secret,
    /// URL of the token endpoint.
    oauth_token_url: String,
    /// OAuth 2.0 grant type.
    grant_type: OAuthGrantType,
    /// Replaces the URLs to which the connection applies.
    audiences: Vec<String>,
}

/// Page and filter for connections.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingOAuthConnectionPage {
    /// A team in which the current account may create webhooks or slash commands. Required for users who may
    /// not manage connections.
    pub team_id: TeamId,
    /// Cursor returned by the previous request.
    pub from_id: Option<OutgoingOAuthConnectionId>,
    /// Maximum number of results. Defaults to 10. Must be at most 100.
    pub limit: Option<u32>,
    /// Only the connection for this URL.
    pub audience: Option<String>,
}

impl OutgoingOAuthConnectionPage {
    /// Creates the value from its required fields.
    pub fn new(team_id: impl Into<TeamId>) -> Self {
        Self { team_id: team_id.into(), from_id: None, limit: None, audience: None }
    }
}

setters! { OutgoingOAuthConnectionPage:
    /// Cursor returned by the previous request.
    from_id: OutgoingOAuthConnectionId,
    /// Maximum number of results. Defaults to 10. Must be at most 100.
    limit: u32,
    /// Only the connection for this URL.
    audience: String,
}
