//! Background jobs, imports and exports.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::JobId;
use crate::{Secret, Timestamp};

open_enum! {
    /// Status of a job.
    JobStatus {
        /// Not started.
        Pending = "pending",
        /// Running.
        InProgress = "in_progress",
        /// Finished.
        Success = "success",
        /// Failed.
        Error = "error",
        /// Cancellation requested.
        CancelRequested = "cancel_requested",
        /// Canceled.
        Canceled = "canceled",
        /// Finished with warnings.
        Warning = "warning",
    }
}

open_enum! {
    /// Type of a job.
    JobType {
        /// Applies access policies.
        AccessControlSync = "access_control_sync",
        /// Counts active users for the metrics.
        ActiveUsers = "active_users",
        /// Retries failed translations.
        AutotranslationRecovery = "autotranslation_recovery",
        /// Deletes expired tokens of desktop logins.
        CleanupDesktopTokens = "cleanup_desktop_tokens",
        /// Exports posts, as requested on the command line.
        CliMessageExport = "cli_message_export",
        /// Maintains a cloud workspace.
        Cloud = "cloud",
        /// Deletes old data.
        DataRetention = "data_retention",
        /// Deletes old preferences of direct channels.
        DeleteDmsPreferencesMigration = "delete_dms_preferences_migration",
        /// Deletes empty drafts.
        DeleteEmptyDraftsMigration = "delete_empty_drafts_migration",
        /// Deletes expired burn-on-read posts.
        DeleteExpiredPosts = "delete_expired_posts",
        /// Deletes drafts without a channel.
        DeleteOrphanDraftsMigration = "delete_orphan_drafts_migration",
        /// Merges old indexes.
        ElasticsearchPostAggregation = "elasticsearch_post_aggregation",
        /// Indexes all posts.
        ElasticsearchPostIndexing = "elasticsearch_post_indexing",
        /// Notifies mobile devices about expiring sessions.
        ExpiryNotify = "expiry_notify",
        /// Deletes old exports.
        ExportDelete = "export_delete",
        /// Creates a full export.
        ExportProcess = "export_process",
        /// Creates a CSV export of users.
        ExportUsersToCsv = "export_users_to_csv",
        /// Extracts text from files.
        ExtractContent = "extract_content",
        /// Screens purchases.
        HostedPurchaseScreening = "hosted_purchase_screening",
        /// Deletes old imports.
        ImportDelete = "import_delete",
        /// Processes an import.
        ImportProcess = "import_process",
        /// Notifies administrators about requested plugins.
        InstallPluginNotifyAdmin = "install_plugin_notify_admin",
        /// Determines the oldest accessible file.
        LastAccessibleFile = "last_accessible_file",
        /// Determines the oldest accessible post.
        LastAccessiblePost = "last_accessible_post",
        /// Synchronizes users and groups with LDAP.
        LdapSync = "ldap_sync",
        /// Exports posts for compliance.
        MessageExport = "message_export",
        /// Migrates the database.
        Migrations = "migrations",
        /// Counts mobile sessions.
        MobileSessionMetadata = "mobile_session_metadata",
        /// Deletes expired plugin data.
        Plugins = "plugins",
        /// Repeats urgent notifications.
        PostPersistentNotifications = "post_persistent_notifications",
        /// Fetches the product notices.
        ProductNotices = "product_notices",
        /// Registers with the push proxy.
        PushProxyAuth = "push_proxy_auth",
        /// Creates recaps.
        Recap = "recap",
        /// Refreshes the report data.
        RefreshMaterializedViews = "refresh_materialized_views",
        /// Resends invitations.
        ResendInvitationEmail = "resend_invitation_email",
        /// Moves files in S3.
        S3PathMigration = "s3_path_migration",
        /// Notifies administrators about requested trials.
        TrialNotifyAdmin = "trial_notify_admin",
        /// Notifies administrators about requested upgrades.
        UpgradeNotifyAdmin = "upgrade_notify_admin",
    }
}

model! {
    /// A background task of the server.
    pub struct Job {
        /// The ID.
        pub id: JobId,
        /// The job type.
        #[serde(rename = "type")]
        pub kind: JobType,
        /// Priority. Higher values run first.
        pub priority: i64,
        /// Time of the request.
        pub create_at: Timestamp,
        /// Start time; 0 if not started.
        pub start_at: Timestamp,
        /// Time of the last activity.
        pub last_activity_at: Timestamp,
        /// The status.
        pub status: JobStatus,
        /// Progress in percent; -1 if unknown.
        pub progress: i64,
        /// Input and results, depending on the job type.
        pub data: BTreeMap<String, String>,
    }
}

input! {
    /// A job to create.
    #[doc(alias = "Job")]
    pub struct JobDraft {
        /// The job type.
        #[serde(rename = "type")]
        pub kind: JobType,
    }
    optional {
        /// Input, depending on the job type, for example `import_file` of an import.
        data: BTreeMap<String, String>,
    }
}

input! {
    /// Page and filter for jobs.
    pub struct JobPage {}
    optional {
        /// Zero-based page number.
        page: u32,
        /// Jobs per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// Only jobs of this type.
        job_type: JobType,
        /// Only jobs with this status.
        status: JobStatus,
    }
}

model! {
    /// A temporary URL that serves a file without a login.
    #[doc(alias = "PresignURLResponse")]
    pub struct PresignedUrl {
        /// The URL. Anyone who knows it can read the file.
        pub url: Secret,
        /// Validity period, in nanoseconds.
        pub expiration: u64,
    }
}

impl PresignedUrl {
    /// Returns the validity period of the URL.
    pub fn lasts(&self) -> Duration {
        Duration::from_nanos(self.expiration)
    }
}
