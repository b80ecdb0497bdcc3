//! OAuth 2.0 connections used by outgoing webhooks and slash commands.

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
        /// ID of the user who created the connection.
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

input! {
    /// A new connection.
    #[doc(alias = "OutgoingOAuthConnection")]
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
    }
    optional {
        /// The username. Required for [`OAuthGrantType::Password`].
        credentials_username: String,
        /// The password. Required for [`OAuthGrantType::Password`].
        credentials_password: Secret,
        /// ID of a stored connection to validate. If it is set, an empty secret stands for the stored secret.
        id: OutgoingOAuthConnectionId,
    }
}

input! {
    /// Changes to a connection. Unset fields keep their values.
    #[doc(alias = "OutgoingOAuthConnection")]
    pub struct OutgoingOAuthConnectionPatch {}
    optional {
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
}

input! {
    /// Page and filter for connections.
    pub struct OutgoingOAuthConnectionPage {
        /// ID of a team in which the current account may create webhooks or slash commands. Required for users who may
        /// not manage connections.
        pub team_id: TeamId,
    }
    optional {
        /// Pagination cursor: returns connections after this ID.
        from_id: OutgoingOAuthConnectionId,
        /// Maximum number of results. Defaults to 10. Must be at most 100.
        limit: u32,
        /// Only the connection for this URL.
        audience: String,
    }
}
