//! The groups of administrative routes.

use super::Client;
use crate::rest::{
    AccessControl, Agents, AuditLogs, Brand, Cloud, Cluster, Compliance, ContentFlagging,
    CustomProfileAttributes, DataRetention, Elasticsearch, Exports, HostedCustomer, Imports, IpFiltering,
    Jobs, Ldap, Limits, Logs, Metrics, OutgoingOAuthConnections, Permissions, Plugins, Recaps,
    RemoteClusters, Reports, Saml, Schemes, SharedChannels, TermsOfServices, Usage,
};

/// The administrative and specialized groups of the REST API, available with the feature `admin`.
impl Client {
    /// Returns the group for access policies: attribute-based rules for channel membership.
    pub fn access_control(&self) -> AccessControl<'_> {
        AccessControl(&self.http)
    }

    /// Returns the group for AI agents.
    pub fn agents(&self) -> Agents<'_> {
        Agents(&self.http)
    }

    /// Returns the group for the audit log.
    pub fn audit_logs(&self) -> AuditLogs<'_> {
        AuditLogs(&self.http)
    }

    /// Returns the group for the image on the login page.
    pub fn brand(&self) -> Brand<'_> {
        Brand(&self.http)
    }

    /// Returns the group for Mattermost Cloud: customer, subscription, invoices and limits.
    pub fn cloud(&self) -> Cloud<'_> {
        Cloud(&self.http)
    }

    /// Returns the group for the nodes of a cluster.
    pub fn cluster(&self) -> Cluster<'_> {
        Cluster(&self.http)
    }

    /// Returns the group for compliance reports: exports of the posts of selected accounts in a time range.
    pub fn compliance(&self) -> Compliance<'_> {
        Compliance(&self.http)
    }

    /// Returns the group for content flagging: users report posts, and reviewers keep or remove them.
    pub fn content_flagging(&self) -> ContentFlagging<'_> {
        ContentFlagging(&self.http)
    }

    /// Returns the group for custom profile attributes.
    pub fn custom_profile_attributes(&self) -> CustomProfileAttributes<'_> {
        CustomProfileAttributes(&self.http)
    }

    /// Returns the group for data retention: the deletion of old data.
    pub fn data_retention(&self) -> DataRetention<'_> {
        DataRetention(&self.http)
    }

    /// Returns the group for search with Elasticsearch or `OpenSearch`.
    pub fn elasticsearch(&self) -> Elasticsearch<'_> {
        Elasticsearch(&self.http)
    }

    /// Returns the group for full exports.
    pub fn exports(&self) -> Exports<'_> {
        Exports(&self.http)
    }

    /// Returns the group for license purchases from within the server.
    pub fn hosted_customer(&self) -> HostedCustomer<'_> {
        HostedCustomer(&self.http)
    }

    /// Returns the group for import files.
    pub fn imports(&self) -> Imports<'_> {
        Imports(&self.http)
    }

    /// Returns the group for IP filtering: the addresses from which a cloud workspace can be reached.
    pub fn ip_filtering(&self) -> IpFiltering<'_> {
        IpFiltering(&self.http)
    }

    /// Returns the group for background jobs.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(&self.http)
    }

    /// Returns the group for LDAP, the directory service.
    pub fn ldap(&self) -> Ldap<'_> {
        Ldap(&self.http)
    }

    /// Returns the group for the limits of the server.
    pub fn limits(&self) -> Limits<'_> {
        Limits(&self.http)
    }

    /// Returns the group for the server's log.
    pub fn logs(&self) -> Logs<'_> {
        Logs(&self.http)
    }

    /// Returns the group for performance metrics reported by clients.
    pub fn metrics(&self) -> Metrics<'_> {
        Metrics(&self.http)
    }

    /// Returns the group for the OAuth 2.0 connections used by outgoing webhooks and slash commands.
    pub fn outgoing_oauth_connections(&self) -> OutgoingOAuthConnections<'_> {
        OutgoingOAuthConnections(&self.http)
    }

    /// Returns the group for permissions.
    pub fn permissions(&self) -> Permissions<'_> {
        Permissions(&self.http)
    }

    /// Returns the group for plugins and the marketplace.
    pub fn plugins(&self) -> Plugins<'_> {
        Plugins(&self.http)
    }

    /// Returns the group for recaps: summaries of channels, written by an AI agent.
    pub fn recaps(&self) -> Recaps<'_> {
        Recaps(&self.http)
    }

    /// Returns the group for other servers that share channels with this one.
    pub fn remote_clusters(&self) -> RemoteClusters<'_> {
        RemoteClusters(&self.http)
    }

    /// Returns the group for reports about accounts and posts.
    pub fn reports(&self) -> Reports<'_> {
        Reports(&self.http)
    }

    /// Returns the group for SAML: login through an identity provider.
    pub fn saml(&self) -> Saml<'_> {
        Saml(&self.http)
    }

    /// Returns the group for permission schemes: roles for selected teams or channels.
    pub fn schemes(&self) -> Schemes<'_> {
        Schemes(&self.http)
    }

    /// Returns the group for channels shared between servers.
    pub fn shared_channels(&self) -> SharedChannels<'_> {
        SharedChannels(&self.http)
    }

    /// Returns the group for custom terms of service.
    pub fn terms_of_service(&self) -> TermsOfServices<'_> {
        TermsOfServices(&self.http)
    }

    /// Returns the group for usage figures, such as the number of posts.
    pub fn usage(&self) -> Usage<'_> {
        Usage(&self.http)
    }
}
