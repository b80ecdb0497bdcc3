//! The server's log.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::http::Http;
use crate::model::{ClientLog, Json, LogFilter, LogPage};
use crate::rest::FileDownload;

/// The server's log, by [`Client::logs`](crate::Client::logs).
///
/// All of it needs `get_logs`, but [`write`](Self::write). Under a restricted administrator
/// (`RestrictSystemAdmin`) it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Logs<'c>(pub(crate) &'c Http);

impl<'c> Logs<'c> {
    /// Lists one page of lines of the log, the newest page first; a line is JSON, or what the log's format
    /// is.
    ///
    /// `GET /logs`
    ///
    /// The file has to be on (`LogSettings.EnableFile`). In a cluster, the lines of each server come one
    /// after another.
    ///
    /// Permission: `get_logs`.
    #[doc(alias = "GetLogs")]
    pub fn list(&self, page: &LogPage) -> Result<Vec<String>> {
        self.0.get("/logs", &[]).query(page).fetch()
    }

    /// Lists lines of the log that pass a filter, by server of the cluster. Only lines that are JSON come.
    ///
    /// `POST /logs/query`
    ///
    /// Permission: `get_logs`.
    pub fn query(&self, page: &LogPage, filter: &LogFilter) -> Result<BTreeMap<String, Vec<Json>>> {
        self.0.post("/logs/query", &[]).query(page).json(filter).reads().fetch()
    }

    /// Writes a line to the server's log.
    ///
    /// `POST /logs`
    ///
    /// Without `manage_system` it is written as `DEBUG`, whatever its level. Without a login it is refused,
    /// unless the server is in developer mode.
    #[doc(alias = "PostLog")]
    pub fn write(&self, line: &ClientLog) -> Result<()> {
        self.0.post("/logs", &[]).json(line).ok()
    }

    /// Downloads the log file.
    ///
    /// `GET /logs/download`
    ///
    /// Permission: `get_logs`.
    #[doc(alias = "DownloadSystemLogs")]
    pub fn download(&self) -> FileDownload<'c> {
        FileDownload::new(self.0.get("/logs/download", &[]).long(), "GET /logs/download")
    }
}
