//! Compliance reports: exports of the posts of selected users in a time range.

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{ComplianceReport, ComplianceReportDraft, ComplianceReportId, Page};
use crate::page::{Pages, pages};
use crate::rest::FileDownload;

/// Compliance reports: exports of the posts of selected users in a time range. Returned by
/// [`Client::compliance`](crate::Client::compliance).
#[derive(Clone, Copy, Debug)]
pub struct Compliance<'c>(pub(crate) &'c HttpClient);

impl<'c> Compliance<'c> {
    /// Lists one page of reports, newest first.
    ///
    /// `GET /compliance/reports`
    ///
    /// Required permission: `read_compliance_export_job`. Edition: Enterprise.
    #[doc(alias = "GetComplianceReports")]
    #[inline]
    pub fn list(&self, page: &Page) -> Result<Vec<ComplianceReport>> {
        self.0.get("/compliance/reports", &[]).query(page).decode()
    }

    /// Iterates over all reports, fetching 200 per request.
    #[inline]
    pub fn all(&self) -> Pages<'c, ComplianceReport> {
        let group = *self;
        pages(move |number| group.list(&Page::full(number)))
    }

    /// Gets a report and its progress.
    ///
    /// `GET /compliance/reports/{report_id}`
    ///
    /// Required permission: `read_compliance_export_job`. Edition: Enterprise.
    #[doc(alias = "GetComplianceReport")]
    #[inline]
    pub fn get(&self, report: &ComplianceReportId) -> Result<ComplianceReport> {
        self.0.get("/compliance/reports/{report_id}", &[report]).decode()
    }

    /// Requests a report. The server creates it in the background.
    ///
    /// `POST /compliance/reports`
    ///
    /// Required permission: `create_compliance_export_job`. Edition: Enterprise.
    #[doc(alias = "CreateComplianceReport")]
    #[inline]
    pub fn create(&self, draft: &ComplianceReportDraft) -> Result<ComplianceReport> {
        self.0.post("/compliance/reports", &[]).json(draft).decode()
    }

    /// Downloads a finished report as a zip file.
    ///
    /// `GET /compliance/reports/{report_id}/download`
    ///
    /// Required permission: `download_compliance_export_result`. Edition: Enterprise.
    #[doc(alias = "DownloadComplianceReport")]
    #[inline]
    pub fn download(&self, report: &ComplianceReportId) -> FileDownload<'c> {
        FileDownload::new(
            self.0.get("/compliance/reports/{report_id}/download", &[report]).with_file_timeout(),
            "GET /compliance/reports/{report_id}/download",
        )
    }
}
