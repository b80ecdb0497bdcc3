//! The licence of the server.

use serde::Serialize;

use crate::{Secret, Timestamp};

model! {
    /// What the server may do.
    pub struct License {
        /// Its id.
        pub id: String,
        /// When it was issued.
        pub issued_at: Timestamp,
        /// From when it is good.
        pub starts_at: Timestamp,
        /// Until when it is good.
        pub expires_at: Timestamp,
        /// Whose it is.
        pub customer: LicenseCustomer,
        /// What it allows.
        pub features: LicenseFeatures,
        /// Name of the product.
        pub sku_name: String,
        /// Short name of the product: `professional`, `enterprise`, `advanced`.
        pub sku_short_name: String,
        /// Whether it is a trial.
        pub is_trial: bool,
        /// Whether it is for a government.
        pub is_gov_sku: bool,
        /// Whether no more accounts can be made than it allows.
        pub is_seat_count_enforced: bool,
        /// How many more accounts are let through.
        pub extra_users: Option<i64>,
        /// The token of the customer portal.
        pub signup_jwt: Option<Secret>,
        /// What may be used.
        pub limits: Option<LicenseLimits>,
    }
}

model! {
    /// Whose a licence is.
    #[doc(alias = "Customer")]
    pub struct LicenseCustomer {
        /// Its id.
        pub id: String,
        /// Name of a person.
        pub name: String,
        /// Mail address.
        pub email: String,
        /// Name of the company.
        pub company: String,
    }
}

model! {
    /// What a licence allows.
    #[doc(alias = "Features")]
    pub struct LicenseFeatures {
        /// For how many accounts.
        pub users: Option<i64>,
        /// Logins with a directory service.
        pub ldap: Option<bool>,
        /// Groups of a directory service.
        pub ldap_groups: Option<bool>,
        /// Logins with a code.
        pub mfa: Option<bool>,
        /// Logins with Google.
        pub google_oauth: Option<bool>,
        /// Logins with Office 365.
        pub office365_oauth: Option<bool>,
        /// Logins with `OpenID` Connect.
        pub openid: Option<bool>,
        /// Compliance reports.
        pub compliance: Option<bool>,
        /// Several servers.
        pub cluster: Option<bool>,
        /// Metrics for Prometheus.
        pub metrics: Option<bool>,
        /// The hosted push service.
        pub mhpns: Option<bool>,
        /// Logins with SAML.
        pub saml: Option<bool>,
        /// Search with Elasticsearch.
        pub elastic_search: Option<bool>,
        /// Banners.
        pub announcement: Option<bool>,
        /// Themes for all.
        pub theme_management: Option<bool>,
        /// Mails without the text of posts.
        pub email_notification_contents: Option<bool>,
        /// Deleting what is old.
        pub data_retention: Option<bool>,
        /// Exporting posts for compliance.
        pub message_export: Option<bool>,
        /// Permissions by team.
        pub custom_permissions_schemes: Option<bool>,
        /// Terms of service of one's own.
        pub custom_terms_of_service: Option<bool>,
        /// Guests.
        pub guest_accounts: Option<bool>,
        /// Permissions of guests.
        pub guest_accounts_permissions: Option<bool>,
        /// Push notifications without the text of posts.
        pub id_loaded: Option<bool>,
        /// Deciding how names are shown.
        pub lock_teammate_name_display: Option<bool>,
        /// Plugins that need a licence.
        pub enterprise_plugins: Option<bool>,
        /// Logs to several places.
        pub advanced_logging: Option<bool>,
        /// Mattermost Cloud.
        pub cloud: Option<bool>,
        /// Channels that several servers share.
        pub shared_channels: Option<bool>,
        /// Talking to other servers.
        pub remote_cluster_service: Option<bool>,
        /// OAuth of outgoing webhooks and slash commands.
        pub outgoing_oauth_connections: Option<bool>,
        /// Translating posts.
        pub auto_translation: Option<bool>,
        /// Whatever will come.
        pub future_features: Option<bool>,
    }
}

model! {
    /// What may be used; 0 is no limit.
    pub struct LicenseLimits {
        /// Posts that may be read.
        pub post_history: i64,
        /// Cards on boards.
        pub board_cards: i64,
        /// Runs of playbooks.
        pub playbook_runs: i64,
        /// Seconds of a call.
        pub call_duration: i64,
        /// Questions to AI agents.
        pub agents_prompts: i64,
        /// Push notifications.
        pub push_notifications: i64,
    }
}

/// Who asks for a trial licence.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TrialLicenseRequest {
    /// For how many accounts.
    pub users: i64,
    /// Whether the terms were accepted; has to be `true`.
    pub terms_accepted: bool,
    /// Whether Mattermost may write mails.
    pub receive_emails_accepted: bool,
    /// Name of a person; with the next five, asked for by servers from 7.9 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_name: Option<String>,
    /// Mail address of that person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<String>,
    /// Name of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Country of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_country: Option<String>,
    /// How large the company is: `1-50`, `51-100`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_size: Option<String>,
    /// Filled in by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_id: Option<String>,
    /// Filled in by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Filled in by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Filled in by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_url: Option<String>,
    /// Filled in by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// Filled in by the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
}

impl TrialLicenseRequest {
    /// With what is required.
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
    /// Name of a person; with the next five, asked for by servers from 7.9 on.
    contact_name: String,
    /// Mail address of that person.
    contact_email: String,
    /// Name of the company.
    company_name: String,
    /// Country of the company.
    company_country: String,
    /// How large the company is: `1-50`, `51-100`, ...
    company_size: String,
    /// Filled in by the server.
    server_id: String,
    /// Filled in by the server.
    email: String,
    /// Filled in by the server.
    name: String,
    /// Filled in by the server.
    site_url: String,
    /// Filled in by the server.
    site_name: String,
    /// Filled in by the server.
    server_version: String,
}

model! {
    /// How far an upgrade to the Enterprise build is.
    pub struct UpgradeStatus {
        /// In per cent; 0 while it did not begin.
        pub percentage: i64,
        /// What went wrong.
        pub error: Option<String>,
    }
}
