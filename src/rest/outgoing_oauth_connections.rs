//! OAuth 2.0 connections used by outgoing webhooks and slash commands.

use serde::Serialize;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{
    OutgoingOAuthConnection, OutgoingOAuthConnectionDraft, OutgoingOAuthConnectionId,
    OutgoingOAuthConnectionPage, OutgoingOAuthConnectionPatch,
};
use crate::page::{Pages, until_last};

/// OAuth 2.0 connections used by outgoing webhooks and slash commands. Returned by
/// [`Client::outgoing_oauth_connections`](crate::Client::outgoing_oauth_connections).
///
/// Returns 501 if the feature is disabled (`ServiceSettings.EnableOutgoingOAuthConnections`).
#[derive(Clone, Copy, Debug)]
pub struct OutgoingOAuthConnections<'c>(pub(crate) &'c HttpClient);

impl OutgoingOAuthConnections<'_> {
    /// Lists connections, without their secrets.
    ///
    /// `GET /oauth/outgoing_connections`
    ///
    /// Required permissions, depending on the request: `manage_outgoing_oauth_connections`,
    /// `manage_own_outgoing_webhooks`, `manage_own_slash_commands`. Since server 9.6. Edition: Enterprise.
    #[doc(alias = "ListOutgoingOAuthConnections")]
    #[inline]
    pub fn list(&self, page: &OutgoingOAuthConnectionPage) -> Result<Vec<OutgoingOAuthConnection>> {
        self.0.get("/oauth/outgoing_connections", &[]).query(page).decode()
    }

    /// Gets a connection, without its secrets.
    ///
    /// `GET /oauth/outgoing_connections/{connection_id}`
    ///
    /// Required permission: `manage_outgoing_oauth_connections`. Since server 9.6. Edition: Enterprise.
    #[doc(alias = "GetOutgoingOAuthConnection")]
    #[inline]
    pub fn get(&self, connection: &OutgoingOAuthConnectionId) -> Result<OutgoingOAuthConnection> {
        self.0.get("/oauth/outgoing_connections/{connection_id}", &[connection]).decode()
    }

    /// Creates a connection.
    ///
    /// `POST /oauth/outgoing_connections`
    ///
    /// Required permission: `manage_outgoing_oauth_connections`. Since server 9.6. Edition: Enterprise.
    #[doc(alias = "CreateOutgoingOAuthConnection")]
    #[inline]
    pub fn create(&self, draft: &OutgoingOAuthConnectionDraft) -> Result<OutgoingOAuthConnection> {
        self.0.post("/oauth/outgoing_connections", &[]).json(draft).decode()
    }

    /// Updates a connection. Unset fields keep their values.
    ///
    /// `PUT /oauth/outgoing_connections/{connection_id}`
    ///
    /// Required permission: `manage_outgoing_oauth_connections`. Since server 9.6. Edition: Enterprise.
    #[doc(alias = "UpdateOutgoingOAuthConnection")]
    #[inline]
    pub fn update(
        &self,
        connection: &OutgoingOAuthConnectionId,
        patch: &OutgoingOAuthConnectionPatch,
    ) -> Result<OutgoingOAuthConnection> {
        self.0
            .put("/oauth/outgoing_connections/{connection_id}", &[connection])
            .json(&ConnectionUpdate { id: connection, patch })
            .decode()
    }

    /// Deletes a connection.
    ///
    /// `DELETE /oauth/outgoing_connections/{connection_id}`
    ///
    /// Required permission: `manage_outgoing_oauth_connections`. Since server 9.6. Edition: Enterprise.
    #[doc(alias = "DeleteOutgoingOAuthConnection")]
    #[inline]
    pub fn delete(&self, connection: &OutgoingOAuthConnectionId) -> Result<()> {
        self.0.delete("/oauth/outgoing_connections/{connection_id}", &[connection]).send()
    }

    /// Validates a connection by requesting a token from the OAuth server.
    ///
    /// `POST /oauth/outgoing_connections/validate`
    ///
    /// Required permission: `manage_outgoing_oauth_connections`. Since server 9.6. Edition: Enterprise.
    #[doc(alias = "ValidateOutgoingOAuthConnection")]
    #[inline]
    pub fn validate(&self, draft: &OutgoingOAuthConnectionDraft) -> Result<()> {
        self.0.post("/oauth/outgoing_connections/validate", &[]).json(draft).safe().send()
    }
}

impl<'c> OutgoingOAuthConnections<'c> {
    /// Iterates over all connections, fetching 100 per request. `from_id` and `limit` of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &OutgoingOAuthConnectionPage) -> Pages<'c, OutgoingOAuthConnection> {
        let (group, mut page) = (*self, page.clone().limit(100u32));
        page.from_id = None;
        until_last(move |_| {
            let list = group.list(&page)?;
            page.from_id = list.last().map(|last| last.id.clone());
            let end = list.len() < 100;
            Ok((list, end))
        })
    }
}

/// The server requires the ID in the body as well.
#[derive(Serialize)]
struct ConnectionUpdate<'a> {
    id: &'a OutgoingOAuthConnectionId,
    #[serde(flatten)]
    patch: &'a OutgoingOAuthConnectionPatch,
}
