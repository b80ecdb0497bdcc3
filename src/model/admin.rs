//! Types used by the administrative routes.

mod access;
mod agents;
mod attributes;
mod cloud;
mod compliance;
mod config;
mod connection;
mod flagging;
mod job;
mod ldap;
mod license;
mod plugin;
mod remote;
mod report;
mod retention;
mod scheme;
mod server;

pub use access::*;
pub use agents::*;
pub use attributes::*;
pub use cloud::*;
pub use compliance::*;
pub use config::*;
pub use connection::*;
pub use flagging::*;
pub use job::*;
pub use ldap::*;
pub use license::*;
pub use plugin::*;
pub use remote::*;
pub use report::*;
pub use retention::*;
pub use scheme::*;
pub use server::*;

use super::{
    ChannelId, ComplianceReportId, JobId, OutgoingOAuthConnectionId, PolicyId, PropertyFieldId, RecapId,
    RemoteId, SchemeId, TermsOfServiceId, UserId,
};

ids_of! {
    AccessControlPolicy.id => PolicyId,
    ComplianceReport.id => ComplianceReportId,
    CpaField.id => PropertyFieldId,
    Job.id => JobId,
    OutgoingOAuthConnection.id => OutgoingOAuthConnectionId,
    PropertyField.id => PropertyFieldId,
    Recap.id => RecapId,
    RemoteCluster.remote_id => RemoteId,
    RetentionPolicy.id => PolicyId,
    Scheme.id => SchemeId,
    SharedChannel.id => ChannelId,
    TermsOfService.id => TermsOfServiceId,
    UserReport.user.id => UserId,
}
