//! Jobs: what the server does by the way.

use serde_json::json;

use crate::error::Result;
use crate::http::Http;
use crate::model::{Job, JobDraft, JobId, JobPage, JobStatus, JobType, Page};
use crate::page::{MOST, Pages, pages};
use crate::rest::FileDownload;

/// Jobs: what the server does by the way, by [`Client::jobs`](crate::Client::jobs).
///
/// Each type of job has permissions of its own, as `read_elasticsearch_post_indexing_job`; `manage_jobs` was
/// for all on old servers.
#[derive(Clone, Copy, Debug)]
pub struct Jobs<'c>(pub(crate) &'c Http);

impl<'c> Jobs<'c> {
    /// Lists one page of the jobs that the account may read, newest first.
    ///
    /// `GET /jobs`
    ///
    /// Old servers do not look at the filters.
    ///
    /// Since 4.1.
    #[doc(alias = "GetJobs")]
    pub fn list(&self, page: &JobPage) -> Result<Vec<Job>> {
        self.0.get("/jobs", &[]).query(page).fetch()
    }

    /// Goes through all jobs that the account may read, 200 a call; the paging of `page` does not count.
    pub fn all(&self, page: &JobPage) -> Pages<'c, Job> {
        let (group, page) = (*self, page.clone());
        pages(move |number| group.list(&page.clone().page(number).per_page(MOST)))
    }

    /// Lists one page of the jobs of a type, newest first.
    ///
    /// `GET /jobs/type/{type}`
    ///
    /// Since 4.1.
    #[doc(alias = "GetJobsByType")]
    pub fn list_by_type(&self, kind: &JobType, page: &Page) -> Result<Vec<Job>> {
        self.0.get("/jobs/type/{type}", &[&kind.as_str()]).query(page).fetch()
    }

    /// Goes through all jobs of a type, 200 a call.
    pub fn all_by_type(&self, kind: &JobType) -> Pages<'c, Job> {
        let (group, kind) = (*self, kind.clone());
        pages(move |number| group.list_by_type(&kind, &Page::full(number)))
    }

    /// Gets a job.
    ///
    /// `GET /jobs/{job_id}`
    ///
    /// Since 4.1.
    #[doc(alias = "GetJob")]
    pub fn get(&self, job: &JobId) -> Result<Job> {
        self.0.get("/jobs/{job_id}", &[job]).fetch()
    }

    /// Begins a job: the server puts it in its queue.
    ///
    /// `POST /jobs`
    ///
    /// Since 4.1.
    #[doc(alias = "CreateJob")]
    pub fn create(&self, draft: &JobDraft) -> Result<Job> {
        self.0.post("/jobs", &[]).json(draft).fetch()
    }

    /// Ends a job early; one that runs ends as soon as it looks.
    ///
    /// `POST /jobs/{job_id}/cancel`
    ///
    /// Since 4.1.
    #[doc(alias = "CancelJob")]
    pub fn cancel(&self, job: &JobId) -> Result<()> {
        self.0.post("/jobs/{job_id}/cancel", &[job]).ok()
    }

    /// Says how far a job is; an error if it cannot be from where it is.
    ///
    /// `PATCH /jobs/{job_id}/status`
    #[doc(alias = "UpdateJobStatus")]
    pub fn set_status(&self, job: &JobId, status: &JobStatus) -> Result<()> {
        self.0.patch("/jobs/{job_id}/status", &[job]).json(&json!({"status": status})).ok()
    }

    /// Says how far a job is, from wherever it is.
    ///
    /// `PATCH /jobs/{job_id}/status`
    #[doc(alias = "UpdateJobStatus")]
    pub fn force_status(&self, job: &JobId, status: &JobStatus) -> Result<()> {
        self.0.patch("/jobs/{job_id}/status", &[job]).json(&json!({"status": status, "force": true})).ok()
    }

    /// Downloads what a [`MessageExport`](JobType::MessageExport) job wrote, a zip file; 501 if that is off
    /// (`MessageExportSettings.DownloadExportResults`).
    ///
    /// `GET /jobs/{job_id}/download`
    ///
    /// Permission: `download_compliance_export_result`. Since 5.28.
    #[doc(alias = "DownloadJob")]
    pub fn download(&self, job: &JobId) -> FileDownload<'c> {
        FileDownload::new(self.0.get("/jobs/{job_id}/download", &[job]).long(), "GET /jobs/{job_id}/download")
    }
}
