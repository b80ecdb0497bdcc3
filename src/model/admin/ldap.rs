//! LDAP and SAML types.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Secret;
use crate::model::{GroupId, UserId};

input! {
    /// LDAP settings, a section of the [`ServerConfig`](crate::ServerConfig).
    #[derive(Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    pub struct LdapSettings {}
    optional {
        /// `true` if users can log in with LDAP.
        enable: bool,
        /// `true` if users are synchronized with LDAP.
        enable_sync: bool,
        /// Host name of the directory server.
        ldap_server: String,
        /// Port of the directory server.
        ldap_port: i64,
        /// Connection security: empty, `TLS` or `STARTTLS`.
        connection_security: String,
        /// Base DN of searches.
        #[serde(rename = "BaseDN")]
        base_dn: String,
        /// Username for searches.
        bind_username: String,
        /// Password for searches. Returned as asterisks.
        bind_password: Secret,
        /// Number of failed logins after which an account is locked.
        maximum_login_attempts: i64,
        /// Filter for users who may log in.
        user_filter: String,
        /// Filter for groups.
        group_filter: String,
        /// Filter for guests.
        guest_filter: String,
        /// `true` if `admin_filter` is active.
        enable_admin_filter: bool,
        /// Filter for administrators.
        admin_filter: String,
        /// Attribute for the group name.
        group_display_name_attribute: String,
        /// Attribute for the group ID.
        group_id_attribute: String,
        /// Attribute for the first name.
        first_name_attribute: String,
        /// Attribute for the last name.
        last_name_attribute: String,
        /// Attribute for the email address.
        email_attribute: String,
        /// Attribute for the username.
        username_attribute: String,
        /// Attribute for the nickname.
        nickname_attribute: String,
        /// Attribute that identifies a user. Its value must never change.
        id_attribute: String,
        /// Attribute for the position.
        position_attribute: String,
        /// Attribute for the login name.
        login_id_attribute: String,
        /// Attribute for the picture.
        picture_attribute: String,
        /// Interval between synchronizations, in minutes.
        sync_interval_minutes: i64,
        /// `true` if users who were removed from a team or channel of their group are added again.
        re_add_removed_members: bool,
        /// `true` if certificate verification is skipped.
        skip_certificate_verification: bool,
        /// File name of the client certificate.
        public_certificate_file: String,
        /// File name of the client key.
        private_key_file: String,
        /// Timeout of a search, in seconds.
        query_timeout: i64,
        /// Maximum number of entries per response; 0 means unlimited.
        max_page_size: i64,
        /// Placeholder of the login field.
        login_field_name: String,
        /// Color of the login button.
        login_button_color: String,
        /// Border color of the login button.
        login_button_border_color: String,
        /// Text color of the login button.
        login_button_text_color: String,
    }
}

input! {
    /// Page and filter for directory groups.
    pub struct LdapGroupPage {}
    optional {
        /// Part of the name.
        q: String,
        /// Zero-based page number.
        page: u32,
        /// Groups per page. Defaults to 60. Must be at most 200.
        per_page: u32,
        /// `true` to return only linked groups, `false` to return only unlinked groups.
        is_linked: bool,
        /// `true` to return only groups that are linked to teams or channels, `false` to return only other groups.
        is_configured: bool,
    }
}

model! {
    /// A page of directory groups.
    #[doc(alias = "LDAPGroupsPaged")]
    pub struct LdapGroupList {
        /// Total number of groups.
        pub count: i64,
        /// The groups of this page.
        pub groups: Vec<LdapGroup>,
    }
}

model! {
    /// A directory group.
    #[doc(alias = "LDAPGroup")]
    pub struct LdapGroup {
        /// `true` if the group is linked to teams or channels. `None` if it is not linked to Mattermost.
        pub has_syncables: Option<bool>,
        /// ID of the linked Mattermost group. Empty if there is none.
        pub mattermost_group_id: GroupId,
        /// The name of the group.
        pub name: String,
        /// ID in the LDAP directory.
        pub primary_key: String,
    }
}

open_enum! {
    /// A diagnostic test.
    LdapDiagnosticTest {
        /// Tests the filters.
        Filters = "filters",
        /// Tests the user attributes.
        Attributes = "attributes",
        /// Tests the group attributes.
        GroupAttributes = "group_attributes",
    }
}

model! {
    /// Result of a diagnostic test.
    pub struct LdapDiagnosticResult {
        /// Name of the test.
        pub test_name: String,
        /// The tested filter or attribute.
        pub test_value: String,
        /// Number of entries found.
        pub total_count: i64,
        /// Number of entries that have a value.
        pub entries_with_value: i64,
        /// The result message.
        pub message: String,
        /// The error message. Empty on success.
        pub error: String,
        /// Sample entries.
        pub sample_results: Vec<LdapSampleEntry>,
    }
}

model! {
    /// A directory entry.
    pub struct LdapSampleEntry {
        /// The distinguished name.
        pub dn: String,
        /// The username.
        pub username: String,
        /// Email address.
        pub email: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Value of the identifying attribute.
        pub id: String,
        /// Display name, for groups.
        pub display_name: String,
        /// All attributes that have a value.
        pub available_attributes: BTreeMap<String, String>,
    }
}

model! {
    /// Presence of the SAML certificate files.
    pub struct SamlCertificateStatus {
        /// `true` if the certificate of the identity provider is present.
        pub idp_certificate_file: bool,
        /// `true` if the private key of the service provider is present.
        pub private_key_file: bool,
        /// `true` if the certificate of the service provider is present.
        pub public_certificate_file: bool,
    }
}

model! {
    /// Metadata of an identity provider.
    pub struct SamlMetadataResponse {
        /// The entity ID of the identity provider.
        pub idp_descriptor_url: String,
        /// Login URL.
        pub idp_url: String,
        /// Certificate of the identity provider.
        pub idp_public_certificate: String,
    }
}

input! {
    /// Users to identify by email address.
    pub struct SamlAuthReset {}
    optional {
        /// Includes deactivated users.
        include_deleted: bool,
        /// Only counts the users, without changing them.
        dry_run: bool,
        /// Only these users. Defaults to all users who log in with SAML.
        user_ids: Vec<UserId>,
    }
}
