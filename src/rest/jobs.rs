//! Jobs: background tasks of the server.

use serde_json::json;

use crate::error::Result;
use crate::http::HttpClient;
use crate::model::{Job, JobDraft, JobId, JobPage, JobStatus, JobType, Page};
use crate::page::{MAX_PER_PAGE, Pages, pages};
use crate::rest::FileDownload;

/// Jobs: background tasks of the server. Returned by [`Client::jobs`](crate::Client::jobs).
///
/// Each job type has its own permissions, such as `read_elasticsearch_post_indexing_job`. Older servers
/// require `manage_jobs` for all of them.
#[derive(Clone, Copy, Debug)]
pub struct Jobs<'c>(pub(crate) &'c HttpClient);

impl<'c> Jobs<'c> {
    /// Lists one page of the jobs that the current account may read, newest first.
    ///
    /// `GET /jobs`
    ///
    /// Required permission: the read permission of at least one job type, such as `read_jobs`.
    ///
    /// Older servers ignore the filters.
    ///
    /// Since server 4.1.
    #[doc(alias = "GetJobs")]
    #[inline]
    pub fn list(&self, page: &JobPage) -> Result<Vec<Job>> {
        self.0.get("/jobs", &[]).query(page).decode()
    }

    /// Iterates over all jobs that the current account may read, fetching 200 per request. The paging fields
    /// of `page` are ignored.
    #[inline]
    pub fn all(&self, page: &JobPage) -> Pages<'c, Job> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MAX_PER_PAGE)))
    }

    /// Lists one page of the jobs of one type, newest first.
    ///
    /// `GET /jobs/type/{type}`
    ///
    /// Since server 4.1.
    #[doc(alias = "GetJobsByType")]
    #[inline]
    pub fn list_by_type(&self, kind: &JobType, page: &Page) -> Result<Vec<Job>> {
        self.0.get("/jobs/type/{type}", &[&kind.as_str()]).query(page).decode()
    }

    /// Iterates over all jobs of one type, fetching 200 per request.
    #[inline]
    pub fn all_by_type(&self, kind: &JobType) -> Pages<'c, Job> {
        let (group, kind) = (*self, kind.clone());
        pages(move |number| group.list_by_type(&kind, &Page::full(number)))
    }

    /// Gets a job.
    ///
    /// `GET /jobs/{job_id}`
    ///
    /// Since server 4.1.
    #[doc(alias = "GetJob")]
    #[inline]
    pub fn get(&self, job: &JobId) -> Result<Job> {
        self.0.get("/jobs/{job_id}", &[job]).decode()
    }

    /// Creates a job and adds it to the server's queue.
    ///
    /// `POST /jobs`
    ///
    /// Since server 4.1.
    #[doc(alias = "CreateJob")]
    #[inline]
    pub fn create(&self, draft: &JobDraft) -> Result<Job> {
        self.0.post("/jobs", &[]).json(draft).decode()
    }

    /// Cancels a job. A running job stops at its next checkpoint.
    ///
    /// `POST /jobs/{job_id}/cancel`
    ///
    /// Since server 4.1.
    #[doc(alias = "CancelJob")]
    #[inline]
    pub fn cancel(&self, job: &JobId) -> Result<()> {
        self.0.post("/jobs/{job_id}/cancel", &[job]).send()
    }

    /// Sets the status of a job. Fails if the transition is not allowed.
    ///
    /// `PATCH /jobs/{job_id}/status`
    #[doc(alias = "UpdateJobStatus")]
    #[inline]
    pub fn set_status(&self, job: &JobId, status: &JobStatus) -> Result<()> {
        self.0.patch("/jobs/{job_id}/status", &[job]).json(&json!({"status": status})).send()
    }

    /// Sets the status of a job regardless of its current status.
    ///
    /// `PATCH /jobs/{job_id}/status`
    #[doc(alias = "UpdateJobStatus")]
    #[inline]
    pub fn force_status(&self, job: &JobId, status: &JobStatus) -> Result<()> {
        self.0.patch("/jobs/{job_id}/status", &[job]).json(&json!({"status": status, "force": true})).send()
    }

    /// Downloads the result of a [`MessageExport`](JobType::MessageExport) job as a zip file. Returns 501 if
    /// this is disabled (`MessageExportSettings.DownloadExportResults`).
    ///
    /// `GET /jobs/{job_id}/download`
    ///
    /// Required permission: `download_compliance_export_result`. Since server 5.28.
    #[doc(alias = "DownloadJob")]
    #[inline]
    pub fn download(&self, job: &JobId) -> FileDownload<'c> {
        FileDownload::new(
            self.0.get("/jobs/{job_id}/download", &[job]).with_file_timeout(),
            "GET /jobs/{job_id}/download",
        )
    }
}
