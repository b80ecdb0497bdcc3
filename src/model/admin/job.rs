//! Jobs of the server, imports and exports.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::model::JobId;
use crate::{Secret, Timestamp};

open_enum! {
    /// How far a job is.
    JobStatus {
        /// Not begun.
        Pending = "pending",
        /// Running.
        InProgress = "in_progress",
        /// Done.
        Success = "success",
        /// Given up.
        Error = "error",
        /// To be ended.
        CancelRequested = "cancel_requested",
        /// Ended early.
        Canceled = "canceled",
        /// Done, but something was left out.
        Warning = "warning",
    }
}

open_enum! {
    /// What a job does.
    JobType {
        /// Applies access policies.
        AccessControlSync = "access_control_sync",
        /// Counts accounts for the metrics.
        ActiveUsers = "active_users",
        /// Repeats translations that failed.
        AutotranslationRecovery = "autotranslation_recovery",
        /// Deletes old tokens of desktop logins.
        CleanupDesktopTokens = "cleanup_desktop_tokens",
        /// Exports posts, asked for at the command line.
        CliMessageExport = "cli_message_export",
        /// Looks after a cloud workspace.
        Cloud = "cloud",
        /// Deletes what is old.
        DataRetention = "data_retention",
        /// Deletes old preferences of direct channels.
        DeleteDmsPreferencesMigration = "delete_dms_preferences_migration",
        /// Deletes empty drafts.
        DeleteEmptyDraftsMigration = "delete_empty_drafts_migration",
        /// Deletes posts that burn on reading.
        DeleteExpiredPosts = "delete_expired_posts",
        /// Deletes drafts without a channel.
        DeleteOrphanDraftsMigration = "delete_orphan_drafts_migration",
        /// Merges old indexes.
        ElasticsearchPostAggregation = "elasticsearch_post_aggregation",
        /// Indexes all posts.
        ElasticsearchPostIndexing = "elasticsearch_post_indexing",
        /// Tells mobile devices that their session ends.
        ExpiryNotify = "expiry_notify",
        /// Deletes old exports.
        ExportDelete = "export_delete",
        /// Writes an export of everything.
        ExportProcess = "export_process",
        /// Writes a list of accounts.
        ExportUsersToCsv = "export_users_to_csv",
        /// Reads the text in files.
        ExtractContent = "extract_content",
        /// Looks after purchases.
        HostedPurchaseScreening = "hosted_purchase_screening",
        /// Deletes old imports.
        ImportDelete = "import_delete",
        /// Reads an import in.
        ImportProcess = "import_process",
        /// Tells administrators which plugins are wished for.
        InstallPluginNotifyAdmin = "install_plugin_notify_admin",
        /// Finds the oldest file that may be read.
        LastAccessibleFile = "last_accessible_file",
        /// Finds the oldest post that may be read.
        LastAccessiblePost = "last_accessible_post",
        /// Takes over accounts and groups of the directory service.
        LdapSync = "ldap_sync",
        /// Exports posts for compliance.
        MessageExport = "message_export",
        /// Changes the database.
        Migrations = "migrations",
        /// Counts mobile sessions.
        MobileSessionMetadata = "mobile_session_metadata",
        /// Deletes what plugins stored for some time only.
        Plugins = "plugins",
        /// Repeats urgent notifications.
        PostPersistentNotifications = "post_persistent_notifications",
        /// Gets the product notices.
        ProductNotices = "product_notices",
        /// Registers with the push proxy.
        PushProxyAuth = "push_proxy_auth",
        /// Writes recaps.
        Recap = "recap",
        /// Counts for the reports.
        RefreshMaterializedViews = "refresh_materialized_views",
        /// Repeats invitations.
        ResendInvitationEmail = "resend_invitation_email",
        /// Moves files in S3.
        S3PathMigration = "s3_path_migration",
        /// Tells administrators that a trial is wished for.
        TrialNotifyAdmin = "trial_notify_admin",
        /// Tells administrators that an upgrade is wished for.
        UpgradeNotifyAdmin = "upgrade_notify_admin",
    }
}

model! {
    /// Something that the server does by the way.
    pub struct Job {
        /// Its id.
        pub id: JobId,
        /// What it does.
        #[serde(rename = "type")]
        pub kind: JobType,
        /// Larger ones go first.
        pub priority: i64,
        /// When it was asked for.
        pub create_at: Timestamp,
        /// When it began; 0 while it did not.
        pub start_at: Timestamp,
        /// When it was last heard of.
        pub last_activity_at: Timestamp,
        /// How far it is.
        pub status: JobStatus,
        /// In per cent; -1 if that is not known.
        pub progress: i64,
        /// What it was told and what came out, by job type.
        pub data: BTreeMap<String, String>,
    }
}

impl From<&Job> for JobId {
    fn from(from: &Job) -> Self {
        from.id.clone()
    }
}

/// A job to be done.
#[doc(alias = "Job")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JobDraft {
    /// What it is to do.
    #[serde(rename = "type")]
    pub kind: JobType,
    /// What it has to know, by job type: `import_file` of an import.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<BTreeMap<String, String>>,
}

impl JobDraft {
    /// With what is required.
    pub fn new(kind: impl Into<JobType>) -> Self {
        Self { kind: kind.into(), data: None }
    }
}

setters! { JobDraft:
    /// What it has to know, by job type: `import_file` of an import.
    data: BTreeMap<String, String>,
}

/// Which jobs to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JobPage {
    /// Page, from 0.
    pub page: Option<u32>,
    /// Jobs a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Only jobs of this type.
    pub job_type: Option<JobType>,
    /// Only jobs that are that far.
    pub status: Option<JobStatus>,
}

impl JobPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { JobPage:
    /// Page, from 0.
    page: u32,
    /// Jobs a page; 60 by default, 200 at most.
    per_page: u32,
    /// Only jobs of this type.
    job_type: JobType,
    /// Only jobs that are that far.
    status: JobStatus,
}

model! {
    /// An address from which a file can be had for a while without a login.
    #[doc(alias = "PresignURLResponse")]
    pub struct PresignedUrl {
        /// The address. Whoever knows it can read the file.
        pub url: Secret,
        /// For how long it is good, in nanoseconds.
        pub expiration: u64,
    }
}

impl PresignedUrl {
    /// For how long it is good.
    pub fn lasts(&self) -> Duration {
        Duration::from_nanos(self.expiration)
    }
}
