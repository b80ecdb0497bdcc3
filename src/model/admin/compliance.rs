//! Compliance reports.

use serde::Serialize;

use crate::Timestamp;
use crate::model::{ComplianceReportId, UserId};

open_enum! {
    /// How far a report is.
    ComplianceStatus {
        /// Not begun.
        Created = "created",
        /// Being written.
        Running = "running",
        /// Ready.
        Finished = "finished",
        /// Given up.
        Failed = "failed",
        /// Deleted.
        Removed = "removed",
    }
}

model! {
    /// A list of all posts of some accounts in some time.
    #[doc(alias = "Compliance")]
    pub struct ComplianceReport {
        /// Its id.
        pub id: ComplianceReportId,
        /// When it was asked for.
        pub create_at: Timestamp,
        /// Who asked for it.
        pub user_id: UserId,
        /// How far it is.
        pub status: ComplianceStatus,
        /// How many posts are in it.
        pub count: i64,
        /// What it is for.
        pub desc: String,
        /// `adhoc`, or `daily` for those the server makes by itself.
        #[serde(rename = "type")]
        pub kind: String,
        /// From when.
        pub start_at: Timestamp,
        /// Until when.
        pub end_at: Timestamp,
        /// Only posts with one of these words, separated by spaces or commas.
        pub keywords: String,
        /// Only posts of the accounts with these mail addresses, separated by spaces or commas.
        pub emails: String,
    }
}

impl From<&ComplianceReport> for ComplianceReportId {
    fn from(from: &ComplianceReport) -> Self {
        from.id.clone()
    }
}

/// A report to be written.
#[doc(alias = "Compliance")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ComplianceReportDraft {
    /// What it is for; up to 512 characters.
    pub desc: String,
    /// From when.
    pub start_at: Timestamp,
    /// Until when; has to be later.
    pub end_at: Timestamp,
    /// Only posts with one of these words, separated by spaces or commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<String>,
    /// Only posts of the accounts with these mail addresses, separated by spaces or commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emails: Option<String>,
}

impl ComplianceReportDraft {
    /// With what is required.
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
    /// Only posts with one of these words, separated by spaces or commas.
    keywords: String,
    /// Only posts of the accounts with these mail addresses, separated by spaces or commas.
    emails: String,
}
