//! Search with Elasticsearch or `OpenSearch`.

use crate::error::Result;
use crate::http::Http;
use crate::model::ServerConfig;

/// Search with Elasticsearch or `OpenSearch`, by [`Client::elasticsearch`](crate::Client::elasticsearch).
#[derive(Clone, Copy, Debug)]
pub struct Elasticsearch<'c>(pub(crate) &'c Http);

impl Elasticsearch<'_> {
    /// Tries to reach it, with the settings that are in force.
    ///
    /// `POST /elasticsearch/test`
    ///
    /// Permission: `test_elasticsearch`. Since 4.1. Edition: Enterprise.
    #[doc(alias = "TestElasticsearch")]
    pub fn test(&self) -> Result<()> {
        self.0.post("/elasticsearch/test", &[]).json(&()).ok()
    }

    /// Tries to reach it with other settings: `ElasticsearchSettings` has to be complete.
    ///
    /// `POST /elasticsearch/test`
    ///
    /// Permission: `test_elasticsearch`. Since 4.1. Edition: Enterprise.
    #[doc(alias = "TestElasticsearch")]
    pub fn test_with(&self, config: &ServerConfig) -> Result<()> {
        self.0.post("/elasticsearch/test", &[]).json(config).ok()
    }

    /// Deletes indexes, all if none is named. Searches find nothing until a job has indexed again.
    ///
    /// `POST /elasticsearch/purge_indexes`
    ///
    /// Old servers delete all of them, whatever is named.
    ///
    /// Permission: `purge_elasticsearch_indexes`. Since 4.1. Edition: Enterprise.
    #[doc(alias = "PurgeElasticsearchIndexes")]
    pub fn purge_indexes(&self, indexes: &[&str]) -> Result<()> {
        let call = self.0.post("/elasticsearch/purge_indexes", &[]);
        indexes.iter().fold(call, |call, index| call.param("index", index)).ok()
    }
}
