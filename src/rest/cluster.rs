//! The nodes of a cluster.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::ClusterInfo;

/// The nodes of a cluster. Returned by [`Client::cluster`](crate::Client::cluster).
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'c>(pub(crate) &'c HttpClient);

impl Cluster<'_> {
    /// Lists the nodes of the cluster. The list is empty if the server is not clustered.
    ///
    /// `GET /cluster/status`
    ///
    /// Required permission: `sysconsole_read_environment_high_availability`. Edition: Enterprise.
    #[doc(alias = "GetClusterStatus")]
    #[inline]
    pub fn get_status(&self) -> Result<Vec<ClusterInfo>> {
        self.0.get("/cluster/status", &[]).decode()
    }
}
