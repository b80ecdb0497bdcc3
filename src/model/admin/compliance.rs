//! Compliance reports.

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
        /// ID of the user who requested the report.
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

input! {
    /// A report to create.
    #[doc(alias = "Compliance")]
    pub struct ComplianceReportDraft {
        /// The description, up to 512 characters.
        pub desc: String,
        /// Start of the reported period.
        pub start_at: Timestamp,
        /// End of the reported period. Must be after the start.
        pub end_at: Timestamp,
    }
    optional {
        /// Only posts that contain one of these keywords, separated by spaces or commas.
        keywords: String,
        /// Only posts of users with these email addresses, separated by spaces or commas.
        emails: String,
    }
}
