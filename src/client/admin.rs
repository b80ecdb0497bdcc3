//! One function a group of the administrative routes.

use super::Client;
use crate::rest::{
    AccessControl, Agents, AuditLogs, Brand, Cloud, Cluster, Compliance, ContentFlagging,
    CustomProfileAttributes, DataRetention, Elasticsearch, Exports, HostedCustomer, Imports, IpFiltering,
    Jobs, Ldap, Limits, Logs, Metrics, OutgoingOAuthConnections, Permissions, Plugins, Recaps,
    RemoteClusters, Reports, Saml, Schemes, SharedChannels, TermsOfServices, Usage,
};

/// The administrative and special groups of the REST API, with the feature `admin`.
impl Client {
    /// Access policies: attribute-based rules for channel membership.
    pub fn access_control(&self) -> AccessControl<'_> {
        AccessControl(&self.http)
    }

    /// AI agents.
    pub fn agents(&self) -> Agents<'_> {
        Agents(&self.http)
    }

    /// The audit log.
    pub fn audit_logs(&self) -> AuditLogs<'_> {
        AuditLogs(&self.http)
    }

    /// The picture on the login page.
    pub fn brand(&self) -> Brand<'_> {
        Brand(&self.http)
    }

    /// Mattermost Cloud: customer, subscription, invoices, limits.
    pub fn cloud(&self) -> Cloud<'_> {
        Cloud(&self.http)
    }

    /// The servers of a cluster.
    pub fn cluster(&self) -> Cluster<'_> {
        Cluster(&self.http)
    }

    /// Compliance reports: all posts of some accounts in some time.
    pub fn compliance(&self) -> Compliance<'_> {
        Compliance(&self.http)
    }

    /// Content flagging: people report posts, reviewers keep or remove them.
    pub fn content_flagging(&self) -> ContentFlagging<'_> {
        ContentFlagging(&self.http)
    }

    /// Custom profile attributes: what accounts have beside what the server knows.
    pub fn custom_profile_attributes(&self) -> CustomProfileAttributes<'_> {
        CustomProfileAttributes(&self.http)
    }

    /// Data retention: deleting what is old.
    pub fn data_retention(&self) -> DataRetention<'_> {
        DataRetention(&self.http)
    }

    /// Search with Elasticsearch or `OpenSearch`.
    pub fn elasticsearch(&self) -> Elasticsearch<'_> {
        Elasticsearch(&self.http)
    }

    /// Exports of everything.
    pub fn exports(&self) -> Exports<'_> {
        Exports(&self.http)
    }

    /// Remaining routes of buying a license from within the server.
    pub fn hosted_customer(&self) -> HostedCustomer<'_> {
        HostedCustomer(&self.http)
    }

    /// Files to be imported.
    pub fn imports(&self) -> Imports<'_> {
        Imports(&self.http)
    }

    /// IP filtering: from where a cloud workspace may be reached.
    pub fn ip_filtering(&self) -> IpFiltering<'_> {
        IpFiltering(&self.http)
    }

    /// Jobs: what the server does by the way.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(&self.http)
    }

    /// LDAP, the directory service.
    pub fn ldap(&self) -> Ldap<'_> {
        Ldap(&self.http)
    }

    /// Limits of the server.
    pub fn limits(&self) -> Limits<'_> {
        Limits(&self.http)
    }

    /// The server's log.
    pub fn logs(&self) -> Logs<'_> {
        Logs(&self.http)
    }

    /// Performance metrics reported by clients.
    pub fn metrics(&self) -> Metrics<'_> {
        Metrics(&self.http)
    }

    /// Connections of outgoing webhooks and slash commands to OAuth 2.0 servers.
    pub fn outgoing_oauth_connections(&self) -> OutgoingOAuthConnections<'_> {
        OutgoingOAuthConnections(&self.http)
    }

    /// Permissions.
    pub fn permissions(&self) -> Permissions<'_> {
        Permissions(&self.http)
    }

    /// Plugins and the marketplace.
    pub fn plugins(&self) -> Plugins<'_> {
        Plugins(&self.http)
    }

    /// Recaps: what happened in some channels, told by an AI agent.
    pub fn recaps(&self) -> Recaps<'_> {
        Recaps(&self.http)
    }

    /// Other servers that share channels with this one.
    pub fn remote_clusters(&self) -> RemoteClusters<'_> {
        RemoteClusters(&self.http)
    }

    /// Reports about accounts and posts.
    pub fn reports(&self) -> Reports<'_> {
        Reports(&self.http)
    }

    /// SAML: logins with an identity provider.
    pub fn saml(&self) -> Saml<'_> {
        Saml(&self.http)
    }

    /// Permission schemes: roles for some teams or channels.
    pub fn schemes(&self) -> Schemes<'_> {
        Schemes(&self.http)
    }

    /// Channels that several servers share.
    pub fn shared_channels(&self) -> SharedChannels<'_> {
        SharedChannels(&self.http)
    }

    /// Terms of service of one's own.
    pub fn terms_of_service(&self) -> TermsOfServices<'_> {
        TermsOfServices(&self.http)
    }

    /// Usage of the server, such as the number of posts.
    pub fn usage(&self) -> Usage<'_> {
        Usage(&self.http)
    }
}
