//! Remote servers that share channels with this server.

use serde_json::json;

use crate::Secret;
use crate::error::Result;
use crate::http::{Body, Call, HttpClient};
use crate::model::{
    FileInfo, RemoteCluster, RemoteClusterAcceptInvite, RemoteClusterDraft, RemoteClusterFrame,
    RemoteClusterPage, RemoteClusterPatch, RemoteClusterPing, RemoteClusterResponse, RemoteClusterToken,
    RemoteClusterWithInvite, RemoteId, UploadId, UserId, json,
};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::Upload;

/// Remote servers that share channels with this server. Returned by
/// [`Client::remote_clusters`](crate::Client::remote_clusters).
///
/// Returns 501 if the feature is disabled (`ConnectedWorkspacesSettings.EnableRemoteClusterService`) or not
/// licensed.
///
/// Servers call each other with the methods that take a [`RemoteClusterToken`]. These send the token of the remote
/// server instead of the account's token.
#[derive(Clone, Copy, Debug)]
pub struct RemoteClusters<'c>(pub(crate) &'c HttpClient);

impl<'c> RemoteClusters<'c> {
    /// Lists one page of remote servers.
    ///
    /// `GET /remotecluster`
    ///
    /// Required permissions, depending on the request: `manage_secure_connections`, `manage_shared_channels`.
    /// Edition: Professional.
    #[doc(alias = "GetRemoteClusters")]
    #[inline]
    pub fn list(&self, page: &RemoteClusterPage) -> Result<Vec<RemoteCluster>> {
        self.0.get("/remotecluster", &[]).query(page).decode()
    }

    /// Iterates over all remote servers, fetching 200 per request. The paging fields of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &RemoteClusterPage) -> Pages<'c, RemoteCluster> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Gets a remote server.
    ///
    /// `GET /remotecluster/{remote_id}`
    ///
    /// Required permissions, depending on the request: `manage_secure_connections`, `manage_shared_channels`.
    /// Edition: Professional.
    #[doc(alias = "GetRemoteCluster")]
    #[inline]
    pub fn get(&self, remote: &RemoteId) -> Result<RemoteCluster> {
        self.0.get("/remotecluster/{remote_id}", &[remote]).decode()
    }

    /// Registers a remote server and creates an invitation for its administrator.
    ///
    /// `POST /remotecluster`
    ///
    /// The server must know its own URL (`ServiceSettings.SiteURL`).
    ///
    /// Required permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "CreateRemoteCluster")]
    #[inline]
    pub fn create(&self, draft: &RemoteClusterDraft) -> Result<RemoteClusterWithInvite> {
        self.0.post("/remotecluster", &[]).json(draft).decode()
    }

    /// Updates the stored data of a remote server. Unset fields keep their values.
    ///
    /// `PATCH /remotecluster/{remote_id}`
    ///
    /// Required permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "PatchRemoteCluster")]
    #[inline]
    pub fn patch(&self, remote: &RemoteId, patch: &RemoteClusterPatch) -> Result<RemoteCluster> {
        self.0.patch("/remotecluster/{remote_id}", &[remote]).json(patch).decode()
    }

    /// Removes a remote server. Its channels are no longer shared.
    ///
    /// `DELETE /remotecluster/{remote_id}`
    ///
    /// Required permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "DeleteRemoteCluster")]
    #[inline]
    pub fn delete(&self, remote: &RemoteId) -> Result<()> {
        self.0.delete("/remotecluster/{remote_id}", &[remote]).send()
    }

    /// Creates a new, password-protected invitation for a server that has not yet accepted one.
    ///
    /// `POST /remotecluster/{remote_id}/generate_invite`
    ///
    /// Required permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "GenerateRemoteClusterInvite")]
    #[inline]
    pub fn generate_invite(&self, remote: &RemoteId, password: &Secret) -> Result<Secret> {
        self.0
            .post("/remotecluster/{remote_id}/generate_invite", &[remote])
            .json(&json!({"password": password}))
            .decode()
    }

    /// Accepts an invitation from the administrator of another server.
    ///
    /// `POST /remotecluster/accept_invite`
    ///
    /// Required permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "AcceptRemoteClusterInvite")]
    #[inline]
    pub fn accept_invite(&self, invite: &RemoteClusterAcceptInvite) -> Result<RemoteCluster> {
        self.0.post("/remotecluster/accept_invite", &[]).json(invite).decode()
    }

    /// Sends a ping on behalf of a remote server. The payload is a [`RemoteClusterPing`].
    ///
    /// `POST /remotecluster/ping`
    ///
    /// Edition: Professional.
    #[inline]
    pub fn ping(&self, by: &RemoteClusterToken, frame: &RemoteClusterFrame) -> Result<RemoteClusterPing> {
        signed(self.0.post("/remotecluster/ping", &[]), by).json(frame).decode()
    }

    /// Sends a message on behalf of a remote server.
    ///
    /// `POST /remotecluster/msg`
    ///
    /// Edition: Professional.
    #[inline]
    pub fn send(&self, by: &RemoteClusterToken, frame: &RemoteClusterFrame) -> Result<RemoteClusterResponse> {
        signed(self.0.post("/remotecluster/msg", &[]), by).json(frame).decode()
    }

    /// Confirms on behalf of a remote server that it accepted an invitation.
    ///
    /// `POST /remotecluster/confirm_invite`
    ///
    /// Edition: Professional.
    #[inline]
    pub fn confirm_invite(&self, by: &RemoteClusterToken, frame: &RemoteClusterFrame) -> Result<()> {
        signed(self.0.post("/remotecluster/confirm_invite", &[]), by).json(frame).send()
    }

    /// Uploads a chunk of a file on behalf of a remote server. Returns `None` until the file is complete.
    ///
    /// `POST /remotecluster/upload/{upload_id}`
    ///
    /// Edition: Professional.
    #[inline]
    pub fn upload(
        &self,
        by: &RemoteClusterToken,
        upload: &UploadId,
        piece: Body<'_>,
    ) -> Result<Option<FileInfo>> {
        let call = self.0.post("/remotecluster/upload/{upload_id}", &[upload]);
        let answer = signed(call, by).with_file_timeout().body(piece).bytes()?;
        if answer.is_empty() { Ok(None) } else { json::decode_json(&answer).map(Some) }
    }

    /// Sets the profile picture of a user on behalf of a remote server.
    ///
    /// `POST /remotecluster/{user_id}/image`
    ///
    /// Edition: Professional.
    #[inline]
    pub fn set_user_image(&self, by: &RemoteClusterToken, user: &UserId, image: Upload<'_>) -> Result<()> {
        let call = self
            .0
            .post("/remotecluster/{user_id}/image", &[user])
            .with_file_timeout()
            .check_first(image.check());
        signed(call, by).body(image.into_form("image")).send()
    }
}

/// Uses the token of the remote server instead of the account's.
fn signed<'c>(call: Call<'c>, by: &RemoteClusterToken) -> Call<'c> {
    call.without_token()
        .header("X-RemoteCluster-Id", by.remote_id.as_str())
        .header("X-RemoteCluster-Token", by.token.expose())
        .hiding_secrets(&[by.token.expose()])
}
