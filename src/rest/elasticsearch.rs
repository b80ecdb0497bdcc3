//! Search with Elasticsearch or `OpenSearch`.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::ServerConfig;

/// Search with Elasticsearch or `OpenSearch`. Returned by
/// [`Client::elasticsearch`](crate::Client::elasticsearch).
#[derive(Clone, Copy, Debug)]
pub struct Elasticsearch<'c>(pub(crate) &'c HttpClient);

impl Elasticsearch<'_> {
    /// Tests the connection with the active settings.
    ///
    /// `POST /elasticsearch/test`
    ///
    /// Required permission: `test_elasticsearch`. Since server 4.1. Edition: Enterprise.
    #[doc(alias = "TestElasticsearch")]
    #[inline]
    pub fn test(&self) -> Result<()> {
        self.0.post("/elasticsearch/test", &[]).json(&()).send()
    }

    /// Tests the connection with the given settings. `ElasticsearchSettings` must be complete.
    ///
    /// `POST /elasticsearch/test`
    ///
    /// Required permission: `test_elasticsearch`. Since server 4.1. Edition: Enterprise.
    #[doc(alias = "TestElasticsearch")]
    #[inline]
    pub fn test_with(&self, config: &ServerConfig) -> Result<()> {
        self.0.post("/elasticsearch/test", &[]).json(config).send()
    }

    /// Deletes the named indexes, or all of them if none is named. Searches return nothing until a job has
    /// rebuilt the indexes.
    ///
    /// `POST /elasticsearch/purge_indexes`
    ///
    /// Older servers delete all indexes regardless of the names.
    ///
    /// Required permission: `purge_elasticsearch_indexes`. Since server 4.1. Edition: Enterprise.
    #[doc(alias = "PurgeElasticsearchIndexes")]
    #[inline]
    pub fn purge_indexes(&self, indexes: &[&str]) -> Result<()> {
        let call = self.0.post("/elasticsearch/purge_indexes", &[]);
        indexes.iter().fold(call, |call, index| call.param("index", index)).send()
    }
}
