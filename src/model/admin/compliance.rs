//! Compliance reports.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ComplianceReportId, UserId};

open_enum! {
    /// Status of a report.
    ComplianceStatus {
        /// Not started.
        Created = "created",
        /// In progress.
        Running = "running",
        /// Complete.
        Finished = "finished",
        /// Failed.
        Failed = "failed",
        /// Deleted.
        Removed = "removed",
    }
}

model! {
    /// An export of the posts of selected users in a time range.
    #[doc(alias = "Compliance")]
    pub struct ComplianceReport {
        /// The ID.
        pub id: ComplianceReportId,
        /// Time of the request.
        pub create_at: Timestamp,
        /// The user who requested the report.
        pub user_id: UserId,
        /// The status.
        pub status: ComplianceStatus,
        /// Number of posts in the report.
        pub count: i64,
        /// The description.
        pub desc: String,
        /// `adhoc`, or `daily` for reports created by the server.
        #[serde(rename = "type")]
        pub kind: String,
        /// Start of the reported period.
        pub start_at: Timestamp,
        /// End of the reported period.
        pub end_at: Timestamp,
        /// Only posts that contain one of these keywords, separated by spaces or commas.
        pub keywords: String,
        /// Only posts of users with these email addresses, separated by spaces or commas.
        pub emails: String,
    }
}

impl From<&ComplianceReport> for ComplianceReportId {
    fn from(from: &ComplianceReport) -> Self {
        from.id.clone()
    }
}

/// A report to create.
#[doc(alias = "Compliance")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ComplianceReportDraft {
    /// The description, up to 512 characters.
    pub desc: String,
    /// Start of the reported period.
    pub start_at: Timestamp,
    /// End of the time range. Must be after the start.
    pub end_at: Timestamp,
    /// Only posts that contain one of these keywords, separated by spaces or commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<String>,
    /// Only posts of users with these email addresses, separated by spaces or commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emails: Option<String>,
}

impl ComplianceReportDraft {
    /// Creates the value from its required fields.
    pub fn new(
        desc: impl Into<String>,
        start_at: impl Into<Timestamp>,
        end_at: impl Into<Timestamp>,
    ) -> Self {
        Self {
            desc: desc.into(),
            start_at: start_at.into(),
            end_at: end_at.into(),
            keywords: None,
            emails: None,
        }
    }
}

setters! { ComplianceReportDraft:
    /// Only posts that contain one of these keywords, separated by spaces or commas.
    keywords: String,
    /// Only posts of users with these email addresses, separated by spaces or commas.
    emails: String,
}
