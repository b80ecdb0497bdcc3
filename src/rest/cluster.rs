//! The servers of a cluster.

use crate::error::Result;
use crate::http::Http;
use crate::model::ClusterInfo;

/// The servers of a cluster, by [`Client::cluster`](crate::Client::cluster).
#[derive(Clone, Copy, Debug)]
pub struct Cluster<'c>(pub(crate) &'c Http);

impl Cluster<'_> {
    /// Lists the servers of the cluster; empty if there is none.
    ///
    /// `GET /cluster/status`
    ///
    /// Permission: `sysconsole_read_environment_high_availability`. Edition: Enterprise.
    #[doc(alias = "GetClusterStatus")]
    pub fn get_status(&self) -> Result<Vec<ClusterInfo>> {
        self.0.get("/cluster/status", &[]).fetch()
    }
}
