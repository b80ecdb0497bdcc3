//! Connections of outgoing webhooks and slash commands to OAuth 2.0 servers.

use serde::Serialize;

use crate::model::{OutgoingOAuthConnectionId, TeamId, UserId};
use crate::{Secret, Timestamp};

open_enum! {
    /// How a token is asked for.
    OAuthGrantType {
        /// With id and secret of the client.
        ClientCredentials = "client_credentials",
        /// With the name and password of an account too.
        Password = "password",
    }
}

model! {
    /// How outgoing webhooks and slash commands get a token for the server that they call.
    pub struct OutgoingOAuthConnection {
        /// Its id.
        pub id: OutgoingOAuthConnectionId,
        /// Who made it.
        pub creator_id: UserId,
        /// When it was made.
        pub create_at: Timestamp,
        /// When it was last changed.
        pub update_at: Timestamp,
        /// Its name.
        pub name: String,
        /// Id of the client.
        pub client_id: String,
        /// Secret of the client; always empty in answers.
        pub client_secret: Secret,
        /// Name of the account.
        pub credentials_username: String,
        /// Password of the account; always empty in answers.
        pub credentials_password: Secret,
        /// Where tokens are handed out.
        pub oauth_token_url: String,
        /// How a token is asked for.
        pub grant_type: OAuthGrantType,
        /// Addresses that it is for.
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
    /// Its name; up to 64 characters.
    pub name: String,
    /// Id of the client.
    pub client_id: String,
    /// Secret of the client.
    pub client_secret: Secret,
    /// Where tokens are handed out.
    pub oauth_token_url: String,
    /// How a token is asked for.
    pub grant_type: OAuthGrantType,
    /// Addresses that it is for.
    pub audiences: Vec<String>,
    /// Name of the account; needed for [`OAuthGrantType::Password`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_username: Option<String>,
    /// Password of the account; needed for [`OAuthGrantType::Password`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_password: Option<Secret>,
    /// To validate one that is stored: an empty secret then stands for the stored one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<OutgoingOAuthConnectionId>,
}

impl OutgoingOAuthConnectionDraft {
    /// With what is required.
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
    /// Name of the account; needed for [`OAuthGrantType::Password`].
    credentials_username: String,
    /// Password of the account; needed for [`OAuthGrantType::Password`].
    credentials_password: Secret,
    /// To validate one that is stored: an empty secret then stands for the stored one.
    id: OutgoingOAuthConnectionId,
}

/// Changes to a connection; what is not set stays.
#[doc(alias = "OutgoingOAuthConnection")]
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingOAuthConnectionPatch {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Id of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Secret of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// Name of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_username: Option<String>,
    /// Password of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_password: Option<Secret>,
    /// Where tokens are handed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oauth_token_url: Option<String>,
    /// How a token is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<OAuthGrantType>,
    /// Replaces the addresses that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audiences: Option<Vec<String>>,
}

impl OutgoingOAuthConnectionPatch {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { OutgoingOAuthConnectionPatch:
    /// Its name.
    name: String,
    /// Id of the client.
    client_id: String,
    /// Secret of the client.
    client_secret: Secret,
    /// Name of the account.
    credentials_username: String,
    /// Password of the account.
    credentials_password: Secret,
    /// Where tokens are handed out.
    oauth_token_url: String,
    /// How a token is asked for.
    grant_type: OAuthGrantType,
    /// Replaces the addresses that it is for.
    audiences: Vec<String>,
}

/// Which connections to list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutgoingOAuthConnectionPage {
    /// The team in which one may make webhooks or slash commands; those who may not manage connections need
    /// it.
    pub team_id: TeamId,
    /// Where the last answer ended.
    pub from_id: Option<OutgoingOAuthConnectionId>,
    /// Most to return; 10 by default, 100 at most.
    pub limit: Option<u32>,
    /// Only the one for this address.
    pub audience: Option<String>,
}

impl OutgoingOAuthConnectionPage {
    /// With what is required.
    pub fn new(team_id: impl Into<TeamId>) -> Self {
        Self { team_id: team_id.into(), from_id: None, limit: None, audience: None }
    }
}

setters! { OutgoingOAuthConnectionPage:
    /// Where the last answer ended.
    from_id: OutgoingOAuthConnectionId,
    /// Most to return; 10 by default, 100 at most.
    limit: u32,
    /// Only the one for this address.
    audience: String,
}
