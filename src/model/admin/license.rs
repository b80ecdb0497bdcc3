//! The server license.

use serde::Serialize;

use crate::{Secret, Timestamp};

model! {
    /// A license.
    pub struct License {
        /// The ID.
        pub id: String,
        /// Time of issue.
        pub issued_at: Timestamp,
        /// Start of validity.
        pub starts_at: Timestamp,
        /// End of validity.
        pub expires_at: Timestamp,
        /// The customer to whom the license was issued.
        pub customer: LicenseCustomer,
        /// Licensed features.
        pub features: LicenseFeatures,
        /// Product name.
        pub sku_name: String,
        /// Short product name: `professional`, `enterprise` or `advanced`.
        pub sku_short_name: String,
        /// `true` for a trial license.
        pub is_trial: bool,
        /// `true` for a government license.
        pub is_gov_sku: bool,
        /// `true` if the number of users is enforced.
        pub is_seat_count_enforced: bool,
        /// Number of additional users that are tolerated.
        pub extra_users: Option<i64>,
        /// Token of the customer portal.
        pub signup_jwt: Option<Secret>,
        /// Usage limits.
        pub limits: Option<LicenseLimits>,
    }
}

model! {
    /// The licensee.
    #[doc(alias = "Customer")]
    pub struct LicenseCustomer {
        /// The ID.
        pub id: String,
        /// Name of the contact.
        pub name: String,
        /// Email address.
        pub email: String,
        /// Name of the company.
        pub company: String,
    }
}

model! {
    /// Features included in a license.
    #[doc(alias = "Features")]
    pub struct LicenseFeatures {
        /// Number of users.
        pub users: Option<i64>,
        /// LDAP authentication.
        pub ldap: Option<bool>,
        /// LDAP groups.
        pub ldap_groups: Option<bool>,
        /// Multi-factor authentication.
        pub mfa: Option<bool>,
        /// Google authentication.
        pub google_oauth: Option<bool>,
        /// Office 365 authentication.
        pub office365_oauth: Option<bool>,
        /// `OpenID` Connect authentication.
        pub openid: Option<bool>,
        /// Compliance reports.
        pub compliance: Option<bool>,
        /// Clusters.
        pub cluster: Option<bool>,
        /// Prometheus metrics.
        pub metrics: Option<bool>,
        /// Hosted push notification service.
        pub mhpns: Option<bool>,
        /// SAML authentication.
        pub saml: Option<bool>,
        /// Elasticsearch.
        pub elastic_search: Option<bool>,
        /// Announcement banners.
        pub announcement: Option<bool>,
        /// Theme management.
        pub theme_management: Option<bool>,
        /// Email notifications without post contents.
        pub email_notification_contents: Option<bool>,
        /// Data retention.
        pub data_retention: Option<bool>,
        /// Compliance exports.
        pub message_export: Option<bool>,
        /// Permissions by team.
        pub custom_permissions_schemes: Option<bool>,
        /// Custom terms of service.
        pub custom_terms_of_service: Option<bool>,
        /// Guest accounts.
        pub guest_accounts: Option<bool>,
        /// Permissions of guests.
        pub guest_accounts_permissions: Option<bool>,
        /// ID-only push notifications.
        pub id_loaded: Option<bool>,
        /// Enforced display format of names.
        pub lock_teammate_name_display: Option<bool>,
        /// Licensed plugins.
        pub enterprise_plugins: Option<bool>,
        /// Multiple log targets.
        pub advanced_logging: Option<bool>,
        /// Mattermost Cloud.
        pub cloud: Option<bool>,
        /// Channels shared between several servers.
        pub shared_channels: Option<bool>,
        /// Connections between servers.
        pub remote_cluster_service: Option<bool>,
        /// OAuth 2.0 for outgoing webhooks and slash commands.
        pub outgoing_oauth_connections: Option<bool>,
        /// Automatic translation.
        pub auto_translation: Option<bool>,
        /// Features introduced after the license format was defined.
        pub future_features: Option<bool>,
    }
}

model! {
    /// Usage limits of a license; 0 means unlimited.
    pub struct LicenseLimits {
        /// Number of readable posts.
        pub post_history: i64,
        /// Number of board cards.
        pub board_cards: i64,
        /// Number of playbook runs.
        pub playbook_runs: i64,
        /// Call duration in seconds.
        pub call_duration: i64,
        /// Number of AI agent prompts.
        pub agents_prompts: i64,
        /// Number of push notifications.
        pub push_notifications: i64,
    }
}

/// A request for a trial license.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrialLicenseRequest {
    /// Number of users.
    pub users: i64,
    /// Acceptance of the terms. Must be `true`.
    pub terms_accepted: bool,
    /// `true` if Mattermost may send emails.
    pub receive_emails_accepted: bool,
    /// Name of the contact. Servers from 7.9 on require the `contact_` and `company_` fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_name: Option<String>,
    /// Email address of the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<String>,
    /// Name of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Country of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_country: Option<String>,
    /// Size of the company: `1-50`, `51-100`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_size: Option<String>,
    /// ID of the server. Set by the server itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_id: Option<String>,
    /// Email address of the account. Set by the server itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Name of the account. Set by the server itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Site URL. Set by the server itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_url: Option<String>,
    /// Site name. Set by the server itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// Server version. Set by the server itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
}

impl TrialLicenseRequest {
    /// Creates a value with the required fields.
    pub fn new(users: i64, terms_accepted: bool, receive_emails_accepted: bool) -> Self {
        Self {
            users,
            terms_accepted,
            receive_emails_accepted,
            contact_name: None,
            contact_email: None,
            company_name: None,
            company_country: None,
            company_size: None,
            server_id: None,
            email: None,
            name: None,
            site_url: None,
            site_name: None,
            server_version: None,
        }
    }
}

setters! { TrialLicenseRequest:
    /// Name of the contact. Servers from 7.9 on require the `contact_` and `company_` fields.
    contact_name: String,
    /// Email address of the contact.
    contact_email: String,
    /// Name of the company.
    company_name: String,
    /// Country of the company.
    company_country: String,
    /// Size of the company: `1-50`, `51-100`, ...
    company_size: String,
    /// ID of the server. Set by the server itself.
    server_id: String,
    /// Email address of the account. Set by the server itself.
    email: String,
    /// Name of the account. Set by the server itself.
    name: String,
    /// Site URL. Set by the server itself.
    site_url: String,
    /// Site name. Set by the server itself.
    site_name: String,
    /// Server version. Set by the server itself.
    server_version: String,
}

model! {
    /// Progress of an upgrade to the Enterprise build.
    pub struct UpgradeStatus {
        /// Progress in percent; 0 if not started.
        pub percentage: i64,
        /// The error, if the upgrade failed.
        pub error: Option<String>,
    }
}
