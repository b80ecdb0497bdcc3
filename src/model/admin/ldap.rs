//! LDAP and SAML.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Secret;
use crate::model::{GroupId, UserId};

/// How the directory service is reached and read; a section of the [`ServerConfig`](crate::ServerConfig).
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct LdapSettings {
    /// Whether people can log in with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable: Option<bool>,
    /// Whether accounts follow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_sync: Option<bool>,
    /// Its host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ldap_server: Option<String>,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ldap_port: Option<i64>,
    /// Empty, `TLS` or `STARTTLS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_security: Option<String>,
    /// Where it is searched.
    #[serde(rename = "BaseDN", skip_serializing_if = "Option::is_none")]
    pub base_dn: Option<String>,
    /// The account that searches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind_username: Option<String>,
    /// Its password; read as asterisks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind_password: Option<Secret>,
    /// Failed logins until an account is locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_login_attempts: Option<i64>,
    /// Who may log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_filter: Option<String>,
    /// Which groups there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_filter: Option<String>,
    /// Who becomes a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_filter: Option<String>,
    /// Whether `admin_filter` is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_admin_filter: Option<bool>,
    /// Who becomes an administrator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_filter: Option<String>,
    /// The attribute with a group's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_display_name_attribute: Option<String>,
    /// The attribute with a group's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id_attribute: Option<String>,
    /// The attribute with the first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name_attribute: Option<String>,
    /// The attribute with the last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name_attribute: Option<String>,
    /// The attribute with the mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_attribute: Option<String>,
    /// The attribute with the user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_attribute: Option<String>,
    /// The attribute with the nickname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname_attribute: Option<String>,
    /// The attribute that an account is known by; must never change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_attribute: Option<String>,
    /// The attribute with the position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position_attribute: Option<String>,
    /// The attribute that people log in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_id_attribute: Option<String>,
    /// The attribute with the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_attribute: Option<String>,
    /// Minutes between two syncs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_interval_minutes: Option<i64>,
    /// Whether people who were removed from a team or channel of their group come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub re_add_removed_members: Option<bool>,
    /// Whether any certificate is good enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_certificate_verification: Option<bool>,
    /// The file with the client's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_certificate_file: Option<String>,
    /// The file with the client's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key_file: Option<String>,
    /// Seconds until a search is given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_timeout: Option<i64>,
    /// Most entries an answer; 0 is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_page_size: Option<i64>,
    /// What the login page asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_field_name: Option<String>,
    /// Colour of the button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_button_color: Option<String>,
    /// Colour of its border.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_button_border_color: Option<String>,
    /// Colour of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_button_text_color: Option<String>,
}

impl LdapSettings {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { LdapSettings:
    /// Whether people can log in with it.
    enable: bool,
    /// Whether accounts follow it.
    enable_sync: bool,
    /// Its host.
    ldap_server: String,
    /// Its port.
    ldap_port: i64,
    /// Empty, `TLS` or `STARTTLS`.
    connection_security: String,
    /// Where it is searched.
    base_dn: String,
    /// The account that searches.
    bind_username: String,
    /// Its password; read as asterisks.
    bind_password: Secret,
    /// Failed logins until an account is locked.
    maximum_login_attempts: i64,
    /// Who may log in.
    user_filter: String,
    /// Which groups there are.
    group_filter: String,
    /// Who becomes a guest.
    guest_filter: String,
    /// Whether `admin_filter` is used.
    enable_admin_filter: bool,
    /// Who becomes an administrator.
    admin_filter: String,
    /// The attribute with a group's name.
    group_display_name_attribute: String,
    /// The attribute with a group's id.
    group_id_attribute: String,
    /// The attribute with the first name.
    first_name_attribute: String,
    /// The attribute with the last name.
    last_name_attribute: String,
    /// The attribute with the mail address.
    email_attribute: String,
    /// The attribute with the user name.
    username_attribute: String,
    /// The attribute with the nickname.
    nickname_attribute: String,
    /// The attribute that an account is known by; must never change.
    id_attribute: String,
    /// The attribute with the position.
    position_attribute: String,
    /// The attribute that people log in with.
    login_id_attribute: String,
    /// The attribute with the picture.
    picture_attribute: String,
    /// Minutes between two syncs.
    sync_interval_minutes: i64,
    /// Whether people who were removed from a team or channel of their group come back.
    re_add_removed_members: bool,
    /// Whether any certificate is good enough.
    skip_certificate_verification: bool,
    /// The file with the client's certificate.
    public_certificate_file: String,
    /// The file with the client's key.
    private_key_file: String,
    /// Seconds until a search is given up.
    query_timeout: i64,
    /// Most entries an answer; 0 is no limit.
    max_page_size: i64,
    /// What the login page asks for.
    login_field_name: String,
    /// Colour of the button.
    login_button_color: String,
    /// Colour of its border.
    login_button_border_color: String,
    /// Colour of its text.
    login_button_text_color: String,
}

/// Which groups of the directory service to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LdapGroupPage {
    /// Part of the name.
    pub q: Option<String>,
    /// Page, from 0.
    pub page: Option<u32>,
    /// Groups a page; 60 by default, 200 at most.
    pub per_page: Option<u32>,
    /// Only those that are linked, or are not.
    pub is_linked: Option<bool>,
    /// Only those that are tied to teams or channels, or are not.
    pub is_configured: Option<bool>,
}

impl LdapGroupPage {
    /// With the server's defaults.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { LdapGroupPage:
    /// Part of the name.
    q: String,
    /// Page, from 0.
    page: u32,
    /// Groups a page; 60 by default, 200 at most.
    per_page: u32,
    /// Only those that are linked, or are not.
    is_linked: bool,
    /// Only those that are tied to teams or channels, or are not.
    is_configured: bool,
}

model! {
    /// A page of groups of the directory service.
    #[doc(alias = "LDAPGroupsPaged")]
    pub struct LdapGroupList {
        /// How many there are in all.
        pub count: i64,
        /// The groups of this page.
        pub groups: Vec<LdapGroup>,
    }
}

model! {
    /// A group of the directory service.
    #[doc(alias = "LDAPGroup")]
    pub struct LdapGroup {
        /// Whether it is tied to teams or channels; none if it is not linked.
        pub has_syncables: Option<bool>,
        /// The group that it is linked to; empty if it is not.
        pub mattermost_group_id: GroupId,
        /// Its name.
        pub name: String,
        /// Its id in the directory service.
        pub primary_key: String,
    }
}

open_enum! {
    /// What is tried out.
    LdapDiagnosticTest {
        /// Whom the filters find.
        Filters = "filters",
        /// Whether the attributes of accounts have values.
        Attributes = "attributes",
        /// Whether the attributes of groups have values.
        GroupAttributes = "group_attributes",
    }
}

model! {
    /// What came out.
    pub struct LdapDiagnosticResult {
        /// What was tried out.
        pub test_name: String,
        /// The filter or attribute.
        pub test_value: String,
        /// How many entries were found.
        pub total_count: i64,
        /// How many of them have a value.
        pub entries_with_value: i64,
        /// What it means.
        pub message: String,
        /// What went wrong; empty if nothing did.
        pub error: String,
        /// Some of the entries.
        pub sample_results: Vec<LdapSampleEntry>,
    }
}

model! {
    /// An entry of the directory service.
    pub struct LdapSampleEntry {
        /// Its name there.
        pub dn: String,
        /// User name.
        pub username: String,
        /// Mail address.
        pub email: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// What it is known by.
        pub id: String,
        /// Name of a group.
        pub display_name: String,
        /// All that is set.
        pub available_attributes: BTreeMap<String, String>,
    }
}

model! {
    /// Which files for SAML there are.
    pub struct SamlCertificateStatus {
        /// The certificate of the identity provider.
        pub idp_certificate_file: bool,
        /// The server's key.
        pub private_key_file: bool,
        /// The server's certificate.
        pub public_certificate_file: bool,
    }
}

model! {
    /// What an identity provider says of itself.
    pub struct SamlMetadataResponse {
        /// Its name.
        pub idp_descriptor_url: String,
        /// Where people log in.
        pub idp_url: String,
        /// Its certificate.
        pub idp_public_certificate: String,
    }
}

/// Which accounts are to be known by their mail address.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SamlAuthReset {
    /// Also deactivated ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_deleted: Option<bool>,
    /// Only count them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// Only these; all that log in with SAML if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Vec<UserId>>,
}

impl SamlAuthReset {
    /// With nothing set.
    pub fn new() -> Self {
        Self::default()
    }
}

setters! { SamlAuthReset:
    /// Also deactivated ones.
    include_deleted: bool,
    /// Only count them.
    dry_run: bool,
    /// Only these; all that log in with SAML if it is not set.
    user_ids: Vec<UserId>,
}
