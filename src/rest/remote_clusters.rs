//! Other servers that share channels with this one.

use serde_json::json;

use crate::Secret;
use crate::error::Result;
use crate::http::{Body, Call, Http};
use crate::model::{
    FileInfo, RemoteCluster, RemoteClusterAcceptInvite, RemoteClusterDraft, RemoteClusterFrame,
    RemoteClusterPage, RemoteClusterPatch, RemoteClusterPing, RemoteClusterResponse, RemoteClusterToken,
    RemoteClusterWithInvite, RemoteId, UploadId, UserId, json,
};
use crate::page::{MOST, Pages, pages};
use crate::rest::Upload;

/// Other servers that share channels with this one, by
/// [`Client::remote_clusters`](crate::Client::remote_clusters).
///
/// 501 if the server has them off (`ConnectedWorkspacesSettings.EnableRemoteClusterService`) or has no
/// licence for them.
///
/// The last methods are what servers call on each other; they send the other server's token and not the
/// account's.
#[derive(Clone, Copy, Debug)]
pub struct RemoteClusters<'c>(pub(crate) &'c Http);

impl<'c> RemoteClusters<'c> {
    /// Lists one page of the other servers.
    ///
    /// `GET /remotecluster`
    ///
    /// Permissions, as the case may be: `manage_secure_connections`, `manage_shared_channels`. Edition:
    /// Professional.
    #[doc(alias = "GetRemoteClusters")]
    pub fn list(&self, page: &RemoteClusterPage) -> Result<Vec<RemoteCluster>> {
        self.0.get("/remotecluster", &[]).query(page).fetch()
    }

    /// Goes through all other servers, 200 a call; the paging of `page` does not count.
    pub fn all(&self, page: &RemoteClusterPage) -> Pages<'c, RemoteCluster> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MOST)))
    }

    /// Gets another server.
    ///
    /// `GET /remotecluster/{remote_id}`
    ///
    /// Permissions, as the case may be: `manage_secure_connections`, `manage_shared_channels`. Edition:
    /// Professional.
    #[doc(alias = "GetRemoteCluster")]
    pub fn get(&self, remote: &RemoteId) -> Result<RemoteCluster> {
        self.0.get("/remotecluster/{remote_id}", &[remote]).fetch()
    }

    /// Makes another server known, and an invitation for its administrator.
    ///
    /// `POST /remotecluster`
    ///
    /// The server has to know its own address (`ServiceSettings.SiteURL`).
    ///
    /// Permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "CreateRemoteCluster")]
    pub fn create(&self, draft: &RemoteClusterDraft) -> Result<RemoteClusterWithInvite> {
        self.0.post("/remotecluster", &[]).json(draft).fetch()
    }

    /// Changes what is stored about another server; what is not set stays.
    ///
    /// `PATCH /remotecluster/{remote_id}`
    ///
    /// Permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "PatchRemoteCluster")]
    pub fn patch(&self, remote: &RemoteId, patch: &RemoteClusterPatch) -> Result<RemoteCluster> {
        self.0.patch("/remotecluster/{remote_id}", &[remote]).json(patch).fetch()
    }

    /// Forgets another server; its channels are shared no more.
    ///
    /// `DELETE /remotecluster/{remote_id}`
    ///
    /// Permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "DeleteRemoteCluster")]
    pub fn delete(&self, remote: &RemoteId) -> Result<()> {
        self.0.delete("/remotecluster/{remote_id}", &[remote]).ok()
    }

    /// Makes a new invitation for a server that did not accept yet, locked with a password.
    ///
    /// `POST /remotecluster/{remote_id}/generate_invite`
    ///
    /// Permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "GenerateRemoteClusterInvite")]
    pub fn generate_invite(&self, remote: &RemoteId, password: &Secret) -> Result<Secret> {
        self.0
            .post("/remotecluster/{remote_id}/generate_invite", &[remote])
            .json(&json!({"password": password}))
            .fetch()
    }

    /// Accepts the invitation of another server's administrator.
    ///
    /// `POST /remotecluster/accept_invite`
    ///
    /// Permission: `manage_secure_connections`. Edition: Professional.
    #[doc(alias = "AcceptRemoteClusterInvite")]
    pub fn accept_invite(&self, invite: &RemoteClusterAcceptInvite) -> Result<RemoteCluster> {
        self.0.post("/remotecluster/accept_invite", &[]).json(invite).fetch()
    }

    /// As another server: tells that it is there. The payload is a [`RemoteClusterPing`].
    ///
    /// `POST /remotecluster/ping`
    ///
    /// Edition: Professional.
    pub fn ping(&self, by: &RemoteClusterToken, frame: &RemoteClusterFrame) -> Result<RemoteClusterPing> {
        signed(self.0.post("/remotecluster/ping", &[]), by).json(frame).fetch()
    }

    /// As another server: sends a message.
    ///
    /// `POST /remotecluster/msg`
    ///
    /// Edition: Professional.
    pub fn send(&self, by: &RemoteClusterToken, frame: &RemoteClusterFrame) -> Result<RemoteClusterResponse> {
        signed(self.0.post("/remotecluster/msg", &[]), by).json(frame).fetch()
    }

    /// As another server: confirms that it accepted an invitation.
    ///
    /// `POST /remotecluster/confirm_invite`
    ///
    /// Edition: Professional.
    pub fn confirm_invite(&self, by: &RemoteClusterToken, frame: &RemoteClusterFrame) -> Result<()> {
        signed(self.0.post("/remotecluster/confirm_invite", &[]), by).json(frame).ok()
    }

    /// As another server: sends a piece of a file; `None` while more is missing.
    ///
    /// `POST /remotecluster/upload/{upload_id}`
    ///
    /// Edition: Professional.
    pub fn upload(
        &self,
        by: &RemoteClusterToken,
        upload: &UploadId,
        piece: Body<'_>,
    ) -> Result<Option<FileInfo>> {
        let call = self.0.post("/remotecluster/upload/{upload_id}", &[upload]);
        let answer = signed(call, by).long().body(piece).bytes()?;
        if answer.is_empty() { Ok(None) } else { json::decode(&answer).map(Some) }
    }

    /// As another server: sets the picture of an account of it.
    ///
    /// `POST /remotecluster/{user_id}/image`
    ///
    /// Edition: Professional.
    pub fn set_user_image(&self, by: &RemoteClusterToken, user: &UserId, image: Upload<'_>) -> Result<()> {
        let call = self.0.post("/remotecluster/{user_id}/image", &[user]).long().require(image.check());
        signed(call, by).body(image.into_form("image")).ok()
    }
}

/// The token of the other server, instead of the account's.
fn signed<'c>(call: Call<'c>, by: &RemoteClusterToken) -> Call<'c> {
    call.anonymous()
        .header("X-RemoteCluster-Id", by.remote_id.as_str())
        .header("X-RemoteCluster-Token", by.token.expose())
}
