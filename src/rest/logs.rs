//! The server log.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{ClientLog, Json, LogFilter, LogPage};
use crate::rest::FileDownload;

/// The server log. Returned by [`Client::logs`](crate::Client::logs).
///
/// All methods except [`write`](Self::write) require `get_logs`. Restricted administrators
/// (`RestrictSystemAdmin`) are refused.
#[derive(Clone, Copy, Debug)]
pub struct Logs<'c>(pub(crate) &'c HttpClient);

impl<'c> Logs<'c> {
    /// Lists one page of log lines, the newest page first. The format of a line depends on the log settings;
    /// JSON is the default.
    ///
    /// `GET /logs`
    ///
    /// Requires file logging (`LogSettings.EnableFile`). In a cluster, the lines of each node follow one
    /// another.
    ///
    /// Required permission: `get_logs`.
    #[doc(alias = "GetLogs")]
    #[inline]
    pub fn list(&self, page: &LogPage) -> Result<Vec<String>> {
        self.0.get("/logs", &[]).query(page).decode()
    }

    /// Lists the log lines that match a filter, grouped by cluster node. Only JSON lines are returned.
    ///
    /// `POST /logs/query`
    ///
    /// Required permission: `get_logs`.
    #[inline]
    pub fn query(&self, page: &LogPage, filter: &LogFilter) -> Result<BTreeMap<String, Vec<Json>>> {
        self.0.post("/logs/query", &[]).query(page).json(filter).safe().decode()
    }

    /// Writes a line to the server log.
    ///
    /// `POST /logs`
    ///
    /// Without `manage_system`, the line is written at level `DEBUG` regardless of its own level. Without a login,
    /// the request is refused unless the server runs in developer mode.
    #[doc(alias = "PostLog")]
    #[inline]
    pub fn write(&self, line: &ClientLog) -> Result<()> {
        self.0.post("/logs", &[]).json(line).send()
    }

    /// Downloads the log file.
    ///
    /// `GET /logs/download`
    ///
    /// Required permission: `get_logs`.
    #[doc(alias = "DownloadSystemLogs")]
    #[inline]
    pub fn download(&self) -> FileDownload<'c> {
        FileDownload::new(self.0.get("/logs/download", &[]).with_file_timeout(), "GET /logs/download")
    }
}
